//! Custody chains: what is accepted, what is refused, and that tampering is always found.

mod support;

use probatum_evidence::CustodyAction::*;
use probatum_evidence::*;
use probatum_kernel::{Code, Coded, Timestamp};
use proptest::prelude::*;
use support::{actor, attach, chains, id, incident, input, now, seed, stored};

#[test]
fn a_chain_sent_along_has_to_match() {
    let (hash, other) = (Sha256Hex::of(b"content"), Sha256Hex::of(b"other"));
    let (own, alien) = (Some(&hash), Some(&other));
    let at = |s, after| input(s, Analysed, after);
    // Hash of the item, entries, and the field refused (none: accepted).
    let table = [
        (own, vec![], None),
        (None, vec![at(0, None), at(0, None)], None),
        (own, vec![at(0, own), at(1, None), at(2, own)], None),
        (own, vec![at(0, None)], Some("chain_of_custody[0].hash_after")),
        (own, vec![at(0, alien)], Some("chain_of_custody[0].hash_after")),
        (None, vec![at(0, own)], Some("chain_of_custody[0].hash_after")),
        (None, vec![at(0, None), at(1, own)], Some("chain_of_custody[1].hash_after")),
        (own, vec![at(0, own), at(1, own), at(2, alien)], Some("chain_of_custody[2].hash_after")),
        (own, vec![at(1, own), at(0, own)], Some("chain_of_custody[1].ts")),
        (own, vec![input(0, Disposed, own), at(1, None)], Some("chain_of_custody[1].action")),
    ];
    for (hash, entries, refused) in table {
        match (begin(id(1), hash, &entries), refused) {
            (Ok(chain), None) => {
                assert_eq!(chain.len(), entries.len());
                verify_chain(id(1), hash, &chain).unwrap();
                assert!(!is_broken(&chain));
            }
            (Err(error), Some(field)) => {
                assert_eq!(error.code(), Code::CustodyBroken, "{entries:?}");
                assert_eq!(error.fields()[0].field, field);
                assert!(error.to_string().contains(field), "{error}");
            }
            (result, refused) => panic!("{entries:?}: {result:?}, not {refused:?}"),
        }
    }
}

#[test]
fn entries_are_linked_from_genesis_on() {
    let (item, chain) = attach(1, &seed());
    assert_eq!((chain[0].seq, &chain[0].prev_hash), (1, &Sha256Hex::genesis()));
    let record = serde_json::json!({
        "evidence_id": item.id, "seq": 1, "ts": "2026-07-04T08:20:00Z", "actor": "analyst:kdzik",
        "action": "collected", "hash_after": "3b1f...e9", "intact": true, "note": null
    });
    assert_eq!(chain[0].entry_hash, link(&Sha256Hex::genesis(), &record).unwrap());
    let next = extend(item.id, item.hash_sha256.as_ref(), chain.last(), &input(0, Accessed, None)).unwrap();
    assert_eq!((next.seq, &next.prev_hash), (2, &chain[0].entry_hash));
}

#[test]
fn a_different_hash_later_is_recorded_and_breaks() {
    let (item, chain) = attach(1, &seed());
    let (next, entry) =
        item.append(chain.last(), &input(0, Analysed, Some(&Sha256Hex::of(b"x"))), now()).unwrap();
    assert_eq!(entry.intact, Some(false));
    assert!(next.broken && next.status == probatum_kernel::EvidenceStatus::Disputed);
    // A good entry does not mend it.
    let (last, good) =
        next.append(Some(&entry), &input(1, Analysed, item.hash_sha256.as_ref()), now()).unwrap();
    assert_eq!((good.intact, last.broken, last.custody_entries), (Some(true), true, 3));
    verify_item(&last, &[chain[0].clone(), entry, good]).unwrap();
}

#[test]
fn a_chain_begun_later_begins_with_the_hash_of_the_item() {
    let (item, none) = attach(1, &Attach { chain_of_custody: Vec::new(), ..seed() });
    assert!(none.is_empty() && item.status == probatum_kernel::EvidenceStatus::Internal);
    for after in [None, Some(&Sha256Hex::of(b"x"))] {
        let error = item.append(None, &input(0, Collected, after), now()).unwrap_err();
        assert_eq!((error.code(), error.fields()[0].field.as_str()), (Code::CustodyBroken, "hash_after"));
    }
    let first = input(0, Collected, item.hash_sha256.as_ref());
    let (item, entry) = item.append(None, &first, now()).unwrap();
    assert_eq!((entry.seq, entry.intact), (1, Some(true)));
    assert_eq!(item.status, probatum_kernel::EvidenceStatus::Confirmed);
    // From then on an entry may leave it out.
    assert!(item.append(Some(&entry), &input(1, Accessed, None), now()).is_ok());
    // What the registry finds itself is put on record, whatever it is.
    let (item, _) = attach(2, &Attach { chain_of_custody: Vec::new(), ..seed() });
    for found in [None, Some(&Sha256Hex::of(b"x"))] {
        assert_eq!(verified(&item, None, found, &actor(), now()).unwrap().intact, Some(false));
    }
}

#[test]
fn nothing_goes_back_in_time_or_beyond_disposal() {
    let (item, chain) = attach(1, &seed());
    let early = item.append(chain.last(), &input(-61, Accessed, None), now()).unwrap_err();
    assert_eq!((early.code(), early.fields()[0].field.as_str()), (Code::CustodyBroken, "ts"));
    let (item, gone) = item.append(chain.last(), &input(0, Disposed, None), now()).unwrap();
    let after = item.append(Some(&gone), &input(1, Accessed, None), now()).unwrap_err();
    assert_eq!((after.code(), after.fields()[0].field.as_str()), (Code::CustodyBroken, "action"));
    assert_eq!(verified(&item, Some(&gone), None, &actor(), now()).unwrap_err().code(), Code::CustodyBroken);
}

#[test]
fn appended_entries_have_limits_too() {
    let (item, chain) = attach(1, &seed());
    let late = CustodyInput { note: Some("n".repeat(MAX_NOTE + 1)), ..input(301, Accessed, None) };
    let error = item.append(chain.last(), &late, now()).unwrap_err();
    let fields: Vec<_> = error.fields().into_iter().map(|f| (f.field, f.code)).collect();
    assert_eq!(fields, [("ts".to_owned(), "in_future"), ("note".to_owned(), "too_long")]);
    assert!(item.append(chain.last(), &input(300, Accessed, None), now()).is_ok());
}

#[test]
fn an_item_without_a_hash_cannot_be_compared() {
    let cmd = Attach { hash_sha256: None, chain_of_custody: vec![], ..seed() };
    let (item, _) = attach(1, &cmd);
    let error = item.append(None, &input(0, Analysed, Some(&Sha256Hex::of(b"x"))), now()).unwrap_err();
    assert_eq!((error.code(), error.fields()[0].field.as_str()), (Code::CustodyBroken, "hash_after"));
    assert!(item.append(None, &input(0, Analysed, None), now()).is_ok());
}

#[test]
fn a_verification_says_what_the_store_holds() {
    let hash = Sha256Hex::of(b"abc");
    let cmd = Attach { hash_sha256: None, chain_of_custody: vec![], ..seed() };
    let (item, chain) = Evidence::upload(id(1), incident(), &cmd, stored(), &hash, &actor(), now()).unwrap();
    let other = Sha256Hex::of(b"abd");
    for (found, intact, note) in
        [(Some(&hash), true, None), (Some(&other), false, None), (None, false, Some(MISSING_CONTENT_NOTE))]
    {
        // A clock behind the last entry loses nothing.
        for at in [now().plus_hours(1), now().plus_hours(-1)] {
            let entry = verified(&item, chain.last(), found, &actor(), at).unwrap();
            assert_eq!((entry.action, entry.intact, entry.note.as_deref()), (Verified, Some(intact), note));
            assert_eq!((entry.ts, &entry.hash_after), (at.max(now()), &found.cloned()));
            let next = item.with_entry(&entry);
            assert_eq!((next.broken, next.custody_entries), (!intact, 2));
            verify_item(&next, &[chain[0].clone(), entry]).unwrap();
        }
    }
    let first = missing_content(item.id, None, &actor(), now()).unwrap();
    verify_chain(item.id, Some(&hash), &[first]).unwrap();
}

#[test]
fn the_fault_is_named() {
    let (item, chain) = attach(1, &seed());
    let (item, second) = item.append(chain.last(), &input(0, Sealed, None), now()).unwrap();
    let whole = vec![chain[0].clone(), second];
    let fault = |change: &dyn Fn(&mut Vec<CustodyEntry>)| {
        let mut entries = whole.clone();
        change(&mut entries);
        let ChainFault { seq, flaw } = verify_item(&item, &entries).unwrap_err();
        (seq, flaw)
    };
    assert_eq!(fault(&|e| e[1].note = Some("x".into())), (2, ChainFlaw::Content));
    assert_eq!(fault(&|e| e[1].prev_hash = Sha256Hex::genesis()), (2, ChainFlaw::Link));
    assert_eq!(fault(&|e| drop(e.remove(0))), (1, ChainFlaw::Sequence(2)));
    assert_eq!(fault(&|e| drop(e.pop())), (0, ChainFlaw::Count { expected: 2, found: 1 }));
    assert_eq!(fault(&Vec::clear), (0, ChainFlaw::Count { expected: 2, found: 0 }));
    let mended = Evidence { broken: true, ..item.clone() };
    assert_eq!(verify_item(&mended, &whole).unwrap_err().flaw, ChainFlaw::Broken);
    assert_eq!(verify_chain(id(2), item.hash_sha256.as_ref(), &whole).unwrap_err().flaw, ChainFlaw::Content);
    assert_eq!(verify_chain(item.id, None, &whole).unwrap_err().flaw, ChainFlaw::Intact);
    let other = Sha256Hex::of(b"x");
    assert_eq!(verify_chain(item.id, Some(&other), &whole).unwrap_err().flaw, ChainFlaw::Intact);
}

#[test]
fn a_chain_that_was_linked_right_can_still_be_wrong() {
    // Each forged by extending what may not be extended: the links hold, the story does not.
    let hash = Sha256Hex::of(b"c");
    let first = extend(id(1), Some(&hash), None, &input(0, Disposed, Some(&hash))).unwrap();
    let open = CustodyEntry { action: Collected, ..first.clone() };
    let after = extend(id(1), Some(&hash), Some(&open), &input(1, Accessed, None)).unwrap();
    let late = CustodyEntry { ts: Timestamp::EPOCH, ..open.clone() };
    let before = extend(id(1), Some(&hash), Some(&late), &input(-9, Accessed, None)).unwrap();
    let flaw = |second| verify_chain(id(1), Some(&hash), &[first.clone(), second]).unwrap_err().flaw;
    assert_eq!(flaw(after), ChainFlaw::AfterDisposal);
    // The time comes first: an entry from before the disposal is out of order.
    assert_eq!(flaw(before), ChainFlaw::Order);
    let lie = extend(id(1), Some(&Sha256Hex::of(b"d")), None, &input(0, Analysed, Some(&hash))).unwrap();
    assert_eq!(verify_chain(id(1), Some(&hash), &[lie]).unwrap_err().flaw, ChainFlaw::Intact);
}

/// Changes one field of `entry`; the value is always another one.
#[cfg(test)]
fn change(entry: &mut CustodyEntry, field: u8) {
    let other = Sha256Hex::of(entry.entry_hash.as_str().as_bytes());
    match field {
        0 => entry.seq += 1,
        1 => entry.ts = entry.ts.plus_millis(1),
        2 => entry.actor = "analyst:mallory".parse().unwrap(),
        3 => entry.action = if entry.action == Released { Sealed } else { Released },
        4 => entry.hash_after = entry.hash_after.is_none().then_some(other),
        5 => entry.hash_after = Some(other),
        6 => entry.intact = if entry.intact == Some(true) { None } else { Some(true) },
        7 => entry.intact = if entry.intact == Some(false) { None } else { Some(false) },
        8 => entry.note = Some(format!("{}.", entry.note.as_deref().unwrap_or_default())),
        9 => entry.note = if entry.note.is_some() { None } else { Some(String::new()) },
        10 => entry.prev_hash = other,
        _ => entry.entry_hash = other,
    }
}

proptest! {
    #[test]
    fn honest_chains_verify((item, chain) in chains()) {
        prop_assert_eq!(verify_item(&item, &chain), Ok(()));
        let text = serde_json::to_string(&chain).unwrap();
        prop_assert_eq!(serde_json::from_str::<Vec<CustodyEntry>>(&text).unwrap(), chain);
    }

    #[test]
    fn a_changed_field_is_found(
        (item, chain) in chains(), at in any::<prop::sample::Index>(), field in 0u8..12,
    ) {
        let mut changed = chain.clone();
        change(at.get_mut(&mut changed), field);
        prop_assert_ne!(&changed, &chain);
        prop_assert!(verify_chain(item.id, item.hash_sha256.as_ref(), &changed).is_err());
    }

    #[test]
    fn dropping_swapping_and_duplicating_are_found(
        (item, chain) in chains(), i in any::<prop::sample::Index>(), j in any::<prop::sample::Index>(),
    ) {
        let (i, j) = (i.index(chain.len()), j.index(chain.len()));
        let check = |entries: &[CustodyEntry]| verify_item(&item, entries);
        let mut dropped = chain.clone();
        dropped.remove(i);
        prop_assert!(check(&dropped).is_err());
        let mut doubled = chain.clone();
        doubled.insert(j, chain[i].clone());
        prop_assert!(check(&doubled).is_err());
        let mut swapped = chain.clone();
        swapped.swap(i, j);
        prop_assert_eq!(check(&swapped).is_ok(), i == j);
        prop_assert_eq!(check(&chain[..i]).is_ok(), i == chain.len());
    }

    #[test]
    fn sealing_a_changed_entry_again_is_found(
        (item, chain) in chains(), at in any::<prop::sample::Index>(), field in 1u8..10,
    ) {
        // All but the last: nothing in the chain itself vouches for its end.
        let at = at.index(chain.len() - 1);
        let mut forged = chain.clone();
        change(&mut forged[at], field);
        let e = &forged[at];
        let record = serde_json::json!({
            "evidence_id": item.id, "seq": e.seq, "ts": e.ts, "actor": e.actor, "action": e.action,
            "hash_after": e.hash_after, "intact": e.intact, "note": e.note
        });
        forged[at].entry_hash = link(&e.prev_hash, &record).unwrap();
        prop_assert!(verify_item(&item, &forged).is_err());
    }

    #[test]
    fn a_changed_byte_is_found(
        (item, chain) in chains(), at in any::<prop::sample::Index>(), byte in b' '..=b'~',
    ) {
        let mut text = serde_json::to_vec(&chain).unwrap();
        *at.get_mut(&mut text) = byte;
        // What reads as the same values (an upper-case digit, white space) is no change.
        if let Ok(read) = serde_json::from_slice::<Vec<CustodyEntry>>(&text) {
            prop_assert_eq!(verify_item(&item, &read).is_ok(), read == chain);
        }
    }
}
