//! Agents: trust events, quarantine and the way back, and the question gateways ask before every call of a tool.

use super::agent_id;
use crate::body::Body;
use crate::caller::{Caller, may};
use crate::dto::agent::{AuthorizeTool, QuarantineAgent, RecordTrustEvent, RestoreAgent};
use crate::dto::agent_view::{AuthorizationView, StandingView};
use crate::problem::Problem;
use crate::reply::json;
use crate::state::Api;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post, web};
use probatum_application::use_cases::{agents, quarantine as quarantines};

/// Record a trust event
///
/// Penalties lower the score, to 0 at the least; `clean_run` gives 2 points back, up to the baseline and not in
/// quarantine; `proof_of_control_lost` makes the agent `unverified`. No event quarantines or restores. A named incident
/// that concerns no agent yet is linked to this one; one about another agent is a 409. Takes the role devsecops or
/// ai_safety.
#[utoipa::path(operation_id = "recordTrustEvent",
    tag = "agents",
    params(
        ("id" = String, Path, description = "Agent id, percent-encoded"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the stored answer.")
    ),
    request_body(content = RecordTrustEvent, example = json!({
        "event": "anomaly", "note": "Called the CRM 400 times in a minute"
    })),
    responses((status = 200, description = "Where it leaves the agent.", body = StandingView))
)]
#[post("/api/agents/{id}/events")]
pub async fn event(
    api: web::Data<Api>,
    caller: Caller<may::RecordTrustEvents>,
    id: web::Path<String>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let id = agent_id(&id)?;
    let (cmd, key) = body.json_checked(RecordTrustEvent::command).await?;
    api.write(caller, key, move |tx, ctx| {
        json(StatusCode::OK, &StandingView::from(&agents::event(tx, ctx, &id, &cmd)?))
    })
    .await
}

/// Quarantine an agent
///
/// Revokes all it may effectively use, whatever `allowed_tools` says, from the next `authorize` on, on every replica.
/// The reason also counts as the trust event it is; one outside the list is a 400 that names the list. A named incident
/// that concerns no agent yet is linked to this one; one about another agent is a 409 `state_conflict`. Without
/// `incident_id` it is the newest incident about the agent that is not closed; if there is none, one is opened. A second
/// quarantine is a 409 `already_quarantined`. Takes the role ai_safety.
#[utoipa::path(operation_id = "quarantineAgent",
    tag = "agents",
    params(
        ("id" = String, Path, description = "Agent id, percent-encoded"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the stored answer.")
    ),
    request_body(content = QuarantineAgent, example = json!({
        "incident_id": "INC-2026-0042", "reason": "prompt_injection_confirmed", "approved_by": "aiso:mpaw"
    })),
    responses((status = 200, description = "Where it leaves the agent.", body = StandingView, example = json!({
        "status": "quarantined", "current_score": 34, "trust_delta": -66, "allowed_tools_effective": [],
        "incident_id": "0198f1c2-7d3b-7c0e-9d0a-4b5c6d7e8f90"
    })))
)]
#[post("/api/agents/{id}/quarantine")]
pub async fn quarantine(
    api: web::Data<Api>,
    caller: Caller<may::ManageAgents>,
    id: web::Path<String>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let id = agent_id(&id)?;
    let (cmd, key) = body.json_checked(QuarantineAgent::command).await?;
    api.write(caller, key, move |tx, ctx| {
        json(StatusCode::OK, &StandingView::from(&quarantines::quarantine(tx, ctx, &id, &cmd)?))
    })
    .await
}

/// Restore an agent
///
/// Takes a `validation_ref` (evidence that is confirmed now and belongs to the incident that led to the quarantine, 422
/// `evidence_required` otherwise) and another person than whoever quarantined the agent or approved that (403
/// `self_approval`; who has the same name in another role is the same person). If that incident was deleted, evidence of
/// another incident about the agent serves. The agent comes back at the midpoint of its score and its baseline, and
/// earns the rest. Not in quarantine: 409 `not_quarantined`. Takes the role ai_safety.
#[utoipa::path(operation_id = "restoreAgent",
    tag = "agents",
    params(
        ("id" = String, Path, description = "Agent id, percent-encoded"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the stored answer.")
    ),
    request_body(content = RestoreAgent, example = json!({
        "validation_ref": "ev-0198f1c27d3b7c0e9d0a4b5c6d7e8f90", "note": "Retested by the red team"
    })),
    responses((status = 200, description = "Where it leaves the agent.", body = StandingView))
)]
#[post("/api/agents/{id}/restore")]
pub async fn restore(
    api: web::Data<Api>,
    caller: Caller<may::ManageAgents>,
    id: web::Path<String>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let id = agent_id(&id)?;
    let (cmd, key) = body.json_checked(RestoreAgent::command).await?;
    api.write(caller, key, move |tx, ctx| {
        json(StatusCode::OK, &StandingView::from(&quarantines::restore(tx, ctx, &id, &cmd)?))
    })
    .await
}

/// Ask whether an agent may use a tool
///
/// For gateways, before every call. Each answer is read from the database, nothing is cached: a quarantine holds from
/// the next question on, whichever replica is asked. `allowed` with `approval_required` means: only after a person has
/// approved this call; a gateway has to read both. An agent nobody knows is answered `allowed: false` like one in
/// quarantine, not 404. Anything but a 200 means no. It changes nothing and takes no `Idempotency-Key`: a stored answer
/// would be an old one. Takes the role viewer.
#[utoipa::path(operation_id = "authorizeTool",
    tag = "agents",
    params(("id" = String, Path, description = "Agent id, percent-encoded")),
    request_body(content = AuthorizeTool, example = json!({"tool": "payments.refund"})),
    responses((status = 200, description = "The answer.", body = AuthorizationView, example = json!({
        "allowed": true, "approval_required": true,
        "reason": "the tool is critical and the agent's trust delta is -10; a person has to approve the call"
    })))
)]
#[post("/api/agents/{id}/authorize")]
pub async fn authorize(
    api: web::Data<Api>,
    caller: Caller<may::AuthorizeTools>,
    id: web::Path<String>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let id = agent_id(&id)?;
    let (tool, _) = body.json_checked(AuthorizeTool::command).await?;
    let answer = api.read(caller, move |tx, ctx| agents::authorize(tx, ctx, &id, &tool)).await?;
    Ok(HttpResponse::Ok().json(AuthorizationView::from(answer)))
}
