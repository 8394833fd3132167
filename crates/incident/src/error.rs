//! Why a command on an incident was refused.

use crate::words::{Lifecycle, Priority, QueueStatus};
use probatum_kernel::{Code, Coded, EvidenceStatus, FieldFault};

/// Why a command on an incident was refused. `Display` is the sentence for the client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IncidentError {
    /// Wrong fields.
    #[error("{}", summary(.0))]
    Invalid(Vec<FieldFault>),
    /// A priority or a step asked for before there is evidence.
    #[error("{0} requires evidence: the incident is a gap. Attach evidence first.")]
    EvidenceRequired(String),
    /// A closing or verifying step without proof that the remedy works. The first sentence is the contract's.
    #[error("Closure requires a response_action with a validation_ref (remediation evidence).")]
    ProofRequired,
    /// The evidence is disputed.
    #[error(
        "{0} is not possible while the evidence is disputed. Settle the dispute first: attach evidence that contradicts the one that is wrong."
    )]
    EvidenceDisputed(String),
    /// More urgency than signals and claims carry.
    #[error("{status} carries at most {ceiling}; {asked} requires internal or confirmed evidence.")]
    ClaimExceedsProof {
        /// What was asked for.
        asked: Priority,
        /// What the evidence carries.
        ceiling: Priority,
        /// How far it is proven.
        status: EvidenceStatus,
    },
    /// The response has no such step.
    #[error("status_lifecycle cannot go from {from} to {to}; allowed: {}.", list(allowed))]
    NoSuchStep {
        /// Where it is.
        from: Lifecycle,
        /// Where it should go.
        to: Lifecycle,
        /// Where it may go.
        allowed: Vec<Lifecycle>,
    },
    /// The triage queue has no such step.
    #[error("status cannot go from {from} to {to}; allowed: {}.", list(allowed))]
    NoSuchQueueStep {
        /// Where it is.
        from: QueueStatus,
        /// Where it should go.
        to: QueueStatus,
        /// Where it may go.
        allowed: Vec<QueueStatus>,
    },
    /// Actions are still to be done.
    #[error(
        "{0} response action(s) are still pending, open or in progress; complete or cancel them before closing."
    )]
    UnfinishedActions(usize),
    /// It is closed.
    #[error(
        "The incident is closed; reopen it (status_lifecycle open, with a reason) before adding actions."
    )]
    Closed,
    /// It may not be deleted.
    #[error(
        "The incident is under legal hold: a report was exported or a hold is set. It cannot be deleted."
    )]
    LegalHold,
}

fn list<T: std::fmt::Display>(words: &[T]) -> String {
    if words.is_empty() {
        return "none".to_owned();
    }
    words.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn summary(faults: &[FieldFault]) -> String {
    let named = faults.iter().map(|f| format!("{}: {}", f.field, f.message)).collect::<Vec<_>>();
    named.join("; ")
}

impl Coded for IncidentError {
    fn code(&self) -> Code {
        match self {
            Self::Invalid(_) => Code::ValidationFailed,
            Self::EvidenceRequired(_) | Self::ProofRequired => Code::EvidenceRequired,
            Self::EvidenceDisputed(_) => Code::EvidenceDisputed,
            Self::ClaimExceedsProof { .. } => Code::ClaimExceedsProof,
            Self::NoSuchStep { .. }
            | Self::NoSuchQueueStep { .. }
            | Self::UnfinishedActions(_)
            | Self::Closed => Code::StateConflict,
            Self::LegalHold => Code::LegalHold,
        }
    }
    fn fields(&self) -> Vec<FieldFault> {
        match self {
            Self::Invalid(faults) => faults.clone(),
            _ => Vec::new(),
        }
    }
}
