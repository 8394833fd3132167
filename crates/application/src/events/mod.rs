//! Events for others: who may hear of what, and how it is told (CloudEvents 1.0.2, JSON format).

mod catalogue;
mod filter;

pub use catalogue::{CATALOGUE, EventType, Heard, event_type};
pub use filter::{EventFilter, MAX_PATTERNS, PatternError, TypePattern};

use crate::ctx::Principal;
use crate::permission::Permission;
use crate::ports::AuditEntry;
use crate::use_cases::told::Told;
use probatum_evidence::{Sha256Hex, Visibility};
use serde_json::{Map, Value, json};

probatum_kernel::vocabulary! {
    /// How much of an event somebody hears (CONTRACT §2). Each hears what the one before hears, and more.
    pub enum Audience("audience") {
        /// That it happened, and to what: type, subject, incident. Nothing of evidence that is not public.
        Viewer = "viewer",
        /// All about incidents and agents, with details.
        Analyst = "analyst",
        /// All that the audit log has: keys and subscriptions, too.
        Auditor = "auditor",
    }
}

impl Audience {
    /// What this principal hears.
    pub fn of(principal: &Principal) -> Self {
        if principal.may(Permission::ReadAudit) {
            Self::Auditor
        } else if principal.may(Permission::ReadAllEvidence) {
            Self::Analyst
        } else {
            Self::Viewer
        }
    }

    /// Whether an entry is for these ears. What the catalogue does not know is for auditors alone.
    pub fn hears(self, entry: &AuditEntry) -> bool {
        self.told().of(entry) && self.hears_type(entry)
    }

    /// Whether it may hear of anything this takes in.
    pub fn may_hear(self, pattern: &TypePattern) -> bool {
        let heard = |t: &EventType| match t.heard {
            Heard::ByAll | Heard::ByVisibility => true,
            Heard::ByAnalysts => self > Self::Viewer,
            Heard::ByAuditors => self == Self::Auditor,
        };
        CATALOGUE.iter().any(|t| pattern.matches(t.name) && heard(t))
    }

    /// What is told to all roles of this audience alike.
    fn told(self) -> Told {
        let auditor = self == Self::Auditor;
        Told { raw_data: auditor, reports: auditor, place: self > Self::Viewer }
    }

    fn hears_type(self, entry: &AuditEntry) -> bool {
        match event_type(&entry.action).map(|t| t.heard) {
            Some(Heard::ByAll) => true,
            Some(Heard::ByVisibility) => {
                let said = entry.detail.get("visibility").and_then(Value::as_str);
                let said = said.and_then(|v| v.parse().ok()).unwrap_or(Visibility::Internal);
                probatum_evidence::may_see(self > Self::Viewer, said)
            }
            Some(Heard::ByAnalysts) => self > Self::Viewer,
            Some(Heard::ByAuditors) | None => self == Self::Auditor,
        }
    }
}

/// The registry's name as a CloudEvents `source`: of this registry alone, and the same on each of its replicas, because
/// it is made of the hash of the first entry of the audit log.
pub fn source_of(first: &Sha256Hex) -> String {
    let hash = first.to_string();
    format!("urn:probatum:registry:{}", hash.get(..16).unwrap_or(&hash))
}

/// The detail for this audience, which is one for many roles: what any of them may not read is left out.
fn detail(audience: Audience, entry: &AuditEntry) -> Value {
    let mut entry = entry.clone();
    audience.told().trim(&mut entry);
    entry.detail
}

/// What the CloudEvents `type` puts in front of the name of an event.
pub const TYPE_PREFIX: &str = "org.probatum.";

/// An entry as a CloudEvent for this audience; `None` if it is not for its ears. The `id` is the entry's place in the log:
/// with `source` it names the event for ever, however often it is told.
pub fn cloud_event(source: &str, audience: Audience, entry: &AuditEntry) -> Option<Value> {
    if !audience.hears(entry) {
        return None;
    }
    let mut data = Map::new();
    if let Some(incident) = entry.incident {
        data.insert("incident_id".to_owned(), incident.to_string().into());
    }
    if audience > Audience::Viewer {
        data.insert("actor".to_owned(), entry.actor.clone().into());
        data.insert("detail".to_owned(), detail(audience, entry));
    }
    if audience == Audience::Auditor {
        data.insert("request_id".to_owned(), entry.request_id.clone().into());
    }
    Some(json!({
        "specversion": "1.0",
        "id": entry.seq.to_string(),
        "source": source,
        "type": format!("{TYPE_PREFIX}{}", entry.action),
        "subject": entry.subject,
        "time": entry.at,
        "datacontenttype": "application/json",
        "data": data,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use probatum_kernel::{IncidentId, Role, Timestamp};

    fn entry(action: &str, detail: Value) -> AuditEntry {
        let hash: Sha256Hex = "a".repeat(64).parse().unwrap();
        AuditEntry {
            seq: 7,
            at: Timestamp::EPOCH,
            actor: "analyst:kdzik".to_owned(),
            action: action.to_owned(),
            subject: "INC-2026-0042".to_owned(),
            incident: Some(IncidentId::new(Timestamp::EPOCH, &[7; 10])),
            detail,
            request_id: "req-1".to_owned(),
            prev_hash: hash.clone(),
            hash,
        }
    }

    #[test]
    fn each_hears_what_its_role_may_read() {
        let of = |role| Audience::of(&Principal::new("k", "n", &[role]).unwrap());
        let heard = Role::ALL.iter().map(|r| (r.as_str(), of(*r).as_str())).collect::<Vec<_>>();
        for (role, audience) in heard {
            let expected = match role {
                "viewer" | "reporter" => "viewer",
                "legal_dpo" | "admin" => "auditor",
                _ => "analyst",
            };
            assert_eq!(audience, expected, "{role}");
        }
    }

    #[test]
    fn an_audience_may_hear_of_what_it_can_hear() {
        for (text, expected) in [
            ("*", [true, true, true]),
            ("incident.*", [true, true, true]),
            ("evidence.attached", [true, true, true]),
            ("intake.*", [true, true, true]),
            ("intake.given_up", [false, true, true]),
            ("key.*", [false, false, true]),
            ("webhook.rotated", [false, false, true]),
        ] {
            let pattern = text.parse().unwrap();
            let may: Vec<bool> = Audience::ALL.iter().map(|a| a.may_hear(&pattern)).collect();
            assert_eq!(may, expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_for_ones_ears_is_not_told() {
        let cases = [
            ("incident.created", json!({}), [true, true, true]),
            ("evidence.attached", json!({"visibility": "public"}), [true, true, true]),
            ("evidence.attached", json!({"visibility": "internal"}), [false, true, true]),
            ("evidence.attached", json!({}), [false, true, true]),
            ("custody.appended", json!({"visibility": "restricted"}), [false, true, true]),
            ("key.created", json!({}), [false, false, true]),
            ("something.unheard_of", json!({}), [false, false, true]),
        ];
        for (action, detail, expected) in cases {
            let entry = entry(action, detail);
            let told = Audience::ALL.iter().map(|a| cloud_event("urn:x", *a, &entry).is_some());
            assert_eq!(told.collect::<Vec<_>>(), expected, "{action} {}", entry.detail);
        }
    }

    #[test]
    fn viewers_hear_nothing_of_the_precise_place() {
        let moved = entry("incident.updated", json!({"changes": [{"field": "location", "to": {"lat": 1}}]}));
        let told = Audience::ALL.iter().map(|a| cloud_event("urn:x", *a, &moved).is_some());
        assert_eq!(told.collect::<Vec<_>>(), [false, true, true]);
    }

    #[test]
    fn a_viewer_is_told_no_more_than_that_it_happened() {
        let entry = entry("incident.updated", json!({"changes": [{"field": "priority"}]}));
        let told = |audience| cloud_event("urn:x", audience, &entry).unwrap();
        let incident = entry.incident.unwrap().to_string();
        assert_eq!(
            told(Audience::Viewer),
            json!({
                "specversion": "1.0", "id": "7", "source": "urn:x", "type": "org.probatum.incident.updated",
                "subject": "INC-2026-0042", "time": "1970-01-01T00:00:00Z", "datacontenttype": "application/json",
                "data": {"incident_id": incident},
            })
        );
        assert_eq!(
            told(Audience::Analyst)["data"],
            json!({"incident_id": incident, "actor": "analyst:kdzik", "detail": entry.detail})
        );
        assert_eq!(told(Audience::Auditor)["data"]["request_id"], "req-1");
    }
}
