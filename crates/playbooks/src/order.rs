//! Orders: asked for, decided by policy and people, carried out by a connector, and recorded (CONTRACT §6).
//!
//! `pending_approval → approved → in_progress → completed | failed`. An approval is bound to a digest of what was asked
//! for, is used by the one claim that begins the work, and ends unused after a day. A claim that lapses (the program
//! was killed) is taken up again only if the connector can be called twice for the same order.

use crate::action::{ActionResult, Order};
use crate::catalogue::{check_parameters, known_action};
use crate::{Action, ActionError, ActionStatus, Known, Person, Ruling, Verdict, check};
use probatum_kernel::{ActionId, Actor, IncidentId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// How long an approval may be waited for, in hours (CONTRACT §6).
pub const APPROVAL_HOURS: i64 = 24;
/// How often an order is claimed at most.
const MAX_ATTEMPTS: u32 = 5;
/// How long whoever had an order released has to begin it before the job loop does, in milliseconds. A claim excludes the
/// other: all that being early costs is that the client's answer comes without the result.
const BEGIN_WITHIN: i64 = 10_000;
/// Longest message of a result, in characters.
const MAX_MESSAGE: usize = 500;

/// An action to be carried out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewOrder {
    /// Its word, `[a-z][a-z0-9_]{0,63}`.
    pub action: String,
    /// With what; checked against the catalogue.
    #[serde(default)]
    pub parameters: Map<String, Value>,
    /// The action it undoes.
    #[serde(default)]
    pub rollback_of: Option<ActionId>,
}

impl NewOrder {
    /// Whether it can be asked for at all.
    ///
    /// # Errors
    /// [`ActionError::Invalid`] with every wrong field.
    pub fn check(&self) -> Result<(), ActionError> {
        let mut faults = Vec::new();
        check::action_type("action", Some(&self.action), &mut faults);
        check_parameters(&self.action, &self.parameters, &mut faults);
        if faults.is_empty() { Ok(()) } else { Err(ActionError::Invalid(faults)) }
    }
}

/// The connector an order goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Carrier<'a> {
    /// Its name.
    pub name: &'a str,
    /// Whether it may be called again for the same order.
    pub repeatable: bool,
}

/// What a claim came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// It is ours until then: call the connector.
    Ours(Action),
    /// There is nothing to call: it became a step for people, or it failed.
    Settled(Action),
}

impl Action {
    /// An order of `incident`, as the policy's ruling leaves it: approved, waiting for somebody's approval, or, where
    /// `automated` says that no connector carries it out, open for people.
    ///
    /// # Errors
    /// [`ActionError::Invalid`] with every wrong field; [`ActionError::Denied`].
    pub fn request(
        id: ActionId,
        incident: IncidentId,
        cmd: &NewOrder,
        ruling: &Ruling,
        automated: bool,
        by: &Person<'_>,
        now: Timestamp,
    ) -> Result<Self, ActionError> {
        cmd.check()?;
        let (status, level) = match ruling.verdict {
            Verdict::Denied => return Err(ActionError::Denied { rule: ruling.rule.clone() }),
            Verdict::Allowed => (released(automated), None),
            Verdict::RequiresApproval(level) => (ActionStatus::PendingApproval, Some(level)),
        };
        let title =
            known_action(&cmd.action).map_or_else(|| cmd.action.replace('_', " "), |a| a.title.to_owned());
        let order = Order {
            parameters: cmd.parameters.clone(),
            digest: digest(incident, &cmd.action, &cmd.parameters)?,
            rule: ruling.rule.clone(),
            asked_as: by.roles.to_vec(),
            principal: by.principal.map(str::to_owned),
            expires_at: level.map(|_| now.plus_hours(APPROVAL_HOURS)),
            decided_by: None,
            decided_at: None,
            approved_digest: None,
            automated,
            connector: None,
            attempts: 0,
            claimed_until: None,
            result: None,
            rollback_of: cmd.rollback_of,
        };
        let action = Self::asked(id, incident, title, &cmd.action, by.actor, now);
        Ok(Self { status, approval_level: level, order: Some(order), ..action })
    }

    /// The order that undoes this one.
    ///
    /// # Errors
    /// [`ActionError::NothingToUndo`] if it was not carried out; [`ActionError::NoInverse`].
    pub fn undo(&self) -> Result<NewOrder, ActionError> {
        let done = self.order.as_ref().filter(|_| self.status == ActionStatus::Completed);
        let order = done.ok_or(ActionError::NothingToUndo { status: self.status })?;
        let inverse = known_action(&self.action_type).and_then(|a| a.inverse);
        let inverse = inverse.ok_or_else(|| ActionError::NoInverse { action: self.action_type.clone() })?;
        let mut parameters = order.parameters.clone();
        // What is undone stays undone.
        parameters.remove("duration_minutes");
        Ok(NewOrder { action: inverse.to_owned(), parameters, rollback_of: Some(self.id) })
    }

    /// The action after a decision, not yet counted as a change.
    pub(crate) fn decided(
        &self,
        choice: Choice,
        known: &Known,
        by: &Person<'_>,
        now: Timestamp,
    ) -> Result<Self, ActionError> {
        let (Some(order), Some(level)) = (&self.order, self.approval_level) else {
            let to = if choice == Choice::Approve { ActionStatus::Approved } else { ActionStatus::Rejected };
            return Err(ActionError::NoSuchStep { from: self.status, to, allowed: self.steps_for_people() });
        };
        if choice == Choice::Approve && by.asked_for(self) {
            return Err(ActionError::SelfApproval);
        }
        // The case may have become graver since it was asked for: then the graver rule holds as well.
        let now_needed = match known.verdict {
            Some(Verdict::RequiresApproval(needed)) => needed,
            _ => level,
        };
        if let Some(level) = [level, now_needed].into_iter().find(|l| !by.holds(*l)) {
            return Err(ActionError::LevelTooLow { level });
        }
        if self.status != ActionStatus::PendingApproval {
            return Err(match self.status {
                ActionStatus::Expired | ActionStatus::Cancelled => {
                    ActionError::ApprovalOver { status: self.status }
                }
                status => ActionError::AlreadyDecided { status },
            });
        }
        if order.expires_at.is_none_or(|t| t <= now) {
            return Err(ActionError::ApprovalOver { status: ActionStatus::Expired });
        }
        let approved = choice == Choice::Approve;
        if approved && known.verdict == Some(Verdict::Denied) {
            return Err(ActionError::Denied { rule: "it has changed since it was asked for".to_owned() });
        }
        let connector = known.connector;
        let order = Order {
            decided_by: Some(by.actor.clone()),
            decided_at: Some(now),
            approved_digest: approved.then(|| order.digest.clone()),
            automated: connector,
            ..order.clone()
        };
        let status = if approved { released(connector) } else { ActionStatus::Rejected };
        Ok(Self { status, order: Some(order), ..self.clone() })
    }

    /// Takes an order that is released, or whose last claim has lapsed, until `until`.
    ///
    /// # Errors
    /// [`ActionError::NotReady`]: somebody else has it, or it is over.
    pub fn claim(
        &self,
        carrier: Option<Carrier<'_>>,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Claim, ActionError> {
        let lapsed = self.claim_lapsed(now);
        let order =
            self.order.as_ref().filter(|o| o.automated && (lapsed || self.status == ActionStatus::Approved));
        let order = order.ok_or(ActionError::NotReady)?;
        if !lapsed && order.expires_at.is_some_and(|t| t <= now) {
            let expired = Self { status: ActionStatus::Expired, ..self.clone() };
            return Ok(Claim::Settled(expired.changed(now)));
        }
        let fail = |why: &str| Ok(Claim::Settled(self.ended(order, ActionResult::failure(why), now)));
        if !self.is_what_was_asked(order) {
            return fail(
                "What was to be carried out is not what was asked for and approved; it was not begun.",
            );
        }
        let Some(carrier) = carrier else {
            if lapsed {
                return fail(
                    "It was begun, and its connector is configured no more; whether it was done is not known.",
                );
            }
            let order = Order { automated: false, ..order.clone() };
            let action = Self { status: ActionStatus::Open, order: Some(order), ..self.clone() };
            return Ok(Claim::Settled(action.changed(now)));
        };
        if lapsed && order.connector.as_deref() != Some(carrier.name) {
            return fail(
                "It was begun by a connector that carries such actions out no more; whether it was done is not known.",
            );
        }
        if lapsed && !carrier.repeatable {
            return fail(
                "The registry stopped during the call; whether it was done is not known. Look there, then ask anew.",
            );
        }
        if order.attempts >= MAX_ATTEMPTS {
            return fail(
                "It was begun several times and never came to an answer; whether it was done is not known.",
            );
        }
        let order = Order {
            attempts: order.attempts.saturating_add(1),
            claimed_until: Some(until),
            connector: Some(carrier.name.to_owned()),
            ..order.clone()
        };
        let action = Self { status: ActionStatus::InProgress, order: Some(order), ..self.clone() };
        Ok(Claim::Ours(action.changed(now)))
    }

    /// The action with what came of it. Only the holder of the present claim, named by its `attempt`, may say so.
    ///
    /// # Errors
    /// [`ActionError::NotReady`]: the claim is somebody else's by now, or it is over.
    pub fn record(&self, attempt: u32, result: ActionResult, now: Timestamp) -> Result<Self, ActionError> {
        let ours =
            |o: &&Order| self.status == ActionStatus::InProgress && o.automated && o.attempts == attempt;
        let order = self.order.as_ref().filter(ours).ok_or(ActionError::NotReady)?;
        Ok(self.ended(order, result, now))
    }

    /// The order failed without having been begun, and why.
    #[must_use]
    pub fn given_up(&self, why: &str, now: Timestamp) -> Self {
        match &self.order {
            Some(order) => self.ended(order, ActionResult::failure(why), now),
            None => self.clone(),
        }
    }

    /// The action expired, if nobody decided in time; nothing otherwise.
    pub fn expire(&self, now: Timestamp) -> Option<Self> {
        let over = self.order.as_ref()?.expires_at.is_none_or(|t| t <= now);
        let waits = self.status == ActionStatus::PendingApproval;
        (waits && over).then(|| Self { status: ActionStatus::Expired, ..self.clone() }.changed(now))
    }

    /// Whether it is on its way to its connector, or there.
    pub fn is_under_way(&self) -> bool {
        let begun = matches!(self.status, ActionStatus::Approved | ActionStatus::InProgress);
        begun && self.is_automated()
    }

    /// When the registry has to look at it by itself: to expire it, to begin it, or to take it up again.
    pub fn wake_at(&self) -> Option<Timestamp> {
        let order = self.order.as_ref()?;
        match self.status {
            ActionStatus::PendingApproval => order.expires_at,
            ActionStatus::Approved => Some(self.updated_at.plus_millis(BEGIN_WITHIN)),
            ActionStatus::InProgress if order.automated => order.claimed_until,
            _ => None,
        }
    }

    fn claim_lapsed(&self, now: Timestamp) -> bool {
        let until = self.order.as_ref().and_then(|o| o.claimed_until);
        self.status == ActionStatus::InProgress && until.is_some_and(|t| t <= now)
    }

    /// Whether it is the same as was asked for and, where that takes it, approved.
    fn is_what_was_asked(&self, order: &Order) -> bool {
        let same =
            digest(self.incident_id, &self.action_type, &order.parameters).is_ok_and(|d| d == order.digest);
        let approved = order.decided_by.is_some() && order.approved_digest.as_ref() == Some(&order.digest);
        same && (self.approval_level.is_none() || approved)
    }

    fn ended(&self, order: &Order, result: ActionResult, now: Timestamp) -> Self {
        let message = result.message.chars().filter(|c| !c.is_control()).take(MAX_MESSAGE).collect();
        let result = ActionResult { message, ..result };
        let done = result.success;
        Self {
            status: if done { ActionStatus::Completed } else { ActionStatus::Failed },
            executed_by: done.then(|| Actor::system("response")),
            executed_at: done.then_some(now),
            order: Some(Order { result: Some(result), claimed_until: None, ..order.clone() }),
            ..self.clone()
        }
        .changed(now)
    }
}

impl ActionResult {
    /// It was not done, and why.
    pub fn failure(why: impl Into<String>) -> Self {
        Self { success: false, message: why.into(), simulated: false, reference: None }
    }

    /// Whether it was done, without what was said about it.
    #[must_use]
    pub fn in_short(self) -> Self {
        let message = if self.success { "It was carried out." } else { "It was not carried out." };
        Self { message: message.to_owned(), reference: None, ..self }
    }
}

probatum_kernel::vocabulary! {
    /// A decision about an order that waits for one.
    pub enum Choice("decision") {
        /// It may run.
        Approve = "approve",
        /// It may not.
        Reject = "reject",
    }
}

/// Where an order goes when nothing stands in its way any more.
const fn released(automated: bool) -> ActionStatus {
    if automated { ActionStatus::Approved } else { ActionStatus::Open }
}

/// SHA-256 over incident, action and parameters in canonical JSON (RFC 8785), in hexadecimal.
fn digest(
    incident: IncidentId,
    action: &str,
    parameters: &Map<String, Value>,
) -> Result<String, ActionError> {
    let asked = json!({"incident_id": incident, "action": action, "parameters": parameters});
    let text = serde_json_canonicalizer::to_vec(&asked).map_err(|_| ActionError::NotCanonical)?;
    Ok(hex::encode(Sha256::digest(text)))
}

#[cfg(test)]
mod tests;
