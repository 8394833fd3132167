//! The audit log over HTTP: what happened, by whom; the tree's head; proofs that are checked here by RFC 9162.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_tests::*;
use serde_json::Value;
use sha2::{Digest, Sha256};

on_both! {
    shared: wrong_parameters_are_named, only_those_who_may;
    own: the_log_is_read_and_proven;
}

fn the_log_is_read_and_proven(engine: Engine) {
    let app = App::start(engine);
    let (operator, legal) = (app.operator(), app.user("legal_dpo"));
    let kept = operator.reports_and_proves("Kept");
    let gone = operator.reports(&report("Gone"));
    let uuid = text(&operator.incident(&gone)["id"]);
    app.admin().request("DELETE", &format!("/api/incidents/{gone}")).send().expect(204);
    for n in 0..20 {
        operator.changes(&kept, &serde_json::json!({"title": format!("Kept {n}")}));
    }
    let rows = legal.walk("/api/audit?per_page=9");
    let first = legal.get("/api/audit?per_page=9").expect(200);
    assert_eq!(first["meta"]["total"], rows.len());
    let seqs: Vec<i64> = rows.iter().map(|r| r["seq"].as_i64().unwrap()).collect();
    let n = i64::try_from(rows.len()).unwrap();
    assert_eq!(seqs, (1..=n).rev().collect::<Vec<_>>(), "the newest first, without gap");
    for pair in rows.windows(2) {
        assert_eq!(pair[0]["prev_hash"], pair[1]["hash"], "each carries the hash of the one before");
    }
    for (query, member, value) in [
        ("action=incident.updated", "action", "incident.updated"),
        ("actor=operator:operator", "actor", "operator:operator"),
        (&format!("incident={gone}"), "incident_id", uuid.as_str()),
        (&format!("incident={uuid}"), "incident_id", uuid.as_str()),
    ] {
        let found = legal.walk(&format!("/api/audit?per_page=4&{query}"));
        let meant = rows.iter().filter(|r| r[member] == value).count();
        assert!(meant > 0 && found.len() == meant && found.iter().all(|r| r[member] == value), "{query}");
    }
    let at = text(&rows[7]["at"]);
    let since = legal.walk(&format!("/api/audit?since={at}"));
    let until = legal.walk(&format!("/api/audit?until={at}"));
    assert_eq!(since.len() + until.len(), rows.len());
    assert!(since.len() >= 8 && until.iter().all(|r| millis(&text(&r["at"])) < millis(&at)));
    assert_eq!(legal.get("/api/audit?incident=INC-2026-999999").expect(200)["meta"]["total"], 0);
    proofs(&app, &legal, &rows);
}

/// Every entry is proven to be in the tree whose head is the checkpoint.
fn proofs(app: &App, legal: &Client, rows: &[Value]) {
    let head = legal.get("/api/audit/checkpoint").expect(200);
    assert_eq!(head["tree_size"], rows.len());
    assert_eq!(head["head_hash"], rows[0]["hash"]);
    assert_eq!(members(&head), ["at", "head_hash", "key_id", "note", "root_hash", "signature", "tree_size"]);
    assert!(text(&head["note"]).starts_with(&format!("probatum/audit\n{}\n", rows.len())));
    let root = text(&head["root_hash"]);
    for row in rows {
        let proof = legal.get(&format!("/api/audit/proof/{}", row["seq"])).expect(200);
        assert_eq!((&proof["entry"], &proof["checkpoint"]["root_hash"]), (row, &head["root_hash"]));
        let leaf = sha256(&[&[0], digits(&row["hash"]).as_slice()].concat());
        assert_eq!(hex(&leaf), text(&proof["leaf_hash"]));
        let path: Vec<Vec<u8>> = proof["inclusion_path"].as_array().unwrap().iter().map(digits).collect();
        let (index, size) = (proof["leaf_index"].as_u64().unwrap(), head["tree_size"].as_u64().unwrap());
        assert_eq!(hex(&climb(leaf, index, size, &path)), root, "entry {}", row["seq"]);
    }
    for none in ["0", "-1", "999999", "x", "1.5"] {
        legal.get(&format!("/api/audit/proof/{none}")).problem(404, "not_found");
    }
    let said = app.run(&["audit", "verify"]);
    assert!(said.contains(&format!("{} entries", rows.len())) && said.contains(&root), "{said}");
}

/// RFC 9162 §2.1.3.2.
fn climb(mut node: Vec<u8>, index: u64, size: u64, path: &[Vec<u8>]) -> Vec<u8> {
    let (mut place, mut last) = (index, size - 1);
    for sibling in path {
        assert!(last > 0, "the path is too long");
        if place % 2 == 1 || place == last {
            node = sha256(&[&[1], sibling.as_slice(), &node].concat());
            while place % 2 == 0 && place != 0 {
                (place, last) = (place >> 1, last >> 1);
            }
        } else {
            node = sha256(&[&[1], node.as_slice(), sibling].concat());
        }
        (place, last) = (place >> 1, last >> 1);
    }
    assert_eq!(last, 0, "the path is too short");
    node
}

fn digits(hash: &Value) -> Vec<u8> {
    let hash = text(hash);
    (0..hash.len()).step_by(2).map(|at| u8::from_str_radix(&hash[at..at + 2], 16).unwrap()).collect()
}

fn sha256(bytes: &[u8]) -> Vec<u8> {
    Sha256::digest(bytes).to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn wrong_parameters_are_named(app: &App) {
    let legal = app.user("legal_dpo");
    let long = "x".repeat(101);
    let wrong =
        legal.get(&format!("/api/audit?action={long}&actor=&incident=nope&since=now&until=x&per_page=0"));
    wrong.invalid(&["action", "actor", "incident", "since", "until", "per_page"]);
    legal.get("/api/audit?colour=red").problem(400, "unknown_field");
    legal.get("/api/audit?page=101&per_page=100").problem(400, "page_too_deep");
    legal.get("/api/audit?cursor=severity.1.00000000000000000000000000000000").invalid(&["cursor"]);
    legal.get("/api/audit/checkpoint?at=1").problem(400, "unknown_field");
}

fn only_those_who_may(app: &App) {
    app.reporter().reports(&report("Recorded"));
    for path in ["/api/audit", "/api/audit/checkpoint", "/api/audit/proof/1"] {
        for (role, may) in
            [("analyst", false), ("incident_manager", false), ("legal_dpo", true), ("admin", true)]
        {
            let reply = app.user(role).get(path);
            if may {
                reply.expect(200);
            } else {
                reply.problem(403, "forbidden");
            }
        }
    }
}
