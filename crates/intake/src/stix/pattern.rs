//! STIX patterns (STIX 2.1 §9), as far as they name something to look for: their comparisons.

use crate::indicator::{Indicator, IndicatorKind};
use crate::limits::{MAX_INDICATORS, MAX_PATTERN};
use std::net::{Ipv4Addr, Ipv6Addr};

/// One comparison of a pattern, `ipv4-addr:value = '192.0.2.1'`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The type of object, `file`.
    pub object: String,
    /// The path to its property, `hashes.SHA-256`.
    pub path: String,
    /// `=`, `!=`, `<`, `>`, `<=`, `>=`, `IN`, `LIKE`, `MATCHES`, `ISSUBSET`, `ISSUPERSET`.
    pub operator: String,
    /// `NOT` stands before the operator.
    pub negated: bool,
    /// The value, or the values of `IN`, as text.
    pub values: Vec<String>,
}

/// Why a pattern was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PatternFault {
    /// More than [`MAX_PATTERN`] characters.
    #[error("the pattern is longer than {MAX_PATTERN} characters")]
    TooLong,
    /// Something stands where the grammar has nothing of the kind.
    #[error("the pattern is not valid STIX patterning at character {0}")]
    Syntax(usize),
}

/// The comparisons of a pattern, in order. How they are joined (`AND`, `OR`, `FOLLOWEDBY`, parentheses,
/// qualifiers) is read past.
///
/// # Errors
/// The pattern is too long, or no pattern.
///
/// ```
/// let found = probatum_intake::comparisons("[file:hashes.'SHA-256' = 'ab' OR url:value LIKE 'http%']").unwrap();
/// assert_eq!((found.len(), found[0].path.as_str()), (2, "hashes.SHA-256"));
/// ```
pub fn comparisons(pattern: &str) -> Result<Vec<Comparison>, PatternFault> {
    if pattern.chars().count() > MAX_PATTERN {
        return Err(PatternFault::TooLong);
    }
    let tokens = tokens(pattern)?;
    let mut reader = Reader { tokens: &tokens, at: 0, length: pattern.len() };
    reader.pattern()
}

/// What a pattern looks for: the values of its positive `=` and `IN`.
pub(super) fn indicators(comparisons: &[Comparison]) -> Vec<Indicator> {
    let mut found = Vec::new();
    for comparison in comparisons.iter().filter(|c| !c.negated && matches!(c.operator.as_str(), "=" | "IN")) {
        for value in &comparison.values {
            let indicator = indicator(&comparison.object, &comparison.path, value);
            found.extend(indicator.filter(|i| !found.contains(i)));
        }
    }
    found.truncate(MAX_INDICATORS);
    found
}

/// What a property of an observable is, in our words.
pub(super) fn indicator(object: &str, path: &str, value: &str) -> Option<Indicator> {
    use IndicatorKind as K;
    let value = value.trim();
    let lower = value.to_lowercase();
    let of_hex = |length: usize| lower.len() == length && lower.bytes().all(|b| b.is_ascii_hexdigit());
    let path_words: Vec<&str> = path.split('.').collect();
    let (kind, value) = match (object, path_words.as_slice()) {
        ("ipv4-addr", ["value"]) => (K::Ipv4, value.parse::<Ipv4Addr>().ok()?.to_string()),
        ("ipv6-addr", ["value"]) => (K::Ipv6, value.parse::<Ipv6Addr>().ok()?.to_string()),
        ("network-traffic", ["src_ref" | "dst_ref", "value"]) => {
            let ip =
                indicator("ipv4-addr", "value", value).or_else(|| indicator("ipv6-addr", "value", value));
            return ip.or_else(|| indicator("domain-name", "value", value));
        }
        ("domain-name", ["value"]) if lower.contains('.') => {
            (K::Domain, lower.trim_end_matches('.').to_owned())
        }
        ("url", ["value"]) if value.contains(':') => (K::Url, value.to_owned()),
        ("email-addr", ["value"]) | ("email-message", ["from_ref" | "sender_ref", "value"])
            if value.contains('@') =>
        {
            (K::Email, lower)
        }
        ("vulnerability", ["name"]) if lower.starts_with("cve-") => (K::Cve, value.to_uppercase()),
        (_, [.., "hashes", algorithm]) => match algorithm.to_ascii_uppercase().replace('-', "").as_str() {
            "MD5" if of_hex(32) => (K::Md5, lower),
            "SHA1" if of_hex(40) => (K::Sha1, lower),
            "SHA256" if of_hex(64) => (K::Sha256, lower),
            _ => return None,
        },
        _ => return None,
    };
    let fits =
        (1..=crate::limits::MAX_URL).contains(&value.chars().count()) && !value.chars().any(char::is_control);
    fits.then_some(Indicator { kind, value })
}

#[derive(Debug, PartialEq)]
enum Token {
    /// A word, number or operator.
    Word(String),
    /// A text in quotes, unescaped.
    Text(String),
    /// One of `[ ] ( ) , : .`
    Mark(char),
}

fn tokens(pattern: &str) -> Result<Vec<(usize, Token)>, PatternFault> {
    let mut tokens = Vec::new();
    let mut chars = pattern.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let token = match c {
            c if c.is_whitespace() => continue,
            '\'' => {
                let mut text = String::new();
                loop {
                    match chars.next() {
                        Some((_, '\\')) => text.extend(chars.next().map(|(_, c)| c)),
                        Some((_, '\'')) => break,
                        Some((_, c)) => text.push(c),
                        None => return Err(PatternFault::Syntax(at)),
                    }
                }
                Token::Text(text)
            }
            '[' | ']' | '(' | ')' | ',' | ':' | '.' => Token::Mark(c),
            '=' | '!' | '<' | '>' => {
                let mut word = String::from(c);
                word.extend(chars.next_if(|(_, n)| *n == '=').map(|(_, n)| n));
                Token::Word(word)
            }
            c if c.is_alphanumeric() || matches!(c, '_' | '-' | '*' | '+') => {
                let mut word = String::from(c);
                let number = c.is_ascii_digit() || c == '-' || c == '+';
                while let Some((_, c)) = chars.next_if(|(_, n)| {
                    n.is_alphanumeric() || matches!(n, '_' | '-' | '*') || (number && *n == '.')
                }) {
                    word.push(c);
                }
                Token::Word(word)
            }
            _ => return Err(PatternFault::Syntax(at)),
        };
        tokens.push((at, token));
    }
    Ok(tokens)
}

struct Reader<'t> {
    tokens: &'t [(usize, Token)],
    at: usize,
    length: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|(_, t)| t)
    }

    fn next(&mut self) -> Result<&Token, PatternFault> {
        let fault = self.fault();
        let token = self.tokens.get(self.at).map(|(_, t)| t).ok_or(fault)?;
        self.at += 1;
        Ok(token)
    }

    fn fault(&self) -> PatternFault {
        PatternFault::Syntax(self.tokens.get(self.at).map_or(self.length, |(at, _)| *at))
    }

    fn mark(&mut self, mark: char) -> bool {
        let is = self.peek() == Some(&Token::Mark(mark));
        self.at += usize::from(is);
        is
    }

    fn word(&mut self, word: &str) -> bool {
        let is = matches!(self.peek(), Some(Token::Word(w)) if w.eq_ignore_ascii_case(word));
        self.at += usize::from(is);
        is
    }

    /// Observations in brackets, whatever joins and qualifies them.
    fn pattern(&mut self) -> Result<Vec<Comparison>, PatternFault> {
        let mut found = Vec::new();
        let (mut depth, mut observed) = (0i32, false);
        while let Some(token) = self.peek() {
            match token {
                Token::Mark('[') => {
                    self.at += 1;
                    self.observation(&mut found)?;
                    observed = true;
                }
                Token::Mark('(') => (depth, self.at) = (depth + 1, self.at + 1),
                Token::Mark(')') if depth > 0 => (depth, self.at) = (depth - 1, self.at + 1),
                // AND, OR, FOLLOWEDBY; WITHIN 5 SECONDS; REPEATS 3 TIMES; START t'…' STOP t'…'.
                Token::Word(_) | Token::Text(_) if observed => self.at += 1,
                _ => return Err(self.fault()),
            }
        }
        if observed && depth == 0 { Ok(found) } else { Err(self.fault()) }
    }

    fn observation(&mut self, found: &mut Vec<Comparison>) -> Result<(), PatternFault> {
        let mut depth = 0;
        loop {
            while self.mark('(') {
                depth += 1;
            }
            // An EXISTS test names a property and no value.
            if self.word("EXISTS") {
                self.path()?;
            } else {
                found.push(self.comparison()?);
            }
            while depth > 0 && self.mark(')') {
                depth -= 1;
            }
            if !(self.word("AND") || self.word("OR")) {
                break;
            }
        }
        if depth == 0 && self.mark(']') { Ok(()) } else { Err(self.fault()) }
    }

    fn comparison(&mut self) -> Result<Comparison, PatternFault> {
        let fault = self.fault();
        let (object, path) = self.path()?;
        let mut negated = self.word("NOT");
        let Token::Word(operator) = self.next()? else { return Err(fault) };
        let operator = operator.to_ascii_uppercase();
        let known = ["=", "!=", "<", ">", "<=", ">=", "IN", "LIKE", "MATCHES", "ISSUBSET", "ISSUPERSET"]
            .contains(&operator.as_str());
        if !known {
            return Err(fault);
        }
        negated |= operator == "!=";
        let mut values = Vec::new();
        if operator == "IN" {
            if !self.mark('(') {
                return Err(self.fault());
            }
            loop {
                values.push(self.value()?);
                if !self.mark(',') {
                    break;
                }
            }
            if !self.mark(')') {
                return Err(self.fault());
            }
        } else {
            values.push(self.value()?);
        }
        Ok(Comparison { object, path, operator, negated, values })
    }

    /// `object:path.to.'property'[0].more`.
    fn path(&mut self) -> Result<(String, String), PatternFault> {
        let fault = self.fault();
        let Token::Word(object) = self.next()? else { return Err(fault) };
        let object = object.to_ascii_lowercase();
        if !self.mark(':') {
            return Err(self.fault());
        }
        let mut path = String::new();
        loop {
            let fault = self.fault();
            match self.next()? {
                Token::Word(part) | Token::Text(part) => path.push_str(part),
                Token::Mark(_) => return Err(fault),
            }
            while self.mark('[') {
                let Token::Word(_) = self.next()? else { return Err(self.fault()) };
                if !self.mark(']') {
                    return Err(self.fault());
                }
            }
            if !self.mark('.') {
                return Ok((object, path));
            }
            path.push('.');
        }
    }

    fn value(&mut self) -> Result<String, PatternFault> {
        let fault = self.fault();
        match self.next()? {
            Token::Text(text) => Ok(text.clone()),
            // Times, hashes and binaries: t'…', h'…', b'…'.
            Token::Word(prefix) if matches!(prefix.as_str(), "t" | "h" | "b") => match self.next()? {
                Token::Text(text) => Ok(text.clone()),
                _ => Err(fault),
            },
            Token::Word(word) => Ok(word.clone()),
            Token::Mark(_) => Err(fault),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(pattern: &str) -> Vec<(IndicatorKind, String)> {
        indicators(&comparisons(pattern).unwrap()).into_iter().map(|i| (i.kind, i.value)).collect()
    }

    #[test]
    fn what_patterns_look_for() {
        use IndicatorKind as K;
        let hash = "ab12".repeat(16);
        let cases: Vec<(String, Vec<(K, &str)>)> = vec![
            ("[ipv4-addr:value = '198.51.100.7']".into(), vec![(K::Ipv4, "198.51.100.7")]),
            (
                "([domain-name:value IN ('A.example.org','b.example.org')] FOLLOWEDBY [url:value = 'http://x.example.org/\\'a']) \
                 WITHIN 300 SECONDS START t'2026-01-01T00:00:00Z' STOP t'2026-02-01T00:00:00Z'"
                    .into(),
                vec![(K::Domain, "a.example.org"), (K::Domain, "b.example.org"), (K::Url, "http://x.example.org/'a")],
            ),
            (
                format!("[(file:hashes.'SHA-256' = '{hash}' OR file:hashes.MD5 = 'x') AND file:name = 'a.exe']"),
                vec![(K::Sha256, hash.as_str())],
            ),
            ("[network-traffic:dst_ref.value = '2001:db8::1' AND network-traffic:dst_port = 443]".into(), vec![(K::Ipv6, "2001:db8::1")]),
            ("[email-message:from_ref.value = 'A@Example.org' AND email-message:body_multipart[*].body_raw_ref.name = 'b']".into(), vec![(K::Email, "a@example.org")]),
            ("[ipv4-addr:value != '192.0.2.1' AND ipv4-addr:value NOT IN ('192.0.2.2') AND EXISTS url:value]".into(), vec![]),
            ("[ipv4-addr:value = '192.0.2.0/24']".into(), vec![]),
        ];
        for (pattern, expected) in cases {
            let expected: Vec<_> = expected.into_iter().map(|(k, v)| (k, v.to_owned())).collect();
            assert_eq!(found(&pattern), expected, "{pattern}");
        }
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for bad in [
            "",
            "[",
            "[]",
            "x",
            "[a:b = ]",
            "[a:b = 'c'",
            "[a:b ~ 'c']",
            "[a:b = 'c']]",
            "([a:b = 'c']",
            "[a:b = 'c] AND",
            "[a = 'b']",
        ] {
            assert!(matches!(comparisons(bad), Err(PatternFault::Syntax(_))), "{bad}");
        }
        assert_eq!(comparisons(&"(".repeat(MAX_PATTERN + 1)), Err(PatternFault::TooLong));
        assert!(comparisons(&"(".repeat(MAX_PATTERN)).is_err());
    }
}
