//! The two ways in: an alert (`incident_type`) and a report (`title`), checked before anything is numbered.

use crate::classification::level_of;
use crate::error::IncidentError;
use crate::flags::{Flag, Flags};
use crate::incident::Impact;
use crate::limits::*;
use crate::place::{Country, Location, Sector};
use crate::severity::Severity;
use crate::words::{Category, Level, SourceType};
use probatum_kernel::{AgentId, CLOCK_SKEW_MS, FieldFault, TextError, Timestamp, check_line, check_text};
use serde_json::Value;

/// What a client sends to put an incident on record. `incident_type` makes it an alert, `title` a report.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)] // The fields are those of the incident.
pub struct Draft {
    pub incident_type: Option<Category>,
    pub title: Option<String>,
    pub summary: Option<String>,
    pub source_type: Option<SourceType>,
    pub source: Option<String>,
    pub level: Option<Level>,
    pub category: Option<Category>,
    pub severity: Option<Severity>,
    pub flags: Vec<(Flag, bool)>,
    pub agent_id: Option<AgentId>,
    pub asset: Option<String>,
    pub country: Option<Country>,
    pub location: Option<Location>,
    pub sector: Option<Sector>,
    pub impact_confidentiality: Option<u8>,
    pub impact_integrity: Option<u8>,
    pub impact_availability: Option<u8>,
    pub occurred_at: Option<Timestamp>,
    pub detected_at: Option<Timestamp>,
    pub aware_at: Option<Timestamp>,
    pub tags: Vec<String>,
    pub raw_data: Option<Value>,
}

/// A draft whose every field was checked.
#[derive(Debug, Clone)]
pub struct NewIncident {
    pub(crate) title: String,
    pub(crate) summary: Option<String>,
    pub(crate) source_type: SourceType,
    pub(crate) source: Option<String>,
    pub(crate) level: Level,
    pub(crate) category: Category,
    pub(crate) severity: Severity,
    pub(crate) flags: Flags,
    pub(crate) agent_id: Option<AgentId>,
    pub(crate) asset: Option<String>,
    pub(crate) country: Option<Country>,
    pub(crate) location: Option<Location>,
    pub(crate) sector: Option<Sector>,
    pub(crate) impact: Impact,
    pub(crate) occurred_at: Option<Timestamp>,
    pub(crate) detected_at: Option<Timestamp>,
    pub(crate) aware_at: Option<Timestamp>,
    pub(crate) tags: Vec<String>,
    pub(crate) raw_data: Option<Value>,
    alert: bool,
}

impl NewIncident {
    /// The agent it concerns.
    pub fn agent_id(&self) -> Option<&AgentId> {
        self.agent_id.as_ref()
    }
    /// Whether it came in by the alert contract.
    pub fn is_alert(&self) -> bool {
        self.alert
    }
}

impl Draft {
    /// Checks every field and names every wrong one.
    pub fn validate(self, now: Timestamp) -> Result<NewIncident, IncidentError> {
        let mut checks = Checks::default();
        let alert = self.incident_type.is_some();
        if alert && self.title.is_some() {
            checks.fail(
                "title",
                "conflict",
                "an alert (incident_type) takes no title; send one or the other",
            );
        }
        if !alert && self.title.is_none() {
            checks.fail("title", "required", "send title (a report) or incident_type (an alert)");
        }
        if alert && self.category.is_some() {
            checks.fail(
                "category",
                "conflict",
                "incident_type is the category of an alert; leave category out",
            );
        }
        self.check_values(&mut checks, now);
        if alert {
            checks.required("source", self.source.is_some());
        } else if self.title.is_some() {
            checks.required("source_type", self.source_type.is_some());
            checks.required("level", self.level.is_some());
            checks.required("category", self.category.is_some());
        }
        match (self.incident_type.or(self.category), self.headline()) {
            (Some(category), Some(title)) if checks.0.is_empty() => Ok(self.accepted(alert, category, title)),
            _ => Err(IncidentError::Invalid(checks.0)),
        }
    }

    fn check_values(&self, checks: &mut Checks, now: Timestamp) {
        checks.line("title", self.title.as_deref(), MAX_TITLE);
        checks.text("summary", self.summary.as_deref(), MAX_SUMMARY);
        checks.line("source", self.source.as_deref(), MAX_NAME);
        checks.line("asset", self.asset.as_deref(), MAX_NAME);
        checks.impact("impact_confidentiality", self.impact_confidentiality);
        checks.impact("impact_integrity", self.impact_integrity);
        checks.impact("impact_availability", self.impact_availability);
        checks.location(self.location);
        checks.past("occurred_at", self.occurred_at, now);
        checks.past("detected_at", self.detected_at, now);
        checks.past("aware_at", self.aware_at, now);
        checks.tags(&self.tags);
        checks.flags(&self.flags);
        checks.raw_data(self.raw_data.as_ref());
    }

    /// The title: a report's own; an alert's subject or title, else `<incident_type> from <source>`.
    fn headline(&self) -> Option<String> {
        let Some(incident_type) = self.incident_type else {
            return self.title.as_ref().map(|t| t.trim().to_owned());
        };
        let said = |key: &str| self.raw_data.as_ref().and_then(|raw| raw.get(key)).and_then(Value::as_str);
        let line = |key: &str| said(key).map(printable).filter(|s| !s.is_empty());
        let subject = line("subject").or_else(|| line("title"));
        Some(subject.unwrap_or_else(|| {
            format!("{incident_type} from {}", self.source.as_deref().unwrap_or("an unknown source"))
        }))
    }

    fn accepted(self, alert: bool, category: Category, title: String) -> NewIncident {
        NewIncident {
            title,
            summary: self.summary,
            source_type: self.source_type.unwrap_or(SourceType::Api),
            source: self.source,
            level: self.level.unwrap_or_else(|| level_of(category)),
            category,
            severity: self.severity.unwrap_or_default(),
            flags: self.flags.into_iter().filter(|(_, raised)| *raised).map(|(flag, _)| flag).collect(),
            agent_id: self.agent_id,
            asset: self.asset,
            country: self.country,
            location: self.location,
            sector: self.sector,
            impact: Impact {
                confidentiality: self.impact_confidentiality.unwrap_or(0),
                integrity: self.impact_integrity.unwrap_or(0),
                availability: self.impact_availability.unwrap_or(0),
            },
            occurred_at: self.occurred_at,
            detected_at: self.detected_at,
            aware_at: self.aware_at,
            tags: self.tags,
            raw_data: self.raw_data,
            alert,
        }
    }
}

/// A subject line is data from outside: one line of what can be printed, no longer than a title.
fn printable(s: &str) -> String {
    let words = s.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty());
    words.collect::<Vec<_>>().join(" ").chars().take(MAX_TITLE).collect()
}

/// Collects every wrong field of a command, so that a client can mend all at once.
#[derive(Default)]
pub(crate) struct Checks(pub(crate) Vec<FieldFault>);

impl Checks {
    pub(crate) fn fail(&mut self, field: &str, code: &'static str, message: impl Into<String>) {
        self.0.push(FieldFault::new(field, code, message));
    }

    pub(crate) fn required(&mut self, field: &str, present: bool) {
        if !present {
            self.fail(field, "required", "is required");
        }
    }

    pub(crate) fn text(&mut self, field: &str, value: Option<&str>, max: usize) {
        self.checked(field, value.map(|v| check_text(v, max)));
    }

    pub(crate) fn line(&mut self, field: &str, value: Option<&str>, max: usize) {
        self.checked(field, value.map(|v| check_line(v, max)));
    }

    fn checked(&mut self, field: &str, result: Option<Result<(), TextError>>) {
        let Some(Err(e)) = result else { return };
        let code = if matches!(e, TextError::TooLong(_)) { "too_long" } else { "invalid" };
        self.fail(field, code, e.to_string());
    }

    pub(crate) fn impact(&mut self, field: &str, value: Option<u8>) {
        if value.is_some_and(|v| v > 3) {
            self.fail(field, "out_of_range", "must be 0 to 3");
        }
    }

    pub(crate) fn location(&mut self, value: Option<Location>) {
        if value.is_some_and(|l| !l.is_valid()) {
            self.fail("location", "out_of_range", "lat must be -90 to 90 and lon -180 to 180");
        }
    }

    pub(crate) fn past(&mut self, field: &str, value: Option<Timestamp>, now: Timestamp) {
        if value.is_some_and(|t| t > now.plus_millis(CLOCK_SKEW_MS)) {
            self.fail(field, "in_future", "must not be in the future");
        }
    }

    pub(crate) fn tags(&mut self, tags: &[String]) {
        if tags.len() > MAX_TAGS {
            self.fail("tags", "too_many", format!("at most {MAX_TAGS} tags"));
        }
        for (i, tag) in tags.iter().enumerate() {
            self.line(&format!("tags[{i}]"), Some(tag), MAX_TAG);
        }
    }

    /// What is said of a flag must be one thing.
    pub(crate) fn flags(&mut self, flags: &[(Flag, bool)]) {
        for (flag, raised) in flags {
            if *raised && flags.contains(&(*flag, false)) {
                self.fail(flag.as_str(), "conflict", "is given twice, as true and as false");
            }
        }
    }

    fn raw_data(&mut self, value: Option<&Value>) {
        let Some(raw) = value else { return };
        if !raw.is_object() {
            self.fail("raw_data", "invalid", "must be an object");
        } else if raw.to_string().len() > MAX_RAW_DATA {
            self.fail("raw_data", "too_long", format!("must be at most {MAX_RAW_DATA} bytes of JSON"));
        }
    }
}
