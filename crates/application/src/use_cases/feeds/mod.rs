//! Feeds: what others report of incidents. A delivery is worked through in the very transaction that takes it, so that
//! what is accepted is done; what is known already joins its incident instead of opening another.

pub mod mail;
pub mod osint;
pub mod stix;

use super::record;
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::intake::{Intake, IntakeKind, IntakeState, MAX_FAULTS, PartFault};
use crate::ports::Tx;
use probatum_evidence::Sha256Hex;
use probatum_incident::Incident;
use probatum_kernel::{EvidenceId, IncidentId, IncidentRef, vocabulary};
use serde_json::{Value, json};
use std::collections::BTreeSet;

vocabulary! {
    /// What of a delivery was known already.
    pub enum MatchedBy("match") {
        /// The canonical address.
        Url = "url",
        /// The words, whatever their case and punctuation.
        Text = "text",
        /// Nearly the same words.
        NearText = "near_text",
        /// Message-ID and content of a mail.
        Mail = "mail",
        /// The STIX id.
        StixId = "stix_id",
    }
}

/// Where a part of a delivery landed.
#[derive(Debug, Clone)]
pub struct Landed {
    /// The incident, as it is now.
    pub incident: Incident,
    /// What it was known by; `None` if this part opened it.
    pub matched_by: Option<MatchedBy>,
    /// The original as evidence; `None` if the incident had it, if it is full, or if the sender may not see it.
    pub evidence: Option<EvidenceId>,
    /// Whether the original is new to the incident, but not attached: that has as much evidence as feeds may attach.
    pub full: bool,
    /// How many indicators the incident did not have yet; `None` if the sender may not know.
    pub indicators: Option<usize>,
    /// The STIX id it came under.
    pub stix_id: Option<String>,
    /// Whether the sender takes back there what they told.
    pub revoked: bool,
}

/// A delivery that was taken, and where its parts landed.
#[derive(Debug, Clone)]
pub struct Taken {
    /// The delivery.
    pub intake: Intake,
    /// Its parts.
    pub landed: Vec<Landed>,
}

impl Taken {
    /// Whether all of it was known already.
    pub fn is_duplicate(&self) -> bool {
        self.landed.iter().all(|l| l.matched_by.is_some())
    }
}

/// What is noted of a delivery.
struct Delivery {
    kind: IntakeKind,
    hash: Sha256Hex,
    size: u64,
    media_type: Option<String>,
    command: Option<Value>,
    faults: Vec<PartFault>,
}

/// An incident that is known by a key of ours. It may have been deleted this very moment.
fn known(tx: &mut dyn Tx, id: IncidentId) -> Result<Incident, AppError> {
    let found = tx.incident(IncidentRef::Id(id))?;
    found.ok_or_else(|| AppError::transient("an incident was deleted while a delivery was to join it"))
}

/// The number of items as the intake counts them.
fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Notes a delivery whose parts have landed, and on each incident it changed that it did.
fn settle(tx: &mut dyn Tx, ctx: &Ctx, of: Delivery, mut landed: Vec<Landed>) -> Result<Taken, AppError> {
    let id = ctx.new_intake_id();
    let opened_before = match landed.first() {
        Some(first) if landed.iter().all(|l| l.matched_by.is_some()) => tx.opened_by(first.incident.id)?,
        _ => None,
    };
    let rejected = count(of.faults.len());
    let intake = Intake {
        id,
        kind: of.kind,
        state: IntakeState::Processed,
        sender: ctx.principal.id.clone(),
        received_by: ctx.actor().clone(),
        request_id: ctx.request_id.clone(),
        received_at: ctx.now,
        finished_at: Some(ctx.now),
        media_type: of.media_type,
        hash: of.hash,
        size: of.size,
        blob: None,
        command: of.command,
        events: count(landed.len()).saturating_add(rejected),
        accepted: count(landed.len()),
        rejected,
        faults: of.faults.into_iter().take(MAX_FAULTS).collect(),
        reason: None,
        duplicate_of: opened_before,
        steps: 0,
        incidents: count(landed.iter().map(|l| l.incident.id).collect::<BTreeSet<_>>().len()),
        attempts: 0,
        wake_at: None,
        forgiven: 0,
        retried_at: None,
    };
    tx.insert_intake(&intake)?;
    for part in &mut landed {
        let opened = part.matched_by.is_none();
        tx.link_intake(id, part.incident.id, 1, opened)?;
        if opened || part.evidence.is_some() || part.full {
            joined(tx, ctx, &intake, part)?;
        }
        // Only an article is public; of anything else a sender may see the incident and not the evidence.
        let hidden = of.kind != IntakeKind::Osint && !ctx.scope().all_evidence;
        part.evidence = part.evidence.filter(|_| !hidden);
        part.indicators = if hidden { None } else { part.indicators };
    }
    Ok(Taken { intake, landed })
}

/// Notes on an incident that a part of a delivery opened or joined it, and where it stood: what joins a closed one waits for
/// a person to reopen it.
fn joined(tx: &mut dyn Tx, ctx: &Ctx, of: &Intake, part: &Landed) -> Result<(), AppError> {
    let incident = &part.incident;
    let mut detail = json!({
        "intake": of.id, "kind": of.kind, "opened": part.matched_by.is_none(), "matched_by": part.matched_by,
        "attached": part.evidence.is_some(), "status": incident.status, "status_lifecycle": incident.lifecycle,
    });
    if let (true, Some(members)) = (part.revoked, detail.as_object_mut()) {
        members.insert("revoked".to_owned(), Value::Bool(true));
    }
    record(tx, ctx, "intake.joined", incident.public_id.to_string(), Some(incident.id), detail)
}
