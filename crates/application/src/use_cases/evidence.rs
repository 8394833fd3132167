//! Evidence: attach, read, pass on, verify. Whatever changes an item settles all items of the incident anew, and the
//! incident inherits the result in the same transaction.

use super::{Visible, incident_named, incidents, record};
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::permission::Permission;
use crate::ports::Tx;
use probatum_evidence::{
    Attach, CustodyAction, CustodyEntry, CustodyInput, Evidence, EvidenceError, MAX_CUSTODY_ENTRIES,
    MAX_ITEMS_PER_INCIDENT, Sha256Hex, Stored,
};
use probatum_kernel::{Actor, EvidenceId, EvidenceStatus, IncidentRef, Page, Timestamp, Total};
use serde_json::json;
use std::collections::BTreeMap;

/// How many items an incident may have for one more from a feed to be attached.
pub const MAX_FROM_FEEDS: usize = 500;

/// An item with its chain of custody.
#[derive(Debug, Clone)]
pub struct Item {
    /// The item.
    pub evidence: Evidence,
    /// Its chain, oldest first.
    pub custody: Vec<CustodyEntry>,
}

/// Content that was received and put into the blob store before the transaction.
#[derive(Debug, Clone)]
pub struct Received {
    /// Where it is.
    pub stored: Stored,
    /// What it is, computed while it came in.
    pub hash: Sha256Hex,
}

/// Attaches an item of evidence, with content received (an upload) or kept elsewhere.
pub fn attach(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    id: IncidentRef,
    cmd: &Attach,
    received: Option<&Received>,
) -> Result<Evidence, AppError> {
    ctx.require(Permission::AttachEvidence)?;
    let incident = incident_named(tx, id)?;
    put(tx, ctx, &incident, cmd, received)
}

/// The same for a use case that checked the right itself, and holds the incident as it is now.
pub(super) fn put(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    incident: &probatum_incident::Incident,
    cmd: &Attach,
    received: Option<&Received>,
) -> Result<Evidence, AppError> {
    attach_to(tx, ctx, incident, ctx.new_evidence_id(), cmd, received)
}

/// As [`put`], under this id.
pub(super) fn attach_to(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    incident: &probatum_incident::Incident,
    new: EvidenceId,
    cmd: &Attach,
    received: Option<&Received>,
) -> Result<Evidence, AppError> {
    let items = tx.evidence_of(incident.id)?;
    if items.len() >= MAX_ITEMS_PER_INCIDENT {
        return Err(EvidenceError::TooMany.into());
    }
    add_to(tx, ctx, incident, items, new, cmd, received)
}

/// As [`put`] for what feeds bring, of which there is no end: `None`, and nothing done, once the incident has
/// [`MAX_FROM_FEEDS`] items. The rest of its places is for people.
pub(super) fn put_from_feed(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    incident: &probatum_incident::Incident,
    cmd: &Attach,
    received: Option<&Received>,
) -> Result<Option<Evidence>, AppError> {
    let items = tx.evidence_of(incident.id)?;
    if items.len() >= MAX_FROM_FEEDS {
        return Ok(None);
    }
    add_to(tx, ctx, incident, items, ctx.new_evidence_id(), cmd, received).map(Some)
}

/// Adds an item to those there are.
fn add_to(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    incident: &probatum_incident::Incident,
    mut items: Vec<Evidence>,
    new: EvidenceId,
    cmd: &Attach,
    received: Option<&Received>,
) -> Result<Evidence, AppError> {
    if cmd.contradicts.is_some_and(|other| !items.iter().any(|e| e.id == other)) {
        return Err(EvidenceError::ContradictsUnknown.into());
    }
    let (mut item, chain) = match received {
        Some(r) => Evidence::upload(new, incident.id, cmd, r.stored.clone(), &r.hash, ctx.actor(), ctx.now)?,
        None => Evidence::attach(new, incident.id, cmd, ctx.actor(), ctx.now)?,
    };
    items.push(item.clone());
    item.status = status_of(&items, item.id).unwrap_or(item.status);
    insert(tx, ctx, &item, &chain)?;
    if let Some(last) = items.last_mut() {
        *last = item.clone();
    }
    settle(tx, ctx, incident, items)?;
    Ok(item)
}

/// The same for one more item of what the incident inherits already: `internal` by itself, contradicting nothing, of an
/// incident that is `internal` at least, or `disputed`. It changes no other item and nothing of the incident, so that its
/// cost does not grow with their number. `None`, and nothing done, if it is otherwise.
pub(super) fn put_alike(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    incident: &probatum_incident::Incident,
    cmd: &Attach,
    received: &Received,
) -> Result<Option<Evidence>, AppError> {
    let (new, stored) = (ctx.new_evidence_id(), received.stored.clone());
    let (item, chain) =
        Evidence::upload(new, incident.id, cmd, stored, &received.hash, ctx.actor(), ctx.now)?;
    if !is_internal(incident) || item.status != EvidenceStatus::Internal || item.contradicts.is_some() {
        return Ok(None);
    }
    insert(tx, ctx, &item, &chain)?;
    incidents::touch(tx, ctx, incident)?;
    Ok(Some(item))
}

/// Whether an item that is `internal` by itself changes nothing of what the incident inherits.
fn is_internal(incident: &probatum_incident::Incident) -> bool {
    use EvidenceStatus::{Confirmed, Disputed, Internal};
    matches!(incident.evidence_status, Internal | Confirmed | Disputed)
}

/// Whether there is a place for one more item that is `internal` by itself: [`put_alike`] needs none.
pub(super) fn takes_alike(tx: &mut dyn Tx, incident: &probatum_incident::Incident) -> Result<bool, AppError> {
    Ok(is_internal(incident) || tx.evidence_of(incident.id)?.len() < MAX_ITEMS_PER_INCIDENT)
}

/// Writes an item and its chain, and records both.
fn insert(tx: &mut dyn Tx, ctx: &Ctx, item: &Evidence, chain: &[CustodyEntry]) -> Result<(), AppError> {
    tx.insert_evidence(item, chain)?;
    let detail = json!({
        "kind": item.kind, "visibility": item.visibility, "status": item.status, "confidence": item.confidence,
        "source": item.source, "content_ref": item.content_ref, "tlp": item.tlp,
        "hash_sha256": item.hash_sha256, "contradicts": item.contradicts, "custody_entries": chain.len(),
    });
    record(tx, ctx, "evidence.attached", item.id.to_string(), Some(item.incident_id), detail)?;
    for entry in chain {
        record_entry(tx, ctx, item, entry)?;
    }
    Ok(())
}

fn status_of(items: &[Evidence], id: EvidenceId) -> Option<probatum_kernel::EvidenceStatus> {
    probatum_evidence::settle(items).into_iter().find(|(of, _)| *of == id).map(|(_, status)| status)
}

/// Settles the statuses of all items and lets the incident inherit.
fn settle(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    incident: &probatum_incident::Incident,
    mut items: Vec<Evidence>,
) -> Result<(), AppError> {
    let settled: BTreeMap<_, _> = probatum_evidence::settle(&items).into_iter().collect();
    for item in &mut items {
        let Some(status) = settled.get(&item.id).copied().filter(|s| *s != item.status) else { continue };
        let detail = json!({"visibility": item.visibility, "from": item.status, "to": status});
        item.status = status;
        tx.save_evidence(item)?;
        record(tx, ctx, "evidence.status_changed", item.id.to_string(), Some(incident.id), detail)?;
    }
    match incident.inherit(probatum_evidence::inherit_from(&items), ctx.now) {
        Some(decision) => incidents::save(tx, ctx, incident, decision, None).map(|_| ()),
        None => incidents::touch(tx, ctx, incident),
    }
}

/// A page of the evidence of an incident the caller may see, with custody.
#[derive(Debug, Clone)]
pub struct Items {
    /// The items, oldest first.
    pub items: Vec<Item>,
    /// How many the caller may see in all.
    pub total: Total,
    /// Whether there are more after these.
    pub more: bool,
}

/// A page of the evidence of an incident the caller may see. Chains are long: only those of the page are read.
pub fn list(tx: &mut dyn Tx, ctx: &Ctx, id: IncidentRef, page: &Page) -> Result<Items, AppError> {
    ctx.require(Permission::ReadEvidence)?;
    let incident = incident_named(tx, id)?;
    let seen = Visible::of(tx, ctx, incident.id)?.evidence();
    let first = usize::try_from(page.first_row()).unwrap_or(usize::MAX);
    let size = usize::try_from(page.per_page).unwrap_or(0);
    let total = Total::Exactly(u32::try_from(seen.len()).unwrap_or(u32::MAX));
    let more = seen.len() > first.saturating_add(size);
    let shown: Vec<Evidence> = seen.into_iter().skip(first).take(size).collect();
    let ids: Vec<EvidenceId> = shown.iter().map(|e| e.id).collect();
    let mut chains: BTreeMap<EvidenceId, Vec<CustodyEntry>> = BTreeMap::new();
    for (item, entry) in tx.custody_of(&ids)? {
        chains.entry(item).or_default().push(entry);
    }
    let chained = |e: Evidence| Item { custody: chains.remove(&e.id).unwrap_or_default(), evidence: e };
    Ok(Items { items: shown.into_iter().map(chained).collect(), total, more })
}

/// One item with its chain; what the caller may not see does not exist for them.
pub fn item(tx: &mut dyn Tx, ctx: &Ctx, id: EvidenceId) -> Result<Item, AppError> {
    ctx.require(Permission::ReadEvidence)?;
    let found = tx.evidence(id)?.ok_or_else(|| AppError::not_found("evidence"))?;
    let seen = Visible::of(tx, ctx, found.incident_id)?.evidence();
    let evidence = seen.into_iter().find(|e| e.id == id).ok_or_else(|| AppError::not_found("evidence"))?;
    Ok(Item { custody: tx.custody(id)?, evidence })
}

/// Where the content of an item lies; 404 if the registry does not hold it.
pub fn content(tx: &mut dyn Tx, ctx: &Ctx, id: EvidenceId) -> Result<(Evidence, Stored), AppError> {
    let evidence = item(tx, ctx, id)?.evidence;
    match evidence.stored.clone() {
        Some(stored) => Ok((evidence, stored)),
        None => Err(AppError::not_found("content: the registry holds only a reference to this evidence")),
    }
}

/// An entry to append. Without a time it is now, without an actor the caller.
#[derive(Debug, Clone)]
#[allow(missing_docs)] // The fields are those of a custody entry.
pub struct NewEntry {
    pub ts: Option<Timestamp>,
    pub actor: Option<Actor>,
    pub action: CustodyAction,
    pub hash_after: Option<Sha256Hex>,
    pub note: Option<String>,
}

/// Appends an entry to the chain of custody.
pub fn append_custody(tx: &mut dyn Tx, ctx: &Ctx, id: EvidenceId, new: &NewEntry) -> Result<Item, AppError> {
    ctx.require(Permission::AttachEvidence)?;
    let full = |e: Evidence| usize::try_from(e.custody_entries).is_ok_and(|n| n >= MAX_CUSTODY_ENTRIES);
    if tx.evidence(id)?.is_some_and(full) {
        return Err(EvidenceError::ChainFull.into());
    }
    change_custody(tx, ctx, id, |evidence, last| {
        let input = CustodyInput {
            ts: new.ts.unwrap_or_else(|| probatum_evidence::not_before(last, ctx.now)),
            actor: new.actor.clone().unwrap_or_else(|| ctx.actor().clone()),
            action: new.action,
            hash_after: new.hash_after.clone(),
            note: new.note.clone(),
        };
        // A time the registry itself filled in is right by definition, also when it follows a clock that is ahead.
        let now = ctx.now.max(if new.ts.is_none() { input.ts } else { ctx.now });
        evidence.append(last, &input, now).map(|(_, entry)| entry)
    })
}

/// Records a re-hash of the stored content: `found` is its hash now, or `None` if there is no content any more.
pub fn verified(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    id: EvidenceId,
    found: Option<&Sha256Hex>,
) -> Result<Item, AppError> {
    ctx.require(Permission::AttachEvidence)?;
    change_custody(tx, ctx, id, |evidence, last| {
        probatum_evidence::verified(evidence, last, found, ctx.actor(), ctx.now)
    })
}

fn change_custody(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    id: EvidenceId,
    entry: impl FnOnce(&Evidence, Option<&CustodyEntry>) -> Result<CustodyEntry, EvidenceError>,
) -> Result<Item, AppError> {
    let found = tx.evidence(id)?.ok_or_else(|| AppError::not_found("evidence"))?;
    // The incident first: it is the lock under which all evidence of it changes.
    let incident = incident_named(tx, IncidentRef::Id(found.incident_id))?;
    let mut items = tx.evidence_of(incident.id)?;
    let mut custody = tx.custody(id)?;
    let item = items.iter_mut().find(|e| e.id == id).ok_or_else(|| AppError::not_found("evidence"))?;
    let entry = entry(item, custody.last())?;
    // The status is settle's to change, which also records it.
    *item = Evidence { status: item.status, ..item.with_entry(&entry) };
    tx.append_custody(id, &entry)?;
    tx.save_evidence(item)?;
    record_entry(tx, ctx, item, &entry)?;
    custody.push(entry);
    settle(tx, ctx, &incident, items)?;
    let evidence = tx.evidence(id)?.ok_or_else(|| AppError::not_found("evidence"))?;
    Ok(Item { evidence, custody })
}

/// An entry's hash stands in the audit log too: a chain rebuilt by another hand no longer agrees with it.
fn record_entry(tx: &mut dyn Tx, ctx: &Ctx, item: &Evidence, entry: &CustodyEntry) -> Result<(), AppError> {
    let detail = json!({
        "visibility": item.visibility, "entry": entry.seq, "action": entry.action, "actor": entry.actor,
        "ts": entry.ts, "hash_after": entry.hash_after, "intact": entry.intact, "entry_hash": entry.entry_hash,
    });
    record(tx, ctx, "custody.appended", item.id.to_string(), Some(item.incident_id), detail)
}
