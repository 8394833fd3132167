//! The intake of logs, and what became of a delivery of any kind.

use crate::body::Body;
use crate::caller::{Caller, may};
use crate::dto::intake::{AcceptedIntake, IntakeView};
use crate::log_delivery::receive;
use crate::problem::Problem;
use crate::reply::json;
use crate::state::Api;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use probatum_application::AppError;
use probatum_application::intake::IntakeKind;
use probatum_application::use_cases::intake;
use probatum_kernel::IntakeId;

/// Deliver log events
///
/// One JSON event, an array, one object a line (NDJSON), or lines of CEF or syslog, up to 10 MiB and 10 000 events. Each
/// event says itself what it is: OCSF 1.x, ECS, CEF, Wazuh, Suricata, or any object with a `message`. 202 means that the
/// delivery is on disk; ask `GET /api/intake/{id}` what became of it. Events of one rule about one entity, none more than
/// 24 hours from the next, join one open incident or open one: `siem_log`, `internal`, with `event_count`, `first_seen` and
/// `last_seen`, severity, category and ATT&CK techniques of the worst, and the delivery as it came as hashed evidence. Bad
/// events harm no others; they are named there by their index. The same content from the same sender within 24 hours is a
/// duplicate and counts nothing, so that sending again after a lost answer is safe. If too much waits, 429 with
/// `Retry-After`, and nothing is taken. Takes the role devsecops.
#[utoipa::path(operation_id = "deliverLogs",
    tag = "intake",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the stored answer.")),
    request_body(description = "Events in any of the known formats, also mixed.", content(
        (Object = "application/json", example = json!({
            "message": "Failed password for root from 203.0.113.7 port 4711 ssh2", "host": "web-1",
            "rule": "sshd-failed-password", "severity": "medium", "timestamp": "2026-07-04T08:12:00Z"
        })),
        (String = "application/x-ndjson"),
        (String = "text/plain", example = json!("CEF:0|Vendor|IDS|1|100|Port scan|5|src=192.0.2.7 dhost=web-1"))
    )),
    responses(
        (status = 202, description = "On disk, and queued; or a duplicate.", body = AcceptedIntake,
            headers(("Location" = String, description = "Where to ask what became of it."))),
        (status = 429, description = "Too much waits; `Retry-After` says when to try again.",
            content_type = "application/problem+json", body = crate::problem::ProblemBody,
            headers(("Retry-After" = String, description = "Seconds.")))
    )
)]
#[post("/api/intake/log")]
pub async fn log(
    api: web::Data<Api>,
    caller: Caller<may::SubmitLogs>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let limits = api.settings.intake;
    let asking = Caller::<may::SubmitLogs>::of(caller.ctx.clone());
    // Before anything of the body is read: what does not fit is not received.
    api.read(asking, move |tx, ctx| intake::admit(tx, ctx, IntakeKind::Log, limits)).await?;
    receive(&api, body).await?.taken(&api, caller).await
}

/// What became of a delivery
///
/// `queued` until it is worked through, then `processed`; `rejected` if nothing of it could be taken. Names the incidents
/// it opened or joined, and the events that were not taken, by their index. Log events that repeat a delivery count
/// nothing: status, incidents and time are those of the delivery they repeat. With a `reason` it was given up as it stood;
/// `POST /api/intake/{id}/retry` has it go on. Takes the role analyst, devsecops or legal_dpo.
#[utoipa::path(operation_id = "getIntake",
    tag = "intake",
    params(("id" = String, Path, description = "Id of the delivery")),
    responses((status = 200, description = "The delivery.", body = IntakeView))
)]
#[get("/api/intake/{id}")]
pub async fn get(
    api: web::Data<Api>,
    caller: Caller<may::ReadIntake>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id: IntakeId = id.parse().map_err(|_| AppError::not_found("intake"))?;
    let report = api.read(caller, move |tx, ctx| intake::report(tx, ctx, id)).await?;
    Ok(HttpResponse::Ok().json(IntakeView::from(&report)))
}

/// Try a delivery again
///
/// One that was given up (it has a `reason`): because what it needs was away for three days, or because working through it
/// failed twenty times. It goes on where it stood, so nothing counts twice. Its content is kept for thirty days for that.
/// 409 `state_conflict` if it was not given up, if its content is not kept any more, or if the same content was sent again
/// since. Takes the role devsecops, for what feeds deliver operator.
#[utoipa::path(operation_id = "retryIntake",
    tag = "intake",
    params(
        ("id" = String, Path, description = "Id of the delivery"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key gets the stored answer.")
    ),
    responses(
        (status = 202, description = "Queued again.", body = IntakeView),
        (status = 429, description = "Too much waits; `Retry-After` says when to try again.",
            content_type = "application/problem+json", body = crate::problem::ProblemBody,
            headers(("Retry-After" = String, description = "Seconds.")))
    )
)]
#[post("/api/intake/{id}/retry")]
pub async fn retry(
    api: web::Data<Api>,
    caller: Caller<may::RetryIntake>,
    id: web::Path<String>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let id: IntakeId = id.parse().map_err(|_| AppError::not_found("intake"))?;
    let (key, limits) = (body.empty().await?, api.settings.intake);
    let work = api.write(caller, key, move |tx, ctx| {
        json(StatusCode::ACCEPTED, &IntakeView::from(&intake::retry(tx, ctx, id, limits)?))
    });
    let answer = work.await?;
    api.delivered.notify_one();
    Ok(answer)
}
