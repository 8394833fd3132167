//! Indicators: each once per incident, with the places it is known from.

use super::{Session, own};
use crate::error::OrApp;
use crate::rows::IndicatorRow;
use crate::schema::{incidents, indicators};
use crate::types::DbId;
use diesel::prelude::*;
use probatum_application::indicators::{IndicatorSource, KnownIndicator, MAX_PER_SOURCE, Sources};
use probatum_application::ports::IndicatorRows;
use probatum_application::{AppError, with_indicators};
use probatum_intake::Indicator;
use probatum_kernel::IncidentId;
use std::collections::HashMap;

impl IndicatorRows for Session<'_> {
    fn add_indicators(
        &mut self,
        incident: IncidentId,
        source: IndicatorSource,
        found: &[Indicator],
    ) -> Result<usize, AppError> {
        if found.is_empty() {
            return Ok(0);
        }
        let known = self.rows_of_indicators(incident)?;
        let mut room =
            MAX_PER_SOURCE.saturating_sub(known.iter().filter(|(_, k)| k.sources.holds(source)).count());
        let mut next = known.last().map_or(0, |(seq, _)| seq.saturating_add(1));
        let mut places: HashMap<Indicator, Option<(i32, Sources)>> =
            known.into_iter().map(|(seq, k)| (k.indicator, Some((seq, k.sources)))).collect();
        let (mut rows, mut added) = (Vec::new(), 0);
        for indicator in found {
            if room == 0 {
                break;
            }
            let place = places.insert(indicator.clone(), None);
            match place {
                // Given before, by this very call or by the source.
                Some(None) => continue,
                Some(Some((_, sources))) if sources.holds(source) => continue,
                Some(Some((seq, sources))) => self.note_source(incident, seq, sources.with(source))?,
                None => {
                    let known =
                        KnownIndicator { indicator: indicator.clone(), sources: Sources::of(&[source]) };
                    rows.push(IndicatorRow::of(incident, next, &known));
                    next = next.saturating_add(1);
                }
            }
            (room, added) = (room - 1, added + 1);
        }
        own::insert_indicators(self.conn, rows).app()?;
        if added > 0 {
            self.find_by_indicators(incident)?;
        }
        Ok(added)
    }

    fn indicators_of(&mut self, incident: IncidentId) -> Result<Vec<KnownIndicator>, AppError> {
        Ok(self.rows_of_indicators(incident)?.into_iter().map(|(_, known)| known).collect())
    }
}

impl Session<'_> {
    fn rows_of_indicators(&mut self, incident: IncidentId) -> Result<Vec<(i32, KnownIndicator)>, AppError> {
        let rows: Vec<IndicatorRow> = indicators::table
            .filter(indicators::incident_id.eq(DbId(incident.uuid())))
            .order(indicators::seq)
            .select(IndicatorRow::as_select())
            .load(self.conn)
            .app()?;
        rows.into_iter().map(IndicatorRow::known).collect()
    }

    /// Has the incident found by its indicators as they are now.
    fn find_by_indicators(&mut self, incident: IncidentId) -> Result<(), AppError> {
        let known = self.indicators_of(incident)?;
        let Some(kept) = self.words_of(incident)? else { return Ok(()) };
        let words = incidents::search_text.eq(with_indicators(&kept, &known));
        let row = incidents::table.filter(incidents::id.eq(DbId(incident.uuid())));
        diesel::update(row).set(words).execute(self.conn).app().map(|_| ())
    }

    /// The words an incident is found by.
    pub(super) fn words_of(&mut self, incident: IncidentId) -> Result<Option<String>, AppError> {
        let row = incidents::table.filter(incidents::id.eq(DbId(incident.uuid())));
        row.select(incidents::search_text).get_result(self.conn).optional().app()
    }

    fn note_source(&mut self, incident: IncidentId, seq: i32, sources: Sources) -> Result<(), AppError> {
        let row = indicators::table
            .filter(indicators::incident_id.eq(DbId(incident.uuid())))
            .filter(indicators::seq.eq(seq));
        let sources = indicators::sources.eq(i32::from(sources.bits()));
        diesel::update(row).set(sources).execute(self.conn).app().map(|_| ())
    }
}
