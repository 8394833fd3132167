//! What a report has to say: a field, or one of several, always or only in some cases.

use crate::facts::{FactSheet, FieldDef};
use serde::{Serialize, Serializer};
use std::fmt;
use std::sync::OnceLock;

/// When a field is required.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OnlyIf {
    /// The report is late.
    Late,
    /// The field says this word, or has it in its list.
    Says(String, String),
}

/// A required field: `a`, `a | b` (one of them suffices), `a if late`, `a if b=word`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// The fields, of which one has to be there; the first is the one to name.
    pub any_of: Vec<String>,
    /// When; always if `None`.
    pub only_if: Option<OnlyIf>,
}

/// The fields of the incident a rule may require: name and label.
const INCIDENT_FIELDS: &[(&str, &str)] = &[
    ("incident.title", "Title"),
    ("incident.summary", "Summary"),
    ("incident.category", "Category"),
    ("incident.severity", "Severity"),
    ("incident.sector", "Sector"),
    ("incident.country", "Country"),
    ("incident.occurred_at", "Time of occurrence"),
    ("incident.detected_at", "Time of detection"),
    ("incident.aware_at", "Time of awareness"),
    ("incident.determined_at", "Time of classification"),
];

/// Every field a rule may require, with what people call it.
pub(crate) fn known_fields() -> &'static [FieldDef] {
    static FIELDS: OnceLock<Vec<FieldDef>> = OnceLock::new();
    FIELDS.get_or_init(|| {
        let incident = INCIDENT_FIELDS
            .iter()
            .map(|(path, label)| FieldDef { path: (*path).to_owned(), label: (*label).to_owned() });
        incident.chain(FactSheet::fields().iter().cloned()).collect()
    })
}

/// What people call a field.
pub(crate) fn label(path: &str) -> &str {
    known_fields().iter().find(|def| def.path == path).map_or("", |def| def.label.as_str())
}

impl Requirement {
    /// Reads a requirement.
    ///
    /// # Errors
    /// A sentence that names the field that is unknown, or the form.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (fields, condition) = match text.split_once(" if ") {
            Some((fields, condition)) => (fields, Some(condition.trim())),
            None => (text, None),
        };
        let any_of = fields.split('|').map(|path| known(path.trim())).collect::<Result<Vec<_>, _>>()?;
        let only_if = match condition {
            None => None,
            Some("late") => Some(OnlyIf::Late),
            Some(other) => {
                let (path, word) = other
                    .split_once('=')
                    .ok_or("must end in 'if late' or 'if FIELD=WORD' where it has an 'if'")?;
                Some(OnlyIf::Says(known(path.trim())?, word.trim().to_owned()))
            }
        };
        Ok(Self { any_of, only_if })
    }
}

fn known(path: &str) -> Result<String, String> {
    if known_fields().iter().any(|def| def.path == path) {
        Ok(path.to_owned())
    } else {
        let shown: String = path.chars().filter(|c| !c.is_control()).take(60).collect();
        Err(format!("'{shown}' is no field of the fact sheet or of the incident"))
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.any_of.join(" | "))?;
        match &self.only_if {
            None => Ok(()),
            Some(OnlyIf::Late) => f.write_str(" if late"),
            Some(OnlyIf::Says(path, word)) => write!(f, " if {path}={word}"),
        }
    }
}

impl Serialize for Requirement {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements_read_as_they_are_written() {
        for text in [
            "impact.summary",
            "impact.severity | incident.severity",
            "timing.delay_reasons if late",
            "cross_border.impact if cross_border.possible=yes",
        ] {
            assert_eq!(Requirement::parse(text).unwrap().to_string(), text);
        }
        for (bad, named) in [
            ("", "''"),
            ("impact.nothing", "'impact.nothing'"),
            ("impact.summary | ", "''"),
            ("impact.summary if soon", "if late"),
            ("impact.summary if x=y", "'x'"),
            ("incident.id", "'incident.id'"),
        ] {
            let error = Requirement::parse(bad).unwrap_err();
            assert!(error.contains(named), "{bad}: {error}");
        }
    }

    #[test]
    fn no_two_fields_share_a_path_and_each_has_a_label() {
        let mut paths: Vec<_> = known_fields().iter().map(|def| &def.path).collect();
        let all = paths.len();
        paths.sort_unstable();
        paths.dedup();
        assert_eq!(paths.len(), all);
        assert!(known_fields().iter().all(|def| !def.label.is_empty()));
        assert_eq!(label("contacts.dpo.email"), "Data protection officer or contact point: E-mail");
        assert_eq!(label("entity.name"), "Name of the entity");
    }
}
