//! A checkpoint of the audit log that somebody kept, held against the log as it is now.

use crate::bundle::read_keys;
use crate::commands::{Failure, say};
use probatum_application::ports::Executor;
use probatum_compliance_export::LogHead;
use serde_json::Value;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The most bytes of a file with a checkpoint.
const MAX_FILE: u64 = 64 * 1024;

/// Reads a checkpoint, a note or the answer that holds one, signed by one of the keys.
pub fn read(path: &Path, keys: &[String]) -> Result<LogHead, Failure> {
    let failed = |e: &dyn std::fmt::Display| Failure(format!("{}: {e}", path.display()));
    let mut trusted = Vec::new();
    for key in keys {
        trusted.extend(read_keys(key)?);
    }
    if trusted.is_empty() {
        return Err(failed(
            &"say with --key whose signature it must have; GET /api/reports/keys lists the keys",
        ));
    }
    let mut text = String::new();
    let file = File::open(path).map_err(|e| failed(&e))?;
    file.take(MAX_FILE).read_to_string(&mut text).map_err(|e| failed(&e))?;
    if let Ok(Value::Object(answer)) = serde_json::from_str(&text) {
        let note = answer.get("note").and_then(Value::as_str);
        text = note
            .ok_or_else(|| failed(&"has no member note; is it the answer of GET /api/audit/checkpoint?"))?
            .to_owned();
    }
    LogHead::open(&text, &trusted).map(|(head, _)| head).map_err(|e| failed(&e))
}

/// Compares it with the tree over as many entries of a log that was found whole.
pub async fn compare(door: &dyn Executor, kept: &LogHead, entries: i64) -> Result<(), Failure> {
    let size = i64::try_from(kept.tree_size).ok().filter(|size| *size <= entries).ok_or_else(|| {
        Failure(format!(
            "the checkpoint has {} entries, the log only {entries}: some are missing",
            kept.tree_size
        ))
    })?;
    let root = door.reading(move |tx| tx.audit_root(size)).await?;
    if root != kept.root {
        return Err(Failure(format!(
            "the first {size} entries are not those of the checkpoint: the log was rewritten"
        )));
    }
    say(&format!("it begins with the {size} entries of the checkpoint"))
}
