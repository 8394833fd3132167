//! Facts, decisions and clocks: rows that come back, the order across incidents, a history that accounts for every clock
//! whatever happens, and time that moves each clock once.

use crate::support::*;
use probatum_application::ports::*;
use probatum_application::use_cases::incidents::Precondition;
use probatum_application::use_cases::{deadlines, facts, incidents};
use probatum_compliance_export::*;
use probatum_incident::{Flag, Incident, Patch};
use probatum_kernel::{Code, IncidentId, IncidentRef, MAX_PER_PAGE, Page, Position, Timestamp, Total};
use probatum_storage::Store;
use probatum_tests::{Engine, at_once};
use serde_json::{Map, json};
use std::collections::BTreeMap;

probatum_tests::on_both! {
    own: rows_come_back_as_they_went_in, clocks_are_listed_in_the_order_they_fall_due,
        the_history_accounts_for_every_clock, time_moves_a_clock_once_for_all_stores, new_rules_are_swept_once,
        an_incident_under_hold_or_reported_stays, an_incident_of_no_regime_has_no_rows;
}

fn time(seconds: i64) -> Timestamp {
    Timestamp::from_millis(BASE).unwrap().plus_millis(seconds * 1_000)
}

fn opened(bed: &Bed, title: &str, at: Timestamp) -> Incident {
    let title = title.to_owned();
    bed.write(move |tx| incidents::create(tx, &ctx(at), &draft(&title, at))).unwrap()
}

fn patched(bed: &Bed, id: IncidentId, at: Timestamp, patch: &Patch) -> Result<Incident, Code> {
    let patch = patch.clone();
    let work = move |tx: &mut dyn Tx| {
        incidents::patch(tx, &ctx(at), IncidentRef::Id(id), &Precondition::None, &patch)
    };
    bed.write(work).map_err(|e| e.code)
}

fn flagged(flag: Flag, aware_at: Timestamp) -> Patch {
    Patch { flags: vec![(flag, true)], aware_at: Some(Some(aware_at)), ..Patch::default() }
}

fn significant(bed: &Bed, now: Timestamp, aware_at: Timestamp) -> Incident {
    let incident = opened(bed, "Significant", now);
    patched(bed, incident.id, now, &flagged(Flag::Nis2Relevant, aware_at)).unwrap()
}

fn stored(bed: &Bed, id: IncidentId) -> BTreeMap<(Regime, Step), StoredClock> {
    let rows = bed.read(move |tx| tx.clocks_of(id)).unwrap();
    rows.into_iter().map(|c| ((c.regime, c.step), c)).collect()
}

fn history(bed: &Bed, id: IncidentId) -> Vec<ClockChange> {
    let mut all = Vec::new();
    loop {
        let cursor = probatum_kernel::Cursor::at_row(u32::try_from(all.len()).unwrap());
        let page = Page { position: Position::After(cursor), per_page: MAX_PER_PAGE };
        let list = bed.read(move |tx| tx.clock_changes(id, &page)).unwrap();
        if list.rows.is_empty() {
            assert_eq!(list.total, Total::from_capped(i64::try_from(all.len()).unwrap()));
            return all;
        }
        for (number, change) in list.rows {
            assert_eq!(usize::try_from(number).unwrap(), all.len() + 1, "without gap");
            all.push(change);
        }
    }
}

fn rows_come_back_as_they_went_in(engine: Engine) {
    let bed = Bed::new(engine);
    let id = opened(&bed, "Rows", time(0)).id;
    let by: probatum_kernel::Actor = "legal:anowak".parse().unwrap();
    let sheet = json!({"entity": {"name": "„Żółw” SA"}, "dora": {}, "ai": {"harms": ["death"]}});
    let circumstances = json!({
        "conditions": ["ongoing"], "moments": {"handled_at": time(1)},
        "dates": [{"regime": "nis2", "step": "intermediate", "due_at": time(9)}],
        "submissions": [{"regime": "gdpr", "step": "notify_authority", "at": time(2), "complete": false}]
    });
    let version = |version, at| StoredFacts {
        version,
        sheet: FactSheet::from_json(&sheet).unwrap(),
        circumstances: Circumstances::from_json("", &circumstances, time(10)).unwrap(),
        at,
        actor: by.clone(),
    };
    let (one, two) =
        (version(1, time(3)), StoredFacts { sheet: FactSheet::default(), ..version(2, time(4)) });
    assert_eq!(bed.read(move |tx| tx.facts(id)).unwrap(), None);
    for new in [one.clone(), two.clone()] {
        bed.write(move |tx| tx.insert_facts(id, &new)).unwrap();
    }
    let again = one.clone();
    assert!(bed.write(move |tx| tx.insert_facts(id, &again)).is_err(), "a version is never written over");
    assert_eq!(bed.read(move |tx| tx.facts(id)).unwrap(), Some(two));
    assert_eq!(bed.read(move |tx| tx.facts_version(id, 1)).unwrap(), Some(one));
    assert_eq!(bed.read(move |tx| tx.facts_version(id, 3)).unwrap(), None);

    let decision = |number, step| StoredWaiver {
        number,
        waiver: Waiver { regime: Regime::Gdpr, step, reason: "r".into(), by: by.clone(), at: time(5) },
        withdrawn: None,
    };
    let (all, one) = (decision(1, None), decision(2, Some(Step::DataSubjects)));
    let both = [all.clone(), one.clone()];
    bed.write(move |tx| both.iter().try_for_each(|w| tx.insert_waiver(id, w))).unwrap();
    let gone = StoredWaiver { withdrawn: Some((by.clone(), time(6), "w".into())), ..one };
    let withdrawn = gone.clone();
    bed.write(move |tx| tx.withdraw_waiver(id, &withdrawn)).unwrap();
    assert_eq!(bed.read(move |tx| tx.waivers(id)).unwrap(), [all, gone.clone()]);
    assert!(bed.write(move |tx| tx.withdraw_waiver(id, &gone)).unwrap_err().transient, "withdrawn once");

    let incident = bed.read(move |tx| tx.incident(IncidentRef::Id(id))).unwrap().unwrap();
    bed.write(move |tx| {
        incidents::delete(tx, &ctx(time(7)), IncidentRef::Id(incident.id), &Precondition::None)
    })
    .unwrap();
    assert_eq!(bed.read(move |tx| Ok((tx.facts(id)?, tx.waivers(id)?))).unwrap(), (None, Vec::new()));
}

fn clocks_are_listed_in_the_order_they_fall_due(engine: Engine) {
    let bed = Bed::new(engine);
    let now = time(0);
    // Many share one moment: the order is whole all the same.
    let all: Vec<_> = (0..12).map(|n| significant(&bed, now, now.plus_hours(-(n / 4)))).collect();
    let mut expected: Vec<_> = all
        .iter()
        .flat_map(|i| {
            stored(&bed, i.id).into_values().map(|c| (c.snapshot.due_at.unwrap(), c.regime, c.step, i.id))
        })
        .collect();
    expected.sort();
    let walk = |query: ClockQuery| {
        let (mut found, mut query) = (Vec::new(), query);
        loop {
            let asked = query.clone();
            let list = bed.read(move |tx| tx.list_clocks(&asked)).unwrap();
            assert!(list.rows.iter().all(|r| r.title == "Significant"));
            found.extend(
                list.rows
                    .iter()
                    .map(|r| (r.clock.snapshot.due_at.unwrap(), r.clock.regime, r.clock.step, r.incident)),
            );
            let Some(next) = list.next else { return (found, list.total) };
            query.page.position = Position::After(next);
        }
    };
    let page = |per_page| Page { position: Position::Number(1), per_page };
    for per_page in [1, 5, 100] {
        let (found, total) = walk(ClockQuery { state: None, due_until: None, page: page(per_page) });
        assert_eq!(found, expected, "{per_page} to a page");
        assert_eq!(total, Total::from_capped(i64::try_from(expected.len()).unwrap()));
    }
    let until = expected[expected.len() / 2].0;
    let before: Vec<_> = expected.iter().copied().filter(|(due, ..)| *due <= until).collect();
    for state in [None, Some(ClockState::Running)] {
        let (found, _) = walk(ClockQuery { state, due_until: Some(until), page: page(2) });
        assert_eq!(found, before);
    }
    let second = Page { position: Position::Number(2), per_page: 5 };
    let list = bed
        .read(move |tx| tx.list_clocks(&ClockQuery { state: None, due_until: None, page: second.clone() }));
    assert_eq!(list.unwrap().rows[0].clock.snapshot.due_at, Some(expected[5].0));
    let running = bed.read(|tx| tx.count_clocks(ClockState::Running)).unwrap();
    assert_eq!(usize::try_from(running).unwrap(), expected.len());
    assert_eq!(bed.read(|tx| tx.count_clocks(ClockState::Overdue)).unwrap(), 0);
}

/// What is done to an incident in the long run: flags, moments, facts, decisions, closing, and time.
fn something(dice: &mut Dice, bed: &Bed, id: IncidentId, now: Timestamp) {
    let past = |dice: &mut Dice| now.plus_hours(-dice.span(60));
    let flags = [
        Flag::Nis2Relevant,
        Flag::GdprBreach,
        Flag::AiSeriousIncident,
        Flag::DoraRelevant,
        Flag::KscRelevant,
    ];
    let whom = IncidentRef::Id(id);
    match dice.below(6) {
        0 | 1 => {
            let patch = Patch {
                flags: vec![(dice.pick(&flags), dice.chance(70))],
                reason: Some("seen".to_owned()),
                aware_at: dice.maybe(40, |d| d.maybe(90, past)),
                detected_at: dice.maybe(30, |d| d.maybe(90, past)),
                ..Patch::default()
            };
            patched(bed, id, now, &patch).unwrap();
        }
        2 | 3 => {
            let mut stated = Map::new();
            if dice.chance(50) {
                stated.insert("impact".into(), json!({"risk": dice.pick(&["unlikely", "risk", "high"])}));
            }
            if dice.chance(40) {
                stated.insert(
                    "ai".into(),
                    json!({"harms": [dice.pick(&["death", "property", "critical_infrastructure"])]}),
                );
            }
            let word =
                dice.pick(&["ongoing", "processor", "trust_service", "important_public_entity", "deployer"]);
            let step = dice.pick(&[
                ("nis2", "incident_notification"),
                ("gdpr", "notify_authority"),
                ("dora", "initial"),
                ("nis2", "progress"),
            ]);
            let mut circumstances = json!({"conditions": [word], "moments": {"determined_at": past(dice)}});
            if dice.chance(40) {
                let made =
                    json!({"regime": step.0, "step": step.1, "at": past(dice), "complete": dice.chance(50)});
                circumstances["submissions"] = json!([made]);
            }
            stated.insert("circumstances".into(), circumstances);
            bed.write(move |tx| facts::save(tx, &ctx(now), whom, &Precondition::None, &stated)).unwrap();
        }
        4 => {
            let new = deadlines::NewWaiver {
                regime: dice.pick(Regime::ALL),
                step: None,
                reason: "Not us".to_owned(),
            };
            let number = bed.write(move |tx| deadlines::waive(tx, &ctx(now), whom, &new)).unwrap().number;
            if dice.chance(60) {
                bed.write(move |tx| deadlines::withdraw(tx, &ctx(now), whom, number, "Us")).unwrap();
            }
        }
        _ => drop(tick(&bed.store, now)),
    }
}

fn tick(store: &Store, now: Timestamp) -> usize {
    wait(deadlines::tick(store, now)).unwrap()
}

/// No deadline is lost in silence: what is kept of each clock is where its history leads, link by link; and what is kept is
/// what the rules say now.
fn the_history_accounts_for_every_clock(engine: Engine) {
    let bed = Bed::new(engine);
    let mut dice = Dice::new(7);
    let mut now = time(0);
    let ids: Vec<_> = (0..6).map(|n| opened(&bed, &format!("Case {n}"), now).id).collect();
    let mut seen: BTreeMap<(IncidentId, Regime, Step), Vec<Timestamp>> = BTreeMap::new();
    for _ in 0..220 {
        now = now.plus_millis(dice.span(9 * 3_600_000));
        let id = dice.pick(&ids);
        something(&mut dice, &bed, id, now);
        let shown = bed.read(move |tx| deadlines::of_incident(tx, &ctx(now), IncidentRef::Id(id))).unwrap();
        let kept = stored(&bed, id);
        for due in &shown.clocks {
            let clock = &due.clock;
            let Some(kept) = kept.get(&(clock.regime, clock.step)) else {
                assert_eq!(clock.state, ClockState::NotApplicable, "{clock:?}");
                continue;
            };
            assert_eq!((kept.snapshot.due_at, &kept.snapshot.rule_id), (clock.due_at, &clock.rule_id));
            // Time goes on between two looks; nothing but time may have moved the state.
            if kept.wake_at.is_none_or(|at| at > now) {
                assert_eq!(kept.snapshot.state, clock.state, "{clock:?}");
            }
            seen.entry((id, clock.regime, clock.step)).or_default().extend(clock.due_at);
        }
    }
    for id in &ids {
        let (changes, kept) = (history(&bed, *id), stored(&bed, *id));
        let mut last: BTreeMap<(Regime, Step), Option<Snapshot>> = BTreeMap::new();
        for change in &changes {
            let duty = (change.regime, change.step);
            assert_eq!(
                last.get(&duty).cloned().flatten(),
                change.before,
                "each change begins where the last ended"
            );
            last.insert(duty, change.after.clone());
        }
        assert!(changes.is_sorted_by_key(|c| c.at) && !changes.is_empty());
        let kept: BTreeMap<_, _> = kept.into_iter().map(|(duty, c)| (duty, Some(c.snapshot))).collect();
        assert_eq!(last, kept);
        for ((of, regime, step), dues) in seen.iter().filter(|((of, ..), _)| of == id) {
            for due in dues {
                let told = changes.iter().any(|c| {
                    (c.regime, c.step) == (*regime, *step)
                        && c.after.as_ref().is_some_and(|s| s.due_at == Some(*due))
                });
                assert!(told, "{of} {regime} {step}: nobody kept that it was due at {due}");
            }
        }
    }
    bed.verify().unwrap();
}

fn time_moves_a_clock_once_for_all_stores(engine: Engine) {
    let bed = Bed::new(engine);
    let now = time(0);
    let ids: Vec<_> = (0..30).map(|_| significant(&bed, now, now).id).collect();
    assert_eq!(tick(&bed.store, now.plus_hours(17)), 0, "nothing is due yet");
    let others = [bed.another(), bed.another(), bed.another()];
    let events = |id: IncidentId, word: &'static str| {
        let all = bed.read(move |tx| tx.history(id, 0, 1_000)).unwrap();
        all.iter().filter(|e| e.action == word && e.detail["step"] == "early_warning").count()
    };
    for (hours, soon, late) in [(18, 1, 0), (20, 1, 0), (24, 1, 0), (25, 1, 1), (26, 1, 1)] {
        at_once(3, |n| tick(&others[n], now.plus_hours(hours)));
        for id in &ids {
            let told = (events(*id, "deadline.due_soon"), events(*id, "deadline.overdue"));
            assert_eq!(told, (soon, late), "after {hours} hours");
        }
    }
    // A store whose clock is behind takes nothing back.
    let behind = now.plus_hours(20);
    let id = ids[0];
    let work = move |tx: &mut dyn Tx| {
        let incident = tx.incident(IncidentRef::Id(id))?.unwrap();
        deadlines::recompute(tx, &ctx(behind), &incident)
    };
    bed.write(work).unwrap();
    assert_eq!(stored(&bed, id)[&(Regime::Nis2, Step::EarlyWarning)].snapshot.state, ClockState::Overdue);
    assert_eq!(tick(&bed.store, now.plus_hours(26)), 0, "all were looked at");
}

fn new_rules_are_swept_once(engine: Engine) {
    let bed = Bed::new(engine);
    let now = time(0);
    let ids: Vec<_> = (0..120).map(|_| significant(&bed, now, now).id).collect();
    // As if they had been put on record before there were clocks.
    bed.raw().run("DELETE FROM clocks");
    bed.raw().run("DELETE FROM clock_changes");
    bed.write(move |tx| deadlines::adopt(tx, now)).unwrap();
    let mut rounds = 0;
    while wait(deadlines::sweep(&bed.store, now)).unwrap() {
        rounds += 1;
        assert!(rounds < 10);
    }
    assert!(rounds >= 2 && ids.iter().all(|id| stored(&bed, *id).len() >= 3));
    let changes: usize = ids.iter().map(|id| history(&bed, *id).len()).sum();
    bed.write(move |tx| deadlines::adopt(tx, now.plus_hours(1))).unwrap();
    assert!(!wait(deadlines::sweep(&bed.store, now)).unwrap(), "the rules are what they were");
    assert_eq!(ids.iter().map(|id| history(&bed, *id).len()).sum::<usize>(), changes);
    // Another has other rules by now: nobody goes on with ours.
    let work = |tx: &mut dyn Tx| {
        let before = tx.rules_in_use()?.unwrap();
        let next = RulesInUse { digest: "other".to_owned(), swept_to: None, done: false, ..before.clone() };
        tx.save_rules_in_use(Some(&before), &next)?;
        Ok((before, next))
    };
    let (before, next) = bed.write(work).unwrap();
    assert!(!wait(deadlines::sweep(&bed.store, now)).unwrap());
    let stale = bed.write(move |tx| tx.save_rules_in_use(Some(&before), &next));
    assert!(stale.unwrap_err().transient, "whoever read it before is told");
}

fn an_incident_under_hold_or_reported_stays(engine: Engine) {
    let bed = Bed::new(engine);
    let now = time(0);
    let delete =
        |id| bed.write(move |tx| incidents::delete(tx, &ctx(now), IncidentRef::Id(id), &Precondition::None));
    let held = opened(&bed, "Held", now).id;
    let hold = move |hold| {
        move |tx: &mut dyn Tx| {
            incidents::hold(tx, &ctx(now), IncidentRef::Id(held), &Precondition::None, hold, "Proceedings")
        }
    };
    assert!(bed.write(hold(true)).unwrap().legal_hold);
    assert_eq!(delete(held).unwrap_err().code, Code::LegalHold);
    assert!(!bed.write(hold(false)).unwrap().legal_hold);
    delete(held).unwrap();
    let reported = significant(&bed, now, now);
    let report = Filing::request(
        NewFiling {
            id: ReportId::new(reported.public_id, 1).unwrap(),
            incident_id: reported.id,
            regime: Regime::Nis2,
            phase: Phase::EarlyWarning24h,
            target: "CSIRT".to_owned(),
            incident_version: reported.version,
            facts_version: None,
            rule_version: "x".to_owned(),
            missing: Vec::new(),
        },
        &"legal:anowak".parse().unwrap(),
        now,
    )
    .unwrap();
    let sent = Filing { submitted_at: Some(now.plus_hours(1)), version: 2, ..report.clone() };
    let id = reported.id;
    bed.write(move |tx| {
        tx.insert_report(&report, "{}")?;
        tx.save_report(&report, &sent)?;
        let incident = tx.incident(IncidentRef::Id(id))?.unwrap();
        deadlines::recompute(tx, &ctx(now.plus_hours(1)), &incident)
    })
    .unwrap();
    assert_eq!(delete(id).unwrap_err().code, Code::LegalHold);
    let met = stored(&bed, id)[&(Regime::Nis2, Step::EarlyWarning)].clone();
    assert_eq!((met.snapshot.state, met.snapshot.met_at), (ClockState::Met, Some(now.plus_hours(1))));
    assert_eq!(met.wake_at, None);
}

fn an_incident_of_no_regime_has_no_rows(engine: Engine) {
    let bed = Bed::new(engine);
    let id = opened(&bed, "Plain", time(0)).id;
    patched(&bed, id, time(1), &Patch { aware_at: Some(Some(time(0))), ..Patch::default() }).unwrap();
    assert!(stored(&bed, id).is_empty() && history(&bed, id).is_empty());
    let told: Vec<_> = bed.read(move |tx| tx.history(id, 0, 100)).unwrap();
    let words: Vec<_> = told.iter().map(|e| e.action.as_str()).collect();
    assert_eq!(words, ["incident.created", "incident.updated"]);
}
