//! The timeline: every change, item of evidence, custody entry and action of an incident, in order.

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

/// A page of the timeline, oldest first, and how many entries the caller may see, counted up to 10 000. What the
/// caller may not see is left out, and so is every mention of it.
pub fn timeline(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    id: IncidentRef,
    page: &Page,
) -> Result<(Vec<AuditEntry>, Total), AppError> {
    ctx.require(Permission::ReadIncidents)?;
    let incident = incident_named(tx, id)?;
    let visible = Visible::of(tx, ctx, incident.id)?;
    let (from, size) = (i64::from(page.first_row()), i64::from(page.per_page));
    let (mut rows, mut seen, mut after) = (Vec::new(), 0i64, 0i64);
    loop {
        let batch = tx.history(incident.id, after, BATCH)?;
        let Some(last) = batch.last().map(|e| e.seq) else { break };
        after = last;
        for entry in batch.into_iter().filter(|e| shown(&visible, e)) {
            if (from..from.saturating_add(size)).contains(&seen) {
                rows.push(redacted(&visible, entry));
            }
            seen = seen.saturating_add(1);
        }
        if seen > i64::from(MAX_DEPTH) && seen >= from.saturating_add(size) {
            break;
        }
    }
    Ok((rows, Total::from_capped(seen)))
}

fn shown(visible: &Visible, entry: &AuditEntry) -> bool {
    if !entry.action.starts_with("evidence.") && !entry.action.starts_with("custody.") {
        return true;
    }
    // An entry that does not say is shown to those only who may see everything.
    let said = entry.detail.get("visibility").and_then(Value::as_str).and_then(|v| v.parse().ok());
    probatum_evidence::may_see(visible.all, said.unwrap_or(Visibility::Internal))
}

/// The entry without the ids of evidence the caller may not see, and without what was said about an order: it may repeat
/// what the order was carried out with.
fn redacted(visible: &Visible, mut entry: AuditEntry) -> AuditEntry {
    if !visible.all {
        redact(visible, &mut entry.detail);
        if let Some(result) = entry.detail.get_mut("result").and_then(Value::as_object_mut) {
            result.retain(|name, _| name != "message" && name != "reference");
        }
    }
    entry
}

fn redact(visible: &Visible, value: &mut Value) {
    match value {
        Value::String(text) if text.parse::<EvidenceId>().is_ok_and(|id| !visible.names(id)) => {
            *value = Value::Null
        }
        Value::Array(items) => items.iter_mut().for_each(|v| redact(visible, v)),
        Value::Object(members) => members.values_mut().for_each(|v| redact(visible, v)),
        _ => {}
    }
}
