//! Approvals (CONTRACT §6): who may decide about an order, once, and what a decision, a cancellation and an undoing do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_tests::*;
use serde_json::{Value, json};

on_both! {
    own: an_approval_has_it_carried_out, nobody_approves_their_own, levels_are_a_ladder, it_is_decided_once,
        analysts_decide_and_manage_nothing, words_of_a_decision, a_rejection_ends_it, a_cancellation_ends_it,
        what_waits_keeps_the_incident_open, agents_are_quarantined_by_approval, a_quarantine_that_fails_changes_nothing,
        undoing, what_cannot_be_undone;
}

/// An incident with an order of `action` that waits; both ids.
fn waiting(app: &App, action: &str, parameters: Value) -> (String, String) {
    let operator = app.operator();
    let id = operator.reports(&report("Waiting"));
    let data = operator.orders(&id, action, &parameters);
    assert_eq!(data["status"], "pending_approval");
    (id, text(&data["action_id"]))
}

fn a_block(app: &App) -> (String, String) {
    waiting(app, "block_ip", json!({"ip": "192.0.2.7"}))
}

/// Demands that the decision is refused like this and leaves the action as it was.
#[track_caller]
fn refuses(client: &Client, action: &str, body: &Value, status: u16, code: &str) -> Value {
    let before = client.action(action);
    let problem = client.patch(&format!("/api/actions/{action}"), body).problem(status, code);
    assert_eq!(client.action(action), before);
    problem
}

fn approve() -> Value {
    json!({"decision": "approve"})
}

fn an_approval_has_it_carried_out(engine: Engine) {
    let app = App::demo(engine);
    let (id, action) = a_block(app);
    let before = app.analyst().action(&action);
    assert!(before.get("result").is_none() && before.get("decided_by").is_none(), "{before}");
    let body = json!({"decision": "approve", "comment": "It is the one."});
    let done = app.analyst().patch(&format!("/api/actions/{action}"), &body).expect(200);
    let expected = json!({
        "status": "completed", "approval_level": "analyst", "decided_by": "analyst:analyst", "executed_by": "system",
        "comment": "It is the one.", "requested_by": "operator:operator", "digest": before["digest"],
        "connector": "simulator",
        "result": {"success": true, "simulated": true, "message": "Address 192.0.2.7 blocked at the firewall"},
    });
    assert_contains(&done, &expected);
    assert_eq!(app.analyst().action(&action), done);
    let times = ["requested_at", "decided_at", "executed_at"].map(|t| millis(&text(&done[t])));
    assert!(times.is_sorted(), "{done}");

    let events = ["action.requested", "action.approved", "action.started", "action.completed"];
    let told = app.operator().timeline(&id, &events);
    let in_order: Vec<&Value> = told.iter().map(|e| &e["event"]).collect();
    assert_eq!(in_order, events);
    assert!(told.iter().all(|e| e["subject"] == action.as_str()));
    let actors: Vec<&Value> = told.iter().map(|e| &e["actor"]).collect();
    assert_eq!(actors[..2], ["operator:operator", "analyst:analyst"]);
    // What was approved is what was asked for.
    assert_eq!(told[0]["detail"]["digest"], before["digest"]);
    assert_eq!(told[1]["detail"]["digest"], before["digest"]);
    app.run(&["audit", "verify"]);
}

fn nobody_approves_their_own(engine: Engine) {
    let app = App::demo(engine);
    let (_, action) = a_block(app);
    refuses(&app.operator(), &action, &approve(), 403, "self_approval");
    // Another key, another role, but the same name: the same person.
    let same = app.person("operator", "admin");
    refuses(&same, &action, &approve(), 403, "self_approval");
    refuses(&same, &action, &json!({"status": "approved"}), 403, "self_approval");
    // To withdraw it is theirs.
    let body = json!({"decision": "reject", "comment": "A mistake."});
    let gone = app.operator().patch(&format!("/api/actions/{action}"), &body).expect(200);
    assert_contains(&gone, &json!({"status": "rejected", "decided_by": "operator:operator"}));
}

fn levels_are_a_ladder(engine: Engine) {
    let app = App::demo(engine);
    let host = json!({"host": "fs01"});
    let (_, senior) = waiting(app, "isolate_host", host.clone());
    for role in ["analyst", "ai_safety"] {
        let problem = refuses(&app.user(role), &senior, &approve(), 403, "insufficient_approval_level");
        assert!(text(&problem["detail"]).contains("senior"), "{problem}");
    }
    let another = app.person("another", "operator");
    refuses(&another, &senior, &approve(), 403, "insufficient_approval_level");
    refuses(&another, &senior, &json!({"decision": "reject"}), 403, "insufficient_approval_level");
    for role in ["viewer", "reporter", "devsecops", "legal_dpo"] {
        refuses(&app.user(role), &senior, &approve(), 403, "forbidden");
    }
    assert_eq!(app.user("incident_manager").decides(&senior, "approve").expect(200)["status"], "completed");

    let operator = app.operator();
    let critical = operator.reports(&merged(report("Critical"), json!({"severity": "critical"})));
    let manager = text(&operator.orders(&critical, "isolate_host", &host)["action_id"]);
    refuses(&app.user("senior_analyst"), &manager, &approve(), 403, "insufficient_approval_level");
    assert_eq!(app.user("incident_manager").decides(&manager, "approve").expect(200)["status"], "completed");
    let (_, any) = a_block(app);
    assert_eq!(app.user("ai_safety").decides(&any, "approve").expect(200)["status"], "completed");
}

fn it_is_decided_once(engine: Engine) {
    let app = App::demo(engine);
    for (first, then) in
        [("approve", "approve"), ("approve", "reject"), ("reject", "approve"), ("reject", "reject")]
    {
        let (_, action) = a_block(app);
        app.analyst().decides(&action, first).expect(200);
        refuses(&app.admin(), &action, &json!({"decision": then}), 409, "already_decided");
        // Also for who decided: a decision is no state to be set again.
        refuses(&app.analyst(), &action, &json!({"decision": first}), 409, "already_decided");
    }
    // What needed no decision takes none.
    let operator = app.operator();
    let id = operator.reports(&report("None needed"));
    let done = text(&operator.orders(&id, "lookup_ip", &json!({"ip": "192.0.2.7"}))["action_id"]);
    let step = operator.adds_step(&id, "A step");
    for action in [done, step] {
        refuses(&app.admin(), &action, &approve(), 409, "state_conflict");
    }
}

fn analysts_decide_and_manage_nothing(engine: Engine) {
    let app = App::demo(engine);
    let analyst = app.analyst();
    let (id, action) = a_block(app);
    let step = app.operator().adds_step(&id, "A step");
    let path = format!("/api/incidents/{id}");
    for (to, body) in [
        (format!("{path}/actions"), json!({"action": "lookup_ip", "parameters": {"ip": "192.0.2.7"}})),
        (format!("{path}/actions"), json!({"title": "A step"})),
        (format!("{path}/playbook"), json!({"playbook": "phishing"})),
        (format!("/api/actions/{action}/rollback"), json!({})),
    ] {
        let problem = analyst.post(&to, &body).problem(403, "forbidden");
        assert!(text(&problem["detail"]).contains("operator"), "{to}: {problem}");
    }
    for body in [
        json!({"status": "cancelled"}),
        json!({"comment": "Hm."}),
        json!({"owner": "SOC"}),
        json!({"decision": "approve", "owner": "SOC"}),
        json!({"decision": "approve", "due_at": "2099-01-01T00:00:00Z"}),
    ] {
        let problem = refuses(&analyst, &action, &body, 403, "forbidden");
        assert!(text(&problem["detail"]).contains("operator"), "{problem}");
    }
    refuses(&analyst, &step, &json!({"status": "completed"}), 403, "forbidden");
    let body = json!({"decision": "approve", "comment": "Go."});
    analyst.patch(&format!("/api/actions/{action}"), &body).expect(200);
}

fn words_of_a_decision(engine: Engine) {
    let app = App::demo(engine);
    let admin = app.admin();
    let (_, action) = a_block(app);
    for (body, field) in [
        (json!({"decision": "approve", "status": "rejected"}), "decision"),
        (json!({"decision": "perhaps"}), "decision"),
        (json!({"status": "perhaps"}), "status"),
        (json!({}), "body"),
    ] {
        admin.patch(&format!("/api/actions/{action}"), &body).invalid(&[field]);
    }
    refuses(&admin, &action, &json!({"verdict": "approve"}), 400, "unknown_field");
    for to in ["in_progress", "completed", "failed", "open", "expired"] {
        refuses(&admin, &action, &json!({"status": to}), 409, "state_conflict");
    }
    let done = admin.patch(&format!("/api/actions/{action}"), &json!({"status": "approved"})).expect(200);
    assert_contains(&done, &json!({"status": "completed", "decided_by": "admin:admin"}));
    let (_, action) = a_block(app);
    let both = json!({"decision": "reject", "status": "rejected"});
    assert_eq!(admin.patch(&format!("/api/actions/{action}"), &both).expect(200)["status"], "rejected");
}

fn a_rejection_ends_it(engine: Engine) {
    let app = App::demo(engine);
    let (id, action) = a_block(app);
    let body = json!({"decision": "reject", "comment": "Our own proxy."});
    let gone = app.analyst().patch(&format!("/api/actions/{action}"), &body).expect(200);
    assert_contains(
        &gone,
        &json!({"status": "rejected", "decided_by": "analyst:analyst", "comment": "Our own proxy."}),
    );
    assert!(gone.get("result").is_none() && gone.get("executed_at").is_none(), "{gone}");
    for to in ["completed", "cancelled", "approved", "pending_approval"] {
        let code = if to == "approved" { "already_decided" } else { "state_conflict" };
        refuses(&app.admin(), &action, &json!({"status": to}), 409, code);
    }
    let told = app.viewer().timeline(&id, &["action.rejected", "action.started", "action.completed"]);
    assert_eq!(told.len(), 1, "{told:?}");
    assert_contains(&told[0], &json!({"event": "action.rejected", "actor": "analyst:analyst"}));
}

fn a_cancellation_ends_it(engine: Engine) {
    let app = App::demo(engine);
    let (_, action) = a_block(app);
    let gone =
        app.operator().patch(&format!("/api/actions/{action}"), &json!({"status": "cancelled"})).expect(200);
    assert_eq!(gone["status"], "cancelled");
    let problem = refuses(&app.analyst(), &action, &approve(), 409, "state_conflict");
    assert!(text(&problem["detail"]).contains("cancelled"), "{problem}");
    refuses(&app.analyst(), &action, &json!({"decision": "reject"}), 409, "state_conflict");
}

fn what_waits_keeps_the_incident_open(engine: Engine) {
    let app = App::demo(engine);
    let operator = app.operator();
    let id = operator.reports_and_proves("Not yet");
    let waits = text(&operator.orders(&id, "block_ip", &json!({"ip": "192.0.2.7"}))["action_id"]);
    let closed = json!({"status_lifecycle": "closed"});
    operator.patch(&format!("/api/incidents/{id}"), &closed).problem(409, "state_conflict");
    app.analyst().decides(&waits, "reject").expect(200);
    operator.changes(&id, &closed);
}

fn agents_are_quarantined_by_approval(engine: Engine) {
    let app = App::demo(engine);
    let safety = app.user("ai_safety");
    let agent = unique("agent");
    let tools = json!([{"name": "crm.read", "risk": "read"}]);
    safety.post("/api/agents", &json!({"id": agent, "allowed_tools": tools})).expect(201);
    let authorize = || {
        let asked =
            app.viewer().post(&format!("/api/agents/{agent}/authorize"), &json!({"tool": "crm.read"}));
        asked.expect(200)["allowed"].clone()
    };
    let parameters = json!({"agent_id": agent, "reason": "prompt_injection_confirmed"});
    let (id, action) = waiting(app, "quarantine_agent", parameters);
    assert_eq!(authorize(), true);
    for role in ["analyst", "senior_analyst", "incident_manager"] {
        refuses(&app.user(role), &action, &approve(), 403, "insufficient_approval_level");
    }
    assert_eq!(authorize(), true);
    let done = safety.decides(&action, "approve").expect(200);
    let expected = json!({
        "status": "completed", "decided_by": "aiso:ai_safety", "executed_by": "system", "connector": "registry",
        "result": {"success": true, "message": format!("Agent {agent} is quarantined")},
    });
    assert_contains(&done, &expected);
    assert!(done["result"].get("simulated").is_none(), "it is no simulation: {done}");
    assert_eq!(authorize(), false, "at the next authorize");

    let shown = app.viewer().get(&format!("/api/agents/{agent}")).expect(200);
    assert_contains(&shown, &json!({"status": "quarantined", "current_score": 34, "trust_delta": -66}));
    let incident = app.viewer().incident(&id);
    assert_eq!(incident["agent_id"], agent.as_str(), "the incident is about it now");
    let events = ["action.requested", "action.approved", "agent.quarantined", "action.completed"];
    let told = app.viewer().timeline(&id, &events);
    let in_order: Vec<&Value> = told.iter().map(|e| &e["event"]).collect();
    assert_eq!(in_order, events);
    let by = json!({"requested_by": "operator:operator", "approved_by": "aiso:ai_safety"});
    assert_contains(&told[2]["detail"], &by);

    // Neither who asked for it nor who approved it lets the agent in again.
    let body = json!({"validation_ref": safety.attaches(&id, &confirming())});
    let restore = format!("/api/agents/{agent}/restore");
    for same in [safety, app.person("operator", "ai_safety")] {
        same.post(&restore, &body).problem(403, "self_approval");
    }
    app.person("anowak", "ai_safety").post(&restore, &body).expect(200);
    assert_eq!(authorize(), true);
}

fn a_quarantine_that_fails_changes_nothing(engine: Engine) {
    let app = App::demo(engine);
    let safety = app.user("ai_safety");
    let (shut, other) = (unique("agent"), unique("agent"));
    for agent in [&shut, &other] {
        safety.post("/api/agents", &json!({"id": agent})).expect(201);
    }
    safety.post(&format!("/api/agents/{shut}/quarantine"), &json!({"reason": "anomaly"})).expect(200);
    let operator = app.operator();
    let plain = operator.reports(&report("About no agent"));
    let about = operator.reports(&merged(report("About another"), json!({"agent_id": other})));
    for (incident, agent) in [(&plain, shut.as_str()), (&plain, "did:nobody:here"), (&about, shut.as_str())] {
        let before =
            (operator.incident(incident), app.viewer().get(&format!("/api/agents/{shut}")).expect(200));
        let parameters = json!({"agent_id": agent, "reason": "tool_abuse"});
        let action = text(&operator.orders(incident, "quarantine_agent", &parameters)["action_id"]);
        let failed = safety.decides(&action, "approve").expect(200);
        assert_contains(&failed, &json!({"status": "failed", "result": {"success": false}}));
        assert!(failed.get("executed_at").is_none() && !text(&failed["result"]["message"]).is_empty());
        let after =
            (operator.incident(incident), app.viewer().get(&format!("/api/agents/{shut}")).expect(200));
        for member in ["agent_id", "flags", "evidence_status", "level"] {
            assert_eq!(before.0[member], after.0[member], "{member}: {failed}");
        }
        assert_eq!(before.1, after.1, "{failed}");
    }
}

fn undo(client: &Client, action: &str) -> Reply {
    client.request("POST", &format!("/api/actions/{action}/rollback")).send()
}

fn undoing(engine: Engine) {
    let app = App::demo(engine);
    let (operator, analyst) = (app.operator(), app.analyst());
    let (id, action) = waiting(app, "block_ip", json!({"ip": "192.0.2.7", "duration_minutes": 90}));
    undo(&operator, &action).problem(409, "state_conflict");
    analyst.decides(&action, "approve").expect(200);
    let reply = undo(&operator, &action);
    let data = reply.expect(201)["data"].clone();
    assert_contains(&data, &json!({"status": "pending_approval", "approval_level": "analyst"}));
    let first = text(&data["action_id"]);
    assert_eq!(reply.header("location"), Some(format!("/api/actions/{first}").as_str()));
    let expected = json!({"action_type": "unblock_ip", "rollback_of": action});
    assert_contains(&operator.action(&first), &expected);
    // The same parameters, but for how long: what is undone stays undone.
    assert_eq!(operator.action(&first)["parameters"], json!({"ip": "192.0.2.7"}));
    // Once at a time; a rejected one leaves room for another.
    let problem = undo(&operator, &action).problem(409, "state_conflict");
    assert!(text(&problem["detail"]).contains(&first), "{problem}");
    analyst.decides(&first, "reject").expect(200);
    let second = text(&undo(&operator, &action).expect(201)["data"]["action_id"]);
    assert_eq!(analyst.decides(&second, "approve").expect(200)["status"], "completed");
    let problem = undo(&operator, &action).problem(409, "state_conflict");
    assert!(text(&problem["detail"]).contains(&second), "{problem}");
    // What undid it can be undone in turn.
    let again = text(&undo(&operator, &second).expect(201)["data"]["action_id"]);
    assert_contains(&operator.action(&again), &json!({"action_type": "block_ip", "rollback_of": second}));
    let told = app.viewer().timeline(&id, &["action.requested"]);
    let undone: Vec<&Value> = told.iter().map(|e| &e["detail"]["rollback_of"]).collect();
    assert_eq!(undone, [&Value::Null, &json!(action), &json!(action), &json!(second)]);
}

fn what_cannot_be_undone(engine: Engine) {
    let app = App::demo(engine);
    let operator = app.operator();
    let id = operator.reports(&report("For good"));
    let told = text(&operator.orders(&id, "notify_dpo", &json!({"message": "m"}))["action_id"]);
    let problem = undo(&operator, &told).problem(409, "state_conflict");
    assert!(text(&problem["detail"]).contains("notify_dpo"), "{problem}");
    let step = operator.adds_step(&id, "A step");
    undo(&operator, &step).problem(409, "state_conflict");
    operator.patch(&format!("/api/actions/{step}"), &json!({"status": "completed"})).expect(200);
    undo(&operator, &step).problem(409, "state_conflict");
    undo(&operator, "act-00000000000070008000000000000000").problem(404, "not_found");
    undo(&operator, "nonsense").problem(404, "not_found");
    for role in ["viewer", "analyst", "ai_safety", "legal_dpo"] {
        undo(&app.user(role), &told).problem(403, "forbidden");
    }
}
