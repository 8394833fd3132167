//! Receipts of reports: what proves that one arrived.

use super::report_id;
use crate::body::Body;
use crate::caller::{Caller, may};
use crate::dto::report::{PresentReceipt, Presented, ReportView, UploadReceipt};
use crate::problem::Problem;
use crate::reply::{created, orphaned};
use crate::state::Api;
use crate::upload::{Form, receive};
use actix_web::{HttpRequest, HttpResponse, post, web};
use bytes::Bytes;
use probatum_application::use_cases::evidence::Received;
use probatum_application::use_cases::reports::{self, Proof};
use probatum_application::{AppError, RequestKey};
use probatum_compliance_export::ReportId;
use probatum_evidence::Stored;
use std::sync::{Arc, Mutex, PoisonError};

/// Put a receipt on record
///
/// As JSON, with the receipt itself in base64 if there is a file, or as `multipart/form-data` with a part `file`. It
/// becomes internal evidence `upo_edelivery` with a chain of custody, the report is `delivered`, and its deadline is met as
/// of `received_at`. A `document_hash` that is not the SHA-256 of the bundle is 422 `hash_mismatch`, and nothing is kept. A
/// receipt counts also for a report that was taken for not sent; nothing is sent after it. Several may follow each other.
/// Takes the role legal_dpo.
#[utoipa::path(operation_id = "presentReceipt",
    tag = "reports",
    params(
        ("id" = String, Path, description = "Report id"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the stored answer.")
    ),
    request_body(content((PresentReceipt = "application/json", example = json!({
        "type": "UPP", "reference": "ePUAP-UPP-81726354", "received_at": "2026-07-04T10:41:07Z",
        "document_hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    })), (UploadReceipt = "multipart/form-data"))),
    responses((status = 201, description = "On record; the report.", body = ReportView,
        headers(("Location" = String, description = "The evidence it is kept as."))))
)]
#[post("/api/reports/{id}/receipt")]
pub async fn receipt(
    api: web::Data<Api>,
    caller: Caller<may::ExportReports>,
    id: web::Path<String>,
    req: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let id = report_id(&id)?;
    let (proof, key) = if body.is_multipart() {
        exists(&api, &caller, id).await?;
        let Form { cmd, received, key } = receive(&api, &req, body, PresentReceipt::of_form).await?;
        (Proof { receipt: cmd, file: Some(received) }, key)
    } else {
        let (Presented { receipt, file }, key) = body.json_checked(PresentReceipt::command).await?;
        exists(&api, &caller, id).await?;
        (Proof { receipt, file: keep(&api, file).await? }, key)
    };
    record(&api, caller, id, proof, key).await
}

/// A file for a report that does not exist would be one for nothing.
async fn exists(api: &Api, caller: &Caller<may::ExportReports>, id: ReportId) -> Result<(), Problem> {
    let asking = Caller::<may::ReadReports>::of(caller.ctx.clone());
    api.read(asking, move |tx, ctx| reports::read(tx, ctx, id)).await.map(|_| ())
}

/// Puts a file that came in JSON into the blob store.
async fn keep(api: &Api, file: Option<(Vec<u8>, String)>) -> Result<Option<Received>, AppError> {
    let Some((bytes, file_name)) = file else { return Ok(None) };
    let mut upload = api.blobs.begin().await?;
    if let Err(e) = upload.write(Bytes::from(bytes)).await {
        upload.abort().await?;
        return Err(e);
    }
    let blob = upload.finish().await?;
    let media_type = "application/octet-stream".to_owned();
    let stored = Stored { size: blob.size, media_type, file_name, key: blob.key };
    Ok(Some(Received { stored, hash: blob.hash }))
}

async fn record(
    api: &Api,
    caller: Caller<may::ExportReports>,
    id: ReportId,
    proof: Proof,
    key: Option<RequestKey>,
) -> Result<HttpResponse, Problem> {
    let place = proof.file.as_ref().map(|file| file.stored.key.clone());
    let request_id = caller.ctx.request_id.clone();
    // Which evidence took the file, if any did: as with evidence that is uploaded.
    let taken = Arc::new(Mutex::new(String::new()));
    let kept_as = taken.clone();
    let answer = api.write(caller, key, move |tx, ctx| {
        let filing = reports::receive(tx, ctx, id, &proof)?;
        let evidence = filing.receipts.last().map(|r| r.evidence_id.to_string()).unwrap_or_default();
        kept_as.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&evidence);
        created(format!("/api/evidence/{evidence}"), &ReportView::from(&filing))
    });
    let answer = answer.await;
    let taken = std::mem::take(&mut *taken.lock().unwrap_or_else(PoisonError::into_inner));
    if let Some(place) = place.filter(|_| orphaned(&answer, &taken)) {
        api.discard(place, &request_id).await;
    }
    answer
}
