//! Why evidence or a custody entry was refused, in the words clients read.

use crate::hash::{CanonicalError, Sha256Hex};
use crate::item::{MAX_CUSTODY_ENTRIES, MAX_ITEMS_PER_INCIDENT};
use probatum_kernel::{Code, Coded, FieldFault};

/// Why evidence or a custody entry was refused. `Display` is the sentence for the client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvidenceError {
    /// Fields are wrong: every one of them is here.
    #[error("The evidence is not valid; correct every field named in errors.")]
    Invalid(Vec<FieldFault>),
    /// The custody entries sent do not make a chain.
    #[error("The chain of custody does not hold together at {field}: {detail}.")]
    CustodyBroken {
        /// Path in the request: `chain_of_custody[1].ts`, or `ts` where one entry is sent.
        field: String,
        /// What is wrong and what would be right, without a full stop.
        detail: String,
    },
    /// The content received is not the content the client named.
    #[error(
        "The content received has the SHA-256 {computed}, not {stated} as hash_sha256 says; \
         send the right file, or leave hash_sha256 out."
    )]
    HashMismatch {
        /// What the client said.
        stated: Sha256Hex,
        /// What was received.
        computed: Sha256Hex,
    },
    /// `contradicts` names nothing. The caller finds out, because it takes the other items.
    #[error("contradicts must name evidence of the same incident.")]
    ContradictsUnknown,
    /// The incident is full. The caller finds out, because it takes the other items.
    #[error(
        "An incident holds at most {MAX_ITEMS_PER_INCIDENT} items of evidence; \
         put what belongs together into one."
    )]
    TooMany,
    /// The chain is full. The caller finds out, because it holds the chain.
    #[error(
        "A chain of custody holds at most {MAX_CUSTODY_ENTRIES} entries of people; verification still works."
    )]
    ChainFull,
    /// A custody entry could not be hashed. The text is for the log, not for the client.
    #[error("The custody entry could not be hashed: {0}")]
    Canonical(String),
}

impl EvidenceError {
    pub(crate) fn custody(field: &str, detail: impl Into<String>) -> Self {
        Self::CustodyBroken { field: field.to_owned(), detail: detail.into() }
    }

    /// The same error, with its field named as that of the entry `index` (from 0) of a chain sent.
    pub(crate) fn within(self, index: usize) -> Self {
        match self {
            Self::CustodyBroken { field, detail } => {
                Self::CustodyBroken { field: format!("chain_of_custody[{index}].{field}"), detail }
            }
            other => other,
        }
    }
}

impl From<CanonicalError> for EvidenceError {
    fn from(e: CanonicalError) -> Self {
        Self::Canonical(e.to_string())
    }
}

impl Coded for EvidenceError {
    fn code(&self) -> Code {
        match self {
            Self::Invalid(_) | Self::ContradictsUnknown | Self::TooMany | Self::ChainFull => {
                Code::ValidationFailed
            }
            Self::CustodyBroken { .. } => Code::CustodyBroken,
            Self::HashMismatch { .. } => Code::HashMismatch,
            Self::Canonical(_) => Code::Internal,
        }
    }

    fn fields(&self) -> Vec<FieldFault> {
        match self {
            Self::Invalid(faults) => faults.clone(),
            Self::CustodyBroken { field, detail } => vec![FieldFault::new(field, "custody_broken", detail)],
            Self::HashMismatch { .. } => {
                vec![FieldFault::new("hash_sha256", "hash_mismatch", self.to_string())]
            }
            Self::ContradictsUnknown => vec![FieldFault::new("contradicts", "unknown", self.to_string())],
            Self::TooMany => vec![FieldFault::new("evidence", "too_many", self.to_string())],
            Self::ChainFull => vec![FieldFault::new("chain_of_custody", "too_many", self.to_string())],
            Self::Canonical(_) => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_has_its_code_and_fields() {
        let hash = Sha256Hex::genesis();
        let table = [
            (
                EvidenceError::Invalid(vec![FieldFault::new("source", "required", "")]),
                Code::ValidationFailed,
                "source",
            ),
            (EvidenceError::custody("ts", "x").within(3), Code::CustodyBroken, "chain_of_custody[3].ts"),
            (
                EvidenceError::HashMismatch { stated: hash.clone(), computed: hash },
                Code::HashMismatch,
                "hash_sha256",
            ),
            (EvidenceError::ContradictsUnknown, Code::ValidationFailed, "contradicts"),
            (EvidenceError::TooMany, Code::ValidationFailed, "evidence"),
        ];
        for (error, code, field) in table {
            assert_eq!(error.code(), code);
            assert_eq!(error.fields().iter().map(|f| f.field.as_str()).collect::<Vec<_>>(), [field]);
        }
        let internal = EvidenceError::Canonical(String::new());
        assert_eq!((internal.code(), internal.fields()), (Code::Internal, Vec::new()));
    }
}
