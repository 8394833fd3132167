//! What the receiving server found out about the sender (RFC 8601, RFC 7208).

use super::head::Head;
use crate::text::line;
use serde::Serialize;

/// The results of SPF, DKIM and DMARC: `pass`, `fail`, `softfail`, `none`, …
///
/// Only the server that received the mail writes above what came with it, so only the topmost
/// `Authentication-Results` and those of the same server count. Whether that server is one's own, the
/// caller's mail system knows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AuthenticationResults {
    /// SPF, also from `Received-SPF` if the other header does not say.
    pub spf: Option<String>,
    /// DKIM; of several signatures one that passed.
    pub dkim: Option<String>,
    /// DMARC.
    pub dmarc: Option<String>,
    /// The topmost `Authentication-Results`, on one line.
    pub header: Option<String>,
    /// The topmost `Received-SPF`, on one line.
    pub received_spf: Option<String>,
}

pub(super) fn read(head: &Head<'_>) -> AuthenticationResults {
    let all = head.lines("Authentication-Results", 2000);
    let server = |header: &str| header.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let own = all.first().map(|top| server(top));
    let trusted: Vec<&String> = all.iter().filter(|h| Some(server(h)) == own).collect();
    let received_spf = head.line("Received-SPF", 1000);
    let method = |name: &str| {
        let results: Vec<String> = trusted.iter().flat_map(|h| results(h, name)).collect();
        results.iter().find(|r| *r == "pass").or(results.first()).cloned()
    };
    let by_field = received_spf.as_deref().and_then(word);
    AuthenticationResults {
        spf: method("spf").or(by_field),
        dkim: method("dkim"),
        dmarc: method("dmarc"),
        header: all.first().map(|h| line(h, 2000)),
        received_spf,
    }
}

/// The results a header gives for one method: `; spf=pass (…) smtp.mailfrom=…`.
fn results(header: &str, method: &str) -> Vec<String> {
    let clauses = without_comments(header);
    let found = clauses.split(';').skip(1).filter_map(|clause| {
        let (name, result) = clause.trim().split_once('=')?;
        // A version may follow the method: dkim/1=pass.
        let name = name.trim().split('/').next().unwrap_or_default().trim();
        name.eq_ignore_ascii_case(method).then(|| word(result)).flatten()
    });
    found.collect()
}

fn word(s: &str) -> Option<String> {
    let word: String = s.trim().chars().take_while(char::is_ascii_alphabetic).take(20).collect();
    (!word.is_empty()).then(|| word.to_ascii_lowercase())
}

/// Comments may hold anything, semicolons too.
fn without_comments(header: &str) -> String {
    let mut depth = 0usize;
    let mut kept = String::with_capacity(header.len());
    for c in header.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            c if depth == 0 => kept.push(c),
            _ => {}
        }
    }
    kept
}
