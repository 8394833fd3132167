//! Pools of connections: SQLite's readers, and PostgreSQL for both reading and writing.

use super::counter::Counter;
use super::{Outcome, Task, attempt};
use crate::error::app_error;
use crate::pending::Pending;
use crate::remembered::Remembered;
use crate::{postgres, sqlite};
use crossbeam_channel::Receiver;
use diesel::connection::SimpleConnection;
use diesel::r2d2::{ConnectionManager, CustomizeConnection, Pool};
use probatum_application::AppError;
use probatum_application::ports::Work;
use std::time::Duration;

/// How often a PostgreSQL job runs at most before its last error is told.
const ATTEMPTS: u32 = 8;

type SqlitePool = Pool<ConnectionManager<sqlite::Conn>>;
type PostgresPool = Pool<ConnectionManager<postgres::Conn>>;

/// What every SQLite connection is told. `synchronous = FULL`: a commit is on disk when it answers.
pub const SQLITE_PRAGMAS: &str = "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
     PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 4000;";

/// What a SQLite connection is told that cannot write.
pub const SQLITE_READER: &str = "PRAGMA busy_timeout = 10000; PRAGMA query_only = ON; PRAGMA temp_store = MEMORY; \
     PRAGMA cache_size = -16384;";

/// No statement hangs for ever, and a lost server is noticed. None is compiled: planners that guess too many matches of a text
/// would spend more time on that than it takes. Where the server was told nothing else, a statement has the memory to note each
/// row that matches a common word (of less, pages are noted, and every row of them is looked at again), and rows are
/// read along an index rather than sorted: pages cost little more out of turn, in memory or on a disk without moving parts.
const POSTGRES_SETTINGS: &str = "SET statement_timeout = '30s'; SET lock_timeout = '20s'; \
     SET idle_in_transaction_session_timeout = '60s'; SET jit = off; \
     SELECT set_config(s.name, wanted.value, false) FROM pg_settings s \
     JOIN (VALUES ('work_mem', '16MB'), ('random_page_cost', '1.1')) AS wanted (name, value) ON wanted.name = s.name \
     WHERE s.source = 'default';";

#[derive(Debug)]
struct Setup(&'static str);

impl<C: SimpleConnection> CustomizeConnection<C, diesel::r2d2::Error> for Setup {
    fn on_acquire(&self, conn: &mut C) -> Result<(), diesel::r2d2::Error> {
        conn.batch_execute(self.0).map_err(diesel::r2d2::Error::QueryError)
    }
}

/// A pool of SQLite connections that cannot write.
pub fn sqlite_readers(path: &str, size: u32) -> Result<SqlitePool, AppError> {
    let builder = Pool::builder().max_size(size).connection_customizer(Box::new(Setup(SQLITE_READER)));
    builder
        .connection_timeout(Duration::from_secs(5))
        .build(ConnectionManager::new(path))
        .map_err(unavailable)
}

/// A pool of PostgreSQL connections.
pub fn postgres_pool(url: &str, size: u32) -> Result<PostgresPool, AppError> {
    let builder = Pool::builder().max_size(size).connection_customizer(Box::new(Setup(POSTGRES_SETTINGS)));
    builder.connection_timeout(Duration::from_secs(5)).build(ConnectionManager::new(url)).map_err(unavailable)
}

fn unavailable(e: impl std::fmt::Display) -> AppError {
    AppError::unavailable(e.to_string())
}

/// Serves reads on SQLite, each on one snapshot, all on one connection, which remembers.
pub fn serve_sqlite(pool: &SqlitePool, counter: &Counter, queue: &Receiver<Task>) {
    let mut kept = None;
    while let Ok(mut task) = queue.recv() {
        let reader = match kept.take() {
            Some(reader) => Ok(reader),
            None => pool.get().map(|conn| (conn, Remembered::default())).map_err(unavailable),
        };
        let outcome = reader.and_then(|(mut conn, mut remembered)| {
            conn.batch_execute("BEGIN").map_err(app_error)?;
            let mut owed = Pending::default();
            let session = sqlite::queries::Session::reading(&mut conn, &mut owed);
            let outcome = attempt(&mut task.work, &mut session.helped(counter, &mut remembered));
            conn.batch_execute("COMMIT").map_err(app_error)?;
            kept = Some((conn, remembered));
            outcome
        });
        let _ = task.answer.send(outcome);
    }
}

/// What a PostgreSQL job is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Reading, on one snapshot.
    Read,
    /// Writing, run again if somebody else was faster.
    Write,
}

/// Serves PostgreSQL jobs of one lane.
pub fn serve_postgres(pool: &PostgresPool, lane: Lane, queue: &Receiver<Task>) {
    while let Ok(mut task) = queue.recv() {
        let mut outcome = postgres_once(pool, lane, &mut task.work);
        for attempt in 1..ATTEMPTS {
            if !matches!(&outcome, Err(e) if e.transient) {
                break;
            }
            // A little longer each time, so that those who collided do not meet again.
            std::thread::sleep(Duration::from_millis(1 << attempt));
            outcome = postgres_once(pool, lane, &mut task.work);
        }
        let _ = task.answer.send(outcome);
    }
}

fn postgres_once(pool: &PostgresPool, lane: Lane, work: &mut Work) -> Outcome {
    let mut conn = pool.get().map_err(unavailable)?;
    conn.batch_execute(match lane {
        Lane::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        Lane::Write => "BEGIN",
    })
    .map_err(app_error)?;
    let mut owed = Pending::default();
    let outcome = match lane {
        Lane::Read => attempt(work, &mut postgres::queries::Session::reading(&mut conn, &mut owed)),
        Lane::Write => attempt(work, &mut postgres::queries::Session::writing(&mut conn, &mut owed))
            .and_then(|done| {
                postgres::queries::settle(&mut conn, &mut owed)?;
                Ok(done)
            }),
    };
    let outcome = outcome.and_then(|done| {
        conn.batch_execute(match lane {
            Lane::Read => "COMMIT",
            // If a statement failed and the job went on regardless, COMMIT keeps nothing and still is no error; the
            // SELECT, in the same round trip, is one.
            Lane::Write => "SELECT 1; COMMIT",
        })
        .map_err(app_error)?;
        Ok(done)
    });
    if outcome.is_err() {
        // If the connection is gone, so is the transaction.
        let _ = conn.batch_execute("ROLLBACK");
    }
    outcome
}
