//! The two state axes and the doctrine's guards on the second (CONTRACT §3).

use crate::error::IncidentError;
use crate::incident::Incident;
use crate::words::{Lifecycle, QueueStatus};
use probatum_kernel::{EvidenceStatus, Timestamp};

/// What the registry knows besides the incident itself when a step is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Facts {
    /// An action completed since the last reopening names, as its `validation_ref`, confirmed evidence of this incident.
    pub remedy_proven: bool,
    /// How many actions are pending, open or in progress.
    pub unfinished_actions: usize,
}

/// The steps from a state: forward to any later one (every guard on the way has to hold), back only from `closed`.
pub(crate) fn steps(from: Lifecycle) -> Vec<Lifecycle> {
    if from == Lifecycle::Closed {
        return vec![Lifecycle::Open];
    }
    Lifecycle::ALL.iter().copied().filter(|to| *to > from).collect()
}

fn queue_steps(from: QueueStatus) -> &'static [QueueStatus] {
    match from {
        QueueStatus::Open => &[QueueStatus::Triaged, QueueStatus::Resolved],
        QueueStatus::Triaged => &[QueueStatus::Resolved],
        QueueStatus::Resolved => &[QueueStatus::Open, QueueStatus::Triaged],
    }
}

/// Doctrine: what the evidence must carry for a state. The guards of `contained` hold for all that come after it.
fn doctrine(incident: &Incident, to: Lifecycle, facts: &Facts) -> Result<(), IncidentError> {
    if to < Lifecycle::Contained {
        return Ok(());
    }
    let step = format!("status_lifecycle {to}");
    match incident.evidence_status {
        EvidenceStatus::Disputed => return Err(IncidentError::EvidenceDisputed(step)),
        // Whoever asks for closure is told what closure takes in the end.
        EvidenceStatus::Gap if to >= Lifecycle::Verified => return Err(IncidentError::ProofRequired),
        EvidenceStatus::Gap => return Err(IncidentError::EvidenceRequired(step)),
        _ => {}
    }
    if to >= Lifecycle::Verified && !facts.remedy_proven {
        return Err(IncidentError::ProofRequired);
    }
    Ok(())
}

/// Moves `next` to `to`, or says why not: doctrine first, then state.
pub(crate) fn advance(
    next: &mut Incident,
    to: Lifecycle,
    facts: &Facts,
    now: Timestamp,
) -> Result<(), IncidentError> {
    let from = next.lifecycle;
    doctrine(next, to, facts)?;
    if !steps(from).contains(&to) {
        return Err(IncidentError::NoSuchStep { from, to, allowed: steps(from) });
    }
    if to == Lifecycle::Closed && facts.unfinished_actions > 0 {
        return Err(IncidentError::UnfinishedActions(facts.unfinished_actions));
    }
    next.lifecycle = to;
    if to == Lifecycle::Open {
        reopen(next, now);
        return Ok(());
    }
    if next.status == QueueStatus::Open {
        next.status = QueueStatus::Triaged;
    }
    next.triaged_at.get_or_insert(now);
    if to >= Lifecycle::Contained {
        next.contained_at.get_or_insert(now);
    }
    if to == Lifecycle::Closed {
        next.status = QueueStatus::Resolved;
        next.resolved_at = Some(now);
        next.closed_at = Some(now);
    }
    Ok(())
}

/// What was reached stays on record (`triaged_at`, `contained_at`: the first time counts); what no longer holds goes.
/// What proved the last remedy proves nothing about the next one: `reopened_at` says from when on proof counts.
fn reopen(next: &mut Incident, now: Timestamp) {
    next.status = QueueStatus::Open;
    next.resolution = None;
    next.resolved_at = None;
    next.closed_at = None;
    next.reopened_at = Some(now);
}

/// Moves the triage queue; asking for the state it is in is no step and no error.
pub(crate) fn move_queue(next: &mut Incident, to: QueueStatus, now: Timestamp) -> Result<(), IncidentError> {
    let from = next.status;
    if from == to {
        return Ok(());
    }
    let closed = next.lifecycle == Lifecycle::Closed;
    let allowed = if closed { &[] } else { queue_steps(from) };
    if !allowed.contains(&to) {
        return Err(IncidentError::NoSuchQueueStep { from, to, allowed: allowed.to_vec() });
    }
    next.status = to;
    match to {
        QueueStatus::Open => unresolve(next),
        QueueStatus::Triaged => {
            next.triaged_at.get_or_insert(now);
            unresolve(next);
        }
        QueueStatus::Resolved => {
            next.triaged_at.get_or_insert(now);
            next.resolved_at = Some(now);
        }
    }
    Ok(())
}

fn unresolve(next: &mut Incident) {
    next.resolved_at = None;
    next.resolution = None;
}
