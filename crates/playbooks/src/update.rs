//! Changing a step: the doctrine first, then the state machine, then what the change was.

use crate::{Action, ActionError, ActionStatus, Choice, Person, Verdict, check};
use probatum_kernel::{EvidenceId, FieldFault, Timestamp};
use serde::{Deserialize, Serialize};

/// What is to change about a step. What is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UpdateStep {
    /// What is decided about an order that waits for it. `status` may say the same as `approved` or `rejected`.
    pub decision: Option<Choice>,
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

/// What the registry knows about the circumstances of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// About the `validation_ref` of the command.
    pub proof: Proof,
    /// Whether a connector carries out such actions.
    pub connector: bool,
    /// What the policy says now about what is to be decided, asked for as it was.
    pub verdict: Option<Verdict>,
}

impl Known {
    /// Circumstances of which only the proof matters.
    pub const fn proof(proof: Proof) -> Self {
        Self { proof, connector: false, verdict: None }
    }
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

    /// The decision it makes, in whichever words; the rest of the command, without it.
    fn split(&self) -> Result<(Option<Choice>, Self), ActionError> {
        let by_status = match self.status {
            Some(ActionStatus::Approved) => Some(Choice::Approve),
            Some(ActionStatus::Rejected) => Some(Choice::Reject),
            _ => None,
        };
        let rest =
            Self { decision: None, status: self.status.filter(|_| by_status.is_none()), ..self.clone() };
        match (self.decision, by_status) {
            (Some(a), Some(b)) if a != b => {
                let message = "says something else than status; send one of the two";
                Err(ActionError::Invalid(vec![FieldFault::new("decision", "invalid", message)]))
            }
            (a, b) => Ok((a.or(b), rest)),
        }
    }

    /// Whether it decides about an order and changes nothing else but the comment: what takes an approval level and
    /// not the right to manage actions.
    pub fn only_decides(&self) -> bool {
        let decides = matches!(self.split(), Ok((Some(_), _)));
        let same = Self { decision: self.decision, comment: self.comment.clone(), ..Self::default() };
        decides && *self == Self { status: self.status, ..same }
    }
}

impl Action {
    /// The action after `cmd`, one version on and changed at `now`; completing it makes `by` the one who did it.
    ///
    /// `known` says what the registry knows about `cmd.validation_ref` and the connectors. Repeating the present status
    /// along with something else is no step, so that a client may send again what it sent before.
    ///
    /// # Errors
    /// In this order (CONTRACT §1: doctrine before state):
    /// 1. [`ActionError::Invalid`]: wrong fields, all of them, or nothing to change.
    /// 2. [`ActionError::Unproven`], [`ActionError::NotCompleted`]: a `validation_ref` that proves nothing, or a step
    ///    that is complete only with one.
    /// 3. [`ActionError::SelfApproval`], [`ActionError::LevelTooLow`]: not this person.
    /// 4. [`ActionError::AlreadyDecided`], [`ActionError::ApprovalOver`], [`ActionError::NoSuchStep`],
    ///    [`ActionError::Finished`]: the state does not allow it.
    pub fn update(
        &self,
        cmd: &UpdateStep,
        known: &Known,
        by: &Person<'_>,
        now: Timestamp,
    ) -> Result<Decision, ActionError> {
        self.check_fields(cmd, now)?;
        self.check_proof(cmd, known.proof)?;
        let (choice, cmd) = cmd.split()?;
        let mut changes = Vec::new();
        let mut next = self.clone();
        if let Some(choice) = choice {
            next = self.decided(choice, known, by, now)?;
            changes.push(step(self.status, next.status));
        }
        next.check_state(&cmd, by)?;
        if let Some(to) = cmd.status.filter(|to| *to != next.status) {
            changes.push(step(next.status, to));
            next.status = to;
            if to == ActionStatus::Completed {
                next.executed_by = Some(by.actor.clone());
                next.executed_at = Some(now);
            }
        }
        changes.extend(replace("validation_ref", &mut next.validation_ref, cmd.validation_ref.as_ref()));
        changes.extend(replace("comment", &mut next.comment, cmd.comment.as_ref()));
        changes.extend(replace("owner", &mut next.owner, cmd.owner.as_ref()));
        changes.extend(replace("due_at", &mut next.due_at, cmd.due_at.as_ref()));
        Ok(Decision { next: next.changed(now), changes })
    }

    fn check_fields(&self, cmd: &UpdateStep, now: Timestamp) -> Result<(), ActionError> {
        let mut faults = Vec::new();
        if *cmd == UpdateStep::default() {
            let message = "name at least one of decision, status, validation_ref, comment, owner, due_at";
            faults.push(FieldFault::new("body", "required", message));
        }
        check::comment(cmd.comment.as_deref(), &mut faults);
        check::owner(cmd.owner.as_deref(), &mut faults);
        // A due time that has passed may be repeated, but not set.
        check::due_at(cmd.due_at.filter(|_| cmd.due_at != self.due_at), now, &mut faults);
        if faults.is_empty() { Ok(()) } else { Err(ActionError::Invalid(faults)) }
    }

    fn check_proof(&self, cmd: &UpdateStep, proof: Proof) -> Result<(), ActionError> {
        let completed = Some(ActionStatus::Completed);
        if cmd.validation_ref.is_none() {
            let demanded = self.step.as_ref().is_some_and(|s| s.validation_required);
            let completes = cmd.status == completed && self.status != ActionStatus::Completed;
            return if demanded && completes { Err(ActionError::Unproven) } else { Ok(()) };
        }
        if proof != Proof::Confirmed {
            return Err(ActionError::Unproven);
        }
        if Some(self.status) != completed && cmd.status != completed {
            return Err(ActionError::NotCompleted { status: self.status });
        }
        Ok(())
    }

    fn check_state(&self, cmd: &UpdateStep, by: &Person<'_>) -> Result<(), ActionError> {
        if let Some(to) = cmd.status {
            let (from, allowed) = (self.status, self.steps_for_people());
            let repeated = to == from && !cmd.names_nothing_but_status();
            if !repeated && !allowed.contains(&to) {
                return Err(ActionError::NoSuchStep { from, to, allowed });
            }
            // An order had its approval; a step is begun, done and called off by its level.
            let level = self.approval_level.filter(|_| self.order.is_none() && !repeated);
            if let Some(level) = level.filter(|l| !by.holds(*l)) {
                return Err(ActionError::LevelTooLow { level });
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

impl Action {
    /// Where people may move it. What a connector is carrying out is moved by nobody.
    pub fn steps_for_people(&self) -> &'static [ActionStatus] {
        if self.status == ActionStatus::InProgress && self.is_automated() { &[] } else { self.status.next() }
    }
}

fn step(from: ActionStatus, to: ActionStatus) -> Change {
    Change { field: "status", from: Some(from.to_string()), to: Some(to.to_string()) }
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
