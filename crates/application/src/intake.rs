//! Deliveries to the intake: what came in, durable before it is answered, and what became of it.

use crate::use_cases::intake::QueueFull;
use probatum_evidence::Sha256Hex;
use probatum_incident::{Lifecycle, QueueStatus};
use probatum_intake::Tally;
use probatum_kernel::{Actor, IncidentId, IntakeId, PublicId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

probatum_kernel::vocabulary! {
    /// What was delivered.
    pub enum IntakeKind("intake kind") {
        /// Log events.
        Log = "log",
        /// A report of open sources.
        Osint = "osint",
        /// A reported mail.
        Email = "email",
        /// A STIX bundle.
        Stix = "stix",
    }
}

probatum_kernel::vocabulary! {
    /// Where a delivery stands.
    pub enum IntakeState("intake status") {
        /// On disk; it waits or is being worked through.
        Queued = "queued",
        /// Worked through: what could be taken was.
        Processed = "processed",
        /// Worked through: nothing could be taken.
        Rejected = "rejected",
    }
}

/// One part of a delivery that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartFault {
    /// Its place, from 0.
    pub index: u32,
    /// What is wrong with it.
    pub message: String,
}

/// The most faults that are kept by index; all are counted.
pub const MAX_FAULTS: usize = 100;

/// A delivery.
#[derive(Debug, Clone, PartialEq)]
pub struct Intake {
    /// Its id.
    pub id: IntakeId,
    /// What was delivered.
    pub kind: IntakeKind,
    /// Where it stands.
    pub state: IntakeState,
    /// Which principal sent it: whose repetition counts as one.
    pub sender: String,
    /// As whom.
    pub received_by: Actor,
    /// Under which request id.
    pub request_id: String,
    /// When.
    pub received_at: Timestamp,
    /// When it was settled.
    pub finished_at: Option<Timestamp>,
    /// The media type it was sent with.
    pub media_type: Option<String>,
    /// What it is.
    pub hash: Sha256Hex,
    /// Bytes.
    pub size: u64,
    /// Where the blob store has it, as long as nothing else refers to that.
    pub blob: Option<String>,
    /// What its kind keeps beside or instead of content.
    pub command: Option<Value>,
    /// How many events, articles or objects it has.
    pub events: u32,
    /// How many of them were taken.
    pub accepted: u32,
    /// How many were not.
    pub rejected: u32,
    /// The first [`MAX_FAULTS`] of those, by place.
    pub faults: Vec<PartFault>,
    /// Why nothing was taken, where that is not a matter of its parts.
    pub reason: Option<String>,
    /// The earlier delivery it repeats.
    pub duplicate_of: Option<IntakeId>,
    /// How many steps of its processing are done.
    pub steps: u32,
    /// How many incidents it opened or joined.
    pub incidents: u32,
    /// How often it was claimed; the number of the claim that holds.
    pub attempts: u32,
    /// When somebody has to look at it: at once, or when the claim ends. `None` once it is settled.
    pub wake_at: Option<Timestamp>,
    /// How many of the claims do not count towards giving it up: those that something of ours ended, and those before it
    /// was tried again.
    pub forgiven: u32,
    /// When somebody had it tried again last.
    pub retried_at: Option<Timestamp>,
}

impl Intake {
    /// Whether it was given up: settled for a reason that lies in no part of it. It keeps its content.
    pub fn is_given_up(&self) -> bool {
        self.finished_at.is_some() && self.reason.is_some()
    }
}

/// What a delivery did to one incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntakeLink {
    /// The incident.
    pub incident: IncidentId,
    /// What people call it.
    pub public_id: PublicId,
    /// How many of its events came with this delivery.
    pub events: u32,
    /// Whether it opened the incident; else it joined.
    pub opened: bool,
    /// Where the incident stands in the queue.
    pub status: QueueStatus,
    /// How far the response to it is.
    pub lifecycle: Lifecycle,
}

/// What is under way in the intake, all replicas together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Backlog {
    /// Deliveries not settled yet.
    pub batches: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// How much may be under way before new deliveries are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueLimits {
    /// Deliveries.
    pub batches: u64,
    /// Bytes.
    pub bytes: u64,
}

impl Default for QueueLimits {
    fn default() -> Self {
        Self { batches: 1_000, bytes: 1024 * 1024 * 1024 }
    }
}

impl QueueLimits {
    /// Refuses a delivery of `size` bytes if it does not fit any more.
    pub fn admit(self, backlog: Backlog, size: u64) -> Result<(), QueueFull> {
        // A delivery larger than the limit must get in when nothing else is there, or it never would.
        let fits = backlog.batches == 0 || backlog.bytes.saturating_add(size) <= self.bytes;
        if backlog.batches < self.batches && fits { Ok(()) } else { Err(QueueFull(backlog)) }
    }
}

/// The events of an incident, and how many deliveries they came with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correlated {
    /// The incident.
    pub incident: IncidentId,
    /// Its events.
    pub tally: Tally,
    /// How many deliveries are attached to it as evidence.
    pub batches: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_queue_has_two_limits() {
        let limits = QueueLimits { batches: 3, bytes: 100 };
        let admits = |batches, bytes, size| limits.admit(Backlog { batches, bytes }, size).is_ok();
        assert!(admits(2, 90, 10));
        assert!(!admits(2, 91, 10), "too many bytes");
        assert!(!admits(3, 0, 0), "too many deliveries");
        assert!(admits(0, 0, 1_000), "alone, a large one gets in");
    }
}
