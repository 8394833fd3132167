//! The commands: each loads its configuration, opens what it needs, and says what it did.

use crate::cli::{Audit, Cli, Command, Common, Key};
use crate::config::{Config, ConfigError};
use crate::progress::{migrated, progress};
use crate::{SystemClock, bundle, checkpoint, evidence, seed, serve, signing_key};
use probatum_application::ports::{ApiKey, Clock, Executor};
use probatum_application::use_cases::{audit, deadlines, keys};
use probatum_application::{AppError, Ctx, Principal};
use probatum_compliance_export::LogHead;
use probatum_kernel::Role;
use probatum_storage::{Backend, Store, migration_state};
use std::future::Future;
use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;

/// Why a command failed, in words for the person at the terminal.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Failure(pub String);

impl From<ConfigError> for Failure {
    fn from(e: ConfigError) -> Self {
        Self(e.to_string())
    }
}

/// Whoever runs the program may know the cause.
impl From<AppError> for Failure {
    fn from(e: AppError) -> Self {
        Self(e.cause.unwrap_or(e.detail))
    }
}

/// Runs a command.
pub fn run(cli: Cli) -> Result<(), Failure> {
    match cli.command {
        Command::Serve(given) => serve::serve(&Config::load(&given)?),
        Command::Migrate { common, dry_run } => migrations(&Config::of_database(&common)?, dry_run),
        Command::Key(command) => key(command),
        Command::Audit(Audit::Verify { common, checkpoint, keys }) => {
            let kept = checkpoint.map(|file| checkpoint::read(&file, &keys)).transpose()?;
            verify_audit(&common, kept.as_ref())
        }
        Command::Evidence(command) => evidence::run(command),
        Command::SigningKey(command) => signing_key::run(&command),
        Command::Bundle(command) => bundle::run(&command),
        Command::Seed { common, incidents, seed } => seeded(&common, seed::Plan { incidents, seed }),
        Command::Openapi => {
            let text = probatum_api::openapi_json();
            say(text.trim_end())
        }
        Command::Healthcheck { listen } => healthcheck(listen),
    }
}

/// Prints a line on standard output. A reader that has gone away is no failure of ours to panic about.
pub fn say(line: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).map_err(|e| Failure(e.to_string()))
}

/// Runs what a command waits for.
pub fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|e| Failure(e.to_string()))?.block_on(work)
}

/// Opens a database, migrated if need be: a key may be made before the first start.
fn open(common: &Common) -> Result<Store, Failure> {
    let config = Config::of_database(common)?;
    migrated(&config.store.backend)?;
    follow_rules(&config)?;
    Ok(Store::open(&config.store)?)
}

/// Has deadlines follow the operator's rules, if there are some.
pub fn follow_rules(config: &Config) -> Result<(), Failure> {
    Ok(config.deadline_rules.clone().map_or(Ok(()), deadlines::use_rules)?)
}

/// Randomness for a key, from the operating system.
pub fn random() -> Result<[u8; 38], Failure> {
    let mut random = [0u8; 38];
    getrandom::fill(&mut random).map_err(|e| Failure(format!("no randomness: {e}")))?;
    Ok(random)
}

/// The circumstances of a command: whoever can run it on the database may do everything.
pub fn ctx() -> Ctx {
    let now = SystemClock.now();
    Ctx {
        principal: Principal::system("cli"),
        now,
        request_id: format!("cli-{}-{}", std::process::id(), now.millis()),
    }
}

fn migrations(config: &Config, dry_run: bool) -> Result<(), Failure> {
    let done = if dry_run {
        migration_state(&config.store.backend)?.pending
    } else {
        migrated(&config.store.backend)?
    };
    for migration in &done {
        say(&format!("{} {migration}", if dry_run { "pending" } else { "applied" }))?;
    }
    if done.is_empty() { say("nothing to do: the database is up to date") } else { Ok(()) }
}

fn key(command: Key) -> Result<(), Failure> {
    match command {
        Key::Create { common, name, roles, expires } => {
            let store = open(&common)?;
            let key = block_on(new_key(&store, name, roles, expires))?;
            say(&key)
        }
        Key::List { common, json } => {
            let store = open(&common)?;
            let door: &dyn Executor = &store;
            let ctx = ctx();
            let all = block_on(async { Ok(door.reading(move |tx| keys::list(tx, &ctx)).await?) })?;
            list_keys(&all, json)
        }
        Key::Revoke { common, id } => {
            let store = open(&common)?;
            let door: &dyn Executor = &store;
            let ctx = ctx();
            // The whole key may be pasted; its public part is what counts.
            let id =
                id.strip_prefix("tw_").and_then(|k| k.split('_').next()).map(str::to_owned).unwrap_or(id);
            block_on(async { Ok(door.writing(move |tx| keys::revoke(tx, &ctx, &id)).await?) })?;
            say("revoked")
        }
    }
}

/// Makes and stores a key; its text is returned and kept nowhere.
async fn new_key(
    store: &dyn Executor,
    name: String,
    roles: Vec<Role>,
    expires_hours: Option<i64>,
) -> Result<String, Failure> {
    let (random, ctx) = (random()?, ctx());
    let new = keys::NewKey { name, roles, expires_at: expires_hours.map(|h| ctx.now.plus_hours(h)) };
    store
        .writing(move |tx| {
            let secret = keys::KeySecret::from_random(&random);
            keys::create(tx, &ctx, &new, &secret)?;
            Ok(secret.reveal())
        })
        .await
        .map_err(|e| if e.fields.is_empty() { e.into() } else { Failure(e.detail) })
}

fn list_keys(all: &[ApiKey], json: bool) -> Result<(), Failure> {
    let state = |k: &ApiKey| match (k.revoked_at, k.expires_at) {
        (Some(at), _) => format!("revoked {at}"),
        (None, Some(at)) if at <= SystemClock.now() => format!("expired {at}"),
        (None, Some(at)) => format!("until {at}"),
        (None, None) => "active".to_owned(),
    };
    if json {
        let rows: Vec<_> = all
            .iter()
            .map(|k| {
                serde_json::json!({
                    "id": k.id, "name": k.name, "roles": k.roles, "created_at": k.created_at,
                    "expires_at": k.expires_at, "revoked_at": k.revoked_at,
                })
            })
            .collect();
        return say(&serde_json::Value::Array(rows).to_string());
    }
    say(&format!("{:<14} {:<24} {:<32} {}", "ID", "NAME", "ROLES", "STATE"))?;
    for k in all {
        let roles = k.roles.iter().map(|r| r.as_str()).collect::<Vec<_>>().join(",");
        say(&format!("{:<14} {:<24} {:<32} {}", k.id, k.name, roles, state(k)))?;
    }
    Ok(())
}

/// Reading commands look at a database that is there; they do not make an empty one.
pub fn existing(config: &Config) -> Result<(), Failure> {
    match &config.store.backend {
        Backend::Sqlite(path) if !path.exists() => {
            Err(Failure(format!("database '{}': no such file", path.display())))
        }
        _ => Ok(()),
    }
}

fn verify_audit(common: &Common, kept: Option<&LogHead>) -> Result<(), Failure> {
    let config = Config::of_database(common)?;
    existing(&config)?;
    let store = Store::open(&config.store)?;
    let door: &dyn Executor = &store;
    block_on(async {
        let (last, _) = door.reading(|tx| tx.audit_head()).await?;
        let bar = progress(u64::try_from(last).unwrap_or(0), "entries");
        let mut at = audit::Checked::nothing();
        loop {
            let from = at.clone();
            let next = door.reading(move |tx| audit::verify_next(tx, &from)).await;
            match next.map_err(|e| Failure(e.detail))? {
                Some(next) => at = next,
                None => break,
            }
            bar.set_position(u64::try_from(at.seq).unwrap_or(0));
        }
        bar.finish_and_clear();
        let root = at.tree.root().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        say(&format!("the audit log is whole: {} entries, head {}, tree root {root}", at.seq, at.hash))?;
        match kept {
            Some(head) => checkpoint::compare(door, head, at.seq).await,
            None => Ok(()),
        }
    })
}

fn seeded(common: &Common, plan: seed::Plan) -> Result<(), Failure> {
    let store = open(common)?;
    let bar = progress(u64::from(plan.incidents), "incidents");
    let summary = block_on(async {
        let door: &dyn Executor = &store;
        Ok(seed::run(door, &plan, SystemClock.now(), |n| bar.set_position(n)).await?)
    })?;
    bar.finish_and_clear();
    let seed::Summary { incidents, evidence, actions, closed } = summary;
    say(&format!(
        "wrote {incidents} incidents ({closed} of them closed), {evidence} items of evidence, {actions} actions"
    ))
}

fn healthcheck(listen: SocketAddr) -> Result<(), Failure> {
    let agent =
        ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(5))).build().new_agent();
    let url = format!("http://{listen}/health/ready");
    agent.get(&url).call().map_err(|e| Failure(format!("{url}: {e}")))?;
    say("ready")
}
