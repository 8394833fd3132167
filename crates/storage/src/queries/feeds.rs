//! What incidents from feeds are known by: keys, texts, originals.

use super::{Session, own};
use crate::error::OrApp;
use crate::schema::{feed_keys, feed_originals, feed_texts, incidents, intake_incidents};
use crate::types::{DbId, DbTime};
use diesel::prelude::*;
use probatum_application::AppError;
use probatum_application::ports::{FeedKey, FeedRows};
use probatum_evidence::Sha256Hex;
use probatum_incident::{Lifecycle, QueueStatus};
use probatum_intake::SimHash;
use probatum_kernel::{IncidentId, IntakeId, Timestamp};

/// How many texts of one band are looked at. A band has 65 536 values: more than these share one only if somebody sees
/// to it.
const MAX_LIKE: i64 = 200;

impl FeedRows for Session<'_> {
    fn known_by(&mut self, kind: FeedKey, hash: &Sha256Hex) -> Result<Option<IncidentId>, AppError> {
        let id: Option<DbId> = feed_keys::table
            .filter(feed_keys::kind.eq(kind.as_str()))
            .filter(feed_keys::hash.eq(hash.as_str()))
            .select(feed_keys::incident_id)
            .get_result(self.conn)
            .optional()
            .app()?;
        Ok(id.map(|id| IncidentId::from_uuid(id.0)))
    }

    fn make_known(
        &mut self,
        kind: FeedKey,
        hash: &Sha256Hex,
        incident: IncidentId,
        at: Timestamp,
    ) -> Result<(), AppError> {
        let row = (
            feed_keys::kind.eq(kind.as_str()),
            feed_keys::hash.eq(hash.as_str()),
            feed_keys::incident_id.eq(DbId(incident.uuid())),
            feed_keys::at.eq(DbTime(at)),
        );
        let insert = diesel::insert_into(feed_keys::table).values(row).on_conflict_do_nothing();
        if insert.execute(self.conn).app()? == 1 || self.known_by(kind, hash)? == Some(incident) {
            return Ok(());
        }
        Err(AppError::transient(format!("another incident is known by this {kind}")))
    }

    fn texts_like(
        &mut self,
        text: SimHash,
        since: Timestamp,
    ) -> Result<Vec<(SimHash, IncidentId)>, AppError> {
        let bands = numbered(text)?;
        if self.writing {
            let words: Vec<String> = bands.iter().map(|band| format!("feed text {band}")).collect();
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            own::lock_words(self.conn, &words).app()?;
        }
        let mut found = Vec::new();
        for band in bands {
            let rows: Vec<(i64, DbId)> = feed_texts::table
                .inner_join(incidents::table.on(incidents::id.eq(feed_texts::incident_id)))
                .filter(incidents::lifecycle.ne(Lifecycle::Closed.as_str()))
                .filter(incidents::status_rank.ne(i32::from(QueueStatus::Resolved.ordinal())))
                .filter(feed_texts::band.eq(band))
                .filter(feed_texts::at.ge(DbTime(since)))
                .order(feed_texts::at.desc())
                .limit(MAX_LIKE)
                .select((feed_texts::near, feed_texts::incident_id))
                .load(self.conn)
                .app()?;
            found.extend(
                rows.into_iter().map(|(near, id)| {
                    (SimHash::from_bits(near.cast_unsigned()), IncidentId::from_uuid(id.0))
                }),
            );
        }
        Ok(found)
    }

    fn add_text(&mut self, text: SimHash, incident: IncidentId, at: Timestamp) -> Result<(), AppError> {
        for band in numbered(text)? {
            let row = (
                feed_texts::band.eq(band),
                feed_texts::at.eq(DbTime(at)),
                feed_texts::near.eq(text.bits().cast_signed()),
                feed_texts::incident_id.eq(DbId(incident.uuid())),
            );
            diesel::insert_into(feed_texts::table)
                .values(row)
                .on_conflict_do_nothing()
                .execute(self.conn)
                .app()?;
        }
        Ok(())
    }

    fn opened_by(&mut self, incident: IncidentId) -> Result<Option<IntakeId>, AppError> {
        let id: Option<DbId> = intake_incidents::table
            .filter(intake_incidents::incident_id.eq(DbId(incident.uuid())))
            .filter(intake_incidents::opened.eq(true))
            .select(intake_incidents::intake_id)
            .first(self.conn)
            .optional()
            .app()?;
        Ok(id.map(|id| IntakeId::from_uuid(id.0)))
    }

    fn add_original(&mut self, incident: IncidentId, hash: &Sha256Hex) -> Result<bool, AppError> {
        let row =
            (feed_originals::incident_id.eq(DbId(incident.uuid())), feed_originals::hash.eq(hash.as_str()));
        let rows = diesel::insert_into(feed_originals::table)
            .values(row)
            .on_conflict_do_nothing()
            .execute(self.conn)
            .app()?;
        Ok(rows == 1)
    }
}

/// The bands of a text, in order.
fn numbered(text: SimHash) -> Result<Vec<i32>, AppError> {
    let bands = text.bands().into_iter().map(i32::try_from).collect::<Result<_, _>>();
    bands.map_err(|e| AppError::internal(format!("a band does not fit: {e}")))
}
