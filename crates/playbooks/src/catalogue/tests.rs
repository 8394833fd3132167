//! What the catalogue takes and what it refuses.

use super::*;
use serde_json::json;

fn faults(action: &str, parameters: Value) -> Vec<(String, &'static str)> {
    let mut faults = Vec::new();
    check_parameters(action, parameters.as_object().unwrap(), &mut faults);
    faults.into_iter().map(|f| (f.field, f.code)).collect()
}

#[test]
fn every_inverse_is_known_takes_the_same_and_leads_back() {
    for action in CATALOGUE {
        assert_eq!(CATALOGUE.iter().filter(|a| a.name == action.name).count(), 1, "{}", action.name);
        let Some(inverse) = action.inverse else { continue };
        let inverse = known_action(inverse).unwrap();
        assert_eq!(inverse.inverse, Some(action.name));
        assert_eq!(inverse.parameters, action.parameters, "{}", action.name);
    }
}

#[test]
fn the_parameters_of_the_contract_are_taken() {
    let given = json!({"message_id": "AAMkAGI2...", "reason": "Phishing detected"});
    assert_eq!(faults("quarantine_email", given), []);
}

#[test]
fn every_wrong_parameter_is_named() {
    let given = json!({"ip": "1.2.3", "duration_minutes": 0, "why": "x"});
    let expected = [("ip", "invalid"), ("duration_minutes", "invalid"), ("why", "unknown")];
    assert_eq!(faults("block_ip", given), expected.map(|(f, c)| (format!("parameters.{f}"), c)));
    assert_eq!(faults("block_ip", json!({})), [("parameters.ip".to_owned(), "required")]);
    assert_eq!(faults("block_ip", json!({"ip": null})), [("parameters.ip".to_owned(), "required")]);
}

#[test]
fn sizes_are_limited_for_unknown_actions_too() {
    assert_eq!(faults("company_thing", json!({"a": {"b": [1, 2]}})), []);
    let many: Map<String, Value> = (0..51).map(|i| (i.to_string(), json!(1))).collect();
    assert_eq!(faults("company_thing", Value::Object(many)), [("parameters".to_owned(), "too_long")]);
    let long = json!({"a": "x".repeat(17_000)});
    assert_eq!(faults("company_thing", long), [("parameters".to_owned(), "too_long")]);
}

#[test]
fn kinds_are_checked() {
    for (kind, given, good) in [
        (K::Ip, json!("192.0.2.1"), true),
        (K::Ip, json!("192.0.2.0/24"), true),
        (K::Ip, json!("2001:db8::/32"), true),
        (K::Ip, json!("192.0.2.0/33"), false),
        (K::Ip, json!("192.0.2.0/+8"), false),
        (K::Ip, json!("192.0.2.0/08"), false),
        (K::Ip, json!(1), false),
        (K::Ip, json!("0.0.0.0/0"), false),
        (K::Ip, json!("10.0.0.0/8"), true),
        (K::Ip, json!("10.0.0.0/7"), false),
        (K::Domain, json!("_dmarc.example.org"), false),
        (K::Url, json!("https://:@"), false),
        (K::Url, json!("https://example.org/a|b"), false),
        (K::Url, json!("http://[2001:db8::1]/a"), true),
        (K::Line(9), json!("a\nb"), false),
        (K::Domain, json!("mail.example.org"), true),
        (K::Domain, json!("xn--bcher-kva.example"), true),
        (K::Domain, json!("localhost"), false),
        (K::Domain, json!("10.0.0.1"), false),
        (K::Domain, json!("-a.example"), false),
        (K::Domain, json!("a..example"), false),
        (K::Url, json!("https://example.org/a?b=c"), true),
        (K::Url, json!("ftp://example.org"), false),
        (K::Url, json!("https:///x"), false),
        (K::Url, json!("https://exam ple.org"), false),
        (K::Sha256, json!("a".repeat(64)), true),
        (K::Sha256, json!("a".repeat(63)), false),
        (K::Sha256, json!("g".repeat(64)), false),
        (K::Address, json!("a.b@example.org"), true),
        (K::Address, json!("example.org"), false),
        (K::Address, json!("a b@example.org"), false),
        (K::AddressOrDomain, json!("example.org"), true),
        (K::Agent, json!("b1f2...-agent"), true),
        (K::Agent, json!(""), false),
        (K::Minutes, json!(60), true),
        (K::Minutes, json!(1.5), false),
        (K::Minutes, json!(600_000), false),
        (K::Text(3), json!("abc"), true),
        (K::Text(3), json!("abcd"), false),
    ] {
        assert_eq!(kind.check(&given).is_ok(), good, "{kind:?} {given}");
    }
}
