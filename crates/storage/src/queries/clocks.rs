//! Clocks: of an incident, across incidents in the order they fall due, those to look at, and how they moved.

use super::agents::cut;
use super::list::{CAP, Counted};
use super::{Db, Session};
use crate::error::OrApp;
use crate::rows::{ClockChangeRow, ClockRow, RulesRow, place_after};
use crate::schema::{clock_changes, clocks, deadline_rules, incidents};
use crate::types::{DbId, DbTime};
use diesel::dsl::max;
use diesel::prelude::*;
use probatum_application::AppError;
use probatum_application::ports::{
    CLOCK_ORDER, ClockChangeList, ClockList, ClockQuery, ClockRows, ListedClock, RulesInUse, StoredClock,
};
use probatum_compliance_export::{ClockChange, ClockState, Regime, Step};
use probatum_kernel::{Cursor, IncidentId, MAX_DEPTH, Page, Position, PublicId, Timestamp, Total};
use std::collections::BTreeMap;

/// The name of the one row of `deadline_rules`.
const CURRENT: &str = "current";

impl ClockRows for Session<'_> {
    fn clocks_of(&mut self, incident: IncidentId) -> Result<Vec<StoredClock>, AppError> {
        let rows: Vec<ClockRow> = clocks::table
            .filter(clocks::incident_id.eq(DbId(incident.uuid())))
            .select(ClockRow::as_select())
            .load(self.conn)
            .app()?;
        rows.into_iter().map(ClockRow::clock).collect()
    }

    fn put_clock(&mut self, incident: IncidentId, clock: &StoredClock) -> Result<(), AppError> {
        let row = ClockRow::of(incident, clock)?;
        diesel::insert_into(clocks::table)
            .values(&row)
            .on_conflict((clocks::incident_id, clocks::regime, clocks::step))
            .do_update()
            .set(&row)
            .execute(self.conn)
            .app()?;
        Ok(())
    }

    fn remove_clock(&mut self, incident: IncidentId, regime: Regime, step: Step) -> Result<(), AppError> {
        let row = clocks::table
            .filter(clocks::incident_id.eq(DbId(incident.uuid())))
            .filter(clocks::regime.eq(regime.as_str()))
            .filter(clocks::step.eq(step.as_str()));
        diesel::delete(row).execute(self.conn).app()?;
        Ok(())
    }

    fn append_clock_changes(
        &mut self,
        incident: IncidentId,
        changes: &[ClockChange],
    ) -> Result<(), AppError> {
        let last: Option<i64> =
            changes_of(incident).select(max(clock_changes::number)).get_result(self.conn).app()?;
        let first = last.unwrap_or(0).saturating_add(1);
        let rows: Vec<ClockChangeRow> = (first..)
            .zip(changes)
            .map(|(number, change)| ClockChangeRow::of(incident, number, change))
            .collect::<Result<_, _>>()?;
        for row in rows {
            diesel::insert_into(clock_changes::table).values(row).execute(self.conn).app()?;
        }
        Ok(())
    }

    fn clock_changes(&mut self, incident: IncidentId, page: &Page) -> Result<ClockChangeList, AppError> {
        let total = Counted(changes_of(incident).select(clock_changes::number).limit(CAP))
            .get_result(self.conn)
            .app()?;
        let rows: Vec<ClockChangeRow> = changes_of(incident)
            .filter(clock_changes::number.gt(i64::from(page.first_row())))
            .order(clock_changes::number)
            .limit(i64::from(page.per_page) + 1)
            .select(ClockChangeRow::as_select())
            .load(self.conn)
            .app()?;
        let (rows, more) = cut(rows, page);
        let rows = rows.into_iter().map(ClockChangeRow::change).collect::<Result<_, _>>()?;
        Ok(ClockChangeList { rows, total: Total::from_capped(total), more })
    }

    fn list_clocks(&mut self, query: &ClockQuery) -> Result<ClockList, AppError> {
        let total = Counted(filtered(query).select(clocks::place).limit(CAP)).get_result(self.conn).app()?;
        let rows: Vec<ClockRow> = paged(query).select(ClockRow::as_select()).load(self.conn).app()?;
        let (rows, more) = cut(rows, &query.page);
        let last = rows.last().filter(|_| more);
        let next = last.map(|r| Cursor { sort: CLOCK_ORDER, value: r.place, id: r.incident_id.0 });
        let ids: Vec<DbId> = rows.iter().map(|r| r.incident_id).collect();
        let named: Vec<(DbId, i32, i64, String)> = incidents::table
            .filter(incidents::id.eq_any(ids))
            .select((incidents::id, incidents::public_year, incidents::public_number, incidents::title))
            .load(self.conn)
            .app()?;
        let named: BTreeMap<DbId, _> =
            named.into_iter().map(|(id, y, n, title)| (id, (y, n, title))).collect();
        let mut listed = Vec::with_capacity(rows.len());
        for row in rows {
            let id = row.incident_id;
            let found =
                named.get(&id).and_then(|(y, n, title)| Some((PublicId::new(*y, *n)?, title.clone())));
            let (public_id, title) =
                found.ok_or_else(|| AppError::internal("a clock of no incident was found"))?;
            let incident = IncidentId::from_uuid(id.0);
            listed.push(ListedClock { incident, public_id, title, clock: row.clock()? });
        }
        Ok(ClockList { rows: listed, total: Total::from_capped(total), next })
    }

    fn count_clocks(&mut self, state: ClockState) -> Result<i64, AppError> {
        let found = clocks::table.filter(clocks::state.eq(state.as_str())).into_boxed::<Db>();
        Counted(found.select(clocks::place).limit(CAP)).get_result(self.conn).app()
    }

    fn incidents_to_wake(&mut self, now: Timestamp, limit: u32) -> Result<Vec<IncidentId>, AppError> {
        let due: Vec<DbId> = clocks::table
            .filter(clocks::wake_at.le(DbTime(now)))
            .order(clocks::wake_at)
            .select(clocks::incident_id)
            .limit(limit.into())
            .load(self.conn)
            .app()?;
        let mut ids: Vec<IncidentId> = Vec::new();
        for id in due.into_iter().map(|id| IncidentId::from_uuid(id.0)) {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        Ok(ids)
    }

    fn rules_in_use(&mut self) -> Result<Option<RulesInUse>, AppError> {
        let row: Option<RulesRow> = deadline_rules::table
            .filter(deadline_rules::name.eq(CURRENT))
            .select(RulesRow::as_select())
            .get_result(self.conn)
            .optional()
            .app()?;
        Ok(row.map(RulesRow::rules))
    }

    fn save_rules_in_use(&mut self, before: Option<&RulesInUse>, next: &RulesInUse) -> Result<(), AppError> {
        let row = RulesRow::of(next);
        let Some(before) = before else {
            let rows = diesel::insert_into(deadline_rules::table)
                .values((deadline_rules::name.eq(CURRENT), row))
                .on_conflict_do_nothing()
                .execute(self.conn)
                .app()?;
            return Self::swapped(rows);
        };
        let found = deadline_rules::table
            .filter(deadline_rules::name.eq(CURRENT))
            .filter(deadline_rules::digest.eq(&before.digest))
            .filter(deadline_rules::since.eq(DbTime(before.since)))
            .filter(deadline_rules::done.eq(before.done));
        let rows = match before.swept_to.map(|id| DbId(id.uuid())) {
            Some(to) => {
                diesel::update(found.filter(deadline_rules::swept_to.eq(to))).set(row).execute(self.conn)
            }
            None => {
                diesel::update(found.filter(deadline_rules::swept_to.is_null())).set(row).execute(self.conn)
            }
        };
        Self::swapped(rows.app()?)
    }

    fn incidents_after(
        &mut self,
        after: Option<IncidentId>,
        limit: u32,
    ) -> Result<Vec<IncidentId>, AppError> {
        let mut query = incidents::table.select(incidents::id).into_boxed();
        if let Some(after) = after {
            query = query.filter(incidents::id.gt(DbId(after.uuid())));
        }
        let ids: Vec<DbId> = query.order(incidents::id).limit(limit.into()).load(self.conn).app()?;
        Ok(ids.into_iter().map(|id| IncidentId::from_uuid(id.0)).collect())
    }
}

fn changes_of(incident: IncidentId) -> clock_changes::BoxedQuery<'static, Db> {
    clock_changes::table.filter(clock_changes::incident_id.eq(DbId(incident.uuid()))).into_boxed()
}

/// Each kind of query has an index of its own: by state, or of what is pending.
fn filtered(query: &ClockQuery) -> clocks::BoxedQuery<'static, Db> {
    let all = clocks::table.into_boxed::<Db>();
    match (query.state, query.due_until.map(place_after)) {
        (Some(state), None) => all.filter(clocks::state.eq(state.as_str())),
        (Some(state), Some(until)) => {
            all.filter(clocks::state.eq(state.as_str())).filter(clocks::place.lt(until))
        }
        (None, None) => all.filter(clocks::pending.is_not_null()),
        (None, Some(until)) => all.filter(clocks::pending.lt(until)),
    }
}

fn paged(query: &ClockQuery) -> clocks::BoxedQuery<'static, Db> {
    let mut page = filtered(query).limit(i64::from(query.page.per_page) + 1);
    page = match query.state {
        Some(_) => page.order((clocks::place, clocks::incident_id)),
        None => page.order((clocks::pending, clocks::incident_id)),
    };
    if let Position::After(cursor) = &query.page.position {
        let (place, id) = (cursor.value, DbId(cursor.id));
        // The first condition is the range of the index; the second only leaves out what the page before had of a tie.
        page = match query.state {
            Some(_) => page
                .filter(clocks::place.ge(place))
                .filter(clocks::place.gt(place).or(clocks::incident_id.gt(id))),
            None => page
                .filter(clocks::pending.ge(place))
                .filter(clocks::place.gt(place).or(clocks::incident_id.gt(id))),
        };
    }
    let offset = query.page.offset().min(MAX_DEPTH);
    if offset > 0 { page.offset(offset.into()) } else { page }
}

/// The statements a list of clocks runs, for looking at their plans.
pub fn plan_clocks(query: &ClockQuery) -> Vec<String> {
    let count = filtered(query).select(clocks::place).limit(CAP);
    let page = paged(query).select(ClockRow::as_select());
    vec![diesel::debug_query::<Db, _>(&count).to_string(), diesel::debug_query::<Db, _>(&page).to_string()]
}
