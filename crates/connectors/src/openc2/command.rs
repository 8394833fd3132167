//! Our actions in the words of OpenC2: which action and target each becomes (Language Specification 1.0, §3.3.1).

use probatum_application::connector::Call;
use probatum_kernel::check_line;
use serde_json::{Map, Value, json};
use std::net::IpAddr;

/// The namespace of our targets where the language has none: a message, an account, its sessions, its credential
/// (§3.1.4: names of others than OASIS begin with `x-`).
pub const NAMESPACE: &str = "x-probatum";

/// What kind of thing an action is about, and the parameter that names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    /// `ip` → `ipv4_net` or `ipv6_net`.
    Ip,
    /// `domain` → `domain_name` or `idn_domain_name`.
    Domain,
    /// `url` → `uri` or `iri`.
    Url,
    /// `hash_sha256` → `file`.
    Hash,
    /// `sender` → `email_addr`, `idn_email_addr`, or a domain's target.
    Sender,
    /// `host` → `device`.
    Host,
    /// `message_id`, `mailbox` → `x-probatum:email`.
    Email,
    /// `account` → a target of ours, with the account as `uid`.
    Account(&'static str),
}

/// Every action that has a meaning in the language: ours, its verb, what it is about.
const MAPPED: &[(&str, &str, About)] = &[
    ("block_domain", "deny", About::Domain),
    ("block_hash", "deny", About::Hash),
    ("block_ip", "deny", About::Ip),
    ("block_sender", "deny", About::Sender),
    ("block_url", "deny", About::Url),
    ("disable_account", "deny", About::Account("account")),
    ("enable_account", "allow", About::Account("account")),
    ("isolate_host", "contain", About::Host),
    ("lookup_domain", "query", About::Domain),
    ("lookup_hash", "query", About::Hash),
    ("lookup_ip", "query", About::Ip),
    ("lookup_url", "query", About::Url),
    ("lookup_user", "query", About::Account("account")),
    ("quarantine_email", "contain", About::Email),
    ("release_email", "allow", About::Email),
    ("release_host", "allow", About::Host),
    ("reset_password", "set", About::Account("credential")),
    ("revoke_sessions", "delete", About::Account("sessions")),
    ("unblock_domain", "allow", About::Domain),
    ("unblock_hash", "allow", About::Hash),
    ("unblock_ip", "allow", About::Ip),
    ("unblock_sender", "allow", About::Sender),
    ("unblock_url", "allow", About::Url),
];

/// Actions of the registry that say something to people: the language has no words for them.
const UNMAPPED: &[&str] =
    &["create_ticket", "notify_csirt", "notify_dpo", "notify_legal", "notify_owner", "notify_users"];

/// Why an action is no command: a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoCommand(pub String);

/// The actions that can be said in OpenC2.
pub fn actions() -> impl Iterator<Item = &'static str> {
    MAPPED.iter().map(|(action, ..)| *action)
}

/// The actions of the registry that cannot.
pub(crate) fn unsayable() -> impl Iterator<Item = &'static str> {
    UNMAPPED.iter().copied()
}

/// The command for a call: `action`, `target`, `args` with `response_requested: complete`, `command_id` (the action's id,
/// 36 characters, as many as the language allows), and the packet filter profile (SLPF) as `actuator` for addresses.
/// Fails on an action without a mapping and on parameters that are not what their name says.
pub fn command(call: &Call) -> Result<Value, NoCommand> {
    let name = call.action.as_str();
    let Some((_, verb, about)) = MAPPED.iter().find(|(action, ..)| *action == name) else {
        return Err(NoCommand(format!("the action {name} has no meaning in OpenC2; use a webhook for it")));
    };
    let given = Given(&call.parameters);
    let mut args = Map::from_iter([("response_requested".to_owned(), json!("complete"))]);
    if let Some(minutes) = given.minutes("duration_minutes")? {
        args.insert("duration".to_owned(), json!(minutes.saturating_mul(60_000)));
    }
    let mut command = Map::from_iter([
        ("action".to_owned(), json!(verb)),
        ("target".to_owned(), target(*about, &given)?),
        ("args".to_owned(), Value::Object(args)),
        ("command_id".to_owned(), json!(call.action_id.to_string())),
    ]);
    if *about == About::Ip && matches!(*verb, "deny" | "allow") {
        command.insert("actuator".to_owned(), json!({ "slpf": {} }));
    }
    Ok(Value::Object(command))
}

fn target(about: About, given: &Given<'_>) -> Result<Value, NoCommand> {
    Ok(match about {
        About::Ip => network(given.line("ip")?)?,
        About::Domain => domain("domain", given.line("domain")?)?,
        About::Url => url(given.line("url")?)?,
        About::Hash => {
            let hash = given.line("hash_sha256")?;
            if hash.len() != 64 || !hash.bytes().all(|b| b.is_ascii_hexdigit()) {
                return wrong("hash_sha256", "must be 64 hexadecimal digits");
            }
            // Base16 as RFC 4648 §8 has it: upper case.
            json!({ "file": { "hashes": { "sha256": hash.to_ascii_uppercase() } } })
        }
        About::Sender => sender(given.line("sender")?)?,
        About::Host => device(given.line("host")?),
        About::Email => {
            let mut message = Map::from_iter([("message_id".to_owned(), json!(given.line("message_id")?))]);
            if given.0.get("mailbox").is_some_and(|v| !v.is_null()) {
                message.insert("mailbox".to_owned(), json!(given.line("mailbox")?));
            }
            ours("email", Value::Object(message))
        }
        About::Account(kind) => ours(kind, json!({ "uid": given.line("account")? })),
    })
}

/// An address, or a network in CIDR notation.
fn network(given: &str) -> Result<Value, NoCommand> {
    let (address, bits) = given.split_once('/').map_or((given, None), |(a, b)| (a, Some(b)));
    let Ok(address) = address.parse::<IpAddr>() else {
        return wrong("ip", "must be an IPv4 or IPv6 address, or a network such as 192.0.2.0/24");
    };
    // An IPv4 address in IPv6's clothes; a network of such is left as it is.
    let address = if bits.is_none() { address.to_canonical() } else { address };
    // Shorter prefixes are whole parts of the Internet: no command of ours is about them.
    let (least, most): (u8, u8) = if address.is_ipv4() { (8, 32) } else { (16, 128) };
    let bits = match bits.map(str::parse::<u8>) {
        None => most,
        Some(Ok(bits)) if (least..=most).contains(&bits) => bits,
        Some(_) => return wrong("ip", "must have a prefix length of 8 to 32, in IPv6 of 16 to 128"),
    };
    let name = if address.is_ipv4() { "ipv4_net" } else { "ipv6_net" };
    Ok(Value::Object(Map::from_iter([(name.to_owned(), json!(format!("{address}/{bits}")))])))
}

fn ours(kind: &str, value: Value) -> Value {
    Value::Object(Map::from_iter([(format!("{NAMESPACE}:{kind}"), value)]))
}

fn wrong<T>(parameter: &str, why: &str) -> Result<T, NoCommand> {
    Err(NoCommand(format!("parameters.{parameter} {why}")))
}

/// A host name in letters, digits and hyphens (RFC 1034 §3.5, RFC 1123 §2.1).
fn is_hostname(s: &str) -> bool {
    let label = |l: &str| {
        (1..=63).contains(&l.len())
            && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !l.starts_with('-')
            && !l.ends_with('-')
    };
    s.len() <= 253 && s.split('.').all(label)
}

/// A name with characters beyond ASCII, as far as its shape tells (RFC 5890).
fn is_international(s: &str) -> bool {
    !s.is_ascii()
        && s.chars().count() <= 253
        && s.split('.').all(|l| !l.is_empty())
        && !s.contains(['/', '@', ':', ' '])
}

fn domain(parameter: &str, given: &str) -> Result<Value, NoCommand> {
    let name = given.trim_end_matches('.').to_lowercase();
    if is_hostname(&name) && name.parse::<IpAddr>().is_err() {
        Ok(json!({ "domain_name": name }))
    } else if is_international(&name) {
        Ok(json!({ "idn_domain_name": name }))
    } else {
        wrong(parameter, "must be a domain name, such as evil.example")
    }
}

fn url(given: &str) -> Result<Value, NoCommand> {
    let schemed = given.split_once("://").is_some_and(|(scheme, rest)| {
        let mut letters = scheme.chars();
        letters.next().is_some_and(|c| c.is_ascii_alphabetic())
            && letters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
            && !rest.is_empty()
    });
    // What RFC 3986 allows nowhere in an address.
    let clean = !given.contains(['<', '>', '"', '\\', '^', '`', '{', '|', '}', ' ']);
    match schemed && clean {
        true if given.is_ascii() => Ok(json!({ "uri": given })),
        true => Ok(json!({ "iri": given })),
        false => wrong("url", "must be a whole address, such as https://evil.example/login"),
    }
}

/// One sender's address, or everybody's of a domain (`evil.example`, `@evil.example`).
fn sender(given: &str) -> Result<Value, NoCommand> {
    match given.rsplit_once('@') {
        None => domain("sender", given),
        Some(("", name)) => domain("sender", name),
        Some((local, name)) => {
            domain("sender", name)?;
            match local {
                _ if local.contains(['<', '>', ',', ' ']) => {
                    wrong("sender", "must be an address without a name around it")
                }
                _ if given.is_ascii() => Ok(json!({ "email_addr": given })),
                _ => Ok(json!({ "idn_email_addr": given })),
            }
        }
    }
}

/// A device by its host name, or by whatever else the inventory knows it under.
fn device(given: &str) -> Value {
    if is_hostname(given) && given.parse::<IpAddr>().is_err() {
        json!({ "device": { "hostname": given } })
    } else if is_international(given) {
        json!({ "device": { "idn_hostname": given } })
    } else {
        json!({ "device": { "device_id": given } })
    }
}

/// The parameters of a call.
struct Given<'a>(&'a Map<String, Value>);

impl Given<'_> {
    /// A text of one line, at most 2 000 characters.
    fn line(&self, name: &str) -> Result<&str, NoCommand> {
        let Some(text) = self.0.get(name).and_then(Value::as_str) else {
            return wrong(name, "is required, as a text");
        };
        match check_line(text, 2_000) {
            Ok(()) => Ok(text),
            Err(e) => wrong(name, &e.to_string()),
        }
    }

    /// A number of minutes from 1 to a year, if there is one.
    fn minutes(&self, name: &str) -> Result<Option<u64>, NoCommand> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => match value.as_u64().filter(|n| (1..=527_040).contains(n)) {
                Some(minutes) => Ok(Some(minutes)),
                None => wrong(name, "must be a number of minutes from 1 to 527040"),
            },
        }
    }
}

#[cfg(test)]
mod tests;
