//! An action on an incident, and how a step that people do comes into being.

use crate::{ActionError, ActionStatus, ApprovalLevel, Step, check};
use probatum_kernel::{ActionId, Actor, EvidenceId, IncidentId, Role, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What a step without an `action_type` is: done by a person.
const MANUAL: &str = "manual";

/// Something done, or to be done, about an incident (CONTRACT §6).
///
/// Either a step that people do ([`Action::open_step`], [`Action::of_playbook`]) or an order that a connector carries
/// out ([`Action::request`]), which has `parameters`. The fields are public so that storage and transports can take it
/// apart; only the methods change it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// Its id.
    pub id: ActionId,
    /// The incident it answers.
    pub incident_id: IncidentId,
    /// What is to be done, 1–200 characters.
    pub title: String,
    /// What kind of action it is, `[a-z][a-z0-9_]{0,63}`; `manual` if nobody said.
    pub action_type: String,
    /// Who is to do it, 1–100 characters.
    pub owner: Option<String>,
    /// By when it is to be done.
    pub due_at: Option<Timestamp>,
    /// Where it stands.
    pub status: ActionStatus,
    /// Confirmed evidence of the same incident that shows it was done and works. Only on a completed action.
    pub validation_ref: Option<EvidenceId>,
    /// The last remark, up to 2000 characters.
    pub comment: Option<String>,
    /// Who asked for it.
    pub requested_by: Actor,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// Who completed it. Only on a completed action.
    pub executed_by: Option<Actor>,
    /// When it was completed. Only on a completed action.
    pub executed_at: Option<Timestamp>,
    /// Whose level it takes: to approve an order, or to begin a step.
    pub approval_level: Option<ApprovalLevel>,
    /// What makes it an order.
    pub order: Option<Order>,
    /// The playbook step it comes from.
    pub step: Option<StepRef>,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Counts its changes, from 1.
    pub version: i64,
}

/// The part of an action that is carried out by a connector, or was meant to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// With what it is carried out.
    pub parameters: Map<String, Value>,
    /// SHA-256 over incident, action and parameters: what an approval is bound to.
    pub digest: String,
    /// The policy rule that let it in.
    pub rule: String,
    /// The roles of the one who asked, for the policy to judge again when it is approved and begun.
    #[serde(default)]
    pub asked_as: Vec<Role>,
    /// What told the credentials of the one who asked from all others.
    #[serde(default)]
    pub principal: Option<String>,
    /// Until when it may be approved. Only where an approval is needed.
    pub expires_at: Option<Timestamp>,
    /// Who approved or rejected it.
    pub decided_by: Option<Actor>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// Which digest was approved.
    pub approved_digest: Option<String>,
    /// Whether a connector, not a person, carries it out.
    pub automated: bool,
    /// The connector that was called.
    pub connector: Option<String>,
    /// How often it was claimed for a call.
    pub attempts: u32,
    /// Until when the present claim holds. Only while in progress.
    pub claimed_until: Option<Timestamp>,
    /// How it went.
    pub result: Option<ActionResult>,
    /// The action this one undoes.
    pub rollback_of: Option<ActionId>,
}

/// What came of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionResult {
    /// Whether it was done.
    pub success: bool,
    /// What there is to say.
    pub message: String,
    /// Whether it was only simulated.
    #[serde(default)]
    pub simulated: bool,
    /// What the other side calls it.
    #[serde(default)]
    pub reference: Option<String>,
}

/// Where a step comes from, and what it demands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepRef {
    /// The playbook's type.
    pub playbook: String,
    /// The step's key in it.
    pub key: String,
    /// What to do, in words.
    pub description: String,
    /// The role that is to do it.
    pub owner_role: Role,
    /// Whether it is complete only with confirmed evidence.
    pub validation_required: bool,
}

/// Somebody who changes an action: the name for records, and the roles.
#[derive(Debug, Clone, Copy)]
pub struct Person<'a> {
    /// The actor string.
    pub actor: &'a Actor,
    /// The roles held.
    pub roles: &'a [Role],
    /// What tells the credentials from all others, if there are some.
    pub principal: Option<&'a str>,
}

impl Person<'_> {
    /// Whether this person holds the level.
    pub fn holds(&self, level: ApprovalLevel) -> bool {
        level.held_by(self.roles)
    }

    /// Whether this person asked for it: the same credentials, or the same name, in whatever role and case it is used.
    pub fn asked_for(&self, action: &Action) -> bool {
        let principal = action.order.as_ref().and_then(|o| o.principal.as_deref());
        let same_key = self.principal.is_some() && self.principal == principal;
        same_key || self.actor.same_person(&action.requested_by)
    }
}

/// A response step to be added to an incident.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewStep {
    /// What is to be done, 1–200 characters.
    pub title: String,
    /// What kind of action it is, `[a-z][a-z0-9_]{0,63}`; absent means `manual`.
    #[serde(default)]
    pub action_type: Option<String>,
    /// Who is to do it, 1–100 characters.
    #[serde(default)]
    pub owner: Option<String>,
    /// By when it is to be done; not in the past.
    #[serde(default)]
    pub due_at: Option<Timestamp>,
}

/// What may be said about a playbook's step when it is added.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewPlaybookStep {
    /// Who is to do it, 1–100 characters.
    pub owner: Option<String>,
    /// By when it is to be done; not in the past.
    pub due_at: Option<Timestamp>,
}

impl Action {
    /// A new step of `incident`, `open` and at version 1, asked for by `actor` at `now`.
    ///
    /// # Errors
    /// [`ActionError::Invalid`] with every wrong field of `cmd`.
    pub fn open_step(
        id: ActionId,
        incident: IncidentId,
        cmd: &NewStep,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<Self, ActionError> {
        let mut faults = Vec::new();
        check::title(&cmd.title, &mut faults);
        check::action_type("action_type", cmd.action_type.as_deref(), &mut faults);
        check::owner(cmd.owner.as_deref(), &mut faults);
        check::due_at(cmd.due_at, now, &mut faults);
        if !faults.is_empty() {
            return Err(ActionError::Invalid(faults));
        }
        let action_type = cmd.action_type.as_deref().unwrap_or(MANUAL);
        let step = Self::asked(id, incident, cmd.title.clone(), action_type, actor, now);
        Ok(Self { owner: cmd.owner.clone(), due_at: cmd.due_at, ..step })
    }

    /// A new step of `incident` after a playbook's, `open` and at version 1.
    ///
    /// # Errors
    /// [`ActionError::Invalid`] with every wrong field of `cmd`.
    pub fn of_playbook(
        id: ActionId,
        incident: IncidentId,
        playbook: &str,
        step: &Step,
        cmd: &NewPlaybookStep,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<Self, ActionError> {
        let mut faults = Vec::new();
        check::owner(cmd.owner.as_deref(), &mut faults);
        check::due_at(cmd.due_at, now, &mut faults);
        if !faults.is_empty() {
            return Err(ActionError::Invalid(faults));
        }
        let from = StepRef {
            playbook: playbook.to_owned(),
            key: step.key.clone(),
            description: step.description.clone(),
            owner_role: step.owner_role,
            validation_required: step.validation_required,
        };
        let action = Self::asked(id, incident, step.title.clone(), &step.action_type, actor, now);
        let (owner, due_at) = (cmd.owner.clone(), cmd.due_at);
        Ok(Self { owner, due_at, approval_level: step.approval_level, step: Some(from), ..action })
    }

    /// A new action that is `open`, with nothing but what every action has.
    pub(crate) fn asked(
        id: ActionId,
        incident_id: IncidentId,
        title: String,
        action_type: &str,
        actor: &Actor,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            incident_id,
            title,
            action_type: action_type.to_owned(),
            owner: None,
            due_at: None,
            status: ActionStatus::Open,
            validation_ref: None,
            comment: None,
            requested_by: actor.clone(),
            requested_at: now,
            executed_by: None,
            executed_at: None,
            approval_level: None,
            order: None,
            step: None,
            updated_at: now,
            version: 1,
        }
    }

    /// Whether a connector carries it out; what people do, also in place of a connector, is not.
    pub fn is_automated(&self) -> bool {
        self.order.as_ref().is_some_and(|o| o.automated)
    }

    /// This action, one version on and changed at `now`.
    pub(crate) fn changed(self, now: Timestamp) -> Self {
        Self { version: self.version.saturating_add(1), updated_at: now, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use probatum_kernel::{Code, Coded};

    fn open(cmd: &NewStep) -> Result<Action, ActionError> {
        let now = Timestamp::EPOCH.plus_hours(1);
        let actor = "operator:anowak".parse().unwrap();
        Action::open_step(ActionId::new(now, &[1; 10]), IncidentId::new(now, &[2; 10]), cmd, &actor, now)
    }

    #[test]
    fn a_step_begins_open_and_manual() {
        let step = open(&NewStep { title: "Call the owner".into(), ..NewStep::default() }).unwrap();
        assert_eq!(step.status, ActionStatus::Open);
        assert_eq!(step.action_type, "manual");
        assert_eq!(step.version, 1);
        assert_eq!(step.requested_by.as_str(), "operator:anowak");
        assert_eq!((step.requested_at, step.executed_at), (step.updated_at, None));
        assert!(!step.is_automated());
    }

    #[test]
    fn a_step_may_be_due_now() {
        let due_at = Some(Timestamp::EPOCH.plus_hours(1));
        let step = open(&NewStep { title: "Now".into(), due_at, ..NewStep::default() }).unwrap();
        assert_eq!(step.due_at, due_at);
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let error = open(&NewStep {
            title: "x".repeat(201),
            action_type: Some("Block IP".into()),
            owner: Some(" ".into()),
            due_at: Some(Timestamp::EPOCH),
        })
        .unwrap_err();
        assert_eq!(error.code(), Code::ValidationFailed);
        let faults: Vec<_> = error.fields().into_iter().map(|f| (f.field, f.code)).collect();
        let expected =
            [("title", "too_long"), ("action_type", "invalid"), ("owner", "required"), ("due_at", "invalid")];
        assert_eq!(faults, expected.map(|(field, code)| (field.to_owned(), code)));
    }

    #[test]
    fn a_person_is_the_same_in_every_role_and_case() {
        let step = open(&NewStep { title: "Now".into(), ..NewStep::default() }).unwrap();
        for (who, asked) in [("senior:anowak", true), ("admin:ANowak", true), ("operator:other", false)] {
            let actor = who.parse().unwrap();
            assert_eq!(
                Person { actor: &actor, roles: &[], principal: None }.asked_for(&step),
                asked,
                "{who}"
            );
        }
    }
}
