//! The rows of facts, of decisions about duties, of clocks and their history.

use super::{json, to_json, word, words};
use crate::schema::{clock_changes, clocks, deadline_rules, facts, waivers};
use crate::types::{DbId, DbTime};
use diesel::prelude::*;
use probatum_application::AppError;
use probatum_application::ports::{RulesInUse, StoredClock, StoredFacts, StoredWaiver};
use probatum_compliance_export::{ClockChange, ClockState, Regime, Step, Waiver};
use probatum_kernel::{IncidentId, Timestamp};

/// How many duties a millisecond has room for in `place`.
const DUTIES: i64 = 1024;
/// The last millisecond of 9999, where clocks without a due time are put.
const NEVER: i64 = 253_402_300_799_999;

fn number(column: &str, n: i64) -> Result<u32, AppError> {
    u32::try_from(n).map_err(|_| AppError::internal(format!("column {column} holds {n}")))
}

/// A row of `facts`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = facts)]
pub struct FactsRow {
    incident_id: DbId,
    version: i64,
    sheet: String,
    circumstances: String,
    at: DbTime,
    actor: String,
}

impl FactsRow {
    /// The row of a version.
    pub fn of(incident: IncidentId, f: &StoredFacts) -> Result<Self, AppError> {
        Ok(Self {
            incident_id: DbId(incident.uuid()),
            version: f.version.into(),
            sheet: to_json(&f.sheet)?,
            circumstances: to_json(&f.circumstances)?,
            at: f.at.into(),
            actor: f.actor.to_string(),
        })
    }

    /// The version of the row.
    pub fn facts(self) -> Result<StoredFacts, AppError> {
        Ok(StoredFacts {
            version: number("version", self.version)?,
            sheet: json("sheet", &self.sheet)?,
            circumstances: json("circumstances", &self.circumstances)?,
            at: self.at.0,
            actor: word("actor", &self.actor)?,
        })
    }
}

/// A row of `waivers`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = waivers)]
pub struct WaiverRow {
    incident_id: DbId,
    number: i64,
    regime: String,
    step: Option<String>,
    reason: String,
    decided_by: String,
    decided_at: DbTime,
    withdrawn_by: Option<String>,
    withdrawn_at: Option<DbTime>,
    withdrawn_reason: Option<String>,
}

impl WaiverRow {
    /// The row of a decision.
    pub fn of(incident: IncidentId, w: &StoredWaiver) -> Self {
        let withdrawn = w.withdrawn.as_ref();
        Self {
            incident_id: DbId(incident.uuid()),
            number: w.number.into(),
            regime: w.waiver.regime.to_string(),
            step: w.waiver.step.map(|s| s.to_string()),
            reason: w.waiver.reason.clone(),
            decided_by: w.waiver.by.to_string(),
            decided_at: w.waiver.at.into(),
            withdrawn_by: withdrawn.map(|(by, _, _)| by.to_string()),
            withdrawn_at: withdrawn.map(|(_, at, _)| DbTime(*at)),
            withdrawn_reason: withdrawn.map(|(_, _, reason)| reason.clone()),
        }
    }

    /// The decision of the row.
    pub fn waiver(self) -> Result<StoredWaiver, AppError> {
        let by = words("withdrawn_by", self.withdrawn_by.as_ref())?;
        let withdrawn = by.zip(self.withdrawn_at).map(|(by, at)| {
            let reason = self.withdrawn_reason.unwrap_or_default();
            (by, at.0, reason)
        });
        Ok(StoredWaiver {
            number: number("number", self.number)?,
            waiver: Waiver {
                regime: word("regime", &self.regime)?,
                step: words("step", self.step.as_ref())?,
                reason: self.reason,
                by: word("decided_by", &self.decided_by)?,
                at: self.decided_at.0,
            },
            withdrawn,
        })
    }
}

/// A row of `clocks`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = clocks, primary_key(incident_id, regime, step), treat_none_as_null = true)]
pub struct ClockRow {
    /// Whose it is.
    pub incident_id: DbId,
    regime: String,
    step: String,
    state: String,
    due_at: Option<DbTime>,
    /// Where it stands among all clocks.
    pub place: i64,
    pending: Option<i64>,
    wake_at: Option<DbTime>,
    snapshot: String,
    updated_at: DbTime,
}

impl ClockRow {
    /// The row of a clock.
    pub fn of(incident: IncidentId, c: &StoredClock) -> Result<Self, AppError> {
        let due = c.snapshot.due_at;
        let place = place(due.map_or(NEVER, Timestamp::millis), c.regime, c.step);
        let open =
            matches!(c.snapshot.state, ClockState::Running | ClockState::DueSoon | ClockState::Overdue);
        Ok(Self {
            incident_id: DbId(incident.uuid()),
            regime: c.regime.to_string(),
            step: c.step.to_string(),
            state: c.snapshot.state.to_string(),
            due_at: due.map(DbTime),
            place,
            pending: (open && due.is_some()).then_some(place),
            wake_at: c.wake_at.map(DbTime),
            snapshot: to_json(&c.snapshot)?,
            updated_at: c.updated_at.into(),
        })
    }

    /// The clock of the row.
    pub fn clock(self) -> Result<StoredClock, AppError> {
        Ok(StoredClock {
            regime: word("regime", &self.regime)?,
            step: word("step", &self.step)?,
            snapshot: json("snapshot", &self.snapshot)?,
            wake_at: self.wake_at.map(|t| t.0),
            updated_at: self.updated_at.0,
        })
    }
}

/// The place of a clock in the order of due times; one millisecond has room for all duties.
fn place(millis: i64, regime: Regime, step: Step) -> i64 {
    let duty = i64::from(regime.ordinal()) * 32 + i64::from(step.ordinal());
    millis * DUTIES + duty.min(DUTIES - 1)
}

/// The first place after a time.
pub fn place_after(until: Timestamp) -> i64 {
    (until.millis() + 1) * DUTIES
}

/// A row of `clock_changes`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = clock_changes)]
pub struct ClockChangeRow {
    incident_id: DbId,
    number: i64,
    at: DbTime,
    regime: String,
    step: String,
    kind: String,
    snapshot_before: Option<String>,
    snapshot_after: Option<String>,
}

impl ClockChangeRow {
    /// The row of a change.
    pub fn of(incident: IncidentId, number: i64, c: &ClockChange) -> Result<Self, AppError> {
        Ok(Self {
            incident_id: DbId(incident.uuid()),
            number,
            at: c.at.into(),
            regime: c.regime.to_string(),
            step: c.step.to_string(),
            kind: c.kind.to_string(),
            snapshot_before: c.before.as_ref().map(to_json).transpose()?,
            snapshot_after: c.after.as_ref().map(to_json).transpose()?,
        })
    }

    /// The change of the row and its number.
    pub fn change(self) -> Result<(u32, ClockChange), AppError> {
        let snapshot = |column, text: Option<String>| text.map(|t| json(column, &t)).transpose();
        let change = ClockChange {
            at: self.at.0,
            regime: word("regime", &self.regime)?,
            step: word("step", &self.step)?,
            kind: word("kind", &self.kind)?,
            before: snapshot("snapshot_before", self.snapshot_before)?,
            after: snapshot("snapshot_after", self.snapshot_after)?,
        };
        Ok((number("number", self.number)?, change))
    }
}

/// The row of `deadline_rules`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = deadline_rules, treat_none_as_null = true)]
pub struct RulesRow {
    digest: String,
    version: String,
    since: DbTime,
    swept_to: Option<DbId>,
    done: bool,
}

impl RulesRow {
    /// The row of the rules in use.
    pub fn of(r: &RulesInUse) -> Self {
        Self {
            digest: r.digest.clone(),
            version: r.version.clone(),
            since: r.since.into(),
            swept_to: r.swept_to.map(|id| DbId(id.uuid())),
            done: r.done,
        }
    }

    /// The rules of the row.
    pub fn rules(self) -> RulesInUse {
        RulesInUse {
            digest: self.digest,
            version: self.version,
            since: self.since.0,
            swept_to: self.swept_to.map(|id| IncidentId::from_uuid(id.0)),
            done: self.done,
        }
    }
}
