//! Playbooks: which there are, and what each says to do.

use crate::caller::{Caller, may};
use crate::dto::List;
use crate::dto::playbook::{PlaybookRow, PlaybookView};
use crate::problem::Problem;
use crate::query;
use crate::reply::rows;
use crate::state::Api;
use actix_web::http::header::{ACCEPT, CONTENT_TYPE, ETAG, VARY};
use actix_web::{HttpRequest, HttpResponse, get, web};
use probatum_application::AppError;
use probatum_application::use_cases::playbooks;
use probatum_playbooks::Playbook;
use sha2::{Digest, Sha256};

/// The media type of CACAO documents (CACAO 2.0, IANA considerations).
const CACAO: &str = "application/cacao+json";

/// The index of playbooks
///
/// Those of the registry and the operator's own, by type. An own one stands in the place of one of the registry of the
/// same type. Takes the role viewer.
#[utoipa::path(operation_id = "listPlaybooks", 
    tag = "playbooks",
    params(
        ("page" = Option<u32>, Query, minimum = 1),
        ("per_page" = Option<u32>, Query, minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "from the Link header of the page before")
    ),
    responses((status = 200, description = "A page.", body = List<PlaybookRow>))
)]
#[get("/api/playbooks")]
pub async fn list(
    api: web::Data<Api>,
    caller: Caller<may::ReadPlaybooks>,
    req: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let page = query::rows(req.query_string())?;
    let library = playbooks::list(api.playbooks.as_ref(), &caller.ctx)?;
    Ok(rows(&req, library.iter().map(|p| PlaybookRow::from(p.as_ref())), &page))
}

/// Read a playbook
///
/// Its steps, in the order they are carried out: who does each, by when, whose approval it takes, and what proves it. With
/// `Accept: application/cacao+json` the whole CACAO 2.0 document. The strong `ETag` may be sent as `If-None-Match` to ask
/// again. Takes the role viewer.
#[utoipa::path(operation_id = "getPlaybook", 
    tag = "playbooks",
    params(("type" = String, Path, description = "Type; - and _ are the same", example = "agent-hijack")),
    responses(
        (status = 200, description = "The playbook.", content(
            (PlaybookView = "application/json"), (Object = "application/cacao+json")
        ), headers(("ETag" = String, description = "Strong validator."))),
        (status = 304, description = "It is as `If-None-Match` says.")
    )
)]
#[get("/api/playbooks/{type}")]
pub async fn get(
    api: web::Data<Api>,
    caller: Caller<may::ReadPlaybooks>,
    kind: web::Path<String>,
    req: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let playbook = playbooks::get(api.playbooks.as_ref(), &caller.ctx, &kind)?;
    let (media, body) = shown(&playbook, query::prefers(&req, CACAO))?;
    let digest: String = hex::encode(Sha256::digest(&body)).chars().take(32).collect();
    let etag = format!("\"{digest}\"");
    let mut response = HttpResponse::Ok();
    response.insert_header((ETAG, etag.clone())).insert_header((VARY, ACCEPT.as_str()));
    if query::known(&req, &etag)? {
        return Ok(response.status(actix_web::http::StatusCode::NOT_MODIFIED).finish());
    }
    Ok(response.insert_header((CONTENT_TYPE, media)).body(body))
}

/// The media type and the body of a playbook.
fn shown(playbook: &Playbook, whole: bool) -> Result<(&'static str, Vec<u8>), AppError> {
    let (media, body) = match whole {
        true => (CACAO, serde_json::to_vec(&playbook.document)),
        false => ("application/json", serde_json::to_vec(&PlaybookView::from(playbook))),
    };
    Ok((media, body.map_err(|e| AppError::internal(e.to_string()))?))
}
