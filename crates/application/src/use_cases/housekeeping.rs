//! What has served its time goes: stored answers and outbox rows after a week.

use crate::error::AppError;
use crate::ports::Tx;
use probatum_kernel::Timestamp;

/// The name of the recurring job.
pub const JOB: &str = "housekeeping";
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
