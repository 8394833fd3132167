//! Pages by text. PostgreSQL's text index knows no order, and its planner guesses how many match: guessed wrong, a common
//! word is gathered whole or the table walked to its end for a rare one. So it is counted, not guessed (docs/adr/0003-lists.md).

use super::queries::CAP;
use super::walk::{Sampled, Wanted, page_anywhere, page_nearby, sample};
use super::{Conn, Db};
use crate::facets::{Mask, Rank};
use crate::queries_shared::{Rows, TextFound, TextMatch, TextPage};
use crate::schema::incidents;
use crate::types::{DbId, Id};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text};
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

/// Incidents that match the text and, in the same index, the small filters: for lists that are not found by [`text_page`].
pub fn matching<'a>(q: incidents::BoxedQuery<'a, Db>, of: TextMatch<'_>) -> incidents::BoxedQuery<'a, Db> {
    in_index(q, of.words, of.mask, true)
}

/// What is wanted, looked for in the text index: text and small filters, or these alone where nearly every text matches.
fn in_index<'a>(q: Boxed<'a>, words: &str, mask: &Mask, text: bool) -> Boxed<'a> {
    let condition =
        sql::<Bool>("(incidents.search @@ to_tsquery('simple', ").bind::<Text, _>(words.to_owned());
    // No index answers IS TRUE.
    let q = q.filter(condition.sql(if text { "))" } else { ")) IS TRUE" }));
    if *mask == Mask::default() {
        return q;
    }
    let values = sql::<Bool>("facet_values(incidents.facets) @> ").bind::<Array<BigInt>, _>(mask.values());
    q.filter(values)
}

/// Where a page begins and ends.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// The highest first.
    pub descending: bool,
    after: Option<(i64, DbId)>,
    /// How many rows to skip.
    pub offset: i64,
    /// How many rows.
    pub limit: i64,
}

impl Place {
    /// Whether the page comes after all of a rank.
    fn is_past(&self, rank: &Rank) -> bool {
        match self.after {
            Some((value, _)) if self.descending => i64::from(rank.from) > value,
            Some((value, _)) => i64::from(rank.to) < value,
            None => false,
        }
    }

    fn order(&self) -> &'static str {
        if self.descending { " ORDER BY k DESC, id DESC" } else { " ORDER BY k ASC, id ASC" }
    }

    /// Writes that rows come after the cursor.
    fn after<'b>(&'b self, out: &mut AstPass<'_, 'b, Db>) -> QueryResult<()> {
        let Some((value, id)) = &self.after else { return Ok(()) };
        out.push_sql(if self.descending { " WHERE (k, id) < (" } else { " WHERE (k, id) > (" });
        out.push_bind_param::<BigInt, _>(value)?;
        out.push_sql(", ");
        out.push_bind_param::<Id, _>(id)?;
        out.push_sql(")");
        Ok(())
    }

    /// Writes how many rows, and from which on.
    pub fn bounds<'b>(&'b self, out: &mut AstPass<'_, 'b, Db>) -> QueryResult<()> {
        out.push_sql(" LIMIT ");
        out.push_bind_param::<BigInt, _>(&self.limit)?;
        out.push_sql(" OFFSET ");
        out.push_bind_param::<BigInt, _>(&self.offset)
    }
}

/// Matches that are read and sorted where the order does not lead to enough of them soon.
const ALL: i64 = 200_000;

type Boxed<'a> = incidents::BoxedQuery<'a, Db>;
/// The total, counted up to one more than is told exactly, and the page.
type Found = (i64, Vec<(DbId, i64)>);

/// Gathers the matches up to one more than is told exactly, which is read once for the total and the page. If there are more
/// (which rows that are read for it often show sooner), the order is walked instead: among so many the next match is near. If
/// it is not, as where all that match have the rank that comes last, it is looked for rank by rank.
pub fn text_page<'a>(conn: &mut Conn, page: TextPage<'a, Boxed<'a>>) -> QueryResult<TextFound<'a, Conn>> {
    let sampled = match &page.candidates {
        Some(candidates) => {
            let wanted = Wanted::new((page.rest)(), page.words, page.mask, None);
            sample(conn, candidates, &wanted)?
        }
        None => Sampled::default(),
    };
    let TextPage { descending, after, offset, limit, .. } = page;
    let place = Place { descending, after, offset, limit };
    let search = Search { page: &page, by_filters: sampled.by_filters };
    let (total, keys) = match search.ranks().as_slice() {
        // The filters leave one, to which the order leads at once.
        [rank] => search.found(conn, Some(rank), place, sampled.many)?,
        _ => search.found(conn, None, place, sampled.many)?,
    };
    Ok(TextFound::Page(total, keys))
}

struct Search<'s, 'a> {
    page: &'s TextPage<'a, Boxed<'a>>,
    /// What passes the small filters is better read than what matches the text.
    by_filters: bool,
}

impl Search<'_, '_> {
    /// The ranks that may have something, in order.
    fn ranks(&self) -> Vec<Rank> {
        let ranks = self.page.ranks.iter();
        ranks.filter(|rank| self.page.mask.and(rank.mask).is_some()).copied().collect()
    }

    /// The total and the page of one rank or all of them; `many`, if there are certainly more than are told exactly.
    fn found(&self, conn: &mut Conn, rank: Option<&Rank>, place: Place, many: bool) -> QueryResult<Found> {
        let (page, rank_mask) = (self.page, rank.map_or(Mask::default(), |rank| rank.mask));
        let Some(mask) = page.mask.and(rank_mask) else { return Ok((0, Vec::new())) };
        let key = format!("{} AS k", page.key);
        // What was sampled is known of these filters, not of a rank.
        let by_text = !self.by_filters || mask != page.mask;
        let matches = in_index((page.rest)(), page.words, &mask, by_text);
        let matches = matches.select((incidents::id, sql::<BigInt>(&key)));
        // Where the order does not lead to them, they are read to the last at once.
        let most = if page.scattered { ALL } else { CAP };
        if !many {
            let (total, keys) = gathered(conn, &matches, place, most)?;
            if total < most {
                return Ok((total.min(CAP), keys));
            }
        }
        let wanted = Wanted::new((page.rest)(), page.words, mask, page.overdue);
        let order = (page.order)(rank.map_or(Rows::All, Rows::Of));
        let order =
            order.select((incidents::id, sql::<BigInt>(&key), incidents::facets, incidents::sla_due_at));
        let ranked = rank.is_none() && !page.ranks.is_empty();
        let far = if ranked || page.scattered { CAP / 4 } else { 2 * CAP };
        if let Some(keys) = page_nearby(conn, &order, &wanted, place, far)? {
            return Ok((CAP, keys));
        }
        if ranked {
            return Ok((CAP, self.by_rank(conn, place)?));
        }
        // That there are too many is known, if all were asked for.
        if many || most < ALL || place.after.is_some() {
            let (more, keys) = all_after(conn, &matches, place)?;
            if more < ALL {
                return Ok((CAP, keys));
            }
        }
        Ok((CAP, page_anywhere(conn, &order, &wanted, place)?))
    }

    /// The page, taken from one rank after the other.
    fn by_rank(&self, conn: &mut Conn, place: Place) -> QueryResult<Vec<(DbId, i64)>> {
        let (mut keys, mut place) = (Vec::new(), place);
        for rank in &self.ranks() {
            if place.is_past(rank) {
                continue;
            }
            let (total, found) = self.found(conn, Some(rank), place, false)?;
            place.limit -= i64::try_from(found.len()).unwrap_or(place.limit);
            place.offset = (place.offset - total).max(0);
            keys.extend(found);
            if place.limit == 0 {
                break;
            }
        }
        Ok(keys)
    }
}

/// How many match, counted up to a number, and the page of them.
fn gathered<Q: QueryFragment<Db> + Query>(
    conn: &mut Conn,
    matches: &Q,
    place: Place,
    most: i64,
) -> QueryResult<Found> {
    load(conn, Gathered { matches, place, most, all: true })
}

/// How many of the matches come after the cursor, counted up to [`ALL`], and the page of them.
fn all_after<Q: QueryFragment<Db> + Query>(conn: &mut Conn, matches: &Q, place: Place) -> QueryResult<Found> {
    load(conn, Gathered { matches, place, most: ALL, all: false })
}

fn load<Q: QueryFragment<Db> + Query>(conn: &mut Conn, gathered: Gathered<'_, Q>) -> QueryResult<Found> {
    let rows: Vec<(i64, Option<DbId>, Option<i64>)> = gathered.load(conn)?;
    let total = rows.first().map_or(0, |row| row.0);
    Ok((total, rows.into_iter().filter_map(|(_, id, value)| id.zip(value)).collect()))
}

/// The number of matches beside each row of the page; without rows, once.
#[derive(Debug)]
struct Gathered<'a, Q> {
    matches: &'a Q,
    place: Place,
    /// Up to how many.
    most: i64,
    /// All matches are counted, also those before the cursor.
    all: bool,
}

impl<Q> QueryId for Gathered<'_, Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: Query> Query for Gathered<'_, Q> {
    type SqlType = (BigInt, Nullable<Id>, Nullable<BigInt>);
}

impl<Q> RunQueryDsl<Conn> for Gathered<'_, Q> {}

impl<Q: QueryFragment<Db>> QueryFragment<Db> for Gathered<'_, Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Db>) -> QueryResult<()> {
        out.unsafe_to_cache_prepared();
        out.push_sql("WITH few AS MATERIALIZED (SELECT id, k FROM (");
        self.matches.walk_ast(out.reborrow())?;
        out.push_sql(") AS matches");
        if !self.all {
            self.place.after(&mut out)?;
        }
        out.push_sql(" LIMIT ");
        out.push_bind_param::<BigInt, _>(&self.most)?;
        out.push_sql(
            ") SELECT counted.n, page.id, page.k FROM (SELECT COUNT(*) AS n FROM few) AS counted \
             LEFT JOIN (SELECT id, k FROM few",
        );
        if self.all {
            self.place.after(&mut out)?;
        }
        out.push_sql(self.place.order());
        self.place.bounds(&mut out)?;
        out.push_sql(") AS page ON TRUE");
        out.push_sql(self.place.order());
        Ok(())
    }
}
