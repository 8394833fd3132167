//! The port of feeds: what incidents are known by outside, so that what comes twice is one incident.

use crate::ports::Answered;
use probatum_evidence::Sha256Hex;
use probatum_intake::SimHash;
use probatum_kernel::{IncidentId, IntakeId, Timestamp, vocabulary};

vocabulary! {
    /// What of a delivery an incident is known by.
    pub enum FeedKey("feed key") {
        /// The canonical address of an article.
        Url = "url",
        /// The words of an article.
        Text = "text",
        /// A reported mail.
        Mail = "mail",
        /// The STIX id of an object.
        Stix = "stix",
    }
}

/// Rows about what incidents from feeds are known by. They go with their incident.
pub trait FeedRows {
    /// The incident known by a key.
    fn known_by(&mut self, kind: FeedKey, hash: &Sha256Hex) -> Answered<Option<IncidentId>>;
    /// Makes an incident known by a key. MUST fail as transient if another one is: whoever asks again finds that one.
    fn make_known(
        &mut self,
        kind: FeedKey,
        hash: &Sha256Hex,
        incident: IncidentId,
        at: Timestamp,
    ) -> Answered<()>;
    /// Incidents that are neither closed nor resolved, with a text noted since `since` that shares a band with this one, the
    /// newest first, a few hundred at most. In a writing transaction nobody else notes a text of these bands until the end.
    fn texts_like(&mut self, text: SimHash, since: Timestamp) -> Answered<Vec<(SimHash, IncidentId)>>;
    /// Notes a text of an incident.
    fn add_text(&mut self, text: SimHash, incident: IncidentId, at: Timestamp) -> Answered<()>;
    /// The delivery that opened an incident, if one did.
    fn opened_by(&mut self, incident: IncidentId) -> Answered<Option<IntakeId>>;
    /// Notes that an incident has an original as evidence; says whether it had not before.
    fn add_original(&mut self, incident: IncidentId, hash: &Sha256Hex) -> Answered<bool>;
}
