//! Why an action is refused: one sentence for the client each, and the code other crates map.

use crate::{ActionStatus, ApprovalLevel};
use probatum_kernel::{Code, Coded, FieldFault};

/// Why a response step was not created or not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ActionError {
    /// Fields are wrong; every one of them is listed.
    #[error("these fields are not valid: {}; correct each as its message says", names(.0))]
    Invalid(Vec<FieldFault>),
    /// The `validation_ref` is not known to be confirmed evidence of the same incident (CONTRACT §6).
    #[error("validation_ref must name confirmed evidence of the same incident; attach that evidence first")]
    Unproven,
    /// A `validation_ref` for work that is not done (CONTRACT §6).
    #[error(
        "a validation_ref proves completed work, and this action is {status}; send it with status completed or later"
    )]
    NotCompleted {
        /// Where the action stands.
        status: ActionStatus,
    },
    /// The state machine has no such step.
    #[error("an action cannot go from {from} to {to}; {}", remedy(.allowed))]
    NoSuchStep {
        /// Where the action stands.
        from: ActionStatus,
        /// Where it was to go.
        to: ActionStatus,
        /// Where it may go.
        allowed: &'static [ActionStatus],
    },
    /// Who does something by when is history once it is done.
    #[error("{field} cannot change because this action is already {status}; add a new action instead")]
    Finished {
        /// The field that was to change.
        field: &'static str,
        /// How the action ended.
        status: ActionStatus,
    },
    /// Policy does not let it run.
    #[error(
        "policy denies this action ({rule}); ask for another, or have the rules changed by who runs the registry"
    )]
    Denied {
        /// The rule that says so.
        rule: String,
    },
    /// Nobody approves what they asked for themselves (CONTRACT §6).
    #[error("nobody approves their own request; somebody else has to decide")]
    SelfApproval,
    /// It takes somebody of a higher level.
    #[error("this takes the approval level {level} ({})", level.title())]
    LevelTooLow {
        /// The level.
        level: ApprovalLevel,
    },
    /// Somebody decided before.
    #[error("somebody has decided already: the action is {status}")]
    AlreadyDecided {
        /// Where it stands.
        status: ActionStatus,
    },
    /// The time for a decision is over.
    #[error("the action is {status} and can no longer be decided; ask for it anew")]
    ApprovalOver {
        /// How it ended.
        status: ActionStatus,
    },
    /// What was not carried out cannot be undone.
    #[error("only a completed action that was carried out can be rolled back, and this one is {status}")]
    NothingToUndo {
        /// Where it stands.
        status: ActionStatus,
    },
    /// Nothing undoes such an action.
    #[error("nothing undoes {action}")]
    NoInverse {
        /// The action.
        action: String,
    },
    /// It is being undone, or was.
    #[error("this action is rolled back already, by {by}")]
    Undone {
        /// The action that does it.
        by: String,
    },
    /// It is not there to be taken.
    #[error("somebody else carries it out, or it is over")]
    NotReady,
    /// Its parameters have no canonical form.
    #[error("parameters: numbers must fit into 53 bits, so that a digest means the same everywhere")]
    NotCanonical,
}

impl Coded for ActionError {
    fn code(&self) -> Code {
        match self {
            Self::Invalid(_) => Code::ValidationFailed,
            Self::Unproven | Self::NotCompleted { .. } => Code::EvidenceRequired,
            Self::NoSuchStep { .. }
            | Self::Finished { .. }
            | Self::ApprovalOver { .. }
            | Self::NothingToUndo { .. }
            | Self::NoInverse { .. }
            | Self::Undone { .. }
            | Self::NotReady => Code::StateConflict,
            Self::Denied { .. } => Code::Forbidden,
            Self::SelfApproval => Code::SelfApproval,
            Self::LevelTooLow { .. } => Code::InsufficientApprovalLevel,
            Self::AlreadyDecided { .. } => Code::AlreadyDecided,
            Self::NotCanonical => Code::ValidationFailed,
        }
    }

    fn fields(&self) -> Vec<FieldFault> {
        match self {
            Self::Invalid(faults) => faults.clone(),
            Self::NotCanonical => vec![FieldFault::new("parameters", "invalid", self.to_string())],
            _ => Vec::new(),
        }
    }
}

fn names(faults: &[FieldFault]) -> String {
    faults.iter().map(|f| f.field.as_str()).collect::<Vec<_>>().join(", ")
}

fn remedy(allowed: &[ActionStatus]) -> String {
    if allowed.is_empty() {
        return "no status can be set from there".to_owned();
    }
    let words: Vec<_> = allowed.iter().map(|s| s.as_str()).collect();
    format!("allowed from there: {}", words.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_step_names_the_allowed_ones() {
        let refused = |from: ActionStatus| {
            ActionError::NoSuchStep { from, to: ActionStatus::Open, allowed: from.next() }.to_string()
        };
        assert_eq!(
            refused(ActionStatus::InProgress),
            "an action cannot go from in_progress to open; allowed from there: completed, failed, cancelled"
        );
        assert_eq!(
            refused(ActionStatus::Failed),
            "an action cannot go from failed to open; no status can be set from there"
        );
    }

    #[test]
    fn wrong_fields_are_named_in_the_sentence_too() {
        let faults =
            vec![FieldFault::new("title", "required", "x"), FieldFault::new("owner", "too_long", "y")];
        let error = ActionError::Invalid(faults.clone());
        assert_eq!(
            error.to_string(),
            "these fields are not valid: title, owner; correct each as its message says"
        );
        assert_eq!(error.fields(), faults);
    }
}
