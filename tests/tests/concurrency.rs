//! Many at once: numbers without gap or repeat, one change per idempotency key, one winner per version.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_tests::*;
use serde_json::{Value, json};
use std::sync::Barrier;

on_both! {
    shared: one_key_makes_one_incident, one_version_has_one_successor, one_step_is_completed_once,
        evidence_at_once_is_all_kept;
    own: numbers_have_no_gap_and_no_repeat;
}

#[test]
fn two_replicas_count_as_one() {
    if !Engine::Postgres.is_here() {
        return;
    }
    let app = App::start(Engine::Postgres);
    let other = app.replica();
    let key = app.key_of("reporter");
    let clients = [app.anonymous(), app.client_of(&other)].map(|c| c.with_key(&key));
    assert_eq!(create_at_once(&clients, 8, 25), numbers(1..=200));
}

/// `work` in `count` threads that begin together, each with its place; their results.
fn at_once<T: Send>(count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let start = Barrier::new(count);
    std::thread::scope(|scope| {
        let (start, work) = (&start, &work);
        let threads: Vec<_> = (0..count)
            .map(|i| {
                scope.spawn(move || {
                    start.wait();
                    work(i)
                })
            })
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    })
}

/// Lets `writers` create `each` incidents at once, in turn by these clients; the numbers in order.
fn create_at_once(clients: &[Client], writers: usize, each: usize) -> Vec<u64> {
    let made = at_once(writers, |i| {
        let client = &clients[i % clients.len()];
        (0..each).map(|_| number(&client.reports(&report("At once")))).collect::<Vec<_>>()
    });
    let mut made: Vec<u64> = made.into_iter().flatten().collect();
    made.sort_unstable();
    made
}

fn number(public_id: &str) -> u64 {
    public_id.rsplit('-').next().unwrap().parse().unwrap()
}

fn numbers(range: std::ops::RangeInclusive<u64>) -> Vec<u64> {
    range.collect()
}

fn numbers_have_no_gap_and_no_repeat(engine: Engine) {
    let app = App::start(engine);
    assert_eq!(create_at_once(&[app.reporter()], 8, 25), numbers(1..=200));
    // Refused creates leave no gap either.
    for _ in 0..3 {
        app.reporter().post("/api/incidents", &json!({"title": ""})).problem(400, "validation_failed");
    }
    assert_eq!(number(&app.reporter().reports(&report("After all"))), 201);
    app.run(&["audit", "verify"]);
}

fn one_key_makes_one_incident(app: &App) {
    let reporter = app.reporter();
    for _ in 0..5 {
        let (key, title) = (unique("key"), unique("title"));
        let replies = at_once(4, |_| {
            let request = reporter.request("POST", "/api/incidents").json(&report(&title));
            request.header("idempotency-key", &key).send()
        });
        // Whoever comes while the first is running waits for its end, and is given its answer (ADR 5).
        for reply in &replies {
            assert_eq!((reply.status, &reply.bytes), (201, &replies[0].bytes), "{}", reply.text());
            assert_eq!(reply.header("location"), replies[0].header("location"));
        }
        let again = reporter.request("POST", "/api/incidents").json(&report(&title));
        let again = again.header("idempotency-key", &key).send();
        assert_eq!((again.status, &again.bytes), (201, &replies[0].bytes));
        let found = app.viewer().get(&format!("/api/incidents?q={title}")).expect(200);
        assert_eq!(found["meta"]["total"], 1, "{title}");
    }
}

fn one_version_has_one_successor(app: &App) {
    let analyst = app.analyst();
    let id = analyst.reports(&report("A race"));
    let path = format!("/api/incidents/{id}");
    for round in 0..3 {
        let etag = analyst.get(&path).header("etag").unwrap().to_owned();
        assert!(etag.starts_with('"'), "a strong validator: {etag}");
        let replies = at_once(6, |i| {
            let patch = json!({"title": format!("Round {round}, runner {i}")});
            analyst.request("PATCH", &path).header("if-match", &etag).json(&patch).send()
        });
        let (won, lost): (Vec<_>, Vec<_>) = replies.iter().partition(|r| r.status == 200);
        assert_eq!(won.len(), 1);
        lost.iter().for_each(|r| drop(r.problem(412, "precondition_failed")));
        assert_eq!(analyst.incident(&id)["version"], round + 2);
    }
}

fn one_step_is_completed_once(app: &App) {
    let operator = app.operator();
    let id = operator.reports(&report("A step"));
    let step = operator.adds_step(&id, "Only once");
    let path = format!("/api/actions/{step}");
    let replies = at_once(4, |_| operator.patch(&path, &json!({"status": "completed"})));
    let (won, lost): (Vec<_>, Vec<_>) = replies.iter().partition(|r| r.status == 200);
    assert_eq!(won.len(), 1);
    lost.iter().for_each(|r| drop(r.problem(409, "state_conflict")));
}

fn evidence_at_once_is_all_kept(app: &App) {
    let analyst = app.analyst();
    let id = analyst.reports(&report("Evidence at once"));
    let first = analyst.attaches(&id, &confirming());
    // Half of them contradict the first: whatever the order, the end is the same.
    at_once(8, |i| {
        let contradicting = merged(bare("log", 50), json!({"contradicts": first}));
        analyst.attaches(&id, &if i % 2 == 0 { contradicting } else { confirming() })
    });
    let listed = analyst.get(&format!("/api/incidents/{id}/evidence?per_page=100")).expect(200);
    let statuses: Vec<&Value> = listed["data"].as_array().unwrap().iter().map(|e| &e["status"]).collect();
    assert_eq!(statuses.len(), 9);
    assert_eq!(statuses.iter().filter(|s| ***s == "disputed").count(), 1);
    assert_eq!(analyst.incident(&id)["evidence_status"], "disputed");
    app.run(&["audit", "verify"]);
}
