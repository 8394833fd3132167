//! What to recommend: actions of the playbook, chosen by the verdict's word. No engine's text has a say in it.

use probatum_playbooks::{KnownAction, Phase, Step, known_action};
use probatum_triage::Classification;
use serde_json::Value;
use std::collections::BTreeSet;

/// What actions act upon, and the names alerts have for it, lower case and without separators.
const TARGETS: &[(&str, &[&str])] = &[
    ("message_id", &["messageid", "internetmessageid"]),
    ("sender", &["sender", "from", "fromaddress", "senderaddress", "mailfrom"]),
    ("ip", &["ip", "ipaddress", "sourceip", "srcip", "clientip", "remoteip", "destinationip", "dstip"]),
    ("domain", &["domain", "domains", "fqdn", "dnsquery"]),
    ("url", &["url", "urls", "link", "links"]),
    ("hash_sha256", &["hashsha256", "sha256", "filesha256", "filehash"]),
    ("host", &["host", "hostname", "device", "devicename", "computer", "computername", "endpoint"]),
    ("account", &["account", "accountname", "user", "username", "userprincipalname", "upn"]),
];

/// The actions to recommend, each once, in the playbook's order.
///
/// - `malicious`: what contains (phase `contain`);
/// - `suspicious`: lookups, and containment that another action undoes;
/// - `inconclusive`: lookups;
/// - `benign`: nothing.
///
/// Only automated steps with a known action count. Of these, the ones whose target the alert names (`message_id`,
/// `sender`, `host`, …) are recommended; if it names none, all of them but the lookups: where there is nothing to
/// look up, a lookup is no advice. Of an incident without alert data, all.
pub fn recommended(
    classification: Classification,
    steps: &[Step],
    raw_data: Option<&Value>,
    has_agent: bool,
) -> Vec<String> {
    let known = steps.iter().filter(|s| s.automated).filter_map(|s| Some((s, known_action(&s.action_type)?)));
    let mut fitting: Vec<&KnownAction> = Vec::new();
    for (step, action) in known {
        if fits(classification, step.phase, action) && !fitting.iter().any(|f| f.name == action.name) {
            fitting.push(action);
        }
    }
    let names = raw_data.map(names).unwrap_or_default();
    let named: Vec<_> = fitting.iter().filter(|a| has_target(a, &names, has_agent)).copied().collect();
    let chosen = if named.is_empty() {
        // A report without alert data may have it in its evidence.
        fitting.into_iter().filter(|action| raw_data.is_none() || !is_lookup(action)).collect()
    } else {
        named
    };
    chosen.into_iter().map(|a| a.name.to_owned()).collect()
}

fn is_lookup(action: &KnownAction) -> bool {
    action.name.starts_with("lookup_")
}

fn fits(classification: Classification, phase: Phase, action: &KnownAction) -> bool {
    let lookup = is_lookup(action);
    let contains = phase == Phase::Contain && !lookup;
    match classification {
        Classification::Malicious => contains,
        Classification::Suspicious => lookup || (contains && action.inverse.is_some()),
        Classification::Inconclusive => lookup,
        Classification::Benign => false,
    }
}

/// Whether the alert names everything the action has to have; reasons and messages are people's to write.
fn has_target(action: &KnownAction, names: &BTreeSet<String>, has_agent: bool) -> bool {
    action.parameters.iter().filter(|p| p.required).all(|p| match p.name {
        "agent_id" => has_agent,
        name => match TARGETS.iter().find(|(target, _)| *target == name) {
            Some((_, spellings)) => spellings.iter().any(|s| names.contains(*s)),
            None => true,
        },
    })
}

/// The names of members that hold something, at every depth, and `url` if some text has one. A stack of our own: the depth is the sender's choice.
fn names(raw_data: &Value) -> BTreeSet<String> {
    let (mut names, mut open) = (BTreeSet::new(), vec![raw_data]);
    while let Some(value) = open.pop() {
        match value {
            Value::Array(items) => open.extend(items),
            Value::Object(members) => {
                for (name, value) in members {
                    if holds(value) {
                        let plain = name.chars().filter(char::is_ascii_alphanumeric);
                        names.insert(plain.take(40).map(|c| c.to_ascii_lowercase()).collect());
                    }
                    open.push(value);
                }
            }
            // An address in the text of a mail can be looked up as well as one in a list.
            Value::String(text) if text.contains("http://") || text.contains("https://") => {
                names.insert("url".to_owned());
            }
            _ => {}
        }
    }
    names
}

fn holds(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) => false,
        Value::Number(_) => true,
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Classification as C;
    use probatum_playbooks::Library;
    use serde_json::json;

    fn of(playbook: &str, classification: C, raw_data: &Value) -> Vec<String> {
        recommended(classification, &Library::built_in().get(playbook).unwrap().steps, Some(raw_data), false)
    }

    #[test]
    fn the_source_documents_example() {
        let raw = json!({"message_id": "AAMkAGI2...", "sender": "a@b.example", "subject": "Urgent: Update Account"});
        assert_eq!(of("phishing", C::Malicious, &raw), ["quarantine_email", "block_sender"]);
        assert_eq!(of("phishing", C::Suspicious, &raw), ["quarantine_email", "block_sender"]);
        assert_eq!(of("phishing", C::Inconclusive, &raw), Vec::<String>::new(), "it has no URL to look up");
        assert_eq!(of("phishing", C::Benign, &raw), Vec::<String>::new());
    }

    #[test]
    fn a_lookup_needs_something_to_look_up() {
        for raw in [
            json!({"sender": "a@b.example", "urls": ["hxxp.example"]}),
            json!({"sender": "a@b.example", "body": "See https://c.example/d for more."}),
        ] {
            assert_eq!(of("phishing", C::Inconclusive, &raw), ["lookup_url"], "{raw}");
        }
        for raw in [json!({"sender": "a@b.example", "urls": []}), json!({"body": "Call me."}), json!({})] {
            assert_eq!(of("phishing", C::Inconclusive, &raw), Vec::<String>::new(), "{raw}");
        }
        let library = Library::built_in();
        let steps = &library.get("phishing").unwrap().steps;
        assert_eq!(
            recommended(C::Inconclusive, steps, None, false),
            ["lookup_url"],
            "it may be in the evidence"
        );
    }

    #[test]
    fn targets_are_found_by_any_spelling_and_depth() {
        let nested = json!({"event": [{"Source-IP": "198.51.100.7", "deviceName": "ws-1", "user": " ", "account": null}]});
        assert_eq!(of("vulnerability", C::Malicious, &nested), ["block_ip", "isolate_host"]);
        assert_eq!(of("vulnerability", C::Suspicious, &nested), ["block_ip", "isolate_host"]);
        // An account that is not named is not disabled.
        assert_eq!(of("ransomware", C::Malicious, &nested), ["isolate_host"]);
        // What names nothing leaves the choice to people.
        let silent = json!({"note": "isolate_host quarantine_agent delete_everything"});
        assert_eq!(
            of("ransomware", C::Malicious, &silent),
            ["isolate_host", "disable_account", "block_domain"]
        );
    }

    #[test]
    fn every_playbook_and_verdict_keeps_the_rule() {
        let library = Library::built_in();
        for playbook in library.iter() {
            for classification in C::ALL.iter().copied() {
                for (raw, agent) in
                    [(None, false), (Some(json!({"ip": "x", "user": "y", "host": "z"})), true)]
                {
                    let actions = recommended(classification, &playbook.steps, raw.as_ref(), agent);
                    let lookups = |a: &String| a.starts_with("lookup_");
                    match classification {
                        C::Benign => assert!(actions.is_empty()),
                        C::Inconclusive => assert!(actions.iter().all(lookups), "{actions:?}"),
                        C::Malicious => assert!(!actions.iter().any(lookups), "{actions:?}"),
                        C::Suspicious => {
                            let undone = |a: &String| known_action(a).unwrap().inverse.is_some();
                            assert!(actions.iter().all(|a| lookups(a) || undone(a)), "{actions:?}");
                        }
                    }
                }
            }
        }
        let hijack = library.get("agent-hijack").unwrap();
        assert_eq!(recommended(C::Malicious, &hijack.steps, None, true), ["quarantine_agent"]);
    }
}
