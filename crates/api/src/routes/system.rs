//! Health, metrics, and the machine contract.

use crate::caller::{Caller, may};
use crate::openapi;
use crate::problem::Problem;
use crate::state::Api;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpResponse, get, web};
use probatum_application::AppError;
use probatum_application::ports::Executor;
use serde::Serialize;
use utoipa::ToSchema;

/// How it is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    #[schema(example = "ok")]
    status: &'static str,
}

/// Whether the program lives
///
/// Needs nothing but the program itself. No credentials.
#[utoipa::path(operation_id = "healthLive", tag = "system", responses((status = 200, description = "It does.", body = Health)))]
#[get("/health/live")]
pub async fn live() -> HttpResponse {
    HttpResponse::Ok().json(Health { status: "ok" })
}

/// Whether the registry can work
///
/// Asks the database to read and to begin and end a writing transaction; 503 if it cannot. No credentials.
#[utoipa::path(operation_id = "healthReady", tag = "system", responses((status = 200, description = "It can.", body = Health)))]
#[get("/health/ready")]
pub async fn ready(api: web::Data<Api>) -> Result<HttpResponse, Problem> {
    let store: &dyn Executor = api.store.as_ref();
    let (read, written) = (store.reading(|tx| tx.audit_head()).await, store.writing(|_| Ok(())).await);
    read.map(|_| ()).and(written).map_err(|e| {
        let cause = e.cause.unwrap_or(e.detail);
        AppError::unavailable(format!("not ready: {cause}"))
    })?;
    Ok(HttpResponse::Ok().json(Health { status: "ok" }))
}

/// Metrics for Prometheus
///
/// Requests by route and status, durations, and what waits for the database. Takes the role viewer; not public.
#[utoipa::path(operation_id = "metrics", tag = "system", responses((status = 200, description = "Text format 0.0.4.", body = String)))]
#[get("/metrics")]
pub async fn metrics(api: web::Data<Api>, caller: Caller<may::ReadMetrics>) -> Result<HttpResponse, Problem> {
    if caller.is_anonymous() {
        return Err(AppError::new(probatum_kernel::Code::Unauthenticated, "Metrics take credentials.").into());
    }
    let (writes, reads) = api.store.waiting();
    api.metrics.waiting(writes, reads);
    let store: &dyn Executor = api.store.as_ref();
    api.metrics.intake().waiting(store.reading(|tx| tx.intake_backlog()).await?);
    let text = api.metrics.text().map_err(AppError::internal)?;
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, "text/plain; version=0.0.4")).body(text))
}

/// The machine contract
///
/// This document, OpenAPI 3.1. No credentials.
#[utoipa::path(operation_id = "openapi", tag = "system", responses((status = 200, description = "OpenAPI 3.1.", body = Object)))]
#[get("/openapi.json")]
pub async fn openapi_json() -> HttpResponse {
    HttpResponse::Ok().insert_header((CONTENT_TYPE, "application/json")).body(openapi::openapi_json())
}
