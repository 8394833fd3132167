//! What holds for every verdict and every input.

use probatum_triage::{Classification, Draft, Signal, Verdict};
use proptest::prelude::*;
use serde_json::{Value, json};

fn classification() -> impl Strategy<Value = Classification> {
    proptest::sample::select(Classification::ALL)
}

fn signal() -> impl Strategy<Value = Signal> {
    ("[a-z_]{0,5}", any::<f64>(), "[a-z \n]{0,8}").prop_map(|(name, weight, evidence)| Signal {
        name,
        weight,
        evidence,
    })
}

/// Drafts of which many keep the rules and many do not.
fn draft() -> impl Strategy<Value = Draft> {
    let confidence = prop_oneof![0.0..=1.0, any::<f64>()];
    let signals = proptest::collection::vec(signal(), 0..4);
    let word = || proptest::option::of("[a-z]{0,3}");
    (classification(), confidence, word(), ".{0,3}", signals, "[a-z]{0,3}", word()).prop_map(
        |(classification, confidence, category, reasoning, signals, engine, model)| Draft {
            classification,
            confidence,
            category,
            reasoning,
            signals,
            engine,
            model,
        },
    )
}

/// Any JSON without the letter `q`.
fn json_without_q() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-p ]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        let member = ("[a-p]{1,4}", inner.clone());
        prop_oneof![
            proptest::collection::vec(inner, 0..4).prop_map(Value::from),
            proptest::collection::vec(member, 0..4).prop_map(|members| members.into_iter().collect()),
        ]
    })
}

fn quoting(evidence: &str) -> Draft {
    Draft {
        classification: Classification::Malicious,
        confidence: 0.9,
        category: None,
        reasoning: "Because.".into(),
        signals: vec![Signal { name: "seen".into(), weight: 1.0, evidence: evidence.into() }],
        engine: "test".into(),
        model: None,
    }
}

proptest! {
    #[test]
    fn a_verdict_that_exists_keeps_the_rules(draft in draft()) {
        if let Ok(verdict) = Verdict::new(draft.clone()) {
            prop_assert!((0.0..=1.0).contains(&verdict.confidence()));
            prop_assert!(verdict.signals().iter().all(|s| s.weight.is_finite() && !s.evidence.trim().is_empty()));
            if verdict.classification().is_claim() {
                prop_assert!(!verdict.signals().is_empty() && !verdict.reasoning().trim().is_empty());
            }
            prop_assert_eq!(verdict.into_draft(), draft);
        }
    }

    #[test]
    fn json_is_neither_a_loss_nor_a_way_around_the_rules(draft in draft()) {
        let json = serde_json::to_value(&draft).unwrap();
        let read = serde_json::from_value::<Verdict>(json.clone());
        match Verdict::new(draft) {
            Ok(verdict) => {
                prop_assert_eq!(serde_json::to_value(&verdict).unwrap(), json);
                prop_assert_eq!(read.unwrap(), verdict);
            }
            Err(_) => prop_assert!(read.is_err()),
        }
    }

    #[test]
    fn an_out_of_range_confidence_never_passes(confidence in any::<f64>()) {
        let accepted = Verdict::new(Draft { confidence, ..quoting("abc") }).is_ok();
        prop_assert_eq!(accepted, (0.0..=1.0).contains(&confidence));
    }

    #[test]
    fn a_quotation_is_found_wherever_it_stands(
        noise in json_without_q(), before in "[a-p]{0,5}", after in "[a-p]{0,5}", quotation in "q[a-zżółć]{0,9}",
    ) {
        let verdict = Verdict::new(quoting(&quotation)).unwrap();
        let text = format!("{before}{quotation}{after}");
        let (nested, absent, key) =
            (json!([noise, {"deep": [noise, text]}]), json!({"only": noise}), json!({text: noise}));
        prop_assert!(verdict.grounded_in(&nested).is_ok());
        prop_assert!(verdict.grounded_in(&absent).is_err());
        prop_assert!(verdict.grounded_in(&key).is_err(), "keys are not quoted");
    }

    #[test]
    fn inconclusive_without_signals_is_grounded_in_anything(input in json_without_q()) {
        let draft = Draft { classification: Classification::Inconclusive, signals: Vec::new(), ..quoting("") };
        prop_assert!(Verdict::new(draft).unwrap().grounded_in(&input).is_ok());
    }
}
