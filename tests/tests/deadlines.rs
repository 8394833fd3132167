//! Deadlines as clients meet them: what moves them, what is kept of it, decisions of people, what is due, and time itself.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_tests::*;
use serde_json::{Value, json};
use std::time::Duration;

on_both! {
    shared: clocks_follow_the_incident, facts_move_clocks_and_fill_fields, versions_are_kept, what_is_no_fact, a_person_decides,
        submissions_by_hand, what_is_asked_wrongly, a_hold_keeps_an_incident;
    own: what_is_due_is_listed, time_moves_a_clock_once, other_rules_count_for_all;
}

const HOUR: i64 = 3_600_000;

/// A significant incident under NIS2 of which the entity was aware so many milliseconds ago.
fn significant(app: &App, aware_ago: i64) -> String {
    let aware = timestamp(now_millis() - aware_ago);
    app.reporter().reports(&merged(report("Significant"), json!({"nis2_relevant": true, "aware_at": aware})))
}

fn path(id: &str, rest: &str) -> String {
    format!("/api/incidents/{id}/{rest}")
}

/// The clock of a duty, as this client sees it.
fn clock(client: &Client, id: &str, regime: &str, step: &str) -> Value {
    let all = client.get(&path(id, "deadlines")).expect(200);
    let found = all["data"].as_array().unwrap().iter().find(|c| c["regime"] == regime && c["step"] == step);
    found.unwrap_or_else(|| panic!("no {regime} {step} in {all}")).clone()
}

fn history(client: &Client, id: &str, step: &str) -> Vec<Value> {
    let all = client.walk(&path(id, "deadlines/history?per_page=3"));
    all.into_iter().filter(|c| c["step"] == step).collect()
}

fn due(clock: &Value) -> i64 {
    millis(&text(&clock["due_at"]))
}

fn clocks_follow_the_incident(app: &App) {
    let (analyst, viewer) = (app.analyst(), app.viewer());
    let id = analyst.reports(&report("Nothing to report"));
    let all = viewer.get(&path(&id, "deadlines")).expect(200);
    let rows = all["data"].as_array().unwrap();
    assert!(rows.len() > 15 && all["meta"]["total"] == rows.len(), "every duty is there");
    assert!(rows.iter().all(|c| c["state"] == "not_applicable" && !text(&c["reason"]["text"]).is_empty()));
    assert!(history(&viewer, &id, "early_warning").is_empty(), "what never applied leaves no trace");

    analyst.changes(&id, &json!({"nis2_relevant": true}));
    let waiting = clock(&viewer, &id, "nis2", "early_warning");
    assert_contains(&waiting, &json!({"state": "waiting", "waiting_for": "aware_at", "due_at": null}));
    let aware = now_millis() / 1000 * 1000 - HOUR;
    analyst.changes(&id, &json!({"aware_at": timestamp(aware)}));
    let running = clock(&viewer, &id, "nis2", "early_warning");
    assert_contains(
        &running,
        &json!({"state": "running", "rule": "nis2.ew", "anchor": "aware_at", "estimated": false, "phase": "early_warning_24h"}),
    );
    assert_eq!(due(&running), aware + 24 * HOUR);
    assert!(text(&running["remaining"]).starts_with("PT22H59M"), "{running}");
    assert!(text(&running["law"]).contains("Art. 23(4)(a)"));
    let last = clock(&viewer, &id, "nis2", "final");
    assert_eq!(last["estimated"], true, "counted from a report that is not submitted yet");

    analyst.changes(&id, &json!({"aware_at": timestamp(aware - 48 * HOUR)}));
    assert_eq!(clock(&viewer, &id, "nis2", "early_warning")["state"], "overdue");
    analyst.changes(&id, &json!({"nis2_relevant": false, "reason": "Not significant"}));
    assert_eq!(clock(&viewer, &id, "nis2", "early_warning")["state"], "not_applicable");
    let moves = history(&viewer, &id, "early_warning");
    let words: Vec<String> = moves.iter().map(|c| text(&c["change"])).collect();
    assert_eq!(words, ["added", "started", "moved_earlier", "not_applicable"]);
    for pair in moves.windows(2) {
        assert_eq!(pair[0]["after"], pair[1]["before"], "nothing is written over");
    }
    let told = viewer.timeline(&id, &["deadline.changed", "deadline.overdue"]);
    let events: Vec<String> = told.iter().map(|e| text(&e["event"])).collect();
    let expected =
        ["deadline.changed", "deadline.changed", "deadline.changed", "deadline.overdue", "deadline.changed"];
    assert_eq!(events, expected);
    // What moves no clock is no news for them.
    analyst.changes(&id, &json!({"title": "Another title", "asset": "mail-7"}));
    assert_eq!(viewer.timeline(&id, &["deadline.changed"]).len(), 4);
}

fn facts_move_clocks_and_fill_fields(app: &App) {
    let (analyst, legal) = (app.analyst(), app.user("legal_dpo"));
    let id = significant(app, HOUR);
    let aware = timestamp(now_millis() - HOUR);
    analyst.changes(&id, &json!({"ai_serious_incident": true, "gdpr_breach": true, "dora_relevant": false, "reason": "no bank"}));
    analyst.changes(&id, &json!({"aware_at": aware}));
    let missing = |client: &Client| -> Vec<String> {
        let fields = clock(client, &id, "nis2", "early_warning")["missing"].clone();
        fields.as_array().unwrap().iter().map(|m| text(&m["field"])).collect()
    };
    assert!(missing(&legal).contains(&"entity.name".to_owned()) && missing(&analyst) == missing(&legal));
    assert_eq!(clock(&app.viewer(), &id, "nis2", "early_warning").get("missing"), None);
    let (long, short) = ("serious_incident_report", "aia.10");
    assert_ne!(clock(&legal, &id, "ai_act", long)["rule"], short);
    let sheet = json!({
        "entity": {"name": "Example Energia SA"}, "suspected_unlawful_or_malicious": "yes",
        "contacts": {"primary": {"name": "A. Nowak", "email": "csirt@example.org"}},
        "cross_border": {"possible": "no"}, "ai": {"harms": ["death"]}, "impact": {"risk": "high"},
        "circumstances": {"moments": {"high_risk_determined_at": aware}},
    });
    let stated = legal.put(&path(&id, "facts"), &sheet).expect(200);
    assert_contains(&stated, &json!({"version": 1, "facts": sheet, "actor": "legal:legal_dpo"}));
    assert_eq!(missing(&legal), Vec::<String>::new());
    let clocked = clock(&legal, &id, "ai_act", long);
    assert_eq!(clocked["rule"], short, "a death moves the report earlier");
    let moved = history(&legal, &id, long).pop().unwrap();
    assert_eq!(moved["change"], "moved_earlier");
    assert!(due(&moved["before"]) > due(&moved["after"]));
    assert_eq!(clock(&legal, &id, "gdpr", "data_subjects")["state"], "running");
    // Who were told, and when, is a fact as well.
    let told =
        merged(sheet.clone(), json!({"communication": {"done": "yes", "at": timestamp(now_millis())}}));
    legal.put(&path(&id, "facts"), &told).expect(200);
    assert!(text(&clock(&legal, &id, "gdpr", "data_subjects")["state"]).starts_with("met"));
    // A report made by hand meets its duty, and the next one counts from it.
    let at = timestamp(now_millis() - 60_000);
    let by_hand = json!({"regime": "nis2", "step": "incident_notification", "at": at, "complete": true});
    let circumstances = json!({"submissions": [by_hand], "conditions": ["ongoing"]});
    legal.put(&path(&id, "facts"), &merged(sheet, json!({"circumstances": circumstances}))).expect(200);
    assert_contains(
        &clock(&legal, &id, "nis2", "incident_notification"),
        &json!({"state": "met", "met_at": at, "remaining": null}),
    );
    assert_contains(&clock(&legal, &id, "nis2", "progress"), &json!({"estimated": false, "anchor_at": at}));
    assert_eq!(clock(&legal, &id, "nis2", "final")["state"], "not_applicable");
}

fn versions_are_kept(app: &App) {
    let legal = app.user("legal_dpo");
    let id = app.reporter().reports(&report("Versions"));
    let facts = path(&id, "facts");
    legal.get(&facts).problem(404, "not_found");
    let (one, two) = (json!({"entity": {"name": "One"}}), json!({"entity": {"name": "Two"}}));
    let stale =
        |tag: &str, body: &Value| legal.request("PUT", &facts).header("if-match", tag).json(body).send();
    let first = stale("\"facts-0\"", &one);
    first.expect(200);
    let tag = first.header("etag").unwrap().to_owned();
    stale("\"facts-0\"", &two).problem(412, "precondition_failed");
    assert_eq!(legal.put(&facts, &one).expect(200)["version"], 1, "what is as it was makes no version");
    stale(&tag, &two).expect(200);
    let now = legal.get(&facts);
    assert_contains(&now.expect(200), &json!({"version": 2, "facts": two}));
    assert_contains(
        &legal.get(&format!("{facts}?version=1")).expect(200),
        &json!({"version": 1, "facts": one}),
    );
    legal.get(&format!("{facts}?version=3")).problem(404, "not_found");
    legal.get(&format!("{facts}?version=x")).invalid(&["version"]);
    let known = legal.request("GET", &facts).header("if-none-match", now.header("etag").unwrap()).send();
    assert_eq!(known.status, 304);
    // What the facts say is for few; that there are some, for all who read the timeline.
    let told = app.viewer().timeline(&id, &["facts.stated"]);
    assert_eq!(told.len(), 2);
    assert!(!format!("{told:?}").contains("Two"));
    let versions =
        at_once(8, |n| legal.put(&facts, &json!({"entity": {"name": format!("No. {n}")}})).expect(200));
    let mut numbers: Vec<i64> = versions.iter().map(|v| v["version"].as_i64().unwrap()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (3..=10).collect::<Vec<_>>());
}

fn what_is_no_fact(app: &App) {
    let legal = app.user("legal_dpo");
    let facts = path(&app.reporter().reports(&report("No facts")), "facts");
    let future = timestamp(now_millis() + HOUR);
    let cases = [
        (json!({"entity": {"name": ""}, "affected": {"subjects": -1}}), vec!["affected.subjects"]),
        (json!({"entity": {"name": "", "lei": "x"}}), vec!["entity.name", "entity.lei"]),
        (json!({"colour": "red"}), vec!["colour"]),
        (json!({"entity": ["x"]}), vec!["entity"]),
        (json!({"circumstances": {"conditions": ["nis2_relevant"]}}), vec!["circumstances.conditions"]),
        (json!({"circumstances": {"conditions": ["dead"]}}), vec!["circumstances.conditions[0]"]),
        (
            json!({"circumstances": {"moments": {"aware_at": "2026-01-01T00:00:00Z", "handled_at": future}}}),
            vec!["circumstances.moments.aware_at", "circumstances.moments.handled_at"],
        ),
        (json!({"circumstances": []}), vec!["circumstances"]),
        (
            json!({"circumstances": {"submissions": [{"regime": "gdpr", "step": "notify_authority", "at": future, "complete": true}]}}),
            vec!["circumstances.submissions[0].at"],
        ),
    ];
    for (body, fields) in cases {
        let problem = legal.put(&facts, &body).problem(400, "validation_failed");
        let named: Vec<String> =
            problem["errors"].as_array().unwrap().iter().map(|e| text(&e["field"])).collect();
        assert_eq!(named, fields, "{body}: {problem}");
    }
    legal.request("PUT", &facts).body("application/json", "[]").send().problem(400, "malformed_json");
    legal.get(&facts).problem(404, "not_found");
}

fn a_person_decides(app: &App) {
    let (legal, viewer) = (app.user("legal_dpo"), app.viewer());
    let id = significant(app, HOUR);
    let waivers = path(&id, "deadlines/waivers");
    let reason = unique("Below every threshold ");
    let new = json!({"regime": "nis2", "step": "early_warning", "reason": reason});
    let made = legal.post(&waivers, &new).expect(201);
    assert_contains(
        &made,
        &json!({"number": 1, "reason": reason, "decided_by": "legal:legal_dpo", "withdrawn": null}),
    );
    let stopped = clock(&legal, &id, "nis2", "early_warning");
    assert_contains(
        &stopped,
        &json!({"state": "not_applicable", "reason": {"text": reason, "by": "legal:legal_dpo"}}),
    );
    assert_eq!(clock(&viewer, &id, "nis2", "incident_notification")["state"], "running");
    // The reason is for those who may read facts.
    assert_eq!(clock(&viewer, &id, "nis2", "early_warning").get("reason"), None);
    for seen in ["deadlines", "deadlines/history", "timeline"] {
        assert!(!viewer.get(&path(&id, seen)).text().contains(&reason), "{seen}");
    }
    assert!(app.analyst().get(&waivers).text().contains(&reason));
    assert!(legal.get(&path(&id, "deadlines/history")).text().contains(&reason));
    let withdraw = format!("{waivers}/1/withdraw");
    let why = json!({"reason": "The threshold was the old one"});
    app.analyst().post(&withdraw, &why).problem(403, "forbidden");
    assert_contains(&legal.post(&withdraw, &why).expect(200)["withdrawn"], &json!({"by": "legal:legal_dpo"}));
    legal.post(&withdraw, &why).problem(409, "state_conflict");
    legal.post(&format!("{waivers}/2/withdraw"), &why).problem(404, "not_found");
    assert_eq!(clock(&legal, &id, "nis2", "early_warning")["state"], "running");
    let words: Vec<String> =
        history(&legal, &id, "early_warning").iter().map(|c| text(&c["change"])).collect();
    assert_eq!(words, ["added", "not_applicable", "started"]);
    // For all duties of a regime, and void once a high risk is stated.
    app.analyst().changes(&id, &json!({"gdpr_breach": true}));
    legal.post(&waivers, &json!({"regime": "gdpr", "reason": "Encrypted"})).expect(201);
    assert_eq!(clock(&legal, &id, "gdpr", "notify_authority")["state"], "not_applicable");
    let moment = json!({"high_risk_determined_at": timestamp(now_millis())});
    let high = json!({"impact": {"risk": "high"}, "circumstances": {"moments": moment}});
    legal.put(&path(&id, "facts"), &high).expect(200);
    // What a high risk asks for is not waived by a decision that there is none.
    assert_ne!(clock(&legal, &id, "gdpr", "data_subjects")["state"], "not_applicable");
    let void = clock(&legal, &id, "gdpr", "notify_authority");
    assert_eq!(void["state"], "running");
    assert!(text(&void["reason"]["text"]).contains("no longer counts"));
}

/// What somebody states as submitted stops a clock: it has to be a duty, and after the incident.
fn submissions_by_hand(app: &App) {
    let (legal, id) = (app.user("legal_dpo"), significant(app, HOUR));
    let stated = |regime: &str, step: &str, at: &str| {
        let submission = json!({"regime": regime, "step": step, "at": at, "complete": true});
        json!({"circumstances": {"submissions": [submission]}})
    };
    let now = timestamp(now_millis());
    legal
        .put(&path(&id, "facts"), &stated("gdpr", "early_warning", &now))
        .invalid(&["circumstances.submissions[0].step"]);
    legal
        .put(&path(&id, "facts"), &stated("nis2", "early_warning", "1971-01-01T00:00:00Z"))
        .invalid(&["circumstances.submissions[0].at"]);
    assert_ne!(clock(&legal, &id, "nis2", "early_warning")["state"], "met");
    legal.put(&path(&id, "facts"), &stated("nis2", "early_warning", &now)).expect(200);
    assert_eq!(clock(&legal, &id, "nis2", "early_warning")["state"], "met");
}

fn what_is_asked_wrongly(app: &App) {
    let (legal, viewer) = (app.user("legal_dpo"), app.viewer());
    let id = significant(app, HOUR);
    let waivers = path(&id, "deadlines/waivers");
    legal.post(&waivers, &json!({})).invalid(&["reason", "regime"]);
    legal.post(&waivers, &json!({"regime": "gdpr", "reason": " "})).invalid(&["reason"]);
    legal.post(&waivers, &json!({"regime": "gdpr", "reason": "x".repeat(2001)})).invalid(&["reason"]);
    legal
        .post(&waivers, &json!({"regime": "gdpr", "step": "early_warning", "reason": "x"}))
        .invalid(&["step"]);
    legal.post(&waivers, &json!({"regime": "nis3", "reason": "x"})).invalid(&["regime"]);
    viewer.get("/api/deadlines?due_within=soon&state=late&per_page=0").invalid(&[
        "due_within",
        "per_page",
        "state",
    ]);
    viewer.get("/api/deadlines?regime=nis2").problem(400, "unknown_field");
    viewer.get("/api/deadlines?cursor=-severity.9.00000000000000000000000000000007").invalid(&["cursor"]);
    for rest in ["deadlines", "deadlines/history", "deadlines/waivers", "facts"] {
        legal.get(&path("INC-2026-999999", rest)).problem(404, "not_found");
    }
    viewer.get(&path(&id, "deadlines?page=2")).problem(400, "unknown_field");
}

fn a_hold_keeps_an_incident(app: &App) {
    let (legal, admin) = (app.user("legal_dpo"), app.admin());
    let id = app.reporter().reports(&report("Held"));
    let (incident, hold) = (format!("/api/incidents/{id}"), path(&id, "legal-hold"));
    legal.put(&hold, &json!({"hold": true})).invalid(&["reason"]);
    app.analyst().put(&hold, &json!({"hold": true, "reason": "x"})).problem(403, "forbidden");
    let set = legal.put(&hold, &json!({"hold": true, "reason": "Proceedings"})).expect(200);
    assert_contains(&set, &json!({"public_id": id, "legal_hold": true}));
    admin.delete(&incident).problem(409, "legal_hold");
    legal.put(&hold, &json!({"hold": false, "reason": "Closed"})).expect(200);
    assert_eq!(admin.delete(&incident).status, 204);
}

fn what_is_due_is_listed(engine: Engine) {
    let app = App::start(engine);
    let viewer = app.viewer();
    // Early warnings: overdue, due within the hour, due tomorrow.
    let ids: Vec<String> =
        [30 * HOUR, 24 * HOUR - HOUR / 2, HOUR].iter().map(|ago| significant(&app, *ago)).collect();
    let rows = viewer.walk("/api/deadlines?per_page=2");
    let dues: Vec<i64> = rows.iter().map(due).collect();
    assert!(dues.is_sorted() && rows.len() == 9, "{rows:?}");
    assert_eq!(viewer.get("/api/deadlines").expect(200)["meta"]["total"], 9);
    let warned = |query: &str| -> Vec<String> {
        let rows = viewer.walk(&format!("/api/deadlines?per_page=1&{query}"));
        rows.iter().filter(|c| c["step"] == "early_warning").map(|c| text(&c["public_id"])).collect()
    };
    assert_eq!(warned(""), ids);
    assert_eq!(warned("due_within=1h"), ids[..2]);
    assert_eq!(warned("due_within=24h"), ids);
    assert_eq!(warned("state=overdue"), ids[..1]);
    assert_eq!(warned("state=due_soon"), ids[1..2]);
    assert_eq!(warned("state=running&due_within=2d"), ids[2..]);
    let late = &rows[0];
    assert!(text(&late["remaining"]).starts_with("-PT6H"), "{late}");
    assert_contains(late, &json!({"title": "Significant", "rule": "nis2.ew", "phase": "early_warning_24h"}));
    let metrics = viewer.get("/metrics").text();
    assert!(metrics.contains("probatum_deadlines{state=\"overdue\"} 1"), "{metrics}");
    assert!(metrics.contains("probatum_deadlines{state=\"due_soon\"} 1"), "{metrics}");
    // What is gone is not due.
    assert_eq!(app.admin().delete(&format!("/api/incidents/{}", ids[0])).status, 204);
    assert_eq!(warned(""), ids[1..]);
}

fn time_moves_a_clock_once(engine: Engine) {
    let app = App::start(engine);
    let others = [app.replica(), app.replica()];
    let viewer = app.viewer();
    // In three seconds one is due soon (a quarter of its 24 hours is left), another overdue.
    let soon = significant(&app, 18 * HOUR - 3_000);
    let late = significant(&app, 24 * HOUR - 3_000);
    let before = |id: &str| text(&clock(&viewer, id, "nis2", "early_warning")["state"]);
    assert_eq!((before(&soon).as_str(), before(&late).as_str()), ("running", "due_soon"));
    for (id, event) in [(&soon, "deadline.due_soon"), (&late, "deadline.overdue")] {
        until(event, Duration::from_secs(30), || (!viewer.timeline(id, &[event]).is_empty()).then_some(()));
    }
    // Three servers look every two seconds: by the time a later clock has crossed as well, each looked again.
    let last = significant(&app, 18 * HOUR - 3_000);
    until("the last one", Duration::from_secs(30), || {
        (!viewer.timeline(&last, &["deadline.due_soon"]).is_empty()).then_some(())
    });
    for (id, event) in [(&soon, "deadline.due_soon"), (&late, "deadline.overdue")] {
        let told: Vec<Value> = viewer.timeline(id, &[event]);
        let warned: Vec<_> = told.iter().filter(|e| e["detail"]["step"] == "early_warning").collect();
        assert_eq!(warned.len(), 1, "{event}: {told:?}");
        assert_contains(warned[0], &json!({"actor": "system:deadlines"}));
        let at = millis(&text(&warned[0]["ts"]));
        let crossed = due(&warned[0]["detail"]) - if id == &soon { 6 * HOUR } else { 0 };
        assert!(at >= crossed && at < crossed + 20_000, "told at {at} of {crossed}");
    }
    drop(others);
    app.run(&["audit", "verify"]);
}

fn other_rules_count_for_all(engine: Engine) {
    let built_in = std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../crates/compliance-export/rules/rules.json"
    ));
    let built_in = built_in.unwrap();
    let file = std::env::temp_dir().join(unique("rules"));
    std::fs::write(&file, &built_in).unwrap();
    let mut app = App::start_with(engine, &["--deadline-rules", file.to_str().unwrap()]);
    let ids: Vec<String> = (0..60).map(|_| significant(&app, HOUR)).collect();
    let first = clock(&app.viewer(), &ids[0], "nis2", "early_warning");
    app.stop();
    // Stricter: 12 hours for the early warning; and a duty that is law no more.
    let stricter = built_in.replace("\"2026-11-21\"", "\"house-2\"").replacen("PT24H", "PT12H", 1);
    std::fs::write(&file, stricter).unwrap();
    app.restart();
    let viewer = app.viewer();
    for id in [&ids[0], &ids[59]] {
        let moved = until("the sweep", Duration::from_secs(60), || {
            history(&viewer, id, "early_warning").into_iter().find(|c| c["change"] == "moved_earlier")
        });
        assert_eq!(moved["before"]["rule_version"], first["rule_version"]);
        assert_eq!(moved["after"]["rule_version"], "house-2");
        assert_eq!(due(&moved["before"]) - due(&moved["after"]), 12 * HOUR);
    }
    let adopted = app.user("legal_dpo").get("/api/audit?action=deadline_rules.adopted").expect(200);
    assert_eq!(adopted["meta"]["total"], 2);
    app.stop();
    std::fs::write(&file, built_in.replacen("PT24H", "a day", 1)).unwrap();
    let refused = run(&["serve", "--database", app.database(), "--deadline-rules", file.to_str().unwrap()]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("rules[0].duration"), "{said}");
    std::fs::remove_file(file).unwrap();
}
