//! Full text as a client meets it: indicators by what a caller may know, defanged queries, and queries that mean harm.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_tests::*;
use serde_json::{Value, json};

on_both! {
    shared: an_indicator_is_found_by_who_may_know_it, a_defanged_title_is_found, a_query_is_only_words,
        a_deleted_incident_is_found_no_more, what_is_asked_wrongly;
}

/// Public ids of what a query finds, and the total.
fn search(client: &Client, q: &str) -> (Vec<String>, Value) {
    let page = client.get(&format!("/api/incidents?per_page=100&q={}", encode(q))).expect(200);
    let ids = page["data"].as_array().unwrap().iter().map(|row| text(&row["public_id"])).collect();
    (ids, page["meta"]["total"].clone())
}

fn an_indicator_is_found_by_who_may_know_it(app: &App) {
    let host = format!("{}.example.org", unique("host"));
    let defanged = host.replace('.', "[.]");
    let raw = json!({"subject": "invoice", "body": format!("pay at hxxps://{defanged}/pay now"), "from": "192.0.2.99"});
    let id = app.reporter().alerts(&merged(alert("phishing"), json!({"raw_data": raw})));
    for q in
        [host.clone(), format!("hxxps://{defanged}/pay"), format!("https://{host}/p*"), format!("\"{host}\"")]
    {
        for role in ["analyst", "operator", "legal_dpo", "ai_safety", "admin"] {
            assert_eq!(search(&app.user(role), &q), (vec![id.clone()], json!(1)), "{role}: {q}");
        }
        // Who sees all evidence, but no raw_data, learns nothing of it; nor does the count tell.
        for role in ["viewer", "reporter", "devsecops"] {
            assert_eq!(search(&app.user(role), &q), (vec![], json!(0)), "{role}: {q}");
        }
    }
    let path = format!("/api/incidents/{id}");
    let whole = app.analyst().get(&path).expect(200)["data"]["indicators"].clone();
    let expected = json!({"kind": "domain", "value": host, "sources": ["raw_data"]});
    assert!(whole.as_array().unwrap().contains(&expected), "{whole}");
    assert_eq!(whole.as_array().unwrap().len(), 3, "{whole}");
    for role in ["viewer", "devsecops"] {
        let seen = app.user(role).get(&path).expect(200);
        assert_eq!(seen["data"]["indicators"], json!([]), "{role}");
        assert!(!seen.to_string().contains(&host), "{role}");
    }
    let list = app.analyst().get(&format!("/api/incidents?q={host}")).expect(200);
    assert_eq!(list["data"][0]["indicators"], Value::Null, "rows are short");
}

fn a_defanged_title_is_found(app: &App) {
    let word = unique("word");
    let id = app.reporter().reports(&report(&format!("Mail names hxxp://{word}[.]example[.]net/a")));
    for q in [
        format!("{word}.example.net"),
        format!("http://{word}.example.net"),
        format!("hxxp://{word}[.]example*"),
    ] {
        assert_eq!(search(&app.viewer(), &q).0, std::slice::from_ref(&id), "{q}");
    }
}

fn a_query_is_only_words(app: &App) {
    let word = unique("word");
    let id = app.reporter().reports(&report(&format!("{word} OR near and {word}x")));
    let viewer = app.viewer();
    for q in [
        format!("{word}' OR 1=1 --"),
        format!("search_text : {word}"),
        format!("{word} NOT zzznowhere"),
        format!("{word} & !zzznowhere"),
        format!("^{word} zzznowhere"),
        format!("NEAR({word} zzznowhere)"),
        format!("{word}:* <-> zzznowhere"),
        format!("{word}'; DROP TABLE incidents; --"),
    ] {
        assert_eq!(search(&viewer, &q).0, Vec::<String>::new(), "{q}");
    }
    for q in [
        format!("{word}\u{0}"),
        format!("'{word}'"),
        format!("({word})"),
        format!("{word} or NEAR \"and {word}x\""),
        format!("\"{word}"),
    ] {
        assert_eq!(search(&viewer, &q).0, std::slice::from_ref(&id), "{q}");
    }
}

fn a_deleted_incident_is_found_no_more(app: &App) {
    let host = format!("{}.example.org", unique("gone"));
    let id = app.reporter().alerts(&merged(alert("malware"), json!({"raw_data": {"c2": host}})));
    assert_eq!(search(&app.analyst(), &host).0, std::slice::from_ref(&id));
    app.admin().delete(&format!("/api/incidents/{id}")).expect(204);
    assert_eq!(search(&app.analyst(), &host), (vec![], json!(0)));
}

fn what_is_asked_wrongly(app: &App) {
    for q in ["", "*", "\"\"", "[.]", &"a".repeat(201)] {
        app.viewer().get(&format!("/api/incidents?q={}", encode(q))).invalid(&["q"]);
    }
}
