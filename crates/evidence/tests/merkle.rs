//! The Merkle tree against RFC 9162, a plain recursive reading of it, and tampering.

use probatum_evidence::{Frontier, Sha256Hex, TreeHash, inclusion_proof, leaf_hash, root, verify_inclusion};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

/// RFC 9162 §2.1.1, word for word.
fn recursive_root(leaves: &[Vec<u8>]) -> TreeHash {
    match leaves {
        [] => Sha256::digest([]).into(),
        [leaf] => leaf_hash(leaf),
        _ => {
            let mut k = 1;
            while k * 2 < leaves.len() {
                k *= 2;
            }
            let (left, right) = leaves.split_at(k);
            Sha256::digest([&[1], &recursive_root(left)[..], &recursive_root(right)[..]].concat()).into()
        }
    }
}

#[test]
fn known_roots() {
    // The test vectors of the Certificate Transparency reference implementation.
    let leaves: [&[u8]; 8] = [
        &[],
        &[0x00],
        &[0x10],
        &[0x20, 0x21],
        &[0x30, 0x31],
        &[0x40, 0x41, 0x42, 0x43],
        &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
        &[0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f],
    ];
    let table = [
        (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
        (2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
        (3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
        (8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
    ];
    for (n, expected) in table {
        assert_eq!(Sha256Hex::from_digest(root(&leaves[..n])).as_str(), expected, "{n}");
    }
}

#[test]
fn every_leaf_of_every_small_tree_is_proven() {
    let leaves: Vec<Vec<u8>> = (0u8..40).map(|n| vec![n]).collect();
    let mut frontier = Frontier::default();
    for size in 0..=leaves.len() {
        let tree = &leaves[..size];
        let top = root(tree);
        let wide = u64::try_from(size).unwrap();
        assert_eq!((top, frontier.root(), frontier.size()), (recursive_root(tree), top, wide));
        for (index, leaf) in (0u64..).zip(tree) {
            let proof = inclusion_proof(index, tree).unwrap();
            assert!(verify_inclusion(leaf, index, wide, &proof, &top), "{index} of {size}");
        }
        assert_eq!(inclusion_proof(wide, tree), None);
        if let Some(next) = leaves.get(size) {
            frontier.push(next);
        }
    }
}

#[test]
fn hostile_sizes_are_only_false() {
    let hash = leaf_hash(b"a");
    for (index, size) in [(0, 0), (u64::MAX, u64::MAX), (u64::MAX - 1, u64::MAX), (0, u64::MAX), (1, 1)] {
        for length in [0, 1, 63, 64, 65, 200] {
            assert!(
                !verify_inclusion(b"a", index, size, &vec![hash; length], &hash) || (size, length) == (1, 0)
            );
        }
    }
    assert!(verify_inclusion(b"a", 0, 1, &[], &hash));
    assert!(!verify_inclusion(b"a", 0, 1, &[hash], &hash));
}

proptest! {
    #[test]
    fn tampered_proofs_fail(
        leaves in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..4), 1..70),
        at in any::<prop::sample::Index>(), node in any::<prop::sample::Index>(), bit in 0usize..256,
        other in 0u64..80,
    ) {
        let (at, size) = (at.index(leaves.len()), u64::try_from(leaves.len()).unwrap());
        let index = u64::try_from(at).unwrap();
        let (leaf, top) = (&leaves[at], root(&leaves));
        let proof = inclusion_proof(index, &leaves).unwrap();
        prop_assert!(verify_inclusion(leaf, index, size, &proof, &top));

        let flip = |mut hash: TreeHash| { hash[bit / 8] ^= 1 << (bit % 8); hash };
        prop_assert!(!verify_inclusion(leaf, index, size, &proof, &flip(top)));
        let longer_leaf = [&leaf[..], &[0]].concat();
        prop_assert!(!verify_inclusion(&longer_leaf, index, size, &proof, &top));
        let mut longer = proof.clone();
        longer.push(top);
        prop_assert!(!verify_inclusion(leaf, index, size, &longer, &top));
        if !proof.is_empty() {
            let mut flipped = proof.clone();
            let one = node.get_mut(&mut flipped);
            *one = flip(*one);
            prop_assert!(!verify_inclusion(leaf, index, size, &flipped, &top));
            prop_assert!(!verify_inclusion(leaf, index, size, &proof[1..], &top));
            prop_assert!(!verify_inclusion(leaf, index, size, &proof[..proof.len() - 1], &top));
        }
        // Another place only where the very same bytes stand.
        let same = usize::try_from(other).ok().and_then(|o| leaves.get(o)) == Some(leaf);
        if other != index && !same {
            prop_assert!(!verify_inclusion(leaf, other, size, &proof, &top));
        }
    }
}
