//! What the intake needs from a transaction: deliveries as a queue of rows, and which incidents events belong to.

use crate::intake::{Backlog, Correlated, Intake, IntakeKind, IntakeLink};
use crate::ports::Answered;
use probatum_evidence::Sha256Hex;
use probatum_intake::Tally;
use probatum_kernel::{IncidentId, IntakeId, Timestamp};

/// What makes two deliveries the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent<'a> {
    /// By whom.
    pub sender: &'a str,
    /// As what.
    pub kind: IntakeKind,
    /// As which media type.
    pub media_type: Option<&'a str>,
    /// Which content.
    pub hash: &'a Sha256Hex,
}

/// Rows of deliveries.
pub trait IntakeRows {
    /// Inserts a delivery.
    fn insert_intake(&mut self, intake: &Intake) -> Answered<()>;
    /// Reads a delivery.
    fn intake(&mut self, id: IntakeId) -> Answered<Option<Intake>>;
    /// The newest delivery of this since `since` (or tried again since) that
    /// counts: waiting, or worked through to its end with an incident that still exists; not rejected and not itself a
    /// repetition. In a writing transaction nobody else inserts one of the same until the end.
    fn intake_of_content(&mut self, of: &Sent<'_>, since: Timestamp) -> Answered<Option<IntakeId>>;
    /// The newest delivery of this of which a part was counted when it was
    /// given up, since `since`, with an incident that still exists, and whose content is kept.
    fn halfway_of_content(&mut self, of: &Sent<'_>, since: Timestamp) -> Answered<Option<Intake>>;
    /// What is not settled yet. MUST cost no more than the queue is long.
    fn intake_backlog(&mut self) -> Answered<Backlog>;
    /// Whether there may be a delivery to claim.
    fn intake_is_due(&mut self, now: Timestamp) -> Answered<bool>;
    /// Claims a delivery that is due until `lease_until`, the longest due first; nobody else gets it before.
    fn claim_intake(&mut self, now: Timestamp, lease_until: Timestamp) -> Answered<Option<Intake>>;
    /// Replaces `before` by `next`, as long as the claim and the steps are those of `before`; says whether it did. If
    /// not, somebody else has taken over, and the transaction MUST keep nothing of what it did.
    fn save_intake(&mut self, before: &Intake, next: &Intake) -> Answered<bool>;
    /// Notes what a delivery did to an incident; adds to what it did already. Says whether the incident is new to it.
    fn link_intake(
        &mut self,
        id: IntakeId,
        incident: IncidentId,
        events: u32,
        opened: bool,
    ) -> Answered<bool>;
    /// What a delivery did to which incidents, in their order, at most `limit`. Deleted ones are gone.
    fn intake_links(&mut self, id: IntakeId, limit: u32) -> Answered<Vec<IntakeLink>>;
    /// Lets go of the content of deliveries settled before `before`, the longest settled first, at most `limit`: notes it
    /// for deletion at `now`; says how many.
    fn forget_content(&mut self, before: Timestamp, now: Timestamp, limit: u32) -> Answered<usize>;
    /// Whether an item of evidence or a delivery refers to this content.
    fn blob_in_use(&mut self, key: &str) -> Answered<bool>;
    /// Takes content from what is to be deleted if something refers to it still; says whether it did. MUST see every
    /// reference, also one that goes at this very moment.
    fn spare_blob(&mut self, key: &str) -> Answered<bool>;
}

/// Which incidents events belong to.
pub trait CorrelationRows {
    /// Nobody else decides about events of these keys until the end of the transaction. MUST take them in one order,
    /// whatever the order given.
    fn lock_correlations(&mut self, keys: &[&str]) -> Answered<()>;
    /// The incidents of a key that are open (neither closed nor resolved) and whose first to last event reaches into the
    /// time `from` to `to`, both included; newest first, at most `limit`.
    fn correlated(
        &mut self,
        key: &str,
        from: Timestamp,
        to: Timestamp,
        limit: u32,
    ) -> Answered<Vec<Correlated>>;
    /// Notes the events of an incident, in the place of what was noted before.
    fn save_correlation(&mut self, key: &str, correlated: &Correlated) -> Answered<()>;
    /// How many events an incident has, if it came from events.
    fn tally_of(&mut self, incident: IncidentId) -> Answered<Option<Tally>>;
}
