//! A language model as triage engine, against servers on this machine: what it is told, and how little it can do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use probatum_application::triage::{Judgement, Triager};
use probatum_connectors::triage::{TriageConfig, triager};
use probatum_triage::{Classification, Embedded, Input, TriageEngine};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Instant;
use support::{Server, Step};

const TOKEN: &str = "hunter2hunter2";
const JSON: &str = "content-type: application/json\r\n";

fn engine(address: &str, more: &str) -> Arc<dyn Triager> {
    let settings = format!(
        "engine = 'llm'\n[llm]\nurl = 'http://{address}/v1'\nmodel = 'judge-7b'\ntoken_env = 'TOKEN'\nallow_private = true\n\
         allow_plain = true\ntimeout_seconds = 1\nretries = 0\n{more}"
    );
    let config: TriageConfig = toml::from_str(&settings).unwrap();
    let env = |name: &str| (name == "TOKEN").then(|| TOKEN.to_owned());
    triager(&config, &["phishing", "other"], &[], &env).unwrap()
}

/// A mail the embedded engine calls malicious.
fn attack() -> Input {
    Input {
        incident_type: Some("phishing".to_owned()),
        source: Some("email_gateway".to_owned()),
        raw_data: json!({
            "message_id": "<1@b4nk-login.example>",
            "sender": "\"PayPal Security\" <jan.kowalski@paypa1-login.example>",
            "reply_to": "collector@mailbox.example",
            "recipient": "anna.nowak@corp.example",
            "subject": "Urgent: your account has been suspended",
            "body": "Your PayPal account has been suspended. Verify your password within 24 hours or it will be closed: \
                     http://paypa1-login.example/verify\nCall +48 600 100 200.",
            "authentication_results": "spf=fail dkim=fail dmarc=fail",
        }),
    }
}

fn words(content: &str) -> Step {
    let body = json!({
        "id": "c1", "choices": [{"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1000, "completion_tokens": 500},
    });
    Step::Answer(200, JSON, body.to_string().leak())
}

fn verdict(classification: &str, evidence: &str) -> String {
    json!({
        "classification": classification, "confidence": 0.97, "category": "phishing", "reasoning": "As [name-1-x] says.",
        "signals": [{"name": "seen", "weight": 3, "evidence": evidence}],
    })
    .to_string()
}

async fn judged(engine: &Arc<dyn Triager>) -> Judgement {
    let begun = Instant::now();
    let judgement = engine.judge(attack()).await.unwrap();
    assert!(begun.elapsed() < engine.longest());
    judgement.verdict.grounded_in(&attack().raw_data).unwrap();
    assert!(!format!("{judgement:?}").contains(TOKEN));
    judgement
}

#[test]
fn the_embedded_engine_calls_the_sample_an_attack() {
    let verdict = Embedded::new().judge(&attack()).unwrap();
    assert_eq!(verdict.classification(), Classification::Malicious, "{verdict:?}");
}

#[tokio::test]
async fn a_model_is_told_what_is_needed_and_is_believed_what_it_quotes() {
    let server = Server::plain(&[words(&verdict("malicious", "http://paypa1-login.example/verify"))]);
    let more = "price_per_million_input = 2.0\nprice_per_million_output = 10.0";
    let found = judged(&engine(&server.address.to_string(), more)).await;
    assert_eq!((found.verdict.engine(), found.verdict.model()), ("llm/1", Some("judge-7b")));
    assert_eq!(found.fallback, None);
    let transcript = found.transcript.unwrap();
    assert_eq!((transcript.prompt_tokens, transcript.completion_tokens), (Some(1000), Some(500)));
    assert!((transcript.cost.unwrap() - 0.007).abs() < 1e-9);

    let seen = server.seen();
    assert!(seen[0].head.starts_with("POST /v1/chat/completions "));
    assert_eq!(seen[0].header("authorization"), Some("Bearer hunter2hunter2"));
    let sent = seen[0].json();
    assert_eq!(
        (&sent["model"], &sent["temperature"], &sent["max_tokens"]),
        (&json!("judge-7b"), &json!(0), &json!(2048))
    );
    assert_eq!(sent["response_format"]["json_schema"]["strict"], true);
    let (system, user) =
        (sent["messages"][0]["content"].as_str().unwrap(), sent["messages"][1]["content"].as_str().unwrap());
    assert!(!system.contains("paypa1"), "what is judged stands in the fence alone");
    for private in ["Kowalski", "kowalski", "nowak", "600 100 200"] {
        assert!(!user.contains(private) && !transcript.prompt.contains(private), "{user}");
    }
    assert!(user.contains("@paypa1-login.example") && user.contains("@corp.example"));
}

#[tokio::test]
async fn a_model_is_called_by_https() {
    let server = Server::tls(&[words(&verdict("malicious", "Urgent"))]);
    let model = |more: &str| {
        let url = format!("https://localhost:{}/v1/", server.address.port());
        let settings = format!(
            "engine = 'llm'\n[llm]\nurl = '{url}'\nmodel = 'm'\nallow_private = true\nretries = 0\n{more}"
        );
        triager(&toml::from_str(&settings).unwrap(), &["phishing"], &[], &|_| None).unwrap()
    };
    let ca = format!("ca_file = '{}/tests/tls/ca.pem'", env!("CARGO_MANIFEST_DIR"));
    assert_eq!(judged(&model(&ca)).await.fallback, None);
    assert!(judged(&model("")).await.fallback.is_some(), "a certificate nobody vouches for");
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn the_nonce_is_another_each_time() {
    let server = Server::plain(&[words(&verdict("malicious", "Urgent"))]);
    let engine = engine(&server.address.to_string(), "minimise = false");
    judged(&engine).await;
    judged(&engine).await;
    let fences: Vec<String> = server
        .seen()
        .iter()
        .map(|s| s.json()["messages"][1]["content"].as_str().unwrap().lines().next().unwrap().to_owned())
        .collect();
    assert_ne!(fences[0], fences[1]);
    let whole = server.seen()[0].json()["messages"][1]["content"].as_str().unwrap().contains("jan.kowalski@");
    assert!(whole, "minimise = false sends it as it is");
}

#[tokio::test]
async fn a_model_that_obeys_the_data_changes_nothing_for_the_better() {
    for mild in ["benign", "inconclusive", "suspicious"] {
        let server = Server::plain(&[words(&verdict(mild, "Urgent"))]);
        let found = judged(&engine(&server.address.to_string(), "")).await;
        assert_eq!(found.verdict.classification(), Classification::Malicious);
        assert_eq!((found.verdict.engine(), found.fallback), ("embedded/1", None));
        assert!(
            found.verdict.reasoning().contains(&format!("saw it as {mild}")),
            "{}",
            found.verdict.reasoning()
        );
    }
}

#[tokio::test]
async fn whatever_goes_wrong_the_embedded_verdict_stands() {
    let refusal =
        json!({"choices": [{"message": {"content": null, "refusal": "I cannot"}, "finish_reason": "stop"}]});
    let cut = json!({"choices": [{"message": {"content": "{\"classif"}, "finish_reason": "length"}]});
    let invented = verdict("benign", "This mail was verified by the security team");
    let cases: Vec<(Step, &str)> = vec![
        (Step::Cut, "broke"),
        (Step::Trickle, "in time"),
        (Step::Huge, "too much"),
        (Step::Answer(401, JSON, "{}"), "HTTP 401"),
        (Step::Answer(302, "location: http://169.254.169.254/\r\n", ""), "HTTP 302"),
        (Step::Answer(500, JSON, "{}"), "HTTP 500"),
        (Step::Answer(200, JSON, refusal.to_string().leak()), "refused"),
        (Step::Answer(200, JSON, cut.to_string().leak()), "cut off"),
        (Step::Answer(200, JSON, "not json"), "no chat completion"),
        (words("I think it is fine."), "agreed form"),
        (words(&verdict("fine", "Urgent")), "agreed form"),
        (words(&verdict("malicious", "")), "usable"),
        (words(&invented), "does not say"),
        (words(&format!("{} {}", verdict("benign", "Urgent"), "x".repeat(40_000))), "too much"),
        (Step::Echo, "no chat completion"),
    ];
    for (step, part) in cases {
        let server = Server::plain(&[step]);
        let found = judged(&engine(&server.address.to_string(), "")).await;
        let said = found.fallback.unwrap_or_else(|| panic!("no fallback for {part}"));
        assert!(said.contains(part), "{part}: {said}");
        assert_eq!(
            (found.verdict.classification(), found.verdict.engine()),
            (Classification::Malicious, "embedded/1")
        );
        assert!(found.verdict.reasoning().contains(&said), "{}", found.verdict.reasoning());
        assert!(found.transcript.is_some_and(|t| t.prompt.contains("BEGIN DATA")));
    }
    let found = judged(&engine("127.0.0.1:1", "")).await;
    assert!(found.fallback.unwrap().contains("could not be reached"));
}

#[tokio::test]
async fn a_server_without_schemas_is_asked_without() {
    let good = words(&verdict("malicious", "Urgent"));
    let server = Server::plain(&[Step::Answer(400, JSON, "{\"error\":\"response_format\"}"), good]);
    let engine = engine(&server.address.to_string(), "");
    for _ in 0..2 {
        assert_eq!(judged(&engine).await.fallback, None);
    }
    let forms: Vec<bool> =
        server.seen().iter().map(|s| s.json().get("response_format").is_some_and(Value::is_object)).collect();
    assert_eq!(forms, [true, false, false]);
}

#[tokio::test]
async fn a_busy_server_is_asked_again() {
    let server =
        Server::plain(&[Step::Answer(503, "retry-after: 0\r\n", ""), words(&verdict("malicious", "Urgent"))]);
    let engine = engine(&server.address.to_string(), "");
    assert!(judged(&engine).await.fallback.unwrap().contains("HTTP 503"), "retries = 0");
    let server =
        Server::plain(&[Step::Answer(503, "retry-after: 0\r\n", ""), words(&verdict("malicious", "Urgent"))]);
    let settings = format!(
        "engine = 'llm'\n[llm]\nurl = 'http://{}/v1'\nmodel = 'm'\nallow_private = true\nallow_plain = true",
        server.address
    );
    let patient = triager(&toml::from_str(&settings).unwrap(), &["phishing"], &[], &|_| None).unwrap();
    assert_eq!(judged(&patient).await.fallback, None);
    assert_eq!(server.seen().len(), 2);
    assert_eq!(server.seen()[0].header("authorization"), None);
}

#[tokio::test]
async fn what_is_too_large_is_not_sent() {
    let server = Server::plain(&[words(&verdict("malicious", "Urgent"))]);
    let mut input = attack();
    input.raw_data["padding"] = json!("x ".repeat(40_000));
    let found = engine(&server.address.to_string(), "").judge(input).await.unwrap();
    assert!(found.fallback.unwrap().contains("too large"));
    assert_eq!((server.seen().len(), found.transcript), (0, None));
}
