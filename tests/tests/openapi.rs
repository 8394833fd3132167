//! The machine contract: what is served is what is committed, and it says of every operation what a client must know.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_tests::*;
use serde_json::Value;
use std::collections::BTreeSet;

on_both! {
    shared: the_served_is_the_committed, every_operation_says_all, every_body_has_an_example, references_lead_somewhere,
        what_is_served_is_documented, the_explorer_stands_alone;
}

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
/// What takes no credentials (CONTRACT §2).
const PUBLIC: [&str; 6] = [
    "/openapi.json",
    "/health/live",
    "/health/ready",
    "/api/ip3/incidents",
    "/api/ip3/stats",
    "/api/ip3/playbooks",
];

fn served(app: &App) -> Value {
    app.anonymous().get("/openapi.json").expect(200)
}

/// Path, method and description of every operation.
fn operations(openapi: &Value) -> Vec<(String, String, Value)> {
    let paths = openapi["paths"].as_object().unwrap().iter();
    let all = paths.flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().iter().filter(|(m, _)| METHODS.contains(&m.as_str()));
        methods.map(move |(method, operation)| (path.clone(), method.to_uppercase(), operation.clone()))
    });
    all.collect()
}

fn the_served_is_the_committed(app: &App) {
    let file =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi/openapi.json")).unwrap();
    let committed: Value = serde_json::from_str(&file).unwrap();
    assert!(served(app) == committed, "openapi/openapi.json is not what is served; run cargo xtask openapi");
    assert!(text(&committed["openapi"]).starts_with("3.1"));
    let printed = run(&["openapi"]);
    assert!(printed.status.success());
    assert!(
        serde_json::from_slice::<Value>(&printed.stdout).unwrap() == committed,
        "probatum openapi prints another"
    );
}

fn every_operation_says_all(app: &App) {
    let openapi = served(app);
    let schemes = openapi["components"]["securitySchemes"].as_object().unwrap();
    assert!(schemes.len() >= 2, "bearer and x-konsult-secret");
    let mut ids = BTreeSet::new();
    for (path, method, operation) in operations(&openapi) {
        let name = format!("{method} {path}");
        for member in ["summary", "description", "operationId"] {
            let said = operation[member].as_str().unwrap_or_default();
            assert!(!said.trim().is_empty(), "{name} has no {member}");
        }
        assert!(ids.insert(text(&operation["operationId"])), "{name}: its operationId is another's too");
        assert!(!operation["tags"].as_array().unwrap().is_empty(), "{name} has no tag");
        let secured = operation.get("security").is_some_and(|s| s.as_array().is_some_and(|s| !s.is_empty()));
        assert_eq!(secured, !PUBLIC.contains(&path.as_str()), "{name}: security");
        let responses = operation["responses"].as_object().unwrap();
        assert!(responses.keys().any(|s| s.starts_with('2')), "{name} never succeeds");
        assert_says_what_it_takes(&name, &operation);
        for (status, response) in responses {
            assert_says_what_it_gives(&openapi, &name, status, response);
        }
        if secured {
            let problems: &[&str] = if path.contains('{') { &["401", "403", "404"] } else { &["401", "403"] };
            for status in problems {
                assert!(responses.contains_key(*status), "{name} does not document {status}");
            }
        }
        if operation.get("requestBody").is_some() {
            for status in ["400", "413", "415"] {
                assert!(responses.contains_key(status), "{name} does not document {status}");
            }
        }
    }
}

fn assert_says_what_it_takes(name: &str, operation: &Value) {
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        assert!(parameter.get("schema").is_some(), "{name}: {parameter} has no schema");
    }
    for (media, content) in operation["requestBody"]["content"].as_object().into_iter().flatten() {
        assert!(content.get("schema").is_some(), "{name} takes {media} without a schema");
    }
}

fn every_body_has_an_example(app: &App) {
    let openapi = served(app);
    let shown = |content: &Value| {
        let of_type = resolved(&openapi, &content["schema"]).get("example").is_some();
        of_type || content.get("example").is_some() || content.get("examples").is_some()
    };
    let bodies =
        operations(&openapi).into_iter().filter(|(.., operation)| operation.get("requestBody").is_some());
    let without = bodies.filter(|(.., operation)| {
        !operation["requestBody"]["content"].as_object().unwrap().values().any(shown)
    });
    let without: Vec<String> = without.map(|(path, method, _)| format!("{method} {path}")).collect();
    assert_eq!(without, Vec::<String>::new(), "bodies without an example");
}

fn assert_says_what_it_gives(openapi: &Value, name: &str, status: &str, response: &Value) {
    let response = resolved(openapi, response);
    assert!(
        response["description"].as_str().is_some_and(|d| !d.is_empty()),
        "{name} {status} has no description"
    );
    let content = response["content"].as_object();
    if status.starts_with('4') || status.starts_with('5') {
        let problem = content.and_then(|c| c.get("application/problem+json"));
        assert!(
            problem.is_some_and(|p| p.get("schema").is_some()),
            "{name} {status} is not a documented problem"
        );
    } else if !matches!(status, "204" | "303" | "304") {
        let content = content.unwrap_or_else(|| panic!("{name} {status} does not say what it gives"));
        for (media, said) in content {
            let shown = ["schema", "example", "examples"].iter().any(|m| said.get(*m).is_some());
            assert!(shown, "{name} {status} gives {media} without schema or example");
        }
    }
}

fn resolved<'a>(openapi: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str().and_then(|r| r.strip_prefix('#')) {
        Some(pointer) => openapi.pointer(pointer).unwrap_or_else(|| panic!("{pointer} leads nowhere")),
        None => value,
    }
}

fn references_lead_somewhere(app: &App) {
    fn walk(openapi: &Value, value: &Value) {
        match value {
            Value::Object(members) => {
                if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
                    let pointer = reference
                        .strip_prefix('#')
                        .unwrap_or_else(|| panic!("{reference} leaves the document"));
                    assert!(openapi.pointer(pointer).is_some(), "{reference} leads nowhere");
                }
                members.values().for_each(|v| walk(openapi, v));
            }
            Value::Array(values) => values.iter().for_each(|v| walk(openapi, v)),
            _ => {}
        }
    }
    let openapi = served(app);
    walk(&openapi, &openapi);
}

fn what_is_served_is_documented(app: &App) {
    let openapi = served(app);
    let documented = openapi["paths"].as_object().unwrap();
    // No path has a method that is served and not documented: the server names those it has.
    for (path, item) in documented {
        let reply = app
            .admin()
            .request(
                "PROPFIND",
                &path.replace("{id}", "INC-2026-0001").replace("{type}", "phishing").replace("{seq}", "1"),
            )
            .send();
        reply.problem(405, "method_not_allowed");
        let allow: BTreeSet<String> = reply
            .header("allow")
            .unwrap()
            .split(',')
            .map(|m| m.trim().to_lowercase())
            .filter(|m| m != "head")
            .collect();
        let methods: BTreeSet<String> =
            item.as_object().unwrap().keys().filter(|k| METHODS.contains(&k.as_str())).cloned().collect();
        assert_eq!(allow, methods, "{path}: served (left), documented (right)");
    }
    // And no path of the contract is served without being documented.
    let id = app.reporter().reports(&report("Documented"));
    for template in [
        "/api/incidents/{id}/triage",
        "/api/incidents/{id}/playbook",
        "/api/incidents/{id}/deadlines",
        "/api/actions",
        "/api/playbooks",
        "/api/playbooks/{id}",
        "/api/agents",
        "/api/agents/{id}",
        "/api/agents/{id}/quarantine",
        "/api/intake/osint",
        "/api/intake/log",
        "/api/intake/{id}",
        "/api/reports/incidents/{id}",
        "/api/reports/{id}",
        "/api/stats/incidents",
        "/api/map/incidents",
        "/api/audit",
        "/api/audit/checkpoint",
        "/api/ip3/incidents",
        "/api/ip3/stats",
        "/api/ip3/playbooks",
        "/api/keys",
        "/api/docs",
        "/api/openapi.json",
        "/swagger-ui",
        "/docs",
    ] {
        if !documented.contains_key(template) {
            app.admin().get(&template.replace("{id}", &id)).problem(404, "not_found");
        }
    }
}

fn the_explorer_stands_alone(app: &App) {
    let client = app.anonymous();
    let mut page = client.get("/explorer");
    let mut base = "/explorer/".to_owned();
    if let Some(location) = page.header("location").map(str::to_owned) {
        base = location[..=location.rfind('/').unwrap()].to_owned();
        page = client.get(&location);
    }
    page.expect(200);
    let html = page.text();
    let mut assets = 0;
    for attribute in ["src=\"", "href=\""] {
        for target in html.split(attribute).skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(!target.contains("//"), "the explorer loads {target} from elsewhere");
            let target = target.trim_start_matches("./");
            let path = if target.starts_with('/') { target.to_owned() } else { format!("{base}{target}") };
            client.get(&path).expect(200);
            assets += 1;
        }
    }
    assert!(assets >= 2, "{html}");
}
