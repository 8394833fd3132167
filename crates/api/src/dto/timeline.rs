//! The timeline on the wire.

use probatum_application::ports::AuditEntry;
use probatum_kernel::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

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
