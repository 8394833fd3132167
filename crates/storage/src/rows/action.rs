//! The row of an action; its order and its playbook step are JSON.

use super::{json, to_json, word, words};
use crate::schema::actions;
use crate::types::{DbId, DbTime};
use diesel::prelude::*;
use probatum_application::AppError;
use probatum_kernel::{ActionId, EvidenceId, IncidentId};
use probatum_playbooks::Action;

/// A row of `actions`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = actions, treat_none_as_null = true)]
pub struct ActionRow {
    id: DbId,
    incident_id: DbId,
    title: String,
    action_type: String,
    owner: Option<String>,
    due_at: Option<DbTime>,
    status: String,
    validation_ref: Option<DbId>,
    comment: Option<String>,
    requested_by: String,
    requested_at: DbTime,
    executed_by: Option<String>,
    executed_at: Option<DbTime>,
    updated_at: DbTime,
    version: i64,
    approval_level: Option<String>,
    order_data: Option<String>,
    step_data: Option<String>,
    wake_at: Option<DbTime>,
}

impl ActionRow {
    /// The row of an action.
    pub fn of(a: &Action) -> Result<Self, AppError> {
        Ok(Self {
            id: DbId(a.id.uuid()),
            incident_id: DbId(a.incident_id.uuid()),
            title: a.title.clone(),
            action_type: a.action_type.clone(),
            owner: a.owner.clone(),
            due_at: a.due_at.map(DbTime),
            status: a.status.to_string(),
            validation_ref: a.validation_ref.map(|v| DbId(v.uuid())),
            comment: a.comment.clone(),
            requested_by: a.requested_by.to_string(),
            requested_at: a.requested_at.into(),
            executed_by: a.executed_by.as_ref().map(ToString::to_string),
            executed_at: a.executed_at.map(DbTime),
            updated_at: a.updated_at.into(),
            version: a.version,
            approval_level: a.approval_level.map(|l| l.to_string()),
            order_data: a.order.as_ref().map(to_json).transpose()?,
            step_data: a.step.as_ref().map(to_json).transpose()?,
            wake_at: a.wake_at().map(DbTime),
        })
    }

    /// The action of the row.
    pub fn action(self) -> Result<Action, AppError> {
        Ok(Action {
            id: ActionId::from_uuid(self.id.0),
            incident_id: IncidentId::from_uuid(self.incident_id.0),
            title: self.title,
            action_type: self.action_type,
            owner: self.owner,
            due_at: self.due_at.map(|t| t.0),
            status: word("status", &self.status)?,
            validation_ref: self.validation_ref.map(|v| EvidenceId::from_uuid(v.0)),
            comment: self.comment,
            requested_by: word("requested_by", &self.requested_by)?,
            requested_at: self.requested_at.0,
            executed_by: words("executed_by", self.executed_by.as_ref())?,
            executed_at: self.executed_at.map(|t| t.0),
            updated_at: self.updated_at.0,
            version: self.version,
            approval_level: words("approval_level", self.approval_level.as_ref())?,
            order: self.order_data.map(|t| json("order_data", &t)).transpose()?,
            step: self.step_data.map(|t| json("step_data", &t)).transpose()?,
        })
    }
}
