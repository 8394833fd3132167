//! From use case to response: reading, and writing at most once per idempotency key.

use crate::caller::Caller;
use crate::dto::{List, Meta};
use crate::problem::Problem;
use crate::query;
use crate::state::Api;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderName, HeaderValue, LINK, LOCATION};
use actix_web::{HttpRequest, HttpResponse};
use probatum_application::ports::{Executor, Tx};
use probatum_application::{Answer, AppError, Ctx, Render, RequestKey, Taken, answer_once};
use probatum_kernel::{Cursor, Kind, Page, Total};
use serde::Serialize;
use std::time::Duration;

/// How long a client waits for a connector.
const PATIENCE: Duration = Duration::from_secs(20);

impl Api {
    /// Runs a reading use case.
    pub async fn read<P, T: Send + 'static>(
        &self,
        caller: Caller<P>,
        mut work: impl FnMut(&mut dyn Tx, &Ctx) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, Problem> {
        let store: &dyn Executor = self.store.as_ref();
        let ctx = caller.ctx;
        Ok(store.reading(move |tx| work(tx, &ctx)).await?)
    }

    /// Runs a writing use case that makes the answer; with a key, once.
    pub async fn write<P>(
        &self,
        caller: Caller<P>,
        key: Option<RequestKey>,
        work: impl FnMut(&mut dyn Tx, &Ctx) -> Result<Answer, AppError> + Send + 'static,
    ) -> Result<HttpResponse, Problem> {
        Ok(respond(self.written(caller, key, work).await?))
    }

    /// The same, with the answer as it is stored.
    pub async fn written<P>(
        &self,
        caller: Caller<P>,
        key: Option<RequestKey>,
        mut work: impl FnMut(&mut dyn Tx, &Ctx) -> Result<Answer, AppError> + Send + 'static,
    ) -> Result<Answer, Problem> {
        let store: &dyn Executor = self.store.as_ref();
        let (ctx, clock) = (caller.ctx, self.clock.clone());
        let job = move |tx: &mut dyn Tx| {
            // The time is that of the writing, not of the arrival: what is written later is never older.
            let ctx = Ctx { now: clock.now().max(ctx.now), ..ctx.clone() };
            answer_once(tx, &ctx, key.as_ref(), &mut work)
        };
        Ok(store.writing(job).await?)
    }
}

impl Api {
    /// Has carried out what a request made ready, and answers with what came of it; or, if that takes long, with how it
    /// stood when it was taken. The work goes on whether or not the client waits.
    pub async fn carried_out(&self, taken: Taken, render: Render) -> HttpResponse {
        if taken.ready.is_none() {
            return respond(taken.answer);
        }
        let (first, response) = (taken.answer.clone(), self.response.clone());
        let work = self.background.spawn(async move { response.carry_out(taken, render).await });
        match tokio::time::timeout(PATIENCE, work).await {
            Ok(Ok(Ok(answer))) => respond(answer),
            Ok(Ok(Err(e))) => {
                tracing::warn!(error = %e, cause = e.cause.as_deref().unwrap_or_default(), "an order is left to the job loop");
                respond(first)
            }
            Ok(Err(_)) | Err(_) => respond(first),
        }
    }

    /// Deletes content nothing refers to any more. What cannot be deleted is logged; the change itself stands.
    pub async fn discard(&self, key: String, request_id: &str) {
        if let Err(e) = self.blobs.delete(key.clone()).await {
            let cause = e.cause.as_deref().unwrap_or_default();
            tracing::warn!(
                request_id,
                key,
                cause,
                "content that belongs to nothing was left in the blob store"
            );
        }
    }
}

/// A page of a list that is held in full, with the link to the next.
pub fn rows<T: Serialize>(
    req: &HttpRequest,
    all: impl ExactSizeIterator<Item = T>,
    page: &Page,
) -> HttpResponse {
    let total = Total::Exactly(u32::try_from(all.len()).unwrap_or(u32::MAX));
    let skip = usize::try_from(page.first_row()).unwrap_or(usize::MAX);
    let take = usize::try_from(page.per_page).unwrap_or(0);
    let more = all.len() > skip.saturating_add(take);
    page_of(req, all.skip(skip).take(take).collect(), page, total, more)
}

/// A page of a list that only grows at its end, with the link to the next if there are `more` rows.
pub fn page_of<T: Serialize>(
    req: &HttpRequest,
    data: Vec<T>,
    page: &Page,
    total: Total,
    more: bool,
) -> HttpResponse {
    page_after(req, data, page, total, more.then(|| page.after_these()).as_ref())
}

/// A page of a list by keyset, with the link to the next.
pub fn page_after<T: Serialize>(
    req: &HttpRequest,
    data: Vec<T>,
    page: &Page,
    total: Total,
    next: Option<&Cursor>,
) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    if let Some(next) = next {
        response.insert_header((LINK, query::next_link(req, next)));
    }
    response.json(List { data, meta: Meta::new(page, total) })
}

/// Whether content that was received belongs to nothing: it was refused, or a repetition was answered from store and
/// names another `taker` than this run. If the outcome is not known (the database went away during the commit), it stays:
/// rather too much than lost.
pub fn orphaned(answer: &Result<HttpResponse, Problem>, taker: &str) -> bool {
    match answer {
        Ok(response) => {
            let location = response.headers().get(LOCATION).and_then(|l| l.to_str().ok()).unwrap_or_default();
            taker.is_empty() || !location.ends_with(taker)
        }
        Err(Problem(e)) => !matches!(e.code.kind(), Kind::Internal | Kind::Unavailable),
    }
}

/// An answer with a JSON body.
pub fn json(status: StatusCode, body: &impl Serialize) -> Result<Answer, AppError> {
    let body = serde_json::to_vec(body).map_err(|e| AppError::internal(e.to_string()))?;
    Ok(Answer { status: status.as_u16(), headers: Vec::new(), body })
}

/// 201 with `Location`.
pub fn created(location: String, body: &impl Serialize) -> Result<Answer, AppError> {
    Ok(with_header(json(StatusCode::CREATED, body)?, "location", location))
}

/// The answer with one more header.
pub fn with_header(mut answer: Answer, name: &str, value: String) -> Answer {
    answer.headers.push((name.to_owned(), value));
    answer
}

/// The answer on the wire.
pub fn respond(answer: Answer) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    if !answer.body.is_empty() {
        response.insert_header((CONTENT_TYPE, HeaderValue::from_static("application/json")));
    }
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.append_header((name, value));
        }
    }
    response.body(answer.body)
}
