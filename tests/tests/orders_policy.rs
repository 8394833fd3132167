//! What policy says about orders (CONTRACT §6): the default rules, those of the configuration, and what a denial leaves
//! behind; and who sees what an order was carried out with.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_tests::*;
use serde_json::{Value, json};

on_both! {
    own: what_is_denied, parameters_are_not_for_viewers, policy_of_the_configuration, a_policy_without_defaults;
}

fn path_of(incident: &str) -> String {
    format!("/api/incidents/{incident}/actions")
}

fn what_is_denied(engine: Engine) {
    let app = App::demo(engine);
    let operator = app.operator();
    let id = operator.reports(&report("Denied"));
    for (action, rule) in [("delete_mailbox", "deletions"), ("reboot_router", "no rule matches")] {
        let order = json!({"action": action, "parameters": {"name": "secret-name"}});
        let problem = app.admin().post(&path_of(&id), &order).problem(403, "forbidden");
        assert!(text(&problem["detail"]).contains(rule), "{problem}");
    }
    assert_eq!(operator.get(&path_of(&id)).expect(200)["meta"]["total"], 0, "a denial leaves no action");
    let told = app.viewer().timeline(&id, &["action.denied", "action.requested"]);
    assert_eq!(told.len(), 2, "and two records: {told:?}");
    assert_contains(&told[0], &json!({"actor": "admin:admin", "detail": {"action": "delete_mailbox"}}));
    assert!(text(&told[1]["detail"]["reason"]).contains("no rule matches"));
    assert!(!json!(told).to_string().contains("secret-name"));
    app.run(&["audit", "verify"]);
}

fn parameters_are_not_for_viewers(engine: Engine) {
    let app = App::demo(engine);
    let operator = app.operator();
    let id = operator.reports(&report("Hidden"));
    let marker = unique("account");
    let done = operator.orders(&id, "lookup_user", &json!({"account": marker}));
    let waits = operator.orders(&id, "disable_account", &json!({"account": marker}));
    let approved = text(&waits["action_id"]);
    assert_eq!(app.analyst().decides(&approved, "approve").expect(200)["status"], "completed");
    for path in [
        path_of(&id),
        format!("/api/incidents/{id}"),
        format!("/api/incidents/{id}/timeline?per_page=100"),
        "/api/actions?per_page=100".to_owned(),
        format!("/api/actions/{}", text(&done["action_id"])),
        format!("/api/actions/{approved}"),
    ] {
        for (role, sees) in [
            ("viewer", false),
            ("reporter", false),
            ("analyst", true),
            ("operator", true),
            ("legal_dpo", true),
        ] {
            let reply = app.user(role).get(&path);
            reply.expect(200);
            assert_eq!(reply.text().contains(&marker), sees, "{role}, {path}: {}", reply.text());
        }
    }
    let shown = app.viewer().action(&approved);
    assert_contains(&shown, &json!({"status": "completed", "result": {"success": true, "simulated": true}}));
}

const POLICY: &str = r#"
[[policy]]
name = "agents shut out"
actions = ["*"]
agent_status = ["quarantined"]
effect = "deny"

[[policy]]
name = "agents in doubt"
actions = ["lookup_*"]
agent_score_below = 95
effect = "require_approval"
level = "manager"

[[policy]]
name = "hosts by seniors"
actions = ["isolate_host"]
asked_by = ["senior_analyst"]
effect = "allow"

[[policy]]
name = "urgent blocks"
actions = ["block_*"]
priority = ["P0"]
effect = "allow"

[[policy]]
name = "proven accounts"
actions = ["disable_account"]
evidence_status = ["confirmed"]
effect = "allow"

[[policy]]
name = "routers"
actions = ["reboot_*"]
severity = ["high", "critical"]
effect = "require_approval"
level = "manager"
"#;

fn policy_of_the_configuration(engine: Engine) {
    let app = App::configured(engine, POLICY, &["--demo"]);
    let (operator, safety) = (app.operator(), app.user("ai_safety"));
    let said = |client: &Client, incident: &str, action: &str, parameters: Value| {
        let data = client.orders(incident, action, &parameters);
        let rule = text(&client.action(&text(&data["action_id"]))["policy_rule"]);
        (rule, data["approval_level"].as_str().unwrap_or("none").to_owned())
    };
    let is = |rule: &str, level: &str| (rule.to_owned(), level.to_owned());
    let id = operator.reports(&report("Policy"));
    let (ip, host, account) =
        (json!({"ip": "192.0.2.7"}), json!({"host": "fs01"}), json!({"account": "jkow"}));

    // Who asks: the role, or one that holds it. The same person's request would be someone else's approval otherwise.
    assert_eq!(said(&operator, &id, "isolate_host", host.clone()), is("hosts", "senior"));
    for role in ["senior_analyst", "incident_manager", "admin"] {
        assert_eq!(said(&app.user(role), &id, "isolate_host", host.clone()), is("hosts by seniors", "none"));
    }
    // Proof and priority, as they are when it is asked for.
    assert_eq!(said(&operator, &id, "disable_account", account.clone()), is("accounts", "analyst"));
    assert_eq!(said(&operator, &id, "block_ip", ip.clone()), is("blocks", "analyst"));
    operator.attaches(&id, &confirming());
    assert_eq!(said(&operator, &id, "disable_account", account), is("proven accounts", "none"));
    operator.changes(&id, &json!({"priority": "P1"}));
    assert_eq!(said(&operator, &id, "block_ip", ip.clone()), is("blocks", "analyst"));
    operator.changes(&id, &json!({"priority": "P0"}));
    assert_eq!(said(&operator, &id, "block_ip", ip.clone()), is("urgent blocks", "none"));
    // Severity, for an action nobody here knows.
    let reboot = json!({"action": "reboot_router", "parameters": {"router": "r1", "slot": 3}});
    operator.post(&path_of(&id), &reboot).problem(403, "forbidden");
    operator.changes(&id, &json!({"severity": "high"}));
    assert_eq!(said(&operator, &id, "reboot_router", reboot["parameters"].clone()), is("routers", "manager"));

    // The agent's trust.
    let agent = unique("agent");
    safety.post("/api/agents", &json!({"id": agent})).expect(201);
    let about = operator.reports(&merged(report("An agent"), json!({"agent_id": agent})));
    assert_eq!(said(&operator, &about, "lookup_ip", ip.clone()), is("looking and telling", "none"));
    safety.post(&format!("/api/agents/{agent}/events"), &json!({"event": "anomaly"})).expect(200);
    assert_eq!(said(&operator, &about, "lookup_ip", ip.clone()), is("agents in doubt", "manager"));
    safety.post(&format!("/api/agents/{agent}/quarantine"), &json!({"reason": "anomaly"})).expect(200);
    let order = json!({"action": "lookup_ip", "parameters": ip});
    let problem = operator.post(&path_of(&about), &order).problem(403, "forbidden");
    assert!(text(&problem["detail"]).contains("agents shut out"), "{problem}");
}

fn a_policy_without_defaults(engine: Engine) {
    let only =
        "policy_defaults = false\n[[policy]]\nname = 'blocks'\nactions = ['block_ip']\neffect = 'allow'\n";
    let app = App::configured(engine, only, &["--demo"]);
    let operator = app.operator();
    let id = operator.reports(&report("Nothing else"));
    let done = operator.orders(&id, "block_ip", &json!({"ip": "192.0.2.7"}));
    assert_eq!(done["status"], "completed");
    let quarantine = json!({"action": "quarantine_email", "parameters": {"message_id": "AAMkAGI2..."}});
    operator.post(&path_of(&id), &quarantine).problem(403, "forbidden");
    // Undoing passes the policy like any other order, and a denial is on record like any other.
    let rollback = format!("/api/actions/{}/rollback", text(&done["action_id"]));
    operator.request("POST", &rollback).send().problem(403, "forbidden");
    let denied = app.viewer().timeline(&id, &["action.denied"]);
    let actions: Vec<&Value> = denied.iter().map(|e| &e["detail"]["action"]).collect();
    assert_eq!(actions, ["quarantine_email", "unblock_ip"]);
}
