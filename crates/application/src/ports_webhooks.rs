//! Ports of events that go out: the outbox, subscriptions with what became of their deliveries, and who carries them.

use crate::events::{Audience, EventFilter, TypePattern};
use crate::ports::{Answered, AuditEntry};
use probatum_kernel::{Actor, Cursor, Page, Timestamp, Total, WebhookId};
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// The outbox, read in order. Its numbers are those of the audit log; each names the entry that has the words. An entry
/// MUST become visible only after all with lower numbers are.
pub trait EventRows {
    /// The lowest number that is kept, or the one after `newest` if none is, and the newest number given out.
    fn outbox_span(&mut self) -> Answered<(i64, i64)>;
    /// Numbers and types after `after`, in order, at most `limit`.
    fn outbox_types(&mut self, after: i64, limit: u32) -> Answered<Vec<(i64, String)>>;
    /// The entries after `after`, in order, at most `limit`.
    fn outbox_after(&mut self, after: i64, limit: u32) -> Answered<Vec<AuditEntry>>;
    /// An entry by its number.
    fn event(&mut self, seq: i64) -> Answered<Option<AuditEntry>>;
}

/// A subscription: what goes where, and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Its id.
    pub id: WebhookId,
    /// Where to.
    pub url: String,
    /// What; at least one.
    pub types: Vec<TypePattern>,
    /// How much of it.
    pub audience: Audience,
    /// What it is for, in words.
    pub description: Option<String>,
    /// The secret, sealed: the database alone does not give it away.
    pub secret: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: Actor,
    /// Every event up to this number is done with: delivered, not wanted, or a dead letter.
    pub position: i64,
    /// When it may be tried next; `None` once it is disabled.
    pub next_at: Option<Timestamp>,
    /// Until when somebody is at it.
    pub lease_until: Option<Timestamp>,
    /// How often it was claimed, which tells claims apart.
    pub claims: i64,
    /// Whether deliveries wait to be repeated.
    pub repeating: bool,
    /// How many events it wanted and would have heard were passed over because the outbox did not keep them any more.
    pub missed: i64,
    /// Since when nothing was delivered, though something was tried.
    pub failing_since: Option<Timestamp>,
    /// Why the last attempt failed, if it did.
    pub last_error: Option<String>,
    /// When something was delivered last.
    pub delivered_at: Option<Timestamp>,
    /// When it was disabled.
    pub disabled_at: Option<Timestamp>,
    /// Why.
    pub disabled_reason: Option<String>,
    /// The secret before this one, as long as it signs, too.
    pub previous: Option<Previous>,
}

/// A secret that was replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Previous {
    /// It, sealed.
    pub secret: String,
    /// Until when it still signs beside the new one.
    pub until: Timestamp,
}

impl Webhook {
    /// What it wants.
    pub fn filter(&self) -> EventFilter {
        EventFilter { types: self.types.clone(), incident: None }
    }
}

probatum_kernel::vocabulary! {
    /// Where the delivery of one event stands.
    pub enum DeliveryState("delivery state") {
        /// It failed and is tried again.
        Retrying = "retrying",
        /// The receiver took it.
        Delivered = "delivered",
        /// It was given up.
        Dead = "dead",
        /// It was given up and shall be tried once more.
        Queued = "queued",
    }
}

/// One event for one subscription, as far as it was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// For whom.
    pub webhook: WebhookId,
    /// Which event.
    pub seq: i64,
    /// Of which type.
    pub topic: String,
    /// Where it stands.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: i32,
    /// What the receiver answered last, if it answered.
    pub status: Option<u16>,
    /// Why the last attempt failed, if it did.
    pub error: Option<String>,
    /// When it was tried last.
    pub tried_at: Timestamp,
    /// When it is tried again.
    pub next_at: Option<Timestamp>,
}

/// A page of subscriptions.
#[derive(Debug, Clone)]
pub struct WebhookList {
    /// The rows, newest first.
    pub rows: Vec<Webhook>,
    /// How many there are.
    pub total: Total,
    /// Where the next page begins.
    pub next: Option<Cursor>,
}

/// A page of deliveries.
#[derive(Debug, Clone)]
pub struct DeliveryList {
    /// The rows, newest event first.
    pub rows: Vec<Delivery>,
    /// How many there are.
    pub total: Total,
    /// Where the next page begins.
    pub next: Option<Cursor>,
}

/// Rows of subscriptions.
pub trait WebhookRows {
    /// Inserts a subscription.
    fn insert_webhook(&mut self, webhook: &Webhook) -> Answered<()>;
    /// Reads one. In a writing transaction nobody else changes it until the end.
    fn webhook(&mut self, id: WebhookId) -> Answered<Option<Webhook>>;
    /// Saves how far one has come, and its secrets; what it sends where never changes.
    fn save_webhook(&mut self, webhook: &Webhook) -> Answered<()>;
    /// Deletes one with its deliveries; says whether there was one.
    fn delete_webhook(&mut self, id: WebhookId) -> Answered<bool>;
    /// A page of them, newest first.
    fn list_webhooks(&mut self, page: &Page) -> Answered<WebhookList>;
    /// How many there are.
    fn count_webhooks(&mut self) -> Answered<i64>;
    /// Nobody else makes one until the end of the transaction.
    fn lock_webhooks(&mut self) -> Answered<()>;
    /// Those that are not disabled, at most `limit`.
    fn active_webhooks(&mut self, limit: u32) -> Answered<Vec<Webhook>>;
}

/// Rows of deliveries.
pub trait DeliveryRows {
    /// Inserts a delivery, or puts it in the place of the one of the same event.
    fn save_delivery(&mut self, delivery: &Delivery) -> Answered<()>;
    /// Reads one.
    fn delivery(&mut self, webhook: WebhookId, seq: i64) -> Answered<Option<Delivery>>;
    /// A page of them, newest event first.
    fn list_deliveries(
        &mut self,
        webhook: WebhookId,
        state: Option<DeliveryState>,
        page: &Page,
    ) -> Answered<DeliveryList>;
    /// The one of the lowest number that is queued.
    fn queued_delivery(&mut self, webhook: WebhookId) -> Answered<Option<Delivery>>;
    /// Queues dead ones: that of event `seq`, or the oldest, at most `limit`; says how many.
    fn queue_dead(&mut self, webhook: WebhookId, seq: Option<i64>, limit: u32) -> Answered<usize>;
    /// Forgets those in this state last tried before `before`, the oldest events first, at most `limit`; says how many.
    fn forget_deliveries(
        &mut self,
        webhook: WebhookId,
        state: DeliveryState,
        before: Timestamp,
        limit: u32,
    ) -> Answered<usize>;
}

/// One event on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// For whom.
    pub webhook: WebhookId,
    /// Where to.
    pub url: String,
    /// The sealed secret.
    pub secret: String,
    /// The sealed secret before it, if that may still sign.
    pub previous: Option<Previous>,
    /// The `webhook-id`: the same each time this event goes to this subscription.
    pub id: String,
    /// The event as JSON.
    pub body: String,
}

/// Why an event was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undelivered {
    /// What the receiver answered, if it did.
    pub status: Option<u16>,
    /// In words for people, without anything the receiver said.
    pub reason: String,
    /// How long the receiver asks to be left alone.
    pub retry_after: Option<Duration>,
}

/// A delivery under way: the status of the answer that took it.
pub type Delivering<'a> = Pin<Box<dyn Future<Output = Result<u16, Undelivered>> + Send + 'a>>;

/// Who carries events to subscribers, and alone knows their secrets.
pub trait Courier: Send + Sync {
    /// Whether an address may be called, as far as can be told without resolving it; else a sentence that says why not.
    fn check(&self, url: &str) -> Result<(), String>;
    /// Seals the secret of a subscription: the one given (`whsec_…`; else a sentence that says what it should be), or a
    /// new one of 256 random bits. What is sealed for one subscription MUST NOT open for another.
    fn seal(&self, webhook: WebhookId, given: Option<&str>) -> Result<String, String>;
    /// The secret that was sealed, as `whsec_…`.
    fn open(&self, webhook: WebhookId, sealed: &str) -> Answered<String>;
    /// Signs (Standard Webhooks 1.0.0), with the secret before as well as long as that holds, and sends; MUST end within
    /// 20 seconds.
    fn deliver(&self, parcel: Parcel) -> Delivering<'_>;
}
