//! Agents on the wire: registration, changes, trust events, quarantine and restoring, history.

use super::{incomplete, nullable, present};
use crate::vocabulary as words;
use probatum_agent_trust::{
    Agent, AgentPatch, Authorization, HistoryEntry, NewAgent, Quarantine, Tier, Tool, TrustEvent, check_note,
};
use probatum_application::AppError;
use probatum_application::use_cases::agents::NewEvent;
use probatum_application::use_cases::quarantine::{NewQuarantine, NewRestoration, Standing};
use probatum_kernel::{Actor, AgentId, EvidenceId, IncidentRef, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

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

/// An agent to register.
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = RegisterAgent)]
pub struct RegisterAgent {
    /// The client's own id, 1-255 visible characters.
    #[validate(required)]
    #[schema(value_type = String, required = true, example = "did:web:example.org:agents:7")]
    id: Option<AgentId>,
    /// What people call it, 1-100 characters.
    name: Option<String>,
    /// Who answers for it, 1-100 characters.
    owner: Option<String>,
    #[schema(value_type = Option<words::Tier>)]
    tier: Option<Tier>,
    /// The score it has when all is well, 0-100; default 100.
    #[schema(maximum = 100)]
    baseline_score: Option<u8>,
    /// What it may use when it is trusted; at most 200, each name once.
    #[schema(value_type = Option<Vec<ToolView>>, max_items = 200)]
    allowed_tools: Option<Vec<Tool>>,
}

impl RegisterAgent {
    /// The command. What is required is required by `Validate`, which names it.
    pub fn command(self) -> Result<NewAgent, AppError> {
        let id = self.id.ok_or_else(incomplete);
        let cmd = NewAgent {
            name: self.name,
            owner: self.owner,
            tier: self.tier,
            baseline_score: self.baseline_score,
            allowed_tools: self.allowed_tools.unwrap_or_default(),
            ..NewAgent::new(id?)
        };
        cmd.check()?;
        Ok(cmd)
    }
}

/// What may change about an agent; what is left out stays, what is null is cleared.
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = PatchAgent)]
pub struct PatchAgent {
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    name: Option<Option<String>>,
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    owner: Option<Option<String>>,
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<words::Tier>)]
    tier: Option<Option<Tier>>,
    /// The score it has now stays as it is: a raised baseline is to be earned.
    #[serde(deserialize_with = "present")]
    #[schema(maximum = 100)]
    baseline_score: Option<u8>,
    /// In place of all before.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<Vec<ToolView>>, max_items = 200)]
    allowed_tools: Option<Vec<Tool>>,
    /// `true`: it has been shown whose the agent is. `false` is refused; a lost proof is the event
    /// `proof_of_control_lost`.
    #[serde(deserialize_with = "present")]
    verified: Option<bool>,
}

impl PatchAgent {
    /// The command.
    pub fn command(self) -> Result<AgentPatch, AppError> {
        let patch = AgentPatch {
            name: self.name,
            owner: self.owner,
            tier: self.tier,
            baseline_score: self.baseline_score,
            allowed_tools: self.allowed_tools,
            verified: self.verified,
        };
        patch.check()?;
        Ok(patch)
    }
}

/// A trust event.
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = RecordTrustEvent)]
pub struct RecordTrustEvent {
    #[validate(required)]
    #[schema(value_type = words::TrustEvent, required = true)]
    event: Option<TrustEvent>,
    /// UUID or public id. Left out: the newest incident that names the agent and is not closed, if any.
    #[schema(example = "INC-2026-0042")]
    incident_id: Option<String>,
    /// In words, at most 1 000 characters.
    note: Option<String>,
}

impl RecordTrustEvent {
    /// The command. What is required is required by `Validate`, which names it.
    pub fn command(self) -> Result<NewEvent, AppError> {
        let incident = incident(self.incident_id.as_deref())?;
        check_note(self.note.as_deref())?;
        Ok(NewEvent { event: self.event.ok_or_else(incomplete)?, incident, note: self.note })
    }
}

/// Why an agent is shut out.
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = QuarantineAgent)]
pub struct QuarantineAgent {
    /// UUID or public id. Left out: the newest incident that names the agent and is not closed; if there is none, one
    /// is opened.
    #[schema(example = "INC-2026-0042")]
    incident_id: Option<String>,
    /// Any trust event but `clean_run`.
    #[validate(required)]
    #[schema(value_type = words::TrustEvent, required = true)]
    reason: Option<String>,
    /// Who stands behind it, `role:name`. Recorded as said; it gives no right, and takes from whoever is named the
    /// right to restore.
    #[schema(value_type = Option<String>, example = "aiso:mpaw")]
    approved_by: Option<Actor>,
    /// In words, at most 1 000 characters.
    note: Option<String>,
}

impl QuarantineAgent {
    /// The command. What is required is required by `Validate`, which names it.
    pub fn command(self) -> Result<NewQuarantine, AppError> {
        let reason = TrustEvent::reason(&self.reason.ok_or_else(incomplete)?)?;
        let incident = incident(self.incident_id.as_deref())?;
        check_note(self.note.as_deref())?;
        Ok(NewQuarantine { reason, incident, approved_by: self.approved_by, note: self.note })
    }
}

/// What lets an agent in again.
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = RestoreAgent)]
pub struct RestoreAgent {
    /// Evidence that is confirmed now and belongs to the incident that led to the quarantine.
    #[schema(required = true, example = "ev-0198f1c27d3b7c0e9d0a4b5c6d7e8f90")]
    validation_ref: Option<String>,
    /// In words, at most 1 000 characters.
    note: Option<String>,
}

impl RestoreAgent {
    /// The command. What is no evidence id names evidence that does not exist, and so proves nothing.
    pub fn command(self) -> Result<NewRestoration, AppError> {
        check_note(self.note.as_deref())?;
        let named = self.validation_ref.map(|text| text.parse().unwrap_or_else(|_| nothing()));
        Ok(NewRestoration { validation_ref: named, note: self.note })
    }
}

/// The id no evidence has.
fn nothing() -> EvidenceId {
    EvidenceId::from_uuid(uuid::Uuid::nil())
}

fn incident(named: Option<&str>) -> Result<Option<IncidentRef>, AppError> {
    let invalid =
        |_| AppError::invalid("incident_id", "invalid", "must be a UUID or a public id (INC-2026-0042)");
    named.map(str::parse).transpose().map_err(invalid)
}

/// Which tool is to be used.
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = AuthorizeTool)]
pub struct AuthorizeTool {
    /// The tool's name, compared exactly; at most 100 characters.
    #[validate(required, length(max = 100))]
    #[schema(required = true, max_length = 100)]
    tool: Option<String>,
}

impl AuthorizeTool {
    /// The tool. What is required is required by `Validate`, which names it.
    pub fn command(self) -> Result<String, AppError> {
        self.tool.ok_or_else(incomplete)
    }
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
