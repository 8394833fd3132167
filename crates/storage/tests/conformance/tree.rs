//! The Merkle tree over the audit log: its root and its proofs are those of RFC 9162, however long the log, and checked.

use crate::support::*;
use probatum_application::AuditFilter;
use probatum_application::ports::{Record, Tx};
use probatum_application::use_cases::audit_log::{self, leaf};
use probatum_evidence::{root, verify_inclusion};
use probatum_kernel::{IncidentId, Page, PublicId, Timestamp};
use probatum_tests::Engine;
use serde_json::json;

probatum_tests::on_both! {
    own: roots_and_proofs_are_those_of_the_leaves, a_log_older_than_its_tree, a_changed_node_is_found,
        the_log_is_read_by_filters;
}

fn base() -> Timestamp {
    Timestamp::from_millis(BASE).unwrap()
}

fn record(n: usize) -> Record {
    Record {
        at: base().plus_hours(i64::try_from(n).unwrap()),
        actor: if n.is_multiple_of(2) { "analyst:kdzik" } else { "aiso:mpaw" }.parse().unwrap(),
        action: if n.is_multiple_of(3) { "test.written" } else { "test.read" },
        subject: format!("s{n}"),
        incident: n.is_multiple_of(5).then(|| IncidentId::new(base(), &[7; 10])),
        detail: json!({"n": n}),
        request_id: "r".to_owned(),
    }
}

/// Appends entries, several in a transaction.
fn append(bed: &Bed, from: usize, to: usize) {
    for first in (from..to).step_by(7) {
        let records: Vec<Record> = (first..to.min(first + 7)).map(record).collect();
        bed.write(move |tx| records.iter().try_for_each(|r| tx.record(r))).unwrap();
    }
}

fn leaves(bed: &Bed) -> Vec<[u8; 32]> {
    let entries = bed.read(|tx: &mut dyn Tx| tx.audit_after(0, 10_000)).unwrap();
    entries.iter().map(|e| leaf(&e.hash).unwrap()).collect()
}

fn check(bed: &Bed) {
    let leaves = leaves(bed);
    let n = i64::try_from(leaves.len()).unwrap();
    for size in (0..=n).rev().step_by(5).chain([0, 1.min(n), 16.min(n), 32.min(n)]) {
        let of = usize::try_from(size).unwrap();
        let found = bed.read(move |tx| tx.audit_root(size)).unwrap();
        assert_eq!(found, root(&leaves[..of]), "the root of {size}");
    }
    let whole = root(&leaves);
    for (seq, leaf) in (1i64..).zip(&leaves) {
        let path = bed.read(move |tx| tx.audit_proof(seq, n)).unwrap().unwrap();
        let (index, size) = (u64::try_from(seq - 1).unwrap(), u64::try_from(n).unwrap());
        assert!(verify_inclusion(leaf, index, size, &path, &whole), "{seq} of {n}");
    }
    for none in [0, -1, n + 1, i64::MIN, i64::MAX] {
        assert_eq!(bed.read(move |tx| tx.audit_proof(none, n)).unwrap(), None);
    }
}

fn roots_and_proofs_are_those_of_the_leaves(engine: Engine) {
    let bed = Bed::new(engine);
    let mut at = 0;
    for to in [0, 1, 15, 16, 17, 33, 64, 100, 130] {
        append(&bed, at, to);
        at = to;
        check(&bed);
    }
    assert_eq!(bed.raw().count("audit_nodes"), 8 + 4 + 2 + 1);
    assert_eq!(bed.verify(), Ok(130));
}

fn a_log_older_than_its_tree(engine: Engine) {
    let bed = Bed::new(engine);
    append(&bed, 0, 70);
    bed.raw().run("DELETE FROM audit_nodes");
    check(&bed);
    append(&bed, 70, 72);
    assert_eq!(bed.raw().count("audit_nodes"), 4 + 2 + 1);
    check(&bed);
    assert_eq!(bed.verify(), Ok(72));
}

fn a_changed_node_is_found(engine: Engine) {
    let bed = Bed::new(engine);
    append(&bed, 0, 70);
    assert_eq!(bed.verify(), Ok(70));
    bed.raw().run("UPDATE audit_nodes SET hash = (SELECT hash FROM audit_nodes WHERE level = 4 AND place = 0) WHERE level = 4 AND place = 1");
    let said = bed.verify().unwrap_err();
    assert!(said.contains("entry 32") && said.contains("Merkle"), "{said}");
}

fn the_log_is_read_by_filters(engine: Engine) {
    let bed = Bed::new(engine);
    append(&bed, 0, 60);
    let all = bed.read(|tx| tx.audit_after(0, 100)).unwrap();
    let incident = IncidentId::new(base(), &[7; 10]);
    let (since, until) = (base().plus_hours(10), base().plus_hours(40));
    let filters = [
        AuditFilter::default(),
        AuditFilter { action: Some("test.written".to_owned()), ..AuditFilter::default() },
        AuditFilter { actor: Some("aiso:mpaw".to_owned()), ..AuditFilter::default() },
        AuditFilter { incident: Some(incident), ..AuditFilter::default() },
        AuditFilter { since: Some(since), until: Some(until), ..AuditFilter::default() },
        AuditFilter { action: Some("test.read".to_owned()), since: Some(since), ..AuditFilter::default() },
        AuditFilter { actor: Some("nobody:x".to_owned()), ..AuditFilter::default() },
    ];
    for filter in filters {
        let holds = |e: &&probatum_application::ports::AuditEntry| {
            filter.action.as_ref().is_none_or(|a| e.action == *a)
                && filter.actor.as_ref().is_none_or(|a| e.actor == *a)
                && filter.incident.is_none_or(|i| e.incident == Some(i))
                && filter.since.is_none_or(|t| e.at >= t)
                && filter.until.is_none_or(|t| e.at < t)
        };
        let meant: Vec<i64> = all.iter().rev().filter(holds).map(|e| e.seq).collect();
        let (mut found, mut cursor) = (Vec::new(), None);
        loop {
            let page = Page::new(None, Some(7), cursor).unwrap();
            let filter = filter.clone();
            let page = bed.read(move |tx| audit_log::list(tx, &ctx(base()), &filter, None, &page)).unwrap();
            assert_eq!(page.total, probatum_kernel::Total::Exactly(u32::try_from(meant.len()).unwrap()));
            found.extend(page.entries.iter().map(|e| e.seq));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(found, meant, "{filter:?}");
    }
    let gone = bed.read(|tx| tx.deleted_incident(PublicId::new(2026, 1).unwrap())).unwrap();
    assert_eq!(gone, None);
}
