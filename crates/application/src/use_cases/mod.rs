//! What the registry does, one function per use case: check, load, decide (in a domain crate), save, record.

pub mod actions;
pub mod audit;
pub mod evidence;
pub mod housekeeping;
pub mod incidents;
pub mod keys;
pub mod timeline;

use crate::ctx::Ctx;
use crate::error::AppError;
use crate::ports::{Record, Tx};
use probatum_incident::Incident;
use probatum_kernel::{IncidentId, IncidentRef};
use serde_json::Value;

/// The incident a client names, or 404.
fn incident_named(tx: &mut dyn Tx, id: IncidentRef) -> Result<Incident, AppError> {
    tx.incident(id)?.ok_or_else(|| AppError::not_found("incident"))
}

/// Writes one record about an incident into audit log, timeline and outbox.
fn record(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    action: &'static str,
    subject: String,
    incident: Option<IncidentId>,
    detail: Value,
) -> Result<(), AppError> {
    let (actor, request_id) = (ctx.actor().clone(), ctx.request_id.clone());
    tx.record(&Record { at: ctx.now, actor, action, subject, incident, detail, request_id })
}
