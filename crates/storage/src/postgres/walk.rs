//! Rows read along an index and asked whether they match, which where many match is quicker than to gather what does
//! (docs/adr/0003-lists.md). How far is read stands in each statement: a planner that is not told believes that hardly any
//! row matches, and sorts the whole table.

use super::queries::CAP;
use super::text::Place;
use super::{Conn, Db};
use crate::facets::Mask;
use crate::queries_shared::Candidates;
use crate::schema::incidents;
use crate::types::{DbId, Id};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Text, Untyped};
use probatum_kernel::{IncidentId, Timestamp};

/// What a row must match.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The text, as a tsquery.
    pub words: &'a str,
    /// The small filters.
    pub mask: Mask,
}

/// At how many places samples are taken.
const PLACES: i64 = 4;
/// How many rows a sample has.
const SAMPLE: i64 = 64;
/// Each stretch is so many times as long as the one before.
const FURTHER: i64 = 8;

/// What few rows told.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sampled {
    /// More match than are told exactly. If not, it is not known.
    pub many: bool,
    /// At least half of all texts match.
    pub any_text: bool,
}

/// Whether more match than are told exactly, if that shows by reading few of the candidates. Where a filter meets nearly every
/// text, GIN gathers far more than are counted. What is true of the newest need not be of those before them (few of them are
/// closed), so samples are taken at four places in time, and the reading begins at one of them.
pub fn sample(
    conn: &mut Conn,
    candidates: &Candidates<'_, incidents::BoxedQuery<'_, Db>>,
    wanted: Wanted<'_>,
) -> QueryResult<Sampled> {
    let from = match candidates.from {
        Some(from) => from,
        None => oldest(conn)?,
    };
    let quarter = (candidates.until.millis() - from.millis()).max(0) / PLACES;
    let begin = |n: i64| (candidates.before)(candidates.until.plus_millis(-quarter * n));
    let rows = |n: i64| begin(n).select((incidents::facets, sql::<Untyped>("incidents.search")));
    let places: Vec<_> = (0..PLACES).map(rows).collect();
    let mut found: Vec<(i64, i64, i64)> = Samples { places: &places, wanted }.load(conn)?;
    found.sort_unstable();
    let any_text = found.iter().map(|(_, _, texts)| texts).sum::<i64>() >= PLACES * SAMPLE / 2;
    let half = found.iter().find(|(_, all, _)| *all >= SAMPLE / 2);
    let best = half.or_else(|| found.iter().max_by_key(|(_, all, _)| *all));
    let best = best.filter(|(_, all, _)| *all >= SAMPLE / 4).map(|(n, _, _)| *n);
    let many = match best.and_then(|n| places.get(usize::try_from(n).ok()?)) {
        Some(rows) => are_many(conn, rows, wanted)?,
        None => false,
    };
    Ok(Sampled { many, any_text })
}

/// Whether more of these rows match than are told exactly: read on, as far as it takes, as long as a quarter does.
fn are_many<Q: QueryFragment<Db> + Query>(
    conn: &mut Conn,
    rows: &Q,
    wanted: Wanted<'_>,
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

/// The page, read along the order up to about as many rows as are counted; `None` if so many did
/// not fill it.
pub fn page_nearby<Q: QueryFragment<Db> + Query>(
    conn: &mut Conn,
    rows: &Q,
    wanted: Wanted<'_>,
    place: Place,
) -> QueryResult<Option<Vec<(DbId, i64)>>> {
    const FAR: i64 = 2 * CAP;
    let full = |keys: &Vec<(DbId, i64)>| i64::try_from(keys.len()) == Ok(place.limit);
    let rows_needed = place.offset + place.limit;
    let mut read = (rows_needed * FURTHER).min(FAR.max(rows_needed * 2));
    loop {
        let keys: Vec<(DbId, i64)> = Walked { rows, wanted, place, read }.load(conn)?;
        if full(&keys) {
            return Ok(Some(keys));
        }
        let there_are: i64 = Stretch { rows, read }.get_result(conn)?;
        if there_are < read {
            return Ok(Some(keys));
        }
        read *= FURTHER;
        if read > FAR {
            return Ok(None);
        }
    }
}

/// The page, read along the order to its end.
pub fn page_anywhere<Q: QueryFragment<Db> + Query>(
    conn: &mut Conn,
    rows: &Q,
    wanted: Wanted<'_>,
    place: Place,
) -> QueryResult<Vec<(DbId, i64)>> {
    Walked { rows, wanted, place, read: i64::MAX }.load(conn)
}

/// The first `read` rows; as a statement, how many there are.
#[derive(Debug)]
struct Stretch<'a, Q> {
    rows: &'a Q,
    read: i64,
}

/// How many match of a sample at each place, and how many texts do, with the number of the place.
#[derive(Debug)]
struct Samples<'a, Q> {
    places: &'a [Q],
    wanted: Wanted<'a>,
}

/// How many of the first `read` rows match, and how many of these there are.
#[derive(Debug)]
struct Dense<'a, Q> {
    rows: &'a Q,
    wanted: Wanted<'a>,
    read: i64,
}

/// A page of those of the first `read` rows that match, in their order.
#[derive(Debug)]
struct Walked<'a, Q> {
    rows: &'a Q,
    wanted: Wanted<'a>,
    place: Place,
    read: i64,
}

/// Planned each time, with the values: how many match decides.
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
    out.push_sql("(");
    rows.walk_ast(out.reborrow())?;
    out.push_sql(" LIMIT ");
    out.push_bind_param::<BigInt, _>(read)?;
    out.push_sql(") AS stretch");
    Ok(())
}

impl Wanted<'_> {
    fn both<'b>(&'b self, out: &mut AstPass<'_, 'b, Db>) -> QueryResult<()> {
        self.filters(out)?;
        out.push_sql(" AND ");
        self.text(out)
    }

    fn filters<'b>(&'b self, out: &mut AstPass<'_, 'b, Db>) -> QueryResult<()> {
        out.push_sql("facets & ");
        out.push_bind_param::<BigInt, _>(&self.mask.mask)?;
        out.push_sql(" = ");
        out.push_bind_param::<BigInt, _>(&self.mask.value)
    }

    fn text<'b>(&'b self, out: &mut AstPass<'_, 'b, Db>) -> QueryResult<()> {
        out.push_sql("search @@ to_tsquery('simple', ");
        out.push_bind_param::<Text, _>(self.words)?;
        out.push_sql(")");
        Ok(())
    }
}

impl<Q: QueryFragment<Db>> QueryFragment<Db> for Stretch<'_, Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Db>) -> QueryResult<()> {
        out.push_sql("SELECT COUNT(*) FROM ");
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
            self.wanted.filters(&mut out)?;
            out.push_sql("), COUNT(*) FROM ");
            stretch(rows, &SAMPLE, &mut out)?;
            out.push_sql(" WHERE ");
            self.wanted.text(&mut out)?;
        }
        Ok(())
    }
}

impl<Q: QueryFragment<Db>> QueryFragment<Db> for Dense<'_, Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Db>) -> QueryResult<()> {
        out.push_sql("SELECT COUNT(*) FILTER (WHERE ");
        self.wanted.both(&mut out)?;
        out.push_sql("), COUNT(*) FROM ");
        stretch(self.rows, &self.read, &mut out)
    }
}

impl<Q: QueryFragment<Db>> QueryFragment<Db> for Walked<'_, Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Db>) -> QueryResult<()> {
        out.push_sql("SELECT id, k FROM ");
        stretch(self.rows, &self.read, &mut out)?;
        out.push_sql(" WHERE ");
        self.wanted.both(&mut out)?;
        self.place.bounds(&mut out)
    }
}
