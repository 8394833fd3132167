//! A store: one of the two databases behind the application's `Executor`.

use crate::executor::counter::Counter;
use crate::executor::pools::{self, Lane};
use crate::executor::{Workers, group_commit};
use crate::migrate::migration_state;
use crate::settings::{Backend, Settings};
use crate::sqlite;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use probatum_application::AppError;
use probatum_application::ports::{Executor, Pending, Work};
use std::sync::{Arc, Mutex};

/// An open database. Dropping it finishes what is queued and closes it.
pub struct Store {
    write: Workers,
    read: Workers,
}

impl Store {
    /// Opens a database that is migrated already.
    pub fn open(settings: &Settings) -> Result<Self, AppError> {
        let state = migration_state(&settings.backend)?;
        if let Some(missing) = state.pending.first() {
            return Err(AppError::unavailable(format!(
                "the database lacks migration {missing}: run `probatum migrate` (`probatum serve` does it by itself)"
            )));
        }
        match &settings.backend {
            Backend::Sqlite(path) => Self::sqlite(&path.to_string_lossy(), settings),
            Backend::Postgres(url) => Self::postgres(url, settings),
        }
    }

    fn sqlite(path: &str, settings: &Settings) -> Result<Self, AppError> {
        let mut conn = sqlite::Conn::establish(path).map_err(|e| AppError::unavailable(e.to_string()))?;
        conn.batch_execute(pools::SQLITE_PRAGMAS).map_err(|e| AppError::unavailable(e.to_string()))?;
        let conn = Arc::new(Mutex::new(conn));
        let write = Workers::start("writer", 1, settings.queue, move |queue| {
            if let Ok(mut conn) = conn.lock() {
                group_commit::serve(&mut conn, &queue);
            }
        })?;
        let pool = pools::sqlite_readers(path, settings.connections)?;
        let counter = Arc::new(Counter::start(path)?);
        let read = Workers::start("reader", settings.connections, settings.queue, move |queue| {
            pools::serve_sqlite(&pool, &counter, &queue);
        })?;
        Ok(Self { write, read })
    }

    fn postgres(url: &str, settings: &Settings) -> Result<Self, AppError> {
        let half = (settings.connections / 2).max(1);
        let pool = pools::postgres_pool(url, half * 2)?;
        let lane = |name: &str, lane: Lane| {
            let pool = pool.clone();
            Workers::start(name, half, settings.queue, move |queue| {
                pools::serve_postgres(&pool, lane, &queue)
            })
        };
        Ok(Self { write: lane("writer", Lane::Write)?, read: lane("reader", Lane::Read)? })
    }
}

impl Executor for Store {
    fn write(&self, work: Work) -> Pending<'_> {
        self.write.submit(work)
    }
    fn read(&self, work: Work) -> Pending<'_> {
        self.read.submit(work)
    }
    fn waiting(&self) -> (usize, usize) {
        (self.write.waiting(), self.read.waiting())
    }
}
