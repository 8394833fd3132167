//! Carrying orders out: claim → call → record. The call itself happens between the transactions, never inside one.

use super::{Rules, ask, locked, save};
use crate::connector::{Call, Route};
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::ports::Tx;
use crate::use_cases::incident_named;
use crate::use_cases::quarantine::{NewQuarantine, quarantine_for};
use probatum_agent_trust::{AgentError, Person, TrustEvent};
use probatum_incident::Incident;
use probatum_kernel::{ActionId, AgentId, IncidentRef, Kind};
use probatum_playbooks::{
    Action, ActionResult, ActionStatus, Carrier, Claim, Order, QUARANTINE_AGENT, Verdict,
};
use serde_json::{Value, json};

/// The carrier of what the registry does itself.
pub(super) const REGISTRY: &str = "registry";
/// How much longer than its connector takes a claim holds, in milliseconds: for the transactions around the call.
const MARGIN: i64 = 10_000;

/// What beginning an order came to.
#[derive(Debug, Clone)]
pub enum Begun {
    /// It is claimed: call this connector, then [`finish`] with this attempt.
    Call {
        /// The connector.
        route: Route,
        /// What to carry out.
        call: Box<Call>,
        /// Which attempt this is.
        attempt: u32,
    },
    /// There is nothing to call: somebody else has it, or it is settled.
    Settled(Box<Action>),
}

/// Claims an order. What the registry does itself, it does here and now, in this transaction.
pub fn begin(tx: &mut dyn Tx, ctx: &Ctx, id: ActionId, rules: &Rules) -> Result<Begun, AppError> {
    let (incident, action) = locked(tx, id)?;
    let ours = action.action_type == QUARANTINE_AGENT;
    let route = if ours { None } else { rules.connectors.route(&action.action_type) };
    let carrier = match &route {
        _ if ours => Some(Carrier { name: REGISTRY, repeatable: true }),
        route => route.as_ref().map(|r| Carrier { name: &r.name, repeatable: r.repeatable }),
    };
    let longest = route.as_ref().map_or(0, |r| i64::try_from(r.longest.as_millis()).unwrap_or(i64::MAX / 2));
    let until = ctx.now.plus_millis(longest.saturating_add(MARGIN));
    if let Some(order) = action.order.as_ref().filter(|_| action.status == ActionStatus::Approved) {
        let ruling = ask::ruling(tx, &incident, &action.action_type, &order.asked_as, rules)?;
        if ruling.verdict == Verdict::Denied {
            let why = format!("Policy denies it by now ({}); it was not begun.", ruling.rule);
            return settle(tx, ctx, &incident, &action, &action.given_up(&why, ctx.now));
        }
    }
    let next = match action.claim(carrier, until, ctx.now) {
        Ok(Claim::Ours(next)) => next,
        Ok(Claim::Settled(next)) => return settle(tx, ctx, &incident, &action, &next),
        Err(_) => return Ok(Begun::Settled(Box::new(action))),
    };
    let Some(order) = next.order.clone() else { return Ok(Begun::Settled(Box::new(action))) };
    let Some(route) = route else { return ourselves(tx, ctx, &incident, &action, &next, &order) };
    save(tx, ctx, &incident, &action, &next, "action.started", told(&next))?;
    let call = Call {
        action_id: next.id,
        action: next.action_type.clone(),
        parameters: order.parameters,
        incident_id: incident.id,
        public_id: incident.public_id,
        requested_by: next.requested_by.clone(),
        approved_by: order.decided_by,
        requested_at: next.requested_at,
    };
    Ok(Begun::Call { route, call: Box::new(call), attempt: order.attempts })
}

/// Saves an order that is not begun, or not again.
fn settle(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    incident: &Incident,
    before: &Action,
    next: &Action,
) -> Result<Begun, AppError> {
    let event = match next.status {
        ActionStatus::Failed => "action.failed",
        ActionStatus::Expired => "action.expired",
        _ => "action.updated",
    };
    save(tx, ctx, incident, before, next, event, told(next))?;
    Ok(Begun::Settled(Box::new(next.clone())))
}

/// Records what came of a call. A claim that was taken over meanwhile records nothing: its successor does.
pub fn finish(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    id: ActionId,
    attempt: u32,
    result: &ActionResult,
) -> Result<Action, AppError> {
    let (incident, action) = locked(tx, id)?;
    let Ok(next) = action.record(attempt, result.clone(), ctx.now) else { return Ok(action) };
    save(tx, ctx, &incident, &action, &next, ended(&next), told(&next))?;
    Ok(next)
}

/// Ends an order nobody decided about in time; says what became of it.
pub fn expire(tx: &mut dyn Tx, ctx: &Ctx, id: ActionId) -> Result<Action, AppError> {
    let (incident, action) = locked(tx, id)?;
    let Some(next) = action.expire(ctx.now) else { return Ok(action) };
    save(tx, ctx, &incident, &action, &next, "action.expired", told(&next))?;
    Ok(next)
}

/// Quarantines an agent as ordered and approved, and records it, in one transaction.
fn ourselves(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    incident: &Incident,
    before: &Action,
    claimed: &Action,
    order: &Order,
) -> Result<Begun, AppError> {
    let result = match quarantine(tx, ctx, incident, claimed, order) {
        Ok(message) => ActionResult { success: true, message, simulated: false, reference: None },
        Err(e) if e.transient || matches!(e.code.kind(), Kind::Internal | Kind::Unavailable) => {
            return Err(e);
        }
        Err(e) => ActionResult::failure(e.detail),
    };
    let next = claimed.record(order.attempts, result, ctx.now).map_err(AppError::from)?;
    // One change in one transaction: the claim was never seen by anybody.
    let next = Action { version: before.version.saturating_add(1), ..next };
    // Read again: the quarantine may have linked the agent to it.
    let incident = incident_named(tx, IncidentRef::Id(incident.id))?;
    save(tx, ctx, &incident, before, &next, ended(&next), told(&next))?;
    Ok(Begun::Settled(Box::new(next)))
}

fn quarantine(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    incident: &Incident,
    action: &Action,
    order: &Order,
) -> Result<String, AppError> {
    let text = |name: &str| order.parameters.get(name).and_then(Value::as_str).unwrap_or_default();
    let wrong = |name: &str, e: String| AppError::invalid(&format!("parameters.{name}"), "invalid", e);
    let agent: AgentId =
        text("agent_id").parse().map_err(|_| wrong("agent_id", "must be an agent id".to_owned()))?;
    let reason: TrustEvent =
        text("reason").parse().map_err(|e: probatum_kernel::UnknownWord| wrong("reason", e.to_string()))?;
    let cmd = NewQuarantine {
        reason,
        incident: Some(IncidentRef::Id(incident.id)),
        approved_by: order.decided_by.clone(),
        note: None,
    };
    // A refusal is recorded in this very transaction, which keeps whatever was written before it: ask before the
    // incident is linked to the agent.
    if tx.agent(&agent)?.is_some_and(|a| a.is_quarantined()) {
        return Err(AgentError::AlreadyQuarantined.into());
    }
    let by = Person { actor: action.requested_by.clone(), principal: None };
    quarantine_for(tx, ctx, &agent, &cmd, &by)?;
    Ok(format!("Agent {agent} is quarantined"))
}

const fn ended(action: &Action) -> &'static str {
    match action.status {
        ActionStatus::Completed => "action.completed",
        _ => "action.failed",
    }
}

fn told(action: &Action) -> Value {
    let order = action.order.as_ref();
    json!({
        "action": action.action_type, "status": action.status, "connector": order.and_then(|o| o.connector.clone()),
        "attempt": order.map(|o| o.attempts), "result": order.and_then(|o| o.result.clone()),
    })
}
