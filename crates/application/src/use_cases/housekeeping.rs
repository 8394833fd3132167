//! What has served its time goes: stored answers and outbox rows after a week, and content nothing refers to.

use crate::error::AppError;
use crate::ports::{Blobs, Executor, Tx};
use probatum_kernel::Timestamp;

/// The name of the recurring job that forgets answers and outbox rows.
pub const SWEEP: &str = "housekeeping";
/// The name of the recurring job that deletes content nothing refers to.
pub const DISCARD: &str = "discard-content";
/// Every recurring job, with the minutes between two runs.
pub const RECURRING: &[(&str, i64)] = &[(SWEEP, 60), (DISCARD, 1)];

/// How long answers and outbox rows are kept, in hours.
const KEPT_HOURS: i64 = 7 * 24;
/// How many rows go in one transaction, so that writers never wait long.
const BATCH: u32 = 2_000;

/// Deletes one batch; says whether there may be more.
pub fn sweep(tx: &mut dyn Tx, now: Timestamp) -> Result<bool, AppError> {
    let before = now.plus_hours(-KEPT_HOURS);
    let gone = tx.forget_answers(before, BATCH)?.max(tx.forget_outbox(before, BATCH)?);
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
