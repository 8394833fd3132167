//! The rows of deliveries to the intake.

use super::incident::queue_status;
use super::{json, small, to_json, word};
use crate::schema::intake;
use crate::types::{DbId, DbTime};
use diesel::prelude::*;
use probatum_application::AppError;
use probatum_application::intake::{Intake, IntakeLink};
use probatum_kernel::{IncidentId, IntakeId, PublicId};

/// A row of `intake`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = intake, treat_none_as_null = true)]
pub struct IntakeRow {
    id: DbId,
    kind: String,
    state: String,
    sender: String,
    received_by: String,
    request_id: String,
    received_at: DbTime,
    finished_at: Option<DbTime>,
    media_type: Option<String>,
    sha256: String,
    size: i64,
    storage_key: Option<String>,
    command: Option<String>,
    event_count: i32,
    accepted: i32,
    rejected: i32,
    faults: String,
    reason: Option<String>,
    duplicate_of: Option<DbId>,
    steps: i32,
    incident_count: i32,
    attempts: i32,
    wake_at: Option<DbTime>,
    forgiven: i32,
    retried_at: Option<DbTime>,
}

/// A number of an intake as its column holds it.
pub fn count(n: u32) -> Result<i32, AppError> {
    i32::try_from(n).map_err(|_| AppError::internal("a count larger than the database can say"))
}

impl IntakeRow {
    /// The row of a delivery.
    pub fn of(i: &Intake) -> Result<Self, AppError> {
        let size = i64::try_from(i.size);
        Ok(Self {
            id: DbId(i.id.uuid()),
            kind: i.kind.to_string(),
            state: i.state.to_string(),
            sender: i.sender.clone(),
            received_by: i.received_by.to_string(),
            request_id: i.request_id.clone(),
            received_at: i.received_at.into(),
            finished_at: i.finished_at.map(DbTime),
            media_type: i.media_type.clone(),
            sha256: i.hash.to_string(),
            size: size.map_err(|_| AppError::internal("content larger than the database can say"))?,
            storage_key: i.blob.clone(),
            command: i.command.as_ref().map(to_json).transpose()?,
            event_count: count(i.events)?,
            accepted: count(i.accepted)?,
            rejected: count(i.rejected)?,
            faults: to_json(&i.faults)?,
            reason: i.reason.clone(),
            duplicate_of: i.duplicate_of.map(|d| DbId(d.uuid())),
            steps: count(i.steps)?,
            incident_count: count(i.incidents)?,
            attempts: count(i.attempts)?,
            wake_at: i.wake_at.map(DbTime),
            forgiven: count(i.forgiven)?,
            retried_at: i.retried_at.map(DbTime),
        })
    }

    /// The delivery of the row.
    pub fn intake(self) -> Result<Intake, AppError> {
        let size = u64::try_from(self.size);
        Ok(Intake {
            id: IntakeId::from_uuid(self.id.0),
            kind: word("kind", &self.kind)?,
            state: word("state", &self.state)?,
            sender: self.sender,
            received_by: word("received_by", &self.received_by)?,
            request_id: self.request_id,
            received_at: self.received_at.0,
            finished_at: self.finished_at.map(|t| t.0),
            media_type: self.media_type,
            hash: word("sha256", &self.sha256)?,
            size: size.map_err(|_| AppError::internal("column size is negative"))?,
            blob: self.storage_key,
            command: self.command.map(|c| json("command", &c)).transpose()?,
            events: small("event_count", self.event_count)?,
            accepted: small("accepted", self.accepted)?,
            rejected: small("rejected", self.rejected)?,
            faults: json("faults", &self.faults)?,
            reason: self.reason,
            duplicate_of: self.duplicate_of.map(|d| IntakeId::from_uuid(d.0)),
            steps: small("steps", self.steps)?,
            incidents: small("incident_count", self.incident_count)?,
            attempts: small("attempts", self.attempts)?,
            wake_at: self.wake_at.map(|t| t.0),
            forgiven: small("forgiven", self.forgiven)?,
            retried_at: self.retried_at.map(|t| t.0),
        })
    }
}

/// What a delivery did to an incident, and where that stands.
#[derive(Debug, Queryable)]
pub struct IntakeLinkRow {
    incident: DbId,
    public_year: i32,
    public_number: i64,
    events: i32,
    opened: bool,
    status_rank: i32,
    lifecycle: String,
}

impl IntakeLinkRow {
    /// The link of the row.
    pub fn link(self) -> Result<IntakeLink, AppError> {
        let public_id = PublicId::new(self.public_year, self.public_number);
        Ok(IntakeLink {
            incident: IncidentId::from_uuid(self.incident.0),
            public_id: public_id
                .ok_or_else(|| AppError::internal("an incident has a number out of range"))?,
            events: u32::try_from(self.events).unwrap_or(0),
            opened: self.opened,
            status: queue_status(self.status_rank)?,
            lifecycle: word("lifecycle", &self.lifecycle)?,
        })
    }
}
