//! Triage as an operator configures it, and what is wrong with it if something is.

use crate::outbound::{Outbound, OutboundPolicy, host, names};
use crate::retry::Patience;
use crate::set::Environment;
use probatum_kernel::{UnknownWord, check_line, vocabulary};
use serde::Deserialize;
use std::path::PathBuf;
use std::time::Duration;

/// The largest answer of a server, in bytes: some models think aloud.
const MAX_BODY: usize = 256 * 1024;

vocabulary! {
    /// What judges.
    pub enum EngineKind("engine") {
        /// The engine that is part of the program.
        Embedded = "embedded",
        /// A language model, beside the embedded engine.
        Llm = "llm",
    }
}

/// `[triage]` of the configuration file.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TriageConfig {
    /// `embedded` (default) or `llm`.
    pub engine: Option<String>,
    /// The language model; used only with `engine = "llm"`.
    pub llm: Option<LlmConfig>,
}

/// `[triage.llm]` of the configuration file: a server that speaks OpenAI's chat completions.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LlmConfig {
    /// The base address, to which `/chat/completions` is added: `https://llm.example.org/v1`.
    pub url: String,
    /// The model's name.
    pub model: String,
    /// The environment variable with a bearer token.
    pub token_env: Option<String>,
    /// The deadline of one attempt in seconds, 1 to 120.
    #[serde(default = "sixty")]
    pub timeout_seconds: u64,
    /// The most tokens of an answer, 64 to 16384.
    #[serde(default = "tokens")]
    pub max_tokens: u32,
    /// Attempts after the first, 0 to 3.
    #[serde(default = "one")]
    pub retries: u32,
    /// Whether it may be on a private address or this machine.
    #[serde(default)]
    pub allow_private: bool,
    /// Whether it may be called by plain http.
    #[serde(default)]
    pub allow_plain: bool,
    /// Certificates (PEM) that alone are trusted for it.
    pub ca_file: Option<PathBuf>,
    /// The price of a million tokens of questions, for the records.
    pub price_per_million_input: Option<f64>,
    /// The price of a million tokens of answers.
    pub price_per_million_output: Option<f64>,
    /// Whether what identifies people is replaced before it is sent.
    #[serde(default = "yes")]
    pub minimise: bool,
}

fn sixty() -> u64 {
    60
}

fn tokens() -> u32 {
    2_048
}

fn one() -> u32 {
    1
}

fn yes() -> bool {
    true
}

/// What is wrong with the configuration of triage.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {why}")]
pub struct TriageFault {
    /// Which setting.
    pub field: &'static str,
    /// What is wrong and what would be right. Never the value of a secret.
    pub why: String,
}

fn fault<T>(field: &'static str, why: impl Into<String>) -> Result<T, TriageFault> {
    Err(TriageFault { field, why: why.into() })
}

impl TriageConfig {
    pub(super) fn kind(&self) -> Result<EngineKind, TriageFault> {
        let Some(word) = &self.engine else { return Ok(EngineKind::Embedded) };
        word.parse().or_else(|e: UnknownWord| fault("triage.engine", e.to_string()))
    }

    pub(super) fn llm(&self) -> Result<&LlmConfig, TriageFault> {
        let why = "is required for engine = 'llm'; it names url and model";
        self.llm.as_ref().map_or_else(|| fault("triage.llm", why), Ok)
    }
}

/// A configuration that was checked, with the secret it names.
pub(super) struct Settings {
    pub(super) url: String,
    pub(super) model: String,
    pub(super) token: Option<String>,
    pub(super) max_tokens: u32,
    pub(super) prices: (Option<f64>, Option<f64>),
    pub(super) minimise: bool,
    pub(super) patience: Patience,
    pub(super) outbound: Outbound,
}

impl LlmConfig {
    pub(super) fn checked(&self, hosts: &[String], env: Environment<'_>) -> Result<Settings, TriageFault> {
        if let Err(e) = check_line(&self.model, probatum_triage::MAX_MODEL) {
            return fault("triage.llm.model", e.to_string());
        }
        if !(1..=120).contains(&self.timeout_seconds) {
            return fault("triage.llm.timeout_seconds", "must be 1 to 120");
        }
        if !(64..=16_384).contains(&self.max_tokens) {
            return fault("triage.llm.max_tokens", "must be 64 to 16384");
        }
        if self.retries > 3 {
            return fault("triage.llm.retries", "must be 0 to 3");
        }
        let prices = [
            ("triage.llm.price_per_million_input", self.price_per_million_input),
            ("triage.llm.price_per_million_output", self.price_per_million_output),
        ];
        for (field, price) in prices {
            if price.is_some_and(|p| !(0.0..=1e6).contains(&p)) {
                return fault(field, "must be 0 to 1000000");
            }
        }
        Ok(Settings {
            url: self.address(),
            model: self.model.clone(),
            outbound: self.outbound(hosts)?,
            token: self.token(env)?,
            max_tokens: self.max_tokens,
            prices: (self.price_per_million_input, self.price_per_million_output),
            minimise: self.minimise,
            patience: Patience { timeout: Duration::from_secs(self.timeout_seconds), retries: self.retries },
        })
    }

    fn address(&self) -> String {
        format!("{}/chat/completions", self.url.trim_end_matches('/'))
    }

    fn outbound(&self, hosts: &[String]) -> Result<Outbound, TriageFault> {
        let Some(host) = host(&self.url) else {
            return fault("triage.llm.url", "must be an address like https://llm.example.org/v1");
        };
        if !hosts.is_empty() && !hosts.iter().any(|pattern| names(pattern, &host)) {
            return fault("triage.llm.url", format!("the host {host} is not on the list of outbound_hosts"));
        }
        let policy = OutboundPolicy {
            hosts: vec![host],
            allow_private: self.allow_private,
            allow_plain: self.allow_plain,
            ca_file: self.ca_file.clone(),
            max_answer: MAX_BODY,
        };
        let outbound = Outbound::new(policy).or_else(|e| fault("triage.llm.ca_file", e.to_string()))?;
        outbound.check(&self.address()).or_else(|e| fault("triage.llm.url", e.to_string()))?;
        Ok(outbound)
    }

    fn token(&self, env: Environment<'_>) -> Result<Option<String>, TriageFault> {
        let field = "triage.llm.token_env";
        let Some(name) = &self.token_env else { return Ok(None) };
        let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if !(1..=100).contains(&name.len()) || !plain {
            return fault(field, "must be the name of an environment variable, not the secret itself");
        }
        match env(name).filter(|value| !value.is_empty()) {
            Some(token)
                if (8..=4_096).contains(&token.len()) && token.bytes().all(|b| b.is_ascii_graphic()) =>
            {
                Ok(Some(token))
            }
            Some(_) => {
                fault(field, format!("the value of {name} must be 8 to 4096 visible ASCII characters"))
            }
            None => fault(field, format!("the environment variable {name} is not set")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Result<(), String> {
        let config: TriageConfig = toml::from_str(text).map_err(|e| e.to_string())?;
        let env = |name: &str| (name == "TOKEN").then(|| "hunter2hunter2".to_owned());
        let hosts = ["*.example.org".to_owned(), "localhost".to_owned()];
        super::super::triager(&config, &["other"], &hosts, &env).map(|_| ()).map_err(|e| e.to_string())
    }

    #[test]
    fn a_wrong_value_names_itself() {
        assert_eq!(check(""), Ok(()));
        assert_eq!(check("engine = 'embedded'"), Ok(()));
        let llm = |more: &str| format!("engine = 'llm'\n[llm]\nmodel = 'm'\n{more}");
        assert_eq!(check(&llm("url = 'https://llm.example.org/v1/'\ntoken_env = 'TOKEN'")), Ok(()));
        let cases = [
            ("engine = 'oracle'".to_owned(), "triage.engine"),
            ("engine = 'llm'".to_owned(), "triage.llm"),
            ("colour = 'red'".to_owned(), "colour"),
            (llm(""), "url"),
            (llm("url = 'llm'"), "triage.llm.url"),
            (llm("url = 'http://llm.example.org/v1'"), "allow_plain"),
            (llm("url = 'https://evil.example/v1'"), "outbound_hosts"),
            (llm("url = 'https://u:p@llm.example.org/v1'"), "triage.llm.url"),
            (llm("url = 'https://llm.example.org/v1'\ntoken_env = 'NONE'"), "NONE is not set"),
            (llm("url = 'https://llm.example.org/v1'\ntoken_env = 'sk-hunter2'"), "triage.llm.token_env"),
            (llm("url = 'https://llm.example.org/v1'\ntimeout_seconds = 0"), "triage.llm.timeout_seconds"),
            (llm("url = 'https://llm.example.org/v1'\nmax_tokens = 1"), "triage.llm.max_tokens"),
            (llm("url = 'https://llm.example.org/v1'\nretries = 4"), "triage.llm.retries"),
            (
                llm("url = 'https://llm.example.org/v1'\nprice_per_million_input = -1.0"),
                "price_per_million_input",
            ),
            (llm("url = 'https://llm.example.org/v1'\ntemperature = 1"), "temperature"),
        ];
        for (text, named) in cases {
            let why = check(&text).unwrap_err();
            assert!(why.contains(named) && !why.contains("hunter2"), "{text}: {why}");
        }
    }
}
