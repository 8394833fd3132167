//! Configurations that work, and those that name what is wrong with them.

use super::*;
use probatum_kernel::{ActionId, IncidentId, PublicId, Timestamp};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    connectors: Vec<ConnectorConfig>,
}

fn env(name: &str) -> Option<String> {
    match name {
        "HOOK_SECRET" => Some("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned()),
        "FW_TOKEN" => Some("hunter2hunter2".to_owned()),
        "BAD" => Some("hunt er2\n".to_owned()),
        _ => None,
    }
}

fn set(text: &str, demo: bool) -> Result<ConnectorSet, String> {
    let file: File = toml::from_str(text).map_err(|e| e.to_string())?;
    ConnectorSet::new(file.connectors, demo, &env).map_err(|e| e.to_string())
}

const TWO: &str = r#"
[[connectors]]
name = "fw"
kind = "openc2"
url = "https://fw.example.org/.well-known/openc2"
actions = ["block_*", "unblock_ip"]
token_env = "FW_TOKEN"
retries = 0

[[connectors]]
name = "soar"
kind = "webhook"
url = "https://soar.example.org/hooks"
actions = ["*"]
secret_env = "HOOK_SECRET"
repeatable = false
"#;

#[test]
fn the_first_pattern_in_file_order_wins() {
    let set = set(TWO, true).unwrap();
    let to = |action| set.route(action).map(|r| (r.name, r.kind, r.repeatable, r.longest.as_secs()));
    assert_eq!(to("block_ip"), Some(("fw".to_owned(), "openc2", false, 11)));
    assert_eq!(to("unblock_ip"), Some(("fw".to_owned(), "openc2", false, 11)));
    assert_eq!(to("unblock_url"), Some(("soar".to_owned(), "webhook", false, 41)));
    // No command of the language: whoever comes next takes it.
    assert_eq!(to("block_moon"), Some(("soar".to_owned(), "webhook", false, 41)));
}

#[test]
fn without_a_match_people_do_it_and_the_demo_takes_what_is_left() {
    let one = TWO.split("[[connectors]]").nth(1).map(|s| format!("[[connectors]]{s}")).unwrap();
    assert_eq!(set(&one, false).unwrap().route("isolate_host"), None);
    let demo = set(&one, true).unwrap();
    assert_eq!(demo.route("isolate_host").unwrap().kind, "simulator");
    assert_eq!(demo.route("block_ip").unwrap().kind, "openc2");
    assert_eq!(ConnectorSet::new(Vec::new(), false, &env).unwrap().route("block_ip"), None);
}

#[test]
fn hosts_are_held_to_the_allowed_ones() {
    let set = set(TWO, false).unwrap();
    let within = |hosts: &[&str]| {
        let hosts: Vec<String> = hosts.iter().map(|h| (*h).to_owned()).collect();
        set.within(&hosts).map_err(|e| e.to_string())
    };
    assert_eq!(within(&[]), Ok(()));
    assert_eq!(within(&["*.example.org"]), Ok(()));
    assert_eq!(within(&["fw.example.org", "soar.example.org"]), Ok(()));
    let why = within(&["fw.example.org"]).unwrap_err();
    assert!(why.contains("connector 'soar', url") && why.contains("soar.example.org"), "{why}");
}

#[test]
fn a_wrong_value_names_itself_and_no_secret() {
    let base = [
        ("name", "\"fw\""),
        ("kind", "\"webhook\""),
        ("url", "\"https://fw.example.org/\""),
        ("actions", "[\"block_*\"]"),
        ("secret_env", "\"HOOK_SECRET\""),
    ];
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[("name", "\"Fire wall\"")], "name: must be"),
        (&[("name", "\"\"")], "name: must be"),
        (&[("name", "\"simulator\"")], "name: is the name"),
        (
            &[("kind", "\"telnet\"")],
            "kind: 'telnet' is no connector kind; use one of openc2, webhook, simulator",
        ),
        (&[("url", "")], "url: is required"),
        (&[("url", "\"http://fw.example.org/\"")], "url: must be https"),
        (&[("url", "\"fw\"")], "url: must"),
        (&[("url", "\"https://a:hunter2hunter2@fw.example.org/\"")], "url: must not hold a user"),
        (&[("actions", "[]")], "actions: must name"),
        (&[("actions", "[\"Block IP\"]")], "actions: 'Block IP' is no pattern"),
        (&[("actions", "[\"*_ip\"]")], "actions: '*_ip' is no pattern"),
        (&[("timeout_seconds", "0")], "timeout_seconds: must be 1 to 60"),
        (&[("timeout_seconds", "61")], "timeout_seconds: must be 1 to 60"),
        (&[("retries", "6")], "retries: must be 0 to 5"),
        (&[("secret_env", "")], "secret_env: is required"),
        (&[("secret_env", "\"NOWHERE\"")], "secret_env: the environment variable NOWHERE is not set"),
        (&[("secret_env", "\"FW_TOKEN\"")], "secret_env: the value of FW_TOKEN must be whsec_"),
        (
            &[("secret_env", "\"whsec_hunter2+/=\"")],
            "secret_env: must be the name of an environment variable",
        ),
        (&[("token_env", "\"BAD\"")], "token_env: the value of BAD must be"),
        (&[("ca_file", "\"/nowhere.pem\"")], "ca_file: cannot read /nowhere.pem"),
        (&[("transfer", "\"1.1\"")], "transfer: means nothing for kind = 'webhook'"),
        (&[("colour", "\"red\"")], "colour"),
        (&[("kind", "\"openc2\"")], "secret_env: means nothing"),
        (&[("kind", "\"simulator\"")], "url: means nothing"),
        (
            &[("kind", "\"openc2\""), ("secret_env", ""), ("actions", "[\"*\"]")],
            "actions: '*' takes in create_ticket",
        ),
        (
            &[("kind", "\"openc2\""), ("secret_env", ""), ("actions", "[\"notify_dpo\"]")],
            "takes in notify_dpo",
        ),
        (
            &[("kind", "\"openc2\""), ("secret_env", ""), ("actions", "[\"reboot_*\"]")],
            "'reboot_*' matches no action",
        ),
        (
            &[("kind", "\"openc2\""), ("secret_env", ""), ("transfer", "\"2.0\"")],
            "transfer: '2.0' is no OpenC2 transfer",
        ),
        (&[("kind", "\"openc2\""), ("secret_env", ""), ("sender", "\"a\\nb\"")], "sender: must not contain"),
    ];
    for (changes, named) in cases {
        let mut fields: Vec<(&str, &str)> =
            base.iter().filter(|(f, _)| !changes.iter().any(|(c, _)| c == f)).copied().collect();
        fields.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
        let lines: Vec<String> = fields.iter().map(|(f, v)| format!("{f} = {v}")).collect();
        let why = set(&format!("[[connectors]]\n{}", lines.join("\n")), true).unwrap_err();
        assert!(why.contains(named), "{changes:?}: {why}");
        assert!(!why.contains("hunt"), "{why}");
    }
    let twice = TWO.replace("\"soar\"", "\"fw\"");
    assert!(set(&twice, false).unwrap_err().contains("connector 'fw', name: is taken"));
}

#[tokio::test]
async fn the_simulator_answers_and_an_unknown_connector_does_not() {
    let set = set("connectors = []", true).unwrap();
    let call = Call {
        action_id: ActionId::new(Timestamp::EPOCH, &[7; 10]),
        action: "quarantine_email".to_owned(),
        parameters: serde_json::Map::new(),
        incident_id: IncidentId::new(Timestamp::EPOCH, &[8; 10]),
        public_id: PublicId::new(2026, 42).unwrap(),
        requested_by: "operator:kdzik".parse().unwrap(),
        approved_by: None,
        requested_at: Timestamp::EPOCH,
    };
    let outcome = set.call("simulator", call.clone()).await.unwrap();
    assert_eq!((outcome.success, outcome.simulated), (true, true));
    let error = set.call("gone", call).await.unwrap_err();
    assert_eq!((error.may_have_happened, error.reason.contains("'gone'")), (false, true));
}
