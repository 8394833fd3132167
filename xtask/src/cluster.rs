//! A PostgreSQL server for one task: a fresh cluster on a socket in a temporary folder, gone when dropped.

use crate::shell::Outcome;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// The server runs as this user if we are root, which PostgreSQL refuses to be.
const SERVICE_USER: &str = "postgres";

/// A running cluster.
pub struct Cluster {
    folder: TempDir,
    binaries: PathBuf,
    root: bool,
}

impl Cluster {
    /// Starts one; `None` if PostgreSQL is not installed here.
    pub fn start() -> Outcome<Option<Self>> {
        let Some(binaries) = binaries() else { return Ok(None) };
        // Not under target/: a socket's path is short, and the service user must get there.
        let folder = tempfile::Builder::new().prefix("probatum-pg-").tempdir()?;
        let cluster = Self { folder, binaries, root: are_we_root() };
        if cluster.root {
            succeed(Command::new("chown").arg(SERVICE_USER).arg(cluster.folder.path()))?;
        }
        let data = cluster.data();
        succeed(
            cluster
                .command("initdb")
                .args(["-A", "trust", "-U", "probatum", "-E", "UTF8", "-N", "-D"])
                .arg(&data),
        )?;
        let options = format!(
            "-c listen_addresses='' -c fsync=off -c shared_buffers=512MB -k '{}'",
            cluster.folder.path().display()
        );
        let log = cluster.folder.path().join("log");
        succeed(
            cluster
                .command("pg_ctl")
                .args(["start", "-w", "-o", &options, "-l"])
                .arg(&log)
                .arg("-D")
                .arg(&data),
        )?;
        Ok(Some(cluster))
    }

    /// The address of its database.
    pub fn url(&self) -> String {
        format!("host={} user=probatum dbname=postgres", self.folder.path().display())
    }

    /// The URL of a new, empty database of it.
    pub fn new_database(&self, name: &str) -> Outcome<String> {
        let mut conn = PgConnection::establish(&self.url())?;
        conn.batch_execute(&format!("CREATE DATABASE {name}"))?;
        Ok(format!("postgres://probatum@/{name}?host={}", self.folder.path().display()))
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn command(&self, program: &str) -> Command {
        let program = self.binaries.join(program);
        let mut command = if self.root {
            let mut command = Command::new("setpriv");
            command.args(["--reuid", SERVICE_USER, "--regid", SERVICE_USER, "--clear-groups"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(self.folder.path());
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let mut stop = self.command("pg_ctl");
        stop.args(["stop", "-m", "immediate", "-D"]).arg(self.data());
        if let Err(e) = succeed(&mut stop) {
            eprintln!("the throw-away PostgreSQL could not be stopped: {e}");
        }
    }
}

/// The folder with initdb and pg_ctl: in PATH, else the newest where Linux distributions keep them.
fn binaries() -> Option<PathBuf> {
    let complete =
        |folder: &PathBuf| ["initdb", "pg_ctl"].iter().all(|program| folder.join(program).is_file());
    let path = std::env::var_os("PATH").unwrap_or_default();
    if let Some(folder) = std::env::split_paths(&path).find(complete) {
        return Some(folder);
    }
    let versions = std::fs::read_dir(Path::new("/usr/lib/postgresql")).ok()?;
    let mut versions: Vec<_> = versions.filter_map(|entry| entry.ok().map(|e| e.path())).collect();
    versions.sort_by_key(|path| path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok()));
    versions.iter().rev().map(|version| version.join("bin")).find(complete)
}

fn are_we_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn succeed(command: &mut Command) -> Outcome {
    // The server inherits what pg_ctl has: a pipe of ours would stay open as long as it runs.
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::inherit()).status();
    let program = command.get_program().to_string_lossy().into_owned();
    let status = status.map_err(|e| format!("{program} could not be started: {e}"))?;
    if status.success() { Ok(()) } else { Err(format!("{program} failed: {status}").into()) }
}
