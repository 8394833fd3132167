//! Triage runs: the one under way, the newest with a verdict, and all of an incident.

use super::agents::cut;
use super::list::{CAP, Counted};
use super::{Db, Session};
use crate::error::OrApp;
use crate::rows::{TranscriptRow, TriageRow};
use crate::schema::triage_runs;
use crate::types::DbId;
use diesel::dsl::max;
use diesel::prelude::*;
use probatum_application::AppError;
use probatum_application::ports::TriageRows;
use probatum_application::triage::{RunStatus, TriageList, TriageRun};
use probatum_kernel::{Cursor, IncidentId, MAX_DEPTH, Page, Position, Sort, Total, TriageId};

impl TriageRows for Session<'_> {
    fn insert_triage(&mut self, run: &TriageRun) -> Result<(), AppError> {
        let row = (TriageRow::of(run)?, TranscriptRow::of(run.transcript.as_ref()));
        diesel::insert_into(triage_runs::table).values(row).execute(self.conn).app()?;
        Ok(())
    }

    fn triage(&mut self, id: TriageId) -> Result<Option<TriageRun>, AppError> {
        let query = triage_runs::table.filter(triage_runs::id.eq(DbId(id.uuid()))).into_boxed();
        self.one_triage(query)
    }

    fn triage_running(&mut self, incident: IncidentId) -> Result<Option<TriageRun>, AppError> {
        self.one_triage(of(incident).filter(triage_runs::status.eq(RunStatus::Running.as_str())))
    }

    fn triage_completed(&mut self, incident: IncidentId) -> Result<Option<TriageRun>, AppError> {
        let completed = of(incident).filter(triage_runs::status.eq(RunStatus::Completed.as_str()));
        self.one_triage(completed.order(triage_runs::seq.desc()))
    }

    fn last_triage(&mut self, incident: IncidentId) -> Result<i64, AppError> {
        let last: Option<i64> = triage_runs::table
            .filter(triage_runs::incident_id.eq(DbId(incident.uuid())))
            .select(max(triage_runs::seq))
            .get_result(self.conn)
            .app()?;
        Ok(last.unwrap_or(0))
    }

    fn finish_triage(&mut self, run: &TriageRun) -> Result<(), AppError> {
        let found = triage_runs::table
            .filter(triage_runs::id.eq(DbId(run.id.uuid())))
            .filter(triage_runs::status.eq(RunStatus::Running.as_str()));
        let row = (TriageRow::of(run)?, TranscriptRow::of(run.transcript.as_ref()));
        Self::swapped(diesel::update(found).set(row).execute(self.conn).app()?)
    }

    fn list_triage(
        &mut self,
        incident: IncidentId,
        page: &Page,
        transcripts: bool,
    ) -> Result<TriageList, AppError> {
        let total = Counted(of(incident).select(triage_runs::seq).limit(CAP)).get_result(self.conn).app()?;
        let mut found = of(incident).order(triage_runs::seq.desc()).limit(i64::from(page.per_page) + 1);
        if let Position::After(cursor) = &page.position {
            found = found.filter(triage_runs::seq.lt(cursor.value));
        }
        let offset = page.offset().min(MAX_DEPTH);
        if offset > 0 {
            found = found.offset(offset.into());
        }
        let rows: Vec<TriageRun> = if transcripts {
            let rows: Vec<(TriageRow, TranscriptRow)> =
                found.select((TriageRow::as_select(), TranscriptRow::as_select())).load(self.conn).app()?;
            rows.into_iter().map(|(row, said)| row.run(Some(said))).collect::<Result<_, _>>()?
        } else {
            let rows: Vec<TriageRow> = found.select(TriageRow::as_select()).load(self.conn).app()?;
            rows.into_iter().map(|row| row.run(None)).collect::<Result<_, _>>()?
        };
        let (rows, more) = cut(rows, page);
        let last = rows.last().filter(|_| more);
        let next = last.map(|r| Cursor { sort: Sort::default(), value: r.seq, id: r.id.uuid() });
        Ok(TriageList { rows, total: Total::from_capped(total), next })
    }
}

impl Session<'_> {
    fn one_triage(&mut self, query: triage_runs::BoxedQuery<'_, Db>) -> Result<Option<TriageRun>, AppError> {
        let row: Option<TriageRow> =
            query.select(TriageRow::as_select()).limit(1).get_result(self.conn).optional().app()?;
        row.map(|row| row.run(None)).transpose()
    }
}

fn of(incident: IncidentId) -> triage_runs::BoxedQuery<'static, Db> {
    triage_runs::table.filter(triage_runs::incident_id.eq(DbId(incident.uuid()))).into_boxed()
}
