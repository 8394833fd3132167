//! Where transactions begin and end: SQLite's one writer with group commit, readers, and PostgreSQL's pool.

pub mod counter;
pub mod group_commit;
pub mod pools;
mod workers;

pub use workers::Workers;

use probatum_application::AppError;
use probatum_application::ports::{Answered, Tx, Work};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use tokio::sync::oneshot;

/// What a job answers.
pub type Outcome = Answered<Box<dyn Any + Send>>;

/// A job in a queue, with the way back.
pub struct Task {
    /// What to do.
    pub work: Work,
    /// Where the answer goes. Nobody waiting any more does not stop the work.
    pub answer: oneshot::Sender<Outcome>,
}

/// Runs a job; a panic in it is an error of it alone.
pub fn attempt(work: &mut Work, tx: &mut dyn Tx) -> Outcome {
    catch_unwind(AssertUnwindSafe(|| work(tx))).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<&str>().map(|s| (*s).to_owned());
        let said = said.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
        Err(AppError::internal(format!("a job panicked: {said}")))
    })
}
