//! Configuration in layers: defaults, then the file, then environment and flags. A wrong value names itself.

use crate::cli::{Common, Serve};
use probatum_compliance_export::{MAX_RULES_BYTES, RuleSet};
use probatum_connectors::ConnectorConfig;
use probatum_connectors::delivery::DeliveryConfig;
use probatum_connectors::triage::TriageConfig;
use probatum_playbooks::{Policy, Rule};
use serde::Deserialize;
use std::io::Read;
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
    signing_key: Option<PathBuf>,
    deadline_rules: Option<PathBuf>,
    public_viewer: Option<bool>,
    tls_cert: Option<PathBuf>,
    tls_key: Option<PathBuf>,
    log_format: Option<String>,
    log: Option<String>,
    max_upload_mib: Option<u64>,
    demo: Option<bool>,
    connectors: Vec<ConnectorConfig>,
    outbound_hosts: Vec<String>,
    policy: Vec<Rule>,
    policy_defaults: Option<bool>,
    triage: TriageConfig,
    organisation: Option<String>,
    delivery: DeliveryConfig,
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
    /// The file of the signing key.
    pub signing_key: PathBuf,
    /// The rules of reporting; those built in, if `None`.
    pub deadline_rules: Option<RuleSet>,
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
    /// Who runs the registry, as reports name it.
    pub organisation: String,
    /// Where reports go.
    pub delivery: DeliveryConfig,
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
        let data = given.data.clone().or(file.data).unwrap_or_else(|| PathBuf::from("probatum-data"));
        Ok(Self {
            store,
            listen: given.listen.or(file.listen).unwrap_or(SocketAddr::from((Ipv4Addr::LOCALHOST, 8080))),
            signing_key: signing_key(given.signing_key.clone().or(file.signing_key), &data),
            deadline_rules: deadline_rules(given.common.deadline_rules.clone().or(file.deadline_rules))?,
            data,
            playbooks: given.playbooks.clone().or(file.playbooks),
            public_viewer: given.public_viewer.or(file.public_viewer).unwrap_or(false),
            tls,
            log_format: log_format(given.log_format.clone().or(file.log_format))?,
            log: given.log.clone().or(file.log).unwrap_or_else(|| "info".to_owned()),
            max_upload: max_upload(file.max_upload_mib)?,
            demo: given.demo.or(file.demo).unwrap_or(false),
            connectors: file.connectors,
            outbound_hosts: file.outbound_hosts,
            policy: policy(file.policy, file.policy_defaults.unwrap_or(true))?,
            triage: file.triage,
            organisation: organisation(file.organisation)?,
            delivery: file.delivery,
        })
    }
}

fn read(path: &Path) -> Result<File, ConfigError> {
    let fault = |why: String| ConfigError::File(path.to_owned(), why);
    let text = std::fs::read_to_string(path).map_err(|e| fault(e.to_string()))?;
    toml::from_str(&text).map_err(|e| fault(e.to_string()))
}

/// The file of the signing key: beside the data folder, so that a copy of the one is no copy of the other.
fn signing_key(given: Option<PathBuf>, data: &Path) -> PathBuf {
    given.unwrap_or_else(|| {
        let mut name = data.file_name().unwrap_or_default().to_owned();
        name.push(".signing-key.json");
        data.with_file_name(name)
    })
}

/// The rules in an operator's file; every wrong member is named.
fn deadline_rules(path: Option<PathBuf>) -> Result<Option<RuleSet>, ConfigError> {
    let Some(path) = path else { return Ok(None) };
    let fault =
        |why: String| ConfigError::Value { name: "deadline_rules", value: path.display().to_string(), why };
    let limit = u64::try_from(MAX_RULES_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    let mut text = String::new();
    let file = std::fs::File::open(&path).map_err(|e| fault(e.to_string()))?;
    file.take(limit).read_to_string(&mut text).map_err(|e| fault(e.to_string()))?;
    let faults = match RuleSet::parse(&text) {
        Ok(rules) => return Ok(Some(rules)),
        Err(faults) => faults,
    };
    let shown: Vec<String> = faults.iter().take(20).map(ToString::to_string).collect();
    Err(fault(shown.join("; ")))
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

/// Who reports; nobody in particular, if nobody says.
fn organisation(given: Option<String>) -> Result<String, ConfigError> {
    let value = given.unwrap_or_else(|| "the operator of this registry".to_owned());
    match probatum_kernel::check_line(&value, 200) {
        Ok(()) => Ok(value),
        Err(e) => Err(ConfigError::Value { name: "organisation", value, why: e.to_string() }),
    }
}

fn max_upload(mib: Option<u64>) -> Result<u64, ConfigError> {
    let mib = mib.unwrap_or(1024);
    if (1..=1024 * 1024).contains(&mib) {
        return Ok(mib * 1024 * 1024);
    }
    let why = "use 1 to 1048576 MiB".to_owned();
    Err(ConfigError::Value { name: "max_upload_mib", value: mib.to_string(), why })
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
    fn rules_of_an_operator_are_read_and_their_faults_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rules.json");
        let built_in = include_str!("../../compliance-export/rules/rules.json");
        let config = |text: &str| {
            std::fs::write(&path, text).unwrap();
            from_file(&format!("deadline_rules = '{}'", path.display()))
        };
        let named = config(&built_in.replace("\"2026-11-21\"", "\"house-7\"")).unwrap().deadline_rules;
        assert_eq!(named.map(|rules| rules.version).as_deref(), Some("house-7"));
        let message = config(&built_in.replacen("PT24H", "24 hours", 1)).unwrap_err().to_string();
        assert!(message.contains("rules.json") && message.contains("rules[0].duration"), "{message}");
        assert_eq!(from_file("").unwrap().deadline_rules, None);
    }

    #[test]
    fn the_signing_key_stands_beside_the_data() {
        let key = |text: &str| from_file(text).unwrap().signing_key;
        assert_eq!(key(""), Path::new("probatum-data.signing-key.json"));
        assert_eq!(key("data = '/var/lib/probatum'"), Path::new("/var/lib/probatum.signing-key.json"));
        assert_eq!(key("signing_key = 'key.json'"), Path::new("key.json"));
    }

    #[test]
    fn a_wrong_value_names_itself() {
        let cases = [
            ("listen = 'nowhere'", "listen"),
            ("colour = 'red'", "colour"),
            ("[triage]\ncolour = 'red'", "colour"),
            ("organisation = ''", "organisation"),
            ("[delivery.targets.x]\ntype = 'spool'\ncolour = 'red'", "colour"),
            ("[triage.llm]\nurl = 'https://llm.example.org/v1'", "model"),
            ("log_format = 'xml'", "log_format"),
            ("max_upload_mib = 0", "max_upload_mib"),
            ("tls_cert = 'a.pem'", "tls_key"),
            ("deadline_rules = '/nowhere/rules.json'", "deadline_rules"),
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
