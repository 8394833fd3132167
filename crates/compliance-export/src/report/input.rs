//! What a report is built from: the incident as it may be told to others, its steps, its story.

use crate::clocks::Clocks;
use crate::facts::FactSheet;
use crate::regime::{Phase, Regime};
use crate::rules::RuleSet;
use probatum_evidence::{CustodyEntry, Evidence, Sha256Hex};
use probatum_kernel::{Actor, EvidenceId, IncidentId, Timestamp};
use serde::{Deserialize, Serialize};

/// The incident in a report. Raw data, versions and what is derived from all evidence are left out on
/// purpose: they would tell of evidence that does not leave.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IncidentData {
    /// Its id; absent only in a default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<IncidentId>,
    /// What people call it: `INC-2026-0042`.
    pub public_id: String,
    /// Its title.
    pub title: String,
    /// What happened, in short.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Its level.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    /// Its category.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Its severity as a band.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<String>,
    /// Its severity, 0–10.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity_score: Option<u8>,
    /// Its priority.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<String>,
    /// Where the response stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_lifecycle: Option<String>,
    /// What it turned out to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disposition: Option<String>,
    /// The flags raised.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<String>,
    /// The sector.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sector: Option<String>,
    /// The country (ISO 3166-1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// The AI agent concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<String>,
    /// The asset concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asset: Option<String>,
    /// Impact on confidentiality, 0–3.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub impact_confidentiality: Option<u8>,
    /// Impact on integrity, 0–3.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub impact_integrity: Option<u8>,
    /// Impact on availability, 0–3.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub impact_availability: Option<u8>,
    /// When it happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<Timestamp>,
    /// When it was noticed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detected_at: Option<Timestamp>,
    /// When it was known for what it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aware_at: Option<Timestamp>,
    /// When it was classified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub determined_at: Option<Timestamp>,
    /// When it came into the registry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When it was contained.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contained_at: Option<Timestamp>,
    /// When it was resolved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolved_at: Option<Timestamp>,
    /// When it was closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Timestamp>,
}

/// A response step in a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionData {
    /// Its id.
    pub id: String,
    /// What is done.
    pub title: String,
    /// How it stands.
    pub status: String,
    /// Who does it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// When it is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// When it was completed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<Timestamp>,
    /// The evidence that it worked; left out of the report if that does not leave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation_ref: Option<EvidenceId>,
    /// Carried out by the simulator, not in the world.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub simulated: bool,
}

/// An entry of the timeline. One that follows from evidence (it was attached, verified, or moved the status
/// of the incident) MUST name it, so that it stays back with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimelineEntry {
    /// When.
    pub at: Timestamp,
    /// What kind of event.
    pub kind: String,
    /// Who.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<Actor>,
    /// In words.
    pub text: String,
    /// The evidence it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence_id: Option<EvidenceId>,
}

/// The head of the registry's audit log, printed in the report so that the recipient can hold the registry to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    /// How many entries the log had.
    pub tree_size: u64,
    /// Its Merkle root (RFC 9162).
    pub root_hash: Sha256Hex,
    /// When it was taken.
    pub at: Timestamp,
    /// The signature over it, base64, if the registry signs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
}

/// A report on the same incident that was made before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreviousReport {
    /// Its id.
    pub report_id: String,
    /// Its phase.
    pub phase: Phase,
    /// When it was submitted, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submitted_at: Option<Timestamp>,
}

/// An item of evidence with its chain of custody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exhibit {
    /// The item.
    pub item: Evidence,
    /// Its chain, in order.
    pub chain: Vec<CustodyEntry>,
}

/// Everything a report is built from. All evidence may be passed: what does not leave is left out here.
#[derive(Debug, Clone, Copy)]
pub struct ReportInput<'a> {
    /// The rules.
    pub rules: &'a RuleSet,
    /// The id of the report: `RPT-2026-0042-1`.
    pub report_id: &'a str,
    /// The regime.
    pub regime: Regime,
    /// The phase.
    pub phase: Phase,
    /// The authority as the request names it.
    pub target: &'a str,
    /// Who runs the registry.
    pub organisation: &'a str,
    /// Who asked for the report.
    pub created_by: &'a Actor,
    /// Now.
    pub created_at: Timestamp,
    /// The incident.
    pub incident: &'a IncidentData,
    /// The facts.
    pub facts: &'a FactSheet,
    /// Their version.
    pub facts_version: Option<u32>,
    /// The clocks at `created_at`.
    pub clocks: &'a Clocks,
    /// All evidence.
    pub evidence: &'a [Exhibit],
    /// The steps.
    pub actions: &'a [ActionData],
    /// The timeline, in order.
    pub timeline: &'a [TimelineEntry],
    /// The reports before this one.
    pub previous: &'a [PreviousReport],
    /// The head of the audit log.
    pub checkpoint: Option<&'a Checkpoint>,
}
