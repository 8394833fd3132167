//! Reports to authorities: what is due when, what it has to say, and a signed bundle that proves it.
//!
//! - [`RuleSet`]: the regimes' rules as versioned data, which an operator may replace by a file.
//! - [`Clocks`]: every deadline of an incident with its state, its reason and its law; [`ClockHistory`] keeps
//!   how they moved.
//! - [`FactSheet`]: one set of answers for all regimes; [`missing`] names what a phase still lacks.
//! - [`Report`]: the document of a phase as JSON, HTML and PDF, without a word about evidence that stays.
//! - [`Filing`]: a report on its way to an authority, from the request to the receipt.
//! - [`BundleWriter`] and [`verify`]: a BagIt bag (RFC 8493) in a zip archive with a DSSE signature
//!   (Ed25519), written and checked as a stream.
//!
//! Pure: no clock, no randomness, no network and no files. `now`, ids and keys are arguments; what is read
//! and written are the caller's [`Read`](std::io::Read), [`Seek`](std::io::Seek) and
//! [`Write`](std::io::Write).
//!
//! ```
//! use probatum_compliance_export::*;
//! use probatum_kernel::{Actor, Timestamp};
//! use std::io::Cursor;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let now: Timestamp = "2026-11-21T12:00:00Z".parse()?;
//! let rules = RuleSet::built_in();
//! let mut case = CaseFacts::default();
//! case.conditions.insert(Condition::Nis2Relevant);
//! case.moments.insert(Anchor::AwareAt, "2026-11-21T09:15:00Z".parse()?);
//! let clocks = Clocks::compute(rules, &case, now);
//!
//! let incident = IncidentData { public_id: "INC-2026-0042".into(), title: "Phishing".into(), ..IncidentData::default() };
//! let by: Actor = "legal:anowak".parse()?;
//! let report = Report::build(&ReportInput {
//!     rules, report_id: "RPT-2026-0042-1", regime: Regime::Nis2, phase: Phase::EarlyWarning24h,
//!     target: "CSIRT NASK", organisation: "Example SA", created_by: &by, created_at: now,
//!     incident: &incident, facts: &FactSheet::default(), facts_version: None, clocks: &clocks,
//!     evidence: &[], actions: &[], timeline: &[], previous: &[], checkpoint: None,
//! })?;
//! assert!(report.missing.iter().any(|m| m.field == "suspected_unlawful_or_malicious"));
//!
//! let key = SecretKey::from_seed(&[7; 32]); // 32 random bytes, in earnest
//! let writer = BundleWriter::begin(Cursor::new(Vec::new()), &report, &report.documents()?)?;
//! let (mut bundle, summary) = writer.finish(&key)?;
//! let found = verify(&mut bundle, &[key.public()], &mut |_| {})?;
//! assert!(found.ok && found.trusted && found.key_id == Some(summary.key_id));
//! # Ok(())
//! # }
//! ```
//!
//! An engineering aid, not legal advice.

mod bundle;
mod calendar;
mod clocks;
mod condition;
mod facts;
mod filing;
mod missing;
mod regime;
mod report;
mod rules;
mod span;

pub use bundle::{
    BundleError, BundleFault, BundleSummary, BundleWriter, Documents, KeyError, KeyRecord, LogHead,
    NoteError, PAYLOAD_TYPE, PREDICATE_TYPE, Predicate, Progress, PublicKey, SecretKey, SignedHead,
    SigningKeys, Verification, pae, parse_public_keys, verify, write_bundle,
};
pub use calendar::{Calendar, Counting, Due, FixedHoliday, SummerTime};
pub use clocks::{
    CaseFacts, ChangeKind, Clock, ClockChange, ClockHistory, ClockState, Clocks, Limb, MAX_REASON, Reason,
    SetDate, Snapshot, Submission, Waiver,
};
pub use condition::{Answers, Condition, Expr};
pub use facts::{
    ActualOrEstimate, Affected, Ai, AiHarm, AiReportType, AiRole, Authority, Cause, Circumstances,
    Communication, Contact, Contacts, Count, CountryCode, CrossBorder, Currency, Description, Dora,
    DoraAuthority, DoraCriterion, DoraDiscovery, DoraIncidentType, DoraRootCause, DoraSubmission,
    DoraTechnique, Duration, Email, Entity, Fact, FactSheet, FieldDef, Impact, Indicator, Lei, Line,
    MAX_COUNT, MAX_ENTRIES, MAX_LINE, MAX_TEXT, Measures, NamedEntity, OtherNotification, Percent, Phone,
    Ransom, Revision, RevisionError, RiskLevel, Text, Timing, YesNoUnknown,
};
pub use filing::{
    DeliveryState, Filing, FilingError, MAX_RECEIPTS, MAX_REFERENCE, MAX_REPORTS, MAX_TARGET, MAX_TRIES,
    Missed, NewFiling, NewReceipt, Receipt, ReceiptKind, ReportId, ReportIdError, Sealed,
};
pub use missing::{MissingField, missing};
pub use regime::{Phase, Regime, UnknownPhase};
pub use report::{
    ActionData, Checkpoint, ContentRecord, Deadline, EvidenceRecord, Exhibit, IncidentData, ListedEvidence,
    PdfError, PreviousReport, REPORT_FORMAT, Released, Report, ReportInput, Section, StatedField,
    TimelineEntry, WITHHELD,
};
pub use rules::{
    Anchor, AnchorRef, BindingFrom, Fault, MAX_RULES, MAX_RULES_BYTES, OnlyIf, Precedence, Requirement, Rule,
    RuleSet, Step,
};
pub use span::{Day, DayError, MAX_SPAN, Span, SpanError};
