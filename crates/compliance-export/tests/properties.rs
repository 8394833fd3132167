//! What holds for every clock at every time, and for every selection of evidence.

use probatum_compliance_export::{Phase, Regime, Rule, dora_initial_due_at, due_at, in_scope, rules};
use probatum_evidence::Visibility;
use probatum_kernel::Timestamp;
use proptest::prelude::*;

/// Any time there is, the year 9999 included.
fn time() -> impl Strategy<Value = Timestamp> {
    (0i64..=253_402_300_799_999).prop_filter_map("in range", |ms| Timestamp::from_millis(ms).ok())
}

/// A time with a year and more to spare before the end of the range.
fn ordinary_time() -> impl Strategy<Value = Timestamp> {
    (0i64..=253_370_000_000_000).prop_filter_map("in range", |ms| Timestamp::from_millis(ms).ok())
}

fn rule() -> impl Strategy<Value = Rule> {
    proptest::sample::select(rules())
}

fn visibility() -> impl Strategy<Value = Visibility> {
    proptest::sample::select(Visibility::ALL)
}

proptest! {
    #[test]
    fn a_later_anchor_is_never_due_earlier(rule in rule(), a in time(), b in time()) {
        let (first, second) = (a.min(b), a.max(b));
        prop_assert!(due_at(&rule, first) <= due_at(&rule, second));
        prop_assert!(due_at(&rule, first) >= first);
    }

    #[test]
    fn the_span_is_exact_to_the_millisecond(rule in rule(), anchor in ordinary_time()) {
        let span = i64::from(rule.span_hours) * 3_600_000;
        prop_assert_eq!(due_at(&rule, anchor).millis() - anchor.millis(), span);
    }

    #[test]
    fn dora_is_due_within_four_hours_of_classification(
        aware in ordinary_time(), hours in 0i64..100, minutes in 0i64..60,
    ) {
        let determined = aware.plus_millis((hours * 60 + minutes) * 60_000);
        let due = dora_initial_due_at(aware, determined);
        prop_assert!(determined <= due && due <= determined.plus_hours(4));
        if determined <= aware.plus_hours(24) {
            prop_assert!(due <= aware.plus_hours(24));
        }
    }

    #[test]
    fn only_the_words_of_the_regime_are_phases(
        regime in proptest::sample::select(Regime::ALL),
        word in prop_oneof![
            "[a-z0-9_]{0,24}",
            proptest::sample::select(Phase::ALL).prop_map(|p| p.to_string()),
        ],
    ) {
        let listed = regime.phases().iter().any(|p| p.as_str() == word);
        match regime.phase(&word) {
            Ok(phase) => prop_assert!(listed && phase.as_str() == word),
            Err(error) => {
                let message = error.to_string();
                prop_assert!(!listed && regime.phases().iter().all(|p| message.contains(p.as_str())));
            }
        }
    }

    #[test]
    fn no_selection_lets_internal_evidence_out(items in proptest::collection::vec(visibility(), 0..50)) {
        let out: Vec<_> = items.iter().copied().filter(|v| in_scope(*v)).collect();
        prop_assert!(!out.contains(&Visibility::Internal));
        let withheld = items.iter().filter(|v| **v == Visibility::Internal).count();
        prop_assert_eq!(out.len() + withheld, items.len(), "nothing else is withheld");
    }
}
