//! The timeline: every change, item of evidence, custody entry and action of an incident, in order.

use super::incident_named;
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::permission::Permission;
use crate::ports::{AuditEntry, Tx};
use probatum_evidence::Visibility;
use probatum_kernel::{IncidentRef, Page};

/// How much of a timeline is read to build a page; an incident has fewer entries than this in practice.
const MAX_ENTRIES: u32 = 10_000;

/// A page of the timeline, oldest first, and how many entries the caller may see. What the caller may not see is left
/// out: entries about evidence carry its visibility.
pub fn timeline(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    id: IncidentRef,
    page: &Page,
) -> Result<(Vec<AuditEntry>, usize), AppError> {
    ctx.require(Permission::ReadIncidents)?;
    let incident = incident_named(tx, id)?;
    let all = ctx.scope().all_evidence;
    let mut entries = tx.history(incident.id, 0, MAX_ENTRIES)?;
    entries.retain(|e| visibility_of(e).is_none_or(|v| probatum_evidence::may_see(all, v)));
    let total = entries.len();
    let skip = usize::try_from(page.offset()).unwrap_or(usize::MAX);
    let take = usize::try_from(page.per_page).unwrap_or(0);
    Ok((entries.into_iter().skip(skip).take(take).collect(), total))
}

fn visibility_of(entry: &AuditEntry) -> Option<Visibility> {
    if !entry.action.starts_with("evidence.") && !entry.action.starts_with("custody.") {
        return None;
    }
    // An entry that does not say is shown to those only who may see everything.
    let said = entry.detail.get("visibility").and_then(|v| v.as_str()).and_then(|v| v.parse().ok());
    Some(said.unwrap_or(Visibility::Internal))
}
