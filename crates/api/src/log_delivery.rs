//! Log deliveries as they arrive: streamed to disk, measured on the way, and taken once.

use crate::body::{Body, stalled};
use crate::caller::Caller;
use crate::dto::intake::AcceptedIntake;
use crate::problem::Problem;
use crate::reply::{json, with_header};
use crate::state::Api;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use futures_util::StreamExt;
use probatum_application::intake::IntakeKind;
use probatum_application::ports::Upload;
use probatum_application::use_cases::intake::{self, NewIntake};
use probatum_application::{AppError, RequestKey};
use probatum_intake::Counter;
use probatum_kernel::{Code, Kind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long a delivery may take in all.
const WHOLE: Duration = Duration::from_secs(5 * 60);

/// A delivery on disk, and its idempotency key.
pub struct Received {
    new: NewIntake,
    key: Option<RequestKey>,
}

/// Receives a delivery of log events. Whatever goes wrong, nothing of it is kept.
pub async fn receive(api: &Api, mut body: Body) -> Result<Received, Problem> {
    let media_type = media_type(body.essence())?;
    let key_of = body.key_maker();
    let mut upload = api.blobs.begin().await?;
    let read = tokio::time::timeout(WHOLE, stored(api, &mut body, media_type.as_deref(), upload.as_mut()));
    let events = match read.await.unwrap_or_else(|_| Err(stalled())) {
        Ok(events) => events,
        Err(e) => {
            if let Err(left) = upload.abort().await {
                let cause = left.cause.as_deref().unwrap_or_default();
                tracing::warn!(cause, "a delivery given up was not cleaned away");
            }
            return Err(e.into());
        }
    };
    let blob = upload.finish().await?;
    match key_of(blob.hash.as_str().as_bytes()) {
        Ok(key) => {
            let new = NewIntake { kind: IntakeKind::Log, blob, media_type, command: None, events };
            Ok(Received { new, key })
        }
        Err(e) => {
            api.blobs.delete(blob.key).await?;
            Err(e)
        }
    }
}

/// JSON, lines of JSON, or text; also where the sender does not say.
fn media_type(essence: &str) -> Result<Option<String>, AppError> {
    let lines =
        ["application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"];
    match essence {
        // What clients say that say nothing: the lines speak for themselves.
        "" | "application/octet-stream" | "application/x-www-form-urlencoded" => Ok(None),
        _ if essence == "application/json" || essence.ends_with("+json") => {
            Ok(Some("application/json".to_owned()))
        }
        _ if lines.contains(&essence) || essence.starts_with("text/") => Ok(Some(essence.to_owned())),
        _ => {
            let detail = format!(
                "The body is '{essence}'; send application/json, application/x-ndjson, or text/plain for CEF and syslog."
            );
            Err(AppError::new(Code::UnsupportedMediaType, detail))
        }
    }
}

/// Stores the body and counts its events.
async fn stored(
    api: &Api,
    body: &mut Body,
    media_type: Option<&str>,
    upload: &mut (dyn Upload + 'static),
) -> Result<u32, AppError> {
    let (mut payload, mut counter) = (body.take_payload(), Counter::new(media_type));
    loop {
        let next =
            tokio::time::timeout(api.settings.body_timeout, payload.next()).await.map_err(|_| stalled())?;
        let Some(chunk) = next else { break };
        let chunk = chunk.map_err(|e| {
            let detail = "The body could not be read to its end.";
            AppError { cause: Some(e.to_string()), ..AppError::new(Code::ValidationFailed, detail) }
        })?;
        counter.push(&chunk)?;
        upload.write(chunk).await?;
    }
    match counter.finish()? {
        0 => {
            Err(AppError::invalid("body", "empty", "has no events; send {…}, an array, or one event a line"))
        }
        events => Ok(u32::try_from(events).unwrap_or(u32::MAX)),
    }
}

impl Received {
    /// Has the delivery taken, and answers 202. Content that nothing refers to in the end is deleted.
    pub async fn taken<P>(self, api: &Api, caller: Caller<P>) -> Result<HttpResponse, Problem> {
        let Self { new, key } = self;
        let (request_id, place, limits) =
            (caller.ctx.request_id.clone(), new.blob.key.clone(), api.settings.intake);
        // Which delivery took the content: the last run of the job decides, and a stored answer names another.
        let taker: Arc<Mutex<(String, u32)>> = Arc::default();
        let noted = taker.clone();
        let answered = api.write(caller, key, move |tx, ctx| {
            let taken = intake::accept(tx, ctx, limits, &new)?;
            let events = if taken.duplicate_of.is_none() { taken.events } else { 0 };
            *noted.lock().unwrap_or_else(PoisonError::into_inner) = (taken.id.to_string(), events);
            let answer = json(StatusCode::ACCEPTED, &AcceptedIntake::from(&taken))?;
            Ok(with_header(answer, "location", format!("/api/intake/{}", taken.id)))
        });
        let answered = answered.await;
        let (taker, events) = std::mem::take(&mut *taker.lock().unwrap_or_else(PoisonError::into_inner));
        match &answered {
            Ok(response) if is_answer_of(response, &taker) => {
                api.metrics.intake().took(events);
                api.delivered.notify_one();
            }
            Ok(_) => api.discard(place, &request_id).await,
            // If nobody knows whether it was committed, it stays: rather too much than lost.
            Err(Problem(e)) if matches!(e.code.kind(), Kind::Internal | Kind::Unavailable) => {}
            Err(_) => api.discard(place, &request_id).await,
        }
        answered
    }
}

fn is_answer_of(response: &HttpResponse, taker: &str) -> bool {
    let location = response.headers().get(LOCATION).and_then(|l| l.to_str().ok()).unwrap_or_default();
    !taker.is_empty() && location.ends_with(taker)
}
