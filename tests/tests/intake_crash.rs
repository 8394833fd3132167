//! kill -9 in the middle of log intake: nothing acknowledged is lost, nothing is counted twice.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_tests::*;
use serde_json::Value;
use std::sync::Mutex;

on_both! {
    own: acknowledged_events_are_counted_once_through_kill_9, two_replicas_count_once;
}

/// Deliveries, and the events of each.
const DELIVERIES: usize = 10;
const EVENTS: usize = 2_000;
/// Machines: each is one incident.
const HOSTS: usize = 40;

fn delivery(n: usize) -> String {
    let line = |i: usize| {
        let host = (n + i) % HOSTS;
        format!("{{\"message\":\"denied\",\"rule\":\"r\",\"host\":\"h-{host}\",\"seq\":\"{n}-{i}\"}}\n")
    };
    (0..EVENTS).map(line).collect()
}

/// How many events all incidents have together.
fn counted(client: &Client) -> u64 {
    let rows = client.walk("/api/incidents?per_page=100");
    let count = |row: &Value| client.incident(&text(&row["id"]))["event_count"].as_u64().unwrap();
    rows.iter().map(count).sum()
}

fn acknowledged_events_are_counted_once_through_kill_9(engine: Engine) {
    durable();
    let mut app = App::start(engine);
    let shipper = app.shipper();
    let acknowledged: Mutex<Vec<(usize, String)>> = Mutex::default();
    std::thread::scope(|scope| {
        let (shipper, acknowledged) = (&shipper, &acknowledged);
        for lane in 0..2 {
            scope.spawn(move || {
                for n in (lane..DELIVERIES).step_by(2) {
                    let request = shipper.request("POST", "/api/intake/log");
                    let Ok(reply) = request.body("application/x-ndjson", delivery(n)).try_send() else {
                        return;
                    };
                    acknowledged.lock().unwrap().push((n, text(&reply.expect(202)["id"])));
                }
            });
        }
        until("half of it was taken", std::time::Duration::from_secs(60), || {
            (acknowledged.lock().unwrap().len() >= DELIVERIES / 2).then_some(())
        });
        app.kill();
    });
    app.restart();
    let shipper = app.shipper();
    let acknowledged = acknowledged.into_inner().unwrap();
    // A sender that got no answer sends again; what had been taken is known.
    let mut all: Vec<String> = acknowledged.iter().map(|(_, id)| id.clone()).collect();
    for n in (0..DELIVERIES).filter(|n| !acknowledged.iter().any(|(of, _)| of == n)) {
        let taken = shipper.delivers("application/x-ndjson", delivery(n)).expect(202);
        let counts = taken.get("duplicate_of").unwrap_or(&taken["id"]);
        all.push(text(counts));
    }
    for id in &all {
        let settled = shipper.settled(id);
        assert_eq!(
            (&settled["status"], &settled["accepted"]),
            (&"processed".into(), &EVENTS.into()),
            "{settled}"
        );
    }
    let rows = app.viewer().walk("/api/incidents?per_page=100");
    assert_eq!(rows.len(), HOSTS, "one incident for each machine");
    assert_eq!(counted(&app.viewer()), u64::try_from(DELIVERIES * EVENTS).unwrap());
    app.run(&["audit", "verify"]);
}

fn two_replicas_count_once(engine: Engine) {
    // SQLite is one process's; there the same holds for two that should not be.
    let app = App::start(engine);
    let other = app.replica();
    let (one, two) = (app.shipper(), app.client_of(&other).with_key(&app.key_of("devsecops")));
    let ids = at_once(DELIVERIES, |n| {
        let client = if n % 2 == 0 { &one } else { &two };
        text(&client.delivers("application/x-ndjson", delivery(n)).expect(202)["id"])
    });
    for id in &ids {
        assert_eq!(two.settled(id)["accepted"], EVENTS);
    }
    assert_eq!(app.viewer().walk("/api/incidents?per_page=100").len(), HOSTS);
    assert_eq!(counted(&app.viewer()), u64::try_from(DELIVERIES * EVENTS).unwrap());
}
