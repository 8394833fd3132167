//! Checking a custody chain from its entries alone: what was changed after the fact is found and named.

use crate::custody::{CustodyEntry, MISSING_CONTENT_NOTE, is_broken};
use crate::hash::Sha256Hex;
use crate::item::Evidence;
use crate::kind::CustodyAction;
use probatum_kernel::{Code, Coded, EvidenceId, Timestamp};

/// A chain that is not as it was written, and the first entry that shows it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {flaw}", place(*seq))]
pub struct ChainFault {
    /// The place of the entry in the chain, from 1; 0 for the chain as a whole.
    pub seq: u32,
    /// What is wrong with it.
    pub flaw: ChainFlaw,
}

fn place(seq: u32) -> String {
    if seq == 0 { "custody chain".to_owned() } else { format!("custody entry {seq}") }
}

/// What can be wrong with an entry, or with the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChainFlaw {
    /// Its `seq` is not its place.
    #[error("has the number {0}: entries were dropped, added or swapped")]
    Sequence(u32),
    /// Its `prev_hash` is not the hash of the entry before.
    #[error("is not linked to the entry before")]
    Link,
    /// Its `entry_hash` is not the hash of what it says.
    #[error("was changed after it was written")]
    Content,
    /// Its time is before the entry before.
    #[error("is earlier than the entry before")]
    Order,
    /// `intact` does not say how `hash_after` compares to the hash of the item.
    #[error("does not say truly whether the content is intact")]
    Intact,
    /// It follows a disposal.
    #[error("follows a disposal")]
    AfterDisposal,
    /// The chain has another length than the item says.
    #[error("has {found} entries, the item says {expected}")]
    Count {
        /// What the item says.
        expected: u32,
        /// How many there are.
        found: usize,
    },
    /// The item says broken and the chain not, or the other way round.
    #[error("the item does not say truly whether its chain is broken")]
    Broken,
}

impl Coded for ChainFault {
    fn code(&self) -> Code {
        Code::CustodyBroken
    }
}

/// Re-checks the entries, in order, of the item `id` with the hash `hash`: numbers, links, contents, times
/// and the `intact` marks. A chain cut off at its end still holds; [`verify_item`] knows the length and finds
/// that too.
///
/// # Errors
/// The first fault. A chain that truly says its content was changed has none: ask [`is_broken`].
pub fn verify_chain(
    id: EvidenceId,
    hash: Option<&Sha256Hex>,
    entries: &[CustodyEntry],
) -> Result<(), ChainFault> {
    let mut last: Option<&CustodyEntry> = None;
    for (seq, entry) in (1u32..).zip(entries) {
        verify_entry(id, hash, last, seq, entry).map_err(|flaw| ChainFault { seq, flaw })?;
        last = Some(entry);
    }
    Ok(())
}

/// As [`verify_chain`] for `item`, and its chain is as long and as broken as the item says.
///
/// # Errors
/// The first fault.
pub fn verify_item(item: &Evidence, entries: &[CustodyEntry]) -> Result<(), ChainFault> {
    verify_chain(item.id, item.hash_sha256.as_ref(), entries)?;
    let whole = |flaw| Err(ChainFault { seq: 0, flaw });
    if usize::try_from(item.custody_entries) != Ok(entries.len()) {
        return whole(ChainFlaw::Count { expected: item.custody_entries, found: entries.len() });
    }
    if item.broken != is_broken(entries) {
        return whole(ChainFlaw::Broken);
    }
    Ok(())
}

fn verify_entry(
    id: EvidenceId,
    hash: Option<&Sha256Hex>,
    last: Option<&CustodyEntry>,
    seq: u32,
    entry: &CustodyEntry,
) -> Result<(), ChainFlaw> {
    if entry.seq != seq {
        return Err(ChainFlaw::Sequence(entry.seq));
    }
    let prev = last.map_or_else(Sha256Hex::genesis, |last| last.entry_hash.clone());
    if entry.prev_hash != prev {
        return Err(ChainFlaw::Link);
    }
    if entry.computed_hash(id).as_ref() != Ok(&entry.entry_hash) {
        return Err(ChainFlaw::Content);
    }
    if entry.ts < last.map_or(Timestamp::EPOCH, |last| last.ts) {
        return Err(ChainFlaw::Order);
    }
    if last.is_some_and(|last| last.action == CustodyAction::Disposed) {
        return Err(ChainFlaw::AfterDisposal);
    }
    if is_truthful(hash, entry) { Ok(()) } else { Err(ChainFlaw::Intact) }
}

/// Whether `intact` follows from the hashes; the one exception is the entry for missing content.
fn is_truthful(hash: Option<&Sha256Hex>, entry: &CustodyEntry) -> bool {
    match (hash, &entry.hash_after) {
        (Some(hash), Some(after)) => entry.intact == Some(hash == after),
        (None, Some(_)) => false,
        (_, None) => {
            let missing = entry.action == CustodyAction::Verified
                && entry.note.as_deref() == Some(MISSING_CONTENT_NOTE);
            entry.intact.is_none() || (missing && entry.intact == Some(false))
        }
    }
}
