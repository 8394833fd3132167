//! Exports: exactly what the list finds, in its order, as CSV and NDJSON, and nothing a spreadsheet would run.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_tests::*;
use serde_json::{Value, json};

on_both! {
    shared: wrong_parameters_are_named, who_sees_what;
    own: an_export_is_the_whole_list, what_looks_like_a_formula_is_text;
}

/// The records of a CSV text (RFC 4180).
fn records(csv: &str) -> Vec<Vec<String>> {
    let (mut records, mut record, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut chars = csv.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(std::mem::take(&mut cell)),
            '\r' if !quoted => {
                assert_eq!(chars.next(), Some('\n'), "lines end with CRLF");
                record.push(std::mem::take(&mut cell));
                records.push(std::mem::take(&mut record));
            }
            c => cell.push(c),
        }
    }
    assert!(!quoted && record.is_empty() && cell.is_empty(), "the last line ends");
    records
}

/// The rows of an export as members by column.
fn rows(csv: &str) -> Vec<Vec<(String, String)>> {
    let mut all = records(csv).into_iter();
    let header = all.next().unwrap();
    let named = |record: Vec<String>| {
        assert_eq!(record.len(), header.len());
        header.iter().cloned().zip(record).collect()
    };
    all.map(named).collect()
}

fn column(row: &[(String, String)], name: &str) -> String {
    row.iter().find(|(n, _)| n == name).unwrap_or_else(|| panic!("no column {name}")).1.clone()
}

fn an_export_is_the_whole_list(engine: Engine) {
    let app = App::start(engine);
    // More than two of the pages an export reads at a time.
    app.run(&["seed", "--incidents", "1100"]);
    let viewer = app.viewer();
    for query in [
        "",
        "sort=severity",
        "level=L2_ai&sort=-updated_at",
        "overdue=true",
        "q=agent&sort=created_at",
        "country=AQ",
    ] {
        let list = viewer.walk(&format!("/api/incidents?per_page=100&{query}"));
        let ids: Vec<String> = list.iter().map(|r| text(&r["id"])).collect();
        let csv = viewer.get(&format!("/api/incidents.csv?{query}"));
        csv.expect(200);
        let exported = rows(&csv.text());
        assert_eq!(exported.iter().map(|r| column(r, "id")).collect::<Vec<_>>(), ids, "{query}");
        let ndjson = viewer.get(&format!("/api/incidents.ndjson?{query}"));
        ndjson.expect(200);
        let lines: Vec<Value> = ndjson.text().lines().map(|l| serde_json::from_str(l).unwrap()).collect();
        assert_eq!(lines, list, "{query}");
    }
    let csv = viewer.get("/api/incidents.csv");
    assert!(csv.header("content-type").unwrap().starts_with("text/csv"));
    assert_eq!(csv.header("content-disposition"), Some("attachment; filename=\"incidents.csv\""));
    assert_eq!(viewer.get("/api/incidents.ndjson").header("content-type"), Some("application/x-ndjson"));
    let first = viewer.get("/api/incidents?per_page=1").expect(200)["data"][0].clone();
    let row = &rows(&csv.text())[0];
    for member in
        ["public_id", "title", "summary", "created_at", "evidence_status", "status_lifecycle", "category"]
    {
        assert_eq!(column(row, member), first[member].as_str().unwrap_or_default(), "{member}");
    }
    for accept in ["text/csv", "application/x-ndjson", "application/json", "*/*"] {
        viewer.request("GET", "/api/incidents.csv?country=AQ").header("accept", accept).send().expect(200);
    }
}

fn what_looks_like_a_formula_is_text(engine: Engine) {
    let app = App::start(engine);
    let titles = [
        "=1+1",
        "+48 22 123",
        "-rm",
        "@SUM(A1:A9)",
        "a, \"b\"\u{1f980}",
        "plain",
        "=HYPERLINK(\"http://x\",\"y\")",
    ];
    for title in titles {
        app.reporter().reports(&merged(
            report(title),
            json!({"summary": "two\nlines, one comma", "asset": title,
            "location": {"lat": -3.5, "lon": -60.25}, "country": "BR"}),
        ));
    }
    let csv = app.analyst().get("/api/incidents.csv?sort=created_at");
    for (row, title) in rows(&csv.text()).iter().zip(titles) {
        let formula = title.starts_with(['=', '+', '-', '@']);
        let cell = if formula { format!("'{title}") } else { title.to_owned() };
        assert_eq!((column(row, "title"), column(row, "asset")), (cell.clone(), cell));
        assert_eq!(column(row, "summary"), "two\nlines, one comma");
        assert_eq!(column(row, "lat"), "-3.5", "numbers stay numbers");
    }
}

fn wrong_parameters_are_named(app: &App) {
    for path in ["/api/incidents.csv", "/api/incidents.ndjson"] {
        let viewer = app.viewer();
        viewer.get(&format!("{path}?priority=P9&sort=colour")).invalid(&["priority", "sort"]);
        for page in ["page=1", "per_page=10", "cursor=x", "colour=red"] {
            viewer.get(&format!("{path}?{page}")).problem(400, "unknown_field");
        }
        app.anonymous().get(path).problem(401, "unauthenticated");
    }
}

fn who_sees_what(app: &App) {
    let (marker, word) = (unique("secret"), unique("export"));
    let body = json!({"raw_data": {"note": marker, "subject": word}, "location": {"lat": 51.123, "lon": 17.5}, "country": "PL"});
    app.reporter().alerts(&merged(alert("phishing"), body));
    for path in ["/api/incidents.csv", "/api/incidents.ndjson"] {
        for (role, precise) in [("viewer", false), ("reporter", false), ("analyst", true), ("admin", true)] {
            let reply = app.user(role).get(&format!("{path}?q={word}"));
            reply.expect(200);
            assert!(
                reply.text().contains(&word) && !reply.text().contains(&marker),
                "{role}: {}",
                reply.text()
            );
            assert_eq!(reply.text().contains("51.123"), precise, "{role}: {}", reply.text());
        }
    }
}
