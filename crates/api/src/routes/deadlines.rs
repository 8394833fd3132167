//! Deadlines: of an incident, across incidents, how they moved, and decisions that a duty does not apply.

use super::incident_ref;
use crate::body::Body;
use crate::caller::{Caller, may};
use crate::dto::List;
use crate::dto::deadline::{ChangeView, DeadlineView, Waive, WaiverView, WatchedView, Withdraw};
use crate::problem::Problem;
use crate::query;
use crate::reply::{created, json, page_after, page_of, rows};
use crate::state::Api;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use probatum_application::AppError;
use probatum_application::use_cases::deadlines;
use probatum_kernel::{MAX_PER_PAGE, Page};

/// The deadlines of an incident
///
/// One for every duty of every regime (NIS2, GDPR, AI Act, KSC, DORA), also those that do not apply, with the reason; all
/// on one page. `due_at` is strict: elapsed time in UTC, or the same local time a month later. What a clock counts from
/// (`aware_at`, `detected_at`, a report before it, a moment in the facts) is its `anchor`; a clock whose anchor is not
/// known is `waiting`. Of several rules for a duty the earliest binds. `missing` names what the report still lacks, for
/// those who may read facts. Not legal advice. Takes the role viewer.
#[utoipa::path(operation_id = "listDeadlines",
    tag = "deadlines",
    params(("id" = String, Path, description = "UUID or public id of the incident")),
    responses((status = 200, description = "All of them, in the order of the rules.", body = List<DeadlineView>))
)]
#[get("/api/incidents/{id}/deadlines")]
pub async fn of_incident(
    api: web::Data<Api>,
    caller: Caller<may::ReadIncidents>,
    id: web::Path<String>,
    req: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let id = incident_ref(&id)?;
    query::nothing(req.query_string())?;
    let found = api.read(caller, move |tx, ctx| deadlines::of_incident(tx, ctx, id)).await?;
    // Five regimes of fourteen duties at most: one page has them all.
    let page = Page { per_page: MAX_PER_PAGE, ..Page::FIRST };
    Ok(rows(&req, found.clocks.into_iter().map(DeadlineView::from), &page))
}

/// How the deadlines of an incident moved
///
/// Oldest first: every change with what was before and after, also that a clock became due soon or overdue. Nothing is
/// written over: a fact that moves a deadline adds an entry. Takes the role viewer.
#[utoipa::path(operation_id = "listDeadlineHistory",
    tag = "deadlines",
    params(
        ("id" = String, Path, description = "UUID or public id of the incident"),
        ("page" = Option<u32>, Query, minimum = 1),
        ("per_page" = Option<u32>, Query, minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "from the Link header of the page before")
    ),
    responses((status = 200, description = "A page.", body = List<ChangeView>,
        headers(("Link" = String, description = "rel=\"next\", RFC 8288"))))
)]
#[get("/api/incidents/{id}/deadlines/history")]
pub async fn history(
    api: web::Data<Api>,
    caller: Caller<may::ReadIncidents>,
    id: web::Path<String>,
    req: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let id = incident_ref(&id)?;
    let page = query::rows(req.query_string())?;
    let asked = page.clone();
    let found = api.read(caller, move |tx, ctx| deadlines::changes(tx, ctx, id, &asked)).await?;
    let views = found.rows.into_iter().map(ChangeView::from).collect();
    Ok(page_of(&req, views, &page, found.total, found.more))
}

/// What is due, across all incidents
///
/// What is due first comes first; what is late comes before that. Without `state`, every deadline that runs and has a due
/// time: running, due soon and overdue. `due_within=24h` is all of it that has to be sent until then. States are kept by a
/// loop that looks every two seconds. Takes the role viewer.
#[utoipa::path(operation_id = "listDueDeadlines",
    tag = "deadlines",
    params(
        ("due_within" = Option<String>, Query, description = "due until so many hours, days or weeks from now, or late: 1h to 366d", example = "24h"),
        ("state" = Option<crate::vocabulary::ClockState>, Query, description = "exactly this"),
        ("page" = Option<u32>, Query, minimum = 1),
        ("per_page" = Option<u32>, Query, minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "from the Link header of the page before")
    ),
    responses((status = 200, description = "A page.", body = List<WatchedView>,
        headers(("Link" = String, description = "rel=\"next\", RFC 8288"))))
)]
#[get("/api/deadlines")]
pub async fn due(
    api: web::Data<Api>,
    caller: Caller<may::ReadIncidents>,
    req: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let now = caller.ctx.now;
    let query = query::deadlines(req.query_string(), now)?;
    let page = query.page.clone();
    let (found, total, next) = api.read(caller, move |tx, ctx| deadlines::due(tx, ctx, &query)).await?;
    let views = found.into_iter().map(|(clock, rule)| WatchedView::new(clock, rule, now)).collect();
    Ok(page_after(&req, views, &page, total, next.as_ref()))
}

/// Decide that a duty does not apply
///
/// For one duty, or for every duty of a regime; with a reason, which stays on record with the name. The clocks become
/// `not_applicable` and say so. What was met stays met. A decision that the risk is unlikely (GDPR, Art. 33) no longer
/// counts once a high risk is stated. Takes the role legal_dpo.
#[utoipa::path(operation_id = "waiveDuty",
    tag = "deadlines",
    params(
        ("id" = String, Path, description = "UUID or public id of the incident"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the stored answer.")
    ),
    request_body(content = Waive, example = json!({
        "regime": "gdpr", "step": "notify_authority",
        "reason": "Encrypted, keys not affected: a risk to people is unlikely (Art. 33(1))"
    })),
    responses((status = 201, description = "Decided.", body = WaiverView))
)]
#[post("/api/incidents/{id}/deadlines/waivers")]
pub async fn waive(
    api: web::Data<Api>,
    caller: Caller<may::DecideDuties>,
    id: web::Path<String>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let named = incident_ref(&id)?;
    let (cmd, key) = body.json_checked(Waive::command).await?;
    api.write(caller, key, move |tx, ctx| {
        let stored = deadlines::waive(tx, ctx, named, &cmd)?;
        let location = format!("/api/incidents/{named}/deadlines/waivers#{}", stored.number);
        created(location, &WaiverView::from(stored))
    })
    .await
}

/// The decisions about the duties of an incident
///
/// Oldest first, also the withdrawn ones. Takes the role analyst or legal_dpo.
#[utoipa::path(operation_id = "listWaivers",
    tag = "deadlines",
    params(
        ("id" = String, Path, description = "UUID or public id of the incident"),
        ("page" = Option<u32>, Query, minimum = 1),
        ("per_page" = Option<u32>, Query, minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "from the Link header of the page before")
    ),
    responses((status = 200, description = "A page.", body = List<WaiverView>))
)]
#[get("/api/incidents/{id}/deadlines/waivers")]
pub async fn waivers(
    api: web::Data<Api>,
    caller: Caller<may::ReadFacts>,
    id: web::Path<String>,
    req: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let id = incident_ref(&id)?;
    let page = query::rows(req.query_string())?;
    let found = api.read(caller, move |tx, ctx| deadlines::decisions(tx, ctx, id)).await?;
    Ok(rows(&req, found.into_iter().map(WaiverView::from), &page))
}

/// Withdraw a decision that a duty does not apply
///
/// It stays on record with who withdrew it and why, and the clock runs again from where it would be. Takes the role
/// legal_dpo.
#[utoipa::path(operation_id = "withdrawWaiver",
    tag = "deadlines",
    params(
        ("id" = String, Path, description = "UUID or public id of the incident"),
        ("number" = u32, Path, description = "The number of the decision", example = 1),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the stored answer.")
    ),
    request_body(content = Withdraw, example = json!({"reason": "The keys were on the same machine"})),
    responses((status = 200, description = "Withdrawn.", body = WaiverView))
)]
#[post("/api/incidents/{id}/deadlines/waivers/{number}/withdraw")]
pub async fn withdraw(
    api: web::Data<Api>,
    caller: Caller<may::DecideDuties>,
    path: web::Path<(String, String)>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let id = incident_ref(&path.0)?;
    let number: u32 = path.1.parse().map_err(|_| AppError::not_found("decision"))?;
    let (reason, key) = body.json_checked(Withdraw::command).await?;
    api.write(caller, key, move |tx, ctx| {
        let stored = deadlines::withdraw(tx, ctx, id, number, &reason)?;
        json(StatusCode::OK, &WaiverView::from(stored))
    })
    .await
}
