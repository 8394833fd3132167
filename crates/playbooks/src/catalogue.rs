//! The actions the registry knows: what each takes, and what undoes it (CONTRACT §6).

mod parameter;

pub use parameter::{Parameter, ParameterKind};

use probatum_kernel::FieldFault;
use serde_json::{Map, Value};

/// The most an action's parameters may take, in bytes of JSON.
const MAX_PARAMETERS: usize = 16 * 1024;
/// The most parameters of an action nobody here knows.
const MAX_UNKNOWN: usize = 50;

/// The action that cuts an AI agent off. The registry carries it out itself.
pub const QUARANTINE_AGENT: &str = "quarantine_agent";

/// An action of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownAction {
    /// Its word.
    pub name: &'static str,
    /// What it is called.
    pub title: &'static str,
    /// What it takes.
    pub parameters: &'static [Parameter],
    /// The action that undoes it, with the same parameters.
    pub inverse: Option<&'static str>,
}

/// What an agent may be quarantined for (CONTRACT §8).
const QUARANTINE_REASONS: &[&str] = &[
    "prompt_injection_confirmed",
    "agent_hijack_confirmed",
    "data_exfiltration",
    "tool_abuse",
    "policy_violation",
    "anomaly",
    "proof_of_control_lost",
];

use ParameterKind as K;

const REASON: Parameter =
    Parameter::optional("reason", K::Line(500), "Why, for the records of whoever carries it out.");
const MINUTES: Parameter =
    Parameter::optional("duration_minutes", K::Minutes, "How long it is to last; absent means until undone.");
const MESSAGE_ID: Parameter =
    Parameter::required("message_id", K::Line(998), "The message's id (RFC 5322, or the mail system's own).");
const MAILBOX: Parameter =
    Parameter::optional("mailbox", K::Address, "The mailbox it lies in; absent means all.");
const SENDER: Parameter = Parameter::required(
    "sender",
    K::AddressOrDomain,
    "A mail address, or a domain for all of its addresses.",
);
const IP: Parameter =
    Parameter::required("ip", K::Ip, "An IPv4 or IPv6 address, or a network in CIDR notation.");
const DOMAIN: Parameter = Parameter::required("domain", K::Domain, "A domain name.");
const URL: Parameter = Parameter::required("url", K::Url, "An http or https address.");
const HASH: Parameter =
    Parameter::required("hash_sha256", K::Sha256, "The SHA-256 of a file, 64 hexadecimal digits.");
const HOST: Parameter =
    Parameter::required("host", K::Line(253), "The host's name or id in the system that isolates it.");
const ACCOUNT: Parameter = Parameter::required("account", K::Line(256), "The account's name or id.");
const AGENT: Parameter = Parameter::required("agent_id", K::Agent, "The agent's id in this registry.");
const AGENT_REASON: Parameter =
    Parameter::required("reason", K::OneOf(QUARANTINE_REASONS), "The trust event that is the reason.");
const MESSAGE: Parameter = Parameter::required("message", K::Text(2000), "What to say.");
const RECIPIENT: Parameter =
    Parameter::optional("recipient", K::Line(320), "Whom to tell; absent means whoever the connector knows.");
const TICKET: &[Parameter] = &[
    Parameter::required("title", K::Line(200), "The ticket's title."),
    Parameter::optional("description", K::Text(4000), "What it is about."),
    Parameter::optional("queue", K::Line(100), "Where it goes."),
];

const fn known(name: &'static str, title: &'static str, parameters: &'static [Parameter]) -> KnownAction {
    KnownAction { name, title, parameters, inverse: None }
}

const fn undone_by(action: KnownAction, inverse: &'static str) -> KnownAction {
    KnownAction { inverse: Some(inverse), ..action }
}

/// Every action of the catalogue, in the order it is shown.
pub const CATALOGUE: &[KnownAction] = &[
    known("lookup_ip", "Look an address up", &[IP]),
    known("lookup_domain", "Look a domain up", &[DOMAIN]),
    known("lookup_hash", "Look a file's hash up", &[HASH]),
    known("lookup_url", "Look a URL up", &[URL]),
    known("lookup_user", "Look an account up", &[ACCOUNT]),
    known("notify_owner", "Tell the owner of the system", &[MESSAGE, RECIPIENT]),
    known("notify_dpo", "Tell the data-protection officer", &[MESSAGE, RECIPIENT]),
    known("notify_legal", "Tell the legal department", &[MESSAGE, RECIPIENT]),
    known("notify_csirt", "Tell the CSIRT", &[MESSAGE, RECIPIENT]),
    known("notify_users", "Tell the people concerned", &[MESSAGE, RECIPIENT]),
    known("create_ticket", "Open a ticket", TICKET),
    undone_by(
        known("quarantine_email", "Quarantine a mail", &[MESSAGE_ID, MAILBOX, REASON]),
        "release_email",
    ),
    undone_by(
        known("release_email", "Release a mail from quarantine", &[MESSAGE_ID, MAILBOX, REASON]),
        "quarantine_email",
    ),
    undone_by(known("block_sender", "Block a sender", &[SENDER, REASON]), "unblock_sender"),
    undone_by(known("unblock_sender", "Unblock a sender", &[SENDER, REASON]), "block_sender"),
    undone_by(known("block_ip", "Block an address", &[IP, REASON, MINUTES]), "unblock_ip"),
    undone_by(known("unblock_ip", "Unblock an address", &[IP, REASON, MINUTES]), "block_ip"),
    undone_by(known("block_domain", "Block a domain", &[DOMAIN, REASON, MINUTES]), "unblock_domain"),
    undone_by(known("unblock_domain", "Unblock a domain", &[DOMAIN, REASON, MINUTES]), "block_domain"),
    undone_by(known("block_url", "Block a URL", &[URL, REASON, MINUTES]), "unblock_url"),
    undone_by(known("unblock_url", "Unblock a URL", &[URL, REASON, MINUTES]), "block_url"),
    undone_by(known("block_hash", "Block a file by its hash", &[HASH, REASON, MINUTES]), "unblock_hash"),
    undone_by(known("unblock_hash", "Unblock a file", &[HASH, REASON, MINUTES]), "block_hash"),
    undone_by(known("disable_account", "Disable an account", &[ACCOUNT, REASON]), "enable_account"),
    undone_by(known("enable_account", "Enable an account", &[ACCOUNT, REASON]), "disable_account"),
    known("revoke_sessions", "End all sessions of an account", &[ACCOUNT, REASON]),
    known("reset_password", "Reset an account's password", &[ACCOUNT, REASON]),
    undone_by(known("isolate_host", "Isolate a host from the network", &[HOST, REASON]), "release_host"),
    undone_by(known("release_host", "Let a host back into the network", &[HOST, REASON]), "isolate_host"),
    known(QUARANTINE_AGENT, "Cut an AI agent off from its tools", &[AGENT, AGENT_REASON]),
];

/// The action of this word.
pub fn known_action(name: &str) -> Option<&'static KnownAction> {
    CATALOGUE.iter().find(|a| a.name == name)
}

/// Checks what an action is to be carried out with; every wrong parameter is named as `parameters.<name>`. Of an
/// action outside the catalogue only the size is checked.
pub(crate) fn check_parameters(action: &str, given: &Map<String, Value>, faults: &mut Vec<FieldFault>) {
    let size = serde_json::to_vec(given).map_or(usize::MAX, |bytes| bytes.len());
    if size > MAX_PARAMETERS {
        let message = format!("must be at most {MAX_PARAMETERS} bytes of JSON");
        faults.push(FieldFault::new("parameters", "too_long", message));
        return;
    }
    let Some(known) = known_action(action) else {
        if given.len() > MAX_UNKNOWN {
            let message = format!("must be at most {MAX_UNKNOWN} members");
            faults.push(FieldFault::new("parameters", "too_long", message));
        }
        return;
    };
    for parameter in known.parameters {
        let field = || format!("parameters.{}", parameter.name);
        match given.get(parameter.name) {
            None | Some(Value::Null) if parameter.required => {
                let message = format!("is required by {action}: {}", parameter.about);
                faults.push(FieldFault::new(field(), "required", message));
            }
            None | Some(Value::Null) => {}
            Some(value) => {
                if let Err(why) = parameter.kind.check(value) {
                    faults.push(FieldFault::new(field(), "invalid", why));
                }
            }
        }
    }
    let names = known.parameters.iter().map(|p| p.name).collect::<Vec<_>>();
    for name in given.keys().filter(|n| !names.contains(&n.as_str())).take(10) {
        let name: String = name.chars().filter(|c| !c.is_control()).take(60).collect();
        let message = format!("{action} takes no such parameter; it takes {}", names.join(", "));
        faults.push(FieldFault::new(format!("parameters.{name}"), "unknown", message));
    }
}

#[cfg(test)]
mod tests;
