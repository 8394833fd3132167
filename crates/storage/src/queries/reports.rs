//! Reports to authorities: of an incident, and those the job loop has to look at.

use super::Session;
use crate::error::OrApp;
use crate::rows::ReportRow;
use crate::schema::reports;
use crate::types::{DbId, DbTime};
use diesel::prelude::*;
use probatum_application::AppError;
use probatum_application::ports::ReportRows;
use probatum_compliance_export::{Filing, ReportId};
use probatum_kernel::{IncidentId, Timestamp};

impl ReportRows for Session<'_> {
    fn insert_report(&mut self, report: &Filing, frozen: &str) -> Result<(), AppError> {
        let row = (ReportRow::of(report)?, reports::frozen.eq(frozen));
        diesel::insert_into(reports::table).values(row).execute(self.conn).app()?;
        Ok(())
    }

    fn report(&mut self, id: ReportId) -> Result<Option<Filing>, AppError> {
        let row: Option<ReportRow> = reports::table
            .filter(reports::id.eq(id.to_string()))
            .select(ReportRow::as_select())
            .get_result(self.conn)
            .optional()
            .app()?;
        row.map(ReportRow::report).transpose()
    }

    fn frozen_report(&mut self, id: ReportId) -> Result<Option<String>, AppError> {
        reports::table
            .filter(reports::id.eq(id.to_string()))
            .select(reports::frozen)
            .get_result(self.conn)
            .optional()
            .app()
    }

    fn reports_of(&mut self, incident: IncidentId) -> Result<Vec<Filing>, AppError> {
        let rows: Vec<ReportRow> = reports::table
            .filter(reports::incident_id.eq(DbId(incident.uuid())))
            .order(reports::seq)
            .select(ReportRow::as_select())
            .load(self.conn)
            .app()?;
        rows.into_iter().map(ReportRow::report).collect()
    }

    fn save_report(&mut self, before: &Filing, next: &Filing) -> Result<(), AppError> {
        let found = reports::table
            .filter(reports::id.eq(before.id.to_string()))
            .filter(reports::version.eq(before.version));
        Self::swapped(diesel::update(found).set(ReportRow::of(next)?).execute(self.conn).app()?)
    }

    fn renew_report(&mut self, id: ReportId, claim: i64, until: Timestamp) -> Result<bool, AppError> {
        let held = reports::table
            .filter(reports::id.eq(id.to_string()))
            .filter(reports::claim.eq(claim))
            .filter(reports::wake_at.is_not_null());
        let rows = diesel::update(held).set(reports::wake_at.eq(DbTime(until))).execute(self.conn).app()?;
        Ok(rows == 1)
    }

    fn reports_to_wake(&mut self, now: Timestamp, limit: u32) -> Result<Vec<ReportId>, AppError> {
        let due: Vec<String> = reports::table
            .filter(reports::wake_at.le(DbTime(now)))
            .order(reports::wake_at)
            .select(reports::id)
            .limit(limit.into())
            .load(self.conn)
            .app()?;
        due.iter()
            .map(|id| id.parse().map_err(|_| AppError::internal(format!("column id holds '{id}'"))))
            .collect()
    }
}
