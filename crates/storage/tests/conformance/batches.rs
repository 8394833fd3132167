//! A job is all or nothing: one that fails, panics or is late leaves nothing and hurts none of its neighbours.

use crate::support::*;
use probatum_application::AppError;
use probatum_application::ports::{Answered, Executor, Pending, Tx, Work};
use probatum_application::use_cases::{actions, incidents};
use probatum_incident::Incident;
use probatum_kernel::{Code, IncidentRef, Timestamp};
use probatum_storage::{Settings, Store};
use probatum_tests::Engine;
use std::sync::mpsc::{Receiver, channel};

probatum_tests::on_both! {
    own: a_stale_save_changes_nothing, a_stale_touch_or_deletion_changes_nothing, a_stale_step_changes_nothing,
        bad_jobs_hurt_no_neighbour, what_is_answered_ok_is_there, a_full_queue_refuses_at_once,
        closing_finishes_what_waits, a_failed_job_leaves_nothing;
}

fn now() -> Timestamp {
    Timestamp::from_millis(BASE).unwrap()
}

fn create(tx: &mut dyn Tx, title: &str) -> Answered<Incident> {
    incidents::create(tx, &ctx(now()), &draft(title, now()))
}

/// Everything a job could have left behind.
fn traces(bed: &Bed) -> Vec<(String, i64)> {
    let mut raw = bed.raw();
    let mut traces: Vec<(String, i64)> = [
        "incidents",
        "evidence",
        "custody",
        "actions",
        "agents",
        "audit",
        "outbox",
        "idempotency",
        "jobs",
        "discarded_blobs",
    ]
    .iter()
    .map(|table| ((*table).to_owned(), raw.count(table)))
    .collect();
    traces.extend(raw.rows("SELECT facet || '=' || value AS t, n FROM facet_counts WHERE n <> 0 ORDER BY 1"));
    traces.extend(raw.rows("SELECT 'number' AS t, last AS n FROM incident_numbers WHERE last <> 0"));
    traces.extend(raw.rows("SELECT hash AS t, seq AS n FROM audit_head"));
    traces
}

/// A created incident, its stale copy before a change, and how it is now.
fn changed(bed: &Bed) -> (Incident, Incident) {
    let before = bed.write(|tx| create(tx, "first")).unwrap();
    let next = Incident { title: "second".to_owned(), version: 2, ..before.clone() };
    let (b, n) = (before.clone(), next.clone());
    bed.write(move |tx| tx.save_incident(&b, &n)).unwrap();
    (before, next)
}

#[track_caller]
fn assert_stale<T: std::fmt::Debug>(answer: Answered<T>) {
    let e = answer.unwrap_err();
    assert!(e.transient && e.code == Code::Unavailable, "{e:?}");
}

fn a_stale_save_changes_nothing(engine: Engine) {
    let bed = Bed::new(engine);
    let (stale, current) = changed(&bed);
    let was = traces(&bed);
    let late =
        Incident { severity: probatum_incident::Severity::new(9).unwrap(), version: 2, ..stale.clone() };
    // What the job did before it came too late goes too.
    assert_stale(bed.write(move |tx| create(tx, "along").and_then(|_| tx.save_incident(&stale, &late))));
    assert_eq!(bed.incidents(), [current]);
    assert_eq!(traces(&bed), was);
}

fn a_stale_touch_or_deletion_changes_nothing(engine: Engine) {
    let bed = Bed::new(engine);
    let (stale, current) = changed(&bed);
    let was = traces(&bed);
    let touched = stale.clone();
    assert_stale(bed.write(move |tx| tx.touch_incident(&touched, &touched.touched(now()))));
    assert_stale(bed.write(move |tx| tx.delete_incident(&stale)));
    assert_eq!(bed.incidents(), std::slice::from_ref(&current));
    assert_eq!(traces(&bed), was);
    bed.write(move |tx| tx.delete_incident(&current)).unwrap();
}

fn a_stale_step_changes_nothing(engine: Engine) {
    let bed = Bed::new(engine);
    let incident = bed.write(|tx| create(tx, "first")).unwrap();
    let id = IncidentRef::Id(incident.id);
    let stale = bed.write(move |tx| actions::add(tx, &ctx(now()), id, &step("Call"))).unwrap();
    let next = probatum_playbooks::Action { comment: Some("done".to_owned()), version: 2, ..stale.clone() };
    let (b, n) = (stale.clone(), next.clone());
    bed.write(move |tx| tx.save_action(&b, &n)).unwrap();
    let late = probatum_playbooks::Action { comment: None, version: 2, ..stale.clone() };
    assert_stale(bed.write(move |tx| tx.save_action(&stale, &late)));
    assert_eq!(bed.read(move |tx| tx.actions_of(incident.id)).unwrap(), [next]);
}

fn a_failed_job_leaves_nothing(engine: Engine) {
    let bed = Bed::new(engine);
    let was = traces(&bed);
    let all_kinds = |tx: &mut dyn Tx| -> Answered<()> {
        let incident = create(tx, "gone")?;
        tx.ensure_job("gone", now())?;
        tx.insert_agent(&probatum_agent_trust::Agent::unverified("gone".parse().unwrap(), now()))?;
        let id = IncidentRef::Id(incident.id);
        actions::add(tx, &ctx(now()), id, &step("gone")).map(|_| ())
    };
    let refused = bed.write(move |tx| all_kinds(tx).and(Err::<(), _>(AppError::not_found("reason"))));
    assert_eq!(refused.unwrap_err().code, Code::NotFound);
    let panicked = bed.write(move |tx| -> Answered<()> {
        all_kinds(tx)?;
        panic!("as a test has it")
    });
    let e = panicked.unwrap_err();
    assert_eq!(e.code, Code::Internal);
    assert!(e.cause.unwrap().contains("as a test has it"));
    assert_eq!(traces(&bed), was);
}

/// Work that creates an incident and then goes well, fails or panics, by its number.
fn work(n: usize) -> Work {
    Box::new(move |tx| {
        let incident = create(tx, &format!("incident {n}"))?;
        assert!(n % 7 != 3, "panic {n}");
        if n % 5 == 2 {
            return Err(AppError::not_found("reason"));
        }
        Ok(Box::new(incident))
    })
}

/// Holds a writer until the sender goes or sends.
fn gate(held: Receiver<()>) -> Work {
    Box::new(move |_| {
        let _ = held.recv();
        Ok(Box::new(()))
    })
}

fn bad_jobs_hurt_no_neighbour(engine: Engine) {
    let bed = Bed::new(engine);
    let (open, held) = channel();
    let first = bed.store.write(gate(held));
    // All of these wait for the gate, and SQLite's writer takes them together.
    let pending: Vec<Pending<'_>> = (0..200).map(|n| bed.store.write(work(n))).collect();
    open.send(()).unwrap();
    wait(first).unwrap();
    let mut created = Vec::new();
    for (n, answer) in pending.into_iter().enumerate() {
        match wait(answer) {
            Ok(incident) => created.push(*incident.downcast::<Incident>().unwrap()),
            Err(e) if n % 7 == 3 => assert!(e.code == Code::Internal && e.cause.unwrap().contains("panic")),
            Err(e) => assert!(n % 5 == 2 && e.code == Code::NotFound, "{n}: {e:?}"),
        }
    }
    assert_eq!(created.len(), (0..200).filter(|n| n % 7 != 3 && n % 5 != 2).count());
    created.sort_by_key(|i| i.public_id);
    assert_eq!(bed.incidents(), created);
    let numbers: Vec<i64> = created.iter().map(|i| i.public_id.number()).collect();
    assert_eq!(numbers, (1..=i64::try_from(created.len()).unwrap()).collect::<Vec<_>>(), "no gap");
    assert_eq!(bed.verify(), Ok(i64::try_from(created.len()).unwrap()));
}

/// A job that goes on after a failed statement: whatever the database makes of it, `Ok` means that all is there.
fn what_is_answered_ok_is_there(engine: Engine) {
    let bed = Bed::new(engine);
    bed.write(|tx| create(tx, "first")).unwrap();
    let swallowed = bed.write(|tx| {
        tx.ensure_job("before", now())?;
        // The number is taken.
        let twice = incident(&mut Dice::new(3), 1, now());
        assert!(tx.insert_incident(&twice).is_err());
        // On PostgreSQL this fails as well; the job does not care.
        let _ = tx.ensure_job("after", now());
        Ok(())
    });
    let there = bed.raw().count("jobs");
    assert_eq!(there, if swallowed.is_ok() { 2 } else { 0 }, "{swallowed:?}");
    // And the connection is as good as new.
    for _ in 0..8 {
        bed.write(|tx| create(tx, "next")).unwrap();
    }
    assert_eq!(bed.raw().count("incidents"), 9);
}

fn a_full_queue_refuses_at_once(engine: Engine) {
    let settings = Settings { queue: 2, connections: 2, ..Bed::new(engine).settings };
    let store = Store::open(&settings).unwrap();
    let (open, held) = channel();
    let (began, begun) = channel();
    let first = store.write(Box::new(move |_| {
        began.send(()).unwrap();
        let _ = held.recv();
        Ok(Box::new(()))
    }));
    begun.recv().unwrap();
    let waiting = [store.write(work(0)), store.write(work(1))];
    assert_eq!(store.waiting().0, 2);
    let e = wait(store.write(work(4))).unwrap_err();
    assert!(e.code == Code::Unavailable && !e.transient, "{e:?}");
    open.send(()).unwrap();
    wait(first).unwrap();
    for answer in waiting {
        wait(answer).unwrap();
    }
}

fn closing_finishes_what_waits(engine: Engine) {
    let Bed { settings, store } = Bed::new(engine);
    let (open, held) = channel();
    // Nobody waits for these answers; the work is done all the same.
    drop(store.write(gate(held)));
    (0..2).for_each(|n| drop(store.write(work(n))));
    open.send(()).unwrap();
    drop(store);
    assert_eq!(Raw::open(&settings.backend).count("incidents"), 2);
}
