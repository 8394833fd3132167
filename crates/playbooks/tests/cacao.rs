//! The object model: one of everything comes back unchanged, and everything that can be wrong is named.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use probatum_playbooks::cacao::{MAX_BYTES, Playbook, PlaybookError};
use probatum_playbooks::{Playbook as View, Source};
use proptest::prelude::*;
use serde_json::{Value, json};

const EVERYTHING: &str = include_str!("documents/everything.json");

fn everything() -> Value {
    serde_json::from_str(EVERYTHING).unwrap()
}

/// The identifier of the step or object of this type whose value satisfies `is`.
fn id_of(section: &Value, kind: &str, is: impl Fn(&Value) -> bool) -> String {
    let found = section.as_object().unwrap().iter().find(|(_, v)| v["type"] == kind && is(v));
    found.unwrap_or_else(|| panic!("no {kind}")).0.clone()
}

fn step(document: &Value, kind: &str, name: &str) -> String {
    id_of(&document["workflow"], kind, |v| name.is_empty() || v["name"] == name)
}

/// The fields `validate` finds fault with.
fn faults(document: &Value) -> Vec<(String, &'static str)> {
    let read = Playbook::read(&document.to_string()).unwrap();
    match read.validate() {
        Ok(()) => Vec::new(),
        Err(PlaybookError::Invalid(faults)) => faults.into_iter().map(|f| (f.field, f.code)).collect(),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn one_of_everything_is_valid_and_comes_back_byte_for_byte() {
    let document = Playbook::read(EVERYTHING).unwrap();
    document.validate().unwrap();
    assert!(document.write().unwrap() == EVERYTHING, "written as it was read");
    for validator in [support::official(), support::strict()] {
        assert_eq!(support::faults(&validator, &everything()), Vec::<String>::new());
    }
}

#[test]
fn the_schemas_refuse_what_is_wrong() {
    let (official, strict) = (support::official(), support::strict());
    let mut without = everything();
    without.as_object_mut().unwrap().remove("workflow_start");
    assert!(!official.is_valid(&without));
    let mut unknown = everything();
    unknown["colour"] = json!("red");
    assert!(
        official.is_valid(&unknown) && !strict.is_valid(&unknown),
        "only the strict reading closes objects"
    );
}

#[test]
fn steps_are_in_the_order_they_are_carried_out() {
    let document = Playbook::read(EVERYTHING).unwrap();
    let names = document.in_order().into_iter().filter_map(|(_, step)| step.name.clone());
    let names: Vec<String> = names.filter(|n| n != "Begin" && n != "Done").collect();
    let order =
        ["Every command", "Left", "Right", "Yes", "No", "Again", "A", "Another playbook", "Exception"];
    assert_eq!(names, order);
    let view = View::from_cacao(&document, Source::Own("every_thing.json".to_owned())).unwrap();
    assert_eq!(view.steps.iter().map(|s| s.title.as_str()).collect::<Vec<_>>(), order);
}

#[test]
fn a_document_that_has_no_extension_of_ours_gets_defaults() {
    let document = Playbook::read(EVERYTHING).unwrap();
    let view = View::from_cacao(&document, Source::Own("every_thing.json".to_owned())).unwrap();
    assert_eq!((view.kind.as_str(), view.categories.len()), ("every_thing", 0));
    assert_eq!(view.modified.to_string(), "2026-11-23T09:00:00.123Z");
    let first = &view.steps[0];
    assert_eq!((first.key.as_str(), first.action_type.as_str(), first.order), ("step-1", "manual", 1));
    assert_eq!((first.owner_role.as_str(), first.phase.as_str()), ("operator", "identify"));
    assert_eq!((first.approval_level, first.validation_required, first.automated), (None, false, false));
    assert_eq!(first.due_within, 24 * 60);
    // Written out it says more than it did, so the signature no longer holds; read again it is the same playbook.
    let written = view.to_cacao();
    written.validate().unwrap();
    assert!(written.signatures.is_none() && document.signatures.is_some());
    assert!(support::official().is_valid(&serde_json::to_value(&written).unwrap()));
    let again = View::from_cacao(&written, Source::BuiltIn).unwrap();
    assert_eq!((again.steps, again.kind), (view.steps, view.kind));
    assert!(View::from_cacao(&document, Source::Own("Not A Type.json".to_owned())).is_err());
}

#[test]
fn a_playbook_with_a_secret_in_it_is_refused() {
    let load = |document: &Value| {
        let document = Playbook::read(&document.to_string()).unwrap();
        document.validate().unwrap();
        View::from_cacao(&document, Source::Own("x.json".to_owned()))
    };
    let mut document = everything();
    assert!(load(&document).is_ok(), "a variable of another system is no secret");
    document["playbook_variables"]["__password__"] = json!({"type": "string", "value": "hunter2"});
    let error = load(&document).unwrap_err().to_string();
    assert!(error.contains("password must name a variable") && !error.contains("hunter2"), "{error}");
    document["playbook_variables"]["__password__"] =
        json!({"type": "string", "value": null, "external": true});
    assert!(load(&document).is_ok());
    let oauth = id_of(&document["authentication_info_definitions"], "oauth2", |_| true);
    document["authentication_info_definitions"][&oauth]["token"] = json!("hunter2");
    let error = load(&document).unwrap_err().to_string();
    assert!(error.contains("token must name a variable") && !error.contains("hunter2"), "{error}");
}

#[test]
fn a_workflow_must_lead_from_its_start_to_an_end() {
    let whole = everything();
    let (all, left) = (step(&whole, "action", "Every command"), step(&whole, "action", "Left"));
    let start = step(&whole, "start", "");
    let nowhere = "end--a9a9a9a9-1111-4111-8111-a9a9a9a9a9a9";
    let changed = |id: &str, member: &str, value: Value| {
        let mut document = whole.clone();
        let step = &mut document["workflow"][id];
        if value.is_null() {
            step.as_object_mut().unwrap().remove(member);
        } else {
            step[member] = value;
        }
        faults(&document)
    };
    assert_eq!(
        changed(&left, "on_completion", json!(nowhere))[0],
        (format!("workflow.{left}.on_completion"), "unresolved")
    );
    let dangling = changed(&left, "on_completion", Value::Null);
    assert!(dangling.contains(&(format!("workflow.{left}"), "required")), "{dangling:?}");
    assert!(dangling.contains(&(format!("workflow.{left}"), "endless")), "{dangling:?}");
    let trapped = changed(&left, "on_completion", json!(left));
    assert!(trapped.contains(&(format!("workflow.{left}"), "endless")), "{trapped:?}");
    assert!(changed(&all, "on_completion", json!(left)).contains(&(format!("workflow.{all}"), "conflict")));
    assert!(changed(&start, "on_success", json!(all)).contains(&(format!("workflow.{start}"), "invalid")));
    let skipped = changed(&start, "on_completion", json!(step(&whole, "parallel", "")));
    assert_eq!(skipped, [(format!("workflow.{all}"), "unreachable")]);

    let mut document = whole.clone();
    document["workflow_start"] = json!(all);
    assert!(faults(&document).contains(&("workflow_start".to_owned(), "invalid")));
    document["workflow_start"] = json!("start--a9a9a9a9-1111-4111-8111-a9a9a9a9a9a9");
    assert!(faults(&document).contains(&("workflow_start".to_owned(), "unresolved")));
}

#[test]
fn everything_wrong_is_named() {
    let whole = everything();
    let all = step(&whole, "action", "Every command");
    let other = step(&whole, "playbook-action", "");
    let (ssh, basic) = (
        id_of(&whole["agent_definitions"], "ssh", |_| true),
        id_of(&whole["authentication_info_definitions"], "http-basic", |_| true),
    );
    let tlp = id_of(&whole["data_marking_definitions"], "marking-tlp", |_| true);
    let extension = whole["playbook_extensions"].as_object().unwrap().keys().next().unwrap().clone();
    let gone = |kind: &str| json!(format!("{kind}--a9a9a9a9-1111-4111-8111-a9a9a9a9a9a9"));
    let cases: Vec<(String, Value, &str)> = vec![
        ("/type".into(), json!("workflow"), "type"),
        ("/spec_version".into(), json!("cacao-1.1"), "spec_version"),
        ("/id".into(), json!("playbook--0198f1c2-7d3b-7c0e-9d0a-4b5c6d7e8f90"), "id"),
        ("/created_by".into(), json!("me"), "created_by"),
        ("/created".into(), json!("yesterday"), "created"),
        ("/modified".into(), json!("2026-11-21T09:00:00.000Z"), "modified"),
        ("/valid_until".into(), json!("2026-11-22T09:00:00.000Z"), "valid_until"),
        ("/severity".into(), json!(101), "severity"),
        ("/markings/0".into(), gone("marking-tlp"), "markings[0]"),
        ("/colour".into(), json!("red"), "colour"),
        ("/external_references/0/colour".into(), json!("red"), "external_references[0].colour"),
        ("/workflow_exception".into(), gone("action"), "workflow_exception"),
        (
            "/playbook_variables/nounderscores".into(),
            json!({"type": "string"}),
            "playbook_variables.nounderscores",
        ),
        (format!("/workflow/{all}/agent"), gone("group"), "agent"),
        (format!("/workflow/{all}/targets/0"), gone("ssh"), "targets[0]"),
        (format!("/workflow/{all}/in_args/0"), json!("__nothing__:value"), "in_args/out_args"),
        (format!("/workflow/{all}/owner"), gone("group"), "owner"),
        (format!("/workflow/{all}/on_sucess"), gone("end"), "on_sucess"),
        (format!("/workflow/{all}/commands/3/command_b64"), Value::Null, "commands[3].command_b64"),
        (format!("/workflow/{all}/commands/1/headers"), json!({}), "commands[1].headers"),
        (format!("/workflow/{all}/commands"), json!([]), "commands"),
        (format!("/workflow/{other}/playbook_id"), gone("action"), "playbook_id"),
        (format!("/workflow/{other}/playbook_version"), json!("v2"), "playbook_version"),
        (format!("/agent_definitions/{ssh}/authentication_info"), gone("user-auth"), "authentication_info"),
        (format!("/agent_definitions/{ssh}/address"), Value::Null, "address"),
        (format!("/agent_definitions/{ssh}/type"), json!("linux"), "agent_definitions"),
        (format!("/authentication_info_definitions/{basic}/token"), json!("x"), "token"),
        (format!("/data_marking_definitions/{tlp}/tlpv2_level"), json!("TLP:WHITE"), "tlpv2_level"),
        (format!("/data_marking_definitions/{tlp}/id"), gone("marking-tlp"), "id"),
        (format!("/extension_definitions/{extension}/type"), json!("x"), "type"),
        ("/extension_definitions".into(), json!({}), "playbook_extensions"),
        ("/signatures/0/related_to".into(), gone("playbook"), "signatures[0].related_to"),
        ("/signatures/0/cert_url".into(), json!("https://example.org"), "signatures[0]"),
        ("/signatures/0/signature/type".into(), json!("pgp"), "signatures[0].signature.type"),
    ];
    for (pointer, value, field) in cases {
        let (parent, member) = pointer.rsplit_once('/').unwrap();
        let mut document = whole.clone();
        match document.pointer_mut(parent).unwrap() {
            Value::Object(members) if value.is_null() => drop(members.remove(member)),
            Value::Object(members) => drop(members.insert(member.to_owned(), value)),
            Value::Array(values) => values[member.parse::<usize>().unwrap()] = value,
            _ => panic!("{pointer}"),
        }
        let found = faults(&document);
        assert!(found.iter().any(|(f, _)| f.contains(field)), "{pointer}: {found:?}");
    }
}

#[test]
fn what_is_no_playbook_says_so() {
    for (text, said) in [
        ("", "EOF"),
        ("[]", "expected"),
        ("{}", "missing field `type`"),
        (&EVERYTHING.replacen("\"start\"", "\"begin\"", 1), "unknown variant `begin`"),
        (&EVERYTHING.replacen("\"commands\": [", "\"comands\": [", 1), "missing field `commands`"),
    ] {
        let error = Playbook::read(text).unwrap_err().to_string();
        assert!(error.contains("CACAO 2.0") && error.contains(said), "{error}");
    }
    let twice = r#"{"type":"playbook","spec_version":"cacao-2.0","workflow":{"a":{"type":"end"},"a":{"type":"end"}}}"#;
    assert!(Playbook::read(twice).unwrap_err().to_string().contains("a stands twice"));
    let padded = format!("{EVERYTHING}{}", " ".repeat(MAX_BYTES));
    assert_eq!(Playbook::read(&padded), Err(PlaybookError::TooLarge(MAX_BYTES)));
}

#[test]
fn an_iep_marking_is_read_whole() {
    let mut document = everything();
    let id = "marking-iep--a9a9a9a9-1111-4111-8111-a9a9a9a9a9a9";
    document["data_marking_definitions"][id] = json!({
        "type": "marking-iep", "id": id, "name": "IEP", "description": "Policy", "created_by": document["created_by"],
        "created": "2026-11-22T09:00:00.000Z", "tlp": "TLP:AMBER", "iep_version": 2,
        "start_date": "2026-11-22T09:00:00.000Z", "end_date": null, "encrypt_in_transit": "must",
        "permitted_actions": "internally visible actions", "affected_party_notifications": "may",
        "attribution": "may", "unmodified_resale": "must not", "external_references": ["https://example.org/iep"],
    });
    assert_eq!(faults(&document), []);
    let read = Playbook::read(&document.to_string()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), document);
    document["data_marking_definitions"][id]["statement"] = json!("x");
    assert_eq!(faults(&document).len(), 1);
}

/// All places of a document, as JSON pointers.
fn places(value: &Value, at: String, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(k, v)| places(v, format!("{at}/{k}"), found)),
        Value::Array(values) => {
            values.iter().enumerate().for_each(|(i, v)| places(v, format!("{at}/{i}"), found))
        }
        _ => {}
    }
    found.push(at);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_document_changed_anywhere_is_refused_or_comes_back(place: prop::sample::Index, with in 0usize..6) {
        let mut document = everything();
        let mut found = Vec::new();
        places(&document, String::new(), &mut found);
        let with = [json!(null), json!(""), json!({}), json!([]), json!(-1), json!("end--x")][with].clone();
        *document.pointer_mut(place.get::<String>(&found)).unwrap() = with;
        if let Ok(read) = Playbook::read(&document.to_string()) {
            let written = read.write().unwrap();
            prop_assert_eq!(&Playbook::read(&written).unwrap(), &read);
            if let Ok(view) = View::from_cacao(&read, Source::Own("changed.json".to_owned())) {
                view.to_cacao().validate().unwrap();
            }
        }
    }
}
