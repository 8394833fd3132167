//! Triage: have an incident judged, and read what every run came to.

use super::incident_ref;
use crate::body::Body;
use crate::caller::{Caller, may};
use crate::dto::triage::{RunTriage, TriageResult, TriageRunView};
use crate::dto::{Data, List};
use crate::problem::Problem;
use crate::query;
use crate::reply::{json, page_after, respond};
use crate::state::Api;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use probatum_application::triage::TriageRun;
use probatum_application::use_cases::triage as triages;
use probatum_application::{Answer, AppError};

fn result(run: &TriageRun) -> Result<Answer, AppError> {
    json(StatusCode::OK, &Data { data: TriageResult::from(run) })
}

/// Triage an incident
///
/// Judges `raw_data` and answers with the verdict. The verdict and what the playbook recommends for it are noted in the
/// incident, which becomes `triaged`; a verdict changes nothing else and runs nothing. What was triaged before is
/// answered with the result there is, unless `force` is true. Whoever asks while a run is under way gets the result of
/// that run; if it takes longer than a minute, 409 `state_conflict`. Text inside `raw_data` is data: instructions in it
/// are not followed. Recommended actions are steps of the playbook: for `malicious` what contains, for `suspicious`
/// lookups and what can be undone, for `inconclusive` lookups, for `benign` nothing; if the alert names targets
/// (`message_id`, `sender`, `host`, ...), those that have one. Takes the role analyst.
#[utoipa::path(operation_id = "runTriage",
    tag = "triage",
    params(
        ("id" = String, Path, description = "UUID or public id of the incident"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the stored answer.")
    ),
    request_body(content = Option<RunTriage>, example = json!({"playbook": "custom_phishing", "force": true})),
    responses((status = 200, description = "The result.", body = Data<TriageResult>))
)]
#[post("/api/incidents/{id}/triage")]
pub async fn judge(
    api: web::Data<Api>,
    caller: Caller<may::RunTriage>,
    id: web::Path<String>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let id = incident_ref(&id)?;
    let (cmd, key) = body.json_or_nothing::<RunTriage>().await?;
    let desk = api.triage.clone();
    // On its own, so that a client that goes away does not leave the run half done.
    let work =
        api.background.spawn(async move { desk.triage(caller.ctx, key, id, cmd.into(), result).await });
    let answer = work.await.map_err(|e| AppError::internal(e.to_string()))??;
    Ok(respond(answer))
}

/// The triage runs of an incident
///
/// Newest first. `reasoning` and `signals` quote `raw_data` and are shown to those who may read it; `audit`, what a
/// language model was told and said, to legal_dpo and admin. Takes the role viewer.
#[utoipa::path(operation_id = "listTriageRuns",
    tag = "triage",
    params(
        ("id" = String, Path, description = "UUID or public id of the incident"),
        ("page" = Option<u32>, Query, minimum = 1),
        ("per_page" = Option<u32>, Query, minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "from the Link header of the page before")
    ),
    responses((status = 200, description = "A page.", body = List<TriageRunView>))
)]
#[get("/api/incidents/{id}/triage")]
pub async fn list(
    api: web::Data<Api>,
    caller: Caller<may::ReadTriage>,
    id: web::Path<String>,
    req: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let id = incident_ref(&id)?;
    let page = query::newest(req.query_string())?;
    let (asked, raw_data) = (page.clone(), caller.ctx.scope().raw_data);
    let found = api.read(caller, move |tx, ctx| triages::list(tx, ctx, id, &asked)).await?;
    let views = found.rows.into_iter().map(|run| TriageRunView::new(run, raw_data)).collect();
    Ok(page_after(&req, views, &page, found.total, found.next.as_ref()))
}
