//! What the tests of this crate share: short ways to ids, times, commands and random chains.

// Every test binary uses a part of it.
#![cfg(test)]
#![allow(dead_code)]

use probatum_evidence::*;
use probatum_kernel::{Actor, EvidenceId, IncidentId, Timestamp};
use proptest::prelude::*;

pub const NOW: i64 = 1_783_153_260_000; // 2026-07-04T08:21:00Z

pub fn now() -> Timestamp {
    Timestamp::from_millis(NOW).unwrap()
}

pub fn id(n: u8) -> EvidenceId {
    EvidenceId::new(now(), &[n; 10])
}

pub fn incident() -> IncidentId {
    IncidentId::new(now(), &[0; 10])
}

pub fn actor() -> Actor {
    "analyst:kdzik".parse().unwrap()
}

/// The command of the source document.
pub fn seed() -> Attach {
    serde_json::from_str(
        r#"{ "kind": "agent_trace", "source": "orchestrator-logs", "content_ref": "s3://evidence/trace-0042.json",
             "hash_sha256": "3b1f...e9", "confidence": 82, "visibility": "internal",
             "chain_of_custody": [
               {"ts":"2026-07-04T08:20:00Z","actor":"analyst:kdzik","action":"collected","hash_after":"3b1f...e9"}
             ] }"#,
    )
    .unwrap()
}

pub fn attach(n: u8, cmd: &Attach) -> (Evidence, Vec<CustodyEntry>) {
    Evidence::attach(id(n), incident(), cmd, &actor(), now()).unwrap()
}

pub fn stored() -> Stored {
    Stored { size: 3, media_type: "text/plain".into(), file_name: "a.txt".into(), key: "k".into() }
}

pub fn input(offset_s: i64, action: CustodyAction, hash: Option<&Sha256Hex>) -> CustodyInput {
    CustodyInput {
        ts: now().plus_millis(offset_s * 1000),
        actor: actor(),
        action,
        hash_after: hash.cloned(),
        note: None,
    }
}

/// Every kind.
pub fn kinds() -> impl Strategy<Value = EvidenceKind> {
    proptest::sample::select(EvidenceKind::ALL)
}

/// Every action after which another may follow.
pub fn actions() -> impl Strategy<Value = CustodyAction> {
    proptest::sample::select(
        CustodyAction::ALL.iter().copied().filter(|a| *a != CustodyAction::Disposed).collect::<Vec<_>>(),
    )
}

/// An item with a chain of 2 to 8 entries; some chains tell of a change of the content.
pub fn chains() -> impl Strategy<Value = (Evidence, Vec<CustodyEntry>)> {
    let step = (0i64..100_000, actions(), 0u8..4, proptest::option::of("[a-z ]{0,5}x"));
    proptest::collection::vec(step, 1..8).prop_map(|steps| {
        let (mut item, mut chain) = attach(1, &seed());
        let hash = item.hash_sha256.clone().unwrap();
        let mut ts = chain[0].ts;
        for (later, action, after, note) in steps {
            ts = ts.plus_millis(later);
            let hash_after = match after {
                0 => None,
                1 => Some(Sha256Hex::of(b"other")),
                _ => Some(hash.clone()),
            };
            let input = CustodyInput { ts, actor: actor(), action, hash_after, note };
            let (next, entry) = item.append(chain.last(), &input, ts).unwrap();
            item = next;
            chain.push(entry);
        }
        (item, chain)
    })
}
