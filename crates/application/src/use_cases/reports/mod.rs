//! Reports to authorities: ask for one, read them, try one again, put a receipt on record (CONTRACT §10).

mod frozen;
mod receipt;
mod running;
mod story;

pub use frozen::thaw;
pub use receipt::{Proof, receive};
pub use running::{begin, made, missed, sent};

use super::deadlines::{self, Basis};
use super::{incident_named, record};
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::permission::Permission;
use crate::ports::Tx;
use frozen::Frozen;
use probatum_compliance_export::{FactSheet, Filing, MAX_REPORTS, NewFiling, Phase, Regime, ReportId};
use probatum_evidence::{Sha256Hex, Visibility};
use probatum_incident::Incident;
use probatum_kernel::{Code, IncidentRef};
use serde_json::{Value, json};

/// What the request of a report is called in the audit log; everything before it is told in the report.
const REQUESTED: &str = "report.requested";

/// A report that is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct NewReport {
    /// To whom: a target of the configuration, or the name of an authority.
    pub target: String,
    /// The regime.
    pub regime: Regime,
    /// The phase, one of the regime's.
    pub phase: Phase,
    /// What is stated for this report alone, over the stored facts.
    pub facts: Option<FactSheet>,
}

/// Asks for a report of this organisation. What it says is fixed here and now, however much later it is made. From the
/// first report on the incident is not deleted. Doctrine: no evidence, no report.
pub fn request(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    id: IncidentRef,
    cmd: &NewReport,
    organisation: &str,
) -> Result<Filing, AppError> {
    ctx.require(Permission::ExportReports)?;
    let incident = incident_named(tx, id)?;
    if tx.evidence_of(incident.id)?.is_empty() {
        let detail = "A report to an authority needs evidence; attach some to the incident first.";
        return Err(AppError::new(Code::EvidenceRequired, detail));
    }
    let basis = Basis::of(tx, incident.id)?;
    let seq = u32::try_from(basis.reports.len()).unwrap_or(u32::MAX).saturating_add(1);
    let id = ReportId::new(incident.public_id, seq).ok_or_else(|| {
        AppError::new(
            Code::StateConflict,
            format!("The incident has {MAX_REPORTS} reports, the most one may have."),
        )
    })?;
    let frozen = Frozen::of(tx, ctx, &incident, cmd, basis, organisation)?;
    let rules = deadlines::rules();
    let mut new = NewFiling {
        id,
        incident_id: incident.id,
        regime: cmd.regime,
        phase: cmd.phase,
        target: cmd.target.clone(),
        incident_version: incident.version,
        facts_version: frozen.facts_version,
        rule_version: rules.version.clone(),
        missing: Vec::new(),
    };
    let draft = Filing::request(new.clone(), ctx.actor(), ctx.now)?;
    new.missing = frozen.report(&draft, Vec::new(), &[], rules)?.missing;
    let filing = Filing::request(new, ctx.actor(), ctx.now)?;
    let text = serde_json::to_string(&frozen).map_err(|e| AppError::internal(e.to_string()))?;
    tx.insert_report(&filing, &text)?;
    let detail = json!({
        "regime": filing.regime, "phase": filing.phase, "target": filing.target,
        "incident_version": filing.incident_version, "facts_version": filing.facts_version,
        "frozen_sha256": Sha256Hex::of(text.as_bytes()),
    });
    record(tx, ctx, REQUESTED, filing.id.to_string(), Some(incident.id), detail)?;
    Ok(filing)
}

/// What a report under this regime takes out of the house, in the words of CONTRACT §10.
pub fn scope(regime: Regime) -> [String; 3] {
    let rules = deadlines::rules();
    let leaves = Visibility::ALL.iter().filter(|v| rules.in_scope(regime, **v)).map(|v| v.as_str());
    let evidence = format!("evidence({})", leaves.collect::<Vec<_>>().join(","));
    ["incident".to_owned(), evidence, "timeline".to_owned()]
}

/// A report.
pub fn read(tx: &mut dyn Tx, ctx: &Ctx, id: ReportId) -> Result<Filing, AppError> {
    ctx.require(Permission::ReadReports)?;
    tx.report(id)?.ok_or_else(|| AppError::not_found("report"))
}

/// The reports of an incident, oldest first.
pub fn list(tx: &mut dyn Tx, ctx: &Ctx, id: IncidentRef) -> Result<Vec<Filing>, AppError> {
    ctx.require(Permission::ReadReports)?;
    let incident = incident_named(tx, id)?;
    tx.reports_of(incident.id)
}

/// Has a report that failed made or sent again, at once. What was made is sent as it is.
pub fn retry(tx: &mut dyn Tx, ctx: &Ctx, id: ReportId) -> Result<Filing, AppError> {
    ctx.require(Permission::ExportReports)?;
    let (incident, filing) = locked(tx, id)?;
    let next = filing.retried(ctx.now)?;
    save(tx, ctx, &incident, &filing, &next, "report.retried", json!({}))?;
    Ok(next)
}

/// A report and its incident, which nobody else changes until the end of the transaction.
fn locked(tx: &mut dyn Tx, id: ReportId) -> Result<(Incident, Filing), AppError> {
    let missing = || AppError::not_found("report");
    let of = tx.report(id)?.ok_or_else(missing)?.incident_id;
    let incident = incident_named(tx, IncidentRef::Id(of))?;
    let filing = tx.report(id)?.ok_or_else(missing)?;
    Ok((incident, filing))
}

/// Saves a step and records it, with what it adds to regime, phase and target.
fn save(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    incident: &Incident,
    before: &Filing,
    next: &Filing,
    event: &'static str,
    more: Value,
) -> Result<(), AppError> {
    tx.save_report(before, next)?;
    let mut detail = json!({
        "regime": next.regime, "phase": next.phase, "target": next.target, "delivery": next.state,
    });
    if let (Value::Object(detail), Value::Object(more)) = (&mut detail, more) {
        detail.extend(more);
    }
    record(tx, ctx, event, next.id.to_string(), Some(incident.id), detail)
}
