//! Background work: the job loop claims what is due, with a lease, and puts it back for the next time.

use crate::SystemClock;
use probatum_application::AppError;
use probatum_application::ports::{Clock, Executor, Job};
use probatum_application::use_cases::housekeeping;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// How often the loop looks.
const EVERY: Duration = Duration::from_secs(30);
/// How long a claim holds: longer than any single job takes.
const LEASE_MS: i64 = 5 * 60 * 1000;
/// How long until a recurring job runs again.
const AGAIN_HOURS: i64 = 1;

/// Runs until `stop` says so.
pub async fn jobs(store: Arc<dyn Executor>, mut stop: watch::Receiver<bool>) {
    let door: &dyn Executor = store.as_ref();
    let now = SystemClock.now();
    if let Err(e) = door.writing(move |tx| tx.ensure_job(housekeeping::JOB, now)).await {
        tracing::warn!(error = %e, cause = e.cause.as_deref().unwrap_or_default(), "jobs cannot be set up");
    }
    loop {
        if let Err(e) = run_due(door).await {
            tracing::warn!(error = %e, cause = e.cause.as_deref().unwrap_or_default(), "the job loop failed");
        }
        tokio::select! {
            _ = tokio::time::sleep(EVERY) => {}
            _ = stop.changed() => return,
        }
    }
}

async fn run_due(store: &dyn Executor) -> Result<(), AppError> {
    let now = SystemClock.now();
    let claimed: Option<Job> = store.writing(move |tx| tx.claim_job(now, now.plus_millis(LEASE_MS))).await?;
    let Some(job) = claimed else { return Ok(()) };
    let done = run_one(store, &job).await;
    let error = done.err().map(|e| e.to_string());
    if let Some(error) = &error {
        tracing::warn!(job = job.name, attempts = job.attempts, error, "a job failed; it will run again");
    }
    let again = SystemClock.now().plus_hours(AGAIN_HOURS);
    store.writing(move |tx| tx.release_job(&job.name, again, error.as_deref())).await
}

async fn run_one(store: &dyn Executor, job: &Job) -> Result<(), AppError> {
    if job.name != housekeeping::JOB {
        return Err(AppError::internal(format!("no such job: {}", job.name)));
    }
    let now = SystemClock.now();
    while store.writing(move |tx| housekeeping::sweep(tx, now)).await? {}
    Ok(())
}
