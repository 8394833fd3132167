//! The Merkle tree over the audit log. The roots of its full subtrees of 16 leaves and more are kept, so that a root or
//! a proof takes a few rows, however long the log is; what is smaller is made from the entries.

use super::Conn;
use crate::error::{OrApp, damaged};
use crate::schema::{audit, audit_nodes};
use diesel::prelude::*;
use probatum_application::AppError;
use probatum_application::use_cases::audit_log::leaf;
use probatum_evidence::{Frontier, TreeHash, inclusion_proof, node_hash};

/// The level of the smallest subtrees that are kept: 16 leaves.
const LOWEST: u32 = 4;
/// How many of those are made at the end of a transaction at most, where a log is older than its tree.
const AT_ONCE: i64 = 256;

fn number(level: u32) -> i32 {
    i32::try_from(level).unwrap_or(i32::MAX)
}

/// Makes the subtrees that the log, which now ends at `size`, has completed.
pub fn grow(conn: &mut Conn, size: i64) -> Result<(), AppError> {
    let last: Option<i64> = audit_nodes::table
        .filter(audit_nodes::level.eq(number(LOWEST)))
        .order(audit_nodes::place.desc())
        .select(audit_nodes::place)
        .limit(1)
        .get_result(conn)
        .optional()
        .app()?;
    let first = last.map_or(0, |place| place.saturating_add(1));
    let end = (size >> LOWEST).min(first.saturating_add(AT_ONCE));
    for group in first..end {
        let (mut level, mut place) = (LOWEST, group);
        let mut hash = small(conn, group << LOWEST, 1 << LOWEST)?;
        keep(conn, level, place, &hash)?;
        // As in counting: an odd place completes the subtree above.
        while place & 1 == 1 {
            let left = subtree(conn, level, place - 1)?;
            hash = node_hash(&left, &hash);
            (level, place) = (level + 1, place >> 1);
            keep(conn, level, place, &hash)?;
        }
    }
    Ok(())
}

fn keep(conn: &mut Conn, level: u32, place: i64, hash: &TreeHash) -> Result<(), AppError> {
    diesel::insert_into(audit_nodes::table)
        .values((
            audit_nodes::level.eq(number(level)),
            audit_nodes::place.eq(place),
            audit_nodes::hash.eq(hash.to_vec()),
        ))
        .execute(conn)
        .app()?;
    Ok(())
}

/// The leaves of the entries from the `from`-th on, counted from 0.
fn leaves(conn: &mut Conn, from: i64, n: i64) -> Result<Vec<[u8; 32]>, AppError> {
    let hashes: Vec<String> = audit::table
        .filter(audit::seq.gt(from))
        .filter(audit::seq.le(from.saturating_add(n)))
        .order(audit::seq)
        .select(audit::hash)
        .load(conn)
        .app()?;
    if i64::try_from(hashes.len()) != Ok(n) {
        return Err(AppError::internal(format!("the audit log lacks entries after {from}")));
    }
    let of = |text: &String| leaf(&text.parse().map_err(|_| damaged("audit.hash", text))?);
    hashes.iter().map(of).collect()
}

/// The root over a few leaves.
fn small(conn: &mut Conn, from: i64, n: i64) -> Result<TreeHash, AppError> {
    let mut tree = Frontier::default();
    leaves(conn, from, n)?.iter().for_each(|leaf| tree.push(leaf));
    Ok(tree.root())
}

/// The root of a full subtree: as it is kept, or made from those below where the tree is not that far yet.
fn subtree(conn: &mut Conn, level: u32, place: i64) -> Result<TreeHash, AppError> {
    if level <= LOWEST {
        let kept = (level == LOWEST).then(|| node(conn, level, place)).transpose()?.flatten();
        return match kept {
            Some(hash) => Ok(hash),
            None => small(conn, place << level, 1 << level),
        };
    }
    if let Some(hash) = node(conn, level, place)? {
        return Ok(hash);
    }
    let left = subtree(conn, level - 1, place << 1)?;
    let right = subtree(conn, level - 1, (place << 1) + 1)?;
    Ok(node_hash(&left, &right))
}

fn node(conn: &mut Conn, level: u32, place: i64) -> Result<Option<TreeHash>, AppError> {
    let hash: Option<Vec<u8>> = audit_nodes::table
        .filter(audit_nodes::level.eq(number(level)))
        .filter(audit_nodes::place.eq(place))
        .select(audit_nodes::hash)
        .get_result(conn)
        .optional()
        .app()?;
    hash.map(hash_of).transpose()
}

fn hash_of(bytes: Vec<u8>) -> Result<TreeHash, AppError> {
    bytes.try_into().map_err(|_| damaged("audit_nodes.hash", "something that is no SHA-256"))
}

/// The largest power of two below `n`, as an exponent; `n` is at least 2.
fn split(n: i64) -> u32 {
    (n - 1).ilog2()
}

/// The root over `n` leaves from `from` on; `from` is a multiple of what `n` is rounded up to (RFC 9162 §2.1.1).
pub fn root(conn: &mut Conn, from: i64, n: i64) -> Result<TreeHash, AppError> {
    if n <= 1 << LOWEST {
        return small(conn, from, n.max(0));
    }
    if n & (n - 1) == 0 {
        return subtree(conn, n.ilog2(), from >> n.ilog2());
    }
    let left = split(n);
    let hash = subtree(conn, left, from >> left)?;
    Ok(node_hash(&hash, &root(conn, from + (1 << left), n - (1 << left))?))
}

/// The proof that the leaf at `index` is in the tree of `size` leaves, from the leaf upwards; `None` if it is not.
pub fn proof(conn: &mut Conn, index: i64, size: i64) -> Result<Option<Vec<TreeHash>>, AppError> {
    if index < 0 || index >= size {
        return Ok(None);
    }
    let (mut from, mut n, mut above) = (0, size, Vec::new());
    while n > 1 << LOWEST {
        let left = split(n);
        let half = 1i64 << left;
        if index < from + half {
            above.push(root(conn, from + half, n - half)?);
            n = half;
        } else {
            above.push(subtree(conn, left, from >> left)?);
            (from, n) = (from + half, n - half);
        }
    }
    let place = u64::try_from(index - from).unwrap_or(u64::MAX);
    let Some(mut path) = inclusion_proof(place, &leaves(conn, from, n)?) else { return Ok(None) };
    path.extend(above.into_iter().rev());
    Ok(Some(path))
}

/// The kept subtrees that the entries after `from` up to `to` have completed.
pub fn nodes(conn: &mut Conn, from: i64, to: i64) -> Result<Vec<(u32, u64, TreeHash)>, AppError> {
    let mut found = Vec::new();
    let mut level = LOWEST;
    while to >> level > 0 {
        let rows: Vec<(i64, Vec<u8>)> = audit_nodes::table
            .filter(audit_nodes::level.eq(number(level)))
            .filter(audit_nodes::place.ge(from >> level))
            .filter(audit_nodes::place.lt(to >> level))
            .select((audit_nodes::place, audit_nodes::hash))
            .load(conn)
            .app()?;
        for (place, hash) in rows {
            found.push((level, u64::try_from(place).unwrap_or(u64::MAX), hash_of(hash)?));
        }
        level += 1;
    }
    Ok(found)
}
