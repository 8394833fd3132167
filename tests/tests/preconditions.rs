//! `If-Match` and `Idempotency-Key`: no lost update, and the same request twice is one change.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_tests::*;
use serde_json::{Value, json};

on_both! {
    shared: if_match, idempotency_keys, every_write_takes_a_key;
}

fn if_match(app: &App) {
    let analyst = app.analyst();
    let id = analyst.reports(&report("Versions"));
    let path = format!("/api/incidents/{id}");
    let etag = || analyst.get(&path).header("etag").unwrap().to_owned();
    let patch = |tag: &str, title: &str| {
        analyst.request("PATCH", &path).header("if-match", tag).json(&json!({"title": title})).send()
    };
    let first = etag();
    assert!(first.starts_with('"') && first.ends_with('"') && first.len() > 2);
    assert_eq!(etag(), first, "reading changes nothing");
    patch(&first, "Second").expect(200);
    let second = etag();
    assert_ne!(second, first);
    for tag in [first.as_str(), "\"nonsense\"", "\"\"", &format!("W/{second}")] {
        patch(tag, "Lost update").problem(412, "precondition_failed");
    }
    let put = analyst.request("PUT", &path).header("if-match", &first).json(&json!({"severity": "high"}));
    put.send().problem(412, "precondition_failed");
    app.admin()
        .request("DELETE", &path)
        .header("if-match", &first)
        .send()
        .problem(412, "precondition_failed");
    assert_contains(&analyst.incident(&id), &json!({"title": "Second", "severity_score": 0}));
    patch(&format!("{first}, {second}"), "Third").expect(200);
    patch("*", "Fourth").expect(200);
    let syntax = patch("nonsense", "Never");
    assert!(matches!(syntax.status, 400 | 412), "{}", syntax.text());
    assert_eq!(analyst.incident(&id)["title"], "Fourth");
    // Evidence is part of what is read: with each item the tag changes, and the one before no longer holds.
    for _ in 0..2 {
        let before = etag();
        analyst.attaches(&id, &confirming());
        assert_ne!(etag(), before);
        patch(&before, "Lost update").problem(412, "precondition_failed");
    }
    // What a change answers with is the tag of what is then read.
    let changed = patch(&etag(), "Fifth");
    changed.expect(200);
    assert_eq!(changed.header("etag"), Some(etag().as_str()));
    let unchanged = analyst.request("GET", &path).header("if-none-match", &etag()).send();
    assert!(matches!(unchanged.status, 200 | 304), "{}", unchanged.status);
    let deleted = app.admin().request("DELETE", &path).header("if-match", &etag()).send();
    assert_eq!(deleted.status, 204);
}

fn idempotency_keys(app: &App) {
    let operator = app.operator();
    let (key, word) = (unique("key"), unique("word"));
    let create = |key: &str, title: &str| {
        operator.request("POST", "/api/incidents").json(&report(title)).header("idempotency-key", key).send()
    };
    let first = create(&key, &word);
    let id = text(&first.expect(201)["public_id"]);
    let again = create(&key, &word);
    assert_eq!((again.status, &again.bytes), (201, &first.bytes));
    assert_eq!(again.header("location"), first.header("location"));
    create(&key, "Another").problem(422, "idempotency_key_reused");
    assert_eq!(app.viewer().found(&word), 1);
    // A key belongs to who sent it.
    let analyst = app.analyst();
    let other =
        analyst.request("POST", "/api/incidents").json(&report(&word)).header("idempotency-key", &key);
    assert_ne!(other.send().expect(201)["public_id"], id.as_str());
    // What failed may be tried again with the same key.
    let key = unique("key");
    create(&key, "").problem(400, "validation_failed");
    create(&key, "Mended").expect(201);
    for bad in ["", "two words", &"x".repeat(256)] {
        create(bad, "Never").problem(400, "validation_failed");
    }
    let raw = format!(
        "POST /api/incidents HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {}\r\n\
         idempotency-key: klucz-ł\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{{}}",
        app.key_of("operator")
    );
    let reply = wire::send(app.server(), raw.as_bytes());
    assert!(reply.status == 400 && reply.text.to_lowercase().contains("idempotency-key"), "{}", reply.text);
}

fn every_write_takes_a_key(app: &App) {
    let operator = app.operator();
    let id = operator.reports(&report("Every write"));
    let step = operator.adds_step(&id, "A step");
    let evidence = operator.attaches(&id, &confirming());
    for (method, path, body) in [
        ("POST", format!("/api/incidents/{id}/evidence"), confirming()),
        ("POST", format!("/api/incidents/{id}/actions"), json!({"title": "Another step"})),
        ("POST", format!("/api/incidents/{id}/triage"), json!({"force": true})),
        ("POST", format!("/api/evidence/{evidence}/custody"), custody("2026-07-05T00:00:00Z", "sealed", ABC)),
        ("PATCH", format!("/api/actions/{step}"), json!({"status": "completed"})),
        ("PATCH", format!("/api/incidents/{id}"), json!({"title": "Patched"})),
        ("PUT", format!("/api/incidents/{id}"), json!({"severity": "high"})),
        (
            "POST",
            "/api/intake/osint".to_owned(),
            json!({"source": "s", "url": format!("https://news.example.org/{id}"), "title": id, "claim": "media"}),
        ),
    ] {
        let key = unique("key");
        let send = || operator.request(method, &path).json(&body).header("idempotency-key", &key).send();
        let (first, again) = (send(), send());
        assert!(first.status < 300, "{method} {path}: {}", first.text());
        assert_eq!((first.status, first.text()), (again.status, again.text()), "{method} {path}");
    }
    let (admin, agent) = (app.admin(), unique("agent"));
    let subscription =
        json!({"url": "https://127.0.0.1/hook", "types": ["webhook.disabled"], "audience": "auditor"});
    let webhook = text(&admin.post("/api/webhooks", &subscription).expect(201)["id"]);
    let why = json!({"reason": "x"});
    for (method, path, body) in [
        ("PUT", format!("/api/incidents/{id}/facts"), json!({"entity": {"name": "Example"}})),
        ("POST", format!("/api/incidents/{id}/deadlines/waivers"), json!({"regime": "gdpr", "reason": "x"})),
        ("POST", format!("/api/incidents/{id}/deadlines/waivers/1/withdraw"), why),
        ("PUT", format!("/api/incidents/{id}/legal-hold"), json!({"hold": false, "reason": "x"})),
        ("POST", "/api/webhooks".to_owned(), subscription),
        ("POST", format!("/api/webhooks/{webhook}/enable"), json!({})),
        ("POST", format!("/api/webhooks/{webhook}/redeliver"), json!({})),
        ("POST", format!("/api/webhooks/{webhook}/rotate"), json!({"overlap_hours": 1})),
        ("POST", "/api/agents".to_owned(), json!({"id": agent})),
        ("POST", "/api/intake/log".to_owned(), json!({"message": agent})),
        ("PATCH", format!("/api/agents/{agent}"), json!({"owner": "crm"})),
        ("POST", format!("/api/agents/{agent}/events"), json!({"event": "anomaly"})),
        ("POST", format!("/api/agents/{agent}/quarantine"), json!({"reason": "anomaly"})),
    ] {
        let key = unique("key");
        let send = || admin.request(method, &path).json(&body).header("idempotency-key", &key).send();
        let (first, again) = (send(), send());
        assert!(first.status < 300, "{method} {path}: {}", first.text());
        assert_eq!((first.status, first.text()), (again.status, again.text()), "{method} {path}");
    }
    assert_eq!(admin.get(&format!("/api/agents/{agent}")).expect(200)["current_score"], 80);
    let (legal, filed) = (app.legal(), app.reportable("Every write of reports"));
    let export = format!("/api/reports/incidents/{filed}/export");
    let once = |path: &str, body: &Value| {
        let key = unique("key");
        let send = || legal.request("POST", path).json(body).header("idempotency-key", &key).send();
        let (first, again) = (send(), send());
        assert!(first.status < 300, "POST {path}: {}", first.text());
        assert_eq!((first.status, first.text()), (again.status, again.text()), "POST {path}");
        first.json()
    };
    let sent = text(&once(&export, &early_warning())["report_id"]);
    legal.report_when(&sent, "sent");
    once(&format!("/api/reports/{sent}/receipt"), &portal_receipt());
    assert_eq!(legal.get(&format!("/api/reports/incidents/{filed}")).expect(200)["meta"]["total"], 1);
    assert_eq!(legal.report(&sent)["receipts"].as_array().unwrap().len(), 1);
    // An upload's key covers its content; verifying takes one as well.
    let upload = |key: &str, content: &[u8]| {
        let file = Part::File("file", "a.log", "text/plain", content);
        let parts =
            [Part::Field("kind", "log"), Part::Field("source", "x"), Part::Field("confidence", "80"), file];
        let request = operator.request("POST", &format!("/api/incidents/{id}/evidence")).form(&parts);
        request.header("idempotency-key", key).send()
    };
    let key = unique("key");
    let first = upload(&key, b"abc");
    first.expect(201);
    assert_eq!(upload(&key, b"abc").bytes, first.bytes);
    upload(&key, b"abd").problem(422, "idempotency_key_reused");
    let verify = format!("/api/evidence/{}/verify", text(&first.json()["id"]));
    let key = unique("key");
    let verify = || operator.request("POST", &verify).header("idempotency-key", &key).send();
    verify().expect(200);
    assert_eq!(verify().expect(200)["chain_of_custody"].as_array().unwrap().len(), 2);
    let listed = operator.get(&format!("/api/incidents/{id}/evidence")).expect(200);
    assert_eq!(listed["meta"]["total"], 3);
    let key = unique("key");
    let delete = || {
        app.admin().request("DELETE", &format!("/api/incidents/{id}")).header("idempotency-key", &key).send()
    };
    assert_eq!((delete().status, delete().status), (204, 204));
    let key = unique("key");
    let path = format!("/api/webhooks/{webhook}");
    let delete = || admin.request("DELETE", &path).header("idempotency-key", &key).send();
    assert_eq!((delete().status, delete().status), (204, 204));
}
