//! The steps of a workflow and where each leads (CACAO 2.0 §4).

use super::data::Extensions;
use super::shape::{Absent, object};
use super::{Command, Dictionary, ExternalReference, Identifier, Time, Variable};
use serde::{Deserialize, Serialize};

/// A step: what every kind has, and what its own kind has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WorkflowStep {
    /// What it is called.
    #[serde(skip_serializing_if = "Absent::absent")]
    pub name: Option<String>,
    /// What it does.
    #[serde(skip_serializing_if = "Absent::absent")]
    pub description: Option<String>,
    /// The kind, and what only this kind has.
    #[serde(flatten)]
    pub kind: StepKind,
    /// More about it.
    #[serde(skip_serializing_if = "Absent::absent")]
    pub external_references: Option<Vec<ExternalReference>>,
    /// How long it waits before it begins, in milliseconds.
    #[serde(skip_serializing_if = "Absent::absent")]
    pub delay: Option<u64>,
    /// After how long it counts as failed, in milliseconds.
    #[serde(skip_serializing_if = "Absent::absent")]
    pub timeout: Option<u64>,
    /// Variables of this step.
    #[serde(skip_serializing_if = "Absent::absent")]
    pub step_variables: Option<Dictionary<Variable>>,
    /// Whose it is.
    #[serde(skip_serializing_if = "Absent::absent")]
    pub owner: Option<Identifier>,
    /// The next step, however it went.
    #[serde(skip_serializing_if = "Absent::absent")]
    pub on_completion: Option<Identifier>,
    /// The next step if it went well.
    #[serde(skip_serializing_if = "Absent::absent")]
    pub on_success: Option<Identifier>,
    /// The next step if it failed.
    #[serde(skip_serializing_if = "Absent::absent")]
    pub on_failure: Option<Identifier>,
    /// Extensions in use.
    #[serde(skip_serializing_if = "Absent::absent")]
    pub step_extensions: Option<Extensions>,
}

/// The eight kinds of step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum StepKind {
    /// Where a workflow begins.
    Start(StartStep),
    /// Where it, or a branch of it, ends.
    End(EndStep),
    /// Something to do.
    Action(ActionStep),
    /// Another playbook.
    PlaybookAction(PlaybookStep),
    /// Several branches at once.
    Parallel(ParallelStep),
    /// One of two branches.
    IfCondition(IfStep),
    /// A branch again and again.
    WhileCondition(WhileStep),
    /// One of many branches.
    SwitchCondition(SwitchStep),
}

object! {
    /// Where a workflow begins.
    pub struct StartStep {}
}

object! {
    /// Where a workflow or a branch ends.
    pub struct EndStep {}
}

object! {
    /// Something to do.
    pub struct ActionStep {
        /// What to do, in order.
        commands: Vec<Command>,
        /// Who or what does it.
        agent: Identifier,
        /// What it is done to.
        targets: Option<Vec<Identifier>>,
        /// Variables it takes.
        in_args: Option<Vec<String>>,
        /// Variables it gives.
        out_args: Option<Vec<String>>,
    }
}

object! {
    /// Another playbook, run to its end.
    pub struct PlaybookStep {
        /// Which.
        playbook_id: Identifier,
        /// Which version; the newest if it is left out.
        playbook_version: Option<Time>,
        /// Variables it takes.
        in_args: Option<Vec<String>>,
        /// Variables it gives.
        out_args: Option<Vec<String>>,
    }
}

object! {
    /// Several branches at once; it is done when all are.
    pub struct ParallelStep {
        /// Where each branch begins.
        next_steps: Vec<Identifier>,
    }
}

object! {
    /// One of two branches.
    pub struct IfStep {
        /// A STIX pattern.
        condition: String,
        /// The branch if it holds.
        on_true: Identifier,
        /// The branch if it does not.
        on_false: Option<Identifier>,
    }
}

object! {
    /// A branch as long as a condition holds.
    pub struct WhileStep {
        /// A STIX pattern.
        condition: String,
        /// The branch.
        on_true: Identifier,
    }
}

object! {
    /// One of many branches.
    pub struct SwitchStep {
        /// The variable that decides.
        switch: String,
        /// The branch for each of its values; `default` for all others.
        cases: Dictionary<Identifier>,
    }
}

impl StepKind {
    /// The word in the member `type`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Start(_) => "start",
            Self::End(_) => "end",
            Self::Action(_) => "action",
            Self::PlaybookAction(_) => "playbook-action",
            Self::Parallel(_) => "parallel",
            Self::IfCondition(_) => "if-condition",
            Self::WhileCondition(_) => "while-condition",
            Self::SwitchCondition(_) => "switch-condition",
        }
    }

    /// The members the standard does not know.
    pub fn other(&self) -> &super::Members {
        match self {
            Self::Start(s) => &s.other,
            Self::End(s) => &s.other,
            Self::Action(s) => &s.other,
            Self::PlaybookAction(s) => &s.other,
            Self::Parallel(s) => &s.other,
            Self::IfCondition(s) => &s.other,
            Self::WhileCondition(s) => &s.other,
            Self::SwitchCondition(s) => &s.other,
        }
    }

    /// The branches it opens, each with the member that names it.
    pub(super) fn branches(&self) -> Vec<(String, &Identifier)> {
        match self {
            Self::Parallel(s) => {
                s.next_steps.iter().enumerate().map(|(i, id)| (format!("next_steps[{i}]"), id)).collect()
            }
            Self::IfCondition(s) => {
                let on_false = s.on_false.iter().map(|id| ("on_false".to_owned(), id));
                std::iter::once(("on_true".to_owned(), &s.on_true)).chain(on_false).collect()
            }
            Self::WhileCondition(s) => vec![("on_true".to_owned(), &s.on_true)],
            Self::SwitchCondition(s) => {
                s.cases.iter().map(|(value, id)| (format!("cases.{value}"), id)).collect()
            }
            Self::Start(_) | Self::End(_) | Self::Action(_) | Self::PlaybookAction(_) => Vec::new(),
        }
    }
}

impl WorkflowStep {
    /// Every step it may lead to, each with the member that names it: branches first, failure last.
    pub(super) fn next(&self) -> Vec<(String, &Identifier)> {
        let after = [
            ("on_completion", &self.on_completion),
            ("on_success", &self.on_success),
            ("on_failure", &self.on_failure),
        ];
        let after = after.into_iter().filter_map(|(name, id)| Some((name.to_owned(), id.as_ref()?)));
        self.kind.branches().into_iter().chain(after).collect()
    }
}
