//! Requests that are wrong before they mean anything: each has its code, each answer the one shape (CONTRACT §1).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_tests::*;
use serde_json::json;

on_both! {
    shared: unknown_routes_and_methods, bad_ids, bodies_that_are_no_json, bodies_of_another_kind, bodies_too_large, bad_queries, request_ids, content_negotiation, bytes_no_client_would_send;
}

const NOBODY: &str = "01900000-0000-7000-8000-000000000000";

fn unknown_routes_and_methods(app: &App) {
    for path in [
        "/",
        "/api",
        "/api/",
        "/api/nothing",
        "/nothing?x=1",
        "/api/incidents/",
        "/api//incidents",
        "/api/incidents/x/y/z",
    ] {
        let problem = app.admin().get(path).problem(404, "not_found");
        assert_eq!(problem["instance"], path.split('?').next().unwrap());
        app.admin().post(path, &json!({})).problem(404, "not_found");
        app.anonymous().get(path).problem(404, "not_found");
    }
    let cases: [(&str, &[&str]); 4] = [
        ("/api/incidents", &["GET", "POST"]),
        ("/api/incidents/INC-2026-0001", &["DELETE", "GET", "PATCH", "PUT"]),
        ("/api/incidents/INC-2026-0001/evidence", &["GET", "POST"]),
        ("/health/live", &["GET"]),
    ];
    for (path, allowed) in cases {
        for method in ["TRACE", "PROPFIND", "OPTIONS"] {
            let reply = app.admin().request(method, path).send();
            if method == "OPTIONS" {
                reply.expect(204);
            } else {
                reply.problem(405, "method_not_allowed");
            }
            let allow = reply.header("allow").unwrap_or_default();
            let mut allow: Vec<&str> = allow.split(',').map(str::trim).filter(|m| *m != "HEAD").collect();
            allow.sort_unstable();
            assert_eq!(allow, allowed, "{method} {path}");
        }
    }
    app.admin().delete("/api/incidents").problem(405, "method_not_allowed");
    // HEAD is GET without the body (RFC 9110 §9.3.2).
    for path in ["/api/incidents", "/health/live", "/api/nothing"] {
        let (head, get) = (app.viewer().request("HEAD", path).send(), app.viewer().get(path));
        assert_eq!((head.status, head.bytes.len()), (get.status, 0), "{path}");
        assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
    }
}

fn bad_ids(app: &App) {
    let admin = app.admin();
    let bad = [
        "x",
        "0",
        "INC-2026-42",
        "inc-2026-0001",
        "INC-2026-0000",
        "INC-26-0001",
        "INC-2026-00042",
        "%00",
        "%FF%FE",
        "..%2F..",
        "INC-2026-0001%20",
        "01900000000070008000000000000000",
        &"x".repeat(2000),
    ];
    for id in bad {
        // Malformed or unknown is the same to a client: there is no such incident. Never a 5xx, never a 2xx.
        for (method, body) in [("GET", None), ("PATCH", Some(json!({"title": "x"}))), ("DELETE", None)] {
            let request = admin.request(method, &format!("/api/incidents/{id}"));
            let reply = body.iter().fold(request, Request::json).send();
            assert!(matches!(reply.status, 400 | 404), "{method} {id}: {} {}", reply.status, reply.text());
            reply.problem(reply.status, if reply.status == 400 { "validation_failed" } else { "not_found" });
        }
        for path in ["/api/evidence", "/api/actions"] {
            let reply = admin.get(&format!("{path}/{id}"));
            reply.problem(reply.status, if reply.status == 400 { "validation_failed" } else { "not_found" });
        }
    }
    for path in [
        format!("/api/incidents/{NOBODY}"),
        "/api/incidents/INC-1999-0001".to_owned(),
        format!("/api/incidents/{NOBODY}/timeline"),
        format!("/api/incidents/{NOBODY}/evidence"),
        format!("/api/incidents/{NOBODY}/actions"),
        format!("/api/incidents/{NOBODY}/classification"),
        format!("/api/evidence/ev-{}", "0".repeat(32)),
        format!("/api/actions/act-{}", "0".repeat(32)),
    ] {
        admin.get(&path).problem(404, "not_found");
    }
}

fn bodies_that_are_no_json(app: &App) {
    let word = unique("broken");
    let deep = |n: usize| {
        format!(
            r#"{{"incident_type":"other","source":"{word}","raw_data":{}1{}}}"#,
            "{\"a\":".repeat(n),
            "}".repeat(n)
        )
    };
    let bodies = [
        String::new(),
        "{".to_owned(),
        "nonsense".to_owned(),
        format!(r#"{{"title": "{word}",}}"#),
        format!(r#"{{"title": "{word}"}} {{}}"#),
        format!(r#"{{"title": "{word}\ud800"}}"#),
        format!(r#"{{"title": '{word}'}}"#),
        deep(100_000),
    ];
    for body in bodies {
        let reply = app.reporter().request("POST", "/api/incidents").body("application/json", body).send();
        reply.problem(400, "malformed_json");
    }
    let latin = [b"{\"title\": \"".as_slice(), &[0xff, 0xfe], b"\"}"].concat();
    app.reporter()
        .request("POST", "/api/incidents")
        .body("application/json", latin)
        .send()
        .problem(400, "malformed_json");
    for body in ["[]", "\"x\"", "7", "null", "true"] {
        let reply = app.reporter().request("POST", "/api/incidents").body("application/json", body).send();
        assert!(matches!(reply.status, 400), "{body}: {}", reply.text());
    }
    assert_eq!(app.viewer().found(&word), 0);
    // Deep, but not too deep, is data.
    let reply = app.reporter().request("POST", "/api/incidents").body("application/json", deep(20)).send();
    reply.expect(201);
}

fn bodies_of_another_kind(app: &App) {
    let word = unique("kind");
    let request = |media: &str| {
        let body = report(&word).to_string();
        app.reporter().request("POST", "/api/incidents").body(media, body).send()
    };
    for media in ["text/plain", "application/xml", "application/x-www-form-urlencoded", "nonsense"] {
        request(media).problem(415, "unsupported_media_type");
    }
    request("multipart/form-data").problem(415, "unsupported_media_type");
    assert_eq!(app.viewer().found(&word), 0);
    // JSON by any of its names, and by none: the second document's examples send none.
    for media in
        ["application/json", "application/json; charset=utf-8", "Application/JSON", "application/ld+json"]
    {
        request(media).expect(201);
    }
    app.reporter().request("POST", "/api/incidents").untyped(report(&word).to_string()).send().expect(201);
}

fn bodies_too_large(app: &App) {
    let reporter = app.reporter();
    let word = unique("large");
    let head = format!(
        "POST /api/incidents HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n",
        app.key_of("reporter")
    );
    // By its declared length, and by what arrives when no length is declared.
    let padding = " ".repeat(64 * 1024);
    let declared = format!("{head}content-length: 1200000\r\n\r\n{}", " ".repeat(1_200_000));
    let chunk = format!("{:x}\r\n{padding}\r\n", padding.len());
    let chunked = format!("{head}transfer-encoding: chunked\r\n\r\n{}0\r\n\r\n", chunk.repeat(18));
    for bytes in [declared, chunked] {
        let reply = wire::send(app.server(), bytes.as_bytes());
        assert_eq!(reply.status, 413, "{}", reply.text);
        assert!(reply.text.contains("payload_too_large") && reply.text.contains("application/problem+json"));
    }
    let sized = |kib: usize| {
        let raw = json!({"x": "x".repeat(kib * 1024)});
        reporter.post("/api/incidents", &merged(alert("other"), json!({"source": word, "raw_data": raw})))
    };
    sized(1100).problem(413, "payload_too_large");
    sized(520).invalid(&["raw_data"]);
    assert_eq!(app.viewer().found(&word), 0);
    sized(500).expect(201);
}

fn bad_queries(app: &App) {
    let viewer = app.viewer();
    let get = |query: &str| viewer.get(&format!("/api/incidents?{query}"));
    for (query, field) in [
        ("page=0", "page"),
        ("page=-1", "page"),
        ("page=x", "page"),
        ("page=", "page"),
        ("per_page=0", "per_page"),
        ("per_page=101", "per_page"),
        ("per_page=99999999999", "per_page"),
        ("sort=colour", "sort"),
        ("sort=--status", "sort"),
        ("status=lost", "status"),
        ("status_lifecycle=triaged", "status_lifecycle"),
        ("severity=huge", "severity"),
        ("type=earthquake", "type"),
        ("category=earthquake", "category"),
        ("priority=P9", "priority"),
        ("level=L9", "level"),
        ("flags=nis2_relevant,surprise", "flags"),
        ("evidence_status=proven", "evidence_status"),
        ("country=pl", "country"),
        ("sector=gambling", "sector"),
        ("agent_id=two%20words", "agent_id"),
        ("created_after=yesterday", "created_after"),
        ("created_before=2026-13-01T00:00:00Z", "created_before"),
        ("overdue=maybe", "overdue"),
        ("q=", "q"),
        ("q=%22", "q"),
        ("cursor=nonsense", "cursor"),
        ("cursor=", "cursor"),
    ] {
        get(query).invalid(&[field]);
    }
    for query in ["surprise=1", "Status=open", "offset=5"] {
        let problem = get(query).problem(400, "unknown_field");
        assert!(problem.to_string().contains(query.split('=').next().unwrap()), "{problem}");
    }
    for query in ["page=101&per_page=100", "page=10001&per_page=1", "page=4294967295&per_page=100"] {
        let problem = get(query).problem(400, "page_too_deep");
        assert!(text(&problem["detail"]).contains("cursor"));
    }
    get("page=100&per_page=100").expect(200);
    // A cursor belongs to the order it was given out for.
    app.reporter().reports(&report("One"));
    app.reporter().reports(&report("Two"));
    let next = get("per_page=1&sort=severity").next().unwrap();
    viewer.get(&next.replace("sort=severity", "sort=-severity")).invalid(&["cursor"]);
    viewer.get(&next.replace("sort=severity", "sort=status")).invalid(&["cursor"]);
    // The same parameter twice has no one meaning.
    let twice = get("status=open&status=resolved");
    assert_eq!(twice.status, 400, "{}", twice.text());
    twice.problem(400, text(&twice.json()["error"]).as_str());
    // All at once.
    get("page=0&per_page=0&priority=P9&overdue=maybe").invalid(&["page", "per_page", "priority", "overdue"]);
}

fn request_ids(app: &App) {
    let viewer = app.viewer();
    let sent = |id: &str| viewer.request("GET", "/api/incidents").header("x-request-id", id).send();
    assert_eq!(sent("my-own.id_42").header("x-request-id"), Some("my-own.id_42"));
    let refused = viewer.request("GET", "/api/nothing").header("x-request-id", "trace-7").send();
    assert_eq!(refused.problem(404, "not_found")["request_id"], "trace-7");
    let generated: Vec<String> =
        (0..3).map(|_| viewer.get("/api/incidents").header("x-request-id").unwrap().to_owned()).collect();
    assert!(generated[0].len() >= 16 && generated[0] != generated[1] && generated[1] != generated[2]);
    for reply in [app.anonymous().get("/health/live"), app.anonymous().get("/api/incidents")] {
        assert!(reply.header("x-request-id").is_some());
    }
    // What could forge a log line or fill it is not echoed.
    for id in ["a b", &"x".repeat(1000), ""] {
        let reply = sent(id);
        reply.expect(200);
        assert_ne!(reply.header("x-request-id").unwrap(), id);
    }
}

fn content_negotiation(app: &App) {
    let viewer = app.viewer();
    let accept = |value: &str| viewer.request("GET", "/api/incidents").header("accept", value).send();
    for value in
        ["*/*", "application/json", "application/*", "text/html, */*;q=0.1", "application/json;q=0.5"]
    {
        accept(value).expect(200);
    }
    for value in ["text/html", "application/xml", "image/png, text/plain"] {
        accept(value).problem(406, "not_acceptable");
    }
}

fn bytes_no_client_would_send(app: &App) {
    // What is no HTTP has no path and no headers, and is answered before there is a request.
    for bytes in ["GET /api/incidents HTTP/9.9\r\n\r\n", "nonsense\r\n\r\n"] {
        let reply = wire::send(app.server(), bytes.as_bytes());
        assert!((400..500).contains(&reply.status), "{bytes:?}: {}", reply.text);
    }
    let key = app.key_of("viewer");
    for (target, status, code) in [
        ("/%zz", 404, "not_found"),
        ("/api/incidents/%zz", 404, "not_found"),
        ("/api/incidents?q=%ff", 400, "validation_failed"),
        ("/api/incidents?q=%zz", 200, ""),
    ] {
        let bytes = format!(
            "GET {target} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\nconnection: close\r\n\r\n"
        );
        let reply = wire::send(app.server(), bytes.as_bytes());
        assert_eq!(reply.status, status, "{target}: {}", reply.text);
        if status != 200 {
            reply.problem(code);
        }
    }
    // And it goes on serving.
    app.viewer().get("/api/incidents").expect(200);
}
