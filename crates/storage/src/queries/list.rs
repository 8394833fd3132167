//! Lists of incidents. A page is found in two steps: the ids, from one covering index, then the rows of those ids.
//!
//! Which index leads is decided here and not left to guesswork: by the counts kept per value, the rarest filter leads,
//! and the others are bits of `facets` in the same index entry (docs/adr/0003-lists.md).

use super::narrow::{created, created_within, filtered, led_by, lowest, narrowed, ordered, sorted};
use super::{Conn, Db, own};
use crate::error::OrApp;
use crate::executor::counter::Counter;
use crate::facets::{self, Facet, Mask, Rank};
use crate::queries_shared::{Candidates, Nearest, Rows, SLACK, TextFound, TextPage, Within};
use crate::rows::IncidentRow;
use crate::schema::{facet_counts, incidents};
use crate::types::{DbId, DbTime};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::BigInt;
use probatum_application::{AppError, IncidentFilter, IncidentList, IncidentQuery};
use probatum_kernel::{Cursor, MAX_DEPTH, Position, SortKey, Timestamp, Total};
use std::collections::HashMap;

/// Up to this many matches are gathered and sorted; beyond, the order's own index is walked.
const FEW: i64 = 3_000;
/// A count goes one beyond what is told exactly.
pub(in super::super) const CAP: i64 = 10_001;

/// How a list is found.
#[derive(Debug, Clone, Default)]
pub(super) struct Plan {
    /// Whose index leads.
    pub(super) lead: Lead,
    /// The other filters.
    pub(super) mask: Mask,
    /// How many match, if the counts alone tell.
    pub(super) total: Option<i64>,
    /// The text, in the words of the database's text index.
    pub(super) words: Option<String>,
    /// So many match the text that they are looked for along the order, instead of being read and sorted.
    pub(super) common: bool,
    /// How much of the text index a page needs.
    pub(super) nearest: Option<Nearest>,
    /// The time of creation, where rows stand in its order, so that it says which part of the text index is read.
    pub(super) within: Option<Within>,
    /// The page is read in this order, ascending or descending, in which the text index needs no sorting.
    pub(super) by_insertion: Option<[&'static str; 2]>,
    /// The filter with the fewest incidents, and how many those are, if the list is of a text.
    pub(super) rarest: Option<(i64, Facet)>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) enum Lead {
    /// The index of the order, or whatever the database finds best.
    #[default]
    Order,
    /// The index of the order of creation, and certainly no other.
    Creation,
    /// The index of a filter.
    Facet(Facet),
}

/// `SELECT COUNT(*)` over a query that ends by itself at [`CAP`] rows.
#[derive(Debug, QueryId)]
pub(super) struct Counted<Q>(pub(super) Q);

impl<Q: Query> Query for Counted<Q> {
    type SqlType = BigInt;
}

impl<Q> RunQueryDsl<Conn> for Counted<Q> {}

impl<Q: QueryFragment<Db>> QueryFragment<Db> for Counted<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Db>) -> QueryResult<()> {
        out.push_sql("SELECT COUNT(*) FROM (");
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(") AS matches");
        Ok(())
    }
}

pub(super) type Boxed<'a> = incidents::BoxedQuery<'a, Db>;

/// A page of a list.
pub fn list(
    conn: &mut Conn,
    counter: Option<&Counter>,
    query: &IncidentQuery,
) -> Result<IncidentList, AppError> {
    let plan = plan(conn, query)?;
    if plan.total == Some(0) {
        return Ok(IncidentList { rows: Vec::new(), total: Total::Exactly(0), next: None });
    }
    let limit = i64::from(query.page.per_page);
    let (total, mut keys) = match by_text(conn, counter, query, &plan, limit + 1)? {
        TextFound::Page(total, keys) => (total, keys),
        TextFound::Later(total) => {
            let keys = page_keys(conn, query, &plan, limit + 1)?;
            (total(conn).app()?, keys)
        }
        TextFound::Total(total) => (total, page_after_counting(conn, query, &plan, total, limit + 1)?),
        TextFound::Nothing => {
            let total = match plan.total {
                Some(n) => n,
                None => capped_count(conn, query, &plan)?,
            };
            (total, page_after_counting(conn, query, &plan, total, limit + 1)?)
        }
    };
    let more = keys.len() > usize::try_from(limit).unwrap_or(usize::MAX);
    keys.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next =
        keys.last().filter(|_| more).map(|(id, value)| Cursor { sort: query.sort, value: *value, id: id.0 });
    let rows = rows_of(conn, &keys)?;
    Ok(IncidentList { rows, total: Total::from_capped(total), next })
}

/// What the database's text index tells at once, if the list is of a text.
fn by_text<'a>(
    conn: &mut Conn,
    counter: Option<&'a Counter>,
    query: &'a IncidentQuery,
    plan: &'a Plan,
    limit: i64,
) -> Result<TextFound<'a, Conn>, AppError> {
    let Some(words) = &plan.words else { return Ok(TextFound::Nothing) };
    let page = TextPage {
        words,
        alone: text_and_bits(&query.filter) && (plan.within.is_some() || created(&query.filter).is_none()),
        within: plan.within,
        by_insertion: plan.by_insertion.is_some(),
        counter,
        rest: Box::new(|| narrowed(query, plan)),
        candidates: candidates(query, plan),
        mask: plan.mask,
        overdue: query.filter.overdue.map(|overdue| (overdue, query.now)),
        scattered: query.sort.key == SortKey::UpdatedAt && created(&query.filter).is_some(),
        order: Box::new(|rows| in_order(query, plan, rows)),
        ranks: {
            let mut ranks = facets::ranks(query.sort.key);
            if query.sort.descending {
                ranks.reverse();
            }
            ranks
        },
        key: match query.sort.key {
            SortKey::CreatedAt => "CAST(0 AS BIGINT)",
            SortKey::UpdatedAt => own::UPDATED_MILLIS,
            SortKey::Severity => "CAST(incidents.severity AS BIGINT)",
            SortKey::Priority => "CAST(incidents.priority_rank AS BIGINT)",
            SortKey::Status => "CAST(incidents.status_rank AS BIGINT)",
        },
        descending: query.sort.descending,
        after: match &query.page.position {
            // The order of creation goes by ids alone.
            Position::After(cursor) if query.sort.key == SortKey::CreatedAt => Some((0, DbId(cursor.id))),
            Position::After(cursor) => Some((cursor.value, DbId(cursor.id))),
            Position::Number(_) => None,
        },
        offset: query.page.offset().min(MAX_DEPTH).into(),
        limit,
    };
    own::text_page(conn, page).app()
}

/// Rows that come after the cursor, in order.
fn in_order<'a>(query: &'a IncidentQuery, plan: &'a Plan, rows: Rows<'_>) -> Boxed<'a> {
    let of_time = || created_within(incidents::table.into_boxed(), created(&query.filter));
    let q = match (rows, query.sort.key) {
        (Rows::Passing, _) => narrowed(query, plan),
        (_, SortKey::CreatedAt) => led(query, plan),
        (_, SortKey::Severity) if query.filter.severity_score.is_some() => {
            let score = query.filter.severity_score.map(i32::from);
            of_time().filter(incidents::severity.nullable().eq(score))
        }
        (Rows::Of(Rank { from, to, .. }), SortKey::Severity) => {
            of_time().filter(incidents::severity.between(*from, *to))
        }
        (Rows::Of(Rank { from, to, .. }), SortKey::Priority) => {
            of_time().filter(incidents::priority_rank.between(*from, *to))
        }
        (Rows::Of(Rank { from, to, .. }), SortKey::Status) => {
            of_time().filter(incidents::status_rank.between(*from, *to))
        }
        (Rows::All | Rows::Of(_), _) => of_time(),
    };
    sorted(q, query)
}

/// What the rarest filter and the time of creation let through.
fn led<'a>(query: &'a IncidentQuery, plan: &Plan) -> Boxed<'a> {
    let q = incidents::table.into_boxed::<Db>();
    let q = match &plan.rarest {
        Some((_, facet)) => led_by(q, facet),
        None => q,
    };
    let q = match &query.filter.agent_id {
        Some(agent) => q.filter(incidents::agent_id.eq(agent.as_str())),
        None => q,
    };
    created_within(q, created(&query.filter))
}

/// What could match a text, unless too few could for the total to be more than is told exactly.
fn candidates<'a>(query: &'a IncidentQuery, plan: &'a Plan) -> Option<Candidates<'a, Boxed<'a>>> {
    let f = &query.filter;
    let n = plan.rarest.as_ref().map_or(i64::MAX, |(n, _)| *n);
    if !text_and_bits(f) || n < CAP {
        return None;
    }
    let before = |t| led(query, plan).filter(incidents::id.lt(lowest(t))).order(incidents::id.desc());
    // Clocks differ by less.
    let soon = query.now.plus_hours(1);
    let until = f.created_before.map_or(soon, |before| before.min(soon));
    Some(Candidates { n, from: f.created_after.unwrap_or(Timestamp::EPOCH), until, before: Box::new(before) })
}

/// The ids of a page, once it is known how many match.
fn page_after_counting(
    conn: &mut Conn,
    query: &IncidentQuery,
    plan: &Plan,
    total: i64,
    limit: i64,
) -> Result<Vec<(DbId, i64)>, AppError> {
    let common = total >= CAP && plan.by_insertion.is_none();
    page_keys(conn, query, &Plan { common, ..plan.clone() }, limit)
}

/// The rows of these ids, in their order.
fn rows_of(conn: &mut Conn, keys: &[(DbId, i64)]) -> Result<Vec<probatum_incident::Incident>, AppError> {
    let ids: Vec<DbId> = keys.iter().map(|(id, _)| *id).collect();
    let found: Vec<IncidentRow> = incidents::table
        .filter(incidents::id.eq_any(&ids))
        .select(IncidentRow::as_select())
        .load(conn)
        .app()?;
    let mut by_id: HashMap<DbId, IncidentRow> = found.into_iter().map(|row| (row.id(), row)).collect();
    ids.iter().filter_map(|id| by_id.remove(id)).map(|row| row.incident(None)).collect()
}

/// Decides which filter leads, and what the counts tell already.
fn plan(conn: &mut Conn, query: &IncidentQuery) -> Result<Plan, AppError> {
    let f = &query.filter;
    let (facets, mask) = facets::of_filter(f);
    let ranged = created(f).is_some() || f.severity_score.is_some();
    let rarest = rarest(conn, &facets)?;
    if let Some((0, _)) = rarest {
        return Ok(Plan { total: Some(0), ..Plan::default() });
    }
    let alone = !ranged && f.overdue.is_none() && f.text.is_none();
    let mut plan = Plan { lead: Lead::Order, mask, ..Plan::default() };
    if alone {
        plan.total = match (facets.len(), &rarest) {
            (0, _) => Some(all(conn)?),
            (1, Some((n, _))) => Some(*n),
            _ => None,
        };
    } else if facets.is_empty() && f.text.is_none() {
        plan.total = many_by_day(conn, query)?;
    }
    let by_creation = query.sort.key == SortKey::CreatedAt;
    if let Some(text) = &f.text {
        match own::text_query(conn, text, f.seen, &plan.mask).app()? {
            Some(words) => plan.words = Some(words),
            None => return Ok(Plan { total: Some(0), ..plan }),
        }
        let order = own::row_order(conn).app()?;
        plan.within = order.and(created(f));
        plan.by_insertion = order.filter(|_| by_creation);
        plan.nearest = plan.by_insertion.filter(|_| text_and_bits(f)).map(|_| nearest(query));
        plan.rarest = rarest;
    } else if let Some((_, facet)) = rarest.filter(|(n, _)| by_creation || *n <= FEW) {
        plan.lead = Lead::Facet(facet);
    } else if f.overdue == Some(true) && by_creation && days(conn, facets::DUE, None, Some(query.now))? > FEW
    {
        plan.lead = Lead::Creation;
    }
    Ok(plan)
}

/// How much of the text index a page needs, read in the order of insertion.
fn nearest(query: &IncidentQuery) -> Nearest {
    let cursor = match &query.page.position {
        Position::After(cursor) => Some(DbId(cursor.id)),
        Position::Number(_) => None,
    };
    let within = created(&query.filter);
    let after = if query.sort.descending {
        cursor.into_iter().chain(within.and_then(|w| w.before)).min()
    } else {
        cursor.max(within.and_then(|w| w.from))
    };
    // Around a place, rows are read that come before it: in the order of insertion, and in that of ids.
    let slack = if after.is_some() { 3 * SLACK + 1 } else { SLACK };
    let rows = i64::from(query.page.offset()) + i64::from(query.page.per_page) + 1 + slack;
    Nearest { descending: query.sort.descending, after, rows }
}

/// Whether text, small filters and the time of creation are all there is to match.
fn text_and_bits(f: &IncidentFilter) -> bool {
    f.severity_score.is_none() && f.agent_id.is_none() && f.overdue.is_none()
}

fn all(conn: &mut Conn) -> Result<i64, AppError> {
    count_of(conn, &Facet { name: facets::ALL, value: String::new() })
}

fn count_of(conn: &mut Conn, facet: &Facet) -> Result<i64, AppError> {
    let row = facet_counts::table
        .filter(facet_counts::facet.eq(facet.name))
        .filter(facet_counts::value.eq(&facet.value))
        .select(facet_counts::n);
    Ok(row.get_result(conn).optional().app()?.unwrap_or(0))
}

/// Whether whole days alone hold more than is counted exactly: of creation, or of the end of the SLA.
fn many_by_day(conn: &mut Conn, query: &IncidentQuery) -> Result<Option<i64>, AppError> {
    let f = &query.filter;
    let n = match (f.overdue, f.created_after, f.created_before) {
        _ if f.severity_score.is_some() => 0,
        (None, after, before) => days(conn, facets::DAY, after, before)?,
        (Some(true), None, None) => days(conn, facets::DUE, None, Some(query.now))?,
        // Whatever is not due by tomorrow is not overdue.
        (Some(false), None, None) => {
            all(conn)? - days(conn, facets::DUE, None, Some(query.now.plus_hours(24)))?
        }
        _ => 0,
    };
    Ok((n >= CAP).then_some(CAP))
}

/// How many are counted under the days strictly between those of two times.
fn days(
    conn: &mut Conn,
    facet: &'static str,
    after: Option<Timestamp>,
    before: Option<Timestamp>,
) -> Result<i64, AppError> {
    let mut sum =
        facet_counts::table.filter(facet_counts::facet.eq(facet)).select(facet_counts::n).into_boxed::<Db>();
    if let Some(t) = after {
        sum = sum.filter(facet_counts::value.gt(t.day()));
    }
    if let Some(t) = before {
        sum = sum.filter(facet_counts::value.lt(t.day()));
    }
    let days: Vec<i64> = sum.load(conn).app()?;
    Ok(days.into_iter().sum())
}

fn capped_count(conn: &mut Conn, query: &IncidentQuery, plan: &Plan) -> Result<i64, AppError> {
    // Counting needs no order: the best filter leads, whatever the list is sorted by.
    let lead = match &plan.lead {
        Lead::Order | Lead::Creation if query.filter.text.is_none() => {
            let rarest = rarest(conn, &facets::of_filter(&query.filter).0)?;
            rarest.map_or(Lead::Order, |(_, facet)| Lead::Facet(facet))
        }
        other => other.clone(),
    };
    let counting = Plan { lead, nearest: None, ..plan.clone() };
    let matches = filtered(query, &counting).select(incidents::id).limit(CAP);
    Counted(matches).get_result(conn).app()
}

/// The facet with the fewest incidents, and how many those are.
fn rarest(conn: &mut Conn, facets: &[Facet]) -> Result<Option<(i64, Facet)>, AppError> {
    let mut rarest: Option<(i64, Facet)> = None;
    for facet in facets {
        let n = count_of(conn, facet)?;
        if rarest.as_ref().is_none_or(|(least, _)| n < *least) {
            rarest = Some((n, facet.clone()));
        }
    }
    Ok(rarest)
}

/// The ids of a page with the values their order goes by.
fn page_keys(
    conn: &mut Conn,
    query: &IncidentQuery,
    plan: &Plan,
    limit: i64,
) -> Result<Vec<(DbId, i64)>, AppError> {
    if let Some(order) = plan.by_insertion {
        return by_insertion(conn, query, plan, limit, order);
    }
    let q = ordered(filtered(query, plan), query).limit(limit);
    match query.sort.key {
        SortKey::CreatedAt => {
            let ids: Vec<DbId> = q.select(incidents::id).load(conn).app()?;
            Ok(ids.into_iter().map(|id| (id, 0)).collect())
        }
        SortKey::UpdatedAt => {
            let rows: Vec<(DbId, DbTime)> =
                q.select((incidents::id, incidents::updated_at)).load(conn).app()?;
            Ok(rows.into_iter().map(|(id, t)| (id, t.0.millis())).collect())
        }
        SortKey::Severity => ranked(conn, q.select((incidents::id, incidents::severity))),
        SortKey::Priority => ranked(conn, q.select((incidents::id, incidents::priority_rank))),
        SortKey::Status => ranked(conn, q.select((incidents::id, incidents::status_rank))),
    }
}

/// A page in the order of insertion, with some rows more on either side, put into the order of ids.
fn by_insertion(
    conn: &mut Conn,
    query: &IncidentQuery,
    plan: &Plan,
    limit: i64,
    [ascending, descending]: [&str; 2],
) -> Result<Vec<(DbId, i64)>, AppError> {
    let skip = i64::from(query.page.offset());
    let from = (skip - SLACK).max(0);
    let mut q = filtered(query, plan);
    let order = if query.sort.descending { descending } else { ascending };
    if let Position::After(cursor) = &query.page.position {
        let id = DbId(cursor.id);
        q = if query.sort.descending {
            q.filter(incidents::id.lt(id))
        } else {
            q.filter(incidents::id.gt(id))
        };
    }
    let q = q.order(sql::<diesel::sql_types::Untyped>(order)).offset(from).limit(skip - from + limit + SLACK);
    let mut ids: Vec<DbId> = q.select(incidents::id).load(conn).app()?;
    ids.sort_unstable();
    if query.sort.descending {
        ids.reverse();
    }
    let (skip, take) = (usize::try_from(skip - from).unwrap_or(0), usize::try_from(limit).unwrap_or(0));
    Ok(ids.into_iter().skip(skip).take(take).map(|id| (id, 0)).collect())
}

fn ranked<'a, Q>(conn: &mut Conn, q: Q) -> Result<Vec<(DbId, i64)>, AppError>
where
    Q: diesel::query_dsl::LoadQuery<'a, Conn, (DbId, i32)>,
{
    let rows: Vec<(DbId, i32)> = q.load(conn).app()?;
    Ok(rows.into_iter().map(|(id, n)| (id, n.into())).collect())
}

/// The statements a list runs, as SQL, for tests that read query plans.
pub fn plan_queries(conn: &mut Conn, query: &IncidentQuery) -> Result<Vec<String>, AppError> {
    let plan = plan(conn, query)?;
    let q = ordered(filtered(query, &plan), query).limit(21).select(incidents::id);
    Ok(vec![diesel::debug_query::<Db, _>(&q).to_string()])
}
