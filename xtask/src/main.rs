//! `cargo xtask`: what one does while developing Probatum, as commands that explain themselves.

mod bench;
mod check;
mod data;
mod openapi;
mod schema;
mod shell;

use clap::Parser;
use std::process::ExitCode;

/// Development tasks for Probatum.
#[derive(Parser)]
#[command(
    bin_name = "cargo xtask",
    after_help = "A first look:      cargo xtask seed --incidents 500 && cargo run -- serve\n\
                  Before a commit:   cargo xtask check\n\
                  After a new route: cargo xtask openapi"
)]
enum Task {
    /// Brings a database to the newest migration.
    Migrate(data::Migrate),
    /// Fills a database with invented incidents.
    Seed(data::Seed),
    /// Writes openapi/openapi.json from the code, or compares the two.
    Openapi(openapi::Args),
    /// Compares schema.rs with what the migrations make of both databases.
    Schema(schema::Args),
    /// Runs everything that must hold before a commit.
    Check,
    /// Measures the release build, with baselines beside every number.
    Bench(bench::Args),
}

fn main() -> ExitCode {
    let done = match Task::parse() {
        Task::Migrate(args) => data::migrate(&args),
        Task::Seed(args) => data::seed(&args),
        Task::Openapi(args) => openapi::run(&args),
        Task::Schema(args) => schema::run(&args),
        Task::Check => check::run(),
        Task::Bench(args) => bench::run(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("xtask: {e}");
            ExitCode::FAILURE
        }
    }
}
