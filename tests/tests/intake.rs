//! Log intake as shippers meet it: every format, one incident per rule and entity, duplicates, bad events, limits.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_tests::*;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::time::Duration;

on_both! {
    shared: every_format_is_read, bad_events_are_named_and_good_ones_kept, events_join_one_open_incident,
        a_day_apart_is_another_incident, the_delivery_is_the_evidence, the_same_again_counts_nothing,
        only_what_was_given_up_is_tried_again, what_is_too_much_is_refused, who_may_know,
        the_text_of_a_log_is_no_title, lines_in_brackets_are_lines, an_event_too_large_for_raw_data_harms_no_other;
    own: what_does_not_fit_is_sent_back, deleting_one_incident_leaves_the_others_content;
}

const LINES: &str = "application/x-ndjson";

/// An event of this rule about this machine.
fn event(rule: &str, host: &str, time: &str) -> Value {
    json!({"message": "Failed password for root", "rule": rule, "host": host, "severity": "medium", "timestamp": time})
}

fn lines(events: &[Value]) -> String {
    events.iter().map(|e| format!("{e}\n")).collect()
}

/// The incident a settled delivery names first.
fn incident(app: &App, settled: &Value) -> Value {
    app.analyst().incident(&text(&settled["incidents"][0]["id"]))
}

fn every_format_is_read(app: &App) {
    let shipper = app.shipper();
    let json = "application/json";
    let cases: [(&str, &str, Value); 8] = [
        (
            json,
            include_str!("../../crates/intake/tests/fixtures/ocsf-detection.json"),
            json!({"severity_score": 7, "asset": "deploy-bot"}),
        ),
        (
            json,
            include_str!("../../crates/intake/tests/fixtures/ocsf-incident.json"),
            json!({"category": "ransomware", "severity": "critical", "asset": "file-3"}),
        ),
        (
            json,
            include_str!("../../crates/intake/tests/fixtures/ocsf-authentication.json"),
            json!({"asset": "dc-1"}),
        ),
        (
            json,
            include_str!("../../crates/intake/tests/fixtures/ecs-alert.json"),
            json!({"category": "credential_theft", "severity": "high", "asset": "ws-12"}),
        ),
        (
            json,
            include_str!("../../crates/intake/tests/fixtures/wazuh.json"),
            json!({"category": "credential_theft", "asset": "web-1", "tags": ["T1110"]}),
        ),
        (
            json,
            include_str!("../../crates/intake/tests/fixtures/suricata.json"),
            json!({"category": "malware", "severity": "critical", "asset": "10.0.0.77"}),
        ),
        (
            "text/plain",
            "CEF:0|Vendor|IDS|1|100|Port scan|5|src=192.0.2.7 dhost=cef-1",
            json!({"severity": "medium", "asset": "cef-1"}),
        ),
        (
            json,
            r#"{"message":"The agent was told to ignore its rules","title":"Prompt injection","agent_id":"crm-bot"}"#,
            json!({"category": "prompt_injection", "level": "L2_ai", "agent_id": "crm-bot", "severity_score": 1}),
        ),
    ];
    for (media_type, body, expected) in cases {
        let settled = shipper.delivered(media_type, body);
        assert_contains(
            &settled,
            &json!({"status": "processed", "kind": "log", "duplicate": false, "accepted": 1}),
        );
        let found = incident(app, &settled);
        assert_contains(&found, &expected);
        let entered = json!({
            "source_type": "siem_log", "evidence_status": "internal", "status": "open", "status_lifecycle": "open",
            "event_count": 1, "priority": null,
        });
        assert_contains(&found, &entered);
        assert!(found["raw_data"].is_object() && found.get("summary").is_none(), "{found}");
    }
    // An agent nobody knew is registered, as by any other way in.
    assert_eq!(app.viewer().get("/api/agents/crm-bot").expect(200)["status"], "unverified");
}

fn bad_events_are_named_and_good_ones_kept(app: &App) {
    let shipper = app.shipper();
    let good = event(&unique("rule"), "web-1", "2026-07-04T08:00:00Z");
    let body = format!("{good}\nno event\n{{\"nothing\":1}}\n{good}\n{{\"message\":");
    let settled = shipper.delivered(LINES, body);
    assert_contains(
        &settled,
        &json!({"status": "processed", "event_count": 5, "accepted": 2, "rejected": 3}),
    );
    let bad: Vec<u64> =
        settled["errors"].as_array().unwrap().iter().map(|e| e["index"].as_u64().unwrap()).collect();
    assert_eq!(bad, [1, 2, 4]);
    assert_eq!(settled["incidents"][0]["event_count"], 2);

    let nothing = shipper.delivered("application/json", format!("[{{\"a\":\"{}\"}}, 7]", unique("x")));
    assert_contains(&nothing, &json!({"status": "rejected", "accepted": 0, "rejected": 2, "incidents": []}));
}

fn events_join_one_open_incident(app: &App) {
    let (shipper, analyst) = (app.shipper(), app.analyst());
    let (rule, other) = (unique("rule"), unique("rule"));
    let first = [
        event(&rule, "WEB-1", "2026-07-04T08:00:00Z"),
        event(&other, "web-1", "2026-07-04T08:00:00Z"),
        event(&rule, "web-1", "2026-07-04T09:00:00Z"),
        event(&rule, "web-2", "2026-07-04T09:00:00Z"),
    ];
    let settled = shipper.delivered("application/json", json!(first).to_string());
    assert_contains(&settled, &json!({"accepted": 4, "incident_count": 3}));
    let pair = |settled: &Value| {
        let all = settled["incidents"].as_array().unwrap();
        text(&all.iter().find(|i| i["event_count"] == 2).unwrap()["id"])
    };
    let id = pair(&settled);
    for times in
        [["2026-07-05T08:58:00Z", "2026-07-05T08:59:00Z"], ["2026-07-03T08:31:00Z", "2026-07-03T08:30:00Z"]]
    {
        let joined = shipper.delivered(LINES, lines(&times.map(|time| event(&rule, "web-1", time))));
        assert_contains(&joined["incidents"][0], &json!({"id": id, "opened": false, "event_count": 2}));
    }
    let tally = json!({
        "event_count": 6, "first_seen": "2026-07-03T08:30:00Z", "last_seen": "2026-07-05T08:59:00Z",
    });
    assert_contains(&analyst.incident(&id), &tally);
    let timeline = app.viewer().get(&format!("/api/incidents/{id}/timeline")).expect(200);
    let events: Vec<&Value> =
        timeline["data"].as_array().unwrap().iter().filter(|e| e["event"] == "intake.joined").collect();
    assert_eq!(events.len(), 3, "one entry per delivery, not per event");
    assert_contains(&events[2]["detail"], &json!({"events": 2, "event_count": 6, "opened": false}));

    // What is resolved is over: the next event is another incident.
    analyst
        .put(&format!("/api/incidents/{id}"), &json!({"status": "resolved", "resolution": "Blocked."}))
        .expect(200);
    let next = shipper.delivered(LINES, lines(&[event(&rule, "web-1", "2026-07-05T09:00:00Z")]));
    assert_eq!(next["incidents"][0]["opened"], true);
    assert_eq!(analyst.incident(&id)["event_count"], 6);
}

fn a_day_apart_is_another_incident(app: &App) {
    let shipper = app.shipper();
    let rule = unique("rule");
    let at = |time: &str| event(&rule, "web-1", time);
    let both = shipper.delivered(LINES, lines(&[at("2026-07-04T08:00:00Z"), at("2026-07-05T08:00:01Z")]));
    assert_eq!(both["incident_count"], 2);
    // Late, and near to the older of the two.
    let late = shipper.delivered(LINES, lines(&[at("2026-07-03T09:00:00Z")]));
    assert_eq!(late["incidents"][0]["opened"], false);
    assert_contains(&incident(app, &late), &json!({"event_count": 2, "last_seen": "2026-07-04T08:00:00Z"}));
    // What has no time, or one to come, counts as seen when it came in.
    let early = shipper.delivered(LINES, lines(&[event(&unique("rule"), "web-1", "2999-01-01T00:00:00Z")]));
    let seen = millis(&text(&incident(app, &early)["last_seen"]));
    assert!((now_millis() - seen).abs() < 600_000);
}

fn the_delivery_is_the_evidence(app: &App) {
    let (shipper, analyst) = (app.shipper(), app.analyst());
    let rule = unique("rule");
    let body = lines(&[event(&rule, "a", "2026-07-04T08:00:00Z"), event(&rule, "b", "2026-07-04T08:00:00Z")]);
    let settled = shipper.delivered(LINES, body.clone());
    let hash: String = Sha256::digest(&body).iter().map(|b| format!("{b:02x}")).collect();
    assert_contains(
        &settled,
        &json!({"hash_sha256": hash, "size": body.len(), "received_by": "devsecops:devsecops"}),
    );
    for of in settled["incidents"].as_array().unwrap() {
        let items = analyst.get(&format!("/api/incidents/{}/evidence", text(&of["id"]))).expect(200);
        assert_eq!(items["data"].as_array().unwrap().len(), 1);
        let item = &items["data"][0];
        let expected = json!({
            "kind": "siem_log", "hash_sha256": hash, "status": "internal", "visibility": "internal",
        });
        assert_contains(item, &expected);
        let receipt = json!({"actor": "devsecops:devsecops", "action": "collected", "hash_after": hash});
        assert_contains(&item["chain_of_custody"][0], &receipt);
        let id = text(&item["id"]);
        assert_eq!(analyst.get(&format!("/api/evidence/{id}/content")).text(), body);
        let verified = analyst.request("POST", &format!("/api/evidence/{id}/verify")).send().expect(200);
        assert_eq!(verified["status"], "internal", "{verified}");
        // A machine's log alone proves nothing about urgency; people grant it.
        app.analyst()
            .patch(&format!("/api/incidents/{}", text(&of["id"])), &json!({"priority": "P1"}))
            .expect(200);
    }
}

fn the_same_again_counts_nothing(app: &App) {
    let shipper = app.shipper();
    let body = lines(&[event(&unique("rule"), "web-1", "2026-07-04T08:00:00Z")]);
    let first = shipper.delivered(LINES, body.clone());
    let again = shipper.delivers(LINES, body.clone()).expect(202);
    assert_contains(&again, &json!({"status": "processed", "duplicate": true, "duplicate_of": first["id"]}));
    let report = shipper.get(&format!("/api/intake/{}", text(&again["id"]))).expect(200);
    let of_first = json!({
        "duplicate": true, "incidents": first["incidents"], "processed_at": first["processed_at"], "incident_count": 1,
    });
    assert_contains(&report, &of_first);
    assert_eq!(incident(app, &first)["event_count"], 1);
    // Of another sender it is another delivery.
    let other = app.person(&unique("shipper"), "devsecops").delivered(LINES, body);
    assert_eq!((&other["duplicate"], &incident(app, &first)["event_count"]), (&json!(false), &json!(2)));

    let keyed = |body: &str| {
        let request = shipper.request("POST", "/api/intake/log").body(LINES, body);
        request.header("idempotency-key", "log-once").send()
    };
    let body = lines(&[event(&unique("rule"), "web-1", "2026-07-04T08:00:00Z")]);
    let (one, two) = (keyed(&body), keyed(&body));
    assert_eq!((one.status, &one.bytes, one.header("location")), (202, &two.bytes, two.header("location")));
    keyed("{\"message\":\"other\"}").problem(422, "idempotency_key_reused");
    assert_eq!(incident(app, &shipper.settled(&text(&one.json()["id"])))["event_count"], 1);

    // At once: one of them counts.
    let body = lines(&[event(&unique("rule"), "web-1", "2026-07-04T08:00:00Z")]);
    let answers = at_once(8, |_| shipper.delivers(LINES, body.clone()).expect(202));
    let counting: Vec<&Value> = answers.iter().filter(|a| a["duplicate"] == false).collect();
    assert_eq!(counting.len(), 1);
    let counted = shipper.settled(&text(&counting[0]["id"]));
    assert_eq!(incident(app, &counted)["event_count"], 1);
    // Whoever asks for a repetition hears how that stands which counts.
    for answer in &answers {
        let settled = shipper.settled(&text(&answer["id"]));
        let same = ["status", "processed_at", "incidents"];
        assert!(same.iter().all(|name| settled[name] == counted[name]), "{settled}");
    }
}

fn only_what_was_given_up_is_tried_again(app: &App) {
    let shipper = app.shipper();
    let done = shipper.delivered(LINES, lines(&[event(&unique("rule"), "web-1", "2026-07-04T08:00:00Z")]));
    let retry = |who: &Client, id: &str| who.request("POST", &format!("/api/intake/{id}/retry")).send();
    let id = text(&done["id"]);
    let problem = retry(&shipper, &id).problem(409, "state_conflict");
    assert!(text(&problem["detail"]).contains("not given up"), "{problem}");
    // Whoever may not deliver it may not have it delivered either.
    let forbidden = retry(&app.operator(), &id).problem(403, "forbidden");
    assert!(text(&forbidden["detail"]).contains("devsecops"), "{forbidden}");
    retry(&app.analyst(), &id).problem(403, "forbidden");
    for unknown in ["nonsense", "intake-00000000000070008000000000000000"] {
        retry(&shipper, unknown).problem(404, "not_found");
    }
}

fn what_is_too_much_is_refused(app: &App) {
    let shipper = app.shipper();
    let many: String = (0..10_001).map(|_| "{\"message\":\"x\"}\n").collect();
    let problem = shipper.delivers(LINES, many).problem(413, "payload_too_large");
    assert!(text(&problem["detail"]).contains("10000"), "{problem}");
    let large = format!("{{\"message\":\"{}\"}}\n", "x".repeat(200_000)).repeat(53);
    shipper.delivers(LINES, large).problem(413, "payload_too_large");
    for empty in ["", " \n ", "[]"] {
        shipper.delivers("application/json", empty).invalid(&["body"]);
    }
    shipper.delivers("image/png", "x").problem(415, "unsupported_media_type");
    shipper.delivers("multipart/form-data; boundary=x", "x").problem(415, "unsupported_media_type");
    shipper.get("/api/intake/intake-00000000000070008000000000000000").problem(404, "not_found");
    shipper.get("/api/intake/nonsense").problem(404, "not_found");
}

fn the_text_of_a_log_is_no_title(app: &App) {
    let shipper = app.shipper();
    let json = "application/json";
    let secret = unique("hunter");
    let said = format!("Failed  password for ann,\\ntried {secret}");
    let bodies = [
        (json, format!(r#"{{"message":"{said}","host":"h1"}}"#)),
        (json, format!(r#"{{"summary":"{said}","host":"h2"}}"#)),
        (json, format!(r#"{{"ecs.version":"8.1","message":"{said}","host.name":"h3"}}"#)),
        (
            json,
            format!(r#"{{"class_uid":0,"severity_id":2,"message":"{said}","device":{{"hostname":"h4"}}}}"#),
        ),
        (json, format!(r#"{{"rule":{{"level":5}},"agent":{{"id":"1","name":"h5"}},"full_log":"{said}"}}"#)),
        ("text/plain", format!("<13>Nov  2 10:00:00 h6 sshd[9]: Failed  password for ann, tried {secret}")),
    ];
    for (media_type, body) in bodies {
        let settled = shipper.delivered(media_type, body);
        let seen = app.viewer().incident(&text(&settled["incidents"][0]["id"]));
        let title = text(&seen["title"]);
        assert!(title.contains(" reported by ") && !title.contains("ann"), "{title}");
        assert!(
            incident(app, &settled)["raw_data"].to_string().contains(&secret),
            "who may read it finds it there"
        );
    }
    assert_eq!(app.viewer().found(&secret), 0);
}

fn lines_in_brackets_are_lines(app: &App) {
    let word = unique("httpd");
    let line = |s: u8| format!("[Sun Nov 22 10:00:0{s}.1 2026] [error] [client 192.0.2.7] {word} denied\n");
    let settled = app.shipper().delivered("text/plain", format!("{}{}", line(1), line(2)));
    assert_contains(
        &settled,
        &json!({"status": "processed", "event_count": 2, "accepted": 2, "rejected": 0}),
    );
    // A type and an address are in anybody's events, not in Suricata's alone.
    let login = format!(r#"{{"message":"Login failed {word}","event_type":"auth","src_ip":"203.0.113.7"}}"#);
    assert_contains(
        &app.shipper().delivered("application/json", login),
        &json!({"accepted": 1, "rejected": 0}),
    );
}

fn an_event_too_large_for_raw_data_harms_no_other(app: &App) {
    let rule = unique("sig");
    // The worst of its group: each quote and backslash is written with another backslash, and the line is told twice.
    let large = format!("CEF:0|V|P|1|{rule}|Scan|9|dhost=web-1 msg={}", "\"\\\\".repeat(60_000));
    let small = format!("CEF:0|V|P|1|{rule}|Scan|3|dhost=web-1 msg=x");
    let numbers = format!("{{\"message\":\"{rule}\",\"n\":[{}0]}}", "1e9,".repeat(60_000));
    let settled = app.shipper().delivered("text/plain", format!("{small}\n{large}\n{numbers}\n{small}\n"));
    assert_contains(
        &settled,
        &json!({"status": "processed", "accepted": 4, "rejected": 0, "incident_count": 2}),
    );
    let all = settled["incidents"].as_array().unwrap();
    let of_group = all.iter().find(|i| i["event_count"] == 3).unwrap();
    let seen = app.analyst().incident(&text(&of_group["id"]));
    assert_contains(&seen, &json!({"title": "Scan", "severity_score": 9, "asset": "web-1"}));
    assert_eq!((&seen["raw_data"]["incomplete"], &seen["raw_data"]["line"]), (&json!(true), &json!(large)));
}

fn who_may_know(app: &App) {
    let body = lines(&[event(&unique("rule"), "web-1", "2026-07-04T08:00:00Z")]);
    let id = text(&app.shipper().delivered(LINES, body)["id"]);
    for (role, may) in [("analyst", true), ("legal_dpo", true), ("viewer", false), ("reporter", false)] {
        let reply = app.user(role).get(&format!("/api/intake/{id}"));
        assert_eq!(reply.status, if may { 200 } else { 403 }, "{role}");
    }
    app.analyst().delivers(LINES, "{\"message\":\"x\"}").problem(403, "forbidden");
}

fn what_does_not_fit_is_sent_back(engine: Engine) {
    let app = App::configured(engine, "intake_queue = 1", &[]);
    let shipper = app.shipper();
    let rules = unique("rule");
    let much: String = (0..300)
        .map(|n| format!("{}\n", event(&format!("{rules}-{n}"), "a", "2026-07-04T08:00:00Z")))
        .collect();
    let first = shipper.delivers(LINES, much).expect(202);
    let small = lines(&[event(&rules, "b", "2026-07-04T08:00:00Z")]);
    let refused = shipper.delivers(LINES, small.clone());
    refused.problem(429, "too_many_requests");
    assert!(refused.header("retry-after").unwrap().parse::<u32>().unwrap() > 0);
    // What was sent back is taken later, and was not half taken before.
    assert_eq!(shipper.settled(&text(&first["id"]))["accepted"], 300);
    let taken = shipper.delivered(LINES, small);
    assert_contains(&taken, &json!({"duplicate": false, "accepted": 1}));
    let metrics = shipper.get("/metrics").text();
    for line in ["probatum_intake_events_total 301", "probatum_intake_deliveries_waiting 0"] {
        assert!(metrics.contains(line), "{metrics}");
    }
}

fn deleting_one_incident_leaves_the_others_content(engine: Engine) {
    let app = App::start(engine);
    let (shipper, analyst) = (app.shipper(), app.analyst());
    let before = walk(app.data());
    let body = lines(&[event("r", "a", "2026-07-04T08:00:00Z"), event("r", "b", "2026-07-04T08:00:00Z")]);
    let settled = shipper.delivered(LINES, body.clone());
    let ids: Vec<String> = settled["incidents"].as_array().unwrap().iter().map(|i| text(&i["id"])).collect();
    let content = |id: &str| {
        let items = analyst.get(&format!("/api/incidents/{id}/evidence")).expect(200);
        analyst.get(&format!("/api/evidence/{}/content", text(&items["data"][0]["id"])))
    };
    assert_eq!(app.admin().delete(&format!("/api/incidents/{}", ids[0])).status, 204);
    assert_eq!(content(&ids[1]).text(), body);
    let files = || walk(app.data()) - before;
    assert_eq!(files(), 1);
    assert_eq!(app.admin().delete(&format!("/api/incidents/{}", ids[1])).status, 204);
    until("content of nobody is deleted", Duration::from_secs(150), || (files() == 0).then_some(()));
}

/// How many files there are below a folder.
fn walk(folder: &std::path::Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else { return 1 };
    entries.map(|e| walk(&e.unwrap().path())).sum()
}
