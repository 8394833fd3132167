//! Small requests that are right, and the few steps nearly every flow begins with.

use crate::client::Client;
use crate::reply::Reply;
use serde_json::{Value, json};

/// The SHA-256 of `abc` (FIPS 180-4, the examples of NIST).
pub const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

/// A report of the registry contract.
pub fn report(title: &str) -> Value {
    json!({"title": title, "source_type": "form", "level": "L1_cyber", "category": "ransomware"})
}

/// An alert of the alert contract.
pub fn alert(incident_type: &str) -> Value {
    json!({"incident_type": incident_type, "source": "email_gateway"})
}

/// One custody entry.
pub fn custody(ts: &str, action: &str, hash_after: &str) -> Value {
    json!({"ts": ts, "actor": "analyst:kdzik", "action": action, "hash_after": hash_after})
}

/// Technical evidence that confirms.
pub fn confirming() -> Value {
    json!({
        "kind": "log", "source": "edr", "content_ref": "s3://evidence/edr.log", "hash_sha256": ABC, "confidence": 90,
        "chain_of_custody": [custody("2026-07-04T08:20:00Z", "collected", ABC)],
    })
}

/// Evidence of this kind without hash or custody.
pub fn bare(kind: &str, confidence: u8) -> Value {
    json!({"kind": kind, "source": "desk", "confidence": confidence})
}

/// These members of `with`, added to or put in place of those of `value`.
pub fn merged(mut value: Value, with: Value) -> Value {
    let (Value::Object(into), Value::Object(with)) = (&mut value, with) else {
        panic!("two objects, please")
    };
    into.extend(with);
    value
}

/// The names of the members of an object, sorted.
pub fn members(value: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = value.as_object().expect("an object").keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

/// Asserts that `whole` has every member of `part`, with these very values, at every depth.
#[track_caller]
pub fn assert_contains(whole: &Value, part: &Value) {
    match part {
        Value::Object(part) => part.iter().for_each(|(name, value)| {
            let found = whole.get(name).unwrap_or_else(|| panic!("no member {name} in {whole}"));
            assert_contains(found, value);
        }),
        _ => assert_eq!(whole, part),
    }
}

/// A text nobody sent before.
pub fn unique(word: &str) -> String {
    use std::sync::atomic::{AtomicU64, Ordering};
    static COUNT: AtomicU64 = AtomicU64::new(0);
    format!("{word}{}x{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// What flows do, as one call each. Every step must succeed.
impl Client {
    /// Reports an incident; its public id.
    #[track_caller]
    pub fn reports(&self, report: &Value) -> String {
        text(&self.post("/api/incidents", report).expect(201)["public_id"])
    }

    /// Raises an alert; its number.
    #[track_caller]
    pub fn alerts(&self, alert: &Value) -> String {
        text(&self.post("/api/incidents", alert).expect(201)["data"]["incident_number"])
    }

    /// An incident as this client may see it.
    #[track_caller]
    pub fn incident(&self, id: &str) -> Value {
        self.get(&format!("/api/incidents/{id}")).expect(200)["data"].clone()
    }

    /// Attaches evidence to an incident; its id.
    #[track_caller]
    pub fn attaches(&self, incident: &str, evidence: &Value) -> String {
        text(&self.post(&format!("/api/incidents/{incident}/evidence"), evidence).expect(201)["id"])
    }

    /// Adds a response step to an incident; its id.
    #[track_caller]
    pub fn adds_step(&self, incident: &str, title: &str) -> String {
        let step = json!({"title": title});
        text(
            &self.post(&format!("/api/incidents/{incident}/actions"), &step).expect(201)["data"]["action_id"],
        )
    }

    /// Orders an action on an incident; the `data` of the answer.
    #[track_caller]
    pub fn orders(&self, incident: &str, action: &str, parameters: &Value) -> Value {
        let order = json!({"action": action, "parameters": parameters});
        self.post(&format!("/api/incidents/{incident}/actions"), &order).expect(201)["data"].clone()
    }

    /// An action as this client may see it.
    #[track_caller]
    pub fn action(&self, id: &str) -> Value {
        self.get(&format!("/api/actions/{id}")).expect(200)
    }

    /// Decides about an action: `approve` or `reject`.
    #[track_caller]
    pub fn decides(&self, action: &str, decision: &str) -> Reply {
        self.patch(&format!("/api/actions/{action}"), &json!({"decision": decision}))
    }

    /// The timeline of an incident: every entry of these events, in order.
    #[track_caller]
    pub fn timeline(&self, incident: &str, events: &[&str]) -> Vec<Value> {
        let all = self.walk(&format!("/api/incidents/{incident}/timeline?per_page=100"));
        all.into_iter().filter(|e| e["event"].as_str().is_some_and(|w| events.contains(&w))).collect()
    }

    /// Changes an incident; the answer.
    #[track_caller]
    pub fn changes(&self, incident: &str, patch: &Value) -> Value {
        self.patch(&format!("/api/incidents/{incident}"), patch).expect(200)
    }

    /// All rows of a list from a first page on, by following `Link`.
    #[track_caller]
    pub fn walk(&self, first: &str) -> Vec<Value> {
        let (mut rows, mut path): (Vec<Value>, _) = (Vec::new(), first.to_owned());
        loop {
            let reply = self.get(&path);
            rows.extend(reply.expect(200)["data"].as_array().expect("a list").iter().cloned());
            assert!(rows.len() <= 100_000, "{first} has no end");
            match reply.next() {
                Some(next) => path = next,
                None => return rows,
            }
        }
    }

    /// How many incidents full text finds for this word.
    #[track_caller]
    pub fn found(&self, word: &str) -> Value {
        self.get(&format!("/api/incidents?q={word}")).expect(200)["meta"]["total"].clone()
    }

    /// An incident with confirmed evidence and a completed action that this evidence proves: nothing stands between
    /// it and closure.
    #[track_caller]
    pub fn reports_and_proves(&self, title: &str) -> String {
        let incident = self.reports(&report(title));
        let evidence = self.attaches(&incident, &confirming());
        let step = self.adds_step(&incident, "Restore from backup");
        let done = json!({"status": "completed", "validation_ref": evidence});
        self.patch(&format!("/api/actions/{step}"), &done).expect(200);
        incident
    }
}

/// The text of a JSON string.
#[track_caller]
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is not a text")).to_owned()
}
