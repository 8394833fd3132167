//! The stream of events (docs/events.md): complete, in order, resumable, and for each role what it may hear.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_tests::*;
use serde_json::json;
use std::time::Duration;

on_both! {
    own: complete_and_in_order_under_writers, a_stream_is_resumed_where_it_was, filters_choose, each_role_hears_its_own,
        what_cannot_be_followed_is_refused, a_stream_ends_with_its_key, a_stream_ends_with_the_server;
}

const WRITERS: usize = 8;
const EACH: usize = 12;

fn ids(events: &[StreamEvent]) -> Vec<i64> {
    events.iter().map(|e| e.id).collect()
}

/// Numbers of the audit log, in order.
fn logged(app: &App) -> Vec<i64> {
    let mut all: Vec<i64> =
        app.admin().walk("/api/audit?per_page=100").iter().map(|e| e["seq"].as_i64().unwrap()).collect();
    all.reverse();
    all
}

/// Eight writers on two replicas, and a stream on each: both hear everything, in the same order, while it is written.
fn complete_and_in_order_under_writers(engine: Engine) {
    let app = App::start(engine);
    let key = app.key_of("admin");
    app.key_of("operator");
    let second = app.replica();
    let streams = [app.server(), &second].map(|server| EventStream::open(server, &key, "?after=0", ""));
    at_once(WRITERS, |n| {
        let server = if n % 2 == 0 { app.server() } else { &second };
        let client = app.client_of(server).with_key(&app.key_of("operator"));
        for _ in 0..EACH {
            let id = client.reports(&report("Written"));
            client.attaches(&id, &confirming());
            client.adds_step(&id, "A step");
        }
    });
    let all = logged(&app);
    assert!(all.len() > WRITERS * EACH * 3);
    assert_eq!(all, (1..).take(all.len()).collect::<Vec<i64>>(), "the log has no gap");
    for stream in &streams {
        let heard = stream.first(all.len());
        assert_eq!(ids(&heard), all, "every event once, in order");
        for event in &heard {
            assert_eq!(event.data["id"], event.id.to_string());
            assert_eq!(event.data["type"], format!("org.probatum.{}", event.event));
        }
    }
    assert_eq!(streams[0].events(), streams[1].events(), "replicas tell the same");
    let late = EventStream::open(&second, &key, "?after=0", "");
    assert_eq!(late.first(all.len()), streams[0].events(), "and later the same again");
}

fn a_stream_is_resumed_where_it_was(engine: Engine) {
    let mut app = App::start(engine);
    let key = app.key_of("operator");
    let stream = EventStream::open(app.server(), &key, "", "");
    let operator = app.operator();
    let first: Vec<String> = (0..3).map(|n| operator.reports(&report(&format!("No. {n}")))).collect();
    let heard = stream.first(3);
    let subjects: Vec<String> = heard.iter().map(|e| text(&e.data["subject"])).collect();
    assert_eq!(subjects, first, "from now on, without what was before");
    drop(stream);

    // Meanwhile more happens, and the server is another.
    let missed = operator.reports(&report("Missed"));
    app.kill();
    app.restart();
    let last = heard[1].id;
    let header = format!("last-event-id: {last}\r\n");
    for (query, headers) in [
        (format!("?after={last}"), ""),
        (String::new(), header.as_str()),
        // What the client heard last counts more than where it once began.
        ("?after=0".to_owned(), header.as_str()),
    ] {
        let resumed = EventStream::open(app.server(), &key, &query, headers);
        let again = resumed.first(2);
        assert_eq!(again[0], heard[2]);
        assert_eq!(again[1].data["subject"], missed.as_str());
        assert_eq!(again[1].data["source"], heard[0].data["source"], "the registry keeps its name");
    }
}

fn filters_choose(engine: Engine) {
    let app = App::start(engine);
    let (operator, key) = (app.operator(), app.key_of("operator"));
    let [one, two] = ["One", "Two"].map(|title| operator.reports(&report(title)));
    let open = |query: &str| EventStream::open(app.server(), &key, query, "");
    let of_one = open(&format!("?incident={one}&after=0"));
    let steps = open("?types=action.*,incident.deleted&after=0");
    operator.adds_step(&two, "A step");
    operator.adds_step(&one, "A step");
    app.admin().delete(&format!("/api/incidents/{two}")).expect(204);
    let names = |events: &[StreamEvent]| events.iter().map(|e| e.event.clone()).collect::<Vec<_>>();
    assert_eq!(names(&steps.first(3)), ["action.added", "action.added", "incident.deleted"]);
    assert_eq!(names(&of_one.first(2)), ["incident.created", "action.added"]);
    let uuid = app.viewer().incident(&one)["id"].clone();
    assert!(of_one.events().iter().all(|e| e.data["data"]["incident_id"] == uuid));
}

fn each_role_hears_its_own(engine: Engine) {
    let app = App::start(engine);
    let analyst = app.analyst();
    let keys = ["viewer", "reporter", "analyst", "devsecops", "legal_dpo", "admin"].map(|r| app.key_of(r));
    let streams = keys.each_ref().map(|key| EventStream::open(app.server(), key, "", ""));
    let id = analyst.reports(&report("Heard"));
    analyst.attaches(&id, &confirming());
    analyst.attaches(&id, &merged(confirming(), json!({"visibility": "public"})));
    let key = app.new_key("another", &["--role", "viewer"]);
    let last = analyst.reports(&report("The last"));
    for (role, stream) in
        ["viewer", "reporter", "analyst", "devsecops", "legal_dpo", "admin"].iter().zip(&streams)
    {
        let heard = until("the last event arrives", Duration::from_secs(20), || {
            let heard = stream.events();
            heard.iter().any(|e| e.data["subject"] == last.as_str()).then_some(heard)
        });
        let count = |name: &str| heard.iter().filter(|e| e.event == name).count();
        let (brief, audits) =
            (matches!(*role, "viewer" | "reporter"), matches!(*role, "legal_dpo" | "admin"));
        assert_eq!(count("evidence.attached"), if brief { 1 } else { 2 }, "{role}: {heard:?}");
        assert_eq!(count("key.created"), usize::from(audits), "{role}");
        assert_eq!(count("incident.created"), 2, "{role}");
        for event in &heard {
            let data = &event.data["data"];
            assert_eq!(data.get("detail").is_some(), !brief, "{role}: {event:?}");
            assert_eq!(data.get("request_id").is_some(), audits, "{role}: {event:?}");
            assert!(!brief || members(data) == ["incident_id"], "{role}: {event:?}");
            assert!(!event.data.to_string().contains(key.rsplit('_').next().unwrap()));
        }
    }
}

fn what_cannot_be_followed_is_refused(engine: Engine) {
    let app = App::start(engine);
    let viewer = app.viewer();
    for (query, field) in [
        ("after=x", "after"),
        ("after=-1", "after"),
        ("after=1000000", "after"),
        ("types=incident.burnt", "types"),
        ("types=*.created", "types"),
        ("incident=nope", "incident"),
    ] {
        viewer.get(&format!("/api/events?{query}")).invalid(&[field]);
    }
    viewer.request("GET", "/api/events").header("last-event-id", "soon").send().invalid(&["Last-Event-ID"]);
    viewer.get("/api/events?colour=red").problem(400, "unknown_field");
    viewer.get("/api/events?incident=INC-2026-9999").problem(404, "not_found");
    app.anonymous().get("/api/events").problem(401, "unauthenticated");
    let head = viewer.request("HEAD", "/api/events").send();
    assert_eq!((head.status, head.header("content-type")), (200, Some("text/event-stream")));

    // What is not kept any more; the conformance suite has it for both databases.
    if engine == Engine::Postgres {
        let other = App::start(engine);
        (0..3).for_each(|n| drop(other.reporter().reports(&report(&format!("No. {n}")))));
        other.tamper("DELETE FROM outbox WHERE seq <= 2");
        let problem = other.viewer().get("/api/events?after=1").problem(410, "events_gone");
        assert!(text(&problem["detail"]).contains("the oldest is 3"), "{problem}");
        EventStream::open(other.server(), &other.key_of("viewer"), "?after=2", "").first(1);
    }

    // As many as one may have, and one more; what was closed comes free.
    let key = app.key_of("viewer");
    let mut mine: Vec<EventStream> = (0..16).map(|_| EventStream::open(app.server(), &key, "", "")).collect();
    viewer.get("/api/events").problem(429, "too_many_streams");
    let others = EventStream::open(app.server(), &app.key_of("analyst"), "", "");
    let metrics = || viewer.get("/metrics").text();
    assert!(metrics().contains("probatum_event_streams 17"));
    drop((mine.pop(), others));
    // That nobody listens any more shows at the second beat.
    until("a place comes free", Duration::from_secs(45), || {
        metrics().contains("probatum_event_streams 15").then_some(())
    });
    EventStream::open(app.server(), &key, "", "");
}

fn a_stream_ends_with_its_key(engine: Engine) {
    let app = App::start(engine);
    let key = app.new_key("leaving", &["--role", "admin"]);
    let stream = EventStream::open(app.server(), &key, "", "");
    let stays = EventStream::open(app.server(), &app.key_of("admin"), "", "");
    let id = key.split('_').nth(1).unwrap();
    app.run(&["key", "revoke", id]);
    let comments = stream.ended(Duration::from_secs(8));
    assert!(comments.last().unwrap().contains("credentials"), "{comments:?}");
    let after = app.reporter().reports(&report("After"));
    let told = |stream: &EventStream| stream.events().iter().any(|e| e.data["subject"] == after.as_str());
    until("the other goes on", Duration::from_secs(10), || told(&stays).then_some(()));
    assert!(!told(&stream));
    app.anonymous().with_key(&key).get("/api/events").problem(401, "unauthenticated");
}

fn a_stream_ends_with_the_server(engine: Engine) {
    let mut app = App::start(engine);
    let key = app.key_of("viewer");
    let stream = EventStream::open(app.server(), &key, "", "");
    let begun = now_millis();
    app.stop();
    let took = now_millis() - begun;
    assert!(took < 10_000, "a stop took {took} ms: it waited for the stream");
    let comments = stream.ended(Duration::from_secs(5));
    assert!(comments.last().unwrap().contains("stopping"), "{comments:?}");
    app.restart();
    let missed = app.reporter().reports(&report("After the stop"));
    let resumed = EventStream::open(app.server(), &key, &format!("?after={}", stream.last_id()), "");
    assert_eq!(resumed.first(1)[0].data["subject"], missed.as_str(), "also without any event before");
}
