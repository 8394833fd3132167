//! What of an audit entry is told to whom, beside what depends on single items of evidence: for timelines and events alike.

use crate::ports::AuditEntry;
use serde_json::Value;

/// The member with the digest of `raw_data`. Whoever has it can guess what it is of.
const RAW_DATA_DIGEST: &str = "raw_data_sha256";
/// The change of a field that says whether there is a legal hold.
const HOLD: &str = "legal_hold";
/// The change of a field that tells the precise place.
const PLACE: &str = "location";
/// What everybody hears of a report; the rest takes the right to read reports.
const OF_REPORTS: [&str; 4] = ["regime", "phase", "delivery", "evidence_id"];

/// What somebody may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Told {
    /// `raw_data`.
    pub(crate) raw_data: bool,
    /// Reports to authorities and legal holds.
    pub(crate) reports: bool,
    /// The precise place of an incident.
    pub(crate) place: bool,
}

impl Told {
    /// Whether they are told of the entry at all: one about a legal hold or the precise place alone is not for everybody.
    pub(crate) fn of(self, entry: &AuditEntry) -> bool {
        let changes = entry.detail.get("changes").and_then(Value::as_array);
        !changes.is_some_and(|all| !all.is_empty() && all.iter().all(|change| self.withholds(change)))
    }

    /// Whether this change is not for them.
    fn withholds(self, change: &Value) -> bool {
        let field = change.get("field").and_then(Value::as_str);
        !self.reports && field == Some(HOLD) || !self.place && field == Some(PLACE)
    }

    /// Takes out of the detail what they may not read.
    pub(crate) fn trim(self, entry: &mut AuditEntry) {
        let Some(detail) = entry.detail.as_object_mut() else { return };
        if !self.raw_data {
            detail.remove(RAW_DATA_DIGEST);
        }
        if !self.reports && entry.action.starts_with("report.") {
            detail.retain(|name, _| OF_REPORTS.contains(&name.as_str()));
        }
        if let Some(changes) = detail.get_mut("changes").and_then(Value::as_array_mut) {
            changes.retain(|change| !self.withholds(change));
        }
    }
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
        let viewer = Told { raw_data: false, reports: false, place: false };
        let legal = Told { raw_data: true, reports: true, place: true };
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

    #[test]
    fn the_precise_place_is_for_those_who_see_it() {
        let viewer = Told { raw_data: false, reports: false, place: false };
        let analyst = Told { place: true, ..viewer };
        let moved =
            json!({"changes": [{"field": "location", "from": null, "to": {"lat": 52.1, "lon": 21.0}}]});
        assert!(!viewer.of(&entry("incident.updated", moved.clone())));
        assert!(analyst.of(&entry("incident.updated", moved.clone())));
        assert_eq!(trimmed(analyst, "incident.updated", moved.clone()), moved);
        let both =
            json!({"changes": [{"field": "location", "to": {"lat": 1, "lon": 2}}, {"field": "title"}]});
        assert!(viewer.of(&entry("incident.updated", both.clone())));
        assert_eq!(trimmed(viewer, "incident.updated", both), json!({"changes": [{"field": "title"}]}));
        // One hidden change after the other is as nothing, too.
        let neither = json!({"changes": [{"field": "location"}, {"field": "legal_hold"}]});
        assert!(!viewer.of(&entry("incident.updated", neither.clone())));
        assert_eq!(
            trimmed(analyst, "incident.updated", neither),
            json!({"changes": [{"field": "location"}]})
        );
    }
}
