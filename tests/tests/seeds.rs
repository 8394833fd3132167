//! Every request and response that the two source documents print for these routes, word for word; ids, times and
//! hosts are the registry's own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_tests::*;
use serde_json::{Value, json};

on_both! {
    shared: alert_is_created, alerts_are_listed, alert_is_read, alert_is_resolved, incident_is_deleted,
        report_is_created, evidence_is_attached, priority_is_granted, closure_is_refused, actions_are_listed, report_is_exported,
        both_contracts_share_one_incident, credentials_come_in_either_header;
}

/// "Create Incident", request body.
const ALERT: &str = r#"{
"incident_type": "phishing",
"source": "email_gateway",
"severity": "medium",
"raw_data": {
"message_id": "AAMkAGI2...",
"sender": "[email protected]",
"recipient": "[email protected]",
"subject": "Important Document",
"received_at": "2024-01-15T10:00:00Z"
}
}"#;

/// `POST /api/incidents` of the registry contract.
const REPORT: &str = r#"{
"title": "Suspected prompt injection in a support agent",
"source_type": "form",
"level": "L2_ai",
"category": "prompt_injection",
"detected_at": "2026-07-04T08:12:00Z",
"agent_id": "b1f2...-agent",
"impact_integrity": 2,
"gdpr_personal_data": true
}"#;

/// `POST /api/incidents/INC-2026-0042/evidence`.
const EVIDENCE: &str = r#"{
"kind": "agent_trace",
"source": "orchestrator-logs",
"content_ref": "s3://evidence/trace-0042.json",
"hash_sha256": "3b1f...e9",
"confidence": 82,
"visibility": "internal",
"chain_of_custody": [
{"ts":"2026-07-04T08:20:00Z","actor":"analyst:kdzik","action":"collected","hash_after":"3b1f...e9"}
]
}"#;

fn json_of(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Sends the very bytes of the document.
fn post(client: &Client, path: &str, body: &str) -> Reply {
    client.request("POST", path).body("application/json", body).send()
}

fn alert_is_created(app: &App) {
    let reply = post(&app.reporter(), "/api/incidents", ALERT);
    let answer = reply.expect(201);
    assert_eq!(members(&answer), ["data"]);
    let data = &answer["data"];
    assert_eq!(members(data), ["created_at", "id", "incident_number", "status"]);
    assert_eq!(data["status"], "open");
    assert_is_uuid_v7(&data["id"]);
    assert_is_number(&data["incident_number"]);
    assert!((millis(&text(&data["created_at"])) - now_millis()).abs() < 60_000);
    assert_eq!(reply.header("content-type"), Some("application/json"));
    let location = reply.header("location").unwrap();
    assert_eq!(app.viewer().get(location).expect(200)["data"]["id"], data["id"]);
}

#[track_caller]
fn assert_is_uuid_v7(id: &Value) {
    let id = text(id);
    let groups: Vec<usize> = id.split('-').map(str::len).collect();
    assert_eq!(groups, [8, 4, 4, 4, 12], "{id}");
    assert_eq!(&id[14..15], "7", "{id} is not of version 7");
}

#[track_caller]
fn assert_is_number(number: &Value) {
    let number = text(number);
    let parts: Vec<&str> = number.split('-').collect();
    assert_eq!((parts.len(), parts[0], parts[1].len()), (3, "INC", 4), "{number}");
    assert!(parts[2].len() >= 4 && parts[2].parse::<u32>().is_ok(), "{number}");
}

fn alerts_are_listed(app: &App) {
    let id = app.reporter().alerts(&merged(json_of(ALERT), json!({"severity": "high"})));
    let list = app.viewer().get("/api/incidents?status=open&severity=high&per_page=10").expect(200);
    assert_eq!(members(&list), ["data", "meta"]);
    assert_eq!(members(&list["meta"]), ["page", "per_page", "total"]);
    assert_eq!((&list["meta"]["page"], &list["meta"]["per_page"]), (&json!(1), &json!(10)));
    let rows = list["data"].as_array().unwrap();
    assert!(list["meta"]["total"].as_u64().unwrap() >= 1 && rows.len() <= 10);
    for row in rows {
        assert_contains(row, &json!({"severity": "high", "status": "open"}));
    }
    // Newest first, so it is here unless ten others came in the meantime.
    let mut pages = (1..20).map(|page| {
        let path = format!("/api/incidents?status=open&severity=high&per_page=10&page={page}");
        app.viewer().get(&path).expect(200)["data"].as_array().unwrap().clone()
    });
    let row = pages.find_map(|rows| rows.into_iter().find(|row| row["incident_number"] == id)).unwrap();
    let printed = json!({
        "incident_number": id, "incident_type": "phishing", "severity": "high", "status": "open",
        "source": "email_gateway", "created_at": row["created_at"], "updated_at": row["created_at"],
    });
    assert_contains(&row, &printed);
    assert_is_uuid_v7(&row["id"]);
}

fn alert_is_read(app: &App) {
    let number = app.reporter().alerts(&merged(json_of(ALERT), json!({"severity": "high"})));
    app.analyst().put(&format!("/api/incidents/{number}"), &json!({"status": "triaged"})).expect(200);
    let id = text(&app.analyst().incident(&number)["id"]);
    let answer = app.analyst().get(&format!("/api/incidents/{id}")).expect(200);
    assert_eq!(members(&answer), ["data"]);
    let data = &answer["data"];
    let printed = json!({
        "id": id, "incident_number": number, "incident_type": "phishing", "severity": "high", "status": "triaged",
        "source": "email_gateway", "raw_data": json_of(ALERT)["raw_data"],
    });
    assert_contains(data, &printed);
    let time = |member: &str| millis(&text(&data[member]));
    assert!(time("created_at") <= time("triaged_at"));
    assert_eq!(time("triaged_at"), time("updated_at"));
}

fn alert_is_resolved(app: &App) {
    let id = text(&post(&app.reporter(), "/api/incidents", ALERT).expect(201)["data"]["id"]);
    let printed = r#"{
"severity": "high",
"status": "resolved",
"resolution": "False positive - legitimate vendor email"
}"#;
    let path = format!("/api/incidents/{id}");
    let answer = app.analyst().request("PUT", &path).body("application/json", printed).send().expect(200);
    assert_eq!(members(&answer), ["data"]);
    assert_contains(&answer["data"], &merged(json_of(printed), json!({"id": id})));
    assert_contains(&app.analyst().incident(&id), &json_of(printed));
}

fn incident_is_deleted(app: &App) {
    let id = text(&post(&app.reporter(), "/api/incidents", ALERT).expect(201)["data"]["id"]);
    let path = format!("/api/incidents/{id}");
    // "Note: Requires admin role."
    let refused = app.user("incident_manager").delete(&path).problem(403, "forbidden");
    assert!(text(&refused["detail"]).contains("admin"));
    let gone = app.admin().delete(&path);
    assert_eq!((gone.status, gone.bytes.len()), (204, 0));
    app.admin().get(&path).problem(404, "not_found");
    app.admin().delete(&path).problem(404, "not_found");
}

fn report_is_created(app: &App) {
    let reply = post(&app.reporter(), "/api/incidents", REPORT);
    let answer = reply.expect(201);
    let printed = [
        "created_at",
        "evidence_status",
        "flags",
        "id",
        "priority",
        "public_id",
        "sla_due_at",
        "status_lifecycle",
    ];
    assert_eq!(members(&answer), printed);
    assert_contains(
        &answer,
        &json!({
            "evidence_status": "gap", "priority": null, "status_lifecycle": "open", "sla_due_at": null,
            "flags": { "ai_act_relevant": true, "gdpr_personal_data": true },
        }),
    );
    assert_eq!(members(&answer["flags"]), ["ai_act_relevant", "gdpr_personal_data"]);
    assert_is_number(&answer["public_id"]);
    assert_is_uuid_v7(&answer["id"]);
    let location = reply.header("location").unwrap();
    let read = app.viewer().get(location).expect(200)["data"].clone();
    let mut said = json_of(REPORT);
    said.as_object_mut().unwrap().remove("gdpr_personal_data");
    assert_contains(&read, &said);
}

/// The registry contract's own walk: a report, evidence, and what follows from them.
fn reported_with_evidence(app: &App) -> (Value, String) {
    let report = post(&app.reporter(), "/api/incidents", REPORT).expect(201);
    let id = text(&report["public_id"]);
    let answer = post(&app.analyst(), &format!("/api/incidents/{id}/evidence"), EVIDENCE).expect(201);
    assert_eq!(members(&answer), ["id", "status"]);
    assert_eq!(answer["status"], "confirmed");
    assert!(text(&answer["id"]).starts_with("ev-"));
    (report, text(&answer["id"]))
}

fn evidence_is_attached(app: &App) {
    let (report, evidence) = reported_with_evidence(app);
    let id = text(&report["public_id"]);
    // "aggregation raises incidents.evidence_status: gap -> confirmed"
    assert_eq!(report["evidence_status"], "gap");
    let incident = app.analyst().incident(&id);
    assert_eq!(incident["evidence_status"], "confirmed");
    let listed = app.analyst().get(&format!("/api/incidents/{id}/evidence")).expect(200);
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
    for item in [&listed["data"][0], &app.analyst().get(&format!("/api/evidence/{evidence}")).expect(200)] {
        let mut said = json_of(EVIDENCE);
        let chain = said.as_object_mut().unwrap().remove("chain_of_custody").unwrap();
        assert_contains(item, &merged(said, json!({"id": evidence, "status": "confirmed"})));
        assert_eq!(item["chain_of_custody"].as_array().unwrap().len(), 1);
        assert_contains(&item["chain_of_custody"][0], &chain[0]);
    }
    assert_eq!(incident["evidence"][0]["id"], evidence.as_str());
}

fn priority_is_granted(app: &App) {
    let (report, _) = reported_with_evidence(app);
    let path = format!("/api/incidents/{}", text(&report["public_id"]));
    let printed = r#"{ "priority": "P1", "severity": 7, "ai_serious_incident": true }"#;
    let answer = app.analyst().request("PATCH", &path).body("application/json", printed).send().expect(200);
    assert_contains(
        &answer,
        &json!({ "nis2_relevant": true, "priority": "P1", "ai_serious_incident": true }),
    );
    // 2026-07-04T08:12:03Z -> 2026-07-05T08:12:03Z: a day after it was put on record.
    let day = millis(&text(&answer["sla_due_at"])) - millis(&text(&report["created_at"]));
    assert_eq!(day, 24 * 3_600_000);
    assert_eq!((&answer["severity"], &answer["severity_score"]), (&json!("high"), &json!(7)));
}

fn closure_is_refused(app: &App) {
    let (report, _) = reported_with_evidence(app);
    let bare = text(&post(&app.reporter(), "/api/incidents", REPORT).expect(201)["public_id"]);
    for id in [text(&report["public_id"]), bare] {
        let path = format!("/api/incidents/{id}");
        let printed = r#"{ "status_lifecycle":"closed" }"#;
        let reply = app.analyst().request("PATCH", &path).body("application/json", printed).send();
        let problem = reply.problem(422, "evidence_required");
        let detail = "Closure requires a response_action with a validation_ref (remediation evidence).";
        assert_eq!(problem["detail"], detail);
        assert_eq!(app.analyst().incident(&id)["status_lifecycle"], "open");
    }
}

fn actions_are_listed(app: &App) {
    let id = app.reporter().alerts(&json_of(ALERT));
    let path = format!("/api/incidents/{id}/actions");
    let step = json!({"title": "Block the sender", "action_type": "block_sender"});
    let reply = app.operator().post(&path, &step);
    let answer = reply.expect(201);
    let first = text(&answer["data"]["action_id"]);
    assert!(first.starts_with("act-"));
    assert_eq!(answer["data"]["status"], "open");
    assert!(reply.header("location").unwrap().ends_with(&first));
    let second = app.operator().adds_step(&id, "Tell the recipients");
    app.operator().patch(&format!("/api/actions/{first}"), &json!({"status": "completed"})).expect(200);

    let list = app.viewer().get(&path).expect(200);
    let (done, open) = (&list["data"][0], &list["data"][1]);
    assert_eq!(list["data"].as_array().unwrap().len(), 2);
    assert_contains(done, &json!({"id": first, "action_type": "block_sender", "status": "completed"}));
    assert_eq!(done["executed_by"], "operator:operator");
    assert!(millis(&text(&done["executed_at"])) >= millis(&text(&done["requested_at"])));
    assert_contains(open, &json!({"id": second, "action_type": "manual", "status": "open"}));
    assert!((millis(&text(&open["requested_at"])) - now_millis()).abs() < 60_000);
}

/// `POST /api/reports/incidents/INC-2026-0042/export`.
const EXPORT: &str = r#"{ "target":"csirt_nask", "regime":"nis2", "phase":"early_warning_24h" }"#;

fn report_is_exported(app: &App) {
    let id = text(&reported_with_evidence(app).0["public_id"]);
    let path = format!("/api/reports/incidents/{id}/export");
    let reply = post(&app.user("legal_dpo"), &path, EXPORT);
    let report_id = format!("{}-1", id.replace("INC", "RPT"));
    let printed = json!({
        "report_id": report_id, "regime": "nis2", "phase": "24h",
        "bundle": ["incident", "evidence(public,restricted)", "timeline"], "delivery": "edelivery_pending",
    });
    assert_eq!(reply.expect(202), printed);
    // In the order printed.
    let order = ["report_id", "regime", "phase", "bundle", "delivery"];
    let places = order.map(|name| reply.text().find(&format!("\"{name}\"")).unwrap());
    assert!(places.is_sorted(), "{}", reply.text());
}

fn both_contracts_share_one_incident(app: &App) {
    let number = app.reporter().alerts(&json_of(ALERT));
    let id = text(&app.analyst().incident(&number)["id"]);
    let incident = app.analyst().incident(&id);
    let fields = json!({
        "id": id, "public_id": number, "incident_number": number, "category": "phishing", "incident_type": "phishing",
        "title": "Important Document", "level": "L1_cyber", "severity": "medium", "severity_score": 4,
        "status": "open", "status_lifecycle": "open", "evidence_status": "gap", "priority": null, "sla_due_at": null,
        "created_by": "reporter:reporter", "version": 1, "evidence": [], "actions": [], "flags": {},
    });
    assert_contains(&incident, &fields);
    let untitled = app.reporter().alerts(&alert("ddos"));
    assert_eq!(app.analyst().incident(&untitled)["title"], "ddos from email_gateway");
}

fn credentials_come_in_either_header(app: &App) {
    let key = app.key_of("viewer");
    for (header, value) in [("authorization", format!("Bearer {key}")), ("x-konsult-secret", key)] {
        app.anonymous().with(header, &value).get("/api/incidents").expect(200);
    }
}
