//! Figures: each is what its definition says, after every kind of change, and equal to a count of the list's own rows.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_tests::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;

on_both! {
    shared: a_wrong_window_is_named;
    own: figures_follow_what_happens, figures_equal_a_count_of_the_list;
}

fn figures(client: &Client, window: &str) -> Value {
    client.get(&format!("/api/stats/incidents?window={window}")).expect(200)
}

/// The members the contract prints, all others left out.
fn printed(figures: &Value) -> Value {
    let members = ["total", "open_p0_p1", "evidence_coverage", "flags", "mtta_p0_min", "mttc_p1_h"];
    members.iter().map(|m| ((*m).to_owned(), figures[*m].clone())).collect::<serde_json::Map<_, _>>().into()
}

fn figures_follow_what_happens(engine: Engine) {
    let app = App::start(engine);
    let (viewer, operator) = (app.viewer(), app.operator());
    let none = figures(&viewer, "30d");
    assert_eq!(
        printed(&none),
        json!({"total": 0, "open_p0_p1": 0, "evidence_coverage": null, "mtta_p0_min": null, "mttc_p1_h": null,
            "flags": {"ai_serious_incident": 0, "nis2_relevant": 0, "gdpr_breach": 0}})
    );
    assert!(none.get("_note").is_none(), "real figures say nothing about a demonstration");

    // Detected an hour before it was reported.
    let detected = json!({"detected_at": timestamp(now_millis() - 3_600_000), "gdpr_personal_data": true,
        "category": "data_breach"});
    let first = operator.reports(&merged(report("First"), detected));
    let second = operator.reports(&report("Second"));
    let gap = figures(&viewer, "1h");
    assert_contains(
        &gap,
        &json!({"total": 2, "evidence_coverage": 0, "gap_share": 1, "open_p0_p1": 0,
        "by_priority": {"none": 2, "P0": 0}, "by_level": {"L1_cyber": 2}, "by_category": {"data_breach": 1}}),
    );

    operator.attaches(&first, &confirming());
    operator.changes(&first, &json!({"priority": "P0", "severity": 9, "ai_serious_incident": true}));
    let step = operator.adds_step(&first, "Shut the door");
    assert_contains(
        &figures(&viewer, "24h"),
        &json!({"open_p0_p1": 1, "evidence_coverage": 0.5, "gap_share": 0.5,
        "flags": {"ai_serious_incident": 1, "nis2_relevant": 1, "gdpr_breach": 1}, "by_flag": {"ai_high_risk": 1},
        "open_actions": 1, "pending_approvals": 0, "mtta_p0_min": null, "overdue": 0}),
    );

    operator.changes(&first, &json!({"status_lifecycle": "triage"}));
    let acknowledged = figures(&viewer, "1w")["mtta_p0_min"].as_i64().unwrap();
    assert!((60..=62).contains(&acknowledged), "{acknowledged} minutes");
    operator.changes(&first, &json!({"priority": "P1", "status_lifecycle": "contained"}));
    assert_contains(&figures(&viewer, "1w"), &json!({"mtta_p0_min": null, "mttc_p1_h": 1, "open_p0_p1": 1}));

    let proof = operator.attaches(&first, &confirming());
    let done = json!({"status": "completed", "validation_ref": proof});
    operator.patch(&format!("/api/actions/{step}"), &done).expect(200);
    operator.changes(&first, &json!({"status_lifecycle": "closed"}));
    assert_contains(&figures(&viewer, "1w"), &json!({"open_p0_p1": 0, "open_actions": 0, "mttr_h": 1}));
    operator.changes(&first, &json!({"status_lifecycle": "open", "reason": "It came back"}));
    assert_contains(&figures(&viewer, "1w"), &json!({"open_p0_p1": 1, "mttr_h": null, "mttc_p1_h": 1}));

    operator.adds_step(&second, "Never done");
    for id in [&first, &second] {
        app.admin().request("DELETE", &format!("/api/incidents/{id}")).send().expect(204);
    }
    let (mut last, mut none) = (figures(&viewer, "30d"), none);
    for figures in [&mut last, &mut none] {
        ["since", "until"].iter().for_each(|m| drop(figures.as_object_mut().unwrap().remove(*m)));
    }
    assert_eq!(last, none, "what is deleted counts for nothing");
}

/// What the rows of the list add up to, from `since` on.
fn counted(rows: &[Value], since: i64, until: i64) -> Value {
    let within: Vec<&Value> = rows.iter().filter(|r| millis(&text(&r["created_at"])) >= since).collect();
    let count = |f: &dyn Fn(&Value) -> bool| within.iter().filter(|r| f(r)).count();
    let by = |member: &str| {
        let mut all: BTreeMap<String, usize> = BTreeMap::new();
        for row in &within {
            *all.entry(row[member].as_str().unwrap_or("none").to_owned()).or_default() += 1;
        }
        json!(all)
    };
    let urgent = |r: &Value| r["priority"] == "P0" || r["priority"] == "P1";
    let overdue = |r: &Value| r["sla_due_at"].as_str().is_some_and(|t| millis(t) < until);
    let flag = |f: &'static str| count(&|r| r["flags"][f] == true);
    json!({
        "total": within.len(),
        "open_p0_p1": count(&|r| urgent(r) && r["status_lifecycle"] != "closed"),
        "overdue": count(&|r| overdue(r) && r["status_lifecycle"] != "closed"),
        "flags": {"ai_serious_incident": flag("ai_serious_incident"), "nis2_relevant": flag("nis2_relevant"),
            "gdpr_breach": flag("gdpr_breach")},
        "by_priority": by("priority"), "by_level": by("level"), "by_category": by("category"),
        "by_evidence_status": by("evidence_status"),
    })
}

fn figures_equal_a_count_of_the_list(engine: Engine) {
    let app = App::start(engine);
    app.run(&["seed", "--incidents", "300"]);
    let viewer = app.viewer();
    let rows = viewer.walk("/api/incidents?per_page=100");
    for window in ["366d", "13w", "30d", "9d", "24h", "7h"] {
        let found = figures(&viewer, window);
        let (since, until) = (millis(&text(&found["since"])), millis(&text(&found["until"])));
        assert_eq!(since % 3_600_000, 0, "a window begins at a full hour");
        assert_contains(&found, &counted(&rows, since, until));
    }
    assert_eq!(figures(&viewer, "366d")["total"], 300);
    assert!(figures(&viewer, "366d")["overdue"].as_i64().unwrap() > 0);
    let default = viewer.get("/api/stats/incidents").expect(200);
    assert_eq!(default["total"], figures(&viewer, "30d")["total"], "30d is the default");
    assert!(app.run(&["audit", "verify"]).contains("tree root"));
}

fn a_wrong_window_is_named(app: &App) {
    let viewer = app.viewer();
    for wrong in ["0h", "367d", "53w", "1m", "30", "d", "", "-1d", "1.5d", "%20"] {
        for path in ["/api/stats/incidents", "/api/map/incidents", "/api/ip3/stats"] {
            let problem = viewer.get(&format!("{path}?window={wrong}")).invalid(&["window"]);
            assert!(text(&problem["detail"]).contains("30d"), "{problem}");
        }
    }
    viewer.get("/api/stats/incidents?windows=30d").problem(400, "unknown_field");
    viewer.get("/api/stats/incidents?window=30d&window=1d").invalid(&["window"]);
}
