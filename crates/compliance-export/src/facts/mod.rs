//! What is known about an incident beyond its record: read, checked, kept in versions, and listed by path.

mod circumstances;
mod dora;
mod leaf;
mod sheet;
mod words;

pub use circumstances::Circumstances;
pub use dora::{Dora, NamedEntity};
pub use leaf::{
    Count, CountryCode, Currency, Duration, Email, Fact, FieldDef, Lei, Line, MAX_COUNT, MAX_ENTRIES,
    MAX_LINE, MAX_TEXT, Percent, Phone, Text,
};
pub use sheet::{
    Affected, Ai, Authority, Cause, Communication, Contact, Contacts, CrossBorder, Description, Entity,
    FactSheet, Impact, Indicator, Measures, OtherNotification, Ransom, Timing,
};
pub use words::{
    ActualOrEstimate, AiHarm, AiReportType, AiRole, DoraAuthority, DoraCriterion, DoraDiscovery,
    DoraIncidentType, DoraRootCause, DoraSubmission, DoraTechnique, RiskLevel, YesNoUnknown,
};

use probatum_evidence::{CanonicalError, Sha256Hex, link};
use probatum_kernel::{Actor, FieldFault, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::OnceLock;

impl FactSheet {
    /// Reads a sheet from JSON and checks every limit.
    ///
    /// # Errors
    /// Every bad field; the first one only, if the JSON has not the shape of a sheet.
    pub fn from_json(value: &Value) -> Result<Self, Vec<FieldFault>> {
        let sheet: Self = serde_path_to_error::deserialize(value).map_err(|e| {
            let path = e.path().to_string();
            let path = if path == "." { "facts".to_owned() } else { path };
            vec![FieldFault::new(path, "invalid", e.into_inner().to_string())]
        })?;
        let mut faults = sheet.faults();
        let read = serde_json::to_value(&sheet).unwrap_or_default();
        lists_for_sections("", value, &read, &mut faults);
        if faults.is_empty() { Ok(sheet) } else { Err(faults) }
    }

    /// Every field beyond its limits, by path.
    pub fn faults(&self) -> Vec<FieldFault> {
        let mut faults = Vec::new();
        self.check("", &mut faults);
        faults
    }

    /// What the section with this name is about; what stands outside of sections belongs to the assessment.
    pub(crate) fn section_title(name: &str) -> &'static str {
        match name {
            "entity" => "Entity",
            "contacts" => "Contacts",
            "authority" => "Authority",
            "cross_border" => "Cross-border impact",
            "description" => "Description",
            "timing" => "Time",
            "impact" => "Impact",
            "affected" => "People and records concerned",
            "cause" => "Cause",
            "measures" => "Measures",
            "communication" => "Communication to the people concerned",
            "ransom" => "Ransom",
            "ai" => "AI system",
            "dora" => "DORA figures",
            _ => "Assessment",
        }
    }

    /// Every field a sheet can have, in its order.
    pub fn fields() -> &'static [FieldDef] {
        static FIELDS: OnceLock<Vec<FieldDef>> = OnceLock::new();
        FIELDS.get_or_init(|| {
            let mut out = Vec::new();
            Self::describe("", "", &mut out);
            out
        })
    }
}

/// One version of the facts of an incident. Versions are only added: an earlier report shows from what it
/// was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// From 1 without gaps.
    pub version: u32,
    /// When it was written.
    pub at: Timestamp,
    /// By whom.
    pub by: Actor,
    /// The facts.
    pub sheet: FactSheet,
    /// The `hash` of the version before; zeros for the first.
    pub prev_hash: Sha256Hex,
    /// [`link`] of `prev_hash` and `{version, at, by, sheet}`.
    pub hash: Sha256Hex,
}

/// Why there is no next version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RevisionError {
    /// Fields are wrong: every one of them is here.
    #[error("The facts are not valid; correct every field named in errors.")]
    Invalid(Vec<FieldFault>),
    /// Nothing is different from the version before.
    #[error("The facts are those of version {0}; nothing to write.")]
    Unchanged(u32),
    /// There are as many versions as numbers.
    #[error("The facts have too many versions.")]
    Full,
    /// The sheet has no canonical form; never for one without faults.
    #[error("The facts could not be hashed: {0}")]
    Canonical(#[from] CanonicalError),
}

impl Revision {
    /// The version after `last` (`None`: the first): `sheet` as a whole takes the place of what was before.
    /// To add to what was before, pass `last.sheet.merged(&more)`.
    ///
    /// # Errors
    /// See [`RevisionError`].
    pub fn next(
        last: Option<&Self>,
        sheet: FactSheet,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Self, RevisionError> {
        let faults = sheet.faults();
        if !faults.is_empty() {
            return Err(RevisionError::Invalid(faults));
        }
        if let Some(same) = last.filter(|last| last.sheet == sheet) {
            return Err(RevisionError::Unchanged(same.version));
        }
        let version = last.map_or(Some(1), |last| last.version.checked_add(1)).ok_or(RevisionError::Full)?;
        let prev_hash = last.map_or_else(Sha256Hex::genesis, |last| last.hash.clone());
        let mut next = Self { version, at, by: by.clone(), sheet, prev_hash, hash: Sha256Hex::genesis() };
        next.hash = next.computed()?;
        Ok(next)
    }

    /// Whether this is what was written as the version after `last`.
    pub fn follows(&self, last: Option<&Self>) -> bool {
        let number = last.map_or(Some(1), |last| last.version.checked_add(1));
        let prev = last.map_or_else(Sha256Hex::genesis, |last| last.hash.clone());
        number == Some(self.version)
            && self.prev_hash == prev
            && self.computed().is_ok_and(|hash| hash == self.hash)
    }

    fn computed(&self) -> Result<Sha256Hex, CanonicalError> {
        let sheet = serde_json::to_value(&self.sheet)?;
        let record = serde_json::json!({
            "version": self.version, "at": self.at, "by": self.by, "sheet": sheet
        });
        link(&self.prev_hash, &record)
    }
}

/// Names every section that was given as a list: serde would take its entries for the fields, by their order.
fn lists_for_sections(path: &str, given: &Value, read: &Value, faults: &mut Vec<FieldFault>) {
    match (given, read) {
        (Value::Array(_), Value::Object(_)) => {
            let path = if path.is_empty() { "facts" } else { path };
            faults.push(FieldFault::new(path, "invalid", "must be an object"));
        }
        (Value::Object(given), Value::Object(read)) => {
            for (name, read) in read {
                let given = given.get(name).unwrap_or(&Value::Null);
                lists_for_sections(&leaf::join(path, name), given, read, faults);
            }
        }
        (Value::Array(given), Value::Array(read)) => {
            for (index, (given, read)) in given.iter().zip(read).enumerate() {
                lists_for_sections(&format!("{path}[{index}]"), given, read, faults);
            }
        }
        _ => {}
    }
}

/// The value at a path of a sheet or record in JSON; `None` if it is absent, null or an empty list.
pub(crate) fn at_path<'a>(root: &'a Value, path: &str) -> Option<&'a Value> {
    let found = path.split('.').try_fold(root, |at, name| at.get(name))?;
    let empty = match found {
        Value::Null => true,
        Value::Array(list) => list.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    };
    (!empty).then_some(found)
}
