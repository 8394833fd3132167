//! Targets of reports as an operator writes them, and what is wrong with them if something is.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// `[delivery]` in the configuration file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DeliveryConfig {
    /// `[delivery.targets.NAME]`, by what requests call them. What is none of these goes to the spool folder.
    pub targets: BTreeMap<String, TargetConfig>,
}

/// One target.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetConfig {
    /// `spool` or `http`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `spool`: the folder; the common one if left out.
    pub folder: Option<PathBuf>,
    /// `http`: where the gateway takes bundles.
    pub url: Option<String>,
    /// `http`: the deadline of one attempt in seconds, 1 to 3600. The whole bundle has to fit into it.
    #[serde(default = "ten_minutes")]
    pub timeout_seconds: u64,
    /// `http`: whether it may be on a private address or this machine.
    #[serde(default)]
    pub allow_private: bool,
    /// `http`: whether it may be called by plain http.
    #[serde(default)]
    pub allow_plain: bool,
    /// `http`: the environment variable with a bearer token.
    pub token_env: Option<String>,
    /// `http`: certificates (PEM) that alone are trusted for it.
    pub ca_file: Option<PathBuf>,
}

fn ten_minutes() -> u64 {
    600
}

/// What is wrong with a target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("delivery target '{target}', {field}: {why}")]
pub struct DeliveryFault {
    /// Its name.
    pub target: String,
    /// Which setting.
    pub field: &'static str,
    /// What is wrong and what would be right. Never the value of a secret.
    pub why: String,
}
