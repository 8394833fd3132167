//! Throughput over HTTP: the liveness route, durable creates, one incident whole, and a page of the list.

use super::client::Client;
use super::load::{self, Load, Measured};
use super::report::{Goal, Report};
use super::requests::{Caller, report_body};
use super::server::{Server, create_key, url};
use super::{Args, Site, bare};
use crate::data::{bring_up, now};
use crate::shell::Outcome;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// How many incidents are read whole, in turn, each with this much evidence and as many actions.
const READ: usize = 64;
const ATTACHED: usize = 2;

/// What the server did.
struct Runs {
    creates: Measured,
    live: Measured,
    by_id: Measured,
    page: Measured,
    resident_mib: f64,
}

/// Measures the server, then a bare file that takes the rows the server just wrote.
pub fn measure(site: &Site, args: &Args, report: &mut Report) -> Outcome {
    let database = site.folder.path().join("traffic.db");
    bring_up(&url(&database))?;
    let caller = Caller::new(&create_key(site, &database)?);
    let server = Server::start(site, &database)?;
    let runs = drive(&server, &caller, args)?;
    server.stop()?;

    eprintln!("the same rows into a bare SQLite file, {} s each way", args.seconds);
    let lasting = Duration::from_secs(args.seconds);
    let whole = bare::measure(&database, &site.folder.path().join("bare.db"), lasting, bare::Rows::All)?;
    let kept =
        bare::measure(&database, &site.folder.path().join("bare-kept.db"), lasting, bare::Rows::Inserted)?;

    let clients = args.clients;
    report.section(format!(
        "Durable creates, {clients} clients, against a bare SQLite file with one commit per create"
    ));
    let creates = &runs.creates;
    report.add("creates", creates.per_second, "/s", Some(whole), Some(Goal::RatioAtLeast(1.0)));
    report.add("  against its inserted rows alone, no counters", creates.per_second, "/s", Some(kept), None);
    report.add("  p50", creates.p50_ms, "ms", None, None);
    report.add("  p99", creates.p99_ms, "ms", None, None);
    let failed = f64::from(u32::try_from(creates.failed).unwrap_or(u32::MAX));
    report.add("  failed requests", failed, "", None, Some(Goal::AtMost(0.0)));

    report.section(format!("Reads, {clients} clients, against GET /health/live"));
    let live = runs.live.per_second;
    report.add("GET /health/live", live, "/s", None, None);
    for (name, run, least) in [
        ("GET by id, with evidence and actions", &runs.by_id, 0.1),
        ("GET a list page of 20", &runs.page, 0.03),
    ] {
        report.add(name, run.per_second, "/s", Some(live), Some(Goal::RatioAtLeast(least)));
        report.add("  p99", run.p99_ms, "ms", None, None);
    }
    report.section("Memory");
    report.add("resident after this load", runs.resident_mib, "MiB", None, Some(Goal::AtMost(150.0)));
    for run in [&runs.creates, &runs.live, &runs.by_id, &runs.page] {
        report.count_failures(run);
    }
    Ok(())
}

fn drive(server: &Server, caller: &Caller, args: &Args) -> Outcome<Runs> {
    let run = |name: &str, expected: u16, script: load::Script| {
        eprintln!("{name}: {} clients, {} s", args.clients, args.seconds);
        let lasting = Duration::from_secs(args.seconds);
        load::run(&Load { address: server.address, clients: args.clients, lasting, expected, script })
    };
    let (detected_at, reporter) = (now()?.to_string(), caller.clone());
    let creates = run(
        "POST /api/incidents",
        201,
        Arc::new(move |n, out| {
            reporter.send_into("POST", "/api/incidents", &report_body(n, &detected_at), out);
        }),
    )?;
    let ids = furnish(server.address, caller)?;
    let reads: Vec<_> = ids.iter().map(|id| caller.get(&format!("/api/incidents/{id}"))).collect();
    let live = constant(b"GET /health/live HTTP/1.1\r\nhost: bench\r\n\r\n".to_vec());
    Ok(Runs {
        creates,
        live: run("GET /health/live", 200, live)?,
        by_id: run("GET /api/incidents/:id", 200, Arc::new(move |n, out| out.extend(in_turn(&reads, n))))?,
        page: run("GET /api/incidents?per_page=20", 200, constant(caller.get("/api/incidents?per_page=20")))?,
        resident_mib: server.resident_mib()?,
    })
}

fn constant(request: Vec<u8>) -> load::Script {
    Arc::new(move |_, out| out.extend_from_slice(&request))
}

fn in_turn(requests: &[Vec<u8>], n: u64) -> &[u8] {
    let place = usize::try_from(n).unwrap_or(0) % requests.len().max(1);
    requests.get(place).map(Vec::as_slice).unwrap_or_default()
}

/// Incidents with evidence and actions; their ids.
fn furnish(address: SocketAddr, caller: &Caller) -> Outcome<Vec<String>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut client = Client::new(address);
        let detected_at = now()?.to_string();
        let mut ids = Vec::with_capacity(READ);
        for n in 0..READ {
            let body = report_body(u64::try_from(n)?, &detected_at);
            let made = created(&mut client, caller, "/api/incidents", &body).await?;
            let id = made.get("id").and_then(Value::as_str).ok_or("a create answered no id")?.to_owned();
            for item in 0..ATTACHED {
                let hash = format!("{:064x}", n.saturating_mul(ATTACHED).saturating_add(item));
                let custody = json!([{
                    "ts": detected_at, "actor": "analyst:kdzik", "action": "collected", "hash_after": hash,
                }]);
                let evidence = json!({
                    "kind": "agent_trace", "source": "orchestrator-logs", "content_ref": "s3://evidence/trace.json",
                    "hash_sha256": hash, "confidence": 82, "visibility": "internal", "chain_of_custody": custody,
                });
                created(&mut client, caller, &format!("/api/incidents/{id}/evidence"), &evidence.to_string()).await?;
                let step = json!({"title": "Put the agent behind approval", "owner": "anowak"});
                created(&mut client, caller, &format!("/api/incidents/{id}/actions"), &step.to_string()).await?;
            }
            ids.push(id);
        }
        Ok(ids)
    })
}

async fn created(client: &mut Client, caller: &Caller, path: &str, body: &str) -> Outcome<Value> {
    let mut request = Vec::new();
    caller.send_into("POST", path, body, &mut request);
    let reply = client.send(&request).await?;
    if reply.status != 201 {
        return Err(format!("POST {path}: {} {}", reply.status, String::from_utf8_lossy(reply.body)).into());
    }
    Ok(serde_json::from_slice(reply.body)?)
}
