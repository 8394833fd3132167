//! PostgreSQL: its connection, and the few statements that are its own.

use diesel::pg::{Pg, PgConnection};

/// The connection.
pub type Conn = PgConnection;
/// The backend.
pub type Db = Pg;

#[path = "queries/mod.rs"]
pub mod queries;

mod text;
mod walk;

/// What differs from SQLite.
mod own {
    use super::Conn;
    pub use super::text::{matching, row_order, text_page, text_query, tidy_words};
    use crate::rollup::Key;
    use crate::rows::{AuditRow, IndicatorRow};
    use crate::schema::{
        agents, audit, audit_head, idempotency, incident_numbers, incidents, indicators, intake, jobs,
        outbox, rollups, webhooks,
    };
    use crate::types::{DbId, DbTime};
    use diesel::dsl::sql;
    use diesel::prelude::*;
    use diesel::sql_types::{Array, BigInt, Binary, Bool, Integer, Text};
    use probatum_kernel::{AgentId, IncidentRef, WebhookId};
    use std::collections::BTreeMap;

    /// Nothing tells that, and nothing is remembered.
    pub fn data_version(_: &mut Conn) -> QueryResult<Option<i64>> {
        Ok(None)
    }

    /// Nobody else changes the incident, its evidence or its actions until the end of the transaction.
    pub fn lock_incident(conn: &mut Conn, id: IncidentRef) -> QueryResult<()> {
        let _locked: Option<DbId> = match id {
            IncidentRef::Id(id) => incidents::table
                .filter(incidents::id.eq(DbId(id.uuid())))
                .select(incidents::id)
                .for_update()
                .get_result(conn)
                .optional()?,
            IncidentRef::Public(id) => incidents::table
                .filter(incidents::public_year.eq(id.year()))
                .filter(incidents::public_number.eq(id.number()))
                .select(incidents::id)
                .for_update()
                .get_result(conn)
                .optional()?,
        };
        Ok(())
    }

    /// Nobody else changes the agent until the end of the transaction.
    pub fn lock_agent(conn: &mut Conn, id: &AgentId) -> QueryResult<()> {
        let agent = agents::table.filter(agents::id.eq(id.as_str())).select(agents::version);
        let _locked: Option<i64> = agent.for_update().get_result(conn).optional()?;
        Ok(())
    }

    /// Nobody else changes the subscription until the end of the transaction.
    pub fn lock_webhook(conn: &mut Conn, id: WebhookId) -> QueryResult<()> {
        let webhook = webhooks::table.filter(webhooks::id.eq(DbId(id.uuid()))).select(webhooks::claims);
        let _locked: Option<i64> = webhook.for_update().get_result(conn).optional()?;
        Ok(())
    }

    /// Nobody else goes on with any of these words until the end of the transaction. Taken in one order, so that two
    /// never wait for each other; words that hash alike only wait more.
    pub fn lock_words(conn: &mut Conn, words: &[&str]) -> QueryResult<()> {
        diesel::sql_query(
            "SELECT pg_advisory_xact_lock(n) FROM (SELECT DISTINCT hashtextextended(word, 0) AS n \
             FROM unnest($1) AS word ORDER BY n) AS words",
        )
        .bind::<Array<Text>, _>(words)
        .execute(conn)?;
        Ok(())
    }

    /// The last number of a year; whoever takes one holds the row until the end of the transaction.
    pub fn lock_number(conn: &mut Conn, year: i32) -> QueryResult<i64> {
        incident_numbers::table
            .filter(incident_numbers::year.eq(year))
            .select(incident_numbers::last)
            .for_update()
            .get_result(conn)
    }

    /// The end of the audit log; every writer of every replica queues here, briefly.
    pub fn lock_head(conn: &mut Conn) -> QueryResult<(i64, String)> {
        audit_head::table.select((audit_head::seq, audit_head::hash)).for_update().get_result(conn)
    }

    type Event = (
        diesel::dsl::Eq<outbox::seq, i64>,
        diesel::dsl::Eq<outbox::at, DbTime>,
        diesel::dsl::Eq<outbox::topic, String>,
    );

    /// How many rows one statement inserts: PostgreSQL counts a statement's parameters in 16 bits.
    const ROWS: usize = 1_000;

    /// Appends to log and outbox, one round trip each for so many.
    pub fn insert_audit(conn: &mut Conn, rows: Vec<AuditRow>, events: Vec<Event>) -> QueryResult<()> {
        for rows in rows.chunks(ROWS) {
            diesel::insert_into(audit::table).values(rows).execute(conn)?;
        }
        for events in events.chunks(ROWS) {
            diesel::insert_into(outbox::table).values(events).execute(conn)?;
        }
        Ok(())
    }

    /// Inserts indicators in one statement.
    pub fn insert_indicators(conn: &mut Conn, rows: Vec<IndicatorRow>) -> QueryResult<()> {
        if rows.is_empty() {
            return Ok(());
        }
        diesel::insert_into(indicators::table).values(rows).execute(conn).map(|_| ())
    }

    /// Adds to the counts in one statement.
    pub fn add_counts(conn: &mut Conn, counts: BTreeMap<(&'static str, String), i64>) -> QueryResult<()> {
        let (mut facets, mut values, mut numbers) = (Vec::new(), Vec::new(), Vec::new());
        for ((facet, value), n) in counts {
            facets.push(facet);
            values.push(value);
            numbers.push(n);
        }
        diesel::sql_query(
            "INSERT INTO facet_counts (facet, value, n) SELECT * FROM unnest($1, $2, $3) \
             ON CONFLICT (facet, value) DO UPDATE SET n = facet_counts.n + excluded.n",
        )
        .bind::<Array<Text>, _>(facets)
        .bind::<Array<Text>, _>(values)
        .bind::<Array<BigInt>, _>(numbers)
        .execute(conn)?;
        Ok(())
    }

    #[derive(QueryableByName)]
    #[diesel(table_name = rollups)]
    struct Rollup {
        ledger: i32,
        span: i32,
        hour: i64,
        scope: String,
        sums: Vec<u8>,
    }

    /// Rollups by their keys, as far as there are any, in one statement.
    pub fn load_rollups(conn: &mut Conn, keys: &[Key]) -> QueryResult<BTreeMap<Key, Vec<u8>>> {
        let (mut ledgers, mut spans, mut hours, mut scopes) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (ledger, span, hour, scope) in keys {
            ledgers.push(*ledger);
            spans.push(*span);
            hours.push(*hour);
            scopes.push(scope.as_str());
        }
        let rows: Vec<Rollup> = diesel::sql_query(
            "SELECT ledger, span, hour, scope, r.sums FROM unnest($1, $2, $3, $4) AS k (ledger, span, hour, scope) \
             JOIN rollups r USING (ledger, span, hour, scope)",
        )
        .bind::<Array<Integer>, _>(ledgers)
        .bind::<Array<Integer>, _>(spans)
        .bind::<Array<BigInt>, _>(hours)
        .bind::<Array<Text>, _>(scopes)
        .load(conn)?;
        Ok(rows.into_iter().map(|r| ((r.ledger, r.span, r.hour, r.scope), r.sums)).collect())
    }

    /// Puts rollups in, or in the place of those of the same key, in one statement.
    pub fn store_rollups(conn: &mut Conn, rows: Vec<(Key, Vec<u8>)>) -> QueryResult<()> {
        let (mut ledgers, mut spans, mut hours, mut scopes, mut all_sums) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for ((ledger, span, hour, scope), sums) in rows {
            ledgers.push(ledger);
            spans.push(span);
            hours.push(hour);
            scopes.push(scope);
            all_sums.push(sums);
        }
        diesel::sql_query(
            "INSERT INTO rollups (ledger, span, hour, scope, sums) SELECT * FROM unnest($1, $2, $3, $4, $5) \
             ON CONFLICT (ledger, span, hour, scope) DO UPDATE SET sums = excluded.sums",
        )
        .bind::<Array<Integer>, _>(ledgers)
        .bind::<Array<Integer>, _>(spans)
        .bind::<Array<BigInt>, _>(hours)
        .bind::<Array<Text>, _>(scopes)
        .bind::<Array<Binary>, _>(all_sums)
        .execute(conn)?;
        Ok(())
    }

    /// A job that is due and that nobody holds; replicas pass over what another is claiming.
    pub fn due_job(conn: &mut Conn, now: DbTime) -> QueryResult<Option<String>> {
        jobs::table
            .filter(jobs::run_at.le(now))
            .filter(jobs::lease_until.is_null().or(jobs::lease_until.lt(now)))
            .order(jobs::run_at)
            .select(jobs::name)
            .limit(1)
            .for_update()
            .skip_locked()
            .get_result(conn)
            .optional()
    }

    /// A delivery that is due; replicas pass over what another is claiming.
    pub fn due_intake(conn: &mut Conn, now: DbTime) -> QueryResult<Option<DbId>> {
        intake::table
            .filter(intake::wake_at.le(now))
            .order(intake::wake_at)
            .select(intake::id)
            .limit(1)
            .for_update()
            .skip_locked()
            .get_result(conn)
            .optional()
    }

    /// Deletes old answers, at most `limit`.
    pub fn forget_answers(conn: &mut Conn, before: DbTime, limit: i64) -> QueryResult<usize> {
        let old = sql::<Bool>("ctid = ANY (ARRAY(SELECT ctid FROM idempotency WHERE created_at < ")
            .bind::<crate::types::Ts, _>(before)
            .sql(" ORDER BY created_at LIMIT ")
            .bind::<BigInt, _>(limit)
            .sql("))");
        diesel::delete(idempotency::table.filter(old)).execute(conn)
    }

    /// The sort's value of `updated_at`, in milliseconds.
    pub const UPDATED_MILLIS: &str = "CAST(EXTRACT(EPOCH FROM incidents.updated_at) * 1000 AS BIGINT)";
}
