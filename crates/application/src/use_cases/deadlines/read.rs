//! Reading deadlines: of an incident, how they moved, and what is due across all incidents.

use super::case::{Basis, case_of, incident_data, submitted_at};
use super::{moment, rules};
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::permission::Permission;
use crate::ports::{ClockChangeList, ClockQuery, ListedClock, Tx};
use crate::use_cases::incident_named;
use probatum_compliance_export::{Clock, ClockState, Clocks, FactSheet, MissingField, Rule, missing};
use probatum_kernel::{Cursor, IncidentRef, Page, PublicId, Timestamp, Total};

/// A clock of an incident, and what its report still lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueClock {
    /// The clock.
    pub clock: Clock,
    /// The report that met it; `None` if it is not met, or by something else.
    pub met_by: Option<String>,
    /// The required fields nobody stated; `None` for a caller who may not read facts, and for what is not owed.
    pub missing: Option<Vec<MissingField>>,
}

/// All clocks of an incident.
#[derive(Debug, Clone)]
pub struct Deadlines {
    /// Whose.
    pub public_id: PublicId,
    /// As of when.
    pub as_of: Timestamp,
    /// One for every duty of the rules, in their order.
    pub clocks: Vec<DueClock>,
}

/// Every clock of an incident as it stands now, also those that do not apply. Reasons of people are for those who may
/// read facts.
pub fn of_incident(tx: &mut dyn Tx, ctx: &Ctx, id: IncidentRef) -> Result<Deadlines, AppError> {
    ctx.require(Permission::ReadIncidents)?;
    let incident = incident_named(tx, id)?;
    let (basis, stored) = (Basis::of(tx, incident.id)?, tx.clocks_of(incident.id)?);
    let as_of = moment(ctx, &stored);
    let clocks = Clocks::compute(rules(), &case_of(rules(), &incident, &basis), as_of);
    let whole = ctx.principal.may(Permission::ReadFacts);
    let data = incident_data(&incident, basis.facts.as_ref());
    let nothing = FactSheet::default();
    let sheet = basis.facts.as_ref().map_or(&nothing, |f| &f.sheet);
    let shown = clocks.into_iter().map(|clock| {
        let owed = matches!(
            clock.state,
            ClockState::Waiting | ClockState::Running | ClockState::DueSoon | ClockState::Overdue
        );
        let late = clock.state == ClockState::Overdue;
        let phase = clock.phase.filter(|_| owed && whole);
        let missing = phase.map(|phase| missing(rules(), clock.regime, phase, sheet, &data, late));
        let met = |at| basis.reports.iter().find(|r| r.regime == clock.regime && submitted_at(r) == Some(at));
        let met_by = clock.met_at.and_then(met).map(|r| r.id.to_string());
        DueClock { clock: if whole { clock.clone() } else { without_reason(clock) }, met_by, missing }
    });
    Ok(Deadlines { public_id: incident.public_id, as_of, clocks: shown.collect() })
}

/// The clock without what a person gave as reason, and who it was.
fn without_reason(clock: &Clock) -> Clock {
    let reason = clock.reason.clone().filter(|r| r.by.is_none());
    Clock { reason, ..clock.clone() }
}

/// A page of how the clocks of an incident moved, oldest first.
pub fn changes(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    id: IncidentRef,
    page: &Page,
) -> Result<ClockChangeList, AppError> {
    ctx.require(Permission::ReadIncidents)?;
    let incident = incident_named(tx, id)?;
    let mut list = tx.clock_changes(incident.id, page)?;
    if !ctx.principal.may(Permission::ReadFacts) {
        for (_, change) in &mut list.rows {
            for snapshot in [&mut change.before, &mut change.after].into_iter().flatten() {
                if snapshot.decided_by.take().is_some() {
                    snapshot.reason = None;
                }
            }
        }
    }
    Ok(list)
}

/// A clock across incidents, with the rule it follows if that is still known.
pub type Due = (ListedClock, Option<&'static Rule>);

/// A page of clocks of all incidents, what is due first first.
pub fn due(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    query: &ClockQuery,
) -> Result<(Vec<Due>, Total, Option<Cursor>), AppError> {
    ctx.require(Permission::ReadIncidents)?;
    let list = tx.list_clocks(query)?;
    let rows = list.rows.into_iter().map(|row| {
        let rule = rules().rule(&row.clock.snapshot.rule_id);
        (row, rule)
    });
    Ok((rows.collect(), list.total, list.next))
}

/// How many clocks are due soon, and how many overdue; each counted up to 10 001.
pub fn watched(tx: &mut dyn Tx, ctx: &Ctx) -> Result<(i64, i64), AppError> {
    ctx.require(Permission::ReadMetrics)?;
    Ok((tx.count_clocks(ClockState::DueSoon)?, tx.count_clocks(ClockState::Overdue)?))
}
