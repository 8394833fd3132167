//! A report on its way to an authority: requested, made, sent, received (CONTRACT §10). Pure; storage, transport and
//! time are the caller's.

mod id;
mod receipt;
#[cfg(test)]
mod tests;

pub use id::{MAX_REPORTS, ReportId, ReportIdError};
pub use receipt::{MAX_RECEIPTS, MAX_REFERENCE, NewReceipt, Receipt, ReceiptKind};

use crate::missing::MissingField;
use crate::regime::{Phase, Regime};
use probatum_evidence::Sha256Hex;
use probatum_kernel::{
    Actor, Code, Coded, EvidenceId, FieldFault, IncidentId, TextError, Timestamp, check_line,
};
use serde::{Deserialize, Serialize};

/// The most characters of a target.
pub const MAX_TARGET: usize = 200;
/// The most characters kept of a reason.
const MAX_FAILURE: usize = 500;
/// The wait after the first attempt that failed, in milliseconds; doubled after each further one.
const FIRST_WAIT: i64 = 5_000;
/// The longest wait of our own, in milliseconds.
const LONGEST_WAIT: i64 = 30 * 60 * 1000;
/// The longest wait the other side may ask for, in milliseconds.
const LONGEST_ASKED: i64 = 6 * 60 * 60 * 1000;
/// Attempts until a report is given up: the waits between them add up to some three hours.
pub const MAX_TRIES: u32 = 14;

probatum_kernel::vocabulary! {
    /// Where a report is.
    pub enum DeliveryState("delivery state") {
        /// It is being made, or waits to be sent.
        Pending = "edelivery_pending",
        /// It was handed over; nothing yet proves that it arrived.
        Sent = "sent",
        /// A receipt proves that it arrived.
        Delivered = "delivered",
        /// It could not be made or sent; somebody has to look.
        Failed = "failed",
    }
}

/// The bundle of a report, once it is made. It is never made anew: what is sent twice is the same file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// Where the file is kept.
    pub storage_key: String,
    /// Its length in bytes.
    pub size: u64,
    /// Its SHA-256.
    pub sha256: Sha256Hex,
    /// The SHA-256 of its manifest, which names its content.
    pub manifest_sha256: Sha256Hex,
    /// The key that signed it.
    pub key_id: String,
    /// When it was made.
    pub built_at: Timestamp,
}

/// What is asked for when a report is requested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFiling {
    /// Its id.
    pub id: ReportId,
    /// The incident.
    pub incident_id: IncidentId,
    /// The regime.
    pub regime: Regime,
    /// The phase.
    pub phase: Phase,
    /// To whom, as the request names it: 1–[`MAX_TARGET`] characters.
    pub target: String,
    /// The version of the incident it tells about.
    pub incident_version: i64,
    /// The version of the stored facts it rests on, if there are some.
    pub facts_version: Option<u32>,
    /// The version of the rules.
    pub rule_version: String,
    /// What the phase asks for and nobody stated.
    pub missing: Vec<MissingField>,
}

/// A report on its way. Fields are readable by all; only the methods make a next one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filing {
    /// Its id.
    pub id: ReportId,
    /// The incident.
    pub incident_id: IncidentId,
    /// The regime.
    pub regime: Regime,
    /// The phase.
    pub phase: Phase,
    /// To whom.
    pub target: String,
    /// Where it is.
    pub state: DeliveryState,
    /// Who asked for it.
    pub requested_by: Actor,
    /// When it was asked for: what it says is as of this moment.
    pub created_at: Timestamp,
    /// The version of the incident it tells about.
    pub incident_version: i64,
    /// The version of the stored facts it rests on.
    pub facts_version: Option<u32>,
    /// The version of the rules.
    pub rule_version: String,
    /// What the phase asks for and nobody stated.
    pub missing: Vec<MissingField>,
    /// The bundle, once it is made.
    pub bundle: Option<Sealed>,
    /// When it was handed over to whoever answers for it, by our clock; or received, if a receipt came first.
    pub submitted_at: Option<Timestamp>,
    /// What the other side calls the delivery, if it says.
    pub reference: Option<String>,
    /// When it was received, as the earliest of the receipts proves.
    pub received_at: Option<Timestamp>,
    /// The receipts.
    pub receipts: Vec<Receipt>,
    /// Why it failed, or why the last attempt did.
    pub failure: Option<String>,
    /// Attempts since the last step that succeeded.
    pub tries: u32,
    /// Counts claims. Whoever holds the last one may say how it went, and nobody else.
    pub claim: i64,
    /// When somebody has to look at it: the next attempt, or the end of the present claim.
    pub wake_at: Option<Timestamp>,
    /// Counts changes, from 1.
    pub version: i64,
}

/// Why a step of a report was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FilingError {
    /// Fields are wrong.
    #[error("{}", .0.iter().map(|f| format!("{}: {}", f.field, f.message)).collect::<Vec<_>>().join("; "))]
    Invalid(Vec<FieldFault>),
    /// There is no bundle yet.
    #[error("The report is not made yet; there is nothing a receipt could be for. Try again in a moment.")]
    NotMade,
    /// Only what failed is tried again.
    #[error("The report is {0}; only one that failed is sent again.")]
    NotFailed(DeliveryState),
    /// The receipt is for another document.
    #[error(
        "The receipt is for another document: its document_hash is not the SHA-256 of the bundle sent; nothing was kept."
    )]
    OtherDocument,
    /// This receipt is on record.
    #[error("A receipt of this type and reference is on record already.")]
    Known,
    /// There are as many as one report may have.
    #[error("The report has {MAX_RECEIPTS} receipts, the most one may have.")]
    TooManyReceipts,
}

impl Coded for FilingError {
    fn code(&self) -> Code {
        match self {
            Self::Invalid(_) => Code::ValidationFailed,
            Self::NotMade | Self::NotFailed(_) | Self::Known | Self::TooManyReceipts => Code::StateConflict,
            Self::OtherDocument => Code::HashMismatch,
        }
    }

    fn fields(&self) -> Vec<FieldFault> {
        match self {
            Self::Invalid(faults) => faults.clone(),
            Self::OtherDocument => {
                vec![FieldFault::new("document_hash", "mismatch", "is not the SHA-256 of the bundle sent")]
            }
            _ => Vec::new(),
        }
    }
}

/// How an attempt to make or send a report failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missed {
    /// Why, in a sentence for people, without inner details.
    pub reason: String,
    /// Trying again gives nothing better.
    pub for_good: bool,
    /// How many milliseconds the other side asked to wait.
    pub asked_wait: Option<i64>,
}

impl Filing {
    /// A report that was asked for.
    ///
    /// # Errors
    /// The target has no text, too much of it, or control characters.
    pub fn request(new: NewFiling, by: &Actor, now: Timestamp) -> Result<Self, FilingError> {
        if let Err(e) = check_line(&new.target, MAX_TARGET) {
            let code = if e == TextError::Empty { "required" } else { "invalid" };
            return Err(FilingError::Invalid(vec![FieldFault::new("target", code, e.to_string())]));
        }
        Ok(Self {
            id: new.id,
            incident_id: new.incident_id,
            regime: new.regime,
            phase: new.phase,
            target: new.target,
            state: DeliveryState::Pending,
            requested_by: by.clone(),
            created_at: now,
            incident_version: new.incident_version,
            facts_version: new.facts_version,
            rule_version: new.rule_version,
            missing: new.missing,
            bundle: None,
            submitted_at: None,
            reference: None,
            received_at: None,
            receipts: Vec::new(),
            failure: None,
            tries: 0,
            claim: 0,
            wake_at: Some(now),
            version: 1,
        })
    }

    /// Whether it says everything the phase asks for.
    pub fn is_complete(&self) -> bool {
        self.missing.is_empty()
    }

    /// Whether it waits for somebody to make or send it, and the time for that has come.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.state == DeliveryState::Pending && self.wake_at.is_some_and(|at| at <= now)
    }

    /// Claims the next step until `until`; `None` if there is none, or somebody else is at it.
    pub fn claimed(&self, until: Timestamp, now: Timestamp) -> Option<Self> {
        let (tries, claim) = (self.tries.saturating_add(1), self.claim.saturating_add(1));
        self.is_due(now).then(|| Self { tries, claim, wake_at: Some(until), ..self.changed() })
    }

    /// The report with its bundle, to be sent now; `None` if `claim` is not the last one any more.
    pub fn made(&self, claim: i64, bundle: Sealed, now: Timestamp) -> Option<Self> {
        let next = Self { tries: 0, failure: None, wake_at: Some(now), ..self.changed() };
        (self.holds(claim) && self.bundle.is_none()).then_some(Self { bundle: Some(bundle), ..next })
    }

    /// The report after it was handed over; `None` if `claim` is not the last one any more. It counts as `submitted`
    /// only if whoever took it answers for it.
    pub fn sent(
        &self,
        claim: i64,
        reference: Option<String>,
        submitted: bool,
        now: Timestamp,
    ) -> Option<Self> {
        self.holds(claim).then(|| Self {
            state: DeliveryState::Sent,
            submitted_at: submitted.then_some(now),
            reference,
            failure: None,
            wake_at: None,
            ..self.changed()
        })
    }

    /// The report after an attempt that failed: it is tried again after a wait, or given up. `None` if `claim` is not
    /// the last one any more.
    pub fn missed(&self, claim: i64, how: &Missed, now: Timestamp) -> Option<Self> {
        if !self.holds(claim) {
            return None;
        }
        let failure = Some(how.reason.chars().take(MAX_FAILURE).collect());
        if how.for_good || self.tries >= MAX_TRIES {
            let state = DeliveryState::Failed;
            return Some(Self { state, failure, wake_at: None, ..self.changed() });
        }
        let doublings = self.tries.saturating_sub(1).min(20);
        let wait = FIRST_WAIT.saturating_mul(1i64 << doublings).min(LONGEST_WAIT);
        let wait = how.asked_wait.map_or(wait, |asked| asked.clamp(wait, LONGEST_ASKED));
        Some(Self { failure, wake_at: Some(now.plus_millis(wait)), ..self.changed() })
    }

    /// The report that failed, to be tried again at once: made first, if it is not, and sent as it was made, if it is.
    ///
    /// # Errors
    /// It did not fail.
    pub fn retried(&self, now: Timestamp) -> Result<Self, FilingError> {
        if self.state != DeliveryState::Failed {
            return Err(FilingError::NotFailed(self.state));
        }
        Ok(Self {
            state: DeliveryState::Pending,
            failure: None,
            tries: 0,
            wake_at: Some(now),
            ..self.changed()
        })
    }

    /// The report with a receipt, which is kept as `evidence`. A receipt proves more than our own record does: it counts
    /// also for a report we took for not sent, and nothing is sent after it.
    ///
    /// # Errors
    /// There is no bundle yet, the receipt is for another document or on record, or its fields are wrong.
    pub fn received(
        &self,
        receipt: &NewReceipt,
        evidence: EvidenceId,
        now: Timestamp,
    ) -> Result<Self, FilingError> {
        let bundle = self.bundle.as_ref().ok_or(FilingError::NotMade)?;
        receipt.check(&bundle.sha256, self.created_at, now)?;
        if self.receipts.iter().any(|r| (r.kind, &r.reference) == (receipt.kind, &receipt.reference)) {
            return Err(FilingError::Known);
        }
        if self.receipts.len() >= MAX_RECEIPTS {
            return Err(FilingError::TooManyReceipts);
        }
        let mut next = self.changed();
        next.receipts.push(receipt.kept(evidence));
        next.received_at =
            Some(self.received_at.map_or(receipt.received_at, |at| at.min(receipt.received_at)));
        next.submitted_at = self.submitted_at.or(next.received_at);
        Ok(Self { state: DeliveryState::Delivered, failure: None, wake_at: None, ..next })
    }

    fn holds(&self, claim: i64) -> bool {
        self.state == DeliveryState::Pending && self.claim == claim
    }

    fn changed(&self) -> Self {
        Self { version: self.version.saturating_add(1), ..self.clone() }
    }
}
