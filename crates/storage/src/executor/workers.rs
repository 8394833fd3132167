//! Threads that take tasks from one bounded queue.

use super::Task;
use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use probatum_application::AppError;
use probatum_application::ports::{Pending, Work};
use std::thread::JoinHandle;
use tokio::sync::oneshot;

/// A bounded queue and the threads that serve it. Dropping it lets them finish what is queued, and waits for them.
pub struct Workers {
    queue: Option<Sender<Task>>,
    threads: Vec<JoinHandle<()>>,
}

impl Workers {
    /// Starts `threads` threads, each running `serve` until the queue ends.
    pub fn start<F>(name: &str, threads: u32, queue: usize, serve: F) -> Result<Self, AppError>
    where
        F: Fn(Receiver<Task>) + Clone + Send + 'static,
    {
        let (sender, receiver) = bounded(queue);
        let mut handles = Vec::new();
        for i in 0..threads.max(1) {
            let (receiver, serve) = (receiver.clone(), serve.clone());
            let thread = std::thread::Builder::new().name(format!("{name}-{i}"));
            let handle = thread.spawn(move || serve(receiver));
            handles.push(handle.map_err(|e| AppError::unavailable(format!("cannot start a thread: {e}")))?);
        }
        Ok(Self { queue: Some(sender), threads: handles })
    }

    /// Queues a job, or refuses it at once if the queue is full.
    pub fn submit(&self, work: Work) -> Pending<'static> {
        let (answer, pending) = oneshot::channel();
        let sent = match &self.queue {
            Some(queue) => queue.try_send(Task { work, answer }).map_err(|e| match e {
                TrySendError::Full(_) => AppError::unavailable("the queue of the database is full"),
                TrySendError::Disconnected(_) => AppError::unavailable("the database threads have ended"),
            }),
            None => Err(AppError::unavailable("the database is closing")),
        };
        Box::pin(async move {
            sent?;
            pending
                .await
                .unwrap_or_else(|_| Err(AppError::unavailable("the database closed before answering")))
        })
    }

    /// How many jobs wait.
    pub fn waiting(&self) -> usize {
        self.queue.as_ref().map_or(0, Sender::len)
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.queue = None;
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a database thread had panicked");
            }
        }
    }
}
