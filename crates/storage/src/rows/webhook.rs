//! The rows of webhook subscriptions and of their deliveries.

use super::{json, small, to_json, word};
use crate::schema::{webhook_deliveries, webhooks};
use crate::types::{DbId, DbTime};
use diesel::prelude::*;
use probatum_application::AppError;
use probatum_application::ports::{Delivery, Previous, Webhook};
use probatum_kernel::WebhookId;

/// A row of `webhooks`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = webhooks, treat_none_as_null = true)]
pub struct WebhookRow {
    id: DbId,
    url: String,
    types: String,
    audience: String,
    description: Option<String>,
    secret: String,
    created_at: DbTime,
    created_by: String,
    position: i64,
    next_at: Option<DbTime>,
    lease_until: Option<DbTime>,
    claims: i64,
    repeating: bool,
    missed: i64,
    failing_since: Option<DbTime>,
    last_error: Option<String>,
    delivered_at: Option<DbTime>,
    disabled_at: Option<DbTime>,
    disabled_reason: Option<String>,
    previous_secret: Option<String>,
    previous_until: Option<DbTime>,
}

impl WebhookRow {
    /// The row of a subscription.
    pub fn of(w: &Webhook) -> Result<Self, AppError> {
        let types: Vec<String> = w.types.iter().map(ToString::to_string).collect();
        Ok(Self {
            id: DbId(w.id.uuid()),
            url: w.url.clone(),
            types: to_json(&types)?,
            audience: w.audience.to_string(),
            description: w.description.clone(),
            secret: w.secret.clone(),
            created_at: w.created_at.into(),
            created_by: w.created_by.to_string(),
            position: w.position,
            next_at: w.next_at.map(DbTime),
            lease_until: w.lease_until.map(DbTime),
            claims: w.claims,
            repeating: w.repeating,
            missed: w.missed,
            failing_since: w.failing_since.map(DbTime),
            last_error: w.last_error.clone(),
            delivered_at: w.delivered_at.map(DbTime),
            disabled_at: w.disabled_at.map(DbTime),
            disabled_reason: w.disabled_reason.clone(),
            previous_secret: w.previous.as_ref().map(|p| p.secret.clone()),
            previous_until: w.previous.as_ref().map(|p| DbTime(p.until)),
        })
    }

    /// The subscription of the row. A type that no version of the program knows any more is left out: it never comes.
    pub fn webhook(self) -> Result<Webhook, AppError> {
        let types: Vec<String> = json("types", &self.types)?;
        let previous = self.previous_secret.zip(self.previous_until);
        Ok(Webhook {
            id: WebhookId::from_uuid(self.id.0),
            url: self.url,
            types: types.iter().filter_map(|t| t.parse().ok()).collect(),
            audience: word("audience", &self.audience)?,
            description: self.description,
            secret: self.secret,
            created_at: self.created_at.0,
            created_by: word("created_by", &self.created_by)?,
            position: self.position,
            next_at: self.next_at.map(|t| t.0),
            lease_until: self.lease_until.map(|t| t.0),
            claims: self.claims,
            repeating: self.repeating,
            missed: self.missed,
            failing_since: self.failing_since.map(|t| t.0),
            last_error: self.last_error,
            delivered_at: self.delivered_at.map(|t| t.0),
            disabled_at: self.disabled_at.map(|t| t.0),
            disabled_reason: self.disabled_reason,
            previous: previous.map(|(secret, until)| Previous { secret, until: until.0 }),
        })
    }
}

/// A row of `webhook_deliveries`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = webhook_deliveries, primary_key(webhook_id, seq), treat_none_as_null = true)]
pub struct DeliveryRow {
    webhook_id: DbId,
    seq: i64,
    topic: String,
    state: String,
    attempts: i32,
    status: Option<i32>,
    error: Option<String>,
    tried_at: DbTime,
    next_at: Option<DbTime>,
}

impl DeliveryRow {
    /// The row of a delivery.
    pub fn of(d: &Delivery) -> Self {
        Self {
            webhook_id: DbId(d.webhook.uuid()),
            seq: d.seq,
            topic: d.topic.clone(),
            state: d.state.to_string(),
            attempts: d.attempts,
            status: d.status.map(i32::from),
            error: d.error.clone(),
            tried_at: d.tried_at.into(),
            next_at: d.next_at.map(DbTime),
        }
    }

    /// The delivery of the row.
    pub fn delivery(self) -> Result<Delivery, AppError> {
        Ok(Delivery {
            webhook: WebhookId::from_uuid(self.webhook_id.0),
            seq: self.seq,
            topic: self.topic,
            state: word("state", &self.state)?,
            attempts: self.attempts,
            status: self.status.map(|s| small("status", s)).transpose()?,
            error: self.error,
            tried_at: self.tried_at.0,
            next_at: self.next_at.map(|t| t.0),
        })
    }
}
