//! What the evidence gives the incident, and what it can no longer carry.

use crate::change::Decision;
use crate::classification::ruled_flags;
use crate::error::IncidentError;
use crate::incident::Incident;
use crate::words::Priority;
use probatum_kernel::{EvidenceStatus, Timestamp};

/// The highest priority a status carries; `None`: none can be granted. (CONTRACT §3: a gap carries nothing, signals
/// and claims at most P2. A simulation may be played at any priority.)
pub(crate) fn ceiling(status: EvidenceStatus) -> Option<Priority> {
    match status {
        EvidenceStatus::Gap | EvidenceStatus::Disputed => None,
        EvidenceStatus::MediaSignal | EvidenceStatus::PublicClaim => Some(Priority::P2),
        EvidenceStatus::Internal | EvidenceStatus::Confirmed | EvidenceStatus::Simulation => {
            Some(Priority::P0)
        }
    }
}

/// Whether this priority may be granted on this status.
pub(crate) fn grant(status: EvidenceStatus, asked: Priority) -> Result<(), IncidentError> {
    match (status, ceiling(status)) {
        (EvidenceStatus::Disputed, _) => Err(IncidentError::EvidenceDisputed("A priority".to_owned())),
        (_, None) => Err(IncidentError::EvidenceRequired("A priority".to_owned())),
        (_, Some(ceiling)) if asked < ceiling => {
            Err(IncidentError::ClaimExceedsProof { asked, ceiling, status })
        }
        _ => Ok(()),
    }
}

/// What remains of a granted priority when the status changes: never more than the new status carries. A dispute
/// freezes it, for a dispute is no disproof and must not make a deadline disappear (docs/adr/0004).
pub(crate) fn retained(held: Option<Priority>, status: EvidenceStatus) -> Option<Priority> {
    match (status, ceiling(status)) {
        (EvidenceStatus::Disputed, _) => held,
        (_, None) => None,
        (_, Some(ceiling)) => held.map(|p| p.max(ceiling)),
    }
}

impl Incident {
    /// Takes over the status its evidence has together; priority, SLA and flags follow. `None` if nothing changes.
    pub fn inherit(&self, status: EvidenceStatus, now: Timestamp) -> Option<Decision> {
        if status == self.evidence_status {
            return None;
        }
        let mut next = self.clone();
        next.evidence_status = status;
        next.priority = retained(self.priority, status);
        next.sla_due_at = next.priority.map(|p| self.created_at.plus_hours(p.sla_hours()));
        next.flags = ruled_flags(&next);
        Some(Decision::between(self, next, now))
    }
}
