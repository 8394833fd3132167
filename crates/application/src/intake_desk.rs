//! The intake desk: claims deliveries, reads them between transactions, and has them worked through step by step.

use crate::ctx::{Ctx, Principal};
use crate::error::AppError;
use crate::intake::{Backlog, Intake, IntakeKind};
use crate::ports::{Blobs, Clock, Executor, Later, Tx};
use crate::use_cases::{intake, log_intake};
use futures_util::StreamExt;
use probatum_evidence::Sha256Hex;
use probatum_intake::{Batch, MAX_BATCH_BYTES};
use probatum_kernel::{Kind, Timestamp};
use std::sync::{Arc, Mutex, PoisonError};

/// How long a claim holds, in milliseconds: longer than reading a delivery and any one step take. Each step renews it.
const LEASE_MS: i64 = 30_000;
/// How often a delivery is claimed before it is given up. Claims that end because something is away do not count.
const MAX_ATTEMPTS: u32 = 20;
/// For how long a delivery waits for what is away, its content above all, before it is given up: a long weekend.
const PATIENCE_HOURS: i64 = 72;
/// The longest pause before a delivery that failed is taken up again, in milliseconds.
const LONGEST_PAUSE_MS: i64 = 60_000;

/// Work that takes processor time, run where it blocks nobody.
pub type Offload = fn(Box<dyn FnOnce() + Send>) -> Later<'static, ()>;

/// Everything that working through deliveries needs.
#[derive(Clone)]
pub struct IntakeDesk {
    /// The door to transactions.
    pub store: Arc<dyn Executor>,
    /// The content of deliveries.
    pub blobs: Arc<dyn Blobs>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Where content is read.
    pub offload: Offload,
}

/// What was worked through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Worked {
    /// Events that were counted.
    pub accepted: u32,
    /// Events that were not taken.
    pub rejected: u32,
}

impl IntakeDesk {
    /// What is under way.
    pub async fn backlog(&self) -> Result<Backlog, AppError> {
        self.store.reading(|tx| tx.intake_backlog()).await
    }

    /// Works through the delivery that is due longest; `None` if there is none. Told to `stop`, it hands the delivery back
    /// after the step under way. `worked` hears of each step that is durable.
    pub async fn work(
        &self,
        stop: impl Fn() -> bool,
        worked: impl Fn(Worked),
    ) -> Result<Option<()>, AppError> {
        let now = self.clock.now();
        if !self.store.reading(move |tx| tx.intake_is_due(now)).await? {
            return Ok(None);
        }
        let clock = self.clock.clone();
        let claim = move |tx: &mut dyn Tx| {
            let now = clock.now();
            tx.claim_intake(now, now.plus_millis(LEASE_MS))
        };
        let Some(claimed) = self.store.writing(claim).await? else { return Ok(None) };
        if claimed.attempts.saturating_sub(claimed.forgiven) > MAX_ATTEMPTS {
            self.give_up(claimed, "It failed again and again; the log has why.").await?;
            return Ok(Some(()));
        }
        let mut held = claimed;
        if let Err(e) = self.through(&mut held, stop, worked).await {
            let cause = e.cause.clone().unwrap_or_default();
            tracing::warn!(intake = %held.id, attempts = held.attempts, error = %e, cause, "a delivery is left for later");
            self.left(held, matches!(e.code.kind(), Kind::Unavailable)).await?;
        }
        Ok(Some(()))
    }

    /// Works through a claimed delivery; `held` is always as it is in the database.
    async fn through(
        &self,
        held: &mut Intake,
        stop: impl Fn() -> bool,
        worked: impl Fn(Worked),
    ) -> Result<(), AppError> {
        if held.kind != IntakeKind::Log {
            return self.give_up(held.clone(), "Nothing here works through this kind.").await;
        }
        let batch = Arc::new(self.read(self.content(held).await?, held).await?);
        while held.finished_at.is_none() {
            if stop() {
                let (now, before) = (self.clock.now(), held.clone());
                let next = Intake { wake_at: Some(now), ..before.clone() };
                self.store.writing(move |tx| tx.save_intake(&before, &next)).await?;
                return Ok(());
            }
            let (before, batch, clock) = (held.clone(), batch.clone(), self.clock.clone());
            let step = move |tx: &mut dyn Tx| {
                let now = clock.now();
                log_intake::step(tx, now, &before, &batch, now.plus_millis(LEASE_MS))
            };
            let next = self.store.writing(step).await?;
            worked(Worked {
                accepted: next.accepted.saturating_sub(held.accepted),
                rejected: next.rejected.saturating_sub(held.rejected),
            });
            *held = next;
        }
        Ok(())
    }

    /// The content. It was synced before the delivery was acknowledged: where it is not found, the store is not whole (a
    /// folder that is not mounted yet, or not shared), and it is waited for.
    async fn content(&self, of: &Intake) -> Result<Vec<u8>, AppError> {
        let key = of.blob.clone().ok_or_else(|| AppError::internal("a log delivery has no content"))?;
        let found = self.blobs.open(key).await?;
        let found = found.ok_or_else(|| AppError::unavailable("its content is not in the blob store"));
        let (_, mut chunks) = found?;
        let mut bytes = Vec::new();
        while let Some(chunk) = chunks.next().await {
            bytes.extend_from_slice(&chunk?);
            if bytes.len() > MAX_BATCH_BYTES {
                return Err(AppError::internal("the content of a delivery is larger than what came in"));
            }
        }
        Ok(bytes)
    }

    async fn read(&self, bytes: Vec<u8>, of: &Intake) -> Result<Batch, AppError> {
        let done: Arc<Mutex<Option<Batch>>> = Arc::default();
        let (slot, media_type, received_at) = (done.clone(), of.media_type.clone(), of.received_at);
        let (hash, id) = (of.hash.clone(), of.id);
        (self.offload)(Box::new(move || {
            if Sha256Hex::of(&bytes) != hash {
                tracing::error!(intake = %id, "the content of a delivery is not what came in");
                return;
            }
            let batch = Batch::read(&bytes, media_type.as_deref(), received_at);
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(batch);
        }))
        .await?;
        let batch = done.lock().unwrap_or_else(PoisonError::into_inner).take();
        batch.ok_or_else(|| AppError::internal("the content of a delivery could not be read"))
    }

    /// Leaves a delivery for later; gives it up if what it waits for has been away for too long.
    async fn left(&self, of: Intake, away: bool) -> Result<(), AppError> {
        let since = of.retried_at.unwrap_or(of.received_at);
        if away && self.clock.now() > since.plus_hours(PATIENCE_HOURS) {
            return self.give_up(of, "Its content could not be read for three days; the log has why.").await;
        }
        self.put_back(of, away).await
    }

    /// Settles a delivery as it stands; what it did so far remains, and so does its content.
    async fn give_up(&self, of: Intake, reason: &str) -> Result<(), AppError> {
        tracing::error!(intake = %of.id, reason, "a delivery was given up");
        let (clock, reason) = (self.clock.clone(), reason.to_owned());
        let work = move |tx: &mut dyn Tx| {
            let (now, request_id) = (clock.now().max(of.received_at), of.request_id.clone());
            let ctx = Ctx { principal: Principal::system("intake"), now, request_id };
            intake::give_up(tx, &ctx, &of, &reason)
        };
        self.store.writing(work).await
    }

    /// Lets somebody take it up again after a pause that grows; what was `away` is no fault of the delivery's. A claim that
    /// was taken over meanwhile is left alone.
    async fn put_back(&self, of: Intake, away: bool) -> Result<(), AppError> {
        let later: Timestamp = self.clock.now().plus_millis(pause_ms(of.attempts));
        let forgiven = of.forgiven.saturating_add(u32::from(away));
        let next = Intake { wake_at: Some(later), forgiven, ..of.clone() };
        match self.store.writing(move |tx| tx.save_intake(&of, &next)).await {
            // The database is away: the lease runs out by itself.
            Err(e) if matches!(e.code.kind(), Kind::Unavailable) => Ok(()),
            other => other.map(|_| ()),
        }
    }
}

/// 1 s, 2 s, 4 s, … up to a minute.
fn pause_ms(attempts: u32) -> i64 {
    1_000i64.saturating_mul(1 << attempts.saturating_sub(1).min(10)).min(LONGEST_PAUSE_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_a_minute() {
        assert_eq!([1, 2, 3, 7, 100].map(pause_ms), [1_000, 2_000, 4_000, 60_000, 60_000]);
    }
}
