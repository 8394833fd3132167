//! SQLite: its connection, and the few statements that are its own.

use diesel::sqlite::{Sqlite, SqliteConnection};

/// The connection.
pub type Conn = SqliteConnection;
/// The backend.
pub type Db = Sqlite;

#[path = "queries/mod.rs"]
pub mod queries;

pub mod text;

/// What differs from PostgreSQL.
mod own {
    use super::Conn;
    pub use super::text::{matching, row_order, text_page, text_query, tidy_words};
    use crate::rollup::Key;
    use crate::rows::{AuditRow, IndicatorRow};
    use crate::schema::{
        audit, audit_head, facet_counts, idempotency, incident_numbers, indicators, intake, jobs, outbox,
        rollups,
    };
    use crate::types::{DbId, DbTime};
    use diesel::dsl::sql;
    use diesel::prelude::*;
    use diesel::sql_types::{BigInt, Bool};
    use diesel::upsert::excluded;
    use probatum_kernel::{AgentId, IncidentRef, WebhookId};
    use std::collections::BTreeMap;

    #[derive(QueryableByName)]
    struct Version {
        #[diesel(sql_type = BigInt)]
        data_version: i64,
    }

    /// A number that is another once another connection has written; this one must not.
    pub fn data_version(conn: &mut Conn) -> QueryResult<Option<i64>> {
        let version: Version = diesel::sql_query("PRAGMA data_version").get_result(conn)?;
        Ok(Some(version.data_version))
    }

    /// The one writer holds the whole database; there is nothing to lock.
    pub fn lock_incident(_: &mut Conn, _: IncidentRef) -> QueryResult<()> {
        Ok(())
    }

    /// As with incidents.
    pub fn lock_agent(_: &mut Conn, _: &AgentId) -> QueryResult<()> {
        Ok(())
    }

    /// As with incidents.
    pub fn lock_webhook(_: &mut Conn, _: WebhookId) -> QueryResult<()> {
        Ok(())
    }

    /// As with incidents.
    pub fn lock_words(_: &mut Conn, _: &[&str]) -> QueryResult<()> {
        Ok(())
    }

    /// The last number of a year.
    pub fn lock_number(conn: &mut Conn, year: i32) -> QueryResult<i64> {
        incident_numbers::table
            .filter(incident_numbers::year.eq(year))
            .select(incident_numbers::last)
            .get_result(conn)
    }

    /// The end of the audit log.
    pub fn lock_head(conn: &mut Conn) -> QueryResult<(i64, String)> {
        audit_head::table.select((audit_head::seq, audit_head::hash)).get_result(conn)
    }

    type Event = (
        diesel::dsl::Eq<outbox::seq, i64>,
        diesel::dsl::Eq<outbox::at, DbTime>,
        diesel::dsl::Eq<outbox::topic, String>,
    );

    /// Appends to log and outbox, row by row: a statement prepared once is SQLite's fastest way.
    pub fn insert_audit(conn: &mut Conn, rows: Vec<AuditRow>, events: Vec<Event>) -> QueryResult<()> {
        for row in rows {
            diesel::insert_into(audit::table).values(row).execute(conn)?;
        }
        for event in events {
            diesel::insert_into(outbox::table).values(event).execute(conn)?;
        }
        Ok(())
    }

    /// Inserts indicators, row by row for the same reason.
    pub fn insert_indicators(conn: &mut Conn, rows: Vec<IndicatorRow>) -> QueryResult<()> {
        for row in rows {
            diesel::insert_into(indicators::table).values(row).execute(conn)?;
        }
        Ok(())
    }

    /// Adds to the counts.
    pub fn add_counts(conn: &mut Conn, counts: BTreeMap<(&'static str, String), i64>) -> QueryResult<()> {
        for ((facet, value), n) in counts {
            diesel::insert_into(facet_counts::table)
                .values((facet_counts::facet.eq(facet), facet_counts::value.eq(value), facet_counts::n.eq(n)))
                .on_conflict((facet_counts::facet, facet_counts::value))
                .do_update()
                .set(facet_counts::n.eq(facet_counts::n + excluded(facet_counts::n)))
                .execute(conn)?;
        }
        Ok(())
    }

    /// Rollups by their keys, as far as there are any.
    pub fn load_rollups(conn: &mut Conn, keys: &[Key]) -> QueryResult<BTreeMap<Key, Vec<u8>>> {
        let mut found = BTreeMap::new();
        for key in keys {
            let row: Option<Vec<u8>> = rollups::table
                .filter(rollups::ledger.eq(key.0))
                .filter(rollups::span.eq(key.1))
                .filter(rollups::hour.eq(key.2))
                .filter(rollups::scope.eq(&key.3))
                .select(rollups::sums)
                .get_result(conn)
                .optional()?;
            found.extend(row.map(|sums| (key.clone(), sums)));
        }
        Ok(found)
    }

    /// Puts rollups in, or in the place of those of the same key.
    pub fn store_rollups(conn: &mut Conn, rows: Vec<(Key, Vec<u8>)>) -> QueryResult<()> {
        for ((ledger, span, hour, scope), sums) in rows {
            diesel::insert_into(rollups::table)
                .values((
                    rollups::ledger.eq(ledger),
                    rollups::span.eq(span),
                    rollups::hour.eq(hour),
                    rollups::scope.eq(scope),
                    rollups::sums.eq(sums),
                ))
                .on_conflict((rollups::ledger, rollups::span, rollups::hour, rollups::scope))
                .do_update()
                .set(rollups::sums.eq(excluded(rollups::sums)))
                .execute(conn)?;
        }
        Ok(())
    }

    /// A job that is due and that nobody holds.
    pub fn due_job(conn: &mut Conn, now: DbTime) -> QueryResult<Option<String>> {
        jobs::table
            .filter(jobs::run_at.le(now))
            .filter(jobs::lease_until.is_null().or(jobs::lease_until.lt(now)))
            .order(jobs::run_at)
            .select(jobs::name)
            .limit(1)
            .get_result(conn)
            .optional()
    }

    /// A delivery that is due.
    pub fn due_intake(conn: &mut Conn, now: DbTime) -> QueryResult<Option<DbId>> {
        intake::table
            .filter(intake::wake_at.le(now))
            .order(intake::wake_at)
            .select(intake::id)
            .first(conn)
            .optional()
    }

    /// Deletes old answers, at most `limit`.
    pub fn forget_answers(conn: &mut Conn, before: DbTime, limit: i64) -> QueryResult<usize> {
        let old = sql::<Bool>("rowid IN (SELECT rowid FROM idempotency WHERE created_at < ")
            .bind::<crate::types::Ts, _>(before)
            .sql(" ORDER BY created_at LIMIT ")
            .bind::<BigInt, _>(limit)
            .sql(")");
        diesel::delete(idempotency::table.filter(old)).execute(conn)
    }

    /// The sort's value of `updated_at`, in milliseconds.
    pub const UPDATED_MILLIS: &str = "incidents.updated_at";
}
