//! Jobs as rows: one claimer each, a lease that ends, and nobody waiting for somebody else's claim.

use crate::support::*;
use probatum_application::ports::{Answered, Job};
use probatum_application::use_cases::incidents;
use probatum_kernel::Timestamp;
use probatum_storage::Store;
use probatum_tests::Engine;
use std::sync::Barrier;
use std::sync::mpsc::channel;

probatum_tests::on_both! {
    own: jobs_are_missing_until_they_are_made, a_job_is_due_while_it_can_be_claimed, one_of_many_claimers_gets_it, a_lease_ends, a_failure_is_counted_until_success, old_outbox_rows_go;
}

fn at(minutes: i64) -> Timestamp {
    Timestamp::from_millis(BASE).unwrap().plus_millis(minutes * 60_000)
}

/// Claims at a minute, for ten.
fn claim(store: &Store, minute: i64) -> Answered<Option<Job>> {
    write(store, move |tx| tx.claim_job(at(minute), at(minute + 10)))
}

fn job(name: &str, attempts: i32) -> Option<Job> {
    Some(Job { name: name.to_owned(), attempts })
}

const NAMES: &[(&str, i64)] = &[("sweep", 60), ("discard", 5), ("deliver", 1)];

fn jobs_are_missing_until_they_are_made(engine: Engine) {
    let bed = Bed::new(engine);
    let missing = || bed.read(|tx| tx.missing_jobs(NAMES)).unwrap();
    assert_eq!(missing(), ["sweep", "discard", "deliver"]);
    bed.write(|tx| tx.ensure_job("discard", at(0))).unwrap();
    assert_eq!(missing(), ["sweep", "deliver"]);
    // A job that is claimed, or that others made, is there all the same.
    claim(&bed.store, 1).unwrap();
    bed.write(|tx| tx.ensure_job("somebody_elses", at(0))).unwrap();
    assert_eq!(missing(), ["sweep", "deliver"]);
    bed.write(|tx| NAMES.iter().try_for_each(|(name, _)| tx.ensure_job(name, at(9)))).unwrap();
    assert_eq!(missing(), Vec::<&str>::new());
    assert_eq!(bed.raw().count("jobs"), 4, "made once each");
}

fn a_job_is_due_while_it_can_be_claimed(engine: Engine) {
    let bed = Bed::new(engine);
    let due = |minute| bed.read(move |tx| tx.job_is_due(at(minute))).unwrap();
    assert!(!due(0), "there is none");
    bed.write(|tx| tx.ensure_job("sweep", at(5))).unwrap();
    // Whenever it says no, a claim gets nothing; whenever it says yes, a claim gets it.
    assert_eq!([4, 5, 6].map(due), [false, true, true]);
    assert_eq!(claim(&bed.store, 4).unwrap(), None);
    assert_eq!(claim(&bed.store, 5).unwrap(), job("sweep", 1));
    assert_eq!([5, 14, 15].map(due), [false; 3], "held to the end of its lease");
    assert_eq!(claim(&bed.store, 15).unwrap(), None);
    assert!(due(16));
    assert_eq!(claim(&bed.store, 16).unwrap(), job("sweep", 2));
    bed.write(|tx| tx.release_job(&Job { name: "sweep".to_owned(), attempts: 2 }, at(60), None)).unwrap();
    assert_eq!([59, 60].map(due), [false, true]);
}

fn one_of_many_claimers_gets_it(engine: Engine) {
    let bed = Bed::new(engine);
    let other = bed.another();
    bed.write(|tx| tx.ensure_job("sweep", at(0)).and_then(|()| tx.ensure_job("sweep", at(5)))).unwrap();
    let together = Barrier::new(8);
    let claimed: Vec<Option<Job>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|n| {
                let (store, together) = (if n % 2 == 0 { &bed.store } else { &other }, &together);
                scope.spawn(move || {
                    together.wait();
                    claim(store, 1).unwrap()
                })
            })
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert_eq!(claimed.into_iter().flatten().collect::<Vec<_>>(), [job("sweep", 1).unwrap()]);
}

fn a_lease_ends(engine: Engine) {
    let bed = Bed::new(engine);
    bed.write(|tx| tx.ensure_job("sweep", at(1))).unwrap();
    assert_eq!(claim(&bed.store, 0).unwrap(), None, "not due yet");
    assert_eq!(claim(&bed.store, 1).unwrap(), job("sweep", 1));
    assert_eq!(claim(&bed.store, 2).unwrap(), None, "somebody holds it");
    assert_eq!(claim(&bed.store, 11).unwrap(), None, "the lease lasts to its end");
    assert_eq!(claim(&bed.store, 12).unwrap(), job("sweep", 2), "its holder is gone");
}

fn a_failure_is_counted_until_success(engine: Engine) {
    let bed = Bed::new(engine);
    bed.write(|tx| tx.ensure_job("sweep", at(0))).unwrap();
    let release = |claim: i32, minute, error: Option<&'static str>| {
        let held = Job { name: "sweep".to_owned(), attempts: claim };
        bed.write(move |tx| tx.release_job(&held, at(minute), error)).unwrap();
    };
    let error = || bed.raw().texts("SELECT COALESCE(last_error, '-') AS t FROM jobs")[0].clone();
    assert_eq!(claim(&bed.store, 0).unwrap(), job("sweep", 1));
    release(1, 20, Some("no route"));
    assert_eq!(error(), "no route");
    assert_eq!(claim(&bed.store, 19).unwrap(), None, "backed off");
    assert_eq!(claim(&bed.store, 20).unwrap(), job("sweep", 2));
    release(1, 21, None);
    assert_eq!(claim(&bed.store, 22).unwrap(), None, "a former holder frees nothing");
    release(2, 40, None);
    assert_eq!(error(), "-");
    assert_eq!(claim(&bed.store, 40).unwrap(), job("sweep", 1));
}

/// PostgreSQL alone: SQLite has one writer, and nobody to pass by.
#[test]
fn claimers_pass_by_what_another_is_claiming() {
    if !Engine::Postgres.is_here() {
        return;
    }
    let bed = Bed::new(Engine::Postgres);
    bed.write(|tx| tx.ensure_job("first", at(0)).and_then(|()| tx.ensure_job("second", at(1)))).unwrap();
    let (claimed, has_claimed) = channel();
    let (done, is_done) = channel::<()>();
    std::thread::scope(|scope| {
        let store = &bed.store;
        let slow = scope.spawn(move || {
            write(store, move |tx| {
                let job = tx.claim_job(at(2), at(12))?;
                claimed.send(()).unwrap();
                is_done.recv().unwrap();
                Ok(job)
            })
        });
        has_claimed.recv().unwrap();
        let other = bed.another();
        assert_eq!(claim(&other, 2).unwrap(), job("second", 1));
        assert_eq!(claim(&other, 2).unwrap(), None);
        done.send(()).unwrap();
        assert_eq!(slow.join().unwrap().unwrap(), job("first", 1));
    });
}

fn old_outbox_rows_go(engine: Engine) {
    let bed = Bed::new(engine);
    for minute in 0..5 {
        let now = at(minute);
        bed.write(move |tx| incidents::create(tx, &ctx(now), &draft("x", now))).unwrap();
    }
    let forget = |limit| bed.write(move |tx| tx.forget_outbox(at(3), limit)).unwrap();
    assert_eq!((forget(2), forget(2), forget(2)), (2, 1, 0));
    assert_eq!(bed.raw().rows("SELECT topic AS t, seq AS n FROM outbox ORDER BY seq").len(), 2);
    assert_eq!(bed.verify(), Ok(5), "the log stays whole");
}
