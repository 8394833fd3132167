//! Deliveries that are kept as they are: streamed into the blob store and hashed on the way, then read back to be parsed
//! where that blocks nobody, and deleted again if nothing came of them.

use crate::body::{Body, stalled};
use crate::caller::Caller;
use crate::problem::Problem;
use crate::reply::orphaned;
use crate::state::Api;
use actix_web::{HttpResponse, web};
use bytes::Bytes;
use futures_util::StreamExt;
use probatum_application::ports::{Blob, Tx, Upload};
use probatum_application::use_cases::evidence::Received;
use probatum_application::use_cases::feeds::Taken;
use probatum_application::{Answer, AppError, Ctx, RequestKey};
use probatum_evidence::Stored;
use probatum_kernel::Code;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;

/// What kind of content a route takes.
pub struct Takes {
    /// What it is called in a sentence: `A mail`.
    pub what: &'static str,
    /// The media types it is taken under; the first is what it is kept as.
    pub media: &'static [&'static str],
    /// The most bytes.
    pub limit: usize,
    /// The name it is kept under.
    pub file_name: &'static str,
}

/// Content in the blob store, and the idempotency key it came with.
pub struct Delivered {
    received: Received,
    key: Option<RequestKey>,
}

/// How long a delivery may take in all.
const WHOLE: Duration = Duration::from_secs(10 * 60);
/// How many are held in memory and parsed at a time; the others wait on disk.
static PARSING: Semaphore = Semaphore::const_new(2);

/// Receives a delivery. Whatever goes wrong, nothing of it is kept.
pub async fn receive(api: &Api, mut body: Body, takes: &Takes) -> Result<Delivered, Problem> {
    let media = takes.media.first().copied().unwrap_or_default();
    if !body.essence().is_empty() && !takes.media.contains(&body.essence()) {
        let detail =
            format!("The body is '{}'; send {} with Content-Type: {media}.", body.essence(), takes.what);
        return Err(AppError::new(Code::UnsupportedMediaType, detail).into());
    }
    let key_of = body.key_maker();
    let mut upload = api.blobs.begin().await?;
    let read = tokio::time::timeout(WHOLE, stored(api, &mut body, takes, upload.as_mut())).await;
    if let Err(e) = read.unwrap_or_else(|_| Err(stalled())) {
        if let Err(left) = upload.abort().await {
            tracing::warn!(
                cause = left.cause.as_deref().unwrap_or_default(),
                "a delivery given up was not cleaned away"
            );
        }
        return Err(e.into());
    }
    let Blob { key: place, size, hash } = upload.finish().await?;
    let stored =
        Stored { size, media_type: media.to_owned(), file_name: takes.file_name.to_owned(), key: place };
    let fault = || Problem::from(AppError::invalid("body", "empty", "has no content"));
    match key_of(hash.as_str().as_bytes()).and_then(|key| if size == 0 { Err(fault()) } else { Ok(key) }) {
        Ok(key) => Ok(Delivered { received: Received { stored, hash }, key }),
        Err(e) => {
            api.blobs.delete(stored.key).await?;
            Err(e)
        }
    }
}

async fn stored(
    api: &Api,
    body: &mut Body,
    takes: &Takes,
    upload: &mut (dyn Upload + 'static),
) -> Result<(), AppError> {
    let mut payload = body.take_payload();
    let mut size = 0usize;
    loop {
        let next =
            tokio::time::timeout(api.settings.body_timeout, payload.next()).await.map_err(|_| stalled())?;
        let Some(chunk) = next else { return Ok(()) };
        let chunk: Bytes = chunk.map_err(|e| {
            let detail = "The body could not be read to its end.";
            AppError { cause: Some(e.to_string()), ..AppError::new(Code::ValidationFailed, detail) }
        })?;
        size = size.saturating_add(chunk.len());
        if size > takes.limit {
            let detail = format!("{} may have at most {} bytes.", takes.what, takes.limit);
            return Err(AppError::new(Code::PayloadTooLarge, detail));
        }
        upload.write(chunk).await?;
    }
}

impl Delivered {
    /// What `read` makes of the content; what it refuses is not kept.
    pub async fn parsed<T: Send + 'static>(
        &self,
        api: &Api,
        request_id: &str,
        read: impl FnOnce(&[u8]) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, Problem> {
        let parsed = self.parse(api, read).await;
        if parsed.is_err() {
            api.discard(self.received.stored.key.clone(), request_id).await;
        }
        Ok(parsed?)
    }

    async fn parse<T: Send + 'static>(
        &self,
        api: &Api,
        read: impl FnOnce(&[u8]) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        let _turn = PARSING.acquire().await.map_err(|e| AppError::internal(e.to_string()))?;
        let Some((_, mut chunks)) = api.blobs.open(self.received.stored.key.clone()).await? else {
            return Err(AppError::internal("what was stored just now is not in the blob store"));
        };
        let mut bytes = Vec::new();
        while let Some(chunk) = chunks.next().await {
            bytes.extend_from_slice(&chunk?);
        }
        web::block(move || read(&bytes)).await.map_err(|e| AppError::internal(e.to_string()))?
    }

    /// Has a use case take the content, and answers. Content that nothing refers to in the end is deleted.
    pub async fn taken<P>(
        self,
        api: &Api,
        caller: Caller<P>,
        answer: fn(&Taken) -> Result<Answer, AppError>,
        mut work: impl FnMut(&mut dyn Tx, &Ctx, &Received) -> Result<Taken, AppError> + Send + 'static,
    ) -> Result<HttpResponse, Problem> {
        let (request_id, place) = (caller.ctx.request_id.clone(), self.received.stored.key.clone());
        // Which delivery took the content: the last run of the job decides, and a stored answer names another.
        let taker = Arc::new(Mutex::new(String::new()));
        let (noted, received) = (taker.clone(), self.received);
        let answered = api.write(caller, self.key, move |tx, ctx| {
            let taken = work(tx, ctx, &received)?;
            *noted.lock().unwrap_or_else(PoisonError::into_inner) = taken.intake.id.to_string();
            answer(&taken)
        });
        let answered = answered.await;
        let taker = std::mem::take(&mut *taker.lock().unwrap_or_else(PoisonError::into_inner));
        if orphaned(&answered, &taker) {
            api.discard(place, &request_id).await;
        }
        answered
    }
}
