//! Response steps: added by hand, done by people, proven by evidence.

use super::{Visible, incident_named, incidents, record};
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::permission::Permission;
use crate::ports::Tx;
use probatum_kernel::{ActionId, EvidenceStatus, IncidentRef};
use probatum_playbooks::{Action, NewStep, Proof, UpdateStep};
use serde_json::json;

/// The most actions of one incident.
const MAX_ACTIONS: usize = 1_000;

/// Adds a step.
pub fn add(tx: &mut dyn Tx, ctx: &Ctx, id: IncidentRef, cmd: &NewStep) -> Result<Action, AppError> {
    ctx.require(Permission::ManageActions)?;
    let incident = incident_named(tx, id)?;
    incident.may_take_actions()?;
    if tx.actions_of(incident.id)?.len() >= MAX_ACTIONS {
        return Err(AppError::invalid(
            "",
            "too_many",
            format!("an incident has at most {MAX_ACTIONS} actions"),
        ));
    }
    let action = Action::open_step(ctx.new_action_id(), incident.id, cmd, ctx.actor(), ctx.now)?;
    tx.insert_action(&action)?;
    let detail = json!({"title": action.title, "action_type": action.action_type, "status": action.status});
    record(tx, ctx, "action.added", action.id.to_string(), Some(incident.id), detail)?;
    incidents::touch(tx, ctx, &incident)?;
    Ok(action)
}

/// The actions of an incident, oldest first.
pub fn list(tx: &mut dyn Tx, ctx: &Ctx, id: IncidentRef) -> Result<Vec<Action>, AppError> {
    ctx.require(Permission::ReadIncidents)?;
    let incident = incident_named(tx, id)?;
    let visible = Visible::of(tx, ctx, incident.id)?;
    Ok(tx.actions_of(incident.id)?.into_iter().map(|a| visible.action(a)).collect())
}

/// One action.
pub fn get(tx: &mut dyn Tx, ctx: &Ctx, id: ActionId) -> Result<Action, AppError> {
    ctx.require(Permission::ReadIncidents)?;
    let action = stored(tx, id)?;
    Ok(Visible::of(tx, ctx, action.incident_id)?.action(action))
}

fn stored(tx: &mut dyn Tx, id: ActionId) -> Result<Action, AppError> {
    tx.action(id)?.ok_or_else(|| AppError::not_found("action"))
}

/// Moves a step on. A `validation_ref` counts only if it is confirmed evidence of the same incident.
pub fn update(tx: &mut dyn Tx, ctx: &Ctx, id: ActionId, cmd: &UpdateStep) -> Result<Action, AppError> {
    ctx.require(Permission::ManageActions)?;
    let found = stored(tx, id)?;
    // The incident is the lock for its actions and its evidence: a proof cannot fall while it is being used.
    let incident = incident_named(tx, IncidentRef::Id(found.incident_id))?;
    let action = stored(tx, id)?;
    let proof = match cmd.validation_ref {
        None => Proof::NotNamed,
        Some(evidence) => match tx.evidence(evidence)? {
            Some(e) if e.incident_id == action.incident_id && e.status == EvidenceStatus::Confirmed => {
                Proof::Confirmed
            }
            _ => Proof::Unproven,
        },
    };
    let decision = action.update(cmd, proof, ctx.actor(), ctx.now)?;
    if !decision.changes.is_empty() {
        tx.save_action(&action, &decision.next)?;
        let detail = json!({"changes": decision.changes});
        record(tx, ctx, "action.updated", id.to_string(), Some(action.incident_id), detail)?;
        incidents::touch(tx, ctx, &incident)?;
        return Ok(decision.next);
    }
    Ok(action)
}
