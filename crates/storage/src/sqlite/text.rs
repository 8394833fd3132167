//! Full text on SQLite: FTS5, whose order is that of insertion, and totals counted beside the page (docs/adr/0003-lists.md).

use super::queries::CAP;
use super::{Conn, Db};
use crate::executor::counter::Counted;
use crate::facets::Mask;
use crate::queries_shared::{Rows, SLACK, TextFound, TextMatch, TextPage, Within};
use crate::schema::{audit_head, incidents};
use crate::types::{DbId, Id};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Bool, Text};
use probatum_application::indicators::Sources;
use probatum_application::{SearchQuery, Term, index_word, marks};

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

/// What the reader counts at first.
const HALF: i64 = CAP / 2 + 1;

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// Rows in the order of their insertion, in which the text index gives them out without sorting: the order of creation, but
/// for few that came in at the same moment. `None` if it once was another (a clock set back).
pub fn row_order(conn: &mut Conn) -> QueryResult<Option<[&'static str; 2]>> {
    let broken: Number = diesel::sql_query("SELECT broken AS n FROM insertion_order").get_result(conn)?;
    Ok((broken.n == 0).then_some(["incidents.seq ASC", "incidents.seq DESC"]))
}

/// Writes the text index anew without what was deleted from it: after every row has changed, half of it is.
pub fn tidy_words(conn: &mut Conn) -> QueryResult<()> {
    let optimize = "INSERT INTO incident_text (incident_text) VALUES ('optimize')";
    diesel::sql_query(optimize).execute(conn).map(|_| ())
}

/// How many match, if text and small filters are all there is to match: told later, if the page can be read without, so
/// that the counter may count meanwhile.
pub fn text_page<'a>(
    conn: &mut Conn,
    page: TextPage<'a, incidents::BoxedQuery<'a, Db>>,
) -> QueryResult<TextFound<'a, Conn>> {
    if !page.alone {
        return Ok(TextFound::Nothing);
    }
    let words = page.words;
    if page.by_insertion
        && let Some(within) = page.within
    {
        return count_within(conn, words, within).map(TextFound::Total);
    }
    if !page.by_insertion {
        let total = match page.within {
            Some(within) => count_within(conn, words, within)?,
            None => count(conn, words)?,
        };
        let common = total >= CAP && page.offset == 0;
        let far = if common { how_far(conn, &page)? } else { None };
        let keys = far.map(|far| walked(conn, page, far)).transpose()?.flatten();
        return Ok(keys.map_or(TextFound::Total(total), |keys| TextFound::Page(total, keys)));
    }
    // The older part is the counter's, and somewhat larger: the reader has the page to read as well.
    let bound = newest(conn)? / 9 * 5;
    let asked = page.counter.and_then(|counter| counter.ask(words, bound));
    Ok(TextFound::Later(Box::new(move |conn: &mut Conn| match asked {
        None => count(conn, words),
        Some(answer) => {
            // Where all match, half is enough if the counter finds the other half.
            let newer = count_from(conn, words, bound, HALF)?;
            let older = match answer.recv() {
                // What is counted is what the page was read of, if nothing was written between.
                Ok(Counted { n, head }) if head == head_of(conn)? => n,
                _ => count_below(conn, words, bound)?,
            };
            let missing = CAP.saturating_sub(older);
            let newer = if newer < HALF || missing <= HALF {
                newer
            } else {
                count_from(conn, words, bound, missing)?
            };
            Ok(older.saturating_add(newer).min(CAP))
        }
    })))
}

/// How far an order is walked, in pages; and in rows, where the alternative is to gather very many matches.
const PAGES: i64 = 8;
const FAR: i64 = 1_024;

/// How far an order is to be walked for a page, in rows: as far as the share of all rows that match promises to fill it, or not
/// at all. Rows are sampled at many places of the time that is asked for: what was put on record last may be of another kind
/// than all before, and what came in together is alike. Of a prefix, all entries are gathered each time, so that only the
/// newest rows are looked at. They are enough to try a few pages: many orders begin with them.
fn how_far(conn: &mut Conn, page: &TextPage<'_, incidents::BoxedQuery<'_, Db>>) -> QueryResult<Option<i64>> {
    const SAMPLE: i64 = 256;
    let Some((first, last)) = rows_within(conn, page.within.unwrap_or_default())? else { return Ok(None) };
    let places = if page.words.contains('*') { 1 } else { 16 };
    let rows = SAMPLE / places;
    let mut matching = Vec::new();
    for place in 0..places {
        let end = last - (last - first) / places * place + 1;
        matching.push(count_between(conn, page.words, (end.saturating_sub(rows), end), rows)?);
    }
    let found: i64 = matching.iter().sum();
    let at_newest = matching.first().is_some_and(|n| n * 4 >= rows);
    let near = page.limit.saturating_mul(PAGES);
    Ok(match found * 4 / SAMPLE {
        3.. if places > 1 => Some(near.max(FAR)),
        0 if !at_newest => None,
        _ => Some(near),
    })
}

/// The page found by walking the order over so many rows and asking the text index for each; `None` if that does not fill
/// it: then this order has what matches elsewhere.
fn walked(
    conn: &mut Conn,
    page: TextPage<'_, incidents::BoxedQuery<'_, Db>>,
    far: i64,
) -> QueryResult<Option<Vec<(DbId, i64)>>> {
    let key = sql::<BigInt>(&format!("{} AS k", page.key));
    let order = (page.order)(Rows::Passing);
    let rows = order.select((incidents::id, key, sql::<BigInt>("incidents.seq AS row"))).limit(far);
    let walked = Walked { rows, words: page.words.to_owned(), limit: page.limit };
    let mut keys: Vec<(DbId, i64)> = walked.load(conn)?;
    // Read along the order, which SQL does not promise of a query around it.
    keys.sort_unstable_by_key(|(id, value)| (*value, *id));
    if page.descending {
        keys.reverse();
    }
    Ok(Some(keys).filter(|keys| i64::try_from(keys.len()) == Ok(page.limit)))
}

#[derive(Debug, QueryId)]
struct Walked<Q> {
    rows: Q,
    words: String,
    limit: i64,
}

impl<Q: Query> Query for Walked<Q> {
    type SqlType = (Id, BigInt);
}

impl<Q> RunQueryDsl<Conn> for Walked<Q> {}

impl<Q: QueryFragment<Db>> QueryFragment<Db> for Walked<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Db>) -> QueryResult<()> {
        out.push_sql("SELECT id, k FROM (");
        self.rows.walk_ast(out.reborrow())?;
        out.push_sql(") AS walked WHERE EXISTS (SELECT 1 FROM incident_text WHERE incident_text MATCH ");
        out.push_bind_param::<Text, _>(&self.words)?;
        out.push_sql(" AND rowid = walked.row) LIMIT ");
        out.push_bind_param::<BigInt, _>(&self.limit)
    }
}

/// How many match among the rows before `bound`, up to one more than is told exactly, and the end of the audit log, which
/// every change moves.
pub fn counted(conn: &mut Conn, words: &str, bound: i64) -> QueryResult<Counted> {
    Ok(Counted { head: head_of(conn)?, n: count_below(conn, words, bound)? })
}

fn head_of(conn: &mut Conn) -> QueryResult<i64> {
    audit_head::table.select(audit_head::seq).get_result(conn)
}

/// The row that was inserted last.
fn newest(conn: &mut Conn) -> QueryResult<i64> {
    let newest = "SELECT COALESCE(MAX(seq), 0) AS n FROM incidents";
    diesel::sql_query(newest).get_result::<Number>(conn).map(|row| row.n)
}

fn count(conn: &mut Conn, words: &str) -> QueryResult<i64> {
    let count = "SELECT COUNT(*) AS n FROM (SELECT 1 FROM incident_text WHERE incident_text MATCH ? LIMIT ?)";
    let query = diesel::sql_query(count).bind::<Text, _>(words).bind::<BigInt, _>(CAP);
    query.get_result::<Number>(conn).map(|row| row.n)
}

fn count_below(conn: &mut Conn, words: &str, bound: i64) -> QueryResult<i64> {
    count_between(conn, words, (0, bound), CAP)
}

fn count_from(conn: &mut Conn, words: &str, bound: i64, limit: i64) -> QueryResult<i64> {
    count_between(conn, words, (bound, i64::MAX), limit)
}

/// How many match among the rows from the first on and before the second.
fn count_between(conn: &mut Conn, words: &str, rows: (i64, i64), limit: i64) -> QueryResult<i64> {
    let count = "SELECT COUNT(*) AS n FROM (\
        SELECT 1 FROM incident_text WHERE incident_text MATCH ? AND rowid >= ? AND rowid < ? LIMIT ?)";
    let query = diesel::sql_query(count).bind::<Text, _>(words).bind::<BigInt, _>(rows.0);
    let query = query.bind::<BigInt, _>(rows.1).bind::<BigInt, _>(limit);
    query.get_result::<Number>(conn).map(|row| row.n)
}

/// What all ids are from, and below.
const LOWEST: DbId = DbId(uuid::Uuid::nil());
const HIGHEST: DbId = DbId(uuid::Uuid::max());

fn ids(within: Within) -> (DbId, DbId) {
    (within.from.unwrap_or(LOWEST), within.before.unwrap_or(HIGHEST))
}

/// How many match that were created in a time, up to one more than is told exactly. Rows stand in the order of creation but
/// for [`SLACK`]: between the first and the last of that time the text index tells alone, around these two ids do.
fn count_within(conn: &mut Conn, words: &str, within: Within) -> QueryResult<i64> {
    let Some((first, last)) = rows_within(conn, within)? else { return Ok(0) };
    let (from, before) = ids(within);
    let (begin, end) = (first - SLACK, last + SLACK + 1);
    let (certain, uncertain) = (first + SLACK + 1, last - SLACK);
    if certain >= uncertain {
        return count_by_id(conn, words, (begin, end), (from, before));
    }
    let inner = count_between(conn, words, (certain, uncertain), CAP)?;
    let at_first = count_by_id(conn, words, (begin, certain), (from, before))?;
    let at_last = count_by_id(conn, words, (uncertain, end), (from, before))?;
    Ok(inner.saturating_add(at_first).saturating_add(at_last).min(CAP))
}

/// The first and the last row that was created in a time. If none was, those around it, the later first; `None` if one of them is
/// missing.
fn rows_within(conn: &mut Conn, within: Within) -> QueryResult<Option<(i64, i64)>> {
    let (from, before) = ids(within);
    let seq = sql::<BigInt>("incidents.seq");
    let first = incidents::table.filter(incidents::id.ge(from)).order(incidents::id.asc()).limit(1);
    let first: Option<i64> = first.select(seq.clone()).get_result(conn).optional()?;
    let last = incidents::table.filter(incidents::id.lt(before)).order(incidents::id.desc()).limit(1);
    let last: Option<i64> = last.select(seq).get_result(conn).optional()?;
    Ok(first.zip(last))
}

/// How many match among few rows whose ids lie between two.
fn count_by_id(
    conn: &mut Conn,
    words: &str,
    rows: (i64, i64),
    (from, before): (DbId, DbId),
) -> QueryResult<i64> {
    let count = "SELECT COUNT(*) AS n FROM incident_text JOIN incidents ON incidents.seq = incident_text.rowid \
                 WHERE incident_text MATCH ? AND incident_text.rowid >= ? AND incident_text.rowid < ? \
                 AND incidents.id >= ? AND incidents.id < ?";
    let query = diesel::sql_query(count).bind::<Text, _>(words).bind::<BigInt, _>(rows.0);
    let query = query.bind::<BigInt, _>(rows.1).bind::<Id, _>(from).bind::<Id, _>(before);
    query.get_result::<Number>(conn).map(|row| row.n)
}

/// Incidents that match text and small filters. With `nearest`, only as many as are needed are taken from the text
/// index, from the right end of it or from around the cursor or the time on. With `common`, the list's order is walked and each
/// row looked up among the matches, which are not read then.
pub fn matching<'a>(q: incidents::BoxedQuery<'a, Db>, of: TextMatch<'_>) -> incidents::BoxedQuery<'a, Db> {
    // The plus forbids the planner to begin with the matches.
    let row = if of.common { "+incidents.seq" } else { "incidents.seq" };
    let matches = format!("{row} IN (SELECT rowid FROM incident_text WHERE incident_text MATCH ");
    let condition = sql::<Bool>(&matches).bind::<Text, _>(of.words.to_owned());
    let Some(near) = of.nearest else {
        return match of.within.filter(|_| !of.common).map(|within| ids(*within)) {
            None => q.filter(condition.sql(")")),
            Some((from, before)) => q.filter(
                condition
                    .sql(&format!(" AND rowid >= (SELECT seq - {SLACK} FROM incidents WHERE id >= "))
                    .bind::<Id, _>(from)
                    .sql(&format!(
                        " ORDER BY id LIMIT 1) AND rowid <= (SELECT seq + {SLACK} FROM incidents WHERE id < "
                    ))
                    .bind::<Id, _>(before)
                    .sql(" ORDER BY id DESC LIMIT 1))"),
            ),
        };
    };
    let (bound, order) = if near.descending {
        (
            format!(" AND rowid <= (SELECT seq + {SLACK} FROM incidents WHERE id <= "),
            " ORDER BY id DESC LIMIT 1)",
        )
    } else {
        (format!(" AND rowid >= (SELECT seq - {SLACK} FROM incidents WHERE id >= "), " ORDER BY id LIMIT 1)")
    };
    let rows = if near.descending { " ORDER BY rowid DESC LIMIT " } else { " ORDER BY rowid LIMIT " };
    match near.after {
        Some(id) => q.filter(
            condition
                .sql(&bound)
                .bind::<Id, _>(id)
                .sql(order)
                .sql(rows)
                .bind::<BigInt, _>(near.rows)
                .sql(")"),
        ),
        None => q.filter(condition.sql(rows).bind::<BigInt, _>(near.rows).sql(")")),
    }
}
