//! The Merkle tree of RFC 9162 §2.1: one root for a whole log, and short proofs that an entry is in it.

use sha2::{Digest, Sha256};

/// The hash of a leaf, an inner node or the root: 32 bytes of SHA-256.
pub type TreeHash = [u8; 32];

/// The hash of a leaf. The first byte keeps leaves and inner nodes apart (RFC 9162 §2.1.1).
pub fn leaf_hash(leaf: &[u8]) -> TreeHash {
    Sha256::new().chain_update([0]).chain_update(leaf).finalize().into()
}

/// The hash of the node over two subtrees (RFC 9162 §2.1.1).
pub fn node_hash(left: &TreeHash, right: &TreeHash) -> TreeHash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// A tree that is read leaf by leaf: it keeps the roots of its full subtrees, not the leaves, so that the
/// root of a long log takes memory for 64 hashes at most.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// Roots of full subtrees, the largest (leftmost) first: one for each bit set in `size`.
    peaks: Vec<TreeHash>,
}

impl Frontier {
    /// Adds the next leaf.
    pub fn push(&mut self, leaf: &[u8]) {
        self.push_noting(leaf, |_, _, _| {});
    }

    /// Adds the next leaf; `note` learns of each subtree this completes: its level (0 for the leaf), its place among
    /// those of its level, from 0, and its root.
    pub fn push_noting(&mut self, leaf: &[u8], mut note: impl FnMut(u32, u64, &TreeHash)) {
        let mut node = leaf_hash(leaf);
        note(0, self.size, &node);
        // As in counting: each trailing one is a full subtree of equal size, and carries.
        for level in 1..=self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                node = node_hash(&left, &node);
                note(level, self.size >> level, &node);
            }
        }
        self.peaks.push(node);
        self.size = self.size.saturating_add(1);
    }

    /// How many leaves there are.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root; for no leaves the hash of nothing (RFC 9162 §2.1.1).
    pub fn root(&self) -> TreeHash {
        let (last, rest) = match self.peaks.split_last() {
            Some(split) => split,
            None => return Sha256::digest([]).into(),
        };
        rest.iter().rev().fold(*last, |right, left| node_hash(left, &right))
    }
}

/// The root over leaves.
pub fn root<T: AsRef<[u8]>>(leaves: &[T]) -> TreeHash {
    let mut frontier = Frontier::default();
    leaves.iter().for_each(|leaf| frontier.push(leaf.as_ref()));
    frontier.root()
}

/// The proof that the leaf at `index` (from 0) is in the tree, from the leaf upwards (RFC 9162 §2.1.3.1);
/// `None` if there is no such leaf.
///
/// ```
/// use probatum_evidence::{inclusion_proof, root, verify_inclusion};
/// let log = ["a", "b", "c"];
/// let proof = inclusion_proof(2, &log).unwrap();
/// assert!(verify_inclusion(b"c", 2, 3, &proof, &root(&log)));
/// assert!(!verify_inclusion(b"x", 2, 3, &proof, &root(&log)));
/// ```
pub fn inclusion_proof<T: AsRef<[u8]>>(index: u64, leaves: &[T]) -> Option<Vec<TreeHash>> {
    let mut index = usize::try_from(index).ok().filter(|index| *index < leaves.len())?;
    let mut tree = leaves;
    let mut proof = Vec::new();
    while tree.len() > 1 {
        // The left subtree holds the largest power of two below the size.
        let (left, right) = tree.split_at_checked(tree.len().div_ceil(2).next_power_of_two())?;
        if index < left.len() {
            proof.push(root(right));
            tree = left;
        } else {
            proof.push(root(left));
            index -= left.len();
            tree = right;
        }
    }
    proof.reverse();
    Some(proof)
}

/// Whether `proof` shows that `leaf` stands at `index` (from 0) of the log of `size` leaves with this root
/// (RFC 9162 §2.1.3.2).
pub fn verify_inclusion(leaf: &[u8], index: u64, size: u64, proof: &[TreeHash], root: &TreeHash) -> bool {
    if index >= size {
        return false;
    }
    let (mut place, mut last) = (index, size - 1);
    let mut node = leaf_hash(leaf);
    for sibling in proof {
        if last == 0 {
            return false;
        }
        if place & 1 == 1 || place == last {
            node = node_hash(sibling, &node);
            // A node without a sibling rises as it is, until it is a right child. `place` is not 0 here: it
            // is odd, or equal to `last`.
            let lone = place.trailing_zeros();
            place >>= lone;
            last >>= lone;
        } else {
            node = node_hash(&node, sibling);
        }
        place >>= 1;
        last >>= 1;
    }
    last == 0 && node == *root
}
