//! Playbooks as a client reads them, and as an operator writes them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_tests::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

on_both! {
    shared: the_index, every_suggested_playbook_is_there, steps_say_all, the_whole_document, what_is_not_there;
    own: own_playbooks_override_and_add, a_folder_that_is_not_there_stops_the_start;
}

const CACAO: &str = "application/cacao+json";

fn whole(client: &Client, kind: &str) -> Reply {
    client.request("GET", &format!("/api/playbooks/{kind}")).header("accept", CACAO).send()
}

fn the_index(app: &App) {
    let viewer = app.viewer();
    let index = viewer.get("/api/playbooks?per_page=100").expect(200);
    let rows = index["data"].as_array().unwrap();
    assert_eq!(index["meta"], json!({"page": 1, "per_page": 100, "total": rows.len()}));
    assert!(rows.len() >= 11, "{} playbooks", rows.len());
    for row in rows {
        assert_eq!(
            members(row),
            ["categories", "description", "source", "steps", "title", "type", "version"],
            "{row}"
        );
        assert!((6..=12).contains(&row["steps"].as_u64().unwrap()), "{row}");
        assert_eq!(row["source"], "built_in");
        assert!(millis(&text(&row["version"])) > 0);
    }
    let types: Vec<String> = rows.iter().map(|r| text(&r["type"])).collect();
    assert!(types.is_sorted(), "{types:?}");
    // In pages, forward by the link.
    let (mut paged, mut next) = (Vec::new(), Some("/api/playbooks?per_page=7".to_owned()));
    while let Some(path) = next {
        let reply = viewer.get(&path);
        paged.extend(reply.expect(200)["data"].as_array().unwrap().iter().map(|r| text(&r["type"])));
        next = reply.next();
    }
    assert_eq!(paged, types);
    viewer.get("/api/playbooks?colour=red").problem(400, "unknown_field");
    viewer.get("/api/playbooks?page=0").invalid(&["page"]);
}

fn every_suggested_playbook_is_there(app: &App) {
    let reporter = app.reporter();
    let openapi = app.anonymous().get("/openapi.json").expect(200);
    let categories = openapi["components"]["schemas"]["Category"]["enum"].as_array().unwrap().clone();
    let mut suggested = BTreeSet::new();
    for category in &categories {
        let id = reporter.reports(&merged(report("Suggested"), json!({"category": category})));
        let why = reporter.get(&format!("/api/incidents/{id}/classification")).expect(200);
        let kind = text(&why["playbook"]);
        let playbook = reporter.get(&format!("/api/playbooks/{kind}")).expect(200);
        assert!(playbook["categories"].as_array().unwrap().contains(category), "{kind} answers {category}");
        suggested.insert(kind);
    }
    assert_eq!(suggested.len(), categories.len(), "every category has a playbook of its own");
}

fn steps_say_all(app: &App) {
    let viewer = app.viewer();
    let playbook = viewer.get("/api/playbooks/agent-hijack").expect(200);
    assert_eq!(
        members(&playbook),
        ["categories", "description", "id", "source", "steps", "title", "type", "version"]
    );
    assert_eq!(viewer.get("/api/playbooks/agent_hijack").expect(200), playbook, "- and _ are the same");
    let steps = playbook["steps"].as_array().unwrap();
    for (step, order) in steps.iter().zip(1..) {
        assert_eq!(
            members(step),
            [
                "action_type",
                "approval_level",
                "attack",
                "automated",
                "d3fend",
                "description",
                "due_within",
                "id",
                "key",
                "order",
                "owner_role",
                "phase",
                "proof",
                "references",
                "title",
                "validation_required"
            ]
        );
        assert_eq!(step["order"], order);
        assert_eq!(step["validation_required"], !step["proof"].is_null(), "{step}");
        assert_eq!(step["automated"], step["action_type"] != "manual", "{step}");
    }
    assert_contains(
        &steps[0],
        &json!({"key": "quarantine", "action_type": "quarantine_agent", "owner_role": "ai_safety",
            "approval_level": "ai_safety", "phase": "contain", "automated": true, "proof": null}),
    );
    let last = steps.last().unwrap();
    assert_contains(last, &json!({"key": "validate", "action_type": "manual", "validation_required": true}));
    assert!(last["attack"].as_array().unwrap().contains(&json!("AML.T0051")));
}

fn the_whole_document(app: &App) {
    let viewer = app.viewer();
    let plain = viewer.get("/api/playbooks/ransomware");
    let steps = plain.expect(200)["steps"].as_array().unwrap().clone();
    assert_eq!(plain.header("content-type"), Some("application/json"));
    let reply = whole(&viewer, "ransomware");
    let document = reply.expect(200);
    assert_eq!(reply.header("content-type"), Some(CACAO));
    assert_contains(
        &document,
        &json!({"type": "playbook", "spec_version": "cacao-2.0", "name": "Ransomware"}),
    );
    for step in &steps {
        assert_eq!(document["workflow"][text(&step["id"])]["name"], step["title"]);
    }
    // Two representations, two tags; each is known again.
    assert_ne!(plain.header("etag"), reply.header("etag"));
    for (accept, seen) in [("application/json", &plain), (CACAO, &reply)] {
        assert!(seen.header("vary").unwrap().to_lowercase().contains("accept"));
        let ask = |tag: &str| {
            let request = viewer.request("GET", "/api/playbooks/ransomware").header("accept", accept);
            request.header("if-none-match", tag).send()
        };
        let again = ask(seen.header("etag").unwrap());
        assert_eq!((again.status, again.bytes.len()), (304, 0));
        assert_eq!(again.header("etag"), seen.header("etag"));
        ask("\"another\"").expect(200);
    }
    let both = viewer
        .request("GET", "/api/playbooks/ransomware")
        .header("accept", "application/cacao+json;q=0.1, */*");
    assert_eq!(both.send().header("content-type"), Some(CACAO), "who names it, wants it");
    let html = viewer.request("GET", "/api/playbooks/ransomware").header("accept", "text/html").send();
    html.problem(406, "not_acceptable");
}

fn what_is_not_there(app: &App) {
    let viewer = app.viewer();
    for kind in
        ["no-such-playbook", "Ransomware", "ransomware.json", "..%2Fransomware", "%00", &"a".repeat(5000)]
    {
        viewer.get(&format!("/api/playbooks/{kind}")).problem(404, "not_found");
        whole(&viewer, kind).problem(404, "not_found");
    }
    viewer.post("/api/playbooks", &json!({})).problem(405, "method_not_allowed");
    viewer.delete("/api/playbooks/ransomware").problem(405, "method_not_allowed");
}

/// The document of a built-in playbook, made somebody's own.
fn own(client: &Client, kind: &str, title: &str, change: impl Fn(&mut Value)) -> String {
    let mut document = whole(client, kind).expect(200);
    document["name"] = json!(title);
    change(&mut document);
    document.to_string()
}

fn typed(kind: &str) -> impl Fn(&mut Value) {
    move |document| {
        for extension in document["playbook_extensions"].as_object_mut().unwrap().values_mut() {
            extension["type"] = json!(kind);
        }
    }
}

fn own_playbooks_override_and_add(engine: Engine) {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| {
        // Written beside and moved: the registry never reads a half.
        let part = folder.path().join(format!("{name}.part"));
        std::fs::write(&part, text).unwrap();
        std::fs::rename(part, folder.path().join(name)).unwrap();
    };
    put("broken.json", "{\"type\": \"playbook\"");
    let app = App::start_with(engine, &["--playbooks", folder.path().to_str().unwrap()]);
    let viewer = app.viewer();
    let total = || viewer.get("/api/playbooks").expect(200)["meta"]["total"].as_u64().unwrap();
    let before = total();
    let wait = |what: &str, is: &dyn Fn() -> bool| {
        until(what, Duration::from_secs(20), || is().then_some(()));
    };

    put("custom_phishing.json", &own(&viewer, "phishing", "Our phishing", typed("custom_phishing")));
    put("ddos.json", &own(&viewer, "ddos", "Our floods", |_| {}));
    wait("own playbooks are read", &|| total() == before + 1);
    let custom = viewer.get("/api/playbooks/custom_phishing").expect(200);
    assert_contains(&custom, &json!({"type": "custom_phishing", "title": "Our phishing", "source": "own"}));
    assert_contains(
        &viewer.get("/api/playbooks/ddos").expect(200),
        &json!({"title": "Our floods", "source": "own"}),
    );
    assert_eq!(viewer.get("/api/playbooks/phishing").expect(200)["source"], "built_in");
    assert_eq!(whole(&viewer, "custom-phishing").expect(200)["name"], "Our phishing");

    put("custom_phishing.json", &own(&viewer, "phishing", "Changed", typed("custom_phishing")));
    let title = || text(&viewer.get("/api/playbooks/custom_phishing").expect(200)["title"]);
    wait("a change is read", &|| title() == "Changed");
    std::fs::remove_file(folder.path().join("ddos.json")).unwrap();
    let source = || text(&viewer.get("/api/playbooks/ddos").expect(200)["source"]);
    wait("the built-in one is back", &|| source() == "built_in");

    let log = app.server().output();
    assert!(log.contains("broken.json") && log.contains("a playbook is left out"), "{log}");
}

fn a_folder_that_is_not_there_stops_the_start(engine: Engine) {
    let missing = Path::new("/no/such/folder").to_str().unwrap();
    let refused = run(&[
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--database",
        &engine.new_database(),
        "--playbooks",
        missing,
    ]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("playbooks = '/no/such/folder'"), "{said}");
}
