//! A line of text that is no CEF: syslog of either kind (RFC 5424, RFC 3164), or any line a program wrote.

use super::{Event, Format, Found, severity, time};
use crate::limits::MAX_EVENT_JSON;
use crate::text::cut;
use probatum_kernel::Timestamp;
use serde_json::{Value, json};

/// What stands before the message.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) severity: Option<u8>,
    pub(super) at: Option<Timestamp>,
    pub(super) host: Option<String>,
    pub(super) app: Option<String>,
    /// Where the message begins.
    pub(super) end: usize,
}

/// A line becomes an event whose rule is the program that wrote it and the shape of what it says.
pub(super) fn read(line: &str) -> Event {
    let head = head(line);
    let message = line.get(head.end..).unwrap_or_default().trim();
    let mut found = Found {
        said: Some(message.to_owned()),
        message: Some(message.to_owned()),
        at: head.at,
        severity: head.severity,
        source: head.app.clone(),
        product: head.app,
        ..Found::default()
    };
    found.entities.host(head.host);
    found.event(Format::Plain, fitted(json!({ "line": line }), line))
}

/// What was read of a line, within [`MAX_EVENT_JSON`] bytes: a character may take six of them in JSON, and a CEF line is
/// told twice. First what the line has anyway gives way, then the end of the line; the delivery holds all of it.
pub(super) fn fitted(mut raw: Value, line: &str) -> Value {
    // A line and what was read from it, each six times as long.
    if line.len() < MAX_EVENT_JSON / 13 {
        return raw;
    }
    let fits = |raw: &Value| raw.to_string().len() <= MAX_EVENT_JSON;
    if fits(&raw) {
        return raw;
    }
    if let Some(members) = raw.as_object_mut() {
        members.insert("incomplete".to_owned(), Value::Bool(true));
        members.get_mut("cef").and_then(Value::as_object_mut).and_then(|cef| cef.remove("extension"));
    }
    if fits(&raw) {
        return raw;
    }
    let mut kept = line;
    loop {
        let raw = json!({ "line": kept, "incomplete": true });
        if fits(&raw) {
            return raw;
        }
        kept = cut(kept, kept.len() / 2);
    }
}

/// Reads as much of a syslog header as there is.
pub(super) fn head(line: &str) -> Head {
    let (priority, rest) = priority(line);
    let mut head = Head { severity: priority.map(|p| severity::syslog(p % 8)), ..Head::default() };
    let known = modern(rest, &mut head).or_else(|| classic(rest, &mut head)).unwrap_or(rest);
    head.end = line.len().saturating_sub(known.len());
    head
}

/// `<PRI>`, 0–191.
fn priority(line: &str) -> (Option<u8>, &str) {
    let parsed = line.strip_prefix('<').and_then(|tail| {
        let (digits, rest) = tail.split_once('>')?;
        let priority: u8 = digits.parse().ok().filter(|p| *p <= 191)?;
        Some((Some(priority), rest))
    });
    parsed.unwrap_or((None, line))
}

/// RFC 5424: `1 TIME HOST APP PROC MSGID [DATA] MESSAGE`.
fn modern<'a>(s: &'a str, head: &mut Head) -> Option<&'a str> {
    let mut rest = s.strip_prefix("1 ")?;
    let mut fields = [""; 5];
    for field in &mut fields {
        (*field, rest) = rest.split_once(' ')?;
    }
    let [at, host, app, ..] = fields;
    if at != "-" {
        head.at = Some(time::of_text(at)?);
    }
    let named = |s: &str| (s != "-").then(|| s.to_owned());
    (head.host, head.app) = (named(host), named(app));
    let data = structured(rest);
    Some(rest.get(data..).unwrap_or_default().trim_start())
}

/// How long the structured data at the beginning of `s` is: `-`, or `[…]` several times, where `]` within a
/// value is escaped.
fn structured(s: &str) -> usize {
    if s.starts_with('-') {
        return 1;
    }
    let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
    for (at, c) in s.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted => depth = depth.saturating_sub(1),
            _ if depth == 0 => return at,
            _ => {}
        }
    }
    if depth == 0 { s.len() } else { 0 }
}

/// RFC 3164: `Mmm dd hh:mm:ss HOST TAG[PID]: MESSAGE`, whose time has no year and is not used; also with an
/// RFC 3339 time, as rsyslog writes.
fn classic<'a>(s: &'a str, head: &mut Head) -> Option<&'a str> {
    let (first, after) = s.split_once(' ')?;
    let mut rest = if let Some(at) = first.contains('T').then(|| time::of_text(first)).flatten() {
        head.at = Some(at);
        after
    } else {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        months.contains(&first).then_some(())?;
        let (day, after) = after.trim_start().split_once(' ')?;
        let (clock, after) = after.split_once(' ')?;
        let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        (digits(day) && clock.split(':').count() == 3 && clock.split(':').all(digits)).then_some(())?;
        after
    };
    let (host, after) = rest.split_once(' ').unwrap_or((rest, ""));
    head.host = Some(host.to_owned());
    rest = after;
    if let Some((tag, message)) =
        rest.split_once(": ").filter(|(tag, _)| !tag.contains(' ') && tag.len() <= 64)
    {
        head.app = Some(tag.split('[').next().unwrap_or(tag).to_owned());
        rest = message;
    }
    Some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_syslogs_and_neither() {
        let event =
            read("<34>1 2026-11-22T10:00:00Z Mail-1 sshd 42 ID47 [x@1 a=\"]\"] Failed password for root");
        assert_eq!((event.severity, event.title.as_str()), (7, "Failed password for root"));
        assert_eq!(event.entities.hosts, ["mail-1"]);
        assert_eq!(event.at.map(|t| t.to_string()).as_deref(), Some("2026-11-22T10:00:00Z"));

        let event = read("<13>Nov  2 10:00:00 web-1 sudo[99]: 3 incorrect password attempts");
        assert_eq!((event.at, event.source.as_deref()), (None, Some("sudo")));
        assert_eq!(event.title, "3 incorrect password attempts");
        let later = read("<13>Nov  3 11:10:00 web-1 sudo[77]: 5 incorrect password attempts");
        assert_eq!(event.rule.id, later.rule.id);

        let event = read("something odd happened");
        assert_eq!(
            (event.severity, event.title.as_str(), event.entities.primary()),
            (1, "something odd happened", None)
        );
    }
}
