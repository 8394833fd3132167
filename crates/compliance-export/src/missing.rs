//! What a report still has to say: the required fields of a phase that nobody filled in.

use crate::facts::{FactSheet, at_path};
use crate::regime::{Phase, Regime};
use crate::report::IncidentData;
use crate::rules::{OnlyIf, Requirement, RuleSet, label};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A required field that is not there. It does not stop an early report; it is listed in it (CONTRACT §10).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissingField {
    /// Its path in the fact sheet, or `incident.` and a field of the incident.
    pub field: String,
    /// The act and the article that ask for it.
    pub law: String,
    /// What it is, and where to put it.
    pub message: String,
}

/// The required fields of `phase` under `regime` that neither the facts nor the incident have. `late` is
/// whether the report is: some fields are asked for only then.
pub fn missing(
    rules: &RuleSet,
    regime: Regime,
    phase: Phase,
    facts: &FactSheet,
    incident: &IncidentData,
    late: bool,
) -> Vec<MissingField> {
    let known = Known::new(facts, incident);
    let mut out: Vec<MissingField> = Vec::new();
    for rule in rules.of_phase(regime, phase) {
        for requirement in &rule.required_fields {
            let Some(field) = known.lacks(requirement, late) else { continue };
            if out.iter().any(|m| m.field == field) {
                continue;
            }
            let message = message(requirement);
            out.push(MissingField { field: field.to_owned(), law: rule.law.clone(), message });
        }
    }
    out
}

/// Everything that is known, as one record: the fact sheet with `incident` beside its sections.
pub(crate) struct Known(Value);

impl Known {
    pub fn new(facts: &FactSheet, incident: &IncidentData) -> Self {
        // Neither can fail: their keys are texts and their numbers finite.
        let mut all = serde_json::to_value(facts).unwrap_or_default();
        if let Some(members) = all.as_object_mut() {
            members.insert("incident".to_owned(), serde_json::to_value(incident).unwrap_or_default());
        }
        Self(all)
    }

    /// The value of a field, if there is one.
    pub fn get(&self, path: &str) -> Option<&Value> {
        at_path(&self.0, path)
    }

    /// The field to ask for, if the requirement holds and is not met.
    fn lacks<'r>(&self, requirement: &'r Requirement, late: bool) -> Option<&'r str> {
        let asked = match &requirement.only_if {
            None => true,
            Some(OnlyIf::Late) => late,
            Some(OnlyIf::Says(path, word)) => self.get(path).is_some_and(|value| says(value, word)),
        };
        let met = requirement.any_of.iter().any(|path| self.get(path).is_some());
        if asked && !met { requirement.any_of.first().map(String::as_str) } else { None }
    }
}

fn says(value: &Value, word: &str) -> bool {
    match value {
        Value::String(text) => text == word,
        Value::Array(list) => list.iter().any(|entry| entry.as_str() == Some(word)),
        _ => false,
    }
}

fn message(requirement: &Requirement) -> String {
    let names: Vec<_> = requirement.any_of.iter().map(|path| label(path)).collect();
    let places = requirement.any_of.join(" or ");
    format!("{} is not stated; fill in {places}", names.join(" or "))
}
