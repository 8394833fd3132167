//! Work that goes on after its client was answered, or gave up: it belongs to the program, not to a connection, and a
//! graceful stop waits for it.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

/// How much of it may be under way at once.
const SLOTS: u32 = 256;

/// Where such work runs.
#[derive(Debug, Clone)]
pub struct Background {
    runtime: Handle,
    slots: Arc<Semaphore>,
}

impl Background {
    /// On the runtime this is called from, which has to outlive the workers of the server.
    pub fn here() -> Self {
        Self {
            runtime: Handle::current(),
            slots: Arc::new(Semaphore::new(usize::try_from(SLOTS).unwrap_or(1))),
        }
    }

    /// Runs `work` as soon as there is room.
    pub fn spawn<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
        let slots = self.slots.clone();
        self.runtime.spawn(async move {
            let _slot = slots.acquire_owned().await;
            work.await
        })
    }

    /// Waits until nothing is under way, but no longer than `patience`; says whether all has ended. What has not is
    /// left to whoever holds its claim next.
    pub async fn drain(&self, patience: Duration) -> bool {
        tokio::time::timeout(patience, self.slots.acquire_many(SLOTS)).await.is_ok()
    }
}
