//! Configuration in layers: defaults, then the file, then environment and flags. A wrong value names itself.

use crate::cli::{Common, Serve};
use probatum_application::intake::QueueLimits;
use probatum_connectors::ConnectorConfig;
use probatum_connectors::triage::TriageConfig;
use probatum_playbooks::{Policy, Rule};
use serde::Deserialize;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

/// Why a configuration was refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("configuration file {0}: {1}")]
    File(PathBuf, String),
    /// A value is wrong.
    #[error("{name} = '{value}': {why}")]
    Value {
        /// Which setting.
        name: &'static str,
        /// What it was.
        value: String,
        /// What would be right.
        why: String,
    },
}

/// The file, every member optional.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    database: Option<String>,
    allow_plaintext_postgres: Option<bool>,
    listen: Option<SocketAddr>,
    data: Option<PathBuf>,
    playbooks: Option<PathBuf>,
    public_viewer: Option<bool>,
    tls_cert: Option<PathBuf>,
    tls_key: Option<PathBuf>,
    log_format: Option<String>,
    log: Option<String>,
    max_upload_mib: Option<u64>,
    intake_queue: Option<u64>,
    intake_queue_mib: Option<u64>,
    demo: Option<bool>,
    connectors: Vec<ConnectorConfig>,
    outbound_hosts: Vec<String>,
    policy: Vec<Rule>,
    policy_defaults: Option<bool>,
    triage: TriageConfig,
}

/// How lines of the log look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// What the program runs with.
#[derive(Debug, Clone)]
pub struct Config {
    /// The database.
    pub store: probatum_storage::Settings,
    /// Address and port.
    pub listen: SocketAddr,
    /// The folder for evidence content.
    pub data: PathBuf,
    /// The folder of own playbooks.
    pub playbooks: Option<PathBuf>,
    /// Callers without credentials are viewers.
    pub public_viewer: bool,
    /// Certificate chain and key, both in PEM.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// How lines of the log look.
    pub log_format: LogFormat,
    /// What to log.
    pub log: String,
    /// Largest evidence content in bytes.
    pub max_upload: u64,
    /// How much may wait in the intake.
    pub intake: QueueLimits,
    /// What connectors do not carry out is simulated, and says so.
    pub demo: bool,
    /// What carries actions out.
    pub connectors: Vec<ConnectorConfig>,
    /// The hosts connectors may call: names, or `*.` and a domain. Empty means those of the connectors.
    pub outbound_hosts: Vec<String>,
    /// Who may have what run.
    pub policy: Policy,
    /// What judges alerts.
    pub triage: TriageConfig,
}

impl Config {
    /// The configuration for a command that only needs the database.
    pub fn of_database(common: &Common) -> Result<Self, ConfigError> {
        Self::load(&Serve { common: common.clone(), ..Serve::default() })
    }

    /// The whole configuration.
    pub fn load(given: &Serve) -> Result<Self, ConfigError> {
        let file = match &given.common.config {
            Some(path) => read(path)?,
            None => File::default(),
        };
        let url = given
            .common
            .database
            .clone()
            .or(file.database)
            .unwrap_or_else(|| "sqlite://probatum.db".to_owned());
        let plaintext =
            given.common.allow_plaintext_postgres.or(file.allow_plaintext_postgres).unwrap_or(false);
        let store = probatum_storage::Settings::parse(&url, plaintext).map_err(|e| ConfigError::Value {
            name: "database",
            value: probatum_storage::without_password(&url),
            why: e.to_string(),
        })?;
        let tls = match (given.tls_cert.clone().or(file.tls_cert), given.tls_key.clone().or(file.tls_key)) {
            (Some(cert), Some(key)) => Some((cert, key)),
            (None, None) => None,
            (cert, key) => {
                let value = cert.or(key).map(|p| p.display().to_string()).unwrap_or_default();
                let why = "tls_cert and tls_key are given together or not at all".to_owned();
                return Err(ConfigError::Value { name: "tls_cert/tls_key", value, why });
            }
        };
        Ok(Self {
            store,
            listen: given.listen.or(file.listen).unwrap_or(SocketAddr::from((Ipv4Addr::LOCALHOST, 8080))),
            data: given.data.clone().or(file.data).unwrap_or_else(|| PathBuf::from("probatum-data")),
            playbooks: given.playbooks.clone().or(file.playbooks),
            public_viewer: given.public_viewer.or(file.public_viewer).unwrap_or(false),
            tls,
            log_format: log_format(given.log_format.clone().or(file.log_format))?,
            log: given.log.clone().or(file.log).unwrap_or_else(|| "info".to_owned()),
            max_upload: max_upload(file.max_upload_mib)?,
            intake: intake(file.intake_queue, file.intake_queue_mib)?,
            demo: given.demo.or(file.demo).unwrap_or(false),
            connectors: file.connectors,
            outbound_hosts: file.outbound_hosts,
            policy: policy(file.policy, file.policy_defaults.unwrap_or(true))?,
            triage: file.triage,
        })
    }
}

fn read(path: &Path) -> Result<File, ConfigError> {
    let fault = |why: String| ConfigError::File(path.to_owned(), why);
    let text = std::fs::read_to_string(path).map_err(|e| fault(e.to_string()))?;
    toml::from_str(&text).map_err(|e| fault(e.to_string()))
}

fn log_format(given: Option<String>) -> Result<LogFormat, ConfigError> {
    match given.as_deref() {
        None | Some("text") => Ok(LogFormat::Text),
        Some("json") => Ok(LogFormat::Json),
        Some(other) => {
            let why = "use text or json".to_owned();
            Err(ConfigError::Value { name: "log_format", value: other.to_owned(), why })
        }
    }
}

fn policy(rules: Vec<Rule>, defaults: bool) -> Result<Policy, ConfigError> {
    let named = rules.iter().map(|r| r.name.clone()).collect::<Vec<_>>().join(", ");
    Policy::new(rules, defaults).map_err(|faults| {
        let why = faults.iter().map(|f| format!("{} {}", f.field, f.message)).collect::<Vec<_>>().join("; ");
        ConfigError::Value { name: "policy", value: named, why }
    })
}

fn max_upload(mib: Option<u64>) -> Result<u64, ConfigError> {
    let mib = mib.unwrap_or(1024);
    if (1..=1024 * 1024).contains(&mib) {
        return Ok(mib * 1024 * 1024);
    }
    let why = "use 1 to 1048576 MiB".to_owned();
    Err(ConfigError::Value { name: "max_upload_mib", value: mib.to_string(), why })
}

/// How many deliveries may wait, and how many MiB of them.
fn intake(batches: Option<u64>, mib: Option<u64>) -> Result<QueueLimits, ConfigError> {
    let defaults = QueueLimits::default();
    let (batches, bytes) =
        (batches.unwrap_or(defaults.batches), mib.map_or(defaults.bytes, |m| m.saturating_mul(1024 * 1024)));
    if !(1..=10_000).contains(&batches) {
        let why = "use 1 to 10000 deliveries".to_owned();
        return Err(ConfigError::Value { name: "intake_queue", value: batches.to_string(), why });
    }
    if !(1..=1024 * 1024).contains(&(bytes / (1024 * 1024))) {
        let why = "use 1 to 1048576 MiB".to_owned();
        let value = mib.unwrap_or_default().to_string();
        return Err(ConfigError::Value { name: "intake_queue_mib", value, why });
    }
    Ok(QueueLimits { batches, bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from_file(text: &str) -> Result<Config, ConfigError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let common = Common { config: Some(file.path().to_owned()), ..Common::default() };
        Config::load(&Serve { common, ..Serve::default() })
    }

    #[test]
    fn flags_win_over_the_file_and_the_file_over_defaults() {
        let config = from_file("listen = '127.0.0.1:9'\npublic_viewer = true\nplaybooks = 'own'").unwrap();
        assert_eq!((config.listen.port(), config.public_viewer), (9, true));
        assert_eq!(config.playbooks.as_deref(), Some(Path::new("own")));
        let given = Serve { listen: "127.0.0.1:7".parse().ok(), ..Serve::default() };
        assert_eq!(Config::load(&given).unwrap().listen.port(), 7);
        assert_eq!(Config::load(&given).unwrap().playbooks, None);
    }

    #[test]
    fn a_wrong_value_names_itself() {
        let cases = [
            ("listen = 'nowhere'", "listen"),
            ("colour = 'red'", "colour"),
            ("[triage]\ncolour = 'red'", "colour"),
            ("[triage.llm]\nurl = 'https://llm.example.org/v1'", "model"),
            ("log_format = 'xml'", "log_format"),
            ("max_upload_mib = 0", "max_upload_mib"),
            ("intake_queue = 0", "intake_queue"),
            ("intake_queue_mib = 0", "intake_queue_mib"),
            ("tls_cert = 'a.pem'", "tls_key"),
            ("database = 'mysql://x'", "database"),
            ("[[policy]]\nname = 'x'\nactions = ['a']\neffect = 'require_approval'", "policy[0].level"),
            ("[[policy]]\nname = 'x'\nactions = ['a']\neffect = 'perhaps'", "perhaps"),
            ("[[connectors]]\nname = 'x'\nkind = 'openc2'\nactions = ['a']\ncolour = 'red'", "colour"),
        ];
        for (text, named) in cases {
            let message = from_file(text).unwrap_err().to_string();
            assert!(message.contains(named), "{text}: {message}");
        }
        let message =
            from_file("database = 'postgres://u:hunter2@db.example.org/p'").unwrap_err().to_string();
        assert!(!message.contains("hunter2"), "{message}");
    }
}
