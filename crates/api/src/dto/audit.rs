//! The audit log on the wire.

use probatum_application::ports::AuditEntry;
use probatum_application::use_cases::audit_log::{Checkpoint, Inclusion};
use probatum_compliance_export::SecretKey;
use probatum_evidence::TreeHash;
use probatum_kernel::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// An entry of the audit log.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditEntry)]
pub struct AuditView {
    /// Its place in the log, from 1, without gap.
    seq: i64,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    #[schema(example = "analyst:kdzik")]
    actor: String,
    /// `incident.created`, `evidence.attached`, `action.updated`, `key.revoked`, …
    action: String,
    /// The id of what it happened to.
    subject: String,
    /// The UUID of the incident it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    incident_id: Option<String>,
    /// What exactly.
    #[schema(value_type = Object)]
    detail: Value,
    request_id: String,
    /// The hash of the entry before, in hexadecimal digits.
    prev_hash: String,
    /// SHA-256 over the entry before's hash and this entry in canonical JSON (RFC 8785).
    hash: String,
}

impl From<AuditEntry> for AuditView {
    fn from(e: AuditEntry) -> Self {
        Self {
            seq: e.seq,
            at: e.at,
            actor: e.actor,
            action: e.action,
            subject: e.subject,
            incident_id: e.incident.map(|i| i.to_string()),
            detail: e.detail,
            request_id: e.request_id,
            prev_hash: e.prev_hash.to_string(),
            hash: e.hash.to_string(),
        }
    }
}

/// The head of the Merkle tree over the log.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditCheckpoint)]
pub struct CheckpointView {
    /// How many entries the log has.
    tree_size: i64,
    /// The root, RFC 9162 §2.1.1 with SHA-256: a leaf is the 32 bytes of an entry's `hash`. Hexadecimal digits.
    root_hash: String,
    /// The `hash` of the last entry.
    head_hash: String,
    /// When the tree was looked at.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// The Ed25519 signature (RFC 8032) over the first three lines of `note`, in base64.
    signature: String,
    /// The key that made it: `GET /api/reports/keys` has it.
    key_id: String,
    /// Size and root as a signed note (C2SP tlog-checkpoint), which the tools of transparency logs read. Keep it elsewhere
    /// to hold the registry to it: `probatum audit verify --checkpoint FILE --key KEYS` compares it with the log.
    note: String,
}

impl CheckpointView {
    /// The checkpoint, signed.
    pub fn signed(c: &Checkpoint, key: &SecretKey) -> Self {
        let signed = c.head().sign(key);
        Self {
            tree_size: c.tree_size,
            root_hash: hex::encode(c.root),
            head_hash: c.head.to_string(),
            at: c.at,
            signature: signed.signature,
            key_id: signed.key_id,
            note: signed.note,
        }
    }
}

/// The proof that an entry is in the log.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditProof)]
pub struct ProofView {
    /// The entry's place in the log, from 1.
    seq: i64,
    /// Its place in the tree, from 0.
    leaf_index: i64,
    /// SHA-256 over a zero byte and the 32 bytes of the entry's `hash`.
    leaf_hash: String,
    /// The hashes from the leaf's sibling upwards (RFC 9162 §2.1.3); §2.1.3.2 tells how to check them.
    inclusion_path: Vec<String>,
    /// The tree they lead to.
    checkpoint: CheckpointView,
    entry: AuditView,
}

impl ProofView {
    /// The proof, with the tree it leads to signed.
    pub fn signed(p: Inclusion, key: &SecretKey) -> Self {
        let digits = |hash: &TreeHash| hex::encode(hash);
        Self {
            seq: p.entry.seq,
            leaf_index: p.entry.seq.saturating_sub(1),
            leaf_hash: digits(&p.leaf),
            inclusion_path: p.path.iter().map(digits).collect(),
            checkpoint: CheckpointView::signed(&p.checkpoint, key),
            entry: p.entry.into(),
        }
    }
}
