//! `cargo xtask migrate` and `cargo xtask seed`: thin over the libraries the program itself uses.

use crate::shell::Outcome;
use probatum_kernel::Timestamp;
use probatum_server::progress::{migrated, progress};
use probatum_server::seed::{Plan, Summary};
use probatum_storage::{Settings, Store};
use std::time::{SystemTime, UNIX_EPOCH};

/// Which database.
#[derive(clap::Args)]
pub struct Database {
    /// sqlite://FILE or postgres://USER@HOST/NAME
    #[arg(long, env = "PROBATUM_DATABASE", default_value = "sqlite://probatum.db", value_name = "URL")]
    database: String,
}

impl Database {
    /// The address.
    pub fn url(&self) -> &str {
        &self.database
    }
}

/// Brings a database to the newest migration.
///
/// Applies the migrations under migrations/ that the database lacks, in order. `probatum serve` does the same when it
/// starts; this is for looking at a schema, or for a database that is served later.
#[derive(clap::Args)]
#[command(
    after_help = "A new migration is a folder of the same name under migrations/sqlite and migrations/postgres, \
                        each with\nup.sql and down.sql. `cargo xtask schema --check` tells whether both, and \
                        schema.rs, agree."
)]
pub struct Migrate {
    #[command(flatten)]
    database: Database,
}

/// Fills a database with invented incidents.
///
/// Writes incidents that never happened, with evidence and actions, spread over the year that ends now. The same seed
/// invents the same data; only ids and times differ. Every incident is tagged `fictional`. The database is migrated
/// first; what is in it stays.
#[derive(clap::Args)]
#[command(after_help = "cargo xtask seed                                     enough to look around\n\
                        cargo xtask seed --incidents 200000                  enough to measure; build with --release")]
pub struct Seed {
    /// How many incidents.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    incidents: u32,
    /// Which invention.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    database: Database,
}

pub fn migrate(args: &Migrate) -> Outcome {
    let applied = bring_up(&args.database.database)?;
    match applied.as_slice() {
        [] => eprintln!("{} has every migration", args.database.database),
        names => eprintln!("{}: applied {}", args.database.database, names.join(", ")),
    }
    Ok(())
}

pub fn seed(args: &Seed) -> Outcome {
    let done = fill(&args.database.database, &Plan { incidents: args.incidents, seed: args.seed })?;
    eprintln!("{}: {done}", args.database.database);
    Ok(())
}

/// Migrates a database; says what was missing.
pub fn bring_up(url: &str) -> Outcome<Vec<String>> {
    Ok(migrated(&Settings::parse(url, false)?.backend).map_err(told)?)
}

/// Migrates a database and seeds it, with a progress bar on stderr.
pub fn fill(url: &str, plan: &Plan) -> Outcome<Summary> {
    bring_up(url)?;
    let store = Store::open(&Settings::parse(url, false)?).map_err(told)?;
    let bar = progress(plan.incidents.into(), "incidents");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let seeding = probatum_server::seed::run(&store, plan, now()?, |written| bar.set_position(written));
    let done = runtime.block_on(seeding).map_err(told)?;
    bar.finish_and_clear();
    Ok(done)
}

/// The time now.
pub fn now() -> Outcome<Timestamp> {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH)?;
    Ok(Timestamp::from_millis(i64::try_from(since_1970.as_millis())?)?)
}

/// A developer may see the cause that clients never do.
pub fn told(e: probatum_application::AppError) -> String {
    match &e.cause {
        Some(cause) => format!("{e} ({cause})"),
        None => e.to_string(),
    }
}

#[cfg(test)]
mod tests;
