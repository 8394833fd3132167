//! The sentences of a verdict, built from the signals and from nothing else.

use crate::input::Kind;
use crate::signals::sheet::Found;
use crate::verdict::{Classification, Signal};

/// How many signals the sentence names; the list has the rest.
const NAMED: usize = 5;

/// Why, for an analyst.
pub fn sentence(kind: Option<Kind>, classification: Classification, found: &[Found]) -> String {
    let what = match kind {
        Some(Kind::Email) => "mail",
        Some(Kind::Prompt) => "prompt or trace",
        Some(Kind::Alert) => "alert",
        Some(Kind::Login) => "sign-in",
        None => {
            return "Nothing in the data could be read as a mail, a prompt, an alert or a sign-in."
                .to_owned();
        }
    };
    let clauses: Vec<&str> = found.iter().take(NAMED).map(|found| found.rule.says).collect();
    let more = found.len().saturating_sub(NAMED);
    let list = match (clauses.is_empty(), more) {
        (true, _) => String::new(),
        (false, 0) => clauses.join("; "),
        (false, more) => format!("{}; and {more} more", clauses.join("; ")),
    };
    match classification {
        Classification::Malicious => format!("The {what} shows the marks of an attack: {list}."),
        Classification::Suspicious => {
            format!("The {what} gives reason to doubt, not enough to call it an attack: {list}.")
        }
        Classification::Benign if list.is_empty() => format!("Nothing in the {what} speaks for an attack."),
        Classification::Benign => format!("Little in the {what} speaks for an attack: {list}."),
        Classification::Inconclusive if list.is_empty() => {
            format!("Too little is known of the {what} to judge it.")
        }
        Classification::Inconclusive => format!("What is known of the {what} decides nothing: {list}."),
    }
}

/// The incident category that a verdict proposes: one for what it claims to be an attack, none else.
pub fn category(
    kind: Option<Kind>,
    classification: Classification,
    signals: &[Signal],
) -> Option<&'static str> {
    if !matches!(classification, Classification::Malicious | Classification::Suspicious) {
        return None;
    }
    let has = |name: &str| signals.iter().any(|signal| signal.name == name);
    match kind? {
        Kind::Email if (has("boss_request") || has("payout_request")) && !has("credential_request") => {
            Some("bec")
        }
        Kind::Email if has("executable_attachment") || has("double_extension") || has("macro_attachment") => {
            Some("malware")
        }
        Kind::Email => Some("phishing"),
        Kind::Prompt if has("tool_call_from_data") => Some("agent_hijack"),
        Kind::Prompt => Some("prompt_injection"),
        Kind::Login => Some("credential_theft"),
        Kind::Alert if has("credential_access") => Some("credential_theft"),
        Kind::Alert if has("exposure") => Some("misconfiguration"),
        Kind::Alert => Some("malware"),
    }
}
