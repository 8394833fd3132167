//! What moves a clock, what stops it, and how that is kept.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_compliance_export::*;
use probatum_kernel::{Actor, Timestamp};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A case with these flags, aware and detected at the times of the reference's examples.
fn case(conditions: &[Condition]) -> CaseFacts {
    let mut case = CaseFacts::default();
    case.conditions.extend(conditions.iter().copied());
    case.moments.insert(Anchor::DetectedAt, at("2026-11-20T09:00:00Z"));
    case.moments.insert(Anchor::AwareAt, at("2026-11-21T09:15:00Z"));
    case
}

fn clock(case: &CaseFacts, regime: Regime, step: Step, now: &str) -> Clock {
    Clocks::compute(RuleSet::built_in(), case, at(now)).find(regime, step).unwrap().clone()
}

fn submit(case: &mut CaseFacts, regime: Regime, step: Step, when: &str) {
    case.submissions.push(Submission { regime, step, at: at(when), complete: true });
}

#[test]
fn states_follow_the_time_that_is_left() {
    let case = case(&[Condition::Nis2Relevant]);
    let table = [
        ("2026-11-21T09:15:00Z", ClockState::Running, Some(86_400)),
        ("2026-11-22T03:14:59Z", ClockState::Running, Some(21_601)),
        ("2026-11-22T03:15:00Z", ClockState::DueSoon, Some(21_600)),
        ("2026-11-22T09:15:00Z", ClockState::DueSoon, Some(0)),
        ("2026-11-22T09:15:00.001Z", ClockState::Overdue, Some(-1)),
    ];
    for (now, state, left) in table {
        let clock = clock(&case, Regime::Nis2, Step::EarlyWarning, now);
        assert_eq!((clock.state, clock.remaining_seconds), (state, left), "{now}");
        assert_eq!(clock.legal_latest_at, Some(at("2026-11-22T10:00:00Z")));
    }
}

#[test]
fn met_in_time_and_met_late() {
    for (when, state) in
        [("2026-11-22T09:15:00Z", ClockState::Met), ("2026-11-22T09:15:00.001Z", ClockState::MetLate)]
    {
        let mut case = case(&[Condition::Nis2Relevant]);
        submit(&mut case, Regime::Nis2, Step::EarlyWarning, when);
        let clock = clock(&case, Regime::Nis2, Step::EarlyWarning, "2026-12-01T00:00:00Z");
        assert_eq!((clock.state, clock.met_at, clock.remaining_seconds), (state, Some(at(when)), None));
    }
}

#[test]
fn a_clock_that_has_not_started_names_what_it_waits_for() {
    let mut case = CaseFacts::default();
    case.conditions.extend([Condition::Nis2Relevant, Condition::DoraRelevant, Condition::KscRelevant]);
    let now = "2026-11-22T09:15:00Z";
    // DORA comes first, so the other two do not run at all.
    assert_eq!(clock(&case, Regime::Nis2, Step::EarlyWarning, now).state, ClockState::NotApplicable);
    let dora = clock(&case, Regime::Dora, Step::Initial, now);
    assert_eq!((dora.state, dora.waiting_for.as_deref()), (ClockState::Waiting, Some("determined_at")));
    let last = clock(&case, Regime::Dora, Step::Final, now);
    assert_eq!(last.waiting_for.as_deref(), Some("dora.int.latest_submitted_at"));

    case.conditions.remove(&Condition::DoraRelevant);
    let ksc = clock(&case, Regime::Ksc, Step::EarlyWarning, now);
    assert_eq!((ksc.waiting_for.as_deref(), ksc.due_at), (Some("detected_at"), None));
}

#[test]
fn ksc_counts_from_detection_and_nis2_from_awareness() {
    let case = case(&[Condition::Nis2Relevant, Condition::KscRelevant]);
    let now = "2026-11-21T10:00:00Z";
    let due = |regime| clock(&case, regime, Step::EarlyWarning, now).due_at;
    assert_eq!(due(Regime::Ksc), Some(at("2026-11-21T09:00:00Z")));
    assert_eq!(due(Regime::Nis2), Some(at("2026-11-22T09:15:00Z")));
}

#[test]
fn an_important_public_entity_files_only_the_notification() {
    let case = case(&[Condition::KscRelevant, Condition::ImportantPublicEntity]);
    let now = "2026-11-21T10:00:00Z";
    for (step, applies) in
        [(Step::EarlyWarning, false), (Step::IncidentNotification, true), (Step::Final, false)]
    {
        let clock = clock(&case, Regime::Ksc, step, now);
        assert_eq!(clock.state != ClockState::NotApplicable, applies, "{step}");
        assert_eq!(clock.reason.is_none(), applies, "{step}");
    }
}

#[test]
fn the_polish_act_is_in_force_from_3_april_2026() {
    for (detected, applies) in [("2026-04-02T21:59:59Z", false), ("2026-04-02T22:00:00Z", true)] {
        let mut case = case(&[Condition::KscRelevant]);
        case.moments.insert(Anchor::DetectedAt, at(detected));
        let clock = clock(&case, Regime::Ksc, Step::EarlyWarning, "2026-04-03T00:00:00Z");
        assert_eq!(clock.state != ClockState::NotApplicable, applies, "{detected}");
        let why = clock.reason.map(|r| r.text).unwrap_or_default();
        assert_eq!(why.contains("in force from 2026-04-03"), !applies, "{why}");
    }
}

#[test]
fn trust_services_have_24_hours_for_the_notification() {
    let case = case(&[Condition::Nis2Relevant, Condition::TrustService]);
    let clock = clock(&case, Regime::Nis2, Step::IncidentNotification, "2026-11-21T10:00:00Z");
    assert_eq!((clock.rule_id.as_str(), clock.limbs.len()), ("nis2.in.trust", 2));
    assert_eq!(clock.due_at, Some(at("2026-11-22T09:15:00Z")));
}

#[test]
fn the_final_report_counts_from_the_submission_and_before_it_from_when_that_is_due() {
    let mut case = case(&[Condition::Nis2Relevant]);
    let now = "2026-11-21T10:00:00Z";
    let estimate = clock(&case, Regime::Nis2, Step::Final, now);
    assert!(estimate.estimated);
    assert_eq!(estimate.due_at, Some(at("2026-12-24T09:15:00Z")));
    // An early submission moves the child earlier.
    submit(&mut case, Regime::Nis2, Step::IncidentNotification, "2026-11-22T15:40:00Z");
    let firm = clock(&case, Regime::Nis2, Step::Final, now);
    assert!(!firm.estimated);
    assert_eq!(
        (firm.due_at, firm.anchor.as_str()),
        (Some(at("2026-12-22T15:40:00Z")), "nis2.in.submitted_at")
    );
}

#[test]
fn while_handling_goes_on_a_progress_report_takes_the_place_of_the_final_one() {
    let mut case = case(&[Condition::Nis2Relevant, Condition::Ongoing]);
    submit(&mut case, Regime::Nis2, Step::IncidentNotification, "2026-11-23T15:40:00Z");
    let now = "2026-12-01T00:00:00Z";
    assert_eq!(clock(&case, Regime::Nis2, Step::Final, now).state, ClockState::NotApplicable);
    assert_eq!(clock(&case, Regime::Nis2, Step::Progress, now).due_at, Some(at("2026-12-23T15:40:00Z")));
    submit(&mut case, Regime::Nis2, Step::Progress, "2026-12-23T10:00:00Z");
    case.conditions.remove(&Condition::Ongoing);
    case.moments.insert(Anchor::HandledAt, at("2027-01-31T10:00:00Z"));
    let last = clock(&case, Regime::Nis2, Step::FinalAfterProgress, now);
    assert_eq!(last.due_at, Some(at("2027-02-28T10:00:00Z")));
    assert_eq!(clock(&case, Regime::Nis2, Step::Final, now).state, ClockState::NotApplicable);
    assert_eq!(clock(&case, Regime::Nis2, Step::Progress, now).state, ClockState::Met);
}

#[test]
fn the_earlier_limb_of_dora_binds_unless_classified_late() {
    let table = [
        // The example of the reference: 24 h from awareness come before 4 h from classification.
        ("2026-11-20T16:00:00+01:00", "2026-11-20T18:00:00+01:00"),
        ("2026-11-19T19:00:00+01:00", "2026-11-19T23:00:00+01:00"),
        ("2026-11-20T14:00:00+01:00", "2026-11-20T18:00:00+01:00"),
        ("2026-11-20T18:00:00+01:00", "2026-11-20T18:00:00+01:00"),
        ("2026-11-20T18:00:00.001+01:00", "2026-11-20T22:00:00.001+01:00"),
        ("2026-11-25T09:00:00+01:00", "2026-11-25T13:00:00+01:00"),
    ];
    for (determined_at, due) in table {
        let mut case = case(&[Condition::DoraRelevant]);
        case.moments.insert(Anchor::AwareAt, at("2026-11-19T18:00:00+01:00"));
        case.moments.insert(Anchor::DeterminedAt, at(determined_at));
        let clock = clock(&case, Regime::Dora, Step::Initial, "2026-11-19T18:00:00Z");
        assert_eq!(clock.due_at, Some(at(due)), "{determined_at}");
    }
}

#[test]
fn dora_counts_on_from_submissions_and_the_relief_only_shows() {
    let mut case = case(&[Condition::DoraRelevant]);
    case.moments.insert(Anchor::DeterminedAt, at("2026-11-19T09:00:00Z"));
    submit(&mut case, Regime::Dora, Step::Initial, "2026-11-19T10:00:00Z");
    let now = "2026-11-20T00:00:00Z";
    let second = clock(&case, Regime::Dora, Step::Intermediate, now);
    assert_eq!(second.due_at, Some(at("2026-11-22T10:00:00Z")));
    assert_eq!(second.legal_latest_at, Some(at("2026-11-23T11:00:00Z")));
    case.conditions.insert(Condition::NoonReliefExcluded);
    assert_eq!(clock(&case, Regime::Dora, Step::Intermediate, now).legal_latest_at, second.due_at);

    // The final report counts from the latest intermediate one, and its relief is open to all.
    submit(&mut case, Regime::Dora, Step::Intermediate, "2026-11-22T09:00:00Z");
    submit(&mut case, Regime::Dora, Step::Intermediate, "2026-11-26T11:00:00Z");
    let last = clock(&case, Regime::Dora, Step::Final, now);
    assert_eq!(last.due_at, Some(at("2026-12-26T11:00:00Z")));
    assert_eq!(last.legal_latest_at, Some(at("2026-12-28T11:00:00Z")));
}

#[test]
fn dora_comes_before_nis2_and_gdpr_runs_beside_it() {
    let mut case = case(&[
        Condition::Nis2Relevant,
        Condition::KscRelevant,
        Condition::DoraRelevant,
        Condition::GdprBreach,
    ]);
    case.moments.insert(Anchor::DeterminedAt, at("2026-11-21T09:15:00Z"));
    let now = "2026-11-21T10:00:00Z";
    for regime in [Regime::Nis2, Regime::Ksc] {
        let clock = clock(&case, regime, Step::EarlyWarning, now);
        assert_eq!((clock.state, clock.due_at), (ClockState::NotApplicable, None));
        let reason = clock.reason.unwrap();
        assert!(reason.text.contains("dora takes the place") && reason.by.is_none(), "{}", reason.text);
    }
    assert_eq!(clock(&case, Regime::Dora, Step::Initial, now).state, ClockState::Running);
    assert_eq!(clock(&case, Regime::Gdpr, Step::NotifyAuthority, now).state, ClockState::Running);
}

#[test]
fn a_death_on_day_five_makes_the_fifteen_days_ten_from_the_same_awareness() {
    let mut case = case(&[Condition::AiSeriousIncident]);
    let (regime, step) = (Regime::AiAct, Step::SeriousIncidentReport);
    let mut history = ClockHistory::default();
    let first = Clocks::compute(RuleSet::built_in(), &case, at("2026-11-21T10:00:00Z"));
    history.record(&first, at("2026-11-21T10:00:00Z"));
    assert_eq!(first.find(regime, step).unwrap().phase, Some(Phase::SeriousIncident15d));

    case.conditions.insert(Condition::Death);
    let later = at("2026-11-26T10:00:00Z");
    let second = Clocks::compute(RuleSet::built_in(), &case, later);
    let clock = second.find(regime, step).unwrap();
    assert_eq!(
        (clock.phase, clock.due_at),
        (Some(Phase::SeriousIncident10d), Some(at("2026-12-01T09:15:00Z")))
    );
    assert!(!clock.binding && clock.binding_from.unwrap().to_string() == "2027-12-02");
    let changes = history.record(&second, later);
    assert_eq!((changes.len(), changes[0].kind), (1, ChangeKind::MovedEarlier));
    let before = changes[0].before.as_ref().unwrap();
    assert_eq!((before.due_at, before.rule_id.as_str()), (Some(at("2026-12-06T09:15:00Z")), "aia.15"));

    case.conditions.insert(Condition::CriticalInfrastructure);
    let third = Clocks::compute(RuleSet::built_in(), &case, later);
    assert_eq!(third.find(regime, step).unwrap().due_at, Some(at("2026-11-23T09:15:00Z")));
    assert_eq!(third.find(regime, step).unwrap().limbs.len(), 3);
}

#[test]
fn the_ai_act_binds_by_class() {
    for (aware, annex_i, binding) in [
        ("2027-12-01T12:00:00Z", false, false),
        ("2027-12-02T12:00:00Z", false, true),
        ("2028-08-01T12:00:00Z", true, false),
        ("2028-08-02T12:00:00Z", true, true),
    ] {
        let mut case = case(&[Condition::AiSeriousIncident]);
        if annex_i {
            case.conditions.insert(Condition::AiAnnexI);
        }
        case.moments.insert(Anchor::AwareAt, at(aware));
        let clock = clock(&case, Regime::AiAct, Step::SeriousIncidentReport, aware);
        assert_eq!((clock.binding, clock.state), (binding, ClockState::Running), "{aware}");
    }
}

#[test]
fn a_person_may_decide_that_a_duty_does_not_apply_and_a_high_risk_undoes_it() {
    let mut case = case(&[Condition::GdprBreach]);
    let by: Actor = "legal:anowak".parse().unwrap();
    let waiver = Waiver {
        regime: Regime::Gdpr,
        step: Some(Step::NotifyAuthority),
        reason: "Encrypted disk, the key is safe: a risk is unlikely.".to_owned(),
        by: by.clone(),
        at: at("2026-11-21T12:00:00Z"),
    };
    assert!(waiver.faults().is_empty());
    assert_eq!(Waiver { reason: " ".to_owned(), ..waiver.clone() }.faults()[0].field, "reason");
    case.waivers.push(waiver);
    let now = "2026-11-22T10:00:00Z";
    let stopped = clock(&case, Regime::Gdpr, Step::NotifyAuthority, now);
    assert_eq!((stopped.state, stopped.due_at), (ClockState::NotApplicable, None));
    let reason = stopped.reason.unwrap();
    assert_eq!((reason.by, reason.at), (Some(by), Some(at("2026-11-21T12:00:00Z"))));

    case.conditions.insert(Condition::HighRisk);
    let runs = clock(&case, Regime::Gdpr, Step::NotifyAuthority, now);
    assert_eq!((runs.state, runs.due_at), (ClockState::Running, Some(at("2026-11-24T09:15:00Z"))));
    assert!(runs.reason.unwrap().text.contains("no longer counts"));
    // What has no number is due without delay once its moment is known.
    case.moments.insert(Anchor::HighRiskDeterminedAt, at("2026-11-22T09:00:00Z"));
    let people = clock(&case, Regime::Gdpr, Step::DataSubjects, now);
    assert_eq!((people.state, people.due_at, people.phase), (ClockState::Running, None, None));
    // A decision about the whole regime ends as a whole.
    for waiver in &mut case.waivers {
        waiver.step = None;
    }
    assert_eq!(clock(&case, Regime::Gdpr, Step::DataSubjects, now).state, ClockState::Running);
}

#[test]
fn an_authority_sets_the_date_of_what_it_asks_for() {
    let mut case = case(&[Condition::Nis2Relevant, Condition::ReportRequested]);
    case.moments.insert(Anchor::RequestReceivedAt, at("2026-11-25T09:00:00Z"));
    let now = "2026-11-25T10:00:00Z";
    let open = clock(&case, Regime::Nis2, Step::Intermediate, now);
    assert_eq!((open.state, open.waiting_for.as_deref()), (ClockState::Waiting, Some("a date set for it")));
    let (regime, step) = (Regime::Nis2, Step::Intermediate);
    case.dates.push(SetDate { regime, step, due_at: at("2026-11-27T09:00:00Z") });
    let set = clock(&case, regime, step, now);
    assert_eq!((set.state, set.due_at), (ClockState::Running, Some(at("2026-11-27T09:00:00Z"))));
}

#[test]
fn an_incomplete_report_asks_for_the_rest() {
    let mut case = case(&[Condition::GdprBreach]);
    let now = "2026-11-25T10:00:00Z";
    let more = |case: &CaseFacts| clock(case, Regime::Gdpr, Step::PhasedInformation, now).state;
    assert_eq!(more(&case), ClockState::NotApplicable);
    let (regime, step) = (Regime::Gdpr, Step::NotifyAuthority);
    case.submissions.push(Submission { regime, step, at: at("2026-11-22T09:00:00Z"), complete: false });
    assert_eq!(more(&case), ClockState::Running);
    // More that is not all does not end it.
    let part =
        Submission { regime, step: Step::PhasedInformation, at: at("2026-11-22T12:00:00Z"), complete: false };
    case.submissions.push(part);
    assert_eq!(more(&case), ClockState::Running);
    let mut told = case.clone();
    submit(&mut told, regime, Step::PhasedInformation, "2026-11-22T15:00:00Z");
    assert_eq!(more(&told), ClockState::Met);
    submit(&mut case, regime, step, "2026-11-23T09:00:00Z");
    assert_eq!(more(&case), ClockState::NotApplicable);
}

#[test]
fn the_history_keeps_what_was_and_adds_nothing_when_nothing_changed() {
    let mut case = case(&[Condition::Nis2Relevant]);
    let mut history = ClockHistory::default();
    let now = at("2026-11-21T10:00:00Z");
    let clocks = Clocks::compute(RuleSet::built_in(), &case, now);
    let first = history.record(&clocks, now);
    assert!(first.iter().all(|c| c.kind == ChangeKind::Added && c.before.is_none()));
    assert!(history.record(&Clocks::compute(RuleSet::built_in(), &case, now.plus_hours(1)), now).is_empty());

    let steps: [(&str, ChangeKind); 4] = [
        ("2026-11-21T09:45:00Z", ChangeKind::MovedLater),
        ("2026-11-21T09:00:00Z", ChangeKind::MovedEarlier),
        ("", ChangeKind::Stopped),
        ("2026-11-21T09:15:00Z", ChangeKind::Started),
    ];
    for (aware, kind) in steps {
        if aware.is_empty() {
            case.moments.remove(&Anchor::AwareAt);
        } else {
            case.moments.insert(Anchor::AwareAt, at(aware));
        }
        let before = history.latest(Regime::Nis2, Step::EarlyWarning).cloned();
        let changes = history.record(&Clocks::compute(RuleSet::built_in(), &case, now), now);
        let change = changes.iter().find(|c| c.step == Step::EarlyWarning).unwrap();
        assert_eq!((change.kind, &change.before), (kind, &before), "{aware}");
    }
    // A replay from what was stored knows the same.
    let text = serde_json::to_string(history.changes()).unwrap();
    let again = ClockHistory::new(serde_json::from_str(&text).unwrap());
    assert_eq!(again, history);
    // Other rules that no longer know a duty do not make it vanish unseen.
    let nothing = Clocks::compute(&RuleSet { rules: Vec::new(), ..RuleSet::built_in().clone() }, &case, now);
    let gone = history.record(&nothing, now);
    assert!(!gone.is_empty() && gone.iter().all(|c| c.after.is_none()));
    assert_eq!(history.latest(Regime::Nis2, Step::EarlyWarning), None);
}

#[test]
fn a_clock_wakes_at_the_very_moment_its_state_changes() {
    let rules = RuleSet::built_in();
    let mut case = case(&[Condition::Nis2Relevant, Condition::GdprBreach, Condition::AiSeriousIncident]);
    case.conditions.insert(Condition::DoraRelevant);
    case.moments.insert(Anchor::DeterminedAt, at("2026-11-21T10:00:00.001Z"));
    let mut now = at("2026-11-21T10:00:00.001Z");
    let mut woken = 0;
    loop {
        let clocks = Clocks::compute(rules, &case, now);
        let Some(next) = clocks.into_iter().filter_map(|c| c.wakes_at(rules)).min() else { break };
        assert!(next > now, "time goes on");
        let before = Clocks::compute(rules, &case, next.plus_millis(-1));
        let after = Clocks::compute(rules, &case, next);
        for ((now, before), after) in clocks.into_iter().zip(&before).zip(&after) {
            assert_eq!(now.state, before.state, "nothing moves before");
            assert_eq!(before.state != after.state, before.wakes_at(rules) == Some(next), "{after:?}");
            woken += i32::from(before.state != after.state);
        }
        now = next;
    }
    assert!(woken >= 10);
}

#[test]
fn a_report_counts_for_the_duty_that_is_owed() {
    let rules = RuleSet::built_in();
    let filed = |case: &CaseFacts| case.submissions.iter().map(|s| s.step).collect::<Vec<_>>();
    let (first, then) = (at("2026-11-21T12:00:00Z"), at("2026-11-22T12:00:00Z"));
    // Nobody requested a report: while it goes on, it is one on progress.
    let mut ongoing = case(&[Condition::Nis2Relevant, Condition::Ongoing]);
    ongoing.file(rules, Regime::Nis2, Phase::Intermediate, first, true);
    let mut requested = case(&[Condition::Nis2Relevant, Condition::ReportRequested]);
    requested.file(rules, Regime::Nis2, Phase::Intermediate, first, true);
    assert_eq!((filed(&ongoing), filed(&requested)), (vec![Step::Progress], vec![Step::Intermediate]));
    // After one, the final report counts from the handling.
    ongoing.conditions.remove(&Condition::Ongoing);
    ongoing.file(rules, Regime::Nis2, Phase::FinalReport1m, then, true);
    assert_eq!(filed(&ongoing)[1], Step::FinalAfterProgress);
    // What was missing in the first notification is the second; without that, it is told again.
    for (complete, second) in [(false, Step::PhasedInformation), (true, Step::NotifyAuthority)] {
        let mut breach = case(&[Condition::GdprBreach]);
        breach.file(rules, Regime::Gdpr, Phase::Notification72h, first, complete);
        breach.file(rules, Regime::Gdpr, Phase::Notification72h, then, true);
        assert_eq!(filed(&breach), [Step::NotifyAuthority, second]);
    }
    let mut other = case(&[]);
    other.file(rules, Regime::Gdpr, Phase::Initial4h, first, true);
    assert_eq!(filed(&other), [], "a phase the regime does not know meets nothing");
}

#[test]
fn facts_say_what_clocks_ask() {
    let sheet = FactSheet::from_json(&serde_json::json!({
        "impact": {"risk": "high"},
        "ai": {"harms": ["death", "property", "critical_infrastructure"], "submitter": "deployer"},
        "communication": {"done": "yes", "at": "2026-11-21T10:00:00Z"}
    }));
    let case = CaseFacts::stated(&sheet.unwrap(), &Circumstances::default());
    let follows =
        [Condition::HighRisk, Condition::Death, Condition::CriticalInfrastructure, Condition::Deployer];
    assert_eq!(case.conditions, follows.into_iter().collect());
    let told = &case.submissions[0];
    assert_eq!(
        (told.regime, told.step, told.at),
        (Regime::Gdpr, Step::DataSubjects, at("2026-11-21T10:00:00Z"))
    );
    let silent = FactSheet::from_json(
        &serde_json::json!({"communication": {"done": "no", "at": "2026-11-21T10:00:00Z"}}),
    );
    assert_eq!(CaseFacts::stated(&silent.unwrap(), &Circumstances::default()), CaseFacts::default());
}
