//! Playbooks put to use (CONTRACT §7): their steps become actions with a time, an owner's role, a level and a proof.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_tests::*;
use serde_json::{Value, json};

on_both! {
    shared: all_steps_become_actions, times_follow_the_priority, the_suggested_one, not_while_it_is_unfinished,
        one_step_of_a_playbook, a_proof_that_is_demanded, a_step_takes_its_level, a_step_for_ai_safety,
        what_is_refused, an_incident_is_not_flooded;
    own: a_dry_run;
}

fn apply(client: &Client, incident: &str, body: &Value) -> Reply {
    client.post(&format!("/api/incidents/{incident}/playbook"), body)
}

fn steps(app: &App, playbook: &str) -> Vec<Value> {
    app.viewer().get(&format!("/api/playbooks/{playbook}")).expect(200)["steps"].as_array().unwrap().clone()
}

fn actions_of(app: &App, incident: &str) -> Vec<Value> {
    app.viewer().walk(&format!("/api/incidents/{incident}/actions?per_page=100"))
}

/// Demands that the action is due `minutes` after it was asked for, to within the second a request may take.
#[track_caller]
fn assert_due(action: &Value, minutes: i64) {
    let span = millis(&text(&action["due_at"])) - millis(&text(&action["requested_at"]));
    assert_eq!(span, minutes * 60_000, "{action}");
}

fn all_steps_become_actions(app: &App) {
    let operator = app.operator();
    let id = operator.reports(&report("By the book"));
    let answer = apply(&operator, &id, &json!({"playbook": "ransomware"})).expect(201);
    assert_eq!(members(&answer["data"]), ["actions", "dry_run", "playbook"]);
    assert_contains(&answer["data"], &json!({"playbook": "ransomware", "dry_run": false}));
    let (steps, actions) = (steps(app, "ransomware"), actions_of(app, &id));
    assert_eq!(answer["data"]["actions"], json!(actions));
    assert_eq!(actions.len(), steps.len());
    for (action, step) in actions.iter().zip(&steps) {
        let expected = json!({
            "status": "open", "title": step["title"], "action_type": step["action_type"], "playbook": "ransomware",
            "step": step["key"], "description": step["description"], "owner_role": step["owner_role"],
            "validation_required": step["validation_required"], "requested_by": "operator:operator",
        });
        assert_contains(action, &expected);
        assert_eq!(action.get("approval_level"), step.get("approval_level").filter(|l| !l.is_null()));
        assert_due(action, step["due_within"].as_i64().unwrap());
    }
    let told = app.viewer().timeline(&id, &["action.added"]);
    let keys: Vec<&Value> = told.iter().map(|e| &e["detail"]["step"]).collect();
    assert_eq!(keys, steps.iter().map(|s| &s["key"]).collect::<Vec<_>>());
}

fn times_follow_the_priority(app: &App) {
    let operator = app.operator();
    for (priority, hours) in [("P0", 4), ("P1", 24), ("P2", 72), ("P3", 30 * 24)] {
        let id = operator.reports(&report("In time"));
        operator.attaches(&id, &confirming());
        operator.changes(&id, &json!({"priority": priority}));
        apply(&operator, &id, &json!({"playbook": "phishing"})).expect(201);
        for (action, step) in actions_of(app, &id).iter().zip(&steps(app, "phishing")) {
            assert_due(action, (step["due_within"].as_i64().unwrap() * hours / 24).max(1));
        }
    }
}

fn the_suggested_one(app: &App) {
    let operator = app.operator();
    let id = operator.reports(&merged(report("Suggested"), json!({"category": "ddos"})));
    assert_eq!(apply(&operator, &id, &json!({})).expect(201)["data"]["playbook"], "ddos");
    // - and _ are the same here as they are when a playbook is read.
    let id = operator.reports(&report("Either way"));
    assert_eq!(
        apply(&operator, &id, &json!({"playbook": "data_breach"})).expect(201)["data"]["playbook"],
        "data-breach"
    );
}

fn a_dry_run(engine: Engine) {
    let app = App::demo(engine);
    let operator = app.operator();
    let id = operator.reports(&merged(report("What if"), json!({"severity": "critical"})));
    let before = operator.incident(&id);
    let plan = apply(&operator, &id, &json!({"playbook": "ransomware", "dry_run": true})).expect(200)["data"]
        .clone();
    assert_contains(&plan, &json!({"playbook": "ransomware", "dry_run": true}));
    assert_eq!(members(&plan), ["dry_run", "playbook", "steps"]);
    let planned = plan["steps"].as_array().unwrap();
    let book = steps(app, "ransomware");
    assert_eq!(planned.len(), book.len());
    for (planned, step) in planned.iter().zip(&book) {
        for (member, of) in [
            ("step", "key"),
            ("title", "title"),
            ("action_type", "action_type"),
            ("owner_role", "owner_role"),
        ] {
            assert_eq!(planned[member], step[of]);
        }
        let left = millis(&text(&planned["due_at"])) - now_millis();
        let within = step["due_within"].as_i64().unwrap() * 60_000;
        assert!((within - 60_000..=within + 1_000).contains(&left), "{planned}");
        let policy = match planned["action_type"].as_str().unwrap() {
            "manual" => None,
            "isolate_host" => Some("requires_approval:manager"),
            word if word.starts_with("notify_") => Some("allowed"),
            _ => Some("requires_approval:analyst"),
        };
        let as_order = policy.map(|policy| json!({"carried_out_by": "simulator", "policy": policy}));
        assert_eq!(planned["as_order"], json!(as_order), "{planned}");
    }
    assert_eq!(operator.incident(&id), before, "a dry run changes nothing");
    assert_eq!(actions_of(app, &id).len(), 0);
}

fn not_while_it_is_unfinished(app: &App) {
    let operator = app.operator();
    let id = operator.reports(&report("Twice"));
    let ddos = json!({"playbook": "ddos"});
    apply(&operator, &id, &ddos).expect(201);
    let actions = actions_of(app, &id);
    let problem = apply(&operator, &id, &ddos).problem(409, "state_conflict");
    assert!(text(&problem["detail"]).contains("ddos"), "{problem}");
    apply(&operator, &id, &json!({"playbook": "ddos", "dry_run": true})).problem(409, "state_conflict");
    // Another one may be used beside it.
    apply(&operator, &id, &json!({"playbook": "generic"})).expect(201);
    for action in &actions {
        apply(&operator, &id, &ddos).problem(409, "state_conflict");
        let path = format!("/api/actions/{}", text(&action["id"]));
        app.admin().patch(&path, &json!({"status": "cancelled"})).expect(200);
    }
    apply(&operator, &id, &ddos).expect(201);
}

fn one_step_of_a_playbook(app: &App) {
    let operator = app.operator();
    let id = operator.reports(&report("One step"));
    let path = format!("/api/incidents/{id}/actions");
    let step = steps(app, "phishing")
        .into_iter()
        .find(|s| s["key"] == "warn")
        .or_else(|| steps(app, "phishing").pop());
    let step = step.unwrap();
    for (names, body) in [
        ("its key", json!({"playbook": "phishing", "step": step["key"]})),
        ("its CACAO id", json!({"playbook": "phishing", "step": step["id"]})),
    ] {
        let reply = operator.post(&path, &body);
        let data = reply.expect(201)["data"].clone();
        assert_eq!(data["status"], "open", "{names}");
        let action = operator.action(&text(&data["action_id"]));
        assert_contains(
            &action,
            &json!({"playbook": "phishing", "step": step["key"], "title": step["title"]}),
        );
        assert_due(&action, step["due_within"].as_i64().unwrap());
    }
    let own = json!({"playbook": "phishing", "step": step["key"], "owner": "mail team", "due_at": "2099-01-01T00:00:00Z"});
    let own = text(&operator.post(&path, &own).expect(201)["data"]["action_id"]);
    assert_contains(&operator.action(&own), &json!({"owner": "mail team", "due_at": "2099-01-01T00:00:00Z"}));
}

fn a_proof_that_is_demanded(app: &App) {
    let operator = app.operator();
    let id = operator.reports(&report("Proven"));
    let body = json!({"playbook": "generic", "step": "validate"});
    let data = operator.post(&format!("/api/incidents/{id}/actions"), &body).expect(201)["data"].clone();
    let path = format!("/api/actions/{}", text(&data["action_id"]));
    assert_eq!(operator.get(&path).expect(200)["validation_required"], true);
    operator.patch(&path, &json!({"status": "in_progress"})).expect(200);
    operator.patch(&path, &json!({"status": "completed"})).problem(422, "evidence_required");
    let weak = operator.attaches(&id, &bare("log", 40));
    let done = |proof: &str| json!({"status": "completed", "validation_ref": proof});
    operator.patch(&path, &done(&weak)).problem(422, "evidence_required");
    assert_eq!(operator.get(&path).expect(200)["status"], "in_progress");
    let proof = operator.attaches(&id, &confirming());
    let answer = operator.patch(&path, &done(&proof)).expect(200);
    assert_contains(&answer, &json!({"status": "completed", "validation_ref": proof}));
    app.analyst().changes(&id, &json!({"status_lifecycle": "closed"}));
}

fn a_step_takes_its_level(app: &App) {
    let operator = app.operator();
    let id = operator.reports(&report("A level"));
    let body = json!({"playbook": "generic", "step": "contain"});
    let data = operator.post(&format!("/api/incidents/{id}/actions"), &body).expect(201)["data"].clone();
    let path = format!("/api/actions/{}", text(&data["action_id"]));
    assert_contains(&operator.get(&path).expect(200), &json!({"status": "open", "approval_level": "senior"}));
    for to in ["in_progress", "completed", "cancelled"] {
        let problem =
            operator.patch(&path, &json!({"status": to})).problem(403, "insufficient_approval_level");
        assert!(text(&problem["detail"]).contains("senior"), "{problem}");
    }
    // To say who does it and by when takes no level.
    operator.patch(&path, &json!({"owner": "network team"})).expect(200);
    let senior = app.user("senior_analyst");
    for to in ["in_progress", "completed"] {
        assert_eq!(senior.patch(&path, &json!({"status": to})).expect(200)["status"], to);
    }
}

/// A step for AI safety officers is theirs, though they are no operators; nothing else is.
fn a_step_for_ai_safety(app: &App) {
    let (operator, officer) = (app.operator(), app.user("ai_safety"));
    let id = operator.reports(&report("An agent is shut out"));
    apply(&operator, &id, &json!({"playbook": "agent-hijack"})).expect(201);
    let (theirs, others): (Vec<_>, Vec<_>) =
        actions_of(app, &id).into_iter().partition(|a| a["approval_level"] == "ai_safety");
    assert!(!theirs.is_empty() && !others.is_empty());
    let path = |action: &Value| format!("/api/actions/{}", text(&action["id"]));
    for action in &theirs {
        operator
            .patch(&path(action), &json!({"status": "completed"}))
            .problem(403, "insufficient_approval_level");
        let proof = officer.attaches(&id, &confirming());
        officer.patch(&path(action), &json!({"status": "in_progress", "owner": "AI safety"})).expect(200);
        let done = json!({"status": "completed", "validation_ref": proof});
        assert_eq!(officer.patch(&path(action), &done).expect(200)["status"], "completed");
    }
    for action in &others {
        let problem = officer.patch(&path(action), &json!({"status": "completed"})).problem(403, "forbidden");
        assert!(text(&problem["detail"]).contains("operator"), "{problem}");
    }
}

fn what_is_refused(app: &App) {
    let operator = app.operator();
    let id = operator.reports(&report("Refused"));
    let problem = apply(&operator, &id, &json!({"playbook": "no-such"})).invalid(&["playbook"]);
    assert!(text(&problem["errors"][0]["message"]).contains("ransomware"), "what there is: {problem}");
    apply(&operator, &id, &json!({"playbook": "ransomware", "dryrun": true})).problem(400, "unknown_field");
    apply(&operator, "INC-2026-999999", &json!({})).problem(404, "not_found");
    for role in ["viewer", "reporter", "analyst", "devsecops", "ai_safety", "legal_dpo"] {
        apply(&app.user(role), &id, &json!({"dry_run": true})).problem(403, "forbidden");
    }
    assert_eq!(actions_of(app, &id).len(), 0);
    // The same request twice is one use.
    let send = || {
        let request = operator.request("POST", &format!("/api/incidents/{id}/playbook"));
        request.json(&json!({"playbook": "ddos"})).header("idempotency-key", &id).send()
    };
    let first = send();
    first.expect(201);
    assert_eq!(send().bytes, first.bytes);
    assert_eq!(actions_of(app, &id).len(), steps(app, "ddos").len());
}

fn an_incident_is_not_flooded(app: &App) {
    let operator = app.operator();
    let id = operator.reports(&report("Once too often"));
    let replies = at_once(4, |_| apply(&operator, &id, &json!({"playbook": "malware"})));
    let (won, lost): (Vec<_>, Vec<_>) = replies.iter().partition(|r| r.status == 201);
    assert_eq!(won.len(), 1);
    lost.iter().for_each(|r| drop(r.problem(409, "state_conflict")));
    assert_eq!(actions_of(app, &id).len(), steps(app, "malware").len());
}
