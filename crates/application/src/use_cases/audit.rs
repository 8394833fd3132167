//! The audit log checked from the database alone: every link, every number, the head, and the Merkle tree.

use super::audit_log::leaf;
use crate::error::AppError;
use crate::ports::{AuditEntry, Tx};
use probatum_evidence::{EvidenceError, Frontier, Sha256Hex, TreeHash, link};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// How many entries are checked in one transaction.
const BATCH: u32 = 1_000;

/// How far a check has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The last entry that was found right.
    pub seq: i64,
    /// Its hash.
    pub hash: Sha256Hex,
    /// The Merkle tree over the entries up to it.
    pub tree: Frontier,
}

impl Checked {
    /// Before the first entry.
    pub fn nothing() -> Self {
        Self { seq: 0, hash: Sha256Hex::genesis(), tree: Frontier::default() }
    }
}

/// What an entry's hash covers.
pub fn hashed_part(entry: &AuditEntry) -> Value {
    json!({
        "seq": entry.seq, "at": entry.at, "actor": entry.actor, "action": entry.action, "subject": entry.subject,
        "incident": entry.incident, "detail": entry.detail, "request_id": entry.request_id,
    })
}

/// Checks the next entries after `from`. `Ok(None)`: that was all, and head and tree agree. An error names the first
/// entry that is wrong.
pub fn verify_next(tx: &mut dyn Tx, from: &Checked) -> Result<Option<Checked>, AppError> {
    let entries = tx.audit_after(from.seq, BATCH)?;
    let mut at = from.clone();
    let mut nodes = BTreeMap::new();
    for entry in &entries {
        let expected = link(&at.hash, &hashed_part(entry)).map_err(EvidenceError::from)?;
        if entry.seq != at.seq.saturating_add(1) {
            return Err(broken(entry.seq, "an entry before it is missing"));
        }
        if entry.prev_hash != at.hash || entry.hash != expected {
            return Err(broken(entry.seq, "it, or the one before it, was changed"));
        }
        at.seq = entry.seq;
        at.hash = entry.hash.clone();
        at.tree.push_noting(&leaf(&entry.hash)?, |level, place, hash| {
            nodes.insert((level, place), *hash);
        });
    }
    if !entries.is_empty() {
        same_nodes(tx, from.seq, &at, &nodes)?;
        return Ok(Some(at));
    }
    let (seq, hash) = tx.audit_head()?;
    if (seq, &hash) != (at.seq, &at.hash) {
        return Err(broken(seq, "the log ends before its head"));
    }
    if tx.audit_root(seq)? != at.tree.root() {
        return Err(broken(seq, "the Merkle tree kept beside the log has another root"));
    }
    Ok(None)
}

/// Compares the nodes kept beside the log with those its entries make.
fn same_nodes(
    tx: &mut dyn Tx,
    from: i64,
    at: &Checked,
    nodes: &BTreeMap<(u32, u64), TreeHash>,
) -> Result<(), AppError> {
    for (level, place, hash) in tx.audit_nodes(from, at.seq)? {
        if nodes.get(&(level, place)) != Some(&hash) {
            let last = place.saturating_add(1).checked_shl(level).and_then(|n| i64::try_from(n).ok());
            return Err(broken(
                last.unwrap_or(at.seq),
                "the Merkle tree kept beside the log differs up to it",
            ));
        }
    }
    Ok(())
}

/// The error that names the first entry that is wrong.
pub fn broken(seq: i64, why: &str) -> AppError {
    AppError::new(
        probatum_kernel::Code::CustodyBroken,
        format!("The audit log is broken at entry {seq}: {why}."),
    )
}
