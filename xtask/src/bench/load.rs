//! A closed-loop load: so many clients, each sending its next request when it has the answer to the last.

use super::client::Client;
use crate::shell::Outcome;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Writes the n-th request.
pub type Script = Arc<dyn Fn(u64, &mut Vec<u8>) + Send + Sync>;

/// Threads that generate load. Two, so that on a small machine the server is what is measured, not us.
const GENERATORS: u32 = 2;
/// A load before the measured one, for caches, connections and prepared statements.
const WARM_UP: Duration = Duration::from_secs(1);

/// How long a client waits after a connection failed.
const PAUSE: Duration = Duration::from_millis(20);

/// What to send, and what counts as success.
#[derive(Clone)]
pub struct Load {
    /// To whom.
    pub address: SocketAddr,
    /// How many clients.
    pub clients: u32,
    /// For how long.
    pub lasting: Duration,
    /// The status of a good answer.
    pub expected: u16,
    /// The requests.
    pub script: Script,
}

/// What came of it.
#[derive(Default)]
pub struct Measured {
    /// Good answers per second.
    pub per_second: f64,
    /// Milliseconds half of the answers took at most.
    pub p50_ms: f64,
    /// Milliseconds 99 % of the answers took at most.
    pub p99_ms: f64,
    /// Requests that failed or were answered otherwise, the warm-up's included.
    pub failed: u64,
    /// What the first of them was told.
    pub failure: Option<String>,
}

/// Warms up, then measures.
pub fn run(load: &Load) -> Outcome<Measured> {
    let numbers = Arc::new(AtomicU64::new(1));
    let warm = drive(&Load { lasting: WARM_UP, ..load.clone() }, &numbers)?;
    let mut tally = drive(load, &numbers)?;
    tally.micros.sort_unstable();
    let good = u32::try_from(tally.micros.len())?;
    Ok(Measured {
        per_second: f64::from(good) / load.lasting.as_secs_f64(),
        p50_ms: at(&tally.micros, 500),
        p99_ms: at(&tally.micros, 990),
        failed: warm.failed.saturating_add(tally.failed),
        failure: warm.failure.or(tally.failure),
    })
}

/// The latency in milliseconds that so many of a thousand answers keep within; the list is sorted.
pub fn at(sorted_micros: &[u32], permille: usize) -> f64 {
    let place = sorted_micros.len().saturating_mul(permille) / 1_000;
    let found = sorted_micros.get(place.min(sorted_micros.len().saturating_sub(1)));
    f64::from(found.copied().unwrap_or(0)) / 1_000.0
}

#[derive(Default)]
struct Tally {
    micros: Vec<u32>,
    failed: u64,
    failure: Option<String>,
}

impl Tally {
    fn fail(&mut self, what: String) {
        self.failed = self.failed.saturating_add(1);
        self.failure.get_or_insert(what);
    }

    fn join(&mut self, other: Self) {
        self.micros.extend(other.micros);
        self.failed = self.failed.saturating_add(other.failed);
        self.failure = self.failure.take().or(other.failure);
    }
}

fn drive(load: &Load, numbers: &Arc<AtomicU64>) -> Outcome<Tally> {
    let until = Instant::now() + load.lasting;
    let threads: Vec<_> = (0..GENERATORS)
        .map(|generator| {
            // The clients that are left over go to the first thread.
            let extra = if generator == 0 { load.clients % GENERATORS } else { 0 };
            let (load, numbers, clients) = (load.clone(), numbers.clone(), load.clients / GENERATORS + extra);
            std::thread::spawn(move || generate(&load, &numbers, clients, until))
        })
        .collect();
    let mut tally = Tally::default();
    for thread in threads {
        tally.join(thread.join().map_err(|_| "a load generator panicked")??);
    }
    Ok(tally)
}

fn generate(load: &Load, numbers: &Arc<AtomicU64>, clients: u32, until: Instant) -> Outcome<Tally> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let clients: Vec<_> =
            (0..clients).map(|_| tokio::spawn(client(load.clone(), numbers.clone(), until))).collect();
        let mut tally = Tally::default();
        for client in clients {
            tally.join(client.await?);
        }
        Ok(tally)
    })
}

async fn client(load: Load, numbers: Arc<AtomicU64>, until: Instant) -> Tally {
    let mut client = Client::new(load.address);
    let mut request = Vec::new();
    let mut tally = Tally::default();
    loop {
        request.clear();
        (load.script)(numbers.fetch_add(1, Ordering::Relaxed), &mut request);
        let begun = Instant::now();
        if begun >= until {
            return tally;
        }
        let micros = match client.send(&request).await {
            Ok(reply) if reply.status == load.expected => begun.elapsed().as_micros(),
            Ok(reply) => {
                tally.fail(format!("{}: {}", reply.status, String::from_utf8_lossy(reply.body)));
                continue;
            }
            Err(e) => {
                tally.fail(e.to_string());
                // A server that is gone is not to be asked a million times a second.
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        // An answer that came after the end of the load is no part of its rate.
        if Instant::now() <= until {
            tally.micros.push(u32::try_from(micros).unwrap_or(u32::MAX));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::at;

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let micros: Vec<u32> = (1..=1_000).map(|n| n * 1_000).collect();
        assert_eq!((at(&micros, 500), at(&micros, 990), at(&micros, 1_000)), (501.0, 991.0, 1_000.0));
        assert_eq!((at(&[7_000], 990), at(&[], 990)), (7.0, 0.0));
    }
}
