//! What is asked about agents on the wire: registration, changes, trust events, quarantine and restoring.

use super::agent_view::ToolView;
use super::{incomplete, nullable, present};
use crate::vocabulary as words;
use probatum_agent_trust::{AgentPatch, NewAgent, Tier, Tool, TrustEvent, check_note};
use probatum_application::AppError;
use probatum_application::use_cases::agents::NewEvent;
use probatum_application::use_cases::quarantine::{NewQuarantine, NewRestoration};
use probatum_kernel::{Actor, AgentId, EvidenceId, IncidentRef};
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

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
