//! Events in the shapes real products write, and what is read from each.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_intake::{
    Category, EntityKind, Event, EventFault, Events, Format, MAX_EVENT_JSON, RawEvent, correlation_key,
};
use serde_json::json;

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn one(name: &str) -> Event {
    let body = fixture(name);
    let mut events: Vec<_> =
        Events::split(&body, Some("application/json")).map(|e| e.unwrap().1.unwrap()).collect();
    assert_eq!(events.len(), 1, "{name}");
    Event::read(&events.remove(0)).unwrap()
}

fn read(value: serde_json::Value) -> Result<Event, EventFault> {
    Event::read(&RawEvent::Json(value.as_object().unwrap().clone()))
}

fn primary(event: &Event) -> (EntityKind, String) {
    event.entities.primary().map(|e| (e.kind, e.value)).unwrap()
}

#[test]
fn ocsf_detection_finding() {
    let event = one("ocsf-detection.json");
    assert_eq!(event.format, Format::Ocsf);
    assert_eq!(event.rule.id, "TTPs/Defense Evasion/AuditTrailDisabled");
    assert_eq!(event.title, "Audit trail audit-eu was disabled");
    assert_eq!(event.at.unwrap().to_string(), "2026-11-22T10:00:00.487Z");
    assert_eq!((event.severity, event.category), (7, Category::Other));
    assert_eq!(event.attack_techniques, ["T1562", "T1562.008"]);
    assert_eq!(event.tactic.as_deref(), Some("defense-evasion"));
    assert_eq!(event.product.as_deref(), Some("Example Guard"));
    assert_eq!(event.uid.as_deref(), Some("evt-77"));
    assert_eq!(event.entities.ips, ["203.0.113.44"]);
    assert_eq!(event.entities.resources, ["AWS::IAM::AccessKey:AKEXAMPLE"]);
    assert_eq!(primary(&event), (EntityKind::User, "deploy-bot".to_owned()));
}

#[test]
fn ocsf_incident_finding_and_base_event() {
    let event = one("ocsf-incident.json");
    assert_eq!((event.severity, event.category), (9, Category::Ransomware));
    assert_eq!((event.rule.id.as_str(), event.rule.name.as_str()), ("an-9", "Mass file encryption"));
    assert_eq!(primary(&event), (EntityKind::Host, "file-3".to_owned()));

    let event = one("ocsf-authentication.json");
    assert_eq!((event.rule.id.as_str(), event.title.as_str()), ("300201", "Authentication: Logon"));
    assert_eq!((event.severity, event.entities.users.clone()), (0, vec!["ann".to_owned()]));
    assert_eq!(primary(&event), (EntityKind::Host, "dc-1".to_owned()));

    let mut old = json!({"class_uid": 2004, "severity_id": 1, "metadata": {"version": "0.9.1"}});
    assert!(matches!(read(old.clone()), Err(EventFault::Unsupported(why)) if why.contains("0.9.1")));
    old["metadata"]["version"] = json!("1.8.0");
    assert_eq!(read(old).unwrap().severity, 0);
}

#[test]
fn ocsf_classes_that_say_it_all() {
    for (class, category) in [(2002, "vulnerability"), (2003, "misconfiguration"), (2006, "data_breach")] {
        let event =
            read(json!({"class_uid": class, "severity_id": 3, "finding_info": {"title": "x"}})).unwrap();
        assert_eq!((event.category.as_str(), event.severity), (category, 4));
    }
}

#[test]
fn ecs_nested_and_dotted() {
    let event = one("ecs-alert.json");
    assert_eq!((event.format, event.rule.id.as_str()), (Format::Ecs, "rule-cred-1"));
    assert_eq!((event.severity, event.category), (7, Category::CredentialTheft));
    assert_eq!(event.attack_techniques, ["T1003", "T1003.001"]);
    assert_eq!(event.tactic.as_deref(), Some("credential-access"));
    assert_eq!(event.entities.hashes, [format!("{}{}1", "a".repeat(32), "b".repeat(31))]);
    assert_eq!(event.entities.sensors, ["ag-77"]);
    assert!(event.entities.agents.is_empty(), "a sensor is no AI agent");
    assert_eq!(primary(&event), (EntityKind::Host, "ws-12".to_owned()));

    let event = one("ecs-dotted.json");
    assert_eq!((event.rule.id.as_str(), event.severity), ("system.auth ssh_login", 4));
    assert_eq!((event.entities.ips[0].as_str(), event.entities.users[0].as_str()), ("198.51.100.9", "root"));
}

#[test]
fn wazuh_from_the_manager_and_from_its_index() {
    let event = one("wazuh.json");
    assert_eq!((event.format, event.rule.id.as_str(), event.severity), (Format::Wazuh, "5712", 5));
    assert_eq!(
        (event.category, event.at.unwrap().to_string().as_str()),
        (Category::CredentialTheft, "2026-11-22T10:00:00.123Z")
    );
    assert_eq!(
        (event.entities.hosts.clone(), event.entities.sensors.clone()),
        (vec!["web-1".to_owned()], vec!["004".to_owned()])
    );
    assert_eq!(event.entities.ips, ["198.51.100.23", "10.0.0.14"]);
    assert_eq!(event.uid.as_deref(), Some("1795341600.112233"));

    let event = one("wazuh-sysmon.json");
    assert_eq!((event.severity, event.category), (9, Category::CredentialTheft));
    assert_eq!(event.entities.hosts, ["ws-12", "ws-12.corp.example.com"]);
    assert_eq!(
        event.entities.hashes,
        ["1111111111111111111111111111111111111a11", "2222222222222222222222222222222b"]
    );
    assert_eq!(event.entities.processes, ["C:\\Temp\\x.exe"]);
}

#[test]
fn suricata_alerts_and_nothing_else_of_it() {
    let event = one("suricata.json");
    assert_eq!((event.format, event.rule.id.as_str(), event.severity), (Format::Suricata, "1:2099001", 9));
    assert_eq!((event.category, event.tactic.as_deref()), (Category::Malware, Some("command-and-control")));
    assert_eq!(primary(&event), (EntityKind::Ip, "10.0.0.77".to_owned()));
    assert_eq!(
        (event.entities.domains[0].as_str(), event.entities.urls[0].as_str()),
        ("cnc.example.net", "http://cnc.example.net/gate.php")
    );
    assert!(event.canonical().contains("\"flow_id\":1883477371085456999"), "no digit is lost");
    let flow = json!({"event_type": "flow", "src_ip": "192.0.2.1", "flow_id": 1});
    assert!(matches!(read(flow), Err(EventFault::Unsupported(_))));
}

#[test]
fn mixed_lines() {
    let body = fixture("mixed.log");
    let events: Vec<_> = Events::split(&body, Some("text/plain")).map(|e| e.unwrap()).collect();
    let indexes: Vec<usize> = events.iter().map(|(i, _)| *i).collect();
    assert_eq!(indexes, [0, 1, 2, 3, 4, 5], "an empty line is no event, a bad one is");
    assert_eq!(events[4].1, Err(EventFault::Unclosed));
    let read = |i: usize| Event::read(events[i].1.as_ref().unwrap()).unwrap();

    let scan = read(0);
    assert_eq!((scan.format, scan.rule.id.as_str(), scan.severity), (Format::Cef, "100:2", 8));
    assert_eq!(
        (scan.title.as_str(), scan.product.as_deref()),
        ("Port scan \\ detected", Some("Example Fire|Wall"))
    );
    assert_eq!(scan.message, "scan = many ports\nfrom one host");
    assert_eq!(
        (scan.attack_techniques.clone(), scan.entities.urls.clone()),
        (vec!["T1046".to_owned()], vec!["https://x.example.net/a?b=1".to_owned()])
    );
    assert_eq!(primary(&scan), (EntityKind::Ip, "10.0.0.5".to_owned()), "ours, not the firewall's name");

    let malware = read(1);
    assert_eq!((malware.severity, malware.category), (9, Category::Malware));
    assert_eq!(malware.at, read(2).at);
    assert_eq!(primary(&read(2)), (EntityKind::Host, "vpn-1".to_owned()));

    let export = read(3);
    assert_eq!(
        (export.category, export.severity, export.rule.id.as_str()),
        (Category::DataBreach, 7, "crm-export")
    );
    let injection = read(5);
    assert_eq!(injection.category, Category::PromptInjection);
    assert_eq!(primary(&injection), (EntityKind::Agent, "b1f2-agent".to_owned()));
}

#[test]
fn plain_objects() {
    let event = read(json!({"log_source": "idp", "event": {"user": "ann", "src_ip": "192.0.2.8"},
        "alert": {"title": "Impossible travel", "severity": "medium"}}))
    .unwrap();
    assert_eq!(
        (event.title.as_str(), event.severity, event.source.as_deref()),
        ("Impossible travel", 4, Some("idp"))
    );
    assert_eq!(primary(&event), (EntityKind::User, "ann".to_owned()));

    let wrapped =
        read(json!({"host": "relay", "message": "<13>x CEF:0|V|P|1|7|Name|3|dhost=web-9"})).unwrap();
    assert_eq!((wrapped.format, wrapped.entities.hosts.clone()), (Format::Cef, vec!["web-9".to_owned()]));

    let windows = read(
        json!({"log_source": "windows", "event": {"Channel": "Security", "EventID": 4625, "Computer": "DC-1",
        "EventData": {"TargetUserName": "ann", "SubjectUserName": "-", "IpAddress": "198.51.100.9"}}}),
    )
    .unwrap();
    assert_eq!((windows.rule.id.as_str(), windows.title.as_str()), ("Security:4625", "Security event 4625"));
    assert_eq!(
        (primary(&windows), windows.entities.users.clone()),
        ((EntityKind::Host, "dc-1".to_owned()), vec!["ann".to_owned()])
    );

    assert_eq!(read(json!({"foo": 1})), Err(EventFault::Unknown));
    assert_eq!(read(json!({})), Err(EventFault::Unknown));
    let out_of_range = read(json!({"message": "m", "severity": 70, "timestamp": "soon"})).unwrap();
    assert_eq!((out_of_range.severity, out_of_range.at), (1, None));
}

#[test]
fn one_rule_and_one_entity_are_one_key() {
    let alert = |rule: &str, host: &str, product: &str| {
        read(json!({"message": "m", "rule_id": rule, "host": host, "product": product, "id": rand_id(rule, host)}))
            .map(|e| correlation_key(&e))
            .unwrap()
    };
    fn rand_id(a: &str, b: &str) -> String {
        format!("{a}-{b}-event")
    }
    let key = alert("r1", "web-1", "p");
    assert_eq!(key, alert("r1", "WEB-1", "P"));
    for other in [alert("r2", "web-1", "p"), alert("r1", "web-2", "p"), alert("r1", "web-1", "q")] {
        assert_ne!(key, other);
    }
    assert_eq!(key.as_str().len(), 64);
    // Pinned: keys are kept in databases, so they must not change without a new version.
    let pinned = correlation_key(&one("wazuh.json"));
    assert_eq!(pinned.as_str(), PINNED);
}

const PINNED: &str = "9aa61d2e40368a527c6d5794811000a956931b711ad28b9a618bc7326f34ba72";

#[test]
fn plain_texts_that_differ_in_numbers_are_one_rule() {
    let of =
        |message: &str| read(json!({"message": message, "host": "h"})).map(|e| correlation_key(&e)).unwrap();
    assert_eq!(of("disk sda1 failed after 300 hours"), of("disk sdb2 failed after 12 hours"));
    assert_ne!(of("disk sda1 failed"), of("fan 3 failed"));
}

#[test]
fn only_names_are_for_everybody() {
    let line = "Failed password for ann from 203.0.113.7 with hunter2";
    // The text of the log alone, in whatever format: there is no name.
    let bare = [
        json!({"message": line}),
        json!({"message": "two  blanks\nand two lines"}),
        json!({"summary": line, "message": "m"}),
        json!({"@timestamp": "2026-11-22T10:00:00Z", "ecs.version": "8.1", "message": line}),
        json!({"rule": {"level": 5}, "agent": {"id": "1"}, "full_log": line}),
    ];
    for event in bare {
        let read = read(event.clone()).unwrap();
        assert_eq!(read.name, None, "{event}");
        assert!(!read.title.is_empty());
    }
    assert_eq!(
        Event::read(&RawEvent::Line(format!("<13>Nov  2 10:00:00 web-1 sshd[9]: {line}"))).unwrap().name,
        None
    );
    // What a source calls it, beside a text or without.
    let named = [
        (json!({"message": line, "title": "Brute force"}), "Brute force"),
        (json!({"message": line, "rule": "sshd-failed"}), "sshd-failed"),
        (json!({"message": line, "summary": line, "rule": "sshd-failed"}), "sshd-failed"),
        (
            json!({"event.dataset": "system.auth", "event.action": "ssh_login", "message": line}),
            "system.auth ssh_login",
        ),
        (
            json!({"rule": {"name": "Brute force"}, "event": {"kind": "alert"}, "message": line}),
            "Brute force",
        ),
        (
            json!({"class_uid": 3002, "type_uid": 300_201, "type_name": "Authentication: Logon", "message": line}),
            "Authentication: Logon",
        ),
        (
            json!({"class_uid": 2004, "severity_id": 1, "message": line, "finding_info": {"title": "Trail off"}}),
            "Trail off",
        ),
        (
            json!({"rule": {"level": 5, "description": "sshd: brute force"}, "agent": {"id": "1"}, "full_log": line}),
            "sshd: brute force",
        ),
        (
            json!({"event_type": "alert", "alert": {"signature": "ET SCAN", "signature_id": 7}, "src_ip": "192.0.2.1"}),
            "ET SCAN",
        ),
    ];
    for (event, name) in named {
        assert_eq!(read(event.clone()).unwrap().name.as_deref(), Some(name), "{event}");
    }
    // A base event of OCSF that says nothing but its message.
    let base = json!({"class_uid": 0, "severity_id": 1, "message": line});
    assert_eq!(read(base).unwrap().name, None);
}

#[test]
fn a_type_and_an_address_are_no_eve_record() {
    let login = json!({"message": "Login failed", "event_type": "auth", "src_ip": "203.0.113.7"});
    let event = read(login).unwrap();
    assert_eq!((event.format, event.rule.id.as_str()), (Format::Plain, "auth"));
    assert_eq!(primary(&event), (EntityKind::Ip, "203.0.113.7".to_owned()));
    let titled =
        json!({"event_type": "auth", "alert": {"title": "Impossible travel"}, "src_ip": "203.0.113.7"});
    assert_eq!(read(titled).unwrap().title, "Impossible travel");
}

#[test]
fn what_a_line_becomes_has_a_limit() {
    // A backslash is two characters in JSON, a control character six; a CEF line is told twice.
    let quotes = "\"\\\\".repeat(60_000);
    let within = format!("CEF:0|V|P|1|7|Name|3|dhost=web-9 msg={quotes}");
    let controls = format!("CEF:0|V|P|1|7|{}|3|dhost=web-9", "\u{1}".repeat(200_000));
    let plain = "\u{1}x".repeat(120_000);
    for line in [within.clone(), controls, plain] {
        let event = Event::read(&RawEvent::Line(line.clone())).unwrap();
        assert!(event.raw.to_string().len() <= MAX_EVENT_JSON, "{}", event.raw.to_string().len());
        assert_eq!(event.raw["incomplete"], true);
        assert!(line.starts_with(event.raw["line"].as_str().unwrap()));
    }
    let event = Event::read(&RawEvent::Line(within.clone())).unwrap();
    assert_eq!(
        (event.raw["line"].as_str(), event.raw["cef"]["name"].as_str()),
        (Some(within.as_str()), Some("Name"))
    );
    assert!(event.raw["cef"].get("extension").is_none());
    assert_eq!(primary(&event), (EntityKind::Host, "web-9".to_owned()), "what was read of it stands");
    let small = Event::read(&RawEvent::Line("CEF:0|V|P|1|7|Name|3|dhost=web-9".to_owned())).unwrap();
    assert!(small.raw["cef"]["extension"].is_object() && small.raw.get("incomplete").is_none());
}
