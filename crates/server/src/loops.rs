//! Background work: the job loop claims what is due, with a lease, and puts it back for the next time.

use crate::SystemClock;
use crate::intake_loop::IntakeWorkers;
use probatum_api::Background;
use probatum_application::ports::{Blobs, Clock, Executor, Job};
use probatum_application::use_cases::housekeeping::{self, DISCARD, RECURRING, SWEEP};
use probatum_application::{AppError, Response};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// How often the loop looks. A look is a read of two small indexes.
const EVERY: Duration = Duration::from_secs(2);
/// How long a claim holds: longer than any single job takes.
const LEASE_MS: i64 = 5 * 60 * 1000;
/// The longest wait before a job that failed is tried again, in minutes.
const LONGEST_WAIT: i64 = 60;

/// What jobs work with.
pub struct Jobs {
    /// The door to transactions.
    pub store: Arc<dyn Executor>,
    /// The content of evidence.
    pub blobs: Arc<dyn Blobs>,
    /// What carries response actions out.
    pub response: Response,
    /// What works through the intake.
    pub intake: IntakeWorkers,
    /// Where calls go on while the loop looks further.
    pub background: Background,
}

impl Jobs {
    /// Runs until `stop` says so; what is under way then is finished.
    pub async fn run(self, stop: watch::Receiver<bool>) {
        let jobs = every(stop.clone(), || self.run_due());
        let orders = every(stop.clone(), || self.take_up_orders());
        tokio::join!(jobs, orders, self.intake.run(stop));
    }

    /// Takes up the orders nobody is at. A slow connector delays no other: each goes its own way, and one that is found
    /// again meanwhile is left to whoever claimed it.
    async fn take_up_orders(&self) -> Result<(), AppError> {
        for id in self.response.due().await? {
            let response = self.response.clone();
            self.background.spawn(async move {
                if let Err(e) = response.take_up(id).await {
                    let cause = e.cause.as_deref().unwrap_or_default();
                    tracing::warn!(action = %id, error = %e, cause, "an order could not be taken up; it will be again");
                }
            });
        }
        Ok(())
    }

    /// Runs every job that is due, one after the other.
    async fn run_due(&self) -> Result<(), AppError> {
        let now = SystemClock.now();
        let missing = self.store.reading(move |tx| tx.missing_jobs(RECURRING)).await?;
        for name in missing {
            self.store.writing(move |tx| tx.ensure_job(name, now)).await?;
        }
        loop {
            let now = SystemClock.now();
            if !self.store.reading(move |tx| tx.job_is_due(now)).await? {
                return Ok(());
            }
            let claim = move |tx: &mut dyn probatum_application::ports::Tx| {
                tx.claim_job(now, now.plus_millis(LEASE_MS))
            };
            let Some(job) = self.store.writing(claim).await? else { return Ok(()) };
            let error = self.run_one(&job).await.err().map(|e| e.cause.unwrap_or(e.detail));
            if let Some(error) = &error {
                tracing::warn!(
                    job = job.name,
                    attempts = job.attempts,
                    error,
                    "a job failed; it will run again"
                );
            }
            let again = SystemClock.now().plus_millis(wait_minutes(&job, error.is_some()) * 60_000);
            self.store.writing(move |tx| tx.release_job(&job, again, error.as_deref())).await?;
        }
    }

    async fn run_one(&self, job: &Job) -> Result<(), AppError> {
        match job.name.as_str() {
            SWEEP => {
                let now = SystemClock.now();
                while self.store.writing(move |tx| housekeeping::sweep(tx, now)).await? {}
                Ok(())
            }
            DISCARD => housekeeping::discard(self.store.as_ref(), self.blobs.as_ref()).await,
            other => Err(AppError::internal(format!("no such job: {other}"))),
        }
    }
}

/// Does it again and again; what fails is logged and tried at the next turn.
async fn every<F: Future<Output = Result<(), AppError>>>(
    mut stop: watch::Receiver<bool>,
    work: impl Fn() -> F,
) {
    loop {
        if let Err(e) = work().await {
            tracing::warn!(error = %e, cause = e.cause.as_deref().unwrap_or_default(), "the job loop failed");
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = stop.changed() => return,
        }
    }
}

/// Minutes until a job runs again: its period, or after failures 1, 2, 4, … up to an hour.
fn wait_minutes(job: &Job, failed: bool) -> i64 {
    let period =
        RECURRING.iter().find(|(name, _)| *name == job.name).map_or(LONGEST_WAIT, |(_, minutes)| *minutes);
    if !failed {
        return period;
    }
    let doublings = u32::try_from(job.attempts.clamp(1, 7)).unwrap_or(1).saturating_sub(1);
    (1i64 << doublings).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_job_waits_longer_each_time() {
        let wait = |attempts| wait_minutes(&Job { name: SWEEP.to_owned(), attempts }, true);
        assert_eq!([wait(1), wait(2), wait(3), wait(7), wait(100)], [1, 2, 4, 60, 60]);
        assert_eq!(wait_minutes(&Job { name: SWEEP.to_owned(), attempts: 1 }, false), 60);
    }
}
