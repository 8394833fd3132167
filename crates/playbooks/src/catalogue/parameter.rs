//! One parameter of an action: what it may be, as a rule and as a JSON Schema.

use probatum_kernel::{AgentId, check_line, check_text};
use serde_json::{Value, json};
use std::net::IpAddr;

/// A parameter of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it may be.
    pub kind: ParameterKind,
    /// Whether the action cannot do without.
    pub required: bool,
    /// What it is.
    pub about: &'static str,
}

/// What a parameter may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterKind {
    /// A text of at most so many characters.
    Text(usize),
    /// A line of at most so many characters.
    Line(usize),
    /// An address or a network.
    Ip,
    /// A domain name.
    Domain,
    /// An http or https address.
    Url,
    /// A SHA-256 in hexadecimal.
    Sha256,
    /// A mail address.
    Address,
    /// A mail address or a domain.
    AddressOrDomain,
    /// An agent's id.
    Agent,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// Minutes, 1 to a year.
    Minutes,
}

/// The minutes of a year.
const YEAR: u64 = 366 * 24 * 60;
/// The longest URL.
const MAX_URL: usize = 2048;
/// The longest mail address (RFC 5321).
const MAX_ADDRESS: usize = 254;

impl Parameter {
    pub(super) const fn required(name: &'static str, kind: ParameterKind, about: &'static str) -> Self {
        Self { name, kind, required: true, about }
    }
    pub(super) const fn optional(name: &'static str, kind: ParameterKind, about: &'static str) -> Self {
        Self { name, kind, required: false, about }
    }

    /// Its JSON Schema.
    pub fn schema(&self) -> Value {
        match self.kind {
            ParameterKind::Text(max) | ParameterKind::Line(max) => {
                json!({"type": "string", "minLength": 1, "maxLength": max, "description": self.about})
            }
            ParameterKind::Sha256 => {
                json!({"type": "string", "pattern": "^[0-9a-fA-F]{64}$", "description": self.about})
            }
            ParameterKind::Url => {
                json!({"type": "string", "format": "uri", "maxLength": MAX_URL, "description": self.about})
            }
            ParameterKind::Minutes => {
                json!({"type": "integer", "minimum": 1, "maximum": YEAR, "description": self.about})
            }
            ParameterKind::OneOf(words) => {
                json!({"type": "string", "enum": words, "description": self.about})
            }
            ParameterKind::Agent => {
                json!({"type": "string", "minLength": 1, "maxLength": 255, "description": self.about})
            }
            ParameterKind::Ip
            | ParameterKind::Domain
            | ParameterKind::Address
            | ParameterKind::AddressOrDomain => {
                json!({"type": "string", "minLength": 1, "maxLength": MAX_ADDRESS, "description": self.about})
            }
        }
    }
}

impl ParameterKind {
    /// Why `value` is none of this kind.
    pub(super) fn check(self, value: &Value) -> Result<(), String> {
        if let Self::Minutes = self {
            let fits = value.as_u64().is_some_and(|n| (1..=YEAR).contains(&n));
            return if fits {
                Ok(())
            } else {
                Err(format!("must be a whole number of minutes, 1 to {YEAR}"))
            };
        }
        let text = value.as_str().ok_or("must be a text")?;
        let say = |good: bool, what: &str| if good { Ok(()) } else { Err(format!("must be {what}")) };
        match self {
            Self::Text(max) => check_text(text, max).map_err(|e| e.to_string()),
            Self::Line(max) => check_line(text, max).map_err(|e| e.to_string()),
            Self::Ip => say(is_network(text), "an IPv4 or IPv6 address, or a network such as 192.0.2.0/24"),
            Self::Domain => say(is_domain(text), "a domain name such as mail.example.org"),
            Self::Url => say(is_url(text), "an http or https URL without spaces, at most 2048 characters"),
            Self::Sha256 => {
                let hex = text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
                say(hex, "a SHA-256 of 64 hexadecimal digits")
            }
            Self::Address => say(is_address(text), "a mail address such as a.b@example.org"),
            Self::AddressOrDomain => {
                say(is_address(text) || is_domain(text), "a mail address or a domain name")
            }
            Self::Agent => say(text.parse::<AgentId>().is_ok(), "an agent id of 1 to 255 visible characters"),
            Self::OneOf(words) if words.contains(&text) => Ok(()),
            Self::OneOf(words) => Err(format!("must be one of {}", words.join(", "))),
            Self::Minutes => Ok(()),
        }
    }
}

fn is_network(text: &str) -> bool {
    let (address, bits) = text.split_once('/').map_or((text, None), |(a, b)| (a, Some(b)));
    let Ok(address) = address.parse::<IpAddr>() else { return false };
    // Shorter prefixes would be whole parts of the Internet: that is no response to an incident.
    let (least, most) = if address.is_ipv4() { (8, 32) } else { (16, 128) };
    // "+8" and "08" would be read as 8 here and refused elsewhere.
    let plain = |b: &str| !b.starts_with(['+', '0']);
    bits.is_none_or(|b| plain(b) && b.parse::<u8>().is_ok_and(|b| (least..=most).contains(&b)))
}

/// Host names after RFC 1123, of at least two labels; `xn--` forms included, other scripts not.
fn is_domain(text: &str) -> bool {
    let label = |l: &str| {
        (1..=63).contains(&l.len())
            && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !l.starts_with('-')
            && !l.ends_with('-')
    };
    let text = text.strip_suffix('.').unwrap_or(text);
    text.len() <= 253
        && text.contains('.')
        && text.split('.').all(label)
        && text.rsplit('.').next().is_some_and(|top| top.bytes().any(|b| b.is_ascii_alphabetic()))
}

fn is_url(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    // What RFC 3986 allows nowhere in an address.
    let odd = |c: char| c.is_control() || c.is_whitespace() || "<>\"\\^`{|}".contains(c);
    let host = |rest: &str| {
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let host = authority.rsplit('@').next().unwrap_or_default();
        host.starts_with('[') || host.split(':').next().is_some_and(|h| h.chars().any(char::is_alphanumeric))
    };
    text.len() <= MAX_URL && !text.contains(odd) && rest.is_some_and(host)
}

fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let visible =
        local.chars().all(|c| !c.is_control() && !c.is_whitespace() && !matches!(c, '<' | '>' | ','));
    text.len() <= MAX_ADDRESS && !local.is_empty() && visible && is_domain(domain)
}
