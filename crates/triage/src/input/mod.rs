//! What kind of thing was reported, decided from its category and its shape.

pub mod address;
pub mod auth;
pub mod fields;
pub mod host;
pub mod html;
pub mod mail;
pub mod prompt;

use crate::engine::Input;
use serde_json::Value;

probatum_kernel::vocabulary! {
    /// The kinds of things the embedded engine judges, each by rules of its own.
    pub enum Kind("kind") {
        /// A mail.
        Email = "email",
        /// A prompt, a document given to a model, or the trace of an agent.
        Prompt = "prompt",
        /// An alert or event of an EDR or SIEM.
        Alert = "alert",
        /// A sign-in that looks odd.
        Login = "login",
    }
}

impl Kind {
    /// Chooses by shape where the shape is plain, else by the incident's type, else `None`.
    pub fn of(input: &Input) -> Option<Self> {
        let raw = &input.raw_data;
        let has = |names: &[&str]| fields::find(raw, names).is_some();
        let named = input.incident_type.as_deref().and_then(by_name);
        if has(&["messages", "untrusted_content", "system_prompt"])
            || (has(&["prompt"]) && named != Some(Self::Email))
        {
            return Some(Self::Prompt);
        }
        let mail = has(&["sender", "from", "headers"])
            && has(&["subject", "body", "html", "recipient", "to", "message_id"]);
        if mail && named != Some(Self::Prompt) {
            return Some(Self::Email);
        }
        if named == Some(Self::Alert) && has(&["login", "sign_in", "signin", "impossible_travel"]) {
            return Some(Self::Login);
        }
        let sign_in = ["login", "sign_in", "signin", "mfa", "impossible_travel", "failed_attempts"];
        let shaped = has(&["event", "alert", "log_source", "rule", "finding_info", "detection", "EventData"]);
        named
            .or_else(|| shaped.then_some(Self::Alert))
            .or_else(|| has(&sign_in).then_some(Self::Login))
            .or_else(|| matches!(raw, Value::Object(members) if !members.is_empty()).then_some(Self::Alert))
    }
}

/// The kind an incident's type points at.
fn by_name(name: &str) -> Option<Kind> {
    let name = name.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if has(&["phish", "bec", "spam", "email", "mail"]) {
        Some(Kind::Email)
    } else if has(&["prompt", "agent_hijack", "jailbreak", "injection"]) {
        Some(Kind::Prompt)
    } else if has(&["login", "sign_in", "signin", "impossible_travel", "account_takeover"]) {
        Some(Kind::Login)
    } else if has(&["edr", "siem", "alert", "malware", "ransomware", "intrusion", "ddos", "exfil", "insider"])
    {
        Some(Kind::Alert)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn kinds_follow_type_and_shape() {
        let cases = [
            (
                Some("phishing"),
                json!({"message_id": "x", "sender": "a@b.example", "subject": "Hi"}),
                Some(Kind::Email),
            ),
            (None, json!({"from": "a@b.example", "to": "c@d.example", "text": "x"}), Some(Kind::Email)),
            (Some("prompt_injection"), json!({"text": "x"}), Some(Kind::Prompt)),
            (Some("other"), json!({"messages": [{"role": "user", "content": "x"}]}), Some(Kind::Prompt)),
            (Some("edr_alert"), json!({"event": {"a": "b"}}), Some(Kind::Alert)),
            (Some("login_anomaly"), json!({"user": "a", "country": "XX"}), Some(Kind::Login)),
            (None, json!({"failed_attempts": 7}), Some(Kind::Login)),
            (None, json!({}), None),
            (None, json!("x"), None),
        ];
        for (incident_type, raw_data, wanted) in cases {
            let input = Input { incident_type: incident_type.map(str::to_owned), source: None, raw_data };
            assert_eq!(Kind::of(&input), wanted, "{input:?}");
        }
    }
}
