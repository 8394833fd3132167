//! Which incidents events belong to.

use super::{Session, own};
use crate::error::OrApp;
use crate::rows::intake_count;
use crate::schema::{correlations, incidents};
use crate::types::{DbId, DbTime};
use diesel::prelude::*;
use diesel::upsert::excluded;
use probatum_application::AppError;
use probatum_application::intake::Correlated;
use probatum_application::ports::CorrelationRows;
use probatum_incident::{Lifecycle, QueueStatus};
use probatum_intake::Tally;
use probatum_kernel::{IncidentId, Timestamp};

impl CorrelationRows for Session<'_> {
    fn lock_correlations(&mut self, keys: &[&str]) -> Result<(), AppError> {
        own::lock_words(self.conn, keys).app()
    }

    fn correlated(
        &mut self,
        key: &str,
        from: Timestamp,
        to: Timestamp,
        limit: u32,
    ) -> Result<Vec<Correlated>, AppError> {
        let rows: Vec<(DbId, i64, DbTime, DbTime, i32)> = correlations::table
            .inner_join(incidents::table.on(incidents::id.eq(correlations::incident_id)))
            .filter(correlations::correlation_key.eq(key))
            .filter(correlations::last_seen.ge(DbTime(from)))
            .filter(correlations::first_seen.le(DbTime(to)))
            .filter(incidents::lifecycle.ne(Lifecycle::Closed.as_str()))
            .filter(incidents::status_rank.ne(i32::from(QueueStatus::Resolved.ordinal())))
            .order(correlations::incident_id.desc())
            .select((
                correlations::incident_id,
                correlations::event_count,
                correlations::first_seen,
                correlations::last_seen,
                correlations::batches,
            ))
            .limit(limit.into())
            .load(self.conn)
            .app()?;
        let of = |(incident, n, first, last, batches): (DbId, i64, DbTime, DbTime, i32)| Correlated {
            incident: IncidentId::from_uuid(incident.0),
            tally: tally(n, first, last),
            batches: u32::try_from(batches).unwrap_or(0),
        };
        Ok(rows.into_iter().map(of).collect())
    }

    fn save_correlation(&mut self, key: &str, correlated: &Correlated) -> Result<(), AppError> {
        let events = i64::try_from(correlated.tally.event_count).unwrap_or(i64::MAX);
        diesel::insert_into(correlations::table)
            .values((
                correlations::incident_id.eq(DbId(correlated.incident.uuid())),
                correlations::correlation_key.eq(key),
                correlations::event_count.eq(events),
                correlations::first_seen.eq(DbTime(correlated.tally.first_seen)),
                correlations::last_seen.eq(DbTime(correlated.tally.last_seen)),
                correlations::batches.eq(intake_count(correlated.batches)?),
            ))
            .on_conflict(correlations::incident_id)
            .do_update()
            .set((
                correlations::correlation_key.eq(excluded(correlations::correlation_key)),
                correlations::event_count.eq(excluded(correlations::event_count)),
                correlations::first_seen.eq(excluded(correlations::first_seen)),
                correlations::last_seen.eq(excluded(correlations::last_seen)),
                correlations::batches.eq(excluded(correlations::batches)),
            ))
            .execute(self.conn)
            .app()?;
        Ok(())
    }

    fn tally_of(&mut self, incident: IncidentId) -> Result<Option<Tally>, AppError> {
        let row: Option<(i64, DbTime, DbTime)> = correlations::table
            .filter(correlations::incident_id.eq(DbId(incident.uuid())))
            .select((correlations::event_count, correlations::first_seen, correlations::last_seen))
            .get_result(self.conn)
            .optional()
            .app()?;
        Ok(row.map(|(n, first, last)| tally(n, first, last)))
    }
}

fn tally(events: i64, first: DbTime, last: DbTime) -> Tally {
    Tally { event_count: u64::try_from(events).unwrap_or(0), first_seen: first.0, last_seen: last.0 }
}
