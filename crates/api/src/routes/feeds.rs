//! Feeds: articles, reported mail, STIX bundles.

use crate::body::Body;
use crate::caller::{Caller, may};
use crate::delivery::{Takes, receive};
use crate::dto::feeds::{SubmitArticle, TakenView};
use crate::problem::Problem;
use crate::reply::{json, with_header};
use crate::state::Api;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post, web};
use probatum_application::use_cases::feeds::{Taken, mail, osint as articles, stix as bundles};
use probatum_application::{Answer, AppError};
use probatum_intake::{MAX_BUNDLE_BYTES, MAX_MAIL_BYTES};

/// 202 with `Location`.
fn accepted(taken: &Taken) -> Result<Answer, AppError> {
    let answer = json(StatusCode::ACCEPTED, &TakenView::from(taken))?;
    Ok(with_header(answer, "location", format!("/api/intake/{}", taken.intake.id)))
}

/// Submit an article
///
/// A report in the media (`claim: media`) or a statement made in public (`claim: public`). It opens an incident whose
/// public evidence is the article, so that it enters as `media_signal` or `public_claim`. It joins an incident instead
/// that is known by the same address (without tracking parameters, `www.`, mobile and AMP forms), by the same words, or,
/// for 30 days and unless that is closed or resolved, by nearly the same words; `matched_by` says which, `status` and
/// `status_lifecycle` where the incident stands. There another source is evidence of its own, and the
/// very same article again adds nothing. Addresses, domains, URLs, digests, CVEs and techniques that title, summary and
/// `indicators` name are noted, defanged ones too. Takes the role operator.
#[utoipa::path(operation_id = "submitArticle",
    tag = "intake",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the stored answer.")),
    request_body(content = SubmitArticle, example = json!({
        "source": "Example Times", "url": "https://news.example.org/2026/hospital?utm_source=feed",
        "title": "Hospital of Exampletown hit by ransomware",
        "summary": "The portal is offline since Friday. The group names hxxps://leak[.]example[.]net as its site.",
        "claim": "media", "published_at": "2026-07-04T06:00:00Z", "category": "ransomware", "level": "L1_cyber",
        "country": "PL", "sector": "health", "indicators": ["198.51.100[.]7"]
    })),
    responses((status = 202, description = "On disk, and worked through.", body = TakenView,
        headers(("Location" = String, description = "Where the delivery can be looked up."))))
)]
#[post("/api/intake/osint")]
pub async fn osint(
    api: web::Data<Api>,
    caller: Caller<may::SubmitFeeds>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let now = caller.ctx.now;
    let (article, key) = body.json_checked(|b: SubmitArticle| b.command(now)).await?;
    api.write(caller, key, move |tx, ctx| accepted(&articles::take(tx, ctx, &article)?)).await
}

const MAIL: Takes = Takes {
    what: "a mail",
    media: &["message/rfc822", "message/global"],
    limit: MAX_MAIL_BYTES,
    file_name: "mail.eml",
};

/// Report a mail
///
/// The mail as it is, at most 10 MiB; if it carries another one as an attachment (forwarded, or by a report button), that
/// one is the reported mail. It opens a phishing alert whose `raw_data` is what triage reads (`message_id, sender,
/// recipient, subject, body, html, headers, urls, attachments`), and the original is kept as hashed, internal evidence,
/// which confirms nothing by itself. The same mail (Message-ID, sender and content) joins its incident, whoever reports
/// it; the very same bytes again add nothing. Takes the role reporter, like any report.
#[utoipa::path(operation_id = "reportMail",
    tag = "intake",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the stored answer.")),
    request_body(content((String = "message/rfc822", example = json!(
        "From: IT <it@login.example.net>\r\nTo: ann@example.org\r\nSubject: Your password expires\r\nMessage-ID: \
         <1@login.example.net>\r\n\r\nConfirm it at https://login.example.net/keep\r\n"
    )))),
    responses((status = 202, description = "On disk, and worked through.", body = TakenView,
        headers(("Location" = String, description = "Where the delivery can be looked up."))))
)]
#[post("/api/intake/email")]
pub async fn email(
    api: web::Data<Api>,
    caller: Caller<may::CreateIncident>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let sent = receive(&api, body, &MAIL).await?;
    let read = sent.parsed(&api, &caller.ctx.request_id, mail::Mail::read).await?;
    sent.taken(&api, caller, accepted, move |tx, ctx, received| mail::take(tx, ctx, &read, received)).await
}

const BUNDLE: Takes = Takes {
    what: "a STIX 2.1 bundle",
    media: &["application/stix+json", "application/json"],
    limit: MAX_BUNDLE_BYTES,
    file_name: "bundle.json",
};

/// Submit a STIX bundle
///
/// STIX 2.1, at most 10 MiB and 10 000 objects. Each `incident` in it (without any: each `report` and `grouping`) opens an
/// incident, at most 200, with the indicators, observables and techniques it is linked to; the bundle is kept as hashed,
/// internal evidence. An incident known by its STIX id is joined: nothing of it changes but that this bundle is evidence
/// too, and the very same bundle again adds nothing. So it is with one that is revoked: `revoked` says so, and what
/// follows a person decides; one nobody knew is named in `errors`. Incidents marked TLP:GREEN or stricter keep name and description in
/// `raw_data`, away from viewers. Objects that cannot be read are named by their place in `errors` and harm no other; a
/// bundle without anything to take is a 400. Takes the role operator.
#[utoipa::path(operation_id = "submitStix",
    tag = "intake",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the stored answer.")),
    request_body(content((Object = "application/stix+json", example = json!({
        "type": "bundle", "id": "bundle--6b8a5ab2-3e3b-4b3c-9f7e-1d2c3b4a5f60", "objects": [{
            "type": "incident", "spec_version": "2.1", "id": "incident--0d4c9a1e-7a52-4a54-9d5b-6f1f3a1b2c3d",
            "created": "2026-07-04T08:00:00.000Z", "modified": "2026-07-04T08:00:00.000Z",
            "name": "Ransomware at Example Hospital"
        }]
    })))),
    responses((status = 202, description = "On disk, and worked through.", body = TakenView,
        headers(("Location" = String, description = "Where the delivery can be looked up."))))
)]
#[post("/api/intake/stix")]
pub async fn stix(
    api: web::Data<Api>,
    caller: Caller<may::SubmitFeeds>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let sent = receive(&api, body, &BUNDLE).await?;
    let read = sent.parsed(&api, &caller.ctx.request_id, bundles::Bundle::read).await?;
    sent.taken(&api, caller, accepted, move |tx, ctx, received| bundles::take(tx, ctx, &read, received)).await
}
