//! Signals of odd sign-ins: places, devices, failures, missing second factors, hidden origins.

use super::sheet::{Rule, Sheet};
use crate::input::fields;
use crate::text::quote;
use serde_json::Value;

pub const TRAVEL: Rule = Rule::new("impossible_travel", 2.6, "nobody travels that fast");
pub const HIDDEN_ORIGIN: Rule =
    Rule::new("hidden_origin", 1.8, "the sign-in came through Tor, a proxy or a hosting network");
pub const NEW_PLACE: Rule = Rule::new("new_place_or_device", 1.2, "place or device are new for this account");
pub const GUESSING: Rule = Rule::new("password_guessing", 1.8, "passwords were tried out");
pub const NO_SECOND_FACTOR: Rule =
    Rule::new("second_factor_missing", 1.2, "there was no second factor, or it was worn down");
pub const RISK: Rule = Rule::new("rated_risky", 1.4, "the identity provider rates it as risky");
pub const OLD_PROTOCOL: Rule =
    Rule::new("legacy_protocol", 1.2, "an old protocol without second factor was used");
pub const AFTERMATH: Rule =
    Rule::new("suspicious_follow_up", 2.0, "what followed is what intruders do first");

const MARKS: &[(&Rule, &[&str])] = &[
    (
        &TRAVEL,
        &[
            "impossible travel",
            "impossible_travel",
            "impossibletravel",
            "atypical travel",
            "unlikelytravel",
            "improbable travel",
        ],
    ),
    (
        &HIDDEN_ORIGIN,
        &[
            "tor exit",
            "tor_exit",
            "anonymiz",
            "anonymous",
            "anonymizedip",
            "proxy",
            "bulletproof",
            "vps",
            "hosting",
            "tor browser",
            "maliciousip",
            "malicious ip",
        ],
    ),
    (
        &NEW_PLACE,
        &[
            "new country",
            "new_country",
            "new device",
            "new_device",
            "unfamiliar",
            "first time",
            "unknown device",
            "unusual location",
            "new location",
            "never seen",
            "unusual country",
        ],
    ),
    (
        &GUESSING,
        &[
            "brute",
            "password spray",
            "passwordspray",
            "stuffing",
            "too many failed",
            "failed attempts",
            "multiple failed",
            "account locked",
            "leaked credential",
            "leakedcredentials",
        ],
    ),
    (
        &NO_SECOND_FACTOR,
        &[
            "mfa fatigue",
            "mfa bypass",
            "mfa denied",
            "mfa_denied",
            "push bombing",
            "without mfa",
            "no mfa",
            "fraud reported",
            "mfa disabled",
            "number of mfa",
        ],
    ),
    (
        &RISK,
        &["high risk", "risky", "atrisk", "confirmedcompromised", "compromised", "suspicious", "malicious"],
    ),
    (&OLD_PROTOCOL, &["imap", "pop3", "authenticated smtp", "legacy", "basic auth", "exchange activesync"]),
    (
        &AFTERMATH,
        &[
            "inbox rule",
            "inboxrule",
            "forwarding rule",
            "mailbox rule",
            "consent granted",
            "oauth grant",
            "mass download",
            "new mfa device",
            "password changed after",
            "added authenticator",
        ],
    ),
];

/// Flags by name: a true value means the rule.
const FLAGS: &[(&Rule, &[&str])] = &[
    (&TRAVEL, &["impossible_travel", "atypical_travel"]),
    (&HIDDEN_ORIGIN, &["is_tor", "tor", "is_proxy", "proxy", "is_vpn", "vpn", "is_hosting", "anonymous_ip"]),
    (
        &NEW_PLACE,
        &[
            "new_device",
            "is_new_device",
            "new_country",
            "is_new_country",
            "new_location",
            "unfamiliar_device",
            "new_ip",
            "new_asn",
        ],
    ),
    (&GUESSING, &["password_spray", "brute_force", "leaked_credentials"]),
    (&NO_SECOND_FACTOR, &["mfa_bypassed", "mfa_denied", "mfa_fatigue"]),
    (&OLD_PROTOCOL, &["legacy_auth", "legacy_protocol"]),
    (&AFTERMATH, &["inbox_rule_created", "forwarding_rule_created"]),
];

/// From how many failures on passwords count as tried out.
const MANY_FAILURES: u64 = 8;

/// Everything that speaks for an intruder.
pub fn inspect(raw: &Value) -> Sheet {
    let mut sheet = Sheet::default();
    let strings = fields::strings(raw, 1000);
    for (path, value) in &strings {
        let lower = value.get(..2048).unwrap_or(value).to_lowercase();
        let cited = || quote::cut(value, 0, value.len());
        for (rule, words) in MARKS {
            if words.iter().any(|word| lower.contains(word)) {
                sheet.note(rule, cited());
            }
        }
        if path.contains("risk") && ["high", "medium"].iter().any(|level| lower.contains(level)) {
            sheet.note(&RISK, cited());
        }
    }
    // Flags and numbers cannot be quoted (only strings can): the account they are about is.
    let account = strings
        .iter()
        .find(|(path, _)| {
            ["user", "account", "principal", "identity", "email", "ip"].iter().any(|key| path.contains(key))
        })
        .or(strings.first());
    let cited = || account.and_then(|(_, value)| quote::cut(value, 0, value.len()));
    for place in places(raw) {
        for (rule, names) in FLAGS {
            if fields::find(place, names).and_then(Value::as_bool) == Some(true) {
                sheet.note(rule, cited());
            }
        }
        let failures = fields::find(
            place,
            &["failed_attempts", "failed_count", "failures", "failed_logins", "attempts"],
        )
        .and_then(Value::as_u64);
        if failures.is_some_and(|n| n >= MANY_FAILURES) {
            sheet.note(&GUESSING, cited());
        }
        if fields::find(place, &["mfa", "mfa_used", "mfa_satisfied", "second_factor"])
            .and_then(Value::as_bool)
            == Some(false)
        {
            sheet.note(&NO_SECOND_FACTOR, cited());
        }
    }
    sheet
}

/// The data itself and the objects directly within.
fn places(raw: &Value) -> Vec<&Value> {
    let inner =
        raw.as_object().into_iter().flat_map(|members| members.values()).filter(|v| v.is_object()).take(50);
    std::iter::once(raw).chain(inner).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn flags_words_and_numbers_count() {
        let raw = json!({"user": "ann@example.org", "impossible_travel": true, "login": {"failed_attempts": 12, "mfa": false}, "risk_level": "High"});
        let names: Vec<_> = inspect(&raw).found.iter().map(|found| found.rule.name).collect();
        for wanted in ["impossible_travel", "password_guessing", "second_factor_missing", "rated_risky"] {
            assert!(names.contains(&wanted), "{wanted} in {names:?}");
        }
        assert!(inspect(&json!({"user": "ann@example.org", "country": "PL", "mfa": true})).found.is_empty());
    }
}
