//! Response actions and the timeline on the wire.

use super::incomplete;
use crate::vocabulary as words;
use probatum_application::AppError;
use probatum_application::ports::AuditEntry;
use probatum_kernel::{Code, EvidenceId, Timestamp};
use probatum_playbooks::{Action, ActionStatus, NewStep, UpdateStep};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// A response step to add.
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = AddAction)]
pub struct AddAction {
    /// What is to be done, 1-200 characters.
    #[validate(required)]
    #[schema(required = true)]
    title: Option<String>,
    /// A word like `isolate_host`; default `manual`.
    action_type: Option<String>,
    /// Who does it.
    owner: Option<String>,
    /// Until when; not in the past.
    #[schema(value_type = Option<String>, format = DateTime)]
    due_at: Option<Timestamp>,
}

impl AddAction {
    /// The command. What is required is required by `Validate`, which names it.
    pub fn command(self) -> Result<NewStep, AppError> {
        let title = self.title.ok_or_else(incomplete)?;
        Ok(NewStep { title, action_type: self.action_type, owner: self.owner, due_at: self.due_at })
    }
}

/// What may change about an action; at least one member.
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = UpdateAction)]
pub struct UpdateAction {
    /// `open` goes to `in_progress`, `completed`, `failed` or `cancelled`.
    #[schema(value_type = Option<words::ActionStatus>)]
    status: Option<ActionStatus>,
    /// Confirmed evidence of the same incident that proves the remedy; only on a completed action.
    validation_ref: Option<String>,
    /// At most 2 000 characters.
    comment: Option<String>,
    /// Who does it.
    owner: Option<String>,
    /// Until when.
    #[schema(value_type = Option<String>, format = DateTime)]
    due_at: Option<Timestamp>,
}

impl UpdateAction {
    /// The command. What is no evidence id names no evidence, and so proves nothing.
    pub fn command(self) -> Result<UpdateStep, AppError> {
        let proof = self.validation_ref.map(|text| text.parse::<EvidenceId>()).transpose();
        let proof = proof.map_err(|_| {
            let detail = "validation_ref must name confirmed evidence of the same incident.";
            AppError::new(Code::EvidenceRequired, detail)
        });
        Ok(UpdateStep {
            status: self.status,
            validation_ref: proof?,
            comment: self.comment,
            owner: self.owner,
            due_at: self.due_at,
        })
    }
}

/// The answer to an added action.
#[derive(Debug, Serialize, ToSchema)]
pub struct AddedAction {
    #[schema(example = "act-0198f1c27d3b7c0e9d0a4b5c6d7e8f90")]
    action_id: String,
    #[schema(value_type = words::ActionStatus)]
    status: &'static str,
    message: &'static str,
}

impl From<&Action> for AddedAction {
    fn from(a: &Action) -> Self {
        let message =
            "Response step added. It is carried out by people; complete it with PATCH /api/actions/:id.";
        Self { action_id: a.id.to_string(), status: a.status.as_str(), message }
    }
}

/// A response action.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Action)]
pub struct ActionView {
    id: String,
    incident_id: String,
    title: String,
    action_type: String,
    #[schema(value_type = words::ActionStatus)]
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    due_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    validation_ref: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
    requested_by: String,
    #[schema(value_type = String, format = DateTime)]
    requested_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    executed_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    executed_at: Option<Timestamp>,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

impl From<Action> for ActionView {
    fn from(a: Action) -> Self {
        Self {
            id: a.id.to_string(),
            incident_id: a.incident_id.to_string(),
            title: a.title,
            action_type: a.action_type,
            status: a.status.as_str(),
            owner: a.owner,
            due_at: a.due_at,
            validation_ref: a.validation_ref.map(|v| v.to_string()),
            comment: a.comment,
            requested_by: a.requested_by.to_string(),
            requested_at: a.requested_at,
            executed_by: a.executed_by.map(|b| b.to_string()),
            executed_at: a.executed_at,
            updated_at: a.updated_at,
        }
    }
}

/// Something that happened to an incident.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TimelineEntry)]
pub struct TimelineView {
    /// Its place in the audit log.
    seq: i64,
    #[schema(value_type = String, format = DateTime)]
    ts: Timestamp,
    actor: String,
    /// `incident.created`, `evidence.attached`, `custody.appended`, `action.updated`, …
    event: String,
    /// The id of what it happened to.
    subject: String,
    /// What exactly.
    #[schema(value_type = Object)]
    detail: serde_json::Value,
}

impl From<AuditEntry> for TimelineView {
    fn from(e: AuditEntry) -> Self {
        Self { seq: e.seq, ts: e.at, actor: e.actor, event: e.action, subject: e.subject, detail: e.detail }
    }
}
