//! The playbooks of the registry: valid by the official schema and by ours, whole, and written in one form.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use probatum_playbooks::cacao::{self, Identifier};
use probatum_playbooks::{EXTENSION, Library, Phase, Playbook, Source};
use std::collections::BTreeSet;

/// Every category of the registry (CONTRACT §3) and the playbook that answers it.
const CATEGORIES: &[(&str, &str)] = &[
    ("ransomware", "ransomware"),
    ("data_breach", "data-breach"),
    ("agent_hijack", "agent-hijack"),
    ("prompt_injection", "prompt-injection"),
    ("phishing", "phishing"),
    ("ddos", "ddos"),
    ("vulnerability", "vulnerability"),
    ("supply_chain", "supply-chain"),
    ("hallucination", "hallucination"),
    ("misconfiguration", "misconfiguration"),
    ("malware", "malware"),
    ("credential_theft", "credential-theft"),
    ("bec", "bec"),
    ("data_poisoning", "data-poisoning"),
    ("model_theft", "model-theft"),
    ("deepfake", "deepfake"),
    ("insider", "insider"),
    ("other", "generic"),
];

/// The actions the registry knows how to carry out.
const ACTIONS: &[&str] = &[
    "lookup_ip",
    "lookup_domain",
    "lookup_hash",
    "lookup_url",
    "lookup_user",
    "notify_owner",
    "notify_dpo",
    "notify_legal",
    "notify_csirt",
    "notify_users",
    "create_ticket",
    "quarantine_email",
    "release_email",
    "block_sender",
    "block_ip",
    "block_domain",
    "block_url",
    "block_hash",
    "disable_account",
    "revoke_sessions",
    "reset_password",
    "isolate_host",
    "quarantine_agent",
];

/// File name and text of every document.
fn files() -> Vec<(String, String)> {
    let entries = std::fs::read_dir(support::folder("playbooks")).unwrap().map(|e| e.unwrap().path());
    let mut files: Vec<(String, String)> = entries
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read_to_string(&path).unwrap())
        })
        .collect();
    files.sort();
    files
}

fn canonical(value: &impl serde::Serialize) -> String {
    serde_json_canonicalizer::to_string(value).unwrap()
}

#[test]
fn every_file_is_a_playbook_of_the_library() {
    let library = Library::built_in();
    let types: Vec<String> = library.iter().map(|p| format!("{}.json", p.kind)).collect();
    let names: Vec<String> = files().into_iter().map(|(name, _)| name).collect();
    assert_eq!(types, names);
    for (category, kind) in CATEGORIES {
        let found: Vec<&str> = library.for_category(category).iter().map(|p| p.kind.as_str()).collect();
        assert_eq!(found, [*kind], "{category}");
    }
    assert_eq!(types.len(), CATEGORIES.len());
}

#[test]
fn every_file_is_valid_by_the_official_schema() {
    let (official, strict) = (support::official(), support::strict());
    for (name, text) in files() {
        let document: serde_json::Value = serde_json::from_str(&text).unwrap();
        for validator in [&official, &strict] {
            assert_eq!(support::faults(validator, &document), Vec::<String>::new(), "{name}");
        }
    }
}

#[test]
fn every_file_comes_back_byte_for_byte() {
    for (name, text) in files() {
        let document = cacao::Playbook::read(&text).unwrap();
        document.validate().unwrap();
        assert!(document.write().unwrap() == text, "{name} is not written as the model writes it");
        let playbook = Playbook::from_cacao(&document, Source::BuiltIn).unwrap();
        let given: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(canonical(&playbook.to_cacao()), canonical(&given), "{name}");
        assert_eq!(Playbook::from_cacao(&playbook.to_cacao(), Source::BuiltIn).unwrap(), playbook);
    }
}

#[test]
fn every_playbook_is_whole() {
    let mut ids = BTreeSet::new();
    for playbook in Library::built_in().iter() {
        let kind = &playbook.kind;
        assert!((6..=12).contains(&playbook.steps.len()), "{kind}: {} steps", playbook.steps.len());
        assert_eq!(playbook.document.id, Identifier::derived("playbook", kind));
        assert!(ids.insert(playbook.document.id.as_str().to_owned()), "{kind}");
        assert!(!playbook.description.is_empty() && !playbook.categories.is_empty(), "{kind}");
        for (step, order) in playbook.steps.iter().zip(1..) {
            let name = format!("{kind}/{}", step.key);
            assert_eq!(step.order, order, "{name}");
            assert_eq!(step.id, Identifier::derived("action", &name).as_str(), "{name}");
            assert!(ids.insert(step.id.clone()), "{name}");
            assert!(step.description.len() > 40, "{name} says how");
            assert_eq!(step.automated, ACTIONS.contains(&step.action_type.as_str()), "{name}");
            assert!(step.automated || step.action_type == "manual", "{name}: {}", step.action_type);
            assert!(step.due_within <= 24 * 60, "{name} is due within the 24 hours of P1");
            assert_eq!(step.validation_required, !step.proof.is_empty(), "{name}");
        }
        let of = |phase| playbook.steps.iter().filter(move |s| s.phase == phase);
        for phase in [Phase::Identify, Phase::Contain, Phase::Eradicate, Phase::Notify] {
            let needed = phase != Phase::Eradicate || kind != "ddos";
            assert!(!needed || of(phase).next().is_some(), "{kind} has no step to {phase}");
        }
        assert!(of(Phase::Validate).any(|s| s.validation_required), "{kind} proves nothing");
        assert_eq!(
            playbook.steps.last().map(|s| s.phase),
            Some(Phase::Validate),
            "{kind} ends with its proof"
        );
    }
}

#[test]
fn approvals_are_what_the_actions_ask_for() {
    for playbook in Library::built_in().iter() {
        for step in &playbook.steps {
            let level = step.approval_level.map(|l| l.as_str());
            let name = format!("{}/{}", playbook.kind, step.key);
            match step.action_type.as_str() {
                "isolate_host" => assert_eq!(level, Some("senior"), "{name}"),
                "quarantine_agent" => assert_eq!(level, Some("ai_safety"), "{name}"),
                action if action.starts_with("lookup_") || action.starts_with("notify_") => {
                    assert_eq!(level, None, "{name}");
                }
                "quarantine_email" | "create_ticket" => assert_eq!(level, None, "{name}"),
                "manual" => {}
                _ => assert!(level.is_some(), "{name}"),
            }
        }
    }
}

#[test]
fn what_a_step_draws_on_the_playbook_lists() {
    for playbook in Library::built_in().iter() {
        let listed = playbook.document.external_references.as_ref().unwrap();
        for reference in playbook.steps.iter().flat_map(|s| &s.references) {
            assert!(listed.contains(reference), "{}: {}", playbook.kind, reference.name);
        }
        assert!(playbook.document.extension_definitions.as_ref().unwrap().get(EXTENSION).is_some());
    }
}

#[test]
fn types_are_found_with_either_dash() {
    let library = Library::built_in();
    for playbook in library.iter() {
        assert_eq!(library.get(&playbook.kind.replace('-', "_")).unwrap().kind, playbook.kind);
    }
    assert!(library.get("Phishing").is_none());
}

#[test]
fn the_example_of_the_guide_is_a_playbook() {
    let guide = std::fs::read_to_string(support::folder("../../docs/playbooks.md")).unwrap();
    let (_, rest) = guide.split_once("```json\n").unwrap();
    let (text, _) = rest.split_once("```").unwrap();
    let document = serde_json::from_str(text).unwrap();
    for validator in [support::official(), support::strict()] {
        assert_eq!(support::faults(&validator, &document), Vec::<String>::new());
    }
    let (library, faults) = Library::with_own(vec![("custom_phishing.json".to_owned(), text.to_owned())]);
    assert_eq!(faults, []);
    let playbook = library.get("custom-phishing").unwrap();
    assert_eq!(playbook.source, Source::Own("custom_phishing.json".to_owned()));
    assert_eq!(
        playbook.steps.iter().map(|s| s.key.as_str()).collect::<Vec<_>>(),
        ["quarantine", "confirm-payments"]
    );
    assert_eq!(playbook.step("confirm-payments").unwrap().phase, Phase::Validate);
    // Own ones come first among those that answer a category, and the built-in one is still there.
    let for_phishing = library.for_category("phishing");
    assert_eq!(
        for_phishing.iter().map(|p| p.kind.as_str()).collect::<Vec<_>>(),
        ["custom_phishing", "phishing"]
    );
}

#[test]
fn own_playbooks_override_and_the_broken_are_named() {
    let phishing = files().into_iter().find(|(name, _)| name == "phishing.json").unwrap().1;
    let own = |file: &str, text: &str| (file.to_owned(), text.to_owned());
    let revoked = phishing.replacen("\"created_by\"", "\"revoked\": true,\n  \"created_by\"", 1);
    let misspelt = phishing.replacen("\"key\"", "\"keys\"", 1);
    let (library, faults) = Library::with_own(vec![
        own("z.json", &phishing),
        own("a.json", &phishing.replace("\"Phishing\"", "\"Ours\"")),
        own("revoked.json", &revoked),
        own("broken.json", "{"),
        own("misspelt.json", &misspelt),
        own(
            "approval.json",
            &phishing.replacen("\"approval_level\": \"analyst\"", "\"approval_level\": \"boss\"", 1),
        ),
        own("unproven.json", &phishing.replacen("\"proof\": \"", "\"proof\": \"\", \"x\": \"", 1)),
    ]);
    assert_eq!(library.get("phishing").unwrap().title, "Ours");
    assert_eq!(library.iter().len(), Library::built_in().iter().len());
    let said: Vec<(&str, &str)> = faults.iter().map(|f| (f.file.as_str(), f.why.as_str())).collect();
    for ((file, why), (expected, part)) in said.iter().zip([
        ("approval.json", "'boss' is no approval level"),
        ("broken.json", "is not a CACAO 2.0 playbook"),
        ("misspelt.json", "unknown field `keys`"),
        ("revoked.json", "is revoked"),
        ("unproven.json", "unknown field `x`"),
        ("z.json", "has the type phishing of a.json"),
    ]) {
        assert!(*file == expected && why.contains(part), "{file}: {why}");
    }
    assert_eq!(faults.len(), 6);
    assert_eq!(
        Library::built_in().get("phishing").unwrap().title,
        "Phishing",
        "the library of others is untouched"
    );
}

#[test]
fn what_breaks_a_limit_of_a_step_is_named() {
    let phishing = Library::built_in().get("phishing").unwrap().clone();
    let refused = |change: fn(&mut probatum_playbooks::Step)| {
        let mut playbook = Playbook::clone(&phishing);
        change(&mut playbook.steps[0]);
        Playbook::from_cacao(&playbook.to_cacao(), Source::BuiltIn)
            .err()
            .map(|e| e.to_string())
            .unwrap_or_default()
    };
    assert_eq!(refused(|_| {}), "");
    type Change = fn(&mut probatum_playbooks::Step);
    let cases: [(Change, &str); 10] = [
        (|s| s.key = "Isolate hosts".to_owned(), "key must be"),
        (|s| s.key = "validate".to_owned(), "has the key validate of another step"),
        (|s| s.title = "x".repeat(201), "name must be at most 200 characters"),
        (|s| s.description = "x".repeat(4001), "description must be at most 4000"),
        (|s| s.action_type = "Block".to_owned(), "action_type must be"),
        (|s| s.action_type = "manual".to_owned(), "automated must be left out"),
        (|s| s.due_within = 0, "due_within must be"),
        (|s| s.validation_required = true, "proof must say"),
        (|s| s.attack = vec!["1566".to_owned()], "attack must be"),
        (|s| s.d3fend = vec!["D3-NI".to_owned(); 21], "d3fend must be"),
    ];
    for (change, part) in cases {
        assert!(refused(change).contains(part), "{part}: {}", refused(change));
    }
}
