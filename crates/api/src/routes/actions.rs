//! Response actions: the steps people take, the orders connectors carry out, the approvals between, and the proof.

use super::incident_ref;
use crate::body::Body;
use crate::caller::{Caller, may};
use crate::dto::action::{ActionView, AddAction, AddedAction, Asked, KnownActionView, UpdateAction};
use crate::dto::plan::{PlannedPlaybook, UsePlaybook, UsedPlaybook};
use crate::dto::{Data, List};
use crate::problem::Problem;
use crate::query;
use crate::reply::{created, json, page_after, rows};
use crate::state::Api;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, patch, post, web};
use probatum_application::ports::Tx;
use probatum_application::use_cases::actions;
use probatum_application::{Answer, AppError, Ctx};
use probatum_kernel::ActionId;
use probatum_playbooks::{Action, CATALOGUE};

fn action_id(text: &str) -> Result<ActionId, AppError> {
    text.parse().map_err(|_| AppError::not_found("action"))
}

fn added(action: &Action) -> Result<Answer, AppError> {
    created(format!("/api/actions/{}", action.id), &Data { data: AddedAction::from(action) })
}

fn shown(action: &Action) -> Result<Answer, AppError> {
    json(StatusCode::OK, &ActionView::from(action.clone()))
}

/// Have an action carried out, or add a response step
///
/// With `action`, policy decides: it runs at once, waits for an approval (`pending_approval`), or is denied (403). A
/// connector carries it out and the answer has its `result`; without a connector it becomes a manual step (`open`), and
/// the message says so. What is simulated says `"simulated": true`. With `title`, or with `playbook` and `step`, a step
/// is added that people carry out; it starts `open`. Closing an incident takes a completed action whose
/// `validation_ref` names confirmed evidence. Takes the role operator.
#[utoipa::path(operation_id = "addAction", 
    tag = "actions",
    params(
        ("id" = String, Path, description = "UUID or public id of the incident"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the stored answer.")
    ),
    request_body(content = AddAction, example = json!({
        "action": "quarantine_email", "parameters": {"message_id": "AAMkAGI2...", "reason": "Phishing detected"}
    })),
    responses((status = 201, description = "Added; carried out, if policy and connectors allow.", body = Data<AddedAction>,
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
    let (asked, key) = body.json_checked(AddAction::command).await?;
    match asked {
        Asked::Order(cmd) => {
            let taken = api.response.order(caller.ctx, key, id, cmd, added).await?;
            Ok(api.carried_out(taken, added).await)
        }
        Asked::OfPlaybook { playbook, step, new } => {
            let library = api.playbooks.library();
            let work = move |tx: &mut dyn Tx, ctx: &Ctx| {
                added(&actions::add_step(tx, ctx, id, &playbook, &step, &new, &library)?)
            };
            api.write(caller, key, work).await
        }
        Asked::Step(cmd) => {
            api.write(caller, key, move |tx, ctx| added(&actions::add(tx, ctx, id, &cmd)?)).await
        }
    }
}

/// Use a playbook
///
/// Adds all steps of a playbook as actions, due in their share of the priority's time (24 h without a priority). Absent
/// `playbook` means the one the incident's category suggests. While steps of it are unfinished it is not added again
/// (409). With `dry_run` nothing is added (200): the answer says what would be, and what ordering a step's action instead
/// would come to. Takes the role operator.
#[utoipa::path(operation_id = "usePlaybook", 
    tag = "actions",
    params(
        ("id" = String, Path, description = "UUID or public id of the incident"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the stored answer.")
    ),
    request_body(content = UsePlaybook, example = json!({"playbook": "phishing"})),
    responses(
        (status = 201, description = "Added.", body = Data<UsedPlaybook>),
        (status = 200, description = "A dry run: what would be added.", body = Data<PlannedPlaybook>)
    )
)]
#[post("/api/incidents/{id}/playbook")]
pub async fn use_playbook(
    api: web::Data<Api>,
    caller: Caller<may::ManageActions>,
    id: web::Path<String>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let id = incident_ref(&id)?;
    let (cmd, key) = body.json::<UsePlaybook>().await?;
    let (library, rules) = (api.playbooks.library(), api.response.rules.clone());
    api.write(caller, key, move |tx, ctx| {
        let kind = cmd.playbook.as_deref();
        let plan = actions::apply(tx, ctx, id, kind, cmd.dry_run, &library, &rules)?;
        if cmd.dry_run {
            return json(StatusCode::OK, &Data { data: PlannedPlaybook::from(plan) });
        }
        json(StatusCode::CREATED, &Data { data: UsedPlaybook::from(plan) })
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
    let page = query::rows(req.query_string())?;
    let all = api.read(caller, move |tx, ctx| actions::list(tx, ctx, id)).await?;
    Ok(rows(&req, all.into_iter().map(ActionView::from), &page))
}

/// The inbox: the response actions of all incidents
///
/// Newest first. `status=pending_approval` with an `approval_level` is what waits for somebody of that level. Takes the
/// role viewer.
#[utoipa::path(operation_id = "listAllActions", 
    tag = "actions",
    params(
        ("status" = Option<crate::vocabulary::ActionStatus>, Query),
        ("approval_level" = Option<crate::vocabulary::ApprovalLevel>, Query),
        ("page" = Option<u32>, Query, minimum = 1),
        ("per_page" = Option<u32>, Query, minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "from the Link header of the page before")
    ),
    responses((status = 200, description = "A page.", body = List<ActionView>))
)]
#[get("/api/actions")]
pub async fn inbox(
    api: web::Data<Api>,
    caller: Caller<may::ReadIncidents>,
    req: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query = query::actions(req.query_string())?;
    let page = query.page.clone();
    let found = api.read(caller, move |tx, ctx| actions::inbox(tx, ctx, &query)).await?;
    let views = found.rows.into_iter().map(ActionView::from).collect();
    Ok(page_after(&req, views, &page, found.total, found.next.as_ref()))
}

/// The catalogue of actions
///
/// What can be asked for, what each action takes (as a JSON Schema), what undoes it, and who carries it out here. Takes
/// the role viewer.
#[utoipa::path(operation_id = "listKnownActions", 
    tag = "actions",
    params(
        ("page" = Option<u32>, Query, minimum = 1),
        ("per_page" = Option<u32>, Query, minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "from the Link header of the page before")
    ),
    responses((status = 200, description = "A page.", body = List<KnownActionView>))
)]
#[get("/api/actions/catalogue")]
pub async fn catalogue(
    api: web::Data<Api>,
    _caller: Caller<may::ReadIncidents>,
    req: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let page = query::rows(req.query_string())?;
    let rules = &api.response.rules;
    Ok(rows(&req, CATALOGUE.iter().map(|a| KnownActionView::new(a, rules.carrier(a.name))), &page))
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

/// Decide about a response action, or move it on
///
/// `decision` (or `status` `approved`/`rejected`) decides about an action that is `pending_approval`: it takes the
/// action's `approval_level`, and another person than the one who asked (403 `self_approval`). Of several who decide at
/// once one wins; the others get 409 `already_decided`. What is approved is carried out at once. A step goes from
/// `open` to `in_progress` and on to `completed`, `failed` or `cancelled`; the middle may be skipped. A `validation_ref`
/// must be confirmed evidence of the same incident, on a completed action (422 `evidence_required`). Deciding takes the
/// role analyst at least, everything else the role operator, but for steps of the level `ai_safety`: they are moved on by
/// whoever holds it.
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
    caller: Caller<may::DecideActions>,
    id: web::Path<String>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let id = action_id(&id)?;
    let (cmd, key) = body.json_checked(UpdateAction::command).await?;
    let taken = api.response.update(caller.ctx, key, id, cmd, shown).await?;
    Ok(api.carried_out(taken, shown).await)
}

/// Undo a response action
///
/// Asks for the inverse of an action that was carried out (`block_ip` → `unblock_ip`), with the same parameters. Policy
/// decides about it as about any other; an action is rolled back once. Takes the role operator.
#[utoipa::path(operation_id = "rollbackAction", 
    tag = "actions",
    params(
        ("id" = String, Path, description = "Action id"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key gets the stored answer.")
    ),
    responses((status = 201, description = "Asked for.", body = Data<AddedAction>,
        headers(("Location" = String, description = "Where the undoing action is."))))
)]
#[post("/api/actions/{id}/rollback")]
pub async fn rollback(
    api: web::Data<Api>,
    caller: Caller<may::ManageActions>,
    id: web::Path<String>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let id = action_id(&id)?;
    let key = body.empty().await?;
    let taken = api.response.rollback(caller.ctx, key, id, added).await?;
    Ok(api.carried_out(taken, added).await)
}
