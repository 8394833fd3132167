//! Reports to authorities: ask for one, read them, fetch the bundle, try again.

use super::evidence_content::attachment;
use super::{incident_ref, report_id};
use crate::body::Body;
use crate::caller::{Caller, may};
use crate::dto::List;
use crate::dto::report::{ExportAccepted, ExportReport, ReportView};
use crate::problem::Problem;
use crate::query;
use crate::reply::{json, rows};
use crate::state::Api;
use actix_web::body::SizedStream;
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use futures_util::StreamExt;
use probatum_application::AppError;
use probatum_application::use_cases::reports;

/// Report to an authority
///
/// What the report says is fixed with this request: the incident, the facts on record with `facts` over them, the evidence
/// that leaves under the regime (`internal` never does), its chains of custody, the timeline. Then it is made in the
/// background, as a signed bundle, and delivered: to the gateway the configuration names `target`, else to the spool
/// folder. `GET /api/reports/{id}` says how far it is. Required fields nobody stated are listed there as `missing`; they
/// stop no report. A phase the regime does not know is a 400 with the list; without any evidence it is 422
/// `evidence_required`. From the first report on the incident cannot be deleted. Takes the role legal_dpo.
#[utoipa::path(operation_id = "exportReport",
    tag = "reports",
    params(
        ("id" = String, Path, description = "UUID or public id of the incident"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the stored answer.")
    ),
    request_body(content = ExportReport,
        example = json!({"target": "csirt_nask", "regime": "nis2", "phase": "early_warning_24h"})),
    responses((status = 202, description = "Accepted, and on record.", body = ExportAccepted))
)]
#[post("/api/reports/incidents/{id}/export")]
pub async fn export(
    api: web::Data<Api>,
    caller: Caller<may::ExportReports>,
    id: web::Path<String>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let id = incident_ref(&id)?;
    let (cmd, key) = body.json_checked(ExportReport::command).await?;
    let organisation = api.organisation.clone();
    let answer = api.write(caller, key, move |tx, ctx| {
        let filing = reports::request(tx, ctx, id, &cmd, &organisation)?;
        json(StatusCode::ACCEPTED, &ExportAccepted::from(&filing))
    });
    let answer = answer.await?;
    api.look_at_reports();
    Ok(answer)
}

impl Api {
    /// Has the reports that are due made and sent, without anybody waiting for it. What it does not get to, the job loop
    /// does.
    pub(super) fn look_at_reports(&self) {
        let desk = self.reports.clone();
        self.background.spawn(async move {
            if let Err(e) = desk.take_up_due().await {
                let cause = e.cause.as_deref().unwrap_or_default();
                tracing::warn!(error = %e, cause, "reports are left to the job loop");
            }
        });
    }
}

/// The reports of an incident
///
/// Oldest first, with how far each is. Takes the role legal_dpo.
#[utoipa::path(operation_id = "listReports",
    tag = "reports",
    params(
        ("id" = String, Path, description = "UUID or public id of the incident"),
        ("page" = Option<u32>, Query, minimum = 1),
        ("per_page" = Option<u32>, Query, minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "from the Link header of the page before")
    ),
    responses((status = 200, description = "A page.", body = List<ReportView>))
)]
#[get("/api/reports/incidents/{id}")]
pub async fn list(
    api: web::Data<Api>,
    caller: Caller<may::ReadReports>,
    id: web::Path<String>,
    req: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let id = incident_ref(&id)?;
    let page = query::rows(req.query_string())?;
    let all = api.read(caller, move |tx, ctx| reports::list(tx, ctx, id)).await?;
    Ok(rows(&req, all.iter().map(ReportView::from), &page))
}

/// Read a report
///
/// How far it is, what it lacks, its file, its receipts, and if it failed, why. Takes the role legal_dpo.
#[utoipa::path(operation_id = "getReport",
    tag = "reports",
    params(("id" = String, Path, description = "Report id")),
    responses((status = 200, description = "The report.", body = ReportView))
)]
#[get("/api/reports/{id}")]
pub async fn get(
    api: web::Data<Api>,
    caller: Caller<may::ReadReports>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = report_id(&id)?;
    let filing = api.read(caller, move |tx, ctx| reports::read(tx, ctx, id)).await?;
    Ok(HttpResponse::Ok().json(ReportView::from(&filing)))
}

/// Download the bundle
///
/// The very file that is delivered: a zip archive with a BagIt bag (RFC 8493), signed with the registry's key (DSSE,
/// Ed25519). `probatum bundle verify FILE --key KEY` checks it offline. 404 while it is being made. Takes the role
/// legal_dpo.
#[utoipa::path(operation_id = "downloadBundle",
    tag = "reports",
    params(("id" = String, Path, description = "Report id")),
    responses((status = 200, description = "The bundle.", content_type = "application/zip", body = Vec<u8>))
)]
#[get("/api/reports/{id}/bundle")]
pub async fn bundle(
    api: web::Data<Api>,
    caller: Caller<may::ReadReports>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = report_id(&id)?;
    let filing = api.read(caller, move |tx, ctx| reports::read(tx, ctx, id)).await?;
    let file = filing.bundle.ok_or_else(|| AppError::not_found("bundle: it is not made yet"))?;
    let Some((size, chunks)) = api.blobs.open(file.storage_key).await? else {
        return Err(AppError::not_found("bundle: it is missing from the blob store").into());
    };
    let chunks = chunks.map(|chunk| chunk.map_err(|e| actix_web::Error::from(Problem(e))));
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/zip"))
        .insert_header(attachment(format!("{id}.zip")))
        .body(SizedStream::new(size, chunks)))
}

/// Try a report again
///
/// One that failed is made, if it is not, and sent at once; what was made is sent as it is, under the same idempotency
/// key. Any other is 409 `state_conflict`. Takes the role legal_dpo.
#[utoipa::path(operation_id = "retryReport",
    tag = "reports",
    params(
        ("id" = String, Path, description = "Report id"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key gets the stored answer.")
    ),
    responses((status = 202, description = "Accepted.", body = ReportView))
)]
#[post("/api/reports/{id}/retry")]
pub async fn retry(
    api: web::Data<Api>,
    caller: Caller<may::ExportReports>,
    id: web::Path<String>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let id = report_id(&id)?;
    let key = body.empty().await?;
    let answer = api.write(caller, key, move |tx, ctx| {
        json(StatusCode::ACCEPTED, &ReportView::from(&reports::retry(tx, ctx, id)?))
    });
    let answer = answer.await?;
    api.look_at_reports();
    Ok(answer)
}
