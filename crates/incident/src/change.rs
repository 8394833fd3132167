//! What a decision changed, field by field, for audit and timeline.

use crate::incident::Incident;
use probatum_kernel::Timestamp;
use serde::Serialize;
use serde_json::Value;

/// One changed field.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// The field as clients name it.
    pub field: &'static str,
    /// What it was.
    pub from: Value,
    /// What it is.
    pub to: Value,
}

/// The next incident and how it differs.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The incident as it shall be, its version one higher.
    pub next: Incident,
    /// What changed; empty if the command asked for what was already so.
    pub changes: Vec<Change>,
}

impl Decision {
    pub(crate) fn between(before: &Incident, mut next: Incident, now: Timestamp) -> Self {
        let changes = differences(before, &next);
        if !changes.is_empty() {
            // Time never runs backwards on a record, whatever the clocks of two replicas say.
            next.updated_at = now.max(before.updated_at);
            next.version = before.version.saturating_add(1);
        }
        Self { next, changes }
    }
}

/// `raw_data` is not compared: no command of this crate changes it. Of a verdict only the classification is told, since
/// the rest quotes `raw_data`, which not everybody may read.
fn differences(a: &Incident, b: &Incident) -> Vec<Change> {
    let mut changes = Vec::new();
    macro_rules! compare {
        ($($name:literal => $field:ident $(. $sub:ident)?),+ $(,)?) => {$(
            if a.$field $(. $sub)? != b.$field $(. $sub)? {
                changes.push(Change {
                    field: $name,
                    from: json(&a.$field $(. $sub)?),
                    to: json(&b.$field $(. $sub)?),
                });
            }
        )+};
    }
    compare! {
        "title" => title, "summary" => summary, "level" => level, "category" => category,
        "severity" => severity, "priority" => priority, "evidence_status" => evidence_status,
        "status" => status, "status_lifecycle" => lifecycle, "disposition" => disposition,
        "resolution" => resolution, "agent_id" => agent_id, "asset" => asset, "country" => country,
        "location" => location, "sector" => sector,
        "impact_confidentiality" => impact.confidentiality, "impact_integrity" => impact.integrity,
        "impact_availability" => impact.availability, "occurred_at" => occurred_at,
        "detected_at" => detected_at, "aware_at" => aware_at, "sla_due_at" => sla_due_at, "tags" => tags, "reopened_at" => reopened_at,
        "legal_hold" => legal_hold,
        "recommended_actions" => recommended_actions,
    }
    if a.verdict != b.verdict {
        changes.push(Change { field: "verdict", from: classified(a), to: classified(b) });
    }
    for flag in crate::Flag::ALL {
        let (was, is) = (a.flags.has(*flag), b.flags.has(*flag));
        if was != is {
            changes.push(Change { field: flag.as_str(), from: was.into(), to: is.into() });
        }
    }
    changes
}

/// The word of the incident's verdict.
fn classified(incident: &Incident) -> Value {
    incident.verdict.as_ref().and_then(|v| v.get("classification")).cloned().unwrap_or(Value::Null)
}

fn json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or(Value::Null)
}
