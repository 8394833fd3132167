//! Agents: register, list, read, change, and what happened to them.

use super::agent_id;
use crate::body::Body;
use crate::caller::{Caller, may};
use crate::dto::agent::{PatchAgent, RegisterAgent};
use crate::dto::agent_view::{AgentView, HistoryView};
use crate::dto::{List, Meta};
use crate::problem::Problem;
use crate::query::{self, AgentCursor, if_match};
use crate::reply::{created, json, with_header};
use crate::state::Api;
use actix_web::http::StatusCode;
use actix_web::http::header::{ETAG, LINK};
use actix_web::{HttpRequest, HttpResponse, get, patch, post, web};
use probatum_application::use_cases::agents;

/// Register an agent
///
/// An id that incidents named before is known as `unverified`, without tools; registering completes and verifies it.
/// What it lost of its score stays lost, and a quarantine stays. An id that was registered before is a 409
/// `agent_exists`. Takes the role ai_safety.
#[utoipa::path(operation_id = "registerAgent",
    tag = "agents",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the stored answer.")),
    request_body(content = RegisterAgent, example = json!({
        "id": "did:web:example.org:agents:7", "name": "Support agent", "owner": "customer-care", "tier": "T2",
        "baseline_score": 100,
        "allowed_tools": [{"name": "crm.read", "risk": "read"}, {"name": "payments.refund", "risk": "critical"}]
    })),
    responses((status = 201, description = "Registered.", body = AgentView,
        headers(("Location" = String, description = "Where the agent is."))))
)]
#[post("/api/agents")]
pub async fn register(
    api: web::Data<Api>,
    caller: Caller<may::ManageAgents>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let (cmd, key) = body.json_checked(RegisterAgent::command).await?;
    api.write(caller, key, move |tx, ctx| {
        let agent = agents::register(tx, ctx, &cmd)?;
        created(format!("/api/agents/{}", query::segment(agent.id.as_str())), &AgentView::from(agent))
    })
    .await
}

/// List agents
///
/// In the order of their ids. `meta.total` is exact up to 10 000; beyond, `total_relation` is `gte`. Pages reach row
/// 10 000; go on with the cursor of `Link: rel="next"`. Takes the role viewer.
#[utoipa::path(operation_id = "listAgents",
    tag = "agents",
    params(
        ("status" = Option<crate::vocabulary::AgentStatus>, Query),
        ("page" = Option<u32>, Query, minimum = 1),
        ("per_page" = Option<u32>, Query, minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "from the Link header of the page before")
    ),
    responses((status = 200, description = "A page.", body = List<AgentView>,
        headers(("Link" = String, description = "rel=\"next\", RFC 8288"))))
)]
#[get("/api/agents")]
pub async fn list(
    api: web::Data<Api>,
    caller: Caller<may::ReadAgents>,
    req: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query = query::agents(req.query_string())?;
    let page = query.page.clone();
    let found = api.read(caller, move |tx, ctx| agents::list(tx, ctx, &query)).await?;
    let mut response = HttpResponse::Ok();
    if let Some(next) = found.next {
        response.insert_header((LINK, query::next_link(&req, &AgentCursor(next))));
    }
    let data = found.rows.into_iter().map(AgentView::from).collect();
    Ok(response.json(List { data, meta: Meta::new(&page, found.total) }))
}

/// Read an agent
///
/// With what it is allowed, what it may use now, and why it is shut out, if it is. The strong `ETag` is its version;
/// send it as `If-Match` with a change. Takes the role viewer.
#[utoipa::path(operation_id = "getAgent",
    tag = "agents",
    params(("id" = String, Path, description = "Agent id, percent-encoded", example = "did:web:example.org:agents:7")),
    responses(
        (status = 200, description = "The agent.", body = AgentView,
            headers(("ETag" = String, description = "Strong validator."))),
        (status = 304, description = "It is as `If-None-Match` says.")
    )
)]
#[get("/api/agents/{id}")]
pub async fn get(
    api: web::Data<Api>,
    caller: Caller<may::ReadAgents>,
    id: web::Path<String>,
    req: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let id = agent_id(&id)?;
    let agent = api.read(caller, move |tx, ctx| agents::get(tx, ctx, &id)).await?;
    let etag = agents::etag(&agent);
    if query::known(&req, &etag)? {
        return Ok(HttpResponse::NotModified().insert_header((ETAG, etag)).finish());
    }
    Ok(HttpResponse::Ok().insert_header((ETAG, etag)).json(AgentView::from(agent)))
}

/// Change an agent
///
/// What is registered about it. What is left out stays, what is null is cleared; `allowed_tools` replaces all before. No
/// change ends a quarantine. `verified: true` says that it has been shown whose the agent is. Takes the role ai_safety.
#[utoipa::path(operation_id = "patchAgent",
    tag = "agents",
    params(
        ("id" = String, Path, description = "Agent id, percent-encoded"),
        ("If-Match" = Option<String>, Header, description = "The ETag the change is based on; 412 if it is outdated."),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the stored answer.")
    ),
    request_body(content = PatchAgent, example = json!({
        "owner": "platform-team", "allowed_tools": [{"name": "crm.read", "risk": "read"}]
    })),
    responses((status = 200, description = "The agent.", body = AgentView))
)]
#[patch("/api/agents/{id}")]
pub async fn patch(
    api: web::Data<Api>,
    caller: Caller<may::ManageAgents>,
    id: web::Path<String>,
    req: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let (id, when) = (agent_id(&id)?, if_match(&req)?);
    let (cmd, key) = body.json_checked(PatchAgent::command).await?;
    api.write(caller, key, move |tx, ctx| {
        let agent = agents::patch(tx, ctx, &id, &when, &cmd)?;
        let etag = agents::etag(&agent);
        Ok(with_header(json(StatusCode::OK, &AgentView::from(agent))?, "etag", etag))
    })
    .await
}

/// The history of an agent
///
/// What happened to it, newest first: one entry for each of its versions. Entries are only ever appended. A
/// `validation_ref` is shown to those who may see that evidence. Takes the role viewer.
#[utoipa::path(operation_id = "getAgentHistory",
    tag = "agents",
    params(
        ("id" = String, Path, description = "Agent id, percent-encoded"),
        ("page" = Option<u32>, Query, minimum = 1),
        ("per_page" = Option<u32>, Query, minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "from the Link header of the page before")
    ),
    responses((status = 200, description = "A page of the history.", body = List<HistoryView>,
        headers(("Link" = String, description = "rel=\"next\", RFC 8288"))))
)]
#[get("/api/agents/{id}/history")]
pub async fn history(
    api: web::Data<Api>,
    caller: Caller<may::ReadAgents>,
    id: web::Path<String>,
    req: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let id = agent_id(&id)?;
    let page = query::newest(req.query_string())?;
    let asked = page.clone();
    let found = api.read(caller, move |tx, ctx| agents::history(tx, ctx, &id, &asked)).await?;
    let mut response = HttpResponse::Ok();
    if let Some(next) = found.next {
        response.insert_header((LINK, query::next_link(&req, &next)));
    }
    let data = found.rows.into_iter().map(HistoryView::from).collect();
    Ok(response.json(List { data, meta: Meta::new(&page, found.total) }))
}
