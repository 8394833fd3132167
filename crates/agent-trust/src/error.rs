//! Why an agent is refused: one sentence for the client each, and the code other crates map.

use probatum_kernel::{Code, Coded, FieldFault};

/// Why an agent was not registered or not quarantined.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AgentError {
    /// Fields are wrong; every one of them is listed.
    #[error("these fields are not valid: {}; correct each as its message says", names(.0))]
    Invalid(Vec<FieldFault>),
    /// It is in quarantine already.
    #[error("the agent is already quarantined; record further trust events instead, or restore it first")]
    AlreadyQuarantined,
}

impl Coded for AgentError {
    fn code(&self) -> Code {
        match self {
            Self::Invalid(_) => Code::ValidationFailed,
            Self::AlreadyQuarantined => Code::StateConflict,
        }
    }

    fn fields(&self) -> Vec<FieldFault> {
        match self {
            Self::Invalid(faults) => faults.clone(),
            Self::AlreadyQuarantined => Vec::new(),
        }
    }
}

fn names(faults: &[FieldFault]) -> String {
    faults.iter().map(|f| f.field.as_str()).collect::<Vec<_>>().join(", ")
}
