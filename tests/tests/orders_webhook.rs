//! Orders that a connector carries out (docs/connectors.md): what a receiver gets, what its answers come to, and that the
//! same request is carried out once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_tests::*;
use serde_json::{Value, json};
use std::time::Duration;

on_both! {
    own: what_a_receiver_gets, what_its_answers_come_to, an_order_runs_once_per_key, a_decision_runs_once_per_key,
        nobody_there, connectors_in_their_order;
}

/// A registry whose every action goes to the receiver.
fn hooked(engine: Engine, hook: &Hook) -> App {
    let webhook = hook.connector("soar", &["*"], "timeout_seconds = 1\nretries = 0");
    App::configured(engine, &webhook, &[])
}

fn ticket() -> Value {
    json!({"action": "create_ticket", "parameters": {"title": "Rebuild fs01", "queue": "ops"}})
}

fn path_of(incident: &str) -> String {
    format!("/api/incidents/{incident}/actions")
}

fn what_a_receiver_gets(engine: Engine) {
    let hook = Hook::start();
    let app = hooked(engine, &hook);
    let id = app.operator().reports(&report("A ticket"));
    hook.answers(200, r#"{"success": true, "message": "Ticket opened", "reference": "CHG-1207"}"#);
    let data = app.operator().post(&path_of(&id), &ticket()).expect(201)["data"].clone();
    let result = json!({"success": true, "message": "Ticket opened", "reference": "CHG-1207"});
    assert_eq!((&data["status"], &data["result"]), (&json!("completed"), &result));
    let action = text(&data["action_id"]);
    assert_eq!(app.viewer().action(&action)["connector"], "soar");

    let calls = hook.calls();
    assert_eq!(calls.len(), 1);
    let call = &calls[0];
    assert_eq!(call.id(), action);
    assert!(call.is_signed(), "{:?}", call.headers);
    let sent: i64 = call.headers["webhook-timestamp"].parse().unwrap();
    assert!((sent * 1000 - now_millis()).abs() < 60_000);
    assert_eq!(call.headers["content-type"], "application/json");
    let body = call.json();
    assert_eq!(members(&body), ["data", "timestamp", "type"]);
    let expected = json!({
        "type": "probatum.action.requested",
        "data": {
            "action_id": action, "action": "create_ticket", "parameters": ticket()["parameters"],
            "incident": {"id": app.viewer().incident(&id)["id"], "public_id": id},
            "requested_by": "operator:operator", "approved_by": null,
        },
    });
    assert_contains(&body, &expected);

    // With whoever approved it.
    let waits = app.operator().orders(&id, "block_ip", &json!({"ip": "192.0.2.7"}));
    assert_eq!(hook.calls().len(), 1, "what waits is not sent");
    app.analyst().decides(&text(&waits["action_id"]), "approve").expect(200);
    let calls = hook.calls();
    assert_eq!(calls.len(), 2);
    assert!(calls[1].is_signed() && calls[1].id() == text(&waits["action_id"]));
    assert_contains(
        &calls[1].json()["data"],
        &json!({"action": "block_ip", "approved_by": "analyst:analyst"}),
    );
    assert!(!app.server().output().contains(hook::SECRET), "the secret is in the log");
}

fn what_its_answers_come_to(engine: Engine) {
    let hook = Hook::start();
    let app = hooked(engine, &hook);
    let operator = app.operator();
    let id = operator.reports(&report("Answers"));
    let cases: &[(u16, &str, &str, &str)] = &[
        (204, "", "completed", "carried create_ticket out"),
        (200, r#"{"message": "Done in 3 mailboxes"}"#, "completed", "Done in 3 mailboxes"),
        (200, r#"{"success": false, "message": "No such queue"}"#, "failed", "No such queue"),
        (202, "{}", "failed", "did not confirm"),
        (403, "{}", "failed", "refused the request (HTTP 403)"),
        (200, "{\"success\": ", "failed", "may have been done"),
        (500, "{}", "failed", "may have been done"),
    ];
    for (status, body, ends, says) in cases {
        hook.answers(*status, body);
        let data = operator.post(&path_of(&id), &ticket()).expect(201)["data"].clone();
        assert_eq!(data["status"], *ends, "{status} {body}: {data}");
        assert_eq!(data["result"]["success"], *ends == "completed", "{data}");
        let message = text(&data["result"]["message"]);
        assert!(message.contains(says), "{status} {body}: {message}");
        let stored = operator.action(&text(&data["action_id"]));
        assert_eq!((&stored["status"], &stored["result"]), (&data["status"], &data["result"]));
        assert_eq!(stored.get("executed_at").is_some(), *ends == "completed", "{stored}");
    }
    // A failure is final; it is tried anew by a new order.
    hook.answers(200, "{}");
    let failed = operator.get(&format!("{}?per_page=100", path_of(&id))).expect(200)["data"][2]["id"].clone();
    let failed = text(&failed);
    operator
        .patch(&format!("/api/actions/{failed}"), &json!({"status": "completed"}))
        .problem(409, "state_conflict");
    let calls = hook.calls().len();
    assert_eq!(operator.post(&path_of(&id), &ticket()).expect(201)["data"]["status"], "completed");
    assert_eq!((hook.calls().len(), hook.calls_for(&failed)), (calls + 1, 1));
    // Whoever does not answer in time may have done it.
    hook.hold();
    let late = operator.post(&path_of(&id), &ticket()).expect(201)["data"].clone();
    let message = text(&late["result"]["message"]);
    assert!(
        late["status"] == "failed" && message.contains("1 s") && message.contains("may have been"),
        "{message}"
    );
}

fn an_order_runs_once_per_key(engine: Engine) {
    let hook = Hook::start();
    let app = hooked(engine, &hook);
    let operator = app.operator();
    let id = operator.reports(&report("Once"));
    let send = |key: &str, body: &Value| {
        operator.request("POST", &path_of(&id)).json(body).header("idempotency-key", key).send()
    };
    let first = send("once", &ticket());
    assert_eq!(first.expect(201)["data"]["status"], "completed");
    for _ in 0..3 {
        let again = send("once", &ticket());
        assert_eq!(
            (again.status, &again.bytes),
            (201, &first.bytes),
            "the final answer, and not how it began"
        );
        assert_eq!(again.header("location"), first.header("location"));
    }
    let other = json!({"action": "create_ticket", "parameters": {"title": "Another"}});
    send("once", &other).problem(422, "idempotency_key_reused");
    assert_eq!(hook.calls().len(), 1);
    // Many at once are one, too; whoever comes while it runs is told that it does.
    let replies = at_once(6, |_| send("at-once", &ticket()));
    let (made, running): (Vec<&Reply>, Vec<&Reply>) = replies.iter().partition(|r| r.status == 201);
    running.iter().for_each(|r| drop(r.problem(409, "state_conflict")));
    let actions: Vec<Value> = made.iter().map(|r| r.expect(201)["data"]["action_id"].clone()).collect();
    assert!(!actions.is_empty() && actions.windows(2).all(|pair| pair[0] == pair[1]), "{actions:?}");
    assert_eq!(hook.calls_for(&text(&actions[0])), 1);
    assert_eq!(send("at-once", &ticket()).expect(201)["data"]["status"], "completed");
    assert_eq!(operator.get(&path_of(&id)).expect(200)["meta"]["total"], 2);
    // Without a key, the same body is another order.
    operator.post(&path_of(&id), &ticket()).expect(201);
    assert_eq!(hook.calls().len(), 3);
}

fn a_decision_runs_once_per_key(engine: Engine) {
    let hook = Hook::start();
    let app = hooked(engine, &hook);
    let id = app.operator().reports(&report("Once"));
    let action = text(&app.operator().orders(&id, "block_ip", &json!({"ip": "192.0.2.7"}))["action_id"]);
    let analyst = app.analyst();
    let send = || {
        let request = analyst.request("PATCH", &format!("/api/actions/{action}"));
        request.json(&json!({"decision": "approve"})).header("idempotency-key", "approve").send()
    };
    let first = send();
    assert_eq!(first.expect(200)["status"], "completed");
    let again = send();
    assert_eq!((again.status, &again.bytes), (200, &first.bytes));
    // Undoing it takes a key as well.
    let operator = app.operator();
    let undo = || {
        let request = operator.request("POST", &format!("/api/actions/{action}/rollback"));
        request.header("idempotency-key", "undo").send()
    };
    let first = undo();
    first.expect(201);
    assert_eq!(undo().bytes, first.bytes);
    assert_eq!(hook.calls().len(), 1);
}

fn nobody_there(engine: Engine) {
    let hook = Hook::start();
    let gone = hook.connector("soar", &["*"], "timeout_seconds = 1\nretries = 0");
    drop(hook);
    let app = App::configured(engine, &gone, &[]);
    let operator = app.operator();
    let id = operator.reports(&report("Nobody"));
    let data = until("the port is closed", Duration::from_secs(10), || {
        let data = operator.post(&path_of(&id), &ticket()).expect(201)["data"].clone();
        (text(&data["result"]["message"]).contains("could not be reached")).then_some(data)
    });
    let message = text(&data["result"]["message"]);
    assert_eq!(data["status"], "failed");
    assert!(!message.contains("may have been"), "what was never sent was not done: {message}");
    assert!(!message.contains("127.0.0.1"), "inner details are for the log: {message}");
}

fn connectors_in_their_order(engine: Engine) {
    let (first, second) = (Hook::start(), Hook::start());
    let both = [
        first.connector("first", &["lookup_*"], ""),
        second.connector("second", &["lookup_ip", "create_*"], ""),
    ];
    let app = App::configured(engine, &both.concat(), &["--demo"]);
    let operator = app.operator();
    let id = operator.reports(&report("Who"));
    for (action, parameters, by) in [
        ("lookup_ip", json!({"ip": "192.0.2.7"}), "first"),
        ("create_ticket", json!({"title": "t"}), "second"),
        ("notify_dpo", json!({"message": "m"}), "simulator"),
    ] {
        let data = operator.orders(&id, action, &parameters);
        assert_eq!(operator.action(&text(&data["action_id"]))["connector"], by);
        assert_eq!(data["result"].get("simulated").is_some(), by == "simulator", "{data}");
    }
    assert_eq!((first.calls().len(), second.calls().len()), (1, 1));
    let rows = app.viewer().walk("/api/actions/catalogue?per_page=100");
    let by = |word: &str| rows.iter().find(|r| r["action"] == word).unwrap()["carried_out_by"].clone();
    assert_eq!(["lookup_url", "create_ticket", "block_ip"].map(by), ["first", "second", "simulator"]);
}
