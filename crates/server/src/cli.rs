//! The command line. Every option can also be given in the environment: `--log-format` as `PROBATUM_LOG_FORMAT`.

use clap::{Args, Parser, Subcommand};
use std::net::SocketAddr;
use std::path::PathBuf;

/// An evidence-first registry for cyber and AI incidents.
#[derive(Debug, Parser)]
#[command(
    name = "probatum",
    version,
    after_help = "Start with: probatum serve\nIt prints an admin key once; then: \
    curl -H \"Authorization: Bearer tw_…\" http://127.0.0.1:8080/api/incidents"
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Where the records are.
#[derive(Debug, Clone, Default, Args)]
pub struct Common {
    /// sqlite://FILE or postgres://USER@HOST/NAME [default: sqlite://probatum.db]
    #[arg(long, env = "PROBATUM_DATABASE", value_name = "URL")]
    pub database: Option<String>,
    /// A configuration file in TOML; flags and environment win over it.
    #[arg(long, env = "PROBATUM_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Take a PostgreSQL on another machine without TLS.
    #[arg(long, env = "PROBATUM_ALLOW_PLAINTEXT_POSTGRES", num_args = 0..=1, default_missing_value = "true")]
    pub allow_plaintext_postgres: Option<bool>,
    /// A file of own deadline rules, JSON; takes the place of those built in [default: none]
    #[arg(long, env = "PROBATUM_DEADLINE_RULES", value_name = "FILE")]
    pub deadline_rules: Option<PathBuf>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the registry: migrates the database, prints an admin key at the first start, serves HTTP.
    Serve(Serve),
    /// Apply what the database lacks, and say what that was.
    Migrate {
        /// Where.
        #[command(flatten)]
        common: Common,
        /// Only say what would be applied.
        #[arg(long, env = "PROBATUM_DRY_RUN")]
        dry_run: bool,
    },
    /// Create, list and revoke API keys.
    #[command(subcommand)]
    Key(Key),
    /// Check the audit log.
    #[command(subcommand)]
    Audit(Audit),
    /// Check evidence.
    #[command(subcommand)]
    Evidence(Evidence),
    /// The key that signs reports and the heads of the audit log.
    #[command(subcommand)]
    SigningKey(SigningKey),
    /// Check bundles of reports.
    #[command(subcommand)]
    Bundle(Bundle),
    /// Fill the registry with invented incidents, for trying it out.
    Seed {
        /// Where.
        #[command(flatten)]
        common: Common,
        /// How many.
        #[arg(long, env = "PROBATUM_INCIDENTS", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=5_000_000))]
        incidents: u32,
        /// The same number gives the same data.
        #[arg(long, env = "PROBATUM_SEED", default_value_t = 1)]
        seed: u64,
    },
    /// Print the machine contract, OpenAPI 3.1.
    Openapi,
    /// Ask a running registry whether it is ready; exit code 0 if so. For container health checks.
    Healthcheck {
        /// Where it listens.
        #[arg(long, env = "PROBATUM_LISTEN", default_value = "127.0.0.1:8080")]
        listen: SocketAddr,
    },
}

/// Options of `serve`.
#[derive(Debug, Clone, Default, Args)]
pub struct Serve {
    /// Where the records are.
    #[command(flatten)]
    pub common: Common,
    /// Address and port [default: 127.0.0.1:8080]
    #[arg(long, env = "PROBATUM_LISTEN", value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// The folder for evidence content [default: probatum-data]
    #[arg(long, env = "PROBATUM_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// The file of the signing key, made at the first start [default: probatum-data.signing-key.json, beside the data]
    #[arg(long, env = "PROBATUM_SIGNING_KEY", value_name = "FILE")]
    pub signing_key: Option<PathBuf>,
    /// A folder of own playbooks, CACAO 2.0 in *.json; they override and add [default: none]
    #[arg(long, env = "PROBATUM_PLAYBOOKS", value_name = "DIR")]
    pub playbooks: Option<PathBuf>,
    /// Callers without credentials may read what viewers may.
    #[arg(long, env = "PROBATUM_PUBLIC_VIEWER", num_args = 0..=1, default_missing_value = "true")]
    pub public_viewer: Option<bool>,
    /// Certificate chain in PEM; with --tls-key, HTTPS instead of HTTP.
    #[arg(long, env = "PROBATUM_TLS_CERT", value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,
    /// Private key in PEM.
    #[arg(long, env = "PROBATUM_TLS_KEY", value_name = "FILE")]
    pub tls_key: Option<PathBuf>,
    /// For trying it out: actions without a connector are simulated, and their results say so.
    #[arg(long, env = "PROBATUM_DEMO", num_args = 0..=1, default_missing_value = "true")]
    pub demo: Option<bool>,
    /// text or json [default: text]
    #[arg(long, env = "PROBATUM_LOG_FORMAT", value_name = "FORMAT")]
    pub log_format: Option<String>,
    /// What to log, e.g. info or probatum_api=debug [default: info]
    #[arg(long, env = "PROBATUM_LOG", value_name = "FILTER")]
    pub log: Option<String>,
}

/// Commands about keys.
#[derive(Debug, Subcommand)]
pub enum Key {
    /// Make a key and print it, alone, on standard output. It is shown only once.
    Create {
        /// Where.
        #[command(flatten)]
        common: Common,
        /// Whose it is: letters, digits, '.', '_', '-'.
        #[arg(long, env = "PROBATUM_NAME")]
        name: String,
        /// A role; may be given several times (in the environment with commas). The highest one stands in records:
        /// analyst:kdzik.
        #[arg(long = "role", env = "PROBATUM_ROLE", value_delimiter = ',', required = true)]
        roles: Vec<probatum_kernel::Role>,
        /// How long it lives: 90d, 12h; without it, until it is revoked.
        #[arg(long, env = "PROBATUM_EXPIRES", value_parser = lifetime)]
        expires: Option<i64>,
    },
    /// List all keys; never their secrets.
    List {
        /// Where.
        #[command(flatten)]
        common: Common,
        /// As JSON, for programs.
        #[arg(long, env = "PROBATUM_JSON")]
        json: bool,
    },
    /// End a key at once, on every replica.
    Revoke {
        /// Where.
        #[command(flatten)]
        common: Common,
        /// The public part: tw_<id>_… .
        id: String,
    },
}

/// Commands about the audit log.
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Check every link of the log, from the database alone; exit code 1 and the entry's number if one is wrong.
    Verify {
        /// Where.
        #[command(flatten)]
        common: Common,
        /// A checkpoint that was kept: the answer of GET /api/audit/checkpoint, or the note in it. The log must still
        /// begin with what it signed.
        #[arg(long, env = "PROBATUM_CHECKPOINT", value_name = "FILE")]
        checkpoint: Option<PathBuf>,
        /// A public key the checkpoint may be signed with: 64 hexadecimal digits, or a file with keys. May be given
        /// several times (in the environment with commas).
        #[arg(
            long = "key",
            env = "PROBATUM_KEY",
            value_delimiter = ',',
            value_name = "FILE_OR_HEX",
            requires = "checkpoint"
        )]
        keys: Vec<String>,
    },
}

/// Commands about evidence.
#[derive(Debug, Subcommand)]
pub enum Evidence {
    /// Hash every stored content anew and check every chain of custody; exit code 1 and a list if anything is wrong. It
    /// records nothing: POST /api/evidence/{id}/verify does, for one item.
    Verify {
        /// Where the records are.
        #[command(flatten)]
        common: Common,
        /// The folder for evidence content [default: probatum-data]
        #[arg(long, env = "PROBATUM_DATA", value_name = "DIR")]
        data: Option<PathBuf>,
        /// As JSON, for programs.
        #[arg(long, env = "PROBATUM_JSON")]
        json: bool,
    },
}

/// Where the signing key is.
#[derive(Debug, Clone, Default, Args)]
pub struct KeyFile {
    /// Where the records are.
    #[command(flatten)]
    pub common: Common,
    /// The folder for evidence content, beside which the key stands [default: probatum-data]
    #[arg(long, env = "PROBATUM_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// The file of the signing key, made at the first start [default: probatum-data.signing-key.json, beside the data]
    #[arg(long, env = "PROBATUM_SIGNING_KEY", value_name = "FILE")]
    pub signing_key: Option<PathBuf>,
}

impl From<&KeyFile> for Serve {
    fn from(k: &KeyFile) -> Self {
        let KeyFile { common, data, signing_key } = k.clone();
        Self { common, data, signing_key, ..Self::default() }
    }
}

/// Commands about the signing key.
#[derive(Debug, Subcommand)]
pub enum SigningKey {
    /// Have a new key sign from now on, on every replica that shares the file; what the old one signed stays good.
    Rotate {
        /// Where.
        #[command(flatten)]
        file: KeyFile,
    },
    /// List the public keys with their times, the one that signs first; never the private key.
    List {
        /// Where.
        #[command(flatten)]
        file: KeyFile,
        /// As JSON, as `bundle verify --key` reads it.
        #[arg(long, env = "PROBATUM_JSON")]
        json: bool,
    },
}

/// Commands about bundles.
#[derive(Debug, Subcommand)]
pub enum Bundle {
    /// Check a bundle, offline: archive, manifests, signature, every hash and chain of custody; exit code 1 if anything is wrong.
    Verify {
        /// The bundle, a zip file.
        file: PathBuf,
        /// A public key of the sender: 64 hexadecimal digits, or a file with such, with PEM, or with a list of keys
        /// as JSON. May be given several times (in the environment with commas). Without it, who signed is not checked.
        #[arg(long = "key", env = "PROBATUM_KEY", value_delimiter = ',', value_name = "FILE_OR_HEX")]
        keys: Vec<String>,
        /// As JSON, for programs.
        #[arg(long, env = "PROBATUM_JSON")]
        json: bool,
    },
}

/// Reads `90d` or `12h` as hours.
fn lifetime(text: &str) -> Result<i64, String> {
    let wrong = || format!("'{text}' is no span of time; write days or hours, for example 90d or 12h");
    let (number, hours) = match (text.strip_suffix('d'), text.strip_suffix('h')) {
        (Some(days), _) => (days, 24),
        (_, Some(hours)) => (hours, 1),
        _ => return Err(wrong()),
    };
    let number: u32 = number.parse().map_err(|_| wrong())?;
    if number == 0 || number > 36_500 { Err(wrong()) } else { Ok(i64::from(number) * hours) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    /// Every option of a command and of those below it, with what it is called in the environment.
    fn options(command: &clap::Command, above: &str, found: &mut Vec<(String, String, Option<String>)>) {
        let name = format!("{above} {}", command.get_name());
        let flags = command.get_arguments().filter(|a| !matches!(a.get_id().as_str(), "help" | "version"));
        for (argument, long) in flags.filter_map(|a| a.get_long().map(|long| (a, long))) {
            let env = argument.get_env().map(|env| env.to_string_lossy().into_owned());
            found.push((name.clone(), long.to_owned(), env));
        }
        command.get_subcommands().for_each(|c| options(c, &name, found));
    }

    #[test]
    fn every_option_can_be_given_in_the_environment() {
        let mut found = Vec::new();
        options(&Cli::command(), "", &mut found);
        assert!(found.len() > 30, "{found:?}");
        for (command, long, env) in found {
            let expected = format!("PROBATUM_{}", long.replace('-', "_").to_uppercase());
            assert_eq!(env, Some(expected), "{command} --{long}");
        }
    }

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
