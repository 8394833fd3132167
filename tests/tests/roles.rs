//! Every operation for every role and for nobody, and what each of them sees (CONTRACT §2).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_tests::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;

on_both! {
    shared: every_operation_for_every_role, steps_are_moved_by_operators, nobody_is_told_apart_from_a_stranger, credentials_that_are_no_good,
        evidence_is_seen_by_right, what_is_hidden_is_not_hinted_at, the_precise_place_is_seen_by_right, raw_data_is_seen_by_right, roles_add_up, actors_carry_their_role,
        keys_are_revoked_at_once, keys_have_an_end;
    own: a_public_viewer_is_a_viewer, the_first_start_prints_one_admin_key;
}

/// Every role, the admin last.
const ROLES: [&str; 10] = [
    "viewer",
    "reporter",
    "analyst",
    "operator",
    "senior_analyst",
    "incident_manager",
    "devsecops",
    "ai_safety",
    "legal_dpo",
    "admin",
];
const REPORT: &[&str] = &[
    "reporter",
    "analyst",
    "operator",
    "senior_analyst",
    "incident_manager",
    "devsecops",
    "ai_safety",
    "admin",
];
const ANALYSE: &[&str] = &["analyst", "operator", "senior_analyst", "incident_manager", "ai_safety", "admin"];
const OPERATE: &[&str] = &["operator", "senior_analyst", "incident_manager", "admin"];
const ALL_EVIDENCE: &[&str] = &[
    "analyst",
    "operator",
    "senior_analyst",
    "incident_manager",
    "devsecops",
    "ai_safety",
    "legal_dpo",
    "admin",
];
const AUDIT: &[&str] = &["legal_dpo", "admin"];
const LEGAL: &[&str] = &["legal_dpo", "admin"];
const RAW_DATA: &[&str] =
    &["analyst", "operator", "senior_analyst", "incident_manager", "ai_safety", "legal_dpo", "admin"];

const TRUST: &[&str] = &["ai_safety", "devsecops", "admin"];
const AGENTS: &[&str] = &["ai_safety", "admin"];

/// Who may call an operation.
enum Who {
    /// Anybody, without credentials.
    Public,
    /// These roles.
    Roles(&'static [&'static str]),
}
use Who::{Public, Roles};

/// The things the operations are tried on, anew for every caller.
struct Things {
    incident: String,
    evidence: String,
    action: String,
    /// An action somebody else asked for, which waits for level `analyst`.
    waiting: String,
    /// An action that was carried out and can be undone.
    done: String,
    agent: String,
    /// A delivery to the intake.
    delivery: String,
    /// An agent somebody else shut out, and what lets it in again.
    shut: String,
    proof: String,
    webhook: String,
    /// An incident that is reported to authorities, and so stays.
    filed: String,
    /// A report that was sent, and one that failed.
    sent: String,
    failed: String,
}

/// The operation for which nothing is right here: a delivery is given up after days only.
const RETRY: &str = "POST /api/intake/{id}/retry";

/// An operation of `/openapi.json`, who may call it, and a request that is right in every other respect.
type Operation = (&'static str, Who, fn(&Things) -> Option<Value>);

/// CONTRACT §2, operation by operation. One that is served and not listed here fails the test.
const MATRIX: &[Operation] = &[
    ("GET /api/incidents", Roles(&ROLES), |_| None),
    ("POST /api/incidents", Roles(REPORT), |_| Some(report("Mine"))),
    ("GET /api/incidents/{id}", Roles(&ROLES), |_| None),
    ("PATCH /api/incidents/{id}", Roles(ANALYSE), |_| Some(json!({"title": "Changed"}))),
    ("PUT /api/incidents/{id}", Roles(ANALYSE), |_| Some(json!({"severity": "high"}))),
    ("GET /api/incidents/{id}/timeline", Roles(&ROLES), |_| None),
    ("GET /api/incidents/{id}/classification", Roles(&ROLES), |_| None),
    ("GET /api/incidents/{id}/evidence", Roles(&ROLES), |_| None),
    ("POST /api/incidents/{id}/evidence", Roles(ANALYSE), |_| Some(confirming())),
    ("GET /api/evidence/{id}", Roles(&ROLES), |_| None),
    ("GET /api/evidence/{id}/content", Roles(&ROLES), |_| None),
    ("POST /api/evidence/{id}/custody", Roles(ANALYSE), |_| {
        Some(json!({"ts": timestamp(now_millis()), "actor": "analyst:kdzik", "action": "accessed"}))
    }),
    ("POST /api/evidence/{id}/verify", Roles(ANALYSE), |_| None),
    ("GET /api/incidents/{id}/actions", Roles(&ROLES), |_| None),
    ("POST /api/incidents/{id}/actions", Roles(OPERATE), |_| Some(json!({"title": "A step"}))),
    ("POST /api/incidents/{id}/playbook", Roles(OPERATE), |_| Some(json!({"playbook": "phishing"}))),
    ("GET /api/actions", Roles(&ROLES), |_| None),
    ("GET /api/actions/catalogue", Roles(&ROLES), |_| None),
    ("GET /api/incidents/{id}/triage", Roles(&ROLES), |_| None),
    ("POST /api/incidents/{id}/triage", Roles(ANALYSE), |_| Some(json!({}))),
    ("POST /api/intake/log", Roles(&["devsecops", "admin"]), |_| Some(json!({"message": unique("roles")}))),
    ("POST /api/intake/osint", Roles(OPERATE), |_| {
        let url = format!("https://news.example.org/{}", unique("roles"));
        Some(json!({"source": "Example Times", "url": url, "title": "Roles", "claim": "media"}))
    }),
    ("POST /api/intake/email", Roles(REPORT), |_| {
        Some(json!("From: a@example.org\r\nSubject: Roles\r\n\r\n"))
    }),
    ("POST /api/intake/stix", Roles(OPERATE), |_| {
        let id = format!("incident--00000000-0000-4000-8000-{:012x}", now_millis());
        let incident = json!({"type": "incident", "spec_version": "2.1", "id": id, "name": "Roles"});
        Some(
            json!({"type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000000", "objects": [incident]}),
        )
    }),
    ("GET /api/intake/{id}", Roles(ALL_EVIDENCE), |_| None),
    (RETRY, Roles(&["devsecops", "operator", "senior_analyst", "incident_manager", "admin"]), |_| None),
    ("GET /api/actions/{id}", Roles(&ROLES), |_| None),
    // Whoever may decide may not yet do the rest: see `steps_are_moved_by_operators`.
    ("PATCH /api/actions/{id}", Roles(ANALYSE), |_| Some(json!({"decision": "approve"}))),
    ("POST /api/actions/{id}/rollback", Roles(OPERATE), |_| None),
    ("GET /api/reports/incidents/{id}", Roles(LEGAL), |_| None),
    ("POST /api/reports/incidents/{id}/export", Roles(LEGAL), |_| Some(early_warning())),
    ("GET /api/reports/{id}", Roles(LEGAL), |_| None),
    ("GET /api/reports/{id}/bundle", Roles(LEGAL), |_| None),
    ("POST /api/reports/{id}/retry", Roles(LEGAL), |_| None),
    ("POST /api/reports/{id}/receipt", Roles(LEGAL), |_| Some(portal_receipt())),
    ("GET /api/agents", Roles(&ROLES), |_| None),
    ("POST /api/agents", Roles(AGENTS), |_| Some(json!({"id": unique("agent")}))),
    ("GET /api/agents/{id}", Roles(&ROLES), |_| None),
    ("PATCH /api/agents/{id}", Roles(AGENTS), |_| Some(json!({"owner": "crm"}))),
    ("GET /api/agents/{id}/history", Roles(&ROLES), |_| None),
    ("POST /api/agents/{id}/events", Roles(TRUST), |_| Some(json!({"event": "anomaly"}))),
    ("POST /api/agents/{id}/authorize", Roles(&ROLES), |_| Some(json!({"tool": "crm.read"}))),
    ("POST /api/agents/{id}/quarantine", Roles(AGENTS), |_| Some(json!({"reason": "anomaly"}))),
    ("POST /api/agents/{id}/restore", Roles(AGENTS), |t| Some(json!({"validation_ref": t.proof}))),
    ("GET /api/incidents/{id}/facts", Roles(RAW_DATA), |_| None),
    ("PUT /api/incidents/{id}/facts", Roles(RAW_DATA), |_| Some(json!({"entity": {"name": "Example"}}))),
    ("GET /api/incidents/{id}/deadlines", Roles(&ROLES), |_| None),
    ("GET /api/incidents/{id}/deadlines/history", Roles(&ROLES), |_| None),
    ("POST /api/incidents/{id}/deadlines/waivers", Roles(AUDIT), |_| {
        Some(json!({"regime": "gdpr", "reason": "Encrypted"}))
    }),
    ("GET /api/incidents/{id}/deadlines/waivers", Roles(RAW_DATA), |_| None),
    ("POST /api/incidents/{id}/deadlines/waivers/{number}/withdraw", Roles(AUDIT), |_| {
        Some(json!({"reason": "Not all of it"}))
    }),
    ("PUT /api/incidents/{id}/legal-hold", Roles(AUDIT), |_| Some(json!({"hold": false, "reason": "None"}))),
    ("GET /api/deadlines", Roles(&ROLES), |_| None),
    ("GET /api/reports/keys", Roles(&ROLES), |_| None),
    // After everything that needs the incident and its evidence.
    ("DELETE /api/incidents/{id}", Roles(&["admin"]), |_| None),
    ("GET /api/playbooks", Roles(&ROLES), |_| None),
    ("GET /api/playbooks/{type}", Roles(&ROLES), |_| None),
    ("GET /api/stats/incidents", Roles(&ROLES), |_| None),
    ("GET /api/map/incidents", Roles(&ROLES), |_| None),
    ("GET /api/incidents.csv", Roles(&ROLES), |_| None),
    ("GET /api/incidents.ndjson", Roles(&ROLES), |_| None),
    ("GET /api/audit", Roles(AUDIT), |_| None),
    ("GET /api/audit/checkpoint", Roles(AUDIT), |_| None),
    ("GET /api/audit/proof/{seq}", Roles(AUDIT), |_| None),
    ("GET /api/events", Roles(&ROLES), |_| None),
    ("GET /api/webhooks", Roles(&["admin"]), |_| None),
    ("POST /api/webhooks", Roles(&["admin"]), |_| Some(subscription())),
    ("GET /api/webhooks/{id}", Roles(&["admin"]), |_| None),
    ("GET /api/webhooks/{id}/deliveries", Roles(&["admin"]), |_| None),
    ("POST /api/webhooks/{id}/redeliver", Roles(&["admin"]), |_| Some(json!({}))),
    ("POST /api/webhooks/{id}/enable", Roles(&["admin"]), |_| None),
    ("POST /api/webhooks/{id}/rotate", Roles(&["admin"]), |_| None),
    ("POST /api/webhooks/{id}/test", Roles(&["admin"]), |_| None),
    ("DELETE /api/webhooks/{id}", Roles(&["admin"]), |_| None),
    ("GET /api/ip3/incidents", Public, |_| None),
    ("GET /api/ip3/stats", Public, |_| None),
    ("GET /api/ip3/playbooks", Public, |_| None),
    ("GET /metrics", Roles(&ROLES), |_| None),
    ("GET /health/live", Public, |_| None),
    ("GET /health/ready", Public, |_| None),
    ("GET /openapi.json", Public, |_| None),
];

/// A subscription to what never happens here.
fn subscription() -> Value {
    json!({"url": "https://127.0.0.1/hook", "types": ["webhook.disabled"], "audience": "auditor"})
}

fn things(app: &App) -> Things {
    let operator = app.operator();
    let incident = operator.reports(&report("Roles"));
    let parts = [
        Part::Field("kind", "log"),
        Part::Field("source", "edr"),
        Part::Field("confidence", "90"),
        Part::Field("visibility", "public"),
        Part::File("file", "edr.log", "text/plain", b"abc"),
    ];
    let evidence = operator.upload(&format!("/api/incidents/{incident}/evidence"), &parts).expect(201);
    let action = operator.adds_step(&incident, "A step");
    operator
        .put(&format!("/api/incidents/{incident}/facts"), &json!({"entity": {"country": "PL"}}))
        .expect(200);
    // Without a connector people carry it out.
    let done =
        text(&operator.orders(&incident, "quarantine_email", &json!({"message_id": "m"}))["action_id"]);
    operator.patch(&format!("/api/actions/{done}"), &json!({"status": "completed"})).expect(200);
    let orderer = app.person("orderer", "operator");
    let waiting = text(&orderer.orders(&incident, "block_ip", &json!({"ip": "192.0.2.7"}))["action_id"]);
    let custodian = app.anonymous().with_key(&app.new_key("custodian", &["--role", "ai_safety"]));
    let [agent, shut] = ["agent", "shut"].map(|word| {
        let id = unique(word);
        custodian.post("/api/agents", &json!({"id": id})).expect(201);
        id
    });
    let order = json!({"reason": "tool_abuse"});
    let case = custodian.post(&format!("/api/agents/{shut}/quarantine"), &order).expect(200);
    let proof = custodian.attaches(&text(&case["incident_id"]), &confirming());
    let webhook = text(&app.admin().post("/api/webhooks", &subscription()).expect(201)["id"]);
    let mail =
        operator.request("POST", "/api/intake/email").body("message/rfc822", "From: a@example.org\r\n\r\n");
    let delivery = text(&mail.send().expect(202)["id"]);
    let (filed, legal, target) = (app.reportable("Filed"), app.legal(), unique("blocked"));
    let sent = legal.exports(&filed, &early_warning());
    legal.report_when(&sent, "sent");
    // What lies in the spool folder is not written over.
    let name = format!("{}-2.zip", sent.strip_suffix("-1").unwrap());
    std::fs::create_dir_all(app.data().join("spool").join(&target)).unwrap();
    std::fs::write(app.data().join("spool").join(&target).join(name), "something else").unwrap();
    let failed = legal.exports(&filed, &merged(early_warning(), json!({"target": target})));
    legal.report_when(&failed, "failed");
    let evidence = text(&evidence["id"]);
    Things {
        incident,
        evidence,
        action,
        waiting,
        done,
        agent,
        delivery,
        shut,
        proof,
        webhook,
        filed,
        sent,
        failed,
    }
}

/// Calls an operation on these things.
fn call(client: &Client, operation: &Operation, things: &Things) -> Reply {
    let (method, path) = operation.0.split_once(' ').unwrap();
    let id = match path.split('/').nth(2) {
        Some("evidence") => &things.evidence,
        Some("actions") if path.ends_with("/rollback") => &things.done,
        Some("actions") if method == "PATCH" => &things.waiting,
        Some("actions") => &things.action,
        Some("reports") if path.contains("/incidents/") => &things.filed,
        Some("reports") if path.ends_with("/retry") => &things.failed,
        Some("reports") => &things.sent,
        Some("agents") if path.ends_with("/restore") => &things.shut,
        Some("agents") => &things.agent,
        Some("webhooks") => &things.webhook,
        Some("intake") => &things.delivery,
        _ => &things.incident,
    };
    let request = client.request(
        method,
        &path
            .replace("{id}", id)
            .replace("{type}", "phishing")
            .replace("{seq}", "1")
            .replace("{number}", "1"),
    );
    match (operation.2)(things) {
        Some(Value::String(mail)) => request.body("message/rfc822", mail).send(),
        Some(body) => request.json(&body).send(),
        None => request.send(),
    }
}

/// The operations the server documents.
fn served(app: &App) -> BTreeSet<String> {
    let openapi = app.anonymous().get("/openapi.json").expect(200);
    let methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
    let operations = openapi["paths"].as_object().unwrap().iter().flat_map(|(path, item)| {
        let of_path = item.as_object().unwrap().keys().filter(|k| methods.contains(&k.as_str()));
        of_path.map(move |method| format!("{} {path}", method.to_uppercase()))
    });
    operations.collect()
}

fn every_operation_for_every_role(app: &App) {
    let listed: BTreeSet<String> = MATRIX.iter().map(|(name, ..)| (*name).to_owned()).collect();
    assert_eq!(served(app), listed, "the operations served (left) are those of the matrix (right)");

    for role in ROLES {
        let things = things(app);
        for operation in MATRIX {
            if operation.0 == "GET /api/events" {
                // It has no end to wait for.
                EventStream::open(app.server(), &app.key_of(role), "", "");
                continue;
            }
            let reply = call(&app.user(role), operation, &things);
            let may = match operation.1 {
                Public => true,
                Roles(roles) => roles.contains(&role),
            };
            if may && operation.0 == RETRY {
                reply.problem(409, "state_conflict");
            } else if may {
                assert!(reply.status < 400, "{role}, {}: {} {}", operation.0, reply.status, reply.text());
            } else {
                let problem = reply.problem(403, "forbidden");
                let Roles(roles) = operation.1 else { continue };
                assert!(text(&problem["detail"]).contains(roles[0]), "{role}, {}: {problem}", operation.0);
            }
        }
    }
}

fn steps_are_moved_by_operators(app: &App) {
    for role in ROLES {
        let path = format!("/api/actions/{}", things(app).action);
        for body in [json!({"owner": "SOC"}), json!({"status": "in_progress", "comment": "on it"})] {
            let reply = app.user(role).patch(&path, &body);
            if OPERATE.contains(&role) {
                assert_contains(&reply.expect(200), &body);
                continue;
            }
            let detail = text(&reply.problem(403, "forbidden")["detail"]);
            let names = if ANALYSE.contains(&role) { "operator" } else { "analyst" };
            assert!(detail.contains(names), "{role}: {detail}");
        }
    }
}

fn nobody_is_told_apart_from_a_stranger(app: &App) {
    let things = things(app);
    let nothing = Things {
        incident: "INC-2026-999999".to_owned(),
        evidence: "ev-00000000000070008000000000000000".to_owned(),
        action: "act-00000000000070008000000000000000".to_owned(),
        waiting: "act-00000000000070008000000000000000".to_owned(),
        done: "act-00000000000070008000000000000000".to_owned(),
        agent: "nobody".to_owned(),
        delivery: "intake-00000000000070008000000000000000".to_owned(),
        shut: "nobody".to_owned(),
        proof: "ev-00000000000070008000000000000000".to_owned(),
        webhook: "wh-00000000000070008000000000000000".to_owned(),
        filed: "INC-2026-999999".to_owned(),
        sent: "RPT-2026-999999-1".to_owned(),
        failed: "RPT-2026-999999-1".to_owned(),
    };
    for operation in MATRIX {
        let Roles(_) = operation.1 else {
            call(&app.anonymous(), operation, &things).expect(200);
            continue;
        };
        // Whether the thing exists, and whether the body is right, is nobody's business but a caller's we know.
        for things in [&things, &nothing] {
            let reply = call(&app.anonymous(), operation, things);
            reply.problem(401, "unauthenticated");
            assert!(reply.header("www-authenticate").is_some(), "{}", operation.0);
        }
        let (method, path) = operation.0.split_once(' ').unwrap();
        if (operation.2)(&things).is_some() {
            let (nobody, path) = (app.anonymous(), path.replace("{id}", "nonsense"));
            let request = nobody.request(method, &path).body("text/plain", "?");
            request.send().problem(401, "unauthenticated");
        }
    }
}

fn credentials_that_are_no_good(app: &App) {
    let key = app.key_of("viewer");
    let (id, secret) = key.strip_prefix("tw_").unwrap().split_once('_').unwrap();
    let mut forged = secret.to_owned();
    forged.replace_range(..1, if secret.starts_with('0') { "1" } else { "0" });
    let bearers = [
        format!("tw_{id}_{forged}"),
        format!("tw_{id}_"),
        format!("tw_{id}"),
        format!("tw_{}_{secret}", "0".repeat(12)),
        "tw__".to_owned(),
        "x".repeat(5000),
        String::new(),
    ];
    for bearer in &bearers {
        for (header, value) in
            [("authorization", format!("Bearer {bearer}")), ("x-konsult-secret", bearer.clone())]
        {
            let reply = app.anonymous().with(header, &value).get("/api/incidents");
            reply.problem(401, "unauthenticated");
            assert!(!reply.text().contains(secret));
        }
    }
    for scheme in ["Basic", "bearer-ish", ""] {
        let value = format!("{scheme} {key}");
        app.anonymous()
            .with("authorization", value.trim())
            .get("/api/incidents")
            .problem(401, "unauthenticated");
    }
    // The scheme is case-insensitive (RFC 9110 §11.1).
    app.anonymous().with("authorization", &format!("bearer {key}")).get("/api/incidents").expect(200);
    // Where no credentials are needed, bad ones do no harm.
    app.anonymous().with_key("tw_000000000000_0").get("/health/live").expect(200);
}

fn evidence_is_seen_by_right(app: &App) {
    let analyst = app.analyst();
    let incident = analyst.reports(&report("Visibility"));
    let (path, mut items) = (format!("/api/incidents/{incident}"), Vec::new());
    for visibility in ["public", "restricted", "internal"] {
        let id = analyst.attaches(&incident, &merged(confirming(), json!({"visibility": visibility})));
        let entry = json!({"ts": timestamp(now_millis()), "actor": "analyst:kdzik", "action": "accessed"});
        analyst.post(&format!("/api/evidence/{id}/custody"), &entry).expect(201);
        items.push(id);
    }
    for role in ROLES {
        let client = app.user(role);
        let seen: &[String] = if ALL_EVIDENCE.contains(&role) { &items } else { &items[..1] };
        let listed = client.get(&format!("{path}/evidence")).expect(200);
        assert_eq!(listed["meta"]["total"], seen.len(), "{role}: a total must not tell of what is left out");
        let detail = client.get(&path).expect(200);
        for list in [&listed["data"], &detail["data"]["evidence"]] {
            let ids: Vec<String> = list.as_array().unwrap().iter().map(|e| text(&e["id"])).collect();
            assert_eq!(ids, seen, "{role}");
        }
        let timeline = client.get(&format!("{path}/timeline?per_page=100"));
        let timeline = (timeline.expect(200), timeline.text());
        assert_eq!(timeline.0["meta"]["total"], timeline.0["data"].as_array().unwrap().len());
        for id in &items {
            assert_eq!(timeline.1.contains(id.as_str()), seen.contains(id), "{role}: {id} in the timeline");
            let reply = client.get(&format!("/api/evidence/{id}"));
            if seen.contains(id) {
                reply.expect(200);
            } else {
                // The same answer as for what does not exist.
                let nothing =
                    client.get("/api/evidence/ev-00000000000070008000000000000000").problem(404, "not_found");
                let hidden = reply.problem(404, "not_found");
                assert_eq!(hidden["detail"], nothing["detail"]);
            }
        }
    }
}

fn what_is_hidden_is_not_hinted_at(app: &App) {
    let operator = app.operator();
    let incident = operator.reports_and_proves("Hidden proof");
    let detail = operator.incident(&incident);
    let (hidden, action) = (text(&detail["evidence"][0]["id"]), text(&detail["actions"][0]["id"]));
    let public = merged(bare("log", 50), json!({"visibility": "public", "contradicts": hidden}));
    let public = operator.attaches(&incident, &public);
    for path in [
        format!("/api/incidents/{incident}"),
        format!("/api/incidents/{incident}/evidence"),
        format!("/api/incidents/{incident}/actions"),
        format!("/api/incidents/{incident}/timeline?per_page=100"),
        format!("/api/actions/{action}"),
        format!("/api/evidence/{public}"),
    ] {
        for (role, sees) in [("operator", true), ("legal_dpo", true), ("viewer", false), ("reporter", false)]
        {
            let reply = app.user(role).get(&path);
            reply.expect(200);
            assert_eq!(reply.text().contains(&hidden), sees, "{role}, {path}: {}", reply.text());
        }
    }
}

fn the_precise_place_is_seen_by_right(app: &App) {
    let operator = app.operator();
    let incident = operator.reports(&report("Somewhere"));
    let path = format!("/api/incidents/{incident}");
    for body in [
        json!({"location": {"lat": 52.2297, "lon": 21.0122}, "title": "Elsewhere"}),
        json!({"location": {"lat": 51.1079, "lon": 17.0385}}),
        json!({"location": null}),
        json!({"location": {"lat": 50.0647, "lon": 19.945}}),
    ] {
        operator.changes(&incident, &body);
    }
    for role in ROLES {
        let client = app.user(role);
        let timeline = client.get(&format!("{path}/timeline"));
        let entries = timeline.expect(200)["data"].as_array().unwrap().len();
        let sees = ALL_EVIDENCE.contains(&role);
        // Created, then changed four times; of these one was of the title, too.
        assert_eq!(entries, if sees { 5 } else { 2 }, "{role}: {}", timeline.text());
        assert_eq!(timeline.expect(200)["meta"]["total"], entries, "{role}");
        for text in [timeline.text(), client.get(&path).text()] {
            for word in ["\"location\"", "50.0647", "19.945"] {
                assert_eq!(text.contains(word), sees, "{role}, {word}: {text}");
            }
        }
        assert!(timeline.text().contains("Elsewhere"), "{role}");
    }
}

fn raw_data_is_seen_by_right(app: &App) {
    let marker = unique("marker");
    let id = app.reporter().alerts(&merged(alert("phishing"), json!({"raw_data": {"note": marker}})));
    for role in ROLES {
        let client = app.user(role);
        let detail = client.get(&format!("/api/incidents/{id}"));
        detail.expect(200);
        assert_eq!(detail.text().contains(&marker), RAW_DATA.contains(&role), "{role}");
        for path in [format!("/api/incidents/{id}/timeline"), "/api/incidents?per_page=100".to_owned()] {
            assert!(!client.get(&path).text().contains(&marker), "{role}: {path}");
        }
    }
}

fn roles_add_up(app: &App) {
    let both = app.new_key("both", &["--role", "legal_dpo", "--role", "reporter"]);
    let client = app.anonymous().with_key(&both);
    // What one gives: to report. What the other gives: to read raw data. What neither gives: to change.
    let id = client.alerts(&merged(alert("phishing"), json!({"raw_data": {"a": 1}})));
    assert_eq!(client.incident(&id)["raw_data"], json!({"a": 1}));
    client.patch(&format!("/api/incidents/{id}"), &json!({"title": "x"})).problem(403, "forbidden");
}

fn actors_carry_their_role(app: &App) {
    for (role, prefix) in
        [("senior_analyst", "senior"), ("incident_manager", "manager"), ("ai_safety", "aiso")]
    {
        let id = app.user(role).reports(&report("By whom"));
        assert_eq!(app.viewer().incident(&id)["created_by"], format!("{prefix}:{role}"));
    }
}

fn keys_are_revoked_at_once(app: &App) {
    let key = app.new_key(&unique("revoked"), &["--role", "viewer"]);
    let client = app.anonymous().with_key(&key);
    client.get("/api/incidents").expect(200);
    let id = key.split('_').nth(1).unwrap();
    let list = app.run(&["key", "list"]);
    assert!(list.contains(id) && !list.contains(key.split('_').nth(2).unwrap()), "{list}");
    app.run(&["key", "revoke", id]);
    client.get("/api/incidents").problem(401, "unauthenticated");
}

fn keys_have_an_end(app: &App) {
    let name = unique("expiring");
    let key = app.new_key(&name, &["--role", "viewer", "--expires", "2h"]);
    app.anonymous().with_key(&key).get("/api/incidents").expect(200);
    let listed: Value = serde_json::from_str(&app.run(&["key", "list", "--json"])).unwrap();
    let mine = listed.as_array().unwrap().iter().find(|k| k["name"] == name.as_str()).unwrap();
    let left = millis(&text(&mine["expires_at"])) - now_millis();
    assert!((7_100_000..=7_200_000).contains(&left), "{mine}");
    for span in ["0d", "-1d", "soon", "90", ""] {
        let args = [
            "key",
            "create",
            "--name",
            "x",
            "--role",
            "viewer",
            "--expires",
            span,
            "--database",
            app.database(),
        ];
        let refused = run(&args);
        assert!(!refused.status.success() && refused.stdout.is_empty(), "{span}");
    }
}

fn a_public_viewer_is_a_viewer(engine: Engine) {
    let app = App::configured(engine, "outbound_hosts = ['127.0.0.1']", &["--public-viewer"]);
    let things = things(&app);
    let hidden = app.analyst().attaches(&things.incident, &confirming());
    for operation in MATRIX {
        let may = match operation.1 {
            Public => true,
            // Metrics are not public, whoever else may look.
            Roles(roles) => roles.contains(&"viewer") && operation.0 != "GET /metrics",
        };
        let reply = match operation.0 {
            // Its head: the rest has no end to wait for.
            "GET /api/events" => app.anonymous().request("HEAD", "/api/events").send(),
            _ => call(&app.anonymous(), operation, &things),
        };
        assert_eq!(reply.status < 400, may, "{}: {} {}", operation.0, reply.status, reply.text());
        assert!(may || matches!(reply.status, 401 | 403), "{}: {}", operation.0, reply.status);
    }
    app.anonymous().get(&format!("/api/evidence/{hidden}")).problem(404, "not_found");
    // Wrong credentials are refused all the same: whoever sends some wants to be somebody.
    app.anonymous().with_key("tw_000000000000_0").get("/api/incidents").problem(401, "unauthenticated");
}

fn the_first_start_prints_one_admin_key(engine: Engine) {
    let mut app = App::start(engine);
    let keys = |output: String| -> Vec<String> {
        output
            .split(|c: char| c.is_whitespace() || "\"'".contains(c))
            .filter(|w| w.starts_with("tw_"))
            .map(str::to_owned)
            .collect()
    };
    let printed = keys(app.server().output());
    assert_eq!(printed.len(), 1, "one key, once");
    let admin = app.anonymous().with_key(&printed[0]);
    let id = admin.reports(&report("By the first admin"));
    assert_eq!(admin.delete(&format!("/api/incidents/{id}")).status, 204);
    app.stop();
    app.restart();
    assert_eq!(keys(app.server().output()), Vec::<String>::new());
    app.anonymous().with_key(&printed[0]).get("/api/incidents").expect(200);
}
