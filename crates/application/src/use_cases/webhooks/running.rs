//! Deliveries: claimed, packed, and what came of them recorded. Pure steps between which the courier calls.

use super::super::{events, record};
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::events::cloud_event;
use crate::ports::{AuditEntry, Delivery, DeliveryState, Parcel, Tx, Undelivered, Webhook};
use probatum_kernel::{Timestamp, WebhookId};
use serde_json::json;
use std::time::Duration;

/// How long a claim holds; renewed with every delivery, each of which ends within half of that.
pub const LEASE_MS: i64 = 30_000;
/// How many numbers of the outbox are looked at in one go.
const LOOK: u32 = 500;
/// How many forgotten events are looked at when a subscription is claimed.
const COUNTED: i64 = 10_000;
/// A receiver may ask to be left alone for an hour at most.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(3_600);
/// The answer that ends a subscription (Standard Webhooks 1.0.0: 410 Gone).
const GONE: u16 = 410;

/// How failed deliveries are repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// The waits after the first, second, … failure; after one more the event is a dead letter.
    pub waits: Vec<Duration>,
    /// A subscription is disabled once nothing was delivered for this long, though it was tried.
    pub disable_after: Duration,
}

impl Default for Schedule {
    /// The first five waits of Standard Webhooks 1.0.0 ("Deliverability and Reliability"), and three days. Its further
    /// ones would hold all later events back for days: they are delivered in order.
    fn default() -> Self {
        let waits = [5, 5 * 60, 30 * 60, 2 * 3_600, 5 * 3_600];
        Self {
            waits: waits.into_iter().map(Duration::from_secs).collect(),
            disable_after: Duration::from_secs(3 * 24 * 3_600),
        }
    }
}

/// What a subscription has to do next.
#[derive(Debug, Clone, PartialEq)]
pub enum Next {
    /// Deliver this event.
    Deliver(Box<Packed>),
    /// Nothing of what was looked at.
    Nothing {
        /// Every event up to this number is done with.
        done: i64,
        /// Whether there may be more behind it.
        more: bool,
    },
}

/// An event packed for delivery.
#[derive(Debug, Clone, PartialEq)]
pub struct Packed {
    /// What is sent.
    pub parcel: Parcel,
    /// The event.
    pub entry: AuditEntry,
    /// Whether it is a dead letter on its second way.
    pub repeated: bool,
}

/// Whether it may be tried now and nobody is at it.
pub fn is_due(webhook: &Webhook, now: Timestamp) -> bool {
    let free = webhook.lease_until.is_none_or(|t| t <= now);
    free && webhook.next_at.is_some_and(|t| t <= now)
}

/// A claimed subscription with the secrets it has now: they may have been rotated since it was claimed.
pub fn with_secrets(tx: &mut dyn Tx, claimed: &Webhook) -> Result<Webhook, AppError> {
    Ok(match tx.webhook(claimed.id)? {
        Some(now) => Webhook { secret: now.secret, previous: now.previous, ..claimed.clone() },
        None => claimed.clone(),
    })
}

/// What is next for a subscription, without changing anything.
pub fn next(tx: &mut dyn Tx, webhook: &Webhook) -> Result<Next, AppError> {
    let source = events::source(tx)?;
    if webhook.repeating
        && let Some(queued) = tx.queued_delivery(webhook.id)?
        && let Some(entry) = tx.event(queued.seq)?
    {
        return Ok(match packed(webhook, &source, entry, true)? {
            Some(packed) => Next::Deliver(Box::new(packed)),
            None => Next::Nothing { done: webhook.position, more: false },
        });
    }
    let (oldest, _) = tx.outbox_span()?;
    let from = webhook.position.max(oldest.saturating_sub(1));
    let types = tx.outbox_types(from, LOOK)?;
    let done = types.last().map_or(from, |(seq, _)| *seq);
    let more = types.len() >= usize::try_from(LOOK).unwrap_or(usize::MAX);
    let filter = webhook.filter();
    for (seq, name) in types {
        if !filter.wants_type(&name) {
            continue;
        }
        let entry = tx.event(seq)?.ok_or_else(|| AppError::internal(format!("no entry {seq} in the log")))?;
        if let Some(packed) = packed(webhook, &source, entry, false)? {
            return Ok(Next::Deliver(Box::new(packed)));
        }
    }
    Ok(Next::Nothing { done, more })
}

/// The event as it is sent; `None` if it is not for this subscription's ears.
fn packed(
    webhook: &Webhook,
    source: &str,
    entry: AuditEntry,
    repeated: bool,
) -> Result<Option<Packed>, AppError> {
    let Some(event) = cloud_event(source, webhook.audience, &entry) else { return Ok(None) };
    let body = serde_json::to_string(&event).map_err(|e| AppError::internal(e.to_string()))?;
    let parcel = Parcel {
        webhook: webhook.id,
        url: webhook.url.clone(),
        secret: webhook.secret.clone(),
        previous: webhook.previous.clone(),
        id: message_id(webhook.id, entry.seq),
        body,
    };
    Ok(Some(Packed { parcel, entry, repeated }))
}

/// The `webhook-id`: of this event for this subscription, the same at every attempt.
fn message_id(webhook: WebhookId, seq: i64) -> String {
    format!("{}-{seq}", webhook.to_string().replacen("wh-", "msg-", 1))
}

/// Claims a subscription that is due, so that nobody else delivers for it meanwhile.
pub fn claim(tx: &mut dyn Tx, id: WebhookId, now: Timestamp) -> Result<Option<Webhook>, AppError> {
    let Some(webhook) = tx.webhook(id)?.filter(|w| is_due(w, now)) else { return Ok(None) };
    let (oldest, _) = tx.outbox_span()?;
    let kept = oldest.saturating_sub(1);
    let next = Webhook {
        lease_until: Some(now.plus_millis(LEASE_MS)),
        claims: webhook.claims.saturating_add(1),
        position: webhook.position.max(kept),
        missed: webhook.missed.saturating_add(forgotten(tx, &webhook, kept)?),
        ..webhook
    };
    tx.save_webhook(&next)?;
    Ok(Some(next))
}

/// How many events up to `kept` a subscription missed: the outbox forgot them without [`pass_over`], as the version before
/// did. The audit log still has them; [`COUNTED`] are looked at.
fn forgotten(tx: &mut dyn Tx, webhook: &Webhook, kept: i64) -> Result<i64, AppError> {
    let end = kept.min(webhook.position.saturating_add(COUNTED));
    let (mut at, mut missed) = (webhook.position, 0i64);
    while at < end {
        let entries = tx.audit_after(at, LOOK)?;
        let Some(last) = entries.last() else { break };
        at = last.seq;
        for entry in entries.iter().filter(|e| e.seq <= end) {
            missed = missed.saturating_add(i64::from(wants(webhook, entry)));
        }
    }
    Ok(missed)
}

/// Whether an event would have been delivered.
fn wants(webhook: &Webhook, entry: &AuditEntry) -> bool {
    webhook.filter().wants(entry) && webhook.audience.hears(entry)
}

/// Every event up to `upto` is about to be forgotten: subscriptions that are not that far are moved on. What they wanted
/// and would have heard counts as missed; what they would have passed by does not.
pub fn pass_over(tx: &mut dyn Tx, upto: i64) -> Result<(), AppError> {
    let late = |w: &Webhook| w.position < upto;
    let mut behind = Vec::new();
    for webhook in super::all(tx)?.into_iter().filter(late) {
        behind.extend(tx.webhook(webhook.id)?.filter(late));
    }
    let Some(first) = behind.iter().map(|w| w.position).min() else { return Ok(()) };
    let (oldest, _) = tx.outbox_span()?;
    let from = first.max(oldest.saturating_sub(1));
    let numbers = u32::try_from(upto.saturating_sub(from)).unwrap_or(0);
    for (seq, name) in tx.outbox_types(from, numbers)? {
        let concerned = |w: &Webhook| w.position < seq && w.filter().wants_type(&name);
        if !behind.iter().any(concerned) {
            continue;
        }
        let Some(entry) = tx.event(seq)? else { continue };
        for webhook in behind.iter_mut().filter(|w| w.position < seq && wants(w, &entry)) {
            webhook.missed = webhook.missed.saturating_add(1);
        }
    }
    for webhook in behind {
        tx.save_webhook(&Webhook { position: upto, ..webhook })?;
    }
    Ok(())
}

/// The subscription as it stands, if the claim on it still holds.
fn held(tx: &mut dyn Tx, claimed: &Webhook) -> Result<Option<Webhook>, AppError> {
    Ok(tx.webhook(claimed.id)?.filter(|w| w.claims == claimed.claims && w.next_at.is_some()))
}

/// Lets go of a claim; every event up to `position` is done with.
pub fn release(tx: &mut dyn Tx, claimed: &Webhook, position: i64) -> Result<(), AppError> {
    let Some(webhook) = held(tx, claimed)? else { return Ok(()) };
    // Queued meanwhile: there is more to do.
    let repeating = webhook.repeating && tx.queued_delivery(webhook.id)?.is_some();
    let position = webhook.position.max(position);
    tx.save_webhook(&Webhook { lease_until: None, position, repeating, ..webhook })
}

/// Records what came of a delivery; the subscription to go on with, if there is anything to go on with at once.
pub fn settle(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    claimed: &Webhook,
    packed: &Packed,
    outcome: &Result<u16, Undelivered>,
    schedule: &Schedule,
) -> Result<Option<Webhook>, AppError> {
    let Some(webhook) = held(tx, claimed)? else { return Ok(None) };
    let seq = packed.entry.seq;
    let before = tx.delivery(webhook.id, seq)?;
    let tried = before.map_or(0, |d| d.attempts).saturating_add(1);
    let delivery = judged(&webhook, packed, outcome, tried, schedule, ctx.now);
    tx.save_delivery(&delivery)?;
    let next = advanced(webhook, packed, &delivery, ctx.now);
    let ends = outcome.as_ref().err().and_then(|e| reason_to_end(&next, e, schedule, ctx.now));
    if let Some(reason) = ends {
        let disabled = Webhook {
            next_at: None,
            lease_until: None,
            disabled_at: Some(ctx.now),
            disabled_reason: Some(reason.clone()),
            ..next
        };
        tx.save_webhook(&disabled)?;
        let detail = json!({"reason": reason, "event": seq});
        record(tx, ctx, "webhook.disabled", disabled.id.to_string(), None, detail)?;
        return Ok(None);
    }
    tx.save_webhook(&next)?;
    Ok(Some(next).filter(|w| w.lease_until.is_some()))
}

/// The delivery after one more attempt.
fn judged(
    webhook: &Webhook,
    packed: &Packed,
    outcome: &Result<u16, Undelivered>,
    attempts: i32,
    schedule: &Schedule,
    now: Timestamp,
) -> Delivery {
    let failed = outcome.as_ref().err();
    // Somebody asked for a dead letter to be repeated, once; what fails again is dead again.
    let wait = failed.filter(|_| !packed.repeated).and_then(|e| {
        let place = usize::try_from(attempts.saturating_sub(1)).unwrap_or(usize::MAX);
        let asked = e.retry_after.unwrap_or_default().min(LONGEST_RETRY_AFTER);
        schedule.waits.get(place).map(|wait| asked.max(*wait))
    });
    let state = match (failed, wait) {
        (None, _) => DeliveryState::Delivered,
        (Some(_), Some(_)) => DeliveryState::Retrying,
        (Some(_), None) => DeliveryState::Dead,
    };
    Delivery {
        webhook: webhook.id,
        seq: packed.entry.seq,
        topic: packed.entry.action.clone(),
        state,
        attempts,
        status: outcome.as_ref().map_or_else(|e| e.status, |status| Some(*status)),
        error: failed.map(|e| e.reason.clone()),
        tried_at: now,
        next_at: wait.map(|w| now.plus_millis(i64::try_from(w.as_millis()).unwrap_or(i64::MAX))),
    }
}

/// The subscription after a delivery: past the event, unless that is tried again.
fn advanced(webhook: Webhook, packed: &Packed, delivery: &Delivery, now: Timestamp) -> Webhook {
    let waits = delivery.state == DeliveryState::Retrying;
    let done = webhook.position.max(packed.entry.seq);
    let position = if waits || packed.repeated { webhook.position } else { done };
    let delivered = delivery.state == DeliveryState::Delivered;
    Webhook {
        position,
        next_at: Some(delivery.next_at.unwrap_or(now)),
        lease_until: (!waits).then(|| now.plus_millis(LEASE_MS)),
        failing_since: if delivered { None } else { webhook.failing_since.or(Some(now)) },
        last_error: delivery.error.clone(),
        delivered_at: if delivered { Some(now) } else { webhook.delivered_at },
        ..webhook
    }
}

/// Why a subscription ends with this failure, if it does.
fn reason_to_end(
    webhook: &Webhook,
    failure: &Undelivered,
    schedule: &Schedule,
    now: Timestamp,
) -> Option<String> {
    if failure.status == Some(GONE) {
        return Some("the receiver answered 410: it wants no more".to_owned());
    }
    let since = webhook.failing_since?;
    let longest = i64::try_from(schedule.disable_after.as_millis()).unwrap_or(i64::MAX);
    (now >= since.plus_millis(longest) && now > since)
        .then(|| format!("nothing was delivered since {since}: {}", failure.reason))
}
