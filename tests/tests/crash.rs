//! kill -9 under load: what was acknowledged is there, nothing is half there, and the audit log holds together.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_tests::*;
use serde_json::{Value, json};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

on_both! {
    own: acknowledged_writes_survive, a_stored_answer_survives, a_graceful_stop_loses_nothing,
        a_graceful_stop_answers_what_is_under_way;
}

const WRITERS: usize = 8;

/// What a writer was told: the id and the number of an incident.
type Acknowledged = (String, String);

/// Creates without end until the server is gone; every acknowledgement is kept the moment it arrives.
fn write_until_gone(client: &Client, acknowledged: &Mutex<Vec<Acknowledged>>, count: &AtomicUsize) {
    let body = merged(
        report("Under load"),
        json!({"agent_id": "agent-under-load", "raw_data": {"bytes": "x".repeat(500)}}),
    );
    loop {
        let Ok(reply) = client.request("POST", "/api/incidents").json(&body).try_send() else { return };
        // A server that is stopping may say so.
        if reply.status == 503 {
            return;
        }
        reply.expect(201);
        let answer = reply.json();
        acknowledged.lock().unwrap().push((text(&answer["id"]), text(&answer["public_id"])));
        count.fetch_add(1, Ordering::SeqCst);
    }
}

/// Lets the writers loose and ends the server by `end` once they have had `enough` acknowledgements.
fn under_load(app: &mut App, enough: usize, end: impl FnOnce(&mut App)) -> Vec<Acknowledged> {
    let (acknowledged, count) = (Mutex::default(), AtomicUsize::new(0));
    let client = app.reporter();
    std::thread::scope(|scope| {
        for _ in 0..WRITERS {
            scope.spawn(|| write_until_gone(&client, &acknowledged, &count));
        }
        until("the writers are at work", Duration::from_secs(60), || {
            (count.load(Ordering::SeqCst) >= enough).then_some(())
        });
        end(app);
    });
    acknowledged.into_inner().unwrap()
}

/// Every incident there is.
fn all(client: &Client) -> Vec<Value> {
    client.walk("/api/incidents?sort=created_at&per_page=100")
}

/// Nothing acknowledged is missing, nothing is half there, the numbers have no gap, and the log verifies.
fn assert_whole(app: &App, acknowledged: &[Acknowledged]) {
    let viewer = app.viewer();
    let rows = all(&viewer);
    for (id, number) in acknowledged {
        let row = rows.iter().find(|r| r["id"] == id.as_str());
        assert_eq!(
            row.unwrap_or_else(|| panic!("{number} was acknowledged and is lost"))["public_id"],
            number.as_str()
        );
    }
    let mut numbers: Vec<usize> =
        rows.iter().map(|r| text(&r["public_id"]).rsplit('-').next().unwrap().parse().unwrap()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=rows.len()).collect::<Vec<_>>());
    // What came along with the last rows is there too.
    for row in rows.iter().rev().take(20) {
        let id = text(&row["id"]);
        let timeline = viewer.get(&format!("/api/incidents/{id}/timeline")).expect(200);
        assert_eq!(timeline["data"][0]["event"], "incident.created");
    }
    app.run(&["audit", "verify"]);
}

fn acknowledged_writes_survive(engine: Engine) {
    durable();
    let mut app = App::start(engine);
    let mut acknowledged = Vec::new();
    for _ in 0..3 {
        acknowledged.extend(under_load(&mut app, 150, App::kill));
        app.restart();
        assert_whole(&app, &acknowledged);
    }
    // And it goes on where it was.
    let next = app.reporter().reports(&report("After the crash"));
    acknowledged.push((text(&app.viewer().incident(&next)["id"]), next));
    assert_whole(&app, &acknowledged);
}

fn a_stored_answer_survives(engine: Engine) {
    durable();
    let mut app = App::start(engine);
    let send = |app: &App, title: &str| {
        let reporter = app.reporter();
        let request = reporter.request("POST", "/api/incidents").json(&report(title));
        request.header("idempotency-key", "once").send()
    };
    let first = send(&app, "Once");
    first.expect(201);
    app.kill();
    app.restart();
    let again = send(&app, "Once");
    assert_eq!((again.status, &again.bytes), (201, &first.bytes));
    assert_eq!(again.header("location"), first.header("location"));
    send(&app, "Twice").problem(422, "idempotency_key_reused");
    assert_eq!(all(&app.viewer()).len(), 1);
}

fn a_graceful_stop_loses_nothing(engine: Engine) {
    durable();
    let mut app = App::start(engine);
    let acknowledged = under_load(&mut app, 100, App::stop);
    app.restart();
    assert_whole(&app, &acknowledged);
}

/// Ctrl-C and SIGTERM alike: the listener is gone, and who has begun to ask still gets their answer.
fn a_graceful_stop_answers_what_is_under_way(engine: Engine) {
    let mut app = App::start(engine);
    let key = app.key_of("reporter");
    for signal in ["INT", "TERM"] {
        let body = report(&format!("Under way, then SIG{signal}")).to_string();
        let head = format!(
            "POST /api/incidents HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\nexpect: 100-continue\r\n\
             content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            body.len()
        );
        let mut request = wire::Begun::new(app.server(), head.as_bytes());
        request.until_told("100 Continue");
        app.server().signal(signal);
        until("it listens no more", Duration::from_secs(30), || {
            std::net::TcpStream::connect(("127.0.0.1", app.server().port())).is_err().then_some(())
        });
        let answer = request.finish(body.as_bytes());
        assert!(answer.starts_with("HTTP/1.1 201"), "SIG{signal}: {answer}");
        let ended = app.ended();
        assert!(ended.success(), "SIG{signal}: {ended}");
        app.restart();
        assert_eq!(
            app.viewer().get("/api/incidents").expect(200)["data"][0]["title"],
            format!("Under way, then SIG{signal}")
        );
    }
}
