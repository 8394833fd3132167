//! The clocks against the reference: every figure of its table, and its worked examples.

use probatum_compliance_export::*;
use probatum_evidence::Visibility;
use probatum_kernel::{Code, Coded, Timestamp};
use std::collections::BTreeSet;

/// Every plain clock there is: rule, regime, anchor, span. Written down a second time on purpose, from the articles.
const REFERENCE: &[(&str, &str, &str, &str)] = &[
    ("nis2.ew", "NIS2", "aware_at", "PT24H"),
    ("nis2.in", "NIS2", "aware_at", "PT72H"),
    ("nis2.in.trust", "NIS2", "aware_at", "PT24H"),
    ("ksc.ew", "KSC_PL", "detected_at", "PT24H"),
    ("ksc.in", "KSC_PL", "detected_at", "PT72H"),
    ("gdpr.sa", "GDPR", "aware_at", "PT72H"),
    ("aia.15", "AI_ACT", "aware_at", "P15D"),
    ("aia.2", "AI_ACT", "aware_at", "P2D"),
    ("aia.10", "AI_ACT", "aware_at", "P10D"),
    ("dora.init.4h", "DORA", "classified_major_at", "PT4H"),
    ("dora.init.24h", "DORA", "aware_at", "PT24H"),
];

fn every_rule() -> Vec<Rule> {
    let special = [NIS2_TRUST_SERVICE, DORA_INITIAL_FROM_AWARENESS];
    rules().iter().copied().chain(special).collect()
}

/// The span of a rule as the reference writes it: `PT24H`, or `P15D` where it counts days.
fn iso_span(rule: &Rule) -> String {
    if rule.regime == Regime::AiAct {
        format!("P{}D", rule.span_hours / 24)
    } else {
        format!("PT{}H", rule.span_hours)
    }
}

#[test]
fn every_rule_has_the_figures_of_the_reference() {
    for rule in every_rule() {
        let row = REFERENCE.iter().find(|row| row.0 == rule.id).unwrap();
        let regime = match rule.regime {
            Regime::Nis2 => "NIS2",
            Regime::Gdpr => "GDPR",
            Regime::AiAct => "AI_ACT",
            Regime::Ksc => "KSC_PL",
            Regime::Dora => "DORA",
        };
        // DORA is the only regime that speaks of classification; the incident calls that moment determined_at.
        let anchor = match rule.anchor {
            Anchor::DeterminedAt => "classified_major_at",
            other => other.as_str(),
        };
        assert_eq!(*row, (rule.id, regime, anchor, iso_span(&rule).as_str()));
    }
}

#[test]
fn no_plain_clock_of_the_reference_is_forgotten() {
    let expected: BTreeSet<_> = REFERENCE.iter().map(|row| row.0.to_owned()).collect();
    let actual: BTreeSet<_> = every_rule().iter().map(|rule| rule.id.to_owned()).collect();
    assert_eq!(actual, expected);
}

#[test]
fn a_phase_has_at_most_one_general_clock_and_its_regime_knows_it() {
    for rule in rules() {
        assert!(rule.regime.phases().contains(&rule.phase), "{}", rule.id);
        assert_eq!(rule_for(rule.regime, rule.phase), Some(rule), "{}", rule.id);
    }
    let dated: BTreeSet<_> = rules().iter().map(|r| (r.regime, r.phase)).collect();
    for regime in Regime::ALL.iter().copied() {
        for phase in Phase::ALL.iter().copied() {
            let hangs = matches!(phase, Phase::Intermediate | Phase::FinalReport1m);
            let expected = regime.phases().contains(&phase) && !hangs;
            assert_eq!(dated.contains(&(regime, phase)), expected, "{regime} {phase}");
        }
    }
}

#[test]
fn worked_examples_of_the_reference() {
    // regulations.md §5.3, strict times; Europe/Warsaw, so the offsets show the clock changes.
    let cases = [
        (Regime::Nis2, Phase::EarlyWarning24h, "2026-11-21T10:15:00+01:00", "2026-11-22T10:15:00+01:00"),
        (Regime::Ksc, Phase::EarlyWarning24h, "2026-11-21T10:15:00+01:00", "2026-11-22T10:15:00+01:00"),
        (Regime::Gdpr, Phase::Notification72h, "2026-11-21T10:15:00+01:00", "2026-11-24T10:15:00+01:00"),
        (Regime::Nis2, Phase::Notification72h, "2027-03-27T10:00:00+01:00", "2027-03-30T11:00:00+02:00"),
        (Regime::Ksc, Phase::Notification72h, "2026-10-24T10:00:00+02:00", "2026-10-27T09:00:00+01:00"),
        (Regime::AiAct, Phase::SeriousIncident2d, "2027-12-10T15:00:00+01:00", "2027-12-12T15:00:00+01:00"),
        (Regime::AiAct, Phase::SeriousIncident10d, "2027-12-10T15:00:00+01:00", "2027-12-20T15:00:00+01:00"),
        (Regime::AiAct, Phase::SeriousIncident15d, "2027-12-10T15:00:00+01:00", "2027-12-25T15:00:00+01:00"),
        (Regime::Dora, Phase::Initial4h, "2026-11-20T16:00:00+01:00", "2026-11-20T20:00:00+01:00"),
    ];
    for (regime, phase, anchor, due) in cases {
        let rule = rule_for(regime, phase).unwrap();
        let expected: Timestamp = due.parse().unwrap();
        assert_eq!(due_at(rule, anchor.parse().unwrap()), expected, "{regime} {phase} {anchor}");
    }
}

#[test]
fn the_earlier_limb_of_dora_binds_unless_classified_late() {
    let cases = [
        // The example of regulations.md §5.3: 24 h from awareness come before 4 h from classification.
        ("2026-11-20T16:00:00+01:00", "2026-11-20T18:00:00+01:00"),
        ("2026-11-19T19:00:00+01:00", "2026-11-19T23:00:00+01:00"),
        ("2026-11-20T14:00:00+01:00", "2026-11-20T18:00:00+01:00"),
        ("2026-11-20T18:00:00+01:00", "2026-11-20T18:00:00+01:00"),
        ("2026-11-20T18:00:00.001+01:00", "2026-11-20T22:00:00.001+01:00"),
        ("2026-11-25T09:00:00+01:00", "2026-11-25T13:00:00+01:00"),
    ];
    let aware_at: Timestamp = "2026-11-19T18:00:00+01:00".parse().unwrap();
    for (determined_at, due) in cases {
        let expected: Timestamp = due.parse().unwrap();
        assert_eq!(
            dora_initial_due_at(aware_at, determined_at.parse().unwrap()),
            expected,
            "{determined_at}"
        );
    }
}

#[test]
fn phases_have_two_spellings() {
    // CONTRACT §10.
    let cases = [
        ("early_warning_24h", "24h"),
        ("notification_72h", "72h"),
        ("final_report_1m", "final"),
        ("intermediate", "intermediate"),
        ("serious_incident_15d", "15d"),
        ("serious_incident_10d", "10d"),
        ("serious_incident_2d", "2d"),
        ("initial_4h", "4h"),
    ];
    assert_eq!(cases.len(), Phase::ALL.len());
    for (request, response) in cases {
        assert_eq!(request.parse::<Phase>().unwrap().short(), response);
    }
    for regime in Regime::ALL {
        let short: BTreeSet<_> = regime.phases().iter().map(|p| p.short()).collect();
        assert_eq!(short.len(), regime.phases().len(), "{regime}");
    }
}

#[test]
fn an_unknown_phase_is_refused_with_the_list_of_the_regime() {
    assert_eq!(Regime::Dora.phase("initial_4h"), Ok(Phase::Initial4h));
    let error = Regime::AiAct.phase("notification_72h").unwrap_err();
    assert_eq!(
        error.to_string(),
        "'notification_72h' is no phase of ai_act; use one of serious_incident_15d, serious_incident_10d, \
         serious_incident_2d"
    );
    assert_eq!(error.code(), Code::ValidationFailed);
    let fields = error.fields();
    assert_eq!((fields.len(), fields[0].field.as_str(), fields[0].code), (1, "phase", "unknown"));
    for bad in ["", "24h", "NOTIFICATION_72H", " notification_72h"] {
        assert!(Regime::Nis2.phase(bad).is_err(), "{bad:?}");
    }
}

#[test]
fn internal_evidence_never_leaves() {
    for visibility in Visibility::ALL.iter().copied() {
        // A full match, so that a new visibility has to be decided before it can leave.
        let leaves = match visibility {
            Visibility::Public | Visibility::Restricted => true,
            Visibility::Internal => false,
        };
        assert_eq!(in_scope(visibility), leaves, "{visibility}");
    }
}
