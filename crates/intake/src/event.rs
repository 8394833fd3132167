//! One event, whatever product wrote it: what was detected, where, how bad, and what it was written as.

mod category;
mod cef;
mod ecs;
mod entities;
mod fields;
mod ocsf;
mod plain;
mod severity;
mod suricata;
mod syslog;
mod time;
mod wazuh;

pub use category::Category;
pub use entities::{Entities, Entity, EntityKind};

use crate::limits::{MAX_MESSAGE, MAX_NAME, MAX_TECHNIQUES, MAX_TITLE};
use crate::split::{EventFault, RawEvent};
use crate::technique;
use crate::text::{line, text};
use fields::Fields;
use probatum_kernel::{Timestamp, vocabulary};
use serde::Serialize;
use serde_json::{Map, Value};

vocabulary! {
    /// The shape an event came in.
    pub enum Format("event format") {
        /// Open Cybersecurity Schema Framework, 1.x.
        Ocsf = "ocsf",
        /// Elastic Common Schema.
        Ecs = "ecs",
        /// Common Event Format.
        Cef = "cef",
        /// A Wazuh alert.
        Wazuh = "wazuh",
        /// A Suricata EVE alert.
        Suricata = "suricata",
        /// An object with a message, or a line of text.
        Plain = "plain",
    }
}

/// What raised the event. Events of one rule about one entity belong together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// The id its product gives it; where there is none, one made of its name.
    pub id: String,
    /// What it is called.
    pub name: String,
}

/// An event as the registry reads it. Every text is printable and has the length of its field.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Event {
    /// What it was written as.
    pub format: Format,
    /// The id its source gave this very event, if any: for telling a repeat.
    pub uid: Option<String>,
    /// What raised it.
    pub rule: Rule,
    /// One line: at most [`MAX_TITLE`] characters, never empty. It may be the beginning of the log's own text.
    pub title: String,
    /// What of it everybody may read: what its source calls the finding or the rule. `None` if there is only the text of
    /// the log, which may name people and secrets.
    pub name: Option<String>,
    /// What it says: at most [`MAX_MESSAGE`] characters, may be empty.
    pub message: String,
    /// When it happened, if it says so.
    pub at: Option<Timestamp>,
    /// 0–10 (CONTRACT §3); where a source states no severity, 1.
    pub severity: u8,
    /// The kind of incident it points to.
    pub category: Category,
    /// ATT&CK and ATLAS techniques (`T1110.003`, `AML.T0051`), at most [`MAX_TECHNIQUES`].
    pub attack_techniques: Vec<String>,
    /// The first tactic named, in lower case with hyphens (`credential-access`).
    pub tactic: Option<String>,
    /// Who and what it is about.
    pub entities: Entities,
    /// The product that detected it, without its version.
    pub product: Option<String>,
    /// Where it was read: a log, a sensor, a decoder.
    pub source: Option<String>,
    /// The event as it came; a line of text with what was read from it, as far as [`MAX_EVENT_JSON`](crate::MAX_EVENT_JSON)
    /// bytes hold both.
    pub raw: Value,
}

impl Event {
    /// Reads an event in whichever format it is in. An object exported from a search index (`_source`) is
    /// read as what it wraps.
    ///
    /// # Errors
    /// `Unknown` if it is in none of the formats, `Unsupported` if it is of a version or kind that is not
    /// taken, `Cef` if it only begins like one.
    ///
    /// ```
    /// use probatum_intake::{Event, Format, RawEvent};
    /// let line = "CEF:0|Vendor|Product|1|100|Port scan|5|src=192.0.2.7 dhost=web-1".to_owned();
    /// let event = Event::read(&RawEvent::Line(line))?;
    /// assert_eq!((event.format, event.severity), (Format::Cef, 5));
    /// assert_eq!(event.entities.primary().map(|e| e.value), Some("web-1".to_owned()));
    /// # Ok::<(), probatum_intake::EventFault>(())
    /// ```
    pub fn read(raw: &RawEvent) -> Result<Self, EventFault> {
        match raw {
            RawEvent::Line(line) => match cef::find(line) {
                Some(cef) => cef::read(cef, line),
                None => Ok(syslog::read(line)),
            },
            RawEvent::Json(members) => match members.get("_source") {
                Some(Value::Object(inner)) if members.contains_key("_index") => object(inner),
                _ => object(members),
            },
        }
    }

    /// The event as it came, in one spelling: keys sorted, no blanks, numbers as they were.
    pub fn canonical(&self) -> String {
        crate::json::canonical(&self.raw)
    }
}

fn object(members: &Map<String, Value>) -> Result<Event, EventFault> {
    let fields = Fields(members);
    if ocsf::is(&fields) {
        ocsf::read(&fields)
    } else if wazuh::is(&fields) {
        Ok(wazuh::read(&fields))
    } else if suricata::is(&fields) {
        suricata::read(&fields)
    } else if ecs::is(&fields) {
        Ok(ecs::read(&fields))
    } else if let Some(wrapped) = plain::line_within(&fields) {
        cef::find(wrapped).map_or(Err(EventFault::Unknown), |cef| cef::read(cef, wrapped))
    } else {
        plain::read(&fields)
    }
}

/// What a format's reader fills in; [`Found::event`] makes it whole.
#[derive(Default)]
struct Found {
    uid: Option<String>,
    rule_id: Option<String>,
    rule_name: Option<String>,
    /// What the source calls the finding: of a field for titles alone, never the text of the log.
    title: Option<String>,
    /// A text that tells more than the rule's name and stands in the place of a title where there is none.
    said: Option<String>,
    message: Option<String>,
    at: Option<Timestamp>,
    severity: Option<u8>,
    category: Option<Category>,
    /// Words the category is read from: rule groups, finding types.
    hints: Vec<String>,
    techniques: Vec<String>,
    tactics: Vec<String>,
    entities: Entities,
    product: Option<String>,
    source: Option<String>,
}

impl Found {
    fn event(self, format: Format, raw: Value) -> Event {
        let mut techniques: Vec<String> = Vec::new();
        for found in self.techniques.iter().filter_map(|t| technique::of(t)).take(4 * MAX_TECHNIQUES) {
            if !techniques.contains(&found) && techniques.len() < MAX_TECHNIQUES {
                techniques.push(found);
            }
        }
        let name = |s: &Option<String>, max| s.as_deref().map(|s| line(s, max)).filter(|s| !s.is_empty());
        let message = text(self.message.as_deref().unwrap_or_default(), MAX_MESSAGE);
        let rule_name = name(&self.rule_name, MAX_NAME);
        let called = name(&self.title, MAX_TITLE);
        let title = called
            .clone()
            .or_else(|| name(&self.said, MAX_TITLE))
            .or_else(|| rule_name.clone())
            .or_else(|| Some(line(&message, MAX_TITLE)).filter(|s| !s.is_empty()))
            .unwrap_or_else(|| format!("{format} event"));
        let rule_id =
            name(&self.rule_id, MAX_NAME).unwrap_or_else(|| template(rule_name.as_deref().unwrap_or(&title)));
        let category = self.category.unwrap_or_else(|| {
            category::of(
                self.hints.iter().map(String::as_str).chain([title.as_str()]).chain(rule_name.as_deref()),
                &techniques,
            )
        });
        Event {
            format,
            uid: name(&self.uid, MAX_NAME),
            name: called.or_else(|| rule_name.clone()),
            rule: Rule { name: rule_name.unwrap_or_else(|| line(&title, MAX_NAME)), id: rule_id },
            title,
            message,
            at: self.at,
            severity: self.severity.unwrap_or(severity::UNSTATED),
            category,
            attack_techniques: techniques,
            tactic: self.tactics.iter().find_map(|t| technique::tactic(t)),
            entities: self.entities,
            product: name(&self.product, MAX_NAME),
            source: name(&self.source, MAX_NAME),
            raw,
        }
    }
}

/// The category the texts or, failing that, the techniques point to.
pub(crate) fn category_of(texts: &[String], techniques: &[String]) -> Category {
    category::of(texts.iter().map(String::as_str), techniques)
}

/// A rule's id made of its text: what differs from one event to the next (numbers, ids) is left out.
fn template(name: &str) -> String {
    let mut out = String::new();
    for word in name.split_whitespace() {
        let changing = word.chars().any(|c| c.is_ascii_digit());
        let word = if changing { "#".to_owned() } else { word.to_lowercase() };
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&word);
    }
    line(&out, MAX_NAME)
}
