//! The audit log checked from the database alone: every link, every number, and the head.

use crate::error::AppError;
use crate::ports::{AuditEntry, Tx};
use probatum_evidence::{EvidenceError, Sha256Hex, link};
use serde_json::{Value, json};

/// How many entries are checked in one transaction.
const BATCH: u32 = 1_000;

/// How far a check has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The last entry that was found right.
    pub seq: i64,
    /// Its hash.
    pub hash: Sha256Hex,
}

impl Checked {
    /// Before the first entry.
    pub fn nothing() -> Self {
        Self { seq: 0, hash: Sha256Hex::genesis() }
    }
}

/// What an entry's hash covers.
pub fn hashed_part(entry: &AuditEntry) -> Value {
    json!({
        "seq": entry.seq, "at": entry.at, "actor": entry.actor, "action": entry.action, "subject": entry.subject,
        "incident": entry.incident, "detail": entry.detail, "request_id": entry.request_id,
    })
}

/// Checks the next entries after `from`. `Ok(None)`: that was all, and the head agrees. An error names the first
/// entry that is wrong.
pub fn verify_next(tx: &mut dyn Tx, from: &Checked) -> Result<Option<Checked>, AppError> {
    let entries = tx.audit_after(from.seq, BATCH)?;
    let mut at = from.clone();
    for entry in &entries {
        let expected = link(&at.hash, &hashed_part(entry)).map_err(EvidenceError::from)?;
        if entry.seq != at.seq.saturating_add(1) {
            return Err(broken(entry.seq, "an entry before it is missing"));
        }
        if entry.prev_hash != at.hash || entry.hash != expected {
            return Err(broken(entry.seq, "it, or the one before it, was changed"));
        }
        at = Checked { seq: entry.seq, hash: entry.hash.clone() };
    }
    if !entries.is_empty() {
        return Ok(Some(at));
    }
    let (seq, hash) = tx.audit_head()?;
    if (seq, &hash) == (at.seq, &at.hash) {
        Ok(None)
    } else {
        Err(broken(seq, "the log ends before its head"))
    }
}

/// The error that names the first entry that is wrong.
pub fn broken(seq: i64, why: &str) -> AppError {
    AppError::new(
        probatum_kernel::Code::CustodyBroken,
        format!("The audit log is broken at entry {seq}: {why}."),
    )
}
