//! The question every gateway asks before every call of a tool: may this agent use it now? Among 100 000 agents.

use super::load::{self, Load};
use super::report::{Goal, Report};
use super::requests::Caller;
use super::server::{Server, create_key, url};
use super::{Args, Site};
use crate::data::{bring_up, now};
use crate::shell::Outcome;
use probatum_agent_trust::{NewAgent, Tool, ToolRisk};
use probatum_application::ports::Executor;
use probatum_application::use_cases::agents;
use probatum_application::{Ctx, Principal};
use probatum_storage::{Settings, Store};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// How many agents there are.
const AGENTS: u64 = 100_000;
/// How many are registered in one transaction.
const BATCH: u64 = 200;

pub fn measure(site: &Site, args: &Args, report: &mut Report) -> Outcome {
    let database = site.folder.path().join("agents.db");
    eprintln!("registering {AGENTS} agents");
    register(&database)?;
    let caller = Caller::new(&create_key(site, &database)?);
    let server = Server::start(site, &database)?;
    let run = |name: &str, script: load::Script| {
        eprintln!("{name}: {} clients, {} s", args.clients, args.seconds);
        let lasting = Duration::from_secs(args.seconds);
        load::run(&Load { address: server.address, clients: args.clients, lasting, expected: 200, script })
    };
    let live = run(
        "GET /health/live",
        Arc::new(|_, out| out.extend_from_slice(b"GET /health/live HTTP/1.1\r\nhost: bench\r\n\r\n")),
    )?;
    let asked = run(
        "POST /api/agents/:id/authorize",
        Arc::new(move |n, out| {
            // Far apart, so that no cache has the next one by chance.
            let agent = n.wrapping_mul(7_919) % AGENTS;
            caller.send_into(
                "POST",
                &format!("/api/agents/{}/authorize", name(agent)),
                r#"{"tool":"crm.read"}"#,
                out,
            );
        }),
    )?;
    server.stop()?;
    report.section(format!("May this agent use this tool? {AGENTS} agents, against GET /health/live"));
    let goal = Some(Goal::RatioAtLeast(0.15));
    report.add("POST /api/agents/:id/authorize", asked.per_second, "/s", Some(live.per_second), goal);
    report.add("  p99", asked.p99_ms, "ms", None, None);
    for run in [&live, &asked] {
        report.count_failures(run);
    }
    Ok(())
}

fn name(n: u64) -> String {
    format!("agent-{n:06}")
}

fn register(database: &Path) -> Outcome {
    let url = url(database);
    bring_up(&url)?;
    let store = Store::open(&Settings::parse(&url, false)?)?;
    let door: &dyn Executor = &store;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let ctx = Ctx { principal: Principal::system("bench"), now: now()?, request_id: "bench".to_owned() };
    runtime.block_on(async {
        for first in (0..AGENTS).step_by(usize::try_from(BATCH)?) {
            let ctx = ctx.clone();
            let work = move |tx: &mut dyn probatum_application::ports::Tx| {
                for n in first..first.saturating_add(BATCH) {
                    let id =
                        name(n).parse().map_err(|_| probatum_application::AppError::internal("agent id"))?;
                    let allowed_tools = vec![Tool { name: "crm.read".to_owned(), risk: ToolRisk::Read }];
                    agents::register(tx, &ctx, &NewAgent { allowed_tools, ..NewAgent::new(id) })?;
                }
                Ok(())
            };
            door.writing(work).await?;
        }
        Ok(())
    })
}
