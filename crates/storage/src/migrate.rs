//! Migrations, embedded in the program and applied in order; what landed never changes.

use crate::settings::Backend;
use diesel::connection::SimpleConnection;
use diesel::migration::{MigrationSource, MigrationVersion};
use diesel::prelude::*;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use probatum_application::AppError;
use std::time::{Duration, Instant};

const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// A number of our own, so that replicas starting at once migrate one after the other.
const POSTGRES_LOCK: i64 = 0x7072_6f62_6174_756d;

/// Which migrations a database has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationState {
    /// Applied, in order.
    pub applied: Vec<String>,
    /// Known to this program, not yet applied.
    pub pending: Vec<String>,
}

/// How far something has come that is made anew from all incidents. It takes minutes where there are very many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Renewal {
    /// What is made anew, in a few words.
    pub what: &'static str,
    /// Incidents done.
    pub done: u64,
    /// Incidents there are.
    pub of: u64,
}

/// Who is told how far a renewal has come, some hundred or thousand incidents after the last time.
pub type Told<'a> = dyn FnMut(Renewal) + 'a;

/// Applies what is missing; says which migrations that were. A database that knows more migrations than this program
/// is refused: it belongs to a newer one.
pub fn migrate(backend: &Backend) -> Result<Vec<String>, AppError> {
    migrate_told(backend, &mut |_| {})
}

/// The same, telling how far it has come.
pub fn migrate_told(backend: &Backend, told: &mut Told<'_>) -> Result<Vec<String>, AppError> {
    match backend {
        Backend::Sqlite(_) => {
            let mut conn = sqlite(backend)?;
            write_ahead(&mut conn)?;
            // Read and applied in one transaction: of two programs starting at once, one finds all done.
            conn.immediate_transaction(|conn| {
                let done = run(conn, SQLITE).map_err(Failed)?;
                crate::sqlite::queries::renew(conn, told).map_err(Failed)?;
                Ok(done)
            })
            .map_err(|Failed(e)| e)
        }
        Backend::Postgres(_) => {
            let mut conn = postgres(backend)?;
            diesel::sql_query(format!("SELECT pg_advisory_lock({POSTGRES_LOCK})"))
                .execute(&mut conn)
                .map_err(failed)?;
            // The lock goes with the connection.
            let done = run(&mut conn, POSTGRES)?;
            let renewed =
                conn.transaction(|conn| crate::postgres::queries::renew(conn, told).map_err(Failed));
            renewed.map_err(|Failed(e)| e)?;
            Ok(done)
        }
    }
}

/// Reads which migrations a database has.
pub fn migration_state(backend: &Backend) -> Result<MigrationState, AppError> {
    match backend {
        Backend::Sqlite(_) => state(&mut sqlite(backend)?, &SQLITE),
        Backend::Postgres(_) => state(&mut postgres(backend)?, &POSTGRES),
    }
}

/// Takes every migration back, newest first. All records are lost: for tests of the migrations themselves.
pub fn revert_all(backend: &Backend) -> Result<(), AppError> {
    match backend {
        Backend::Sqlite(_) => sqlite(backend)?.revert_all_migrations(SQLITE).map(|_| ()).map_err(failed),
        Backend::Postgres(_) => {
            postgres(backend)?.revert_all_migrations(POSTGRES).map(|_| ()).map_err(failed)
        }
    }
}

fn sqlite(backend: &Backend) -> Result<SqliteConnection, AppError> {
    let Backend::Sqlite(path) = backend else { return Err(AppError::internal("not a SQLite database")) };
    let mut conn = SqliteConnection::establish(&path.to_string_lossy()).map_err(failed)?;
    conn.batch_execute("PRAGMA busy_timeout = 30000").map_err(failed)?;
    Ok(conn)
}

/// Switches a SQLite file to WAL. The busy timeout does not cover the switch: of two programs starting at once on a new
/// file, one has to ask again.
fn write_ahead(conn: &mut SqliteConnection) -> Result<(), AppError> {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        match conn.batch_execute("PRAGMA journal_mode = WAL").map_err(crate::error::app_error) {
            Err(e) if e.transient && Instant::now() < deadline => {
                std::thread::sleep(Duration::from_millis(10))
            }
            done => return done,
        }
    }
}

fn postgres(backend: &Backend) -> Result<PgConnection, AppError> {
    let Backend::Postgres(url) = backend else { return Err(AppError::internal("not a PostgreSQL database")) };
    PgConnection::establish(url).map_err(failed)
}

fn run<C, DB>(conn: &mut C, source: EmbeddedMigrations) -> Result<Vec<String>, AppError>
where
    DB: diesel::backend::Backend,
    C: MigrationHarness<DB>,
    EmbeddedMigrations: MigrationSource<DB>,
{
    state(conn, &source)?;
    let done = conn.run_pending_migrations(source).map_err(failed)?;
    Ok(done.iter().map(ToString::to_string).collect())
}

fn state<C, DB>(conn: &mut C, source: &EmbeddedMigrations) -> Result<MigrationState, AppError>
where
    DB: diesel::backend::Backend,
    C: MigrationHarness<DB>,
    EmbeddedMigrations: MigrationSource<DB>,
{
    let known = MigrationSource::<DB>::migrations(source).map_err(failed)?;
    let known: Vec<MigrationVersion<'static>> = known.iter().map(|m| m.name().version().as_owned()).collect();
    let mut applied = conn.applied_migrations().map_err(failed)?;
    applied.sort();
    if let Some(newer) = applied.iter().find(|v| !known.contains(v)) {
        return Err(AppError::unavailable(format!(
            "the database has migration {newer}, which this program does not know; use the newer program it belongs to"
        )));
    }
    let pending = known.iter().filter(|v| !applied.contains(v)).map(ToString::to_string).collect();
    Ok(MigrationState { applied: applied.iter().map(ToString::to_string).collect(), pending })
}

/// Diesel's transactions want an error made of theirs.
struct Failed(AppError);

impl From<diesel::result::Error> for Failed {
    fn from(e: diesel::result::Error) -> Self {
        Self(crate::error::app_error(e))
    }
}

fn failed(e: impl std::fmt::Display) -> AppError {
    AppError::unavailable(e.to_string())
}
