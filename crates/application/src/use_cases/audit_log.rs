//! Reading the audit log: its entries, the head of its Merkle tree, and proofs that an entry is in it.

use crate::ctx::Ctx;
use crate::error::AppError;
use crate::permission::Permission;
use crate::ports::{AuditEntry, Tx};
use crate::query::AuditFilter;
use probatum_compliance_export::LogHead;
use probatum_evidence::{Sha256Hex, TreeHash, leaf_hash};
use probatum_kernel::{Cursor, IncidentRef, Page, Position, Sort, Timestamp, Total};

/// A page of the log.
#[derive(Debug, Clone)]
pub struct AuditPage {
    /// The entries, the newest first.
    pub entries: Vec<AuditEntry>,
    /// How many pass the filter in all.
    pub total: Total,
    /// Where the next page begins, if there is one.
    pub next: Option<Cursor>,
}

/// The head of the tree over the whole log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// How many entries the log has.
    pub tree_size: i64,
    /// The root over their hashes (RFC 9162 §2.1.1).
    pub root: TreeHash,
    /// The hash of the last entry.
    pub head: Sha256Hex,
    /// When it was looked at.
    pub at: Timestamp,
}

/// The proof that an entry is in the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Inclusion {
    /// The entry.
    pub entry: AuditEntry,
    /// The hash of its leaf.
    pub leaf: TreeHash,
    /// From the leaf upwards (RFC 9162 §2.1.3.1).
    pub path: Vec<TreeHash>,
    /// The tree it leads to.
    pub checkpoint: Checkpoint,
}

/// The name of the log in signed checkpoints (C2SP tlog-checkpoint: the origin), and of the key that signs them.
pub const ORIGIN: &str = "probatum/audit";

impl Checkpoint {
    /// What of it is signed.
    pub fn head(&self) -> LogHead {
        let tree_size = u64::try_from(self.tree_size).unwrap_or(0);
        LogHead { origin: ORIGIN.to_owned(), tree_size, root: self.root }
    }
}

/// The bytes of an entry's leaf: its hash, which covers the entry and the one before.
pub fn leaf(hash: &Sha256Hex) -> Result<[u8; 32], AppError> {
    hash.digest().ok_or_else(|| AppError::internal("the hash of an audit entry is elided"))
}

/// The order pages are given out in.
pub const NEWEST_FIRST: Sort = Sort { key: probatum_kernel::SortKey::CreatedAt, descending: true };

/// A page of the log, the newest first. `incident` may be one that was deleted: its tombstone still names it.
pub fn list(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    filter: &AuditFilter,
    incident: Option<IncidentRef>,
    page: &Page,
) -> Result<AuditPage, AppError> {
    ctx.require(Permission::ReadAudit)?;
    let mut filter = filter.clone();
    if let Some(id) = incident {
        let known = match id {
            IncidentRef::Id(id) => Some(id),
            IncidentRef::Public(public) => match tx.incident(id)? {
                Some(found) => Some(found.id),
                None => tx.deleted_incident(public)?,
            },
        };
        let Some(known) = known else {
            return Ok(AuditPage { entries: Vec::new(), total: Total::Exactly(0), next: None });
        };
        filter.incident = Some(known);
    }
    let before = match &page.position {
        Position::After(cursor) => Some(cursor.value),
        Position::Number(_) => None,
    };
    let size = usize::try_from(page.per_page).unwrap_or(usize::MAX);
    let mut entries = tx.audit_page(&filter, before, page.offset(), page.per_page.saturating_add(1))?;
    let more = entries.len() > size;
    entries.truncate(size);
    let cursor = |e: &AuditEntry| Cursor { sort: NEWEST_FIRST, value: e.seq, id: uuid::Uuid::nil() };
    let next = entries.last().filter(|_| more).map(cursor);
    let total = if filter == AuditFilter::default() { tx.audit_head()?.0 } else { tx.audit_count(&filter)? };
    Ok(AuditPage { entries, total: Total::from_capped(total), next })
}

/// The head of the tree.
pub fn checkpoint(tx: &mut dyn Tx, ctx: &Ctx) -> Result<Checkpoint, AppError> {
    ctx.require(Permission::ReadAudit)?;
    let (tree_size, head) = tx.audit_head()?;
    Ok(Checkpoint { tree_size, root: tx.audit_root(tree_size)?, head, at: ctx.now })
}

/// The proof that entry `seq` is in the log as it is now.
pub fn proof(tx: &mut dyn Tx, ctx: &Ctx, seq: i64) -> Result<Inclusion, AppError> {
    let checkpoint = checkpoint(tx, ctx)?;
    let missing = || AppError::not_found("audit entry");
    let path = tx.audit_proof(seq, checkpoint.tree_size)?.ok_or_else(missing)?;
    let entry = tx.audit_after(seq.saturating_sub(1), 1)?.into_iter().find(|e| e.seq == seq);
    let entry = entry.ok_or_else(missing)?;
    Ok(Inclusion { leaf: leaf_hash(&leaf(&entry.hash)?), entry, path, checkpoint })
}
