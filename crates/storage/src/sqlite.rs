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
    use super::queries::CAP;
    use super::{Conn, Db};
    use crate::facets::Mask;
    use crate::queries_shared::{Nearest, TextFound, TextPage};
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
    use probatum_application::indicators::Sources;
    use probatum_application::{SearchQuery, Term, index_word, marks};
    use probatum_kernel::{AgentId, IncidentRef, WebhookId};
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

    /// Rows in the order of their insertion, which is the order of creation but for the few that came in at the same
    /// moment: the order in which the text index gives them out without sorting.
    pub const ROW_ORDER: Option<[&str; 2]> = Some(["incidents.seq ASC", "incidents.seq DESC"]);

    /// The sort's value of `updated_at`, in milliseconds.
    pub const UPDATED_MILLIS: &str = "incidents.updated_at";
    /// Up to so many words that begin alike are asked for one by one, which the index answers as it goes; of a prefix it
    /// gathers all entries first.
    const MANY_WORDS: i64 = 32;

    #[derive(QueryableByName)]
    struct Word {
        #[diesel(sql_type = Text)]
        term: String,
    }

    /// The words of the index that begin so, one more than [`MANY_WORDS`] at most. Words are lower-case letters and
    /// digits, so `0` follows none of them and `{` all: each step is a look-up, whatever stands under the words.
    fn beginning_with(conn: &mut Conn, beginning: &str) -> QueryResult<Vec<String>> {
        let words: Vec<Word> = diesel::sql_query(
            "WITH RECURSIVE found (term) AS (\
             SELECT (SELECT term FROM incident_words WHERE term >= ?1 LIMIT 1) UNION ALL \
             SELECT (SELECT term FROM incident_words WHERE term >= found.term || '0' LIMIT 1) FROM found \
             WHERE found.term < ?1 || '{' LIMIT ?2) \
             SELECT term FROM found WHERE term >= ?1 AND term < ?1 || '{'",
        )
        .bind::<Text, _>(beginning)
        .bind::<BigInt, _>(MANY_WORDS + 2)
        .load(conn)?;
        Ok(words.into_iter().map(|word| word.term).collect())
    }

    fn is_a_word(conn: &mut Conn, word: &str) -> QueryResult<bool> {
        let query = diesel::sql_query("SELECT term FROM incident_words WHERE term = ? LIMIT 1");
        let found: Option<Word> = query.bind::<Text, _>(word).get_result(conn).optional()?;
        Ok(found.is_some())
    }

    /// The query in FTS5's words, with the small filters; `None` if there are no such words. All are letters and
    /// digits only, so quoting is enough.
    pub fn text_query(
        conn: &mut Conn,
        text: &SearchQuery,
        seen: Sources,
        mask: &Mask,
    ) -> QueryResult<Option<String>> {
        let mut all = Vec::new();
        for term in &text.0 {
            let mut either = Vec::new();
            for mark in marks(seen) {
                either.extend(phrases(conn, term, mark)?);
            }
            if either.is_empty() {
                return Ok(None);
            }
            all.push(format!("({})", either.join(" OR ")));
        }
        all.extend(mask.words());
        Ok(Some(all.join(" AND ")))
    }

    /// A term as phrases of words with this mark; any of them will do, and none if no such words are known.
    fn phrases(conn: &mut Conn, term: &Term, mark: char) -> QueryResult<Vec<String>> {
        let mut words: Vec<String> = term.words.iter().map(|w| index_word(mark, w)).collect();
        let Some(last) = words.pop() else { return Ok(Vec::new()) };
        let phrase = |last: &str| {
            let words: Vec<&str> = words.iter().map(String::as_str).chain([last]).collect();
            format!("\"{}\"", words.join(" "))
        };
        if !term.prefix {
            return Ok(if is_a_word(conn, &last)? { vec![phrase(&last)] } else { Vec::new() });
        }
        let endings = beginning_with(conn, &last)?;
        if i64::try_from(endings.len()).is_ok_and(|n| n <= MANY_WORDS) {
            return Ok(endings.iter().map(|ending| phrase(ending)).collect());
        }
        Ok(vec![phrase(&last) + " *"])
    }

    #[derive(QueryableByName)]
    struct Number {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }

    /// How many match, if text and small filters are all there is to match. The page comes from the text index, too,
    /// but not at once: it gives out the newest first without sorting.
    pub fn text_page(
        conn: &mut Conn,
        page: TextPage<'_, incidents::BoxedQuery<'_, Db>>,
    ) -> QueryResult<TextFound> {
        if !page.alone {
            return Ok(TextFound::Nothing);
        }
        let count =
            "SELECT COUNT(*) AS n FROM (SELECT 1 FROM incident_text WHERE incident_text MATCH ? LIMIT ?)";
        let query = diesel::sql_query(count).bind::<Text, _>(page.words).bind::<BigInt, _>(CAP);
        query.get_result::<Number>(conn).map(|row| TextFound::Total(row.n))
    }

    /// Incidents that match text and small filters. With `nearest`, only as many as are needed are taken from the text
    /// index, from the right end of it or from around the cursor on. With `common`, the list's order is walked and each
    /// row looked up among the matches, which are not read then.
    pub fn matching<'a>(
        q: incidents::BoxedQuery<'a, Db>,
        words: &str,
        nearest: Option<&Nearest>,
        common: bool,
    ) -> incidents::BoxedQuery<'a, Db> {
        // The plus forbids the planner to begin with the matches.
        let row = if common { "+incidents.seq" } else { "incidents.seq" };
        let matches = format!("{row} IN (SELECT rowid FROM incident_text WHERE incident_text MATCH ");
        let condition = sql::<Bool>(&matches).bind::<Text, _>(words.to_owned());
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
