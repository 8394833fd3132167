//! AI agents (CONTRACT §8): what the registry contract prints, rights that shrink with trust, quarantine that holds
//! everywhere at once, and the due process of coming back.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_tests::*;
use serde_json::{Value, json};
use std::sync::Barrier;

on_both! {
    shared: as_printed, registration, a_known_agent_is_completed, patches, rights_shrink_with_trust, events_find_their_incident,
        quarantine_finds_or_opens_its_incident, incidents_are_linked, reasons, coming_back, who_may_not_bring_back,
        a_deleted_incident_is_no_dead_end, history, evidence_in_the_history_is_seen_by_right, lists, any_id_in_a_path, limits, refusals_change_nothing,
        two_quarantines_at_once, timelines_tell_of_agents;
}

fn safety(app: &App) -> Client {
    app.user("ai_safety")
}

/// Somebody else who answers for agents.
fn second(app: &App) -> Client {
    app.anonymous().with_key(&app.new_key("anowak", &["--role", "ai_safety"]))
}

fn path(agent: &str, rest: &str) -> String {
    format!("/api/agents/{}{rest}", encode(agent))
}

fn tools() -> Value {
    json!([
        {"name": "crm.read", "risk": "read"},
        {"name": "crm.note", "risk": "write"},
        {"name": "payments.refund", "risk": "critical"},
    ])
}

/// A registered agent with a tool of each risk; its id.
fn registered(app: &App) -> String {
    let id = unique("agent");
    safety(app).post("/api/agents", &json!({"id": id, "allowed_tools": tools()})).expect(201);
    id
}

fn agent(app: &App, id: &str) -> Value {
    app.viewer().get(&path(id, "")).expect(200)
}

/// What becomes of the three tools: `+` allowed, `?` with approval, `-` denied.
fn answers(client: &Client, id: &str) -> String {
    let sign = |tool: &str| {
        let answer = client.post(&path(id, "/authorize"), &json!({"tool": tool})).expect(200);
        assert_eq!(members(&answer), ["allowed", "approval_required", "reason"]);
        match (answer["allowed"].as_bool().unwrap(), answer["approval_required"].as_bool().unwrap()) {
            (true, false) => '+',
            (true, true) => '?',
            (false, false) => '-',
            (false, true) => panic!("{answer}"),
        }
    };
    ["crm.read", "crm.note", "payments.refund"].map(sign).iter().collect()
}

/// An incident about an agent; its public id.
fn incident_about(app: &App, agent: &str) -> String {
    app.reporter().reports(&merged(report("About an agent"), json!({"agent_id": agent, "level": "L2_ai"})))
}

fn uuid_of(app: &App, incident: &str) -> Value {
    app.viewer().incident(incident)["id"].clone()
}

fn shut(client: &Client, agent: &str, body: &Value) -> Value {
    client.post(&path(agent, "/quarantine"), body).expect(200)
}

fn as_printed(app: &App) {
    let report = r#"{
"title": "Suspected prompt injection in a support agent",
"source_type": "form",
"level": "L2_ai",
"category": "prompt_injection",
"detected_at": "2026-07-04T08:12:00Z",
"agent_id": "b1f2...-agent",
"impact_integrity": 2,
"gdpr_personal_data": true
}"#;
    let made = app.reporter().request("POST", "/api/incidents").body("application/json", report).send();
    let incident = made.expect(201);
    let known = agent(app, "b1f2...-agent");
    assert_contains(&known, &json!({"status": "unverified", "current_score": 100, "registered": false}));
    let body = r#"{ "incident_id":"INC-2026-0042", "reason":"prompt_injection_confirmed",
"approved_by":"aiso:mpaw" }"#;
    let body = body.replace("INC-2026-0042", &text(&incident["public_id"]));
    let client = safety(app);
    let request = client.request("POST", "/api/agents/b1f2...-agent/quarantine");
    let reply = request.body("application/json", body).send();
    let answer = reply.expect(200);
    let printed = json!({
        "status": "quarantined", "current_score": 34, "trust_delta": -66, "allowed_tools_effective": [],
    });
    assert_contains(&answer, &printed);
    assert_eq!(
        members(&answer),
        ["allowed_tools_effective", "current_score", "incident_id", "status", "trust_delta"]
    );
    assert!(reply.text().starts_with(
        r#"{"status":"quarantined","current_score":34,"trust_delta":-66,"allowed_tools_effective":[]"#
    ));
    assert_eq!(answer["incident_id"], incident["id"]);
}

fn registration(app: &App) {
    let id = format!("did:web:example.org:{}", unique("agent"));
    let body = json!({
        "id": id, "name": "Support agent", "owner": "customer-care", "tier": "T2", "baseline_score": 80,
        "allowed_tools": tools(),
    });
    let reply = safety(app).post("/api/agents", &body);
    let answer = reply.expect(201);
    let said = json!({
        "status": "active", "current_score": 80, "trust_delta": 0, "registered": true, "verified": true, "version": 1,
        "allowed_tools_effective": tools(),
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
    assert_eq!(answers(&app.viewer(), &id), "---");
    let lost = json!({"event": "policy_violation"});
    app.user("devsecops").post(&path(&id, "/events"), &lost).expect(200);
    let body = json!({"id": id, "baseline_score": 90, "allowed_tools": tools()});
    let answer = safety(app).post("/api/agents", &body).expect(201);
    // What it lost before anybody registered it stays lost.
    assert_contains(&answer, &json!({"status": "degraded", "current_score": 70, "trust_delta": -20}));
    assert_eq!(answers(&app.viewer(), &id), "++?");
    safety(app).post("/api/agents", &body).problem(409, "agent_exists");
    // One that was shut out stays shut out.
    let shut_out = unique("agent");
    incident_about(app, &shut_out);
    shut(&safety(app), &shut_out, &json!({"reason": "anomaly"}));
    let answer =
        safety(app).post("/api/agents", &json!({"id": shut_out, "allowed_tools": tools()})).expect(201);
    assert_contains(&answer, &json!({"status": "quarantined", "allowed_tools_effective": []}));
    assert_eq!(answers(&app.viewer(), &shut_out), "---");
}

fn patches(app: &App) {
    let (id, client) = (registered(app), safety(app));
    let to = path(&id, "");
    let patch = json!({
        "name": "Renamed", "owner": "platform", "tier": "T3", "baseline_score": 90,
        "allowed_tools": [{"name": "crm.read", "risk": "read"}],
    });
    let reply = client.patch(&to, &patch);
    assert_contains(&reply.expect(200), &merged(patch, json!({"version": 2, "current_score": 100})));
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
    client.post(&path(&id, "/events"), &json!({"event": "proof_of_control_lost"})).expect(200);
    assert_contains(&agent(app, &id), &json!({"status": "unverified", "verified": false}));
    client.patch(&to, &json!({"verified": false})).invalid(&["verified"]);
    assert_eq!(client.patch(&to, &json!({"verified": true})).expect(200)["status"], "active");
    // No patch ends a quarantine.
    shut(&client, &id, &json!({"reason": "anomaly"}));
    let all = json!({"baseline_score": 0, "verified": true, "allowed_tools": tools()});
    let answer = client.patch(&to, &all).expect(200);
    assert_contains(&answer, &json!({"status": "quarantined", "allowed_tools_effective": []}));
    assert_eq!(answers(&client, &id), "---");
}

fn rights_shrink_with_trust(app: &App) {
    let (id, gateway, feed) = (registered(app), app.viewer(), app.user("devsecops"));
    let tell = |event: &str| feed.post(&path(&id, "/events"), &json!({"event": event})).expect(200);
    assert_eq!(answers(&gateway, &id), "+++");
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
        assert_eq!(answers(&gateway, &id), expected, "after {event}");
        let effective = standing["allowed_tools_effective"].as_array().unwrap().len();
        assert_eq!(effective, expected.chars().filter(|c| *c != '-').count(), "{standing}");
    }
    let ask =
        |id: &str, tool: &str| gateway.post(&path(id, "/authorize"), &json!({"tool": tool})).expect(200);
    for tool in ["shell", "CRM.READ", "", "🦀"] {
        assert_eq!(ask(&id, tool)["allowed"], false, "{tool}");
    }
    // A gateway needs no case of its own for an agent nobody knows.
    let unknown = json!({"allowed": false, "reason": "unknown agent", "approval_required": false});
    assert_eq!(ask("nobody-at-all", "crm.read"), unknown);
    gateway.get(&path("nobody-at-all", "")).problem(404, "not_found");
}

fn events_find_their_incident(app: &App) {
    let (id, feed) = (registered(app), app.user("devsecops"));
    let tell = |more: Value| feed.post(&path(&id, "/events"), &merged(json!({"event": "anomaly"}), more));
    assert!(tell(json!({})).expect(200).get("incident_id").is_none(), "none is opened for an event");
    let older = incident_about(app, &id);
    let newer = incident_about(app, &id);
    assert_eq!(tell(json!({})).expect(200)["incident_id"], uuid_of(app, &newer));
    assert_eq!(tell(json!({"incident_id": older})).expect(200)["incident_id"], uuid_of(app, &older));
    let id_of_older = uuid_of(app, &older);
    assert_eq!(tell(json!({"incident_id": id_of_older})).expect(200)["incident_id"], id_of_older);
    assert_eq!(agent(app, &id)["current_score"], 60);
}

fn quarantine_finds_or_opens_its_incident(app: &App) {
    let client = safety(app);
    // The newest that is not closed.
    let id = registered(app);
    let older = incident_about(app, &id);
    let closed = app.operator().reports_and_proves("Closed in the meantime");
    app.analyst().changes(&closed, &json!({"agent_id": id, "status_lifecycle": "closed"}));
    let answer = shut(&client, &id, &json!({"reason": "tool_abuse"}));
    assert_eq!(answer["incident_id"], uuid_of(app, &older));
    // None: one is opened, as if somebody had reported it.
    for (reason, category) in [
        ("prompt_injection_confirmed", "prompt_injection"),
        ("agent_hijack_confirmed", "agent_hijack"),
        ("data_exfiltration", "data_breach"),
        ("tool_abuse", "other"),
        ("policy_violation", "other"),
        ("anomaly", "other"),
        ("proof_of_control_lost", "other"),
    ] {
        let id = registered(app);
        let answer = shut(&client, &id, &json!({"reason": reason}));
        let incident = app.viewer().incident(&text(&answer["incident_id"]));
        assert_contains(
            &incident,
            &json!({
                "title": format!("Agent {id} quarantined: {reason}"), "level": "L2_ai", "category": category,
                "agent_id": id, "evidence_status": "gap", "priority": null, "status_lifecycle": "open",
                "flags": {"ai_act_relevant": true}, "created_by": "aiso:ai_safety",
            }),
        );
        assert!(text(&incident["public_id"]).starts_with("INC-"));
    }
    let long = "ż".repeat(255);
    incident_about(app, &long);
    let first = text(
        &app.viewer().get(&format!("/api/incidents?agent_id={}", encode(&long))).expect(200)["data"][0]["id"],
    );
    app.admin().delete(&format!("/api/incidents/{first}"));
    let answer = shut(&client, &long, &json!({"reason": "prompt_injection_confirmed"}));
    let title = text(&app.viewer().incident(&text(&answer["incident_id"]))["title"]);
    assert!(title.contains('…') && title.chars().count() <= 300, "{title}");
}

fn incidents_are_linked(app: &App) {
    for (who, step, body) in [
        ("ai_safety", "/quarantine", json!({"reason": "anomaly"})),
        ("devsecops", "/events", json!({"event": "anomaly"})),
    ] {
        let (id, client) = (registered(app), app.user(who));
        let incident = app.reporter().reports(&report("Names nobody yet"));
        let named = merged(body, json!({"incident_id": incident}));
        let answer = client.post(&path(&id, step), &named).expect(200);
        let linked = app.viewer().incident(&incident);
        assert_contains(&linked, &json!({"id": answer["incident_id"], "agent_id": id, "version": 2}));
        assert_eq!(linked["flags"]["ai_act_relevant"], true, "the flag that follows from an agent");
        let timeline = app.viewer().walk(&format!("/api/incidents/{incident}/timeline"));
        assert!(timeline.iter().any(|e| e["event"] == "incident.updated" && e["detail"]["changes"][0]["field"] == "agent_id"));
        // An incident about another agent stays that, and the refusal says so.
        let other = registered(app);
        let problem = client.post(&path(&other, step), &named).problem(409, "state_conflict");
        assert!(text(&problem["detail"]).contains(&incident), "{problem}");
        assert_eq!(app.viewer().incident(&incident)["agent_id"], id.as_str());
        assert_eq!(agent(app, &other)["version"], 1);
    }
}

fn reasons(app: &App) {
    let (id, client) = (registered(app), safety(app));
    for reason in ["because", "clean_run", "", "ANOMALY"] {
        let problem = client.post(&path(&id, "/quarantine"), &json!({"reason": reason})).invalid(&["reason"]);
        let message = text(&problem["errors"][0]["message"]);
        for word in [
            "prompt_injection_confirmed",
            "agent_hijack_confirmed",
            "data_exfiltration",
            "tool_abuse",
            "policy_violation",
            "anomaly",
            "proof_of_control_lost",
        ] {
            assert!(message.contains(word), "{message}");
        }
        assert!(!message.split_once("use one of").unwrap().1.contains("clean_run"), "{message}");
    }
    client.post(&path(&id, "/quarantine"), &json!({})).invalid(&["reason"]);
    shut(&client, &id, &json!({"reason": "anomaly"}));
    // The wrong reason is the first thing wrong; then the state.
    client.post(&path(&id, "/quarantine"), &json!({"reason": "because"})).invalid(&["reason"]);
    client
        .post(&path(&id, "/quarantine"), &json!({"reason": "tool_abuse"}))
        .problem(409, "already_quarantined");
    assert_eq!(agent(app, &id)["current_score"], 90, "a second quarantine costs nothing");
}

fn coming_back(app: &App) {
    let (id, first, second) = (registered(app), safety(app), second(app));
    let to = path(&id, "/restore");
    second.post(&to, &json!({})).problem(422, "evidence_required");
    let incident = incident_about(app, &id);
    shut(&first, &id, &json!({"incident_id": incident, "reason": "prompt_injection_confirmed"}));
    let shown = agent(app, &id);
    assert_contains(
        &shown["quarantine"],
        &json!({"reason": "prompt_injection_confirmed", "by": "aiso:ai_safety", "incident_id": uuid_of(app, &incident)}),
    );
    let elsewhere = app.reporter().reports(&report("Another matter"));
    let (foreign, weak) = (app.analyst().attaches(&elsewhere, &confirming()), bare("log", 10));
    let weak = app.analyst().attaches(&incident, &weak);
    let good = app.analyst().attaches(&incident, &confirming());
    for proof in [
        json!({}),
        json!({"validation_ref": null}),
        json!({"validation_ref": "ev-771"}),
        json!({"validation_ref": "ev-00000000000070008000000000000000"}),
        json!({"validation_ref": foreign}),
        json!({"validation_ref": weak}),
    ] {
        let problem = second.post(&to, &proof).problem(422, "evidence_required");
        assert!(text(&problem["detail"]).contains("validation_ref"));
    }
    // What was confirmed once is no proof while it is disputed.
    let rebuttal = merged(bare("log", 50), json!({"contradicts": good}));
    let rebuttal = app.analyst().attaches(&incident, &rebuttal);
    second.post(&to, &json!({"validation_ref": good})).problem(422, "evidence_required");
    app.analyst().attaches(&incident, &merged(bare("log", 60), json!({"contradicts": rebuttal})));
    assert_eq!(answers(&app.viewer(), &id), "---");

    let answer = second.post(&to, &json!({"validation_ref": good, "note": "Retested"})).expect(200);
    let standing = json!({
        "status": "degraded", "current_score": 67, "trust_delta": -33, "incident_id": uuid_of(app, &incident),
    });
    assert_contains(&answer, &standing);
    assert_eq!(answer["allowed_tools_effective"], json!([{"name": "crm.read", "risk": "read"}]));
    assert_eq!(answers(&app.viewer(), &id), "+--");
    assert!(agent(app, &id).get("quarantine").is_none());
    second.post(&to, &json!({"validation_ref": good})).problem(409, "not_quarantined");
    second.post(&to, &json!({"validation_ref": "ev-771"})).problem(409, "not_quarantined");
    second.post(&to, &json!({})).problem(422, "evidence_required");
    // The rest is to be earned.
    for _ in 0..2 {
        app.user("devsecops").post(&path(&id, "/events"), &json!({"event": "clean_run"})).expect(200);
    }
    assert_eq!(answers(&app.viewer(), &id), "++?");
    // And the same agent can be shut out again.
    shut(&second, &id, &json!({"reason": "anomaly"}));
}

fn who_may_not_bring_back(app: &App) {
    let key = |name: &str, role: &str| app.anonymous().with_key(&app.new_key(name, &["--role", role]));
    let (mpaw, admin) = (key("mpaw", "ai_safety"), key("mpaw", "admin"));
    let (approver, named, third) =
        (key("jkow", "ai_safety"), key("JKow", "admin"), key("anowak", "ai_safety"));
    let id = registered(app);
    let incident = incident_about(app, &id);
    let proof = json!({"validation_ref": app.analyst().attaches(&incident, &confirming())});
    shut(&mpaw, &id, &json!({"incident_id": incident, "reason": "anomaly", "approved_by": "manager:jkow"}));
    // The same person in another role, and whoever is said to have approved it.
    for client in [&mpaw, &admin, &approver, &named] {
        client.post(&path(&id, "/restore"), &proof).problem(403, "self_approval");
    }
    assert_eq!(agent(app, &id)["status"], "quarantined");
    third.post(&path(&id, "/restore"), &proof).expect(200);
    // Whoever restored it may shut it out again, and the one before is now somebody else.
    shut(&third, &id, &json!({"incident_id": incident, "reason": "anomaly"}));
    mpaw.post(&path(&id, "/restore"), &proof).expect(200);
}

fn a_deleted_incident_is_no_dead_end(app: &App) {
    let id = registered(app);
    let incident = incident_about(app, &id);
    shut(&safety(app), &id, &json!({"incident_id": incident, "reason": "anomaly"}));
    assert_eq!(app.admin().delete(&format!("/api/incidents/{incident}")).status, 204);
    let shown = agent(app, &id);
    assert!(shown["quarantine"].get("incident_id").is_none() && shown["status"] == "quarantined", "{shown}");
    let restore = |incident: &str| {
        let proof = json!({"validation_ref": app.analyst().attaches(incident, &confirming())});
        second(app).post(&path(&id, "/restore"), &proof)
    };
    restore(&app.reporter().reports(&report("About nobody"))).problem(422, "evidence_required");
    restore(&incident_about(app, &id)).expect(200);
}

fn history(app: &App) {
    let id = unique("agent");
    let incident = incident_about(app, &id);
    let case = uuid_of(app, &incident);
    let (first, second) = (safety(app), second(app));
    first.post("/api/agents", &json!({"id": id, "allowed_tools": tools()})).expect(201);
    first.patch(&path(&id, ""), &json!({"owner": "crm", "tier": "T1"})).expect(200);
    let event = json!({"event": "anomaly", "note": "Called the CRM\n400 times"});
    app.user("devsecops").post(&path(&id, "/events"), &event).expect(200);
    shut(&first, &id, &json!({"reason": "tool_abuse", "approved_by": "manager:jkow", "note": "At once"}));
    let proof = app.analyst().attaches(&incident, &confirming());
    second.post(&path(&id, "/restore"), &json!({"validation_ref": proof})).expect(200);

    let all = app.analyst().get(&path(&id, "/history")).expect(200);
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
    let walked = app.analyst().walk(&path(&id, "/history?per_page=4"));
    assert_eq!(json!(walked), all["data"]);
    let paged = app.analyst().get(&path(&id, "/history?per_page=4&page=2")).expect(200);
    assert_eq!(paged["data"].as_array().unwrap(), &walked[4..]);
    // A cursor of another list is not one of this.
    let foreign = app.viewer().get("/api/incidents?sort=severity&per_page=1").next();
    if let Some(cursor) = foreign.as_deref().and_then(|link| link.split("cursor=").nth(1)) {
        app.viewer().get(&path(&id, &format!("/history?cursor={cursor}"))).invalid(&["cursor"]);
    }
    app.viewer().get(&path("nobody-at-all", "/history")).problem(404, "not_found");
    app.viewer().get(&path(&id, "/history?colour=red")).problem(400, "unknown_field");
}

fn evidence_in_the_history_is_seen_by_right(app: &App) {
    for (visibility, seen) in [("internal", false), ("public", true)] {
        let id = registered(app);
        let incident = incident_about(app, &id);
        shut(&safety(app), &id, &json!({"incident_id": incident, "reason": "anomaly"}));
        let proof =
            app.analyst().attaches(&incident, &merged(confirming(), json!({"visibility": visibility})));
        second(app).post(&path(&id, "/restore"), &json!({"validation_ref": proof})).expect(200);
        for place in [path(&id, "/history"), format!("/api/incidents/{incident}/timeline?per_page=100")] {
            for (role, may) in [("viewer", seen), ("reporter", seen), ("analyst", true), ("legal_dpo", true)]
            {
                let reply = app.user(role).get(&place);
                reply.expect(200);
                assert_eq!(reply.text().contains(&proof), may, "{role}, {visibility}: {}", reply.text());
            }
        }
    }
}

fn lists(app: &App) {
    let word = unique("list");
    let mut ids: Vec<String> = ["c", "A", "ż", "b/1", "a"].iter().map(|n| format!("{word}:{n}")).collect();
    for id in &ids {
        safety(app).post("/api/agents", &json!({"id": id})).expect(201);
    }
    ids.sort();
    shut(&safety(app), &ids[0], &json!({"reason": "anomaly"}));
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
        let reply = safety(app).post("/api/agents", &json!({"id": id, "allowed_tools": tools()}));
        reply.expect(201);
        let location = reply.header("location").unwrap();
        assert_eq!(app.viewer().get(location).expect(200)["id"], id.as_str(), "{location}");
        assert_eq!(answers(&app.viewer(), &id), "+++", "{id}");
        assert_eq!(shut(&safety(app), &id, &json!({"reason": "anomaly"}))["status"], "quarantined");
        assert_eq!(answers(&app.viewer(), &id), "---", "{id}");
        assert_eq!(app.viewer().get(&path(&id, "/history")).expect(200)["meta"]["total"], 2);
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
    let id = registered(app);
    let note = |n: usize| json!({"event": "clean_run", "note": "ż".repeat(n)});
    client.post(&path(&id, "/events"), &note(1_000)).expect(200);
    client.post(&path(&id, "/events"), &note(1_001)).invalid(&["note"]);
    client.post(&path(&id, "/events"), &json!({})).invalid(&["event"]);
    client.post(&path(&id, "/events"), &json!({"event": "party"})).invalid(&["event"]);
    for incident in ["nonsense", "INC-2026-42", ""] {
        let order = json!({"reason": "anomaly", "incident_id": incident});
        client.post(&path(&id, "/quarantine"), &order).invalid(&["incident_id"]);
    }
    let order = json!({"reason": "anomaly", "approved_by": "mpaw", "note": ""});
    client.post(&path(&id, "/quarantine"), &order).invalid(&["approved_by", "note"]);
    client.post(&path(&id, "/restore"), &json!({"note": "a\u{0}"})).invalid(&["note"]);
    let ask = |body: Value| client.post(&path(&id, "/authorize"), &body);
    ask(json!({})).invalid(&["tool"]);
    ask(json!({"tool": "x".repeat(101)})).invalid(&["tool"]);
    ask(json!({"tool": "x", "agent": "y"})).problem(400, "unknown_field");
    client.patch(&path(&id, ""), &json!({"allowed_tools": null})).invalid(&["allowed_tools"]);
}

fn refusals_change_nothing(app: &App) {
    let (id, client) = (registered(app), safety(app));
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
        client.post(&path(&id, step), &body).problem(status, code);
    }
    for step in ["/quarantine", "/events", "/restore"] {
        let body = json!({"reason": "anomaly", "event": "anomaly", "validation_ref": "ev-771"});
        let member = match step {
            "/quarantine" => "reason",
            "/events" => "event",
            _ => "validation_ref",
        };
        let body = json!({member: body[member]});
        client.post(&path("nobody-at-all", step), &body).problem(404, "not_found");
    }
    client.patch(&path("nobody-at-all", ""), &json!({"owner": "x"})).problem(404, "not_found");
    app.analyst().post(&path(&id, "/quarantine"), &json!({"reason": "anomaly"})).problem(403, "forbidden");
    assert_eq!(agent(app, &id), before);
    assert_eq!(app.viewer().get(&path(&id, "/history")).expect(200)["meta"]["total"], 1);
}

/// `work` in `count` threads that begin together.
fn at_once<T: Send>(count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let start = Barrier::new(count);
    std::thread::scope(|scope| {
        let (start, work) = (&start, &work);
        let run = |i| {
            scope.spawn(move || {
                start.wait();
                work(i)
            })
        };
        let threads: Vec<_> = (0..count).map(run).collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    })
}

fn two_quarantines_at_once(app: &App) {
    let clients = [safety(app), second(app)];
    for round in 0..4 {
        let id = registered(app);
        if round % 2 == 0 {
            incident_about(app, &id);
        }
        let order = json!({"reason": "prompt_injection_confirmed"});
        let replies = at_once(2, |i| clients[i].post(&path(&id, "/quarantine"), &order));
        let (won, lost): (Vec<_>, Vec<_>) = replies.iter().partition(|r| r.status == 200);
        assert_eq!(won.len(), 1);
        lost.iter().for_each(|r| drop(r.problem(409, "already_quarantined")));
        assert_eq!(agent(app, &id)["current_score"], 34, "it is paid for once");
        let incidents = app.viewer().get(&format!("/api/incidents?agent_id={id}")).expect(200);
        assert_eq!(incidents["meta"]["total"], 1, "and only one incident is opened");
    }
}

fn timelines_tell_of_agents(app: &App) {
    let id = registered(app);
    let incident = incident_about(app, &id);
    app.user("devsecops").post(&path(&id, "/events"), &json!({"event": "anomaly"})).expect(200);
    shut(&safety(app), &id, &json!({"reason": "tool_abuse", "approved_by": "aiso:mpaw"}));
    let proof = app.analyst().attaches(&incident, &confirming());
    second(app).post(&path(&id, "/restore"), &json!({"validation_ref": proof})).expect(200);
    let timeline = app.analyst().walk(&format!("/api/incidents/{incident}/timeline"));
    let told: Vec<&Value> = timeline.iter().filter(|e| e["subject"] == id.as_str()).collect();
    let events: Vec<String> = told.iter().map(|e| text(&e["event"])).collect();
    assert_eq!(events, ["agent.event_recorded", "agent.quarantined", "agent.restored"]);
    assert_contains(
        &told[1]["detail"],
        &json!({
            "reason": "tool_abuse", "requested_by": "aiso:ai_safety", "approved_by": "aiso:mpaw",
            "from_score": 90, "to_score": 50,
        }),
    );
    assert_contains(&told[2]["detail"], &json!({"validation_ref": proof, "from_score": 50, "to_score": 75}));
    app.run(&["audit", "verify"]);
}

#[test]
fn a_quarantine_holds_at_once_on_every_replica() {
    if !Engine::Postgres.is_here() {
        return;
    }
    let app = App::start(Engine::Postgres);
    let other = app.replica();
    let gateway = app.client_of(&other).with_key(&app.key_of("viewer"));
    let restorer = app.client_of(&other).with_key(&app.new_key("anowak", &["--role", "ai_safety"]));
    for _ in 0..10 {
        let id = registered(&app);
        // Asked before, so that whatever could be remembered is.
        assert_eq!(answers(&gateway, &id), "+++");
        let answer = shut(&safety(&app), &id, &json!({"reason": "anomaly"}));
        assert_eq!(answers(&gateway, &id), "---");
        let proof = app.analyst().attaches(&text(&answer["incident_id"]), &confirming());
        restorer.post(&path(&id, "/restore"), &json!({"validation_ref": proof})).expect(200);
        assert_eq!(answers(&app.viewer(), &id), "+++");
    }
}

#[test]
fn quarantines_on_two_replicas_are_one() {
    if !Engine::Postgres.is_here() {
        return;
    }
    let app = App::start(Engine::Postgres);
    let other = app.replica();
    let clients =
        [safety(&app), app.client_of(&other).with_key(&app.new_key("anowak", &["--role", "ai_safety"]))];
    for _ in 0..5 {
        let id = registered(&app);
        let order = json!({"reason": "tool_abuse"});
        let replies = at_once(2, |i| clients[i].post(&path(&id, "/quarantine"), &order));
        let mut statuses: Vec<u16> = replies.iter().map(|r| r.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
    }
    app.run(&["audit", "verify"]);
}
