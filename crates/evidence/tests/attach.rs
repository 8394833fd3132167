//! Attaching evidence: limits, hashes, and what the registry witnesses itself.

mod support;

use probatum_evidence::*;
use probatum_kernel::{Code, Coded, EvidenceStatus};
use support::{actor, attach, id, incident, input, now, seed, stored};

#[cfg(test)]
fn refused(cmd: &Attach) -> Vec<(String, &'static str)> {
    let error = Evidence::attach(id(1), incident(), cmd, &actor(), now()).unwrap_err();
    assert_eq!(error.code(), Code::ValidationFailed);
    error.fields().into_iter().map(|f| (f.field, f.code)).collect()
}

#[test]
fn all_bad_fields_are_named_at_once() {
    let late = CustodyInput { note: Some("\0".into()), ..input(301, CustodyAction::Collected, None) };
    let cmd = Attach {
        source: " ".into(),
        content_ref: Some("c".repeat(MAX_CONTENT_REF + 1)),
        description: Some(String::new()),
        confidence: 101,
        contradicts: Some(id(1)),
        chain_of_custody: vec![input(0, CustodyAction::Collected, None), late],
        ..seed()
    };
    let expected = [
        ("source", "required"),
        ("content_ref", "too_long"),
        ("description", "required"),
        ("confidence", "out_of_range"),
        ("contradicts", "invalid"),
        ("chain_of_custody[1].ts", "in_future"),
        ("chain_of_custody[1].note", "invalid"),
    ];
    assert_eq!(refused(&cmd), expected.map(|(field, code)| (field.to_owned(), code)));
}

#[test]
fn limits_are_inclusive() {
    let entry = input(300, CustodyAction::Collected, None);
    let cmd = Attach {
        source: "ż".repeat(MAX_SOURCE),
        content_ref: Some("c".repeat(MAX_CONTENT_REF)),
        description: Some("d".repeat(MAX_DESCRIPTION)),
        confidence: MAX_CONFIDENCE,
        hash_sha256: None,
        chain_of_custody: vec![
            CustodyInput { note: Some("n".repeat(MAX_NOTE)), ..entry.clone() };
            MAX_CUSTODY_ENTRIES
        ],
        ..seed()
    };
    let (item, chain) = attach(1, &cmd);
    assert_eq!((item.custody_entries, chain.len()), (1000, 1000));
    verify_item(&item, &chain).unwrap();
    let long = Attach { chain_of_custody: vec![entry; MAX_CUSTODY_ENTRIES + 1], ..cmd };
    assert_eq!(refused(&long), [("chain_of_custody".to_owned(), "too_many")]);
}

#[test]
fn the_command_is_read_strictly() {
    let read = |s: &str| serde_json::from_str::<Attach>(s);
    let least = read(r#"{"kind":"log","source":"edr","confidence":50}"#).unwrap();
    assert_eq!((least.visibility, least.chain_of_custody.len()), (Visibility::Internal, 0));
    assert_eq!(attach(1, &least).0.status, EvidenceStatus::Internal);
    assert!(read(r#"{"kind":"log","source":"edr","confidence":50,"status":"confirmed"}"#).is_err());
    assert!(read(r#"{"kind":"rumour","source":"edr","confidence":50}"#).is_err());
    let entry = r#"{"ts":"2026-07-04T08:20:00Z","actor":"a:b","action":"collected","intact":true}"#;
    assert!(serde_json::from_str::<CustodyInput>(entry).is_err());
}

#[test]
fn an_item_says_what_was_sent_and_by_whom() {
    let cmd = Attach { tlp: Some(Tlp::AmberStrict), contradicts: Some(id(9)), ..seed() };
    let (item, _) = attach(1, &cmd);
    let json = serde_json::to_value(&item).unwrap();
    for (member, value) in [
        ("hash_sha256", "3b1f...e9"),
        ("tlp", "TLP:AMBER+STRICT"),
        ("created_by", "analyst:kdzik"),
        ("created_at", "2026-07-04T08:21:00Z"),
        ("status", "confirmed"),
        ("contradicts", id(9).to_string().as_str()),
    ] {
        assert_eq!(json[member], value, "{member}");
    }
    assert_eq!(serde_json::from_value::<Evidence>(json).unwrap(), item);
}

#[test]
fn an_upload_is_hashed_and_witnessed_by_the_registry() {
    let computed = Sha256Hex::of(b"abc");
    let bare = Attach { hash_sha256: None, chain_of_custody: vec![], ..seed() };
    let upload =
        |cmd: &Attach| Evidence::upload(id(1), incident(), cmd, stored(), &computed, &actor(), now());
    let (item, chain) = upload(&bare).unwrap();
    assert_eq!((&item.hash_sha256, &item.stored), (&Some(computed.clone()), &Some(stored())));
    let entry = &chain[0];
    assert_eq!((entry.action, entry.ts, &entry.actor), (CustodyAction::Collected, now(), &actor()));
    assert_eq!((entry.intact, chain.len(), item.status), (Some(true), 1, EvidenceStatus::Confirmed));
    verify_item(&item, &chain).unwrap();

    assert!(upload(&Attach { hash_sha256: Some(computed.clone()), ..bare.clone() }).is_ok());
    for stated in ["3b1f...e9", "ba78...ad", Sha256Hex::of(b"x").as_str()] {
        let error =
            upload(&Attach { hash_sha256: Some(stated.parse().unwrap()), ..bare.clone() }).unwrap_err();
        assert_eq!(error.code(), Code::HashMismatch);
    }
    // A chain sent along has to fit what was received, and is taken instead of the receipt.
    let own = input(-60, CustodyAction::Collected, Some(&computed));
    let (item, chain) = upload(&Attach { chain_of_custody: vec![own], ..bare.clone() }).unwrap();
    assert_eq!((item.custody_entries, chain[0].ts), (1, now().plus_millis(-60_000)));
    let error = upload(&Attach { hash_sha256: None, ..seed() }).unwrap_err();
    assert_eq!(error.code(), Code::CustodyBroken);

    let nameless = Stored { file_name: String::new(), ..stored() };
    let error = Evidence::upload(id(1), incident(), &bare, nameless, &computed, &actor(), now()).unwrap_err();
    assert_eq!(error.fields()[0].field, "file");
}
