//! Incidents: put on record, read, list, explain.

use super::incident_ref;
use crate::body::Body;
use crate::caller::{Caller, may};
use crate::dto::incident::{ClassificationView, CreateIncident, Created, IncidentDetail, IncidentView};
use crate::dto::timeline::TimelineView;
use crate::dto::{Data, List, Meta};
use crate::problem::Problem;
use crate::query;
use crate::reply::{created, page_of};
use crate::state::Api;
use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT, CONTENT_TYPE, ETAG, LINK, VARY};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use probatum_application::AppError;
use probatum_application::use_cases::{incidents, sharing, timeline as timelines};
use probatum_incident::Draft;

/// Put an incident on record
///
/// A body with `incident_type` is an alert (answered as `{"data": {id, incident_number, status, created_at}}`), one with
/// `title` a report (answered bare); both or neither is a 400. Every incident begins as a `gap`, without priority or
/// deadline. Takes the role reporter.
#[utoipa::path(operation_id = "createIncident", 
    tag = "incidents",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the stored answer.")),
    request_body(content = CreateIncident, examples(
        ("report" = (value = json!({
            "title": "Suspected prompt injection in a support agent", "source_type": "form", "level": "L2_ai",
            "category": "prompt_injection", "detected_at": "2026-07-04T08:12:00Z", "agent_id": "b1f2...-agent",
            "impact_integrity": 2, "gdpr_personal_data": true
        }))),
        ("alert" = (value = json!({
            "incident_type": "phishing", "source": "email_gateway", "severity": "medium",
            "raw_data": {"message_id": "AAMkAGI2...", "subject": "Important Document"}
        })))
    )),
    responses(
        (status = 201, description = "On record: the report's answer, or the alert's wrapped in `data`.",
            body = Created, headers(("Location" = String, description = "Where the incident is.")))
    )
)]
#[post("/api/incidents")]
pub async fn create(
    api: web::Data<Api>,
    caller: Caller<may::CreateIncident>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let now = caller.ctx.now;
    let check = |body: CreateIncident| Ok(Draft::from(body).validate(now)?);
    let (new, key) = body.json_checked(check).await?;
    api.write(caller, key, move |tx, ctx| {
        let incident = incidents::create(tx, ctx, &new)?;
        created(format!("/api/incidents/{}", incident.id), &Created::of(&incident, new.is_alert()))
    })
    .await
}

/// List incidents
///
/// All filters given must hold. `status` takes a word of the triage queue or of the response; `flags` is a comma list,
/// all of which must be raised. `q` finds words in title, summary, source, category, tags and indicators: every term must
/// be found, in any order. A word is a run of letters and digits, whatever its case; what stands between (`a-b`,
/// `192.0.2.7`) makes a term of several words, found in a row. `"two words"` is a phrase, `ransom*` or `192.0.2*` a
/// prefix. What is defanged is read as what it stands for: `hxxp://evil[.]example`. Nothing else has a meaning of its
/// own: `OR`, `NOT`, `:` and the like are words or blanks. Indicators are found as far as the caller may know where they
/// are known from (`raw_data`, evidence that is not public). `meta.total` is exact up to 10 000; beyond, `total_relation` is `gte`.
/// Pages reach row 10 000; go on with the cursor of `Link: rel="next"`. Rows leave out `raw_data`, `evidence` and
/// `actions`. Takes the role viewer.
#[utoipa::path(operation_id = "listIncidents", 
    tag = "incidents",
    params(
        ("status" = Option<String>, Query, description = "open, triaged, resolved, or a word of status_lifecycle"),
        ("status_lifecycle" = Option<crate::vocabulary::Lifecycle>, Query),
        ("severity" = Option<crate::vocabulary::Severity>, Query,
            description = "a band; or a score from 0 to 10, which finds this score alone"),
        ("type" = Option<crate::vocabulary::Category>, Query, description = "the same as category"),
        ("category" = Option<crate::vocabulary::Category>, Query),
        ("priority" = Option<crate::vocabulary::Priority>, Query),
        ("level" = Option<crate::vocabulary::Level>, Query),
        ("flags" = Option<String>, Query, description = "comma list, all must be raised", example = "nis2_relevant"),
        ("evidence_status" = Option<crate::vocabulary::EvidenceStatus>, Query),
        ("agent_id" = Option<String>, Query),
        ("country" = Option<String>, Query, description = "ISO 3166-1 alpha-2"),
        ("sector" = Option<crate::vocabulary::Sector>, Query),
        ("created_after" = Option<String>, Query, description = "created later than this time"),
        ("created_before" = Option<String>, Query, description = "created earlier than this time"),
        ("overdue" = Option<bool>, Query, description = "the SLA has run out and the response is not closed"),
        ("q" = Option<String>, Query, description = "full text, at most 200 characters; `word`, `\"a phrase\"`, `begin*`",
            example = "login.example.org"),
        ("sort" = Option<String>, Query,
            description = "created_at, updated_at, severity, priority, status; - before it for descending",
            example = "-created_at"),
        ("page" = Option<u32>, Query, minimum = 1),
        ("per_page" = Option<u32>, Query, minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "from the Link header of the page before")
    ),
    responses((status = 200, description = "A page.", body = List<IncidentView>,
        headers(("Link" = String, description = "rel=\"next\", RFC 8288"))))
)]
#[get("/api/incidents")]
pub async fn list(
    api: web::Data<Api>,
    caller: Caller<may::ReadIncidents>,
    req: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query = query::incidents(req.query_string(), caller.ctx.now)?;
    let page = query.page.clone();
    let found = api.read(caller, move |tx, ctx| incidents::list(tx, ctx, &query)).await?;
    let mut response = HttpResponse::Ok();
    if let Some(next) = found.next {
        response.insert_header((LINK, query::next_link(&req, &next)));
    }
    let data = found.rows.into_iter().map(IncidentView::from).collect();
    Ok(response.json(List { data, meta: Meta::new(&page, found.total) }))
}

/// Read an incident
///
/// With the evidence the caller may see and the response actions. `raw_data` for analysts and legal_dpo. The strong
/// `ETag` begins with the version; send it as `If-Match` with a change, or as `If-None-Match` to ask again.
///
/// With `format=stix`, or `Accept: application/stix+json;version=2.1`, the answer is a STIX 2.1 bundle to hand on: the
/// incident with the official incident extension, its indicators and techniques, a note for each item of evidence the
/// caller may see, and the strictest TLP marking of these: what an item's label says, and at least TLP:AMBER for
/// restricted and TLP:AMBER+STRICT for internal evidence. It never holds `raw_data`. Unchanged, it is the same bundle,
/// byte for byte. Takes the role viewer.
#[utoipa::path(operation_id = "getIncident", 
    tag = "incidents",
    params(
        ("id" = String, Path, description = "UUID or public id", example = "INC-2026-0042"),
        ("format" = Option<String>, Query, description = "json or stix; left out, `Accept` decides", example = "stix")
    ),
    responses(
        (status = 200, description = "The incident.", content(
            (Data<IncidentDetail> = "application/json"), (Object = "application/stix+json;version=2.1")
        ), headers(("ETag" = String, description = "Strong validator."))),
        (status = 304, description = "It is as `If-None-Match` says.")
    )
)]
#[get("/api/incidents/{id}")]
pub async fn get(
    api: web::Data<Api>,
    caller: Caller<may::ReadIncidents>,
    id: web::Path<String>,
    req: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let id = incident_ref(&id)?;
    let (media, etag, body) = if query::wants_stix(&req, "application/stix+json")? {
        let shared = api.read(caller, move |tx, ctx| sharing::stix(tx, ctx, id, PRODUCER)).await?;
        (STIX, shared.etag, serde_json::to_vec(&shared.bundle))
    } else {
        let detail = api.read(caller, move |tx, ctx| incidents::detail(tx, ctx, id)).await?;
        let etag = detail.etag.clone();
        ("application/json", etag, serde_json::to_vec(&Data { data: IncidentDetail::from(detail) }))
    };
    let mut response = HttpResponse::Ok();
    response.insert_header((ETAG, etag.clone())).insert_header((VARY, ACCEPT.as_str()));
    if query::known(&req, &etag)? {
        return Ok(response.status(StatusCode::NOT_MODIFIED).finish());
    }
    let body = body.map_err(|e| AppError::internal(e.to_string()))?;
    Ok(response.insert_header((CONTENT_TYPE, media)).body(body))
}

/// STIX as it is served.
const STIX: &str = "application/stix+json;version=2.1";
/// The organisation in whose name bundles are made.
const PRODUCER: &str = "Probatum";

/// Explain the classification
///
/// What the category suggests (priority, playbook, layer, lead role; never set by itself), what was granted, the highest
/// priority the evidence carries, and the rule behind each flag. Deterministic and versioned. Takes the role viewer.
#[utoipa::path(operation_id = "explainClassification", 
    tag = "incidents",
    params(("id" = String, Path, description = "UUID or public id")),
    responses((status = 200, description = "The classification and its reasons.", body = ClassificationView))
)]
#[get("/api/incidents/{id}/classification")]
pub async fn classification(
    api: web::Data<Api>,
    caller: Caller<may::ReadIncidents>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = incident_ref(&id)?;
    let (incident, why) = api.read(caller, move |tx, ctx| incidents::classification(tx, ctx, id)).await?;
    Ok(HttpResponse::Ok().json(ClassificationView::new(&incident, why)))
}

/// The timeline of an incident
///
/// Every change, item of evidence, custody entry and action, oldest first. Entries about evidence the caller may not see
/// are left out. Takes the role viewer.
#[utoipa::path(operation_id = "getTimeline", 
    tag = "incidents",
    params(
        ("id" = String, Path, description = "UUID or public id"),
        ("page" = Option<u32>, Query, minimum = 1),
        ("per_page" = Option<u32>, Query, minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "from the Link header of the page before")
    ),
    responses((status = 200, description = "A page of the timeline.", body = List<TimelineView>))
)]
#[get("/api/incidents/{id}/timeline")]
pub async fn timeline(
    api: web::Data<Api>,
    caller: Caller<may::ReadIncidents>,
    id: web::Path<String>,
    req: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let id = incident_ref(&id)?;
    let page = query::rows(req.query_string())?;
    let asked = page.clone();
    let found = api.read(caller, move |tx, ctx| timelines::timeline(tx, ctx, id, &asked)).await?;
    let views = found.entries.into_iter().map(TimelineView::from).collect();
    Ok(page_of(&req, views, &page, found.total, found.more))
}
