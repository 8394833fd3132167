//! Deadlines of reporting: computed anew with every change they depend on, and when time alone moves them.

mod case;
mod read;
mod sweep;
mod waivers;

pub use case::{Basis, case_of, concerned, incident_data, submitted_at};
pub use read::{Deadlines, DueClock, changes, due, of_incident, watched};
pub(super) use sweep::digest;
pub use sweep::{adopt, sweep, tick};
pub use waivers::{NewWaiver, decisions, waive, withdraw};

use super::record;
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::ports::{StoredClock, Tx};
use probatum_compliance_export::{
    ChangeKind, ClockChange, ClockHistory, ClockState, Clocks, RuleSet, Snapshot,
};
use probatum_incident::Incident;
use probatum_kernel::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::OnceLock;

static RULES: OnceLock<RuleSet> = OnceLock::new();

/// The rules of this program: an operator's, or those built in. They are configuration, and the same from start to end.
pub fn rules() -> &'static RuleSet {
    RULES.get().unwrap_or_else(|| RuleSet::built_in())
}

/// Has the program follow an operator's rules; to be called once, before anything is computed.
pub fn use_rules(rules: RuleSet) -> Result<(), AppError> {
    RULES.set(rules).map_err(|_| AppError::internal("the deadline rules were set twice"))
}

/// Starts the clocks of an incident that was just put on record. One that concerns no regime costs a computation and
/// no row.
pub(super) fn begin(tx: &mut dyn Tx, ctx: &Ctx, incident: &Incident) -> Result<(), AppError> {
    settle(tx, ctx, incident, &Basis::default(), &[])
}

/// Computes the clocks of an incident anew and keeps what moved: the clocks, their history, and records of it, also of
/// each that is due soon or overdue now. Whoever changes what clocks depend on calls it in the same transaction, after
/// the incident was loaded (its row is the lock) and the change was written.
pub fn recompute(tx: &mut dyn Tx, ctx: &Ctx, incident: &Incident) -> Result<(), AppError> {
    let basis = Basis::of(tx, incident.id)?;
    let stored = tx.clocks_of(incident.id)?;
    settle(tx, ctx, incident, &basis, &stored)
}

/// The time clocks are computed for: never before one they were computed for already, whatever the clocks of two
/// replicas say, so that no state is reached twice.
fn moment(ctx: &Ctx, stored: &[StoredClock]) -> Timestamp {
    stored.iter().map(|c| c.updated_at).fold(ctx.now, Timestamp::max)
}

fn settle(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    incident: &Incident,
    basis: &Basis,
    stored: &[StoredClock],
) -> Result<(), AppError> {
    let (rules, now) = (rules(), moment(ctx, stored));
    let clocks = Clocks::compute(rules, &case_of(rules, incident, basis), now);
    let mut history = ClockHistory::new(stored.iter().map(as_last_change).collect());
    let mut changes = history.record(&clocks, now);
    changes.retain(is_news);
    for change in &changes {
        let Some(snapshot) = &change.after else {
            tx.remove_clock(incident.id, change.regime, change.step)?;
            continue;
        };
        let wake_at = clocks.find(change.regime, change.step).and_then(|c| c.wakes_at(rules));
        let clock = StoredClock {
            regime: change.regime,
            step: change.step,
            snapshot: snapshot.clone(),
            wake_at,
            updated_at: now,
        };
        tx.put_clock(incident.id, &clock)?;
    }
    rewind(tx, incident, stored, &clocks, &changes)?;
    if !changes.is_empty() {
        tx.append_clock_changes(incident.id, &changes)?;
        tell(tx, ctx, incident, &changes)?;
    }
    Ok(())
}

/// Clocks that stand as they did, but wake at another time: the rules may call another share of the span "soon".
fn rewind(
    tx: &mut dyn Tx,
    incident: &Incident,
    stored: &[StoredClock],
    clocks: &Clocks,
    changes: &[ClockChange],
) -> Result<(), AppError> {
    let changed: BTreeSet<_> = changes.iter().map(|c| (c.regime, c.step)).collect();
    for old in stored.iter().filter(|c| !changed.contains(&(c.regime, c.step))) {
        let wake_at = clocks.find(old.regime, old.step).and_then(|c| c.wakes_at(rules()));
        if wake_at != old.wake_at {
            tx.put_clock(incident.id, &StoredClock { wake_at, ..old.clone() })?;
        }
    }
    Ok(())
}

/// What is kept of a clock, as the history that leads to it: what came before it makes no difference.
fn as_last_change(stored: &StoredClock) -> ClockChange {
    ClockChange {
        at: stored.updated_at,
        regime: stored.regime,
        step: stored.step,
        kind: ChangeKind::Restated,
        before: None,
        after: Some(stored.snapshot.clone()),
    }
}

/// A duty that is seen for the first time and does not apply is nothing to keep: each incident has some twenty of them.
fn is_news(change: &ClockChange) -> bool {
    let applies = |s: &Snapshot| s.state != ClockState::NotApplicable;
    change.before.is_some() || change.after.as_ref().is_some_and(applies)
}

/// Records what moved: one entry for all of it, and one for each clock that is due soon or overdue from now on. Reasons
/// of people are left out: timelines are read by more than may read those.
fn tell(tx: &mut dyn Tx, ctx: &Ctx, incident: &Incident, changes: &[ClockChange]) -> Result<(), AppError> {
    let subject = incident.public_id.to_string();
    let (crossed, moved): (Vec<_>, Vec<_>) =
        changes.iter().partition(|c| c.kind == ChangeKind::State && crossing(c).is_some());
    if !moved.is_empty() {
        let detail: Vec<Value> = moved.iter().map(|c| told(c)).collect();
        let detail = json!({ "deadlines": detail });
        record(tx, ctx, "deadline.changed", subject.clone(), Some(incident.id), detail)?;
    }
    for change in moved.into_iter().chain(crossed) {
        if let Some(action) = crossing(change) {
            record(tx, ctx, action, subject.clone(), Some(incident.id), told(change))?;
        }
    }
    Ok(())
}

/// The event of a clock that has crossed into little time, or none.
fn crossing(change: &ClockChange) -> Option<&'static str> {
    let (before, after) = (change.before.as_ref().map(|s| s.state), change.after.as_ref()?.state);
    match after {
        _ if before == Some(after) => None,
        ClockState::DueSoon => Some("deadline.due_soon"),
        ClockState::Overdue => Some("deadline.overdue"),
        _ => None,
    }
}

fn told(change: &ClockChange) -> Value {
    let (before, after) = (change.before.as_ref(), change.after.as_ref());
    let shown = after.or(before);
    json!({
        "regime": change.regime,
        "step": change.step,
        "change": change.kind,
        "rule_id": shown.map(|s| s.rule_id.as_str()),
        "state": after.map_or(ClockState::NotApplicable, |s| s.state),
        "state_before": before.map(|s| s.state),
        "due_at": after.and_then(|s| s.due_at),
        "due_at_before": before.and_then(|s| s.due_at),
    })
}
