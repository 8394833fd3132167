//! What of an audit entry is told to whom, beside what depends on single items of evidence: for timelines and events alike.

use crate::ports::AuditEntry;
use serde_json::Value;

/// The member with the digest of `raw_data`. Whoever has it can guess what it is of.
const RAW_DATA_DIGEST: &str = "raw_data_sha256";
/// The change of a field that says whether there is a legal hold.
const HOLD: &str = "legal_hold";
/// What everybody hears of a report; the rest takes the right to read reports.
const OF_REPORTS: [&str; 4] = ["regime", "phase", "delivery", "evidence_id"];

/// What somebody may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Told {
    /// `raw_data`.
    pub(crate) raw_data: bool,
    /// Reports to authorities and legal holds.
    pub(crate) reports: bool,
}

impl Told {
    /// Whether they are told of the entry at all: one about a legal hold alone is not for everybody.
    pub(crate) fn of(self, entry: &AuditEntry) -> bool {
        let changes = entry.detail.get("changes").and_then(Value::as_array);
        self.reports || !changes.is_some_and(|all| !all.is_empty() && all.iter().all(is_hold))
    }

    /// Takes out of the detail what they may not read.
    pub(crate) fn trim(self, entry: &mut AuditEntry) {
        let Some(detail) = entry.detail.as_object_mut() else { return };
        if !self.raw_data {
            detail.remove(RAW_DATA_DIGEST);
        }
        if !self.reports {
            if entry.action.starts_with("report.") {
                detail.retain(|name, _| OF_REPORTS.contains(&name.as_str()));
            }
            if let Some(changes) = detail.get_mut("changes").and_then(Value::as_array_mut) {
                changes.retain(|change| !is_hold(change));
            }
        }
    }
}

fn is_hold(change: &Value) -> bool {
    change.get("field").and_then(Value::as_str) == Some(HOLD)
}

#[cfg(test)]
mod tests {
    use super::*;
    use probatum_evidence::Sha256Hex;
    use probatum_kernel::Timestamp;
    use serde_json::json;

    fn entry(action: &str, detail: Value) -> AuditEntry {
        AuditEntry {
            seq: 1,
            at: Timestamp::EPOCH,
            actor: "legal:anowak".to_owned(),
            action: action.to_owned(),
            subject: "INC-2026-0001".to_owned(),
            incident: None,
            detail,
            request_id: String::new(),
            prev_hash: Sha256Hex::of(b""),
            hash: Sha256Hex::of(b"x"),
        }
    }

    fn trimmed(told: Told, action: &str, detail: Value) -> Value {
        let mut entry = entry(action, detail);
        told.trim(&mut entry);
        entry.detail
    }

    #[test]
    fn holds_receipts_and_digests_are_for_those_who_may_read_them() {
        let (viewer, legal) =
            (Told { raw_data: false, reports: false }, Told { raw_data: true, reports: true });
        let hold =
            json!({"changes": [{"field": "legal_hold", "from": false, "to": true}], "reason": "asked for"});
        assert!(!viewer.of(&entry("incident.updated", hold.clone())));
        assert!(legal.of(&entry("incident.updated", hold)));
        let both = json!({"changes": [{"field": "legal_hold"}, {"field": "title"}]});
        assert!(viewer.of(&entry("incident.updated", both.clone())));
        assert_eq!(trimmed(viewer, "incident.updated", both), json!({"changes": [{"field": "title"}]}));
        assert!(viewer.of(&entry("incident.updated", json!({"changes": []}))));
        let sent = json!({"regime": "gdpr", "phase": "72h", "reference": "UPP-1", "sha256": "00"});
        assert_eq!(trimmed(viewer, "report.sent", sent.clone()), json!({"regime": "gdpr", "phase": "72h"}));
        assert_eq!(trimmed(legal, "report.sent", sent.clone()), sent);
        let made = json!({"title": "T", "raw_data_sha256": "00"});
        assert_eq!(trimmed(viewer, "incident.created", made.clone()), json!({"title": "T"}));
        assert_eq!(trimmed(legal, "incident.created", made.clone()), made);
    }
}
