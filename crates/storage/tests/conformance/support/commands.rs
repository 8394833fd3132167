//! Commands for use cases: a report, evidence that confirms or only claims, a response step.

use probatum_evidence::{Attach, CustodyAction, CustodyInput, EvidenceKind, Sha256Hex, Visibility};
use probatum_incident::{Category, Draft, Level, NewIncident, SourceType};
use probatum_kernel::Timestamp;
use probatum_playbooks::NewStep;

/// A checked report.
pub fn draft(title: &str, now: Timestamp) -> NewIncident {
    let draft = Draft {
        title: Some(title.to_owned()),
        source_type: Some(SourceType::Form),
        level: Some(Level::L1Cyber),
        category: Some(Category::Phishing),
        ..Draft::default()
    };
    draft.validate(now).unwrap()
}

/// Evidence that confirms an incident.
pub fn confirming(now: Timestamp) -> Attach {
    let hash = Sha256Hex::of(b"log");
    let collected = CustodyInput {
        ts: now,
        actor: "analyst:kdzik".parse().unwrap(),
        action: CustodyAction::Collected,
        hash_after: Some(hash.clone()),
        note: None,
    };
    Attach {
        kind: EvidenceKind::Log,
        hash_sha256: Some(hash),
        chain_of_custody: vec![collected],
        confidence: 90,
        ..statement()
    }
}

/// Evidence that is only a claim.
pub fn statement() -> Attach {
    Attach {
        kind: EvidenceKind::PublicStatement,
        source: "press office".to_owned(),
        content_ref: None,
        hash_sha256: None,
        confidence: 50,
        visibility: Visibility::Internal,
        chain_of_custody: Vec::new(),
        description: None,
        contradicts: None,
        tlp: None,
    }
}

/// A response step.
pub fn step(title: &str) -> NewStep {
    NewStep { title: title.to_owned(), ..NewStep::default() }
}
