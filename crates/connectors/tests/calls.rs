//! Connectors against real servers on this machine: what they send, what they make of answers, and what they survive.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use probatum_application::connector::{Call, CallError, Connectors, Outcome};
use probatum_connectors::webhook::{Secret, verify};
use probatum_connectors::{ConnectorConfig, ConnectorSet};
use probatum_kernel::{ActionId, IncidentId, PublicId, Timestamp};
use serde_json::json;
use std::time::{Duration, Instant, SystemTime};
use support::{Server, Step};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const TOKEN: &str = "hunter2hunter2";

fn env(name: &str) -> Option<String> {
    match name {
        "HOOK_SECRET" => Some(SECRET.to_owned()),
        "TOKEN" => Some(TOKEN.to_owned()),
        _ => None,
    }
}

fn set(settings: &str) -> ConnectorSet {
    let config: ConnectorConfig = toml::from_str(settings).unwrap();
    ConnectorSet::new(vec![config], false, &env).unwrap()
}

/// A webhook to this server, on this machine, by plain http, with these settings beside.
fn webhook(server: &Server, more: &str) -> ConnectorSet {
    set(&format!(
        "name = 'remote'\nkind = 'webhook'\nurl = 'http://{}/hook'\nactions = ['*']\nsecret_env = 'HOOK_SECRET'\n\
         token_env = 'TOKEN'\nallow_private = true\nallow_plain = true\n{more}",
        server.address
    ))
}

fn openc2(url: &str, more: &str) -> ConnectorSet {
    set(&format!(
        "name = 'remote'\nkind = 'openc2'\nurl = '{url}'\nactions = ['block_*']\nallow_private = true\n{more}"
    ))
}

fn block_ip() -> Call {
    Call {
        action_id: ActionId::new(Timestamp::EPOCH, &[7; 10]),
        action: "block_ip".to_owned(),
        parameters: serde_json::Map::from_iter([("ip".to_owned(), json!("198.51.100.7"))]),
        incident_id: IncidentId::new(Timestamp::EPOCH, &[8; 10]),
        public_id: PublicId::new(2026, 42).unwrap(),
        requested_by: "operator:kdzik".parse().unwrap(),
        approved_by: Some("senior:mpaw".parse().unwrap()),
        requested_at: "2026-07-04T08:12:03Z".parse().unwrap(),
    }
}

async fn call(set: &ConnectorSet) -> Result<Outcome, CallError> {
    let begun = Instant::now();
    let ended = set.call("remote", block_ip()).await;
    let longest = set.route("block_ip").unwrap().longest;
    assert!(begun.elapsed() < longest, "took {:?} of {longest:?}", begun.elapsed());
    if let Ok(outcome) = &ended {
        assert!(!outcome.simulated && outcome.message.chars().count() <= 500);
    }
    let all = format!("{ended:?}");
    assert!(!all.contains(TOKEN) && !all.contains(SECRET), "{all}");
    ended
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    since.as_secs().try_into().unwrap()
}

const JSON: &str = "content-type: application/json\r\n";

#[tokio::test]
async fn a_webhook_is_signed_and_says_everything() {
    let said = r#"{"success":true,"message":"blocked on 3 gateways","reference":"CHG-7"}"#;
    let server = Server::plain(&[Step::Answer(200, JSON, said)]);
    let outcome = call(&webhook(&server, "")).await.unwrap();
    assert!(outcome.success);
    assert_eq!(outcome.message, "blocked on 3 gateways");
    assert_eq!(outcome.reference.as_deref(), Some("CHG-7"));
    let seen = &server.seen()[0];
    assert!(seen.head.starts_with("POST /hook HTTP/1.1"), "{}", seen.head);
    let header = |name| seen.header(name).unwrap();
    let secret: Secret = SECRET.parse().unwrap();
    let checked = verify(
        &secret,
        header("webhook-id"),
        header("webhook-timestamp"),
        header("webhook-signature"),
        &seen.body,
        now(),
    );
    assert_eq!(checked, Ok(()));
    assert_eq!(header("webhook-id"), block_ip().action_id.to_string());
    assert_eq!(header("authorization"), format!("Bearer {TOKEN}"));
    assert!(header("user-agent").starts_with("probatum/"));
    let (body, call) = (seen.json(), block_ip());
    assert_eq!(body["type"], "probatum.action.requested");
    let data = json!({
        "action_id": call.action_id, "action": "block_ip", "parameters": { "ip": "198.51.100.7" },
        "incident": { "id": call.incident_id, "public_id": "INC-2026-0042" }, "requested_by": "operator:kdzik",
        "requested_at": "2026-07-04T08:12:03Z", "approved_by": "senior:mpaw",
    });
    assert_eq!(body["data"], data);
}

#[tokio::test]
async fn openc2_goes_over_tls_to_whom_the_ca_file_vouches_for() {
    let response = json!({ "status": 200, "results": { "slpf": { "rule_number": 17 } } });
    let headers = json!({ "request_id": block_ip().action_id });
    let message = json!({ "headers": headers, "body": { "openc2": { "response": response } } });
    let kind = "content-type: application/openc2+json;version=1.0\r\n";
    let server = Server::tls(&[Step::Answer(200, kind, message.to_string().leak()), Step::Trickle]);
    let url = format!("https://localhost:{}/.well-known/openc2", server.address.port());
    let ca = format!("ca_file = '{}/tests/tls/ca.pem'\n", env!("CARGO_MANIFEST_DIR"));
    let outcome = call(&openc2(&url, &ca)).await.unwrap();
    assert_eq!((outcome.success, outcome.reference.as_deref()), (true, Some("slpf:rule_number 17")));
    let seen = &server.seen()[0];
    assert!(seen.head.starts_with("POST /.well-known/openc2 HTTP/1.1"), "{}", seen.head);
    assert_eq!(seen.header("content-type"), Some("application/openc2+json;version=1.0"));
    assert_eq!(seen.header("x-request-id"), Some(block_ip().action_id.to_string().as_str()));
    let request = &seen.json()["body"]["openc2"]["request"];
    assert_eq!(
        (&request["action"], &request["target"]),
        (&json!("deny"), &json!({ "ipv4_net": "198.51.100.7/32" }))
    );

    let slow = call(&openc2(&url, &format!("{ca}timeout_seconds = 1"))).await.unwrap_err();
    assert!(slow.may_have_happened && slow.reason.contains("within 1 s"), "{slow:?}");

    for (url, settings) in [(url.as_str(), "retries = 0"), ("https://localhost:1/", ca.as_str())] {
        let error = call(&openc2(url, settings)).await.unwrap_err();
        assert!(!error.may_have_happened && error.reason.contains("could not be reached"), "{error:?}");
    }
    assert_eq!(server.seen().len(), 2, "a stranger's certificate gets no request");
}

#[tokio::test]
async fn every_status_is_what_it_is() {
    let refused = Some(false);
    // What came of it: done or not done, or nothing known; then whether it may have happened.
    let cases = [
        (200, Some(true), false),
        (201, Some(true), false),
        (202, refused, false),
        (204, Some(true), false),
        (301, None, true),
        (303, None, true),
        (307, None, false),
        (308, None, false),
        (400, refused, false),
        (401, refused, false),
        (403, refused, false),
        (404, refused, false),
        (409, refused, false),
        (429, None, false),
        (500, None, true),
        (501, refused, false),
        (502, None, true),
        (503, None, true),
        (504, None, true),
        (599, None, true),
    ];
    for (status, success, maybe) in cases {
        let server = Server::plain(&[Step::Answer(status, "", "")]);
        match (call(&webhook(&server, "retries = 0")).await, success) {
            (Ok(outcome), Some(success)) => assert_eq!(outcome.success, success, "{status}"),
            (Err(error), None) => assert_eq!(error.may_have_happened, maybe, "{status}: {error:?}"),
            (ended, _) => panic!("{status}: {ended:?}"),
        }
    }
}

#[tokio::test]
async fn openc2_statuses_reach_people() {
    for (status, success) in
        [(200, true), (102, false), (403, false), (404, false), (500, false), (501, false)]
    {
        let body: &'static str = format!(r#"{{"status":{status},"status_text":"because"}}"#).leak();
        let server = Server::plain(&[Step::Answer(200, JSON, body)]);
        let url = format!("http://{}/.well-known/openc2", server.address);
        let outcome = call(&openc2(&url, "allow_plain = true\ntransfer = '1.0'\n")).await.unwrap();
        assert_eq!(outcome.success, success, "{status}");
        assert!(outcome.message.contains("because"), "{}", outcome.message);
        assert_eq!(server.seen()[0].json()["command_id"], block_ip().action_id.to_string());
    }
}

#[tokio::test]
async fn what_was_sent_and_not_answered_may_have_happened_and_is_not_sent_again() {
    let steps =
        [(Step::Cut, "broke"), (Step::Trickle, "did not answer within 1 s"), (Step::Huge, "too large")];
    for (step, part) in steps {
        let server = Server::plain(&[step]);
        let error = call(&webhook(&server, "timeout_seconds = 1")).await.unwrap_err();
        assert!(error.may_have_happened && error.reason.contains(part), "{error:?}");
        assert_eq!(server.seen().len(), 1, "{part}");
    }
}

#[tokio::test]
async fn a_redirect_into_the_network_is_not_followed() {
    let inside = Server::plain(&[Step::Answer(200, "", "")]);
    let location: &'static str = format!("location: http://{}/latest/meta-data\r\n", inside.address).leak();
    for status in [302, 307] {
        let server = Server::plain(&[Step::Answer(status, location, "")]);
        let error = call(&webhook(&server, "")).await.unwrap_err();
        assert!(error.reason.contains("redirect, which is not followed"), "{error:?}");
        assert_eq!(server.seen().len(), 1);
    }
    assert!(inside.seen().is_empty());
}

#[tokio::test]
async fn this_machine_is_called_only_if_the_connector_says_so() {
    let server = Server::plain(&[Step::Answer(200, "", "")]);
    let settings = format!(
        "name = 'remote'\nkind = 'webhook'\nurl = 'http://localhost:{}/'\nactions = ['*']\n\
         secret_env = 'HOOK_SECRET'\nallow_plain = true\n",
        server.address.port()
    );
    let error = call(&set(&settings)).await.unwrap_err();
    assert!(!error.may_have_happened && error.reason.contains("must not be called"), "{error:?}");
    assert!(error.cause.contains("allow_private"), "{}", error.cause);
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_retry_is_the_same_request_with_the_same_key() {
    let server = Server::plain(&[
        Step::Answer(503, "", ""),
        Step::Answer(429, "retry-after: 1\r\n", ""),
        Step::Answer(200, "", ""),
    ]);
    let begun = Instant::now();
    assert!(call(&webhook(&server, "repeatable = true")).await.unwrap().success);
    assert!(begun.elapsed() >= Duration::from_secs(1), "the wait asked for is kept");
    let seen = server.seen();
    assert_eq!(seen.len(), 3);
    let secret: Secret = SECRET.parse().unwrap();
    for request in &seen {
        assert_eq!(request.header("webhook-id"), Some(block_ip().action_id.to_string().as_str()));
        assert_eq!(request.json()["data"], seen[0].json()["data"]);
        let header = |name| request.header(name).unwrap();
        let (at, signature) = (header("webhook-timestamp"), header("webhook-signature"));
        assert_eq!(verify(&secret, header("webhook-id"), at, signature, &request.body, now()), Ok(()));
    }
}

#[tokio::test]
async fn what_must_not_be_repeated_is_repeated_only_if_it_did_not_happen() {
    let busy = Server::plain(&[Step::Answer(503, "", ""), Step::Answer(200, "", "")]);
    let error = call(&webhook(&busy, "repeatable = false")).await.unwrap_err();
    assert!(error.may_have_happened);
    assert_eq!(busy.seen().len(), 1);
    let limited = Server::plain(&[Step::Answer(429, "", ""), Step::Answer(200, "", "")]);
    assert!(call(&webhook(&limited, "repeatable = false")).await.unwrap().success);
    assert_eq!(limited.seen().len(), 2);
}

#[tokio::test]
async fn who_asks_for_more_time_than_a_call_has_is_not_called_again() {
    let server = Server::plain(&[Step::Answer(429, "retry-after: 3600\r\n", "")]);
    let error = call(&webhook(&server, "")).await.unwrap_err();
    assert!(!error.may_have_happened && error.reason.contains("fewer requests"), "{error:?}");
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_doubt_about_an_earlier_attempt_stays() {
    let refused = Server::plain(&[Step::Answer(502, "", ""), Step::Answer(409, "", "")]);
    let outcome = call(&webhook(&refused, "repeatable = true")).await.unwrap();
    assert!(
        !outcome.success && outcome.message.contains("an earlier attempt may have"),
        "{}",
        outcome.message
    );
    let limited = Server::plain(&[Step::Answer(502, "", ""), Step::Answer(429, "", "")]);
    assert!(call(&webhook(&limited, "repeatable = true\nretries = 1")).await.unwrap_err().may_have_happened);
}

#[tokio::test]
async fn the_breaker_opens_after_five_failures_and_for_this_connector_alone() {
    let server = Server::plain(&[Step::Answer(500, "", "")]);
    let set = webhook(&server, "retries = 0");
    for _ in 0..5 {
        assert!(call(&set).await.unwrap_err().may_have_happened);
    }
    let error = call(&set).await.unwrap_err();
    assert!(!error.may_have_happened && error.reason.contains("left alone"), "{error:?}");
    assert_eq!(server.seen().len(), 5, "the sixth call reached nobody");
    // Refusals are answers: they open nothing.
    let refusing = Server::plain(&[Step::Answer(403, "", "")]);
    let set = webhook(&refusing, "");
    for _ in 0..7 {
        assert!(!call(&set).await.unwrap().success);
    }
    assert_eq!(refusing.seen().len(), 7);
}

#[tokio::test]
async fn a_secret_that_comes_back_stays_out_of_the_record() {
    let server = Server::plain(&[Step::Echo]);
    let outcome = call(&webhook(&server, "")).await.unwrap();
    assert_eq!(
        (outcome.message.as_str(), outcome.reference.as_deref()),
        ("you sent Bearer …", Some("Bearer …"))
    );
}

#[tokio::test]
async fn what_cannot_be_said_is_not_sent_and_opens_nothing() {
    let server = Server::plain(&[Step::Answer(200, JSON, r#"{"status":200}"#)]);
    let set = openc2(&format!("http://{}/.well-known/openc2", server.address), "allow_plain = true\n");
    let wrong = serde_json::Map::from_iter([("ip".to_owned(), json!("everything"))]);
    for _ in 0..6 {
        let error = set.call("remote", Call { parameters: wrong.clone(), ..block_ip() }).await.unwrap_err();
        assert!(!error.may_have_happened && error.reason.contains("parameters.ip"), "{error:?}");
    }
    assert!(server.seen().is_empty());
    assert!(call(&set).await.unwrap().success);
}
