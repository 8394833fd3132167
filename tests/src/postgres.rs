//! A throw-away PostgreSQL cluster per test process, from the binaries that are installed, and a database per caller.

use crate::scratch::{self, Watched};
use crate::wait::until;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

/// The password of the superuser `probatum`; the cluster listens on the loopback only and lives as long as the tests.
const PASSWORD: &str = "throw-away";

/// Settings for speed. What they give up is durability when the machine fails, which no test makes it do.
const FAST: &[&str] = &["-cfsync=off", "-cfull_page_writes=off"];

static DURABLE: AtomicBool = AtomicBool::new(false);

/// Has the cluster of this process keep every promise to the disk. To be called before anything uses it.
pub fn durable() {
    DURABLE.store(true, Ordering::SeqCst);
}

struct Cluster {
    binaries: PathBuf,
    port: u16,
    // A database is copied from a template that nobody may be using: one copy at a time.
    creating: Mutex<()>,
    _running: Watched,
    _process: Child,
}

/// Whether there is a PostgreSQL to test against. Said once on standard error if not; on CI it is a failure.
pub(crate) fn is_here() -> bool {
    if binaries().is_some() {
        return true;
    }
    assert!(std::env::var_os("CI").is_none(), "no PostgreSQL binaries found, and CI must not skip that half");
    static SAID: OnceLock<()> = OnceLock::new();
    SAID.get_or_init(|| {
        use std::io::Write;
        // Not by a macro: the test harness would keep what a passing test prints.
        let said =
            b"SKIPPED: the PostgreSQL half of these tests: no initdb found in PATH or /usr/lib/postgresql\n";
        let _ = std::io::stderr().write_all(said);
    });
    false
}

fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| start(binaries().expect("is_here() was not asked")))
}

/// The folder with `initdb`: of the newest Debian-style installation, or of the search path.
fn binaries() -> Option<PathBuf> {
    let version = |p: &PathBuf| p.parent()?.file_name()?.to_str()?.parse::<u32>().ok();
    let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut installed: Vec<PathBuf> = installed.map(|e| e.path().join("bin")).collect();
    installed.sort_by_key(|p| std::cmp::Reverse(version(p)));
    let path = std::env::var_os("PATH").unwrap_or_default();
    installed.into_iter().chain(std::env::split_paths(&path)).find(|p| p.join("initdb").is_file())
}

/// A command of PostgreSQL's, run by somebody unprivileged: it refuses to run as root.
fn command(binary: &Path, folder: &Path) -> Command {
    let owner = std::fs::metadata(folder).unwrap();
    let mut command = Command::new(binary);
    command.current_dir(folder).stdin(Stdio::null()).env_remove("PGDATA");
    if std::fs::metadata(scratch::root()).unwrap().uid() != owner.uid() {
        command.uid(owner.uid()).gid(owner.gid());
    }
    command
}

/// The user and group of `postgres`, or of `nobody`, if we are root; `None` if we are somebody unprivileged ourselves.
fn unprivileged() -> Option<(u32, u32)> {
    if std::fs::metadata(scratch::root()).unwrap().uid() != 0 {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").unwrap();
    let ids = |name: &str| {
        let mut fields = users.lines().map(|l| l.split(':')).find(|l| l.clone().next() == Some(name))?;
        Some((fields.nth(2)?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    Some(
        ids("postgres")
            .or_else(|| ids("nobody"))
            .expect("root needs a user postgres or nobody to run PostgreSQL"),
    )
}

fn start(binaries: PathBuf) -> Cluster {
    let folder = scratch::root().join("postgres");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("password"), PASSWORD).unwrap();
    if let Some((user, group)) = unprivileged() {
        for path in [folder.join("password"), folder.clone()] {
            std::os::unix::fs::chown(path, Some(user), Some(group)).unwrap();
        }
    }
    let made = command(&binaries.join("initdb"), &folder)
        .args(["-D", "data", "-U", "probatum", "-E", "UTF8", "--no-locale", "--no-sync", "--pwfile=password"])
        .args(["--auth-host=scram-sha-256", "--auth-local=reject"])
        .output()
        .unwrap();
    assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
    // Somebody may take the port between our finding it free and PostgreSQL's taking it.
    (0..5).find_map(|_| listen(&binaries, &folder)).unwrap_or_else(|| {
        panic!(
            "PostgreSQL does not start: {}",
            std::fs::read_to_string(folder.join("log")).unwrap_or_default()
        )
    })
}

fn listen(binaries: &Path, folder: &Path) -> Option<Cluster> {
    let port = crate::server::free_port();
    let log = std::fs::File::create(folder.join("log")).unwrap();
    let mut process = command(&binaries.join("postgres"), folder)
        .args([
            "-D",
            "data",
            "-clisten_addresses=127.0.0.1",
            "-cunix_socket_directories=",
            "-cmax_connections=300",
        ])
        .args(if DURABLE.load(Ordering::SeqCst) { &[] } else { FAST })
        .args(["-p", &port.to_string()])
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        // Ctrl-C on the tests is the guard's business.
        .process_group(0)
        .spawn()
        .unwrap();
    let running = Watched::new(process.id(), "QUIT");
    let up = until("PostgreSQL accepts connections", Duration::from_secs(30), || {
        if process.try_wait().unwrap().is_some() {
            return Some(false);
        }
        let asked = Command::new(binaries.join("pg_isready"))
            .args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()])
            .status()
            .unwrap();
        asked.success().then_some(true)
    });
    let binaries = binaries.to_owned();
    up.then(|| Cluster { binaries, port, creating: Mutex::new(()), _running: running, _process: process })
}

/// A new, empty database; its URL.
pub(crate) fn database() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let cluster = cluster();
    let name = format!("t{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let one_at_a_time = cluster.creating.lock().unwrap_or_else(|e| e.into_inner());
    execute(&url(cluster, "postgres"), &format!("CREATE DATABASE {name}"));
    drop(one_at_a_time);
    url(cluster, &name)
}

fn url(cluster: &Cluster, name: &str) -> String {
    format!("postgres://probatum:{PASSWORD}@127.0.0.1:{}/{name}", cluster.port)
}

/// Runs a statement on a database, as its owner.
pub(crate) fn execute(url: &str, statement: &str) {
    let psql = cluster().binaries.join("psql");
    let done = Command::new(psql)
        .args(["-qX", "-v", "ON_ERROR_STOP=1", "-c", statement, "-d", url])
        .output()
        .unwrap();
    assert!(done.status.success(), "{statement}: {}", String::from_utf8_lossy(&done.stderr));
}

/// Throws away a database that others are using.
pub(crate) fn lose(url: &str) {
    let name = url.rsplit('/').next().unwrap_or_default();
    execute(&self::url(cluster(), "postgres"), &format!("DROP DATABASE {name} WITH (FORCE)"));
}
