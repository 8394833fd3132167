//! Following events: where a stream begins, and whether its caller may still listen.

use super::incident_named;
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::events::{Audience, EventFilter, source_of};
use crate::permission::Permission;
use crate::ports::{AuditEntry, Tx};
use probatum_evidence::Sha256Hex;
use probatum_kernel::{Code, IncidentRef, Timestamp};

/// A stream that may begin.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The event before its first.
    pub after: i64,
    /// What is wanted of it.
    pub filter: EventFilter,
    /// How much its caller hears.
    pub audience: Audience,
    /// The registry's name in events.
    pub source: String,
}

/// Opens a stream of the events after `after`, or of those to come. What is older than the outbox keeps is refused with
/// `events_gone`: a stream has no silent gap.
pub fn open(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    mut filter: EventFilter,
    incident: Option<IncidentRef>,
    after: Option<i64>,
) -> Result<Opened, AppError> {
    ctx.require(Permission::ReadEvents)?;
    if let Some(id) = incident {
        filter.incident = Some(incident_named(tx, id)?.id);
    }
    let (oldest, newest) = tx.outbox_span()?;
    let after = after.unwrap_or(newest);
    if after > newest {
        let message = format!("is no event yet; the newest is {newest}");
        return Err(AppError::invalid("after", "unknown", message));
    }
    if after.saturating_add(1) < oldest {
        return Err(gone(after, oldest));
    }
    Ok(Opened { after, filter, audience: Audience::of(&ctx.principal), source: source(tx)? })
}

/// The entries after `last`, in order, at most `limit`. Fails with `events_gone` if the next one is not kept any more:
/// numbers are given out without gap, so one that is missing was forgotten.
pub fn after(tx: &mut dyn Tx, last: i64, limit: u32) -> Result<Vec<AuditEntry>, AppError> {
    let entries = tx.outbox_after(last, limit)?;
    let next = match entries.first() {
        Some(first) => first.seq,
        None => {
            let (_, newest) = tx.outbox_span()?;
            newest.max(last).saturating_add(1)
        }
    };
    if next > last.saturating_add(1) { Err(gone(last, next)) } else { Ok(entries) }
}

/// The refusal of what is too old, with the remedy.
fn gone(after: i64, oldest: i64) -> AppError {
    let begin = oldest.saturating_sub(1);
    let detail = format!(
        "Events after {after} are not kept any more; the oldest is {oldest}. Read what changed meanwhile from the \
         lists, and begin with after={begin}."
    );
    AppError::new(Code::EventsGone, detail)
}

/// The registry's name in events.
pub fn source(tx: &mut dyn Tx) -> Result<String, AppError> {
    let first = tx.event(1)?;
    Ok(source_of(&first.map_or_else(|| Sha256Hex::of(b""), |e| e.hash)))
}

/// Whether the key of this id may still be used, with the same roles.
pub fn may_listen(tx: &mut dyn Tx, ctx: &Ctx, now: Timestamp) -> Result<bool, AppError> {
    let Some(key) = tx.key(&ctx.principal.id)? else { return Ok(false) };
    let live = key.revoked_at.is_none() && key.expires_at.is_none_or(|t| t > now);
    Ok(live && key.roles == ctx.principal.roles)
}
