//! The report as a readable document: headings, fields and tables, before it is HTML or PDF.

use super::{Deadline, Report};
use crate::clocks::ClockState;
use crate::rules::label;
use probatum_evidence::CustodyEntry;
use probatum_kernel::Timestamp;
use serde_json::Value;

/// The most custody entries of one item, and the most timeline entries, that are printed; the rest is in
/// the files, and the document says so.
const MAX_CUSTODY: usize = 30;
const MAX_TIMELINE: usize = 300;
/// The most characters of an item's description that are printed.
const MAX_DESCRIPTION: usize = 1000;

/// The fields of an incident that are printed, in the order people read them.
const INCIDENT_ORDER: [&str; 24] = [
    "title",
    "summary",
    "category",
    "level",
    "severity",
    "severity_score",
    "priority",
    "status_lifecycle",
    "disposition",
    "flags",
    "sector",
    "country",
    "asset",
    "agent_id",
    "impact_confidentiality",
    "impact_integrity",
    "impact_availability",
    "occurred_at",
    "detected_at",
    "aware_at",
    "determined_at",
    "contained_at",
    "resolved_at",
    "closed_at",
];

/// A part of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Block {
    /// A heading.
    Heading(String),
    /// A smaller heading.
    Subheading(String),
    /// A paragraph.
    Paragraph(String),
    /// Names and what they say.
    Fields(Vec<(String, String)>),
    /// A table: its columns with their shares of the width, and its rows.
    Table { columns: Vec<(&'static str, u8)>, rows: Vec<Vec<String>> },
}

/// A document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Document {
    /// Its title.
    pub title: String,
    /// What stands below the title.
    pub subtitle: String,
    /// What stands at the foot of every page.
    pub footer: String,
    /// Its parts.
    pub blocks: Vec<Block>,
}

impl Report {
    pub(super) fn document(&self) -> Document {
        let mut blocks = vec![Block::Fields(self.head())];
        blocks.extend(self.deadline.iter().map(|d| Block::Fields(self.deadline_rows(d))));
        blocks.push(Block::Heading("Required and not stated yet".to_owned()));
        blocks.push(self.missing_block());
        blocks.push(Block::Heading("Incident".to_owned()));
        blocks.push(Block::Fields(self.incident_rows()));
        for section in &self.sections {
            blocks.push(Block::Heading(section.title.clone()));
            let rows = section.fields.iter().map(|f| (f.label.clone(), self.show(&f.value)));
            blocks.push(Block::Fields(rows.collect()));
        }
        self.evidence_blocks(&mut blocks);
        self.action_blocks(&mut blocks);
        self.timeline_blocks(&mut blocks);
        self.previous_blocks(&mut blocks);
        self.checkpoint_blocks(&mut blocks);
        Document {
            title: self.title.clone(),
            subtitle: format!("{} · {} · {}", self.report_id, self.incident_id(), self.organisation),
            footer: self.footer(),
            blocks,
        }
    }

    fn footer(&self) -> String {
        match &self.checkpoint {
            None => self.report_id.clone(),
            Some(c) => {
                let root: String = c.root_hash.as_str().chars().take(16).collect();
                format!("{} · log checkpoint {} / {root}", self.report_id, c.tree_size)
            }
        }
    }

    fn time(&self, t: Timestamp) -> String {
        self.calendar.show(t)
    }

    fn maybe_time(&self, t: Option<Timestamp>) -> String {
        t.map_or_else(|| "–".to_owned(), |t| self.time(t))
    }

    fn head(&self) -> Vec<(String, String)> {
        let rows = [
            ("Report", self.report_id.clone()),
            ("Incident", self.incident_id().to_owned()),
            ("Addressed to", format!("{} ({})", self.target, self.recipient)),
            ("Reported by", self.organisation.clone()),
            ("Legal basis", self.laws.join("; ")),
            ("Made", format!("{} by {}", self.time(self.created_at), self.created_by)),
            ("Rules", format!("version {}", self.rule_version)),
            ("Facts", self.facts_version.map_or_else(|| "none".to_owned(), |v| format!("version {v}"))),
        ];
        rows.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    fn deadline_rows(&self, deadline: &Deadline) -> Vec<(String, String)> {
        let due = match (deadline.due_at, deadline.state) {
            (Some(due), _) => self.time(due),
            (None, ClockState::Waiting) => format!("not yet known: waits for {}", deadline.anchor),
            (None, ClockState::NotApplicable) => "no duty to report".to_owned(),
            (None, _) => "without undue delay".to_owned(),
        };
        let from = format!("{} ({})", self.maybe_time(deadline.anchor_at), deadline.anchor);
        let made = if deadline.late { "after it was due" } else { "in time" };
        let mut rows = vec![("Counted from".to_owned(), from), ("Due".to_owned(), due)];
        if deadline.due_at.is_some() {
            rows.push(("Against that".to_owned(), format!("made {made}")));
        }
        rows
    }

    fn missing_block(&self) -> Block {
        if self.missing.is_empty() {
            return Block::Paragraph("Nothing: every required field is stated.".to_owned());
        }
        let rows = self.missing.iter().map(|m| vec![label(&m.field).to_owned(), m.law.clone()]).collect();
        Block::Table { columns: vec![("What", 60), ("Asked for by", 40)], rows }
    }

    fn incident_rows(&self) -> Vec<(String, String)> {
        let mut rows = vec![("Evidence status".to_owned(), word(self.evidence_status.as_str()))];
        let stated = INCIDENT_ORDER.iter().filter_map(|name| Some((word(name), self.incident.get(*name)?)));
        rows.extend(stated.map(|(name, value)| (name, self.show(value))));
        rows
    }

    fn evidence_blocks(&self, blocks: &mut Vec<Block>) {
        blocks.push(Block::Heading("Evidence and chains of custody".to_owned()));
        if self.released.is_empty() {
            blocks.push(Block::Paragraph("This report carries no evidence.".to_owned()));
        }
        for released in &self.released {
            let record = &released.record;
            let none = || "–".to_owned();
            blocks.push(Block::Subheading(record.id.to_string()));
            let content = record
                .content
                .as_ref()
                .map_or_else(none, |c| format!("{}, {}, {} bytes", c.file_name, c.media_type, c.size));
            let mut rows = vec![
                ("Kind", word(record.kind.as_str())),
                ("Status", word(record.status.as_str())),
                ("Source", record.source.clone()),
                ("SHA-256", record.hash_sha256.as_ref().map_or_else(none, ToString::to_string)),
                ("Content", content),
                ("Visibility", record.visibility.to_string()),
                ("Confidence", format!("{} %", record.confidence)),
            ];
            rows.extend(record.content_ref.iter().map(|r| ("Kept at", r.clone())));
            rows.extend(record.tlp.iter().map(|tlp| ("Sharing", tlp.to_string())));
            rows.extend(record.contradicts.iter().map(|id| ("Contradicts", id.to_string())));
            rows.extend(record.description.iter().map(|text| ("Description", cut(text))));
            blocks.push(Block::Fields(rows.into_iter().map(|(n, v)| (n.to_owned(), v)).collect()));
            self.custody_block(&released.chain, blocks);
        }
    }

    fn custody_block(&self, chain: &[CustodyEntry], blocks: &mut Vec<Block>) {
        if chain.is_empty() {
            return blocks.push(Block::Paragraph("No chain of custody.".to_owned()));
        }
        let rows = chain.iter().take(MAX_CUSTODY).map(|entry| {
            let intact = match entry.intact {
                Some(true) => "intact",
                Some(false) => "CHANGED",
                None => "–",
            };
            vec![
                entry.seq.to_string(),
                self.time(entry.ts),
                entry.actor.to_string(),
                entry.action.to_string(),
                intact.to_owned(),
                entry.entry_hash.as_str().chars().take(16).collect(),
            ]
        });
        let columns =
            vec![("No.", 6), ("Time", 26), ("Who", 22), ("What", 15), ("Content", 11), ("Entry hash", 20)];
        blocks.push(Block::Table { columns, rows: rows.collect() });
        if chain.len() > MAX_CUSTODY {
            let more = chain.len() - MAX_CUSTODY;
            blocks.push(Block::Paragraph(format!("And {more} more entries in custody.json.")));
        }
    }

    fn action_blocks(&self, blocks: &mut Vec<Block>) {
        blocks.push(Block::Heading("Response".to_owned()));
        if self.actions.is_empty() {
            return blocks.push(Block::Paragraph("No steps are on record.".to_owned()));
        }
        let rows = self.actions.iter().map(|action| {
            let status = if action.simulated {
                format!("{} (simulated)", action.status)
            } else {
                action.status.clone()
            };
            vec![
                action.title.clone(),
                word(&status),
                action.owner.clone().unwrap_or_else(|| "–".to_owned()),
                self.maybe_time(action.completed_at),
                action.validation_ref.map_or_else(|| "–".to_owned(), |id| id.to_string()),
            ]
        });
        let columns = vec![("Step", 28), ("Status", 12), ("Owner", 12), ("Completed", 25), ("Shown by", 23)];
        blocks.push(Block::Table { columns, rows: rows.collect() });
    }

    fn timeline_blocks(&self, blocks: &mut Vec<Block>) {
        blocks.push(Block::Heading("Timeline".to_owned()));
        if self.timeline.is_empty() {
            return blocks.push(Block::Paragraph("No events are on record.".to_owned()));
        }
        let rows = self.timeline.iter().take(MAX_TIMELINE).map(|entry| {
            let actor = entry.actor.as_ref().map_or_else(|| "–".to_owned(), ToString::to_string);
            vec![self.time(entry.at), word(&entry.kind), actor, entry.text.clone()]
        });
        let columns = vec![("Time", 25), ("Event", 17), ("Who", 18), ("What", 40)];
        blocks.push(Block::Table { columns, rows: rows.collect() });
        if self.timeline.len() > MAX_TIMELINE {
            let more = self.timeline.len() - MAX_TIMELINE;
            blocks.push(Block::Paragraph(format!("And {more} more entries in timeline.json.")));
        }
    }

    fn previous_blocks(&self, blocks: &mut Vec<Block>) {
        if self.previous.is_empty() {
            return;
        }
        blocks.push(Block::Heading("Reports before this one".to_owned()));
        let rows = self
            .previous
            .iter()
            .map(|p| vec![p.report_id.clone(), p.phase.short().to_owned(), self.maybe_time(p.submitted_at)]);
        let columns = vec![("Report", 40), ("Phase", 20), ("Submitted", 40)];
        blocks.push(Block::Table { columns, rows: rows.collect() });
    }

    fn checkpoint_blocks(&self, blocks: &mut Vec<Block>) {
        blocks.push(Block::Heading("Checkpoint of the registry's log".to_owned()));
        let Some(checkpoint) = &self.checkpoint else {
            return blocks.push(Block::Paragraph("None was taken.".to_owned()));
        };
        let mut rows = vec![
            ("Entries".to_owned(), checkpoint.tree_size.to_string()),
            ("Merkle root (SHA-256)".to_owned(), checkpoint.root_hash.to_string()),
            ("Taken".to_owned(), self.time(checkpoint.at)),
        ];
        rows.extend(checkpoint.signature.iter().map(|s| ("Signature".to_owned(), s.clone())));
        blocks.push(Block::Fields(rows));
        let why = "Whoever keeps these three values can ask the registry later to prove that its log still \
                   begins with the same entries.";
        blocks.push(Block::Paragraph(why.to_owned()));
    }

    /// A value in words.
    fn show(&self, value: &Value) -> String {
        match value {
            Value::Null => "–".to_owned(),
            Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
            Value::Number(number) => number.to_string(),
            Value::String(text) => match text.parse::<Timestamp>() {
                Ok(t) if text.ends_with('Z') => self.time(t),
                _ => text.clone(),
            },
            Value::Array(list) => list.iter().map(|entry| self.show(entry)).collect::<Vec<_>>().join("; "),
            Value::Object(members) => {
                let members =
                    members.iter().map(|(name, value)| format!("{}: {}", word(name), self.show(value)));
                members.collect::<Vec<_>>().join(", ")
            }
        }
    }
}

/// The beginning of a description: a thousand items of evidence still make a document people can open.
fn cut(text: &str) -> String {
    if text.chars().count() <= MAX_DESCRIPTION {
        return text.to_owned();
    }
    let begin: String = text.chars().take(MAX_DESCRIPTION).collect();
    format!("{begin}… (the rest is in metadata.json)")
}

/// A word of a closed list as people write it.
fn word(word: &str) -> String {
    let text = word.replace('_', " ");
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Without what a page must not obey: control characters, and marks that turn the direction of text and so
/// can make it read as something else. They stand in the JSON, where nothing is drawn.
pub(super) fn drawable(text: &str) -> String {
    let hidden = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    text.chars()
        .filter(|c| *c != '\r')
        .map(|c| {
            if c == '\t' {
                ' '
            } else if hidden(c) {
                '\u{fffd}'
            } else {
                c
            }
        })
        .collect()
}
