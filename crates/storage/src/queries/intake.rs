//! Deliveries to the intake: a queue of rows, claimed with a lease, and what each did to which incidents.

use super::{Db, Session, own};
use crate::error::OrApp;
use crate::rows::{IntakeLinkRow, IntakeRow, intake_count};
use crate::schema::{discarded_blobs, evidence, incidents, intake, intake_incidents};
use crate::types::{DbId, DbTime};
use diesel::dsl::exists;
use diesel::prelude::*;
use probatum_application::AppError;
use probatum_application::intake::{Backlog, Intake, IntakeLink, IntakeState};
use probatum_application::ports::{IntakeRows, JobRows, Sent};
use probatum_kernel::{IncidentId, IntakeId, Timestamp};

/// How many deliveries of one content are looked at: there is one a media type, and one more each time all it led to was
/// deleted.
const ALIKE: i64 = 50;

/// The newest deliveries of a content, none of them a repetition.
fn alike<'a>(of: &Sent<'a>) -> intake::BoxedQuery<'a, Db> {
    intake::table
        .filter(intake::sender.eq(of.sender))
        .filter(intake::sha256.eq(of.hash.to_string()))
        .filter(intake::duplicate_of.is_null())
        .filter(intake::kind.eq(of.kind.as_str()))
        .order(intake::id.desc())
        .limit(ALIKE)
        .into_boxed()
}

impl Session<'_> {
    /// Whether there still is an incident that a delivery opened or joined.
    fn led_to_any(&mut self, id: DbId) -> Result<bool, AppError> {
        let links = intake_incidents::table.filter(intake_incidents::intake_id.eq(id));
        diesel::select(exists(links)).get_result(self.conn).app()
    }
}

impl IntakeRows for Session<'_> {
    fn insert_intake(&mut self, new: &Intake) -> Result<(), AppError> {
        diesel::insert_into(intake::table).values(IntakeRow::of(new)?).execute(self.conn).app()?;
        Ok(())
    }

    fn intake(&mut self, id: IntakeId) -> Result<Option<Intake>, AppError> {
        let row: Option<IntakeRow> = intake::table
            .filter(intake::id.eq(DbId(id.uuid())))
            .select(IntakeRow::as_select())
            .get_result(self.conn)
            .optional()
            .app()?;
        row.map(IntakeRow::intake).transpose()
    }

    fn intake_of_content(&mut self, of: &Sent<'_>, since: Timestamp) -> Result<Option<IntakeId>, AppError> {
        if self.writing {
            own::lock_words(self.conn, &[&format!("{} {} {}", of.kind, of.sender, of.hash)]).app()?;
        }
        let alike: Vec<(DbId, Option<String>, Option<DbTime>)> = alike(of)
            .filter(intake::state.ne(IntakeState::Rejected.as_str()))
            .filter(intake::reason.is_null())
            .filter(intake::received_at.ge(DbTime(since)).nullable().or(intake::retried_at.ge(DbTime(since))))
            .select((intake::id, intake::media_type, intake::wake_at))
            .load(self.conn)
            .app()?;
        for (id, _, waits) in alike.into_iter().filter(|(_, as_type, _)| as_type.as_deref() == of.media_type)
        {
            // What was deleted since is told anew.
            if waits.is_some() || self.led_to_any(id)? {
                return Ok(Some(IntakeId::from_uuid(id.0)));
            }
        }
        Ok(None)
    }

    fn halfway_of_content(&mut self, of: &Sent<'_>, since: Timestamp) -> Result<Option<Intake>, AppError> {
        let alike: Vec<IntakeRow> = alike(of)
            .filter(intake::reason.is_not_null())
            .filter(intake::accepted.gt(0))
            .filter(intake::storage_key.is_not_null())
            .filter(intake::finished_at.ge(DbTime(since)))
            .select(IntakeRow::as_select())
            .load(self.conn)
            .app()?;
        for row in alike {
            let found = row.intake()?;
            if found.media_type.as_deref() == of.media_type && self.led_to_any(DbId(found.id.uuid()))? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn intake_backlog(&mut self) -> Result<Backlog, AppError> {
        let sizes: Vec<i64> =
            intake::table.filter(intake::wake_at.is_not_null()).select(intake::size).load(self.conn).app()?;
        let bytes = sizes.iter().map(|size| u64::try_from(*size).unwrap_or(0)).sum();
        Ok(Backlog { batches: u64::try_from(sizes.len()).unwrap_or(u64::MAX), bytes })
    }

    fn intake_is_due(&mut self, now: Timestamp) -> Result<bool, AppError> {
        let due = intake::table.filter(intake::wake_at.le(DbTime(now)));
        diesel::select(exists(due)).get_result(self.conn).app()
    }

    fn claim_intake(&mut self, now: Timestamp, lease_until: Timestamp) -> Result<Option<Intake>, AppError> {
        let Some(id) = own::due_intake(self.conn, DbTime(now)).app()? else { return Ok(None) };
        let row: IntakeRow = diesel::update(intake::table.filter(intake::id.eq(id)))
            .set((intake::wake_at.eq(DbTime(lease_until)), intake::attempts.eq(intake::attempts + 1)))
            .returning(IntakeRow::as_returning())
            .get_result(self.conn)
            .app()?;
        row.intake().map(Some)
    }

    fn save_intake(&mut self, before: &Intake, next: &Intake) -> Result<bool, AppError> {
        let found = intake::table
            .filter(intake::id.eq(DbId(before.id.uuid())))
            .filter(intake::attempts.eq(intake_count(before.attempts)?))
            .filter(intake::steps.eq(intake_count(before.steps)?));
        Ok(diesel::update(found).set(IntakeRow::of(next)?).execute(self.conn).app()? == 1)
    }

    fn link_intake(
        &mut self,
        id: IntakeId,
        incident: IncidentId,
        events: u32,
        opened: bool,
    ) -> Result<bool, AppError> {
        let events = intake_count(events)?;
        let link = intake_incidents::table
            .filter(intake_incidents::intake_id.eq(DbId(id.uuid())))
            .filter(intake_incidents::incident_id.eq(DbId(incident.uuid())));
        let more = intake_incidents::event_count.eq(intake_incidents::event_count + events);
        if diesel::update(link).set(more).execute(self.conn).app()? > 0 {
            return Ok(false);
        }
        diesel::insert_into(intake_incidents::table)
            .values((
                intake_incidents::intake_id.eq(DbId(id.uuid())),
                intake_incidents::incident_id.eq(DbId(incident.uuid())),
                intake_incidents::event_count.eq(events),
                intake_incidents::opened.eq(opened),
            ))
            .execute(self.conn)
            .app()?;
        Ok(true)
    }

    fn intake_links(&mut self, id: IntakeId, limit: u32) -> Result<Vec<IntakeLink>, AppError> {
        let rows: Vec<IntakeLinkRow> = intake_incidents::table
            .inner_join(incidents::table.on(incidents::id.eq(intake_incidents::incident_id)))
            .filter(intake_incidents::intake_id.eq(DbId(id.uuid())))
            .order(intake_incidents::incident_id)
            .select((
                intake_incidents::incident_id,
                incidents::public_year,
                incidents::public_number,
                intake_incidents::event_count,
                intake_incidents::opened,
                incidents::status_rank,
                incidents::lifecycle,
            ))
            .limit(limit.into())
            .load(self.conn)
            .app()?;
        rows.into_iter().map(IntakeLinkRow::link).collect()
    }

    fn forget_content(&mut self, before: Timestamp, now: Timestamp, limit: u32) -> Result<usize, AppError> {
        let old: Vec<(DbId, Option<String>)> = intake::table
            .filter(intake::storage_key.is_not_null())
            .filter(intake::finished_at.lt(DbTime(before)))
            .order(intake::finished_at)
            .limit(limit.into())
            .select((intake::id, intake::storage_key))
            .load(self.conn)
            .app()?;
        let found = old.len();
        for (id, key) in old {
            // Somebody may have it tried again at this very moment.
            let row = intake::table.filter(intake::id.eq(id)).filter(intake::finished_at.is_not_null());
            let let_go = diesel::update(row).set(intake::storage_key.eq(None::<String>));
            if let (1, Some(key)) = (let_go.execute(self.conn).app()?, key) {
                self.discard_blob(&key, now)?;
            }
        }
        Ok(found)
    }

    fn blob_in_use(&mut self, key: &str) -> Result<bool, AppError> {
        let item = evidence::table.filter(evidence::stored_key.eq(key));
        if diesel::select(exists(item)).get_result(self.conn).app()? {
            return Ok(true);
        }
        let delivery = intake::table.filter(intake::storage_key.eq(key));
        diesel::select(exists(delivery)).get_result(self.conn).app()
    }

    fn spare_blob(&mut self, key: &str) -> Result<bool, AppError> {
        let note = discarded_blobs::table.filter(discarded_blobs::storage_key.eq(key));
        // The note is the lock: whoever lets go of the content writes it too, and is waited for.
        diesel::update(note).set(discarded_blobs::at.eq(discarded_blobs::at)).execute(self.conn).app()?;
        let used = self.blob_in_use(key)?;
        if used {
            diesel::delete(note).execute(self.conn).app()?;
        }
        Ok(used)
    }
}
