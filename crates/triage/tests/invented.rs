//! Mails of no corpus: invented receipts, notices and letters of today, and invented attacks of many kinds and languages.
//!
//! They were written before any verdict on them was seen, and no rule is changed for the sake of one of them; else they
//! would say nothing. The bounds are for all together.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_triage::{Classification, Embedded, Input, judge};
use serde_json::Value;

/// How many of one label there are, how many are called `malicious`, and which are flagged at all.
fn judged(label: &str) -> (usize, usize, Vec<String>) {
    let engine = Embedded::new();
    let (mut all, mut malicious, mut flagged) = (0, 0, Vec::new());
    for line in include_str!("fixtures/invented-mails.jsonl").lines() {
        let mut row: Value = serde_json::from_str(line).unwrap();
        if row["label"] != label {
            continue;
        }
        all += 1;
        let input = Input {
            incident_type: Some("phishing".to_owned()),
            source: None,
            raw_data: row["raw_data"].take(),
        };
        match judge(&engine, &input).unwrap().classification() {
            Classification::Malicious => {
                malicious += 1;
                flagged.push(row["id"].to_string());
            }
            Classification::Suspicious => flagged.push(row["id"].to_string()),
            _ => {}
        }
    }
    (all, malicious, flagged)
}

#[test]
fn legitimate_mail_of_today_is_let_pass() {
    let (all, malicious, flagged) = judged("benign");
    assert!(all >= 40, "{all}");
    assert!(flagged.len() * 10 <= all, "more than 10 % flagged: {flagged:?}");
    assert!(malicious * 20 <= all, "more than 5 % called malicious: {malicious} of {all}");
}

#[test]
fn attacks_of_many_kinds_and_languages_are_found() {
    let (all, malicious, flagged) = judged("malicious");
    assert!(all >= 40, "{all}");
    assert!(flagged.len() * 100 >= all * 85, "less than 85 % found: {} of {all}", flagged.len());
    assert!(malicious * 2 >= all, "less than half called malicious: {malicious} of {all}");
}
