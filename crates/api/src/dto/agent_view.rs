//! What is answered about agents on the wire: the agent, where a change leaves it, its history, and gateways' answers.

use crate::vocabulary as words;
use probatum_agent_trust::{Agent, Authorization, HistoryEntry, Quarantine, Tool};
use probatum_application::use_cases::quarantine::Standing;
use probatum_kernel::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// A tool of an agent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Tool)]
pub struct ToolView {
    /// 1-100 of A-Z, a-z, 0-9, `_`, `.`, `:` and `-`.
    #[schema(example = "crm.read")]
    name: String,
    #[schema(value_type = words::ToolRisk)]
    risk: &'static str,
}

fn tools<'a>(tools: impl IntoIterator<Item = &'a Tool>) -> Vec<ToolView> {
    let view = |t: &Tool| ToolView { name: t.name.clone(), risk: t.risk.as_str() };
    tools.into_iter().map(view).collect()
}

/// Whether a tool may be used now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Authorization)]
pub struct AuthorizationView {
    /// Whether it may, given the approval if one is required.
    allowed: bool,
    reason: String,
    /// Whether a person has to approve this call first.
    approval_required: bool,
}

impl From<Authorization> for AuthorizationView {
    fn from(a: Authorization) -> Self {
        Self { allowed: a.allowed, reason: a.reason, approval_required: a.approval_required }
    }
}

/// Where a change leaves an agent, as the registry contract prints it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AgentStanding)]
pub struct StandingView {
    #[schema(value_type = words::AgentStatus)]
    status: &'static str,
    #[schema(maximum = 100)]
    current_score: u8,
    /// `current_score` less `baseline_score`.
    trust_delta: i16,
    /// The tools it may use now.
    allowed_tools_effective: Vec<ToolView>,
    /// The UUID of the incident it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    incident_id: Option<String>,
}

impl From<&Standing> for StandingView {
    fn from(s: &Standing) -> Self {
        Self {
            status: s.agent.status().as_str(),
            current_score: s.agent.current_score,
            trust_delta: s.agent.trust_delta(),
            allowed_tools_effective: tools(s.agent.effective_tools()),
            incident_id: s.incident.map(|i| i.to_string()),
        }
    }
}

/// Why and by whom an agent is shut out.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Quarantine)]
pub struct QuarantineView {
    #[schema(value_type = words::TrustEvent)]
    reason: &'static str,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    approved_by: Option<String>,
    /// The incident that led to it; left out once it was deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    incident_id: Option<String>,
}

impl From<Quarantine> for QuarantineView {
    fn from(q: Quarantine) -> Self {
        Self {
            reason: q.reason.as_str(),
            at: q.at,
            by: q.by.actor.to_string(),
            approved_by: q.approved_by.map(|a| a.to_string()),
            incident_id: q.incident.map(|i| i.to_string()),
        }
    }
}

/// An agent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Agent)]
pub struct AgentView {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Tier>)]
    tier: Option<&'static str>,
    #[schema(value_type = words::AgentStatus)]
    status: &'static str,
    /// Whether somebody registered it; until then it is known from incidents alone.
    registered: bool,
    /// Whether it has been shown whose it is.
    verified: bool,
    #[schema(maximum = 100)]
    baseline_score: u8,
    #[schema(maximum = 100)]
    current_score: u8,
    /// `current_score` less `baseline_score`.
    trust_delta: i16,
    /// What it may use when it is trusted.
    allowed_tools: Vec<ToolView>,
    /// What it may use now.
    allowed_tools_effective: Vec<ToolView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quarantine: Option<QuarantineView>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    /// Counts changes from 1; the ETag.
    version: i64,
}

impl From<Agent> for AgentView {
    fn from(a: Agent) -> Self {
        Self {
            status: a.status().as_str(),
            trust_delta: a.trust_delta(),
            allowed_tools: tools(&a.allowed_tools),
            allowed_tools_effective: tools(a.effective_tools()),
            id: a.id.to_string(),
            name: a.name,
            owner: a.owner,
            tier: a.tier.map(|t| t.as_str()),
            registered: a.registered,
            verified: !a.unverified,
            baseline_score: a.baseline_score,
            current_score: a.current_score,
            quarantine: a.quarantine.map(QuarantineView::from),
            created_at: a.created_at,
            updated_at: a.updated_at,
            version: a.version,
        }
    }
}

/// Something that happened to an agent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AgentHistoryEntry)]
pub struct HistoryView {
    /// The version of the agent it led to.
    seq: i64,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    #[schema(value_type = words::Happening)]
    what: &'static str,
    /// The event, or the reason of a quarantine.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::TrustEvent>)]
    event: Option<&'static str>,
    /// Left out at the beginning.
    #[serde(skip_serializing_if = "Option::is_none")]
    score_before: Option<u8>,
    score_after: u8,
    #[schema(value_type = words::AgentStatus)]
    status_after: &'static str,
    by: String,
    /// As the request said.
    #[serde(skip_serializing_if = "Option::is_none")]
    approved_by: Option<String>,
    /// The UUID of the incident it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    incident_id: Option<String>,
    /// The evidence that proved it, for those who may see that.
    #[serde(skip_serializing_if = "Option::is_none")]
    validation_ref: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

impl From<HistoryEntry> for HistoryView {
    fn from(e: HistoryEntry) -> Self {
        Self {
            seq: e.seq,
            at: e.at,
            what: e.what.as_str(),
            event: e.event.map(|e| e.as_str()),
            score_before: e.score_before,
            score_after: e.score_after,
            status_after: e.status_after.as_str(),
            by: e.by.to_string(),
            approved_by: e.approved_by.map(|a| a.to_string()),
            incident_id: e.incident.map(|i| i.to_string()),
            validation_ref: e.evidence.map(|e| e.to_string()),
            note: e.note,
        }
    }
}
