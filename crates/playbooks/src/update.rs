//! Changing a step: the doctrine first, then the state machine, then what the change was.

use crate::{Action, ActionError, ActionStatus, check};
use probatum_kernel::{Actor, EvidenceId, FieldFault, Timestamp};
use serde::{Deserialize, Serialize};

/// What is to change about a step. What is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UpdateStep {
    /// Where it goes.
    pub status: Option<ActionStatus>,
    /// The evidence that shows it was done and works.
    pub validation_ref: Option<EvidenceId>,
    /// A remark, 1–2000 characters, in place of the last one.
    pub comment: Option<String>,
    /// Who is to do it, 1–100 characters.
    pub owner: Option<String>,
    /// By when it is to be done; not in the past.
    pub due_at: Option<Timestamp>,
}

/// What the registry knows about the `validation_ref` of a command. The caller looks it up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Proof {
    /// The command names none. Where it does, this counts as [`Proof::Unproven`].
    NotNamed,
    /// It is confirmed evidence of the same incident.
    Confirmed,
    /// It is unknown, of another incident, or not confirmed.
    Unproven,
}

/// A change that was granted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// The action after the change.
    pub next: Action,
    /// What differs, for the audit log; empty if every value sent was there already. What follows from a
    /// status (`executed_by`, `executed_at`) is not listed.
    pub changes: Vec<Change>,
}

/// One field that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Its name, as in [`UpdateStep`].
    pub field: &'static str,
    /// What it was, as text.
    pub from: Option<String>,
    /// What it is now, as text.
    pub to: Option<String>,
}

impl UpdateStep {
    fn names_nothing_but_status(&self) -> bool {
        *self == Self { status: self.status, ..Self::default() }
    }
}

impl Action {
    /// The action after `cmd`, one version on and changed at `now`; completing it makes `actor` the one who did it.
    ///
    /// `proof` says what is known about `cmd.validation_ref`. Repeating the present status along with something
    /// else is no step, so that a client may send again what it sent before.
    ///
    /// # Errors
    /// In this order (CONTRACT §1: doctrine before state):
    /// 1. [`ActionError::Invalid`]: wrong fields, all of them, or nothing to change.
    /// 2. [`ActionError::Unproven`], [`ActionError::NotCompleted`]: a `validation_ref` that proves nothing.
    /// 3. [`ActionError::NoSuchStep`], [`ActionError::Finished`]: the state does not allow it.
    pub fn update(
        &self,
        cmd: &UpdateStep,
        proof: Proof,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<Decision, ActionError> {
        self.check_fields(cmd, now)?;
        self.check_proof(cmd, proof)?;
        self.check_state(cmd)?;

        let mut next = self.clone();
        let mut changes = Vec::new();
        if let Some(to) = cmd.status.filter(|to| *to != self.status) {
            next.status = to;
            changes.push(Change {
                field: "status",
                from: Some(self.status.to_string()),
                to: Some(to.to_string()),
            });
            if to == ActionStatus::Completed {
                next.executed_by = Some(actor.clone());
                next.executed_at = Some(now);
            }
        }
        changes.extend(replace("validation_ref", &mut next.validation_ref, cmd.validation_ref.as_ref()));
        changes.extend(replace("comment", &mut next.comment, cmd.comment.as_ref()));
        changes.extend(replace("owner", &mut next.owner, cmd.owner.as_ref()));
        changes.extend(replace("due_at", &mut next.due_at, cmd.due_at.as_ref()));
        next.updated_at = now;
        next.version = self.version.saturating_add(1);
        Ok(Decision { next, changes })
    }

    fn check_fields(&self, cmd: &UpdateStep, now: Timestamp) -> Result<(), ActionError> {
        let mut faults = Vec::new();
        if *cmd == UpdateStep::default() {
            let message = "name at least one of status, validation_ref, comment, owner, due_at";
            faults.push(FieldFault::new("body", "required", message));
        }
        check::comment(cmd.comment.as_deref(), &mut faults);
        check::owner(cmd.owner.as_deref(), &mut faults);
        // A due time that has passed may be repeated, but not set.
        check::due_at(cmd.due_at.filter(|_| cmd.due_at != self.due_at), now, &mut faults);
        if faults.is_empty() { Ok(()) } else { Err(ActionError::Invalid(faults)) }
    }

    fn check_proof(&self, cmd: &UpdateStep, proof: Proof) -> Result<(), ActionError> {
        if cmd.validation_ref.is_none() {
            return Ok(());
        }
        if proof != Proof::Confirmed {
            return Err(ActionError::Unproven);
        }
        let completed = Some(ActionStatus::Completed);
        if Some(self.status) != completed && cmd.status != completed {
            return Err(ActionError::NotCompleted { status: self.status });
        }
        Ok(())
    }

    fn check_state(&self, cmd: &UpdateStep) -> Result<(), ActionError> {
        if let Some(to) = cmd.status {
            let (from, allowed) = (self.status, self.status.next());
            let repeated = to == from && !cmd.names_nothing_but_status();
            if !repeated && !allowed.contains(&to) {
                return Err(ActionError::NoSuchStep { from, to, allowed });
            }
        }
        if self.status.is_unfinished() {
            return Ok(());
        }
        let owner = cmd.owner.is_some() && cmd.owner != self.owner;
        let due_at = cmd.due_at.is_some() && cmd.due_at != self.due_at;
        match [(owner, "owner"), (due_at, "due_at")].into_iter().find(|(differs, _)| *differs) {
            Some((_, field)) => Err(ActionError::Finished { field, status: self.status }),
            None => Ok(()),
        }
    }
}

/// Puts `value` into `slot` and tells what changed; nothing, if it is absent or there already.
fn replace<T: Clone + PartialEq + ToString>(
    field: &'static str,
    slot: &mut Option<T>,
    value: Option<&T>,
) -> Option<Change> {
    let value = value.filter(|v| slot.as_ref() != Some(*v))?;
    let from = slot.replace(value.clone()).map(|old| old.to_string());
    Some(Change { field, from, to: Some(value.to_string()) })
}

#[cfg(test)]
mod tests;
