//! What an outbound client may call: schemes, hosts, addresses, roots of trust, sizes.

use std::path::PathBuf;
use std::sync::Arc;
use ureq::http::Uri;
use ureq::tls::{Certificate, PemItem, RootCerts, parse_pem};

/// The longest address called, in bytes.
const MAX_URL: usize = 2_000;
/// The largest file of certificates, in bytes.
const MAX_CA_FILE: u64 = 1024 * 1024;

/// What one outbound client may do.
#[derive(Debug, Clone)]
pub struct OutboundPolicy {
    /// Whom it may call: exact host names or addresses, or `*.example.org` for every name below. Nobody else.
    pub hosts: Vec<String>,
    /// Also loopback, private, shared and unique local addresses. Link-local and metadata addresses never.
    pub allow_private: bool,
    /// Also `http://`.
    pub allow_plain: bool,
    /// A file of certificates (PEM). Given, only these are roots of trust; else Mozilla's.
    pub ca_file: Option<PathBuf>,
    /// The largest answer taken, in bytes.
    pub max_answer: usize,
}

impl Default for OutboundPolicy {
    /// Nobody may be called; answers of 64 KiB.
    fn default() -> Self {
        Self {
            hosts: Vec::new(),
            allow_private: false,
            allow_plain: false,
            ca_file: None,
            max_answer: 64 * 1024,
        }
    }
}

/// Why an address or a policy was refused, as a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PolicyFault(pub String);

fn fault<T>(why: impl Into<String>) -> Result<T, PolicyFault> {
    Err(PolicyFault(why.into()))
}

/// The host of an address, lower case, without brackets and without the dot at the end.
pub(super) fn host_of(uri: &Uri) -> Option<String> {
    let host = uri.host()?.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.');
    (!host.is_empty()).then(|| host.to_ascii_lowercase())
}

/// The host an address names, lower case and without brackets: what an allow-list is compared with.
pub fn host(url: &str) -> Option<String> {
    host_of(&url.parse().ok()?)
}

/// Whether a pattern (`soar.example.org`, `*.example.org`) names this host. Case does not matter; `*.example.org` does
/// not name `example.org` itself.
pub fn names(pattern: &str, host: &str) -> bool {
    let pattern = pattern.trim_end_matches('.').to_ascii_lowercase();
    match pattern.strip_prefix("*.") {
        Some(suffix) => {
            let label = host.strip_suffix(suffix).and_then(|rest| rest.strip_suffix('.'));
            !suffix.is_empty() && label.is_some_and(|label| !label.is_empty())
        }
        None => pattern == host,
    }
}

/// Parses an address and holds it against the policy; what it resolves to is judged later, when it is called.
pub(super) fn parse(policy: &OutboundPolicy, url: &str) -> Result<Uri, PolicyFault> {
    if url.len() > MAX_URL {
        return fault(format!("must be at most {MAX_URL} characters long"));
    }
    let Ok(uri) = url.parse::<Uri>() else {
        return fault("must be an address like https://soar.example.org/hook");
    };
    let (Some(scheme), Some(authority), Some(host)) = (uri.scheme_str(), uri.authority(), host_of(&uri))
    else {
        return fault("must name scheme and host, like https://soar.example.org/hook");
    };
    if authority.as_str().contains('@') {
        return fault("must not hold a user or password; name a token_env instead");
    }
    match scheme {
        "https" => {}
        "http" if policy.allow_plain => {}
        "http" => return fault("must be https; plain http is for tests, with allow_plain = true"),
        _ => return fault("must be https"),
    }
    if !policy.hosts.iter().any(|pattern| names(pattern, &host)) {
        return fault(format!("the host {host} is not on the list of allowed hosts"));
    }
    Ok(uri)
}

/// The roots of trust: the file's certificates, or Mozilla's.
pub(super) fn roots(policy: &OutboundPolicy) -> Result<RootCerts, PolicyFault> {
    let Some(path) = &policy.ca_file else { return Ok(RootCerts::WebPki) };
    let shown = path.display();
    let size = std::fs::metadata(path).map_err(|e| PolicyFault(format!("cannot read {shown}: {e}")))?.len();
    if size > MAX_CA_FILE {
        return fault(format!("{shown} is larger than 1 MiB"));
    }
    let pem = std::fs::read(path).map_err(|e| PolicyFault(format!("cannot read {shown}: {e}")))?;
    let mut certificates: Vec<Certificate<'static>> = Vec::new();
    for item in parse_pem(&pem) {
        match item {
            Ok(PemItem::Certificate(certificate)) => certificates.push(certificate),
            Ok(_) => {}
            Err(e) => return fault(format!("{shown} is no PEM file: {e}")),
        }
    }
    if certificates.is_empty() {
        return fault(format!("{shown} holds no certificate in PEM"));
    }
    Ok(RootCerts::Specific(Arc::new(certificates)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_named_exactly_or_by_what_it_ends_in() {
        let cases = [
            ("soar.example.org", "soar.example.org", true),
            ("SOAR.example.org.", "soar.example.org", true),
            ("soar.example.org", "evil.soar.example.org", false),
            ("*.example.org", "soar.example.org", true),
            ("*.example.org", "a.b.example.org", true),
            ("*.example.org", "example.org", false),
            ("*.example.org", ".example.org", false),
            ("*.example.org", "evilexample.org", false),
            ("*.", "example.org", false),
            ("*", "example.org", false),
            ("", "example.org", false),
        ];
        for (pattern, host, expected) in cases {
            assert_eq!(names(pattern, host), expected, "{pattern} {host}");
        }
    }

    #[test]
    fn an_address_outside_of_the_policy_says_why() {
        let policy = OutboundPolicy {
            hosts: vec!["soar.example.org".to_owned(), "::1".to_owned()],
            ..OutboundPolicy::default()
        };
        let cases = [
            ("https://soar.example.org/hook?x=1", None),
            ("https://SOAR.example.org:8443/", None),
            ("https://[::1]/", None),
            ("http://soar.example.org/", Some("allow_plain")),
            ("ftp://soar.example.org/", Some("https")),
            ("file:///etc/passwd", Some("address like")),
            ("/hook", Some("scheme and host")),
            ("https://u:hunter2@soar.example.org/", Some("token_env")),
            ("https://soar.example.org@evil.example/", Some("token_env")),
            ("https://evil.example/", Some("evil.example is not on the list")),
            ("https://soar.example.org/a b", Some("address like")),
            ("", Some("address like")),
        ];
        for (url, expected) in cases {
            let why = parse(&policy, url).err().map(|e| e.to_string());
            match (why, expected) {
                (None, None) => {}
                (Some(why), Some(part)) => {
                    assert!(why.contains(part), "{url}: {why}");
                    assert!(!why.contains("hunter2"), "{why}");
                }
                (why, _) => panic!("{url}: {why:?}"),
            }
        }
        let plain = OutboundPolicy { allow_plain: true, ..policy };
        assert!(parse(&plain, "http://soar.example.org/").is_ok());
        let long = format!("https://soar.example.org/{}", "x".repeat(MAX_URL));
        assert!(parse(&plain, &long).unwrap_err().to_string().contains("2000"));
    }

    #[test]
    fn a_file_without_certificates_is_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "hello").unwrap();
        let of = |path: &std::path::Path| {
            let policy = OutboundPolicy { ca_file: Some(path.to_owned()), ..OutboundPolicy::default() };
            roots(&policy).unwrap_err().to_string()
        };
        assert!(of(file.path()).contains("holds no certificate"));
        assert!(of(std::path::Path::new("/nowhere.pem")).contains("cannot read /nowhere.pem"));
    }
}
