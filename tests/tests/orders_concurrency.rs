//! Many deciding at once: one decision counts, and what it releases is carried out once (CONTRACT §6), also across servers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_tests::*;
use serde_json::{Value, json};

on_both! {
    own: one_of_eight_approvals_counts, approvals_against_rejections, approvals_against_cancellations,
        one_undoing_at_a_time, orders_at_once_are_all_carried_out;
}

#[test]
fn one_approval_counts_on_two_servers() {
    if !Engine::Postgres.is_here() {
        return;
    }
    let hook = Hook::start();
    let app = hooked(Engine::Postgres, &hook);
    let other = app.replica();
    let people: Vec<Client> = keys(&app)
        .iter()
        .enumerate()
        .map(|(i, key)| if i % 2 == 0 { app.anonymous() } else { app.client_of(&other) }.with_key(key))
        .collect();
    one_wins(&app, &hook, &people);
}

const ROUNDS: usize = 10;

fn hooked(engine: Engine, hook: &Hook) -> App {
    App::configured(engine, &hook.connector("firewall", &["*"], ""), &[])
}

/// The keys of eight people who may approve level `analyst`, and who did not ask for anything.
fn keys(app: &App) -> Vec<String> {
    let roles = ["analyst", "operator", "senior_analyst", "ai_safety"];
    (0..8).map(|i| app.new_key(&format!("person{i}"), &["--role", roles[i % roles.len()]])).collect()
}

fn people(app: &App) -> Vec<Client> {
    keys(app).iter().map(|key| app.anonymous().with_key(key)).collect()
}

/// An order that waits for level `analyst`.
fn a_block(client: &Client, incident: &str) -> String {
    text(&client.orders(incident, "block_ip", &json!({"ip": "192.0.2.7"}))["action_id"])
}

/// How often each of these events is told of an action.
fn told(app: &App, incident: &str, action: &str, event: &str) -> usize {
    app.viewer().timeline(incident, &[event]).iter().filter(|e| e["subject"] == action).count()
}

fn one_wins(app: &App, hook: &Hook, people: &[Client]) {
    let operator = app.operator();
    let id = operator.reports(&report("A rush"));
    for _ in 0..ROUNDS {
        let action = a_block(&operator, &id);
        let replies = at_once(people.len(), |i| people[i].decides(&action, "approve"));
        let (won, lost): (Vec<_>, Vec<_>) = replies.iter().partition(|r| r.status == 200);
        assert_eq!(won.len(), 1, "{:?}", replies.iter().map(Reply::text).collect::<Vec<_>>());
        lost.iter().for_each(|r| drop(r.problem(409, "already_decided")));
        assert_eq!(won[0].json()["status"], "completed", "who decided hears what came of it");
        assert_eq!(hook.calls_for(&action), 1);
        assert_eq!(operator.action(&action), won[0].json());
        for event in ["action.approved", "action.started", "action.completed"] {
            assert_eq!(told(app, &id, &action, event), 1, "{event}");
        }
    }
    assert_eq!(hook.calls().len(), ROUNDS);
    app.run(&["audit", "verify"]);
}

fn one_of_eight_approvals_counts(engine: Engine) {
    let hook = Hook::start();
    let app = hooked(engine, &hook);
    one_wins(&app, &hook, &people(&app));
}

/// Has the people do one of two things at once, in turn; the one answer that won, and the losers.
fn contest(people: &[Client], action: &str, even: &Value, odd: &Value) -> (Reply, Vec<Reply>) {
    let path = format!("/api/actions/{action}");
    let replies = at_once(people.len(), |i| people[i].patch(&path, if i % 2 == 0 { even } else { odd }));
    let (mut won, lost): (Vec<_>, Vec<_>) = replies.into_iter().partition(|r| r.status == 200);
    assert_eq!(won.len(), 1, "{action}");
    (won.remove(0), lost)
}

fn approvals_against_rejections(engine: Engine) {
    let hook = Hook::start();
    let app = hooked(engine, &hook);
    let (operator, people) = (app.operator(), people(&app));
    let id = operator.reports(&report("Yes or no"));
    for _ in 0..ROUNDS {
        let action = a_block(&operator, &id);
        let (won, lost) =
            contest(&people, &action, &json!({"decision": "approve"}), &json!({"decision": "reject"}));
        lost.iter().for_each(|r| drop(r.problem(409, "already_decided")));
        let status = text(&won.json()["status"]);
        assert!(["completed", "rejected"].contains(&status.as_str()), "{status}");
        assert_eq!(operator.action(&action)["status"], status.as_str());
        assert_eq!(
            hook.calls_for(&action),
            usize::from(status == "completed"),
            "what was rejected is not done"
        );
    }
}

fn approvals_against_cancellations(engine: Engine) {
    let hook = Hook::start();
    let app = hooked(engine, &hook);
    let operator = app.operator();
    let people: Vec<Client> = (0..4).map(|i| app.person(&format!("person{i}"), "operator")).collect();
    let id = operator.reports(&report("Never mind"));
    for _ in 0..ROUNDS {
        let action = a_block(&operator, &id);
        let path = format!("/api/actions/{action}");
        let (approve, cancel) = (json!({"decision": "approve"}), json!({"status": "cancelled"}));
        let replies =
            at_once(people.len(), |i| people[i].patch(&path, if i % 2 == 0 { &approve } else { &cancel }));
        // An approval may still be called off before it is begun, so both may win: then nothing was done.
        let done = operator.action(&action);
        let cancelled = done["status"] == "cancelled";
        assert!(cancelled || done["status"] == "completed", "{done}");
        assert_eq!(hook.calls_for(&action), usize::from(!cancelled), "{done}");
        assert!(replies.iter().step_by(2).filter(|r| r.status == 200).count() <= 1, "{done}");
        replies.iter().filter(|r| r.status != 200).for_each(|r| assert_eq!(r.status, 409, "{}", r.text()));
    }
}

fn one_undoing_at_a_time(engine: Engine) {
    let hook = Hook::start();
    let app = hooked(engine, &hook);
    let operator = app.operator();
    let id = operator.reports(&report("Back again"));
    for _ in 0..ROUNDS {
        let action =
            text(&operator.orders(&id, "quarantine_email", &json!({"message_id": "m"}))["action_id"]);
        let path = format!("/api/actions/{action}/rollback");
        let replies = at_once(6, |_| operator.request("POST", &path).send());
        let (won, lost): (Vec<_>, Vec<_>) = replies.iter().partition(|r| r.status == 201);
        assert_eq!(won.len(), 1);
        let by = text(&won[0].json()["data"]["action_id"]);
        for reply in lost {
            assert!(text(&reply.problem(409, "state_conflict")["detail"]).contains(&by));
        }
    }
}

fn orders_at_once_are_all_carried_out(engine: Engine) {
    let hook = Hook::start();
    let app = hooked(engine, &hook);
    let operator = app.operator();
    let id = operator.reports(&report("All of them"));
    let made = at_once(8, |i| {
        let each = |n: usize| {
            let data = operator.orders(&id, "create_ticket", &json!({"title": format!("Ticket {i}.{n}")}));
            assert_eq!(data["status"], "completed", "{data}");
            text(&data["action_id"])
        };
        (0..5).map(each).collect::<Vec<_>>()
    });
    let mut made: Vec<String> = made.into_iter().flatten().collect();
    let mut called: Vec<String> = hook.calls().iter().map(|c| c.id().to_owned()).collect();
    made.sort();
    called.sort();
    assert_eq!((made.len(), &made), (40, &called));
    assert!(hook.calls().iter().all(HookCall::is_signed));
    app.run(&["audit", "verify"]);
}
