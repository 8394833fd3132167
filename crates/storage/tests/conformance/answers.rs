//! Idempotency: the answer is kept with the change, in one transaction; many at once make one change.

use crate::support::*;
use probatum_application::ports::{Answered, Tx};
use probatum_application::use_cases::incidents;
use probatum_application::{Answer, AppError, Ctx, RequestKey, answer_once};
use probatum_kernel::{Code, Timestamp};
use probatum_tests::Engine;
use std::sync::Barrier;

probatum_tests::on_both! {
    own: a_repetition_changes_nothing, a_better_answer_replaces_the_first, a_failure_keeps_no_answer, many_at_once_make_one_change;
}

fn now() -> Timestamp {
    Timestamp::from_millis(BASE).unwrap()
}

fn key(body: &[u8]) -> RequestKey {
    RequestKey::new("once", "POST", "/api/incidents", body).unwrap()
}

fn creates(tx: &mut dyn Tx, ctx: &Ctx) -> Answered<Answer> {
    let incident = incidents::create(tx, ctx, &draft("Once", ctx.now))?;
    Ok(Answer { status: 201, headers: Vec::new(), body: incident.public_id.to_string().into_bytes() })
}

fn a_repetition_changes_nothing(engine: Engine) {
    let bed = Bed::new(engine);
    let send =
        |body: &'static [u8]| bed.write(move |tx| answer_once(tx, &ctx(now()), Some(&key(body)), creates));
    let first = send(b"a").unwrap();
    assert_eq!(first.body, b"INC-2026-0001");
    assert_eq!(send(b"a").unwrap(), first);
    assert_eq!(send(b"b").unwrap_err().code, Code::IdempotencyKeyReused);
    assert_eq!((bed.raw().count("incidents"), bed.raw().count("audit")), (1, 1));
}

fn a_better_answer_replaces_the_first(engine: Engine) {
    let bed = Bed::new(engine);
    let say = |body: &[u8]| Answer { status: 201, headers: Vec::new(), body: body.to_vec() };
    let both = ["abcdef012345", "012345abcdef"];
    bed.write(move |tx| {
        both.iter().try_for_each(|who| tx.store_answer(who, &key(b"a"), &say(b"approved"), now()))
    })
    .unwrap();
    let better = Answer {
        status: 200,
        headers: vec![("location".to_owned(), "/api/actions/act-7".to_owned())],
        body: b"completed".to_vec(),
    };
    let kept = better.clone();
    let replace = move |who: &'static str, body: &'static [u8]| {
        let kept = kept.clone();
        bed.write(move |tx| tx.replace_answer(who, &key(body), &kept)).unwrap();
        both.map(|who| bed.read(move |tx| tx.stored_answer(who, "once")).unwrap().unwrap().1)
    };
    assert_eq!(
        replace("abcdef012345", b"b"),
        [say(b"approved"), say(b"approved")],
        "that was another request"
    );
    assert_eq!(replace("nobody", b"a"), [say(b"approved"), say(b"approved")], "none is made up");
    assert_eq!(replace("abcdef012345", b"a"), [better, say(b"approved")], "a key is its principal's own");
}

fn a_failure_keeps_no_answer(engine: Engine) {
    let bed = Bed::new(engine);
    let fails = |tx: &mut dyn Tx, ctx: &Ctx| creates(tx, ctx).and(Err(AppError::not_found("reason")));
    let failed = bed.write(move |tx| answer_once(tx, &ctx(now()), Some(&key(b"a")), fails));
    assert_eq!(failed.unwrap_err().code, Code::NotFound);
    // The answer goes with the change also if it is the change that is lost, after the answer was kept.
    let lost = bed.write(|tx| {
        answer_once(tx, &ctx(now()), Some(&key(b"a")), creates).and(Err::<(), _>(AppError::not_found("x")))
    });
    assert!(lost.is_err());
    assert_eq!((bed.raw().count("idempotency"), bed.raw().count("incidents")), (0, 0));
    let retried = bed.write(|tx| answer_once(tx, &ctx(now()), Some(&key(b"a")), creates));
    assert_eq!(retried.unwrap().body, b"INC-2026-0001");
}

fn many_at_once_make_one_change(engine: Engine) {
    let bed = Bed::new(engine);
    let other = bed.another();
    let together = Barrier::new(8);
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|n| {
                let store = if n % 2 == 0 { &bed.store } else { &other };
                let together = &together;
                scope.spawn(move || {
                    together.wait();
                    write(store, |tx| answer_once(tx, &ctx(now()), Some(&key(b"a")), creates)).unwrap()
                })
            })
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert!(answers.iter().all(|a| a.body == b"INC-2026-0001"), "{answers:?}");
    assert_eq!((bed.raw().count("incidents"), bed.raw().count("idempotency")), (1, 1));
    assert_eq!(bed.verify(), Ok(1));
}
