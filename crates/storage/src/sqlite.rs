//! SQLite: its connection, and the few statements that are its own.

use diesel::sqlite::{Sqlite, SqliteConnection};

/// The connection.
pub type Conn = SqliteConnection;
/// The backend.
pub type Db = Sqlite;

#[path = "queries/mod.rs"]
pub mod queries;

/// What differs from PostgreSQL.
mod own {
    use super::{Conn, Db};
    use crate::facets::Mask;
    use crate::queries_shared::Nearest;
    use crate::rollup::Key;
    use crate::rows::{AuditRow, IndicatorRow};
    use crate::schema::{
        audit, audit_head, facet_counts, idempotency, incident_numbers, incidents, indicators, intake, jobs,
        outbox, rollups,
    };
    use crate::types::{DbId, DbTime, Id};
    use diesel::dsl::sql;
    use diesel::prelude::*;
    use diesel::sql_types::{BigInt, Bool, Text};
    use diesel::upsert::excluded;
    use probatum_application::{SearchQuery, Term, index_word};
    use probatum_kernel::{AgentId, IncidentRef};
    use std::collections::BTreeMap;

    /// The one writer holds the whole database; there is nothing to lock.
    pub fn lock_incident(_: &mut Conn, _: IncidentRef) -> QueryResult<()> {
        Ok(())
    }

    /// As with incidents.
    pub fn lock_agent(_: &mut Conn, _: &AgentId) -> QueryResult<()> {
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

    /// Rows in the order of their insertion, which is the order of creation but for the few that came in at the same
    /// moment: the order in which the text index gives them out without sorting.
    pub const ROW_ORDER: Option<[&str; 2]> = Some(["incidents.seq ASC", "incidents.seq DESC"]);

    fn index_words(term: &Term) -> Vec<String> {
        term.words.iter().map(|w| index_word(w)).collect()
    }

    /// The query in FTS5's words, with the small filters. All are letters and digits only, so quoting is enough.
    fn fts5(text: &SearchQuery, mask: &Mask) -> String {
        let term = |t: &Term| format!("\"{}\"{}", index_words(t).join(" "), if t.prefix { " *" } else { "" });
        let terms = text.0.iter().map(term).collect::<Vec<_>>().join(" AND ");
        let facets = mask.words().join(" AND ");
        if facets.is_empty() {
            return format!("search_text : ({terms})");
        }
        format!("search_text : ({terms}) AND facets : ({facets})")
    }

    #[derive(QueryableByName)]
    struct Number {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }

    /// How many incidents match text and small filters, counted up to `cap`.
    pub fn text_matches(conn: &mut Conn, text: &SearchQuery, mask: &Mask, cap: i64) -> QueryResult<i64> {
        let count = "SELECT COUNT(*) AS n FROM \
                     (SELECT rowid FROM incident_text WHERE incident_text MATCH ? LIMIT ?)";
        let query = diesel::sql_query(count).bind::<Text, _>(fts5(text, mask)).bind::<BigInt, _>(cap);
        query.get_result::<Number>(conn).map(|row| row.n)
    }

    /// Incidents that match text and small filters. With `nearest`, only as many as are needed are taken from the text
    /// index, from the right end of it or from around the cursor on.
    pub fn matching<'a>(
        q: incidents::BoxedQuery<'a, Db>,
        text: &SearchQuery,
        mask: &Mask,
        nearest: Option<&Nearest>,
    ) -> incidents::BoxedQuery<'a, Db> {
        let condition =
            sql::<Bool>("incidents.seq IN (SELECT rowid FROM incident_text WHERE incident_text MATCH ")
                .bind::<Text, _>(fts5(text, mask));
        let Some(near) = nearest else { return q.filter(condition.sql(")")) };
        let (bound, order) = if near.descending {
            (" AND rowid <= (SELECT seq + 64 FROM incidents WHERE id <= ", " ORDER BY id DESC LIMIT 1)")
        } else {
            (" AND rowid >= (SELECT seq - 64 FROM incidents WHERE id >= ", " ORDER BY id LIMIT 1)")
        };
        let rows = if near.descending { " ORDER BY rowid DESC LIMIT " } else { " ORDER BY rowid LIMIT " };
        match near.after {
            Some(id) => q.filter(
                condition
                    .sql(bound)
                    .bind::<Id, _>(id)
                    .sql(order)
                    .sql(rows)
                    .bind::<BigInt, _>(near.rows)
                    .sql(")"),
            ),
            None => q.filter(condition.sql(rows).bind::<BigInt, _>(near.rows).sql(")")),
        }
    }
}
