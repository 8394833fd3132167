//! Log intake: events taken (202, on disk) and events worked through into incidents, against durable single creates.

use super::client::Client;
use super::load::{self, Load};
use super::report::{Goal, Report};
use super::requests::{Caller, report_body};
use super::server::{Server, create_key_of, url};
use super::{Args, Site};
use crate::data::{bring_up, now};
use crate::shell::Outcome;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Events of one delivery: as many as one may have.
const EVENTS: u64 = 10_000;
/// Their rules and machines: so many groups a delivery.
const RULES: u64 = 20;
const HOSTS: u64 = 25;
/// How many shippers send at once.
const SHIPPERS: u32 = 4;
/// How long we wait for the rest to be worked through.
const PATIENCE: Duration = Duration::from_secs(600);

pub fn measure(site: &Site, args: &Args, report: &mut Report) -> Outcome {
    let database = site.folder.path().join("intake.db");
    bring_up(&url(&database))?;
    let caller = Caller::new(&create_key_of(site, &database, "devsecops")?);
    let server = Server::start(site, &database)?;
    let (detected_at, lasting) = (now()?.to_string(), Duration::from_secs(args.seconds));
    eprintln!("POST /api/incidents: {} clients, {} s", args.clients, args.seconds);
    let (reporter, at) = (caller.clone(), detected_at.clone());
    let script: load::Script =
        Arc::new(move |n, out| reporter.send_into("POST", "/api/incidents", &report_body(n, &at), out));
    let creates =
        load::run(&Load { address: server.address, clients: args.clients, lasting, expected: 201, script })?;

    eprintln!("POST /api/intake/log: {SHIPPERS} shippers, {} s", args.seconds);
    let (shipper, body) = (caller.clone(), events(&detected_at));
    let script: load::Script = Arc::new(move |n, out| {
        // One event differs, so that no delivery repeats another.
        let first = format!("{{\"message\":\"delivery {n}\",\"host\":\"shipper\"}}\n{body}");
        shipper.send_lines_into("/api/intake/log", &first, out);
    });
    let begun = Instant::now();
    let taken =
        load::run(&Load { address: server.address, clients: SHIPPERS, lasting, expected: 202, script })?;
    let processed = drained(&server, &caller)?;
    let whole = begun.elapsed().as_secs_f64();
    let resident = server.resident_mib()?;
    server.stop()?;

    let events = f64::from(u32::try_from(EVENTS)?);
    report.section(format!(
        "Log intake, {SHIPPERS} shippers with {EVENTS} events each time, {} groups, against durable creates",
        RULES * HOSTS
    ));
    let rate = creates.per_second;
    report.add("creates", rate, "/s", None, None);
    let per_second = taken.per_second * events;
    report.add("events taken, on disk", per_second, "/s", Some(rate), Some(Goal::RatioAtLeast(10.0)));
    report.add("  p99 of a delivery", taken.p99_ms, "ms", None, None);
    let through = processed / whole;
    report.add("events worked through", through, "/s", Some(rate), Some(Goal::RatioAtLeast(3.0)));
    report.add("  resident afterwards", resident, "MiB", None, None);
    for run in [&creates, &taken] {
        report.count_failures(run);
    }
    Ok(())
}

/// One event a line, of 20 rules about 25 machines.
fn events(at: &str) -> String {
    let line = |n: u64| {
        format!(
            "{{\"@timestamp\":\"{at}\",\"message\":\"Failed password for root from 203.0.113.{} port {} ssh2\",\
             \"rule\":{{\"id\":\"rule-{}\",\"name\":\"Repeated failed logins\"}},\"severity\":\"medium\",\
             \"host\":{{\"name\":\"web-{}\"}},\"source\":{{\"ip\":\"203.0.113.{}\"}},\"event\":{{\"kind\":\"alert\"}}}}\n",
            n % 250,
            1_024 + n,
            n % RULES,
            n / RULES % HOSTS,
            n % 250
        )
    };
    (1..EVENTS).map(line).collect()
}

/// Waits until nothing is left to be worked through; how many events were.
fn drained(server: &Server, caller: &Caller) -> Outcome<f64> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut client = Client::new(server.address);
        let (request, begun) = (caller.get("/metrics"), Instant::now());
        loop {
            let text = String::from_utf8_lossy(client.send(&request).await?.body).into_owned();
            let value = |name: &str| {
                let line = text.lines().find_map(|line| line.strip_prefix(name));
                line.and_then(|rest| rest.trim().parse::<f64>().ok())
            };
            if value("probatum_intake_deliveries_waiting ") == Some(0.0) {
                let counted = value("probatum_intake_events_processed_total{result=\"accepted\"}");
                return counted.ok_or_else(|| "no event was worked through".into());
            }
            if begun.elapsed() > PATIENCE {
                return Err("the intake was not worked through in time".into());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
}
