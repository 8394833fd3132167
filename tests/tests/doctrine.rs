//! The doctrine over HTTP: nothing is claimed that is not proven, and every refusal leaves all as it was.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_tests::*;
use serde_json::{Value, json};

on_both! {
    shared: the_whole_path_to_closure, a_gap_carries_nothing, a_dispute_stops_everything, claims_carry_no_more_than_p2,
        only_validated_proof_closes, unfinished_actions_keep_it_open, every_step_of_the_response,
        every_step_of_the_queue, reopening_takes_a_reason, doctrine_comes_before_state, steps_go_their_way;
}

const LIFECYCLE: [&str; 6] = ["open", "triage", "contained", "remediated", "verified", "closed"];

/// Demands that a PATCH is refused like this and changes nothing, whatever else it asked for.
#[track_caller]
fn refuses(client: &Client, id: &str, patch: &Value, status: u16, code: &str) -> Value {
    let before = client.incident(id);
    let patch = merged(patch.clone(), json!({"summary": "must not be kept"}));
    let problem = client.patch(&format!("/api/incidents/{id}"), &patch).problem(status, code);
    assert_eq!(client.incident(id), before);
    problem
}

fn the_whole_path_to_closure(app: &App) {
    let (analyst, operator) = (app.analyst(), app.operator());
    let id = app.reporter().reports(&report("Files are encrypted on the file server"));
    analyst.attaches(&id, &confirming());
    assert_eq!(analyst.changes(&id, &json!({"priority": "P0", "severity": "critical"}))["priority"], "P0");
    let step = operator.adds_step(&id, "Restore from backup");
    for to in ["triage", "contained", "remediated"] {
        assert_eq!(analyst.changes(&id, &json!({"status_lifecycle": to}))["status_lifecycle"], to);
    }
    let test = merged(confirming(), json!({"kind": "remediation_test", "source": "restore-drill"}));
    let proof = analyst.attaches(&id, &test);
    operator.patch(&format!("/api/actions/{step}"), &json!({"status": "in_progress"})).expect(200);
    refuses(&analyst, &id, &json!({"status_lifecycle": "verified"}), 422, "evidence_required");
    let done = json!({"status": "completed", "validation_ref": proof, "comment": "all files read back"});
    let answer = operator.patch(&format!("/api/actions/{step}"), &done).expect(200);
    assert_contains(&answer, &done);
    for to in ["verified", "closed"] {
        assert_eq!(analyst.changes(&id, &json!({"status_lifecycle": to}))["status_lifecycle"], to);
    }

    let closed = app.viewer().incident(&id);
    assert_contains(&closed, &json!({"status": "resolved", "status_lifecycle": "closed", "priority": "P0"}));
    let times = ["created_at", "triaged_at", "contained_at", "resolved_at", "closed_at"];
    let times: Vec<i64> = times.iter().map(|t| millis(&text(&closed[*t]))).collect();
    assert!(times.is_sorted(), "{closed}");
    assert_eq!(app.analyst().incident(&id)["actions"][0]["validation_ref"], proof.as_str());
}

fn a_gap_carries_nothing(app: &App) {
    let analyst = app.analyst();
    let id = analyst.reports(&report("Something is wrong"));
    for priority in ["P0", "P1", "P2", "P3"] {
        refuses(&analyst, &id, &json!({"priority": priority}), 422, "evidence_required");
    }
    for to in ["contained", "remediated", "verified", "closed"] {
        refuses(&analyst, &id, &json!({"status_lifecycle": to}), 422, "evidence_required");
    }
    // An item that says nothing leaves it a gap.
    analyst.attaches(&id, &bare("log", 0));
    assert_eq!(analyst.incident(&id)["evidence_status"], "gap");
    refuses(&analyst, &id, &json!({"priority": "P3"}), 422, "evidence_required");
    // Looking at it is no claim.
    assert_eq!(analyst.changes(&id, &json!({"status_lifecycle": "triage"}))["status"], "triaged");
}

fn a_dispute_stops_everything(app: &App) {
    let analyst = app.analyst();
    let id = app.operator().reports_and_proves("A dispute");
    let first = text(&analyst.incident(&id)["evidence"][0]["id"]);
    analyst.changes(&id, &json!({"priority": "P1"}));
    analyst.attaches(&id, &merged(bare("log", 50), json!({"contradicts": first})));
    let incident = analyst.incident(&id);
    assert_eq!(incident["evidence_status"], "disputed");
    // A dispute is no disproof: what was granted stays, nothing more is granted.
    assert_eq!(incident["priority"], "P1");
    refuses(&analyst, &id, &json!({"priority": "P0"}), 422, "evidence_disputed");
    for to in ["contained", "remediated", "verified", "closed"] {
        refuses(&analyst, &id, &json!({"status_lifecycle": to}), 422, "evidence_disputed");
    }
}

fn claims_carry_no_more_than_p2(app: &App) {
    let analyst = app.analyst();
    for (kind, status) in [
        ("osint_article", "media_signal"),
        ("media_report", "media_signal"),
        ("public_statement", "public_claim"),
        ("reporter_statement", "public_claim"),
    ] {
        let id = analyst.reports(&report("They say"));
        // Confidence, hash and custody do not make a claim a proof.
        let claim = merged(confirming(), json!({"kind": kind, "confidence": 100}));
        let path = format!("/api/incidents/{id}/evidence");
        assert_eq!(analyst.post(&path, &claim).expect(201)["status"], status);
        assert_eq!(analyst.incident(&id)["evidence_status"], status);
        for priority in ["P0", "P1"] {
            refuses(&analyst, &id, &json!({"priority": priority}), 422, "claim_exceeds_proof");
        }
        for priority in ["P3", "P2"] {
            assert_eq!(analyst.changes(&id, &json!({"priority": priority}))["priority"], priority);
        }
        // Other evidence raises the incident, and then more may be claimed.
        analyst.attaches(&id, &bare("log", 40));
        assert_eq!(analyst.incident(&id)["evidence_status"], "internal");
        assert_eq!(analyst.changes(&id, &json!({"priority": "P0"}))["priority"], "P0");
    }
}

fn only_validated_proof_closes(app: &App) {
    let (analyst, operator) = (app.analyst(), app.operator());
    let id = analyst.reports(&report("No proof"));
    let confirmed = analyst.attaches(&id, &confirming());
    let internal = analyst.attaches(&id, &bare("log", 40));
    let other = analyst.reports(&report("Another incident"));
    let foreign = analyst.attaches(&other, &confirming());
    let step = operator.adds_step(&id, "Do something");
    let path = format!("/api/actions/{step}");
    let nobody = "ev-00000000000070008000000000000000";
    for reference in [internal.as_str(), &foreign, nobody] {
        let done = json!({"status": "completed", "validation_ref": reference});
        operator.patch(&path, &done).problem(422, "evidence_required");
    }
    operator.patch(&path, &json!({"validation_ref": confirmed})).problem(422, "evidence_required");
    assert_eq!(operator.get(&path).expect(200)["status"], "open");
    // Work that is done but not proven closes nothing.
    operator.patch(&path, &json!({"status": "completed"})).expect(200);
    for to in ["verified", "closed"] {
        let problem = refuses(&analyst, &id, &json!({"status_lifecycle": to}), 422, "evidence_required");
        assert!(text(&problem["detail"]).contains("validation_ref"));
    }
    operator.patch(&path, &json!({"validation_ref": confirmed})).expect(200);
    analyst.changes(&id, &json!({"status_lifecycle": "closed"}));
}

fn unfinished_actions_keep_it_open(app: &App) {
    let (analyst, operator) = (app.analyst(), app.operator());
    let id = operator.reports_and_proves("Work left");
    for status in ["open", "in_progress"] {
        let step = operator.adds_step(&id, "Something else");
        if status == "in_progress" {
            operator.patch(&format!("/api/actions/{step}"), &json!({"status": status})).expect(200);
        }
        refuses(&analyst, &id, &json!({"status_lifecycle": "closed"}), 409, "state_conflict");
        operator.patch(&format!("/api/actions/{step}"), &json!({"status": "cancelled"})).expect(200);
    }
    analyst.changes(&id, &json!({"status_lifecycle": "closed"}));
}

fn every_step_of_the_response(app: &App) {
    let (analyst, operator) = (app.analyst(), app.operator());
    for (from, at) in (0..).zip(LIFECYCLE) {
        let id = operator.reports_and_proves("Steps");
        if at != "open" {
            analyst.changes(&id, &json!({"status_lifecycle": at}));
        }
        // Backward and standing still first: they are refused and change nothing. Then the longest step forward.
        for (to, step) in (0..).zip(LIFECYCLE) {
            let patch = json!({"status_lifecycle": step, "reason": "a test"});
            if to > from || (at == "closed" && step == "open") {
                continue;
            }
            let problem = refuses(&analyst, &id, &patch, 409, "state_conflict");
            let allowed: &[&str] = if at == "closed" { &["open"] } else { &LIFECYCLE[from + 1..] };
            let detail = text(&problem["detail"]);
            assert!(allowed.iter().all(|word| detail.contains(word)), "{at} to {step}: {detail}");
        }
        let next = if at == "closed" { "open" } else { LIFECYCLE[from + 1] };
        let patch = json!({"status_lifecycle": next, "reason": "a test"});
        assert_eq!(analyst.changes(&id, &patch)["status_lifecycle"], next);
    }
}

fn every_step_of_the_queue(app: &App) {
    let analyst = app.analyst();
    let put = |id: &str, status: &str| {
        analyst.put(&format!("/api/incidents/{id}"), &json!({"status": status, "resolution": "looked at"}))
    };
    let id = analyst.alerts(&alert("phishing"));
    for status in ["open", "triaged", "triaged", "resolved", "open", "resolved", "triaged"] {
        let data = put(&id, status).expect(200)["data"].clone();
        assert_eq!(data["status"], status);
        assert_eq!(data["resolved_at"].is_null(), status != "resolved");
        assert_eq!(data["status_lifecycle"], "open", "the queue is a working note, not a claim");
    }
    let problem = put(&id, "open").problem(409, "state_conflict");
    assert!(text(&problem["detail"]).contains("resolved"));
    // Resolving takes a resolution.
    let unresolved = analyst.alerts(&alert("phishing"));
    let path = format!("/api/incidents/{unresolved}");
    analyst.put(&path, &json!({"status": "resolved"})).invalid(&["resolution"]);
    assert_eq!(analyst.incident(&unresolved)["status"], "open");
}

fn reopening_takes_a_reason(app: &App) {
    let analyst = app.analyst();
    let id = app.operator().reports_and_proves("Not over");
    analyst.changes(&id, &json!({"status_lifecycle": "closed"}));
    let path = format!("/api/incidents/{id}");
    analyst.patch(&path, &json!({"status_lifecycle": "open"})).invalid(&["reason"]);
    analyst.changes(&id, &json!({"status_lifecycle": "open", "reason": "it came back"}));
    let again = analyst.incident(&id);
    assert_contains(&again, &json!({"status": "open", "status_lifecycle": "open"}));
    assert!(again["closed_at"].is_null() && again["resolved_at"].is_null());
    assert!(again["contained_at"].is_string(), "what was reached stays on record");
    let timeline = analyst.get(&format!("{path}/timeline?per_page=100")).expect(200);
    assert!(timeline.to_string().contains("it came back"));
    // What proved the last remedy proves nothing about what came after it.
    refuses(&analyst, &id, &json!({"status_lifecycle": "closed"}), 422, "evidence_required");
    let operator = app.operator();
    let (proof, step) = (operator.attaches(&id, &confirming()), operator.adds_step(&id, "Once more"));
    let done = json!({"status": "completed", "validation_ref": proof});
    operator.patch(&format!("/api/actions/{step}"), &done).expect(200);
    analyst.changes(&id, &json!({"status_lifecycle": "closed"}));
    // What is closed takes no new work.
    let path = format!("{path}/actions");
    operator.post(&path, &json!({"title": "Too late"})).problem(409, "state_conflict");
}

fn doctrine_comes_before_state(app: &App) {
    let analyst = app.analyst();
    // Both wrong: the evidence is in dispute, and there is no step back.
    let id = app.operator().reports_and_proves("Both");
    analyst.changes(&id, &json!({"status_lifecycle": "remediated"}));
    let first = text(&analyst.incident(&id)["evidence"][0]["id"]);
    analyst.attaches(&id, &merged(bare("log", 50), json!({"contradicts": first})));
    refuses(&analyst, &id, &json!({"status_lifecycle": "contained"}), 422, "evidence_disputed");
    refuses(&analyst, &id, &json!({"status_lifecycle": "triage"}), 409, "state_conflict");
    // And a wrong field before either.
    let wrong = json!({"status_lifecycle": "contained", "impact_integrity": 9});
    refuses(&analyst, &id, &wrong, 400, "validation_failed");
}

fn steps_go_their_way(app: &App) {
    let operator = app.operator();
    let id = operator.reports(&report("Steps"));
    let finished = ["completed", "failed", "cancelled"];
    for end in finished {
        let step = operator.adds_step(&id, end);
        let path = format!("/api/actions/{step}");
        operator.patch(&path, &json!({"status": "in_progress"})).expect(200);
        operator.patch(&path, &json!({"status": end, "comment": "so be it"})).expect(200);
        for to in ["open", "in_progress", "completed", "failed", "cancelled"] {
            let problem = operator.patch(&path, &json!({"status": to})).problem(409, "state_conflict");
            assert!(text(&problem["detail"]).contains(end));
        }
        assert_eq!(operator.get(&path).expect(200)["status"], end);
    }
}
