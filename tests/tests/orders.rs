//! Orders (CONTRACT §6): what the alert contract prints, what people do without a connector, what each action takes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_tests::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;

on_both! {
    shared: without_a_connector_people_do_it, wrong_parameters_are_named, one_of_three_ways_to_ask, what_takes_no_order,
        the_catalogue_without_connectors;
    own: as_printed, as_printed_with_a_senior_rule, every_action_of_the_catalogue;
}

/// "Execute Action", request body.
const PRINTED: &str = r#"{
"action": "quarantine_email",
"parameters": {
"message_id": "AAMkAGI2...",
"reason": "Phishing detected"
}
}"#;

fn printed() -> Value {
    serde_json::from_str(PRINTED).unwrap()
}

fn path_of(incident: &str) -> String {
    format!("/api/incidents/{incident}/actions")
}

/// Sends the very bytes of the document.
fn execute(app: &App, incident: &str) -> Reply {
    app.operator().request("POST", &path_of(incident)).body("application/json", PRINTED).send()
}

fn as_printed(engine: Engine) {
    let app = App::demo(engine);
    let id = app.reporter().alerts(&alert("phishing"));
    let reply = execute(app, &id);
    let answer = reply.expect(201);
    let action = text(&answer["data"]["action_id"]);
    assert!(action.starts_with("act-"));
    let result = json!({
        "success": true, "message": "Email quarantined successfully", "simulated": true,
        "reference": format!("sim-{action}"),
    });
    assert_eq!(answer, json!({"data": {"action_id": action, "status": "completed", "result": result}}));
    assert_eq!(reply.header("location"), Some(format!("/api/actions/{action}").as_str()));

    let pending = json!({"sender": "billing@example.org"});
    let pending = app.operator().orders(&id, "block_sender", &pending);
    // "Get Incident Actions"
    let list = app.viewer().get(&path_of(&id)).expect(200);
    assert_eq!(list["meta"], json!({"page": 1, "per_page": 20, "total": 2}));
    let (done, waits) = (&list["data"][0], &list["data"][1]);
    let first = json!({
        "id": action, "action_type": "quarantine_email", "status": "completed", "executed_by": "system",
    });
    assert_contains(done, &first);
    assert!(millis(&text(&done["executed_at"])) >= millis(&text(&done["requested_at"])));
    let second = json!({
        "id": pending["action_id"], "action_type": "block_sender", "status": "pending_approval",
        "approval_level": "analyst",
    });
    assert_contains(waits, &second);
    assert!((millis(&text(&waits["requested_at"])) - now_millis()).abs() < 60_000);
    assert!(waits.get("executed_at").is_none() && waits.get("executed_by").is_none(), "{waits}");
    let day = millis(&text(&waits["expires_at"])) - millis(&text(&waits["requested_at"]));
    assert_eq!(day, 24 * 3_600_000);
}

fn as_printed_with_a_senior_rule(engine: Engine) {
    let rule = "[[policy]]\nname = 'mail by seniors'\nactions = ['quarantine_email']\neffect = 'require_approval'\n\
                level = 'senior'\n";
    let app = App::configured(engine, rule, &["--demo"]);
    let id = app.reporter().alerts(&alert("phishing"));
    let answer = execute(&app, &id).expect(201);
    let action = text(&answer["data"]["action_id"]);
    let printed = json!({"data": {
        "action_id": action, "status": "pending_approval", "approval_level": "senior",
        "message": "Action requires senior analyst approval",
    }});
    assert_eq!(answer, printed);
    assert_eq!(app.viewer().action(&action)["policy_rule"], "mail by seniors");
    let done = app.user("senior_analyst").decides(&action, "approve").expect(200);
    assert_contains(&done, &json!({"status": "completed", "decided_by": "senior:senior_analyst"}));
}

fn without_a_connector_people_do_it(app: &App) {
    let operator = app.operator();
    let id = operator.reports(&report("By hand"));
    let data = execute(app, &id).expect(201)["data"].clone();
    assert_eq!(members(&data), ["action_id", "message", "status"]);
    assert_eq!(data["status"], "open", "nothing is pretended");
    let message = text(&data["message"]);
    assert!(message.contains("No connector") && message.contains("manual"), "{message}");
    let action = text(&data["action_id"]);
    assert!(operator.action(&action).get("result").is_none());
    // What takes an approval is released to people by it.
    let pending = operator.orders(&id, "block_ip", &json!({"ip": "192.0.2.7"}));
    assert_eq!(pending["status"], "pending_approval");
    let pending = text(&pending["action_id"]);
    assert_eq!(app.analyst().decides(&pending, "approve").expect(200)["status"], "open");
    // People do it, and prove it.
    let proof = operator.attaches(&id, &confirming());
    for action in [action, pending] {
        let done = json!({"status": "completed", "validation_ref": proof});
        let done = operator.patch(&format!("/api/actions/{action}"), &done).expect(200);
        let by = json!({"status": "completed", "executed_by": "operator:operator", "validation_ref": proof});
        assert_contains(&done, &by);
    }
    app.analyst().changes(&id, &json!({"status_lifecycle": "closed"}));
}

fn wrong_parameters_are_named(app: &App) {
    let operator = app.operator();
    let id = operator.reports(&report("Wrong"));
    let before = operator.incident(&id);
    let long = "x".repeat(17_000);
    let sha = format!("{ABC}00");
    let cases: &[(&str, Value, &[&str])] = &[
        ("quarantine_email", json!({}), &["parameters.message_id"]),
        ("quarantine_email", json!({"message_id": null}), &["parameters.message_id"]),
        ("quarantine_email", json!({"message_id": "m", "mailbox": "all"}), &["parameters.mailbox"]),
        ("quarantine_email", json!({"message_id": "a\u{7}b"}), &["parameters.message_id"]),
        (
            "block_ip",
            json!({"ip": "10.0.0.300", "duration_minutes": 0, "colour": "red"}),
            &["parameters.ip", "parameters.duration_minutes", "parameters.colour"],
        ),
        ("block_ip", json!({"ip": "10.0.0.0/33"}), &["parameters.ip"]),
        ("block_ip", json!({"ip": 7}), &["parameters.ip"]),
        ("block_ip", json!({"ip": "::1", "duration_minutes": 1.5}), &["parameters.duration_minutes"]),
        ("block_domain", json!({"domain": "localhost"}), &["parameters.domain"]),
        ("block_url", json!({"url": "javascript:alert(1)"}), &["parameters.url"]),
        ("block_hash", json!({"hash_sha256": sha}), &["parameters.hash_sha256"]),
        ("block_sender", json!({"sender": "nobody"}), &["parameters.sender"]),
        ("quarantine_agent", json!({"reason": "because"}), &["parameters.agent_id", "parameters.reason"]),
        ("create_ticket", json!({"title": "x".repeat(201)}), &["parameters.title"]),
        ("notify_dpo", json!({"message": ""}), &["parameters.message"]),
        ("notify_dpo", json!({"message": long}), &["parameters"]),
        ("Block IP", json!({}), &["action"]),
        ("", json!({}), &["action"]),
    ];
    for (action, parameters, fields) in cases {
        let problem = operator.post(&path_of(&id), &json!({"action": action, "parameters": parameters}));
        problem.invalid(fields);
    }
    // The list of reasons is in the message, so that the next attempt is right.
    let order = json!({"action": "quarantine_agent", "parameters": {"agent_id": "a", "reason": "x"}});
    let problem = operator.post(&path_of(&id), &order).invalid(&["parameters.reason"]);
    assert!(text(&problem["errors"][0]["message"]).contains("prompt_injection_confirmed"));
    assert_eq!(operator.incident(&id), before, "what is refused changes nothing");
}

fn one_of_three_ways_to_ask(app: &App) {
    let operator = app.operator();
    let path = path_of(&operator.reports(&report("How")));
    let cases: &[(Value, &[&str])] = &[
        (json!({}), &["title"]),
        (json!({"action": "lookup_ip", "title": "Look"}), &["action"]),
        (json!({"title": "Look", "playbook": "phishing", "step": "analyse"}), &["action"]),
        (
            json!({"action": "lookup_ip", "owner": "SOC", "due_at": "2030-01-01T00:00:00Z"}),
            &["owner", "due_at"],
        ),
        (json!({"title": "Look", "parameters": {}, "step": "x"}), &["parameters", "step"]),
        (json!({"playbook": "phishing"}), &["step"]),
        (json!({"playbook": "phishing", "step": "analyse", "parameters": {}}), &["parameters"]),
        (json!({"playbook": "nothing", "step": "analyse"}), &["playbook"]),
        (json!({"playbook": "phishing", "step": "nothing"}), &["step"]),
    ];
    for (body, fields) in cases {
        operator.post(&path, body).invalid(fields);
    }
    operator.post(&path, &json!({"action": "lookup_ip", "parameter": {}})).problem(400, "unknown_field");
    assert_eq!(operator.get(&path).expect(200)["meta"]["total"], 0);
}

fn what_takes_no_order(app: &App) {
    let operator = app.operator();
    operator.post(&path_of("INC-2026-999999"), &printed()).problem(404, "not_found");
    operator.get("/api/actions/act-00000000000070008000000000000000").problem(404, "not_found");
    operator.get("/api/actions/nonsense").problem(404, "not_found");
    let closed = operator.reports_and_proves("Closed");
    app.analyst().changes(&closed, &json!({"status_lifecycle": "closed"}));
    operator.post(&path_of(&closed), &printed()).problem(409, "state_conflict");
    operator.post(&format!("/api/incidents/{closed}/playbook"), &json!({})).problem(409, "state_conflict");
}

/// Every action, parameters it takes, and what the default rules say about it: nothing, or whose approval it takes.
const CATALOGUE: &[(&str, &str, Option<&str>)] = &[
    ("lookup_ip", r#"{"ip": "192.0.2.7"}"#, None),
    ("lookup_domain", r#"{"domain": "evil.example.org"}"#, None),
    (
        "lookup_hash",
        r#"{"hash_sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}"#,
        None,
    ),
    ("lookup_url", r#"{"url": "https://evil.example.org/login?x=1"}"#, None),
    ("lookup_user", r#"{"account": "jkow"}"#, None),
    ("notify_owner", r#"{"message": "Your host is isolated."}"#, None),
    ("notify_dpo", r#"{"message": "Personal data are concerned.", "recipient": "dpo"}"#, None),
    ("notify_legal", r#"{"message": "To be reported?"}"#, None),
    ("notify_csirt", r#"{"message": "Early warning."}"#, None),
    ("notify_users", r#"{"message": "Do not open it."}"#, None),
    ("create_ticket", r#"{"title": "Rebuild the host", "description": "d", "queue": "ops"}"#, None),
    ("quarantine_email", r#"{"message_id": "AAMkAGI2...", "mailbox": "a.b@example.org"}"#, None),
    ("release_email", r#"{"message_id": "AAMkAGI2..."}"#, Some("analyst")),
    ("block_sender", r#"{"sender": "billing@example.org"}"#, Some("analyst")),
    ("unblock_sender", r#"{"sender": "example.org"}"#, Some("analyst")),
    ("block_ip", r#"{"ip": "2001:db8::/32", "duration_minutes": 90, "reason": "C2"}"#, Some("analyst")),
    ("unblock_ip", r#"{"ip": "192.0.2.0/24"}"#, Some("analyst")),
    ("block_domain", r#"{"domain": "evil.example.org"}"#, Some("analyst")),
    ("unblock_domain", r#"{"domain": "evil.example.org"}"#, Some("analyst")),
    ("block_url", r#"{"url": "http://evil.example.org"}"#, Some("analyst")),
    ("unblock_url", r#"{"url": "http://evil.example.org"}"#, Some("analyst")),
    (
        "block_hash",
        r#"{"hash_sha256": "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"}"#,
        Some("analyst"),
    ),
    (
        "unblock_hash",
        r#"{"hash_sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}"#,
        Some("analyst"),
    ),
    ("disable_account", r#"{"account": "jkow"}"#, Some("analyst")),
    ("enable_account", r#"{"account": "jkow"}"#, Some("analyst")),
    ("revoke_sessions", r#"{"account": "jkow"}"#, Some("analyst")),
    ("reset_password", r#"{"account": "jkow"}"#, Some("analyst")),
    ("isolate_host", r#"{"host": "fs01"}"#, Some("senior")),
    ("release_host", r#"{"host": "fs01"}"#, Some("senior")),
    ("quarantine_agent", r#"{"agent_id": "did:web:example.org", "reason": "tool_abuse"}"#, Some("ai_safety")),
];

fn every_action_of_the_catalogue(engine: Engine) {
    let app = App::demo(engine);
    let rows = app.viewer().walk("/api/actions/catalogue?per_page=7");
    let words: Vec<String> = rows.iter().map(|r| text(&r["action"])).collect();
    assert_eq!(words, CATALOGUE.iter().map(|(word, ..)| (*word).to_owned()).collect::<Vec<_>>());
    let inverses: BTreeMap<String, Value> =
        rows.iter().map(|r| (text(&r["action"]), r["inverse"].clone())).collect();
    for (word, inverse) in &inverses {
        if let Some(inverse) = inverse.as_str() {
            assert_eq!(inverses[inverse], word.as_str(), "what undoes is undone by the same");
        }
    }
    let operator = app.operator();
    let id = operator.reports(&report("All of them"));
    for ((word, parameters, level), row) in CATALOGUE.iter().zip(&rows) {
        let own = *word == "quarantine_agent";
        assert_eq!(row["carried_out_by"], if own { "registry" } else { "simulator" });
        let parameters: Value = serde_json::from_str(parameters).unwrap();
        let schema = &row["parameters"];
        assert_contains(schema, &json!({"type": "object", "additionalProperties": false}));
        let required = schema["required"].as_array().unwrap();
        assert!(required.iter().all(|name| parameters.get(name.as_str().unwrap()).is_some()), "{row}");
        assert!(members(&parameters).iter().all(|name| schema["properties"].get(name).is_some()), "{row}");

        let data = operator.orders(&id, word, &parameters);
        let stored = operator.action(&text(&data["action_id"]));
        assert_contains(
            &stored,
            &json!({"title": row["title"], "action_type": word, "parameters": parameters}),
        );
        match level {
            None => {
                assert_contains(&data, &json!({"status": "completed", "result": {"simulated": true}}));
                assert_contains(&stored, &json!({"status": "completed", "connector": "simulator"}));
            }
            Some(level) => {
                assert_contains(&data, &json!({"status": "pending_approval", "approval_level": level}));
                assert!(data.get("result").is_none());
            }
        }
    }
    // A critical incident takes more for a host.
    let critical = operator.reports(&merged(report("Critical"), json!({"severity": "critical"})));
    let data = operator.orders(&critical, "isolate_host", &json!({"host": "fs01"}));
    assert_eq!(data["approval_level"], "manager");
    assert_eq!(data["message"], "Action requires incident manager approval");
}

fn the_catalogue_without_connectors(app: &App) {
    let first = app.viewer().get("/api/actions/catalogue?per_page=100");
    let rows = first.expect(200)["data"].as_array().unwrap().clone();
    assert_eq!(first.json()["meta"]["total"], CATALOGUE.len());
    for row in rows {
        let own = row["action"] == "quarantine_agent";
        assert_eq!(row["carried_out_by"], if own { "registry" } else { "people" });
    }
    app.viewer().get("/api/actions/catalogue?colour=red").problem(400, "unknown_field");
}
