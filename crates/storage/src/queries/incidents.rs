//! Rows of incidents.

use super::{Session, own};
use crate::error::OrApp;
use crate::rows::{IncidentRow, IndicatorRow};
use crate::schema::{incident_numbers, incidents};
use crate::types::{DbId, DbTime};
use diesel::prelude::*;
use probatum_application::indicators::recognised;
use probatum_application::ports::{ActionRows, IncidentRows};
use probatum_application::{AppError, IncidentList, IncidentQuery, search_text, with_texts};
use probatum_incident::Incident;
use probatum_kernel::IncidentRef;

impl IncidentRows for Session<'_> {
    fn next_incident_number(&mut self, year: i32) -> Result<i64, AppError> {
        let last = match self.pending.numbers.get(&year) {
            Some(last) => *last,
            None => {
                diesel::insert_into(incident_numbers::table)
                    .values((incident_numbers::year.eq(year), incident_numbers::last.eq(0)))
                    .on_conflict_do_nothing()
                    .execute(self.conn)
                    .app()?;
                own::lock_number(self.conn, year).app()?
            }
        };
        let next = last.saturating_add(1);
        self.pending.numbers.insert(year, next);
        Ok(next)
    }

    fn insert_incident(&mut self, incident: &Incident) -> Result<(), AppError> {
        let raw_data = incident.raw_data.as_ref().map(ToString::to_string);
        // The words go in with the row: to index an incident twice would cost as much again.
        let known = recognised(incident);
        let words = search_text(incident, &known);
        diesel::insert_into(incidents::table)
            .values((
                IncidentRow::of(incident)?,
                incidents::raw_data.eq(raw_data),
                incidents::search_text.eq(words),
            ))
            .execute(self.conn)
            .app()?;
        let rows = (0..).zip(&known).map(|(seq, known)| IndicatorRow::of(incident.id, seq, known));
        own::insert_indicators(self.conn, rows.collect()).app()?;
        self.pending.count(None, Some(incident));
        Ok(())
    }

    fn incident(&mut self, id: IncidentRef) -> Result<Option<Incident>, AppError> {
        let mut query = incidents::table.select((IncidentRow::as_select(), incidents::raw_data)).into_boxed();
        query = match id {
            IncidentRef::Id(id) => query.filter(incidents::id.eq(DbId(id.uuid()))),
            IncidentRef::Public(id) => query
                .filter(incidents::public_year.eq(id.year()))
                .filter(incidents::public_number.eq(id.number())),
        };
        if self.writing {
            own::lock_incident(self.conn, id).app()?;
        }
        let row: Option<(IncidentRow, Option<String>)> = query.get_result(self.conn).optional().app()?;
        row.map(|(row, raw_data)| row.incident(raw_data)).transpose()
    }

    fn save_incident(&mut self, before: &Incident, next: &Incident) -> Result<(), AppError> {
        let words = if search_text(before, &[]) == search_text(next, &[]) {
            None
        } else {
            let kept = self.words_of(before.id)?;
            kept.map(|kept| incidents::search_text.eq(with_texts(&kept, next)))
        };
        let found = incidents::table
            .filter(incidents::id.eq(DbId(before.id.uuid())))
            .filter(incidents::version.eq(before.version));
        let rows = diesel::update(found).set((IncidentRow::of(next)?, words)).execute(self.conn).app()?;
        Self::swapped(rows)?;
        self.pending.count(Some(before), Some(next));
        Ok(())
    }

    fn touch_incident(&mut self, before: &Incident, next: &Incident) -> Result<(), AppError> {
        let found = incidents::table
            .filter(incidents::id.eq(DbId(before.id.uuid())))
            .filter(incidents::version.eq(before.version));
        let new = (incidents::version.eq(next.version), incidents::updated_at.eq(DbTime(next.updated_at)));
        Self::swapped(diesel::update(found).set(new).execute(self.conn).app()?)
    }

    fn delete_incident(&mut self, incident: &Incident) -> Result<(), AppError> {
        let found = incidents::table
            .filter(incidents::id.eq(DbId(incident.id.uuid())))
            .filter(incidents::version.eq(incident.version));
        // They go with the incident, by the database's own hand.
        for action in self.actions_of(incident.id)? {
            self.pending.count_action(Some(&action), None);
        }
        let rows = diesel::delete(found).execute(self.conn).app()?;
        Self::swapped(rows)?;
        self.pending.count(Some(incident), None);
        Ok(())
    }

    fn list_incidents(&mut self, query: &IncidentQuery) -> Result<IncidentList, AppError> {
        super::list::list(self.conn, self.counter, query)
    }
}
