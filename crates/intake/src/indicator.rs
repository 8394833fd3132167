//! Addresses, names, digests and ids found in a text, also where they were written so that nobody clicks them.

mod coin;
mod judge;
mod refang;

use crate::limits::{MAX_INDICATORS, MAX_SEARCHED};
use crate::text::cut;
use probatum_kernel::vocabulary;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

pub(crate) use judge::url_in;

vocabulary! {
    /// What an indicator is.
    pub enum IndicatorKind("indicator kind") {
        /// An IPv4 address.
        Ipv4 = "ipv4",
        /// An IPv6 address.
        Ipv6 = "ipv6",
        /// A domain name, in lower case.
        Domain = "domain",
        /// A URL, as written but for its defanging.
        Url = "url",
        /// A mail address, in lower case.
        Email = "email",
        /// An MD5 digest, in lower case.
        Md5 = "md5",
        /// A SHA-1 digest, in lower case.
        Sha1 = "sha1",
        /// A SHA-256 digest, in lower case.
        Sha256 = "sha256",
        /// A CVE id, in capitals.
        Cve = "cve",
        /// An ATT&CK technique.
        AttackTechnique = "attack_technique",
        /// A Bitcoin address whose checksum holds.
        Btc = "btc",
    }
}

/// Something to look for elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Indicator {
    /// What it is.
    pub kind: IndicatorKind,
    /// The thing itself, refanged.
    pub value: String,
}

impl Indicator {
    /// An indicator of this kind.
    pub fn new(kind: IndicatorKind, value: impl Into<String>) -> Self {
        Self { kind, value: value.into() }
    }
}

/// The indicators in a text, each once, in order; at most [`MAX_INDICATORS`], of the first [`MAX_SEARCHED`]
/// bytes. `hxxp`, `[.]`, `(dot)`, `[at]`, `[:]` and their like are read as what they stand for. A URL's host
/// is an indicator of its own.
///
/// Low in false finds: version numbers are no addresses, file names no domains (unless defanged), digests
/// need letters and digits, and a domain ends in a real top-level domain.
///
/// ```
/// use probatum_intake::{IndicatorKind, indicators};
/// let found = indicators("see hxxps://login[.]example[.]org/a and 192.0.2[.]7, setup.py of 1.2.3");
/// let kinds: Vec<_> = found.iter().map(|i| i.kind).collect();
/// assert_eq!(kinds, [IndicatorKind::Url, IndicatorKind::Domain, IndicatorKind::Ipv4]);
/// ```
pub fn indicators(text: &str) -> Vec<Indicator> {
    let text = refang::refang(cut(text, MAX_SEARCHED));
    let mut found = Found::default();
    let mut before = "";
    for word in
        text.split(|c: char| c.is_whitespace() || c.is_control() || "<>\"`|\u{201c}\u{201d}".contains(c))
    {
        if found.list.len() >= MAX_INDICATORS {
            break;
        }
        if !word.is_empty() {
            judge::word(word, before, &mut found);
            before = word;
        }
    }
    found.list.truncate(MAX_INDICATORS);
    found.list
}

/// The text with its addresses as they are: `hxxp://evil[.]example` becomes `http://evil.example`.
pub fn refanged(text: &str) -> String {
    refang::refang(text).replace(refang::MEANT_DOT, ".")
}

/// What was found, without repeats.
#[derive(Default)]
struct Found {
    list: Vec<Indicator>,
    seen: HashSet<Indicator>,
}

impl Found {
    fn add(&mut self, kind: IndicatorKind, value: String) {
        let indicator = Indicator { kind, value };
        if self.list.len() < MAX_INDICATORS && self.seen.insert(indicator.clone()) {
            self.list.push(indicator);
        }
    }
}
