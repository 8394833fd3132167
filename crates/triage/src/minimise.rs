//! What an engine outside need not know: names, addresses and numbers of people, replaced by placeholders.
//!
//! The same value has the same placeholder throughout, so that what belongs together still does. What stays is what a
//! verdict needs: domains, links, hosts, hashes, the words of a message.

use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::ops::Range;

/// Digits of a telephone number (ITU-T E.164 allows 15).
const PHONE: std::ops::RangeInclusive<usize> = 9..=15;
/// Digits of a payment card's number (ISO/IEC 7812-1).
const CARD: std::ops::RangeInclusive<usize> = 13..=19;
/// Characters of an IBAN (ISO 13616-1).
const IBAN: std::ops::RangeInclusive<usize> = 15..=34;

/// What a placeholder stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// The local part of a mail address.
    Mail,
    /// The name before a mail address.
    Name,
    /// A telephone number.
    Phone,
    /// A bank account.
    Iban,
    /// A payment card.
    Card,
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Name => "name",
            Self::Phone => "phone",
            Self::Iban => "iban",
            Self::Card => "card",
        }
    }
}

/// The placeholders of one document, and what each stands for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Placeholders {
    /// Part of every placeholder: whoever wrote the document could not know it, and so could not write one.
    mark: String,
    known: BTreeMap<(Kind, String), String>,
}

impl Placeholders {
    /// None yet; each will hold `mark`.
    pub(crate) fn new(mark: &str) -> Self {
        Self { mark: mark.to_owned(), known: BTreeMap::new() }
    }

    /// The document without what identifies people, in values and in the names of members.
    pub(crate) fn minimised(&mut self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(text)),
            // A card's number is one also where it is written as a number.
            Value::Number(number) => match self.text(&number.to_string()) {
                text if text.starts_with('[') => Value::String(text),
                _ => value.clone(),
            },
            Value::Array(items) => Value::Array(items.iter().map(|item| self.minimised(item)).collect()),
            Value::Object(members) => {
                let minimised = members.iter().map(|(name, value)| (self.text(name), self.minimised(value)));
                Value::Object(minimised.collect::<Map<_, _>>())
            }
            Value::Null | Value::Bool(_) => value.clone(),
        }
    }

    /// The text with what the placeholders stand for.
    pub(crate) fn restored(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for ((_, original), placeholder) in &self.known {
            text = text.replace(placeholder.as_str(), original);
        }
        text
    }

    fn text(&mut self, text: &str) -> String {
        let (mut out, mut at) = (String::with_capacity(text.len()), 0);
        for (range, kind) in found(text) {
            out.push_str(text.get(at..range.start).unwrap_or_default());
            let original = text.get(range.clone()).unwrap_or_default();
            out.push_str(&self.placeholder(kind, original));
            at = range.end;
        }
        out.push_str(text.get(at..).unwrap_or_default());
        out
    }

    fn placeholder(&mut self, kind: Kind, original: &str) -> String {
        let number = self.known.keys().filter(|(known, _)| *known == kind).count().saturating_add(1);
        let placeholder = format!("[{}-{number}-{}]", kind.word(), self.mark);
        self.known.entry((kind, original.to_owned())).or_insert(placeholder).clone()
    }
}

/// What a text has of people, in its order, without overlaps.
fn found(text: &str) -> Vec<(Range<usize>, Kind)> {
    let mut all = mails(text);
    all.extend(ibans(text));
    all.extend(numbers(text));
    // Of two that overlap the one that begins first stays; of those the longer.
    all.sort_by(|a, b| a.0.start.cmp(&b.0.start).then(b.0.end.cmp(&a.0.end)));
    let mut end = 0;
    all.retain(|(range, _)| {
        let fits = range.start >= end;
        end = if fits { range.end } else { end };
        fits
    });
    all
}

fn mails(text: &str) -> Vec<(Range<usize>, Kind)> {
    let mut all = Vec::new();
    for (at, _) in text.match_indices('@') {
        let (before, after) = (text.get(..at).unwrap_or_default(), text.get(at + 1..).unwrap_or_default());
        let local = before.len() - before.trim_end_matches(is_local).len();
        let domain =
            after.split(|c: char| !c.is_alphanumeric() && c != '.' && c != '-').next().unwrap_or_default();
        if local == 0 || !domain.trim_matches('.').contains('.') {
            continue;
        }
        let start = at - local;
        all.push((start..at, Kind::Mail));
        all.extend(name_before(text.get(..start).unwrap_or_default()).map(|range| (range, Kind::Name)));
    }
    all
}

fn is_local(c: char) -> bool {
    c.is_alphanumeric() || "!#$%&'*+/=?^_`{|}~.-".contains(c)
}

/// The display name of a mailbox (RFC 5322 §3.4): what stands before `<`, on its line and after the mailbox before it.
fn name_before(before: &str) -> Option<Range<usize>> {
    let before = before.strip_suffix('<')?;
    let start = before.rfind(['\n', '\r', ',', ';', ':', '>', '<', '\t']).map_or(0, |at| at + 1);
    let quotes = |c: char| c.is_whitespace() || c == '"' || c == '\'';
    let name = before.get(start..)?;
    let (start, name) =
        (start + name.len() - name.trim_start_matches(quotes).len(), name.trim_matches(quotes));
    let named = name.chars().any(char::is_alphabetic) && name.chars().count() <= 100 && !name.contains('@');
    named.then(|| start..start + name.len())
}

/// IBANs, with or without spaces between groups, whose check digits are right.
fn ibans(text: &str) -> Vec<(Range<usize>, Kind)> {
    let mut all = Vec::new();
    let mut from = 0;
    for (start, c) in text.char_indices() {
        if start < from || !c.is_ascii_alphabetic() || follows_a_word(text, start) {
            continue;
        }
        if let Some(end) = iban_at(text.get(start..).unwrap_or_default()) {
            all.push((start..start + end, Kind::Iban));
            from = start + end;
        }
    }
    all
}

/// Where the IBAN ends that a text begins with.
fn iban_at(text: &str) -> Option<usize> {
    let mut plain = String::new();
    let mut best = None;
    for (at, c) in text.char_indices() {
        match c {
            ' ' if plain.len().is_multiple_of(4) => continue,
            c if c.is_ascii_alphanumeric() => plain.push(c.to_ascii_uppercase()),
            _ => break,
        }
        let form = plain.len() >= 4 || plain.chars().take(2).all(|c| c.is_ascii_alphabetic());
        if !form || plain.len() > *IBAN.end() {
            break;
        }
        let next = text.get(at + 1..).and_then(|rest| rest.chars().next());
        if IBAN.contains(&plain.len()) && !next.is_some_and(|c| c.is_ascii_alphanumeric()) && is_iban(&plain)
        {
            best = Some(at + 1);
        }
    }
    best
}

/// The check of ISO 7064, MOD 97-10.
fn is_iban(plain: &str) -> bool {
    let (Some(head), Some(rest)) = (plain.get(..4), plain.get(4..)) else { return false };
    let letters = head.chars().take(2).all(|c| c.is_ascii_alphabetic());
    let digits = head.chars().skip(2).all(|c| c.is_ascii_digit());
    let remainder = rest.chars().chain(head.chars()).fold(0u32, |sum, c| {
        let value = c.to_digit(36).unwrap_or(0);
        (sum * if value < 10 { 10 } else { 100 } + value) % 97
    });
    letters && digits && remainder == 1
}

/// Telephone and card numbers: stretches of digits with what people put between them.
fn numbers(text: &str) -> Vec<(Range<usize>, Kind)> {
    let part = |c: char| c.is_ascii_digit() || matches!(c, '+' | ' ' | '(' | ')' | '-' | '.' | '/');
    let mut all = Vec::new();
    let mut stretch: Option<usize> = None;
    for (at, c) in text.char_indices().chain([(text.len(), 'x')]) {
        match (part(c), stretch) {
            (true, None) => stretch = Some(at),
            (false, Some(start)) => {
                stretch = None;
                all.extend(number(text, start..at));
            }
            _ => {}
        }
    }
    all
}

/// What a stretch of digits is, without what surrounds them.
fn number(text: &str, range: Range<usize>) -> Option<(Range<usize>, Kind)> {
    let stretch = text.get(range.clone())?;
    let first = stretch.find(|c: char| c.is_ascii_digit() || matches!(c, '+' | '('))?;
    let last = stretch.rfind(|c: char| c.is_ascii_digit())?;
    let inner = stretch.get(first..=last)?;
    let (start, end) = (range.start + first, range.start + last + 1);
    let after = text.get(end..).and_then(|rest| rest.chars().next());
    if follows_a_word(text, start) || after.is_some_and(|c| c.is_alphanumeric() || c == ':') {
        return None;
    }
    let digits: Vec<u32> = inner.chars().filter_map(|c| c.to_digit(10)).collect();
    let card = inner.chars().all(|c| c.is_ascii_digit() || c == ' ' || c == '-');
    if card && CARD.contains(&digits.len()) && luhn(&digits) {
        return Some((start..end, Kind::Card));
    }
    // Dots alone between digits are an address or a version; so many digits in a row without a sign are anything.
    let dialled = inner.starts_with(['+', '0', '(']);
    let grouped = inner.contains([' ', '-', '(']) && !inner.contains(['.', '/']) && digits.len() >= 10;
    ((dialled || grouped) && PHONE.contains(&digits.len())).then_some((start..end, Kind::Phone))
}

fn follows_a_word(text: &str, at: usize) -> bool {
    let before = text.get(..at).and_then(|before| before.chars().next_back());
    before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | ':' | '=' | '@'))
}

/// The check digit of ISO/IEC 7812-1, annex B.
fn luhn(digits: &[u32]) -> bool {
    let doubled = |d: u32| if d * 2 > 9 { d * 2 - 9 } else { d * 2 };
    let sum: u32 =
        digits.iter().rev().enumerate().map(|(i, d)| if i % 2 == 1 { doubled(*d) } else { *d }).sum();
    sum.is_multiple_of(10) && digits.iter().any(|d| *d != 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn minimised(text: &str) -> String {
        let mut placeholders = Placeholders::new("7f");
        let out = placeholders.text(text);
        assert_eq!(placeholders.restored(&out), text, "what is taken out can be put back");
        out
    }

    #[test]
    fn people_go_and_what_a_verdict_needs_stays() {
        let cases = [
            ("anna.nowak+x@b4nk.example", "[mail-1-7f]@b4nk.example"),
            ("\"Anna Nowak\" <anna@b4nk.example>", "\"[name-1-7f]\" <[mail-1-7f]@b4nk.example>"),
            (
                "From: Żaneta Łoś <z@a.example>, Jan <j@a.example>",
                "From: [name-1-7f] <[mail-1-7f]@a.example>, [name-2-7f] <[mail-2-7f]@a.example>",
            ),
            ("a@x.example and a@y.example", "[mail-1-7f]@x.example and [mail-1-7f]@y.example"),
            ("call +48 600 100 200 now", "call [phone-1-7f] now"),
            ("(555) 123-4567", "[phone-1-7f]"),
            ("call 022 123 45 67, or 022 123 45 67.", "call [phone-1-7f], or [phone-1-7f]."),
            ("pay PL61 1090 1014 0000 0712 1981 2874 today", "pay [iban-1-7f] today"),
            ("GB29NWBK60161331926819", "[iban-1-7f]"),
            ("card 4111 1111 1111 1111 ok", "card [card-1-7f] ok"),
            ("4111111111111111", "[card-1-7f]"),
        ];
        for (text, expected) in cases {
            assert_eq!(minimised(text), expected);
        }
        for kept in [
            "https://b4nk.example/login?id=0123456789",
            "198.51.100.77 and 192.168.100.200",
            "2026-07-04T08:12:03Z",
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            "PL61 1090 1014 0000 0712 1981 2875",
            "4111 1111 1111 1112 is no card",
            "@everyone, mail me @ home, a@b",
            "CVE-2026-12345",
            "<not a mailbox>",
            "",
        ] {
            assert_eq!(minimised(kept), kept);
        }
    }

    #[test]
    fn documents_are_minimised_throughout() {
        let mut placeholders = Placeholders::new("7f");
        let raw = json!({
            "from": "Jan <jan@b4nk.example>", "to": ["jan@b4nk.example", "x@y.example"], "n": [4111111111111111u64, 7, true, null],
            "seen by jan@b4nk.example": {"jan@b4nk.example": 1},
        });
        let out = placeholders.minimised(&raw);
        assert_eq!(
            out,
            json!({
                "from": "[name-1-7f] <[mail-1-7f]@b4nk.example>", "to": ["[mail-1-7f]@b4nk.example", "[mail-2-7f]@y.example"],
                "n": ["[card-1-7f]", 7, true, null],
                "seen by [mail-1-7f]@b4nk.example": {"[mail-1-7f]@b4nk.example": 1},
            })
        );
        let said = "from [mail-1-7f]@b4nk.example, not [mail-9-7f]";
        assert_eq!(placeholders.restored(said), "from jan@b4nk.example, not [mail-9-7f]");
    }

    #[test]
    fn any_text_can_be_minimised() {
        for text in [
            "@",
            "<@",
            "ä@ö.ü",
            "+",
            "((((((((((",
            "+1+2+3+4+5+6+7+8+9",
            "PL61",
            "é<é@é.é>",
            &"9 ".repeat(5000),
            &"a@".repeat(3000),
        ] {
            minimised(text);
        }
    }
}
