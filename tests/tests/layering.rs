//! Who may depend on whom, proven from what cargo resolves: the domain does no I/O, the application knows no adapter.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, PackageId};
use std::collections::{BTreeMap, BTreeSet};

/// What no domain crate reaches by any way: transports, databases, runtimes, clients.
const IO: &[&str] =
    &["actix", "diesel", "utoipa", "tokio", "reqwest", "ureq", "hyper", "object_store", "r2d2", "rustls"];
/// What the application does not reach either.
const ADAPTERS: &[&str] = &["actix", "diesel", "utoipa", "tokio"];

/// The house: each crate and the crates of ours it may name (DESIGN §1).
const HOUSE: &[(&str, &[&str])] = &[
    ("kernel", &[]),
    ("incident", &["kernel"]),
    ("evidence", &["kernel"]),
    ("playbooks", &["kernel"]),
    ("agent-trust", &["kernel"]),
    ("triage", &["kernel"]),
    ("compliance-export", &["kernel", "evidence"]),
    ("intake", &["kernel"]),
    (
        "application",
        &[
            "kernel",
            "incident",
            "evidence",
            "playbooks",
            "agent-trust",
            "triage",
            "compliance-export",
            "intake",
        ],
    ),
    (
        "storage",
        &[
            "kernel",
            "incident",
            "evidence",
            "playbooks",
            "agent-trust",
            "triage",
            "compliance-export",
            "intake",
            "application",
        ],
    ),
    (
        "connectors",
        &[
            "kernel",
            "incident",
            "evidence",
            "playbooks",
            "agent-trust",
            "triage",
            "compliance-export",
            "intake",
            "application",
        ],
    ),
    (
        "api",
        &[
            "kernel",
            "incident",
            "evidence",
            "playbooks",
            "agent-trust",
            "triage",
            "compliance-export",
            "intake",
            "application",
        ],
    ),
];

/// The crates of others a domain crate may name: data, text, hashes, documents, signatures. No clock but an
/// argument, no randomness.
const PURE: &[&str] = &[
    "serde",
    "serde_json",
    "serde_json_canonicalizer",
    "serde_path_to_error",
    "thiserror",
    "uuid",
    "chrono",
    "sha2",
    "hex",
    "base64",
    "crc32fast",
    "ed25519-dalek",
    "miniz_oxide",
    "pdf-writer",
    "subsetter",
    "ttf-parser",
    "url",
    "mail-parser",
];

const DOMAIN: &[&str] =
    &["kernel", "incident", "evidence", "playbooks", "agent-trust", "triage", "compliance-export", "intake"];

fn metadata() -> Metadata {
    MetadataCommand::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml"))
        .exec()
        .unwrap()
}

/// The direct normal dependencies of every package.
fn edges(metadata: &Metadata) -> BTreeMap<PackageId, Vec<PackageId>> {
    let nodes = metadata.resolve.as_ref().unwrap().nodes.iter();
    let normal = nodes.map(|node| {
        let deps = node.deps.iter().filter(|d| d.dep_kinds.iter().any(|k| k.kind == DependencyKind::Normal));
        (node.id.clone(), deps.map(|d| d.pkg.clone()).collect())
    });
    normal.collect()
}

fn id_of(metadata: &Metadata, folder: &str) -> PackageId {
    let name = format!("probatum-{folder}");
    metadata
        .packages
        .iter()
        .find(|p| p.name.as_str() == name)
        .unwrap_or_else(|| panic!("no {name}"))
        .id
        .clone()
}

/// The names of all packages a crate reaches.
fn reached(metadata: &Metadata, folder: &str) -> BTreeSet<String> {
    let edges = edges(metadata);
    let (mut seen, mut next) = (BTreeSet::new(), vec![id_of(metadata, folder)]);
    while let Some(id) = next.pop() {
        if seen.insert(id.clone()) {
            next.extend(edges[&id].iter().cloned());
        }
    }
    seen.iter().map(|id| metadata[id].name.to_string()).collect()
}

fn forbidden(names: BTreeSet<String>, words: &[&str]) -> Vec<String> {
    let is = |name: &str, word: &str| {
        name == word || name.starts_with(&format!("{word}-")) || name.starts_with(&format!("{word}_"))
    };
    names.into_iter().filter(|name| words.iter().any(|word| is(name, word))).collect()
}

#[test]
fn the_domain_does_no_io() {
    let metadata = metadata();
    for folder in DOMAIN {
        let found = forbidden(reached(&metadata, folder), IO);
        assert!(found.is_empty(), "{folder} reaches {found:?}");
    }
}

#[test]
fn the_application_knows_no_adapter() {
    let metadata = metadata();
    let found = forbidden(reached(&metadata, "application"), ADAPTERS);
    assert!(found.is_empty(), "application reaches {found:?}");
}

#[test]
fn the_walls_stand_where_the_design_says() {
    let metadata = metadata();
    let edges = edges(&metadata);
    for (folder, may) in HOUSE {
        for dependency in &edges[&id_of(&metadata, folder)] {
            let name = metadata[dependency].name.as_str();
            match name.strip_prefix("probatum-") {
                Some(ours) => assert!(may.contains(&ours), "{folder} must not depend on {ours}"),
                None if DOMAIN.contains(folder) => {
                    assert!(PURE.contains(&name), "{folder}, a domain crate, must not depend on {name}");
                }
                None => {}
            }
        }
    }
}

#[test]
fn every_crate_has_its_place() {
    let metadata = metadata();
    for package in metadata.workspace_packages() {
        let folder = package.manifest_path.parent().and_then(|p| p.file_name()).unwrap();
        assert_eq!(package.name.as_str(), format!("probatum-{folder}"), "folder and package have one name");
        let placed =
            HOUSE.iter().any(|(name, _)| *name == folder) || ["server", "xtask", "tests"].contains(&folder);
        assert!(placed, "{folder} is not in the design");
    }
}

#[test]
fn the_rule_can_fail() {
    let metadata = metadata();
    assert!(!forbidden(reached(&metadata, "storage"), IO).is_empty(), "storage reaches a database");
    assert!(!forbidden(reached(&metadata, "api"), ADAPTERS).is_empty(), "api reaches a transport");
}
