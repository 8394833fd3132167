//! How far evidence proves something: every rule for one item, contradictions, and inheritance.

mod support;

use probatum_evidence::*;
use probatum_kernel::EvidenceStatus::{self, *};
use proptest::prelude::*;
use support::{attach, id, input, kinds, now, seed};

#[test]
fn the_example_of_the_source_document_is_confirmed() {
    let (item, chain) = attach(1, &seed());
    assert_eq!((item.status, chain.len()), (Confirmed, 1));
    verify_item(&item, &chain).unwrap();
    assert_eq!(inherit(settle(&[item]).into_iter().map(|(_, s)| s)), Confirmed);
}

#[test]
fn every_rule_of_one_item() {
    use EvidenceKind::*;
    let base =
        Facts { kind: Log, source: "edr", confidence: 70, hashed: true, custody_entries: 1, broken: false };
    let official = Facts { kind: CertBulletin, hashed: false, ..base };
    let table = [
        (base, Confirmed),
        (Facts { confidence: 100, ..base }, Confirmed),
        (Facts { confidence: 69, ..base }, Internal),
        (Facts { confidence: 1, ..base }, Internal),
        (Facts { confidence: 0, ..base }, Gap),
        (Facts { hashed: false, ..base }, Internal),
        (Facts { custody_entries: 0, ..base }, Internal),
        (official, Confirmed),
        (Facts { hashed: true, ..official }, Confirmed),
        (Facts { confidence: 69, ..official }, Internal),
        (Facts { custody_entries: 0, ..official }, Internal),
        (Facts { confidence: 0, ..official }, Gap),
        (Facts { kind: Other, confidence: 100, ..base }, Internal),
        (Facts { kind: Other, confidence: 0, ..base }, Gap),
        (Facts { kind: OsintArticle, ..base }, MediaSignal),
        (Facts { kind: MediaReport, confidence: 0, ..base }, MediaSignal),
        (Facts { kind: PublicStatement, ..base }, PublicClaim),
        (Facts { kind: ReporterStatement, confidence: 0, ..base }, PublicClaim),
        (Facts { broken: true, ..base }, Disputed),
        (Facts { broken: true, kind: MediaReport, ..base }, Disputed),
        (Facts { broken: true, confidence: 0, ..base }, Disputed),
        (Facts { source: "simulation", ..base }, Simulation),
        (Facts { source: "simulation:tabletop", broken: true, ..base }, Simulation),
        (Facts { source: "simulation:", kind: MediaReport, ..base }, Simulation),
        (Facts { source: "simulations", ..base }, Confirmed),
        (Facts { source: "my simulation", ..base }, Confirmed),
    ];
    for (facts, status) in table {
        assert_eq!(own_status(&facts), status, "{facts:?}");
    }
    for kind in EvidenceKind::ALL {
        let best = own_status(&Facts { kind: *kind, confidence: 100, ..base });
        let expected = match kind.class() {
            EvidenceClass::Technical | EvidenceClass::Official => Confirmed,
            EvidenceClass::Signal => MediaSignal,
            EvidenceClass::Claim => PublicClaim,
            EvidenceClass::Other => Internal,
        };
        assert_eq!(best, expected, "{kind}");
    }
}

#[cfg(test)]
fn item(n: u8, contradicts: Option<u8>) -> Evidence {
    attach(n, &Attach { contradicts: contradicts.map(id), ..seed() }).0
}

#[cfg(test)]
fn statuses(items: &[Evidence]) -> Vec<EvidenceStatus> {
    let settled = settle(items);
    assert!(settled.iter().map(|(id, _)| id).eq(items.iter().map(|i| &i.id)), "one status an item, in order");
    settled.into_iter().map(|(_, s)| s).collect()
}

#[test]
fn contradictions_dispute_until_rebutted() {
    let chain = [item(1, None), item(2, Some(1)), item(3, Some(2)), item(4, Some(3))];
    assert_eq!(statuses(&chain[..1]), [Confirmed]);
    assert_eq!(statuses(&chain[..2]), [Disputed, Confirmed]);
    assert_eq!(statuses(&chain[..3]), [Confirmed, Disputed, Confirmed]);
    assert_eq!(statuses(&chain), [Disputed, Confirmed, Disputed, Confirmed]);
    // One of two contradictions rebutted: the other still stands.
    let two = [item(1, None), item(2, Some(1)), item(3, Some(1)), item(4, Some(2))];
    assert_eq!(statuses(&two), [Disputed, Disputed, Confirmed, Confirmed]);
}

#[test]
fn who_may_contradict() {
    let target = item(1, None);
    let second = item(2, Some(1));
    let source = |source: &str, of: &Evidence| Evidence { source: source.into(), ..of.clone() };
    let signal = Evidence { kind: EvidenceKind::MediaReport, ..second.clone() };
    assert_eq!(statuses(&[target.clone(), signal]), [Disputed, MediaSignal]);
    let silent = Evidence { confidence: 0, ..second.clone() };
    assert_eq!(statuses(&[target.clone(), silent.clone()]), [Confirmed, Gap]);
    let broken = Evidence { broken: true, ..second.clone() };
    assert_eq!(statuses(&[target.clone(), broken]), [Disputed, Disputed]);
    let exercise = source("simulation:x", &second);
    assert_eq!(statuses(&[target.clone(), exercise.clone()]), [Confirmed, Simulation]);
    let drill = source("simulation", &target);
    assert_eq!(statuses(&[drill.clone(), second]), [Simulation, Confirmed]);
    assert_eq!(statuses(&[drill, exercise]), [Simulation, Simulation]);
    // What says nothing rebuts nothing.
    let rebuttal = Evidence { confidence: 0, ..item(3, Some(2)) };
    assert_eq!(statuses(&[target, item(2, Some(1)), rebuttal]), [Disputed, Confirmed, Gap]);
}

#[test]
fn references_that_lead_nowhere_are_ignored() {
    assert_eq!(statuses(&[]), []);
    assert_eq!(statuses(&[item(1, Some(9))]), [Confirmed]);
    let own = Evidence { contradicts: Some(id(1)), ..item(1, None) };
    assert_eq!(statuses(&[own]), [Confirmed]);
    let circle = [item(1, Some(3)), item(2, Some(1)), item(3, Some(2)), item(4, Some(3))];
    assert_eq!(statuses(&circle), [Confirmed, Confirmed, Disputed, Confirmed]);
}

#[test]
fn what_an_incident_inherits() {
    let table: [(&[EvidenceStatus], EvidenceStatus); 9] = [
        (&[], Gap),
        (&[Gap], Gap),
        (&[MediaSignal, Gap], MediaSignal),
        (&[MediaSignal, PublicClaim], PublicClaim),
        (&[PublicClaim, Internal], Internal),
        (&[Internal, Confirmed, Simulation], Confirmed),
        (&[Confirmed, Disputed, Simulation], Disputed),
        (&[Simulation, Simulation], Simulation),
        (&[Simulation, Gap], Gap),
    ];
    for (given, inherited) in table {
        assert_eq!(inherit(given.iter().copied()), inherited, "{given:?}");
    }
}

prop_compose! {
    /// Items of one incident; each may contradict an earlier one.
    fn incidents()(parts in prop::collection::vec(
        (kinds(), 0u8..=100, prop::sample::select(&["edr", "siem", "simulation:x"][..]), any::<bool>(),
         prop::option::of(any::<prop::sample::Index>())), 0..12,
    )) -> Vec<Evidence> {
        let mut items: Vec<Evidence> = Vec::new();
        for (n, (kind, confidence, source, broken, earlier)) in (1u8..).zip(parts) {
            let contradicts = earlier.filter(|_| !items.is_empty()).map(|i| i.get(&items).id);
            let cmd = Attach { kind, confidence, source: source.into(), contradicts, ..seed() };
            items.push(Evidence { broken, ..attach(n, &cmd).0 });
        }
        items
    }
}

proptest! {
    #[test]
    fn the_order_of_evidence_changes_nothing(
        (items, shuffled) in incidents().prop_flat_map(|i| (Just(i.clone()), Just(i).prop_shuffle())),
    ) {
        let (mut a, mut b) = (settle(&items), settle(&shuffled));
        prop_assert_eq!(inherit(a.iter().map(|s| s.1)), inherit(b.iter().map(|s| s.1)));
        a.sort_unstable();
        b.sort_unstable();
        prop_assert_eq!(a, b);
    }

    #[test]
    fn any_references_at_all_are_safe(items in incidents(), to in prop::collection::vec(0u8..15, 12)) {
        let wild: Vec<_> =
            items.into_iter().zip(to).map(|(i, n)| Evidence { contradicts: Some(id(n)), ..i }).collect();
        let mut reversed = wild.clone();
        reversed.reverse();
        let (a, mut b) = (settle(&wild), settle(&reversed));
        b.reverse();
        prop_assert_eq!(a.len(), wild.len());
        prop_assert_eq!(a, b);
    }

    #[test]
    fn signals_and_claims_never_confirm(
        kind in kinds(), confidence in 0u8..=100, hashed: bool, custody_entries in 0u32..9, broken: bool,
        source in "[a-z:]{1,12}",
    ) {
        let facts = Facts { kind, source: &source, confidence, hashed, custody_entries, broken };
        if !matches!(kind.class(), EvidenceClass::Technical | EvidenceClass::Official) {
            prop_assert_ne!(own_status(&facts), Confirmed);
        }
    }

    #[test]
    fn signals_and_claims_never_confirm_an_incident(items in incidents()) {
        let weak = |i: &Evidence| matches!(i.kind.class(), EvidenceClass::Signal | EvidenceClass::Claim);
        let weak: Vec<_> = items.into_iter().filter(weak).collect();
        let status = inherit(settle(&weak).into_iter().map(|s| s.1));
        prop_assert!(!matches!(status, Confirmed | Internal));
    }

    #[test]
    fn custody_entries_never_confirm_a_signal(n in 1i64..6) {
        let cmd = Attach { kind: EvidenceKind::OsintArticle, confidence: 100, ..seed() };
        let (mut item, mut chain) = attach(1, &cmd);
        for i in 0..n {
            let more = input(i, CustodyAction::Analysed, item.hash_sha256.as_ref());
            let (next, entry) = item.append(chain.last(), &more, now()).unwrap();
            item = next;
            chain.push(entry);
        }
        prop_assert_eq!(item.status, MediaSignal);
    }
}
