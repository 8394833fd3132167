//! Lists: pages and cursors walk the same rows, every filter is what it says, alone and together.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_tests::*;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use std::collections::BTreeMap;

on_both! {
    own: a_populated_list, a_seeded_list;
}

const SORTS: [&str; 5] = ["created_at", "updated_at", "severity", "priority", "status"];
const FLAGS: [&str; 4] = ["critical_infra", "law_enforcement", "nis2_relevant", "ai_act_relevant"];

/// One registry for all of it: the rows are many, and nothing below changes them.
fn a_populated_list(engine: Engine) {
    let app = App::start(engine);
    populate(&app);
    let viewer = app.viewer();
    let rows = viewer.walk("/api/incidents?per_page=100");
    assert_eq!(rows.len(), POPULATION);
    rows_leave_the_bulk_out(&rows);
    pages_have_ends(&viewer, &rows);
    full_text(&viewer, &rows);
    lists_agree(&viewer, &rows, 60);
}

/// A year of invented incidents, so that deadlines have passed and years have ended.
fn a_seeded_list(engine: Engine) {
    let app = App::start(engine);
    app.run(&["seed", "--incidents", "250"]);
    let viewer = app.viewer();
    let rows = viewer.walk("/api/incidents?per_page=100");
    assert_eq!(rows.len(), 250);
    assert!(rows.iter().any(is_overdue), "no deadline has passed");
    lists_agree(&viewer, &rows, 40);
    app.run(&["audit", "verify"]);
}

/// Every order, page, filter, and `combinations` of three filters, against the same done here over all rows.
fn lists_agree(viewer: &Client, rows: &[Value], combinations: u32) {
    every_sort_has_its_order(viewer, rows);
    pages_and_cursors_agree(viewer, rows);
    let filters = filters(rows);
    every_filter_alone(viewer, rows, &filters);
    three_filters_at_random(viewer, rows, filters, combinations);
}

/// How many rows `populate` makes.
const POPULATION: usize = 64;

fn is_overdue(row: &Value) -> bool {
    let due = row["sla_due_at"].as_str().map(millis);
    row["status_lifecycle"] != "closed" && due.is_some_and(|due| due < now_millis())
}

fn pick<'a>(words: &[&'a str], i: usize) -> &'a str {
    words[i % words.len()]
}

/// Rows that differ in everything a list can be filtered or sorted by, each with its own rhythm.
fn populate(app: &App) {
    let operator = app.operator();
    for i in 0..POPULATION {
        let mut body = if i % 3 == 0 {
            alert(pick(&["phishing", "ddos", "malware", "bec"], i / 3))
        } else {
            merged(
                report(&format!("Incident {i} about {}", pick(&["żółw", "turtle"], i))),
                json!({
                    "category": pick(&["ransomware", "phishing", "other"], i),
                    "level": pick(&["L1_cyber", "L2_ai", "L3_legal", "L4_resilience"], i / 2),
                }),
            )
        };
        let more = json!({"severity": i % 11, "country": pick(&["PL", "DE", "FR"], i / 5), "critical_infra": i % 4 == 1,
            "law_enforcement": i % 5 == 2, "sector": pick(&["energy", "health", "finance", "education"], i / 4)});
        body = merged(body, more);
        if i % 7 == 0 {
            body["agent_id"] = json!(pick(&["agent-1", "did:web:example.org"], i));
        }
        let id = app.reporter().post("/api/incidents", &body).expect(201);
        let id = text(id.get("data").unwrap_or(&id).get("id").unwrap());
        change(&operator, &id, i);
    }
}

/// Evidence, priority and states by the number of the row.
fn change(operator: &Client, id: &str, i: usize) {
    if i.is_multiple_of(2) {
        operator.attaches(id, &confirming());
        operator.changes(id, &json!({"priority": pick(&["P0", "P1", "P2", "P3"], i / 2)}));
    } else if i.is_multiple_of(5) {
        operator.attaches(id, &bare("media_report", 50));
        operator.changes(id, &json!({"priority": "P2"}));
    }
    if i.is_multiple_of(4) {
        operator
            .changes(id, &json!({"status_lifecycle": pick(&["triage", "contained", "remediated"], i / 4)}));
    }
    if i % 6 == 1 {
        operator
            .put(&format!("/api/incidents/{id}"), &json!({"status": "resolved", "resolution": "no"}))
            .expect(200);
    }
}

fn ids(rows: &[Value]) -> Vec<String> {
    rows.iter().map(|r| text(&r["id"])).collect()
}

fn rows_leave_the_bulk_out(rows: &[Value]) {
    for row in rows {
        for member in ["raw_data", "evidence", "actions"] {
            assert!(row.get(member).is_none(), "a row has no {member}");
        }
        for member in
            ["id", "public_id", "incident_number", "title", "status", "status_lifecycle", "evidence_status"]
        {
            assert!(row[member].is_string(), "{member} in {row}");
        }
    }
}

/// The place of a row in an order: the key's value and the id, which breaks ties.
fn place(row: &Value, sort: &str) -> (i64, String) {
    let rank = |words: &[&str]| {
        let place = words.iter().position(|w| row[sort] == *w);
        i64::try_from(place.unwrap_or_else(|| panic!("{sort} of {row}"))).unwrap()
    };
    let key = match sort {
        "severity" => row["severity_score"].as_i64().unwrap(),
        // P0 is the highest; none is lower than P3.
        "priority" if row["priority"].is_null() => -1,
        "priority" => rank(&["P3", "P2", "P1", "P0"]),
        "status" => rank(&["open", "triaged", "resolved"]),
        time => millis(&text(&row[time])),
    };
    (key, text(&row["id"]))
}

fn sorted(rows: &[Value], sort: &str) -> Vec<String> {
    let key = sort.trim_start_matches('-');
    let mut rows = rows.to_vec();
    rows.sort_by_key(|row| place(row, key));
    if sort.starts_with('-') {
        rows.reverse();
    }
    ids(&rows)
}

fn sorts() -> impl Iterator<Item = String> {
    SORTS.iter().flat_map(|s| [(*s).to_owned(), format!("-{s}")])
}

fn every_sort_has_its_order(viewer: &Client, rows: &[Value]) {
    assert_eq!(ids(rows), sorted(rows, "-created_at"), "the default is -created_at");
    for sort in sorts() {
        let found = viewer.walk(&format!("/api/incidents?sort={sort}&per_page=100"));
        assert_eq!(ids(&found), sorted(rows, &sort), "{sort}");
    }
}

fn pages_and_cursors_agree(viewer: &Client, rows: &[Value]) {
    // Nine pages and a rest.
    let size = rows.len() / 9;
    for sort in sorts() {
        let path = format!("/api/incidents?sort={sort}&per_page={size}");
        let by_cursor = viewer.walk(&path);
        let by_page = (1..=rows.len().div_ceil(size)).flat_map(|page| {
            let list = viewer.get(&format!("{path}&page={page}")).expect(200);
            assert_eq!(list["meta"], json!({"page": page, "per_page": size, "total": rows.len()}));
            list["data"].as_array().unwrap().clone()
        });
        let by_page: Vec<Value> = by_page.collect();
        assert_eq!(ids(&by_cursor), sorted(rows, &sort), "{sort}");
        assert_eq!(ids(&by_page), sorted(rows, &sort), "{sort}");
    }
    // A cursor keeps the filters it was given out with, and the total stays that of the whole.
    let resolved = viewer.walk("/api/incidents?status=resolved&sort=severity&per_page=2");
    assert!(resolved.len() > 4 && resolved.iter().all(|r| r["status"] == "resolved"));
    let first = viewer.get("/api/incidents?status=resolved&per_page=2");
    let second = viewer.get(&first.next().unwrap()).expect(200);
    assert_eq!(second["meta"]["total"], resolved.len());
}

fn pages_have_ends(viewer: &Client, rows: &[Value]) {
    let default = viewer.get("/api/incidents").expect(200);
    assert_eq!(default["meta"], json!({"page": 1, "per_page": 20, "total": rows.len()}));
    assert_eq!(default["data"].as_array().unwrap().len(), 20);
    let beyond = viewer.get("/api/incidents?page=50&per_page=100");
    assert_eq!(beyond.expect(200)["data"], json!([]));
    assert_eq!(beyond.next(), None);
    let exact = viewer.get("/api/incidents?per_page=64");
    assert_eq!(exact.expect(200)["data"].as_array().unwrap().len(), rows.len());
    assert_eq!(exact.next(), None, "nothing follows the last row");
}

/// A filter.
#[derive(Debug, Clone)]
struct Filter {
    /// The parameter.
    name: &'static str,
    /// What it looks at: `type` and `category` are two names for one thing, `status` is one name for two.
    subject: &'static str,
    /// What stands in the query.
    query: String,
    /// Which rows it means.
    holds: Vec<bool>,
}

impl Filter {
    fn may_stand_beside(&self, other: &Self) -> bool {
        self.name != other.name && self.subject != other.subject
    }
}

fn filter(name: &'static str, value: &str, rows: &[Value], holds: impl Fn(&Value) -> bool) -> Filter {
    let subject = if name == "type" { "category" } else { name };
    let query = format!("{name}={}", encode(value));
    Filter { name, subject, query, holds: rows.iter().map(holds).collect() }
}

/// Every documented filter with every value that occurs, and one that does not.
fn filters(rows: &[Value]) -> Vec<Filter> {
    let mut all = Vec::new();
    for (name, member, more) in [
        ("status_lifecycle", "status_lifecycle", "closed"),
        ("severity", "severity", "low"),
        ("type", "incident_type", "insider"),
        ("category", "category", "insider"),
        ("priority", "priority", "P3"),
        ("level", "level", "L3_legal"),
        ("evidence_status", "evidence_status", "disputed"),
        ("agent_id", "agent_id", "agent-none"),
        ("country", "country", "IT"),
        ("sector", "sector", "space"),
    ] {
        let mut values: Vec<String> =
            rows.iter().filter_map(|r| r[member].as_str().map(str::to_owned)).collect();
        values.push(more.to_owned());
        values.sort_unstable();
        values.dedup();
        all.extend(values.iter().map(|value| filter(name, value, rows, |row| row[member] == value.as_str())));
    }
    // Either axis.
    for value in ["open", "triaged", "resolved", "triage", "contained", "remediated", "verified", "closed"] {
        let queue = ["open", "triaged", "resolved"].contains(&value);
        let member = if queue { "status" } else { "status_lifecycle" };
        let filter = filter("status", value, rows, |row| row[member] == value);
        all.push(Filter { subject: member, ..filter });
    }
    for value in FLAGS {
        all.push(filter("flags", value, rows, |row| row["flags"][value] == true));
    }
    let both = |row: &Value| row["flags"]["critical_infra"] == true && row["flags"]["nis2_relevant"] == true;
    all.push(filter("flags", "critical_infra,nis2_relevant", rows, both));
    for i in [0, rows.len() / 3, rows.len() - 1] {
        let at = text(&rows[i]["created_at"]);
        let time = |row: &Value| millis(&text(&row["created_at"]));
        all.push(filter("created_after", &at, rows, |row| time(row) > millis(&at)));
        all.push(filter("created_before", &at, rows, |row| time(row) < millis(&at)));
    }
    all.push(filter("overdue", "true", rows, is_overdue));
    all.push(filter("overdue", "false", rows, |row| !is_overdue(row)));
    // A word of the first title; and one that none has.
    let first = text(&rows[0]["title"]);
    let word = first.split(|c: char| !c.is_alphanumeric()).max_by_key(|w| w.len()).unwrap();
    all.push(filter("q", &word.to_uppercase(), rows, |row| has_word(row, word)));
    all.push(filter("q", "zzzzzz", rows, |_| false));
    all
}

/// Whether one of the texts full text looks at has this word.
fn has_word(row: &Value, word: &str) -> bool {
    let texts =
        ["title", "summary", "source", "category"].map(|member| row[member].as_str().unwrap_or_default());
    let tags = row["tags"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let mut words = texts.into_iter().chain(tags).flat_map(|t| t.split(|c: char| !c.is_alphanumeric()));
    words.any(|w| w.to_lowercase() == word.to_lowercase())
}

/// Demands that a query finds the rows for which all of `filters` hold, and counts them.
fn check(viewer: &Client, rows: &[Value], filters: &[&Filter], sort: &str) {
    let query: Vec<&str> = filters.iter().map(|f| f.query.as_str()).collect();
    let path = format!("/api/incidents?sort={sort}&per_page=100&{}", query.join("&"));
    let meant =
        rows.iter().enumerate().filter(|(i, _)| filters.iter().all(|f| f.holds[*i])).map(|(_, r)| r.clone());
    let meant: Vec<Value> = meant.collect();
    assert_eq!(ids(&viewer.walk(&path)), sorted(&meant, sort), "{path}");
    assert_eq!(viewer.get(&path).expect(200)["meta"]["total"], meant.len(), "{path}");
}

fn every_filter_alone(viewer: &Client, rows: &[Value], filters: &[Filter]) {
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    for filter in filters {
        check(viewer, rows, &[filter], "-created_at");
        *found.entry(filter.name).or_default() += filter.holds.iter().filter(|holds| **holds).count();
    }
    assert!(found.values().all(|n| *n > 0), "a filter that never finds anything proves nothing: {found:?}");
}

fn three_filters_at_random(viewer: &Client, rows: &[Value], filters: Vec<Filter>, cases: u32) {
    let sorts: Vec<String> = sorts().collect();
    let three = proptest::sample::subsequence(filters, 3);
    let strategy = (three, proptest::sample::select(sorts));
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let checked = TestRunner::new(config).run(&strategy, |(filters, sort)| {
        // A parameter stands once in a query, and one that has two names, too.
        prop_assume!((0..3).all(|i| filters[i].may_stand_beside(&filters[(i + 1) % 3])));
        check(viewer, rows, &filters.iter().collect::<Vec<_>>(), &sort);
        Ok(())
    });
    checked.unwrap();
}

fn full_text(viewer: &Client, rows: &[Value]) {
    let found = |q: &str| viewer.get(&format!("/api/incidents?per_page=100&q={}", encode(q))).expect(200);
    let number = |q: &str| found(q)["meta"]["total"].as_u64().unwrap();
    let titled = rows.iter().filter(|r| text(&r["title"]).starts_with("Incident")).count();
    let titled = u64::try_from(titled).unwrap();
    assert_eq!(number("incident"), titled);
    assert_eq!(number("\"about turtle\"") + number("\"about żółw\""), titled);
    assert_eq!(number("\"turtle about\""), 0, "a phrase has an order");
    assert_eq!(number("turt"), 0, "a word is whole unless it ends in *");
    assert_eq!(number("email_gateway phishing"), number("phishing gateway email"));
    // What looks like a query language is only words.
    for q in ["' OR 1=1 --", "a:b & !c | (d)", "NEAR(a b)", "title:x", "x*y*", "%", "a\\"] {
        let reply = viewer.get(&format!("/api/incidents?q={}", encode(q)));
        assert!(matches!(reply.status, 200 | 400), "{q}: {}", reply.text());
    }
}
