//! One word of a text: which indicators it holds.

use super::refang::MEANT_DOT;
use super::{Found, IndicatorKind, coin};
use crate::limits::MAX_URL;
use crate::text::cut;
use crate::{technique, tld};
use std::net::{Ipv4Addr, Ipv6Addr};
use url::{Host, Url};

/// Top-level domains that are also endings of files: a name of two labels under one is taken for a file,
/// unless its dot was defanged.
const FILE_ENDINGS: &[&str] = &[
    "ai", "app", "as", "bar", "bin", "bz", "cab", "cat", "cc", "cfd", "cpa", "csc", "dev", "do", "doc",
    "docs", "gz", "in", "is", "java", "la", "lua", "md", "mk", "ml", "mm", "mov", "ms", "name", "pl", "pm",
    "ps", "pub", "py", "rs", "sc", "sh", "so", "st", "swift", "tf", "zip",
];
/// How many URLs are looked for in one word, which is a list then.
const MAX_URLS_IN_WORD: usize = 100;
/// Names that are no domains in any text about computers.
const NO_DOMAINS: &[&str] = &["asp.net", "ado.net", "vb.net", "ml.net"];
/// Beginnings of package names written the wrong way round (com.example.app).
const REVERSED: &[&str] = &["com", "org", "net", "io", "edu", "gov"];

pub(super) fn word(word: &str, before: &str, found: &mut Found) {
    let mut rest = word;
    for _ in 0..MAX_URLS_IN_WORD {
        let Some(at) = scheme(rest) else { return parts(rest, before, found) };
        parts(rest.get(..at).unwrap_or_default(), before, found);
        let tail = rest.get(at..).unwrap_or_default();
        // Another URL behind a comma is another; behind anything else (=, /) it is part of this one.
        let next = tail.match_indices([',', ';', ')', ']', '\'']).map(|(i, _)| i + 1);
        let next = next.into_iter().find(|i| tail.get(*i..).is_some_and(|s| scheme(cut(s, 8)) == Some(0)));
        let (this, after) = tail.split_at_checked(next.unwrap_or(tail.len())).unwrap_or((tail, ""));
        if let Some(url) = url_in(&cut(this, 4 * MAX_URL).replace(MEANT_DOT, ".")) {
            host(&url, found);
        }
        rest = after;
        if rest.is_empty() {
            return;
        }
    }
}

/// Where a URL begins.
fn scheme(word: &str) -> Option<usize> {
    let colon = word.find("://")?;
    let before = word.get(..colon)?;
    let named = ["https", "http", "ftp"].into_iter().find(|s| {
        colon.checked_sub(s.len()).and_then(|at| before.get(at..)).is_some_and(|b| b.eq_ignore_ascii_case(s))
    })?;
    Some(colon - named.len())
}

/// The URL at the beginning of `text`, without the punctuation that follows it there: as written.
pub(crate) fn url_in(text: &str) -> Option<String> {
    let text = cut(text, 4 * MAX_URL);
    let end = text.find(|c: char| c.is_whitespace() || c.is_control() || "<>\"`|\\^{}".contains(c));
    let url = without_punctuation(text.get(..end.unwrap_or(text.len()))?);
    if url.len() > MAX_URL {
        return None;
    }
    let parsed = Url::parse(url).ok()?;
    let named = match parsed.host()? {
        Host::Domain(name) => tld::is_domain(name.trim_end_matches('.')),
        Host::Ipv4(_) | Host::Ipv6(_) => true,
    };
    named.then(|| url.to_owned())
}

/// The URL without what closes the sentence around it. A bracket belongs to the URL if it was opened there; they are
/// counted once, however many are dropped.
fn without_punctuation(url: &str) -> &str {
    let excess =
        |open: char, close: char| url.matches(close).count().saturating_sub(url.matches(open).count());
    let (mut round, mut square) = (excess('(', ')'), excess('[', ']'));
    url.trim_end_matches(|last: char| {
        let unopened = match last {
            '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '_' => return true,
            ')' => &mut round,
            ']' => &mut square,
            _ => return false,
        };
        let drop = *unopened > 0;
        *unopened = unopened.saturating_sub(1);
        drop
    })
}

fn host(url: &str, found: &mut Found) {
    found.add(IndicatorKind::Url, url.to_owned());
    match Url::parse(url).ok().as_ref().and_then(Url::host) {
        Some(Host::Domain(name)) => found.add(IndicatorKind::Domain, name.trim_end_matches('.').to_owned()),
        Some(Host::Ipv4(ip)) => v4(ip, found),
        Some(Host::Ipv6(ip)) => v6(ip, found),
        None => {}
    }
}

fn parts(word: &str, before: &str, found: &mut Found) {
    for part in word.split(|c: char| ",;()[]{}'=&?!\u{2018}\u{2019}\u{ab}\u{bb}".contains(c)) {
        if !part.is_empty() {
            single(part, before, found);
        }
    }
}

fn single(part: &str, before: &str, found: &mut Found) {
    let part = part.trim_matches(MEANT_DOT);
    let meant = part.contains(MEANT_DOT);
    let plain = part.replace(MEANT_DOT, ".");
    let trimmed = plain.trim_matches(|c: char| matches!(c, '.' | ':' | '*' | '_' | '-' | '/' | '#'));
    if let Some(ip) = plain.trim_end_matches(['.', ',']).parse().ok().filter(|_| plain.contains(':')) {
        return v6(ip, found);
    }
    // A label before a colon says what follows (sha256:…), a port or path comes after an address.
    for piece in trimmed.split([':', '/', '#']).filter(|p| !p.is_empty()) {
        if bare(piece.trim_matches('.'), meant, before, found) {
            // In host/path and host:port only the first is an address.
            break;
        }
    }
}

/// One candidate; true if it was an address or name, so that what follows belongs to it.
fn bare(s: &str, meant: bool, before: &str, found: &mut Found) -> bool {
    if let Ok(ip) = s.parse::<Ipv4Addr>() {
        if !is_version(before) {
            v4(ip, found);
        }
        return true;
    }
    if s.contains('@') {
        email(s, found);
        return true;
    }
    if digest(s, found) || id(s, found) {
        return false;
    }
    if coin::is_address(s) {
        found.add(IndicatorKind::Btc, s.to_owned());
        return false;
    }
    if s.contains('.') && (meant || !looks_like_prose(s)) {
        let name = s.to_ascii_lowercase();
        if tld::is_domain(&name) && (meant || !looks_like_file(&name)) {
            found.add(IndicatorKind::Domain, name);
            return true;
        }
    }
    false
}

fn v4(ip: Ipv4Addr, found: &mut Found) {
    if !(ip.is_unspecified() || ip.is_loopback() || ip.is_broadcast() || ip.octets().starts_with(&[0])) {
        found.add(IndicatorKind::Ipv4, ip.to_string());
    }
}

fn v6(ip: Ipv6Addr, found: &mut Found) {
    // Addresses in use begin with 2000::/3 or f; what else parses is mostly code (a::b).
    let first = ip.segments().into_iter().next().unwrap_or_default();
    if (0x2000..0x4000).contains(&first) || first >= 0xFC00 {
        found.add(IndicatorKind::Ipv6, ip.to_string());
    }
}

fn is_version(before: &str) -> bool {
    // It is asked for each address of a word: what is long is no such word, and is not read again and again.
    if before.len() > 40 {
        return false;
    }
    let word = before.trim_matches(|c: char| !c.is_ascii_alphanumeric()).to_ascii_lowercase();
    matches!(
        word.as_str(),
        "v" | "ver" | "version" | "versions" | "build" | "release" | "firmware" | "upgrade" | "update"
    )
}

fn email(s: &str, found: &mut Found) {
    let Some((local, domain)) = s.rsplit_once('@') else { return };
    let local = local.trim_start_matches("mailto:");
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&*+-/=?^_.~".contains(&b);
    let domain = domain.trim_end_matches('.').to_ascii_lowercase();
    if (1..=64).contains(&local.len()) && local.bytes().all(fits) && tld::is_domain(&domain) {
        found.add(IndicatorKind::Email, format!("{}@{domain}", local.to_ascii_lowercase()));
    }
}

fn digest(s: &str, found: &mut Found) -> bool {
    let kind = match s.len() {
        32 => IndicatorKind::Md5,
        40 => IndicatorKind::Sha1,
        64 => IndicatorKind::Sha256,
        _ => return false,
    };
    let hex = s.bytes().all(|b| b.is_ascii_hexdigit());
    let mixed = s.bytes().any(|b| b.is_ascii_digit()) && s.bytes().any(|b| b.is_ascii_alphabetic());
    if hex && mixed {
        found.add(kind, s.to_ascii_lowercase());
    }
    hex && mixed
}

fn id(s: &str, found: &mut Found) -> bool {
    let upper = s.to_ascii_uppercase();
    if is_cve(&upper) {
        found.add(IndicatorKind::Cve, upper);
        return true;
    }
    // Techniques are numbered from T1001 to below T2000; other T-numbers are tickets and trains.
    if (s.starts_with("T1") && s.len() <= 9 || s.starts_with("AML.T")) && technique::is(s) {
        found.add(IndicatorKind::AttackTechnique, s.to_owned());
        return true;
    }
    false
}

fn is_cve(s: &str) -> bool {
    let mut parts = s.splitn(3, '-');
    let digits = |s: &str, lengths: std::ops::RangeInclusive<usize>| {
        lengths.contains(&s.len()) && s.bytes().all(|b| b.is_ascii_digit())
    };
    parts.next() == Some("CVE")
        && parts.next().is_some_and(|year| digits(year, 4..=4) && ("1999"..="2099").contains(&year))
        && parts.next().is_some_and(|number| digits(number, 4..=7))
}

/// A sentence without a blank after its full stop (`done.In`), or a name of code (`System.IO`).
fn looks_like_prose(s: &str) -> bool {
    let last = s.rsplit('.').next().unwrap_or_default();
    let capital = last.starts_with(|c: char| c.is_ascii_uppercase());
    let all_capitals = s.bytes().all(|b| !b.is_ascii_lowercase());
    capital && !all_capitals
}

fn looks_like_file(name: &str) -> bool {
    let mut labels = name.split('.');
    let (first, last) = (labels.next().unwrap_or_default(), name.rsplit('.').next().unwrap_or_default());
    let two = name.matches('.').count() == 1;
    (two && FILE_ENDINGS.contains(&last)) || (!two && REVERSED.contains(&first)) || NO_DOMAINS.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// As it was told first: all brackets counted anew for each character that is dropped.
    fn counted_anew(mut url: &str) -> &str {
        while let Some(last) = url.chars().next_back() {
            let unopened = |open: char, close: char| url.matches(open).count() < url.matches(close).count();
            let drop = match last {
                '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '_' => true,
                ')' => unopened('(', ')'),
                ']' => unopened('[', ']'),
                _ => false,
            };
            if !drop {
                break;
            }
            url = &url[..url.len() - last.len_utf8()];
        }
        url
    }

    proptest! {
        #[test]
        fn brackets_counted_once_are_counted_right(url in "[a(\\[)\\].,é]{0,24}") {
            prop_assert_eq!(without_punctuation(&url), counted_anew(&url));
        }
    }

    #[test]
    fn much_punctuation_costs_little() {
        // A mebibyte, as much as is searched of a text: each line is as long as a URL that is looked at.
        let line = format!("http://a.example.org/{} ", ")".repeat(4 * MAX_URL - 30));
        let text = line.repeat(crate::limits::MAX_SEARCHED / line.len());
        assert_eq!(crate::indicator::indicators(&text).len(), 2);
        // A long word before many addresses.
        let text = format!("{} {}", "x".repeat(500_000), "192.0.2.1,".repeat(50_000));
        assert_eq!(crate::indicator::indicators(&text).len(), 1);
    }
}
