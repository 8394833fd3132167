//! Actions: of an incident, as an inbox, and those the job loop has to look at.

use super::agents::cut;
use super::{Db, Session};
use crate::error::OrApp;
use crate::rows::ActionRow;
use crate::schema::actions;
use crate::types::{DbId, DbTime};
use diesel::prelude::*;
use probatum_application::ports::ActionRows;
use probatum_application::{ActionList, ActionQuery, AppError};
use probatum_kernel::{ActionId, Cursor, IncidentId, MAX_DEPTH, Position, Sort, Timestamp, Total};
use probatum_playbooks::Action;

impl ActionRows for Session<'_> {
    fn insert_action(&mut self, action: &Action) -> Result<(), AppError> {
        diesel::insert_into(actions::table).values(ActionRow::of(action)?).execute(self.conn).app()?;
        self.pending.count_action(None, Some(action));
        Ok(())
    }

    fn action(&mut self, id: ActionId) -> Result<Option<Action>, AppError> {
        let row: Option<ActionRow> = actions::table
            .filter(actions::id.eq(DbId(id.uuid())))
            .select(ActionRow::as_select())
            .get_result(self.conn)
            .optional()
            .app()?;
        row.map(ActionRow::action).transpose()
    }

    fn actions_of(&mut self, incident: IncidentId) -> Result<Vec<Action>, AppError> {
        let rows: Vec<ActionRow> = actions::table
            .filter(actions::incident_id.eq(DbId(incident.uuid())))
            .order(actions::id)
            .select(ActionRow::as_select())
            .load(self.conn)
            .app()?;
        rows.into_iter().map(ActionRow::action).collect()
    }

    fn save_action(&mut self, before: &Action, next: &Action) -> Result<(), AppError> {
        let found = actions::table
            .filter(actions::id.eq(DbId(before.id.uuid())))
            .filter(actions::version.eq(before.version));
        Self::swapped(diesel::update(found).set(ActionRow::of(next)?).execute(self.conn).app()?)?;
        self.pending.count_action(Some(before), Some(next));
        Ok(())
    }

    fn list_actions(&mut self, query: &ActionQuery) -> Result<ActionList, AppError> {
        let total: i64 = filtered(query)
            .select(actions::id)
            .limit(i64::from(MAX_DEPTH) + 1)
            .load::<DbId>(self.conn)
            .app()
            .map(|ids| i64::try_from(ids.len()).unwrap_or(i64::MAX))?;
        let mut page = filtered(query).order(actions::id.desc()).limit(i64::from(query.page.per_page) + 1);
        match &query.page.position {
            Position::Number(_) => page = page.offset(query.page.offset().into()),
            Position::After(cursor) => page = page.filter(actions::id.lt(DbId(cursor.id))),
        }
        let rows: Vec<ActionRow> = page.select(ActionRow::as_select()).load(self.conn).app()?;
        let (rows, more) = cut(rows, &query.page);
        let rows: Vec<Action> = rows.into_iter().map(ActionRow::action).collect::<Result<_, _>>()?;
        let last = rows.last().filter(|_| more);
        let next = last.map(|a| Cursor { sort: Sort::default(), value: 0, id: a.id.uuid() });
        Ok(ActionList { rows, total: Total::from_capped(total), next })
    }

    fn actions_to_wake(&mut self, now: Timestamp, limit: u32) -> Result<Vec<ActionId>, AppError> {
        let due: Vec<DbId> = actions::table
            .filter(actions::wake_at.le(DbTime(now)))
            .order(actions::wake_at)
            .select(actions::id)
            .limit(limit.into())
            .load(self.conn)
            .app()?;
        Ok(due.into_iter().map(|id| ActionId::from_uuid(id.0)).collect())
    }
}

fn filtered(query: &ActionQuery) -> actions::BoxedQuery<'static, Db> {
    let mut q = actions::table.into_boxed::<Db>();
    if let Some(status) = query.status {
        q = q.filter(actions::status.eq(status.as_str()));
    }
    if let Some(level) = query.approval_level {
        q = q.filter(actions::approval_level.eq(level.as_str()));
    }
    q
}
