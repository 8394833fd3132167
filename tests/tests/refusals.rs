//! Requests that mean something wrong: every bad field is named, and what is refused changes nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_tests::*;
use serde_json::{Value, json};

on_both! {
    shared: every_bad_field_is_named, two_ways_in_and_no_third, unknown_fields, bad_patches_change_nothing, bad_evidence_is_not_kept, bad_steps_are_not_kept;
}

fn every_bad_field_is_named(app: &App) {
    let reporter = app.reporter();
    let future = timestamp(now_millis() + 3_600_000);
    let bad = json!({
        "title": "x".repeat(301), "source_type": "form", "level": "L1_cyber", "category": "other", "summary": "a\u{0}b",
        "impact_integrity": 4, "detected_at": future, "location": {"lat": 91, "lon": 0}, "tags": ["fine", ""],
    });
    let problem = reporter.post("/api/incidents", &bad).invalid(&[
        "title",
        "summary",
        "impact_integrity",
        "detected_at",
        "location",
        "tags[1]",
    ]);
    assert!(text(&problem["detail"]).contains("title"));
    // Fields that cannot be read and fields that may not be are named together.
    let both = merged(report(""), json!({"severity": 11, "country": "Poland", "impact_integrity": 9}));
    reporter.post("/api/incidents", &both).invalid(&["title", "severity", "country", "impact_integrity"]);
    // Within the skew of clocks a time has passed.
    let soon = timestamp(now_millis() + 4 * 60_000);
    reporter.reports(&merged(report("Skew"), json!({"detected_at": soon})));
    // Wrong words and wrong types are named too, one at a time or all at once.
    for (field, value) in [
        ("category", json!("earthquake")),
        ("level", json!("L9")),
        ("source_type", json!(7)),
        ("severity", json!(11)),
        ("severity", json!("huge")),
        ("severity", json!(7.5)),
        ("country", json!("Poland")),
        ("country", json!("pl")),
        ("sector", json!("gambling")),
        ("agent_id", json!("two words")),
        ("agent_id", json!("")),
        ("detected_at", json!("yesterday")),
        ("detected_at", json!(1_700_000_000)),
        ("gdpr_personal_data", json!("yes")),
        ("impact_integrity", json!(-1)),
        ("title", json!(["x"])),
        ("title", json!("   ")),
        ("raw_data", json!([1])),
        ("tags", json!("one")),
    ] {
        let mut body = report("Words");
        body[field] = value.clone();
        let problem = reporter.post("/api/incidents", &body).problem(400, "validation_failed");
        let named: Vec<&str> =
            problem["errors"].as_array().unwrap().iter().map(|e| e["field"].as_str().unwrap()).collect();
        assert!(named.iter().any(|n| n.starts_with(field)), "{field} = {value}: {problem}");
    }
}

fn two_ways_in_and_no_third(app: &App) {
    let reporter = app.reporter();
    let post = |body: Value| reporter.post("/api/incidents", &body);
    post(json!({})).problem(400, "validation_failed");
    post(merged(report("Both"), alert("other"))).problem(400, "validation_failed");
    post(json!({"title": "Bare"})).invalid(&["source_type", "level", "category"]);
    post(json!({"incident_type": "other"})).invalid(&["source"]);
    post(merged(alert("other"), json!({"category": "other"}))).invalid(&["category"]);
    post(json!({"source": "nothing else"})).problem(400, "validation_failed");
    // Nobody sets what is granted, counted or derived.
    for field in
        ["id", "public_id", "priority", "evidence_status", "status", "sla_due_at", "created_at", "version"]
    {
        let mut body = report("Forged");
        body[field] = json!("P0");
        post(body).problem(400, "unknown_field");
    }
}

fn unknown_fields(app: &App) {
    let word = unique("unknown");
    let operator = app.operator();
    let id = operator.reports(&report("Fields"));
    let evidence = operator.attaches(&id, &confirming());
    let step = operator.adds_step(&id, "A step");
    let entry = custody("2026-07-05T00:00:00Z", "sealed", ABC);
    let before = operator.incident(&id);
    let cases = [
        ("POST", "/api/incidents".to_owned(), report(&word)),
        ("POST", "/api/incidents".to_owned(), merged(alert("other"), json!({"source": word}))),
        ("PATCH", format!("/api/incidents/{id}"), json!({"summary": word})),
        ("PUT", format!("/api/incidents/{id}"), json!({"severity": "high"})),
        ("POST", format!("/api/incidents/{id}/evidence"), merged(confirming(), json!({"description": word}))),
        ("POST", format!("/api/evidence/{evidence}/custody"), entry),
        ("POST", format!("/api/incidents/{id}/actions"), json!({"title": word})),
        ("PATCH", format!("/api/actions/{step}"), json!({"comment": word})),
    ];
    for (method, path, body) in cases {
        let body = merged(body, json!({"surprise": 1}));
        let problem = operator.request(method, &path).json(&body).send().problem(400, "unknown_field");
        assert!(problem.to_string().contains("surprise"), "{method} {path}: {problem}");
    }
    let nested = [json!({"location": {"lat": 1, "lon": 1, "alt": 1}}), json!({"flags": {"surprise": true}})];
    for body in nested {
        let reply = operator.patch(&format!("/api/incidents/{id}"), &body);
        assert_eq!(reply.status, 400, "{body}: {}", reply.text());
    }
    assert_eq!(app.viewer().found(&word), 0);
    assert_eq!(operator.incident(&id), before);
    // Except where the data are somebody else's.
    operator.alerts(&merged(alert("other"), json!({"raw_data": {"surprise": {"x": [1, null]}}})));
}

fn bad_patches_change_nothing(app: &App) {
    let analyst = app.analyst();
    let id = analyst.reports(&report("Steadfast"));
    let path = format!("/api/incidents/{id}");
    let before = analyst.incident(&id);
    let patch = |body: Value| analyst.patch(&path, &merged(body, json!({"summary": "must not be kept"})));
    patch(json!({"title": null})).problem(400, "validation_failed");
    patch(json!({"severity": 11, "priority": "P9"})).problem(400, "validation_failed");
    patch(json!({"impact_integrity": 4, "location": {"lat": 0, "lon": 181}}))
        .invalid(&["impact_integrity", "location"]);
    patch(json!({"evidence_status": "confirmed"})).problem(400, "unknown_field");
    patch(json!({"status_lifecycle": "finished"})).problem(400, "validation_failed");
    analyst.put(&path, &json!({})).problem(400, "validation_failed");
    analyst.put(&path, &json!({"status": "closed"})).problem(400, "validation_failed");
    analyst.put(&path, &json!({"severity": "high", "status": "resolved"})).invalid(&["resolution"]);
    assert_eq!(analyst.incident(&id), before);
}

fn bad_evidence_is_not_kept(app: &App) {
    let analyst = app.analyst();
    let id = analyst.reports(&report("No evidence"));
    let path = format!("/api/incidents/{id}/evidence");
    let future = timestamp(now_millis() + 3_600_000);
    for (members, field) in [
        (json!({"kind": "rumour"}), "kind"),
        (json!({"source": ""}), "source"),
        (json!({"confidence": 101}), "confidence"),
        (json!({"confidence": -1}), "confidence"),
        (json!({"hash_sha256": "abc"}), "hash_sha256"),
        (json!({"visibility": "everybody"}), "visibility"),
        (json!({"tlp": "TLP:WHITE"}), "tlp"),
        (json!({"contradicts": "ev-1"}), "contradicts"),
        (json!({"chain_of_custody": [custody(&future, "collected", ABC)]}), "chain_of_custody[0].ts"),
        (
            json!({"chain_of_custody": [custody("2026-07-04T08:20:00Z", "eaten", ABC)]}),
            "chain_of_custody[0].action",
        ),
        (
            json!({"chain_of_custody": [{"ts": "2026-07-04T08:20:00Z", "actor": "me", "action": "sealed"}]}),
            "chain_of_custody[0].actor",
        ),
    ] {
        analyst.post(&path, &merged(confirming(), members)).invalid(&[field]);
    }
    let missing = analyst.post(&path, &json!({"kind": "log"})).problem(400, "validation_failed");
    assert!(missing.to_string().contains("source"));
    let parts = [Part::Field("kind", "log"), Part::Field("source", "x"), Part::Field("confidence", "50")];
    let no_file = analyst.upload(&path, &parts);
    assert_eq!(no_file.status, 400, "{}", no_file.text());
    let broken =
        analyst.request("POST", &path).body("multipart/form-data; boundary=B", "--B\r\nnonsense").send();
    assert_eq!(broken.status, 400, "{}", broken.text());
    broken.problem(400, text(&broken.json()["error"]).as_str());
    assert_contains(&analyst.incident(&id), &json!({"evidence": [], "version": 1}));
}

fn bad_steps_are_not_kept(app: &App) {
    let operator = app.operator();
    let id = operator.reports(&report("No steps"));
    let path = format!("/api/incidents/{id}/actions");
    let past = timestamp(now_millis() - 3_600_000);
    let bad = json!({"title": "x".repeat(201), "action_type": "Block IP", "owner": " ", "due_at": past});
    operator.post(&path, &bad).invalid(&["title", "action_type", "owner", "due_at"]);
    operator.post(&path, &json!({})).problem(400, "validation_failed");
    assert_eq!(operator.get(&path).expect(200)["data"], json!([]));
    let step = operator.adds_step(&id, "A step");
    let path = format!("/api/actions/{step}");
    operator.patch(&path, &json!({})).problem(400, "validation_failed");
    operator.patch(&path, &json!({"status": "done"})).invalid(&["status"]);
    // What is no id names no evidence, and proves nothing.
    operator.patch(&path, &json!({"validation_ref": "ev-1"})).problem(422, "evidence_required");
    assert_eq!(operator.get(&path).expect(200)["status"], "open");
}
