//! Response actions: the steps people take, and their proof.

use super::incident_ref;
use crate::body::Body;
use crate::caller::{Caller, may};
use crate::dto::action::{ActionView, AddAction, AddedAction, UpdateAction};
use crate::dto::{Data, List};
use crate::problem::Problem;
use crate::query;
use crate::reply::{created, json, rows};
use crate::state::Api;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, patch, post, web};
use probatum_application::AppError;
use probatum_application::use_cases::actions;
use probatum_kernel::ActionId;

fn action_id(text: &str) -> Result<ActionId, AppError> {
    text.parse().map_err(|_| AppError::not_found("action"))
}

/// Add a response step
///
/// A step people carry out; it starts `open`. Closing an incident takes a completed step whose `validation_ref` names
/// confirmed evidence. Takes the role operator.
#[utoipa::path(operation_id = "addAction", 
    tag = "actions",
    params(
        ("id" = String, Path, description = "UUID or public id of the incident"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the stored answer.")
    ),
    request_body(content = AddAction, example = json!({"title": "Rotate the agent's credentials", "owner": "kdzik"})),
    responses((status = 201, description = "Added.", body = Data<AddedAction>,
        headers(("Location" = String, description = "Where the action is."))))
)]
#[post("/api/incidents/{id}/actions")]
pub async fn add(
    api: web::Data<Api>,
    caller: Caller<may::ManageActions>,
    id: web::Path<String>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let id = incident_ref(&id)?;
    let (cmd, key) = body.json_checked(AddAction::command).await?;
    api.write(caller, key, move |tx, ctx| {
        let action = actions::add(tx, ctx, id, &cmd)?;
        created(format!("/api/actions/{}", action.id), &Data { data: AddedAction::from(&action) })
    })
    .await
}

/// The response actions of an incident
///
/// Oldest first. Takes the role viewer.
#[utoipa::path(operation_id = "listActions", 
    tag = "actions",
    params(
        ("id" = String, Path, description = "UUID or public id of the incident"),
        ("page" = Option<u32>, Query, minimum = 1),
        ("per_page" = Option<u32>, Query, minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "from the Link header of the page before")
    ),
    responses((status = 200, description = "A page.", body = List<ActionView>))
)]
#[get("/api/incidents/{id}/actions")]
pub async fn list(
    api: web::Data<Api>,
    caller: Caller<may::ReadIncidents>,
    id: web::Path<String>,
    req: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let id = incident_ref(&id)?;
    let page = query::page(req.query_string())?;
    let all = api.read(caller, move |tx, ctx| actions::list(tx, ctx, id)).await?;
    Ok(rows(&req, all.into_iter().map(ActionView::from), &page))
}

/// Read a response action
///
/// Takes the role viewer.
#[utoipa::path(operation_id = "getAction", 
    tag = "actions",
    params(("id" = String, Path, description = "Action id")),
    responses((status = 200, description = "The action.", body = ActionView))
)]
#[get("/api/actions/{id}")]
pub async fn get(
    api: web::Data<Api>,
    caller: Caller<may::ReadIncidents>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = action_id(&id)?;
    let action = api.read(caller, move |tx, ctx| actions::get(tx, ctx, id)).await?;
    Ok(HttpResponse::Ok().json(ActionView::from(action)))
}

/// Move a response action on
///
/// `open` goes to `in_progress` and on to `completed`, `failed` or `cancelled`; the middle may be skipped. A
/// `validation_ref` must be confirmed evidence of the same incident, on a completed action (422 `evidence_required`).
/// Takes the role operator.
#[utoipa::path(operation_id = "updateAction", 
    tag = "actions",
    params(
        ("id" = String, Path, description = "Action id"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the stored answer.")
    ),
    request_body(content = UpdateAction, example = json!({
        "status": "completed", "validation_ref": "ev-0198f1c27d3b7c0e9d0a4b5c6d7e8f90"
    })),
    responses((status = 200, description = "The action.", body = ActionView))
)]
#[patch("/api/actions/{id}")]
pub async fn update(
    api: web::Data<Api>,
    caller: Caller<may::ManageActions>,
    id: web::Path<String>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let id = action_id(&id)?;
    let (cmd, key) = body.json_checked(UpdateAction::command).await?;
    api.write(caller, key, move |tx, ctx| {
        let action = actions::update(tx, ctx, id, &cmd)?;
        json(StatusCode::OK, &ActionView::from(action))
    })
    .await
}
