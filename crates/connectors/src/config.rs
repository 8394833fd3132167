//! Connectors as an operator writes them, and what is wrong with them if something is.

use probatum_kernel::vocabulary;
use serde::Deserialize;
use std::path::PathBuf;

vocabulary! {
    /// How a connector carries actions out.
    pub enum ConnectorKind("connector kind") {
        /// OpenC2 1.0 over HTTPS.
        OpenC2 = "openc2",
        /// A webhook signed by Standard Webhooks.
        Webhook = "webhook",
        /// Nothing is done; it says what would be.
        Simulator = "simulator",
    }
}

/// One connector, as `[[connectors]]` in the configuration file has it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConnectorConfig {
    /// What it is called: 1 to 40 lower case letters, digits, `-` and `_`; each name once.
    pub name: String,
    /// `openc2`, `webhook` or `simulator`.
    pub kind: String,
    /// Where it listens; not for the simulator.
    pub url: Option<String>,
    /// Which actions it carries out: words (`isolate_host`) or beginnings (`block_*`, `*`).
    pub actions: Vec<String>,
    /// The deadline of one attempt in seconds, 1 to 60.
    #[serde(default = "ten")]
    pub timeout_seconds: u64,
    /// Attempts after the first, 0 to 5.
    #[serde(default = "two")]
    pub retries: u32,
    /// Whether it may be on a private address or this machine.
    #[serde(default)]
    pub allow_private: bool,
    /// Whether it may be called by plain http.
    #[serde(default)]
    pub allow_plain: bool,
    /// The environment variable with a bearer token.
    pub token_env: Option<String>,
    /// The environment variable with the `whsec_…` secret of a webhook.
    pub secret_env: Option<String>,
    /// Whether it does not act twice on the same idempotency key. Not taken for granted.
    #[serde(default)]
    pub repeatable: bool,
    /// Certificates (PEM) that alone are trusted for it.
    pub ca_file: Option<PathBuf>,
    /// OpenC2: the version of the HTTPS transfer, `1.1` (default) or `1.0`.
    pub transfer: Option<String>,
    /// OpenC2: who we are, as `from` in the headers of messages (transfer 1.1).
    pub sender: Option<String>,
}

fn ten() -> u64 {
    10
}

fn two() -> u32 {
    2
}

/// What is wrong with the configuration of a connector.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("connector '{connector}', {field}: {why}")]
pub struct ConfigFault {
    /// Its name, as far as it has one.
    pub connector: String,
    /// Which setting.
    pub field: &'static str,
    /// What is wrong and what would be right. Never the value of a secret.
    pub why: String,
}

/// Which actions: one word, or all that begin so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Pattern {
    /// Exactly this.
    Word(String),
    /// Everything beginning so; the empty beginning is everything.
    Prefix(String),
}

impl Pattern {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (word, prefix) = match text.strip_suffix('*') {
            Some(prefix) => (prefix, true),
            None => (text, false),
        };
        let plain = word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if !plain || word.len() > 60 || (word.is_empty() && !prefix) {
            let shown: String = text.chars().filter(|c| !c.is_control()).take(60).collect();
            return Err(format!(
                "'{shown}' is no pattern; use an action like isolate_host, or block_*, or *"
            ));
        }
        Ok(if prefix { Self::Prefix(word.to_owned()) } else { Self::Word(word.to_owned()) })
    }

    pub(crate) fn matches(&self, action: &str) -> bool {
        match self {
            Self::Word(word) => word == action,
            Self::Prefix(prefix) => action.starts_with(prefix),
        }
    }
}
