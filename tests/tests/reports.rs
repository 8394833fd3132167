//! Reports to authorities as their senders and recipients meet them: asked for, made, sent, proven (CONTRACT §10).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use probatum_tests::*;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

on_both! {
    shared: what_is_wrong_is_named, numbers_have_no_gap, a_bundle_has_what_leaves_and_nothing_else,
        what_was_asked_for_is_sent, a_receipt_proves_delivery, a_receipt_for_another_document_is_refused,
        a_receipt_comes_as_a_file, a_receipt_confirms_nothing, a_hold_is_not_for_everybody,
        an_incident_with_a_report_stays, facts_are_stated_for_one_report,
        the_story_is_on_record;
    own: lost_content_stops_a_report_openly, a_gateway_gets_it_once, what_lies_in_the_spool_is_not_written_over;
}

/// What is in a bundle, as its members lie there: they are not compressed.
fn has(bundle: &[u8], text: &str) -> bool {
    bundle.windows(text.len()).any(|window| window == text.as_bytes())
}

fn bundle_of(client: &Client, id: &str) -> Vec<u8> {
    let reply = client.get(&format!("/api/reports/{id}/bundle"));
    assert_eq!((reply.status, reply.header("content-type")), (200, Some("application/zip")));
    let named = format!("attachment; filename=\"{id}.zip\"");
    assert_eq!(reply.header("content-disposition"), Some(named.as_str()));
    reply.bytes
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let all = entries.flatten().map(|e| e.path());
    all.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// Whether `probatum bundle verify` finds nothing wrong.
fn verifies(app: &App, bundle: &[u8]) -> bool {
    let keys = app.anonymous().with_key(&app.key_of("legal_dpo")).get("/api/reports/keys");
    let folder = app.data().join(unique("check"));
    std::fs::create_dir_all(&folder).unwrap();
    let (file, key) = (folder.join("bundle.zip"), folder.join("keys.json"));
    std::fs::write(&file, bundle).unwrap();
    std::fs::write(&key, &keys.bytes).unwrap();
    keys.expect(200);
    let done = run(&["bundle", "verify", file.to_str().unwrap(), "--key", key.to_str().unwrap(), "--json"]);
    let found: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(done.status.success(), found["ok"] == true, "{found}");
    done.status.success() && found["trusted"] == true
}

fn what_is_wrong_is_named(app: &App) {
    let (legal, id) = (app.legal(), app.reportable("Wrong"));
    let path = format!("/api/reports/incidents/{id}/export");
    let named = |body: &Value, code: &str, field: &str, word: &str| {
        let problem = legal.post(&path, body).problem(400, code);
        let faults = problem["errors"].as_array().unwrap();
        let fault =
            faults.iter().find(|e| e["field"] == field).unwrap_or_else(|| panic!("{field}: {problem}"));
        assert!(text(&fault["message"]).contains(word), "{problem}");
    };
    for (regime, phase, listed) in [
        ("gdpr", "early_warning_24h", "notification_72h"),
        ("ai_act", "initial_4h", "serious_incident_15d, serious_incident_10d, serious_incident_2d"),
        ("dora", "early_warning_24h", "initial_4h, intermediate, final_report_1m"),
        ("nis2", "24h", "early_warning_24h, notification_72h, intermediate, final_report_1m"),
    ] {
        let body = merged(early_warning(), json!({"regime": regime, "phase": phase}));
        named(&body, "validation_failed", "phase", listed);
    }
    named(&merged(early_warning(), json!({"regime": "sox"})), "validation_failed", "regime", "dora");
    named(&merged(early_warning(), json!({"target": " "})), "validation_failed", "target", "empty");
    named(&merged(early_warning(), json!({"target": "x".repeat(201)})), "validation_failed", "target", "200");
    named(&json!({}), "validation_failed", "target", "required");
    named(&merged(early_warning(), json!({"to": "x"})), "unknown_field", "to", "unknown");
    let facts = json!({"facts": {"entity": {"name": 7}}});
    named(&merged(early_warning(), facts), "validation_failed", "facts.entity.name", "string");
    assert_eq!(legal.get(&format!("/api/reports/incidents/{id}")).expect(200)["meta"]["total"], 0);

    let bare = app.analyst().reports(&report("No evidence"));
    let path = format!("/api/reports/incidents/{bare}/export");
    legal.post(&path, &early_warning()).problem(422, "evidence_required");
    let nothing = "/api/reports/incidents/INC-2026-999999/export";
    legal.post(nothing, &early_warning()).problem(404, "not_found");
    for nothing in ["RPT-2026-999999-1", "RPT-1", "incidents", &format!("{id}-1")] {
        legal.get(&format!("/api/reports/{nothing}")).problem(404, "not_found");
        legal.get(&format!("/api/reports/{nothing}/bundle")).problem(404, "not_found");
        legal.post(&format!("/api/reports/{nothing}/retry"), &json!({})).problem(404, "not_found");
        legal.post(&format!("/api/reports/{nothing}/receipt"), &portal_receipt()).problem(404, "not_found");
    }
    for role in ["viewer", "analyst", "incident_manager", "devsecops", "ai_safety"] {
        app.user(role).post(&path, &early_warning()).problem(403, "forbidden");
        app.user(role).get(&format!("/api/reports/incidents/{id}")).problem(403, "forbidden");
    }
}

fn numbers_have_no_gap(app: &App) {
    let (legal, id) = (app.legal(), app.reportable("Numbers"));
    let stem = id.replace("INC", "RPT");
    let mut made = at_once(6, |_| legal.exports(&id, &early_warning()));
    made.sort();
    assert_eq!(made, (1..=6).map(|n| format!("{stem}-{n}")).collect::<Vec<_>>());
    let other = app.reportable("Other numbers");
    assert_eq!(legal.exports(&other, &early_warning()), format!("{}-1", other.replace("INC", "RPT")));
    let listed = legal.walk(&format!("/api/reports/incidents/{id}?per_page=4"));
    assert_eq!(listed.iter().map(|r| text(&r["report_id"])).collect::<Vec<_>>(), made);
    for id in made {
        legal.report_when(&id, "sent");
    }
}

fn a_bundle_has_what_leaves_and_nothing_else(app: &App) {
    let (analyst, legal) = (app.analyst(), app.legal());
    let id = analyst.reports(&report("What leaves"));
    let path = format!("/api/incidents/{id}/evidence");
    let mut items = Vec::new();
    for visibility in ["public", "restricted", "internal"] {
        let content = format!("the very words of {visibility}");
        let parts = [
            Part::Field("kind", "log"),
            Part::Field("source", visibility),
            Part::Field("confidence", "90"),
            Part::Field("visibility", visibility),
            Part::File("file", "edr.log", "text/plain", content.as_bytes()),
        ];
        items.push(text(&analyst.upload(&path, &parts).expect(201)["id"]));
    }
    analyst.changes(&id, &json!({"summary": format!("see {} and {}", items[0], items[2]), "priority": "P1"}));
    let report = legal.exports(&id, &early_warning());
    let sent = legal.report_when(&report, "sent");
    assert_eq!(sent["bundle"], json!(["incident", "evidence(public,restricted)", "timeline"]));
    assert_eq!(sent["submitted_at"], Value::Null, "what lies in a folder is not submitted");
    let bundle = bundle_of(&legal, &report);
    for (item, visibility) in items.iter().zip(["public", "restricted"]) {
        assert!(has(&bundle, &format!("data/evidence/{item}/content")), "{visibility}");
        assert!(has(&bundle, &format!("the very words of {visibility}")));
        assert!(has(&bundle, &format!("Evidence attached: log from {visibility} ({item})")));
    }
    assert!(!has(&bundle, &items[2]) && !has(&bundle, "the very words of internal"));
    assert!(has(&bundle, "[not in this report]"), "the summary names what stays");
    assert!(has(&bundle, "priority from nothing to P1"));

    assert!(verifies(app, &bundle));
    let mut flipped = bundle.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    assert!(!verifies(app, &flipped));
    let spooled = app.data().join(format!("spool/csirt_nask/{report}.zip"));
    assert_eq!(std::fs::read(spooled).unwrap(), bundle, "what is sent is what is downloaded");
    assert_eq!(sent["file"]["size"], bundle.len());
}

fn what_was_asked_for_is_sent(app: &App) {
    let (analyst, legal, id) = (app.analyst(), app.legal(), app.reportable("The title it had"));
    let report = legal.exports(&id, &early_warning());
    analyst.changes(&id, &json!({"title": "Another title"}));
    let late = merged(confirming(), json!({"visibility": "public", "source": "came-too-late"}));
    analyst.attaches(&id, &late);
    legal.report_when(&report, "sent");
    let bundle = bundle_of(&legal, &report);
    assert!(has(&bundle, "The title it had"));
    assert!(!has(&bundle, "Another title") && !has(&bundle, "came-too-late"));
    let next = legal.exports(&id, &merged(early_warning(), json!({"phase": "notification_72h"})));
    legal.report_when(&next, "sent");
    let bundle = bundle_of(&legal, &next);
    assert!(has(&bundle, "Another title") && has(&bundle, "came-too-late") && has(&bundle, &report));
}

fn a_receipt_proves_delivery(app: &App) {
    let (legal, analyst) = (app.legal(), app.analyst());
    let id = app.reportable("Proven");
    analyst.changes(&id, &json!({"nis2_relevant": true, "aware_at": timestamp(now_millis() - 3_600_000)}));
    let clock = || {
        let all = legal.get(&format!("/api/incidents/{id}/deadlines")).expect(200);
        let clocks = all["data"].as_array().or(all["clocks"].as_array()).unwrap().clone();
        clocks.into_iter().find(|c| c["regime"] == "nis2" && c["step"] == "early_warning").unwrap()
    };
    let report = legal.exports(&id, &early_warning());
    let sent = legal.report_when(&report, "sent");
    assert_ne!(clock()["state"], "met", "nothing proves yet that it arrived");
    let received_at = timestamp(now_millis());
    let receipt = json!({
        "type": "UPP", "reference": "UPP-7", "received_at": received_at, "document_hash": sent["file"]["sha256"],
        "content": STANDARD.encode("<UPP/>"), "file_name": "upp.xml",
    });
    let path = format!("/api/reports/{report}/receipt");
    let reply = legal.post(&path, &receipt);
    let delivered = reply.expect(201);
    assert_contains(
        &delivered,
        &json!({"delivery": "delivered", "received_at": received_at, "submitted_at": received_at}),
    );
    let evidence = text(&delivered["receipts"][0]["evidence_id"]);
    assert_eq!(reply.header("location"), Some(format!("/api/evidence/{evidence}").as_str()));
    let item = analyst.get(&format!("/api/evidence/{evidence}")).expect(200);
    assert_contains(
        &item,
        &json!({"kind": "upo_edelivery", "status": "confirmed", "visibility": "internal"}),
    );
    assert_contains(
        &item["chain_of_custody"][0],
        &json!({"action": "collected", "actor": "legal:legal_dpo", "intact": true}),
    );
    assert_eq!(analyst.get(&format!("/api/evidence/{evidence}/content")).bytes, b"<UPP/>");
    app.viewer().get(&format!("/api/evidence/{evidence}")).problem(404, "not_found");
    assert_contains(&clock(), &json!({"state": "met", "met_at": received_at}));
    legal.post(&path, &receipt).problem(409, "state_conflict");
    let told = app.viewer().timeline(&id, &["report.delivered"]);
    assert_eq!((told.len(), told[0]["detail"].get("evidence_id")), (1, None), "{told:?}");
    // What comes later is one more.
    let later = legal.post(&path, &portal_receipt()).expect(201);
    assert_eq!(
        (later["receipts"].as_array().unwrap().len(), &later["received_at"]),
        (2, &json!(received_at))
    );
}

fn a_receipt_for_another_document_is_refused(app: &App) {
    let (legal, id) = (app.legal(), app.reportable("Another document"));
    let report = legal.exports(&id, &early_warning());
    legal.report_when(&report, "sent");
    let path = format!("/api/reports/{report}/receipt");
    let kept = files(&app.data().join("evidence"));
    let other = merged(portal_receipt(), json!({"document_hash": ABC, "content": "YWJj"}));
    legal.post(&path, &other).problem(422, "hash_mismatch");
    for (wrong, field) in [
        (json!({"type": "postcard"}), "type"),
        (json!({"received_at": "2031-01-01T00:00:00Z"}), "received_at"),
        (json!({"received_at": "2020-01-01T00:00:00Z"}), "received_at"),
        (json!({"reference": ""}), "reference"),
        (json!({"content": "?"}), "content"),
    ] {
        let problem = legal.post(&path, &merged(portal_receipt(), wrong)).problem(400, "validation_failed");
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
    }
    assert_eq!(legal.report(&report)["delivery"], "sent");
    let listed = app.analyst().get(&format!("/api/incidents/{id}/evidence")).expect(200);
    assert_eq!(listed["meta"]["total"], 1, "nothing was kept");
    let known: Vec<_> =
        files(&app.data().join("evidence")).into_iter().filter(|f| !kept.contains(f)).collect();
    let of_receipt = |f: &&PathBuf| std::fs::read(f).is_ok_and(|bytes| bytes == b"abc");
    assert_eq!(known.iter().filter(of_receipt).count(), 0, "nor its content");
}

fn a_receipt_comes_as_a_file(app: &App) {
    let (legal, id) = (app.legal(), app.reportable("A file"));
    let report = legal.exports(&id, &early_warning());
    let sent = legal.report_when(&report, "sent");
    let (now, hash) = (timestamp(now_millis()), text(&sent["file"]["sha256"]));
    let parts = [
        Part::Field("type", "ERDS"),
        Part::Field("reference", "AE:PL-1"),
        Part::Field("received_at", &now),
        Part::Field("document_hash", &hash),
        Part::File("file", "evidence.xml", "application/xml", b"<erds/>"),
    ];
    let delivered = legal.upload(&format!("/api/reports/{report}/receipt"), &parts).expect(201);
    assert_contains(&delivered["receipts"][0], &json!({"type": "ERDS", "reference": "AE:PL-1"}));
    let evidence = text(&delivered["receipts"][0]["evidence_id"]);
    let item = legal.get(&format!("/api/evidence/{evidence}")).expect(200);
    assert_contains(&item["content"], &json!({"file_name": "evidence.xml", "media_type": "application/xml"}));
}

/// A receipt proves that a report arrived, not what it says: a rumour stays one.
fn a_receipt_confirms_nothing(app: &App) {
    let (legal, analyst) = (app.legal(), app.analyst());
    let id = analyst.reports(&report("A rumour"));
    let rumour =
        json!({"kind": "osint_article", "source": "a paper", "confidence": 90, "visibility": "public"});
    analyst.attaches(&id, &rumour);
    let sent = legal.report_when(&legal.exports(&id, &early_warning()), "sent");
    let typed = merged(portal_receipt(), json!({"document_hash": sent["file"]["sha256"]}));
    let path = format!("/api/reports/{}/receipt", text(&sent["report_id"]));
    let delivered = legal.post(&path, &typed).expect(201);
    let item = text(&delivered["receipts"][0]["evidence_id"]);
    assert_ne!(legal.get(&format!("/api/evidence/{item}")).expect(200)["status"], "confirmed");
    assert_eq!(analyst.incident(&id)["evidence_status"], "media_signal");
    legal
        .post(&path, &merged(typed, json!({"reference": "R-2", "content": "YWJj", "file_name": "r.txt"})))
        .expect(201);
    assert_eq!(analyst.incident(&id)["evidence_status"], "media_signal");
    // And what is said of receipts is for those who may read reports.
    let told = app.viewer().timeline(&id, &["report.delivered"]);
    assert!(!told.is_empty() && told.iter().all(|e| !e["detail"].to_string().contains("R-2")), "{told:?}");
}

/// Why somebody holds an incident is between them and the log.
fn a_hold_is_not_for_everybody(app: &App) {
    let (legal, id) = (app.legal(), app.reportable("Quietly held"));
    let hold = json!({"hold": true, "reason": "Asked for by a prosecutor"});
    legal.put(&format!("/api/incidents/{id}/legal-hold"), &hold).expect(200);
    for client in [app.viewer(), app.analyst()] {
        let all = client.get(&format!("/api/incidents/{id}/timeline?per_page=100"));
        assert!(!all.text().contains("prosecutor") && !all.text().contains("legal_hold"), "{}", all.text());
    }
    assert!(legal.get(&format!("/api/incidents/{id}/timeline?per_page=100")).text().contains("prosecutor"));
}

fn an_incident_with_a_report_stays(app: &App) {
    let (legal, id) = (app.legal(), app.reportable("Held"));
    legal.report_when(&legal.exports(&id, &early_warning()), "sent");
    app.admin().delete(&format!("/api/incidents/{id}")).problem(409, "legal_hold");
    assert_eq!(app.analyst().incident(&id)["title"], "Held");
}

fn facts_are_stated_for_one_report(app: &App) {
    let (legal, id) = (app.legal(), app.reportable("Facts"));
    let facts = json!({"entity": {"name": "Example SA"}, "suspected_unlawful_or_malicious": "yes"});
    let bare = legal.report(&legal.exports(&id, &early_warning()));
    let stated = legal.report(&legal.exports(&id, &merged(early_warning(), json!({"facts": facts}))));
    let lacks = |report: &Value, field: &str| {
        report["missing"].as_array().unwrap().iter().any(|m| m["field"] == field)
    };
    for field in ["entity.name", "suspected_unlawful_or_malicious"] {
        assert!(lacks(&bare, field) && !lacks(&stated, field), "{field}");
    }
    assert!(lacks(&stated, "contacts.primary.name"));
    let report = text(&stated["report_id"]);
    legal.report_when(&report, "sent");
    assert!(has(&bundle_of(&legal, &report), "Example SA"));
}

fn the_story_is_on_record(app: &App) {
    let (legal, id) = (app.legal(), app.reportable("Story"));
    let report = legal.exports(&id, &early_warning());
    legal.report_when(&report, "sent");
    let events = ["report.requested", "report.built", "report.sent"];
    let told = app.viewer().timeline(&id, &events);
    assert_eq!(told.iter().map(|e| text(&e["event"])).collect::<Vec<_>>(), events);
    assert!(told.iter().all(|e| e["subject"] == report.as_str()));
    assert_eq!(told[0]["actor"], "legal:legal_dpo");
    assert_eq!(told[1]["actor"], "system:reports");
    app.run(&["audit", "verify"]);
}

fn lost_content_stops_a_report_openly(engine: Engine) {
    let app = App::start(engine);
    let (analyst, legal) = (app.analyst(), app.legal());
    let id = analyst.reports(&report("Lost"));
    let parts = [
        Part::Field("kind", "log"),
        Part::Field("source", "edr"),
        Part::Field("confidence", "90"),
        Part::Field("visibility", "restricted"),
        Part::File("file", "edr.log", "text/plain", b"abc"),
    ];
    let evidence = text(&analyst.upload(&format!("/api/incidents/{id}/evidence"), &parts).expect(201)["id"]);
    let [place] = files(&app.data().join("evidence")).try_into().unwrap();
    for content in [None, Some("abd")] {
        match content {
            None => std::fs::remove_file(&place).unwrap(),
            Some(other) => std::fs::write(&place, other).unwrap(),
        }
        let failed = legal.report_when(&legal.exports(&id, &early_warning()), "failed");
        let why = text(&failed["failure"]);
        assert!(why.contains(&evidence) && why.contains("verify"), "{why}");
        assert_eq!((failed.get("file"), failed.get("next_attempt_at")), (None, None));
        let told = app.viewer().timeline(&id, &["report.failed"]);
        assert!(!told.last().unwrap().to_string().contains(&evidence), "viewers do not see that evidence");
    }
    assert_eq!(files(&app.data().join("spool")), Vec::<PathBuf>::new());
    let last = format!("{}-2", id.replace("INC", "RPT"));
    std::fs::write(&place, "abc").unwrap();
    legal.post(&format!("/api/reports/{last}/retry"), &json!({})).expect(202);
    legal.report_when(&last, "sent");
    legal.post(&format!("/api/reports/{last}/retry"), &json!({})).problem(409, "state_conflict");
    assert!(verifies(&app, &bundle_of(&legal, &last)));
}

fn a_gateway_gets_it_once(engine: Engine) {
    let hook = Hook::start();
    let app = App::configured(engine, &hook.gateway("uodo", "timeout_seconds = 5"), &[]);
    let (legal, id) = (app.legal(), app.reportable("By gateway"));
    let to_uodo = json!({"target": "uodo", "regime": "gdpr", "phase": "notification_72h"});
    hook.answers(503, "");
    let report = legal.exports(&id, &to_uodo);
    let waiting = until("the first attempt failed", std::time::Duration::from_secs(20), || {
        let report = legal.report(&report);
        report["failure"].is_string().then_some(report)
    });
    assert_eq!(waiting["delivery"], "edelivery_pending");
    assert!(text(&waiting["failure"]).contains("503"), "{waiting}");
    hook.answers(202, "{\"message_id\": \"AS4-0815\"}");
    let sent = legal.report_when(&report, "sent");
    assert_eq!(sent["reference"], "AS4-0815");
    assert!(sent["submitted_at"].is_string() && sent.get("failure").is_none(), "{sent}");
    let (calls, bundle) = (hook.calls(), bundle_of(&legal, &report));
    assert_eq!(calls.len(), 2);
    for call in &calls {
        assert_eq!(call.headers["idempotency-key"], report, "the same key each time");
        assert_eq!(call.headers["x-probatum-sha256"], text(&sent["file"]["sha256"]));
        assert_eq!(call.headers["content-type"], "application/zip");
        assert!(call.headers["content-digest"].starts_with("sha-256=:"));
        assert_eq!(call.bytes, bundle);
    }
    hook.answers(400, "{\"detail\": \"no\"}");
    let refused = legal.exports(&id, &to_uodo);
    let failed = legal.report_when(&refused, "failed");
    assert_eq!(failed["failure"], "uodo refused the report (HTTP 400)");
    hook.answers(200, "not json");
    legal.post(&format!("/api/reports/{refused}/retry"), &json!({})).expect(202);
    legal.report_when(&refused, "sent");
    assert_eq!(files(&app.data().join("spool")), Vec::<PathBuf>::new(), "a gateway needs no folder");
}

fn what_lies_in_the_spool_is_not_written_over(engine: Engine) {
    let app = App::start(engine);
    let (legal, id) = (app.legal(), app.reportable("Spool"));
    let name = format!("{}-1.zip", id.replace("INC", "RPT"));
    let folder = app.data().join("spool/urz-d-ochrony");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(&name), "mine").unwrap();
    let report = legal.exports(&id, &merged(early_warning(), json!({"target": "Urząd Ochrony"})));
    let failed = legal.report_when(&report, "failed");
    assert!(text(&failed["failure"]).contains("spool"), "{failed}");
    assert_eq!(std::fs::read(folder.join(&name)).unwrap(), b"mine");
    std::fs::remove_file(folder.join(&name)).unwrap();
    legal.post(&format!("/api/reports/{report}/retry"), &json!({})).expect(202);
    legal.report_when(&report, "sent");
    assert_eq!(std::fs::read(folder.join(&name)).unwrap(), bundle_of(&legal, &report));
    assert_eq!(files(&folder).len(), 1, "and nothing beside it");
}
