//! Starts the program and tells the shell how it went.

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    match probatum_server::run(probatum_server::Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("probatum: {e}");
            ExitCode::FAILURE
        }
    }
}
