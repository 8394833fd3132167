//! What takes a report out of the house: the port that makes its bundle and the port that delivers it. Both take time, so
//! they work between transactions: claim → make or send → record.

use crate::ports::Chunks;
use probatum_compliance_export::{Phase, Regime, Report, ReportId, Sealed};
use probatum_kernel::{EvidenceId, PublicId};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// Why a bundle was not made, or not delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setback {
    /// For people: one sentence without inner details, which names no evidence.
    pub reason: String,
    /// For the log.
    pub cause: String,
    /// The item of evidence that stands in the way.
    pub evidence: Option<EvidenceId>,
    /// Trying again gives nothing better.
    pub for_good: bool,
    /// How long the other side asked to wait.
    pub wait: Option<Duration>,
}

impl Setback {
    /// Something that another attempt may mend.
    pub fn passing(reason: impl Into<String>, cause: impl Into<String>) -> Self {
        Self { reason: reason.into(), cause: cause.into(), evidence: None, for_good: false, wait: None }
    }

    /// Something that somebody has to mend.
    pub fn for_good(reason: impl Into<String>, cause: impl Into<String>) -> Self {
        Self { for_good: true, ..Self::passing(reason, cause) }
    }
}

/// An outcome to come.
pub type Outgoing<'a, T> = Pin<Box<dyn Future<Output = Result<T, Setback>> + Send + 'a>>;

/// A bundle to be made.
#[derive(Debug)]
pub struct BundleOrder {
    /// The report.
    pub report: Report,
    /// Where the content of its evidence is, by item: the keys of the blob store.
    pub contents: BTreeMap<EvidenceId, String>,
}

/// What makes bundles.
pub trait Bundles: Send + Sync {
    /// Makes a bundle and keeps it in the blob store. The same order MUST give the same bytes as long as the registry has
    /// the same key. MUST answer only once the file is durable, MUST use constant memory for the content of evidence, and
    /// MUST fail for good, naming the item, if content is gone or is not what the report says.
    fn make(&self, order: BundleOrder) -> Outgoing<'_, Sealed>;
}

/// A bundle to be delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// The report. It is also the idempotency key: the same for every attempt, whoever makes it.
    pub report_id: ReportId,
    /// The incident.
    pub incident: PublicId,
    /// The regime.
    pub regime: Regime,
    /// The phase.
    pub phase: Phase,
    /// To whom, as the request named it.
    pub target: String,
    /// The file.
    pub bundle: Sealed,
}

/// A delivery the other side took over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Handed {
    /// What the other side calls it, if it says: one line, at most 200 characters.
    pub reference: Option<String>,
    /// Whether the other side is the recipient, or answers for reaching it. A folder does not: somebody has to carry on
    /// what lies there, and until a receipt shows it, nothing was submitted.
    pub submitted: bool,
}

/// What delivers bundles.
pub trait Delivery: Send + Sync {
    /// Hands `content`, the bytes of the parcel's bundle, to its target. MUST answer `Ok` only once the other side has
    /// the whole file; a second call with the same parcel MUST NOT make a second delivery, as far as the other side can
    /// prevent it.
    fn send(&self, parcel: Parcel, content: Chunks) -> Outgoing<'_, Handed>;
}
