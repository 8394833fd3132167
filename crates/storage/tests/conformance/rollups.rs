//! Rollups equal a recount from the rows, whatever history led there; figures and map equal a count done here in plain
//! Rust, for any window at any time.

use crate::facets::{patch, put};
use crate::support::*;
use probatum_application::ports::{Answered, Tx};
use probatum_application::rollup::View;
use probatum_application::use_cases::{actions, evidence, incidents, statistics};
use probatum_application::{AppError, Map, MapQuery, Place, Statistics, Window};
use probatum_incident::*;
use probatum_kernel::{EvidenceStatus, IncidentRef, Timestamp};
use probatum_playbooks::{Action, ActionStatus, UpdateStep};
use probatum_tests::Engine;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::collections::{BTreeMap, BTreeSet};

probatum_tests::on_both! {
    own: rollups_follow_every_history, figures_and_map_of_many_rows, many_writers_add_up, what_is_wrong_is_found_and_mended,
        a_database_from_before_is_counted, what_anybody_wrote_is_seen_at_once;
}

#[derive(Debug, Clone)]
struct Step {
    kind: u8,
    which: usize,
    seed: u64,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (0u8..14, 0usize..8, any::<u64>()).prop_map(|(kind, which, seed)| Step { kind, which, seed });
    prop::collection::vec(step, 1..40)
}

fn base() -> Timestamp {
    Timestamp::from_millis(BASE).unwrap()
}

/// Random, and often the same country, sector and level again.
fn new(dice: &mut Dice, now: Timestamp) -> NewIncident {
    let draft = Draft {
        title: Some("Rolled up".to_owned()),
        source_type: Some(SourceType::Form),
        level: Some(dice.pick(&[Level::L1Cyber, Level::L2Ai])),
        category: Some(dice.pick(Category::ALL)),
        country: dice.maybe(80, |d| d.pick(&["PL", "DE"]).parse().unwrap()),
        sector: dice.maybe(60, |d| d.pick(&[Sector::Energy, Sector::Health])),
        detected_at: dice.maybe(50, |d| now.plus_millis(-d.span(100_000_000))),
        ..Draft::default()
    };
    draft.validate(now).unwrap()
}

fn perform(tx: &mut dyn Tx, known: &[IncidentRef], step: &Step) -> Answered<Option<IncidentRef>> {
    let mut dice = Dice::new(step.seed);
    // Over half a year, so that stretches of every length take part.
    let ctx = ctx(base().plus_hours(dice.span(4_000)));
    let which = known.get(step.which % known.len().max(1)).copied();
    let none = incidents::Precondition::None;
    match (step.kind, which) {
        (0..4, _) | (_, None) => {
            let created = incidents::create(tx, &ctx, &new(&mut dice, ctx.now))?;
            return Ok(Some(IncidentRef::Id(created.id)));
        }
        (4..7, Some(id)) => drop(incidents::patch(tx, &ctx, id, &none, &patch(&mut dice))?),
        (7, Some(id)) => drop(incidents::put(tx, &ctx, id, &none, &put(&mut dice))?),
        (8, Some(id)) => {
            let cmd = if dice.chance(70) { confirming(ctx.now) } else { statement() };
            evidence::attach(tx, &ctx, id, &cmd, None)?;
        }
        (9, Some(id)) => drop(incidents::delete(tx, &ctx, id, &none)?),
        (10, Some(id)) => drop(actions::add(tx, &ctx, id, &step_named())?),
        (11, Some(id)) => {
            let all = actions::list(tx, &ctx, id)?;
            let Some(action) = all.first() else { return Ok(None) };
            let status = Some(dice.pick(&[
                ActionStatus::InProgress,
                ActionStatus::Completed,
                ActionStatus::Cancelled,
            ]));
            let cmd = UpdateStep { status, ..UpdateStep::default() };
            actions::update(tx, &ctx, action.id, &cmd, &actions::Rules::people())?;
        }
        (12, Some(id)) => close_and_reopen(tx, &ctx, id, dice.chance(50))?,
        // Several changes in a transaction, which then is lost, or not.
        (_, Some(id)) => {
            let created = incidents::create(tx, &ctx, &new(&mut dice, ctx.now))?;
            incidents::patch(tx, &ctx, id, &none, &patch(&mut dice))?;
            actions::add(tx, &ctx, id, &step_named())?;
            incidents::delete(tx, &ctx, IncidentRef::Id(created.id), &none)?;
            if dice.chance(50) {
                return Err(AppError::not_found("reason"));
            }
        }
    }
    Ok(None)
}

fn step_named() -> probatum_playbooks::NewStep {
    step("Look into it")
}

fn close_and_reopen(
    tx: &mut dyn Tx,
    ctx: &probatum_application::Ctx,
    id: IncidentRef,
    reopen: bool,
) -> Answered<()> {
    let proof = evidence::attach(tx, ctx, id, &confirming(ctx.now), None)?;
    for action in actions::list(tx, ctx, id)?.iter().filter(|a| a.status.is_unfinished()) {
        let done = UpdateStep {
            status: Some(ActionStatus::Completed),
            validation_ref: Some(proof.id),
            ..UpdateStep::default()
        };
        actions::update(tx, ctx, action.id, &done, &actions::Rules::people())?;
    }
    let step = |lifecycle| Patch {
        lifecycle: Some(lifecycle),
        reason: Some("again".to_owned()),
        ..Patch::default()
    };
    incidents::patch(tx, ctx, id, &incidents::Precondition::None, &step(Lifecycle::Closed))?;
    if reopen {
        incidents::patch(tx, ctx, id, &incidents::Precondition::None, &step(Lifecycle::Open))?;
    }
    Ok(())
}

/// All incidents with their actions.
fn known(bed: &Bed) -> Vec<(Incident, Vec<Action>)> {
    let ids: Vec<_> = bed.incidents();
    bed.read(move |tx| ids.iter().map(|i| Ok((i.clone(), tx.actions_of(i.id)?))).collect()).unwrap()
}

fn recounted(bed: &Bed) -> Result<u64, String> {
    let found = bed.read(|tx| tx.recount(false)).unwrap();
    if found.wrong == 0 { Ok(found.incidents) } else { Err(format!("{found:?}")) }
}

fn rollups_follow_every_history(engine: Engine) {
    let config = Config { cases: 12, failure_persistence: None, max_shrink_iters: 60, ..Config::default() };
    let outcome = TestRunner::new(config).run(&steps(), |steps| {
        let bed = Bed::new(engine);
        let mut refs: Vec<IncidentRef> = Vec::new();
        for step in steps {
            let (before, todo) = (refs.clone(), step.clone());
            match bed.write(move |tx| perform(tx, &before, &todo)) {
                Ok(created) => refs.extend(created),
                Err(e) => prop_assert!(!e.transient && e.cause.is_none(), "{:?}: {:?}", step, e),
            }
        }
        let all = known(&bed);
        let counted = recounted(&bed).map_err(TestCaseError::fail)?;
        prop_assert_eq!(counted, u64::try_from(all.len()).unwrap());
        agree(&bed, &all, base().plus_hours(4_001), &["366d", "12w", "100d", "31h"]);
        Ok(())
    });
    outcome.unwrap_or_else(|e| panic!("{e}"));
}

/// The mean in `unit` milliseconds, to six digits.
fn mean(spans: &[i64], unit: f64) -> Option<f64> {
    let n = f64::from(u32::try_from(spans.len()).unwrap());
    let sum: i64 = spans.iter().sum();
    let part = |ms: i64| f64::from(u32::try_from(ms).unwrap());
    let sum = part(sum / 1_000_000) * 1e6 + part(sum % 1_000_000);
    (!spans.is_empty()).then(|| (sum / n / unit * 1e6).round() / 1e6)
}

fn close(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() < 2e-6,
        (a, b) => a == b,
    }
}

/// Demands that the figures are what a count of the incidents makes them.
fn figures_agree(found: &Statistics, all: &[(Incident, Vec<Action>)], since: Timestamp, now: Timestamp) {
    let within: Vec<_> = all.iter().filter(|(i, _)| i.created_at >= since).collect();
    let count =
        |f: &dyn Fn(&Incident) -> bool| i64::try_from(within.iter().filter(|(i, _)| f(i)).count()).unwrap();
    assert_eq!(found.total, count(&|_| true));
    let urgent = |i: &Incident| matches!(i.priority, Some(Priority::P0 | Priority::P1));
    assert_eq!(found.open_p0_p1, count(&|i| urgent(i) && i.lifecycle != Lifecycle::Closed));
    assert_eq!(found.overdue, count(&|i| i.is_overdue(now)), "overdue at {now} since {since}");
    for (f, n) in &found.flags {
        assert_eq!(*n, count(&|i| i.flags.has(*f)), "{f}");
    }
    for (p, n) in &found.by_priority {
        assert_eq!(*n, count(&|i| i.priority == *p), "{p:?}");
    }
    for (l, n) in &found.by_level {
        assert_eq!(*n, count(&|i| i.level == *l), "{l}");
    }
    for (c, n) in &found.by_category {
        assert_eq!(*n, count(&|i| i.category == *c), "{c}");
    }
    for (s, n) in &found.by_evidence_status {
        assert_eq!(*n, count(&|i| i.evidence_status == *s), "{s}");
    }
    let spans = |p: Option<Priority>, end: &dyn Fn(&Incident) -> Option<Timestamp>| -> Vec<i64> {
        let these = within.iter().filter(|(i, _)| p.is_none() || i.priority == p);
        let span =
            |i: &Incident| Some((end(i)?.millis() - i.detected_at.unwrap_or(i.created_at).millis()).max(0));
        these.filter_map(|(i, _)| span(i)).collect()
    };
    let means = [
        (found.mtta_p0_min, mean(&spans(Some(Priority::P0), &|i| i.triaged_at), 6e4)),
        (found.mttc_p1_h, mean(&spans(Some(Priority::P1), &|i| i.contained_at), 3.6e6)),
        (found.mttr_h, mean(&spans(None, &|i| i.closed_at), 3.6e6)),
    ];
    assert!(means.iter().all(|(a, b)| close(*a, *b)), "{means:?}");
    let steps = |f: &dyn Fn(ActionStatus) -> bool| {
        let steps = within.iter().flat_map(|(_, actions)| actions).filter(|a| f(a.status));
        i64::try_from(steps.count()).unwrap()
    };
    let open = [ActionStatus::Open, ActionStatus::InProgress, ActionStatus::Approved];
    assert_eq!(found.open_actions, steps(&|s| open.contains(&s)));
    assert_eq!(found.pending_approvals, steps(&|s| s == ActionStatus::PendingApproval));
    let gaps = count(&|i| i.evidence_status == EvidenceStatus::Gap);
    let share = |n: i64| {
        let (n, of) = (i32::try_from(n).unwrap(), i32::try_from(found.total).unwrap());
        (of > 0).then(|| f64::from(n) / f64::from(of))
    };
    assert!(close(found.gap_share, share(gaps)) && close(found.evidence_coverage, share(found.total - gaps)));
}

/// Demands that the map is what a count of the incidents makes it.
fn map_agrees(found: &Map, query: &MapQuery, all: &[(Incident, Vec<Action>)], since: Timestamp) {
    let shown = |i: &Incident| {
        i.created_at >= since
            && query.level.is_none_or(|l| i.level == l)
            && query.sector.is_none_or(|s| i.sector == Some(s))
    };
    let within: Vec<&Incident> = all.iter().map(|(i, _)| i).filter(|i| shown(i)).collect();
    let placed = |i: &&&Incident| i.country.is_some_and(|c| query.shows(c));
    let mut places: BTreeMap<(Country, Option<Sector>), Vec<&Incident>> = BTreeMap::new();
    for i in within.iter().filter(placed) {
        places.entry((i.country.unwrap(), i.sector)).or_default().push(i);
    }
    let count = |of: &[&Incident], f: &dyn Fn(&Incident) -> bool| {
        i64::try_from(of.iter().filter(|i| f(i)).count()).unwrap()
    };
    let expected: Vec<Place> = places
        .iter()
        .map(|((country, sector), of)| Place {
            country: *country,
            sector: *sector,
            count: count(of, &|_| true),
            by_priority: Priority::ALL
                .iter()
                .map(|p| Some(*p))
                .chain([None])
                .map(|p| (p, count(of, &|i| i.priority == p)))
                .collect::<Vec<_>>()
                .try_into()
                .unwrap(),
            by_evidence_status: EvidenceStatus::ALL
                .iter()
                .map(|s| (*s, count(of, &|i| i.evidence_status == *s)))
                .collect::<Vec<_>>()
                .try_into()
                .unwrap(),
            latest_at: of.iter().map(|i| i.created_at).max(),
        })
        .collect();
    assert_eq!(found.places, expected, "{query:?} since {since}");
    let step = found.step_hours * 3_600_000;
    let mut points: BTreeMap<Timestamp, i64> = BTreeMap::new();
    for i in within.iter().filter(placed) {
        let begin = Timestamp::from_millis(i.created_at.millis() / step * step).unwrap().max(since);
        *points.entry(begin).or_default() += 1;
    }
    assert_eq!(found.timeline, points.into_iter().collect::<Vec<_>>());
    let total = |of: &[(Option<Sector>, i64)]| of.iter().map(|(_, n)| n).sum::<i64>();
    assert_eq!(total(&found.sectors), found.places.iter().map(|p| p.count).sum::<i64>());
    let nowhere = count(&within, &|i| i.country.is_none());
    assert_eq!(found.unlocated, if query.bbox.is_some() { 0 } else { nowhere });
}

/// Figures and maps of these windows, as of `now`.
fn agree(bed: &Bed, all: &[(Incident, Vec<Action>)], now: Timestamp, windows: &[&str]) {
    for window in windows {
        let window: Window = window.parse().unwrap();
        let since = window.since(now);
        let found = bed.read(move |tx| statistics::statistics(tx, &ctx(now), window)).unwrap();
        figures_agree(&found, all, since, now);
        let plain = MapQuery { window, sector: None, level: None, bbox: None };
        let (sectors, bbox) = ([None, Some(Sector::Energy)], Some("10,45,30,60".parse().unwrap()));
        let levels = std::iter::once(None).chain(Level::ALL.iter().copied().map(Some));
        let queries = levels.flat_map(|level| {
            sectors
                .into_iter()
                .flat_map(move |sector| [None, bbox].map(|bbox| MapQuery { sector, level, bbox, ..plain }))
        });
        for query in queries {
            let found = bed.read(move |tx| statistics::map(tx, &ctx(now), &query)).unwrap();
            map_agrees(&found, &query, all, since);
        }
    }
}

fn figures_and_map_of_many_rows(engine: Engine) {
    let bed = Bed::new(engine);
    let all = incidents(21, 500);
    bed.insert(&all);
    let mut dice = Dice::new(23);
    for before in all.iter().step_by(3).cloned() {
        let like = incident(&mut dice, before.public_id.number(), before.created_at);
        let next = Incident { id: before.id, version: before.version + 1, ..like };
        bed.write(move |tx| tx.save_incident(&before, &next)).unwrap();
    }
    // The newest go first: what is the latest of a place has to be found anew.
    for gone in bed.incidents().into_iter().rev().step_by(4) {
        bed.write(move |tx| tx.delete_incident(&gone)).unwrap();
    }
    recounted(&bed).unwrap();
    let known = known(&bed);
    let last = all[all.len() - 1].created_at;
    for after in [0, 1, 5, 30, 100, 721] {
        let now = last.plus_hours(after).plus_millis(dice.span(3_600_000));
        agree(&bed, &known, now, &["1h", "24h", "47h", "49h", "7d", "30d", "13w", "366d"]);
    }
    // Any window at any time, even one by a clock that is behind.
    for _ in 0..24 {
        let now = last.plus_millis(dice.span(2_400 * 3_600_000) - 600 * 3_600_000);
        agree(&bed, &known, now, &[&format!("{}h", 1 + dice.span(8_783))]);
    }
}

fn many_writers_add_up(engine: Engine) {
    let bed = Bed::new(engine);
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let bed = &bed;
            scope.spawn(move || (0..4).for_each(|n| crate::audit::life(bed, writer * 4 + n)));
        }
    });
    assert_eq!(recounted(&bed), Ok(u64::try_from(bed.raw().count("incidents")).unwrap()));
}

fn what_is_wrong_is_found_and_mended(engine: Engine) {
    let bed = Bed::new(engine);
    bed.insert(&incidents(29, 60));
    assert_eq!(recounted(&bed), Ok(60));
    let blob = |hex: &str| match engine {
        Engine::Sqlite => format!("x'{hex}'"),
        Engine::Postgres => format!("'\\x{hex}'"),
    };
    let hour = "(SELECT MIN(hour) FROM rollups WHERE span = 1 AND ledger = 6)";
    let wrongs = [
        // A number changed.
        format!(
            "UPDATE rollups SET sums = {} WHERE ledger = 6 AND span = 1 AND hour = {hour}",
            blob("000102")
        ),
        // Bytes that are no sums.
        format!("UPDATE rollups SET sums = {} WHERE ledger = 7 AND span = 1536", blob("ffff")),
        // Rows that are gone.
        "DELETE FROM rollups WHERE ledger = 7 AND span = 192".to_owned(),
        // Levels that are gone, or others.
        format!("UPDATE rollups SET sums = {} WHERE ledger = 8 AND span = 24", blob("")),
        format!("UPDATE rollups SET sums = {} WHERE ledger = 8 AND span = 6", blob("3f0102")),
        // A row of nothing.
        format!(
            "INSERT INTO rollups (ledger, span, hour, scope, sums) VALUES (6, 1, 0, '', {})",
            blob("000102")
        ),
    ];
    for wrong in wrongs {
        bed.raw().run(&wrong);
        let found = bed.read(|tx| tx.recount(false)).unwrap();
        assert!(found.wrong > 0 && !found.examples.is_empty(), "{wrong}: {found:?}");
        let mended = bed.write(|tx| tx.recount(true)).unwrap();
        assert_eq!(mended.wrong, found.wrong, "{wrong}");
        assert_eq!(recounted(&bed), Ok(60), "{wrong}");
    }
    agree(&bed, &known(&bed), base().plus_hours(4_001), &["366d", "31h"]);
}

fn a_database_from_before_is_counted(engine: Engine) {
    let bed = Bed::new(engine);
    bed.insert(&incidents(31, 40));
    bed.raw().run("DELETE FROM rollups; UPDATE rollup_version SET version = 0;");
    assert!(recounted(&bed).is_err());
    probatum_storage::migrate(&bed.settings.backend).unwrap();
    assert_eq!(recounted(&bed), Ok(40));
    let countries: BTreeSet<_> =
        bed.raw().texts("SELECT scope AS t FROM rollups WHERE ledger = 7").into_iter().collect();
    assert!(countries.contains("PL") && countries.contains("-"), "{countries:?}");
    // A program of an earlier version still serves, whose bytes are others.
    let theirs = match engine {
        Engine::Sqlite => "x'00020102b00202'",
        Engine::Postgres => "'\\x00020102b00202'",
    };
    bed.raw().run(&format!(
        "INSERT INTO rollups (ledger, span, hour, scope, sums) SELECT ledger - 3, span, hour, scope, {theirs} FROM rollups"
    ));
    agree(&bed, &known(&bed), base().plus_hours(4_001), &["366d", "31h"]);
    let gone = bed.incidents().remove(7);
    bed.write(move |tx| tx.delete_incident(&gone)).unwrap();
    agree(&bed, &known(&bed), base().plus_hours(4_001), &["366d", "31h"]);
    assert!(recounted(&bed).is_err(), "what nobody reads any more is told");
    bed.raw().run("UPDATE rollup_version SET version = 2");
    probatum_storage::migrate(&bed.settings.backend).unwrap();
    assert_eq!(recounted(&bed), Ok(39));
    agree(&bed, &known(&bed), base().plus_hours(4_001), &["366d", "31h"]);
}

/// Sums that were added up before are not told again once anybody has written, be it past the program.
fn what_anybody_wrote_is_seen_at_once(engine: Engine) {
    let bed = Bed::new(engine);
    let all = incidents(91, 60);
    let (first, rest) = all.split_at(1);
    bed.insert(first);
    let told = || {
        let views = [View::Figures, View::Country(None), View::Country(Some(first[0].level))];
        let now = base().plus_hours(9_000);
        let sums =
            move |tx: &mut dyn Tx| views.iter().map(|v| tx.sums_since(*v, Timestamp::EPOCH, now)).collect();
        let of: Vec<_> = bed.read(sums).unwrap();
        of.into_iter().map(|sums| format!("{sums:?}")).collect::<Vec<_>>()
    };
    // More often than there are connections, so that each has told them.
    let often = || (0..12).map(|_| told()).collect::<BTreeSet<_>>();
    let mut seen = vec![often()];
    for i in rest {
        bed.insert(std::slice::from_ref(i));
        seen.push(BTreeSet::from([told(), told()]));
    }
    seen.push(often());
    bed.raw().run("DELETE FROM rollups");
    seen.push(often());
    assert!(seen.iter().all(|of_all| of_all.len() == 1), "all connections tell the same");
    let different: BTreeSet<_> = seen.iter().flatten().collect();
    assert_eq!(different.len(), all.len() + 1, "and each time something else");
}
