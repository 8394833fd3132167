//! Which evidence a caller sees, and which ever leaves the registry.

use crate::Visibility;

/// Whether a caller may see an item: with a right to all evidence everything, without it what is public
/// (CONTRACT §2). What a caller may not see is left out of the answer.
pub fn may_see(all_evidence: bool, v: Visibility) -> bool {
    all_evidence || v == Visibility::Public
}

/// Whether an item may be part of a report to an authority (CONTRACT §10): internal evidence never leaves.
pub fn leaves(v: Visibility) -> bool {
    v != Visibility::Internal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_visibility_has_its_readers() {
        let table = [
            (Visibility::Public, true, true),
            (Visibility::Restricted, false, true),
            (Visibility::Internal, false, false),
        ];
        for (v, without_right, in_report) in table {
            assert!(may_see(true, v));
            assert_eq!((may_see(false, v), leaves(v)), (without_right, in_report), "{v}");
        }
    }
}
