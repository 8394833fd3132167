//! The classification over HTTP: severity, flags by rule, deadlines, and what each category suggests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_tests::*;
use serde_json::{Value, json};

on_both! {
    shared: bands_and_scores, priorities_have_deadlines, flags_follow_rules, lowering_a_flag_takes_a_reason,
        categories_suggest, the_flat_record, patches_change_and_clear, the_timeline_tells_all;
}

const FLAGS: [&str; 10] = [
    "ai_act_relevant",
    "ai_high_risk",
    "ai_serious_incident",
    "critical_infra",
    "dora_relevant",
    "gdpr_breach",
    "gdpr_personal_data",
    "ksc_relevant",
    "law_enforcement",
    "nis2_relevant",
];

fn bands_and_scores(app: &App) {
    let analyst = app.analyst();
    let words = ["low", "medium", "high", "critical"].map(Value::from).into_iter();
    let scores = [("low", 1), ("medium", 4), ("high", 7), ("critical", 9)];
    let numbers = (0..=10).map(|n| {
        (
            json!(n),
            if n <= 3 {
                0
            } else if n <= 6 {
                1
            } else if n <= 8 {
                2
            } else {
                3
            },
            n,
        )
    });
    let cases: Vec<(Value, usize, u64)> =
        words.zip(0..).map(|(word, band)| (word, band, scores[band].1)).chain(numbers).collect();
    let id = analyst.alerts(&alert("phishing"));
    for (sent, band, score) in cases {
        let want = json!({"severity": scores[band].0, "severity_score": score});
        assert_contains(&analyst.changes(&id, &json!({"severity": sent})), &want);
        assert_contains(
            &analyst.put(&format!("/api/incidents/{id}"), &json!({"severity": sent})).expect(200)["data"],
            &want,
        );
        let new = analyst.alerts(&merged(alert("phishing"), json!({"severity": sent})));
        assert_contains(&analyst.incident(&new), &want);
    }
}

fn priorities_have_deadlines(app: &App) {
    let analyst = app.analyst();
    let id = analyst.reports(&report("Deadlines"));
    analyst.attaches(&id, &confirming());
    let created = millis(&text(&analyst.incident(&id)["created_at"]));
    for (priority, hours) in [("P3", 30 * 24), ("P2", 72), ("P1", 24), ("P0", 4), ("P2", 72)] {
        let answer = analyst.changes(&id, &json!({"priority": priority}));
        assert_eq!(millis(&text(&answer["sla_due_at"])) - created, hours * 3_600_000, "{priority}");
    }
    let answer = analyst.changes(&id, &json!({"priority": null}));
    assert_contains(&answer, &json!({"priority": null, "sla_due_at": null}));
}

/// The raised flags of an incident, as its detail lists them.
fn raised(client: &Client, id: &str) -> Vec<String> {
    let incident = client.incident(id);
    let flags = incident["flags"].as_object().unwrap();
    assert!(flags.values().all(|v| v == true), "only raised flags are listed");
    let mut names: Vec<String> = flags.keys().cloned().collect();
    names.sort_unstable();
    names
}

fn flags_follow_rules(app: &App) {
    let analyst = app.analyst();
    let plain = report("Flags");
    let cases: [(Value, &[&str]); 11] = [
        (json!({}), &[]),
        (json!({"level": "L2_ai"}), &["ai_act_relevant"]),
        (json!({"agent_id": unique("agent")}), &["ai_act_relevant"]),
        (json!({"ai_serious_incident": true}), &["ai_high_risk", "ai_serious_incident"]),
        (json!({"sector": "energy"}), &[]),
        (json!({"sector": "energy", "country": "PL"}), &["ksc_relevant"]),
        (json!({"sector": "education", "country": "PL"}), &[]),
        (json!({"sector": "energy", "country": "DE"}), &[]),
        (json!({"sector": "finance"}), &["dora_relevant"]),
        (json!({"severity": 10}), &[]),
        (json!({"law_enforcement": true, "critical_infra": true}), &["critical_infra", "law_enforcement"]),
    ];
    for (more, flags) in cases {
        let id = analyst.reports(&merged(plain.clone(), more.clone()));
        assert_eq!(raised(&analyst, &id), flags, "{more}");
    }
    // A breach is a confirmed loss, not a suspected one.
    let id =
        analyst.reports(&merged(plain.clone(), json!({"gdpr_personal_data": true, "impact_integrity": 1})));
    assert_eq!(raised(&analyst, &id), ["gdpr_personal_data"]);
    analyst.attaches(&id, &confirming());
    assert_eq!(raised(&analyst, &id), ["gdpr_breach", "gdpr_personal_data"]);
    // NIS2: severity 7 with P0 or P1.
    let id = analyst.reports(&plain);
    analyst.attaches(&id, &confirming());
    for (patch, relevant) in [
        (json!({"severity": 7, "priority": "P2"}), false),
        (json!({"severity": 6, "priority": "P1"}), false),
        (json!({"severity": 7}), true),
    ] {
        assert_eq!(analyst.changes(&id, &patch)["nis2_relevant"], relevant, "{patch}");
    }
}

fn lowering_a_flag_takes_a_reason(app: &App) {
    let analyst = app.analyst();
    let id = analyst.reports(&merged(report("Lowered"), json!({"level": "L2_ai"})));
    let path = format!("/api/incidents/{id}");
    analyst.patch(&path, &json!({"ai_act_relevant": false})).invalid(&["reason"]);
    analyst.patch(&path, &json!({"flags": {"ai_act_relevant": false}})).invalid(&["reason"]);
    let lowered = json!({"ai_act_relevant": false, "reason": "not an AI system after all"});
    assert_eq!(analyst.changes(&id, &lowered)["ai_act_relevant"], false);
    // The rule still holds, and does not raise it against the person's word.
    assert_eq!(analyst.changes(&id, &json!({"severity": 5}))["ai_act_relevant"], false);
    // Both ways of writing a flag mean the same.
    assert_eq!(analyst.changes(&id, &json!({"flags": {"law_enforcement": true}}))["law_enforcement"], true);
    // Said twice, it has to be the same: in a change and in a new incident alike.
    let both = json!({"flags": {"critical_infra": true}, "critical_infra": false});
    analyst.patch(&path, &both).invalid(&["critical_infra"]);
    for new in [report("Both"), alert("phishing")] {
        analyst.post("/api/incidents", &merged(new, both.clone())).invalid(&["critical_infra"]);
    }
    assert_eq!(analyst.changes(&id, &json!({"ai_act_relevant": true}))["ai_act_relevant"], true);
    assert_eq!(raised(&analyst, &id), ["ai_act_relevant", "law_enforcement"]);
}

fn categories_suggest(app: &App) {
    let analyst = app.analyst();
    let table = [
        ("ransomware", "data", "P0", "ransomware"),
        ("data_breach", "data", "P0", "data-breach"),
        ("agent_hijack", "ai_agent", "P1", "agent-hijack"),
        ("prompt_injection", "ai_agent", "P1", "prompt-injection"),
        ("phishing", "human_identity", "P1", "phishing"),
        ("ddos", "infrastructure", "P1", "ddos"),
        ("vulnerability", "application", "P1", "vulnerability"),
        ("supply_chain", "application", "P2", "supply-chain"),
        ("hallucination", "ai_agent", "P2", "hallucination"),
        ("misconfiguration", "application", "P3", "misconfiguration"),
    ];
    for (category, layer, priority, playbook) in table {
        let id = analyst.alerts(&alert(category));
        let answer = app.viewer().get(&format!("/api/incidents/{id}/classification")).expect(200);
        let suggested = json!({"layer": layer, "priority": priority, "playbook": playbook});
        assert_contains(&answer, &suggested);
        assert!(text(&answer["version"]).len() > 3 && !answer["explanation"].as_array().unwrap().is_empty());
        // Suggested, never set.
        assert_contains(&analyst.incident(&id), &json!({"priority": null, "severity_score": 0}));
    }
    for category in [
        "malware",
        "credential_theft",
        "bec",
        "data_poisoning",
        "model_theft",
        "deepfake",
        "insider",
        "other",
    ] {
        let id = analyst.alerts(&alert(category));
        let answer = analyst.get(&format!("/api/incidents/{id}/classification")).expect(200);
        assert!(["P0", "P1", "P2", "P3"].contains(&text(&answer["priority"]).as_str()), "{category}");
    }
}

fn the_flat_record(app: &App) {
    let id = app.analyst().reports(&report("Flat"));
    let answer = app.analyst().changes(&id, &json!({"title": "Flatter"}));
    let fields = [
        "evidence_status",
        "id",
        "priority",
        "public_id",
        "severity",
        "severity_score",
        "sla_due_at",
        "status",
        "status_lifecycle",
        "updated_at",
    ];
    let mut wanted: Vec<&str> = fields.into_iter().chain(FLAGS).collect();
    wanted.sort_unstable();
    assert_eq!(members(&answer), wanted);
    assert!(FLAGS.iter().all(|flag| answer[flag].is_boolean()));
}

fn patches_change_and_clear(app: &App) {
    let analyst = app.analyst();
    let id = analyst.reports(&report("Before"));
    let set = json!({
        "title": "After", "summary": "Long story", "category": "malware", "level": "L4_resilience",
        "disposition": "true_positive", "country": "PL", "location": {"lat": 52.2, "lon": 21.0}, "sector": "health",
        "asset": "srv-7", "agent_id": unique("agent"), "impact_confidentiality": 1, "impact_integrity": 2,
        "impact_availability": 3, "occurred_at": "2026-07-01T00:00:00Z", "detected_at": "2026-07-02T00:00:00Z",
        "aware_at": "2026-07-03T00:00:00.500Z", "tags": ["a", "ł"],
    });
    analyst.changes(&id, &set);
    assert_contains(&analyst.incident(&id), &set);
    let cleared = [
        "summary",
        "disposition",
        "country",
        "location",
        "sector",
        "asset",
        "agent_id",
        "occurred_at",
        "detected_at",
        "aware_at",
    ];
    let nulls: Value = cleared
        .iter()
        .map(|name| ((*name).to_owned(), Value::Null))
        .collect::<serde_json::Map<_, _>>()
        .into();
    analyst.changes(&id, &nulls);
    let after = analyst.incident(&id);
    assert!(cleared.iter().all(|name| after[name].is_null()), "{after}");
    assert_eq!(after["title"], "After");
    // What was already so is no change.
    analyst.changes(&id, &json!({"title": "After"}));
    assert_eq!(analyst.incident(&id)["version"], after["version"]);
}

fn the_timeline_tells_all(app: &App) {
    let operator = app.operator();
    let id = operator.reports_and_proves("Told");
    operator.changes(&id, &json!({"priority": "P1"}));
    let evidence = text(&operator.incident(&id)["evidence"][0]["id"]);
    let path = format!("/api/evidence/{evidence}/custody");
    operator.post(&path, &custody("2026-07-05T00:00:00Z", "sealed", ABC)).expect(201);
    operator.changes(&id, &json!({"status_lifecycle": "closed"}));
    let timeline = operator.get(&format!("/api/incidents/{id}/timeline?per_page=100")).expect(200);
    let entries = timeline["data"].as_array().unwrap();
    assert_eq!(timeline["meta"]["total"], entries.len());
    let told: Vec<String> = entries.iter().map(|e| text(&e["event"])).collect();
    let expected = [
        "incident.created",
        "evidence.attached",
        "custody.appended",
        "incident.updated",
        "action.added",
        "action.updated",
        "incident.updated",
        "custody.appended",
        "incident.updated",
    ];
    assert_eq!(told, expected);
    assert!(entries.iter().map(|e| millis(&text(&e["ts"]))).is_sorted());
    assert!(entries.iter().all(|e| e["actor"] == "operator:operator"), "{timeline}");
    // By pages and by cursors it is the same.
    let path = format!("/api/incidents/{id}/timeline?per_page=2");
    let pages = (1..=entries.len().div_ceil(2)).flat_map(|page| {
        operator.get(&format!("{path}&page={page}")).expect(200)["data"].as_array().unwrap().clone()
    });
    assert_eq!(&pages.collect::<Vec<_>>(), entries);
    assert_eq!(&operator.walk(&path), entries);
}
