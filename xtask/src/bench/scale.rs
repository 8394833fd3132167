//! How the cost of a list, of figures and of the map grows with the table: at 2 000 incidents and at many.

use super::client::Client;
use super::report::{Goal, Report};
use super::requests::{Caller, placed_body};
use super::server::{Server, create_key, url};
use super::{Args, Site, lists, load};
use crate::data::{fill, now};
use crate::shell::Outcome;
use probatum_server::seed::Plan;
use std::path::PathBuf;
use std::time::Instant;

/// How many incidents the small database has.
pub const SMALL: u32 = 2_000;
/// How often each list is asked for on either database; the median counts.
pub const ROUNDS: usize = 51;
/// Requests before the measured ones.
pub const WARM_UP: usize = 5;
/// How many combinations of three filters are tried.
const COMBINATIONS: u64 = 600;

/// What is read from sums.
const SUMS: [&str; 4] = [
    "/api/stats/incidents?window=30d",
    "/api/stats/incidents?window=366d",
    "/api/map/incidents?window=30d",
    "/api/map/incidents?window=366d",
];

/// What happens between two requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Between {
    /// Nothing, so that whatever is remembered is right.
    Nothing,
    /// An incident is put on record, as goes on all the time.
    Create,
}

/// Either.
pub const BETWEEN: [Between; 2] = [Between::Nothing, Between::Create];

/// A seeded database being served.
pub struct Served {
    /// The database, or what its files are called after.
    pub database: PathBuf,
    /// Who asks.
    pub caller: Caller,
    /// The program.
    pub server: Server,
    /// The connection.
    pub client: Client,
}

impl Served {
    fn start(site: &Site, name: &str, incidents: u32) -> Outcome<Self> {
        let database = site.folder.path().join(name);
        eprintln!("seeding {incidents} incidents");
        let begun = Instant::now();
        fill(&url(&database), &Plan { incidents, seed: 1 })?;
        eprintln!("seeded in {:.0} s", begun.elapsed().as_secs_f64());
        let caller = Caller::new(&create_key(site, &database)?);
        let server = Server::start(site, &database)?;
        let client = Client::new(server.address);
        Ok(Self { database, caller, server, client })
    }

    /// How long one list took, or another path, in microseconds.
    pub async fn list(&mut self, query: &str, report: &mut Report) -> u32 {
        let list = || format!("/api/incidents?{query}");
        let request = self.caller.get(&if query.starts_with('/') { query.to_owned() } else { list() });
        self.timed(&request, 200, query, report).await
    }

    /// Puts an incident on record.
    async fn write(&mut self, number: usize, report: &mut Report) {
        let mut request = Vec::new();
        self.caller.send_into("POST", "/api/incidents", &placed_body(number), &mut request);
        self.timed(&request, 201, "POST /api/incidents", report).await;
    }

    async fn timed(&mut self, request: &[u8], expected: u16, name: &str, report: &mut Report) -> u32 {
        let begun = Instant::now();
        let failure = match self.client.send(request).await {
            Ok(reply) if reply.status == expected => None,
            Ok(reply) => Some(format!("{name}: {} {}", reply.status, String::from_utf8_lossy(reply.body))),
            Err(e) => Some(format!("{name}: {e}")),
        };
        let micros = u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX);
        if let Some(failure) = failure {
            report.fail(1, failure);
        }
        micros
    }
}

pub fn measure(site: &Site, args: &Args, report: &mut Report) -> Outcome {
    let mut small = Served::start(site, "small.db", SMALL)?;
    let mut large = Served::start(site, "large.db", args.incidents)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let filters = lists::filters(now()?);
        let n = args.incidents;
        report.section(format!(
            "First page by one filter, {n} incidents against {SMALL} (medians of {ROUNDS})"
        ));
        for case in &filters {
            side_by_side(&mut small, &mut large, &case.query, Between::Nothing, report).await;
        }
        report.section(format!("First page by one sort, {n} incidents against {SMALL}"));
        for sort in lists::sorts() {
            side_by_side(&mut small, &mut large, &sort, Between::Nothing, report).await;
        }
        report.section(format!("Figures and map, {n} incidents against {SMALL}"));
        for (between, path) in BETWEEN.into_iter().flat_map(|b| SUMS.map(|path| (b, path))) {
            side_by_side(&mut small, &mut large, path, between, report).await;
        }
        combine(&mut large, &lists::combinations(&filters, COMBINATIONS), report).await;
        Outcome::Ok(())
    })?;
    report.section(format!("Memory and start with {} incidents", args.incidents));
    report.add(
        "resident after these lists",
        large.server.resident_mib()?,
        "MiB",
        None,
        Some(Goal::AtMost(150.0)),
    );
    small.server.stop()?;
    large.server.stop()?;
    let again = Server::start(site, &large.database)?;
    let millis = again.ready_in.as_secs_f64() * 1_000.0;
    report.add("start on the existing database", millis, "ms", None, Some(Goal::AtMost(1_000.0)));
    again.stop()
}

/// Asks both in turn, so that whatever else the machine does falls on both.
pub async fn side_by_side(
    small: &mut Served,
    large: &mut Served,
    query: &str,
    between: Between,
    report: &mut Report,
) {
    let (mut at_small, mut at_large) = (Vec::new(), Vec::new());
    for round in 0..WARM_UP + ROUNDS {
        if between == Between::Create {
            small.write(round, report).await;
            large.write(round, report).await;
        }
        let (a, b) = (small.list(query, report).await, large.list(query, report).await);
        if round >= WARM_UP {
            at_small.push(a);
            at_large.push(b);
        }
    }
    at_small.sort_unstable();
    at_large.sort_unstable();
    let (small, large) = (load::at(&at_small, 500), load::at(&at_large, 500));
    let name = match between {
        Between::Nothing => query.to_owned(),
        Between::Create => format!("{query}, after a create"),
    };
    report.add(name, large, "ms", Some(small), Some(Goal::RatioAtMost(2.0)));
}

/// Each combination once: the first time is the one a person waits for.
async fn combine(large: &mut Served, queries: &[String], report: &mut Report) {
    let mut timed = Vec::with_capacity(queries.len());
    for query in queries {
        timed.push((large.list(query, report).await, query));
    }
    timed.sort_unstable();
    let micros: Vec<u32> = timed.iter().map(|(micros, _)| *micros).collect();
    report.section(format!("{} combinations of three filters, each once", queries.len()));
    report.add("p50", load::at(&micros, 500), "ms", None, None);
    report.add("p95", load::at(&micros, 950), "ms", None, Some(Goal::AtMost(50.0)));
    for (micros, query) in timed.iter().rev().take(3) {
        report.add(format!("slowest: {query}"), f64::from(*micros) / 1_000.0, "ms", None, None);
    }
}
