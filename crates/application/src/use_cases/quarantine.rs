//! Shutting an agent out and letting it in again, with the incident that is about it.

use super::agents::stored;
use super::{incident_named, incidents, record};
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::permission::Permission;
use crate::ports::Tx;
use probatum_agent_trust::{
    Agent, Happening, HistoryEntry, Person, Proof, Quarantine, TrustEvent, check_note,
};
use probatum_incident::{Category, Draft, Facts, Incident, Level, Lifecycle, Patch, SourceType};
use probatum_kernel::{Actor, AgentId, Code, EvidenceId, EvidenceStatus, IncidentId, IncidentRef};
use serde_json::json;

/// Most characters of an agent's id in the title of the incident its quarantine opens.
const MAX_ID_IN_TITLE: usize = 200;

/// Where a change leaves an agent.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The agent after it.
    pub agent: Agent,
    /// The incident it belongs to.
    pub incident: Option<IncidentId>,
}

/// Why an agent is to be shut out.
#[derive(Debug, Clone)]
pub struct NewQuarantine {
    /// One of [`TrustEvent::REASONS`].
    pub reason: TrustEvent,
    /// The incident that leads to it. Left out, it is the newest one that names the agent and is not closed; if there
    /// is none, one is opened.
    pub incident: Option<IncidentRef>,
    /// Who stands behind it, as the request says. It gives no right; whoever is named may not restore the agent.
    pub approved_by: Option<Actor>,
    /// In words, at most 1 000 characters.
    pub note: Option<String>,
}

/// Quarantines an agent. 409 `already_quarantined` if it is.
pub fn quarantine(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    id: &AgentId,
    cmd: &NewQuarantine,
) -> Result<Standing, AppError> {
    ctx.require(Permission::ManageAgents)?;
    quarantine_for(tx, ctx, id, cmd, &acting(ctx))
}

/// Quarantines an agent for `by`, who asked for it: what an approved response action `quarantine_agent` does.
///
/// It asks for no permission to quarantine; whoever calls it vouches that `by`, or `cmd.approved_by`, has one. Records
/// are made in the name of `ctx`, which must be allowed to create incidents, and neither `by` nor `cmd.approved_by`
/// may restore the agent.
///
/// # Errors
/// 404 for an unknown agent; 400 for an unknown incident, or a reason that is none; 409 `state_conflict` for an
/// incident that names another agent; 409 `already_quarantined`.
pub fn quarantine_for(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    id: &AgentId,
    cmd: &NewQuarantine,
    by: &Person,
) -> Result<Standing, AppError> {
    check_note(cmd.note.as_deref())?;
    let case = Case::find(tx, id, cmd.incident)?;
    let agent = stored(tx, id)?;
    let order = |incident| Quarantine {
        approved_by: cmd.approved_by.clone(),
        ..Quarantine::new(cmd.reason, by.clone(), incident, ctx.now)
    };
    let incident = match case.settle(tx, ctx, id)? {
        Some(incident) => incident,
        None => open(tx, ctx, id, cmd.reason)?,
    };
    let next = agent.quarantine(order(incident.id))?;
    tx.save_agent(&agent, &next)?;
    let entry = HistoryEntry {
        event: Some(cmd.reason),
        approved_by: cmd.approved_by.clone(),
        incident: Some(incident.id),
        note: cmd.note.clone(),
        ..HistoryEntry::new(Happening::Quarantined, Some(&agent), &next, &by.actor)
    };
    tx.append_agent_history(id, &entry)?;
    let detail = json!({
        "reason": cmd.reason, "requested_by": by.actor, "approved_by": cmd.approved_by, "note": cmd.note,
        "from_score": agent.current_score, "to_score": next.current_score,
    });
    record(tx, ctx, "agent.quarantined", id.to_string(), Some(incident.id), detail)?;
    Ok(Standing { agent: next, incident: Some(incident.id) })
}

/// What is to let an agent in again.
#[derive(Debug, Clone)]
pub struct NewRestoration {
    /// Evidence that is confirmed now and belongs to the incident that led to the quarantine.
    pub validation_ref: Option<EvidenceId>,
    /// In words, at most 1 000 characters.
    pub note: Option<String>,
}

/// Restores an agent. It takes proof (422 `evidence_required`) and another person than those who quarantined it (403
/// `self_approval`); 409 `not_quarantined` if it is not.
pub fn restore(tx: &mut dyn Tx, ctx: &Ctx, id: &AgentId, cmd: &NewRestoration) -> Result<Standing, AppError> {
    ctx.require(Permission::ManageAgents)?;
    check_note(cmd.note.as_deref())?;
    let proof = proof(tx, id, cmd.validation_ref)?;
    let agent = stored(tx, id)?;
    let next = agent.restore(&acting(ctx), proof, ctx.now)?;
    tx.save_agent(&agent, &next)?;
    // If the incident of the quarantine was deleted, it is that of the proof.
    let led = agent.quarantine.as_ref().and_then(|q| q.incident);
    let incident = match proof {
        Proof::Confirmed { incident, .. } => led.or(Some(incident)),
        Proof::NotNamed | Proof::Unproven => led,
    };
    let entry = HistoryEntry {
        incident,
        evidence: cmd.validation_ref,
        note: cmd.note.clone(),
        ..HistoryEntry::new(Happening::Restored, Some(&agent), &next, ctx.actor())
    };
    tx.append_agent_history(id, &entry)?;
    let detail = json!({
        "validation_ref": cmd.validation_ref, "from_score": agent.current_score, "to_score": next.current_score,
        "status": next.status(), "note": cmd.note,
    });
    record(tx, ctx, "agent.restored", id.to_string(), incident, detail)?;
    Ok(Standing { agent: next, incident })
}

/// What is known about a `validation_ref`. The incident is locked before its evidence counts: a proof cannot fall while
/// it is being used.
fn proof(tx: &mut dyn Tx, agent: &AgentId, named: Option<EvidenceId>) -> Result<Proof, AppError> {
    let Some(evidence) = named else { return Ok(Proof::NotNamed) };
    let Some(found) = tx.evidence(evidence)? else { return Ok(Proof::Unproven) };
    let incident = incident_named(tx, IncidentRef::Id(found.incident_id))?;
    let confirmed = tx.evidence(evidence)?.is_some_and(|e| e.status == EvidenceStatus::Confirmed);
    if !confirmed {
        return Ok(Proof::Unproven);
    }
    let names_agent = incident.agent_id.as_ref() == Some(agent);
    Ok(Proof::Confirmed { evidence, incident: incident.id, names_agent })
}

fn acting(ctx: &Ctx) -> Person {
    Person { actor: ctx.actor().clone(), principal: Some(ctx.principal.id.clone()) }
}

/// The incident something about an agent belongs to, found and locked before the agent is, and judged after.
pub(super) enum Case {
    /// One that was named by the client.
    Named(Incident),
    /// The newest one about the agent.
    Newest(Incident),
    /// One was named that does not exist.
    Unknown,
    /// There is none.
    None,
}

impl Case {
    /// Finds it.
    pub(super) fn find(
        tx: &mut dyn Tx,
        agent: &AgentId,
        named: Option<IncidentRef>,
    ) -> Result<Self, AppError> {
        if let Some(named) = named {
            return Ok(tx.incident(named)?.map_or(Self::Unknown, Self::Named));
        }
        let Some(newest) = tx.open_incident_of(agent)? else { return Ok(Self::None) };
        match tx.incident(IncidentRef::Id(newest))? {
            Some(i) if i.lifecycle != Lifecycle::Closed && i.agent_id.as_ref() == Some(agent) => {
                Ok(Self::Newest(i))
            }
            _ => Err(AppError::transient("the newest incident of the agent changed while it was taken")),
        }
    }

    /// The incident, linked to the agent if it names none yet.
    ///
    /// # Errors
    /// 400 if the client named one that does not exist; 409 `state_conflict` if it names another agent.
    pub(super) fn settle(
        self,
        tx: &mut dyn Tx,
        ctx: &Ctx,
        agent: &AgentId,
    ) -> Result<Option<Incident>, AppError> {
        let incident = match self {
            Self::Unknown => {
                return Err(AppError::invalid("incident_id", "unknown", "names no incident"));
            }
            Self::None => return Ok(None),
            Self::Newest(incident) => return Ok(Some(incident)),
            Self::Named(incident) => incident,
        };
        match &incident.agent_id {
            Some(named) if named == agent => Ok(Some(incident)),
            Some(_) => Err(AppError::new(
                Code::StateConflict,
                format!(
                    "{} is about another agent; name an incident about this one, or leave incident_id out.",
                    incident.public_id
                ),
            )),
            // Who may not change an incident does not by the way: the event refers to it, and that is all.
            None if !ctx.principal.may(Permission::ChangeIncident) => Ok(Some(incident)),
            None => {
                let patch = Patch { agent_id: Some(Some(agent.clone())), ..Patch::default() };
                let decision = incident.patch(&patch, &Facts::default(), ctx.now)?;
                incidents::save(tx, ctx, &incident, decision, None).map(Some)
            }
        }
    }
}

/// Puts on record what a quarantine without an incident is about.
fn open(tx: &mut dyn Tx, ctx: &Ctx, agent: &AgentId, reason: TrustEvent) -> Result<Incident, AppError> {
    let mut id: String = agent.as_str().chars().take(MAX_ID_IN_TITLE).collect();
    if id.len() < agent.as_str().len() {
        id.push('…');
    }
    let draft = Draft {
        title: Some(format!("Agent {id} quarantined: {reason}")),
        source_type: Some(SourceType::Api),
        level: Some(Level::L2Ai),
        category: Some(category(reason)),
        agent_id: Some(agent.clone()),
        ..Draft::default()
    };
    incidents::create(tx, ctx, &draft.validate(ctx.now)?)
}

fn category(reason: TrustEvent) -> Category {
    match reason {
        TrustEvent::PromptInjectionConfirmed => Category::PromptInjection,
        TrustEvent::AgentHijackConfirmed => Category::AgentHijack,
        TrustEvent::DataExfiltration => Category::DataBreach,
        TrustEvent::ToolAbuse
        | TrustEvent::PolicyViolation
        | TrustEvent::Anomaly
        | TrustEvent::ProofOfControlLost
        | TrustEvent::CleanRun => Category::Other,
    }
}
