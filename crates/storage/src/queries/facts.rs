//! Facts and decisions about duties: versions and numbers, none ever written over.

use super::Session;
use crate::error::OrApp;
use crate::rows::{FactsRow, WaiverRow};
use crate::schema::{facts, waivers};
use crate::types::{DbId, DbTime};
use diesel::prelude::*;
use probatum_application::AppError;
use probatum_application::ports::{FactRows, StoredFacts, StoredWaiver};
use probatum_kernel::IncidentId;

impl FactRows for Session<'_> {
    fn facts(&mut self, incident: IncidentId) -> Result<Option<StoredFacts>, AppError> {
        let row: Option<FactsRow> = facts::table
            .filter(facts::incident_id.eq(DbId(incident.uuid())))
            .order(facts::version.desc())
            .limit(1)
            .select(FactsRow::as_select())
            .get_result(self.conn)
            .optional()
            .app()?;
        row.map(FactsRow::facts).transpose()
    }

    fn facts_version(&mut self, incident: IncidentId, version: u32) -> Result<Option<StoredFacts>, AppError> {
        let row: Option<FactsRow> = facts::table
            .filter(facts::incident_id.eq(DbId(incident.uuid())))
            .filter(facts::version.eq(i64::from(version)))
            .select(FactsRow::as_select())
            .get_result(self.conn)
            .optional()
            .app()?;
        row.map(FactsRow::facts).transpose()
    }

    fn insert_facts(&mut self, incident: IncidentId, new: &StoredFacts) -> Result<(), AppError> {
        let row = FactsRow::of(incident, new)?;
        diesel::insert_into(facts::table).values(row).execute(self.conn).app()?;
        Ok(())
    }

    fn waivers(&mut self, incident: IncidentId) -> Result<Vec<StoredWaiver>, AppError> {
        let rows: Vec<WaiverRow> = waivers::table
            .filter(waivers::incident_id.eq(DbId(incident.uuid())))
            .order(waivers::number)
            .select(WaiverRow::as_select())
            .load(self.conn)
            .app()?;
        rows.into_iter().map(WaiverRow::waiver).collect()
    }

    fn insert_waiver(&mut self, incident: IncidentId, waiver: &StoredWaiver) -> Result<(), AppError> {
        let row = WaiverRow::of(incident, waiver);
        diesel::insert_into(waivers::table).values(row).execute(self.conn).app()?;
        Ok(())
    }

    fn withdraw_waiver(&mut self, incident: IncidentId, waiver: &StoredWaiver) -> Result<(), AppError> {
        let live = waivers::table
            .filter(waivers::incident_id.eq(DbId(incident.uuid())))
            .filter(waivers::number.eq(i64::from(waiver.number)))
            .filter(waivers::withdrawn_at.is_null());
        let Some((by, at, reason)) = &waiver.withdrawn else { return Ok(()) };
        let set = (
            waivers::withdrawn_by.eq(by.to_string()),
            waivers::withdrawn_at.eq(DbTime(*at)),
            waivers::withdrawn_reason.eq(reason),
        );
        Self::swapped(diesel::update(live).set(set).execute(self.conn).app()?)
    }
}
