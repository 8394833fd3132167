//! What a list asks for, as conditions and an order.

use super::list::{Boxed, Lead, Plan};
use super::{Db, own};
use crate::facets::{self, Facet, Mask};
use crate::queries_shared::{TextMatch, Within};
use crate::schema::incidents;
use crate::types::{DbId, DbTime, Ts};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};
use probatum_application::{IncidentFilter, IncidentQuery};
use probatum_kernel::{IncidentId, MAX_DEPTH, Position, Sort, SortKey, Timestamp};

/// Everything the list asks for but order, place and size.
pub(super) fn filtered<'a>(query: &'a IncidentQuery, plan: &Plan) -> Boxed<'a> {
    let q = narrowed(query, plan);
    match &plan.words {
        Some(words) => {
            let (mask, nearest, within) = (&plan.mask, plan.nearest.as_ref(), plan.within.as_ref());
            own::matching(q, TextMatch { words, mask, nearest, within, common: plan.common })
        }
        None => q,
    }
}

/// The same without the text.
pub(super) fn narrowed<'a>(query: &'a IncidentQuery, plan: &Plan) -> Boxed<'a> {
    let f = &query.filter;
    let mut q = incidents::table.into_boxed::<Db>();
    if let Lead::Facet(facet) = &plan.lead {
        q = led_by(q, facet);
    }
    if let Some(agent) = &f.agent_id {
        q = q.filter(incidents::agent_id.eq(agent.as_str()));
    }
    if plan.mask != Mask::default() {
        let bits = sql::<Bool>("(incidents.facets & ").bind::<BigInt, _>(plan.mask.mask).sql(") = ");
        q = q.filter(bits.bind::<BigInt, _>(plan.mask.value));
    }
    if let Some(score) = f.severity_score {
        q = q.filter(incidents::severity.eq(i32::from(score)));
    }
    q = created_within(q, created(f));
    if let Some(overdue) = f.overdue {
        q = if overdue { overdue_at(q, query.now, &plan.lead) } else { not_overdue_at(q, query.now) };
    }
    q
}

/// When incidents were created that are asked for, as ids.
pub(super) fn created(f: &IncidentFilter) -> Option<Within> {
    let from = f.created_after.map(|after| lowest(after.plus_millis(1)));
    let before = f.created_before.map(lowest);
    (from.is_some() || before.is_some()).then_some(Within { from, before })
}

/// What was created in a time.
pub(super) fn created_within(mut q: Boxed<'_>, within: Option<Within>) -> Boxed<'_> {
    if let Some(from) = within.and_then(|w| w.from) {
        q = q.filter(incidents::id.ge(from));
    }
    if let Some(before) = within.and_then(|w| w.before) {
        q = q.filter(incidents::id.lt(before));
    }
    q
}

/// What the ids of all that was created before a time are below.
pub(super) fn lowest(t: Timestamp) -> DbId {
    DbId(IncidentId::lowest(t).uuid())
}

/// The condition on the leading column itself. Flags have partial indexes, whose condition must stand here word for
/// word.
pub(super) fn led_by<'a>(q: Boxed<'a>, facet: &Facet) -> Boxed<'a> {
    let value = facet.value.clone();
    match facet.name {
        "status" => q.filter(incidents::status_rank.eq(queue_rank(&value))),
        "priority" => q.filter(incidents::priority_rank.eq(facets::priority_rank(value.parse().ok()))),
        "lifecycle" => q.filter(incidents::lifecycle.eq(value)),
        "band" => q.filter(incidents::band.eq(value)),
        "level" => q.filter(incidents::level.eq(value)),
        "evidence_status" => q.filter(incidents::evidence_status.eq(value)),
        "category" => q.filter(incidents::category.eq(value)),
        "sector" => q.filter(incidents::sector.eq(value)),
        "country" => q.filter(incidents::country.eq(value)),
        "flag" => match value.parse() {
            Ok(flag) => q.filter(sql::<Bool>(&format!("incidents.facets & {} <> 0", facets::flag_bit(flag)))),
            Err(_) => q,
        },
        // The agent's condition is always there, being no bit of facets.
        _ => q,
    }
}

fn queue_rank(value: &str) -> i32 {
    value.parse::<probatum_incident::QueueStatus>().map_or(-1, |s| s.ordinal().into())
}

/// Overdue, in the words of the partial indexes `incidents_by_due` and `incidents_by_sla`.
fn overdue_at<'a>(q: Boxed<'a>, now: Timestamp, lead: &Lead) -> Boxed<'a> {
    // Written so that no index can begin with it, where the order of creation shall lead.
    let q = match lead {
        Lead::Creation => q.filter(diesel::dsl::not(incidents::sla_due_at.ge(DbTime(now)))),
        _ => q.filter(incidents::sla_due_at.lt(DbTime(now))),
    };
    let closed = facets::closed();
    let open = format!(
        "incidents.sla_due_at IS NOT NULL AND incidents.facets & {} <> {}",
        closed.mask, closed.value
    );
    q.filter(sql::<Bool>(&open))
}

fn not_overdue_at(q: Boxed<'_>, now: Timestamp) -> Boxed<'_> {
    let closed = facets::closed();
    let bits = sql::<Bool>("(incidents.sla_due_at IS NULL OR incidents.sla_due_at >= ")
        .bind::<Ts, _>(DbTime(now))
        .sql(" OR (incidents.facets & ")
        .bind::<BigInt, _>(closed.mask)
        .sql(") = ")
        .bind::<BigInt, _>(closed.value)
        .sql(")");
    q.filter(bits)
}

/// Order and place.
pub(super) fn ordered<'a>(q: Boxed<'a>, query: &'a IncidentQuery) -> Boxed<'a> {
    let offset = query.page.offset().min(MAX_DEPTH);
    let q = sorted(q, query);
    if offset == 0 { q } else { q.offset(offset.into()) }
}

/// Order, from the cursor on. A keyset is written `k <= v AND (k < v OR id < i)`, which both databases answer from the index.
pub(super) fn sorted<'a>(q: Boxed<'a>, query: &'a IncidentQuery) -> Boxed<'a> {
    let Sort { key, descending } = query.sort;
    let after = match &query.page.position {
        Position::After(cursor) => Some((DbId(cursor.id), cursor.value)),
        Position::Number(_) => None,
    };
    macro_rules! by {
        ($column:expr, $value:expr) => {{
            let q = match (after, descending) {
                (None, _) => q,
                (Some((id, v)), true) => {
                    q.filter($column.le($value(v)).and($column.lt($value(v)).or(incidents::id.lt(id))))
                }
                (Some((id, v)), false) => {
                    q.filter($column.ge($value(v)).and($column.gt($value(v)).or(incidents::id.gt(id))))
                }
            };
            if descending {
                q.order(($column.desc(), incidents::id.desc()))
            } else {
                q.order(($column.asc(), incidents::id.asc()))
            }
        }};
    }
    let small = |v: i64| i32::try_from(v).unwrap_or(if v < 0 { i32::MIN } else { i32::MAX });
    match key {
        SortKey::CreatedAt => {
            let q = match (after, descending) {
                (None, _) => q,
                (Some((id, _)), true) => q.filter(incidents::id.lt(id)),
                (Some((id, _)), false) => q.filter(incidents::id.gt(id)),
            };
            if descending { q.order(incidents::id.desc()) } else { q.order(incidents::id.asc()) }
        }
        SortKey::UpdatedAt => {
            let time = |v: i64| DbTime(Timestamp::EPOCH.plus_millis(v));
            by!(incidents::updated_at, time)
        }
        SortKey::Severity => by!(incidents::severity, small),
        SortKey::Priority => by!(incidents::priority_rank, small),
        SortKey::Status => by!(incidents::status_rank, small),
    }
}
