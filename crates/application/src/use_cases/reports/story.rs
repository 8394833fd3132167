//! The timeline as an authority reads it: what was done, in words, told only as far as it does not follow from evidence as
//! a whole. Evidence that stays in the house must not show by what it moved.

use crate::ports::AuditEntry;
use probatum_compliance_export::TimelineEntry;
use probatum_kernel::{Actor, EvidenceId, Timestamp};
use serde_json::Value;

/// The fields of an incident whose changes are told: those a report has.
const TOLD: &[&str] = &[
    "title",
    "summary",
    "level",
    "category",
    "severity",
    "priority",
    "status_lifecycle",
    "disposition",
    "agent_id",
    "asset",
    "country",
    "sector",
    "impact_confidentiality",
    "impact_integrity",
    "impact_availability",
    "occurred_at",
    "detected_at",
    "aware_at",
    "ai_act_relevant",
    "ai_high_risk",
    "ai_serious_incident",
    "gdpr_personal_data",
    "gdpr_breach",
    "nis2_relevant",
    "ksc_relevant",
    "dora_relevant",
    "critical_infra",
    "law_enforcement",
];
/// The fields whose text is not repeated.
const LONG: &[&str] = &["title", "summary"];
/// The most characters of a value.
const MAX_VALUE: usize = 100;

/// Reads the audit log of an incident in order.
#[derive(Debug, Default)]
pub(super) struct Teller {
    /// Under which request and when evidence last changed: what else changed with it followed from that.
    moved_by: Option<(String, Timestamp)>,
}

impl Teller {
    /// What is told of an entry, if anything is.
    pub(super) fn tell(&mut self, entry: AuditEntry) -> Option<TimelineEntry> {
        let of_evidence = entry.action.starts_with("evidence.") || entry.action.starts_with("custody.");
        let moment = (entry.request_id.clone(), entry.at);
        let follows = self.moved_by.as_ref() == Some(&moment);
        if of_evidence {
            self.moved_by = Some(moment);
        }
        let text = match entry.action.as_str() {
            "incident.created" => "Put on record".to_owned(),
            // A change of the incident that its evidence made depends on all of it, also on what stays.
            "incident.updated" if follows => return None,
            "incident.updated" => changes(&entry.detail)?,
            "evidence.attached" => {
                let (kind, source) = (word(&entry.detail, "kind")?, word(&entry.detail, "source")?);
                format!("Evidence attached: {kind} from {source} ({})", entry.subject)
            }
            "custody.appended" => {
                let (action, actor) = (word(&entry.detail, "action")?, word(&entry.detail, "actor")?);
                format!("Custody of {}: {action} by {actor}", entry.subject)
            }
            action => of_action(action, &entry.detail)?,
        };
        let evidence_id = entry.subject.parse::<EvidenceId>().ok().filter(|_| of_evidence);
        let actor = entry.actor.parse::<Actor>().ok();
        Some(TimelineEntry { at: entry.at, kind: entry.action, actor, text, evidence_id })
    }
}

/// A step of the response, by name alone: with what it was carried out stays in the house.
fn of_action(action: &str, detail: &Value) -> Option<String> {
    let happened = match action {
        "action.added" => "planned",
        "action.requested" => "requested",
        "action.approved" => "approved",
        "action.started" => "begun",
        "action.completed" => "completed",
        "action.failed" => "failed",
        _ => return None,
    };
    let name =
        word(detail, "title").or_else(|| word(detail, "action")).or_else(|| word(detail, "action_type"))?;
    Some(format!("Response step {happened}: {name}"))
}

/// The changes of an incident; `None` if none of them is told.
fn changes(detail: &Value) -> Option<String> {
    let told = detail.get("changes")?.as_array()?.iter().filter_map(|change| {
        let field = change.get("field")?.as_str().filter(|field| TOLD.contains(field))?;
        if LONG.contains(&field) {
            return Some(format!("{field} changed"));
        }
        Some(format!("{field} from {} to {}", shown(change.get("from")), shown(change.get("to"))))
    });
    let told: Vec<String> = told.collect();
    (!told.is_empty()).then(|| told.join("; "))
}

fn shown(value: Option<&Value>) -> String {
    let text = match value {
        None | Some(Value::Null) => return "nothing".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    text.chars().take(MAX_VALUE).collect()
}

fn word<'a>(detail: &'a Value, name: &str) -> Option<&'a str> {
    detail.get(name)?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use probatum_evidence::Sha256Hex;
    use serde_json::json;

    fn entry(action: &str, request: &str, subject: &str, detail: Value) -> AuditEntry {
        AuditEntry {
            seq: 1,
            at: Timestamp::EPOCH,
            actor: "analyst:kdzik".to_owned(),
            action: action.to_owned(),
            subject: subject.to_owned(),
            incident: None,
            detail,
            request_id: request.to_owned(),
            prev_hash: Sha256Hex::genesis(),
            hash: Sha256Hex::genesis(),
        }
    }

    #[test]
    fn what_follows_from_evidence_is_not_told_beside_it() {
        let item = EvidenceId::new(Timestamp::EPOCH, &[1; 10]).to_string();
        let raised = json!({"changes": [{"field": "priority", "from": null, "to": "P1"}]});
        let mut teller = Teller::default();
        let mut tell = |action: &str, request: &str, subject: &str, detail: &Value| {
            teller.tell(entry(action, request, subject, detail.clone())).map(|e| (e.text, e.evidence_id))
        };
        let attached = json!({"kind": "log", "source": "siem"});
        let (text, about) = tell("evidence.attached", "r1", &item, &attached).unwrap();
        assert_eq!(
            (text, about.map(|id| id.to_string())),
            (format!("Evidence attached: log from siem ({item})"), Some(item.clone()))
        );
        assert_eq!(
            tell("evidence.status_changed", "r1", &item, &json!({"from": "gap", "to": "internal"})),
            None
        );
        assert_eq!(tell("incident.updated", "r1", "INC-2026-0042", &raised), None);
        let told = tell("incident.updated", "r2", "INC-2026-0042", &raised);
        assert_eq!(told, Some(("priority from nothing to P1".to_owned(), None)));
    }

    #[test]
    fn only_what_a_report_has_is_told() {
        let mut teller = Teller::default();
        let changed = json!({"changes": [
            {"field": "evidence_status", "from": "gap", "to": "confirmed"},
            {"field": "verdict", "from": null, "to": "malicious"},
            {"field": "summary", "from": "a", "to": "b"},
            {"field": "status_lifecycle", "from": "open", "to": "contained"},
        ]});
        let told = teller.tell(entry("incident.updated", "r", "INC-2026-0042", changed)).unwrap();
        assert_eq!(told.text, "summary changed; status_lifecycle from open to contained");
        for (action, detail) in [
            ("incident.updated", json!({"changes": [{"field": "legal_hold", "from": false, "to": true}]})),
            ("triage.completed", json!({"verdict": "malicious"})),
            ("report.requested", json!({"target": "csirt_nask"})),
            ("action.denied", json!({"action": "delete_mailbox"})),
        ] {
            assert_eq!(teller.tell(entry(action, "r", "x", detail)), None, "{action}");
        }
        let order = json!({"action": "isolate_host", "result": {"message": "secret-host-7"}});
        let told = teller.tell(entry("action.completed", "r", "act-1", order)).unwrap();
        assert_eq!(told.text, "Response step completed: isolate_host");
    }
}
