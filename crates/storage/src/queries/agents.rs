//! Rows of agents and of their history.

use super::list::{CAP, Counted};
use super::{Db, Session, own};
use crate::error::OrApp;
use crate::facets;
use crate::rows::{AgentRow, HistoryRow};
use crate::schema::{agent_history, agents, incidents};
use crate::types::DbId;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use probatum_agent_trust::{Agent, HistoryEntry};
use probatum_application::ports::AgentRows;
use probatum_application::{AgentHistory, AgentList, AgentQuery, AppError};
use probatum_kernel::{AgentId, Cursor, IncidentId, MAX_DEPTH, Page, Position, Sort, Total};
use uuid::Uuid;

impl AgentRows for Session<'_> {
    fn agent(&mut self, id: &AgentId) -> Result<Option<Agent>, AppError> {
        if self.writing {
            own::lock_agent(self.conn, id).app()?;
        }
        let row: Option<AgentRow> = agents::table
            .filter(agents::id.eq(id.as_str()))
            .select(AgentRow::as_select())
            .get_result(self.conn)
            .optional()
            .app()?;
        row.map(AgentRow::agent).transpose()
    }

    fn insert_agent(&mut self, agent: &Agent) -> Result<bool, AppError> {
        let rows = diesel::insert_into(agents::table)
            .values(AgentRow::of(agent)?)
            .on_conflict_do_nothing()
            .execute(self.conn)
            .app()?;
        Ok(rows == 1)
    }

    fn save_agent(&mut self, before: &Agent, next: &Agent) -> Result<(), AppError> {
        let found = agents::table
            .filter(agents::id.eq(before.id.as_str()))
            .filter(agents::version.eq(before.version));
        Self::swapped(diesel::update(found).set(AgentRow::of(next)?).execute(self.conn).app()?)
    }

    fn list_agents(&mut self, query: &AgentQuery) -> Result<AgentList, AppError> {
        let total = Counted(of_status(query).select(agents::id).limit(CAP)).get_result(self.conn).app()?;
        let mut page = of_status(query).order(agents::id).limit(i64::from(query.page.per_page) + 1);
        if let Some(after) = &query.after {
            page = page.filter(agents::id.gt(after.as_str()));
        }
        let offset = query.page.offset().min(MAX_DEPTH);
        if offset > 0 {
            page = page.offset(offset.into());
        }
        let rows: Vec<AgentRow> = page.select(AgentRow::as_select()).load(self.conn).app()?;
        let (rows, more) = cut(rows, &query.page);
        let rows = rows.into_iter().map(AgentRow::agent).collect::<Result<Vec<_>, _>>()?;
        let next = rows.last().filter(|_| more).map(|last| last.id.clone());
        Ok(AgentList { rows, total: Total::from_capped(total), next })
    }

    fn append_agent_history(&mut self, id: &AgentId, entry: &HistoryEntry) -> Result<(), AppError> {
        let row = HistoryRow::of(id, entry);
        diesel::insert_into(agent_history::table).values(row).execute(self.conn).app()?;
        Ok(())
    }

    fn agent_history(&mut self, id: &AgentId, page: &Page) -> Result<AgentHistory, AppError> {
        let of = || agent_history::table.filter(agent_history::agent_id.eq(id.as_str())).into_boxed::<Db>();
        let total = Counted(of().select(agent_history::seq).limit(CAP)).get_result(self.conn).app()?;
        let mut found = of().order(agent_history::seq.desc()).limit(i64::from(page.per_page) + 1);
        if let Position::After(cursor) = &page.position {
            found = found.filter(agent_history::seq.lt(cursor.value));
        }
        let offset = page.offset().min(MAX_DEPTH);
        if offset > 0 {
            found = found.offset(offset.into());
        }
        let rows: Vec<HistoryRow> = found.select(HistoryRow::as_select()).load(self.conn).app()?;
        let (rows, more) = cut(rows, page);
        let rows = rows.into_iter().map(HistoryRow::entry).collect::<Result<Vec<_>, _>>()?;
        let next = rows.last().filter(|_| more);
        let next = next.map(|last| Cursor { sort: Sort::default(), value: last.seq, id: Uuid::nil() });
        Ok(AgentHistory { rows, total: Total::from_capped(total), next })
    }

    fn open_incident_of(&mut self, id: &AgentId) -> Result<Option<IncidentId>, AppError> {
        let closed = facets::closed();
        // By bits of `facets`, which the index of agents has: closed incidents are passed over without a look-up.
        let open = format!("incidents.facets & {} <> {}", closed.mask, closed.value);
        let newest: Option<DbId> = incidents::table
            .filter(incidents::agent_id.eq(id.as_str()))
            .filter(sql::<Bool>(&open))
            .order(incidents::id.desc())
            .select(incidents::id)
            .limit(1)
            .get_result(self.conn)
            .optional()
            .app()?;
        Ok(newest.map(|id| IncidentId::from_uuid(id.0)))
    }
}

fn of_status(query: &AgentQuery) -> agents::BoxedQuery<'_, Db> {
    let all = agents::table.into_boxed::<Db>();
    match query.status {
        Some(status) => all.filter(agents::status.eq(status.as_str())),
        None => all,
    }
}

/// The rows of a page without the one read beyond it, and whether there was one.
pub(super) fn cut<T>(mut rows: Vec<T>, page: &Page) -> (Vec<T>, bool) {
    let size = usize::try_from(page.per_page).unwrap_or(usize::MAX);
    let more = rows.len() > size;
    rows.truncate(size);
    (rows, more)
}
