//! `probatum signing-key`: the public keys, and a new key in the place of the one that signs.

use crate::SystemClock;
use crate::cli::{KeyFile, Serve, SigningKey};
use crate::commands::{Failure, block_on, ctx, say};
use crate::config::Config;
use crate::progress::migrated;
use probatum_application::AppError;
use probatum_application::ports::{Clock, Executor, Signer};
use probatum_application::use_cases::keys;
use probatum_compliance_export::{KeyRecord, SigningKeys};
use probatum_connectors::SigningKeyFile;
use probatum_storage::Store;

/// The name of the audit log in signed checkpoints, and of the key there.
pub use probatum_application::use_cases::audit_log::ORIGIN;

/// 32 random bytes from the operating system: an Ed25519 key (RFC 8032 §5.1.5).
pub fn seed() -> Result<[u8; 32], Failure> {
    let mut seed = [0u8; 32];
    getrandom::fill(&mut seed).map_err(|e| Failure(format!("no randomness: {e}")))?;
    Ok(seed)
}

/// Runs a command about the signing key.
pub fn run(command: &SigningKey) -> Result<(), Failure> {
    match command {
        SigningKey::List { file, json } => list(&config(file)?, *json),
        SigningKey::Rotate { file } => rotate(&config(file)?),
    }
}

fn config(file: &KeyFile) -> Result<Config, Failure> {
    Ok(Config::load(&Serve::from(file))?)
}

fn list(config: &Config, json: bool) -> Result<(), Failure> {
    let keys = SigningKeyFile::existing(&config.signing_key)?.keys()?;
    if json {
        return say(&serde_json::to_string_pretty(&keys).map_err(|e| Failure(e.to_string()))?);
    }
    for record in std::iter::once(&keys.active).chain(&keys.retired) {
        say(&row(record))?;
    }
    Ok(())
}

fn row(r: &KeyRecord) -> String {
    let until = r.retired_at.map_or_else(|| "now".to_owned(), |at| at.to_string());
    format!("{}  {}  from {} until {until}", r.key_id, r.public_key.to_note_verifier(ORIGIN), r.active_from)
}

/// The database is opened first: a rotation nobody could record would have to be explained by hand.
fn rotate(config: &Config) -> Result<(), Failure> {
    migrated(&config.store.backend)?;
    let store = Store::open(&config.store)?;
    let now = SystemClock.now();
    let (file, made) = SigningKeyFile::open_or_create(&config.signing_key, &seed()?, now)?;
    let keys = if made { file.keys()? } else { file.rotate(&seed()?, now)? };
    block_on(async { Ok(record(&store, &keys).await?) })?;
    say(&row(&keys.active))
}

/// Records in the audit log which key signs from now on.
pub async fn record(store: &dyn Executor, keys: &SigningKeys) -> Result<(), AppError> {
    let (ctx, keys) = (ctx(), keys.clone());
    store.writing(move |tx| keys::signing_key_changed(tx, &ctx, &keys)).await
}
