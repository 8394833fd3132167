//! Exports: all that the list would show, page by page, streamed as it is read.

use crate::caller::{Caller, may};
use crate::csv;
use crate::problem::Problem;
use crate::query;
use crate::state::Api;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, get, web};
use bytes::Bytes;
use futures_util::stream::{StreamExt, TryStreamExt, once, try_unfold};
use probatum_application::use_cases::incidents;
use probatum_application::{AppError, Ctx, IncidentQuery};
use probatum_incident::Incident;
use probatum_kernel::Position;
use std::future::ready;

/// How incidents become lines.
type Line = fn(Incident) -> Result<String, AppError>;

/// Incidents as CSV
///
/// All that `/api/incidents` finds with the same filters, in the same order, without limit: RFC 4180 with a header line,
/// UTF-8, flags and tags separated by `;`. A text that begins with `=`, `+`, `-` or `@` has an apostrophe in front, so
/// that no spreadsheet takes it for a formula. Streamed page by page; what is created meanwhile may be left out. Never
/// with `raw_data`. Takes the role viewer.
#[utoipa::path(operation_id = "exportCsv", 
    tag = "exports",
    params(
        ("status" = Option<String>, Query, description = "as in /api/incidents, like every other filter and sort"),
        ("sort" = Option<String>, Query, example = "-created_at")
    ),
    responses((status = 200, description = "The incidents.", content_type = "text/csv", body = String))
)]
#[get("/api/incidents.csv")]
pub async fn as_csv(
    api: web::Data<Api>,
    caller: Caller<may::ReadIncidents>,
    req: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query = query::export(req.query_string(), caller.ctx.now)?;
    let head = Some(csv::header());
    stream(api, caller, query, head, |i| Ok(csv::line(&i)), "text/csv; charset=utf-8; header=present").await
}

/// Incidents as NDJSON
///
/// All that `/api/incidents` finds with the same filters, in the same order, without limit: one row of the list per line.
/// Streamed page by page; what is created meanwhile may be left out. Never with `raw_data`. Takes the role viewer.
#[utoipa::path(operation_id = "exportNdjson", 
    tag = "exports",
    params(
        ("status" = Option<String>, Query, description = "as in /api/incidents, like every other filter and sort"),
        ("sort" = Option<String>, Query, example = "-created_at")
    ),
    responses((status = 200, description = "The incidents.", content_type = "application/x-ndjson", body = String))
)]
#[get("/api/incidents.ndjson")]
pub async fn as_ndjson(
    api: web::Data<Api>,
    caller: Caller<may::ReadIncidents>,
    req: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query = query::export(req.query_string(), caller.ctx.now)?;
    stream(api, caller, query, None, csv::json_line, "application/x-ndjson").await
}

/// Reads the first page, so that what is wrong is answered as a problem, and sends it and all that follow. A failure on
/// the way ends the connection without its proper end, which clients notice.
async fn stream(
    api: web::Data<Api>,
    caller: Caller<may::ReadIncidents>,
    query: IncidentQuery,
    head: Option<String>,
    line: Line,
    media_type: &'static str,
) -> Result<HttpResponse, Problem> {
    let extension = if media_type.starts_with("text/csv") { "csv" } else { "ndjson" };
    let ctx = caller.ctx;
    let (first, rest) = lines(&api, &ctx, query, line).await?;
    let first = Bytes::from(head.unwrap_or_default() + &first);
    let more = try_unfold(rest, move |next: Option<IncidentQuery>| {
        let (api, ctx) = (api.clone(), ctx.clone());
        async move {
            let Some(query) = next else { return Ok::<_, Problem>(None) };
            let (text, rest) = lines(&api, &ctx, query, line).await?;
            Ok(Some((Bytes::from(text), rest)))
        }
    });
    let all = once(ready(Ok(first))).chain(more.map_err(actix_web::Error::from));
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, media_type))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"incidents.{extension}\"")))
        .streaming(all))
}

/// The lines of a page, and what asks for the next.
async fn lines(
    api: &Api,
    ctx: &Ctx,
    query: IncidentQuery,
    line: Line,
) -> Result<(String, Option<IncidentQuery>), Problem> {
    let caller = Caller::<may::ReadIncidents>::of(ctx.clone());
    let asked = query.clone();
    let found = api.read(caller, move |tx, ctx| incidents::list(tx, ctx, &asked)).await?;
    let text = found.rows.into_iter().map(line).collect::<Result<String, AppError>>()?;
    let next = found.next.map(|cursor| {
        let mut next = query;
        next.page.position = Position::After(cursor);
        next
    });
    Ok((text, next))
}
