//! Reading at scale: the first page, figures, the map and full text among very many incidents, on both databases.

use super::client::Client;
use super::multiply::multiply;
use super::report::{Goal, Report};
use super::requests::Caller;
use super::scale::{BETWEEN, ROUNDS, SMALL, Served, WARM_UP, side_by_side};
use super::server::{Server, create_key_at, url};
use super::{Dialect, Site, lists, load};
use crate::cluster::Cluster;
use crate::data::{fill, now};
use crate::shell::Outcome;
use probatum_server::seed::Plan;
use std::time::Instant;

/// How many incidents are seeded through the use cases; the rest are copies of them.
const SEEDED: u32 = 10_000;

/// How many searches are drawn, and how often each is measured.
const MIXED: usize = 300;
const MIXED_ROUNDS: usize = 3;

/// What must cost the same.
const SAME: [&str; 7] = [
    "sort=-created_at",
    "/api/stats/incidents?window=30d",
    "/api/stats/incidents?window=366d",
    "/api/map/incidents?window=24h",
    "/api/map/incidents?window=30d",
    "/api/map/incidents?window=366d",
    "status=open",
];

pub fn measure(site: &Site, report: &mut Report, scale: u32, only: Option<Dialect>) -> Outcome {
    let copies = scale.div_ceil(SEEDED).max(1);
    if only != Some(Dialect::Postgres) {
        let file = |name: &str| Ok(url(&site.folder.path().join(name).with_extension("db")));
        on(site, report, Dialect::Sqlite, copies, file)?;
    }
    if only == Some(Dialect::Sqlite) {
        return Ok(());
    }
    let Some(cluster) = Cluster::start()? else {
        eprintln!("PostgreSQL is not installed here: its half is left out");
        return Ok(());
    };
    on(site, report, Dialect::Postgres, copies, |name| cluster.new_database(name))
}

fn on(
    site: &Site,
    report: &mut Report,
    dialect: Dialect,
    copies: u32,
    database: impl Fn(&str) -> Outcome<String>,
) -> Outcome {
    let (few, many) = (database("few")?, database("many")?);
    let n = SEEDED.saturating_mul(copies);
    eprintln!("{dialect}: seeding {SMALL} and {SEEDED} incidents, and making {n} of these");
    fill(&few, &Plan { incidents: SMALL, seed: 1 })?;
    fill(&many, &Plan { incidents: SEEDED, seed: 1 })?;
    let begun = Instant::now();
    multiply(&many, dialect, SEEDED, copies)?;
    eprintln!("{dialect}: {n} incidents after {:.0} s", begun.elapsed().as_secs_f64());
    let (mut small, mut large) = (served(site, &few, "few")?, served(site, &many, "many")?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        report.section(format!(
            "{dialect}: {n} incidents ({SEEDED} seeded, {copies} copies of each) against {SMALL} seeded (medians of {ROUNDS})"
        ));
        for (between, path) in BETWEEN.into_iter().flat_map(|b| SAME.map(|path| (b, path))) {
            side_by_side(&mut small, &mut large, path, between, report).await;
        }
        texts(&mut large, &format!("{dialect}: full text, {n} incidents"), report).await;
        mixed(&mut large, &format!("{dialect}: {MIXED} texts with filters at will, {n} incidents"), report).await;
        Outcome::Ok(())
    })?;
    small.server.stop()?;
    large.server.stop()
}

fn served(site: &Site, database: &str, name: &str) -> Outcome<Served> {
    let caller = Caller::new(&create_key_at(site, database, "operator")?);
    let path = site.folder.path().join(name);
    let server = Server::start_at(site, database, &path)?;
    let client = Client::new(server.address);
    Ok(Served { database: path, caller, server, client })
}

/// Every text the list is tried with, alone and with a filter and another order, as often as everything else.
async fn texts(large: &mut Served, title: &str, report: &mut Report) {
    let Ok(now) = now() else { return };
    let alone = lists::filters(now).into_iter().filter(|case| case.name == "q").map(|case| case.query);
    let mut queries: Vec<String> = alone.collect();
    let mixed = [
        "q=payroll&severity=critical",
        "q=night%20heron&status=open&level=L1_cyber",
        "q=payroll&sort=-severity",
        "q=fictional&sort=-severity",
        "q=fictional&country=PT&sort=updated_at",
        "q=fictional&severity=high&status=triaged",
        "q=%22control%20room%22&level=L1_cyber",
        "q=payroll&status=triaged&sort=priority",
        "q=nowhere",
    ];
    queries.extend(mixed.map(str::to_owned));
    let days_ago = |days: i64| now.plus_hours(-24 * days);
    queries.push(format!("q=fictional&status=triaged&created_before={}", days_ago(300)));
    queries.push(format!("q=payroll&severity=high&created_after={}", days_ago(30)));
    queries.push(format!("q=fictional&created_before={}&sort=-severity", days_ago(180)));
    report.section(title);
    for query in &queries {
        let mut micros = Vec::new();
        for round in 0..WARM_UP + ROUNDS {
            let took = large.list(query, report).await;
            if round >= WARM_UP {
                micros.push(took);
            }
        }
        micros.sort_unstable();
        report.add(format!("{query}, median"), load::at(&micros, 500), "ms", None, None);
        // Of each alone: pooled, the quick ones would hide the slow one.
        report.add(format!("{query}, p95"), load::at(&micros, 950), "ms", None, Some(Goal::AtMost(100.0)));
    }
}

/// Texts with filters nobody chose, all together: those above are known, and what is known gets mended.
async fn mixed(large: &mut Served, title: &str, report: &mut Report) {
    let Ok(now) = now() else { return };
    let mut micros = Vec::new();
    let mut slowest = (0, String::new());
    for query in lists::searches(&lists::filters(now), MIXED) {
        large.list(&query, report).await;
        let mut rounds = Vec::new();
        for _ in 0..MIXED_ROUNDS {
            rounds.push(large.list(&query, report).await);
        }
        rounds.sort_unstable();
        let median = rounds.get(MIXED_ROUNDS / 2).copied().unwrap_or(0);
        slowest = slowest.max((median, query));
        micros.extend(rounds);
    }
    micros.sort_unstable();
    report.section(title);
    report.add("median", load::at(&micros, 500), "ms", None, None);
    report.add("p95", load::at(&micros, 950), "ms", None, Some(Goal::AtMost(100.0)));
    report.add("p99", load::at(&micros, 990), "ms", None, None);
    report.add(format!("slowest: {}", slowest.1), load::at(&[slowest.0], 500), "ms", None, None);
}
