//! Evidence over HTTP: chains of custody, contradiction, uploads and their content, and verification of what is stored.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_tests::*;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

on_both! {
    shared: a_chain_out_of_order_is_refused_whole, an_entry_with_another_hash_breaks_the_chain,
        a_chain_begun_later_begins_with_the_hash_of_the_item,
        nothing_follows_disposal, a_contradiction_disputes_and_can_be_rebutted, kinds_decide_what_is_proven,
        an_upload_is_hashed_and_kept, a_wrong_hash_keeps_nothing, damage_on_disk_is_found, evidence_kept_elsewhere,
        deleting_takes_evidence_along, chains_are_linked, pages_of_evidence_come_with_their_chains;
}

/// The SHA-256 of a million times `a` (FIPS 180-4, the examples of NIST).
const MILLION: &str = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
const OTHER: &str = "0000000000000000000000000000000000000000000000000000000000000001";
const EARLIER: &str = "2026-07-04T08:20:00Z";
const LATER: &str = "2026-07-04T09:20:00Z";

fn evidence_of(client: &Client, incident: &str) -> Vec<Value> {
    let path = format!("/api/incidents/{incident}/evidence");
    client.get(&path).expect(200)["data"].as_array().unwrap().clone()
}

fn item(client: &Client, id: &str) -> Value {
    client.get(&format!("/api/evidence/{id}")).expect(200)
}

fn a_chain_out_of_order_is_refused_whole(app: &App) {
    let analyst = app.analyst();
    let id = analyst.reports(&report("Chains"));
    let path = format!("/api/incidents/{id}/evidence");
    let collected = custody(EARLIER, "collected", ABC);
    let cases = [
        (
            json!([custody(LATER, "collected", ABC), custody(EARLIER, "sealed", ABC)]),
            "chain_of_custody[1].ts",
        ),
        (json!([custody(EARLIER, "collected", OTHER)]), "chain_of_custody[0].hash_after"),
        (json!([collected, custody(LATER, "accessed", OTHER)]), "chain_of_custody[1].hash_after"),
        (
            json!([{"ts": EARLIER, "actor": "analyst:kdzik", "action": "collected"}]),
            "chain_of_custody[0].hash_after",
        ),
        (
            json!([custody(EARLIER, "disposed", ABC), custody(LATER, "sealed", ABC)]),
            "chain_of_custody[1].action",
        ),
    ];
    for (chain, field) in cases {
        let evidence = merged(confirming(), json!({"chain_of_custody": chain}));
        let problem = analyst.post(&path, &evidence).problem(422, "custody_broken");
        assert!(text(&problem["detail"]).contains(field), "{problem}");
    }
    assert_eq!(evidence_of(&analyst, &id), Vec::<Value>::new());
    let incident = analyst.incident(&id);
    assert_contains(&incident, &json!({"evidence_status": "gap", "version": 1}));
}

fn an_entry_with_another_hash_breaks_the_chain(app: &App) {
    let analyst = app.analyst();
    let id = analyst.reports(&report("Broken"));
    let evidence = analyst.attaches(&id, &confirming());
    let path = format!("/api/evidence/{evidence}/custody");
    analyst.post(&path, &custody(LATER, "transferred", ABC)).expect(201);
    assert_eq!(item(&analyst, &evidence)["status"], "confirmed");
    // Before the last entry: it cannot have been witnessed in this order.
    analyst.post(&path, &custody(EARLIER, "accessed", ABC)).problem(422, "custody_broken");
    assert_eq!(item(&analyst, &evidence)["chain_of_custody"].as_array().unwrap().len(), 2);

    analyst.post(&path, &custody(LATER, "analysed", OTHER)).expect(201);
    let broken = item(&analyst, &evidence);
    assert_eq!(broken["status"], "disputed");
    assert_eq!(broken["chain_of_custody"].as_array().unwrap().len(), 3);
    assert_eq!(analyst.incident(&id)["evidence_status"], "disputed");
    let path_of = format!("/api/incidents/{id}");
    analyst.patch(&path_of, &json!({"priority": "P1"})).problem(422, "evidence_disputed");
    // Saying afterwards that all is well mends nothing.
    analyst.post(&path, &custody(LATER, "verified", ABC)).expect(201);
    assert_eq!(item(&analyst, &evidence)["status"], "disputed");
    assert_eq!(analyst.incident(&id)["evidence_status"], "disputed");
}

fn a_chain_begun_later_begins_with_the_hash_of_the_item(app: &App) {
    let analyst = app.analyst();
    let id = analyst.reports(&report("Custody begins later"));
    let evidence = analyst.attaches(&id, &merged(confirming(), json!({"chain_of_custody": []})));
    let path = format!("/api/evidence/{evidence}/custody");
    let silent = json!({"ts": EARLIER, "actor": "analyst:kdzik", "action": "collected"});
    for first in [silent, custody(EARLIER, "collected", OTHER)] {
        let problem = analyst.post(&path, &first).problem(422, "custody_broken");
        assert!(text(&problem["detail"]).contains("hash_after"), "{problem}");
    }
    assert_contains(&item(&analyst, &evidence), &json!({"status": "internal", "chain_of_custody": []}));
    assert_eq!(analyst.incident(&id)["evidence_status"], "internal");
    analyst.post(&path, &custody(EARLIER, "collected", ABC)).expect(201);
    assert_eq!(item(&analyst, &evidence)["status"], "confirmed");
}

fn nothing_follows_disposal(app: &App) {
    let analyst = app.analyst();
    let id = analyst.reports(&report("Disposed"));
    let evidence = analyst.attaches(&id, &confirming());
    let path = format!("/api/evidence/{evidence}/custody");
    analyst.post(&path, &custody(LATER, "disposed", ABC)).expect(201);
    analyst.post(&path, &custody(LATER, "accessed", ABC)).problem(422, "custody_broken");
    assert_eq!(item(&analyst, &evidence)["chain_of_custody"].as_array().unwrap().len(), 2);
}

fn pages_of_evidence_come_with_their_chains(app: &App) {
    let analyst = app.analyst();
    let id = analyst.reports(&report("Pages"));
    let all: Vec<Value> = (0..5)
        .map(|n| {
            let visibility = if n == 1 { "internal" } else { "public" };
            let evidence = analyst.attaches(&id, &merged(confirming(), json!({"visibility": visibility})));
            for _ in 0..n {
                let path = format!("/api/evidence/{evidence}/custody");
                analyst.post(&path, &custody(LATER, "accessed", ABC)).expect(201);
            }
            item(&analyst, &evidence)
        })
        .collect();
    let public: Vec<Value> = all.iter().filter(|e| e["visibility"] == "public").cloned().collect();
    let path = format!("/api/incidents/{id}/evidence?per_page=2");
    for (client, expected) in [(&analyst, &all), (&app.viewer(), &public)] {
        assert_eq!(&client.walk(&path), expected);
        let second = client.get(&format!("{path}&page=2"));
        assert_eq!(second.expect(200)["data"].as_array().unwrap(), &expected[2..4]);
        assert_eq!(second.expect(200)["meta"]["total"], expected.len());
        assert_eq!(second.next().is_some(), expected.len() > 4, "a link to a page there is");
    }
}

fn chains_are_linked(app: &App) {
    let analyst = app.analyst();
    let id = analyst.reports(&report("Links"));
    let evidence = analyst.attaches(&id, &confirming());
    for _ in 0..3 {
        let path = format!("/api/evidence/{evidence}/custody");
        analyst.post(&path, &custody(LATER, "accessed", ABC)).expect(201);
    }
    let chain = item(&analyst, &evidence)["chain_of_custody"].as_array().unwrap().clone();
    let mut before = "0".repeat(64);
    for (place, entry) in (1..).zip(&chain) {
        assert_eq!(entry["seq"], place);
        assert_eq!(entry["prev_hash"], before.as_str());
        before = text(&entry["entry_hash"]);
    }
    assert_eq!(chain.len(), 4);
}

fn a_contradiction_disputes_and_can_be_rebutted(app: &App) {
    let analyst = app.analyst();
    let id = analyst.reports(&report("Word against word"));
    let first = analyst.attaches(&id, &confirming());
    let second = analyst.attaches(&id, &merged(bare("log", 50), json!({"contradicts": first})));
    let statuses = || [&first, &second].map(|e| text(&item(&analyst, e)["status"]));
    assert_eq!(statuses(), ["disputed", "internal"]);
    assert_eq!(analyst.incident(&id)["evidence_status"], "disputed");
    analyst.attaches(&id, &merged(bare("log", 60), json!({"contradicts": second})));
    // A contradiction that is itself contradicted disputes nothing any more.
    assert_eq!(statuses(), ["confirmed", "disputed"]);
    assert_eq!(analyst.incident(&id)["evidence_status"], "confirmed");

    let path = format!("/api/incidents/{id}/evidence");
    let elsewhere = analyst.reports(&report("Elsewhere"));
    let foreign = analyst.attaches(&elsewhere, &confirming());
    let contradicting = merged(bare("log", 50), json!({"contradicts": foreign}));
    analyst.post(&path, &contradicting).invalid(&["contradicts"]);
}

fn kinds_decide_what_is_proven(app: &App) {
    let analyst = app.analyst();
    let technical = "log siem_log agent_trace prompt_log pcap memory_image disk_image file email screenshot config \
                     scan_report remediation_test";
    let official = "vendor_advisory cert_bulletin upo_edelivery authority_letter";
    let entry = json!([{"ts": EARLIER, "actor": "analyst:kdzik", "action": "collected"}]);
    let unhashed = json!({"confidence": 70, "chain_of_custody": entry});
    let mut cases: Vec<(String, Value, &str)> = Vec::new();
    for kind in technical.split_whitespace() {
        cases.push((kind.to_owned(), merged(confirming(), json!({"confidence": 70})), "confirmed"));
        cases.push((kind.to_owned(), merged(confirming(), json!({"confidence": 69})), "internal"));
        cases.push((kind.to_owned(), unhashed.clone(), "internal"));
    }
    for kind in official.split_whitespace() {
        cases.push((kind.to_owned(), unhashed.clone(), "confirmed"));
        cases.push((kind.to_owned(), json!({"confidence": 100}), "internal"));
    }
    cases.push(("other".to_owned(), merged(confirming(), json!({"confidence": 100})), "internal"));
    cases.push(("log".to_owned(), json!({"confidence": 0}), "gap"));
    cases.push(("log".to_owned(), merged(confirming(), json!({"source": "simulation"})), "simulation"));
    let id = analyst.reports(&report("Kinds"));
    for (kind, members, status) in cases {
        let evidence = merged(merged(bare("log", 0), members), json!({"kind": kind}));
        let answer = analyst.post(&format!("/api/incidents/{id}/evidence"), &evidence).expect(201);
        assert_eq!(answer["status"], status, "{evidence}");
    }
    // An exercise is one only if all of it is.
    let exercise = analyst.reports(&report("An exercise"));
    analyst.attaches(&exercise, &merged(confirming(), json!({"source": "simulation:red-team"})));
    assert_eq!(analyst.incident(&exercise)["evidence_status"], "simulation");
    analyst.attaches(&exercise, &bare("media_report", 10));
    assert_eq!(analyst.incident(&exercise)["evidence_status"], "media_signal");
}

/// Uploads `content`; the answer.
fn upload(client: &Client, incident: &str, content: &[u8], more: &[Part<'_>]) -> Reply {
    let mut parts =
        vec![Part::Field("kind", "file"), Part::Field("source", "desk"), Part::Field("confidence", "90")];
    parts.extend(more.iter().map(|p| match p {
        Part::Field(name, value) => Part::Field(name, value),
        Part::File(name, file, media, content) => Part::File(name, file, media, content),
    }));
    parts.push(Part::File("file", "note <1>.html", "text/html", content));
    client.upload(&format!("/api/incidents/{incident}/evidence"), &parts)
}

fn an_upload_is_hashed_and_kept(app: &App) {
    let analyst = app.analyst();
    let id = analyst.reports(&report("Uploads"));
    let million = vec![b'a'; 1_000_000];
    for (content, hash) in [(b"abc".as_slice(), ABC), (&million, MILLION)] {
        for stated in [None, Some(hash)] {
            let more: Vec<_> = stated.iter().map(|h| Part::Field("hash_sha256", h)).collect();
            let answer = upload(&analyst, &id, content, &more).expect(201);
            assert_eq!(answer["status"], "confirmed", "the registry itself witnessed the content");
            let evidence = text(&answer["id"]);
            let kept = item(&analyst, &evidence);
            assert_eq!(kept["hash_sha256"], hash);
            assert_contains(
                &kept["chain_of_custody"][0],
                &json!({"action": "collected", "hash_after": hash}),
            );

            let served = analyst.get(&format!("/api/evidence/{evidence}/content"));
            served.expect(200);
            assert_eq!(served.bytes, content);
            assert!(served.header("content-disposition").unwrap().starts_with("attachment"));
            assert_eq!(served.header("x-content-type-options"), Some("nosniff"));
            let verified = analyst.request("POST", &format!("/api/evidence/{evidence}/verify")).send();
            assert_eq!(verified.expect(200)["chain_of_custody"][1]["intact"], true);
            let kept = item(&analyst, &evidence);
            assert_eq!(kept["status"], "confirmed");
            assert_contains(&kept["chain_of_custody"][1], &json!({"action": "verified", "hash_after": hash}));
        }
    }
}

/// The files under `folder` that hold `marker`.
fn files_with(folder: &Path, marker: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files_with(&path, marker));
        } else if std::fs::read(&path).is_ok_and(|c| String::from_utf8_lossy(&c).contains(marker)) {
            found.push(path);
        }
    }
    found
}

fn a_wrong_hash_keeps_nothing(app: &App) {
    let analyst = app.analyst();
    let id = analyst.reports(&report("Wrong hash"));
    for stated in [OTHER, "3b1f...e9"] {
        let content = unique("marker");
        let more = [Part::Field("hash_sha256", stated)];
        upload(&analyst, &id, content.as_bytes(), &more).problem(422, "hash_mismatch");
        assert_eq!(files_with(app.data(), &content), Vec::<PathBuf>::new());
    }
    // Nor does any other refusal.
    let content = unique("marker");
    upload(&analyst, &id, content.as_bytes(), &[Part::Field("visibility", "everybody")])
        .problem(400, "validation_failed");
    upload(&analyst, "INC-2026-999999", content.as_bytes(), &[]).problem(404, "not_found");
    upload(&app.viewer(), &id, content.as_bytes(), &[]).problem(403, "forbidden");
    assert_eq!(files_with(app.data(), &content), Vec::<PathBuf>::new());
    assert_eq!(evidence_of(&analyst, &id), Vec::<Value>::new());
    assert_contains(&analyst.incident(&id), &json!({"evidence_status": "gap", "version": 1}));
}

fn damage_on_disk_is_found(app: &App) {
    let analyst = app.analyst();
    for missing in [false, true] {
        let id = analyst.reports(&report("Damage"));
        let content = unique("marker");
        let evidence = text(&upload(&analyst, &id, content.as_bytes(), &[]).expect(201)["id"]);
        let files = files_with(app.data(), &content);
        assert_eq!(files.len(), 1, "the content lies in one file: {files:?}");
        if missing {
            std::fs::remove_file(&files[0]).unwrap();
        } else {
            std::fs::write(&files[0], content.replace("marker", "forged")).unwrap();
        }
        let verified = analyst.request("POST", &format!("/api/evidence/{evidence}/verify")).send();
        // That there is damage is a result, not an error.
        verified.expect(200);
        let found = item(&analyst, &evidence);
        assert_eq!(found["status"], "disputed");
        assert_contains(&found["chain_of_custody"][1], &json!({"action": "verified", "intact": false}));
        assert_ne!(found["chain_of_custody"][1]["hash_after"], found["hash_sha256"]);
        assert_eq!(analyst.incident(&id)["evidence_status"], "disputed");
    }
}

fn evidence_kept_elsewhere(app: &App) {
    let analyst = app.analyst();
    let id = analyst.reports(&report("Elsewhere"));
    let evidence = analyst.attaches(&id, &confirming());
    analyst.get(&format!("/api/evidence/{evidence}/content")).problem(404, "not_found");
    assert_eq!(item(&analyst, &evidence)["content_ref"], "s3://evidence/edr.log");
}

fn deleting_takes_evidence_along(app: &App) {
    let analyst = app.analyst();
    let id = analyst.reports(&report("To be deleted"));
    let evidence = text(&upload(&analyst, &id, b"abc", &[]).expect(201)["id"]);
    let step = app.operator().adds_step(&id, "A step");
    assert_eq!(app.admin().delete(&format!("/api/incidents/{id}")).status, 204);
    for path in [format!("/api/evidence/{evidence}"), format!("/api/evidence/{evidence}/content")] {
        analyst.get(&path).problem(404, "not_found");
    }
    analyst.get(&format!("/api/actions/{step}")).problem(404, "not_found");
}
