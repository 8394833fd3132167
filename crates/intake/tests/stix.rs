//! STIX in and out; what goes out is valid by the OASIS schemas (see `stix-schemas/LICENSE`).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_intake::{
    Category, Determination, EvidenceNote, INCIDENT_EXTENSION, Indicator, IndicatorKind, Investigation,
    PatternFault, StixBundle, StixExport, StixFault, StixObjectFault, Tlp,
};
use probatum_kernel::{EvidenceId, IncidentId, PublicId, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The schema of every type of object, and of the bundle.
fn schemas() -> BTreeMap<String, jsonschema::Validator> {
    let folder = format!("{}/tests/stix-schemas", env!("CARGO_MANIFEST_DIR"));
    let (mut registry, mut all) = (jsonschema::Registry::new(), Vec::new());
    for kind in ["common", "observables", "sdos", "sros"] {
        for entry in std::fs::read_dir(format!("{folder}/{kind}")).unwrap() {
            let path = entry.unwrap().path();
            let schema: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
            registry = registry.add(schema["$id"].as_str().unwrap(), schema.clone()).unwrap();
            all.push((path.file_stem().unwrap().to_str().unwrap().to_owned(), schema));
        }
    }
    let registry = registry.prepare().unwrap();
    let build =
        |schema: &Value| jsonschema::options().offline().with_registry(&registry).build(schema).unwrap();
    all.iter().map(|(name, schema)| (name.clone(), build(schema))).collect()
}

/// What is wrong with a bundle. Each object is held against the schema of its type; the bundle against its
/// own, but for incidents and notes, which that schema's list of types lacks.
fn faults(schemas: &BTreeMap<String, jsonschema::Validator>, bundle: &Value) -> Vec<String> {
    let mut listed = bundle.clone();
    listed["objects"].as_array_mut().unwrap().retain(|o| o["type"] != "incident" && o["type"] != "note");
    let of = |schema: &str, value: &Value| -> Vec<String> {
        schemas[schema].iter_errors(value).map(|e| format!("{schema} {}: {e}", e.instance_path())).collect()
    };
    let objects = bundle["objects"].as_array().unwrap();
    let each = objects.iter().flat_map(|o| of(o["type"].as_str().unwrap(), o));
    of("bundle", &listed).into_iter().chain(each).collect()
}

fn export() -> StixExport {
    let at: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
    StixExport {
        producer: "Example SOC".to_owned(),
        id: IncidentId::new(at, &[7; 10]),
        public_id: PublicId::new(2026, 42).unwrap(),
        title: "Loader on ws-12".to_owned(),
        summary: Some("A loader called home.".to_owned()),
        category: Category::Malware,
        severity: 7,
        determination: Determination::Confirmed,
        investigation: Investigation::Open,
        detection_method: Some("automated-tool".to_owned()),
        created_at: at,
        updated_at: at.plus_hours(3),
        indicators: vec![
            Indicator::new(IndicatorKind::Ipv4, "203.0.113.80"),
            Indicator::new(IndicatorKind::Ipv6, "2001:db8::1"),
            Indicator::new(IndicatorKind::Domain, "cnc.example.net"),
            Indicator::new(IndicatorKind::Url, "http://cnc.example.net/a'b\\c"),
            Indicator::new(IndicatorKind::Email, "x@example.net"),
            Indicator::new(IndicatorKind::Md5, "a1".repeat(16)),
            Indicator::new(IndicatorKind::Sha1, "b2".repeat(20)),
            Indicator::new(IndicatorKind::Sha256, "c3".repeat(32)),
            Indicator::new(IndicatorKind::Cve, "CVE-2026-12345"),
            Indicator::new(IndicatorKind::AttackTechnique, "T1071"),
            Indicator::new(IndicatorKind::Btc, "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
        ],
        attack_techniques: vec!["T1071".to_owned(), "T1059.001".to_owned(), "AML.T0051".to_owned()],
        evidence: vec![EvidenceNote {
            id: EvidenceId::new(at, &[8; 10]),
            kind: "siem_log".to_owned(),
            source: "edr".to_owned(),
            sha256: Some("d4".repeat(32)),
            description: None,
            created_at: at,
        }],
        tlp: Some(Tlp::Amber),
    }
}

#[test]
fn what_goes_out_is_valid() {
    let schemas = schemas();
    let bare = StixExport {
        summary: None,
        detection_method: None,
        indicators: vec![],
        attack_techniques: vec![],
        evidence: vec![],
        tlp: None,
        ..export()
    };
    let mut bundles = vec![export().bundle(), bare.bundle()];
    bundles.extend(Tlp::ALL.iter().map(|t| StixExport { tlp: Some(*t), ..export() }.bundle()));
    bundles.extend(Category::ALL.iter().map(|c| StixExport { category: *c, ..export() }.bundle()));
    for bundle in &bundles {
        let faults = faults(&schemas, bundle);
        assert!(faults.is_empty(), "{faults:#?}");
    }
    // The schemas can refuse.
    for (key, wrong) in [("created", json!("yesterday")), ("name", json!(7)), ("id", json!("incident--1"))] {
        let mut bundle = bundles[0].clone();
        bundle["objects"][2][key] = wrong;
        assert!(!faults(&schemas, &bundle).is_empty(), "{key}");
    }
}

#[test]
fn the_incident_bears_the_extension() {
    let bundle = export().bundle();
    let objects = bundle["objects"].as_array().unwrap();
    let incident = objects.iter().find(|o| o["type"] == "incident").unwrap();
    let extension = &incident["extensions"][INCIDENT_EXTENSION];
    assert_eq!(
        *extension,
        json!({"extension_type": "property-extension", "determination": "confirmed", "investigation_status": "open",
               "criticality": 70, "incident_types": ["infected-by-known-malware"], "detection_methods": ["automated-tool"]})
    );
    assert_eq!(incident["modified"], "2026-11-22T13:00:00.000Z");
    assert_eq!(incident["external_references"][0]["external_id"], "INC-2026-0042");
    let count = |kind: &str| objects.iter().filter(|o| o["type"] == kind).count();
    assert_eq!(
        (count("indicator"), count("attack-pattern"), count("vulnerability"), count("note")),
        (9, 3, 1, 1)
    );
    assert_eq!(count("relationship"), 13);
    let marking = Tlp::Amber.marking_id();
    let own = objects.iter().filter(|o| o["type"] != "marking-definition" && !is_shared(o));
    for object in own {
        assert_eq!(object["object_marking_refs"], json!([marking]), "{object}");
        // A marking may be another after any change of the incident.
        assert_eq!(
            (&object["created"], &object["modified"]),
            (&json!("2026-11-22T10:00:00.000Z"), &json!("2026-11-22T13:00:00.000Z"))
        );
    }
    let ids: std::collections::BTreeSet<_> = objects.iter().map(|o| o["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), objects.len());
    let refs = objects.iter().flat_map(|o| ["source_ref", "target_ref", "created_by_ref"].map(|k| o.get(k)));
    assert!(refs.flatten().all(|r| ids.contains(r.as_str().unwrap())), "every reference is in the bundle");
}

/// Whether other bundles have an object of this id.
fn is_shared(object: &Value) -> bool {
    ["identity", "attack-pattern", "vulnerability"].contains(&object["type"].as_str().unwrap())
}

#[test]
fn what_bundles_share_is_the_same_in_all() {
    let of = |export: StixExport| -> Vec<Value> {
        export.bundle()["objects"].as_array().unwrap().iter().filter(|o| is_shared(o)).cloned().collect()
    };
    let here = of(export());
    assert_eq!(here.len(), 5);
    let at: Timestamp = "2026-11-29T10:00:00Z".parse().unwrap();
    let there = StixExport {
        id: IncidentId::new(at, &[9; 10]),
        created_at: at,
        updated_at: at.plus_hours(1),
        tlp: Some(Tlp::Red),
        ..export()
    };
    assert_eq!(of(there), here);
    assert_eq!(of(StixExport { tlp: None, ..export() }), here);
    // Of another producer only the producer is another.
    let theirs = of(StixExport { producer: "Example CERT".to_owned(), ..export() });
    assert_eq!(
        theirs.iter().filter(|o| !here.contains(o)).map(|o| &o["type"]).collect::<Vec<_>>(),
        ["identity"]
    );
}

#[test]
fn the_same_incident_makes_the_same_bundle() {
    assert_eq!(export().bundle().to_string(), export().bundle().to_string());
    let id = |e: &StixExport| e.bundle()["id"].clone();
    assert_ne!(id(&export()), id(&StixExport { severity: 8, ..export() }));
    let other = StixExport { id: IncidentId::new(Timestamp::EPOCH, &[9; 10]), ..export() };
    let incident = |e: &StixExport| {
        e.bundle()["objects"].as_array().unwrap().iter().find(|o| o["type"] == "incident").unwrap()["id"]
            .clone()
    };
    assert_ne!(incident(&export()), incident(&other));
}

#[test]
fn what_went_out_comes_in() {
    let read = StixBundle::read(export().bundle().to_string().as_bytes()).unwrap();
    assert_eq!((read.faults.len(), read.incidents.len()), (0, 1));
    let incident = &read.incidents[0];
    assert_eq!(
        (incident.name.as_str(), incident.severity, incident.category),
        ("Loader on ws-12", Some(7), Category::Malware)
    );
    assert_eq!(incident.attack_techniques, ["AML.T0051", "T1059.001", "T1071"]);
    assert_eq!(incident.tlp, Some(Tlp::Amber));
    let sent = export().indicators;
    for indicator in
        sent.iter().filter(|i| !matches!(i.kind, IndicatorKind::AttackTechnique | IndicatorKind::Btc))
    {
        assert!(incident.indicators.contains(indicator), "{indicator:?}");
    }
}

#[test]
fn a_bundle_of_others() {
    let bytes =
        std::fs::read(format!("{}/tests/fixtures/stix-report.json", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let read = StixBundle::read(&bytes).unwrap();
    let faults: Vec<usize> = read.faults.iter().map(|(i, _)| *i).collect();
    assert_eq!(faults, [3, 8, 9]);
    assert!(matches!(read.faults[0].1, StixObjectFault::Pattern(PatternFault::Syntax(_))));
    assert_eq!(read.faults[1].1, StixObjectFault::SpecVersion);
    assert_eq!(read.faults[2].1, StixObjectFault::Id("incident".to_owned()));
    let incident = &read.incidents[0];
    assert_eq!(
        (incident.severity, incident.category, incident.tlp),
        (Some(8), Category::Ransomware, Some(Tlp::Amber))
    );
    assert_eq!(incident.determination.as_deref(), Some("confirmed"));
    assert_eq!(incident.attack_techniques, ["T1566.001"]);
    assert_eq!(incident.references, ["https://cert.example.org/2026-7"]);
    let kinds: Vec<&str> = incident.indicators.iter().map(|i| i.kind.as_str()).collect();
    assert_eq!(kinds, ["md5", "sha256", "ipv4", "domain"]);
    assert_eq!((read.indicators.len(), read.observables.len()), (2, 2));
}

#[test]
fn two_incidents_keep_their_own() {
    let uuid = |n: u8| format!("00000000-0000-4000-8000-0000000000{n:02x}");
    let common = |kind: &str, n: u8, more: Value| {
        let mut o = json!({"type": kind, "spec_version": "2.1", "id": format!("{kind}--{}", uuid(n)),
            "created": "2026-11-22T10:00:00.000Z", "modified": "2026-11-22T10:00:00.000Z"});
        o.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        o
    };
    let looks = |n: u8, ip: &str| {
        common(
            "indicator",
            n,
            json!({"pattern": format!("[ipv4-addr:value = '{ip}']"), "pattern_type": "stix", "valid_from": "2026-11-22T10:00:00Z"}),
        )
    };
    let tie = |n: u8, a: String, b: String| {
        common(
            "relationship",
            n,
            json!({"relationship_type": "related-to", "source_ref": a, "target_ref": b}),
        )
    };
    let bundle = json!({"type": "bundle", "id": format!("bundle--{}", uuid(0)), "objects": [
        common("incident", 1, json!({"name": "one"})), common("incident", 2, json!({"name": "two"})),
        looks(3, "192.0.2.3"), looks(4, "192.0.2.4"),
        tie(5, format!("indicator--{}", uuid(3)), format!("incident--{}", uuid(1))),
        tie(6, format!("incident--{}", uuid(2)), format!("indicator--{}", uuid(4))),
        tie(7, format!("incident--{}", uuid(2)), format!("incident--{}", uuid(1))),
    ]});
    let read = StixBundle::read(bundle.to_string().as_bytes()).unwrap();
    let found: Vec<Vec<&str>> =
        read.incidents.iter().map(|i| i.indicators.iter().map(|i| i.value.as_str()).collect()).collect();
    assert_eq!(found, [["192.0.2.3"], ["192.0.2.4"]]);
}

#[test]
fn a_report_stands_for_an_incident() {
    let bundle = json!({"type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000000", "objects": [
        {"type": "report", "spec_version": "2.1", "id": "report--00000000-0000-4000-8000-000000000001", "name": "Phishing wave",
         "published": "2026-11-22T10:00:00Z", "object_refs": ["url--00000000-0000-4000-8000-000000000002"]},
        {"type": "url", "id": "url--00000000-0000-4000-8000-000000000002", "value": "https://x.example.net/"}]});
    let read = StixBundle::read(bundle.to_string().as_bytes()).unwrap();
    assert_eq!((read.incidents[0].category, read.incidents[0].indicators.len()), (Category::Phishing, 1));
}

#[test]
fn what_is_no_bundle_is_refused() {
    let id = "bundle--00000000-0000-4000-8000-000000000000";
    let read = |v: Value| StixBundle::read(v.to_string().as_bytes()).map(|_| ());
    assert_eq!(read(json!({"type": "bundle", "id": "bundle--1", "objects": []})), Err(StixFault::NotABundle));
    assert_eq!(read(json!({"type": "report", "id": id})), Err(StixFault::NotABundle));
    assert_eq!(read(json!([])), Err(StixFault::NotABundle));
    assert_eq!(
        read(json!({"type": "bundle", "id": id, "spec_version": "2.0", "objects": []})),
        Err(StixFault::Version("2.0".to_owned()))
    );
    assert_eq!(
        read(json!({"type": "bundle", "id": id, "objects": vec![json!(1); 10_001]})),
        Err(StixFault::TooMany)
    );
    assert!(matches!(StixBundle::read(b"{"), Err(StixFault::NotJson(_))));
    assert_eq!(read(json!({"type": "bundle", "id": id, "objects": [1]})), Ok(()));
}

#[test]
fn markings_of_both_versions_are_known() {
    for tlp in Tlp::ALL {
        assert_eq!(Tlp::of_marking(tlp.marking_id()), Some(*tlp));
    }
    assert_eq!(Tlp::of_marking("marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"), Some(Tlp::Red));
    assert_eq!(Tlp::of_marking("marking-definition--00000000-0000-4000-8000-000000000000"), None);
}

#[test]
fn a_hub_ties_nothing_together_and_costs_little() {
    let uuid = |n: usize| format!("00000000-0000-4000-8000-{n:012}");
    let hub = |kind: &str| {
        let mut objects = Vec::new();
        for n in 0..200 {
            objects.push(json!({"type": "incident", "spec_version": "2.1", "id": format!("incident--{}", uuid(n)), "name": "x"}));
        }
        for n in 0..6000 {
            objects.push(json!({"type": "relationship", "spec_version": "2.1", "id": format!("relationship--{}", uuid(n)),
                "source_ref": format!("incident--{}", uuid(n % 200)), "target_ref": format!("{kind}--{}", uuid(1 + n / 2000))}));
        }
        objects.push(json!({"type": "indicator", "spec_version": "2.1", "id": format!("indicator--{}", uuid(2)), "pattern_type": "stix",
            "pattern": "[ipv4-addr:value = '192.0.2.1']", "valid_from": "2026-11-22T10:00:00Z"}));
        objects.push(json!({"type": "relationship", "spec_version": "2.1", "id": format!("relationship--{}", uuid(9999)),
            "source_ref": format!("indicator--{}", uuid(2)), "target_ref": format!("{kind}--{}", uuid(1))}));
        let bundle = json!({"type": "bundle", "id": format!("bundle--{}", uuid(0)), "objects": objects});
        StixBundle::read(bundle.to_string().as_bytes()).unwrap()
    };
    assert!(hub("identity").incidents.iter().all(|i| i.indicators.is_empty()));
    assert_eq!(hub("sighting").incidents.len(), 200);
}

#[test]
fn a_bundle_has_limits() {
    let uuid = |n: usize| format!("00000000-0000-4000-8000-{n:012}");
    let version = |n: usize, modified: &str, more: Value| {
        let mut o = json!({"type": "incident", "spec_version": "2.1", "id": format!("incident--{}", uuid(n)), "name": modified,
            "modified": format!("2026-11-{modified}T10:00:00.000Z")});
        o.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        o
    };
    let read = |objects: &[Value]| {
        let bundle = json!({"type": "bundle", "id": format!("bundle--{}", uuid(0)), "objects": objects});
        StixBundle::read(bundle.to_string().as_bytes())
    };
    // Versions of one incident are one; the newest counts, but nothing undoes a revocation.
    let mut objects: Vec<Value> = (0..5000).map(|n| version(n % 200, "20", json!({}))).collect();
    objects.push(version(7, "22", json!({})));
    objects.push(version(7, "21", json!({})));
    objects.push(version(8, "19", json!({"revoked": true})));
    let incidents = read(&objects).unwrap().incidents;
    assert_eq!(incidents.len(), 200);
    let told = |n: usize| (incidents[n].name.as_str(), incidents[n].index, incidents[n].revoked);
    assert_eq!([told(6), told(7), told(8)], [("20", 6, false), ("22", 5000, false), ("19", 5002, true)]);
    objects.push(version(200, "20", json!({})));
    assert_eq!(read(&objects), Err(StixFault::TooManyIncidents(201)));
    let report = |n: usize| json!({"type": "report", "spec_version": "2.1", "id": format!("report--{}", uuid(n)), "name": "x", "object_refs": []});
    let reports: Vec<Value> = (0..201).map(report).collect();
    assert_eq!(read(&reports), Err(StixFault::TooManyIncidents(201)));
    // Each takes along so much and no more.
    let address = |n: usize| json!({"type": "ipv4-addr", "id": format!("ipv4-addr--{}", uuid(n)), "value": format!("192.0.{}.{}", n / 256, n % 256)});
    let mut objects: Vec<Value> = (0..500).map(address).collect();
    objects.push(version(1, "20", json!({})));
    assert_eq!(read(&objects).unwrap().incidents[0].indicators.len(), 200);
}
