//! The demonstration: the real shapes on invented data, for whoever looks in, and never a real record in it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_tests::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;

on_both! {
    shared: the_source_documents_figures, every_answer_says_what_it_is, filters_and_pages_work, nothing_real_is_in_it;
}

fn words(rows: &[Value], member: &str) -> usize {
    rows.iter().map(|r| r[member].to_string()).collect::<BTreeSet<_>>().len()
}

fn the_source_documents_figures(app: &App) {
    let document = json!({
        "total": 128, "open_p0_p1": 7, "evidence_coverage": 0.94,
        "flags": {"ai_serious_incident": 3, "nis2_relevant": 11, "gdpr_breach": 5},
        "mtta_p0_min": 131, "mttc_p1_h": 18, "_note": "demonstration data"
    });
    for path in ["/api/ip3/stats", "/api/ip3/stats?window=30d"] {
        let found = app.anonymous().get(path).expect(200);
        for (member, value) in document.as_object().unwrap() {
            assert_eq!(&found[member], value, "{member} of {path}");
        }
        let real = app.viewer().get("/api/stats/incidents").expect(200);
        let mut members = members(&found);
        members.retain(|m| *m != "_note");
        assert_eq!(members, probatum_tests::members(&real));
    }
    let day = app.anonymous().get("/api/ip3/stats?window=1d").expect(200);
    assert!((1..128).contains(&day["total"].as_i64().unwrap()), "{day}");
}

fn every_answer_says_what_it_is(app: &App) {
    for path in ["/api/ip3/incidents", "/api/ip3/stats", "/api/ip3/playbooks", "/api/ip3/incidents?page=100"]
    {
        for client in [app.anonymous(), app.viewer(), app.anonymous().with_key("tw_000000000000_0")] {
            assert_eq!(client.get(path).expect(200)["_note"], "demonstration data", "{path}");
        }
    }
    let playbooks = app.anonymous().get("/api/ip3/playbooks?per_page=100").expect(200);
    let categories: BTreeSet<&str> = playbooks["data"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|p| p["categories"].as_array().unwrap())
        .map(|c| c.as_str().unwrap())
        .collect();
    assert_eq!(categories.len(), 18, "a playbook for every category");
    let real = app.viewer().get("/api/playbooks?per_page=100").expect(200);
    assert_eq!(playbooks["data"], real["data"], "the shape of the real ones");
    app.anonymous().post("/api/ip3/incidents", &json!({})).problem(405, "method_not_allowed");
}

/// Whether a row is meant.
type Holds = fn(&Value) -> bool;

fn filters_and_pages_work(app: &App) {
    let client = app.anonymous();
    let rows = client.walk("/api/ip3/incidents?per_page=30");
    assert_eq!(rows.len(), 128);
    assert_eq!([words(&rows, "category"), words(&rows, "level"), words(&rows, "priority")], [18, 4, 5]);
    assert!(words(&rows, "country") >= 20);
    let real = app.reporter().reports(&report("For its members"));
    let like: BTreeSet<String> = app.viewer().incident(&real).as_object().unwrap().keys().cloned().collect();
    for member in ["id", "public_id", "severity", "severity_score", "flags", "status_lifecycle", "sla_due_at"]
    {
        assert!(like.contains(member) && rows[0].get(member).is_some(), "{member}");
    }
    let filters: [(&str, Holds); 8] = [
        ("priority=P1", |r| r["priority"] == "P1"),
        ("level=L2_ai&evidence_status=confirmed", |r| {
            r["level"] == "L2_ai" && r["evidence_status"] == "confirmed"
        }),
        ("flags=nis2_relevant", |r| r["flags"]["nis2_relevant"] == true),
        ("status=contained", |r| r["status_lifecycle"] == "contained"),
        ("country=PL", |r| r["country"] == "PL"),
        ("severity=high", |r| r["severity"] == "high"),
        ("q=ransomware", |r| r["category"] == "ransomware"),
        ("q=encr*", |r| text(&r["title"]).to_lowercase().contains("encr")),
    ];
    for (query, holds) in filters {
        let found = client.walk(&format!("/api/ip3/incidents?per_page=100&{query}"));
        let meant = rows.iter().filter(|r| holds(r)).count();
        assert!(
            meant > 0 && found.len() == meant && found.iter().all(holds),
            "{query}: {} of {meant}",
            found.len()
        );
    }
    let page = client.get("/api/ip3/incidents?page=2&per_page=50").expect(200);
    assert_eq!(page["meta"], json!({"page": 2, "per_page": 50, "total": 128}));
    assert_eq!(text(&page["data"][0]["id"]), text(&rows[50]["id"]));
    client.get("/api/ip3/incidents?priority=P9&sort=colour").invalid(&["sort", "priority"]);
    client.get("/api/ip3/incidents?colour=red").problem(400, "unknown_field");
}

fn nothing_real_is_in_it(app: &App) {
    let marker = unique("real");
    let id = app.reporter().reports(&report(&marker));
    let invented = app.anonymous().walk("/api/ip3/incidents?per_page=100");
    assert!(
        invented.iter().all(|r| r["tags"] == json!(["demonstration"]) && !r.to_string().contains(&marker))
    );
    let demo = text(&invented[0]["id"]);
    app.admin().get(&format!("/api/incidents/{demo}")).problem(404, "not_found");
    assert_eq!(app.viewer().found("demonstration"), 0, "and nothing invented among the records; {id}");
}
