//! A reported mail, from whatever fields the reporter sent.

use super::address::Mailbox;
use super::auth::Auth;
use super::fields;
use super::host::Link;
use super::html::{self, MAX_LINKS, Page};
use crate::text::MAX_TEXT;
use crate::text::glyphs;
use crate::text::words::Text;
use serde_json::Value;

/// A mail as far as it is known.
#[derive(Debug, Default)]
pub struct Mail<'a> {
    /// The sender, as written and as read.
    pub from: Option<(&'a str, Mailbox)>,
    /// Where replies go.
    pub reply_to: Option<(&'a str, Mailbox)>,
    /// Where bounces go.
    pub return_path: Option<(&'a str, Mailbox)>,
    /// The receivers' addresses.
    pub recipients: Vec<Mailbox>,
    /// The subject.
    pub subject: Text<'a>,
    /// What the mail says: the plain text, and the text its HTML shows.
    pub bodies: Vec<Text<'a>>,
    /// Its links, from everywhere.
    pub links: Vec<Link>,
    /// The HTML, with the source its places refer to.
    pub pages: Vec<(&'a str, Page)>,
    /// The names of its attachments, with their media types.
    pub attachments: Vec<(&'a str, &'a str)>,
    /// What the receiving server found out, with the header that says so.
    pub auth: Auth,
    /// The headers that say so.
    pub auth_headers: Vec<&'a str>,
    /// Whether something was longer than is read.
    pub cut: bool,
}

impl<'a> Mail<'a> {
    /// Reads what there is. Never fails: a mail of which nothing is known is a mail of which nothing is known.
    pub fn read(raw: &'a Value) -> Self {
        let mut mail = Self::default();
        let headers = headers(raw);
        let header = |names: &[&str]| {
            let named = headers.iter().find(|(name, _)| names.iter().any(|n| name.eq_ignore_ascii_case(n)));
            named.map(|(_, value)| *value).filter(|value| !value.trim().is_empty())
        };
        let field = |names: &[&str], head: &[&str]| fields::text(raw, names).or_else(|| header(head));
        let mailbox = |text: &'a str| (text, Mailbox::parse(text));
        mail.from = field(&["sender", "from", "from_address", "mail_from"], &["From", "Sender"]).map(mailbox);
        mail.reply_to = field(&["reply_to"], &["Reply-To"]).map(mailbox);
        mail.return_path = field(&["return_path", "envelope_from"], &["Return-Path"]).map(mailbox);
        let receivers = fields::texts(raw, &["recipient", "recipients", "to"]);
        mail.recipients = receivers.into_iter().take(20).flat_map(Mailbox::all).collect();
        if let Some(subject) = field(&["subject", "title"], &["Subject"]) {
            mail.subject = Text::read(subject, &glyphs::of_header(subject, 4000));
        }
        mail.read_auth(raw, &headers);
        mail.read_bodies(raw);
        mail.read_links(raw);
        mail.read_attachments(raw);
        mail
    }

    fn read_auth(&mut self, raw: &'a Value, headers: &[(&'a str, &'a str)]) {
        for (name, value) in headers.iter().take(200) {
            let name = name.to_ascii_lowercase();
            match name.as_str() {
                "authentication-results" | "arc-authentication-results" | "x-authentication-results" => {
                    self.auth.read_results(value)
                }
                "received-spf" => self.auth.read_spf(value),
                _ => continue,
            }
            self.auth_headers.push(value);
        }
        if let Some(value) = fields::text(raw, &["authentication_results", "auth_results"]) {
            self.auth.read_results(value);
            self.auth_headers.push(value);
        }
        for method in ["spf", "dkim", "dmarc"] {
            if let Some(value) =
                fields::text(raw, &[method, &format!("{method}_result"), &format!("received_{method}")])
            {
                self.auth.read_results(&format!("{method}={value}"));
                self.auth_headers.push(value);
            }
        }
    }

    fn read_bodies(&mut self, raw: &'a Value) {
        let plain = fields::text(
            raw,
            &["body", "text", "body_text", "text_body", "plain", "content", "message", "snippet"],
        );
        let rich = fields::text(raw, &["html", "body_html", "html_body"]);
        let mail = fields::text(raw, &["raw", "eml", "raw_email", "raw_message"])
            .and_then(|raw| raw.split_once("\n\n"))
            .map(|(_, body)| body);
        for source in [plain, rich, mail].into_iter().flatten() {
            self.cut |= source.len() > MAX_TEXT;
            if html::is_html(source) {
                let page = html::read(source, MAX_TEXT);
                self.bodies.push(Text::read(source, &page.glyphs));
                self.pages.push((source, page));
            } else {
                self.bodies.push(Text::plain(source));
            }
        }
    }

    fn read_links(&mut self, raw: &'a Value) {
        let mut sources: Vec<Vec<Link>> =
            self.pages.iter_mut().map(|(_, page)| std::mem::take(&mut page.links)).collect();
        sources.push(
            fields::texts(raw, &["urls", "links"])
                .into_iter()
                .take(MAX_LINKS)
                .filter_map(Link::parse)
                .collect(),
        );
        for body in &self.bodies {
            let words = body.words.iter().filter(|word| body.letters(word) == crate::text::words::LINK);
            let written = words.filter_map(|word| body.source.get(word.start..word.end));
            sources.push(written.take(MAX_LINKS).filter_map(Link::parse).collect());
        }
        for (source, links) in sources.into_iter().enumerate() {
            let mut seen = std::collections::HashSet::new();
            let new = links.into_iter().filter(|link| seen.insert((link.target.clone(), link.shown.clone())));
            self.links.extend(new.map(|link| Link { source, ..link }));
        }
    }

    fn read_attachments(&mut self, raw: &'a Value) {
        let Some(Value::Array(items)) = fields::find(raw, &["attachments", "files"]) else { return };
        self.attachments = items
            .iter()
            .take(100)
            .filter_map(|item| {
                let name =
                    item.as_str().or_else(|| fields::text(item, &["filename", "name", "file_name"]))?;
                Some((name, fields::text(item, &["content_type", "mime_type", "type"]).unwrap_or("")))
            })
            .collect();
    }

    /// Whether anything at all is known of what the mail says.
    pub fn has_content(&self) -> bool {
        self.bodies.iter().any(|body| body.words.len() >= 3)
            || !self.links.is_empty()
            || !self.attachments.is_empty()
    }
}

/// Headers from an object, a list of pairs, or the raw block.
fn headers(raw: &Value) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    match fields::find(raw, &["headers", "header", "raw_headers"]) {
        Some(Value::Object(members)) => {
            for (name, value) in members {
                match value {
                    Value::String(value) => found.push((name.as_str(), value.as_str())),
                    Value::Array(items) => {
                        found.extend(items.iter().filter_map(|v| Some((name.as_str(), v.as_str()?))))
                    }
                    _ => {}
                }
            }
        }
        Some(Value::Array(items)) => {
            let pairs = items.iter().filter_map(|item| {
                Some((fields::text(item, &["name", "key"])?, fields::text(item, &["value"])?))
            });
            found.extend(pairs);
        }
        Some(Value::String(block)) => block_headers(block, &mut found),
        _ => {}
    }
    if let Some(block) = fields::text(raw, &["raw", "eml", "raw_email", "raw_message"]) {
        block_headers(block.split("\n\n").next().unwrap_or(block), &mut found);
    }
    found.truncate(500);
    found
}

/// The headers of a raw block (RFC 5322 §2.2); folded lines belong to the header before.
fn block_headers<'a>(block: &'a str, found: &mut Vec<(&'a str, &'a str)>) {
    let mut start = 0;
    let mut bounds = Vec::new();
    for (at, _) in block.match_indices('\n').take(2000) {
        let folded = block.get(at + 1..).is_some_and(|rest| rest.starts_with([' ', '\t']));
        if !folded {
            bounds.push((start, at));
            start = at + 1;
        }
    }
    bounds.push((start, block.len()));
    let lines = bounds.into_iter().filter_map(|(from, to)| block.get(from..to)?.split_once(':'));
    found.extend(lines.map(|(name, value)| (name.trim(), value.trim())));
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn other_spellings_and_raw_headers_are_read() {
        let raw = json!({"from": "A <a@x.example>", "text": "one two three https://l.example/p",
            "headers": "Reply-To: b@y.example\r\nAuthentication-Results: mx;\r\n spf=fail\r\nSubject: Hi there"});
        let mail = Mail::read(&raw);
        assert_eq!(mail.from.unwrap().1.domain, "x.example");
        assert_eq!(mail.reply_to.unwrap().1.domain, "y.example");
        assert_eq!(mail.auth.spf, Some(super::super::auth::Outcome::Fail));
        assert_eq!(mail.subject.folded(), "hi there");
        assert_eq!(mail.links[0].host, "l.example");
    }

    #[test]
    fn nothing_is_something_too() {
        for raw in [
            json!(null),
            json!([]),
            json!("x"),
            json!({"headers": 3, "urls": {"a": 1}, "attachments": [null, 1]}),
        ] {
            assert!(!Mail::read(&raw).has_content());
        }
    }
}
