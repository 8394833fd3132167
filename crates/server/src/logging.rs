//! Logs on standard error, for people or for programs.

use crate::config::LogFormat;
use tracing_subscriber::EnvFilter;

/// Starts logging. Says what is wrong with the filter, if anything is.
pub fn start(format: LogFormat, filter: &str) -> Result<(), String> {
    let filter = EnvFilter::try_new(filter).map_err(|e| format!("log = '{filter}': {e}"))?;
    let colour = std::io::IsTerminal::is_terminal(&std::io::stderr());
    let logs =
        tracing_subscriber::fmt().with_ansi(colour).with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        LogFormat::Text => logs.try_init(),
        LogFormat::Json => logs.json().flatten_event(true).try_init(),
    }
    .map_err(|e| e.to_string())
}
