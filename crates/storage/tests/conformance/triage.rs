//! Triage runs: rows that come back, one under way, an end that happens once, pages, and what a deletion leaves.

use crate::support::*;
use probatum_application::triage::*;
use probatum_incident::Incident;
use probatum_kernel::{Code, IncidentId, Page, Timestamp, Total, TriageId};
use probatum_tests::Engine;
use probatum_triage::{Classification, Draft, Signal, Verdict};

probatum_tests::on_both! {
    own: runs_come_back_as_they_went_in, one_at_a_time, an_end_happens_once, runs_are_read_newest_first,
        a_deleted_incident_takes_its_runs_along;
}

fn time(seconds: i64) -> Timestamp {
    Timestamp::from_millis(BASE).unwrap().plus_millis(seconds * 1_000 + 7)
}

fn new_incident(bed: &Bed, n: i64) -> Incident {
    let incident = incident(&mut Dice::new(n.unsigned_abs()), n, time(n));
    bed.insert(std::slice::from_ref(&incident));
    incident
}

fn id(n: u8) -> TriageId {
    TriageId::new(time(0), &[n; 10])
}

/// A run under way, the `seq`-th.
fn running(of: IncidentId, seq: u8) -> TriageRun {
    TriageRun {
        id: id(seq),
        incident_id: of,
        seq: seq.into(),
        status: RunStatus::Running,
        engine: "embedded/1".to_owned(),
        model: None,
        playbook: "phishing".to_owned(),
        verdict: None,
        recommended_actions: Vec::new(),
        fallback: None,
        failure: None,
        requested_by: "analyst:kdzik".parse().unwrap(),
        started_at: time(1),
        lease_until: time(31),
        finished_at: None,
        duration_ms: None,
        transcript: None,
    }
}

/// The same with every field set.
fn completed(run: &TriageRun) -> TriageRun {
    let verdict = Verdict::new(Draft {
        classification: Classification::Malicious,
        confidence: 0.92,
        category: Some("phishing".to_owned()),
        reasoning: "Żółw\nsays so".to_owned(),
        signals: vec![Signal {
            name: "a".to_owned(),
            weight: 0.1 + 0.2,
            evidence: "\"ą\" \u{200b}".to_owned(),
        }],
        engine: "llm/1".to_owned(),
        model: Some("judge-7b".to_owned()),
    });
    TriageRun {
        status: RunStatus::Completed,
        model: Some("judge-7b".to_owned()),
        verdict: Some(verdict.unwrap()),
        recommended_actions: vec!["quarantine_email".to_owned(), "block_sender".to_owned()],
        fallback: Some("the model was silent".to_owned()),
        finished_at: Some(time(46)),
        duration_ms: Some(45_000),
        transcript: Some(Transcript {
            prompt: "BEGIN DATA".to_owned(),
            answer: Some("{}".to_owned()),
            prompt_tokens: Some(1_000),
            completion_tokens: Some(i64::from(u32::MAX)),
            cost: Some(0.1 + 0.2),
        }),
        ..run.clone()
    }
}

fn failed(run: &TriageRun) -> TriageRun {
    let failure = Some("no verdict".to_owned());
    TriageRun {
        status: RunStatus::Failed,
        failure,
        finished_at: Some(time(2)),
        duration_ms: Some(0),
        ..run.clone()
    }
}

fn insert(bed: &Bed, run: &TriageRun) {
    let run = run.clone();
    bed.write(move |tx| tx.insert_triage(&run)).unwrap();
}

fn finish(bed: &Bed, run: &TriageRun) {
    let run = run.clone();
    bed.write(move |tx| tx.finish_triage(&run)).unwrap();
}

fn without_transcript(run: &TriageRun) -> TriageRun {
    TriageRun { transcript: None, ..run.clone() }
}

fn list(bed: &Bed, of: IncidentId, page: Page, transcripts: bool) -> TriageList {
    bed.read(move |tx| tx.list_triage(of, &page, transcripts)).unwrap()
}

fn runs_come_back_as_they_went_in(engine: Engine) {
    let bed = Bed::new(engine);
    let of = new_incident(&bed, 1).id;
    assert_eq!(bed.read(move |tx| tx.last_triage(of)).unwrap(), 0);
    assert_eq!(bed.read(|tx| tx.triage(id(1))).unwrap(), None);
    let first = running(of, 1);
    insert(&bed, &first);
    assert_eq!(bed.read(|tx| tx.triage(id(1))).unwrap(), Some(first.clone()));
    let done = completed(&first);
    finish(&bed, &done);
    assert_eq!(bed.read(|tx| tx.triage(id(1))).unwrap(), Some(without_transcript(&done)));
    assert_eq!(list(&bed, of, Page::FIRST, true).rows, std::slice::from_ref(&done));
    assert_eq!(list(&bed, of, Page::FIRST, false).rows, [without_transcript(&done)]);
    let second = running(of, 2);
    insert(&bed, &second);
    finish(&bed, &failed(&second));
    assert_eq!(bed.read(move |tx| tx.last_triage(of)).unwrap(), 2);
    // The newest with a verdict is not the newest.
    let known = bed.read(move |tx| tx.triage_completed(of)).unwrap();
    assert_eq!(known, Some(without_transcript(&done)));
    assert_eq!(bed.read(move |tx| tx.triage_running(of)).unwrap(), None);
}

fn one_at_a_time(engine: Engine) {
    let bed = Bed::new(engine);
    let (of, other) = (new_incident(&bed, 1).id, new_incident(&bed, 2).id);
    insert(&bed, &running(of, 1));
    for beside in [running(of, 2), TriageRun { seq: 1, ..failed(&running(of, 3)) }] {
        let e = bed.write(move |tx| tx.insert_triage(&beside)).unwrap_err();
        assert!(e.transient && e.code == Code::Unavailable, "{e:?}");
    }
    insert(&bed, &TriageRun { seq: 1, ..running(other, 4) });
    assert_eq!(bed.read(move |tx| tx.triage_running(of)).unwrap().map(|r| r.id), Some(id(1)));
    finish(&bed, &failed(&running(of, 1)));
    insert(&bed, &running(of, 2));
    assert_eq!(bed.read(move |tx| tx.triage_running(of)).unwrap().map(|r| r.id), Some(id(2)));
}

fn an_end_happens_once(engine: Engine) {
    let bed = Bed::new(engine);
    let of = new_incident(&bed, 1).id;
    let run = running(of, 1);
    insert(&bed, &run);
    finish(&bed, &failed(&run));
    let late = completed(&run);
    let e = bed.write(move |tx| tx.finish_triage(&late)).unwrap_err();
    assert!(e.transient, "{e:?}");
    assert_eq!(bed.read(|tx| tx.triage(id(1))).unwrap(), Some(failed(&run)));
}

fn runs_are_read_newest_first(engine: Engine) {
    let bed = Bed::new(engine);
    let (of, other) = (new_incident(&bed, 1).id, new_incident(&bed, 2).id);
    for seq in 1..=7 {
        insert(&bed, &completed(&running(of, seq)));
    }
    insert(&bed, &TriageRun { seq: 1, ..running(other, 99) });
    let (mut seen, mut after, mut number) = (Vec::new(), None, 1);
    loop {
        let by_cursor = list(&bed, of, Page::new(None, Some(3), after).unwrap(), false);
        let by_number = list(&bed, of, Page::new(Some(number), Some(3), None).unwrap(), true);
        let seqs = |l: &TriageList| l.rows.iter().map(|r| r.seq).collect::<Vec<_>>();
        assert_eq!((seqs(&by_cursor), by_cursor.total), (seqs(&by_number), Total::Exactly(7)));
        assert!(by_number.rows.iter().all(|r| r.transcript.is_some()));
        assert!(by_cursor.rows.iter().all(|r| r.transcript.is_none()));
        seen.extend(seqs(&by_cursor));
        match by_cursor.next {
            Some(next) => (after, number) = (Some(next), number + 1),
            None => break,
        }
    }
    assert_eq!(seen, [7, 6, 5, 4, 3, 2, 1]);
}

fn a_deleted_incident_takes_its_runs_along(engine: Engine) {
    let bed = Bed::new(engine);
    let (gone, stays) = (new_incident(&bed, 1), new_incident(&bed, 2).id);
    insert(&bed, &running(gone.id, 1));
    insert(&bed, &running(stays, 2));
    bed.write(move |tx| tx.delete_incident(&gone)).unwrap();
    assert_eq!(bed.read(|tx| tx.triage(id(1))).unwrap(), None);
    assert!(bed.read(|tx| tx.triage(id(2))).unwrap().is_some());
}
