//! `cargo xtask bench`: the promises of speed, measured in one run with the baselines beside them.

mod agents;
mod bare;
mod client;
mod intake;
mod lists;
mod load;
mod million;
mod multiply;
mod report;
mod requests;
mod scale;
mod server;
mod sql;
mod traffic;
mod verdict;

use crate::shell::{Outcome, cargo, root, run as shown};
use report::Report;
use std::path::PathBuf;
use tempfile::TempDir;

/// Measures the release build, with baselines beside every number.
///
/// Builds the release program and measures it over HTTP on this machine, on the disk target/ is on: throughput against
/// the program's own liveness route and against a bare SQLite file that takes the same rows, log events against creates, a gateway's question among
/// 100 000 agents, the cost of every filter
/// and sort at 2 000 and at many incidents, memory, and start-up.
///
/// Compare ratios, not absolute numbers: a ratio is of two things measured side by side. A target that is missed is
/// marked MISS; the task itself fails only if a request did.
#[derive(clap::Args)]
#[command(
    after_help = "cargo xtask bench                                the whole run, ten minutes or more\n\
                        cargo xtask bench --seconds 2 --incidents 20000  a quick look\n\
                        cargo xtask bench --scale 1000000                lists, figures and texts at a million\n\
                        cargo xtask bench --json > bench.json            for comparing two commits"
)]
pub struct Args {
    /// How long each load lasts.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// How many clients send at once, each on a connection of its own.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=1000))]
    clients: u32,
    /// How many incidents the large database has.
    #[arg(long, default_value_t = 200_000, value_parser = clap::value_parser!(u32).range(2_000..))]
    incidents: u32,
    /// Measure reading among so many incidents instead, on both databases: 10 000 seeded ones, copied by SQL, against
    /// 2 000. A million take some twenty minutes and 12 GB of disk.
    #[arg(long, value_parser = clap::value_parser!(u32).range(20_000..=10_000_000))]
    scale: Option<u32>,
    /// With --scale: only this database.
    #[arg(long, requires = "scale")]
    only: Option<Dialect>,
    /// Print JSON on stdout instead of the tables.
    #[arg(long)]
    json: bool,
    /// Measure now, with the program beside this one (what the task calls itself with, in release).
    #[arg(long, hide = true)]
    inner: bool,
}

/// Where a run happens.
pub struct Site {
    /// The release program.
    program: PathBuf,
    /// Removed at the end.
    folder: TempDir,
}

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Dialect {
    /// A file.
    Sqlite,
    /// A throw-away server.
    #[value(name = "postgresql")]
    Postgres,
}

impl std::fmt::Display for Dialect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        })
    }
}

pub fn run(args: &Args) -> Outcome {
    if !args.inner {
        // Built together, so that both share one choice of features and nothing is built twice.
        shown(cargo().args(["build", "--release", "-p", "probatum-server", "-p", "probatum-xtask"]))?;
        let mut inner = cargo();
        inner.args(["run", "--release", "--quiet", "-p", "probatum-xtask", "--", "bench", "--inner"]);
        inner.args(["--seconds", &args.seconds.to_string(), "--clients", &args.clients.to_string()]);
        inner.args(["--incidents", &args.incidents.to_string()]);
        inner.args(args.scale.map(|n| format!("--scale={n}")));
        inner.args(args.only.map(|dialect| format!("--only={dialect}").to_lowercase()));
        inner.args(args.json.then_some("--json"));
        return shown(&mut inner);
    }
    let report = measure(args)?;
    if args.json {
        println!("{}", report.json());
    } else {
        println!("{}", report.text());
    }
    match report.failed_requests() {
        0 => Ok(()),
        n => Err(format!("{n} request(s) failed: {}", report.first_failure()).into()),
    }
}

fn measure(args: &Args) -> Outcome<Report> {
    let me = std::env::current_exe()?;
    let program = me.with_file_name(format!("probatum{}", std::env::consts::EXE_SUFFIX));
    if !program.is_file() {
        return Err(
            format!("{} is missing: run `cargo xtask bench` without --inner", program.display()).into()
        );
    }
    let target = me.parent().and_then(|p| p.parent()).map_or_else(|| root().join("target"), PathBuf::from);
    let site = Site { program, folder: tempfile::Builder::new().prefix("bench-").tempdir_in(target)? };
    let mut report = Report::default();
    if let Some(scale) = args.scale {
        million::measure(&site, &mut report, scale, args.only)?;
        return Ok(report);
    }
    verdict::measure(&mut report)?;
    traffic::measure(&site, args, &mut report)?;
    intake::measure(&site, args, &mut report)?;
    agents::measure(&site, args, &mut report)?;
    scale::measure(&site, args, &mut report)?;
    Ok(report)
}
