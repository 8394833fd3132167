//! kill -9 around calls to connectors: no action runs twice where that matters, and none is forgotten (CONTRACT §6).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_tests::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;

on_both! {
    own: killed_during_the_call, killed_between_acceptance_and_call, stopped_during_the_call;
}

/// Claims hold for the longest call and ten seconds; the job loop looks every other second.
const LAPSED: Duration = Duration::from_secs(40);
const SOON: Duration = Duration::from_secs(10);
/// How an action ends.
const ENDS: [&str; 5] = ["completed", "failed", "rejected", "expired", "cancelled"];

/// Connectors that give up after two seconds and never try twice by themselves; one of them acts on every call.
fn connectors(hook: &Hook) -> String {
    let patience = "timeout_seconds = 2\nretries = 0\n";
    let once = hook.connector("once", &["notify_*"], &format!("{patience}repeatable = false"));
    once + &hook.connector("soar", &["*"], &format!("{patience}repeatable = true"))
}

fn ended(client: &Client, action: &str) -> Option<Value> {
    let action = client.action(action);
    ENDS.contains(&text(&action["status"]).as_str()).then_some(action)
}

/// The events told of an action, in order.
fn told(app: &App, incident: &str, action: &str) -> Vec<String> {
    let all = app.viewer().walk(&format!("/api/incidents/{incident}/timeline?per_page=100"));
    all.iter().filter(|e| e["subject"] == action).map(|e| text(&e["event"])).collect()
}

/// Begins a request that the server will not live to answer.
fn unanswered(app: &App, incident: &str, order: Value) -> std::thread::JoinHandle<()> {
    let (client, path) = (app.operator(), format!("/api/incidents/{incident}/actions"));
    std::thread::spawn(move || {
        let answer = client.request("POST", &path).json(&order).try_send();
        assert!(answer.is_err(), "an answer from the dead: {:?}", answer.map(|r| r.text()));
    })
}

fn killed_during_the_call(engine: Engine) {
    durable();
    let hook = Hook::start();
    let mut app = App::configured(engine, &connectors(&hook), &[]);
    let id = app.operator().reports(&report("Killed"));
    hook.hold();
    let orders = [
        json!({"action": "create_ticket", "parameters": {"title": "Again and again"}}),
        json!({"action": "notify_dpo", "parameters": {"message": "Only once"}}),
    ];
    let clients = orders.map(|order| unanswered(&app, &id, order));
    let calls = until("both calls are open", SOON, || Some(hook.calls()).filter(|calls| calls.len() == 2));
    app.kill();
    clients.into_iter().for_each(|c| c.join().unwrap());
    hook.release();
    app.restart();

    let of = |word: &str| calls.iter().find(|c| c.json()["data"]["action"] == word).unwrap().id().to_owned();
    let (again, once) = (of("create_ticket"), of("notify_dpo"));
    let operator = app.operator();
    assert_eq!(operator.action(&again)["status"], "in_progress", "nothing is known before the claim lapses");
    // Nobody helps it along: what a connector may be doing is not a person's to finish.
    for to in ["completed", "failed", "cancelled"] {
        operator
            .patch(&format!("/api/actions/{again}"), &json!({"status": to}))
            .problem(409, "state_conflict");
    }
    let [again_ended, once_ended] =
        [&again, &once].map(|action| until("an action ends", LAPSED, || ended(&operator, action)));

    assert_eq!(again_ended["status"], "completed", "{again_ended}");
    assert_eq!(hook.calls_for(&again), 2, "called again, with the same key");
    let bodies: BTreeSet<String> =
        hook.calls().iter().filter(|c| c.id() == again).map(|c| c.json()["data"].to_string()).collect();
    assert_eq!(bodies.len(), 1, "and with the same words: {bodies:?}");
    assert!(hook.calls().iter().all(HookCall::is_signed));
    let twice = ["action.requested", "action.started", "action.started", "action.completed"];
    assert_eq!(told(&app, &id, &again), twice);

    assert_eq!(once_ended["status"], "failed", "{once_ended}");
    let message = text(&once_ended["result"]["message"]);
    assert!(message.contains("not known"), "{message}");
    assert_eq!(hook.calls_for(&once), 1, "never called a second time");
    assert_eq!(told(&app, &id, &once), ["action.requested", "action.started", "action.failed"]);
    app.run(&["audit", "verify"]);
}

const BATCH: usize = 12;

fn killed_between_acceptance_and_call(engine: Engine) {
    durable();
    let hook = Hook::start();
    let mut app = App::configured(engine, &connectors(&hook), &[]);
    let operator = app.operator();
    let id = operator.reports(&report("Accepted"));
    let order = |n: usize| json!({"ip": format!("192.0.2.{n}")});
    let waiting: Vec<String> =
        (0..BATCH).map(|n| text(&operator.orders(&id, "block_ip", &order(n))["action_id"])).collect();
    let done: Vec<String> = (0..3)
        .map(|n| {
            text(&operator.orders(&id, "create_ticket", &json!({"title": format!("Done {n}")}))["action_id"])
        })
        .collect();
    hook.hold();
    let (analyst, path) = (app.analyst(), format!("/api/incidents/{id}/actions"));
    // Approvals and new orders in flight; the server dies as soon as a few calls are out.
    std::thread::scope(|scope| {
        for (n, action) in waiting.iter().enumerate() {
            let analyst = &analyst;
            scope.spawn(move || drop(approving(analyst, action)));
            let (operator, path) = (&operator, &path);
            scope.spawn(move || {
                let order =
                    json!({"action": "create_ticket", "parameters": {"title": format!("In flight {n}")}});
                drop(operator.request("POST", path).json(&order).try_send());
            });
        }
        until("the first calls are out", SOON, || (hook.calls().len() >= done.len() + 3).then_some(()));
        app.kill();
    });
    hook.release();
    app.restart();

    let viewer = app.viewer();
    let all = viewer.walk(&format!("{path}?per_page=100"));
    let ids: Vec<String> = all.iter().map(|a| text(&a["id"])).collect();
    assert!(waiting.iter().chain(&done).all(|id| ids.contains(id)), "what was answered is there");
    for call in hook.calls() {
        assert!(ids.iter().any(|id| id == call.id()), "nothing is called that is not on record");
    }
    for id in &ids {
        // An approval that was not acknowledged may be lost; then it still waits.
        let waits = || viewer.action(id)["status"] == "pending_approval";
        until("an action reaches an end", LAPSED, || {
            ended(&viewer, id).map(drop).or_else(|| waits().then_some(()))
        });
    }
    // Those that wait are not lost either.
    for id in ids.iter().filter(|id| viewer.action(id)["status"] == "pending_approval") {
        assert_eq!(hook.calls_for(id), 0);
        app.analyst().decides(id, "approve").expect(200);
    }
    for action in &ids {
        let ended = viewer.action(action);
        assert_eq!(ended["status"], "completed", "{ended}");
        let calls = hook.calls_for(action);
        let told = told(&app, &id, action);
        let count = |event: &str| told.iter().filter(|e| *e == event).count();
        assert_eq!((count("action.requested"), count("action.completed")), (1, 1), "{told:?}");
        assert_eq!(count("action.approved"), usize::from(waiting.contains(action)), "{told:?}");
        assert!(
            count("action.failed") == 0 && (1..=count("action.started")).contains(&calls),
            "{calls}: {told:?}"
        );
        assert!(!done.contains(action) || calls == 1, "what had ended is not called again");
    }
    app.run(&["audit", "verify"]);
}

fn approving(analyst: &Client, action: &str) -> Result<Reply, String> {
    let approve = json!({"decision": "approve"});
    analyst.request("PATCH", &format!("/api/actions/{action}")).json(&approve).try_send()
}

/// SIGTERM lets a call under way come to its end.
fn stopped_during_the_call(engine: Engine) {
    let hook = Hook::start();
    let mut app =
        App::configured(engine, &hook.connector("slow", &["*"], "timeout_seconds = 20\nretries = 0"), &[]);
    let id = app.operator().reports(&report("Stopped"));
    hook.hold();
    let (client, path) = (app.operator(), format!("/api/incidents/{id}/actions"));
    let order = json!({"action": "notify_dpo", "parameters": {"message": "Only once"}});
    let asked = std::thread::spawn(move || client.post(&path, &order));
    until("the call is open", SOON, || (hook.calls().len() == 1).then_some(()));
    let stranger = app.anonymous();
    std::thread::scope(|scope| {
        let hook = &hook;
        scope.spawn(move || {
            until("nobody is let in any more", SOON, || {
                stranger.request("GET", "/health/live").try_send().is_err().then_some(())
            });
            hook.release();
        });
        app.stop();
    });
    let data = asked.join().unwrap().expect(201)["data"].clone();
    assert_eq!(data["status"], "completed", "{data}");
    app.restart();
    assert_eq!(app.operator().action(&text(&data["action_id"]))["status"], "completed");
    assert_eq!(hook.calls().len(), 1);
}
