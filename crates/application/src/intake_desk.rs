//! The intake desk: claims deliveries, reads them between transactions, and has them worked through step by step.

use crate::error::AppError;
use crate::intake::{Backlog, Intake, IntakeKind};
use crate::ports::{Blobs, Clock, Executor, Later, Tx};
use crate::use_cases::intake::{self, Outcome};
use crate::use_cases::log_intake;
use futures_util::StreamExt;
use probatum_evidence::Sha256Hex;
use probatum_intake::{Batch, MAX_BATCH_BYTES};
use probatum_kernel::{Kind, Timestamp};
use std::sync::{Arc, Mutex, PoisonError};

/// How long a claim holds, in milliseconds: longer than reading a delivery and any one step take. Each step renews it.
const LEASE_MS: i64 = 30_000;
/// How often a delivery is claimed before it is given up.
const MAX_ATTEMPTS: u32 = 20;
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
        if claimed.attempts > MAX_ATTEMPTS {
            self.give_up(claimed, "It failed again and again; the log has why.").await?;
            return Ok(Some(()));
        }
        let mut held = claimed;
        if let Err(e) = self.through(&mut held, stop, worked).await {
            let cause = e.cause.clone().unwrap_or_default();
            tracing::warn!(intake = %held.id, attempts = held.attempts, error = %e, cause, "a delivery is left for later");
            self.put_back(held).await?;
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
        let Some(bytes) = self.content(held).await? else {
            return self.give_up(held.clone(), "Its content is not what came in, or is gone.").await;
        };
        let batch = Arc::new(self.read(bytes, held).await?);
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

    /// The content, if it is what came in.
    async fn content(&self, of: &Intake) -> Result<Option<Vec<u8>>, AppError> {
        let Some(key) = of.blob.clone() else { return Ok(None) };
        let Some((_, mut chunks)) = self.blobs.open(key).await? else { return Ok(None) };
        let mut bytes = Vec::new();
        while let Some(chunk) = chunks.next().await {
            bytes.extend_from_slice(&chunk?);
            if bytes.len() > MAX_BATCH_BYTES {
                return Ok(None);
            }
        }
        Ok(Some(bytes))
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

    /// Settles a delivery as it stands; what it did so far remains, and so does its content.
    async fn give_up(&self, of: Intake, reason: &str) -> Result<(), AppError> {
        tracing::error!(intake = %of.id, reason, "a delivery was given up");
        let (clock, reason) = (self.clock.clone(), reason.to_owned());
        let work = move |tx: &mut dyn Tx| {
            let ctx = intake::on_behalf(&of, clock.now());
            let outcome = Outcome {
                accepted: of.accepted,
                rejected: of.events.saturating_sub(of.accepted),
                faults: of.faults.clone(),
                reason: Some(reason.clone()),
            };
            intake::finish(tx, &ctx, &of, &outcome).map(|_| ())
        };
        self.store.writing(work).await
    }

    /// Lets somebody take it up again after a pause that grows. A claim that was taken over meanwhile is left alone.
    async fn put_back(&self, of: Intake) -> Result<(), AppError> {
        let later: Timestamp = self.clock.now().plus_millis(pause_ms(of.attempts));
        let next = Intake { wake_at: Some(later), ..of.clone() };
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
