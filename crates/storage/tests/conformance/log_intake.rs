//! Log deliveries worked through: late events find their incident, no incident takes more than it may, and what was given up
//! goes on where it stood.

use crate::support::*;
use probatum_application::AppError;
use probatum_application::intake::{Correlated, Intake, IntakeKind, IntakeState, QueueLimits};
use probatum_application::ports::Blob;
use probatum_application::use_cases::intake::{self, NewIntake, Report, accept, give_up};
use probatum_application::use_cases::{housekeeping, incidents, log_intake};
use probatum_evidence::Sha256Hex;
use probatum_incident::Incident;
use probatum_intake::{Batch, Tally};
use probatum_kernel::{Code, IncidentId, IncidentRef, IntakeId, Timestamp};
use probatum_tests::Engine;
use std::sync::Arc;

probatum_tests::on_both! {
    own: late_events_find_their_incident, a_full_incident_has_a_follow_up, a_delivery_that_is_evidence_goes_on_joining,
        what_was_given_up_goes_on_where_it_stood, what_was_given_up_halfway_goes_on_when_it_is_sent_again, what_cannot_be_tried_again, content_is_kept_for_a_month,
        a_repetition_stands_where_its_original_stands;
}

const LINES: &str = "application/x-ndjson";
const LIMITS: QueueLimits = QueueLimits { batches: 100, bytes: 1_000_000 };
const HOUR: i64 = 3_600;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(BASE).unwrap().plus_millis(seconds * 1_000)
}

/// An event of the one rule about the one machine, so many hours after the beginning.
fn event(hours: i64) -> String {
    let when = at(hours * HOUR);
    format!("{{\"message\":\"denied\",\"rule\":\"r\",\"host\":\"web-1\",\"timestamp\":\"{when}\"}}\n")
}

fn take(bed: &Bed, body: &str, second: i64) -> Intake {
    let hash = Sha256Hex::of(body.as_bytes());
    let blob =
        Blob { key: format!("evidence/{hash}-{second}"), size: u64::try_from(body.len()).unwrap(), hash };
    let events = u32::try_from(body.lines().count()).unwrap();
    let new =
        NewIntake { kind: IntakeKind::Log, blob, media_type: Some(LINES.to_owned()), command: None, events };
    bed.write(move |tx| accept(tx, &ctx(at(second)), LIMITS, &new)).unwrap()
}

fn claim(bed: &Bed, second: i64) -> Intake {
    bed.write(move |tx| tx.claim_intake(at(second), at(second + 30))).unwrap().unwrap()
}

fn batch(body: &str, second: i64) -> Arc<Batch> {
    Arc::new(Batch::read(body.as_bytes(), Some(LINES), at(second)))
}

/// Delivers these lines and works them through.
fn deliver(bed: &Bed, body: &str, second: i64) -> Intake {
    take(bed, body, second);
    let (mut held, batch) = (claim(bed, second), batch(body, second));
    while held.finished_at.is_none() {
        let (before, batch) = (held.clone(), batch.clone());
        let step = bed.write(move |tx| log_intake::step(tx, at(second), &before, &batch, at(second + 30)));
        held = step.unwrap();
    }
    held
}

fn report(bed: &Bed, id: IntakeId) -> Report {
    bed.read(move |tx| intake::report(tx, &ctx(at(0)), id)).unwrap()
}

/// The one incident a delivery is about, and whether it opened that.
fn landed(bed: &Bed, delivery: &Intake) -> (IncidentId, bool) {
    let links = report(bed, delivery.id).incidents;
    assert_eq!(links.len(), 1, "{links:?}");
    (links[0].incident, links[0].opened)
}

fn tally(bed: &Bed, of: IncidentId) -> Tally {
    bed.read(move |tx| tx.tally_of(of)).unwrap().unwrap()
}

fn incident(bed: &Bed, id: IncidentId) -> Incident {
    bed.read(move |tx| tx.incident(IncidentRef::Id(id))).unwrap().unwrap()
}

fn late_events_find_their_incident(engine: Engine) {
    let bed = Bed::new(engine);
    // What was kept back for three weeks: an event every other day.
    let body: String = (0..10).map(|n| event(n * 48)).collect();
    let now = 30 * 24 * HOUR;
    let all = deliver(&bed, &body, now);
    assert_eq!((all.incidents, all.accepted), (10, 10));
    for (hours, first) in [(-24, 0), (1, 0), (4 * 48 + 20, 4), (9 * 48 + 24, 9)] {
        let late = deliver(&bed, &event(hours), now + hours);
        let (of, opened) = landed(&bed, &late);
        assert!(!opened, "{hours}");
        let span = tally(&bed, of);
        assert!(
            span.first_seen <= at(first * 48 * HOUR) && at(first * 48 * HOUR) <= span.last_seen,
            "{span:?}"
        );
    }
    assert!(landed(&bed, &deliver(&bed, &event(-50), now)).1, "too far from all");
    assert_eq!(bed.raw().count("incidents"), 11);
}

/// The key of the events, and what is noted of an incident of it.
fn noted(bed: &Bed, id: IncidentId) -> (String, Correlated) {
    let key = batch(&event(0), 30 * 24 * HOUR).groups[0].key.to_string();
    let asked = key.clone();
    let found = bed.read(move |tx| tx.correlated(&asked, at(-1_000 * HOUR), at(1_000 * HOUR), 99)).unwrap();
    (key, found.into_iter().find(|c| c.incident == id).unwrap())
}

/// An incident with this many deliveries.
fn opened(bed: &Bed, batches: u32) -> IncidentId {
    let (id, opened) = landed(bed, &deliver(bed, &event(0), 30 * 24 * HOUR));
    assert!(opened);
    let (key, noted) = noted(bed, id);
    assert_eq!(noted.batches, 1);
    bed.write(move |tx| tx.save_correlation(&key, &Correlated { batches, ..noted.clone() })).unwrap();
    id
}

fn a_full_incident_has_a_follow_up(engine: Engine) {
    let bed = Bed::new(engine);
    let now = 30 * 24 * HOUR;
    let full = opened(&bed, 500);
    let second = deliver(&bed, &event(1), now + 1);
    let (next, is_new) = landed(&bed, &second);
    assert!(is_new && next != full);
    let summary = incident(&bed, next).summary.unwrap();
    assert!(summary.contains(&incident(&bed, full).public_id.to_string()), "{summary}");
    let evidence = bed.read(move |tx| tx.evidence_of(next)).unwrap();
    let stored = evidence[0].stored.clone().unwrap().key;
    assert_eq!(evidence.len(), 1, "every delivery is evidence of an incident");
    assert_eq!((tally(&bed, full).event_count, tally(&bed, next).event_count), (1, 1));
    assert_eq!(landed(&bed, &deliver(&bed, &event(2), now + 2)), (next, false), "and on it goes there");
    // Content goes with its incident.
    let (gone, any) = (IncidentRef::Id(next), incidents::Precondition::None);
    bed.write(move |tx| incidents::delete(tx, &ctx(at(now + 3)), gone, &any)).unwrap();
    assert!(bed.read(|tx| tx.discarded_blobs(10)).unwrap().contains(&stored));
}

fn a_delivery_that_is_evidence_goes_on_joining(engine: Engine) {
    let bed = Bed::new(engine);
    let full = opened(&bed, 499);
    // Two groups, both near it: the first takes the last place.
    let body = format!("{}{}", event(-20), event(20));
    assert_eq!(landed(&bed, &deliver(&bed, &body, 30 * 24 * HOUR + 1)), (full, false));
    assert_eq!((tally(&bed, full).event_count, noted(&bed, full).1.batches), (3, 500));
    assert_eq!(bed.read(move |tx| tx.evidence_of(full)).unwrap().len(), 2);
}

fn retry(bed: &Bed, id: IntakeId, second: i64) -> Result<Report, AppError> {
    bed.write(move |tx| intake::retry(tx, &ctx(at(second)), id, LIMITS))
}

/// Gives a claimed delivery up.
fn gives_up(bed: &Bed, held: Intake, second: i64) {
    bed.write(move |tx| give_up(tx, &ctx(at(second)), &held, "It was away.")).unwrap();
}

fn what_was_given_up_goes_on_where_it_stood(engine: Engine) {
    let bed = Bed::new(engine);
    // More groups than one step takes.
    let body: String = (0..20).map(|n| event(n * 48)).collect();
    let now = 60 * 24 * HOUR;
    let taken = take(&bed, &body, now);
    let (held, read) = (claim(&bed, now), batch(&body, now));
    let half = {
        let (held, read) = (held.clone(), read.clone());
        bed.write(move |tx| log_intake::step(tx, at(now), &held, &read, at(now + 30))).unwrap()
    };
    assert_eq!((half.accepted, half.finished_at), (16, None));
    gives_up(&bed, half, now + 9);
    let given_up = report(&bed, taken.id).intake;
    assert_eq!((given_up.state, given_up.reason.as_deref()), (IntakeState::Processed, Some("It was away.")));
    assert_eq!((&given_up.blob, given_up.wake_at), (&taken.blob, None), "it keeps its content");

    let again = retry(&bed, taken.id, now + 100).unwrap();
    assert_eq!(
        (again.intake.state, again.intake.reason, again.incidents.len()),
        (IntakeState::Queued, None, 16)
    );
    assert_eq!((again.intake.forgiven, again.intake.retried_at), (1, Some(at(now + 100))));
    let mut held = claim(&bed, now + 100);
    assert_eq!((held.id, held.steps), (taken.id, 16));
    while held.finished_at.is_none() {
        let (before, read) = (held.clone(), read.clone());
        held =
            bed.write(move |tx| log_intake::step(tx, at(now + 101), &before, &read, at(now + 130))).unwrap();
    }
    assert_eq!((held.accepted, held.rejected, held.incidents), (20, 0, 20), "nothing counts twice");
    let told =
        "SELECT action AS t FROM audit WHERE action IN ('intake.given_up', 'intake.retried') ORDER BY seq";
    let told = bed.raw().texts(told);
    assert_eq!(told, ["intake.given_up", "intake.retried"]);
    assert!(bed.verify().is_ok());
}

fn what_was_given_up_halfway_goes_on_when_it_is_sent_again(engine: Engine) {
    let bed = Bed::new(engine);
    let body: String = (0..20).map(|n| event(n * 48)).collect();
    let now = 60 * 24 * HOUR;
    let taken = take(&bed, &body, now);
    let (held, read) = (claim(&bed, now), batch(&body, now));
    let half =
        bed.write(move |tx| log_intake::step(tx, at(now), &held, &batch(&body, now), at(now + 30))).unwrap();
    gives_up(&bed, half, now + 9);
    let again = take(&bed, &(0..20).map(|n| event(n * 48)).collect::<String>(), now + 20 * HOUR);
    assert_eq!((again.duplicate_of, again.state), (Some(taken.id), IntakeState::Queued));
    let mut held = claim(&bed, now + 20 * HOUR);
    assert_eq!((held.id, held.steps), (taken.id, 16));
    // With the content that was sent now; that of before may be gone.
    assert!(held.blob.is_some() && held.blob != taken.blob);
    assert_eq!(bed.read(|tx| tx.discarded_blobs(10)).unwrap(), [taken.blob.clone().unwrap()]);
    while held.finished_at.is_none() {
        let (before, read) = (held.clone(), read.clone());
        let step = move |tx: &mut dyn probatum_application::ports::Tx| {
            log_intake::step(tx, at(now + 20 * HOUR), &before, &read, at(now + 20 * HOUR + 30))
        };
        held = bed.write(step).unwrap();
    }
    assert_eq!((held.accepted, held.incidents), (20, 20), "nothing counts twice");
    assert!(bed.verify().is_ok());
    // It counts from when it went on; long after, the same is news again, as it is of a delivery that went well.
    let body: String = (0..20).map(|n| event(n * 48)).collect();
    assert_eq!(take(&bed, &body, now + 40 * HOUR).duplicate_of, Some(taken.id));
    assert_eq!(take(&bed, &body, now + 60 * HOUR).duplicate_of, None);
}

fn what_cannot_be_tried_again(engine: Engine) {
    let bed = Bed::new(engine);
    let refused = |id, words: &str| {
        let e = retry(&bed, id, 500).unwrap_err();
        assert_eq!(e.code, Code::StateConflict);
        assert!(e.detail.contains(words), "{}", e.detail);
    };
    let nobody = IntakeId::new(at(0), &[7; 10]);
    assert_eq!(retry(&bed, nobody, 1).unwrap_err().code, Code::NotFound);
    let taken = take(&bed, "a", 0);
    refused(taken.id, "not given up");
    let repeated = take(&bed, "a", 1);
    refused(repeated.id, &taken.id.to_string());
    gives_up(&bed, claim(&bed, 2), 3);
    // Sent again meanwhile: both would count.
    let sent_again = take(&bed, "a", 4);
    assert_eq!(sent_again.duplicate_of, None);
    refused(taken.id, &sent_again.id.to_string());
}

fn content_is_kept_for_a_month(engine: Engine) {
    let bed = Bed::new(engine);
    let taken = take(&bed, "a", 0);
    gives_up(&bed, claim(&bed, 1), 2);
    let sweep = |second| while bed.write(move |tx| housekeeping::sweep(tx, at(second))).unwrap() {};
    let kept = || report(&bed, taken.id).intake.blob;
    sweep(2 + 30 * 24 * HOUR);
    assert_eq!(kept(), taken.blob);
    sweep(3 + 30 * 24 * HOUR);
    assert_eq!(kept(), None);
    let noted = bed.read(|tx| tx.discarded_blobs(10)).unwrap();
    assert_eq!(noted, [taken.blob.clone().unwrap()]);
    let e = retry(&bed, taken.id, 4 + 30 * 24 * HOUR).unwrap_err();
    assert!(e.code == Code::StateConflict && e.detail.contains("not kept any more"), "{}", e.detail);
    // What is in the queue keeps its content, however long it waits.
    let waiting = take(&bed, "b", 5);
    sweep(365 * 24 * HOUR);
    assert_eq!(report(&bed, waiting.id).intake.blob, waiting.blob);
}

fn a_repetition_stands_where_its_original_stands(engine: Engine) {
    let bed = Bed::new(engine);
    let first = take(&bed, "[7]\n", 0);
    let again = take(&bed, "[7]\n", 1);
    assert_eq!(
        (again.duplicate_of, again.state, again.finished_at),
        (Some(first.id), IntakeState::Queued, None)
    );
    let held = claim(&bed, 2);
    let read = batch("[7]\n", 2);
    let settled = bed.write(move |tx| log_intake::step(tx, at(2), &held, &read, at(32))).unwrap();
    assert_eq!(settled.state, IntakeState::Rejected);
    let told = report(&bed, again.id).intake;
    assert_eq!((told.state, told.finished_at), (IntakeState::Rejected, settled.finished_at));
    assert_eq!((told.faults, told.accepted), (settled.faults, 0));
    let good = take(&bed, &event(0), 10);
    let again = take(&bed, &event(0), 11);
    assert_eq!(again.state, IntakeState::Queued);
    let settled = {
        let (mut held, read) = (claim(&bed, 12), batch(&event(0), 12));
        while held.finished_at.is_none() {
            let (before, read) = (held.clone(), read.clone());
            held = bed.write(move |tx| log_intake::step(tx, at(12), &before, &read, at(40))).unwrap();
        }
        held
    };
    let told = report(&bed, again.id);
    assert_eq!((told.intake.state, told.intake.incidents), (IntakeState::Processed, 1));
    assert_eq!(
        (told.intake.finished_at, told.incidents),
        (settled.finished_at, report(&bed, good.id).incidents)
    );
}
