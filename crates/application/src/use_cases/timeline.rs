//! The timeline: every change, item of evidence, custody entry and action of an incident, in order.

use super::told::Told;
use super::{Visible, incident_named};
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::permission::Permission;
use crate::ports::{AuditEntry, Tx};
use probatum_evidence::Visibility;
use probatum_kernel::{EvidenceId, IncidentRef, MAX_DEPTH, Page, Total};
use serde_json::Value;

/// How many entries are read at a time.
const BATCH: u32 = 1_000;

/// A page of a timeline.
#[derive(Debug, Clone)]
pub struct Timeline {
    /// The entries, oldest first.
    pub entries: Vec<AuditEntry>,
    /// How many the caller may see in all, counted up to 10 000.
    pub total: Total,
    /// Whether there are more after these.
    pub more: bool,
}

/// A page of the timeline. What the caller may not see is left out, and so is every mention of it.
pub fn timeline(tx: &mut dyn Tx, ctx: &Ctx, id: IncidentRef, page: &Page) -> Result<Timeline, AppError> {
    ctx.require(Permission::ReadIncidents)?;
    let incident = incident_named(tx, id)?;
    let visible = Visible::of(tx, ctx, incident.id)?;
    let told = Told {
        raw_data: ctx.scope().raw_data,
        reports: ctx.principal.may(Permission::ReadReports),
        place: visible.all,
    };
    let from = i64::from(page.first_row());
    let end = from.saturating_add(page.per_page.into());
    let (mut entries, mut seen, mut after) = (Vec::new(), 0i64, 0i64);
    loop {
        let batch = tx.history(incident.id, after, BATCH)?;
        let Some(last) = batch.last().map(|e| e.seq) else { break };
        after = last;
        for entry in batch.into_iter().filter_map(|e| as_seen(&visible, told, e)) {
            if (from..end).contains(&seen) {
                entries.push(entry);
            }
            seen = seen.saturating_add(1);
        }
        if seen > i64::from(MAX_DEPTH) && seen > end {
            break;
        }
    }
    Ok(Timeline { entries, total: Total::from_capped(seen), more: seen > end })
}

fn shown(visible: &Visible, entry: &AuditEntry) -> bool {
    if !entry.action.starts_with("evidence.") && !entry.action.starts_with("custody.") {
        return true;
    }
    // An entry that does not say is shown to those only who may see everything.
    let said = entry.detail.get("visibility").and_then(Value::as_str).and_then(|v| v.parse().ok());
    probatum_evidence::may_see(visible.all, said.unwrap_or(Visibility::Internal))
}

/// What an action was carried out with, and what was said about it: members of details that viewers do not see.
const OF_ACTIONS: [&str; 3] = ["digest", "message", "reference"];
/// Fields whose changes viewers do not see.
const REMARKS: [&str; 1] = ["comment"];

/// The entry without what the caller may not see, if there is anything left to tell: nothing says that something was
/// left out.
fn as_seen(visible: &Visible, told: Told, mut entry: AuditEntry) -> Option<AuditEntry> {
    if !shown(visible, &entry) || !told.of(&entry) {
        return None;
    }
    let changed = changes(&entry);
    told.trim(&mut entry);
    if !visible.all {
        let of_action = entry.action.starts_with("action.");
        redact(visible, of_action, &mut entry.detail);
    }
    (changed == 0 || changes(&entry) > 0).then_some(entry)
}

/// How many changes the entry tells of.
fn changes(entry: &AuditEntry) -> usize {
    entry.detail.get("changes").and_then(Value::as_array).map_or(0, Vec::len)
}

fn redact(visible: &Visible, of_action: bool, value: &mut Value) {
    let hidden = |v: &Value| match v {
        Value::String(text) => text.parse::<EvidenceId>().is_ok_and(|id| !visible.names(id)),
        _ => false,
    };
    match value {
        Value::Array(items) => {
            // A change that names hidden evidence, or a remark, goes as a whole.
            let remark = |v: &Value| {
                let field = v.get("field").and_then(Value::as_str).unwrap_or_default();
                of_action && REMARKS.contains(&field)
            };
            let names =
                |v: &Value| v.as_object().is_some_and(|m| m.contains_key("field") && m.values().any(hidden));
            items.retain(|v| !hidden(v) && !remark(v) && !names(v));
            items.iter_mut().for_each(|v| redact(visible, of_action, v));
        }
        Value::Object(members) => {
            members.retain(|name, v| !(hidden(v) || of_action && OF_ACTIONS.contains(&name.as_str())));
            members.values_mut().for_each(|v| redact(visible, of_action, v));
        }
        _ => {}
    }
}
