//! The program `probatum`: configuration, TLS, wiring, loops, graceful stop.

mod bundle;
mod checkpoint;
mod cli;
mod commands;
mod config;
mod evidence;
mod intake_loop;
mod logging;
mod loops;
pub mod progress;
pub mod seed;
mod serve;
mod signals;
mod signing_key;
mod tls;
mod webhooks;
mod wiring;

pub use cli::{Cli, Command};
pub use commands::run;
pub use config::{Config, ConfigError};

use chrono::Utc;
use probatum_application::ports::Clock;
use probatum_kernel::Timestamp;

/// The clock of this machine: the one place where time is read.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_datetime(Utc::now()).unwrap_or(Timestamp::EPOCH)
    }
}
