//! `cargo xtask`: what one does while developing Probatum, as commands that explain themselves.

mod bench;
mod check;
mod cluster;
mod data;
mod openapi;
mod rollups;
mod schema;
mod shell;
mod triage;

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
    Migrate(data::Migrate),
    Seed(data::Seed),
    Openapi(openapi::Args),
    Rollups(rollups::Args),
    Schema(schema::Args),
    /// Runs everything that must hold before a commit.
    ///
    /// In order: fmt --check, clippy without warnings, all tests, `openapi --check`, `schema --check`. Stops at the first
    /// that fails, having shown the command, so that it can be repeated alone.
    Check,
    Bench(bench::Args),
    TrainTriage(triage::Train),
    EvalTriage(triage::Eval),
}

fn main() -> ExitCode {
    let done = match Task::parse() {
        Task::Migrate(args) => data::migrate(&args),
        Task::Seed(args) => data::seed(&args),
        Task::Openapi(args) => openapi::run(&args),
        Task::Rollups(args) => rollups::run(&args),
        Task::Schema(args) => schema::run(&args),
        Task::Check => check::run(),
        Task::Bench(args) => bench::run(&args),
        Task::TrainTriage(args) => triage::train(&args),
        Task::EvalTriage(args) => triage::eval(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("xtask: {e}");
            ExitCode::FAILURE
        }
    }
}
