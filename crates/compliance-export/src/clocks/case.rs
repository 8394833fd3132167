//! What is known of a case when its clocks are computed.

use crate::condition::{Answers, Condition};
use crate::regime::Regime;
use crate::rules::{Anchor, RuleSet, Step};
use crate::span::Span;
use probatum_kernel::{Actor, FieldFault, TextError, Timestamp, check_text};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The most characters of a reason.
pub const MAX_REASON: usize = 2000;

/// A report that was submitted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Submission {
    /// The regime.
    pub regime: Regime,
    /// The duty it meets; [`RuleSet::step_of`] knows the usual one of a phase.
    pub step: Step,
    /// When it was submitted, as the receipt proves.
    pub at: Timestamp,
    /// Whether it said everything it had to.
    pub complete: bool,
}

/// A person's decision that a duty does not apply. It is kept, and shown with the clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// The regime.
    pub regime: Regime,
    /// The duty; every duty of the regime if absent.
    pub step: Option<Step>,
    /// Why: 1–[`MAX_REASON`] characters.
    pub reason: String,
    /// Who decided.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
}

impl Waiver {
    /// What is wrong with it: a reason left out or too long.
    pub fn faults(&self) -> Vec<FieldFault> {
        let code = match check_text(&self.reason, MAX_REASON) {
            Ok(()) => return Vec::new(),
            Err(TextError::Empty) => "required",
            Err(TextError::TooLong(_)) => "too_long",
            Err(TextError::Control) => "invalid",
        };
        vec![FieldFault::new("reason", code, "must say why the duty does not apply, in 1 to 2000 characters")]
    }
}

/// A date named by the authority, or in an earlier report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetDate {
    /// The regime.
    pub regime: Regime,
    /// The duty.
    pub step: Step,
    /// The date.
    pub due_at: Timestamp,
}

/// Everything the clocks of an incident depend on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CaseFacts {
    /// The moments that are known.
    pub moments: BTreeMap<Anchor, Timestamp>,
    /// The facts that are stated. The flags of an incident are spelled as conditions are.
    pub conditions: BTreeSet<Condition>,
    /// What was submitted, in any order.
    pub submissions: Vec<Submission>,
    /// What was decided, in the order decided; the last one for a duty counts.
    pub waivers: Vec<Waiver>,
    /// Dates named by others, in the order received; the last one for a duty counts.
    pub dates: Vec<SetDate>,
}

impl CaseFacts {
    /// When a duty was first met.
    pub(super) fn first_submission(&self, regime: Regime, step: Step) -> Option<&Submission> {
        self.of_duty(regime, step).min_by_key(|s| s.at)
    }

    /// When everything that was owed was said.
    pub(super) fn complete_submission(&self, regime: Regime, step: Step) -> Option<&Submission> {
        self.of_duty(regime, step).filter(|s| s.complete).min_by_key(|s| s.at)
    }

    /// When it was met again, or first if only once.
    pub(super) fn latest_submission(&self, regime: Regime, step: Step) -> Option<&Submission> {
        self.of_duty(regime, step).max_by_key(|s| s.at)
    }

    fn of_duty(&self, regime: Regime, step: Step) -> impl Iterator<Item = &Submission> {
        self.submissions.iter().filter(move |s| (s.regime, s.step) == (regime, step))
    }

    /// The decision that counts for a duty.
    pub(super) fn waiver(&self, regime: Regime, step: Step) -> Option<&Waiver> {
        self.waivers.iter().rev().find(|w| w.regime == regime && w.step.is_none_or(|named| named == step))
    }

    pub(super) fn set_date(&self, regime: Regime, step: Step) -> Option<Timestamp> {
        self.dates.iter().rev().find(|d| (d.regime, d.step) == (regime, step)).map(|d| d.due_at)
    }
}

/// A case, as the conditions of rules ask about it.
pub(super) struct Asked<'a> {
    pub rules: &'a RuleSet,
    pub case: &'a CaseFacts,
}

impl Answers for Asked<'_> {
    fn is(&self, condition: Condition) -> bool {
        self.case.conditions.contains(&condition)
    }

    fn submitted(&self, rule_id: &str) -> bool {
        let rule = self.rules.rule(rule_id);
        rule.is_some_and(|rule| self.case.first_submission(rule.regime, rule.step).is_some())
    }

    fn incomplete(&self, rule_id: &str) -> bool {
        let rule = self.rules.rule(rule_id);
        rule.and_then(|r| self.case.latest_submission(r.regime, r.step)).is_some_and(|last| !last.complete)
    }

    fn within(&self, a: Anchor, b: Anchor, span: Span) -> bool {
        let moment = |anchor| self.case.moments.get(&anchor).copied();
        let (Some(a), Some(b)) = (moment(a), moment(b)) else { return false };
        let hours = match span {
            Span::Hours(n) => i64::from(n),
            Span::Days(n) => i64::from(n) * 24,
            Span::Months(n) => i64::from(n) * 31 * 24,
        };
        a <= b.plus_hours(hours)
    }
}
