//! The rules of a verdict, one table each.

use probatum_kernel::{Code, Coded};
use probatum_triage::*;
use serde_json::{Value, json};

fn signal(evidence: &str) -> Signal {
    Signal { name: "seen".into(), weight: 1.0, evidence: evidence.into() }
}

fn draft(classification: Classification) -> Draft {
    Draft {
        classification,
        confidence: 0.5,
        category: None,
        reasoning: "Because.".into(),
        signals: vec![signal("abc")],
        engine: "test".into(),
        model: None,
    }
}

/// The fields a draft is refused for; none if it is not.
fn refused(draft: Draft) -> Vec<String> {
    match Verdict::new(draft) {
        Err(error) => error.fields().into_iter().map(|f| f.field).collect(),
        Ok(_) => Vec::new(),
    }
}

#[test]
fn only_inconclusive_needs_no_proof() {
    for classification in Classification::ALL.iter().copied() {
        let bare = [
            Draft { signals: Vec::new(), ..draft(classification) },
            Draft { reasoning: String::new(), ..draft(classification) },
        ];
        assert!(Verdict::new(draft(classification)).is_ok());
        for draft in bare {
            let result = Verdict::new(draft);
            if classification == Classification::Inconclusive {
                assert!(result.is_ok());
            } else {
                let error = result.unwrap_err();
                assert_eq!(error, VerdictError::Unproven(classification));
                assert_eq!(error.code(), Code::ClaimExceedsProof);
            }
        }
    }
}

#[test]
fn limits_hold_at_the_edge_and_name_the_field() {
    let base = || draft(Classification::Benign);
    let with = |evidence: &str| Draft { signals: vec![signal(evidence)], ..base() };
    let many = |n| Draft { signals: vec![signal("abc"); n], ..base() };
    let named = |name: &str| Draft { signals: vec![Signal { name: name.into(), ..signal("abc") }], ..base() };
    let weighed = |weight| Draft { signals: vec![Signal { weight, ..signal("abc") }], ..base() };
    let cases: Vec<(Draft, &[&str])> = vec![
        (Draft { confidence: 0.0, ..base() }, &[]),
        (Draft { confidence: 1.0, ..base() }, &[]),
        (Draft { confidence: -0.001, ..base() }, &["confidence"]),
        (Draft { confidence: 1.001, ..base() }, &["confidence"]),
        (Draft { confidence: f64::NAN, ..base() }, &["confidence"]),
        (Draft { confidence: f64::INFINITY, ..base() }, &["confidence"]),
        (Draft { reasoning: "ż".repeat(MAX_REASONING), ..base() }, &[]),
        (Draft { reasoning: "ż".repeat(MAX_REASONING + 1), ..base() }, &["reasoning"]),
        (Draft { reasoning: "  \n".into(), ..base() }, &["reasoning"]),
        (many(MAX_SIGNALS), &[]),
        (many(MAX_SIGNALS + 1), &["signals"]),
        (with(""), &["signals[0].evidence"]),
        (with(" "), &["signals[0].evidence"]),
        (with("a\0b"), &["signals[0].evidence"]),
        (with(&"x".repeat(MAX_EVIDENCE)), &[]),
        (with(&"x".repeat(MAX_EVIDENCE + 1)), &["signals[0].evidence"]),
        (named(""), &["signals[0].name"]),
        (weighed(-3.0), &[]),
        (weighed(f64::NAN), &["signals[0].weight"]),
        (weighed(f64::NEG_INFINITY), &["signals[0].weight"]),
        (Draft { engine: String::new(), ..base() }, &["engine"]),
        (Draft { category: Some(String::new()), ..base() }, &["category"]),
        (Draft { model: Some("m".repeat(MAX_MODEL + 1)), ..base() }, &["model"]),
        (Draft { confidence: 2.0, engine: " ".into(), ..base() }, &["confidence", "engine"]),
    ];
    for (draft, fields) in cases {
        assert_eq!(refused(draft.clone()), fields, "{draft:?}");
    }
}

#[test]
fn a_long_list_of_bad_signals_gives_a_short_answer() {
    let bad = Draft { signals: vec![signal(""); 10_000], ..draft(Classification::Benign) };
    assert_eq!(refused(bad).len(), MAX_SIGNALS + 1);
}

#[test]
fn messages_name_the_remedy() {
    let unproven = Draft { signals: Vec::new(), ..draft(Classification::Malicious) };
    assert_eq!(
        Verdict::new(unproven).unwrap_err().to_string(),
        "a verdict of 'malicious' needs a reasoning and at least one signal; without them say 'inconclusive'"
    );
    let wrong = Draft { confidence: 7.0, ..draft(Classification::Malicious) };
    assert_eq!(
        Verdict::new(wrong).unwrap_err().to_string(),
        "the verdict has fields to correct: confidence must be a number from 0 to 1"
    );
}

#[test]
fn quotations_are_exact_and_from_string_values() {
    let cases = [
        (json!("xabcx"), true),
        (json!({"a": [1, {"b": "abc"}]}), true),
        (json!("ABC"), false),
        (json!("ab c"), false),
        (json!({"abc": 1}), false),
        (json!(["ab", "c"]), false),
        (json!(null), false),
    ];
    let verdict = Verdict::new(draft(Classification::Suspicious)).unwrap();
    for (input, found) in cases {
        assert_eq!(verdict.grounded_in(&input).is_ok(), found, "{input}");
    }
    let number = Draft { signals: vec![signal("12")], ..draft(Classification::Suspicious) };
    assert!(Verdict::new(number).unwrap().grounded_in(&json!({"n": 12})).is_err());
}

#[test]
fn every_invented_quotation_is_named() {
    let signals = ["one", "two", "three"].map(signal).to_vec();
    let verdict = Verdict::new(Draft { signals, ..draft(Classification::Malicious) }).unwrap();
    let error = verdict.grounded_in(&json!({"a": "two"})).unwrap_err();
    assert_eq!(error, Ungrounded { signals: vec![0, 2] });
    assert_eq!(error.code(), Code::ClaimExceedsProof);
    assert!(error.to_string().starts_with("the evidence of signals[0], signals[2] does not occur"));
    let fields: Vec<_> = error.fields().into_iter().map(|f| f.field).collect();
    assert_eq!(fields, ["signals[0].evidence", "signals[2].evidence"]);
}

#[test]
fn json_is_what_the_contract_prints_and_is_checked_on_the_way_in() {
    let good = json!({
        "classification": "malicious", "confidence": 0.92, "category": "phishing", "reasoning": "Because.",
        "signals": [{"name": "url", "weight": 2.0, "evidence": "http://x"}], "engine": "e", "model": null
    });
    let verdict: Verdict = serde_json::from_value(good.clone()).unwrap();
    assert_eq!(serde_json::to_value(&verdict).unwrap(), good);

    let with = |field: &str, value: Value| {
        let mut bad = good.clone();
        bad.as_object_mut().map(|members| members.insert(field.to_owned(), value));
        serde_json::from_value::<Verdict>(bad)
    };
    assert!(with("confidence", json!(1.2)).is_err());
    assert!(with("signals", json!([])).is_err());
    assert!(with("classification", json!("evil")).unwrap_err().to_string().contains("use one of malicious"));
}

/// Says what it was told to say.
struct Parrot(Result<Verdict, EngineError>);

impl TriageEngine for Parrot {
    fn name(&self) -> &str {
        "test"
    }
    fn judge(&self, _: &Input) -> Result<Verdict, EngineError> {
        self.0.clone()
    }
}

#[test]
fn an_engine_is_believed_only_as_far_as_it_can_be_checked() {
    let input = |raw: Value| Input { incident_type: None, source: None, raw_data: raw };
    let good = Verdict::new(draft(Classification::Malicious)).unwrap();
    let honest = Parrot(Ok(good.clone()));
    assert_eq!(judge(&honest, &input(json!({"a": "abc"}))), Ok(good.clone()));

    // The sender's own labels are no evidence: only the alert is quoted.
    let labelled = Input { source: Some("abc".into()), ..input(json!({"a": "x"})) };
    assert_eq!(judge(&honest, &labelled), Err(Ungrounded { signals: vec![0] }.into()));

    let other = Verdict::new(Draft { engine: "other".into(), ..good.into_draft() }).unwrap();
    let result = judge(&Parrot(Ok(other)), &input(json!("abc")));
    assert_eq!(result, Err(EngineError::Misattributed { claimed: "other".into() }));

    let down = EngineError::Unavailable { reason: "connection refused by 10.0.0.7".into() };
    let error = judge(&Parrot(Err(down)), &input(json!(null))).unwrap_err();
    assert_eq!(error.code(), Code::Unavailable);
    assert!(!error.to_string().contains("10.0.0.7"), "what is inside stays inside");

    let unusable = EngineError::from(VerdictError::Unproven(Classification::Malicious));
    assert_eq!(unusable.code(), Code::Internal, "a bad verdict is not the client's fault");
}
