//! Webhook subscriptions and their deliveries on the wire.

use super::{incomplete, present};
use crate::vocabulary;
use probatum_application::AppError;
use probatum_application::events::Audience;
use probatum_application::ports::{Courier, Delivery, DeliveryState, Undelivered, Webhook};
use probatum_application::use_cases::webhooks::{
    MAX_DESCRIPTION, NewWebhook, OVERLAP_HOURS, Rotation, patterns,
};
use probatum_kernel::{FieldFault, Timestamp, WebhookId, check_line};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// A subscription to be made.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateWebhook {
    /// Where events go, by POST. https, and a host of the setting `outbound_hosts`.
    #[validate(required)]
    #[schema(required = true, value_type = String, max_length = 2000)]
    url: Option<String>,
    /// Which events: `incident.created`, all of a thing `incident.*`, all `*`. Each must be for the ears of the audience.
    #[validate(required)]
    #[schema(required = true, value_type = Vec<String>, min_items = 1, max_items = 50)]
    types: Option<Vec<String>>,
    /// How much of them; default viewer.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<vocabulary::Audience>)]
    audience: Option<Audience>,
    /// What signs them: `whsec_` and 24 to 64 bytes in base64. Left out, one is made.
    secret: Option<String>,
    /// What it is for.
    #[schema(max_length = 500)]
    description: Option<String>,
}

impl CreateWebhook {
    /// The command: the address judged, the secret sealed.
    pub fn command(self, id: WebhookId, courier: &dyn Courier) -> Result<NewWebhook, AppError> {
        let mut faults = Vec::new();
        let mut fault = |field: &str, why: String| faults.push(FieldFault::new(field, "invalid", why));
        if let Some(Err(why)) = self.url.as_deref().map(|url| courier.check(url)) {
            fault("url", why);
        }
        if let Some(Err(why)) = self.description.as_deref().map(|d| check_line(d, MAX_DESCRIPTION)) {
            fault("description", why.to_string());
        }
        let sealed = courier.seal(id, self.secret.as_deref());
        if let Err(why) = &sealed {
            fault("secret", why.clone());
        }
        let audience = self.audience.unwrap_or(Audience::Viewer);
        let types = self.types.as_deref().map(|types| patterns(types, audience)).transpose();
        let types = types.unwrap_or_else(|e| {
            faults.extend(e.fields);
            None
        });
        if !faults.is_empty() {
            return Err(AppError::invalid_fields(faults));
        }
        let (Some(url), Some(types), Ok(secret)) = (self.url, types, sealed) else {
            return Err(incomplete());
        };
        Ok(NewWebhook { id, url, types, audience, description: self.description, secret })
    }
}

/// Another secret.
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RotateWebhook {
    /// What signs from now on: `whsec_` and 24 to 64 bytes in base64. Left out, one is made.
    secret: Option<String>,
    /// For how many hours the secret before signs as well; default 24.
    #[validate(range(min = 0, max = 168))]
    #[schema(minimum = 0, maximum = 168)]
    overlap_hours: Option<i64>,
}

impl RotateWebhook {
    /// The command: the secret sealed.
    pub fn command(self, id: WebhookId, courier: &dyn Courier) -> Result<Rotation, AppError> {
        let secret = courier.seal(id, self.secret.as_deref());
        let secret = secret.map_err(|why| AppError::invalid("secret", "invalid", why))?;
        Ok(Rotation { secret, overlap_hours: self.overlap_hours.unwrap_or(OVERLAP_HOURS) })
    }
}

/// A subscription.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Webhook)]
pub struct WebhookView {
    #[schema(value_type = String, example = "wh-0198f1c29a7b7c3e9d5f6a7b8c9d0e1f")]
    id: WebhookId,
    url: String,
    types: Vec<String>,
    #[schema(value_type = vocabulary::Audience)]
    audience: Audience,
    description: Option<String>,
    /// Whether events are delivered.
    active: bool,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(example = "admin:admin")]
    created_by: String,
    /// Every event up to this id is done with: delivered, not wanted, or a dead letter.
    position: i64,
    /// How many events of these types and for this audience were passed over because they were older than what is kept.
    missed: i64,
    /// When it is tried next, if it waits after a failure.
    #[schema(value_type = Option<String>, format = DateTime)]
    next_try_at: Option<Timestamp>,
    /// Since when every attempt has failed.
    #[schema(value_type = Option<String>, format = DateTime)]
    failing_since: Option<Timestamp>,
    last_error: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    delivered_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    disabled_at: Option<Timestamp>,
    disabled_reason: Option<String>,
    /// Until when the secret before the last rotation signs as well.
    #[schema(value_type = Option<String>, format = DateTime)]
    previous_secret_until: Option<Timestamp>,
    /// The secret that signs: in the answer to its creation or rotation, and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    secret: Option<String>,
}

impl From<Webhook> for WebhookView {
    fn from(w: Webhook) -> Self {
        Self {
            id: w.id,
            url: w.url,
            types: w.types.iter().map(ToString::to_string).collect(),
            audience: w.audience,
            description: w.description,
            active: w.disabled_at.is_none(),
            created_at: w.created_at,
            created_by: w.created_by.to_string(),
            position: w.position,
            missed: w.missed,
            next_try_at: w.next_at.filter(|_| w.last_error.is_some()),
            failing_since: w.failing_since,
            last_error: w.last_error,
            delivered_at: w.delivered_at,
            disabled_at: w.disabled_at,
            disabled_reason: w.disabled_reason,
            previous_secret_until: w.previous.map(|p| p.until),
            secret: None,
        }
    }
}

/// What became of one event.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookDelivery)]
pub struct DeliveryView {
    /// The id of the event.
    event: i64,
    #[serde(rename = "type")]
    #[schema(example = "incident.created")]
    kind: String,
    #[schema(value_type = vocabulary::WebhookDeliveryState)]
    state: DeliveryState,
    attempts: i32,
    /// What the receiver answered last.
    status: Option<u16>,
    last_error: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    tried_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    next_try_at: Option<Timestamp>,
}

impl From<Delivery> for DeliveryView {
    fn from(d: Delivery) -> Self {
        Self {
            event: d.seq,
            kind: d.topic,
            state: d.state,
            attempts: d.attempts,
            status: d.status,
            last_error: d.error,
            tried_at: d.tried_at,
            next_try_at: d.next_at,
        }
    }
}

/// Which dead letters to try again.
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Redeliver {
    /// The id of one event. Left out, all, at most a thousand.
    #[validate(range(min = 1, max = 9_007_199_254_740_991i64))]
    #[schema(minimum = 1)]
    pub event: Option<i64>,
}

/// How many dead letters are tried again.
#[derive(Debug, Serialize, ToSchema)]
pub struct Redelivered {
    /// So many.
    pub queued: usize,
}

/// What came of a test.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookTest)]
pub struct TestView {
    /// Whether the receiver took it.
    delivered: bool,
    /// What it answered.
    status: Option<u16>,
    /// Why it did not take it.
    error: Option<String>,
}

impl From<Result<u16, Undelivered>> for TestView {
    fn from(outcome: Result<u16, Undelivered>) -> Self {
        match outcome {
            Ok(status) => Self { delivered: true, status: Some(status), error: None },
            Err(e) => Self { delivered: false, status: e.status, error: Some(e.reason) },
        }
    }
}
