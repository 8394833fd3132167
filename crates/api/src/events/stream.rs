//! One stream of server-sent events (WHATWG HTML, "Server-sent events"): complete, in order, and of constant memory.

use super::Hub;
use super::seats::Seat;
use crate::caller::ANONYMOUS;
use crate::state::Api;
use actix_web::http::header::{CONTENT_TYPE, HeaderName};
use actix_web::{HttpResponse, web};
use bytes::Bytes;
use futures_util::stream::poll_fn;
use probatum_application::ports::AuditEntry;
use probatum_application::use_cases::events::{self, Opened};
use probatum_application::{AppError, Ctx, events::cloud_event};
use probatum_kernel::Code;
use std::fmt::Write;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};

/// How often a quiet stream says that it lives.
const BEAT: Duration = Duration::from_secs(15);
/// How often it is looked whether the key still holds.
const CHECK: Duration = Duration::from_secs(3);
/// How long a client may leave what was sent unread.
const SLOW: Duration = Duration::from_secs(30);
/// Pieces that wait for a client.
const PIECES: usize = 4;
/// What a piece has at least before the next is begun, in bytes.
const PIECE: usize = 16 * 1024;
/// How long a client waits before it connects again, in milliseconds.
const RETRY: u32 = 2_000;

/// The answer that never ends by itself.
pub fn answer(api: web::Data<Api>, ctx: Ctx, opened: Opened, seat: Seat) -> HttpResponse {
    let (out, mut pieces) = mpsc::channel(PIECES);
    let last = opened.after;
    let now = Instant::now();
    let stream = Stream { api, ctx, opened, last, out, checked: now, said: now, _seat: seat };
    actix_web::rt::spawn(stream.run());
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/event-stream"))
        .insert_header((HeaderName::from_static("x-accel-buffering"), "no"))
        .streaming(poll_fn(move |cx| pieces.poll_recv(cx).map(|piece| piece.map(Ok::<_, actix_web::Error>))))
}

struct Stream {
    api: web::Data<Api>,
    ctx: Ctx,
    opened: Opened,
    /// The last event this stream is done with.
    last: i64,
    out: mpsc::Sender<Bytes>,
    checked: Instant,
    said: Instant,
    _seat: Seat,
}

/// Why a stream ends.
enum End {
    /// The client is gone, or reads too slowly.
    Client,
    /// The key does not hold any more.
    Key,
    /// The program stops.
    Over,
    /// What comes next is not kept any more.
    Gone,
    /// Events cannot be read.
    Failed(AppError),
}

fn unread(e: AppError) -> End {
    if e.code == Code::EventsGone { End::Gone } else { End::Failed(e) }
}

impl Stream {
    async fn run(mut self) {
        match self.follow().await {
            End::Failed(e) => {
                let cause = e.cause.as_deref().unwrap_or_default();
                tracing::warn!(request_id = self.ctx.request_id, error = %e, cause, "an event stream broke off");
            }
            End::Client => {
                tracing::debug!(request_id = self.ctx.request_id, "an event stream lost its client")
            }
            // Said in a comment, for people who look; clients connect again and get their 401.
            End::Key => drop(self.say(": the credentials do not hold any more\n\n".to_owned()).await),
            // It was too far behind; connecting again it gets its 410, which says where to begin.
            End::Gone => drop(self.say(": the next events are not kept any more\n\n".to_owned()).await),
            End::Over => drop(self.say(": the registry is stopping; connect again\n\n".to_owned()).await),
        }
    }

    async fn follow(&mut self) -> End {
        let hub = self.api.hub.clone();
        let (mut head, mut over) = (hub.inner.head.subscribe(), hub.inner.over.subscribe());
        // With an id, so that a client that is cut off before the first event knows where to go on.
        let hello = format!("retry: {RETRY}\nid: {}\n: events follow as they happen\n\n", self.last);
        if let Err(end) = self.say(hello).await {
            return end;
        }
        loop {
            if *over.borrow_and_update() {
                return End::Over;
            }
            if let Err(end) = self.catch_up(&hub).await {
                return end;
            }
            let (last, check, beat) = (self.last, self.checked + CHECK, self.said + BEAT);
            tokio::select! {
                _ = head.wait_for(|newest| *newest > last) => {}
                () = tokio::time::sleep_until(check) => {}
                () = self.out.closed() => return End::Client,
                _ = over.changed() => {}
                () = tokio::time::sleep_until(beat) => {
                    if let Err(end) = self.beat().await { return end }
                }
            }
        }
    }

    /// Sends all there is.
    async fn catch_up(&mut self, hub: &Hub) -> Result<(), End> {
        loop {
            self.check().await?;
            let entries = hub.after(self.api.store.as_ref(), self.last).await.map_err(unread)?;
            if entries.is_empty() {
                return Ok(());
            }
            let mut piece = String::new();
            for entry in entries {
                self.last = entry.seq;
                if self.opened.filter.wants(&entry) {
                    self.tell(&entry, &mut piece)?;
                }
                if piece.len() >= PIECE {
                    self.say(std::mem::take(&mut piece)).await?;
                }
            }
            if !piece.is_empty() {
                self.say(piece).await?;
            }
        }
    }

    /// Adds an event, if it is for this caller's ears.
    fn tell(&self, entry: &AuditEntry, piece: &mut String) -> Result<(), End> {
        let Some(event) = cloud_event(&self.opened.source, self.opened.audience, entry) else {
            return Ok(());
        };
        // JSON has no line breaks of its own, so one data line holds it.
        write!(piece, "id: {}\nevent: {}\ndata: {event}\n\n", entry.seq, entry.action)
            .map_err(|e| End::Failed(AppError::internal(e.to_string())))
    }

    /// A sign of life. Its id moves the client on past what was not for it.
    async fn beat(&mut self) -> Result<(), End> {
        self.say(format!(": beat\nid: {}\n\n", self.last)).await
    }

    /// Whether the key still holds, every few seconds.
    async fn check(&mut self) -> Result<(), End> {
        if self.checked.elapsed() < CHECK || self.ctx.principal.name == ANONYMOUS {
            return Ok(());
        }
        let (ctx, now) = (self.ctx.clone(), self.api.clock.now());
        let holds = self.api.store.reading(move |tx| events::may_listen(tx, &ctx, now)).await;
        self.checked = Instant::now();
        if holds.map_err(End::Failed)? { Ok(()) } else { Err(End::Key) }
    }

    async fn say(&mut self, text: String) -> Result<(), End> {
        self.said = Instant::now();
        match timeout(SLOW, self.out.send(Bytes::from(text))).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(End::Client),
        }
    }
}
