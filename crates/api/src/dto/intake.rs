//! Deliveries to the intake on the wire.

use crate::vocabulary as words;
use probatum_application::intake::{Intake, IntakeLink, IntakeState, PartFault};
use probatum_application::use_cases::intake::Report;
use serde::Serialize;
use utoipa::ToSchema;

/// A delivery that was taken: it is on disk, and will be worked through.
#[derive(Debug, Serialize, ToSchema)]
pub struct AcceptedIntake {
    #[schema(example = "intake-0197d2a4c1b07a3e8d5f6a7b8c9d0e1f")]
    id: String,
    #[schema(value_type = words::IntakeKind)]
    kind: &'static str,
    /// `queued`; of a duplicate, how the delivery it repeats stands.
    #[schema(value_type = words::IntakeStatus)]
    status: &'static str,
    /// How many events it has, good or bad; which of them are bad is told once it is processed.
    event_count: u32,
    /// The same content came from the same sender within 24 hours: nothing is counted again.
    duplicate: bool,
    /// The delivery it repeats.
    #[serde(skip_serializing_if = "Option::is_none")]
    duplicate_of: Option<String>,
}

impl From<&Intake> for AcceptedIntake {
    fn from(i: &Intake) -> Self {
        Self {
            id: i.id.to_string(),
            kind: i.kind.as_str(),
            status: i.state.as_str(),
            event_count: i.events,
            duplicate: i.duplicate_of.is_some(),
            duplicate_of: i.duplicate_of.map(|id| id.to_string()),
        }
    }
}

/// A part that was not taken.
#[derive(Debug, Serialize, ToSchema)]
pub struct IntakeFault {
    /// Its place in what was sent, from 0.
    index: u32,
    /// What is wrong with it.
    message: String,
}

impl From<&PartFault> for IntakeFault {
    fn from(f: &PartFault) -> Self {
        Self { index: f.index, message: f.message.clone() }
    }
}

/// What a delivery did to an incident.
#[derive(Debug, Serialize, ToSchema)]
pub struct IntakeIncident {
    /// The incident's UUID.
    id: String,
    #[schema(example = "INC-2026-0042")]
    public_id: String,
    /// How many of the incident's events came with this delivery.
    event_count: u32,
    /// Whether this delivery opened the incident; else it joined one that was there.
    opened: bool,
    /// Where the incident stands in the queue now.
    #[schema(value_type = words::QueueStatus)]
    status: &'static str,
    /// How far the response to it is now.
    #[schema(value_type = words::Lifecycle)]
    status_lifecycle: &'static str,
}

impl From<&IntakeLink> for IntakeIncident {
    fn from(l: &IntakeLink) -> Self {
        let (id, public_id) = (l.incident.to_string(), l.public_id.to_string());
        let (status, status_lifecycle) = (l.status.as_str(), l.lifecycle.as_str());
        Self { id, public_id, event_count: l.events, opened: l.opened, status, status_lifecycle }
    }
}

/// What became of a delivery.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Intake)]
pub struct IntakeView {
    #[schema(example = "intake-0197d2a4c1b07a3e8d5f6a7b8c9d0e1f")]
    id: String,
    #[schema(value_type = words::IntakeKind)]
    kind: &'static str,
    /// `queued`: on disk. `processed`: what could be taken was. `rejected`: nothing could be taken. Of log events that
    /// repeat a delivery, how that stands.
    #[schema(value_type = words::IntakeStatus)]
    status: &'static str,
    /// Of log events: the same content came from the same sender within 24 hours before, and nothing was counted again.
    /// Of the others: all of it was known already.
    duplicate: bool,
    /// The delivery it repeats; of log events `status`, `processed_at`, `reason`, `errors` and `incidents` are those of
    /// that one.
    #[serde(skip_serializing_if = "Option::is_none")]
    duplicate_of: Option<String>,
    received_by: String,
    #[schema(format = DateTime)]
    received_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    processed_at: Option<String>,
    /// Bytes.
    size: u64,
    /// Of the content as it came.
    hash_sha256: String,
    /// How many events it has, good or bad.
    event_count: u32,
    /// How many of them were counted; once it is processed.
    #[serde(skip_serializing_if = "Option::is_none")]
    accepted: Option<u32>,
    /// How many were not; once it is processed.
    #[serde(skip_serializing_if = "Option::is_none")]
    rejected: Option<u32>,
    /// The first 100 of those, by index.
    errors: Vec<IntakeFault>,
    /// Why it was given up as it stands, if it was; it can be tried again.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// How many incidents it opened or joined so far.
    incident_count: u32,
    /// The first 100 of them, the oldest first. One that was deleted is left out.
    incidents: Vec<IntakeIncident>,
}

impl From<&Report> for IntakeView {
    fn from(r: &Report) -> Self {
        let i = &r.intake;
        let counted = i.state != IntakeState::Queued && i.duplicate_of.is_none();
        Self {
            id: i.id.to_string(),
            kind: i.kind.as_str(),
            status: i.state.as_str(),
            duplicate: i.duplicate_of.is_some(),
            duplicate_of: i.duplicate_of.map(|id| id.to_string()),
            received_by: i.received_by.to_string(),
            received_at: i.received_at.to_string(),
            processed_at: i.finished_at.map(|t| t.to_string()),
            size: i.size,
            hash_sha256: i.hash.to_string(),
            event_count: i.events,
            accepted: counted.then_some(i.accepted),
            rejected: counted.then_some(i.rejected),
            errors: i.faults.iter().map(IntakeFault::from).collect(),
            reason: i.reason.clone(),
            incident_count: i.incidents,
            incidents: r.incidents.iter().map(IntakeIncident::from).collect(),
        }
    }
}
