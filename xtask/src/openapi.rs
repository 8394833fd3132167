//! `cargo xtask openapi`: the committed description of the API is the one the code generates.

use crate::shell::{Outcome, root};

/// Writes openapi/openapi.json from the code, or compares the two.
///
/// The description is generated from the routes; nobody edits the file by hand. Commit it with the change that altered
/// it: reviewers read there what clients will notice.
#[derive(clap::Args)]
#[command(after_help = "cargo xtask openapi          writes the file\n\
                        cargo xtask openapi --check  fails if the file is not what the code generates")]
pub struct Args {
    /// Compare instead of writing.
    #[arg(long)]
    pub check: bool,
}

pub fn run(args: &Args) -> Outcome {
    let path = root().join("openapi/openapi.json");
    let generated = format!("{}\n", probatum_api::openapi_json().trim_end());
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    if committed == generated {
        eprintln!("openapi/openapi.json is what the code generates");
        return Ok(());
    }
    if !args.check {
        std::fs::write(&path, generated)?;
        eprintln!("openapi/openapi.json was written");
        return Ok(());
    }
    let line = committed.lines().zip(generated.lines()).position(|(a, b)| a != b);
    let line = line.unwrap_or_else(|| committed.lines().count().min(generated.lines().count()));
    let shown = |text: &str| text.lines().nth(line).unwrap_or("(end of file)").trim().to_owned();
    Err(format!(
        "openapi/openapi.json is not what the code generates, from line {}:\n  committed: {}\n  generated: {}\n\
         Run `cargo xtask openapi` and commit the file.",
        line.saturating_add(1),
        shown(&committed),
        shown(&generated)
    )
    .into())
}
