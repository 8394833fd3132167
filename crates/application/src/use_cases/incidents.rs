//! Incidents: put on record, read, list, change, delete.

use super::{Visible, agents, incident_named, record};
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::permission::Permission;
use crate::ports::Tx;
use crate::query::{IncidentList, IncidentQuery};
use probatum_evidence::{Evidence, Sha256Hex};
use probatum_incident::{Decision, Explanation, Facts, Incident, NewIncident, Patch, Put};
use probatum_intake::Tally;
use probatum_kernel::{Code, EvidenceStatus, IncidentRef, PublicId};
use probatum_playbooks::Action;
use serde_json::json;

/// What `If-Match` demands of the version found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Precondition {
    /// Nothing was sent.
    None,
    /// `*`: it exists.
    Any,
    /// One of these ETags.
    OneOf(Vec<String>),
}

impl Precondition {
    fn check(&self, ctx: &Ctx, incident: &Incident) -> Result<(), AppError> {
        self.check_tag("incident", &etag(ctx, incident))
    }

    /// Refuses unless `what` still has the ETag the change is based on.
    pub(super) fn check_tag(&self, what: &str, etag: &str) -> Result<(), AppError> {
        match self {
            Self::OneOf(tags) if !tags.iter().any(|t| t == etag) => Err(AppError::new(
                Code::PreconditionFailed,
                format!("The {what} was changed since; read it again and send its ETag as If-Match."),
            )),
            _ => Ok(()),
        }
    }
}

/// The strong validator of an incident as this caller sees it: its version, which counts every change of it, its
/// evidence and its actions, and what the caller's roles show of it.
pub fn etag(ctx: &Ctx, incident: &Incident) -> String {
    let scope = ctx.scope();
    let sees = match (scope.all_evidence, scope.raw_data) {
        (false, false) => "p",
        (true, false) => "e",
        (false, true) => "r",
        (true, true) => "a",
    };
    format!("\"{}-{sees}\"", incident.version)
}

/// An incident as a caller may see it.
#[derive(Debug, Clone)]
pub struct Detail {
    /// The incident; `raw_data` only for those who may read it.
    pub incident: Incident,
    /// The evidence the caller may see.
    pub evidence: Vec<Evidence>,
    /// The response actions.
    pub actions: Vec<Action>,
    /// The events it came from, if it came from events.
    pub events: Option<Tally>,
    /// The validator of all this.
    pub etag: String,
}

/// Puts an incident on record: numbered, a gap, without priority (CONTRACT §3). An unknown agent is registered as
/// `unverified`.
pub fn create(tx: &mut dyn Tx, ctx: &Ctx, new: &NewIncident) -> Result<Incident, AppError> {
    ctx.require(Permission::CreateIncident)?;
    if let Some(agent) = new.agent_id() {
        agents::became_known(tx, ctx, agent)?;
    }
    let year = ctx.now.year();
    let number = tx.next_incident_number(year)?;
    let public_id =
        PublicId::new(year, number).ok_or_else(|| AppError::internal("incident number out of range"))?;
    let incident = Incident::open(new, ctx.new_incident_id(), public_id, ctx.actor(), ctx.now);
    tx.insert_incident(&incident)?;
    let detail = json!({
        "public_id": public_id, "title": incident.title, "category": incident.category, "level": incident.level,
        "severity": incident.severity, "source_type": incident.source_type, "flags": incident.flags,
        "source": incident.source, "agent_id": incident.agent_id,
        "raw_data_sha256": incident.raw_data.as_ref().map(|raw| Sha256Hex::of(raw.to_string().as_bytes())),
    });
    record(tx, ctx, "incident.created", public_id.to_string(), Some(incident.id), detail)?;
    Ok(incident)
}

/// An incident with evidence and actions, as the caller may see it.
pub fn detail(tx: &mut dyn Tx, ctx: &Ctx, id: IncidentRef) -> Result<Detail, AppError> {
    ctx.require(Permission::ReadIncidents)?;
    let scope = ctx.scope();
    let incident = scope.shown(incident_named(tx, id)?);
    let visible = Visible::of(tx, ctx, incident.id)?;
    let actions = tx.actions_of(incident.id)?.into_iter().map(|a| visible.action(a)).collect();
    let etag = etag(ctx, &incident);
    let events = tx.tally_of(incident.id)?;
    Ok(Detail { incident, evidence: visible.evidence(), actions, events, etag })
}

/// Whether there is such an incident.
pub fn exists(tx: &mut dyn Tx, ctx: &Ctx, id: IncidentRef) -> Result<(), AppError> {
    ctx.require(Permission::ReadIncidents)?;
    incident_named(tx, id).map(|_| ())
}

/// A page of incidents.
pub fn list(tx: &mut dyn Tx, ctx: &Ctx, query: &IncidentQuery) -> Result<IncidentList, AppError> {
    ctx.require(Permission::ReadIncidents)?;
    let scope = ctx.scope();
    let mut list = tx.list_incidents(query)?;
    list.rows = list.rows.into_iter().map(|i| scope.shown(i)).collect();
    Ok(list)
}

/// How an incident is classified, and why.
pub fn classification(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    id: IncidentRef,
) -> Result<(Incident, Explanation), AppError> {
    ctx.require(Permission::ReadIncidents)?;
    let incident = incident_named(tx, id)?;
    let explanation = incident.explain();
    Ok((incident, explanation))
}

/// Changes an incident by the registry contract.
pub fn patch(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    id: IncidentRef,
    when: &Precondition,
    patch: &Patch,
) -> Result<Incident, AppError> {
    ctx.require(Permission::ChangeIncident)?;
    let incident = incident_named(tx, id)?;
    when.check(ctx, &incident)?;
    if let Some(Some(agent)) = &patch.agent_id {
        agents::became_known(tx, ctx, agent)?;
    }
    let facts = if patch.lifecycle.is_some() { facts(tx, &incident)? } else { Facts::default() };
    let decision = incident.patch(patch, &facts, ctx.now)?;
    save(tx, ctx, &incident, decision, patch.reason.as_deref())
}

/// Changes an incident by the alert contract.
pub fn put(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    id: IncidentRef,
    when: &Precondition,
    put: &Put,
) -> Result<Incident, AppError> {
    ctx.require(Permission::ChangeIncident)?;
    let incident = incident_named(tx, id)?;
    when.check(ctx, &incident)?;
    let decision = incident.put(put, ctx.now)?;
    save(tx, ctx, &incident, decision, None)
}

/// Deletes an incident with its evidence and actions; the audit log keeps a tombstone. Content that was stored is
/// noted for deletion in the same transaction.
pub fn delete(tx: &mut dyn Tx, ctx: &Ctx, id: IncidentRef, when: &Precondition) -> Result<(), AppError> {
    ctx.require(Permission::DeleteIncident)?;
    let incident = incident_named(tx, id)?;
    when.check(ctx, &incident)?;
    incident.may_be_deleted()?;
    let actions = tx.actions_of(incident.id)?;
    if let Some(action) = actions.iter().find(|a| a.is_under_way()) {
        let detail =
            format!("The action {} is being carried out; delete the incident when it has ended.", action.id);
        return Err(AppError::new(Code::StateConflict, detail));
    }
    let evidence = tx.evidence_of(incident.id)?;
    tx.delete_incident(&incident)?;
    let done: Vec<_> = actions
        .iter()
        .map(|a| json!({"id": a.id, "action_type": a.action_type, "status": a.status}))
        .collect();
    let hashes: Vec<_> = evidence.iter().map(|e| json!({"id": e.id, "hash_sha256": e.hash_sha256})).collect();
    let detail = json!({"public_id": incident.public_id, "version": incident.version, "evidence": hashes, "actions": done});
    record(tx, ctx, "incident.deleted", incident.public_id.to_string(), Some(incident.id), detail)?;
    for stored in evidence.into_iter().filter_map(|e| e.stored) {
        // A bundle may be evidence of several incidents: its content goes with the last of them.
        if !tx.blob_in_use(&stored.key)? {
            tx.discard_blob(&stored.key, ctx.now)?;
        }
    }
    Ok(())
}

/// What the lifecycle's guards ask about the rest of the registry.
fn facts(tx: &mut dyn Tx, incident: &Incident) -> Result<Facts, AppError> {
    let actions = tx.actions_of(incident.id)?;
    // What proved the remedy before a reopening proves nothing about what came after it.
    let since = |a: &&Action| a.executed_at >= incident.reopened_at || incident.reopened_at.is_none();
    let counting: Vec<Action> = actions.iter().filter(since).cloned().collect();
    let evidence = tx.evidence_of(incident.id)?;
    let confirmed =
        |id| evidence.iter().any(|e: &Evidence| e.id == id && e.status == EvidenceStatus::Confirmed);
    Ok(Facts {
        remedy_proven: probatum_playbooks::proves_closure(&counting, confirmed),
        unfinished_actions: probatum_playbooks::unfinished(&actions),
    })
}

/// Saves a decision about an incident and records it; a decision without changes leaves no trace.
pub(super) fn save(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    before: &Incident,
    decision: Decision,
    reason: Option<&str>,
) -> Result<Incident, AppError> {
    if !decision.changes.is_empty() {
        tx.save_incident(before, &decision.next)?;
        let mut detail = json!({"changes": decision.changes});
        if let (Some(reason), Some(detail)) = (reason, detail.as_object_mut()) {
            detail.insert("reason".to_owned(), reason.into());
        }
        record(tx, ctx, "incident.updated", before.public_id.to_string(), Some(before.id), detail)?;
    }
    Ok(decision.next)
}

/// Counts a change of evidence, custody or actions in the incident's version; nothing if its fields changed along.
pub(super) fn touch(tx: &mut dyn Tx, ctx: &Ctx, incident: &Incident) -> Result<(), AppError> {
    tx.touch_incident(incident, &incident.touched(ctx.now))
}
