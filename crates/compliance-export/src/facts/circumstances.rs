//! What the clocks depend on and neither the incident nor the fact sheet has: stated by people, like the facts.

use super::words::{AiHarm, AiRole, RiskLevel, YesNoUnknown};
use super::{FactSheet, MAX_ENTRIES};
use crate::clocks::{CaseFacts, SetDate, Submission};
use crate::condition::Condition;
use crate::regime::Regime;
use crate::rules::{Anchor, Step};
use probatum_kernel::{CLOCK_SKEW_MS, FieldFault, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What people state beside the fact sheet: which conditions hold, when what happened, which dates others set, and what
/// was submitted by other ways than this registry's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Circumstances {
    /// The facts that hold. The flags of an incident are set on the incident and not here.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub conditions: BTreeSet<Condition>,
    /// The moments that are known. Those the incident has are set on the incident and not here.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub moments: BTreeMap<Anchor, Timestamp>,
    /// Dates named by authorities, in the order received.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dates: Vec<SetDate>,
    /// What was submitted by hand.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub submissions: Vec<Submission>,
}

impl Circumstances {
    /// Reads them from JSON, below `path`, and checks every limit; what has happened must not lie after `now`.
    ///
    /// # Errors
    /// Every bad field; the first one only, if the JSON has not the shape.
    pub fn from_json(path: &str, value: &Value, now: Timestamp) -> Result<Self, Vec<FieldFault>> {
        let found: Self = serde_path_to_error::deserialize(value).map_err(|e| {
            let inner = e.path().to_string();
            let field = if inner == "." { path.to_owned() } else { format!("{path}.{inner}") };
            vec![FieldFault::new(field, "invalid", e.into_inner().to_string())]
        })?;
        let mut faults = found.faults(path, now);
        let read = serde_json::to_value(&found).unwrap_or_default();
        super::lists_for_sections(path, value, &read, &mut faults);
        if faults.is_empty() { Ok(found) } else { Err(faults) }
    }

    /// Every field beyond its limits, below `path`.
    pub fn faults(&self, path: &str, now: Timestamp) -> Vec<FieldFault> {
        let mut faults = Vec::new();
        for condition in self.conditions.iter().filter(|c| c.is_flag()) {
            let message = format!("{condition} is a flag of the incident; raise it there");
            faults.push(FieldFault::new(format!("{path}.conditions"), "invalid", message));
        }
        let latest = now.plus_millis(CLOCK_SKEW_MS);
        for (anchor, at) in &self.moments {
            let field = format!("{path}.moments.{anchor}");
            if anchor.is_of_incident() {
                let message = format!("{anchor} is a field of the incident; set it there");
                faults.push(FieldFault::new(field, "invalid", message));
            } else if *at > latest {
                faults.push(FieldFault::new(field, "in_future", "must not be in the future"));
            }
        }
        for (index, submission) in self.submissions.iter().enumerate() {
            if submission.at > latest {
                let field = format!("{path}.submissions[{index}].at");
                faults.push(FieldFault::new(field, "in_future", "must not be in the future"));
            }
        }
        for (name, entries) in [("dates", self.dates.len()), ("submissions", self.submissions.len())] {
            if entries > MAX_ENTRIES {
                let message = format!("must have at most {MAX_ENTRIES} entries");
                faults.push(FieldFault::new(format!("{path}.{name}"), "too_many", message));
            }
        }
        faults
    }
}

impl CaseFacts {
    /// What the facts of an incident say about its clocks: the circumstances, and what of the sheet they follow from
    /// (a high risk, a harm, who submits, when the people concerned were told).
    pub fn stated(sheet: &FactSheet, circumstances: &Circumstances) -> Self {
        let mut case = Self {
            moments: circumstances.moments.clone(),
            conditions: circumstances.conditions.clone(),
            submissions: circumstances.submissions.clone(),
            waivers: Vec::new(),
            dates: circumstances.dates.clone(),
        };
        if sheet.impact.as_ref().and_then(|i| i.risk) == Some(RiskLevel::High) {
            case.conditions.insert(Condition::HighRisk);
        }
        if let Some(ai) = &sheet.ai {
            for harm in ai.harms.iter().flatten() {
                match harm {
                    AiHarm::Death => case.conditions.insert(Condition::Death),
                    AiHarm::CriticalInfrastructure => {
                        case.conditions.insert(Condition::CriticalInfrastructure)
                    }
                    _ => false,
                };
            }
            if ai.submitter == Some(AiRole::Deployer) {
                case.conditions.insert(Condition::Deployer);
            }
        }
        if let Some((YesNoUnknown::Yes, at)) =
            sheet.communication.as_ref().and_then(|c| Some((c.done?, c.at?)))
        {
            let (regime, step) = (Regime::Gdpr, Step::DataSubjects);
            case.submissions.push(Submission { regime, step, at, complete: true });
        }
        case
    }
}
