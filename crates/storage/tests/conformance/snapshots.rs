//! Reading: one snapshot from the first row to the last, and no way to write.

use crate::support::*;
use probatum_agent_trust::Agent;
use probatum_application::ports::{Answered, ApiKey, Job, Record, Tx};
use probatum_application::use_cases::incidents;
use probatum_application::{Answer, RequestKey};
use probatum_kernel::{EvidenceId, IncidentRef, Timestamp};
use probatum_tests::Engine;
use serde_json::json;
use std::sync::mpsc::channel;

probatum_tests::on_both! {
    own: a_read_sees_one_moment, reading_cannot_write;
}

fn now() -> Timestamp {
    Timestamp::from_millis(BASE).unwrap()
}

fn a_read_sees_one_moment(engine: Engine) {
    let bed = Bed::new(engine);
    let first = bed.write(|tx| incidents::create(tx, &ctx(now()), &draft("first", now()))).unwrap();
    let id = IncidentRef::Id(first.id);
    let look =
        move |tx: &mut dyn Tx| -> Answered<_> { Ok((tx.incident(id)?, tx.keys()?.len(), tx.audit_head()?)) };
    let (looked, has_looked) = channel();
    let (wrote, has_written) = channel();
    let (before, after) = std::thread::scope(|scope| {
        let bed = &bed;
        let reader = scope.spawn(move || {
            bed.read(move |tx| {
                let before = look(tx)?;
                looked.send(()).unwrap();
                has_written.recv().unwrap();
                Ok((before, look(tx)?))
            })
        });
        has_looked.recv().unwrap();
        bed.write(move |tx| {
            incidents::delete(tx, &ctx(now()), id, &incidents::Precondition::None)?;
            tx.insert_key(&key())
        })
        .unwrap();
        wrote.send(()).unwrap();
        reader.join().unwrap().unwrap()
    });
    assert_eq!(before.0, Some(first));
    assert_eq!(before, after);
    // The next read sees what there is now.
    let next = bed.read(look).unwrap();
    assert_eq!((next.0, next.1, next.2.0), (None, 1, 2));
}

fn key() -> ApiKey {
    ApiKey {
        id: "abcdef012345".to_owned(),
        name: "x".to_owned(),
        roles: Vec::new(),
        secret_hash: String::new(),
        created_at: now(),
        expires_at: None,
        revoked_at: None,
    }
}

type Attempt = fn(&mut dyn Tx, IncidentRef) -> Answered<()>;

fn record() -> Record {
    Record {
        at: now(),
        actor: ctx(now()).actor().clone(),
        action: "test.written",
        subject: "x".to_owned(),
        incident: None,
        detail: json!({}),
        request_id: "r".to_owned(),
    }
}

fn existing(tx: &mut dyn Tx, id: IncidentRef) -> Answered<probatum_incident::Incident> {
    Ok(tx.incident(id)?.expect("it was created"))
}

/// Every way to write there is.
const ATTEMPTS: &[(&str, Attempt)] = &[
    ("next_incident_number", |tx, _| tx.next_incident_number(2026).map(|_| ())),
    ("insert_incident", |tx, _| tx.insert_incident(&incident(&mut Dice::new(5), 9, now()))),
    ("save_incident", |tx, id| {
        let before = existing(tx, id)?;
        let next = probatum_incident::Incident { version: before.version + 1, ..before.clone() };
        tx.save_incident(&before, &next)
    }),
    ("touch_incident", |tx, id| {
        let before = existing(tx, id)?;
        tx.touch_incident(&before, &before.touched(now()))
    }),
    ("delete_incident", |tx, id| existing(tx, id).and_then(|i| tx.delete_incident(&i))),
    ("insert_agent", |tx, _| tx.insert_agent(&Agent::unverified("new".parse().unwrap(), now())).map(|_| ())),
    ("record", |tx, _| tx.record(&record())),
    ("insert_key", |tx, _| tx.insert_key(&ApiKey { id: "other".to_owned(), ..key() })),
    ("revoke_key", |tx, _| tx.revoke_key("abcdef012345", now()).map(|_| ())),
    ("store_answer", |tx, _| {
        let answer = Answer { status: 200, headers: Vec::new(), body: Vec::new() };
        let key = RequestKey::new("k", "POST", "/", b"").unwrap();
        tx.store_answer("abcdef012345", &key, &answer, now())
    }),
    ("forget_answers", |tx, _| tx.forget_answers(now().plus_hours(1), 9).map(|_| ())),
    ("ensure_job", |tx, _| tx.ensure_job("new", now())),
    ("claim_job", |tx, _| tx.claim_job(now(), now().plus_hours(1)).map(|_| ())),
    ("release_job", |tx, _| tx.release_job(&Job { name: "job".to_owned(), attempts: 1 }, now(), None)),
    ("discard_blob", |tx, _| tx.discard_blob("key", now())),
    ("forget_blob", |tx, _| tx.forget_blob("key")),
    ("recount", |tx, _| tx.recount(true).map(|_| ())),
    ("forget_outbox", |tx, _| tx.forget_outbox(now().plus_hours(1), 9).map(|_| ())),
    ("insert_action", |tx, id| {
        let of = existing(tx, id)?.id;
        let ctx = ctx(now());
        let action =
            probatum_playbooks::Action::open_step(ctx.new_action_id(), of, &step("x"), ctx.actor(), ctx.now)?;
        tx.insert_action(&action)
    }),
    ("insert_evidence", |tx, id| {
        let (of, new) = (existing(tx, id)?.id, EvidenceId::new(now(), &[1; 10]));
        let (item, chain) =
            probatum_evidence::Evidence::attach(new, of, &statement(), ctx(now()).actor(), now())?;
        tx.insert_evidence(&item, &chain)
    }),
];

fn reading_cannot_write(engine: Engine) {
    let bed = Bed::new(engine);
    let first = bed
        .write(|tx| {
            tx.ensure_job("job", now())?;
            tx.insert_key(&key())?;
            incidents::create(tx, &ctx(now()), &draft("first", now()))
        })
        .unwrap();
    let id = IncidentRef::Id(first.id);
    let tables =
        ["incidents", "agents", "audit", "outbox", "api_keys", "idempotency", "jobs", "actions", "evidence"];
    let was = tables.map(|t| bed.raw().count(t));
    for (name, attempt) in ATTEMPTS {
        assert!(bed.read(move |tx| attempt(tx, id)).is_err(), "{name} on a reading transaction");
        // A failed read leaves its connection usable.
        assert_eq!(bed.read(move |tx| existing(tx, id)).unwrap(), first, "after {name}");
    }
    assert_eq!(tables.map(|t| bed.raw().count(t)), was);
    assert_eq!(bed.verify(), Ok(1));
}
