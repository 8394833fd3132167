//! How clocks changed: every recomputation adds what is different, and nothing is written over.

use super::{ClockState, Clocks};
use crate::regime::Regime;
use crate::rules::Step;
use probatum_kernel::{Actor, Timestamp};
use serde::{Deserialize, Serialize};

probatum_kernel::vocabulary! {
    /// What changed about a clock.
    pub enum ChangeKind("change") {
        /// It is seen for the first time.
        Added = "added",
        /// It has a due time now.
        Started = "started",
        /// It is due earlier.
        MovedEarlier = "moved_earlier",
        /// It is due later.
        MovedLater = "moved_later",
        /// It has no due time any more, and still applies.
        Stopped = "stopped",
        /// It does not apply any more.
        NotApplicable = "not_applicable",
        /// Its state is another.
        State = "state",
        /// Due at the same time and in the same state, for another reason, from another anchor or under other rules.
        Restated = "restated",
    }
}

/// A clock as it was at one time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The rule that binds.
    pub rule_id: String,
    /// The version of the rules.
    pub rule_version: String,
    /// What it counts from.
    pub anchor: String,
    /// When that was.
    pub anchor_at: Option<Timestamp>,
    /// Whether that is an estimate.
    pub estimated: bool,
    /// When it is due.
    pub due_at: Option<Timestamp>,
    /// How it stands.
    pub state: ClockState,
    /// When it was met.
    pub met_at: Option<Timestamp>,
    /// Why it does not apply, or why a decision no longer counts.
    pub reason: Option<String>,
    /// Who decided that.
    pub decided_by: Option<Actor>,
}

/// One change of one clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockChange {
    /// When it was found.
    pub at: Timestamp,
    /// The regime.
    pub regime: Regime,
    /// The duty.
    pub step: Step,
    /// What changed.
    pub kind: ChangeKind,
    /// How it was; `None` if it is seen for the first time.
    pub before: Option<Snapshot>,
    /// How it is; `None` if no rule of the set knows the duty any more.
    pub after: Option<Snapshot>,
}

/// Every change of the clocks of an incident, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClockHistory(Vec<ClockChange>);

impl ClockHistory {
    /// From the changes kept, in the order they were recorded.
    pub fn new(changes: Vec<ClockChange>) -> Self {
        Self(changes)
    }

    /// All of them.
    pub fn changes(&self) -> &[ClockChange] {
        &self.0
    }

    /// The clock of a duty as it was last recorded.
    pub fn latest(&self, regime: Regime, step: Step) -> Option<&Snapshot> {
        let last = self.0.iter().rev().find(|c| (c.regime, c.step) == (regime, step))?;
        last.after.as_ref()
    }

    /// Adds what is different about `clocks` since the last record, found at `at`, and returns it. The mere
    /// passing of time adds something only when a state changes.
    pub fn record(&mut self, clocks: &Clocks, at: Timestamp) -> Vec<ClockChange> {
        let mut changes = Vec::new();
        for clock in clocks {
            let (regime, step) = (clock.regime, clock.step);
            let after = Snapshot {
                rule_id: clock.rule_id.clone(),
                rule_version: clock.rule_version.clone(),
                anchor: clock.anchor.clone(),
                anchor_at: clock.anchor_at,
                estimated: clock.estimated,
                due_at: clock.due_at,
                state: clock.state,
                met_at: clock.met_at,
                reason: clock.reason.as_ref().map(|r| r.text.clone()),
                decided_by: clock.reason.as_ref().and_then(|r| r.by.clone()),
            };
            let before = self.latest(regime, step).cloned();
            if before.as_ref() != Some(&after) {
                let kind = kind(before.as_ref(), &after);
                changes.push(ClockChange { at, regime, step, kind, before, after: Some(after) });
            }
        }
        changes.extend(self.vanished(clocks, at));
        self.0.extend(changes.iter().cloned());
        changes
    }

    /// Duties recorded before which `clocks` no longer has, because the rules are others.
    fn vanished(&self, clocks: &Clocks, at: Timestamp) -> Vec<ClockChange> {
        let mut duties: Vec<_> = self.0.iter().map(|c| (c.regime, c.step)).collect();
        duties.sort_unstable();
        duties.dedup();
        let gone = duties.into_iter().filter(|(regime, step)| clocks.find(*regime, *step).is_none());
        gone.filter_map(|(regime, step)| {
            let before = self.latest(regime, step).cloned()?;
            let kind = ChangeKind::NotApplicable;
            Some(ClockChange { at, regime, step, kind, before: Some(before), after: None })
        })
        .collect()
    }
}

fn kind(before: Option<&Snapshot>, after: &Snapshot) -> ChangeKind {
    let Some(before) = before else { return ChangeKind::Added };
    let stopped = after.state == ClockState::NotApplicable && before.state != ClockState::NotApplicable;
    match (before.due_at, after.due_at) {
        _ if stopped => ChangeKind::NotApplicable,
        (Some(old), Some(new)) if new < old => ChangeKind::MovedEarlier,
        (Some(old), Some(new)) if new > old => ChangeKind::MovedLater,
        (None, Some(_)) => ChangeKind::Started,
        (Some(_), None) => ChangeKind::Stopped,
        _ if before.state != after.state => ChangeKind::State,
        _ => ChangeKind::Restated,
    }
}
