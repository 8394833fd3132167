//! Deliveries as rows: a queue with leases, once per content, links that add up, and content that outlives one owner.

use crate::support::*;
use probatum_application::AppError;
use probatum_application::intake::{
    Backlog, Correlated, Intake, IntakeKind, IntakeState, PartFault, QueueLimits,
};
use probatum_application::ports::{Blob, Tx};
use probatum_application::use_cases::intake::{NewIntake, Outcome, accept, finish};
use probatum_evidence::Sha256Hex;
use probatum_incident::{Lifecycle, QueueStatus};
use probatum_intake::Tally;
use probatum_kernel::{Code, IntakeId, Timestamp};
use probatum_storage::Store;
use probatum_tests::Engine;
use serde_json::json;

probatum_tests::on_both! {
    own: a_delivery_comes_back_as_it_went_in, a_claim_ends_and_its_holder_with_it, one_of_many_claimers_gets_it,
        the_queue_is_bounded, the_same_content_is_one_delivery, links_add_up, events_have_open_incidents,
        content_goes_with_its_last_owner;
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(BASE).unwrap().plus_millis(seconds * 1_000)
}

fn new(content: &str) -> NewIntake {
    let (key, size) = (format!("evidence/{content}"), u64::try_from(content.len()).unwrap());
    let blob = Blob { key, size, hash: Sha256Hex::of(content.as_bytes()) };
    NewIntake {
        kind: IntakeKind::Log,
        blob,
        media_type: Some("text/plain".to_owned()),
        command: None,
        events: 3,
    }
}

const LIMITS: QueueLimits = QueueLimits { batches: 3, bytes: 1_000 };

fn take(store: &Store, content: &str, second: i64) -> Result<Intake, AppError> {
    let new = new(content);
    write(store, move |tx| accept(tx, &ctx(at(second)), LIMITS, &new))
}

fn claim(store: &Store, second: i64) -> Option<Intake> {
    write(store, move |tx| tx.claim_intake(at(second), at(second + 30))).unwrap()
}

fn read(bed: &Bed, id: IntakeId) -> Intake {
    bed.read(move |tx| tx.intake(id)).unwrap().unwrap()
}

fn a_delivery_comes_back_as_it_went_in(engine: Engine) {
    let bed = Bed::new(engine);
    let taken = take(&bed.store, "a", 0).unwrap();
    assert_eq!(read(&bed, taken.id), taken);
    let claimed = claim(&bed.store, 1).unwrap();
    let full = Intake {
        state: IntakeState::Processed,
        finished_at: Some(at(2)),
        command: Some(json!({"ą": [1, null]})),
        accepted: 2,
        rejected: 1,
        faults: vec![PartFault { index: 7, message: "is not \"JSON\"".to_owned() }],
        reason: Some("why".to_owned()),
        duplicate_of: Some(taken.id),
        steps: 9,
        incidents: 2,
        forgiven: 1,
        retried_at: Some(at(3)),
        ..claimed.clone()
    };
    let next = full.clone();
    assert!(bed.write(move |tx| tx.save_intake(&claimed, &next)).unwrap());
    assert_eq!(read(&bed, taken.id), full);
    let nobody = IntakeId::new(at(0), &[7; 10]);
    assert_eq!(bed.read(move |tx| tx.intake(nobody)).unwrap(), None);
}

fn a_claim_ends_and_its_holder_with_it(engine: Engine) {
    let bed = Bed::new(engine);
    let due = |second| bed.read(move |tx| tx.intake_is_due(at(second))).unwrap();
    assert!(!due(0) && claim(&bed.store, 0).is_none());
    let first = take(&bed.store, "a", 5).unwrap();
    take(&bed.store, "b", 6).unwrap();
    assert!(!due(4) && due(5));
    let held = claim(&bed.store, 10).unwrap();
    assert_eq!((held.id, held.attempts), (first.id, 1), "the longest due first");
    assert_ne!(claim(&bed.store, 11).unwrap().id, first.id);
    assert!(claim(&bed.store, 39).is_none());
    // It lapses, and another goes on from where it was.
    let step = Intake { steps: 1, ..held.clone() };
    let (before, next) = (held.clone(), step.clone());
    assert!(bed.write(move |tx| tx.save_intake(&before, &next)).unwrap());
    let stale = held.clone();
    assert!(!bed.write(move |tx| tx.save_intake(&stale, &stale)).unwrap(), "a step is done once");
    let heir = claim(&bed.store, 40).unwrap();
    assert_eq!((heir.id, heir.attempts, heir.steps), (first.id, 2, 1));
    assert!(!bed.write(move |tx| tx.save_intake(&step, &step)).unwrap(), "the former holder is out");
    let outcome = Outcome { accepted: 3, ..Outcome::default() };
    bed.write(move |tx| finish(tx, &ctx(at(50)), &heir, &outcome)).unwrap();
    let done = read(&bed, first.id);
    assert_eq!((done.state, done.wake_at), (IntakeState::Processed, None));
    assert_eq!(done.blob, first.blob, "what is nobody's evidence stays with its delivery");
}

fn one_of_many_claimers_gets_it(engine: Engine) {
    let bed = Bed::new(engine);
    let other = bed.another();
    take(&bed.store, "a", 0).unwrap();
    let claimed = probatum_tests::at_once(8, |n| claim(if n % 2 == 0 { &bed.store } else { &other }, 1));
    assert_eq!(claimed.iter().flatten().count(), 1);
}

fn the_queue_is_bounded(engine: Engine) {
    let bed = Bed::new(engine);
    for content in ["a", "bb", "ccc"] {
        take(&bed.store, content, 0).unwrap();
    }
    let backlog = || bed.read(|tx| tx.intake_backlog()).unwrap();
    assert_eq!(backlog(), Backlog { batches: 3, bytes: 6 });
    let refused = take(&bed.store, "d", 1).unwrap_err();
    assert_eq!(refused.code, Code::TooManyRequests);
    // A repetition waits for nobody.
    assert!(take(&bed.store, "a", 1).unwrap().duplicate_of.is_some());
    let held = claim(&bed.store, 2).unwrap();
    assert_eq!(backlog().batches, 3, "what is worked on is still under way");
    bed.write(move |tx| finish(tx, &ctx(at(3)), &held, &Outcome::default())).unwrap();
    assert_eq!(backlog(), Backlog { batches: 2, bytes: 5 });
    take(&bed.store, "d", 4).unwrap();
}

fn the_same_content_is_one_delivery(engine: Engine) {
    let bed = Bed::new(engine);
    let other = bed.another();
    let answers = probatum_tests::at_once(8, |n| {
        take(if n % 2 == 0 { &bed.store } else { &other }, "same", 0).unwrap()
    });
    let counting: Vec<&Intake> = answers.iter().filter(|i| i.duplicate_of.is_none()).collect();
    assert_eq!(counting.len(), 1);
    let repeated = answers.iter().filter(|i| i.duplicate_of == Some(counting[0].id));
    assert!(repeated.clone().all(|i| i.wake_at.is_none() && i.blob.is_none()));
    assert!(repeated.clone().all(|i| i.state == IntakeState::Queued), "as what it repeats");
    assert_eq!(repeated.count(), 7);
    // A day later it is another one, and so it is after a rejection.
    assert!(take(&bed.store, "same", 24 * 3600).unwrap().duplicate_of.is_some());
    assert!(take(&bed.store, "same", 24 * 3600 + 1).unwrap().duplicate_of.is_none());
    take(&bed.store, "bad", 10).unwrap();
    while let Some(held) = claim(&bed.store, 24 * 3600 + 2) {
        bed.write(move |tx| finish(tx, &ctx(at(24 * 3600 + 2)), &held, &Outcome::default())).unwrap();
    }
    assert!(take(&bed.store, "bad", 24 * 3600 + 3).unwrap().duplicate_of.is_none());
}

fn links_add_up(engine: Engine) {
    let bed = Bed::new(engine);
    let all = incidents(1, 2);
    bed.insert(&all);
    let taken = take(&bed.store, "a", 0).unwrap();
    let (id, [a, b]) = (taken.id, [all[0].id, all[1].id]);
    let news = bed.write(move |tx| {
        Ok([
            tx.link_intake(id, a, 2, true)?,
            tx.link_intake(id, b, 1, false)?,
            tx.link_intake(id, a, 3, false)?,
        ])
    });
    assert_eq!(news.unwrap(), [true, true, false]);
    let links = bed.read(move |tx| tx.intake_links(id, 10)).unwrap();
    let of = |i: usize| links.iter().find(|l| l.incident == all[i].id).unwrap();
    assert_eq!((of(0).events, of(0).opened, of(0).public_id), (5, true, all[0].public_id));
    assert_eq!((of(1).events, of(1).opened), (1, false));
    assert_eq!((of(0).status, of(0).lifecycle), (all[0].status, all[0].lifecycle));
    assert_eq!(bed.read(move |tx| tx.intake_links(id, 1)).unwrap().len(), 1);
    let gone = all[0].clone();
    bed.write(move |tx| tx.delete_incident(&gone)).unwrap();
    assert_eq!(bed.read(move |tx| tx.intake_links(id, 10)).unwrap().len(), 1);
}

fn events_have_open_incidents(engine: Engine) {
    let bed = Bed::new(engine);
    let mut all = incidents(2, 5);
    for incident in &mut all {
        (incident.status, incident.lifecycle) = (QueueStatus::Open, Lifecycle::Open);
    }
    all[3].status = QueueStatus::Resolved;
    all[4].lifecycle = Lifecycle::Closed;
    bed.insert(&all);
    let note = |n: usize, key: &'static str, events: u64| {
        let tally = Tally { event_count: events, first_seen: at(10), last_seen: at(20) };
        let noted = Correlated { incident: all[n].id, tally, batches: 1 };
        let saved = noted.clone();
        bed.write(move |tx| {
            tx.lock_correlations(&[key, "another", key])?;
            tx.save_correlation(key, &saved)
        })
        .unwrap();
        noted
    };
    note(0, "key", 1);
    let (of_1, of_2) = (note(1, "key", 4), note(2, "another", 5));
    let of_0 = note(0, "key", 7);
    let mut newest = vec![of_0.clone(), of_1];
    newest.sort_by_key(|c| std::cmp::Reverse(c.incident));
    note(3, "key", 1);
    note(4, "key", 1);
    let found = |key: &'static str, from, to, limit| {
        bed.read(move |tx| tx.correlated(key, at(from), at(to), limit)).unwrap()
    };
    assert_eq!(found("key", 0, 99, 5), newest, "neither the resolved nor the closed one");
    assert_eq!(found("key", 0, 99, 1), newest[..1]);
    assert_eq!(found("another", 0, 99, 5), [of_2]);
    for (from, to) in [(0, 10), (20, 99), (12, 13), (10, 20)] {
        assert_eq!(found("key", from, to, 5), newest, "{from} to {to}");
    }
    assert_eq!((found("key", 0, 9, 5), found("key", 21, 99, 5)), (vec![], vec![]));
    let (id, nobody) = (all[0].id, probatum_kernel::IncidentId::new(at(0), &[9; 10]));
    assert_eq!(bed.read(move |tx| tx.tally_of(id)).unwrap(), Some(of_0.tally));
    assert_eq!(bed.read(move |tx| tx.tally_of(nobody)).unwrap(), None);
}

fn content_goes_with_its_last_owner(engine: Engine) {
    let bed = Bed::new(engine);
    let taken = take(&bed.store, "a", 0).unwrap();
    let key = taken.blob.unwrap();
    let spared = |key: &str| {
        let key = key.to_owned();
        bed.write(move |tx: &mut dyn Tx| {
            tx.discard_blob(&key, at(1))?;
            tx.discard_blob(&key, at(2))?;
            Ok((tx.spare_blob(&key)?, tx.discarded_blobs(10)?.contains(&key)))
        })
        .unwrap()
    };
    assert_eq!(spared(&key), (true, false), "the delivery refers to it");
    assert_eq!(spared("evidence/nobody's"), (false, true));
    let held = claim(&bed.store, 1).unwrap();
    bed.write(move |tx| finish(tx, &ctx(at(2)), &held, &Outcome::default())).unwrap();
    assert_eq!(spared(&key), (false, true), "of a rejected delivery nothing is kept");
}
