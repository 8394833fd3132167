//! Incidents: change and delete.

use super::incident_ref;
use crate::body::Body;
use crate::caller::{Caller, may};
use crate::dto::Data;
use crate::dto::incident::IncidentView;
use crate::dto::patch::{ClassificationRecord, PatchIncident, PutIncident};
use crate::problem::Problem;
use crate::query::if_match;
use crate::reply::{json, with_header};
use crate::state::Api;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, delete, patch, put, web};
use probatum_application::Answer;
use probatum_application::use_cases::incidents;
use probatum_incident::{Incident, Patch, Put};

/// Change an incident
///
/// The registry contract. What is left out stays, what is null is cleared. Fields are checked first (400), then the
/// doctrine (422: `evidence_required`, `evidence_disputed`, `claim_exceeds_proof`), then the state machine (409). Answers
/// with the flat classification record. Takes the role analyst.
#[utoipa::path(operation_id = "patchIncident", 
    tag = "incidents",
    params(
        ("id" = String, Path, description = "UUID or public id"),
        ("If-Match" = Option<String>, Header, description = "The ETag the change is based on; 412 if it is outdated."),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the stored answer.")
    ),
    request_body(content = PatchIncident, example = json!({"priority": "P1", "severity": 7, "ai_serious_incident": true})),
    responses((status = 200, description = "The classification record.", body = ClassificationRecord))
)]
#[patch("/api/incidents/{id}")]
pub async fn patch(
    api: web::Data<Api>,
    caller: Caller<may::ChangeIncident>,
    id: web::Path<String>,
    req: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let (id, when) = (incident_ref(&id)?, if_match(&req)?);
    let (body, key) = body.json::<PatchIncident>().await?;
    let patch = Patch::from(body);
    api.write(caller, key, move |tx, ctx| {
        let incident = incidents::patch(tx, ctx, id, &when, &patch)?;
        let etag = incidents::etag(ctx, &incident);
        Ok(with_header(json(StatusCode::OK, &ClassificationRecord::from(incident))?, "etag", etag))
    })
    .await
}

/// Change an alert
///
/// The alert contract: `severity`, `status`, `resolution`. `status: resolved` needs a `resolution`. Takes the role
/// analyst.
#[utoipa::path(operation_id = "putIncident", 
    tag = "incidents",
    params(
        ("id" = String, Path, description = "UUID or public id"),
        ("If-Match" = Option<String>, Header, description = "The ETag the change is based on; 412 if it is outdated."),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the stored answer.")
    ),
    request_body(content = PutIncident, example = json!({
        "severity": "high", "status": "resolved", "resolution": "False positive - legitimate vendor email"
    })),
    responses((status = 200, description = "The incident.", body = Data<IncidentView>))
)]
#[put("/api/incidents/{id}")]
pub async fn put(
    api: web::Data<Api>,
    caller: Caller<may::ChangeIncident>,
    id: web::Path<String>,
    req: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let (id, when) = (incident_ref(&id)?, if_match(&req)?);
    let (body, key) = body.json::<PutIncident>().await?;
    let put = Put::from(body);
    api.write(caller, key, move |tx, ctx| {
        let incident = incidents::put(tx, ctx, id, &when, &put)?;
        let etag = incidents::etag(ctx, &incident);
        // Answers are kept for repetitions; raw data is not to be kept a second time.
        let incident = Incident { raw_data: None, ..incident };
        Ok(with_header(json(StatusCode::OK, &Data { data: IncidentView::from(incident) })?, "etag", etag))
    })
    .await
}

/// Delete an incident
///
/// Evidence and actions go with it; the audit log keeps a tombstone. Refused (409 `legal_hold`) once a report was
/// exported or a hold is set. Takes the role admin.
#[utoipa::path(operation_id = "deleteIncident", 
    tag = "incidents",
    params(
        ("id" = String, Path, description = "UUID or public id"),
        ("If-Match" = Option<String>, Header, description = "The ETag the deletion is based on."),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key gets the stored answer.")
    ),
    responses((status = 204, description = "Deleted."))
)]
#[delete("/api/incidents/{id}")]
pub async fn delete(
    api: web::Data<Api>,
    caller: Caller<may::DeleteIncident>,
    id: web::Path<String>,
    req: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let (id, when) = (incident_ref(&id)?, if_match(&req)?);
    let key = body.empty().await?;
    api.write(caller, key, move |tx, ctx| {
        incidents::delete(tx, ctx, id, &when)?;
        Ok(Answer { status: 204, headers: Vec::new(), body: Vec::new() })
    })
    .await
}
