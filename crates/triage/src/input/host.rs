//! Host names and links: whose they are, and what kind of place they lead to.

use crate::text::decode;

/// Second-level names under which registries sell third-level ones.
const REGISTRY_LABELS: [&str; 16] = [
    "co", "com", "org", "net", "gov", "ac", "edu", "gob", "gouv", "or", "ne", "go", "govt", "nom", "mil",
    "in",
];

/// The domain somebody registered: `mail.shop.example.co.uk` → `example.co.uk`. An address stays as it is.
pub fn registered(host: &str) -> &str {
    if is_ip(host) {
        return host;
    }
    let mut dots = host.rmatch_indices('.').map(|(at, _)| at);
    let Some(last) = dots.next() else { return host };
    let Some(second) = dots.next() else { return host };
    let top = host.get(last + 1..).unwrap_or("");
    let middle = host.get(second + 1..last).unwrap_or("");
    if top.len() == 2 && REGISTRY_LABELS.contains(&middle) {
        return dots.next().map_or(host, |third| host.get(third + 1..).unwrap_or(host));
    }
    host.get(second + 1..).unwrap_or(host)
}

/// The name of a registered domain without its ending: `example.co.uk` → `example`.
pub fn label(domain: &str) -> &str {
    registered(domain).split('.').next().unwrap_or(domain)
}

/// Whether two hosts belong to one registered domain.
pub fn related(one: &str, other: &str) -> bool {
    !one.is_empty() && !other.is_empty() && registered(one) == registered(other)
}

/// Whether a host is `domain` or below it.
pub fn within(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|front| front.is_empty() || front.ends_with('.'))
}

/// Whether a host is an IP address, in any of the ways browsers read one.
pub fn is_ip(host: &str) -> bool {
    if host.contains(':') {
        return host
            .trim_matches(['[', ']'])
            .chars()
            .all(|c| c.is_ascii_hexdigit() || matches!(c, ':' | '.'));
    }
    let numeric = |part: &str| {
        let digits = part.strip_prefix("0x").unwrap_or(part);
        !digits.is_empty()
            && digits
                .chars()
                .all(|c| c.is_ascii_hexdigit() && (part.len() != digits.len() || c.is_ascii_digit()))
    };
    !host.is_empty() && host.split('.').all(numeric)
}

/// A link, taken apart leniently.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Link {
    /// Where it leads as written.
    pub target: String,
    /// Lower-case host.
    pub host: String,
    /// Path, query and fragment, percent signs undone, lower case.
    pub path: String,
    /// Whether something stands before an `@` in front of the host.
    pub userinfo: bool,
    /// The port, if written and unusual.
    pub port: bool,
    /// What the link shows to the reader, empty if unknown.
    pub shown: String,
    /// Which source of the mail it was found in; the order within one source is the mail's.
    pub source: usize,
}

/// The longest link that is looked at, in bytes.
const MAX_LINK: usize = 4096;

impl Link {
    /// Reads a web link. `None` for anything else (`mailto:`, anchors, nothing).
    pub fn parse(target: &str) -> Option<Self> {
        let target = target.trim().split(|c: char| c.is_whitespace() || c.is_control()).next().unwrap_or("");
        let target = target.get(..MAX_LINK).unwrap_or(target);
        let lower = target.to_ascii_lowercase();
        let rest = ["https://", "http://", "hxxps://", "hxxp://", "//"]
            .iter()
            .find_map(|scheme| lower.strip_prefix(scheme));
        let rest = rest.or_else(|| lower.starts_with("www.").then_some(lower.as_str()))?;
        let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at_checked(end)?;
        let (userinfo, place) =
            authority.rsplit_once('@').map_or((false, authority), |(_, place)| (true, place));
        let (host, port) = match place.rsplit_once(':') {
            Some((host, port)) if port.chars().all(|c| c.is_ascii_digit()) => {
                (host, !matches!(port, "80" | "443" | ""))
            }
            _ => (place, false),
        };
        let host = host.replace("[.]", ".").trim_matches(['.', ' ']).to_owned();
        if host.is_empty() || !(host.contains('.') || host.contains(':')) {
            return None;
        }
        let path = decode::percent(path).to_lowercase();
        Some(Self { target: target.to_owned(), host, path, userinfo, port, shown: String::new(), source: 0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registered_domains() {
        for (host, wanted) in [
            ("a.b.example.com", "example.com"),
            ("www.example.co.uk", "example.co.uk"),
            ("example.pl", "example.pl"),
            ("192.0.2.7", "192.0.2.7"),
            ("localhost", "localhost"),
            ("", ""),
        ] {
            assert_eq!(registered(host), wanted);
        }
        assert_eq!(label("mail.example.co.uk"), "example");
        assert!(within("a.web.app", "web.app") && !within("aweb.app", "web.app"));
    }

    #[test]
    fn links_are_taken_apart() {
        let link = Link::parse("https://user@EVIL.example:8443/a%20b?x#y").unwrap();
        assert_eq!(
            (link.host.as_str(), link.path.as_str(), link.userinfo, link.port),
            ("evil.example", "/a b?x#y", true, true)
        );
        assert!(Link::parse("mailto:a@b.example").is_none());
        assert!(Link::parse("#top").is_none() && Link::parse("https://").is_none());
        assert!(
            is_ip("10.0.0.1")
                && is_ip("0x7f.1")
                && is_ip("[::1]")
                && !is_ip("a1.example")
                && !is_ip("abc.de")
        );
    }
}
