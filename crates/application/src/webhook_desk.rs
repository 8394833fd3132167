//! The webhook desk: claims a subscription, delivers event after event between transactions, records what came of each.

use crate::ctx::{Ctx, Principal};
use crate::error::AppError;
use crate::ports::{Clock, Courier, Executor, Parcel, Tx, Undelivered, Webhook};
use crate::use_cases::webhooks::running::{self, Next, Packed, Schedule};
use crate::use_cases::{events, webhooks};
use probatum_kernel::{Timestamp, WebhookId};
use serde_json::json;
use std::sync::Arc;

/// What came of one delivery, for whoever counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// The receiver took it.
    Delivered,
    /// It did not.
    Failed,
}

/// Everything deliveries need.
#[derive(Clone)]
pub struct WebhookDesk {
    /// The door to transactions.
    pub store: Arc<dyn Executor>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Who carries events.
    pub courier: Arc<dyn Courier>,
    /// How failed deliveries are repeated.
    pub schedule: Arc<Schedule>,
}

impl WebhookDesk {
    /// The subscriptions that have something to deliver now, and how long the oldest undelivered event of any has been
    /// waiting, in milliseconds.
    pub async fn due(&self) -> Result<(Vec<WebhookId>, i64), AppError> {
        let now = self.clock.now();
        let limit = u32::try_from(webhooks::MAX_WEBHOOKS).unwrap_or(u32::MAX);
        let work = move |tx: &mut dyn Tx| {
            let (mut due, mut lag) = (Vec::new(), 0);
            for webhook in tx.active_webhooks(limit)? {
                let more = match running::next(tx, &webhook)? {
                    Next::Deliver(packed) => {
                        let waiting = now.millis().saturating_sub(packed.entry.at.millis());
                        lag = if packed.repeated { lag } else { waiting.max(lag) };
                        true
                    }
                    // What it does not want is passed by when there is much of it, or when it is forgotten; not event by
                    // event.
                    Next::Nothing { more, .. } => more || webhook.repeating,
                };
                if more && running::is_due(&webhook, now) {
                    due.push(webhook.id);
                }
            }
            Ok((due, lag))
        };
        self.store.reading(work).await
    }

    /// Delivers what a subscription has to deliver, until there is nothing more, something fails, or `stop` says so.
    /// Does nothing if somebody else is at it.
    pub async fn deliver(
        &self,
        id: WebhookId,
        stop: &(dyn Fn() -> bool + Send + Sync),
        told: &(dyn Fn(Told) + Send + Sync),
    ) -> Result<(), AppError> {
        let now = self.clock.now();
        let Some(mut webhook) = self.store.writing(move |tx| running::claim(tx, id, now)).await? else {
            return Ok(());
        };
        loop {
            let asked = webhook.clone();
            let work = move |tx: &mut dyn Tx| {
                let webhook = running::with_secrets(tx, &asked)?;
                running::next(tx, &webhook)
            };
            let next = self.store.reading(work).await?;
            let packed = match next {
                Next::Deliver(packed) if !stop() => *packed,
                Next::Deliver(_) => return self.release(webhook.clone(), webhook.position).await,
                Next::Nothing { done, more: true } if !stop() => {
                    webhook.position = done;
                    continue;
                }
                Next::Nothing { done, .. } => return self.release(webhook, done).await,
            };
            let outcome = self.courier.deliver(packed.parcel.clone()).await;
            told(if outcome.is_ok() { Told::Delivered } else { Told::Failed });
            match self.settle(webhook, packed, outcome).await? {
                Some(next) => webhook = next,
                None => return Ok(()),
            }
        }
    }

    async fn settle(
        &self,
        claimed: Webhook,
        packed: Packed,
        outcome: Result<u16, Undelivered>,
    ) -> Result<Option<Webhook>, AppError> {
        let (clock, schedule) = (self.clock.clone(), self.schedule.clone());
        let work = move |tx: &mut dyn Tx| {
            let now = clock.now();
            let request_id = format!("{}-{}", claimed.id, claimed.claims);
            let ctx = Ctx { principal: Principal::system("webhooks"), now, request_id };
            running::settle(tx, &ctx, &claimed, &packed, &outcome, &schedule)
        };
        self.store.writing(work).await
    }

    async fn release(&self, claimed: Webhook, position: i64) -> Result<(), AppError> {
        self.store.writing(move |tx| running::release(tx, &claimed, position)).await
    }

    /// Sends a test event once, at once, and says what came of it. Nothing of it is kept.
    pub async fn test(&self, ctx: Ctx, id: WebhookId) -> Result<Result<u16, Undelivered>, AppError> {
        let now = ctx.now;
        let asked = move |tx: &mut dyn Tx| Ok((webhooks::get(tx, &ctx, id)?, events::source(tx)?));
        let (webhook, source) = self.store.reading(asked).await?;
        Ok(self.courier.deliver(test_parcel(&webhook, &source, now)?).await)
    }
}

/// An event that never happened, in the form of those that do. Its id is no number, so that it is none of theirs.
fn test_parcel(webhook: &Webhook, source: &str, now: Timestamp) -> Result<Parcel, AppError> {
    let event = json!({
        "specversion": "1.0",
        "id": format!("test-{}", now.millis()),
        "source": source,
        "type": "org.probatum.webhook.tested",
        "subject": webhook.id,
        "time": now,
        "datacontenttype": "application/json",
        "data": {},
    });
    Ok(Parcel {
        webhook: webhook.id,
        url: webhook.url.clone(),
        secret: webhook.secret.clone(),
        previous: webhook.previous.clone(),
        id: format!("{}-test-{}", webhook.id, now.millis()),
        body: serde_json::to_string(&event).map_err(|e| AppError::internal(e.to_string()))?,
    })
}
