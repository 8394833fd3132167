//! Response actions: steps that people do, orders that connectors carry out, and the evidence that proves them.

mod ask;
mod playbook;
mod running;

pub use ask::{Denied, add, note_denial, order, rollback};
pub(super) use playbook::named;
pub use playbook::{Plan, Planned, add_step, apply};
pub use running::{Begun, begin, expire, finish};

use super::{Visible, incident_named, incidents, record};
use crate::connector::{Connectors, People};
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::permission::Permission;
use crate::ports::Tx;
use crate::query::{ActionList, ActionQuery};
use probatum_incident::Incident;
use probatum_kernel::{ActionId, EvidenceStatus, IncidentRef, Role};
use probatum_playbooks::{
    Action, ActionStatus, Decision, Known, Policy, Proof, QUARANTINE_AGENT, UpdateStep,
};
use serde_json::json;
use std::sync::Arc;

/// What decides about orders: the policy, and what connectors there are.
#[derive(Clone)]
pub struct Rules {
    /// Who may have what run.
    pub policy: Arc<Policy>,
    /// Who carries it out.
    pub connectors: Arc<dyn Connectors>,
}

impl Rules {
    /// The default policy, and nobody but people.
    pub fn people() -> Self {
        Self { policy: Arc::default(), connectors: Arc::new(People) }
    }

    /// What carries such actions out: a connector by name, or the registry itself; `None` means people.
    pub fn carrier(&self, action: &str) -> Option<String> {
        if action == QUARANTINE_AGENT {
            return Some(running::REGISTRY.to_owned());
        }
        self.connectors.route(action).map(|r| r.name)
    }

    /// Whether something other than people carries such actions out.
    pub fn automated(&self, action: &str) -> bool {
        self.carrier(action).is_some()
    }
}

/// The actions of an incident, oldest first.
pub fn list(tx: &mut dyn Tx, ctx: &Ctx, id: IncidentRef) -> Result<Vec<Action>, AppError> {
    ctx.require(Permission::ReadIncidents)?;
    let incident = incident_named(tx, id)?;
    let visible = Visible::of(tx, ctx, incident.id)?;
    Ok(tx.actions_of(incident.id)?.into_iter().map(|a| visible.action(a)).collect())
}

/// A page of the actions of all incidents, newest first.
pub fn inbox(tx: &mut dyn Tx, ctx: &Ctx, query: &ActionQuery) -> Result<ActionList, AppError> {
    ctx.require(Permission::ReadIncidents)?;
    let mut list = tx.list_actions(query)?;
    list.rows = list.rows.into_iter().map(|a| shown(tx, ctx, a)).collect::<Result<_, _>>()?;
    Ok(list)
}

/// One action.
pub fn get(tx: &mut dyn Tx, ctx: &Ctx, id: ActionId) -> Result<Action, AppError> {
    ctx.require(Permission::ReadIncidents)?;
    let action = stored(tx, id)?;
    shown(tx, ctx, action)
}

/// The action without what the caller may not see.
fn shown(tx: &mut dyn Tx, ctx: &Ctx, action: Action) -> Result<Action, AppError> {
    if ctx.scope().all_evidence {
        return Ok(action);
    }
    let visible = Visible { all: false, items: Vec::new() };
    match action.validation_ref {
        Some(_) => Ok(Visible::of(tx, ctx, action.incident_id)?.action(action)),
        None => Ok(visible.action(action)),
    }
}

fn stored(tx: &mut dyn Tx, id: ActionId) -> Result<Action, AppError> {
    tx.action(id)?.ok_or_else(|| AppError::not_found("action"))
}

/// The action and its incident, which is the lock for its actions and its evidence: a proof cannot fall while it is
/// being used, and two who decide come one after the other.
fn locked(tx: &mut dyn Tx, id: ActionId) -> Result<(Incident, Action), AppError> {
    let found = stored(tx, id)?;
    let incident = incident_named(tx, IncidentRef::Id(found.incident_id))?;
    Ok((incident, stored(tx, id)?))
}

/// Moves an action on, or decides about it. A `validation_ref` counts only if it is confirmed evidence of the same
/// incident. Deciding takes the level of the approval; everything else the role operator, or to hold the level of a step
/// that operators cannot take.
pub fn update(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    id: ActionId,
    cmd: &UpdateStep,
    rules: &Rules,
) -> Result<Action, AppError> {
    use ActionStatus::{Cancelled, PendingApproval, Rejected};
    ctx.require(Permission::DecideActions)?;
    let (incident, action) = locked(tx, id)?;
    if !cmd.only_decides() && !takes_step(ctx, &action) {
        ctx.require(Permission::ManageActions)?;
    }
    let proof = match cmd.validation_ref {
        None => Proof::NotNamed,
        Some(evidence) => match tx.evidence(evidence)? {
            Some(e) if e.incident_id == action.incident_id && e.status == EvidenceStatus::Confirmed => {
                Proof::Confirmed
            }
            _ => Proof::Unproven,
        },
    };
    let verdict = match &action.order {
        Some(order) => Some(ask::ruling(tx, &incident, &action.action_type, &order.asked_as, rules)?.verdict),
        None => None,
    };
    let known = Known { proof, connector: rules.automated(&action.action_type), verdict };
    let Decision { next, changes } = action.update(cmd, &known, &ask::person(ctx), ctx.now)?;
    if changes.is_empty() {
        return Ok(action);
    }
    let event = match (action.status, next.status) {
        (PendingApproval, PendingApproval | Cancelled) => "action.updated",
        (PendingApproval, Rejected) => "action.rejected",
        (PendingApproval, _) => "action.approved",
        _ => "action.updated",
    };
    let mut detail = json!({"action": action.action_type, "changes": changes});
    if let (Some(order), Some(detail)) = (&next.order, detail.as_object_mut()) {
        detail.insert("digest".to_owned(), order.digest.clone().into());
    }
    save(tx, ctx, &incident, &action, &next, event, detail)?;
    Ok(next)
}

/// Whether the caller takes this step by its level alone: it is for people whom the role operator does not include, as
/// AI safety officers, and without this nobody but an administrator could ever finish it.
fn takes_step(ctx: &Ctx, action: &Action) -> bool {
    let level = action.approval_level.filter(|_| action.order.is_none());
    level.is_some_and(|l| l.held_by(&ctx.principal.roles) && !l.held_by(&[Role::Operator]))
}

/// Saves an action, records what happened, and counts it in the incident's version.
fn save(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    incident: &Incident,
    before: &Action,
    next: &Action,
    event: &'static str,
    detail: serde_json::Value,
) -> Result<(), AppError> {
    tx.save_action(before, next)?;
    record(tx, ctx, event, next.id.to_string(), Some(incident.id), detail)?;
    incidents::touch(tx, ctx, incident)
}

#[cfg(test)]
mod tests {
    use probatum_agent_trust::{AgentStatus, TrustEvent};
    use probatum_incident::{Band, Priority};
    use probatum_playbooks::policy::{AGENT_STATUSES, PRIORITIES, SEVERITIES};
    use probatum_playbooks::{ParameterKind, QUARANTINE_AGENT, known_action};

    /// The playbooks crate knows neither incidents nor agents; here is where its words are held against theirs.
    #[test]
    fn the_words_of_policies_are_those_of_incidents_and_agents() {
        assert_eq!(SEVERITIES.to_vec(), Band::ALL.iter().map(|b| b.as_str()).collect::<Vec<_>>());
        let with_none = |words: Vec<&'static str>| words.into_iter().chain(["none"]).collect::<Vec<_>>();
        assert_eq!(PRIORITIES.to_vec(), with_none(Priority::ALL.iter().map(|p| p.as_str()).collect()));
        assert_eq!(AGENT_STATUSES.to_vec(), with_none(AgentStatus::ALL.iter().map(|s| s.as_str()).collect()));
        let reason =
            known_action(QUARANTINE_AGENT).unwrap().parameters.iter().find(|p| p.name == "reason").unwrap();
        let reasons: Vec<_> = TrustEvent::REASONS.iter().map(|r| r.as_str()).collect();
        assert_eq!(reason.kind, ParameterKind::OneOf(reasons.leak()));
    }
}
