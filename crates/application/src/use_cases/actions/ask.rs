//! Asking for actions: a step by hand, an order by its word, the undoing of what was done.

use super::{Rules, locked};
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::permission::Permission;
use crate::ports::Tx;
use crate::use_cases::{incident_named, incidents, record};
use probatum_incident::Incident;
use probatum_kernel::{ActionId, IncidentRef, Role};
use probatum_playbooks::{Action, ActionError, ActionStatus, NewOrder, NewStep, Person, Question, Ruling};
use serde_json::{Value, json};

/// The most actions of one incident.
pub(super) const MAX_ACTIONS: usize = 1_000;

/// Adds a step that people do.
pub fn add(tx: &mut dyn Tx, ctx: &Ctx, id: IncidentRef, cmd: &NewStep) -> Result<Action, AppError> {
    ctx.require(Permission::ManageActions)?;
    let incident = open_for_actions(tx, id, 1)?;
    let action = Action::open_step(ctx.new_action_id(), incident.id, cmd, ctx.actor(), ctx.now)?;
    insert(tx, ctx, &incident, &action, "action.added")?;
    incidents::touch(tx, ctx, &incident)?;
    Ok(action)
}

/// Asks for an action to be carried out: the policy lets it run, has it wait for somebody, or denies it.
pub fn order(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    id: IncidentRef,
    cmd: &NewOrder,
    rules: &Rules,
) -> Result<Action, AppError> {
    ctx.require(Permission::ManageActions)?;
    cmd.check()?;
    let incident = open_for_actions(tx, id, 1)?;
    place(tx, ctx, &incident, cmd, rules)
}

/// Asks for the undoing of an action that was carried out. It passes the policy like any other order.
pub fn rollback(tx: &mut dyn Tx, ctx: &Ctx, id: ActionId, rules: &Rules) -> Result<Action, AppError> {
    ctx.require(Permission::ManageActions)?;
    let (incident, action) = locked(tx, id)?;
    let cmd = action.undo()?;
    let undoes = |a: &&Action| {
        let ended = matches!(
            a.status,
            ActionStatus::Failed | ActionStatus::Rejected | ActionStatus::Expired | ActionStatus::Cancelled
        );
        !ended && a.order.as_ref().is_some_and(|o| o.rollback_of == Some(id))
    };
    if let Some(by) = tx.actions_of(incident.id)?.iter().find(undoes) {
        return Err(ActionError::Undone { by: by.id.to_string() }.into());
    }
    room(tx, &incident, 1)?;
    place(tx, ctx, &incident, &cmd, rules)
}

/// What the policy denied.
#[derive(Debug, Clone)]
pub enum Denied {
    /// An order on an incident, by its word.
    Order(IncidentRef, String),
    /// The undoing of an action.
    Rollback(ActionId),
}

/// Notes that the policy denied an order. The order itself left nothing behind.
pub fn note_denial(tx: &mut dyn Tx, ctx: &Ctx, of: &Denied, reason: &str) -> Result<(), AppError> {
    let (incident, action) = match of {
        Denied::Order(id, action) => (incident_named(tx, *id)?, action.clone()),
        Denied::Rollback(id) => {
            let (incident, action) = locked(tx, *id)?;
            (incident, action.undo()?.action)
        }
    };
    let detail = json!({"action": action, "reason": reason});
    record(tx, ctx, "action.denied", incident.public_id.to_string(), Some(incident.id), detail)
}

fn place(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    incident: &Incident,
    cmd: &NewOrder,
    rules: &Rules,
) -> Result<Action, AppError> {
    let ruling = ruling(tx, incident, &cmd.action, &ctx.principal.roles, rules)?;
    let automated = rules.automated(&cmd.action);
    let id = ctx.new_action_id();
    let action = Action::request(id, incident.id, cmd, &ruling, automated, &person(ctx), ctx.now)?;
    insert(tx, ctx, incident, &action, "action.requested")?;
    incidents::touch(tx, ctx, incident)?;
    Ok(action)
}

/// Whoever calls, as the playbooks crate knows people.
pub(super) fn person(ctx: &Ctx) -> Person<'_> {
    Person { actor: ctx.actor(), roles: &ctx.principal.roles, principal: Some(&ctx.principal.id) }
}

/// What the policy says about an action on this incident, asked for by somebody with these roles.
pub(super) fn ruling(
    tx: &mut dyn Tx,
    incident: &Incident,
    action: &str,
    asked_by: &[Role],
    rules: &Rules,
) -> Result<Ruling, AppError> {
    let agent = incident.agent_id.as_ref().map(|id| tx.agent(id)).transpose()?.flatten();
    Ok(rules.policy.decide(&Question {
        action,
        severity: incident.severity.band().as_str(),
        priority: incident.priority.map(|p| p.as_str()),
        evidence_status: incident.evidence_status,
        asked_by,
        agent: agent.as_ref().map(|a| (a.status().as_str(), a.current_score)),
    }))
}

/// The incident, if it takes `more` actions.
pub(super) fn open_for_actions(tx: &mut dyn Tx, id: IncidentRef, more: usize) -> Result<Incident, AppError> {
    let incident = incident_named(tx, id)?;
    room(tx, &incident, more)?;
    Ok(incident)
}

fn room(tx: &mut dyn Tx, incident: &Incident, more: usize) -> Result<(), AppError> {
    incident.may_take_actions()?;
    if tx.actions_of(incident.id)?.len().saturating_add(more) > MAX_ACTIONS {
        let message = format!("an incident has at most {MAX_ACTIONS} actions");
        return Err(AppError::invalid("", "too_many", message));
    }
    Ok(())
}

/// Inserts an action and records it.
pub(super) fn insert(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    incident: &Incident,
    action: &Action,
    event: &'static str,
) -> Result<(), AppError> {
    tx.insert_action(action)?;
    let mut detail =
        json!({"title": action.title, "action_type": action.action_type, "status": action.status});
    if let Some(detail) = detail.as_object_mut() {
        let mut add = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                detail.insert(name.to_owned(), value);
            }
        };
        add("approval_level", action.approval_level.map(|l| json!(l)));
        // The digest stands for the parameters: they may hold what a timeline must not show to everybody.
        add("digest", action.order.as_ref().map(|o| json!(o.digest)));
        add("rule", action.order.as_ref().map(|o| json!(o.rule)));
        add("rollback_of", action.order.as_ref().and_then(|o| o.rollback_of).map(|id| json!(id)));
        add("playbook", action.step.as_ref().map(|s| json!(s.playbook)));
        add("step", action.step.as_ref().map(|s| json!(s.key)));
    }
    record(tx, ctx, event, action.id.to_string(), Some(incident.id), detail)
}
