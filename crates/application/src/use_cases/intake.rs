//! Deliveries to the intake: taken once, durable before the answer, and told about afterwards.

use super::record;
use crate::ctx::{Ctx, Principal};
use crate::error::AppError;
use crate::intake::{Backlog, Intake, IntakeKind, IntakeLink, IntakeState, PartFault, QueueLimits};
use crate::permission::Permission;
use crate::ports::{Blob, Sent, Tx};
use probatum_kernel::{Code, Coded, IntakeId};
use serde_json::{Value, json};

/// Within how many hours the same content by the same sender is one delivery.
pub const REPEAT_HOURS: i64 = 24;
/// The most incidents of a delivery that are listed; all are counted.
pub const MAX_LISTED: u32 = 100;

/// More is waiting than this registry lets wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "The intake is full: {} deliveries with {} bytes wait to be worked through. Nothing was taken; send it again in a few \
     seconds.", .0.batches, .0.bytes
)]
pub struct QueueFull(pub Backlog);

impl Coded for QueueFull {
    fn code(&self) -> Code {
        Code::TooManyRequests
    }
}

/// Something to take in. Its content is in the blob store already, and synced.
#[derive(Debug, Clone)]
pub struct NewIntake {
    /// What it is.
    pub kind: IntakeKind,
    /// The content. A kind that keeps none gives the hash of its command, and an empty key.
    pub blob: Blob,
    /// The media type it was sent with.
    pub media_type: Option<String>,
    /// What its kind keeps beside the content.
    pub command: Option<Value>,
    /// How many events, articles or objects it has.
    pub events: u32,
}

/// The permission it takes to deliver this.
pub fn permission(kind: IntakeKind) -> Permission {
    match kind {
        IntakeKind::Log => Permission::SubmitLogs,
        IntakeKind::Osint | IntakeKind::Stix => Permission::SubmitFeeds,
        // A reported mail is a report like any other.
        IntakeKind::Email => Permission::CreateIncident,
    }
}

/// Refuses what would not fit in any more, before its content is read.
pub fn admit(tx: &mut dyn Tx, ctx: &Ctx, kind: IntakeKind, limits: QueueLimits) -> Result<(), AppError> {
    ctx.require(permission(kind))?;
    Ok(limits.admit(tx.intake_backlog()?, 0)?)
}

/// Takes a delivery: queued, due at once. The same content by the same sender within [`REPEAT_HOURS`] is a repetition:
/// counted as nothing, its content noted for deletion, and told of as that stands which it repeats. Events of which a
/// part was counted before their delivery was given up, within the same time, have that delivery go on.
///
/// Fails with `too_many_requests` if the queue is full; nothing is kept then.
pub fn accept(tx: &mut dyn Tx, ctx: &Ctx, limits: QueueLimits, new: &NewIntake) -> Result<Intake, AppError> {
    ctx.require(permission(new.kind))?;
    let sender = &ctx.principal.id;
    let since = ctx.now.plus_hours(-REPEAT_HOURS);
    let sent = Sent { sender, kind: new.kind, media_type: new.media_type.as_deref(), hash: &new.blob.hash };
    let mut duplicate_of = tx.intake_of_content(&sent, since)?;
    let mut content = Some(new.blob.key.clone()).filter(|key| !key.is_empty());
    // Feeds know what they told before; events are counted, and would be a second time.
    if duplicate_of.is_none()
        && new.kind == IntakeKind::Log
        && let Some(before) = tx.halfway_of_content(&sent, since)?
    {
        // With what was sent now: that the content was gone may be why it was given up.
        go_on(tx, ctx, &Intake { blob: content.take(), ..before.clone() }, limits)?;
        before.blob.map(|key| tx.discard_blob(&key, ctx.now)).transpose()?;
        duplicate_of = Some(before.id);
    }
    let mut intake = Intake {
        id: ctx.new_intake_id(),
        kind: new.kind,
        state: IntakeState::Queued,
        sender: sender.clone(),
        received_by: ctx.actor().clone(),
        request_id: ctx.request_id.clone(),
        received_at: ctx.now,
        finished_at: None,
        media_type: new.media_type.clone(),
        hash: new.blob.hash.clone(),
        size: new.blob.size,
        blob: content,
        command: new.command.clone(),
        events: new.events,
        accepted: 0,
        rejected: 0,
        faults: Vec::new(),
        reason: None,
        duplicate_of,
        steps: 0,
        incidents: 0,
        attempts: 0,
        wake_at: Some(ctx.now),
        forgiven: 0,
        retried_at: None,
    };
    if duplicate_of.is_some() {
        if let Some(key) = intake.blob.take() {
            tx.discard_blob(&key, ctx.now)?;
        }
        intake =
            Intake { state: IntakeState::Processed, finished_at: Some(ctx.now), wake_at: None, ..intake };
    } else {
        limits.admit(tx.intake_backlog()?, new.blob.size)?;
    }
    tx.insert_intake(&intake)?;
    as_repeated(tx, intake)
}

/// The delivery as clients are told of it: a repetition stands where what it repeats stands.
fn as_repeated(tx: &mut dyn Tx, intake: Intake) -> Result<Intake, AppError> {
    // What feeds deliver is worked through for itself, also if all of it was known.
    let Some(first) = intake.duplicate_of.filter(|_| intake.kind == IntakeKind::Log) else {
        return Ok(intake);
    };
    let Some(first) = tx.intake(first)? else { return Ok(intake) };
    Ok(Intake {
        state: first.state,
        finished_at: first.finished_at,
        faults: first.faults,
        reason: first.reason,
        incidents: first.incidents,
        ..intake
    })
}

/// What came of working through a delivery.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// How many of its parts were taken.
    pub accepted: u32,
    /// How many were not.
    pub rejected: u32,
    /// The first of those.
    pub faults: Vec<PartFault>,
}

/// Settles a delivery: `processed`, or `rejected` if nothing of it was taken. Content that became evidence belongs to that
/// from now on; of a rejected delivery it goes; else (what it led to was deleted meanwhile) the delivery keeps it until
/// housekeeping lets go of it.
///
/// Fails as transient if the claim was taken over.
pub fn finish(tx: &mut dyn Tx, ctx: &Ctx, before: &Intake, outcome: &Outcome) -> Result<Intake, AppError> {
    let rejected = outcome.accepted == 0;
    let mut next = Intake {
        state: if rejected { IntakeState::Rejected } else { IntakeState::Processed },
        finished_at: Some(ctx.now),
        accepted: outcome.accepted,
        rejected: outcome.rejected,
        faults: outcome.faults.iter().take(crate::intake::MAX_FAULTS).cloned().collect(),
        reason: None,
        wake_at: None,
        ..before.clone()
    };
    let key = next.blob.take();
    save(tx, before, &next)?;
    if let Some(key) = key {
        // The delivery itself refers to nothing any more: what does is evidence.
        if rejected {
            tx.discard_blob(&key, ctx.now)?;
        } else if !tx.blob_in_use(&key)? {
            let kept = Intake { blob: Some(key), ..next.clone() };
            save(tx, &next, &kept)?;
            next = kept;
        }
    }
    Ok(next)
}

/// Gives a delivery up: settled as it stands, for a reason that lies in no part of it. What it did so far remains, and so
/// does its content, until somebody has it tried again or housekeeping lets go of it.
///
/// Fails as unavailable if the claim was taken over.
pub fn give_up(tx: &mut dyn Tx, ctx: &Ctx, before: &Intake, reason: &str) -> Result<(), AppError> {
    let nothing = before.accepted == 0;
    let next = Intake {
        state: if nothing { IntakeState::Rejected } else { IntakeState::Processed },
        finished_at: Some(ctx.now),
        reason: Some(reason.to_owned()),
        wake_at: None,
        ..before.clone()
    };
    save(tx, before, &next)?;
    let detail = json!({
        "kind": next.kind, "reason": reason, "event_count": next.events, "accepted": next.accepted,
        "attempts": next.attempts,
    });
    record(tx, ctx, "intake.given_up", next.id.to_string(), None, detail)
}

/// Has a delivery that was given up tried again, from where it stands: nothing counts twice.
///
/// Fails with `state_conflict` if it was not given up, if its content is not kept any more, or if the same was sent again
/// since; with `too_many_requests` if the queue is full.
pub fn retry(tx: &mut dyn Tx, ctx: &Ctx, id: IntakeId, limits: QueueLimits) -> Result<Report, AppError> {
    ctx.require(Permission::RetryIntake)?;
    let before = tx.intake(id)?.ok_or_else(|| AppError::not_found("intake"))?;
    ctx.require(permission(before.kind))?;
    may_retry(tx, &before)?;
    let next = go_on(tx, ctx, &before, limits)?;
    reported(tx, next)
}

/// Puts a delivery that was given up back into the queue, as far as it came.
fn go_on(tx: &mut dyn Tx, ctx: &Ctx, before: &Intake, limits: QueueLimits) -> Result<Intake, AppError> {
    limits.admit(tx.intake_backlog()?, before.size)?;
    let next = Intake {
        state: IntakeState::Queued,
        finished_at: None,
        reason: None,
        wake_at: Some(ctx.now),
        forgiven: before.attempts,
        retried_at: Some(ctx.now),
        ..before.clone()
    };
    save(tx, before, &next)?;
    let detail = json!({"kind": next.kind, "reason": before.reason, "given_up_at": before.finished_at});
    record(tx, ctx, "intake.retried", next.id.to_string(), None, detail)?;
    Ok(next)
}

fn may_retry(tx: &mut dyn Tx, intake: &Intake) -> Result<(), AppError> {
    let refused = |detail: String| Err(AppError::new(Code::StateConflict, detail));
    if let Some(first) = intake.duplicate_of {
        return refused(format!("The delivery repeats {first}; what became of that is tried again there."));
    }
    if !intake.is_given_up() {
        return refused("The delivery was not given up: there is nothing to try again.".to_owned());
    }
    if intake.blob.is_none() {
        return refused("The content of the delivery is not kept any more; send it again.".to_owned());
    }
    let sent = Sent {
        sender: &intake.sender,
        kind: intake.kind,
        media_type: intake.media_type.as_deref(),
        hash: &intake.hash,
    };
    match tx.intake_of_content(&sent, intake.received_at)? {
        Some(other) => refused(format!("The same content was sent again since, as {other}.")),
        None => Ok(()),
    }
}

/// Saves the next state of a delivery that is ours.
pub(super) fn save(tx: &mut dyn Tx, before: &Intake, next: &Intake) -> Result<(), AppError> {
    if tx.save_intake(before, next)? {
        return Ok(());
    }
    Err(AppError::unavailable("the claim of a delivery was taken over"))
}

/// The circumstances of work on a delivery: in the name of its sender, whose right was checked when it was taken.
pub fn on_behalf(intake: &Intake, now: probatum_kernel::Timestamp) -> Ctx {
    let principal = Principal {
        id: intake.sender.clone(),
        actor: intake.received_by.clone(),
        ..Principal::system("intake")
    };
    Ctx { principal, now: now.max(intake.received_at), request_id: intake.request_id.clone() }
}

/// A delivery, and what it did to which incidents.
#[derive(Debug, Clone)]
pub struct Report {
    /// The delivery.
    pub intake: Intake,
    /// The first [`MAX_LISTED`] incidents; of a repetition that joined none, those of what it repeats.
    pub incidents: Vec<IntakeLink>,
}

/// What became of a delivery.
pub fn report(tx: &mut dyn Tx, ctx: &Ctx, id: IntakeId) -> Result<Report, AppError> {
    ctx.require(Permission::ReadIntake)?;
    let intake = tx.intake(id)?.ok_or_else(|| AppError::not_found("intake"))?;
    reported(tx, intake)
}

fn reported(tx: &mut dyn Tx, intake: Intake) -> Result<Report, AppError> {
    let mut incidents = tx.intake_links(intake.id, MAX_LISTED)?;
    if let (Some(of), true) = (intake.duplicate_of, incidents.is_empty()) {
        incidents = tx.intake_links(of, MAX_LISTED)?;
    }
    Ok(Report { intake: as_repeated(tx, intake)?, incidents })
}
