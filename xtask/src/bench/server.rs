//! The program under measurement: started, asked whether it is ready, watched and stopped.

use super::Site;
use crate::shell::Outcome;
use std::fs::File;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long starting and stopping may take before we give up.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    /// How long it took from the start of the process to the first 200 of /health/ready.
    pub ready_in: Duration,
}

/// The address of a database file.
pub fn url(database: &Path) -> String {
    format!("sqlite://{}", database.display())
}

/// A command of the program, without settings from our own environment.
fn program(site: &Site) -> Command {
    let mut command = Command::new(&site.program);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PROBATUM_") {
            command.env_remove(name);
        }
    }
    command.current_dir(site.folder.path()).stdin(Stdio::null());
    command
}

/// Makes an API key for the load.
pub fn create_key(site: &Site, database: &Path) -> Outcome<String> {
    create_key_of(site, database, "operator")
}

/// Makes an API key with this role.
pub fn create_key_of(site: &Site, database: &Path, role: &str) -> Outcome<String> {
    let mut command = program(site);
    command.args(["key", "create", "--name", "bench", "--role", role, "--database", &url(database)]);
    let output = command.stderr(Stdio::inherit()).output()?;
    let key = String::from_utf8(output.stdout)?.trim().to_owned();
    if output.status.success() && key.starts_with("tw_") {
        Ok(key)
    } else {
        Err("`probatum key create` printed no key".into())
    }
}

impl Server {
    /// Starts the program on a database and waits until it is ready.
    pub fn start(site: &Site, database: &Path) -> Outcome<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let log = File::create(database.with_extension("log"))?;
        let mut command = program(site);
        command.args(["serve", "--listen", &address.to_string(), "--database", &url(database), "--data"]);
        command.arg(database.with_extension("data")).stdout(log.try_clone()?).stderr(log);
        let begun = Instant::now();
        let child = command.spawn()?;
        let mut server = Self { child, address, ready_in: Duration::ZERO };
        while !is_ready(address) {
            if let Some(status) = server.child.try_wait()? {
                let log = std::fs::read_to_string(database.with_extension("log")).unwrap_or_default();
                return Err(format!("`probatum serve` ended ({status}) before it was ready:\n{log}").into());
            }
            if begun.elapsed() > PATIENCE {
                return Err("`probatum serve` did not become ready".into());
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        server.ready_in = begun.elapsed();
        Ok(server)
    }

    /// Resident memory in MiB.
    pub fn resident_mib(&self) -> Outcome<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u32>().ok());
        Ok(f64::from(kib.ok_or("no VmRSS in /proc")?) / 1024.0)
    }

    /// Stops it gracefully, which is what an operator's restart does.
    pub fn stop(mut self) -> Outcome {
        Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status()?;
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait()? {
                return if status.success() {
                    Ok(())
                } else {
                    Err(format!("the server ended with {status}").into())
                };
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Err("the server did not stop".into())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // After a graceful stop there is nothing left to kill, and that is no error.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn is_ready(address: SocketAddr) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_millis(200))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(b"GET /health/ready HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n\r\n")?;
        let mut answer = [0; 12];
        stream.read_exact(&mut answer)?;
        Ok(answer.ends_with(b" 200"))
    };
    ask().unwrap_or(false)
}
