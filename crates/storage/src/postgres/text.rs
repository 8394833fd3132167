//! Pages by text. PostgreSQL's text index knows no order, and its planner guesses how many match: guessed wrong, a common
//! word is gathered whole or the table walked to its end for a rare one. So it is counted, not guessed (docs/adr/0003-lists.md).

use super::queries::CAP;
use super::{Conn, Db};
use crate::facets::Mask;
use crate::queries_shared::{TextFound, TextMatch, TextPage};
use crate::schema::incidents;
use crate::types::{DbId, Id};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Untyped};
use probatum_application::indicators::Sources;
use probatum_application::{SearchQuery, Term, index_word, marks};

/// Its autovacuum does so.
pub fn tidy_words(_: &mut Conn) -> QueryResult<()> {
    Ok(())
}

/// Pages by text are found otherwise.
pub fn row_order(_: &mut Conn) -> QueryResult<Option<[&'static str; 2]>> {
    Ok(None)
}

/// The query in tsquery's words. They are letters and digits only, so nothing needs quoting.
pub fn text_query(_: &mut Conn, text: &SearchQuery, seen: Sources, _: &Mask) -> QueryResult<Option<String>> {
    let phrase = |t: &Term, mark: char| {
        let words: Vec<String> = t.words.iter().map(|w| index_word(mark, w)).collect();
        format!("({}{})", words.join(" <-> "), if t.prefix { ":*" } else { "" })
    };
    let either = |t: &Term| {
        let phrases: Vec<String> = marks(seen).into_iter().map(|mark| phrase(t, mark)).collect();
        format!("({})", phrases.join(" | "))
    };
    Ok(Some(text.0.iter().map(either).collect::<Vec<_>>().join(" & ")))
}

/// Incidents that match the text and, in the same index, the small filters.
pub fn matching<'a>(q: incidents::BoxedQuery<'a, Db>, of: TextMatch<'_>) -> incidents::BoxedQuery<'a, Db> {
    let condition =
        sql::<Bool>("incidents.search @@ to_tsquery('simple', ").bind::<Text, _>(of.words.to_owned());
    let q = q.filter(condition.sql(")"));
    if *of.mask == Mask::default() {
        return q;
    }
    let values = sql::<Bool>("facet_values(incidents.facets) @> ").bind::<Array<BigInt>, _>(of.mask.values());
    q.filter(values)
}

/// Where a page begins and ends.
#[derive(Debug, Clone, Copy)]
struct Place {
    descending: bool,
    after: Option<(i64, DbId)>,
    offset: i64,
    limit: i64,
}

/// Gathers the matches up to one more than is told exactly, which is read once for the total and the page. If there
/// are more, the order is walked instead: among so many the next match is near.
pub fn text_page<'a>(
    conn: &mut Conn,
    page: TextPage<'a, incidents::BoxedQuery<'_, Db>>,
) -> QueryResult<TextFound<'a, Conn>> {
    let TextPage { descending, after, offset, limit, .. } = page;
    let place = Place { descending, after, offset, limit };
    let key = format!("{} AS k", page.key);
    let matches = page.matches.select((incidents::id, sql::<BigInt>(&key))).limit(CAP);
    let rows: Vec<(i64, Option<DbId>, Option<i64>)> = Gathered { matches, place }.load(conn)?;
    let total = rows.first().map_or(0, |row| row.0);
    if total < CAP {
        let keys = rows.into_iter().filter_map(|(_, id, value)| id.zip(value)).collect();
        return Ok(TextFound::Page(total, keys));
    }
    let rows = page.order.select((incidents::id, sql::<BigInt>(&key), sql::<Untyped>("incidents.search")));
    Walked { rows, words: page.words.to_owned(), place }.load(conn).map(|keys| TextFound::Page(total, keys))
}

/// The number of all matches beside each row of the page; without rows, once.
#[derive(Debug, QueryId)]
struct Gathered<Q> {
    matches: Q,
    place: Place,
}

impl<Q: Query> Query for Gathered<Q> {
    type SqlType = (BigInt, Nullable<Id>, Nullable<BigInt>);
}

impl<Q> RunQueryDsl<Conn> for Gathered<Q> {}

impl<Q: QueryFragment<Db>> QueryFragment<Db> for Gathered<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Db>) -> QueryResult<()> {
        let (than, order) =
            if self.place.descending { ("<", "k DESC, id DESC") } else { (">", "k ASC, id ASC") };
        out.push_sql("WITH few AS MATERIALIZED (");
        self.matches.walk_ast(out.reborrow())?;
        out.push_sql(
            ") SELECT counted.n, page.id, page.k FROM (SELECT COUNT(*) AS n FROM few) AS counted \
             LEFT JOIN (SELECT id, k FROM few",
        );
        if let Some((value, id)) = &self.place.after {
            out.push_sql(" WHERE (k, id) ");
            out.push_sql(than);
            out.push_sql(" (");
            out.push_bind_param::<BigInt, _>(value)?;
            out.push_sql(", ");
            out.push_bind_param::<Id, _>(id)?;
            out.push_sql(")");
        }
        out.push_sql(" ORDER BY ");
        out.push_sql(order);
        bounds(&self.place, &mut out)?;
        out.push_sql(") AS page ON TRUE ORDER BY ");
        out.push_sql(order);
        Ok(())
    }
}

/// The page found along the order. `OFFSET 0` keeps the planner from turning it round.
#[derive(Debug, QueryId)]
struct Walked<Q> {
    rows: Q,
    words: String,
    place: Place,
}

impl<Q: Query> Query for Walked<Q> {
    type SqlType = (Id, BigInt);
}

impl<Q> RunQueryDsl<Conn> for Walked<Q> {}

impl<Q: QueryFragment<Db>> QueryFragment<Db> for Walked<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Db>) -> QueryResult<()> {
        out.push_sql("SELECT id, k FROM (");
        self.rows.walk_ast(out.reborrow())?;
        out.push_sql(" OFFSET 0) AS walked WHERE search @@ to_tsquery('simple', ");
        out.push_bind_param::<Text, _>(&self.words)?;
        out.push_sql(")");
        bounds(&self.place, &mut out)
    }
}

fn bounds<'b>(place: &'b Place, out: &mut AstPass<'_, 'b, Db>) -> QueryResult<()> {
    out.push_sql(" LIMIT ");
    out.push_bind_param::<BigInt, _>(&place.limit)?;
    out.push_sql(" OFFSET ");
    out.push_bind_param::<BigInt, _>(&place.offset)
}
