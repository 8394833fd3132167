//! The facts of an incident: stated as a whole, kept in versions, and never written over.

use super::{deadlines, incident_named, record};
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::permission::Permission;
use crate::ports::{StoredFacts, Tx};
use crate::use_cases::incidents::Precondition;
use probatum_compliance_export::{Circumstances, FactSheet};
use probatum_evidence::{EvidenceError, Sha256Hex, canonical};
use probatum_incident::Incident;
use probatum_kernel::{Code, FieldFault, IncidentRef};
use serde_json::{Map, Value, json};

/// The member of facts that is no section of the sheet.
const CIRCUMSTANCES: &str = "circumstances";
/// How many wrong fields are named at a time, and the most characters said of each.
const MAX_FAULTS: usize = 20;
const MAX_MESSAGE: usize = 500;
/// The most versions of the facts of one incident.
const MAX_VERSIONS: u32 = 10_000;

/// The validator of facts: their version, or 0 if nobody stated any.
pub fn etag(facts: Option<&StoredFacts>) -> String {
    format!("\"facts-{}\"", facts.map_or(0, |f| f.version))
}

/// States the facts of an incident: they take the place of what was stated before, as the next version; what is as
/// before makes none. The clocks are computed anew. `stated` is the sheet, and beside its sections `circumstances`.
pub fn save(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    id: IncidentRef,
    when: &Precondition,
    stated: &Map<String, Value>,
) -> Result<StoredFacts, AppError> {
    ctx.require(Permission::StateFacts)?;
    let (sheet, circumstances) = read(stated, ctx)?;
    let incident = incident_named(tx, id)?;
    check_submissions(&circumstances, &incident)?;
    let last = tx.facts(incident.id)?;
    when.check_tag("facts", &etag(last.as_ref()))?;
    if let Some(same) = last.as_ref().filter(|l| l.sheet == sheet && l.circumstances == circumstances) {
        return Ok(same.clone());
    }
    let version = last.map_or(0, |l| l.version).saturating_add(1);
    if version > MAX_VERSIONS {
        let detail = format!("The facts have {MAX_VERSIONS} versions, the most they may have.");
        return Err(AppError::new(Code::StateConflict, detail));
    }
    let next = StoredFacts { version, sheet, circumstances, at: ctx.now, actor: ctx.actor().clone() };
    tx.insert_facts(incident.id, &next)?;
    let whole = whole(&next)?;
    let sections: Vec<&String> = whole.keys().collect();
    let text = canonical(&Value::Object(whole.clone())).map_err(EvidenceError::from)?;
    let detail = json!({"version": version, "sections": sections, "sha256": Sha256Hex::of(text.as_bytes())});
    record(tx, ctx, "facts.stated", incident.public_id.to_string(), Some(incident.id), detail)?;
    deadlines::recompute(tx, ctx, &incident)?;
    Ok(next)
}

/// Refuses what was submitted of a duty no rule knows, or before anything had happened: it would stop a clock.
fn check_submissions(circumstances: &Circumstances, incident: &Incident) -> Result<(), AppError> {
    let moments = [incident.occurred_at, incident.detected_at, incident.aware_at];
    let first = moments.into_iter().flatten().min();
    let mut faults = Vec::new();
    for (index, submission) in circumstances.submissions.iter().enumerate() {
        let field = |member: &str| format!("circumstances.submissions[{index}].{member}");
        let mut rules = deadlines::rules().rules.iter().filter(|r| r.enabled);
        if !rules.any(|r| (r.regime, r.step) == (submission.regime, submission.step)) {
            let message = format!("is no duty of {}; GET …/deadlines lists them", submission.regime);
            faults.push(FieldFault::new(field("step"), "unknown", message));
        }
        if first.is_some_and(|first| submission.at < first) {
            let message = "must not be before the incident: see its occurred_at, detected_at and aware_at";
            faults.push(FieldFault::new(field("at"), "too_early", message));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(AppError::invalid_fields(faults)) }
}

/// The facts of an incident: the latest version, or the one asked for. 404 if nobody stated any.
pub fn get(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    id: IncidentRef,
    version: Option<u32>,
) -> Result<StoredFacts, AppError> {
    ctx.require(Permission::ReadFacts)?;
    let incident = incident_named(tx, id)?;
    let found = match version {
        Some(version) => tx.facts_version(incident.id, version)?,
        None => tx.facts(incident.id)?,
    };
    found.ok_or_else(|| AppError::not_found(if version.is_some() { "version of the facts" } else { "facts" }))
}

/// The facts as they are stated: sections of the sheet, and `circumstances` if there are any.
pub fn whole(facts: &StoredFacts) -> Result<Map<String, Value>, AppError> {
    let failed = |e: serde_json::Error| AppError::internal(e.to_string());
    let mut whole = match serde_json::to_value(&facts.sheet).map_err(failed)? {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    if facts.circumstances != Circumstances::default() {
        let circumstances = serde_json::to_value(&facts.circumstances).map_err(failed)?;
        whole.insert(CIRCUMSTANCES.to_owned(), circumstances);
    }
    Ok(whole)
}

/// Reads what was stated, and names every wrong field.
fn read(stated: &Map<String, Value>, ctx: &Ctx) -> Result<(FactSheet, Circumstances), AppError> {
    let mut sheet = stated.clone();
    let circumstances = sheet.remove(CIRCUMSTANCES).unwrap_or_else(|| json!({}));
    let sheet = FactSheet::from_json(&Value::Object(sheet));
    let circumstances = Circumstances::from_json(CIRCUMSTANCES, &circumstances, ctx.now);
    match (sheet, circumstances) {
        (Ok(sheet), Ok(circumstances)) => Ok((sheet, circumstances)),
        (sheet, circumstances) => {
            let faults = sheet.err().into_iter().chain(circumstances.err()).flatten();
            // A message may quote what was sent; nobody needs a megabyte of it back.
            let short =
                faults.map(|f| FieldFault { message: f.message.chars().take(MAX_MESSAGE).collect(), ..f });
            Err(AppError::invalid_fields(short.take(MAX_FAULTS).collect()))
        }
    }
}
