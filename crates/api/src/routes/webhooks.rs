//! Webhooks: subscriptions to events, what became of deliveries, and dead letters on their second way.

use crate::body::Body;
use crate::caller::{Caller, may};
use crate::dto::List;
use crate::dto::webhook::{
    CreateWebhook, DeliveryView, Redeliver, Redelivered, RotateWebhook, TestView, WebhookView,
};
use crate::problem::Problem;
use crate::query;
use crate::reply::{created, json, page_after, respond};
use crate::state::Api;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use probatum_application::use_cases::webhooks;
use probatum_application::{Answer, AppError};
use probatum_kernel::WebhookId;

fn webhook_id(text: &str) -> Result<WebhookId, AppError> {
    text.parse().map_err(|_| AppError::not_found("webhook"))
}

/// Subscribe to events
///
/// From now on every event of these types goes to `url`, by POST as a CloudEvent 1.0 in JSON, signed by Standard Webhooks
/// 1.0.0: complete, in order, one at a time, at least once. A receiver takes an event by answering 2xx within 15 seconds.
/// `webhook-id` is the same at every attempt: answer a known one with 200 and do nothing. What is not taken is tried again
/// after 5 s, 5 min, 30 min, 2 h and 5 h; later events wait meanwhile. Then it is a dead letter, and the next event is up.
/// 410 ends the subscription, and so do three days without any success; both are recorded.
///
/// `audience` says how much is told: `viewer` that something happened and to what, `analyst` also who did it and what
/// exactly, `auditor` all that the audit log has. The secret is shown in this answer alone (and in that to a repetition
/// with the same `Idempotency-Key`); it is kept encrypted. Takes the role admin.
#[utoipa::path(operation_id = "createWebhook",
    tag = "events",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the stored answer.")),
    request_body(content = CreateWebhook, example = json!({
        "url": "https://soar.example.org/probatum", "types": ["incident.*", "action.completed"], "description": "SOAR"
    })),
    responses((status = 201, description = "Subscribed.", body = WebhookView,
        headers(("Location" = String, description = "The path of the subscription."))))
)]
#[post("/api/webhooks")]
pub async fn create(
    api: web::Data<Api>,
    caller: Caller<may::ManageWebhooks>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let (id, courier) = (caller.ctx.new_webhook_id(), api.webhooks.courier.clone());
    let (new, key) = body.json_checked(move |b: CreateWebhook| b.command(id, courier.as_ref())).await?;
    let answer = api.written(caller, key, move |tx, ctx| {
        let webhook = webhooks::create(tx, ctx, &new)?;
        created(format!("/api/webhooks/{}", webhook.id), &WebhookView::from(webhook))
    });
    Ok(respond(with_secret(&api, answer.await?).await?))
}

/// The answer with the secret, which the stored one does not have.
async fn with_secret(api: &Api, mut answer: Answer) -> Result<Answer, AppError> {
    let fault = |e: serde_json::Error| AppError::internal(e.to_string());
    let mut body: serde_json::Value = serde_json::from_slice(&answer.body).map_err(fault)?;
    let id = body.get("id").and_then(|id| id.as_str()).unwrap_or_default();
    let id = webhook_id(id)?;
    let webhook = api.store.reading(move |tx| tx.webhook(id)).await?;
    if let (Some(webhook), Some(members)) = (webhook, body.as_object_mut()) {
        members.insert("secret".to_owned(), api.webhooks.courier.open(id, &webhook.secret)?.into());
    }
    answer.body = serde_json::to_vec(&body).map_err(fault)?;
    Ok(answer)
}

/// List webhooks
///
/// Newest first, with how far each has come and what is wrong with it, if anything. Never with a secret. Takes the role
/// admin.
#[utoipa::path(operation_id = "listWebhooks",
    tag = "events",
    params(
        ("page" = Option<u32>, Query, minimum = 1),
        ("per_page" = Option<u32>, Query, minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "from the Link header of the page before")
    ),
    responses((status = 200, description = "A page.", body = List<WebhookView>,
        headers(("Link" = String, description = "rel=\"next\", RFC 8288"))))
)]
#[get("/api/webhooks")]
pub async fn list(
    api: web::Data<Api>,
    caller: Caller<may::ManageWebhooks>,
    req: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let page = query::newest(req.query_string())?;
    let asked = page.clone();
    let found = api.read(caller, move |tx, ctx| webhooks::list(tx, ctx, &asked)).await?;
    let views = found.rows.into_iter().map(WebhookView::from).collect();
    Ok(page_after(&req, views, &page, found.total, found.next.as_ref()))
}

/// Read a webhook
///
/// How far it has come, and what is wrong with it, if anything. Never with its secret. Takes the role admin.
#[utoipa::path(operation_id = "getWebhook",
    tag = "events",
    params(("id" = String, Path, description = "The id of the webhook")),
    responses((status = 200, description = "The webhook.", body = WebhookView))
)]
#[get("/api/webhooks/{id}")]
pub async fn get(
    api: web::Data<Api>,
    caller: Caller<may::ManageWebhooks>,
    id: web::Path<String>,
    req: HttpRequest,
) -> Result<HttpResponse, Problem> {
    query::nothing(req.query_string())?;
    let id = webhook_id(&id)?;
    let webhook = api.read(caller, move |tx, ctx| webhooks::get(tx, ctx, id)).await?;
    Ok(HttpResponse::Ok().json(WebhookView::from(webhook)))
}

/// Delete a webhook
///
/// With its deliveries and dead letters. What is under way may still arrive. Takes the role admin.
#[utoipa::path(operation_id = "deleteWebhook",
    tag = "events",
    params(
        ("id" = String, Path, description = "The id of the webhook"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key gets the stored answer.")
    ),
    responses((status = 204, description = "Deleted."))
)]
#[delete("/api/webhooks/{id}")]
pub async fn delete(
    api: web::Data<Api>,
    caller: Caller<may::ManageWebhooks>,
    id: web::Path<String>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let id = webhook_id(&id)?;
    let key = body.empty().await?;
    api.write(caller, key, move |tx, ctx| {
        webhooks::delete(tx, ctx, id)?;
        Ok(Answer { status: StatusCode::NO_CONTENT.as_u16(), headers: Vec::new(), body: Vec::new() })
    })
    .await
}

/// What became of a webhook's deliveries
///
/// The newest event first: taken, tried again, queued once more, or dead. Deliveries are kept for seven days, dead letters
/// for thirty. Takes the role admin.
#[utoipa::path(operation_id = "listWebhookDeliveries",
    tag = "events",
    params(
        ("id" = String, Path, description = "The id of the webhook"),
        ("state" = Option<crate::vocabulary::DeliveryState>, Query, description = "only those that stand there"),
        ("page" = Option<u32>, Query, minimum = 1),
        ("per_page" = Option<u32>, Query, minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "from the Link header of the page before")
    ),
    responses((status = 200, description = "A page.", body = List<DeliveryView>,
        headers(("Link" = String, description = "rel=\"next\", RFC 8288"))))
)]
#[get("/api/webhooks/{id}/deliveries")]
pub async fn deliveries(
    api: web::Data<Api>,
    caller: Caller<may::ManageWebhooks>,
    id: web::Path<String>,
    req: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let id = webhook_id(&id)?;
    let (state, page) = query::deliveries(req.query_string())?;
    let asked = page.clone();
    let found = api.read(caller, move |tx, ctx| webhooks::deliveries(tx, ctx, id, state, &asked)).await?;
    let views = found.rows.into_iter().map(DeliveryView::from).collect();
    Ok(page_after(&req, views, &page, found.total, found.next.as_ref()))
}

/// Try dead letters again
///
/// Each once, before what is new, with the `webhook-id` it had. What fails is dead again. A disabled webhook is 409
/// `state_conflict`: enable it first. Takes the role admin.
#[utoipa::path(operation_id = "redeliverWebhook",
    tag = "events",
    params(
        ("id" = String, Path, description = "The id of the webhook"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the stored answer.")
    ),
    request_body(content = Option<Redeliver>, example = json!({"event": 4711})),
    responses((status = 202, description = "Queued.", body = Redelivered))
)]
#[post("/api/webhooks/{id}/redeliver")]
pub async fn redeliver(
    api: web::Data<Api>,
    caller: Caller<may::ManageWebhooks>,
    id: web::Path<String>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let id = webhook_id(&id)?;
    let (cmd, key) = body.json_or_nothing::<Redeliver>().await?;
    api.write(caller, key, move |tx, ctx| {
        let queued = webhooks::redeliver(tx, ctx, id, cmd.event)?;
        json(StatusCode::ACCEPTED, &Redelivered { queued })
    })
    .await
}

/// Enable a webhook
///
/// It goes on where it was disabled; one that waits after a failure is tried at once. What is older than seven days was
/// passed over: `missed` counts what it would have been sent. Takes the role admin.
#[utoipa::path(operation_id = "enableWebhook",
    tag = "events",
    params(
        ("id" = String, Path, description = "The id of the webhook"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key gets the stored answer.")
    ),
    responses((status = 200, description = "Enabled.", body = WebhookView))
)]
#[post("/api/webhooks/{id}/enable")]
pub async fn enable(
    api: web::Data<Api>,
    caller: Caller<may::ManageWebhooks>,
    id: web::Path<String>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let id = webhook_id(&id)?;
    let key = body.empty().await?;
    api.write(caller, key, move |tx, ctx| {
        json(StatusCode::OK, &WebhookView::from(webhooks::enable(tx, ctx, id)?))
    })
    .await
}

/// Give a webhook another secret
///
/// For `overlap_hours` (24, if nothing is said) both secrets sign: `webhook-signature` has two signatures with a space
/// between, and a receiver that follows Standard Webhooks takes either. With 0 the old one ends at once. The secret is shown
/// in this answer alone (and in that to a repetition with the same `Idempotency-Key`). Takes the role admin.
#[utoipa::path(operation_id = "rotateWebhook",
    tag = "events",
    params(
        ("id" = String, Path, description = "The id of the webhook"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the stored answer.")
    ),
    request_body(content = Option<RotateWebhook>, example = json!({"overlap_hours": 48})),
    responses((status = 200, description = "Rotated; with the secret.", body = WebhookView))
)]
#[post("/api/webhooks/{id}/rotate")]
pub async fn rotate(
    api: web::Data<Api>,
    caller: Caller<may::ManageWebhooks>,
    id: web::Path<String>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let (id, courier) = (webhook_id(&id)?, api.webhooks.courier.clone());
    let check = move |b: RotateWebhook| b.command(id, courier.as_ref());
    let (new, key) = body.json_or_nothing_checked(check).await?;
    let answer = api.written(caller, key, move |tx, ctx| {
        json(StatusCode::OK, &WebhookView::from(webhooks::rotate(tx, ctx, id, &new)?))
    });
    Ok(respond(with_secret(&api, answer.await?).await?))
}

/// Test a webhook
///
/// Sends an event of type `org.probatum.webhook.tested` once, at once, signed like all others, and says what came of it.
/// Nothing of it is kept, so there is no `Idempotency-Key`. Takes the role admin.
#[utoipa::path(operation_id = "testWebhook",
    tag = "events",
    params(("id" = String, Path, description = "The id of the webhook")),
    responses((status = 200, description = "What came of it.", body = TestView))
)]
#[post("/api/webhooks/{id}/test")]
pub async fn test(
    api: web::Data<Api>,
    caller: Caller<may::ManageWebhooks>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = webhook_id(&id)?;
    let desk = api.webhooks.clone();
    let work = api.background.spawn(async move { desk.test(caller.ctx, id).await });
    let outcome = work.await.map_err(|e| AppError::internal(e.to_string()))??;
    Ok(HttpResponse::Ok().json(TestView::from(outcome)))
}
