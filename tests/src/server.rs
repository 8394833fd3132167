//! A running `probatum serve`: started on a free port, killed, stopped, and gone when dropped.

use crate::hook;
use crate::program::probatum;
use crate::scratch::{self, Watched};
use crate::wait::until;
use std::collections::BTreeSet;
use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::time::Duration;

/// How long a server may take to become ready, or to stop when asked to.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server process.
pub struct Server {
    process: Child,
    watched: Option<Watched>,
    port: u16,
    log: PathBuf,
}

/// A port nobody listens on, and that this process did not hand out before.
pub(crate) fn free_port() -> u16 {
    static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());
    loop {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).unwrap().port();
        if GIVEN.lock().unwrap_or_else(|e| e.into_inner()).insert(port) {
            return port;
        }
    }
}

impl Server {
    /// Starts a server on `database` with its files under `data`, and waits until it is ready.
    pub fn start(database: &str, data: &Path, more: &[&str]) -> Self {
        let log = scratch::folder("server").join("log");
        // Somebody may take the port between our finding it free and the server's taking it.
        let started = (0..3).find_map(|_| Self::listen(database, data, more, &log));
        started.unwrap_or_else(|| panic!("probatum serve does not start:\n{}", tail(&log)))
    }

    fn listen(database: &str, data: &Path, more: &[&str], log: &Path) -> Option<Self> {
        let port = free_port();
        let output = File::create(log).unwrap();
        let process = probatum()
            .args(["serve", "--listen", &format!("127.0.0.1:{port}"), "--database", database])
            .arg("--data")
            .arg(data)
            .args(more)
            .env(hook::SECRET_ENV, hook::SECRET)
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn()
            .unwrap();
        let watched = Some(Watched::new(process.id(), "KILL"));
        let mut server = Self { process, watched, port, log: log.to_owned() };
        let agent = crate::client::agent(Duration::from_secs(2));
        let ready = format!("{}/health/ready", server.base());
        until("probatum serve is ready", PATIENCE, || {
            if server.ended().is_some() {
                return Some(false);
            }
            agent.get(&ready).call().is_ok_and(|r| r.status() == 200).then_some(true)
        })
        .then_some(server)
    }

    /// Where it listens, without a slash at the end.
    pub fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What it wrote so far, standard output and standard error.
    pub fn output(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// The file its output goes to.
    pub(crate) fn log(&self) -> &Path {
        &self.log
    }

    /// kill -9, and gone when this returns.
    pub fn kill(&mut self) {
        if self.ended().is_none() {
            self.process.kill().unwrap();
            self.process.wait().unwrap();
            self.watched = None;
        }
    }

    /// Sends a signal by its name: `TERM`, `INT`.
    pub fn signal(&self, name: &str) {
        let pid = self.process.id().to_string();
        let mut kill = Command::new("sh");
        kill.args(["-c", "kill \"-$1\" \"$2\"", "kill", name, &pid]).stdin(Stdio::null());
        assert!(kill.status().unwrap().success());
    }

    /// How it ended by itself, or by a signal.
    pub fn end(&mut self) -> ExitStatus {
        until("probatum serve ends", PATIENCE, || self.ended())
    }

    fn ended(&mut self) -> Option<ExitStatus> {
        let ended = self.process.try_wait().unwrap();
        if ended.is_some() {
            self.watched = None;
        }
        ended
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The end of a log, for the message of a failed test.
pub(crate) fn tail(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(30)..].join("\n")
}
