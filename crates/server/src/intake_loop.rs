//! The workers of the intake: woken by each delivery, and looking by themselves for what another replica left.

use probatum_api::Metrics;
use probatum_application::IntakeDesk;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, watch};

/// How many deliveries one process works through at a time: while one is read, another is written.
const WORKERS: usize = 2;
/// How often an idle worker looks. A look is a read of one small index.
const EVERY: Duration = Duration::from_secs(2);

/// What the workers work with.
pub struct IntakeWorkers {
    /// The desk.
    pub desk: IntakeDesk,
    /// Told of each delivery of this process.
    pub delivered: Arc<Notify>,
    /// Where events are counted.
    pub metrics: Metrics,
}

impl IntakeWorkers {
    /// Runs until `stop` says so; a delivery under way is handed back after its step.
    pub async fn run(&self, stop: watch::Receiver<bool>) {
        let workers = (0..WORKERS).map(|_| self.worker(stop.clone()));
        futures_util::future::join_all(workers).await;
    }

    async fn worker(&self, mut stop: watch::Receiver<bool>) {
        loop {
            let told = stop.clone();
            let stopping = || *told.borrow();
            if stopping() {
                return;
            }
            match self.desk.work(stopping, |worked| self.metrics.intake().worked(worked)).await {
                Ok(Some(())) => continue,
                Ok(None) => {}
                Err(e) => {
                    let cause = e.cause.as_deref().unwrap_or_default();
                    tracing::warn!(error = %e, cause, "the intake could not be worked through");
                }
            }
            tokio::select! {
                () = self.delivered.notified() => {}
                () = tokio::time::sleep(EVERY) => {}
                _ = stop.changed() => return,
            }
        }
    }
}
