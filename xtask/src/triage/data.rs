//! Labelled records, read from JSON lines.

use crate::shell::Outcome;
use probatum_triage::model::{Channel, Features};
use probatum_triage::{Input, Kind, lessons};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// The kinds that data comes in.
pub const KINDS: [(&str, &str, Kind); 3] = [
    ("email", "phishing", Kind::Email),
    ("prompt", "prompt_injection", Kind::Prompt),
    ("alert", "edr_alert", Kind::Alert),
];

/// A labelled record.
pub struct Record {
    /// Which kind, as the data says.
    pub kind: &'static str,
    /// Whether it is labelled an attack.
    pub malicious: bool,
    /// The corpus it comes from.
    pub source: String,
    /// What the corpus says of it.
    pub subtype: String,
    /// The year it was written, as far as known.
    pub year: Option<u64>,
    /// Whether its licence forbids commercial use.
    pub non_commercial: bool,
    /// What the engine sees.
    pub input: Input,
}

impl Record {
    /// What the text model may learn from it.
    pub fn lessons(&self) -> Vec<(Channel, Vec<Vec<Features>>)> {
        lessons(&self.input)
    }
}

/// Reads a file; an error names the line.
pub fn read(path: &Path) -> Outcome<Vec<Record>> {
    let file = std::fs::File::open(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let mut records = Vec::new();
    for (index, line) in BufReader::new(file).lines().enumerate() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let value: Value = serde_json::from_str(&line).map_err(|e| format!("line {}: {e}", index + 1))?;
        records.push(
            record(value)
                .ok_or_else(|| format!("line {}: needs kind, label, source and raw_data", index + 1))?,
        );
    }
    Ok(records)
}

fn record(mut value: Value) -> Option<Record> {
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let named = text(&value, "kind")?;
    let (kind, incident_type, _) = KINDS.iter().find(|(name, _, _)| *name == named)?;
    let malicious = match text(&value, "label")?.as_str() {
        "malicious" => true,
        "benign" => false,
        _ => return None,
    };
    let meta = value.get("meta").cloned().unwrap_or_default();
    let licence = text(&meta, "licence").unwrap_or_default();
    let source = text(&value, "source")?;
    let raw_data = value.get_mut("raw_data")?.take();
    Some(Record {
        kind,
        malicious,
        source,
        subtype: text(&meta, "subtype").unwrap_or_default(),
        year: meta.get("year").and_then(Value::as_u64),
        non_commercial: licence.split(['-', ' ', ';', ',']).any(|part| part == "NC"),
        input: Input { incident_type: Some((*incident_type).to_owned()), source: None, raw_data },
    })
}
