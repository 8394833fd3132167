//! `cargo xtask check`: everything that must hold before a commit, cheapest first, in the order CI runs it.

use crate::shell::{Outcome, cargo, run as shown};
use crate::{openapi, schema};

const COMMANDS: &[&[&str]] = &[
    &["fmt", "--all", "--check"],
    &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"],
    &["test", "--workspace"],
];

pub fn run() -> Outcome {
    for words in COMMANDS {
        shown(cargo().args(*words))?;
    }
    eprintln!("$ cargo xtask openapi --check");
    openapi::run(&openapi::Args { check: true })?;
    eprintln!("$ cargo xtask schema --check");
    schema::run(&schema::Args { check: true })?;
    eprintln!("All checks passed.");
    Ok(())
}
