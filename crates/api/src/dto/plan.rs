//! A playbook put to use, on the wire.

use super::action::ActionView;
use crate::vocabulary as words;
use probatum_application::use_cases::actions::{Plan, Planned};
use probatum_kernel::Timestamp;
use probatum_playbooks::Verdict;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Which playbook to use.
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct UsePlaybook {
    /// The playbook's type; absent means the one the incident's category suggests.
    pub playbook: Option<String>,
    /// Only say what would be added.
    pub dry_run: bool,
}

/// The steps of a playbook that were added.
#[derive(Debug, Serialize, ToSchema)]
pub struct UsedPlaybook {
    playbook: String,
    /// Always false.
    dry_run: bool,
    /// The actions, in the playbook's order.
    actions: Vec<ActionView>,
}

impl From<Plan> for UsedPlaybook {
    fn from(plan: Plan) -> Self {
        let actions = plan.steps.into_iter().map(|s| ActionView::from(s.action)).collect();
        Self { playbook: plan.playbook, dry_run: false, actions }
    }
}

/// The steps of a playbook that would be added.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlannedPlaybook {
    playbook: String,
    /// Always true.
    dry_run: bool,
    /// What would be added, in the playbook's order.
    steps: Vec<PlannedStep>,
}

/// A step that would be added.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlannedStep {
    step: String,
    title: String,
    action_type: String,
    owner_role: String,
    #[schema(value_type = String, format = DateTime)]
    due_at: Option<Timestamp>,
    validation_required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::ApprovalLevel>)]
    approval_level: Option<&'static str>,
    /// What ordering its action instead of doing the step would come to; absent where only people can do it.
    #[serde(skip_serializing_if = "Option::is_none")]
    as_order: Option<PlannedOrder>,
}

/// What an order would come to: `POST /api/incidents/{id}/actions` with `action` and its parameters.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlannedOrder {
    /// Who would carry it out: a connector by name, or `people`.
    carried_out_by: String,
    /// What the policy says to the caller: `allowed`, `denied`, or `requires_approval:<level>`.
    policy: String,
}

impl From<Plan> for PlannedPlaybook {
    fn from(plan: Plan) -> Self {
        let steps = plan.steps.into_iter().map(PlannedStep::from).collect();
        Self { playbook: plan.playbook, dry_run: true, steps }
    }
}

impl From<Planned> for PlannedStep {
    fn from(planned: Planned) -> Self {
        let action = planned.action;
        let (step, owner_role, validation_required) = match action.step {
            Some(s) => (s.key, s.owner_role.to_string(), s.validation_required),
            None => Default::default(),
        };
        let carried_out_by = planned.carried_out_by.unwrap_or_else(|| "people".to_owned());
        let as_order = planned.policy.map(|verdict| PlannedOrder {
            carried_out_by,
            policy: match verdict {
                Verdict::Allowed => "allowed".to_owned(),
                Verdict::Denied => "denied".to_owned(),
                Verdict::RequiresApproval(level) => format!("requires_approval:{level}"),
            },
        });
        Self {
            step,
            title: action.title,
            action_type: action.action_type,
            owner_role,
            due_at: action.due_at,
            validation_required,
            approval_level: action.approval_level.map(|l| l.as_str()),
            as_order,
        }
    }
}
