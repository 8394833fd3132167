//! Events as they happen: the hub reads new ones once for all streams of this process; nothing in it is anybody else's
//! to know. What it does not hold any more is in the outbox.

mod seats;
mod stream;

pub use stream::answer;

use probatum_application::AppError;
use probatum_application::ports::{AuditEntry, Executor, Pending, Work};
use probatum_application::use_cases::events;
use seats::{Seat, Seats};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::watch;

/// How often the hub looks for what other replicas wrote.
const EVERY: Duration = Duration::from_millis(500);
/// The least time between two looks: what comes meanwhile is read together.
const PAUSE: Duration = Duration::from_millis(20);
/// How many events it holds for streams that are nearly up to date.
const HELD: usize = 512;
/// How many are read at a time.
const BATCH: u32 = 128;

/// An event as streams share it.
type Shared = Arc<AuditEntry>;

/// The hub. Clones are the same hub.
#[derive(Clone)]
pub struct Hub {
    inner: Arc<Inner>,
}

struct Inner {
    /// The newest events, without gap.
    held: Mutex<VecDeque<Shared>>,
    /// The number of the newest event known of.
    head: watch::Sender<i64>,
    /// Changes whenever this process wrote something.
    written: watch::Sender<u64>,
    /// Whether it is over.
    over: watch::Sender<bool>,
    seats: Arc<Seats>,
}

impl Default for Hub {
    fn default() -> Self {
        let inner = Inner {
            held: Mutex::default(),
            head: watch::Sender::new(0),
            written: watch::Sender::new(0),
            over: watch::Sender::new(false),
            seats: Arc::default(),
        };
        Self { inner: Arc::new(inner) }
    }
}

impl Hub {
    /// The same store, which tells the hub of every change that was committed.
    pub fn listening_to(&self, store: Arc<dyn Executor>) -> Arc<dyn Executor> {
        Arc::new(Listened { store, hub: self.clone() })
    }

    /// Changes whenever this process wrote something; of other replicas it says nothing.
    pub fn written(&self) -> watch::Receiver<u64> {
        self.inner.written.subscribe()
    }

    /// Ends every stream.
    pub fn end(&self) {
        self.inner.over.send_replace(true);
    }

    /// A place for a stream of this principal, as long as there is one.
    pub(crate) fn seat(&self, principal: &str) -> Result<Seat, AppError> {
        self.inner.seats.take(principal)
    }

    /// How many streams are open.
    pub fn streams(&self) -> usize {
        self.inner.seats.taken()
    }

    fn held(&self) -> MutexGuard<'_, VecDeque<Shared>> {
        self.inner.held.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// Reads what is new, as long as anybody listens, until [`end`](Self::end).
    pub async fn run(self, store: Arc<dyn Executor>) {
        let (mut written, mut over) = (self.inner.written.subscribe(), self.inner.over.subscribe());
        let mut last = None;
        while !*over.borrow_and_update() {
            if self.inner.head.receiver_count() == 0 {
                last = None;
            } else {
                match self.look(store.as_ref(), last).await {
                    Ok(now) => last = Some(now),
                    Err(e) => {
                        let cause = e.cause.as_deref().unwrap_or_default();
                        tracing::warn!(error = %e, cause, "events could not be read; they will be");
                    }
                }
            }
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                _ = written.changed() => tokio::time::sleep(PAUSE).await,
                _ = over.changed() => {}
            }
        }
    }

    /// Takes in what came after `last`; the first time, only notes how far things are.
    async fn look(&self, store: &dyn Executor, last: Option<i64>) -> Result<i64, AppError> {
        let Some(mut last) = last else {
            let (_, newest) = store.reading(|tx| tx.outbox_span()).await?;
            self.held().clear();
            self.inner.head.send_replace(newest);
            return Ok(newest);
        };
        loop {
            let entries = store.reading(move |tx| tx.outbox_after(last, BATCH)).await?;
            let Some(newest) = entries.last().map(|e| e.seq) else { return Ok(last) };
            self.hold(entries);
            last = newest;
            self.inner.head.send_replace(newest);
        }
    }

    fn hold(&self, entries: Vec<AuditEntry>) {
        let mut held = self.held();
        // Forgotten before they were read: what is held is without gap.
        let gap = |(last, next): (&Shared, &AuditEntry)| next.seq > last.seq.saturating_add(1);
        if held.back().zip(entries.first()).is_some_and(gap) {
            held.clear();
        }
        held.extend(entries.into_iter().map(Arc::new));
        let surplus = held.len().saturating_sub(HELD);
        held.drain(..surplus);
    }

    /// The events after `last`, in order, from memory or from the outbox; none if there are none yet. Fails with
    /// `events_gone` if the next one is not kept any more.
    async fn after(&self, store: &dyn Executor, last: i64) -> Result<Vec<Shared>, AppError> {
        if let Some(found) = self.in_memory(last) {
            return Ok(found);
        }
        let entries = store.reading(move |tx| events::after(tx, last, BATCH)).await?;
        Ok(entries.into_iter().map(Arc::new).collect())
    }

    fn in_memory(&self, last: i64) -> Option<Vec<Shared>> {
        let held = self.held();
        held.front().filter(|first| first.seq <= last.saturating_add(1))?;
        let newer = held.iter().skip_while(|e| e.seq <= last);
        Some(newer.take(usize::try_from(BATCH).unwrap_or(HELD)).cloned().collect())
    }
}

/// A store that tells the hub of changes.
struct Listened {
    store: Arc<dyn Executor>,
    hub: Hub,
}

impl Executor for Listened {
    fn write(&self, work: Work) -> Pending<'_> {
        Box::pin(async move {
            let answer = self.store.write(work).await;
            if answer.is_ok() {
                self.hub.inner.written.send_modify(|n| *n = n.wrapping_add(1));
            }
            answer
        })
    }
    fn read(&self, work: Work) -> Pending<'_> {
        self.store.read(work)
    }
    fn waiting(&self) -> (usize, usize) {
        self.store.waiting()
    }
}
