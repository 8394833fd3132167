//! AI agents: registered, changed, watched, asked about. Shutting them out and letting them in is in
//! [`quarantine`](super::quarantine).

use super::incidents::Precondition;
use super::quarantine::{Case, Standing};
use super::record;
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::permission::Permission;
use crate::ports::Tx;
use crate::query::{AgentHistory, AgentList, AgentQuery};
use probatum_agent_trust::{
    Agent, AgentPatch, Authorization, Happening, HistoryEntry, NewAgent, TrustEvent, check_note,
};
use probatum_kernel::{AgentId, IncidentRef, Page, PageError, Position, Sort};
use serde_json::json;

/// The agent a client names, or 404.
pub(super) fn stored(tx: &mut dyn Tx, id: &AgentId) -> Result<Agent, AppError> {
    tx.agent(id)?.ok_or_else(|| AppError::not_found("agent"))
}

/// An incident names this agent; if nobody has heard of it yet, it is known from now on, as unverified (CONTRACT §3).
pub(super) fn became_known(tx: &mut dyn Tx, ctx: &Ctx, id: &AgentId) -> Result<(), AppError> {
    let agent = Agent::unverified(id.clone(), ctx.now);
    if tx.insert_agent(&agent)? {
        let entry = HistoryEntry::new(Happening::BecameKnown, None, &agent, ctx.actor());
        tx.append_agent_history(id, &entry)?;
        record(tx, ctx, "agent.registered", id.to_string(), None, json!({"status": "unverified"}))?;
    }
    Ok(())
}

/// Registers an agent, or completes one that an incident made known. 409 `agent_exists` if it was registered before.
pub fn register(tx: &mut dyn Tx, ctx: &Ctx, cmd: &NewAgent) -> Result<Agent, AppError> {
    ctx.require(Permission::ManageAgents)?;
    let new = Agent::register(cmd, ctx.now)?;
    let (before, agent) = if tx.insert_agent(&new)? {
        (None, new)
    } else {
        let known = stored(tx, &cmd.id)?;
        let agent = known.complete(cmd, ctx.now)?;
        tx.save_agent(&known, &agent)?;
        (Some(known), agent)
    };
    let entry = HistoryEntry::new(Happening::Registered, before.as_ref(), &agent, ctx.actor());
    tx.append_agent_history(&agent.id, &entry)?;
    let detail = json!({
        "status": agent.status(), "name": agent.name, "owner": agent.owner, "tier": agent.tier,
        "baseline_score": agent.baseline_score, "current_score": agent.current_score,
        "allowed_tools": agent.allowed_tools,
    });
    record(tx, ctx, "agent.registered", agent.id.to_string(), None, detail)?;
    Ok(agent)
}

/// Changes what is registered about an agent. What changes nothing leaves no trace.
pub fn patch(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    id: &AgentId,
    when: &Precondition,
    patch: &AgentPatch,
) -> Result<Agent, AppError> {
    ctx.require(Permission::ManageAgents)?;
    let agent = stored(tx, id)?;
    when.check_tag("agent", &etag(&agent))?;
    let decision = agent.patch(patch, ctx.now)?;
    if decision.changes.is_empty() {
        return Ok(agent);
    }
    let next = decision.next;
    tx.save_agent(&agent, &next)?;
    let names: Vec<_> = decision.changes.iter().map(|c| c.field).collect();
    let entry = HistoryEntry {
        note: Some(format!("changed: {}", names.join(", "))),
        ..HistoryEntry::new(Happening::Updated, Some(&agent), &next, ctx.actor())
    };
    tx.append_agent_history(id, &entry)?;
    record(tx, ctx, "agent.updated", id.to_string(), None, json!({"changes": decision.changes}))?;
    Ok(next)
}

/// The strong validator of an agent: its version, which counts every change of it. Whoever may see one sees it whole.
pub fn etag(agent: &Agent) -> String {
    format!("\"{}\"", agent.version)
}

/// One agent.
pub fn get(tx: &mut dyn Tx, ctx: &Ctx, id: &AgentId) -> Result<Agent, AppError> {
    ctx.require(Permission::ReadAgents)?;
    stored(tx, id)
}

/// A page of agents, by id.
pub fn list(tx: &mut dyn Tx, ctx: &Ctx, query: &AgentQuery) -> Result<AgentList, AppError> {
    ctx.require(Permission::ReadAgents)?;
    tx.list_agents(query)
}

/// A page of what happened to an agent, newest first. Ids of evidence the caller may not see are left out.
pub fn history(tx: &mut dyn Tx, ctx: &Ctx, id: &AgentId, page: &Page) -> Result<AgentHistory, AppError> {
    ctx.require(Permission::ReadAgents)?;
    stored(tx, id)?;
    if let Position::After(cursor) = &page.position
        && cursor.sort != Sort::default()
    {
        return Err(PageError::Cursor.into());
    }
    let mut history = tx.agent_history(id, page)?;
    let all = ctx.scope().all_evidence;
    for entry in history.rows.iter_mut().filter(|_| !all) {
        let Some(evidence) = entry.evidence else { continue };
        let item = tx.evidence(evidence)?;
        if !item.is_some_and(|e| probatum_evidence::may_see(all, e.visibility)) {
            entry.evidence = None;
        }
    }
    Ok(history)
}

/// Something that tells about the trust an agent deserves.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// What.
    pub event: TrustEvent,
    /// The incident it belongs to. Left out, it is the newest one that names the agent and is not closed, if any.
    pub incident: Option<IncidentRef>,
    /// In words, at most 1 000 characters.
    pub note: Option<String>,
}

/// Records a trust event. An incident that is named and concerns no agent yet is linked to this one.
pub fn event(tx: &mut dyn Tx, ctx: &Ctx, id: &AgentId, cmd: &NewEvent) -> Result<Standing, AppError> {
    ctx.require(Permission::RecordTrustEvents)?;
    check_note(cmd.note.as_deref())?;
    let case = Case::find(tx, id, cmd.incident)?;
    let agent = stored(tx, id)?;
    let incident = case.settle(tx, ctx, id)?.map(|i| i.id);
    let next = agent.apply(cmd.event, ctx.now);
    tx.save_agent(&agent, &next)?;
    let entry = HistoryEntry {
        event: Some(cmd.event),
        incident,
        note: cmd.note.clone(),
        ..HistoryEntry::new(Happening::Event, Some(&agent), &next, ctx.actor())
    };
    tx.append_agent_history(id, &entry)?;
    let detail = json!({
        "event": cmd.event, "from_score": agent.current_score, "to_score": next.current_score,
        "status": next.status(), "note": cmd.note,
    });
    record(tx, ctx, "agent.event_recorded", id.to_string(), incident, detail)?;
    Ok(Standing { agent: next, incident })
}

/// Whether an agent may use a tool now. Every answer is read from the database: a quarantine holds from the next
/// question on, whichever replica is asked. An agent nobody knows may use nothing.
pub fn authorize(tx: &mut dyn Tx, ctx: &Ctx, id: &AgentId, tool: &str) -> Result<Authorization, AppError> {
    ctx.require(Permission::AuthorizeTools)?;
    Ok(match tx.agent(id)? {
        Some(agent) => agent.authorize(tool),
        None => Authorization::unknown_agent(),
    })
}
