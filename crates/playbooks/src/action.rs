//! A response step and how it comes into being.

use crate::{ActionError, ActionStatus, check};
use probatum_kernel::{ActionId, Actor, EvidenceId, IncidentId, Timestamp};
use serde::{Deserialize, Serialize};

/// What a step without an `action_type` is: done by a person.
const MANUAL: &str = "manual";

/// Something done, or to be done, about an incident (CONTRACT §6).
///
/// Build one with [`Action::open_step`] and change it with [`Action::update`]; the fields are public so that
/// storage and transports can take it apart.
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
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Counts its changes, from 1.
    pub version: i64,
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
        check::action_type(cmd.action_type.as_deref(), &mut faults);
        check::owner(cmd.owner.as_deref(), &mut faults);
        check::due_at(cmd.due_at, now, &mut faults);
        if !faults.is_empty() {
            return Err(ActionError::Invalid(faults));
        }
        Ok(Self {
            id,
            incident_id: incident,
            title: cmd.title.clone(),
            action_type: cmd.action_type.as_deref().unwrap_or(MANUAL).to_owned(),
            owner: cmd.owner.clone(),
            due_at: cmd.due_at,
            status: ActionStatus::Open,
            validation_ref: None,
            comment: None,
            requested_by: actor.clone(),
            requested_at: now,
            executed_by: None,
            executed_at: None,
            updated_at: now,
            version: 1,
        })
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
}
