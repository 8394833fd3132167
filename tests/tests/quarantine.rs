//! Quarantine (CONTRACT §8): as the registry contract prints it, at once and everywhere, and the due process of coming
//! back.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_tests::*;
use serde_json::{Value, json};
use std::sync::Barrier;

on_both! {
    shared: as_printed, quarantine_finds_or_opens_its_incident, incidents_are_linked, reasons, coming_back, who_may_not_bring_back, a_deleted_incident_is_no_dead_end, evidence_in_the_history_is_seen_by_right, two_quarantines_at_once, timelines_tell_of_agents;
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

fn quarantine_finds_or_opens_its_incident(app: &App) {
    let client = safety(app);
    // The newest that is not closed.
    let id = registered_agent(app);
    let older = incident_about(app, &id);
    let closed = app.operator().reports_and_proves("Closed in the meantime");
    app.analyst().changes(&closed, &json!({"agent_id": id, "status_lifecycle": "closed"}));
    let answer = quarantines(&client, &id, &json!({"reason": "tool_abuse"}));
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
        let id = registered_agent(app);
        let answer = quarantines(&client, &id, &json!({"reason": reason}));
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
    let answer = quarantines(&client, &long, &json!({"reason": "prompt_injection_confirmed"}));
    let title = text(&app.viewer().incident(&text(&answer["incident_id"]))["title"]);
    assert!(title.contains('…') && title.chars().count() <= 300, "{title}");
}

fn incidents_are_linked(app: &App) {
    for (who, step, body) in [
        ("ai_safety", "/quarantine", json!({"reason": "anomaly"})),
        ("ai_safety", "/events", json!({"event": "anomaly"})),
    ] {
        let (id, client) = (registered_agent(app), app.user(who));
        let incident = app.reporter().reports(&report("Names nobody yet"));
        let named = merged(body, json!({"incident_id": incident}));
        let answer = client.post(&agent_path(&id, step), &named).expect(200);
        let linked = app.viewer().incident(&incident);
        assert_contains(&linked, &json!({"id": answer["incident_id"], "agent_id": id, "version": 2}));
        assert_eq!(linked["flags"]["ai_act_relevant"], true, "the flag that follows from an agent");
        let timeline = app.viewer().walk(&format!("/api/incidents/{incident}/timeline"));
        assert!(timeline.iter().any(|e| e["event"] == "incident.updated" && e["detail"]["changes"][0]["field"] == "agent_id"));
        // An incident about another agent stays that, and the refusal says so.
        let other = registered_agent(app);
        let problem = client.post(&agent_path(&other, step), &named).problem(409, "state_conflict");
        assert!(text(&problem["detail"]).contains(&incident), "{problem}");
        assert_eq!(app.viewer().incident(&incident)["agent_id"], id.as_str());
        assert_eq!(agent(app, &other)["version"], 1);
    }
    // Who may not change incidents does not by the way: their event refers to it, and that is all.
    let (id, incident) = (registered_agent(app), app.reporter().reports(&report("Stays as it is")));
    let named = json!({"event": "anomaly", "incident_id": incident});
    app.user("devsecops").post(&agent_path(&id, "/events"), &named).expect(200);
    assert_eq!(app.viewer().incident(&incident).get("agent_id"), None);
}

fn reasons(app: &App) {
    let (id, client) = (registered_agent(app), safety(app));
    for reason in ["because", "clean_run", "", "ANOMALY"] {
        let problem =
            client.post(&agent_path(&id, "/quarantine"), &json!({"reason": reason})).invalid(&["reason"]);
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
    client.post(&agent_path(&id, "/quarantine"), &json!({})).invalid(&["reason"]);
    quarantines(&client, &id, &json!({"reason": "anomaly"}));
    // The wrong reason is the first thing wrong; then the state.
    client.post(&agent_path(&id, "/quarantine"), &json!({"reason": "because"})).invalid(&["reason"]);
    client
        .post(&agent_path(&id, "/quarantine"), &json!({"reason": "tool_abuse"}))
        .problem(409, "already_quarantined");
    assert_eq!(agent(app, &id)["current_score"], 90, "a second quarantine costs nothing");
}

fn coming_back(app: &App) {
    let (id, first, second) = (registered_agent(app), safety(app), second_safety(app));
    let to = agent_path(&id, "/restore");
    second.post(&to, &json!({})).problem(422, "evidence_required");
    let incident = incident_about(app, &id);
    quarantines(&first, &id, &json!({"incident_id": incident, "reason": "prompt_injection_confirmed"}));
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
    assert_eq!(tool_answers(&app.viewer(), &id), "---");

    let answer = second.post(&to, &json!({"validation_ref": good, "note": "Retested"})).expect(200);
    let standing = json!({
        "status": "degraded", "current_score": 67, "trust_delta": -33, "incident_id": uuid_of(app, &incident),
    });
    assert_contains(&answer, &standing);
    assert_eq!(answer["allowed_tools_effective"], json!([{"name": "crm.read", "risk": "read"}]));
    assert_eq!(tool_answers(&app.viewer(), &id), "+--");
    assert!(agent(app, &id).get("quarantine").is_none());
    second.post(&to, &json!({"validation_ref": good})).problem(409, "not_quarantined");
    second.post(&to, &json!({"validation_ref": "ev-771"})).problem(409, "not_quarantined");
    second.post(&to, &json!({})).problem(422, "evidence_required");
    // The rest is to be earned.
    for _ in 0..2 {
        app.user("devsecops").post(&agent_path(&id, "/events"), &json!({"event": "clean_run"})).expect(200);
    }
    assert_eq!(tool_answers(&app.viewer(), &id), "++?");
    // And the same agent can be shut out again.
    quarantines(&second, &id, &json!({"reason": "anomaly"}));
}

fn who_may_not_bring_back(app: &App) {
    let key = |name: &str, role: &str| app.anonymous().with_key(&app.new_key(name, &["--role", role]));
    let (mpaw, admin) = (key("mpaw", "ai_safety"), key("mpaw", "admin"));
    let (approver, named, third) =
        (key("jkow", "ai_safety"), key("JKow", "admin"), key("anowak", "ai_safety"));
    let id = registered_agent(app);
    let incident = incident_about(app, &id);
    let proof = json!({"validation_ref": app.analyst().attaches(&incident, &confirming())});
    quarantines(
        &mpaw,
        &id,
        &json!({"incident_id": incident, "reason": "anomaly", "approved_by": "manager:jkow"}),
    );
    // The same person in another role, and whoever is said to have approved it.
    for client in [&mpaw, &admin, &approver, &named] {
        client.post(&agent_path(&id, "/restore"), &proof).problem(403, "self_approval");
    }
    assert_eq!(agent(app, &id)["status"], "quarantined");
    third.post(&agent_path(&id, "/restore"), &proof).expect(200);
    // Whoever restored it may shut it out again, and the one before is now somebody else.
    quarantines(&third, &id, &json!({"incident_id": incident, "reason": "anomaly"}));
    mpaw.post(&agent_path(&id, "/restore"), &proof).expect(200);
}

fn a_deleted_incident_is_no_dead_end(app: &App) {
    let id = registered_agent(app);
    let incident = incident_about(app, &id);
    quarantines(&safety(app), &id, &json!({"incident_id": incident, "reason": "anomaly"}));
    assert_eq!(app.admin().delete(&format!("/api/incidents/{incident}")).status, 204);
    let shown = agent(app, &id);
    assert!(shown["quarantine"].get("incident_id").is_none() && shown["status"] == "quarantined", "{shown}");
    let restore = |incident: &str| {
        let proof = json!({"validation_ref": app.analyst().attaches(incident, &confirming())});
        second_safety(app).post(&agent_path(&id, "/restore"), &proof)
    };
    restore(&app.reporter().reports(&report("About nobody"))).problem(422, "evidence_required");
    restore(&incident_about(app, &id)).expect(200);
}

fn evidence_in_the_history_is_seen_by_right(app: &App) {
    for (visibility, seen) in [("internal", false), ("public", true)] {
        let id = registered_agent(app);
        let incident = incident_about(app, &id);
        quarantines(&safety(app), &id, &json!({"incident_id": incident, "reason": "anomaly"}));
        let proof =
            app.analyst().attaches(&incident, &merged(confirming(), json!({"visibility": visibility})));
        second_safety(app).post(&agent_path(&id, "/restore"), &json!({"validation_ref": proof})).expect(200);
        for place in [agent_path(&id, "/history"), format!("/api/incidents/{incident}/timeline?per_page=100")]
        {
            for (role, may) in [("viewer", seen), ("reporter", seen), ("analyst", true), ("legal_dpo", true)]
            {
                let reply = app.user(role).get(&place);
                reply.expect(200);
                assert_eq!(reply.text().contains(&proof), may, "{role}, {visibility}: {}", reply.text());
            }
        }
    }
}

fn two_quarantines_at_once(app: &App) {
    let clients = [safety(app), second_safety(app)];
    for round in 0..4 {
        let id = registered_agent(app);
        if round % 2 == 0 {
            incident_about(app, &id);
        }
        let order = json!({"reason": "prompt_injection_confirmed"});
        let replies = at_once(2, |i| clients[i].post(&agent_path(&id, "/quarantine"), &order));
        let (won, lost): (Vec<_>, Vec<_>) = replies.iter().partition(|r| r.status == 200);
        assert_eq!(won.len(), 1);
        lost.iter().for_each(|r| drop(r.problem(409, "already_quarantined")));
        assert_eq!(agent(app, &id)["current_score"], 34, "it is paid for once");
        let incidents = app.viewer().get(&format!("/api/incidents?agent_id={id}")).expect(200);
        assert_eq!(incidents["meta"]["total"], 1, "and only one incident is opened");
    }
}

fn timelines_tell_of_agents(app: &App) {
    let id = registered_agent(app);
    let incident = incident_about(app, &id);
    app.user("devsecops").post(&agent_path(&id, "/events"), &json!({"event": "anomaly"})).expect(200);
    quarantines(&safety(app), &id, &json!({"reason": "tool_abuse", "approved_by": "aiso:mpaw"}));
    let proof = app.analyst().attaches(&incident, &confirming());
    second_safety(app).post(&agent_path(&id, "/restore"), &json!({"validation_ref": proof})).expect(200);
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
        let id = registered_agent(&app);
        // Asked before, so that whatever could be remembered is.
        assert_eq!(tool_answers(&gateway, &id), "+++");
        let answer = quarantines(&safety(&app), &id, &json!({"reason": "anomaly"}));
        assert_eq!(tool_answers(&gateway, &id), "---");
        let proof = app.analyst().attaches(&text(&answer["incident_id"]), &confirming());
        restorer.post(&agent_path(&id, "/restore"), &json!({"validation_ref": proof})).expect(200);
        assert_eq!(tool_answers(&app.viewer(), &id), "+++");
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
        let id = registered_agent(&app);
        let order = json!({"reason": "tool_abuse"});
        let replies = at_once(2, |i| clients[i].post(&agent_path(&id, "/quarantine"), &order));
        let mut statuses: Vec<u16> = replies.iter().map(|r| r.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
    }
    app.run(&["audit", "verify"]);
}
