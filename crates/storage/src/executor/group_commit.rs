//! SQLite's one writer: jobs that wait are committed together, each in a savepoint of its own.
//!
//! One fsync pays for all that came in meanwhile; nobody lingers for a batch. A job that fails or panics is rolled
//! back to its savepoint and hurts nobody.

use super::{Outcome, Task, attempt};
use crate::error::app_error;
use crate::pending::Pending;
use crate::sqlite::Conn;
use crate::sqlite::queries::{Session, settle};
use crossbeam_channel::Receiver;
use diesel::connection::SimpleConnection;
use probatum_application::AppError;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The most jobs of one commit: enough to make its fsync cheap, few enough that the first waits only milliseconds.
const MAX_BATCH: usize = 256;

/// Serves the queue until it ends.
pub fn serve(conn: &mut Conn, queue: &Receiver<Task>) {
    while let Ok(first) = queue.recv() {
        let mut batch = vec![first];
        batch.extend(queue.try_iter().take(MAX_BATCH - 1));
        // A panic outside of any job must not end the one thread that writes; whoever waited learns of it.
        if catch_unwind(AssertUnwindSafe(|| commit(conn, batch))).is_err() {
            tracing::error!("the writer panicked; the batch was given up");
            let _ = conn.batch_execute("ROLLBACK");
        }
    }
}

/// Runs a batch in one transaction and answers every job, the good ones only after the commit.
fn commit(conn: &mut Conn, mut batch: Vec<Task>) {
    if let Err(e) = conn.batch_execute("BEGIN IMMEDIATE").map_err(app_error) {
        // Another process holds the database, or it is broken: nobody's job is to blame, and none is tried alone.
        let cause = e.cause.unwrap_or(e.detail);
        tracing::warn!(cause, "a transaction could not begin");
        for task in batch {
            let _ = task.answer.send(Err(AppError::unavailable(cause.clone())));
        }
        return;
    }
    match transact(conn, &mut batch) {
        Ok(outcomes) => {
            for (task, outcome) in batch.into_iter().zip(outcomes) {
                // Nobody waiting any more is no error: the work is done all the same.
                let _ = task.answer.send(outcome);
            }
        }
        Err(e) if batch.len() == 1 => {
            tracing::warn!(error = %e, cause = e.cause.as_deref().unwrap_or_default(), "a commit failed");
            if let Some(task) = batch.pop() {
                let _ = task.answer.send(Err(e));
            }
        }
        // Together they failed; alone, each gets its own answer.
        Err(_) => batch.into_iter().for_each(|task| commit(conn, vec![task])),
    }
}

/// Runs the jobs of a transaction that has begun, and ends it.
fn transact(conn: &mut Conn, batch: &mut [Task]) -> Result<Vec<Outcome>, AppError> {
    let done = jobs(conn, batch).and_then(|outcomes| {
        conn.batch_execute("COMMIT").map_err(app_error)?;
        Ok(outcomes)
    });
    if done.is_err() {
        // The transaction may be gone already (a full disk ends it); then this fails, and that is fine.
        let _ = conn.batch_execute("ROLLBACK");
    }
    done
}

fn jobs(conn: &mut Conn, batch: &mut [Task]) -> Result<Vec<Outcome>, AppError> {
    let mut owed = Pending::default();
    let mut outcomes = Vec::with_capacity(batch.len());
    for task in batch {
        conn.batch_execute("SAVEPOINT job").map_err(app_error)?;
        let mut own = owed.fork();
        let outcome: Result<Box<dyn Any + Send>, AppError> =
            attempt(&mut task.work, &mut Session::writing(conn, &mut own));
        match &outcome {
            Ok(_) => {
                conn.batch_execute("RELEASE job").map_err(app_error)?;
                owed.join(own);
            }
            Err(_) => conn.batch_execute("ROLLBACK TO job; RELEASE job").map_err(app_error)?,
        }
        outcomes.push(outcome);
    }
    settle(conn, &mut owed)?;
    Ok(outcomes)
}
