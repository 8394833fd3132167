//! What is a domain name and what only looks like one: its last label is in IANA's list of top-level domains.

use std::collections::HashSet;
use std::sync::LazyLock;

/// The root zone's names in their ASCII form, one a line, sorted (iana.org/domains/root, in lower case).
static NAMES: LazyLock<HashSet<&str>> = LazyLock::new(|| include_str!("../data/tlds.txt").lines().collect());

/// Whether `name`, in lower case and ASCII, is a host name of at least two labels under a known top-level
/// domain (RFC 1123 §2.1, underscores allowed before the registered part).
pub(crate) fn is_domain(name: &str) -> bool {
    let mut labels = name.split('.').rev();
    let top = labels.next().is_some_and(|top| NAMES.contains(top));
    let mut count = 1;
    let fits = labels.all(|label| {
        count += 1;
        is_label(label, count > 2)
    });
    top && fits && count >= 2 && name.len() <= 253
}

fn is_label(label: &str, underscore: bool) -> bool {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || (underscore && b == b'_');
    (1..=63).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_under_known_tops() {
        for name in ["example.org", "a.b.example.co.uk", "xn--bcher-kva.example.com", "_dmarc.example.org"] {
            assert!(is_domain(name), "{name}");
        }
        for name in [
            "org",
            "example",
            "file.exe",
            "a..org",
            "-a.org",
            "a-.org",
            "a_b.org",
            "Example.org",
            "1.2.3.4",
            "",
        ] {
            assert!(!is_domain(name), "{name}");
        }
        assert!(NAMES.len() > 1400);
    }
}
