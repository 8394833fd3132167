//! Which duty a report meets, and when time alone changes a clock.

use super::{CaseFacts, Clock, ClockState, Clocks, Submission};
use crate::regime::{Phase, Regime};
use crate::rules::{RuleSet, Step};
use probatum_kernel::Timestamp;

impl CaseFacts {
    /// Adds a report of `phase` that was submitted at `at`. Where several duties are met by the same phase, it counts for
    /// the first that applies and is not met yet: a report on progress rather than one nobody requested, what was missing
    /// rather than the first notification. Reports are added in the order they were submitted. A phase no rule knows
    /// meets nothing.
    pub fn file(&mut self, rules: &RuleSet, regime: Regime, phase: Phase, at: Timestamp, complete: bool) {
        let mut steps: Vec<Step> = Vec::new();
        for rule in rules.of_phase(regime, phase) {
            if !steps.contains(&rule.step) {
                steps.push(rule.step);
            }
        }
        let step = match steps.as_slice() {
            [] => return,
            [only] => Some(*only),
            _ => {
                let clocks = Clocks::compute(rules, self, at);
                let stands = |step: &Step| clocks.find(regime, *step).map(|clock| clock.state);
                let owed = |state| {
                    !matches!(state, ClockState::NotApplicable | ClockState::Met | ClockState::MetLate)
                };
                let first = steps.iter().find(|step| stands(step).is_some_and(owed));
                let again = steps.iter().find(|step| stands(step) != Some(ClockState::NotApplicable));
                first.or(again).or(steps.first()).copied()
            }
        };
        self.submissions.extend(step.map(|step| Submission { regime, step, at, complete }));
    }
}

impl Clock {
    /// When the passing of time alone gives the clock another state: the first moment it is due soon, or overdue.
    pub fn wakes_at(&self, rules: &RuleSet) -> Option<Timestamp> {
        let due = self.due_at?;
        match self.state {
            ClockState::Running => {
                let span = self.anchor_at.map_or(0, |from| due.millis().saturating_sub(from.millis()));
                let left = span.saturating_mul(i64::from(rules.due_soon_percent)).div_euclid(100);
                // Without a beginning, or with one after its end, it is never "soon", only overdue.
                Some(due.plus_millis(if left < 0 { 1 } else { left.saturating_neg() }))
            }
            ClockState::DueSoon => Some(due.plus_millis(1)),
            _ => None,
        }
    }
}
