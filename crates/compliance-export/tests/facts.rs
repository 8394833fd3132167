//! The fact sheet: what it reads, what it refuses, how its versions follow each other.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_compliance_export::*;
use probatum_kernel::{Actor, Timestamp};
use serde_json::json;

fn fields_of(value: serde_json::Value) -> Vec<String> {
    FactSheet::from_json(&value).unwrap_err().into_iter().map(|f| f.field).collect()
}

#[test]
fn a_sheet_reads_back_as_it_was_written() {
    let value = json!({
        "entity": {"name": "Bank Przykładowy SA", "lei": "5493001KJTIIGC8Y1R12", "country": "PL"},
        "contacts": {"primary": {"name": "Jan Nowak", "email": "jan@example.org", "phone": "+48 22 555 01 00"}},
        "suspected_unlawful_or_malicious": "unknown",
        "cross_border": {"possible": "yes", "countries": ["DE", "CZ"]},
        "timing": {"began_at": "2026-11-20T10:00:00Z"},
        "affected": {"subjects": 120, "records": 9_007_199_254_740_991u64},
        "indicators": [{"kind": "domain", "value": "evil.example"}],
        "indicators_unavailable": false,
        "dora": {"currency": "EUR", "duration": "001:06:30", "clients_percent": 100, "criteria": ["data_losses"]},
    });
    let sheet = FactSheet::from_json(&value).unwrap();
    assert_eq!(serde_json::to_value(&sheet).unwrap(), value);
    assert_eq!(FactSheet::from_json(&json!({})).unwrap(), FactSheet::default());
}

#[test]
fn every_bad_field_is_named() {
    let bad = json!({
        "entity": {"name": " ", "lei": "x", "country": "Poland"},
        "contacts": {"dpo": {"email": "nobody"}},
        "affected": {"subjects": 9_007_199_254_740_992u64},
        "cross_border": {"countries": []},
        "indicators": [{"kind": "ip"}, {"value": "a\u{0}b"}],
        "description": {"nature": "x".repeat(10_001)},
        "dora": {"duration": "30 h", "clients_percent": 101},
    });
    let expected = [
        "entity.name",
        "entity.lei",
        "entity.country",
        "contacts.dpo.email",
        "cross_border.countries",
        "description.nature",
        "affected.subjects",
        "indicators[1].value",
        "dora.clients_percent",
        "dora.duration",
    ];
    assert_eq!(fields_of(bad), expected);
    assert_eq!(fields_of(json!({"entity": {"nme": "x"}})), ["entity.nme"]);
    assert_eq!(fields_of(json!({"affected": {"subjects": -1}})), ["affected.subjects"]);
    assert_eq!(fields_of(json!({"ai": {"harms": ["pain"]}})), ["ai.harms[0]"]);
    assert_eq!(fields_of(json!([])), ["facts"]);
    assert_eq!(fields_of(json!({"entity": ["Example SA"]})), ["entity"]);
    assert_eq!(fields_of(json!({"indicators": [{}, ["ip"]]})), ["indicators[1]"]);
}

#[test]
fn the_list_of_fields_is_that_of_the_sheet() {
    // Every path leads to a field: written into an otherwise empty sheet it is a known name.
    for def in FactSheet::fields() {
        let mut value = json!(null);
        for name in def.path.split('.').rev() {
            value = json!({ name: value });
        }
        assert_eq!(FactSheet::from_json(&value).unwrap().faults(), [], "{}", def.path);
    }
    assert!(FactSheet::fields().len() > 150);
}

#[test]
fn more_facts_are_merged_field_by_field() {
    let first = FactSheet::from_json(&json!({
        "entity": {"name": "A", "country": "PL"}, "indicators": [{"kind": "ip", "value": "192.0.2.1"}]
    }))
    .unwrap();
    let more = FactSheet::from_json(&json!({
        "entity": {"name": "B"}, "impact": {"users": 5}, "indicators": [{"kind": "ip", "value": "192.0.2.2"}]
    }))
    .unwrap();
    let expected = json!({
        "entity": {"name": "B", "country": "PL"}, "impact": {"users": 5},
        "indicators": [{"kind": "ip", "value": "192.0.2.2"}]
    });
    assert_eq!(serde_json::to_value(first.merged(&more)).unwrap(), expected);
    assert_eq!(first.merged(&FactSheet::default()), first);
}

#[test]
fn versions_are_numbered_linked_and_never_changed() {
    let by: Actor = "legal:anowak".parse().unwrap();
    let at: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
    let sheet = |name: &str| FactSheet::from_json(&json!({"entity": {"name": name}})).unwrap();
    let one = Revision::next(None, sheet("A"), &by, at).unwrap();
    let two = Revision::next(Some(&one), sheet("B"), &by, at.plus_hours(1)).unwrap();
    assert_eq!((one.version, two.version), (1, 2));
    assert!(one.follows(None) && two.follows(Some(&one)) && !two.follows(None));
    assert_eq!(Revision::next(Some(&two), sheet("B"), &by, at), Err(RevisionError::Unchanged(2)));
    let bad = FactSheet {
        entity: Some(Entity { name: Some(" ".into()), ..Entity::default() }),
        ..FactSheet::default()
    };
    assert!(matches!(Revision::next(None, bad, &by, at), Err(RevisionError::Invalid(f)) if f.len() == 1));

    let changed = Revision { sheet: sheet("C"), ..two.clone() };
    assert!(!changed.follows(Some(&one)));
    let again: Revision = serde_json::from_str(&serde_json::to_string(&two).unwrap()).unwrap();
    assert!(again == two && again.follows(Some(&one)));
}
