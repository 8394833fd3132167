//! What has served its time goes: stored answers, outbox rows and deliveries after a week, dead letters and what the intake
//! kept of deliveries given up after a month, and content nothing refers to.

use crate::error::AppError;
use crate::ports::{Blobs, Executor, Tx};
use crate::use_cases::webhooks;
use probatum_kernel::Timestamp;

/// The name of the recurring job that forgets answers and outbox rows.
pub const SWEEP: &str = "housekeeping";
/// The name of the recurring job that deletes content nothing refers to.
pub const DISCARD: &str = "discard-content";
/// Every recurring job, with the minutes between two runs.
pub const RECURRING: &[(&str, i64)] = &[(SWEEP, 60), (DISCARD, 1)];

/// How long answers and outbox rows are kept, in hours.
const KEPT_HOURS: i64 = 7 * 24;
/// How long dead letters are kept, in hours.
const DEAD_HOURS: i64 = 30 * 24;
/// How long a settled delivery to the intake keeps content that is nobody's evidence, in hours.
const CONTENT_HOURS: i64 = 30 * 24;
/// How many rows go in one transaction, so that writers never wait long.
const BATCH: u32 = 2_000;

/// Deletes one batch; says whether there may be more.
pub fn sweep(tx: &mut dyn Tx, now: Timestamp) -> Result<bool, AppError> {
    let before = now.plus_hours(-KEPT_HOURS);
    if let Some(upto) = tx.old_outbox(before, BATCH)? {
        webhooks::running::pass_over(tx, upto)?;
    }
    webhooks::forget_secrets(tx, now)?;
    let gone = tx.forget_answers(before, BATCH)?.max(tx.forget_outbox(before, BATCH)?);
    let gone = gone.max(webhooks::forget_old(tx, before, now.plus_hours(-DEAD_HOURS), BATCH)?);
    let gone = gone.max(tx.forget_content(now.plus_hours(-CONTENT_HOURS), now, BATCH)?);
    Ok(gone >= usize::try_from(BATCH).unwrap_or(usize::MAX))
}

/// Deletes content that was noted for it: first the content, then the note, so that a crash between only repeats.
pub async fn discard(store: &dyn Executor, blobs: &dyn Blobs) -> Result<(), AppError> {
    loop {
        let keys = store.reading(|tx| tx.discarded_blobs(100)).await?;
        if keys.is_empty() {
            return Ok(());
        }
        for key in keys {
            let asked = key.clone();
            // Content may belong to several items: it goes with the last of them.
            if store.writing(move |tx| tx.spare_blob(&asked)).await? {
                continue;
            }
            blobs.delete(key.clone()).await?;
            store.writing(move |tx| tx.forget_blob(&key)).await?;
        }
    }
}
