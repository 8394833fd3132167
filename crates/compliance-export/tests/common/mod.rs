//! An incident with evidence of every visibility, for the tests of reports and bundles.
#![allow(dead_code)] // Each test program uses a part.

use probatum_compliance_export::*;
use probatum_evidence::{Attach, CustodyAction, CustodyInput, Evidence, Sha256Hex, Stored, Visibility};
use probatum_kernel::{Actor, EvidenceId, IncidentId, Timestamp};
use std::collections::BTreeMap;
use std::io::{Cursor, Read};

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn actor(text: &str) -> Actor {
    text.parse().unwrap()
}

pub fn now() -> Timestamp {
    at("2026-11-21T12:00:00Z")
}

pub fn key() -> SecretKey {
    SecretKey::from_seed(&[7; 32])
}

/// Everything a report is built from, owned.
#[derive(Clone)]
pub struct World {
    pub incident: IncidentData,
    pub facts: FactSheet,
    pub case: CaseFacts,
    pub evidence: Vec<Exhibit>,
    pub contents: BTreeMap<EvidenceId, Vec<u8>>,
    pub actions: Vec<ActionData>,
    pub timeline: Vec<TimelineEntry>,
    pub checkpoint: Option<Checkpoint>,
    pub regime: Regime,
    pub phase: Phase,
    pub report_id: String,
}

pub fn evidence_id(n: u8) -> EvidenceId {
    EvidenceId::new(at("2026-11-21T10:00:00Z"), &[n; 10])
}

fn incident_id() -> IncidentId {
    IncidentId::new(at("2026-11-21T09:00:00Z"), &[9; 10])
}

/// An item whose content the registry holds, with a chain of two entries.
pub fn stored(n: u8, visibility: Visibility, content: &[u8], contradicts: Option<EvidenceId>) -> Exhibit {
    let hash = Sha256Hex::of(content);
    let cmd: Attach = serde_json::from_value(serde_json::json!({
        "kind": "log", "source": "edr", "confidence": 90, "visibility": visibility,
        "description": "Zażółć gęślą jaźń <b>&", "contradicts": contradicts,
    }))
    .unwrap();
    let stored = Stored {
        size: content.len() as u64,
        media_type: "text/plain".to_owned(),
        file_name: "trace.log".to_owned(),
        key: "blob/secret-place".to_owned(),
    };
    let by = actor("analyst:kdzik");
    let (item, mut chain) =
        Evidence::upload(evidence_id(n), incident_id(), &cmd, stored, &hash, &by, at("2026-11-21T10:00:00Z"))
            .unwrap();
    let input = CustodyInput {
        ts: at("2026-11-21T10:30:00Z"),
        actor: actor("devsecops:mlis"),
        action: CustodyAction::Analysed,
        hash_after: Some(hash),
        note: Some("line 1".to_owned()),
    };
    let (item, entry) = item.append(chain.last(), &input, now()).unwrap();
    chain.push(entry);
    Exhibit { item, chain }
}

/// An item kept elsewhere.
pub fn referenced(n: u8, visibility: Visibility) -> Exhibit {
    let cmd: Attach = serde_json::from_value(serde_json::json!({
        "kind": "cert_bulletin", "source": "CSIRT", "content_ref": "https://csirt.example/42", "confidence": 80,
        "visibility": visibility, "tlp": "TLP:GREEN",
        "chain_of_custody": [{"ts": "2026-11-21T10:05:00Z", "actor": "analyst:kdzik", "action": "collected"}],
    }))
    .unwrap();
    let (item, chain) = Evidence::attach(
        evidence_id(n),
        incident_id(),
        &cmd,
        &actor("analyst:kdzik"),
        at("2026-11-21T10:06:00Z"),
    )
    .unwrap();
    Exhibit { item, chain }
}

impl World {
    pub fn new() -> Self {
        let content = b"agent 7 called tool delete_all\n".to_vec();
        let first = stored(1, Visibility::Public, &content, None);
        let mut case = CaseFacts::default();
        case.conditions.extend([Condition::Nis2Relevant, Condition::KscRelevant, Condition::GdprBreach]);
        case.conditions.extend([Condition::AiSeriousIncident]);
        case.moments.insert(Anchor::DetectedAt, at("2026-11-21T08:00:00Z"));
        case.moments.insert(Anchor::AwareAt, at("2026-11-21T09:15:00Z"));
        Self {
            incident: IncidentData {
                id: Some(incident_id()),
                public_id: "INC-2026-0042".to_owned(),
                title: "Suspected prompt injection in a support agent".to_owned(),
                summary: Some("Klient zgłosił nietypowe odpowiedzi.\nDruga linia.".to_owned()),
                category: Some("prompt_injection".to_owned()),
                severity: Some("high".to_owned()),
                severity_score: Some(7),
                flags: vec!["nis2_relevant".to_owned(), "gdpr_breach".to_owned()],
                detected_at: Some(at("2026-11-21T08:00:00Z")),
                aware_at: Some(at("2026-11-21T09:15:00Z")),
                ..IncidentData::default()
            },
            facts: FactSheet {
                entity: Some(Entity { name: Some("Example SA".into()), ..Entity::default() }),
                suspected_unlawful_or_malicious: Some(YesNoUnknown::Yes),
                ..FactSheet::default()
            },
            case,
            contents: [(first.item.id, content)].into(),
            timeline: vec![
                TimelineEntry {
                    at: at("2026-11-21T09:00:00Z"),
                    kind: "incident_created".to_owned(),
                    actor: Some(actor("reporter:jnowak")),
                    text: "Reported by form".to_owned(),
                    evidence_id: None,
                },
                TimelineEntry {
                    at: at("2026-11-21T10:00:00Z"),
                    kind: "evidence_attached".to_owned(),
                    actor: Some(actor("analyst:kdzik")),
                    text: format!("Attached {}", first.item.id),
                    evidence_id: Some(first.item.id),
                },
            ],
            actions: vec![ActionData {
                id: "act-1".to_owned(),
                title: "Rotate agent credentials".to_owned(),
                status: "completed".to_owned(),
                owner: Some("kdzik".to_owned()),
                due_at: None,
                completed_at: Some(at("2026-11-21T11:00:00Z")),
                validation_ref: Some(first.item.id),
                simulated: false,
            }],
            evidence: vec![first, referenced(2, Visibility::Restricted)],
            checkpoint: Some(Checkpoint {
                tree_size: 1234,
                root_hash: Sha256Hex::of(b"log"),
                at: at("2026-11-21T11:59:00Z"),
                signature: None,
            }),
            regime: Regime::Nis2,
            phase: Phase::EarlyWarning24h,
            report_id: "RPT-2026-0042-1".to_owned(),
        }
    }

    pub fn report(&self) -> Report {
        self.report_by(RuleSet::built_in())
    }

    pub fn report_by(&self, rules: &RuleSet) -> Report {
        let clocks = Clocks::compute(rules, &self.case, now());
        Report::build(&ReportInput {
            rules,
            report_id: &self.report_id,
            regime: self.regime,
            phase: self.phase,
            target: "CSIRT NASK",
            organisation: "Example SA",
            created_by: &actor("legal:anowak"),
            created_at: now(),
            incident: &self.incident,
            facts: &self.facts,
            facts_version: Some(3),
            clocks: &clocks,
            evidence: &self.evidence,
            actions: &self.actions,
            timeline: &self.timeline,
            previous: &[],
            checkpoint: self.checkpoint.as_ref(),
        })
        .unwrap()
    }

    /// The bundle with its real documents.
    pub fn bundle(&self) -> Vec<u8> {
        let report = self.report();
        let mut open = |record: &EvidenceRecord| -> std::io::Result<Box<dyn Read>> {
            Ok(Box::new(Cursor::new(self.contents[&record.id].clone())))
        };
        let (out, _) =
            write_bundle(Cursor::new(Vec::new()), &report, &key(), &mut open, &mut |_| {}).unwrap();
        out.into_inner()
    }

    /// The bundle with small stand-ins for what is only read by people.
    pub fn small_bundle(&self) -> Vec<u8> {
        let report = self.report();
        let documents = Documents {
            readme: b"read me\n".to_vec(),
            report_html: b"<p>\n".to_vec(),
            report_pdf: b"%PDF\n".to_vec(),
            ..report.documents().unwrap()
        };
        let mut writer = BundleWriter::begin(Cursor::new(Vec::new()), &report, &documents).unwrap();
        for id in report.evidence_ids() {
            let mut content = self.contents.get(&id).map(Cursor::new);
            writer.evidence(id, content.as_mut().map(|c| c as &mut dyn Read)).unwrap();
        }
        writer.finish(&key()).unwrap().0.into_inner()
    }
}

pub fn check(bundle: &[u8]) -> Verification {
    verify(&mut Cursor::new(bundle), &[key().public()], &mut |_| {}).unwrap()
}
