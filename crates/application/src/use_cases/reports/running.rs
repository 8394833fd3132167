//! Making and sending reports: claim → make or send → record. The work itself happens between the transactions, never
//! inside one; nobody asked for it in person, so there is no permission to check.

use super::{locked, save};
use crate::ctx::Ctx;
use crate::delivery::{Handed, Setback};
use crate::error::AppError;
use crate::ports::Tx;
use crate::use_cases::deadlines;
use probatum_compliance_export::{DeliveryState, Filing, Missed, ReportId, Sealed};
use probatum_kernel::Timestamp;
use serde_json::{Value, json};

/// Claims the next step of a report until `until`; `None` if there is none, or somebody else is at it.
pub fn begin(tx: &mut dyn Tx, ctx: &Ctx, id: ReportId, until: Timestamp) -> Result<Option<Filing>, AppError> {
    let Some(filing) = tx.report(id)? else { return Ok(None) };
    let Some(next) = filing.claimed(until, ctx.now) else { return Ok(None) };
    tx.save_report(&filing, &next)?;
    Ok(Some(next))
}

/// Records a bundle; says whether it did. A claim that was taken over meanwhile records nothing: its successor does.
pub fn made(tx: &mut dyn Tx, ctx: &Ctx, id: ReportId, claim: i64, bundle: &Sealed) -> Result<bool, AppError> {
    let (incident, filing) = locked(tx, id)?;
    let Some(next) = filing.made(claim, bundle.clone(), ctx.now) else { return Ok(false) };
    let detail = json!({
        "sha256": bundle.sha256, "manifest_sha256": bundle.manifest_sha256, "key_id": bundle.key_id,
    });
    save(tx, ctx, &incident, &filing, &next, "report.built", detail)?;
    Ok(true)
}

/// Records that a report was handed over.
pub fn sent(tx: &mut dyn Tx, ctx: &Ctx, id: ReportId, claim: i64, handed: &Handed) -> Result<(), AppError> {
    let (incident, filing) = locked(tx, id)?;
    let Some(next) = filing.sent(claim, handed.reference.clone(), handed.submitted, ctx.now) else {
        return Ok(());
    };
    save(tx, ctx, &incident, &filing, &next, "report.sent", json!({"reference": next.reference}))?;
    deadlines::recompute(tx, ctx, &incident)
}

/// Records that an attempt to make or send a report failed. Only the last one is told: a wait is none of the story.
pub fn missed(tx: &mut dyn Tx, ctx: &Ctx, id: ReportId, claim: i64, how: &Setback) -> Result<(), AppError> {
    let (incident, filing) = locked(tx, id)?;
    let named = how.evidence.map(|id| format!(" ({id})")).unwrap_or_default();
    let missed = Missed {
        reason: format!("{}{named}", how.reason),
        for_good: how.for_good,
        asked_wait: how.wait.map(|wait| i64::try_from(wait.as_millis()).unwrap_or(i64::MAX)),
    };
    let Some(next) = filing.missed(claim, &missed, ctx.now) else { return Ok(()) };
    if next.state != DeliveryState::Failed {
        return tx.save_report(&filing, &next);
    }
    let mut detail = json!({"reason": how.reason, "made": filing.bundle.is_some()});
    if let (Some(evidence), Value::Object(detail)) = (how.evidence, &mut detail) {
        detail.insert("evidence_id".to_owned(), json!(evidence));
    }
    save(tx, ctx, &incident, &filing, &next, "report.failed", detail)
}
