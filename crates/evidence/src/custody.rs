//! The chain of custody: append-only entries, each linked to the one before by hash (CONTRACT §4).

use crate::error::EvidenceError;
use crate::hash::{CanonicalError, Sha256Hex, link};
use crate::item::Evidence;
use crate::kind::CustodyAction;
use probatum_kernel::{Actor, EvidenceId, Timestamp};
use serde::{Deserialize, Serialize};

/// The note of an entry that records a verification which found no content.
pub const MISSING_CONTENT_NOTE: &str = "content missing";

/// A custody entry as a client sends it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustodyInput {
    /// When it happened.
    pub ts: Timestamp,
    /// Who did it.
    pub actor: Actor,
    /// What was done.
    pub action: CustodyAction,
    /// The SHA-256 of the content after it.
    pub hash_after: Option<Sha256Hex>,
    /// A remark, at most [`MAX_NOTE`](crate::MAX_NOTE) characters.
    pub note: Option<String>,
}

/// A custody entry as the registry keeps it: never changed, and linked to the one before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustodyEntry {
    /// Its place in the chain, from 1 without gaps.
    pub seq: u32,
    /// When it happened; never before the entry before.
    pub ts: Timestamp,
    /// Who did it.
    pub actor: Actor,
    /// What was done.
    pub action: CustodyAction,
    /// The SHA-256 of the content after it, where stated.
    pub hash_after: Option<Sha256Hex>,
    /// Whether `hash_after` is the hash of the item; `false` breaks the chain, `None` says nothing.
    pub intact: Option<bool>,
    /// A remark.
    pub note: Option<String>,
    /// The `entry_hash` of the entry before; [`Sha256Hex::genesis`] for the first.
    pub prev_hash: Sha256Hex,
    /// [`link`] of `prev_hash` and `{evidence_id, seq, ts, actor, action, hash_after, intact, note}`.
    pub entry_hash: Sha256Hex,
}

/// What the hash of an entry covers. Absent values are `null`, so that every entry has the same members.
#[derive(Serialize)]
struct Record<'a> {
    evidence_id: EvidenceId,
    seq: u32,
    ts: Timestamp,
    actor: &'a Actor,
    action: CustodyAction,
    hash_after: Option<&'a Sha256Hex>,
    intact: Option<bool>,
    note: Option<&'a str>,
}

impl CustodyEntry {
    /// The hash the entry must have as an entry of the item `id`.
    pub(crate) fn computed_hash(&self, id: EvidenceId) -> Result<Sha256Hex, CanonicalError> {
        let record = Record {
            evidence_id: id,
            seq: self.seq,
            ts: self.ts,
            actor: &self.actor,
            action: self.action,
            hash_after: self.hash_after.as_ref(),
            intact: self.intact,
            note: self.note.as_deref(),
        };
        link(&self.prev_hash, &serde_json::to_value(record)?)
    }
}

/// Turns the chain a client sends along with new evidence into linked entries. `hash` is the hash of the
/// item.
///
/// # Errors
/// `CustodyBroken` naming the entry (from 0) and field, if a time is before the one of the entry before, the
/// first `hash_after` is not the hash of the item (both may be absent), a later one differs from it, or
/// anything follows `disposed`. What is refused here was never witnessed: the client can still send it right.
pub fn begin(
    id: EvidenceId,
    hash: Option<&Sha256Hex>,
    input: &[CustodyInput],
) -> Result<Vec<CustodyEntry>, EvidenceError> {
    let mut chain: Vec<CustodyEntry> = Vec::with_capacity(input.len());
    for (index, entry) in input.iter().enumerate() {
        if index == 0 {
            check_first(hash, entry).map_err(|e| e.within(index))?;
        }
        let next = extend(id, hash, chain.last(), entry).map_err(|e| e.within(index))?;
        if next.intact == Some(false) {
            let differs = EvidenceError::custody(
                "hash_after",
                "must equal hash_sha256, or be left out after the first entry",
            );
            return Err(differs.within(index));
        }
        chain.push(next);
    }
    Ok(chain)
}

/// Refuses a first entry that is not about the content the item names: custody of other content, or of content
/// nobody named, says nothing about it (CONTRACT §4). What an item without a hash may state, [`extend`] says.
pub(crate) fn check_first(hash: Option<&Sha256Hex>, entry: &CustodyInput) -> Result<(), EvidenceError> {
    if hash.is_some() && entry.hash_after.as_ref() != hash {
        let detail = "the first entry must state the hash_sha256 of the item";
        return Err(EvidenceError::custody("hash_after", detail));
    }
    Ok(())
}

/// The entry that follows `last` (`None`: the first). `hash` is the hash of the item. A `hash_after` that
/// differs from it is recorded with `intact: false`: it tells of something that happened, and breaks the
/// chain.
///
/// # Errors
/// `CustodyBroken`, if the time is before that of `last`, `last` is `disposed`, or a hash is stated for an
/// item that has none. `Canonical` never in practice: every value of an entry has a canonical form.
pub fn extend(
    id: EvidenceId,
    hash: Option<&Sha256Hex>,
    last: Option<&CustodyEntry>,
    input: &CustodyInput,
) -> Result<CustodyEntry, EvidenceError> {
    let intact = match (hash, &input.hash_after) {
        (_, None) => None,
        (Some(hash), Some(after)) => Some(hash == after),
        (None, Some(_)) => {
            let detail =
                "the item has no hash_sha256 to compare with; leave hash_after out, or attach the content";
            return Err(EvidenceError::custody("hash_after", detail));
        }
    };
    seal(id, last, input, intact)
}

/// The entry for a verification that found no content to hash: `verified`, and broken.
///
/// Takes the item's id, its last entry, who asked and when; a `now` before the last entry counts as its time
/// (see [`verified`]).
///
/// # Errors
/// `CustodyBroken`, if `last` is `disposed`: then the content is rightly gone.
pub fn missing_content(
    id: EvidenceId,
    last: Option<&CustodyEntry>,
    actor: &Actor,
    now: Timestamp,
) -> Result<CustodyEntry, EvidenceError> {
    let input = CustodyInput {
        ts: not_before(last, now),
        actor: actor.clone(),
        action: CustodyAction::Verified,
        hash_after: None,
        note: Some(MISSING_CONTENT_NOTE.to_owned()),
    };
    seal(id, last, &input, Some(false))
}

/// The entry for a verification of the stored content of `item`, whose last entry is `last`. `recomputed` is
/// the hash of what the store holds now, `None` if it holds nothing. The entry breaks the chain unless the
/// hash is the item's.
///
/// The time is `now`, or that of `last` where that is later: clients' clocks may be ahead by
/// [`CLOCK_SKEW_MS`](probatum_kernel::CLOCK_SKEW_MS), and what the registry witnesses must not be lost for it.
///
/// # Errors
/// `CustodyBroken`, if `last` is `disposed` or the item has no hash.
pub fn verified(
    item: &Evidence,
    last: Option<&CustodyEntry>,
    recomputed: Option<&Sha256Hex>,
    actor: &Actor,
    now: Timestamp,
) -> Result<CustodyEntry, EvidenceError> {
    let Some(recomputed) = recomputed else {
        return missing_content(item.id, last, actor, now);
    };
    let input = CustodyInput {
        ts: not_before(last, now),
        actor: actor.clone(),
        action: CustodyAction::Verified,
        hash_after: Some(recomputed.clone()),
        note: None,
    };
    extend(item.id, item.hash_sha256.as_ref(), last, &input)
}

/// Whether any entry says that the content is no longer what it was.
pub fn is_broken(entries: &[CustodyEntry]) -> bool {
    entries.iter().any(|e| e.intact == Some(false))
}

/// The time of an entry nobody gave a time: `now`, or that of `last` where that is later.
pub fn not_before(last: Option<&CustodyEntry>, now: Timestamp) -> Timestamp {
    last.map_or(now, |last| now.max(last.ts))
}

/// Links an entry to `last`, after the rules that hold for every entry.
fn seal(
    id: EvidenceId,
    last: Option<&CustodyEntry>,
    input: &CustodyInput,
    intact: Option<bool>,
) -> Result<CustodyEntry, EvidenceError> {
    if let Some(last) = last {
        if last.action == CustodyAction::Disposed {
            return Err(EvidenceError::custody("action", "the item was disposed; nothing can follow"));
        }
        if input.ts < last.ts {
            let detail = format!("must not be before {}, the time of the entry before", last.ts);
            return Err(EvidenceError::custody("ts", detail));
        }
    }
    let seq = last.map_or(Some(1), |last| last.seq.checked_add(1));
    let mut entry = CustodyEntry {
        seq: seq.ok_or_else(|| EvidenceError::custody("action", "the chain is full"))?,
        ts: input.ts,
        actor: input.actor.clone(),
        action: input.action,
        hash_after: input.hash_after.clone(),
        intact,
        note: input.note.clone(),
        prev_hash: last.map_or_else(Sha256Hex::genesis, |last| last.entry_hash.clone()),
        entry_hash: Sha256Hex::genesis(),
    };
    entry.entry_hash = entry.computed_hash(id)?;
    Ok(entry)
}
