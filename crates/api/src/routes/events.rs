//! Events as they happen, as a stream.

use crate::caller::{Caller, may};
use crate::events::answer;
use crate::middleware::is_head;
use crate::problem::Problem;
use crate::query;
use crate::state::Api;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpRequest, HttpResponse, get, web};
use probatum_application::use_cases::events;

/// Follow events
///
/// A stream of server-sent events (`text/event-stream`) that never ends by itself: every event once, in order, each
/// within a second or so. `id` is the event's number, `event` its type (`incident.created`), `data` a CloudEvent 1.0 in
/// JSON. It begins with what happens next, or after the id in `Last-Event-ID` or `after`; an id older than the seven days
/// that are kept is 410 `events_gone`, which names the oldest: there is no silent gap. Numbers grow but do not follow on
/// each other: what was not asked for, or is not for the caller, is left out. A quiet stream sends a comment every 15
/// seconds. The stream ends when the key is revoked or expires, when the registry stops, and when the client leaves what
/// was sent unread for half a minute; connect again with the last id. At most 16 streams of one caller (429) and 512 in
/// all (503).
///
/// A viewer is told that something happened and to what; whoever may see all evidence also who did it and what exactly;
/// whoever may read the audit log hears of keys and webhooks, too. Takes the role viewer.
#[utoipa::path(operation_id = "followEvents",
    tag = "events",
    params(
        ("types" = Option<String>, Query, description = "only these, comma separated; incident.* is all of a thing", example = "incident.created,action.*"),
        ("incident" = Option<String>, Query, description = "only of this incident, by UUID or public id"),
        ("after" = Option<i64>, Query, description = "begin after the event of this id; 0 is before the first", minimum = 0),
        ("Last-Event-ID" = Option<i64>, Header, description = "as after, and counts more; clients send it when they connect again")
    ),
    responses(
        (status = 200, description = "The stream.", content_type = "text/event-stream", body = String,
            example = "id: 4711\nevent: incident.created\ndata: {\"specversion\":\"1.0\",\"id\":\"4711\",\"source\":\"urn:probatum:registry:9f2c…\",\"type\":\"org.probatum.incident.created\",\"subject\":\"INC-2026-0042\",\"time\":\"2026-07-04T08:12:03Z\",\"datacontenttype\":\"application/json\",\"data\":{\"incident_id\":\"0197d3…\"}}\n\n"),
        (status = 404, description = "No such incident.", body = crate::problem::ProblemBody<'static>, content_type = "application/problem+json"),
        (status = 410, description = "Events that old are not kept any more; the detail names the oldest.", body = crate::problem::ProblemBody<'static>, content_type = "application/problem+json"),
        (status = 429, description = "Too many streams of this caller.", body = crate::problem::ProblemBody<'static>, content_type = "application/problem+json")
    )
)]
#[get("/api/events")]
pub async fn follow(
    api: web::Data<Api>,
    caller: Caller<may::ReadEvents>,
    req: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let asked = query::events(&req)?;
    let (ctx, seat) = (caller.ctx.clone(), api.hub.seat(&caller.ctx.principal.id)?);
    let (filter, incident, after) = (asked.filter, asked.incident, asked.after);
    let open = api.read(caller, move |tx, ctx| events::open(tx, ctx, filter.clone(), incident, after));
    let opened = open.await?;
    if is_head(&req) {
        return Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, "text/event-stream")).finish());
    }
    Ok(answer(api, ctx, opened, seat))
}
