//! The simulator: does nothing, and says what it would have done. For demonstrations, exercises and first steps.

use probatum_application::connector::{Call, Outcome};
use serde_json::Value;

/// One sentence per action; the first is the alert contract's own. `{}` stands for what the action is about.
const SENTENCES: &[(&str, &str, &str)] = &[
    ("quarantine_email", "message_id", "Email quarantined successfully"),
    ("release_email", "message_id", "Email released from quarantine"),
    ("block_sender", "sender", "Sender {} blocked at the mail gateway"),
    ("unblock_sender", "sender", "Sender {} unblocked at the mail gateway"),
    ("block_ip", "ip", "Address {} blocked at the firewall"),
    ("unblock_ip", "ip", "Address {} unblocked at the firewall"),
    ("block_domain", "domain", "Domain {} blocked at the resolver"),
    ("unblock_domain", "domain", "Domain {} unblocked at the resolver"),
    ("block_url", "url", "Address {} blocked at the proxy"),
    ("unblock_url", "url", "Address {} unblocked at the proxy"),
    ("block_hash", "hash_sha256", "File {} blocked on all endpoints"),
    ("unblock_hash", "hash_sha256", "File {} unblocked on all endpoints"),
    ("isolate_host", "host", "Host {} isolated from the network"),
    ("release_host", "host", "Host {} reconnected to the network"),
    ("disable_account", "account", "Account {} disabled in the directory"),
    ("enable_account", "account", "Account {} enabled in the directory"),
    ("revoke_sessions", "account", "All sessions of {} revoked"),
    ("reset_password", "account", "Password reset of {} started"),
    ("lookup_ip", "ip", "No reputation data on {} in the simulation"),
    ("lookup_domain", "domain", "No reputation data on {} in the simulation"),
    ("lookup_hash", "hash_sha256", "No reputation data on {} in the simulation"),
    ("lookup_url", "url", "No reputation data on {} in the simulation"),
    ("lookup_user", "account", "No directory data on {} in the simulation"),
    ("notify_owner", "recipient", "Owner notified"),
    ("notify_dpo", "recipient", "Data protection officer notified"),
    ("notify_legal", "recipient", "Legal department notified"),
    ("notify_csirt", "recipient", "CSIRT notified"),
    ("notify_users", "recipient", "Users notified"),
    ("create_ticket", "title", "Ticket \"{}\" created"),
];

/// The longest text of a client repeated in a sentence, in characters.
const MAX_SUBJECT: usize = 120;

/// What would have been done. Always a success, always `simulated`.
pub fn simulate(call: &Call) -> Outcome {
    let sentence = SENTENCES.iter().find(|(action, ..)| *action == call.action);
    let message = match sentence {
        Some((_, parameter, sentence)) => sentence.replace("{}", &subject(call, parameter)),
        None => format!("Action {} carried out", subject_of(&call.action)),
    };
    let reference = Some(format!("sim-{}", call.action_id));
    Outcome { success: true, message, simulated: true, reference }
}

fn subject(call: &Call, parameter: &str) -> String {
    subject_of(call.parameters.get(parameter).and_then(Value::as_str).unwrap_or("unknown"))
}

fn subject_of(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(MAX_SUBJECT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use probatum_kernel::{ActionId, IncidentId, PublicId, Timestamp};
    use serde_json::json;

    fn simulated(action: &str, parameters: Value) -> Outcome {
        let Value::Object(parameters) = parameters else { panic!("an object") };
        simulate(&Call {
            action_id: ActionId::new(Timestamp::EPOCH, &[7; 10]),
            action: action.to_owned(),
            parameters,
            incident_id: IncidentId::new(Timestamp::EPOCH, &[8; 10]),
            public_id: PublicId::new(2026, 42).unwrap(),
            requested_by: "operator:kdzik".parse().unwrap(),
            approved_by: None,
            requested_at: Timestamp::EPOCH,
        })
    }

    #[test]
    fn the_alert_contracts_sentence_comes_out() {
        let outcome = simulated(
            "quarantine_email",
            json!({ "message_id": "AAMkAGI2...", "reason": "Phishing detected" }),
        );
        assert_eq!((outcome.success, outcome.simulated), (true, true));
        assert_eq!(outcome.message, "Email quarantined successfully");
    }

    #[test]
    fn every_action_has_a_sentence_that_fits_and_admits_the_simulation() {
        let cases = [
            ("block_ip", json!({ "ip": "8.8.4.4" }), "Address 8.8.4.4 blocked at the firewall"),
            ("block_ip", json!({}), "Address unknown blocked at the firewall"),
            ("create_ticket", json!({ "title": "a\n{}b" }), "Ticket \"a{}b\" created"),
            ("reboot_router", json!({}), "Action reboot_router carried out"),
        ];
        for (action, parameters, message) in cases {
            let outcome = simulated(action, parameters);
            assert_eq!(outcome.message, message);
            assert!(outcome.simulated);
        }
        let long = "x".repeat(5_000);
        for (action, parameter, _) in SENTENCES {
            let outcome = simulated(action, json!({ *parameter: long }));
            assert!(outcome.message.chars().count() <= 500 && !outcome.message.contains("{}"), "{action}");
        }
    }
}
