//! AI agents (CONTRACT §8): registered, changed and listed; rights that shrink with trust; what gateways are answered.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_tests::*;
use serde_json::{Value, json};

on_both! {
    shared: registration, a_known_agent_is_completed, patches, rights_shrink_with_trust, events_find_their_incident, history, lists, any_id_in_a_path, limits, refusals_change_nothing;
}

fn registration(app: &App) {
    let id = format!("did:web:example.org:{}", unique("agent"));
    let body = json!({
        "id": id, "name": "Support agent", "owner": "customer-care", "tier": "T2", "baseline_score": 80,
        "allowed_tools": agent_tools(),
    });
    let reply = safety(app).post("/api/agents", &body);
    let answer = reply.expect(201);
    let said = json!({
        "status": "active", "current_score": 80, "trust_delta": 0, "registered": true, "verified": true, "version": 1,
        "allowed_tools_effective": agent_tools(),
    });
    assert_contains(&answer, &merged(body.clone(), said));
    let read = app.viewer().get(reply.header("location").unwrap());
    assert_eq!(read.expect(200), answer);
    assert_eq!(read.header("etag"), Some("\"1\""));
    safety(app).post("/api/agents", &body).problem(409, "agent_exists");
    let only_id = unique("agent");
    safety(app).post("/api/agents", &json!({"id": only_id})).expect(201);
    assert_contains(&agent(app, &only_id), &json!({"baseline_score": 100, "allowed_tools": []}));
}

fn a_known_agent_is_completed(app: &App) {
    let id = unique("agent");
    incident_about(app, &id);
    assert_eq!(tool_answers(&app.viewer(), &id), "---");
    let lost = json!({"event": "policy_violation"});
    app.user("devsecops").post(&agent_path(&id, "/events"), &lost).expect(200);
    let body = json!({"id": id, "baseline_score": 90, "allowed_tools": agent_tools()});
    let answer = safety(app).post("/api/agents", &body).expect(201);
    // What it lost before anybody registered it stays lost.
    assert_contains(&answer, &json!({"status": "degraded", "current_score": 70, "trust_delta": -20}));
    assert_eq!(tool_answers(&app.viewer(), &id), "++?");
    safety(app).post("/api/agents", &body).problem(409, "agent_exists");
    // One that was shut out stays shut out.
    let shut_out = unique("agent");
    incident_about(app, &shut_out);
    quarantines(&safety(app), &shut_out, &json!({"reason": "anomaly"}));
    let answer =
        safety(app).post("/api/agents", &json!({"id": shut_out, "allowed_tools": agent_tools()})).expect(201);
    assert_contains(&answer, &json!({"status": "quarantined", "allowed_tools_effective": []}));
    assert_eq!(tool_answers(&app.viewer(), &shut_out), "---");
}

fn patches(app: &App) {
    let (id, client) = (registered_agent(app), safety(app));
    let to = agent_path(&id, "");
    let patch = json!({
        "name": "Renamed", "owner": "platform", "tier": "T3", "baseline_score": 90,
        "allowed_tools": [{"name": "crm.read", "risk": "read"}],
    });
    let reply = client.patch(&to, &patch);
    assert_contains(&reply.expect(200), &merged(patch, json!({"version": 2, "current_score": 90})));
    assert_eq!(reply.header("etag"), app.viewer().get(&to).header("etag"));
    let cleared = client.patch(&to, &json!({"name": null, "owner": null, "tier": null})).expect(200);
    assert!(["name", "owner", "tier"].iter().all(|m| cleared.get(m).is_none()), "{cleared}");
    // The same again is no change.
    assert_eq!(client.patch(&to, &json!({"name": null})).expect(200)["version"], 3);
    let stale = client.request("PATCH", &to).header("if-match", "\"2\"").json(&json!({"name": "Lost"}));
    stale.send().problem(412, "precondition_failed");
    let known = client.request("GET", &to).header("if-none-match", "\"3\"").send();
    assert_eq!(known.status, 304);
    // A lost proof of control, and its return.
    client.post(&agent_path(&id, "/events"), &json!({"event": "proof_of_control_lost"})).expect(200);
    assert_contains(&agent(app, &id), &json!({"status": "unverified", "verified": false}));
    client.patch(&to, &json!({"verified": false})).invalid(&["verified"]);
    assert_eq!(client.patch(&to, &json!({"verified": true})).expect(200)["status"], "active");
    // No patch ends a quarantine.
    quarantines(&client, &id, &json!({"reason": "anomaly"}));
    let all = json!({"baseline_score": 0, "verified": true, "allowed_tools": agent_tools()});
    let answer = client.patch(&to, &all).expect(200);
    assert_contains(&answer, &json!({"status": "quarantined", "allowed_tools_effective": []}));
    assert_eq!(tool_answers(&client, &id), "---");
}

fn rights_shrink_with_trust(app: &App) {
    let (id, gateway, feed) = (registered_agent(app), app.viewer(), app.user("devsecops"));
    let tell = |event: &str| feed.post(&agent_path(&id, "/events"), &json!({"event": event})).expect(200);
    assert_eq!(tool_answers(&gateway, &id), "+++");
    for (event, score, status, expected) in [
        ("clean_run", 100, "active", "+++"),
        ("anomaly", 90, "degraded", "++?"),
        ("policy_violation", 70, "degraded", "+--"),
        ("clean_run", 72, "degraded", "++?"),
        ("proof_of_control_lost", 72, "unverified", "+--"),
        ("tool_abuse", 32, "unverified", "+--"),
        ("agent_hijack_confirmed", 0, "unverified", "+--"),
        ("data_exfiltration", 0, "unverified", "+--"),
    ] {
        let standing = tell(event);
        let expected_standing = json!({"status": status, "current_score": score, "trust_delta": score - 100});
        assert_contains(&standing, &expected_standing);
        assert_eq!(tool_answers(&gateway, &id), expected, "after {event}");
        let effective = standing["allowed_tools_effective"].as_array().unwrap().len();
        assert_eq!(effective, expected.chars().filter(|c| *c != '-').count(), "{standing}");
    }
    let ask = |id: &str, tool: &str| {
        gateway.post(&agent_path(id, "/authorize"), &json!({"tool": tool})).expect(200)
    };
    for tool in ["shell", "CRM.READ", "", "🦀"] {
        assert_eq!(ask(&id, tool)["allowed"], false, "{tool}");
    }
    // A gateway needs no case of its own for an agent nobody knows.
    let unknown = json!({"allowed": false, "reason": "unknown agent", "approval_required": false});
    assert_eq!(ask("nobody-at-all", "crm.read"), unknown);
    gateway.get(&agent_path("nobody-at-all", "")).problem(404, "not_found");
}

fn events_find_their_incident(app: &App) {
    let (id, feed) = (registered_agent(app), app.user("devsecops"));
    let tell =
        |more: Value| feed.post(&agent_path(&id, "/events"), &merged(json!({"event": "anomaly"}), more));
    assert!(tell(json!({})).expect(200).get("incident_id").is_none(), "none is opened for an event");
    let older = incident_about(app, &id);
    let newer = incident_about(app, &id);
    assert_eq!(tell(json!({})).expect(200)["incident_id"], uuid_of(app, &newer));
    assert_eq!(tell(json!({"incident_id": older})).expect(200)["incident_id"], uuid_of(app, &older));
    let id_of_older = uuid_of(app, &older);
    assert_eq!(tell(json!({"incident_id": id_of_older})).expect(200)["incident_id"], id_of_older);
    assert_eq!(agent(app, &id)["current_score"], 60);
}

fn history(app: &App) {
    let id = unique("agent");
    let incident = incident_about(app, &id);
    let case = uuid_of(app, &incident);
    let (first, second) = (safety(app), second_safety(app));
    first.post("/api/agents", &json!({"id": id, "allowed_tools": agent_tools()})).expect(201);
    first.patch(&agent_path(&id, ""), &json!({"owner": "crm", "tier": "T1"})).expect(200);
    let event = json!({"event": "anomaly", "note": "Called the CRM\n400 times"});
    app.user("devsecops").post(&agent_path(&id, "/events"), &event).expect(200);
    quarantines(
        &first,
        &id,
        &json!({"reason": "tool_abuse", "approved_by": "manager:jkow", "note": "At once"}),
    );
    let proof = app.analyst().attaches(&incident, &confirming());
    second.post(&agent_path(&id, "/restore"), &json!({"validation_ref": proof})).expect(200);

    let all = app.analyst().get(&agent_path(&id, "/history")).expect(200);
    assert_eq!(all["meta"], json!({"page": 1, "per_page": 20, "total": 6}));
    let expected = json!([
        {"seq": 6, "what": "restored", "score_before": 50, "score_after": 75, "status_after": "degraded",
         "by": "aiso:anowak", "incident_id": case, "validation_ref": proof},
        {"seq": 5, "what": "quarantined", "event": "tool_abuse", "score_before": 90, "score_after": 50,
         "status_after": "quarantined", "by": "aiso:ai_safety", "approved_by": "manager:jkow", "incident_id": case,
         "note": "At once"},
        {"seq": 4, "what": "event", "event": "anomaly", "score_before": 100, "score_after": 90,
         "status_after": "degraded", "by": "devsecops:devsecops", "incident_id": case,
         "note": "Called the CRM\n400 times"},
        {"seq": 3, "what": "updated", "score_before": 100, "score_after": 100, "status_after": "active",
         "by": "aiso:ai_safety", "note": "changed: owner, tier"},
        {"seq": 2, "what": "registered", "score_before": 100, "score_after": 100, "status_after": "active",
         "by": "aiso:ai_safety"},
        {"seq": 1, "what": "became_known", "score_after": 100, "status_after": "unverified",
         "by": "reporter:reporter"},
    ]);
    for (entry, expected) in all["data"].as_array().unwrap().iter().zip(expected.as_array().unwrap()) {
        let expected = merged(expected.clone(), json!({"at": entry["at"]}));
        assert_eq!(*entry, expected);
    }
    let walked = app.analyst().walk(&agent_path(&id, "/history?per_page=4"));
    assert_eq!(json!(walked), all["data"]);
    let paged = app.analyst().get(&agent_path(&id, "/history?per_page=4&page=2")).expect(200);
    assert_eq!(paged["data"].as_array().unwrap(), &walked[4..]);
    // A cursor of another list is not one of this.
    let foreign = app.viewer().get("/api/incidents?sort=severity&per_page=1").next();
    if let Some(cursor) = foreign.as_deref().and_then(|link| link.split("cursor=").nth(1)) {
        app.viewer().get(&agent_path(&id, &format!("/history?cursor={cursor}"))).invalid(&["cursor"]);
    }
    app.viewer().get(&agent_path("nobody-at-all", "/history")).problem(404, "not_found");
    app.viewer().get(&agent_path(&id, "/history?colour=red")).problem(400, "unknown_field");
}

fn lists(app: &App) {
    let word = unique("list");
    let mut ids: Vec<String> = ["c", "A", "ż", "b/1", "a"].iter().map(|n| format!("{word}:{n}")).collect();
    for id in &ids {
        safety(app).post("/api/agents", &json!({"id": id})).expect(201);
    }
    ids.sort();
    quarantines(&safety(app), &ids[0], &json!({"reason": "anomaly"}));
    let mine = |rows: Vec<Value>| -> Vec<String> {
        let ids = rows.iter().map(|a| text(&a["id"]));
        ids.filter(|id| id.starts_with(&format!("{word}:"))).collect()
    };
    for size in [1, 7, 100] {
        assert_eq!(mine(app.viewer().walk(&format!("/api/agents?per_page={size}"))), ids);
    }
    assert_eq!(mine(app.viewer().walk("/api/agents?status=active&per_page=50")), ids[1..]);
    assert_eq!(mine(app.viewer().walk("/api/agents?status=quarantined&per_page=2")), ids[..1]);
    let first = app.viewer().get("/api/agents?status=quarantined").expect(200);
    assert_eq!(members(&first), ["data", "meta"]);
    assert!(first["data"].as_array().unwrap().iter().all(|a| a["status"] == "quarantined"));
    let get = |query: &str| app.viewer().get(&format!("/api/agents?{query}"));
    get("status=lost").invalid(&["status"]);
    get("page=0&per_page=101&status=x").invalid(&["page", "per_page", "status"]);
    for cursor in ["nonsense", "", "id.", "id.two%20words"] {
        get(&format!("cursor={cursor}")).invalid(&["cursor"]);
    }
    get("page=2&cursor=id.a").invalid(&["page"]);
    get("page=101&per_page=100").problem(400, "page_too_deep");
    get("colour=red").problem(400, "unknown_field");
}

fn any_id_in_a_path(app: &App) {
    let word = unique("path");
    for odd in
        ["did:web:example.org:agents:7", "a/b", "..", "a%2Fb", "50%", "a+b", "?#", "żółw🦀", "\"'<>", "."]
    {
        let id = format!("{odd}{word}");
        let reply = safety(app).post("/api/agents", &json!({"id": id, "allowed_tools": agent_tools()}));
        reply.expect(201);
        let location = reply.header("location").unwrap();
        assert_eq!(app.viewer().get(location).expect(200)["id"], id.as_str(), "{location}");
        assert_eq!(tool_answers(&app.viewer(), &id), "+++", "{id}");
        assert_eq!(quarantines(&safety(app), &id, &json!({"reason": "anomaly"}))["status"], "quarantined");
        assert_eq!(tool_answers(&app.viewer(), &id), "---", "{id}");
        assert_eq!(app.viewer().get(&agent_path(&id, "/history")).expect(200)["meta"]["total"], 2);
    }
    // Unreserved characters may stand as they are, and so may ':'.
    let id = format!("did:web:example.org:{word}");
    safety(app).post("/api/agents", &json!({"id": id})).expect(201);
    app.viewer().get(&format!("/api/agents/{id}")).expect(200);
    for nothing in ["%00", "%20", "a%0Ab", &"x".repeat(256)] {
        app.viewer().get(&format!("/api/agents/{nothing}")).problem(404, "not_found");
        let ask = app.viewer().post(&format!("/api/agents/{nothing}/authorize"), &json!({"tool": "x"}));
        ask.problem(404, "not_found");
    }
}

fn limits(app: &App) {
    let client = safety(app);
    let register = |more: Value| client.post("/api/agents", &merged(json!({"id": unique("limit")}), more));
    let tool = |name: String| json!({"name": name, "risk": "read"});
    let many = |n: usize| json!({"allowed_tools": (0..n).map(|i| tool(format!("t{i}"))).collect::<Vec<_>>()});
    register(many(200)).expect(201);
    register(many(201)).invalid(&["allowed_tools"]);
    register(json!({"name": "ż".repeat(100), "owner": "x".repeat(100)})).expect(201);
    let bad = json!({
        "name": "x".repeat(101), "owner": "", "tier": "T4", "baseline_score": 101,
        "allowed_tools": [tool("a b".to_owned()), tool("a".to_owned()), tool("a".to_owned())],
    });
    register(bad).invalid(&[
        "name",
        "owner",
        "tier",
        "baseline_score",
        "allowed_tools[0].name",
        "allowed_tools[2].name",
    ]);
    register(json!({"baseline_score": -1})).invalid(&["baseline_score"]);
    register(json!({"allowed_tools": [{"name": "a", "risk": "harmless"}]}))
        .invalid(&["allowed_tools[0].risk"]);
    register(json!({"surprise": 1})).problem(400, "unknown_field");
    for id in [json!(""), json!("a b"), json!("x".repeat(256)), json!(7)] {
        client.post("/api/agents", &json!({"id": id})).invalid(&["id"]);
    }
    client.post("/api/agents", &json!({})).invalid(&["id"]);
    let id = registered_agent(app);
    let note = |n: usize| json!({"event": "clean_run", "note": "ż".repeat(n)});
    client.post(&agent_path(&id, "/events"), &note(1_000)).expect(200);
    client.post(&agent_path(&id, "/events"), &note(1_001)).invalid(&["note"]);
    client.post(&agent_path(&id, "/events"), &json!({})).invalid(&["event"]);
    client.post(&agent_path(&id, "/events"), &json!({"event": "party"})).invalid(&["event"]);
    for incident in ["nonsense", "INC-2026-42", ""] {
        let order = json!({"reason": "anomaly", "incident_id": incident});
        client.post(&agent_path(&id, "/quarantine"), &order).invalid(&["incident_id"]);
    }
    let order = json!({"reason": "anomaly", "approved_by": "mpaw", "note": ""});
    client.post(&agent_path(&id, "/quarantine"), &order).invalid(&["approved_by", "note"]);
    client.post(&agent_path(&id, "/restore"), &json!({"note": "a\u{0}"})).invalid(&["note"]);
    let ask = |body: Value| client.post(&agent_path(&id, "/authorize"), &body);
    ask(json!({})).invalid(&["tool"]);
    ask(json!({"tool": "x".repeat(101)})).invalid(&["tool"]);
    ask(json!({"tool": "x", "agent": "y"})).problem(400, "unknown_field");
    client.patch(&agent_path(&id, ""), &json!({"allowed_tools": null})).invalid(&["allowed_tools"]);
}

fn refusals_change_nothing(app: &App) {
    let (id, client) = (registered_agent(app), safety(app));
    let before = agent(app, &id);
    for (step, body, status, code) in [
        ("/quarantine", json!({"reason": "because"}), 400, "validation_failed"),
        (
            "/quarantine",
            json!({"reason": "anomaly", "incident_id": "INC-1999-0001"}),
            400,
            "validation_failed",
        ),
        ("/events", json!({"event": "anomaly", "incident_id": "INC-1999-0001"}), 400, "validation_failed"),
        ("/restore", json!({"validation_ref": "ev-771"}), 409, "not_quarantined"),
    ] {
        client.post(&agent_path(&id, step), &body).problem(status, code);
    }
    for step in ["/quarantine", "/events", "/restore"] {
        let body = json!({"reason": "anomaly", "event": "anomaly", "validation_ref": "ev-771"});
        let member = match step {
            "/quarantine" => "reason",
            "/events" => "event",
            _ => "validation_ref",
        };
        let body = json!({member: body[member]});
        client.post(&agent_path("nobody-at-all", step), &body).problem(404, "not_found");
    }
    client.patch(&agent_path("nobody-at-all", ""), &json!({"owner": "x"})).problem(404, "not_found");
    app.analyst()
        .post(&agent_path(&id, "/quarantine"), &json!({"reason": "anomaly"}))
        .problem(403, "forbidden");
    assert_eq!(agent(app, &id), before);
    assert_eq!(app.viewer().get(&agent_path(&id, "/history")).expect(200)["meta"]["total"], 1);
}
