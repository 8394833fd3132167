//! Subscriptions: made, read, deleted, enabled again, and their dead letters repeated.

pub mod running;

use super::record;
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::events::{Audience, MAX_PATTERNS, TypePattern};
use crate::permission::Permission;
use crate::ports::{DeliveryList, DeliveryState, Previous, Tx, Webhook, WebhookList};
use probatum_kernel::{Code, FieldFault, Page, Timestamp, WebhookId};
use serde_json::json;

/// How many subscriptions a registry has at most.
pub const MAX_WEBHOOKS: i64 = 100;
/// The longest description, in characters.
pub const MAX_DESCRIPTION: usize = 500;
/// For how many hours two secrets sign after a rotation, at most and if nothing is said.
pub const MAX_OVERLAP_HOURS: i64 = 7 * 24;
/// See [`MAX_OVERLAP_HOURS`].
pub const OVERLAP_HOURS: i64 = 24;
/// How many dead letters are queued at a time.
pub const MAX_REPEATED: u32 = 1_000;

/// A subscription to be made. Its address was checked and its secret sealed by the courier.
#[derive(Debug, Clone)]
pub struct NewWebhook {
    /// Its id.
    pub id: WebhookId,
    /// Where to.
    pub url: String,
    /// What.
    pub types: Vec<TypePattern>,
    /// How much of it.
    pub audience: Audience,
    /// What it is for.
    pub description: Option<String>,
    /// The sealed secret.
    pub secret: String,
}

/// Reads the types a subscription names; says what is wrong with which. Of each, this audience must hear something.
pub fn patterns(types: &[String], audience: Audience) -> Result<Vec<TypePattern>, AppError> {
    if !(1..=MAX_PATTERNS).contains(&types.len()) {
        let message = format!("must name 1 to {MAX_PATTERNS} types");
        return Err(AppError::invalid("types", "required", message));
    }
    let (mut found, mut faults) = (Vec::new(), Vec::new());
    for (i, text) in types.iter().enumerate() {
        match text.parse::<TypePattern>() {
            Ok(pattern) if audience.may_hear(&pattern) => found.push(pattern),
            Ok(_) => {
                let message =
                    format!("is not for the audience {audience}; docs/events.md says who hears what");
                faults.push(FieldFault::new(format!("types[{i}]"), "unheard", message));
            }
            Err(e) => faults.push(FieldFault::new(format!("types[{i}]"), "invalid", format!("{e}"))),
        }
    }
    if faults.is_empty() { Ok(found) } else { Err(AppError::invalid_fields(faults)) }
}

/// Makes a subscription to what happens from now on.
pub fn create(tx: &mut dyn Tx, ctx: &Ctx, new: &NewWebhook) -> Result<Webhook, AppError> {
    ctx.require(Permission::ManageWebhooks)?;
    tx.lock_webhooks()?;
    if tx.count_webhooks()? >= MAX_WEBHOOKS {
        let detail = format!("There are {MAX_WEBHOOKS} webhooks, which is the limit; delete one first.");
        return Err(AppError::new(Code::StateConflict, detail));
    }
    let (_, newest) = tx.outbox_span()?;
    let webhook = Webhook {
        id: new.id,
        url: new.url.clone(),
        types: new.types.clone(),
        audience: new.audience,
        description: new.description.clone(),
        secret: new.secret.clone(),
        created_at: ctx.now,
        created_by: ctx.actor().clone(),
        position: newest,
        next_at: Some(ctx.now),
        lease_until: None,
        claims: 0,
        repeating: false,
        missed: 0,
        failing_since: None,
        last_error: None,
        delivered_at: None,
        disabled_at: None,
        disabled_reason: None,
        previous: None,
    };
    tx.insert_webhook(&webhook)?;
    let types: Vec<String> = webhook.types.iter().map(ToString::to_string).collect();
    let detail = json!({"host": host(&webhook.url), "types": types, "audience": webhook.audience});
    record(tx, ctx, "webhook.created", webhook.id.to_string(), None, detail)?;
    Ok(webhook)
}

/// What of an address goes on record: the rest of it may be a secret of the receiver's.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

/// The subscription of this id, or 404.
pub fn get(tx: &mut dyn Tx, ctx: &Ctx, id: WebhookId) -> Result<Webhook, AppError> {
    ctx.require(Permission::ManageWebhooks)?;
    tx.webhook(id)?.ok_or_else(|| AppError::not_found("webhook"))
}

/// A page of subscriptions, newest first.
pub fn list(tx: &mut dyn Tx, ctx: &Ctx, page: &Page) -> Result<WebhookList, AppError> {
    ctx.require(Permission::ManageWebhooks)?;
    tx.list_webhooks(page)
}

/// Ends a subscription. What is under way may still arrive.
pub fn delete(tx: &mut dyn Tx, ctx: &Ctx, id: WebhookId) -> Result<(), AppError> {
    let webhook = get(tx, ctx, id)?;
    tx.delete_webhook(id)?;
    record(tx, ctx, "webhook.deleted", id.to_string(), None, json!({"host": host(&webhook.url)}))
}

/// What became of its deliveries, newest event first.
pub fn deliveries(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    id: WebhookId,
    state: Option<DeliveryState>,
    page: &Page,
) -> Result<DeliveryList, AppError> {
    get(tx, ctx, id)?;
    tx.list_deliveries(id, state, page)
}

/// Has dead letters tried once more: that of one event, or the oldest thousand. Says how many.
pub fn redeliver(tx: &mut dyn Tx, ctx: &Ctx, id: WebhookId, seq: Option<i64>) -> Result<usize, AppError> {
    let webhook = get(tx, ctx, id)?;
    if webhook.disabled_at.is_some() {
        let detail = "The webhook is disabled; enable it first.";
        return Err(AppError::new(Code::StateConflict, detail));
    }
    let queued = tx.queue_dead(id, seq, MAX_REPEATED)?;
    if queued == 0 {
        if seq.is_some() {
            return Err(AppError::not_found("dead letter of this webhook"));
        }
        return Ok(0);
    }
    tx.save_webhook(&Webhook { repeating: true, ..webhook })?;
    record(tx, ctx, "webhook.redelivered", id.to_string(), None, json!({"event": seq, "queued": queued}))?;
    Ok(queued)
}

/// Has a subscription go on where it was disabled, or tried at once if it waits.
pub fn enable(tx: &mut dyn Tx, ctx: &Ctx, id: WebhookId) -> Result<Webhook, AppError> {
    let webhook = get(tx, ctx, id)?;
    let was = json!({"disabled_at": webhook.disabled_at, "disabled_reason": webhook.disabled_reason});
    let next = Webhook {
        next_at: Some(ctx.now),
        failing_since: None,
        disabled_at: None,
        disabled_reason: None,
        ..webhook
    };
    tx.save_webhook(&next)?;
    record(tx, ctx, "webhook.enabled", id.to_string(), None, was)?;
    Ok(next)
}

/// A secret for a subscription that has one, sealed by the courier.
#[derive(Debug, Clone)]
pub struct Rotation {
    /// The sealed secret.
    pub secret: String,
    /// For how many hours the one before signs as well.
    pub overlap_hours: i64,
}

/// Gives a subscription another secret. Both sign until the overlap is over, so that receivers can change in their own time;
/// of two rotations within it, the secret before the last alone goes on.
pub fn rotate(tx: &mut dyn Tx, ctx: &Ctx, id: WebhookId, new: &Rotation) -> Result<Webhook, AppError> {
    let webhook = get(tx, ctx, id)?;
    let until = ctx.now.plus_hours(new.overlap_hours);
    let previous = Previous { secret: webhook.secret.clone(), until };
    let previous = Some(previous).filter(|_| new.overlap_hours > 0);
    let next = Webhook { secret: new.secret.clone(), previous, ..webhook };
    tx.save_webhook(&next)?;
    let detail = json!({"overlap_hours": new.overlap_hours, "previous_until": next.previous.as_ref().map(|p| p.until)});
    record(tx, ctx, "webhook.rotated", id.to_string(), None, detail)?;
    Ok(next)
}

/// All there are.
fn all(tx: &mut dyn Tx) -> Result<Vec<Webhook>, AppError> {
    let page = Page { per_page: u32::try_from(MAX_WEBHOOKS).unwrap_or(u32::MAX), ..Page::FIRST };
    Ok(tx.list_webhooks(&page)?.rows)
}

/// Forgets secrets that do not sign any more at `now`.
pub fn forget_secrets(tx: &mut dyn Tx, now: Timestamp) -> Result<(), AppError> {
    let over = |w: &Webhook| w.previous.as_ref().is_some_and(|p| p.until <= now);
    for webhook in all(tx)?.into_iter().filter(over) {
        if let Some(webhook) = tx.webhook(webhook.id)?.filter(over) {
            tx.save_webhook(&Webhook { previous: None, ..webhook })?;
        }
    }
    Ok(())
}

/// Forgets deliveries that were made a week ago and dead letters a month old, at most `limit` of each subscription; says
/// how many of one at most.
pub fn forget_old(tx: &mut dyn Tx, made: Timestamp, dead: Timestamp, limit: u32) -> Result<usize, AppError> {
    let mut most = 0;
    for webhook in all(tx)? {
        most = most.max(tx.forget_deliveries(webhook.id, DeliveryState::Delivered, made, limit)?);
        most = most.max(tx.forget_deliveries(webhook.id, DeliveryState::Dead, dead, limit)?);
    }
    Ok(most)
}
