//! What the signature of a bundle says: which bundle it is, and the digests of its manifests (in-toto Statement v1).

use super::keys::PublicKey;
use super::layout::{MANIFEST, TAG_MANIFEST};
use crate::regime::{Phase, Regime};
use crate::report::Checkpoint;
use probatum_evidence::{CanonicalError, Sha256Hex, canonical};
use probatum_kernel::Timestamp;
use serde::{Deserialize, Serialize};

/// What the predicate of the statement is.
pub const PREDICATE_TYPE: &str = "urn:probatum:bundle:v1";
const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";

/// The statement: subjects and predicate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Statement {
    #[serde(rename = "_type")]
    kind: String,
    subject: Vec<Subject>,
    #[serde(rename = "predicateType")]
    predicate_type: String,
    /// Which bundle it is.
    pub predicate: Predicate,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Subject {
    name: String,
    digest: DigestSet,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DigestSet {
    sha256: Sha256Hex,
}

/// What is signed about a bundle beside its digests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Predicate {
    /// The bundle, which is named like its report; the folder it unpacks to has the same name.
    pub bundle_id: String,
    /// The public id of the incident.
    pub incident: String,
    /// The regime.
    pub regime: Regime,
    /// The phase, as requests spell it.
    pub phase: Phase,
    /// When the report was made.
    pub created_at: Timestamp,
    /// Who made it.
    pub organisation: String,
    /// The head of the registry's log.
    pub checkpoint: Option<Checkpoint>,
    /// The key that signs. It shows nothing by itself: the recipient has to know it from elsewhere.
    pub public_key: PublicKey,
}

impl Statement {
    pub fn new(predicate: Predicate, manifest: Sha256Hex, tag_manifest: Sha256Hex) -> Self {
        let subject = |name: &str, sha256| Subject { name: name.to_owned(), digest: DigestSet { sha256 } };
        Self {
            kind: STATEMENT_TYPE.to_owned(),
            subject: vec![subject(MANIFEST, manifest), subject(TAG_MANIFEST, tag_manifest)],
            predicate_type: PREDICATE_TYPE.to_owned(),
            predicate,
        }
    }

    /// The payload that is signed: canonical JSON.
    pub fn payload(&self) -> Result<String, CanonicalError> {
        canonical(&serde_json::to_value(self)?)
    }

    /// Reads a payload.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(payload: &[u8]) -> Result<Self, &'static str> {
        let statement: Self = serde_json::from_slice(payload)
            .map_err(|_| "signs something that is no statement on a bundle")?;
        if statement.payload().ok().as_deref().map(str::as_bytes) != Some(payload) {
            return Err("signs a statement that is not spelled as canonical JSON");
        }
        let names: Vec<_> = statement.subject.iter().map(|s| s.name.as_str()).collect();
        let known = statement.kind == STATEMENT_TYPE && statement.predicate_type == PREDICATE_TYPE;
        if known && names == [MANIFEST, TAG_MANIFEST] {
            Ok(statement)
        } else {
            Err("signs a statement of another type")
        }
    }

    /// The digest it states for a manifest.
    pub fn digest_of(&self, name: &str) -> Option<&Sha256Hex> {
        self.subject.iter().find(|s| s.name == name).map(|s| &s.digest.sha256)
    }
}
