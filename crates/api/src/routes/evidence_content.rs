//! The content of evidence: read back as an attachment, and hashed anew.

use super::evidence_id;
use crate::body::Body;
use crate::caller::{Caller, may};
use crate::dto::evidence::EvidenceItem;
use crate::problem::Problem;
use crate::reply::json;
use crate::state::Api;
use actix_web::body::SizedStream;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, Charset, ContentDisposition, DispositionParam, DispositionType,
    ExtendedValue,
};
use actix_web::{HttpResponse, get, post, web};
use futures_util::StreamExt;
use probatum_application::AppError;
use probatum_application::use_cases::evidence;
use probatum_application::use_cases::evidence_check::hash_of;

/// Download the content
///
/// As an attachment, never to be shown in place. 404 if the registry holds only a reference.
#[utoipa::path(operation_id = "downloadContent", 
    tag = "evidence",
    params(("id" = String, Path, description = "Evidence id")),
    responses((status = 200, description = "The content.", content_type = "application/octet-stream", body = Vec<u8>))
)]
#[get("/api/evidence/{id}/content")]
pub async fn content(
    api: web::Data<Api>,
    caller: Caller<may::ReadEvidence>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = evidence_id(&id)?;
    let (_, stored) = api.read(caller, move |tx, ctx| evidence::content(tx, ctx, id)).await?;
    let Some((size, chunks)) = api.blobs.open(stored.key).await? else {
        return Err(
            AppError::not_found("content: it is missing from the blob store; verify the evidence").into()
        );
    };
    let disposition = attachment(stored.file_name);
    let chunks = chunks.map(|chunk| chunk.map_err(|e| actix_web::Error::from(Problem(e))));
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, stored.media_type))
        .insert_header(disposition)
        .insert_header((CONTENT_SECURITY_POLICY, "sandbox"))
        .body(SizedStream::new(size, chunks)))
}

/// The name in ASCII for all, and as it is for those who know RFC 8187.
pub(super) fn attachment(name: String) -> ContentDisposition {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '_' }).collect();
    let mut parameters = vec![DispositionParam::Filename(plain.clone())];
    if plain != name {
        let value = name.into_bytes();
        let whole = ExtendedValue { charset: Charset::Ext("UTF-8".to_owned()), language_tag: None, value };
        parameters.push(DispositionParam::FilenameExt(whole));
    }
    ContentDisposition { disposition: DispositionType::Attachment, parameters }
}

/// Verify the content
///
/// Hashes the stored content anew; the result is an entry of the chain of custody. Content that differs or is missing
/// makes the evidence disputed. Takes the role analyst.
#[utoipa::path(operation_id = "verifyContent", 
    tag = "evidence",
    params(
        ("id" = String, Path, description = "Evidence id"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key gets the stored answer.")
    ),
    responses((status = 200, description = "The item; its last custody entry is the result.", body = EvidenceItem))
)]
#[post("/api/evidence/{id}/verify")]
pub async fn verify(
    api: web::Data<Api>,
    caller: Caller<may::AttachEvidence>,
    id: web::Path<String>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let id = evidence_id(&id)?;
    let key = body.empty().await?;
    let asking = Caller::<may::ReadEvidence>::of(caller.ctx.clone());
    let (_, stored) = api.read(asking, move |tx, ctx| evidence::content(tx, ctx, id)).await?;
    let found = hash_of(api.blobs.as_ref(), stored.key).await?;
    api.write(caller, key, move |tx, ctx| {
        let item = evidence::verified(tx, ctx, id, found.as_ref())?;
        json(StatusCode::OK, &EvidenceItem::from(item))
    })
    .await
}
