//! Every action and its command; everything that must not become one.

use super::*;
use probatum_kernel::{ActionId, IncidentId, PublicId, Timestamp};

fn call(action: &str, parameters: Value) -> Call {
    let Value::Object(parameters) = parameters else { panic!("an object") };
    Call {
        action_id: ActionId::new(Timestamp::EPOCH, &[7; 10]),
        action: action.to_owned(),
        parameters,
        incident_id: IncidentId::new(Timestamp::EPOCH, &[8; 10]),
        public_id: PublicId::new(2026, 42).unwrap(),
        requested_by: "operator:kdzik".parse().unwrap(),
        approved_by: None,
        requested_at: Timestamp::EPOCH,
    }
}

#[test]
fn every_action_has_its_pair() {
    let hash = "ab".repeat(32);
    let upper = hash.to_uppercase();
    let file = json!({ "file": { "hashes": { "sha256": upper } } });
    let cases = [
        ("block_ip", json!({ "ip": "8.8.4.4" }), "deny", json!({ "ipv4_net": "8.8.4.4/32" })),
        ("block_ip", json!({ "ip": "2001:DB8::1" }), "deny", json!({ "ipv6_net": "2001:db8::1/128" })),
        ("unblock_ip", json!({ "ip": "::ffff:8.8.4.4" }), "allow", json!({ "ipv4_net": "8.8.4.4/32" })),
        ("lookup_ip", json!({ "ip": "8.8.4.4" }), "query", json!({ "ipv4_net": "8.8.4.4/32" })),
        (
            "block_domain",
            json!({ "domain": "Evil.example." }),
            "deny",
            json!({ "domain_name": "evil.example" }),
        ),
        ("unblock_domain", json!({ "domain": "żółw.pl" }), "allow", json!({ "idn_domain_name": "żółw.pl" })),
        (
            "block_url",
            json!({ "url": "https://evil.example/a?b=%20" }),
            "deny",
            json!({ "uri": "https://evil.example/a?b=%20" }),
        ),
        ("lookup_url", json!({ "url": "https://żółw.pl/ą" }), "query", json!({ "iri": "https://żółw.pl/ą" })),
        ("block_hash", json!({ "hash_sha256": hash }), "deny", file.clone()),
        ("lookup_hash", json!({ "hash_sha256": upper }), "query", file),
        (
            "block_sender",
            json!({ "sender": "a@evil.example" }),
            "deny",
            json!({ "email_addr": "a@evil.example" }),
        ),
        (
            "block_sender",
            json!({ "sender": "@evil.example" }),
            "deny",
            json!({ "domain_name": "evil.example" }),
        ),
        (
            "unblock_sender",
            json!({ "sender": "ą@evil.example" }),
            "allow",
            json!({ "idn_email_addr": "ą@evil.example" }),
        ),
        ("isolate_host", json!({ "host": "PC-17" }), "contain", json!({ "device": { "hostname": "PC-17" } })),
        (
            "release_host",
            json!({ "host": "10.0.0.5" }),
            "allow",
            json!({ "device": { "device_id": "10.0.0.5" } }),
        ),
        (
            "isolate_host",
            json!({ "host": "asset:17" }),
            "contain",
            json!({ "device": { "device_id": "asset:17" } }),
        ),
        (
            "isolate_host",
            json!({ "host": "żółw" }),
            "contain",
            json!({ "device": { "idn_hostname": "żółw" } }),
        ),
        (
            "quarantine_email",
            json!({ "message_id": "AAMk", "reason": "Phishing detected" }),
            "contain",
            json!({ "x-probatum:email": { "message_id": "AAMk" } }),
        ),
        (
            "release_email",
            json!({ "message_id": "AAMk", "mailbox": "a@b.example" }),
            "allow",
            json!({ "x-probatum:email": { "message_id": "AAMk", "mailbox": "a@b.example" } }),
        ),
        (
            "disable_account",
            json!({ "account": "jdoe" }),
            "deny",
            json!({ "x-probatum:account": { "uid": "jdoe" } }),
        ),
        (
            "enable_account",
            json!({ "account": "jdoe" }),
            "allow",
            json!({ "x-probatum:account": { "uid": "jdoe" } }),
        ),
        (
            "revoke_sessions",
            json!({ "account": "jdoe" }),
            "delete",
            json!({ "x-probatum:sessions": { "uid": "jdoe" } }),
        ),
        (
            "reset_password",
            json!({ "account": "jdoe" }),
            "set",
            json!({ "x-probatum:credential": { "uid": "jdoe" } }),
        ),
        (
            "lookup_user",
            json!({ "account": "jdoe" }),
            "query",
            json!({ "x-probatum:account": { "uid": "jdoe" } }),
        ),
        (
            "lookup_domain",
            json!({ "domain": "evil.example" }),
            "query",
            json!({ "domain_name": "evil.example" }),
        ),
        (
            "unblock_url",
            json!({ "url": "http://evil.example" }),
            "allow",
            json!({ "uri": "http://evil.example" }),
        ),
        (
            "unblock_hash",
            json!({ "hash_sha256": hash }),
            "allow",
            json!({ "file": { "hashes": { "sha256": upper } } }),
        ),
    ];
    for (action, parameters, verb, target) in &cases {
        let said = command(&call(action, parameters.clone())).unwrap();
        assert_eq!((&said["action"], &said["target"]), (&json!(verb), target), "{action}");
        assert_eq!(said["args"], json!({ "response_requested": "complete" }));
        assert_eq!(said["command_id"].as_str().map(str::len), Some(36), "the most the language allows");
        let filtered = matches!(*action, "block_ip" | "unblock_ip");
        assert_eq!(said.get("actuator"), filtered.then(|| json!({ "slpf": {} })).as_ref());
    }
    for action in actions() {
        assert!(cases.iter().any(|(name, ..)| *name == action), "{action} is not tried");
        assert!(!UNMAPPED.contains(&action));
    }
}

#[test]
fn a_block_for_a_time_says_so_in_milliseconds() {
    let said = command(&call("block_ip", json!({ "ip": "8.8.4.4", "duration_minutes": 90 }))).unwrap();
    assert_eq!(said["args"], json!({ "response_requested": "complete", "duration": 5_400_000 }));
}

#[test]
fn what_cannot_be_said_is_not_said() {
    let cases = [
        ("create_ticket", json!({ "title": "x" }), "create_ticket"),
        ("block_everything", json!({}), "block_everything"),
        ("block_ip", json!({}), "parameters.ip"),
        ("block_ip", json!({ "ip": 7 }), "parameters.ip"),
        ("block_ip", json!({ "ip": "0.0.0.0/0" }), "parameters.ip"),
        ("block_ip", json!({ "ip": "8.8.4.4", "duration_minutes": 0 }), "duration_minutes"),
        ("block_ip", json!({ "ip": "8.8.4.4", "duration_minutes": -1 }), "duration_minutes"),
        ("block_domain", json!({ "domain": "evil example" }), "parameters.domain"),
        ("block_domain", json!({ "domain": "8.8.4.4" }), "parameters.domain"),
        ("block_domain", json!({ "domain": "-a.example" }), "parameters.domain"),
        ("block_domain", json!({ "domain": "a..example" }), "parameters.domain"),
        ("block_url", json!({ "url": "evil.example/login" }), "parameters.url"),
        ("block_url", json!({ "url": "https://" }), "parameters.url"),
        ("block_url", json!({ "url": "https://evil.example/\"" }), "parameters.url"),
        ("block_hash", json!({ "hash_sha256": "3b1f...e9" }), "parameters.hash_sha256"),
        ("block_sender", json!({ "sender": "Eve<a@evil.example" }), "parameters.sender"),
        ("block_sender", json!({ "sender": "a@" }), "parameters.sender"),
        ("quarantine_email", json!({ "message_id": "" }), "parameters.message_id"),
        ("quarantine_email", json!({ "message_id": "a", "mailbox": 1 }), "parameters.mailbox"),
        ("disable_account", json!({ "account": "a\nb" }), "parameters.account"),
    ];
    for (action, parameters, named) in cases {
        let why = command(&call(action, parameters)).unwrap_err().to_string();
        assert!(why.contains(named), "{action}: {why}");
    }
}
