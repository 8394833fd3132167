//! What is sent to an OpenC2 consumer, and what its answers prove.

use super::*;
use probatum_kernel::{ActionId, IncidentId, PublicId, Timestamp};
use std::time::Duration;

fn call(action: &str) -> Call {
    Call {
        action_id: ActionId::new(Timestamp::EPOCH, &[7; 10]),
        action: action.to_owned(),
        parameters: Map::from_iter([("ip".to_owned(), json!("8.8.4.4"))]),
        incident_id: IncidentId::new(Timestamp::EPOCH, &[8; 10]),
        public_id: PublicId::new(2026, 42).unwrap(),
        requested_by: "operator:kdzik".parse().unwrap(),
        approved_by: None,
        requested_at: Timestamp::EPOCH,
    }
}

fn consumer(transfer: Transfer) -> OpenC2 {
    OpenC2 {
        name: "fw".to_owned(),
        transfer,
        sender: Some("probatum.example.org".to_owned()),
        receiver: "fw.example.org".to_owned(),
        secrets: Secrets(vec!["hunter2".to_owned()]),
    }
}

fn read(status: u16, body: &str) -> Reading {
    let answer = Answer { status, media_type: None, retry_after: None, body: body.as_bytes().to_vec() };
    consumer(Transfer::Message).read(&answer, &call("block_ip"))
}

#[test]
fn both_transfers_carry_the_same_command_and_the_actions_id() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_millis(1_545_257_700_000);
    let id = call("block_ip").action_id.to_string();
    let command = command(&call("block_ip")).unwrap();
    let of = |transfer| {
        let parts = consumer(transfer).parts(&call("block_ip"), now).unwrap();
        let header = |name| parts.headers.iter().find(|(n, _)| *n == name).map(|(_, v)| v.clone()).unwrap();
        assert_eq!(header("x-request-id"), id);
        (header("content-type"), serde_json::from_slice::<Value>(&parts.body).unwrap())
    };
    let (kind, message) = of(Transfer::Message);
    assert_eq!(kind, "application/openc2+json;version=1.0");
    let expected = json!({
        "headers": {
            "request_id": id, "created": 1_545_257_700_000u64, "from": "probatum.example.org", "to": ["fw.example.org"],
        },
        "body": { "openc2": { "request": command } },
    });
    assert_eq!(message, expected);
    let (kind, bare) = of(Transfer::Bare);
    assert_eq!((kind.as_str(), bare), ("application/openc2-cmd+json;version=1.0", command));
}

#[test]
fn only_200_is_success() {
    let cases = [
        (200, true, "fw carried block_ip out"),
        (102, false, "accepted block_ip, but did not confirm"),
        (400, false, "did not understand"),
        (401, false, "does not know us"),
        (403, false, "refuses"),
        (404, false, "found nothing"),
        (500, false, "failed to carry"),
        (501, false, "does not support"),
    ];
    for (status, success, part) in cases {
        for http in [200, status].into_iter().filter(|http| *http >= 200) {
            for body in [
                format!(r#"{{"status":{status}}}"#),
                format!(r#"{{"status":{status},"status_text":"so it is"}}"#),
                format!(
                    r#"{{"headers":{{"created":1}},"body":{{"openc2":{{"response":{{"status":{status}}}}}}}}}"#
                ),
            ] {
                let Reading::Done(outcome) = read(http, &body) else { panic!("{http} {body}") };
                assert_eq!(outcome.success, success, "{body}");
                assert!(outcome.message.contains(part), "{}", outcome.message);
                assert_eq!(outcome.message.contains("so it is"), body.contains("so it is"));
            }
        }
    }
    for http in [200, 503] {
        assert!(matches!(read(http, r#"{"status":503}"#), Reading::Busy { maybe: false, .. }));
    }
}

#[test]
fn what_is_no_response_proves_nothing() {
    let other = r#"{"headers":{"request_id":"other"},"body":{"openc2":{"response":{"status":200}}}}"#;
    for body in [
        "",
        "ok",
        "{}",
        "[]",
        r#"{"status":"200"}"#,
        r#"{"status":200,"extra":1}"#,
        r#"{"status":200} x"#,
        r#"{"status":299}"#,
        r#"{"status":200,"results":[]}"#,
        r#"{"body":{"openc2":{"request":{"status":200}}}}"#,
        other,
    ] {
        let Reading::Failed(error) = read(200, body) else { panic!("{body}") };
        assert!(error.may_have_happened, "{body}");
    }
    // A refusal by HTTP is no success, whatever the body says.
    assert!(matches!(read(403, r#"{"status":200}"#), Reading::Failed(_)));
    let Reading::Done(outcome) = read(403, "<html>") else { panic!("HTTP has the word") };
    assert!(!outcome.success);
}

#[test]
fn what_comes_back_is_kept_without_secrets() {
    let body = r#"{"status":200,"status_text":"hunter2\nok","results":{"slpf":{"rule_number":1234}}}"#;
    let Reading::Done(outcome) = read(200, body) else { panic!() };
    assert_eq!(outcome.message, "fw carried block_ip out: … ok");
    assert_eq!(outcome.reference.as_deref(), Some("slpf:rule_number 1234"));
    let answer = Answer {
        status: 200,
        media_type: None,
        retry_after: None,
        body: br#"{"status":200,"results":{"x-intel":{"verdict":"bad"}}}"#.to_vec(),
    };
    let Reading::Done(outcome) = consumer(Transfer::Bare).read(&answer, &call("lookup_ip")) else { panic!() };
    assert!(outcome.message.ends_with(r#"{"x-intel":{"verdict":"bad"}}"#), "{}", outcome.message);
}
