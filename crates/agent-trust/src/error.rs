//! Why an agent is refused: one sentence for the client each, and the code other crates map.

use probatum_kernel::{Code, Coded, FieldFault};

/// Why a command on an agent was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AgentError {
    /// Fields are wrong; every one of them is listed.
    #[error("these fields are not valid: {}; correct each as its message says", names(.0))]
    Invalid(Vec<FieldFault>),
    /// It was registered before.
    #[error("an agent of this id is registered already; change it with PATCH, or register another id")]
    Exists,
    /// It is in quarantine already.
    #[error("the agent is already quarantined; record further trust events instead, or restore it first")]
    AlreadyQuarantined,
    /// It is not in quarantine.
    #[error("the agent is not quarantined; there is nothing to restore it from")]
    NotQuarantined,
    /// Whoever wants to let it in again is who shut it out.
    #[error("whoever quarantined an agent, or approved that, does not restore it; it takes another person")]
    SamePerson,
    /// Nothing shows that it may come back.
    #[error(
        "restoring takes a validation_ref: evidence that is confirmed now and belongs to the incident that led to the \
         quarantine"
    )]
    Unproven,
}

impl Coded for AgentError {
    fn code(&self) -> Code {
        match self {
            Self::Invalid(_) => Code::ValidationFailed,
            Self::Exists => Code::AgentExists,
            Self::AlreadyQuarantined => Code::AlreadyQuarantined,
            Self::NotQuarantined => Code::NotQuarantined,
            Self::SamePerson => Code::SelfApproval,
            Self::Unproven => Code::EvidenceRequired,
        }
    }

    fn fields(&self) -> Vec<FieldFault> {
        match self {
            Self::Invalid(faults) => faults.clone(),
            _ => Vec::new(),
        }
    }
}

fn names(faults: &[FieldFault]) -> String {
    faults.iter().map(|f| f.field.as_str()).collect::<Vec<_>>().join(", ")
}
