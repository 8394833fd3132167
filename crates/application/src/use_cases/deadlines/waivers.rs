//! Decisions of people that a duty does not apply, with reason and name, and their withdrawal.

use super::{recompute, rules};
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::permission::Permission;
use crate::ports::{StoredWaiver, Tx};
use crate::use_cases::{check_reason, incident_named, record};
use probatum_compliance_export::{Regime, Step, Waiver};
use probatum_kernel::{Code, IncidentRef};
use serde_json::json;

/// The most decisions about the duties of one incident.
const MAX_WAIVERS: usize = 500;

/// A decision that a duty does not apply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewWaiver {
    /// The regime.
    pub regime: Regime,
    /// The duty; every duty of the regime if `None`.
    pub step: Option<Step>,
    /// Why.
    pub reason: String,
}

/// Keeps a decision and computes the clocks anew.
pub fn waive(tx: &mut dyn Tx, ctx: &Ctx, id: IncidentRef, new: &NewWaiver) -> Result<StoredWaiver, AppError> {
    ctx.require(Permission::DecideDuties)?;
    check_reason(&new.reason)?;
    known(new)?;
    let incident = incident_named(tx, id)?;
    let before = tx.waivers(incident.id)?;
    if before.len() >= MAX_WAIVERS {
        let detail =
            format!("The incident has {MAX_WAIVERS} decisions about its duties, the most it may have.");
        return Err(AppError::new(Code::StateConflict, detail));
    }
    let number = before.last().map_or(0, |w| w.number).saturating_add(1);
    let waiver = Waiver {
        regime: new.regime,
        step: new.step,
        reason: new.reason.clone(),
        by: ctx.actor().clone(),
        at: ctx.now,
    };
    let stored = StoredWaiver { number, waiver, withdrawn: None };
    tx.insert_waiver(incident.id, &stored)?;
    let detail = json!({"number": number, "regime": new.regime, "step": new.step});
    record(tx, ctx, "deadline.waived", incident.public_id.to_string(), Some(incident.id), detail)?;
    recompute(tx, ctx, &incident)?;
    Ok(stored)
}

/// Refuses a duty no rule knows.
fn known(new: &NewWaiver) -> Result<(), AppError> {
    let mut steps: Vec<&str> = Vec::new();
    for rule in rules().rules.iter().filter(|r| r.enabled && r.regime == new.regime) {
        if new.step.is_none_or(|step| step == rule.step) {
            return Ok(());
        }
        if !steps.contains(&rule.step.as_str()) {
            steps.push(rule.step.as_str());
        }
    }
    let message = match steps.as_slice() {
        [] => format!("no rule of {} is law", new.regime),
        steps => format!("is no duty of {}; use one of {}", new.regime, steps.join(", ")),
    };
    Err(AppError::invalid(if steps.is_empty() { "regime" } else { "step" }, "unknown", message))
}

/// Withdraws a decision: it stays on record, and counts no more.
pub fn withdraw(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    id: IncidentRef,
    number: u32,
    reason: &str,
) -> Result<StoredWaiver, AppError> {
    ctx.require(Permission::DecideDuties)?;
    check_reason(reason)?;
    let incident = incident_named(tx, id)?;
    let found = tx.waivers(incident.id)?.into_iter().find(|w| w.number == number);
    let found = found.ok_or_else(|| AppError::not_found("decision"))?;
    if let Some((by, at, _)) = &found.withdrawn {
        let detail = format!("The decision was withdrawn by {by} at {at}.");
        return Err(AppError::new(Code::StateConflict, detail));
    }
    let withdrawn = Some((ctx.actor().clone(), ctx.now, reason.to_owned()));
    let next = StoredWaiver { withdrawn, ..found };
    tx.withdraw_waiver(incident.id, &next)?;
    let detail = json!({"number": number, "regime": next.waiver.regime, "step": next.waiver.step});
    record(tx, ctx, "deadline.waiver_withdrawn", incident.public_id.to_string(), Some(incident.id), detail)?;
    recompute(tx, ctx, &incident)?;
    Ok(next)
}

/// All decisions about the duties of an incident, oldest first.
pub fn decisions(tx: &mut dyn Tx, ctx: &Ctx, id: IncidentRef) -> Result<Vec<StoredWaiver>, AppError> {
    ctx.require(Permission::ReadFacts)?;
    let incident = incident_named(tx, id)?;
    tx.waivers(incident.id)
}
