//! The audit log: entries, the head of its tree, proofs.

use crate::caller::{Caller, may};
use crate::dto::audit::{AuditView, CheckpointView, ProofView};
use crate::dto::{List, Meta};
use crate::problem::Problem;
use crate::query;
use crate::state::Api;
use actix_web::http::header::LINK;
use actix_web::{HttpRequest, HttpResponse, get, web};
use probatum_application::AppError;
use probatum_application::use_cases::audit_log;

/// Read the audit log
///
/// Every change, the newest first; all filters given must hold. Entries are appended and never changed; each carries the
/// hash of the one before. A deleted incident is still found by its UUID or public id. Takes the role legal_dpo or admin.
#[utoipa::path(operation_id = "listAudit", 
    tag = "audit",
    params(
        ("action" = Option<String>, Query, description = "exactly this", example = "incident.updated"),
        ("actor" = Option<String>, Query, description = "exactly this", example = "analyst:kdzik"),
        ("incident" = Option<String>, Query, description = "UUID or public id of an incident, also a deleted one"),
        ("since" = Option<String>, Query, description = "recorded at or after this time"),
        ("until" = Option<String>, Query, description = "recorded before this time"),
        ("page" = Option<u32>, Query, minimum = 1),
        ("per_page" = Option<u32>, Query, minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "from the Link header of the page before")
    ),
    responses((status = 200, description = "A page.", body = List<AuditView>,
        headers(("Link" = String, description = "rel=\"next\", RFC 8288"))))
)]
#[get("/api/audit")]
pub async fn list(
    api: web::Data<Api>,
    caller: Caller<may::ReadAudit>,
    req: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (filter, incident, page) = query::audit(req.query_string())?;
    let asked = page.clone();
    let found = api.read(caller, move |tx, ctx| audit_log::list(tx, ctx, &filter, incident, &asked)).await?;
    let mut response = HttpResponse::Ok();
    if let Some(next) = found.next {
        response.insert_header((LINK, query::next_link(&req, &next)));
    }
    let data = found.entries.into_iter().map(AuditView::from).collect();
    Ok(response.json(List { data, meta: Meta::new(&page, found.total) }))
}

/// The head of the audit log's tree
///
/// The size and the root of the Merkle tree (RFC 9162) whose leaves are the hashes of the entries. Whoever keeps it can
/// show later that nothing before it was changed: ask for proofs, or rebuild the root. It is signed. Takes the role legal_dpo or admin.
#[utoipa::path(operation_id = "getAuditCheckpoint", 
    tag = "audit",
    responses((status = 200, description = "The tree head.", body = CheckpointView))
)]
#[get("/api/audit/checkpoint")]
pub async fn checkpoint(
    api: web::Data<Api>,
    caller: Caller<may::ReadAudit>,
    req: HttpRequest,
) -> Result<HttpResponse, Problem> {
    query::nothing(req.query_string())?;
    let found = api.read(caller, audit_log::checkpoint).await?;
    let signed = api.signer(move |signer| Ok(CheckpointView::signed(&found, &signer.key()?))).await?;
    Ok(HttpResponse::Ok().json(signed))
}

/// Prove that an entry is in the audit log
///
/// The path from the entry's leaf to the root of the tree as it is now; it has as many hashes as the tree is high. Takes
/// the role legal_dpo or admin.
#[utoipa::path(operation_id = "getAuditProof", 
    tag = "audit",
    params(("seq" = i64, Path, description = "The entry's place in the log, from 1", example = 1)),
    responses((status = 200, description = "The proof.", body = ProofView))
)]
#[get("/api/audit/proof/{seq}")]
pub async fn proof(
    api: web::Data<Api>,
    caller: Caller<may::ReadAudit>,
    seq: web::Path<String>,
    req: HttpRequest,
) -> Result<HttpResponse, Problem> {
    query::nothing(req.query_string())?;
    let seq: i64 = seq.parse().map_err(|_| AppError::not_found("audit entry"))?;
    let found = api.read(caller, move |tx, ctx| audit_log::proof(tx, ctx, seq)).await?;
    let signed = api.signer(move |signer| Ok(ProofView::signed(found, &signer.key()?))).await?;
    Ok(HttpResponse::Ok().json(signed))
}
