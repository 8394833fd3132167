//! The clocks against the reference: every figure of its table, and its worked examples.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_compliance_export::*;
use probatum_evidence::Visibility;
use probatum_kernel::{Code, Coded, Timestamp};
use std::collections::BTreeSet;

/// Every rule there is: id, regime, duty, anchor, span, calendar. Written down a second time on purpose, from
/// the articles.
const REFERENCE: &[(&str, &str, &str, &str, &str, &str)] = &[
    ("nis2.ew", "nis2", "early_warning", "aware_at", "PT24H", "elapsed_hours"),
    ("nis2.in", "nis2", "incident_notification", "aware_at", "PT72H", "elapsed_hours"),
    ("nis2.in.trust", "nis2", "incident_notification", "aware_at", "PT24H", "elapsed_hours"),
    ("nis2.ir", "nis2", "intermediate", "request_received_at", "-", "set_by_authority"),
    ("nis2.fr", "nis2", "final", "nis2.in.submitted_at", "P1M", "month_clamp"),
    ("nis2.pr", "nis2", "progress", "nis2.in.submitted_at", "P1M", "month_clamp"),
    ("nis2.fr2", "nis2", "final_after_progress", "handled_at", "P1M", "month_clamp"),
    ("ksc.ew", "ksc", "early_warning", "detected_at", "PT24H", "elapsed_hours"),
    ("ksc.in", "ksc", "incident_notification", "detected_at", "PT72H", "elapsed_hours"),
    ("ksc.ir", "ksc", "intermediate", "request_received_at", "-", "set_by_authority"),
    ("ksc.fr", "ksc", "final", "ksc.in.submitted_at", "P1M", "month_clamp"),
    ("ksc.pr", "ksc", "progress", "ksc.in.submitted_at", "P1M", "month_clamp"),
    ("ksc.fr2", "ksc", "final_after_progress", "handled_at", "P1M", "month_clamp"),
    ("gdpr.sa", "gdpr", "notify_authority", "aware_at", "PT72H", "elapsed_hours"),
    ("gdpr.sa.more", "gdpr", "phased_information", "gdpr.sa.submitted_at", "-", "without_undue_delay"),
    ("gdpr.ds", "gdpr", "data_subjects", "high_risk_determined_at", "-", "without_undue_delay"),
    ("gdpr.proc", "gdpr", "processor_to_controller", "aware_at", "-", "without_undue_delay"),
    ("gdpr.omnibus.sa", "gdpr", "notify_authority", "aware_at", "PT96H", "elapsed_hours"),
    ("aia.15", "ai_act", "serious_incident_report", "aware_at", "P15D", "calendar_days"),
    ("aia.10", "ai_act", "serious_incident_report", "aware_at", "P10D", "calendar_days"),
    ("aia.2", "ai_act", "serious_incident_report", "aware_at", "P2D", "calendar_days"),
    ("aia.complete", "ai_act", "complete_report", "aia.15.submitted_at", "-", "set_by_authority"),
    ("aia.deployer", "ai_act", "deployer_to_provider", "identified_at", "PT24H", "elapsed_hours"),
    ("dora.init.4h", "dora", "initial", "determined_at", "PT4H", "elapsed_hours+noon_relief"),
    ("dora.init.24h", "dora", "initial", "aware_at", "PT24H", "elapsed_hours+noon_relief"),
    ("dora.int", "dora", "intermediate", "dora.init.4h.submitted_at", "PT72H", "elapsed_hours+noon_relief"),
    ("dora.fin", "dora", "final", "dora.int.latest_submitted_at", "P1M", "month_clamp+noon_relief"),
];

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn every_rule_has_the_figures_of_the_reference() {
    let rules = RuleSet::built_in();
    assert_eq!(rules.version, "2026-11-21");
    assert_eq!(rules.rules.len(), REFERENCE.len());
    for (id, regime, step, anchor, span, calendar) in REFERENCE.iter().copied() {
        let rule = rules.rule(id).unwrap_or_else(|| panic!("no rule {id}"));
        let actual_span = rule.duration.map_or("-".to_owned(), |span| span.to_string());
        assert_eq!((rule.regime.as_str(), rule.step.as_str()), (regime, step), "{id}");
        assert_eq!((rule.anchor.to_string().as_str(), actual_span.as_str()), (anchor, span), "{id}");
        assert_eq!(rule.calendar.as_str(), calendar, "{id}");
        assert_eq!(rule.enabled, id != "gdpr.omnibus.sa", "{id}: a proposal is no law");
        assert!(!rule.required_fields.is_empty() && !rule.law.is_empty(), "{id}");
    }
}

/// One row of regulations.md §5.3: case, calendar, span, anchor, strict, the latest the law may grant.
type Vector = (&'static str, Counting, &'static str, &'static str, &'static str, &'static str);

#[test]
fn worked_examples_of_the_reference() {
    use Counting::*;
    // Europe/Warsaw, so the offsets show the clock changes.
    let table: &[Vector] = &[
        (
            "24 h",
            ElapsedHours,
            "PT24H",
            "2026-11-21T10:15:00+01:00",
            "2026-11-22T10:15:00+01:00",
            "2026-11-22T11:00:00+01:00",
        ),
        (
            "72 h",
            ElapsedHours,
            "PT72H",
            "2026-11-21T10:15:00+01:00",
            "2026-11-24T10:15:00+01:00",
            "2026-11-24T11:00:00+01:00",
        ),
        (
            "spring",
            ElapsedHours,
            "PT72H",
            "2027-03-27T10:00:00+01:00",
            "2027-03-30T11:00:00+02:00",
            "2027-03-30T12:00:00+02:00",
        ),
        (
            "autumn",
            ElapsedHours,
            "PT72H",
            "2026-10-24T10:00:00+02:00",
            "2026-10-27T09:00:00+01:00",
            "2026-10-27T10:00:00+01:00",
        ),
        (
            "1 month",
            MonthClamp,
            "P1M",
            "2026-11-23T16:40:00+01:00",
            "2026-12-23T16:40:00+01:00",
            "2026-12-23T23:59:59+01:00",
        ),
        (
            "Jan 31",
            MonthClamp,
            "P1M",
            "2026-01-31T09:00:00+01:00",
            "2026-02-28T09:00:00+01:00",
            "2026-03-02T23:59:59+01:00",
        ),
        (
            "Jan 29",
            MonthClamp,
            "P1M",
            "2026-01-29T09:00:00+01:00",
            "2026-02-28T09:00:00+01:00",
            "2026-03-02T23:59:59+01:00",
        ),
        (
            "Jan 30",
            MonthClamp,
            "P1M",
            "2026-01-30T09:00:00+01:00",
            "2026-02-28T09:00:00+01:00",
            "2026-03-02T23:59:59+01:00",
        ),
        (
            "leap",
            MonthClamp,
            "P1M",
            "2028-01-31T09:00:00+01:00",
            "2028-02-29T09:00:00+01:00",
            "2028-02-29T23:59:59+01:00",
        ),
        (
            "Oct 31",
            MonthClamp,
            "P1M",
            "2026-10-31T09:00:00+01:00",
            "2026-11-30T09:00:00+01:00",
            "2026-11-30T23:59:59+01:00",
        ),
        (
            "Nov 26",
            MonthClamp,
            "P1M",
            "2026-11-26T12:00:00+01:00",
            "2026-12-26T12:00:00+01:00",
            "2026-12-28T23:59:59+01:00",
        ),
        (
            "Dec 31",
            MonthClamp,
            "P1M",
            "2026-12-31T09:00:00+01:00",
            "2027-01-31T09:00:00+01:00",
            "2027-02-01T23:59:59+01:00",
        ),
        (
            "month over spring",
            MonthClamp,
            "P1M",
            "2027-03-05T16:40:00+01:00",
            "2027-04-05T16:40:00+02:00",
            "2027-04-05T23:59:59+02:00",
        ),
        (
            "AI 2 d",
            CalendarDays,
            "P2D",
            "2027-12-10T15:00:00+01:00",
            "2027-12-12T15:00:00+01:00",
            "2027-12-14T23:59:59+01:00",
        ),
        (
            "AI 10 d",
            CalendarDays,
            "P10D",
            "2027-12-10T15:00:00+01:00",
            "2027-12-20T15:00:00+01:00",
            "2027-12-20T23:59:59+01:00",
        ),
        (
            "AI 15 d",
            CalendarDays,
            "P15D",
            "2027-12-10T15:00:00+01:00",
            "2027-12-25T15:00:00+01:00",
            "2027-12-27T23:59:59+01:00",
        ),
        (
            "DORA int, Sunday",
            ElapsedHoursNoon,
            "PT72H",
            "2026-11-19T11:00:00+01:00",
            "2026-11-22T11:00:00+01:00",
            "2026-11-23T12:00:00+01:00",
        ),
        (
            "DORA int, Thursday",
            ElapsedHoursNoon,
            "PT72H",
            "2026-11-16T11:00:00+01:00",
            "2026-11-19T11:00:00+01:00",
            "2026-11-19T11:00:00+01:00",
        ),
        (
            "DORA fin, Saturday",
            MonthClampNoon,
            "P1M",
            "2026-01-31T09:00:00+01:00",
            "2026-02-28T09:00:00+01:00",
            "2026-03-02T12:00:00+01:00",
        ),
        (
            "DORA fin, Wednesday",
            MonthClampNoon,
            "P1M",
            "2026-11-23T16:40:00+01:00",
            "2026-12-23T16:40:00+01:00",
            "2026-12-23T23:59:59+01:00",
        ),
        // 15 times 24 hours end half an hour into day 16: the day before counts.
        (
            "AI 15 d over spring",
            CalendarDays,
            "P15D",
            "2027-03-15T23:30:00+01:00",
            "2027-03-30T23:59:59+02:00",
            "2027-03-30T23:59:59+02:00",
        ),
        (
            "Corpus Christi",
            CalendarDays,
            "P2D",
            "2027-05-25T09:00:00+02:00",
            "2027-05-27T09:00:00+02:00",
            "2027-05-28T23:59:59+02:00",
        ),
        (
            "24 December, off since 2025",
            CalendarDays,
            "P2D",
            "2026-12-22T09:00:00+01:00",
            "2026-12-24T09:00:00+01:00",
            "2026-12-28T23:59:59+01:00",
        ),
        (
            "24 December, before that",
            CalendarDays,
            "P2D",
            "2024-12-22T09:00:00+01:00",
            "2024-12-24T09:00:00+01:00",
            "2024-12-24T23:59:59+01:00",
        ),
    ];
    let calendar = &RuleSet::built_in().calendar;
    for (case, counting, span, anchor, strict, latest) in table.iter().copied() {
        let due = calendar.due(counting, Some(span.parse().unwrap()), at(anchor), true).unwrap();
        assert_eq!((due.due_at, due.legal_latest_at), (at(strict), at(latest)), "{case}");
    }
    // A credit institution has no relief.
    let sunday = at("2026-11-22T11:00:00+01:00");
    let due = calendar
        .due(ElapsedHoursNoon, Some(Span::Hours(72)), at("2026-11-19T11:00:00+01:00"), false)
        .unwrap();
    assert_eq!((due.due_at, due.legal_latest_at), (sunday, sunday));
}

#[test]
fn every_plain_clock_of_the_reference_runs_from_its_own_anchor() {
    let moment = at("2027-12-10T14:00:00Z");
    for (id, regime, _, anchor, _, _) in REFERENCE.iter().copied() {
        let rule = RuleSet::built_in().rule(id).unwrap();
        let Ok(anchor) = anchor.parse::<Anchor>() else { continue };
        let (Some(span), true) = (rule.duration, rule.enabled) else { continue };
        let mut case = CaseFacts::default();
        case.conditions.extend(Condition::ALL.iter().copied().filter(|c| {
            let relevant = [
                ("nis2", Condition::Nis2Relevant),
                ("ksc", Condition::KscRelevant),
                ("gdpr", Condition::GdprBreach),
                ("ai_act", Condition::AiSeriousIncident),
                ("dora", Condition::DoraRelevant),
            ];
            let for_limb = match id {
                "nis2.in.trust" => *c == Condition::TrustService,
                "aia.10" => *c == Condition::Death,
                "aia.2" => *c == Condition::WidespreadInfringement,
                "aia.deployer" => *c == Condition::Deployer,
                _ => false,
            };
            for_limb || relevant.contains(&(regime, *c))
        }));
        case.moments.insert(anchor, moment);
        if id.ends_with(".fr2") {
            let (regime, step) = (rule.regime, Step::Progress);
            case.submissions.push(Submission { regime, step, at: moment, complete: true });
        }
        if id == "dora.init.24h" {
            case.moments.insert(Anchor::DeterminedAt, moment.plus_hours(24));
        }
        let clocks = Clocks::compute(RuleSet::built_in(), &case, moment);
        let clock = clocks.find(rule.regime, rule.step).unwrap();
        let expected = RuleSet::built_in().calendar.due(rule.calendar, Some(span), moment, true).unwrap();
        assert_eq!((clock.rule_id.as_str(), clock.due_at), (id, Some(expected.due_at)), "{id}");
        assert_eq!((clock.law.as_str(), clock.rule_version.as_str()), (rule.law.as_str(), "2026-11-21"));
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
    for regime in Regime::ALL.iter().copied() {
        for visibility in Visibility::ALL.iter().copied() {
            // A full match, so that a new visibility has to be decided before it can leave.
            let leaves = match visibility {
                Visibility::Public | Visibility::Restricted => true,
                Visibility::Internal => false,
            };
            assert_eq!(RuleSet::built_in().in_scope(regime, visibility), leaves, "{regime} {visibility}");
        }
    }
}
