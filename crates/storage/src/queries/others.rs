//! Rows of API keys, stored answers, jobs and the outbox.

use super::{Session, own};
use crate::error::OrApp;
use crate::rows::{AnswerRow, KeyRow};
use crate::schema::{api_keys, discarded_blobs, idempotency, jobs, outbox};
use crate::types::DbTime;
use diesel::prelude::*;
use probatum_application::ports::{AnswerRows, ApiKey, Job, JobRows, KeyRows};
use probatum_application::{Answer, AppError, RequestKey};
use probatum_kernel::Timestamp;

impl KeyRows for Session<'_> {
    fn key(&mut self, id: &str) -> Result<Option<ApiKey>, AppError> {
        let row: Option<KeyRow> = api_keys::table
            .filter(api_keys::id.eq(id))
            .select(KeyRow::as_select())
            .get_result(self.conn)
            .optional()
            .app()?;
        row.map(KeyRow::key).transpose()
    }

    fn keys(&mut self) -> Result<Vec<ApiKey>, AppError> {
        let rows: Vec<KeyRow> = api_keys::table
            .order((api_keys::created_at.desc(), api_keys::id))
            .select(KeyRow::as_select())
            .load(self.conn)
            .app()?;
        rows.into_iter().map(KeyRow::key).collect()
    }

    fn insert_key(&mut self, key: &ApiKey) -> Result<(), AppError> {
        diesel::insert_into(api_keys::table).values(KeyRow::of(key)?).execute(self.conn).app()?;
        Ok(())
    }

    fn revoke_key(&mut self, id: &str, at: Timestamp) -> Result<bool, AppError> {
        let live = api_keys::table.filter(api_keys::id.eq(id)).filter(api_keys::revoked_at.is_null());
        let rows = diesel::update(live).set(api_keys::revoked_at.eq(DbTime(at))).execute(self.conn).app()?;
        Ok(rows == 1)
    }
}

impl AnswerRows for Session<'_> {
    fn stored_answer(&mut self, principal: &str, key: &str) -> Result<Option<(String, Answer)>, AppError> {
        let row: Option<AnswerRow> = idempotency::table
            .filter(idempotency::principal.eq(principal))
            .filter(idempotency::request_key.eq(key))
            .select(AnswerRow::as_select())
            .get_result(self.conn)
            .optional()
            .app()?;
        row.map(|row| Ok((row.fingerprint.clone(), row.answer()?))).transpose()
    }

    fn store_answer(
        &mut self,
        principal: &str,
        key: &RequestKey,
        answer: &Answer,
        now: Timestamp,
    ) -> Result<(), AppError> {
        let row = AnswerRow::of(principal, &key.key, &key.fingerprint, answer, DbTime(now))?;
        diesel::insert_into(idempotency::table).values(row).execute(self.conn).app()?;
        Ok(())
    }

    fn replace_answer(&mut self, principal: &str, key: &RequestKey, answer: &Answer) -> Result<(), AppError> {
        let found = idempotency::table
            .filter(idempotency::principal.eq(principal))
            .filter(idempotency::request_key.eq(&key.key))
            .filter(idempotency::fingerprint.eq(&key.fingerprint));
        let (status, headers, body) = AnswerRow::columns(answer)?;
        let set =
            (idempotency::status.eq(status), idempotency::headers.eq(headers), idempotency::body.eq(body));
        diesel::update(found).set(set).execute(self.conn).app()?;
        Ok(())
    }

    fn forget_answers(&mut self, before: Timestamp, limit: u32) -> Result<usize, AppError> {
        own::forget_answers(self.conn, DbTime(before), limit.into()).app()
    }
}

impl JobRows for Session<'_> {
    fn ensure_job(&mut self, name: &str, now: Timestamp) -> Result<(), AppError> {
        diesel::insert_into(jobs::table)
            .values((jobs::name.eq(name), jobs::run_at.eq(DbTime(now)), jobs::attempts.eq(0)))
            .on_conflict_do_nothing()
            .execute(self.conn)
            .app()?;
        Ok(())
    }

    fn missing_jobs(&mut self, names: &'static [(&'static str, i64)]) -> Result<Vec<&'static str>, AppError> {
        let there: Vec<String> = jobs::table.select(jobs::name).load(self.conn).app()?;
        Ok(names.iter().map(|(name, _)| *name).filter(|name| !there.iter().any(|t| t == name)).collect())
    }

    fn job_is_due(&mut self, now: Timestamp) -> Result<bool, AppError> {
        let now = DbTime(now);
        let due = jobs::table
            .filter(jobs::run_at.le(now))
            .filter(jobs::lease_until.is_null().or(jobs::lease_until.lt(now)));
        diesel::select(diesel::dsl::exists(due)).get_result(self.conn).app()
    }

    fn claim_job(&mut self, now: Timestamp, lease_until: Timestamp) -> Result<Option<Job>, AppError> {
        let Some(name) = own::due_job(self.conn, DbTime(now)).app()? else { return Ok(None) };
        let attempts: i32 = diesel::update(jobs::table.filter(jobs::name.eq(&name)))
            .set((jobs::lease_until.eq(DbTime(lease_until)), jobs::attempts.eq(jobs::attempts + 1)))
            .returning(jobs::attempts)
            .get_result(self.conn)
            .app()?;
        Ok(Some(Job { name, attempts }))
    }

    fn release_job(&mut self, job: &Job, run_at: Timestamp, error: Option<&str>) -> Result<(), AppError> {
        let job = jobs::table.filter(jobs::name.eq(&job.name)).filter(jobs::attempts.eq(job.attempts));
        let free = (
            jobs::run_at.eq(DbTime(run_at)),
            jobs::lease_until.eq(None::<DbTime>),
            jobs::last_error.eq(error),
        );
        match error {
            Some(_) => diesel::update(job).set(free).execute(self.conn).app()?,
            None => diesel::update(job).set((free, jobs::attempts.eq(0))).execute(self.conn).app()?,
        };
        Ok(())
    }

    fn discard_blob(&mut self, key: &str, now: Timestamp) -> Result<(), AppError> {
        diesel::insert_into(discarded_blobs::table)
            .values((discarded_blobs::storage_key.eq(key), discarded_blobs::at.eq(DbTime(now))))
            .on_conflict(discarded_blobs::storage_key)
            .do_update()
            .set(discarded_blobs::at.eq(DbTime(now)))
            .execute(self.conn)
            .app()?;
        Ok(())
    }

    fn discarded_blobs(&mut self, limit: u32) -> Result<Vec<String>, AppError> {
        discarded_blobs::table.select(discarded_blobs::storage_key).limit(limit.into()).load(self.conn).app()
    }

    fn forget_blob(&mut self, key: &str) -> Result<(), AppError> {
        let row = discarded_blobs::table.filter(discarded_blobs::storage_key.eq(key));
        diesel::delete(row).execute(self.conn).app()?;
        Ok(())
    }

    fn old_outbox(&mut self, before: Timestamp, limit: u32) -> Result<Option<i64>, AppError> {
        // Written in the order of time: the old rows are the lowest numbers, and the first young one ends the look.
        let first: Vec<(i64, DbTime)> = outbox::table
            .select((outbox::seq, outbox::at))
            .order(outbox::seq)
            .limit(limit.into())
            .load(self.conn)
            .app()?;
        Ok(first.into_iter().take_while(|(_, at)| at.0 < before).last().map(|(seq, _)| seq))
    }

    fn forget_outbox(&mut self, before: Timestamp, limit: u32) -> Result<usize, AppError> {
        let Some(newest) = self.old_outbox(before, limit)? else { return Ok(0) };
        diesel::delete(outbox::table.filter(outbox::seq.le(newest))).execute(self.conn).app()
    }
}
