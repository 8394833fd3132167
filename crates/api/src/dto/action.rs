//! Response actions on the wire.

use crate::vocabulary as words;
use probatum_application::AppError;
use probatum_kernel::{Code, EvidenceId, FieldFault, Timestamp};
use probatum_playbooks::{
    Action, ActionStatus, Choice, KnownAction, NewOrder, NewPlaybookStep, NewStep, Order, UpdateStep,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use validator::Validate;

/// An action to be carried out (`action`), a step people do (`title`), or a step of a playbook (`playbook`, `step`).
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = AddAction)]
pub struct AddAction {
    /// The action to run, a word of `GET /api/actions/catalogue`.
    action: Option<String>,
    /// With what; see the catalogue.
    #[schema(value_type = Option<Object>)]
    parameters: Option<Map<String, Value>>,
    /// What people are to do, 1-200 characters.
    title: Option<String>,
    /// A word like `isolate_host`; default `manual`. With `title`.
    action_type: Option<String>,
    /// A playbook's type. With `step`.
    playbook: Option<String>,
    /// The step's key in the playbook.
    step: Option<String>,
    /// Who does it. Not with `action`.
    owner: Option<String>,
    /// Until when; not in the past. Not with `action`.
    #[schema(value_type = Option<String>, format = DateTime)]
    due_at: Option<Timestamp>,
}

/// What a body asks for.
#[derive(Debug, Clone)]
pub enum Asked {
    /// To carry something out.
    Order(NewOrder),
    /// A step by hand.
    Step(NewStep),
    /// A step of a playbook.
    OfPlaybook {
        /// The playbook's type.
        playbook: String,
        /// The step's key.
        step: String,
        /// Who does it and until when, instead of what the playbook says.
        new: NewPlaybookStep,
    },
}

impl AddAction {
    /// The command: exactly one of the three.
    pub fn command(self) -> Result<Asked, AppError> {
        let given = [
            ("parameters", self.parameters.is_some()),
            ("action_type", self.action_type.is_some()),
            ("step", self.step.is_some()),
            ("owner", self.owner.is_some()),
            ("due_at", self.due_at.is_some()),
        ];
        let only = |allowed: &[&str], with: &str| {
            let wrong = given.iter().filter(|(name, there)| *there && !allowed.contains(name));
            let faults: Vec<_> = wrong
                .map(|(name, _)| {
                    FieldFault::new(*name, "invalid", format!("does not go together with {with}"))
                })
                .collect();
            if faults.is_empty() { Ok(()) } else { Err(AppError::invalid_fields(faults)) }
        };
        let (owner, due_at) = (self.owner, self.due_at);
        match (self.action, self.title, self.playbook) {
            (Some(action), None, None) => {
                only(&["parameters"], "action")?;
                let parameters = self.parameters.unwrap_or_default();
                Ok(Asked::Order(NewOrder { action, parameters, rollback_of: None }))
            }
            (None, Some(title), None) => {
                only(&["action_type", "owner", "due_at"], "title")?;
                Ok(Asked::Step(NewStep { title, action_type: self.action_type, owner, due_at }))
            }
            (None, None, Some(playbook)) => {
                only(&["step", "owner", "due_at"], "playbook")?;
                let missing =
                    || AppError::invalid("step", "required", "name a step of the playbook by its key");
                Ok(Asked::OfPlaybook {
                    playbook,
                    step: self.step.ok_or_else(missing)?,
                    new: NewPlaybookStep { owner, due_at },
                })
            }
            (None, None, None) => {
                let message =
                    "send action (to have it carried out), title (a step people do) or playbook and step";
                Err(AppError::invalid("title", "required", message))
            }
            _ => {
                let message = "send one of action, title and playbook, not several";
                Err(AppError::invalid("action", "invalid", message))
            }
        }
    }
}

/// What may change about an action; at least one member.
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = UpdateAction)]
pub struct UpdateAction {
    /// A decision about an action that is `pending_approval`.
    #[schema(value_type = Option<words::Decision>)]
    decision: Option<Choice>,
    /// `open` goes to `in_progress`, `completed`, `failed` or `cancelled`; `approved` and `rejected` are decisions.
    #[schema(value_type = Option<words::ActionStatus>)]
    status: Option<ActionStatus>,
    /// Confirmed evidence of the same incident that proves the remedy; only on a completed action.
    validation_ref: Option<String>,
    /// At most 2 000 characters.
    comment: Option<String>,
    /// Who does it.
    owner: Option<String>,
    /// Until when.
    #[schema(value_type = Option<String>, format = DateTime)]
    due_at: Option<Timestamp>,
}

impl UpdateAction {
    /// The command. What is no evidence id names no evidence, and so proves nothing.
    pub fn command(self) -> Result<UpdateStep, AppError> {
        let proof = self.validation_ref.map(|text| text.parse::<EvidenceId>()).transpose();
        let proof = proof.map_err(|_| {
            let detail = "validation_ref must name confirmed evidence of the same incident.";
            AppError::new(Code::EvidenceRequired, detail)
        });
        Ok(UpdateStep {
            decision: self.decision,
            status: self.status,
            validation_ref: proof?,
            comment: self.comment,
            owner: self.owner,
            due_at: self.due_at,
        })
    }
}

/// What came of an action that was carried out.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ActionResult)]
pub struct ResultView {
    /// Whether it was done.
    success: bool,
    /// What there is to say about it; not for viewers.
    #[serde(skip_serializing_if = "String::is_empty")]
    message: String,
    /// There, and true, if nothing was done but in a simulation.
    #[serde(skip_serializing_if = "Option::is_none")]
    simulated: Option<bool>,
    /// What the other side calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
}

/// The answer to an added action.
#[derive(Debug, Serialize, ToSchema)]
pub struct AddedAction {
    #[schema(example = "act-0198f1c27d3b7c0e9d0a4b5c6d7e8f90")]
    action_id: String,
    #[schema(value_type = words::ActionStatus)]
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<ResultView>,
    /// Who has to approve it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::ApprovalLevel>)]
    approval_level: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

impl From<&Action> for AddedAction {
    fn from(a: &Action) -> Self {
        let result = a.order.as_ref().and_then(result);
        let message = if result.is_some() { None } else { Some(message(a)) };
        let level = a.approval_level.filter(|_| a.status == ActionStatus::PendingApproval);
        let approval_level = level.map(|l| l.as_str());
        Self { action_id: a.id.to_string(), status: a.status.as_str(), result, approval_level, message }
    }
}

fn message(a: &Action) -> String {
    match (a.status, a.approval_level, &a.order) {
        (ActionStatus::PendingApproval, Some(level), _) => {
            format!("Action requires {} approval", level.title())
        }
        (ActionStatus::Open, _, Some(_)) => format!(
            "No connector carries out {}: it is a manual step now; complete it with PATCH /api/actions/:id.",
            a.action_type
        ),
        (ActionStatus::Open, _, None) => {
            "Response step added. It is carried out by people; complete it with PATCH /api/actions/:id."
                .to_owned()
        }
        _ => "The action is being carried out; read GET /api/actions/:id.".to_owned(),
    }
}

fn result(order: &Order) -> Option<ResultView> {
    order.result.as_ref().map(|r| ResultView {
        success: r.success,
        message: r.message.clone(),
        simulated: r.simulated.then_some(true),
        reference: r.reference.clone(),
    })
}

/// A response action.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Action)]
pub struct ActionView {
    id: String,
    incident_id: String,
    title: String,
    action_type: String,
    #[schema(value_type = words::ActionStatus)]
    status: &'static str,
    /// Whose level it takes: to approve it, or to begin it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::ApprovalLevel>)]
    approval_level: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    due_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    validation_ref: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
    requested_by: String,
    #[schema(value_type = String, format = DateTime)]
    requested_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    executed_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    executed_at: Option<Timestamp>,
    #[serde(flatten)]
    order: Option<OrderView>,
    #[serde(flatten)]
    step: Option<StepView>,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

/// What is there about an action that is, or was meant to be, carried out by a connector.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Order)]
pub struct OrderView {
    /// With what it is carried out; not for viewers.
    #[serde(skip_serializing_if = "Map::is_empty")]
    #[schema(value_type = Object)]
    parameters: Map<String, Value>,
    /// SHA-256 over incident, action and parameters: what an approval is bound to; not for viewers.
    #[serde(skip_serializing_if = "String::is_empty")]
    digest: String,
    /// The policy rule that let it in.
    policy_rule: String,
    /// Until when it may be approved.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
    /// Who approved or rejected it.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    decided_at: Option<Timestamp>,
    /// The connector that was called.
    #[serde(skip_serializing_if = "Option::is_none")]
    connector: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<ResultView>,
    /// The action this one undoes.
    #[serde(skip_serializing_if = "Option::is_none")]
    rollback_of: Option<String>,
}

/// What is there about a step of a playbook.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlaybookStepRef)]
pub struct StepView {
    playbook: String,
    step: String,
    description: String,
    owner_role: String,
    /// Whether it is complete only with confirmed evidence.
    validation_required: bool,
}

impl From<Action> for ActionView {
    fn from(a: Action) -> Self {
        let order = a.order.map(|o| OrderView {
            result: result(&o),
            parameters: o.parameters,
            digest: o.digest,
            policy_rule: o.rule,
            expires_at: o.expires_at,
            decided_by: o.decided_by.map(|b| b.to_string()),
            decided_at: o.decided_at,
            connector: o.connector,
            rollback_of: o.rollback_of.map(|id| id.to_string()),
        });
        let step = a.step.map(|s| StepView {
            playbook: s.playbook,
            step: s.key,
            description: s.description,
            owner_role: s.owner_role.to_string(),
            validation_required: s.validation_required,
        });
        // What the registry carries out is done by "system", whichever part of it.
        let executed_by = a.executed_by.map(|b| match b.as_str().split_once(':') {
            Some(("system", _)) => "system".to_owned(),
            _ => b.to_string(),
        });
        Self {
            id: a.id.to_string(),
            incident_id: a.incident_id.to_string(),
            title: a.title,
            action_type: a.action_type,
            status: a.status.as_str(),
            approval_level: a.approval_level.map(|l| l.as_str()),
            owner: a.owner,
            due_at: a.due_at,
            validation_ref: a.validation_ref.map(|v| v.to_string()),
            comment: a.comment,
            requested_by: a.requested_by.to_string(),
            requested_at: a.requested_at,
            executed_by,
            executed_at: a.executed_at,
            order,
            step,
            updated_at: a.updated_at,
        }
    }
}

/// An action that can be asked for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = KnownAction)]
pub struct KnownActionView {
    /// Its word.
    action: &'static str,
    /// What it is called.
    title: &'static str,
    /// What it takes, as a JSON Schema.
    #[schema(value_type = Object)]
    parameters: Value,
    /// The action that undoes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    inverse: Option<&'static str>,
    /// Who carries it out: a connector by name, or `people`.
    carried_out_by: String,
}

impl KnownActionView {
    /// The view of a known action that is carried out by this connector.
    pub fn new(known: &KnownAction, connector: Option<String>) -> Self {
        let properties: Map<String, Value> =
            known.parameters.iter().map(|p| (p.name.to_owned(), p.schema())).collect();
        let required: Vec<_> = known.parameters.iter().filter(|p| p.required).map(|p| p.name).collect();
        let parameters = json!({
            "type": "object", "properties": properties, "required": required, "additionalProperties": false,
        });
        Self {
            action: known.name,
            title: known.title,
            parameters,
            inverse: known.inverse,
            carried_out_by: connector.unwrap_or_else(|| "people".to_owned()),
        }
    }
}
