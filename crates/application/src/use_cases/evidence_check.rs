//! Evidence checked where it lies, from the database and the blob store alone: every chain of custody, and every stored
//! content hashed anew. It records nothing; what is found is for whoever asked.

use crate::error::AppError;
use crate::ports::{Blobs, Executor, Tx};
use futures_util::StreamExt;
use probatum_evidence::{CustodyAction, CustodyEntry, Evidence, Sha256Hex, Stored, verify_item};
use probatum_kernel::{EvidenceId, IncidentRef, PublicId};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// How many items are read at a time, with their chains.
const BATCH: u32 = 50;

probatum_kernel::vocabulary! {
    /// What can be wrong with an item of evidence.
    pub enum Flaw("flaw") {
        /// Its chain of custody is not as it was written.
        Custody = "custody",
        /// Its content is not in the store.
        Missing = "missing",
        /// Its content has another hash.
        Changed = "changed",
        /// Its content could not be read to its end.
        Unreadable = "unreadable",
    }
}

/// An item that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The item.
    pub evidence: EvidenceId,
    /// The incident it belongs to.
    pub incident: PublicId,
    /// What is wrong with it.
    pub flaw: Flaw,
    /// In words.
    pub detail: String,
}

/// What was looked at, and what was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// How many items there are.
    pub items: u64,
    /// How many contents have the hash they should have.
    pub contents: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Everything that is wrong.
    pub faults: Vec<Fault>,
}

/// How many items there are, and how many of them with content in the store.
pub async fn count(store: &dyn Executor) -> Result<(u64, u64), AppError> {
    store.reading(|tx| tx.count_evidence()).await
}

/// Checks every item there is; `done` is told how many were. Without `blobs` no content is looked at. What is attached
/// meanwhile may be left out, and what is deleted meanwhile is no fault.
pub async fn check(
    store: &dyn Executor,
    blobs: Option<&dyn Blobs>,
    mut done: impl FnMut(u64),
) -> Result<Checked, AppError> {
    let (mut all, mut after) = (Checked::default(), None);
    loop {
        let batch = store.reading(move |tx| batch(tx, after)).await?;
        let Some((last, _)) = batch.last() else { return Ok(all) };
        after = Some(last.id);
        for (item, chain) in &batch {
            if let Err(fault) = verify_item(item, chain) {
                note(store, &mut all, item, Flaw::Custody, fault.to_string()).await?;
            }
            if let (Some(stored), Some(blobs)) = (&item.stored, blobs) {
                match content(blobs, item, stored, chain).await {
                    Ok(None) => {}
                    Ok(Some(size)) => {
                        all.contents = all.contents.saturating_add(1);
                        all.bytes = all.bytes.saturating_add(size);
                    }
                    Err((flaw, detail)) => note(store, &mut all, item, flaw, detail).await?,
                }
            }
            all.items = all.items.saturating_add(1);
            done(all.items);
        }
    }
}

/// The next items with their chains, in one snapshot.
fn batch(tx: &mut dyn Tx, after: Option<EvidenceId>) -> Result<Vec<(Evidence, Vec<CustodyEntry>)>, AppError> {
    let items = tx.evidence_after(after, BATCH)?;
    let ids: Vec<EvidenceId> = items.iter().map(|e| e.id).collect();
    let mut chains: BTreeMap<EvidenceId, Vec<CustodyEntry>> = BTreeMap::new();
    for (item, entry) in tx.custody_of(&ids)? {
        chains.entry(item).or_default().push(entry);
    }
    let chained = |e: Evidence| {
        let chain = chains.remove(&e.id).unwrap_or_default();
        (e, chain)
    };
    Ok(items.into_iter().map(chained).collect())
}

/// The bytes of content that is as it should be; `None` if it is rightly gone.
async fn content(
    blobs: &dyn Blobs,
    item: &Evidence,
    stored: &Stored,
    chain: &[CustodyEntry],
) -> Result<Option<u64>, (Flaw, String)> {
    let found = hash_of(blobs, stored.key.clone())
        .await
        .map_err(|e| (Flaw::Unreadable, e.cause.unwrap_or(e.detail)))?;
    match (found, &item.hash_sha256) {
        (Some(found), Some(hash)) if found == *hash => Ok(Some(stored.size)),
        (Some(found), Some(hash)) => {
            Err((Flaw::Changed, format!("the content has the SHA-256 {found}, not {hash}")))
        }
        (Some(_), None) => Err((Flaw::Changed, "the item has content, but no hash of it".to_owned())),
        (None, _) if chain.last().is_some_and(|e| e.action == CustodyAction::Disposed) => Ok(None),
        (None, _) => Err((Flaw::Missing, format!("there is no content {}", stored.key))),
    }
}

/// The hash of content as it is now; `None` if there is none.
pub async fn hash_of(blobs: &dyn Blobs, key: String) -> Result<Option<Sha256Hex>, AppError> {
    let Some((_, mut chunks)) = blobs.open(key).await? else { return Ok(None) };
    let mut hasher = Sha256::new();
    while let Some(chunk) = chunks.next().await {
        hasher.update(&chunk?);
    }
    Ok(Some(Sha256Hex::from_digest(hasher.finalize().into())))
}

/// Notes a fault of an item that is still there.
async fn note(
    store: &dyn Executor,
    all: &mut Checked,
    item: &Evidence,
    flaw: Flaw,
    detail: String,
) -> Result<(), AppError> {
    let (id, incident) = (item.id, IncidentRef::Id(item.incident_id));
    let named = move |tx: &mut dyn Tx| {
        if tx.evidence(id)?.is_none() {
            return Ok(None);
        }
        Ok(tx.incident(incident)?.map(|i| i.public_id))
    };
    if let Some(incident) = store.reading(named).await? {
        all.faults.push(Fault { evidence: id, incident, flaw, detail });
    }
    Ok(())
}
