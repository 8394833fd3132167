//! kill -9 while reports are made and delivered: none is lost, none is delivered twice (CONTRACT §10).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_tests::*;
use serde_json::json;
use std::time::Duration;

on_both! {
    own: killed_during_the_delivery, killed_right_after_acceptance;
}

/// A claim holds half a minute; the job loop looks every other second.
const LAPSED: Duration = Duration::from_secs(60);
const SOON: Duration = Duration::from_secs(20);

fn killed_during_the_delivery(engine: Engine) {
    durable();
    let hook = Hook::start();
    let mut app = App::configured(engine, &hook.gateway("uodo", "timeout_seconds = 20"), &[]);
    let id = app.reportable("Killed");
    hook.hold();
    let to_uodo = json!({"target": "uodo", "regime": "gdpr", "phase": "notification_72h"});
    let report = app.legal().exports(&id, &to_uodo);
    let before = until("the call is open", SOON, || hook.calls().pop());
    app.kill();
    hook.release();
    app.restart();
    let legal = app.legal();
    assert_eq!(
        legal.report(&report)["delivery"],
        "edelivery_pending",
        "nothing is known before the claim lapses"
    );
    let sent = legal.report_within(&report, "sent", LAPSED);
    let calls = hook.calls();
    assert_eq!(calls.len(), 2, "sent again, because nobody knows how the first one ended");
    assert!(calls.iter().all(|c| c.headers["idempotency-key"] == report), "with the same key");
    assert!(calls.iter().all(|c| c.bytes == before.bytes), "and the same bytes");
    assert_eq!(sent["file"]["size"], before.bytes.len());
    let told = app.viewer().timeline(&id, &["report.requested", "report.built", "report.sent"]);
    assert_eq!(told.len(), 3, "each once: {told:?}");
    app.run(&["audit", "verify"]);
}

const BATCH: usize = 10;

fn killed_right_after_acceptance(engine: Engine) {
    durable();
    let mut app = App::start(engine);
    let id = app.reportable("Accepted");
    let legal = app.legal();
    let accepted: Vec<String> = (0..BATCH).map(|_| legal.exports(&id, &early_warning())).collect();
    app.kill();
    app.restart();
    let legal = app.legal();
    let listed = legal.walk(&format!("/api/reports/incidents/{id}"));
    assert_eq!(listed.iter().map(|r| text(&r["report_id"])).collect::<Vec<_>>(), accepted, "none is lost");
    for report in &accepted {
        let sent = legal.report_within(report, "sent", LAPSED);
        let spooled = std::fs::read(app.data().join(format!("spool/csirt_nask/{report}.zip"))).unwrap();
        assert_eq!(sent["file"]["size"], spooled.len());
        let bundle = legal.get(&format!("/api/reports/{report}/bundle"));
        assert_eq!(bundle.bytes, spooled);
    }
    let told = app.viewer().timeline(&id, &["report.requested", "report.built", "report.sent"]);
    for report in &accepted {
        let of: Vec<_> =
            told.iter().filter(|e| e["subject"] == report.as_str()).map(|e| text(&e["event"])).collect();
        assert_eq!(of, ["report.requested", "report.built", "report.sent"]);
    }
    app.run(&["audit", "verify"]);
}
