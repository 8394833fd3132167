//! The counts kept per filter value equal a recount from the rows, whatever sequence of changes led there.

use crate::support::*;
use probatum_application::AppError;
use probatum_application::ports::{Answered, Tx};
use probatum_application::use_cases::{evidence, incidents};
use probatum_incident::*;
use probatum_kernel::{IncidentRef, Timestamp};
use probatum_tests::Engine;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::collections::BTreeMap;

probatum_tests::on_both! {
    own: counts_follow_every_change, counts_of_many_rows;
}

type Counts = BTreeMap<String, i64>;

/// What is counted, from the incidents themselves.
fn recount(incidents: &[Incident]) -> Counts {
    let mut counts = Counts::new();
    let mut add = |facet: &str, value: &dyn std::fmt::Display| {
        *counts.entry(format!("{facet}={value}")).or_default() += 1;
    };
    for i in incidents {
        add("all", &"");
        add("day", &&i.created_at.to_string()[..10]);
        add("status", &i.status);
        add("lifecycle", &i.lifecycle);
        add("band", &i.severity.band());
        add("level", &i.level);
        add("evidence_status", &i.evidence_status);
        add("category", &i.category);
        i.priority.iter().for_each(|v| add("priority", v));
        i.sector.iter().for_each(|v| add("sector", v));
        i.country.iter().for_each(|v| add("country", v));
        i.agent_id.iter().for_each(|v| add("agent", v));
        i.flags.iter().for_each(|v| add("flag", &v));
        if i.lifecycle != Lifecycle::Closed {
            i.sla_due_at.iter().for_each(|t| add("due", &&t.to_string()[..10]));
        }
    }
    counts
}

/// What is kept.
fn kept(bed: &Bed) -> Counts {
    let kept = "SELECT facet || '=' || value AS t, n FROM facet_counts WHERE n <> 0";
    bed.raw().rows(kept).into_iter().collect()
}

/// One step of a sequence: what to do, to which incident, with which random choices.
#[derive(Debug, Clone)]
struct Step {
    kind: u8,
    which: usize,
    seed: u64,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (0u8..12, 0usize..8, any::<u64>()).prop_map(|(kind, which, seed)| Step { kind, which, seed });
    prop::collection::vec(step, 1..40)
}

fn now(dice: &mut Dice) -> Timestamp {
    Timestamp::from_millis(BASE).unwrap().plus_hours(dice.span(100))
}

fn perform(tx: &mut dyn Tx, known: &[IncidentRef], step: &Step) -> Answered<Option<IncidentRef>> {
    let mut dice = Dice::new(step.seed);
    let ctx = ctx(now(&mut dice));
    let which = known.get(step.which % known.len().max(1)).copied();
    let none = incidents::Precondition::None;
    match (step.kind, which) {
        (0..4, _) | (_, None) => {
            let new = draft("Counted", ctx.now);
            return Ok(Some(IncidentRef::Id(incidents::create(tx, &ctx, &new)?.id)));
        }
        (4..8, Some(id)) => drop(incidents::patch(tx, &ctx, id, &none, &patch(&mut dice))?),
        (8, Some(id)) => drop(incidents::put(tx, &ctx, id, &none, &put(&mut dice))?),
        (9, Some(id)) => {
            let cmd = if dice.chance(60) { confirming(ctx.now) } else { statement() };
            evidence::attach(tx, &ctx, id, &cmd, None)?;
        }
        (10, Some(id)) => drop(incidents::delete(tx, &ctx, id, &none)?),
        // Two changes of one incident in a transaction, which then is lost, or not.
        (_, Some(id)) => {
            incidents::put(tx, &ctx, id, &none, &put(&mut dice))?;
            incidents::patch(tx, &ctx, id, &none, &patch(&mut dice))?;
            if dice.chance(50) {
                return Err(AppError::not_found("reason"));
            }
        }
    }
    Ok(None)
}

/// A random change of the alert contract.
pub fn put(dice: &mut Dice) -> Put {
    let severity = Severity::new(u8::try_from(dice.below(11)).unwrap());
    Put {
        severity,
        status: dice.maybe(60, |d| d.pick(QueueStatus::ALL)),
        resolution: Some("done".to_owned()),
    }
}

/// A random change.
pub fn patch(dice: &mut Dice) -> Patch {
    Patch {
        priority: dice.maybe(60, |d| d.maybe(80, |d| d.pick(Priority::ALL))),
        severity: dice.maybe(30, |d| d.pick(Band::ALL).into()),
        category: dice.maybe(30, |d| d.pick(Category::ALL)),
        level: dice.maybe(30, |d| d.pick(Level::ALL)),
        flags: dice.maybe(50, |d| (d.pick(Flag::ALL), d.chance(50))).into_iter().collect(),
        lifecycle: dice.maybe(40, |d| d.pick(Lifecycle::ALL)),
        country: dice.maybe(30, |d| d.maybe(70, |d| d.pick(&["PL", "DE"]).parse().unwrap())),
        sector: dice.maybe(30, |d| d.maybe(70, |d| d.pick(Sector::ALL))),
        agent_id: dice.maybe(30, |d| d.maybe(70, |d| d.pick(&["a", "ą=ę", "o'b"]).parse().unwrap())),
        reason: Some("as a test has it".to_owned()),
        ..Patch::default()
    }
}

fn counts_follow_every_change(engine: Engine) {
    let config = Config { cases: 12, failure_persistence: None, max_shrink_iters: 60, ..Config::default() };
    let outcome = TestRunner::new(config).run(&steps(), |steps| {
        let bed = Bed::new(engine);
        let mut known: Vec<IncidentRef> = Vec::new();
        for step in steps {
            let (before, todo) = (known.clone(), step.clone());
            // Refused by the doctrine, gone already, lost: all of it must leave the counts right.
            match bed.write(move |tx| perform(tx, &before, &todo)) {
                Ok(created) => known.extend(created),
                Err(e) => prop_assert!(!e.transient && e.cause.is_none(), "{:?}: {:?}", step, e),
            }
        }
        prop_assert_eq!(kept(&bed), recount(&bed.incidents()));
        bed.verify().map(|_| ()).map_err(TestCaseError::fail)
    });
    outcome.unwrap_or_else(|e| panic!("{e}"));
}

fn counts_of_many_rows(engine: Engine) {
    let bed = Bed::new(engine);
    let all = incidents(13, 300);
    bed.insert(&all);
    assert_eq!(kept(&bed), recount(&all));
    // Half of them become something else entirely, a quarter goes.
    let mut dice = Dice::new(17);
    for before in all.iter().step_by(2).cloned() {
        let like = incident(&mut dice, before.public_id.number(), before.created_at);
        let next = Incident { id: before.id, version: before.version + 1, ..like };
        bed.write(move |tx| tx.save_incident(&before, &next)).unwrap();
    }
    for gone in bed.incidents().into_iter().step_by(4) {
        bed.write(move |tx| tx.delete_incident(&gone)).unwrap();
    }
    assert_eq!(kept(&bed), recount(&bed.incidents()));
    let below_zero = "SELECT facet AS t, n FROM facet_counts WHERE n < 0";
    assert_eq!(bed.raw().rows(below_zero), []);
}
