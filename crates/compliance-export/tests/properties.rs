//! What holds for every case at every time, and for every selection of evidence.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::as_conversions
)]

mod common;

use common::*;
use probatum_compliance_export::*;
use probatum_evidence::Visibility;
use probatum_kernel::Timestamp;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Any time there is, the year 9999 included.
fn time() -> impl Strategy<Value = Timestamp> {
    (0i64..=253_402_300_799_999).prop_filter_map("in range", |ms| Timestamp::from_millis(ms).ok())
}

/// A time of the years in which the rules are in force, most of them; close enough to each other to matter.
fn near() -> impl Strategy<Value = Timestamp> {
    (1_775_000_000_000i64..1_840_000_000_000)
        .prop_filter_map("in range", |ms| Timestamp::from_millis(ms).ok())
}

fn duty() -> impl Strategy<Value = (Regime, Step)> {
    let duties: BTreeSet<_> = RuleSet::built_in().rules.iter().map(|r| (r.regime, r.step)).collect();
    proptest::sample::select(duties.into_iter().collect::<Vec<_>>())
}

fn some<T: Copy + std::fmt::Debug + Ord + 'static>(all: &'static [T]) -> impl Strategy<Value = BTreeSet<T>> {
    proptest::collection::btree_set(proptest::sample::select(all), 0..=all.len())
}

prop_compose! {
    fn case()(
        moments in proptest::collection::btree_map(proptest::sample::select(Anchor::ALL), near(), 0..8),
        conditions in some(Condition::ALL),
        submissions in proptest::collection::vec((duty(), near(), any::<bool>()), 0..6),
        waivers in proptest::collection::vec((duty(), any::<bool>()), 0..2),
        dates in proptest::collection::vec((duty(), near()), 0..3),
    ) -> CaseFacts {
        CaseFacts {
            moments,
            conditions,
            submissions: submissions
                .into_iter()
                .map(|((regime, step), at, complete)| Submission { regime, step, at, complete })
                .collect(),
            waivers: waivers
                .into_iter()
                .map(|((regime, step), all)| Waiver {
                    regime,
                    step: (!all).then_some(step),
                    reason: "decided".to_owned(),
                    by: actor("legal:anowak"),
                    at: now(),
                })
                .collect(),
            dates: dates.into_iter().map(|((regime, step), due_at)| SetDate { regime, step, due_at }).collect(),
        }
    }
}

/// One more thing that becomes known.
#[derive(Debug, Clone)]
enum More {
    Moment(Anchor, Timestamp),
    Condition(Condition),
    NoCondition(Condition),
    Submitted(Submission),
    Waived(Waiver),
    Date(SetDate),
}

fn more() -> impl Strategy<Value = More> {
    let condition = || proptest::sample::select(Condition::ALL);
    prop_oneof![
        (proptest::sample::select(Anchor::ALL), near()).prop_map(|(a, t)| More::Moment(a, t)),
        condition().prop_map(More::Condition),
        condition().prop_map(More::NoCondition),
        (duty(), near(), any::<bool>()).prop_map(|((regime, step), at, complete)| More::Submitted(
            Submission { regime, step, at, complete }
        )),
        duty().prop_map(|(regime, step)| More::Waived(Waiver {
            regime,
            step: Some(step),
            reason: "decided".to_owned(),
            by: actor("legal:anowak"),
            at: now(),
        })),
        (duty(), near()).prop_map(|((regime, step), due_at)| More::Date(SetDate { regime, step, due_at })),
    ]
}

fn with(mut case: CaseFacts, more: More) -> CaseFacts {
    match more {
        More::Moment(anchor, at) => drop(case.moments.insert(anchor, at)),
        More::Condition(condition) => drop(case.conditions.insert(condition)),
        More::NoCondition(condition) => drop(case.conditions.remove(&condition)),
        More::Submitted(submission) => case.submissions.push(submission),
        More::Waived(waiver) => case.waivers.push(waiver),
        More::Date(date) => case.dates.push(date),
    }
    case
}

fn clocks(case: &CaseFacts, now: Timestamp) -> Clocks {
    Clocks::compute(RuleSet::built_in(), case, now)
}

proptest! {
    #[test]
    fn a_later_fact_never_silently_loses_a_deadline(case in case(), facts in proptest::collection::vec(more(), 1..6), at in near()) {
        let mut history = ClockHistory::default();
        let mut before = clocks(&case, at);
        history.record(&before, at);
        let mut case = case;
        for fact in facts {
            case = with(case, fact);
            let after = clocks(&case, at);
            let changes = history.record(&after, at);
            prop_assert_eq!(before.as_slice().len(), after.as_slice().len(), "no clock is gone");
            for old in &before {
                let new = after.find(old.regime, old.step).unwrap();
                let change = changes.iter().find(|c| (c.regime, c.step) == (old.regime, old.step));
                if old.due_at == new.due_at && old.state == new.state {
                    continue;
                }
                // Whatever moved or stopped is on record, with what it was and what it is.
                let change = change.unwrap();
                prop_assert_eq!(change.before.as_ref().unwrap().due_at, old.due_at);
                prop_assert_eq!(change.after.as_ref().unwrap().due_at, new.due_at);
                if old.due_at.is_some() && new.due_at.is_none() {
                    // And says why: a reason, what it waits for, or that it was met.
                    prop_assert!(new.reason.is_some() || new.waiting_for.is_some() || new.met_at.is_some()
                        || RuleSet::built_in().rule(&new.rule_id).unwrap().duration.is_none());
                }
            }
            before = after;
        }
        // Nothing was written over: the history tells every step, each beginning where the last ended.
        for (index, change) in history.changes().iter().enumerate() {
            let earlier = &history.changes()[..index];
            let last = earlier.iter().rev().find(|c| (c.regime, c.step) == (change.regime, change.step));
            prop_assert_eq!(last.and_then(|c| c.after.as_ref()), change.before.as_ref());
        }
    }

    #[test]
    fn a_worse_incident_is_never_due_later(case in case(), worse in some(&[
        Condition::Death, Condition::WidespreadInfringement, Condition::CriticalInfrastructure, Condition::TrustService,
    ]), at in near()) {
        let before = clocks(&case, at);
        let mut case = case;
        case.conditions.extend(worse);
        let after = clocks(&case, at);
        for old in &before {
            let new = after.find(old.regime, old.step).unwrap();
            if let Some(due) = old.due_at {
                prop_assert!(new.due_at.is_some_and(|new| new <= due), "{} {}", old.regime, old.step);
            }
        }
    }

    #[test]
    fn every_clock_is_consistent(case in case(), at in near()) {
        for clock in &clocks(&case, at) {
            prop_assert!(clock.due_at.zip(clock.legal_latest_at).is_none_or(|(due, latest)| due <= latest));
            // What was met before it stopped to apply keeps its due time, without a rule that applies.
            let of_limbs = clock.limbs.iter().map(|l| l.due_at).min();
            prop_assert!(clock.due_at == of_limbs || (clock.met_at.is_some() && of_limbs.is_none()));
            let expected = match (clock.state, clock.met_at, clock.due_at) {
                (ClockState::NotApplicable, None, None) => clock.reason.is_some(),
                (ClockState::Waiting, None, None) => clock.waiting_for.is_some(),
                (ClockState::Met, Some(met), due) => due.is_none_or(|due| met <= due),
                (ClockState::MetLate, Some(met), Some(due)) => met > due,
                (ClockState::Overdue, None, Some(due)) => at > due && clock.remaining_seconds < Some(0),
                (ClockState::Running | ClockState::DueSoon, None, Some(due)) => at <= due,
                (ClockState::Running, None, None) => clock.anchor_at.is_some(),
                _ => false,
            };
            prop_assert!(expected, "{clock:?}");
            prop_assert_eq!(clock.remaining_seconds.is_some(), clock.due_at.is_some() && clock.met_at.is_none());
        }
    }

    #[test]
    fn a_later_anchor_is_never_due_earlier(
        rule in proptest::sample::select(RuleSet::built_in().rules.as_slice()), a in time(), b in time(), noon in any::<bool>(),
    ) {
        let calendar = &RuleSet::built_in().calendar;
        let due = |at| calendar.due(rule.calendar, rule.duration, at, noon);
        if let (Some(first), Some(second)) = (due(a.min(b)), due(a.max(b))) {
            // A month from the 30th and from the 31st can end on the same day, an hour apart the other way round.
            let slack = if matches!(rule.duration, Some(Span::Months(_))) { 24 * 3_600_000 } else { 0 };
            prop_assert!(first.due_at.millis() <= second.due_at.millis() + slack);
            prop_assert!(first.due_at >= a.min(b) && first.legal_latest_at >= first.due_at);
        }
    }

    #[test]
    fn only_the_words_of_the_regime_are_phases(
        regime in proptest::sample::select(Regime::ALL),
        word in prop_oneof!["[a-z0-9_]{0,24}", proptest::sample::select(Phase::ALL).prop_map(|p| p.to_string())],
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
    fn no_text_makes_a_reader_panic(text in "\\PC{0,200}", bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = Expr::parse(&text);
        let _ = Requirement::parse(&text);
        let _ = RuleSet::parse(&text);
        let _ = text.parse::<Span>();
        let _ = parse_public_keys(&text);
        let found = verify(&mut std::io::Cursor::new(&bytes), &[], &mut |_| {}).unwrap();
        prop_assert!(!found.ok);
    }
}

/// What internal evidence may look like.
fn hidden() -> impl Strategy<Value = Vec<(u8, bool, Vec<u8>)>> {
    proptest::collection::vec(
        (10u8..=200, any::<bool>(), proptest::collection::vec(any::<u8>(), 0..50)),
        1..4,
    )
}

proptest! {
    // Each case prints two PDFs.
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn internal_evidence_never_changes_a_bundle(
        hidden in hidden(), regime in proptest::sample::select(Regime::ALL), which in any::<prop::sample::Index>(),
        mention in "[a-zżó ]{0,20}",
    ) {
        let mut world = World::new();
        world.regime = regime;
        world.phase = regime.phases()[which.index(regime.phases().len())];
        // What people wrote may name evidence, whether it exists or not.
        let ids: Vec<_> = hidden.iter().map(|(n, ..)| evidence_id(*n)).collect();
        world.actions[0].title = format!("{mention}{}{mention}", ids[0]);
        world.incident.summary = Some(format!("{mention}{}", ids[0]));
        let before = world.bundle();
        for (n, contradicts, content) in hidden {
            let exhibit = stored(n, Visibility::Internal, &content, contradicts.then(|| evidence_id(1)));
            world.timeline.push(TimelineEntry {
                at: now(),
                kind: "evidence_attached".to_owned(),
                actor: None,
                text: mention.clone(),
                evidence_id: Some(exhibit.item.id),
            });
            world.evidence.insert(0, exhibit);
        }
        let after = world.bundle();
        prop_assert!(before == after);
        prop_assert!(check(&after).ok);
        for id in ids {
            prop_assert!(!after.windows(35).any(|w| w == id.to_string().as_bytes()));
        }
    }
}
