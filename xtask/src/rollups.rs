//! `cargo xtask rollups`: whether the sums kept by every change are what the rows make.

use crate::data::{Database, bring_up, told};
use crate::shell::Outcome;
use probatum_application::ports::{Executor, Recounted};
use probatum_storage::{Settings, Store};

/// Compares the rollups of a database with a recount of its rows.
///
/// Statistics and the map are read from sums that every change keeps. This counts all incidents and actions anew, on one
/// snapshot, and names what differs. With --rebuild what differs is put right, in one transaction that other writers
/// wait for.
#[derive(clap::Args)]
#[command(after_help = "cargo xtask rollups            says how the two compare\n\
                        cargo xtask rollups --check    fails if they differ\n\
                        cargo xtask rollups --rebuild  puts right what differs")]
pub struct Args {
    /// Fail if anything differs.
    #[arg(long, conflicts_with = "rebuild")]
    check: bool,
    /// Put right what differs.
    #[arg(long)]
    rebuild: bool,
    #[command(flatten)]
    database: Database,
}

pub fn run(args: &Args) -> Outcome {
    let url = args.database.url();
    if args.rebuild {
        bring_up(url)?;
    }
    let store = Store::open(&Settings::parse(url, false)?).map_err(told)?;
    let door: &dyn Executor = &store;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let found = runtime.block_on(async {
        if args.rebuild {
            return door.writing(|tx| tx.recount(true)).await;
        }
        door.reading(|tx| tx.recount(false)).await
    });
    let found = found.map_err(told)?;
    for example in &found.examples {
        eprintln!("{example}");
    }
    let Recounted { incidents, rollups, wrong, .. } = found;
    let verb = if args.rebuild { "were put right" } else { "are wrong" };
    let said = format!("{url}: {incidents} incidents make {rollups} rollups; {wrong} {verb}");
    if args.check && wrong > 0 {
        return Err(format!("{said}; put them right with `cargo xtask rollups --rebuild`").into());
    }
    eprintln!("{said}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use probatum_server::seed::Plan;

    #[derive(Parser)]
    struct Given {
        #[command(flatten)]
        args: Args,
    }

    fn rollups(url: &str, mode: &str) -> Outcome {
        run(&Given::try_parse_from(["rollups", mode, "--database", url]).unwrap().args)
    }

    #[test]
    fn what_is_wrong_fails_the_check_until_it_is_put_right() {
        use diesel::connection::SimpleConnection;
        use diesel::prelude::*;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("probatum.db");
        let url = format!("sqlite://{}", file.display());
        crate::data::fill(&url, &Plan { incidents: 12, seed: 3 }).unwrap();
        rollups(&url, "--check").unwrap();
        let mut conn = diesel::SqliteConnection::establish(&file.to_string_lossy()).unwrap();
        conn.batch_execute("DELETE FROM rollups WHERE ledger = 6").unwrap();
        let said = rollups(&url, "--check").unwrap_err().to_string();
        assert!(said.contains("--rebuild"), "{said}");
        rollups(&url, "--rebuild").unwrap();
        rollups(&url, "--check").unwrap();
    }
}
