//! Webhooks for events (docs/events.md): signed, complete, in order, repeated, given up, disabled, and through kill -9.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_tests::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;

on_both! {
    own: what_a_receiver_gets, complete_and_in_order_under_writers, failures_are_repeated_in_order, dead_letters,
        a_failing_webhook_is_disabled, a_secret_is_rotated, nothing_is_lost_by_kill_9, what_cannot_be_subscribed_is_refused, an_audience_hears_its_own;
}

const SOON: Duration = Duration::from_secs(30);

/// A registry that may call this machine and is impatient.
fn impatient(engine: Engine, waits: &str, patience: u32) -> App {
    let settings = format!(
        "outbound_hosts = ['127.0.0.1']\n[webhooks]\nallow_private = true\nallow_plain = true\n\
         retry_seconds = {waits}\ndisable_after_seconds = {patience}\n"
    );
    App::configured(engine, &settings, &[])
}

fn subscribed(app: &App, hook: &Hook, types: &[&str], audience: &str) -> Value {
    let body = json!({"url": hook.url(), "types": types, "audience": audience});
    app.admin().post("/api/webhooks", &body).expect(201)
}

fn path_of(webhook: &Value) -> String {
    format!("/api/webhooks/{}", text(&webhook["id"]))
}

/// The numbers of the events of all calls so far.
fn numbers(hook: &Hook) -> Vec<i64> {
    hook.calls().iter().map(|c| text(&c.json()["id"]).parse().unwrap()).collect()
}

fn called(hook: &Hook, times: usize) -> Vec<HookCall> {
    until("calls arrive", SOON, || Some(hook.calls()).filter(|calls| calls.len() >= times))
}

/// Its deliveries, oldest event first.
fn deliveries(app: &App, webhook: &Value) -> Vec<Value> {
    let mut all = app.admin().walk(&format!("{}/deliveries?per_page=100", path_of(webhook)));
    all.reverse();
    all
}

fn what_a_receiver_gets(engine: Engine) {
    let hook = Hook::start();
    let app = impatient(engine, "[1]", 60);
    let admin = app.admin();
    let send = || {
        let body =
            json!({"url": hook.url(), "types": ["incident.*"], "audience": "analyst", "description": "SOAR"});
        admin.request("POST", "/api/webhooks").json(&body).header("idempotency-key", "once").send()
    };
    let (first, again) = (send(), send());
    let webhook = first.expect(201);
    assert_eq!(again.expect(201), webhook, "the same answer, the secret too");
    let secret = text(&webhook["secret"]);
    assert!(secret.starts_with("whsec_"));
    assert_eq!(first.header("location"), Some(path_of(&webhook).as_str()));

    let id = app.operator().reports(&report("Told"));
    app.operator().adds_step(&id, "Not told");
    app.operator().changes(&id, &json!({"title": "Changed"}));
    let calls = called(&hook, 2);
    for call in &calls {
        assert!(call.is_signed_with(&secret), "{:?}", call.headers);
        assert_eq!(call.headers["content-type"], "application/cloudevents+json; charset=utf-8");
        let sent: i64 = call.headers["webhook-timestamp"].parse().unwrap();
        assert!((sent * 1000 - now_millis()).abs() < 60_000);
        let event = call.json();
        let all = ["data", "datacontenttype", "id", "source", "specversion", "subject", "time", "type"];
        assert_eq!(members(&event), all);
        assert_contains(
            &event,
            &json!({"specversion": "1.0", "subject": id, "datacontenttype": "application/json"}),
        );
        assert_eq!(members(&event["data"]), ["actor", "detail", "incident_id"]);
        assert!(call.id().ends_with(&format!("-{}", text(&event["id"]))));
    }
    assert_eq!(calls[0].json()["type"], "org.probatum.incident.created");
    assert_eq!(calls[1].json()["type"], "org.probatum.incident.updated");
    assert_eq!(calls[1].json()["data"]["actor"], "operator:operator");

    // What is kept of it.
    let rows = until("both are noted", SOON, || Some(deliveries(&app, &webhook)).filter(|d| d.len() == 2));
    assert_contains(
        &rows[0],
        &json!({"type": "incident.created", "state": "delivered", "attempts": 1, "status": 200}),
    );
    let read = admin.get(&path_of(&webhook)).expect(200);
    assert_contains(&read, &json!({"active": true, "last_error": null, "description": "SOAR", "missed": 0}));
    let listed = admin.get("/api/webhooks").expect(200);
    assert_eq!((&listed["meta"]["total"], &listed["data"][0]["id"]), (&json!(1), &webhook["id"]));
    for shown in [&read, &listed, &json!(rows)] {
        assert!(!shown.to_string().contains("whsec_"), "{shown}");
    }
    let metrics = admin.get("/metrics").text();
    assert!(metrics.contains("probatum_webhook_deliveries_total{outcome=\"delivered\"} 2"), "{metrics}");

    // A test is signed the same way and is nobody's event.
    let tested = admin.post(&format!("{}/test", path_of(&webhook)), &json!({})).expect(200);
    assert_eq!(tested, json!({"delivered": true, "status": 200, "error": null}));
    let call = hook.calls().last().unwrap().clone();
    assert!(call.is_signed_with(&secret) && call.json()["type"] == "org.probatum.webhook.tested");
    hook.answers(503, "");
    let tested = admin.post(&format!("{}/test", path_of(&webhook)), &json!({})).expect(200);
    assert_contains(&tested, &json!({"delivered": false, "status": 503}));

    // Neither log nor database has the secret.
    assert!(!app.server().output().contains(&secret));
    if engine == Engine::Sqlite {
        let file = app.database().trim_start_matches("sqlite://").to_owned();
        for end in ["", "-wal"] {
            let bytes = std::fs::read(format!("{file}{end}")).unwrap_or_default();
            assert!(
                !bytes.windows(secret.len()).any(|w| w == secret.as_bytes()),
                "the secret is in {file}{end}"
            );
        }
    }
    assert_eq!(admin.delete(&path_of(&webhook)).status, 204);
    admin.get(&path_of(&webhook)).problem(404, "not_found");
    admin.delete(&path_of(&webhook)).problem(404, "not_found");
    let told = admin.walk("/api/audit?per_page=100");
    assert!(told.iter().any(|e| e["action"] == "webhook.deleted"));
    assert!(!json!(told).to_string().contains("whsec_"));
}

/// Eight writers on two replicas; everything arrives once, in order, though two processes might deliver.
fn complete_and_in_order_under_writers(engine: Engine) {
    let hook = Hook::start();
    let app = impatient(engine, "[1]", 60);
    let second = app.replica();
    app.key_of("operator");
    let webhook = subscribed(&app, &hook, &["incident.created", "action.*"], "viewer");
    at_once(8, |n| {
        let server = if n % 2 == 0 { app.server() } else { &second };
        let client = app.client_of(server).with_key(&app.key_of("operator"));
        for _ in 0..8 {
            let id = client.reports(&report("Written"));
            client.adds_step(&id, "A step");
        }
    });
    let logged = app.admin().walk("/api/audit?per_page=100");
    let wanted = |e: &&Value| matches!(e["action"].as_str(), Some("incident.created" | "action.added"));
    let mut expected: Vec<i64> = logged.iter().filter(wanted).map(|e| e["seq"].as_i64().unwrap()).collect();
    expected.reverse();
    assert_eq!(expected.len(), 128);
    called(&hook, expected.len());
    assert_eq!(numbers(&hook), expected);
    let secret = text(&webhook["secret"]);
    let calls = hook.calls();
    assert!(calls.iter().all(|c| c.is_signed_with(&secret)));
    assert_eq!(calls.iter().map(HookCall::id).collect::<BTreeSet<_>>().len(), calls.len());
}

fn failures_are_repeated_in_order(engine: Engine) {
    let hook = Hook::start();
    let app = impatient(engine, "[0, 1, 1, 1, 1, 1, 1, 1, 1, 1]", 600);
    let webhook = subscribed(&app, &hook, &["incident.created"], "viewer");
    let other = Hook::start();
    subscribed(&app, &other, &["incident.created"], "viewer");
    hook.answers(500, "");
    let ids: Vec<String> = (0..3).map(|n| app.reporter().reports(&report(&format!("No. {n}")))).collect();
    let calls = called(&hook, 3);
    assert!(calls.iter().all(|c| c.id() == calls[0].id()), "the first until it is taken");
    assert_eq!(called(&other, 3).len(), 3, "nobody else waits");
    let waiting = until("a failure is noted", SOON, || {
        let read = app.admin().get(&path_of(&webhook)).expect(200);
        read["last_error"].is_string().then_some(read)
    });
    assert_contains(&waiting, &json!({"active": true, "last_error": "the receiver answered with HTTP 500"}));
    assert!(waiting["failing_since"].is_string() && waiting["next_try_at"].is_string(), "{waiting}");
    hook.answers(204, "");
    let done = until("all are delivered", SOON, || {
        Some(deliveries(&app, &webhook))
            .filter(|d| d.len() == 3 && d.iter().all(|d| d["state"] == "delivered"))
    });
    assert!(done[0]["attempts"].as_i64().unwrap() >= 3, "{done:?}");
    assert_eq!((&done[1]["attempts"], &done[2]["attempts"]), (&json!(1), &json!(1)));
    let subjects: Vec<Value> = hook.calls().iter().map(|c| c.json()["subject"].clone()).collect();
    let mut order = subjects.clone();
    order.dedup();
    assert_eq!(order, ids.iter().map(|id| json!(id)).collect::<Vec<_>>(), "in order: {subjects:?}");
    let read = app.admin().get(&path_of(&webhook)).expect(200);
    assert_contains(&read, &json!({"failing_since": null, "last_error": null, "next_try_at": null}));
}

fn dead_letters(engine: Engine) {
    let hook = Hook::start();
    let app = impatient(engine, "[0, 0]", 600);
    let (admin, webhook) = (app.admin(), subscribed(&app, &hook, &["incident.created"], "viewer"));
    let first = app.reporter().reports(&report("Taken"));
    called(&hook, 1);
    let next = format!("INC-{}", first[4..].replace("0001", "0002"));
    hook.refuses(Some(&next));
    assert_eq!(app.reporter().reports(&report("Refused")), next);
    let last = app.reporter().reports(&report("Taken again"));
    let rows = until("the last is delivered", SOON, || {
        Some(deliveries(&app, &webhook)).filter(|d| d.len() == 3 && d[2]["state"] == "delivered")
    });
    assert_contains(&rows[1], &json!({"state": "dead", "attempts": 3, "status": 500, "next_try_at": null}));
    let subjects: Vec<String> = hook.calls().iter().map(|c| text(&c.json()["subject"])).collect();
    let order = [&first, &next, &next, &next, &last].map(|id| id.as_str());
    assert_eq!(subjects, order);
    let dead = admin.get(&format!("{}/deliveries?state=dead", path_of(&webhook))).expect(200);
    assert_eq!((&dead["meta"]["total"], &dead["data"][0]["event"]), (&json!(1), &rows[1]["event"]));

    // Once more: still refused, then taken, each time with the id it had.
    let redeliver = format!("{}/redeliver", path_of(&webhook));
    let event = rows[1]["event"].clone();
    admin.post(&redeliver, &json!({"event": rows[0]["event"]})).problem(404, "not_found");
    assert_eq!(admin.post(&redeliver, &json!({"event": event})).expect(202), json!({"queued": 1}));
    let state = |attempts: i64| {
        until("it was tried once more", SOON, || {
            let row = deliveries(&app, &webhook)[1].clone();
            (row["attempts"] == attempts).then(|| text(&row["state"]))
        })
    };
    assert_eq!(state(4), "dead");
    hook.refuses(None);
    assert_eq!(admin.post(&redeliver, &json!({})).expect(202), json!({"queued": 1}));
    assert_eq!(state(5), "delivered");
    assert_eq!(admin.post(&redeliver, &json!({})).expect(202), json!({"queued": 0}));
    let of_it: BTreeSet<String> = hook
        .calls()
        .iter()
        .filter(|c| c.json()["subject"] == next.as_str())
        .map(|c| c.id().to_owned())
        .collect();
    assert_eq!(of_it.len(), 1, "{of_it:?}");
    // And what is new still comes.
    let new = app.reporter().reports(&report("New"));
    assert_eq!(called(&hook, 8).last().unwrap().json()["subject"], new.as_str());
}

fn a_failing_webhook_is_disabled(engine: Engine) {
    let hook = Hook::start();
    let app = impatient(engine, "[1, 1, 1, 1, 1, 1, 1, 1, 1, 1]", 2);
    let (admin, webhook) = (app.admin(), subscribed(&app, &hook, &["incident.created"], "viewer"));
    let disabled = || {
        until("it is disabled", SOON, || {
            Some(admin.get(&path_of(&webhook)).expect(200)).filter(|w| w["active"] == false)
        })
    };
    hook.answers(500, "");
    app.reporter().reports(&report("Never taken"));
    let reason = text(&disabled()["disabled_reason"]);
    assert!(reason.starts_with("nothing was delivered since ") && reason.ends_with("HTTP 500"), "{reason}");
    let calls = hook.calls().len();
    app.reporter().reports(&report("Kept for later"));
    admin.post(&format!("{}/redeliver", path_of(&webhook)), &json!({})).problem(409, "state_conflict");
    let log = admin.walk("/api/audit?action=webhook.disabled");
    assert_eq!((log.len(), &log[0]["subject"]), (1, &webhook["id"]));
    assert_eq!(log[0]["actor"], "system:webhooks");

    // It goes on where it was.
    assert_eq!(hook.calls().len(), calls, "nothing is sent to a disabled webhook");
    hook.answers(200, "");
    let enabled = admin.post(&format!("{}/enable", path_of(&webhook)), &json!({})).expect(200);
    assert_contains(&enabled, &json!({"active": true, "disabled_reason": null}));
    let rows = until("both are delivered", SOON, || {
        Some(deliveries(&app, &webhook))
            .filter(|d| d.len() == 2 && d.iter().all(|d| d["state"] == "delivered"))
    });
    assert_eq!(rows.len(), 2);

    // 410 says it at once.
    hook.answers(410, "");
    app.reporter().reports(&report("Gone"));
    assert!(text(&disabled()["disabled_reason"]).contains("410"));
}

fn a_secret_is_rotated(engine: Engine) {
    let hook = Hook::start();
    let app = impatient(engine, "[1]", 60);
    let (admin, webhook) = (app.admin(), subscribed(&app, &hook, &["incident.created"], "viewer"));
    assert_eq!(webhook["previous_secret_until"], Value::Null);
    let rotate = format!("{}/rotate", path_of(&webhook));
    let once = || admin.request("POST", &rotate).header("idempotency-key", "rotate").send();
    let (first, again) = (once().expect(200), once().expect(200));
    assert_eq!(first, again, "the same answer, the secret too");
    let [old, new] = [&webhook, &first].map(|w| text(&w["secret"]));
    assert!(new.starts_with("whsec_") && new != old);
    let minutes = (millis(&text(&first["previous_secret_until"])) - now_millis()) / 60_000;
    assert!((24 * 60 - 10..=24 * 60).contains(&minutes), "{minutes}");
    assert!(!admin.get(&path_of(&webhook)).text().contains("whsec_"));

    // Receivers with either are served.
    app.reporter().reports(&report("Signed twice"));
    let call = called(&hook, 1)[0].clone();
    assert!(call.is_signed_with(&new) && call.is_signed_with(&old), "{:?}", call.headers);
    assert_eq!(call.headers["webhook-signature"].split(' ').count(), 2);

    // Without an overlap the one before ends at once.
    let own = json!({"secret": hook::SECRET, "overlap_hours": 0});
    let last = admin.post(&rotate, &own).expect(200);
    assert_contains(&last, &json!({"secret": hook::SECRET, "previous_secret_until": null}));
    app.reporter().reports(&report("Signed once"));
    let call = called(&hook, 2)[1].clone();
    assert!(call.is_signed() && !call.is_signed_with(&new) && !call.is_signed_with(&old));

    let problem = admin.post(&rotate, &json!({"secret": "hunter2", "overlap_hours": 1})).invalid(&["secret"]);
    assert!(!problem.to_string().contains("hunter2"), "{problem}");
    for hours in [-1, 169] {
        admin.post(&rotate, &json!({"overlap_hours": hours})).invalid(&["overlap_hours"]);
    }
    admin
        .post("/api/webhooks/wh-00000000000070008000000000000000/rotate", &json!({}))
        .problem(404, "not_found");
    let log = admin.walk("/api/audit?action=webhook.rotated");
    assert_eq!((log.len(), &log[0]["subject"]), (2, &webhook["id"]));
    assert!(!json!(log).to_string().contains("whsec_"));
}

fn nothing_is_lost_by_kill_9(engine: Engine) {
    durable();
    let hook = Hook::start();
    let mut app = impatient(engine, "[1, 1, 1]", 600);
    let webhook = subscribed(&app, &hook, &["incident.created"], "viewer");
    let mut ids: Vec<String> = (0..5).map(|_| app.reporter().reports(&report("Before"))).collect();
    called(&hook, 5);
    hook.hold();
    ids.extend((0..5).map(|_| app.reporter().reports(&report("During"))));
    let held = called(&hook, 6);
    app.kill();
    hook.release();
    app.restart();
    ids.extend((0..5).map(|_| app.reporter().reports(&report("After"))));
    // The claim of the dead holds for half a minute.
    let rows = until("all are delivered", Duration::from_secs(70), || {
        Some(deliveries(&app, &webhook))
            .filter(|d| d.len() == 15 && d.iter().all(|d| d["state"] == "delivered"))
    });
    assert_eq!(rows.len(), 15);
    let secret = text(&webhook["secret"]);
    assert!(hook.calls().iter().all(|c| c.is_signed_with(&secret)), "the key is that of before");
    let mut seen = BTreeSet::new();
    let new = |c: &HookCall| seen.insert(c.id().to_owned()).then(|| text(&c.json()["subject"]));
    let once: Vec<String> = hook.calls().iter().filter_map(new).collect();
    assert_eq!(once, ids, "without repetitions: each once, in order");
    assert!(hook.calls_for(held[5].id()) >= 2, "what was under way came again, under the same id");
    app.run(&["audit", "verify"]);
}

fn what_cannot_be_subscribed_is_refused(engine: Engine) {
    let hook = Hook::start();
    let app = impatient(engine, "[1]", 60);
    let admin = app.admin();
    let good = json!({"url": hook.url(), "types": ["*"]});
    let post = |with: Value| admin.post("/api/webhooks", &merged(good.clone(), with));
    for (with, field) in [
        (json!({"url": "https://elsewhere.example.org/hook"}), "url"),
        (json!({"url": "ftp://127.0.0.1/"}), "url"),
        (json!({"url": "https://user:hunter2@127.0.0.1/"}), "url"),
        (json!({"url": ""}), "url"),
        (json!({"types": []}), "types"),
        (json!({"types": ["incident.created", "incident.burnt"]}), "types[1]"),
        (json!({"types": vec!["*"; 51]}), "types"),
        (json!({"types": ["incident.created", "key.created"]}), "types[1]"),
        (json!({"types": ["webhook.*"], "audience": "analyst"}), "types[0]"),
        (json!({"secret": "hunter2"}), "secret"),
        (json!({"audience": "everybody"}), "audience"),
        (json!({"description": "x".repeat(501)}), "description"),
    ] {
        let problem = post(with).invalid(&[field]);
        assert!(!problem.to_string().contains("hunter2"), "{problem}");
    }
    let problem = post(json!({"url": "https://elsewhere.example.org/hook"})).invalid(&["url"]);
    assert!(problem.to_string().contains("outbound_hosts"), "the remedy: {problem}");
    admin.post("/api/webhooks", &json!({})).invalid(&["types", "url"]);
    assert_eq!(admin.get("/api/webhooks").expect(200)["meta"]["total"], 0, "nothing of it was kept");
    for path in ["/api/webhooks/nope", "/api/webhooks/wh-00000000000070008000000000000000"] {
        admin.get(path).problem(404, "not_found");
        admin.get(&format!("{path}/deliveries")).problem(404, "not_found");
    }
    let own = post(json!({"secret": hook::SECRET})).expect(201);
    assert_eq!(own["secret"], hook::SECRET);
    admin.get(&format!("{}/deliveries?state=lost", path_of(&own))).invalid(&["state"]);
    app.reporter().reports(&report("Signed with one's own"));
    assert!(called(&hook, 1)[0].is_signed());
    // The limit, by pages.
    for _ in 1..100 {
        post(json!({"types": ["webhook.disabled"], "audience": "auditor"})).expect(201);
    }
    post(json!({})).problem(409, "state_conflict");
    let all = admin.walk("/api/webhooks?per_page=30");
    let ids: BTreeSet<String> = all.iter().map(|w| text(&w["id"])).collect();
    assert_eq!((all.len(), ids.len()), (100, 100));
}

fn an_audience_hears_its_own(engine: Engine) {
    let app = impatient(engine, "[1]", 60);
    let analyst = app.analyst();
    app.key_of("viewer");
    let hooks = ["viewer", "analyst", "auditor"].map(|audience| {
        let hook = Hook::start();
        subscribed(&app, &hook, &["*"], audience);
        hook
    });
    let id = analyst.reports(&report("Heard"));
    analyst.attaches(&id, &confirming());
    analyst.attaches(&id, &merged(confirming(), json!({"visibility": "public"})));
    app.new_key("another", &["--role", "viewer"]);
    let last = analyst.reports(&report("The last"));
    for (hook, expected) in hooks.iter().zip([(1, 0), (2, 0), (2, 1)]) {
        let events = until("the last event arrives", SOON, || {
            let events: Vec<Value> = hook.calls().iter().map(HookCall::json).collect();
            events.iter().any(|e| e["subject"] == last.as_str()).then_some(events)
        });
        let count =
            |name: &str| events.iter().filter(|e| e["type"] == format!("org.probatum.{name}")).count();
        assert_eq!((count("evidence.attached"), count("key.created")), expected, "{events:?}");
    }
}
