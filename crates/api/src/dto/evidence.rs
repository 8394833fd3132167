//! Evidence and custody on the wire.

use super::incomplete;
use crate::vocabulary as words;
use probatum_application::AppError;
use probatum_application::use_cases::evidence::{Item, NewEntry};
use probatum_evidence::{
    Attach, CustodyAction, CustodyEntry, CustodyInput, Evidence, EvidenceKind, Sha256Hex, Tlp, Visibility,
};
use probatum_kernel::{Actor, EvidenceId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// A new item of evidence.
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = AttachEvidence, example = json!({
    "kind": "agent_trace", "source": "orchestrator-logs", "content_ref": "s3://evidence/trace-0042.json",
    "hash_sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "confidence": 82,
    "visibility": "internal",
    "chain_of_custody": [{
        "ts": "2026-07-04T08:20:00Z", "actor": "analyst:kdzik", "action": "collected",
        "hash_after": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    }]
}))]
pub struct AttachEvidence {
    /// What it is.
    #[validate(required)]
    #[schema(value_type = words::EvidenceKind, required = true)]
    kind: Option<EvidenceKind>,
    /// Where it comes from, 1-200 characters.
    #[validate(required)]
    #[schema(required = true)]
    source: Option<String>,
    /// Where the content is, if it is not uploaded.
    content_ref: Option<String>,
    /// SHA-256 of the content, 64 hexadecimal digits.
    #[schema(value_type = Option<String>)]
    hash_sha256: Option<Sha256Hex>,
    /// 0-100.
    #[validate(required, range(min = 0, max = 100))]
    #[schema(required = true, maximum = 100)]
    confidence: Option<u8>,
    /// Default internal.
    #[schema(value_type = Option<words::Visibility>)]
    visibility: Option<Visibility>,
    /// Oldest first; the first `hash_after` must equal `hash_sha256`.
    #[schema(value_type = Option<Vec<AppendCustody>>)]
    chain_of_custody: Option<Vec<CustodyInput>>,
    /// In words.
    description: Option<String>,
    /// Earlier evidence of the same incident that this contradicts.
    #[schema(value_type = Option<String>)]
    contradicts: Option<EvidenceId>,
    /// A TLP 2.0 label.
    #[schema(value_type = Option<words::Tlp>)]
    tlp: Option<Tlp>,
}

impl AttachEvidence {
    /// The command. What is required is required by `Validate`, which names it.
    pub fn command(self) -> Result<Attach, AppError> {
        let (Some(kind), Some(source), Some(confidence)) = (self.kind, self.source, self.confidence) else {
            return Err(incomplete());
        };
        Ok(Attach {
            kind,
            source,
            content_ref: self.content_ref,
            hash_sha256: self.hash_sha256,
            confidence,
            visibility: self.visibility.unwrap_or_default(),
            chain_of_custody: self.chain_of_custody.unwrap_or_default(),
            description: self.description,
            contradicts: self.contradicts,
            tlp: self.tlp,
        })
    }
}

/// An upload: the same members as parts of a form, and the content as the part `file`.
#[derive(Debug, ToSchema)]
#[schema(example = json!({
    "kind": "remediation_test", "source": "ci", "confidence": 95, "visibility": "restricted", "file": "(the content)"
}))]
#[allow(dead_code)] // Only described; the parts are read one by one.
pub struct UploadEvidence {
    /// What it is.
    #[schema(value_type = words::EvidenceKind)]
    kind: String,
    /// Where it comes from.
    source: String,
    /// Where else the content is kept.
    content_ref: Option<String>,
    /// 0-100.
    confidence: u8,
    /// Default internal.
    #[schema(value_type = Option<words::Visibility>)]
    visibility: Option<String>,
    /// Checked against what arrives.
    hash_sha256: Option<String>,
    /// JSON, as in the body; left out, the registry records the receipt itself.
    chain_of_custody: Option<String>,
    /// In words.
    description: Option<String>,
    /// Evidence this contradicts.
    contradicts: Option<String>,
    /// A TLP 2.0 label.
    #[schema(value_type = Option<words::Tlp>)]
    tlp: Option<String>,
    /// The content, at most 1 GiB.
    #[schema(format = Binary)]
    file: String,
}

/// An entry to append to a chain of custody.
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = AppendCustody)]
pub struct AppendCustody {
    /// When; not before the last entry. Left out: now.
    #[schema(value_type = Option<String>, format = DateTime)]
    ts: Option<Timestamp>,
    /// By whom, `role:name`. Left out: the caller.
    #[schema(value_type = Option<String>, example = "analyst:kdzik")]
    actor: Option<Actor>,
    /// What was done.
    #[validate(required)]
    #[schema(value_type = words::CustodyAction, required = true)]
    action: Option<CustodyAction>,
    /// The hash after it; one that differs breaks the chain.
    #[schema(value_type = Option<String>)]
    hash_after: Option<Sha256Hex>,
    /// In words.
    note: Option<String>,
}

impl AppendCustody {
    /// The command. What is required is required by `Validate`, which names it.
    pub fn command(self) -> Result<NewEntry, AppError> {
        Ok(NewEntry {
            ts: self.ts,
            actor: self.actor,
            action: self.action.ok_or_else(incomplete)?,
            hash_after: self.hash_after,
            note: self.note,
        })
    }
}

/// The answer to attached evidence, as the registry contract prints it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Attached {
    #[schema(example = "ev-0198f1c27d3b7c0e9d0a4b5c6d7e8f90")]
    id: String,
    #[schema(value_type = words::EvidenceStatus)]
    status: &'static str,
}

impl From<&Evidence> for Attached {
    fn from(e: &Evidence) -> Self {
        Self { id: e.id.to_string(), status: e.status.as_str() }
    }
}

/// Content the registry holds.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContentView {
    /// Bytes.
    size: u64,
    media_type: String,
    file_name: String,
}

/// An item of evidence.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Evidence)]
pub struct EvidenceView {
    id: String,
    incident_id: String,
    #[schema(value_type = words::EvidenceKind)]
    kind: &'static str,
    source: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_ref: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hash_sha256: Option<String>,
    confidence: u8,
    #[schema(value_type = words::Visibility)]
    visibility: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contradicts: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Tlp>)]
    tlp: Option<&'static str>,
    #[schema(value_type = words::EvidenceStatus)]
    status: &'static str,
    /// The content, if the registry holds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<ContentView>,
    custody_entries: u32,
    #[schema(format = DateTime)]
    created_at: String,
    created_by: String,
}

impl From<Evidence> for EvidenceView {
    fn from(e: Evidence) -> Self {
        Self {
            id: e.id.to_string(),
            incident_id: e.incident_id.to_string(),
            kind: e.kind.as_str(),
            source: e.source,
            content_ref: e.content_ref,
            hash_sha256: e.hash_sha256.map(|h| h.to_string()),
            confidence: e.confidence,
            visibility: e.visibility.as_str(),
            description: e.description,
            contradicts: e.contradicts.map(|c| c.to_string()),
            tlp: e.tlp.map(|t| t.as_str()),
            status: e.status.as_str(),
            content: e.stored.map(|s| ContentView {
                size: s.size,
                media_type: s.media_type,
                file_name: s.file_name,
            }),
            custody_entries: e.custody_entries,
            created_at: e.created_at.to_string(),
            created_by: e.created_by.to_string(),
        }
    }
}

/// An entry of a chain of custody, linked to the one before by hash.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CustodyEntry)]
pub struct CustodyView {
    seq: u32,
    #[schema(format = DateTime)]
    ts: String,
    actor: String,
    #[schema(value_type = words::CustodyAction)]
    action: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    hash_after: Option<String>,
    /// Whether `hash_after` is the hash of the evidence; left out if no hash was stated.
    #[serde(skip_serializing_if = "Option::is_none")]
    intact: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    prev_hash: String,
    entry_hash: String,
}

impl From<CustodyEntry> for CustodyView {
    fn from(e: CustodyEntry) -> Self {
        Self {
            seq: e.seq,
            ts: e.ts.to_string(),
            actor: e.actor.to_string(),
            action: e.action.as_str(),
            hash_after: e.hash_after.map(|h| h.to_string()),
            intact: e.intact,
            note: e.note,
            prev_hash: e.prev_hash.to_string(),
            entry_hash: e.entry_hash.to_string(),
        }
    }
}

/// An item of evidence with its chain of custody.
#[derive(Debug, Serialize, ToSchema)]
pub struct EvidenceItem {
    #[serde(flatten)]
    evidence: EvidenceView,
    /// Oldest first.
    chain_of_custody: Vec<CustodyView>,
}

impl From<Item> for EvidenceItem {
    fn from(item: Item) -> Self {
        Self {
            evidence: item.evidence.into(),
            chain_of_custody: item.custody.into_iter().map(CustodyView::from).collect(),
        }
    }
}
