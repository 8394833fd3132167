//! Evidence: attach, list, read, pass on.

use super::{evidence_id, incident_ref};
use crate::body::Body;
use crate::caller::{Caller, may};
use crate::dto::List;
use crate::dto::evidence::{AppendCustody, AttachEvidence, Attached, EvidenceItem, UploadEvidence};
use crate::problem::Problem;
use crate::query;
use crate::reply::{created, json, orphaned, page_of};
use crate::state::Api;
use crate::upload::{Form, receive};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use probatum_application::use_cases::{evidence, incidents};
use std::sync::{Arc, Mutex, PoisonError};

/// Attach evidence
///
/// As JSON with a reference to content kept elsewhere, or as `multipart/form-data` with a part `file`, which is streamed
/// into the blob store and hashed by the registry; a `hash_sha256` that differs is 422 `hash_mismatch`, and nothing is
/// kept. The incident inherits its status from all its evidence. Takes the role analyst.
#[utoipa::path(operation_id = "attachEvidence", 
    tag = "evidence",
    params(
        ("id" = String, Path, description = "UUID or public id of the incident"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the stored answer.")
    ),
    request_body(content((AttachEvidence = "application/json"), (UploadEvidence = "multipart/form-data"))),
    responses((status = 201, description = "Attached; its status.", body = Attached,
        headers(("Location" = String, description = "Where the evidence is."))))
)]
#[post("/api/incidents/{id}/evidence")]
pub async fn attach(
    api: web::Data<Api>,
    caller: Caller<may::AttachEvidence>,
    id: web::Path<String>,
    req: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let id = incident_ref(&id)?;
    if body.is_multipart() {
        return upload(api, caller, id, req, body).await;
    }
    let (cmd, key) = body.json_checked(AttachEvidence::command).await?;
    api.write(caller, key, move |tx, ctx| {
        let item = evidence::attach(tx, ctx, id, &cmd, None)?;
        created(format!("/api/evidence/{}", item.id), &Attached::from(&item))
    })
    .await
}

async fn upload(
    api: web::Data<Api>,
    caller: Caller<may::AttachEvidence>,
    id: probatum_kernel::IncidentRef,
    req: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Problem> {
    // A gigabyte for an incident that does not exist would be a gigabyte for nothing.
    let asking = Caller::<may::AttachEvidence>::of(caller.ctx.clone());
    api.read(asking, move |tx, ctx| incidents::exists(tx, ctx, id)).await?;
    let Form { cmd, received, key } = receive(&api, &req, body, AttachEvidence::command).await?;
    let place = received.stored.key.clone();
    let request_id = caller.ctx.request_id.clone();
    // Which evidence took the content, if any did: the last run of the job decides, and a stored answer names another.
    let taken = Arc::new(Mutex::new(String::new()));
    let attached = taken.clone();
    let answer = api.write(caller, key, move |tx, ctx| {
        let item = evidence::attach(tx, ctx, id, &cmd, Some(&received))?;
        *attached.lock().unwrap_or_else(PoisonError::into_inner) = item.id.to_string();
        created(format!("/api/evidence/{}", item.id), &Attached::from(&item))
    });
    let answer = answer.await;
    let taken = std::mem::take(&mut *taken.lock().unwrap_or_else(PoisonError::into_inner));
    if orphaned(&answer, &taken) {
        api.discard(place, &request_id).await;
    }
    answer
}

/// The evidence of an incident
///
/// Oldest first, with the chains of custody. Viewers see what is public; restricted and internal evidence takes analyst,
/// devsecops or legal_dpo.
#[utoipa::path(operation_id = "listEvidence", 
    tag = "evidence",
    params(
        ("id" = String, Path, description = "UUID or public id of the incident"),
        ("page" = Option<u32>, Query, minimum = 1),
        ("per_page" = Option<u32>, Query, minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "from the Link header of the page before")
    ),
    responses((status = 200, description = "A page.", body = List<EvidenceItem>))
)]
#[get("/api/incidents/{id}/evidence")]
pub async fn list(
    api: web::Data<Api>,
    caller: Caller<may::ReadEvidence>,
    id: web::Path<String>,
    req: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let id = incident_ref(&id)?;
    let page = query::rows(req.query_string())?;
    let asked = page.clone();
    let found = api.read(caller, move |tx, ctx| evidence::list(tx, ctx, id, &asked)).await?;
    let views = found.items.into_iter().map(EvidenceItem::from).collect();
    Ok(page_of(&req, views, &page, found.total, found.more))
}

/// Read an item of evidence
///
/// With its chain of custody. What the caller may not see is a 404.
#[utoipa::path(operation_id = "getEvidence", 
    tag = "evidence",
    params(("id" = String, Path, description = "Evidence id")),
    responses((status = 200, description = "The item.", body = EvidenceItem))
)]
#[get("/api/evidence/{id}")]
pub async fn get(
    api: web::Data<Api>,
    caller: Caller<may::ReadEvidence>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = evidence_id(&id)?;
    let item = api.read(caller, move |tx, ctx| evidence::item(tx, ctx, id)).await?;
    Ok(HttpResponse::Ok().json(EvidenceItem::from(item)))
}

/// Append to the chain of custody
///
/// Entries are append-only, in the order of time, each linked to the one before by hash. The first of a chain has to
/// state the hash of the evidence as `hash_after`, if the evidence has one: else 422 `custody_broken`. A later one that
/// states another hash is recorded and breaks the chain: the evidence becomes disputed. Takes the role analyst.
#[utoipa::path(operation_id = "appendCustody", 
    tag = "evidence",
    params(
        ("id" = String, Path, description = "Evidence id"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the stored answer.")
    ),
    request_body(content = AppendCustody, example = json!({"action": "transferred", "note": "handed to forensics"})),
    responses((status = 201, description = "The item with its chain.", body = EvidenceItem))
)]
#[post("/api/evidence/{id}/custody")]
pub async fn append_custody(
    api: web::Data<Api>,
    caller: Caller<may::AttachEvidence>,
    id: web::Path<String>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let id = evidence_id(&id)?;
    let (input, key) = body.json_checked(AppendCustody::command).await?;
    api.write(caller, key, move |tx, ctx| {
        let item = evidence::append_custody(tx, ctx, id, &input)?;
        json(StatusCode::CREATED, &EvidenceItem::from(item))
    })
    .await
}
