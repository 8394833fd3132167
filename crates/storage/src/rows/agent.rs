//! The rows of agents and of their history.

use super::{json, small, to_json, word, words};
use crate::schema::{agent_history, agents};
use crate::types::{DbId, DbTime};
use diesel::prelude::*;
use probatum_agent_trust::{Agent, HistoryEntry, Person, Quarantine};
use probatum_application::AppError;
use probatum_kernel::{AgentId, EvidenceId, IncidentId};

/// A row of `agents`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = agents, treat_none_as_null = true)]
pub struct AgentRow {
    id: String,
    name: Option<String>,
    owner: Option<String>,
    tier: Option<String>,
    baseline_score: i32,
    current_score: i32,
    quarantined: bool,
    unverified: bool,
    allowed_tools: String,
    created_at: DbTime,
    updated_at: DbTime,
    version: i64,
    registered: bool,
    status: String,
    quarantined_at: Option<DbTime>,
    quarantined_by: Option<String>,
    quarantined_by_principal: Option<String>,
    quarantine_approved_by: Option<String>,
    quarantine_reason: Option<String>,
    quarantine_incident: Option<DbId>,
}

impl AgentRow {
    /// The row of an agent.
    pub fn of(a: &Agent) -> Result<Self, AppError> {
        let order = a.quarantine.as_ref();
        Ok(Self {
            id: a.id.to_string(),
            name: a.name.clone(),
            owner: a.owner.clone(),
            tier: a.tier.map(|t| t.to_string()),
            baseline_score: a.baseline_score.into(),
            current_score: a.current_score.into(),
            quarantined: a.is_quarantined(),
            unverified: a.unverified,
            allowed_tools: to_json(&a.allowed_tools)?,
            created_at: a.created_at.into(),
            updated_at: a.updated_at.into(),
            version: a.version,
            registered: a.registered,
            status: a.status().to_string(),
            quarantined_at: order.map(|q| q.at.into()),
            quarantined_by: order.map(|q| q.by.actor.to_string()),
            quarantined_by_principal: order.and_then(|q| q.by.principal.clone()),
            quarantine_approved_by: order.and_then(|q| q.approved_by.as_ref()).map(ToString::to_string),
            quarantine_reason: order.map(|q| q.reason.to_string()),
            quarantine_incident: order.and_then(|q| q.incident).map(|i| DbId(i.uuid())),
        })
    }

    /// The agent of the row.
    pub fn agent(self) -> Result<Agent, AppError> {
        let quarantine = self.quarantine()?;
        Ok(Agent {
            id: word("id", &self.id)?,
            name: self.name,
            owner: self.owner,
            tier: words("tier", self.tier.as_ref())?,
            baseline_score: small("baseline_score", self.baseline_score)?,
            current_score: small("current_score", self.current_score)?,
            quarantine,
            registered: self.registered,
            unverified: self.unverified,
            allowed_tools: json("allowed_tools", &self.allowed_tools)?,
            created_at: self.created_at.0,
            updated_at: self.updated_at.0,
            version: self.version,
        })
    }

    /// Why it is shut out. A quarantine that lacks a part was written by another hand; the agent must not go free by it.
    fn quarantine(&self) -> Result<Option<Quarantine>, AppError> {
        let parts = (self.quarantined_at, self.quarantined_by.as_ref(), self.quarantine_reason.as_ref());
        match (self.quarantined, parts) {
            (false, (None, None, None)) => Ok(None),
            (true, (Some(at), Some(by), Some(reason))) => Ok(Some(Quarantine {
                at: at.0,
                reason: word("quarantine_reason", reason)?,
                by: Person {
                    actor: word("quarantined_by", by)?,
                    principal: self.quarantined_by_principal.clone(),
                },
                approved_by: words("quarantine_approved_by", self.quarantine_approved_by.as_ref())?,
                incident: self.quarantine_incident.map(|i| IncidentId::from_uuid(i.0)),
            })),
            _ => Err(AppError::internal(format!("the quarantine of agent {} lacks a part", self.id))),
        }
    }
}

/// A row of `agent_history`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = agent_history)]
pub struct HistoryRow {
    agent_id: String,
    seq: i64,
    at: DbTime,
    what: String,
    event: Option<String>,
    score_before: Option<i32>,
    score_after: i32,
    status_after: String,
    by_actor: String,
    approved_by: Option<String>,
    incident_id: Option<DbId>,
    evidence_id: Option<DbId>,
    note: Option<String>,
}

impl HistoryRow {
    /// The row of an entry.
    pub fn of(agent: &AgentId, e: &HistoryEntry) -> Self {
        Self {
            agent_id: agent.to_string(),
            seq: e.seq,
            at: e.at.into(),
            what: e.what.to_string(),
            event: e.event.map(|e| e.to_string()),
            score_before: e.score_before.map(i32::from),
            score_after: e.score_after.into(),
            status_after: e.status_after.to_string(),
            by_actor: e.by.to_string(),
            approved_by: e.approved_by.as_ref().map(ToString::to_string),
            incident_id: e.incident.map(|i| DbId(i.uuid())),
            evidence_id: e.evidence.map(|e| DbId(e.uuid())),
            note: e.note.clone(),
        }
    }

    /// The entry of the row.
    pub fn entry(self) -> Result<HistoryEntry, AppError> {
        Ok(HistoryEntry {
            seq: self.seq,
            at: self.at.0,
            what: word("what", &self.what)?,
            event: words("event", self.event.as_ref())?,
            score_before: self.score_before.map(|s| small("score_before", s)).transpose()?,
            score_after: small("score_after", self.score_after)?,
            status_after: word("status_after", &self.status_after)?,
            by: word("by_actor", &self.by_actor)?,
            approved_by: words("approved_by", self.approved_by.as_ref())?,
            incident: self.incident_id.map(|i| IncidentId::from_uuid(i.0)),
            evidence: self.evidence_id.map(|e| EvidenceId::from_uuid(e.0)),
            note: self.note,
        })
    }
}
