//! Rows read along an index and asked whether they match, which where many match is quicker than to gather what does
//! (docs/adr/0003-lists.md). How far is read stands in each statement but the last resort's: a planner that is not told
//! believes that hardly any row matches, and sorts the whole table.

use super::queries::CAP;
use super::text::Place;
use super::{Conn, Db};
use crate::facets::{self, Mask};
use crate::queries_shared::Candidates;
use crate::schema::incidents;
use crate::types::{DbId, DbTime, Id, Ts};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Bool, Text, Untyped};
use probatum_kernel::{IncidentId, Timestamp};

/// At how many places samples are taken.
const PLACES: i64 = 4;
/// How many rows a sample has.
const SAMPLE: i64 = 64;
/// Each stretch is so many times as long as the one before.
const FURTHER: i64 = 8;

/// What a row of a stretch must match.
pub struct Wanted<'a> {
    words: &'a str,
    mask: Mask,
    overdue: Option<(bool, DbTime)>,
    /// The row itself, if it passes all filters and matches the text.
    row: Box<dyn QueryFragment<Db> + Send + 'a>,
}

impl<'a> Wanted<'a> {
    /// From whatever passes all filters, the text as a tsquery, the small filters, and whether to be overdue, and when.
    pub fn new(
        rest: incidents::BoxedQuery<'a, Db>,
        words: &'a str,
        mask: Mask,
        overdue: Option<(bool, Timestamp)>,
    ) -> Self {
        let text = sql::<Bool>("incidents.search @@ to_tsquery('simple', ").bind::<Text, _>(words);
        let row = rest.filter(sql::<Bool>("incidents.id = stretch.id")).filter(text.sql(")"));
        let overdue = overdue.map(|(asked, now)| (asked, DbTime(now)));
        Self { words, mask, overdue, row: Box::new(row.select(incidents::id)) }
    }

    fn mask<'b>(&'b self, out: &mut AstPass<'_, 'b, Db>) -> QueryResult<()> {
        out.push_sql("stretch.facets & ");
        out.push_bind_param::<BigInt, _>(&self.mask.mask)?;
        out.push_sql(" = ");
        out.push_bind_param::<BigInt, _>(&self.mask.value)
    }

    /// Of candidates, which have their text with them and nothing else to match.
    fn mask_and_text<'b>(&'b self, out: &mut AstPass<'_, 'b, Db>) -> QueryResult<()> {
        self.mask(out)?;
        out.push_sql(" AND stretch.search @@ to_tsquery('simple', ");
        out.push_bind_param::<Text, _>(self.words)?;
        out.push_sql(")");
        Ok(())
    }

    /// Of entries of an order, which the index tells with their small filters and SLA: rows are read of those alone that pass
    /// these. `OFFSET 0` keeps the planner from making a join of it, which would know no order.
    fn all<'b>(&'b self, out: &mut AstPass<'_, 'b, Db>) -> QueryResult<()> {
        self.mask(out)?;
        if let Some((asked, now)) = &self.overdue {
            let closed = facets::closed();
            let open = format!("stretch.facets & {} <> {}", closed.mask, closed.value);
            out.push_sql(&format!(" AND COALESCE({open} AND stretch.sla_due_at < "));
            out.push_bind_param::<Ts, _>(now)?;
            out.push_sql(if *asked { ", FALSE)" } else { ", FALSE) IS FALSE" });
        }
        out.push_sql(" AND EXISTS (");
        QueryFragment::<Db>::walk_ast(&*self.row, out.reborrow())?;
        out.push_sql(" OFFSET 0)");
        Ok(())
    }
}

/// What few rows told.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sampled {
    /// More match than are told exactly. If not, it is not known.
    pub many: bool,
    /// What passes the small filters is better read than what matches the text.
    pub by_filters: bool,
}

/// Whether more match than are told exactly, if that shows by reading few of the candidates. Where a filter meets nearly every
/// text, GIN gathers far more than are counted. What is true of the newest need not be of those before them (few of them are
/// closed), so samples are taken at four places in time, and the reading begins at one of them.
pub fn sample(
    conn: &mut Conn,
    candidates: &Candidates<'_, incidents::BoxedQuery<'_, Db>>,
    wanted: &Wanted<'_>,
) -> QueryResult<Sampled> {
    let from = oldest(conn)?.max(candidates.from);
    let quarter = (candidates.until.millis() - from.millis()).max(0) / PLACES;
    let begin = |n: i64| (candidates.before)(candidates.until.plus_millis(-quarter * n));
    let rows = |n: i64| begin(n).select((incidents::facets, sql::<Untyped>("incidents.search")));
    let places: Vec<_> = (0..PLACES).map(rows).collect();
    let mut found: Vec<(i64, i64, i64)> = Samples { places: &places, wanted }.load(conn)?;
    found.sort_unstable();
    let (matching, passing) = found.iter().fold((0, 0), |(m, p), (_, n, of)| (m + n, p + of));
    let begins = begins_shortly(wanted.words);
    let most = passing >= SAMPLE / 2 && matching * if begins { 4 } else { 2 } >= passing;
    let few = begins && candidates.n / (PLACES * SAMPLE) * passing <= 2 * CAP;
    let by_filters = wanted.mask != Mask::default() && (most || few);
    let half = found.iter().find(|(_, n, _)| *n >= SAMPLE / 2);
    let best = half.or_else(|| found.iter().max_by_key(|(_, n, _)| *n));
    let best = best.filter(|(_, n, _)| *n >= SAMPLE / 4).map(|(place, _, _)| *place);
    let many = match best.and_then(|place| places.get(usize::try_from(place).ok()?)) {
        Some(rows) => are_many(conn, rows, wanted)?,
        None => false,
    };
    Ok(Sampled { many, by_filters })
}

/// Whether a beginning of one or two characters is asked for, which very many words have: all of them are gathered, which
/// takes longer than to read some ten thousand rows.
fn begins_shortly(words: &str) -> bool {
    let mut beginnings: Vec<&str> = words.split(":*").collect();
    beginnings.pop();
    beginnings.iter().any(|before| {
        let start = before.rfind(|c: char| !c.is_ascii_alphanumeric()).map_or(0, |at| at + 1);
        // After the mark; what is no ASCII is a z and six digits (application/src/search.rs).
        let mut letters = before.get(start..).unwrap_or_default().chars().skip(1);
        let mut n = 0;
        while let Some(letter) = letters.next() {
            n += 1;
            if letter == 'z' {
                letters.nth(5);
            }
        }
        n <= 2
    })
}

/// Whether more of these rows match than are told exactly: read on, as far as it takes, as long as a quarter does.
fn are_many<Q: QueryFragment<Db> + Query>(
    conn: &mut Conn,
    rows: &Q,
    wanted: &Wanted<'_>,
) -> QueryResult<bool> {
    let mut read = SAMPLE * FURTHER;
    loop {
        let (found, of): (i64, i64) = Dense { rows, wanted, read }.get_result(conn)?;
        if found >= CAP || found < read / 4 || of < read {
            return Ok(found >= CAP);
        }
        let enough = CAP * read / found;
        read = (read * FURTHER).min(enough + enough / 4);
    }
}

/// When the oldest incident was created.
fn oldest(conn: &mut Conn) -> QueryResult<Timestamp> {
    let first = incidents::table.select(incidents::id).order(incidents::id.asc()).limit(1);
    let first: Option<DbId> = first.get_result(conn).optional()?;
    Ok(first.map_or(Timestamp::EPOCH, |id| IncidentId::from_uuid(id.0).created_at()))
}

/// The page, read along the order over at most so many rows, or twice as many as it needs; `None` if these did not fill it.
pub fn page_nearby<Q: QueryFragment<Db> + Query>(
    conn: &mut Conn,
    rows: &Q,
    wanted: &Wanted<'_>,
    place: Place,
    far: i64,
) -> QueryResult<Option<Vec<(DbId, i64)>>> {
    let needed = place.offset + place.limit;
    let far = far.max(needed * 2);
    let mut read = (needed * FURTHER).min(far);
    loop {
        let keys = walked(conn, Walked { rows, wanted, place, read })?;
        if i64::try_from(keys.len()) == Ok(place.limit) {
            return Ok(Some(keys));
        }
        if read == far {
            let there_are: i64 = Stretch { rows, read }.get_result(conn)?;
            return Ok(Some(keys).filter(|_| there_are < read));
        }
        read = (read * FURTHER).min(far);
    }
}

/// The page, read along the order to its end.
pub fn page_anywhere<Q: QueryFragment<Db> + Query>(
    conn: &mut Conn,
    rows: &Q,
    wanted: &Wanted<'_>,
    place: Place,
) -> QueryResult<Vec<(DbId, i64)>> {
    walked(conn, Walked { rows, wanted, place, read: i64::MAX })
}

/// Sorted once more: SQL does not promise that a query keeps the order of one within it.
fn walked<Q: QueryFragment<Db> + Query>(
    conn: &mut Conn,
    statement: Walked<'_, Q>,
) -> QueryResult<Vec<(DbId, i64)>> {
    let descending = statement.place.descending;
    let mut keys: Vec<(DbId, i64)> = statement.load(conn)?;
    keys.sort_unstable_by_key(|(id, value)| (*value, *id));
    if descending {
        keys.reverse();
    }
    Ok(keys)
}

/// The first `read` rows; as a statement, how many there are.
struct Stretch<'a, Q> {
    rows: &'a Q,
    read: i64,
}

/// How many match of a sample at each place, and how many pass the small filters, with the number of the place.
struct Samples<'a, Q> {
    places: &'a [Q],
    wanted: &'a Wanted<'a>,
}

/// How many of the first `read` rows match, and how many of these there are.
struct Dense<'a, Q> {
    rows: &'a Q,
    wanted: &'a Wanted<'a>,
    read: i64,
}

/// A page of those of the first `read` rows that match, in their order.
struct Walked<'a, Q> {
    rows: &'a Q,
    wanted: &'a Wanted<'a>,
    place: Place,
    read: i64,
}

/// Planned each time, with the values, which decide: `stretch` forbids to keep a plan.
macro_rules! planned_each_time {
    ($($statement:ident -> $type:ty),+ $(,)?) => {$(
        impl<Q> QueryId for $statement<'_, Q> {
            type QueryId = ();
            const HAS_STATIC_QUERY_ID: bool = false;
        }

        impl<Q: Query> Query for $statement<'_, Q> {
            type SqlType = $type;
        }

        impl<Q> RunQueryDsl<Conn> for $statement<'_, Q> {}
    )+};
}

planned_each_time! {
    Stretch -> BigInt,
    Samples -> (BigInt, BigInt, BigInt),
    Dense -> (BigInt, BigInt),
    Walked -> (Id, BigInt),
}

/// The first `read` rows, as a table.
fn stretch<'b, Q: QueryFragment<Db>>(
    rows: &'b Q,
    read: &'b i64,
    out: &mut AstPass<'_, 'b, Db>,
) -> QueryResult<()> {
    out.unsafe_to_cache_prepared();
    out.push_sql(" FROM (");
    rows.walk_ast(out.reborrow())?;
    out.push_sql(" LIMIT ");
    out.push_bind_param::<BigInt, _>(read)?;
    out.push_sql(") AS stretch");
    Ok(())
}

impl<Q: QueryFragment<Db>> QueryFragment<Db> for Stretch<'_, Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Db>) -> QueryResult<()> {
        out.push_sql("SELECT COUNT(*)");
        stretch(self.rows, &self.read, &mut out)
    }
}

impl<Q: QueryFragment<Db>> QueryFragment<Db> for Samples<'_, Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Db>) -> QueryResult<()> {
        for (n, rows) in self.places.iter().enumerate() {
            if n > 0 {
                out.push_sql(" UNION ALL ");
            }
            out.push_sql(&format!("SELECT CAST({n} AS BIGINT), COUNT(*) FILTER (WHERE "));
            self.wanted.mask_and_text(&mut out)?;
            out.push_sql("), COUNT(*) FILTER (WHERE ");
            self.wanted.mask(&mut out)?;
            out.push_sql(")");
            stretch(rows, &SAMPLE, &mut out)?;
        }
        Ok(())
    }
}

impl<Q: QueryFragment<Db>> QueryFragment<Db> for Dense<'_, Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Db>) -> QueryResult<()> {
        out.push_sql("SELECT COUNT(*) FILTER (WHERE ");
        self.wanted.mask_and_text(&mut out)?;
        out.push_sql("), COUNT(*)");
        stretch(self.rows, &self.read, &mut out)
    }
}

impl<Q: QueryFragment<Db>> QueryFragment<Db> for Walked<'_, Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Db>) -> QueryResult<()> {
        out.push_sql("SELECT id, k");
        stretch(self.rows, &self.read, &mut out)?;
        out.push_sql(" WHERE ");
        self.wanted.all(&mut out)?;
        self.place.bounds(&mut out)
    }
}

#[cfg(test)]
mod tests {
    use super::begins_shortly;

    #[test]
    fn a_short_beginning_is_one_of_two_letters_at_most() {
        assert!(begins_shortly("((wp:*) | (qp:*))") && begins_shortly("((wransom:*)) & ((wpa:*))"));
        assert!(begins_shortly("((wz00017cz00017c:*))") && !begins_shortly("((wz00017cab:*))"));
        assert!(!begins_shortly("((wransom:*))") && !begins_shortly("((wp))") && !begins_shortly(""));
    }
}
