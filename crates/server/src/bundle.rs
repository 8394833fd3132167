//! `probatum bundle verify`: checks a bundle without a registry, a database or a network.

use crate::cli::Bundle;
use crate::commands::{Failure, say};
use crate::progress::progress;
use probatum_compliance_export::{PublicKey, Verification, parse_public_keys, verify};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

/// The most bytes of a file with keys.
const MAX_KEY_FILE: u64 = 1024 * 1024;

/// Runs a command about bundles.
pub fn run(command: &Bundle) -> Result<(), Failure> {
    let Bundle::Verify { file, keys, json } = command;
    let mut trusted = Vec::new();
    for key in keys {
        trusted.extend(read_keys(key)?);
    }
    let found = check(file, &trusted)?;
    if *json {
        say_json(&found)?
    } else {
        say_table(&found, !trusted.is_empty())?
    }
    match found.faults.len() {
        0 => Ok(()),
        1 => Err(Failure(format!("{}: 1 fault", file.display()))),
        n => Err(Failure(format!("{}: {n} faults", file.display()))),
    }
}

/// A key as given: the digits themselves, or a file with keys.
pub fn read_keys(given: &str) -> Result<Vec<PublicKey>, Failure> {
    if let Ok(key) = PublicKey::from_hex(given) {
        return Ok(vec![key]);
    }
    let failed = |e: &dyn std::fmt::Display| Failure(format!("--key {given}: {e}"));
    let mut text = String::new();
    let file = File::open(given).map_err(|e| failed(&e))?;
    file.take(MAX_KEY_FILE).read_to_string(&mut text).map_err(|e| failed(&e))?;
    parse_public_keys(&text).map_err(|e| failed(&e))
}

fn check(path: &Path, trusted: &[PublicKey]) -> Result<Verification, Failure> {
    let failed = |e: std::io::Error| Failure(format!("{}: {e}", path.display()));
    let file = File::open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    let bar = progress(length, "bytes");
    let found = verify(&mut BufReader::new(file), trusted, &mut |p| {
        bar.set_length(p.total);
        bar.set_position(p.done);
    });
    bar.finish_and_clear();
    found.map_err(failed)
}

fn say_json(found: &Verification) -> Result<(), Failure> {
    say(&serde_json::to_string_pretty(found).map_err(|e| Failure(e.to_string()))?)
}

fn say_table(found: &Verification, keys_given: bool) -> Result<(), Failure> {
    let row = |name: &str, value: &str| say(&format!("{name:<12} {value}"));
    if let Some(signed) = &found.signed {
        row("bundle", &signed.bundle_id)?;
        row("incident", &signed.incident)?;
        row("report", &format!("{} {}", signed.regime, signed.phase))?;
        row("made", &format!("{} by {}", signed.created_at, visible(&signed.organisation)))?;
        if let Some(checkpoint) = &signed.checkpoint {
            row("checkpoint", &format!("{} entries, root {}", checkpoint.tree_size, checkpoint.root_hash))?;
        }
    }
    row(
        "contents",
        &format!("{} members, {} items of evidence, {} bytes", found.members, found.evidence, found.bytes),
    )?;
    let signer = found.key_id.as_deref().unwrap_or("nobody: there is no valid signature");
    let trust = match (&found.key_id, found.trusted, keys_given) {
        (None, _, _) => "",
        (Some(_), true, _) => ", a key you gave",
        (Some(_), false, true) => ", none of the keys you gave",
        (Some(_), false, false) => ", which nobody vouched for: give the sender's key with --key",
    };
    row("signed by", &format!("{signer}{trust}"))?;
    if found.ok {
        return row("result", "whole: nothing is missing, added or changed");
    }
    row("result", "NOT WHOLE")?;
    for fault in &found.faults {
        say(&format!("  {}", visible(&fault.to_string())))?;
    }
    Ok(())
}

/// Without characters a terminal obeys.
fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
