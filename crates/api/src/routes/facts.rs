//! The facts of an incident, and the legal hold on it.

use super::incident_ref;
use crate::body::Body;
use crate::caller::{Caller, may};
use crate::dto::facts::{FactsView, HoldView, SetHold, StateFacts};
use crate::problem::Problem;
use crate::query::{self, if_match};
use crate::reply::{json, with_header};
use crate::state::Api;
use actix_web::http::StatusCode;
use actix_web::http::header::ETAG;
use actix_web::{HttpRequest, HttpResponse, get, put, web};
use probatum_application::use_cases::{facts, incidents};

/// The facts of an incident
///
/// What people stated beyond the incident's record, from which the reports of all regimes are filled; the latest version,
/// or the one asked for. 404 if nobody stated any. Takes the role analyst or legal_dpo.
#[utoipa::path(operation_id = "getFacts",
    tag = "deadlines",
    params(
        ("id" = String, Path, description = "UUID or public id of the incident"),
        ("version" = Option<u32>, Query, description = "an earlier version; every one is kept", minimum = 1),
        ("If-None-Match" = Option<String>, Header, description = "304 if it is still this version.")
    ),
    responses(
        (status = 200, description = "The facts.", body = FactsView, headers(("ETag" = String, description = "For If-Match."))),
        (status = 304, description = "Unchanged.")
    )
)]
#[get("/api/incidents/{id}/facts")]
pub async fn get(
    api: web::Data<Api>,
    caller: Caller<may::ReadFacts>,
    id: web::Path<String>,
    req: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let id = incident_ref(&id)?;
    let version = query::facts(req.query_string())?;
    let found = api.read(caller, move |tx, ctx| facts::get(tx, ctx, id, version)).await?;
    let etag = facts::etag(Some(&found));
    if query::known(&req, &etag)? {
        return Ok(HttpResponse::NotModified().insert_header((ETAG, etag)).finish());
    }
    Ok(HttpResponse::Ok().insert_header((ETAG, etag)).json(FactsView::new(&found)?))
}

/// State the facts of an incident
///
/// The body is the fact sheet as a whole and takes the place of what was stated before, as the next version; every version
/// is kept. One sheet serves all regimes: entity, contacts, cross-border impact, measures, people concerned, AI system,
/// DORA figures and so on. Beside its sections, `circumstances` says what deadlines depend on and the incident has not:
/// `conditions` (`ongoing`, `high_risk`, `trust_service`, `death`, ...), `moments` (`determined_at`, `identified_at`,
/// `request_received_at`, `handled_at`, ...), `dates` an authority set, `submissions` made by other ways. Deadlines are
/// computed anew in the same transaction. What is as it was makes no version. Takes the role analyst or legal_dpo.
#[utoipa::path(operation_id = "stateFacts",
    tag = "deadlines",
    params(
        ("id" = String, Path, description = "UUID or public id of the incident"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the facts the change is based on (\"facts-0\" before the first); 412 if it is outdated."),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the stored answer.")
    ),
    request_body(content = Object, example = json!({
        "entity": {"name": "Example Energia SA", "country": "PL"},
        "contacts": {"primary": {"name": "A. Nowak", "email": "csirt@example.org"}},
        "suspected_unlawful_or_malicious": "yes",
        "cross_border": {"possible": "no"},
        "impact": {"summary": "Billing was down for six hours", "risk": "risk"},
        "circumstances": {"conditions": ["ongoing"], "moments": {"determined_at": "2026-07-04T10:00:00Z"}}
    })),
    responses((status = 200, description = "The version that holds now.", body = FactsView,
        headers(("ETag" = String, description = "For If-Match."))))
)]
#[put("/api/incidents/{id}/facts")]
pub async fn state(
    api: web::Data<Api>,
    caller: Caller<may::StateFacts>,
    id: web::Path<String>,
    req: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let (id, when) = (incident_ref(&id)?, if_match(&req)?);
    let (stated, key) = body.json::<StateFacts>().await?;
    api.write(caller, key, move |tx, ctx| {
        let stored = facts::save(tx, ctx, id, &when, &stated.members)?;
        let etag = facts::etag(Some(&stored));
        Ok(with_header(json(StatusCode::OK, &FactsView::new(&stored)?)?, "etag", etag))
    })
    .await
}

/// Set or lift a legal hold
///
/// Under a hold an incident cannot be deleted (409 `legal_hold`). An exported report has the same effect, for good. The
/// reason is kept in the audit log. Takes the role legal_dpo.
#[utoipa::path(operation_id = "setLegalHold",
    tag = "incidents",
    params(
        ("id" = String, Path, description = "UUID or public id of the incident"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the incident the change is based on; 412 if it is outdated."),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the stored answer.")
    ),
    request_body(content = SetHold, example = json!({"hold": true, "reason": "Proceedings of the authority"})),
    responses((status = 200, description = "As it is now.", body = HoldView))
)]
#[put("/api/incidents/{id}/legal-hold")]
pub async fn hold(
    api: web::Data<Api>,
    caller: Caller<may::HoldIncidents>,
    id: web::Path<String>,
    req: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let (id, when) = (incident_ref(&id)?, if_match(&req)?);
    let ((hold, reason), key) = body.json_checked(SetHold::command).await?;
    api.write(caller, key, move |tx, ctx| {
        let incident = incidents::hold(tx, ctx, id, &when, hold, &reason)?;
        json(StatusCode::OK, &HoldView::from(&incident))
    })
    .await
}
