//! `probatum evidence verify`: hashes stored content anew and checks every chain of custody, beside a serving program.

use crate::cli::{Evidence, Serve};
use crate::commands::{Failure, block_on, existing, say};
use crate::config::Config;
use crate::progress::progress;
use probatum_application::ports::{Blobs, Executor};
use probatum_application::use_cases::evidence_check::{self, Checked};
use probatum_connectors::BlobStore;
use probatum_storage::Store;
use serde_json::json;

/// Runs a command about evidence.
pub fn run(command: Evidence) -> Result<(), Failure> {
    let Evidence::Verify { common, data, json } = command;
    let config = Config::load(&Serve { common, data, ..Serve::default() })?;
    existing(&config)?;
    let found = check(&config)?;
    if json {
        say(&as_json(&found))?;
    } else {
        say_table(&found)?;
    }
    match found.faults.len() {
        0 => Ok(()),
        1 => Err(Failure("1 fault".to_owned())),
        n => Err(Failure(format!("{n} faults"))),
    }
}

fn check(config: &Config) -> Result<Checked, Failure> {
    let store = Store::open(&config.store)?;
    let door: &dyn Executor = &store;
    block_on(async {
        let (items, stored) = evidence_check::count(door).await?;
        let folder = config.data.display();
        let blobs = match config.data.is_dir() {
            // Opened elsewhere, it would be made.
            false if stored == 0 => None,
            false => {
                return Err(Failure(format!(
                    "data = '{folder}': no such folder, and {stored} items have content"
                )));
            }
            true => Some(BlobStore::folder(&config.data)?),
        };
        let bar = progress(items, "items");
        let blobs = blobs.as_ref().map(|b| -> &dyn Blobs { b });
        let found = evidence_check::check(door, blobs, |done| bar.set_position(done)).await;
        bar.finish_and_clear();
        Ok(found?)
    })
}

fn as_json(found: &Checked) -> String {
    let faults: Vec<_> = found
        .faults
        .iter()
        .map(|f| json!({"evidence": f.evidence, "incident": f.incident, "flaw": f.flaw, "detail": f.detail}))
        .collect();
    let whole = json!({
        "ok": found.faults.is_empty(), "items": found.items, "contents": found.contents, "bytes": found.bytes,
        "faults": faults,
    });
    format!("{whole:#}")
}

fn say_table(found: &Checked) -> Result<(), Failure> {
    for f in &found.faults {
        say(&format!("{} {} {}: {}", f.incident, f.evidence, f.flaw, f.detail))?;
    }
    let Checked { items, contents, bytes, faults } = found;
    let result = if faults.is_empty() { "the evidence is whole" } else { "the evidence is NOT WHOLE" };
    say(&format!("{result}: {items} items, {contents} contents of {bytes} bytes as they were received"))
}
