//! The header of a mail or part. The fields' own grammar (addresses, dates, encoded words, parameters) is
//! `mail-parser`'s; what is kept of them is decided here.

use super::{MAX_SUBJECT, MailFault};
use crate::limits::{MAX_HEADER_BYTES, MAX_NAME};
use crate::text::line;
use mail_parser::{Address, ContentType, Header, HeaderName, HeaderValue, Message, MessageParser};
use probatum_kernel::Timestamp;

pub(super) struct Head<'a> {
    raw: &'a [u8],
    message: Option<Message<'a>>,
}

/// A media type and its parameters.
pub(super) struct MediaType<'h>(&'h ContentType<'h>);

impl MediaType<'_> {
    pub(super) fn is(&self, kind: &str, subtype: &str) -> bool {
        self.kind().eq_ignore_ascii_case(kind)
            && self.0.subtype().is_some_and(|s| s.eq_ignore_ascii_case(subtype))
    }

    pub(super) fn kind(&self) -> &str {
        self.0.ctype()
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.0.attribute(name)
    }

    pub(super) fn text(&self) -> String {
        let subtype = self.0.subtype().map(|s| format!("/{s}")).unwrap_or_default();
        line(&format!("{}{subtype}", self.kind()), 127).to_ascii_lowercase()
    }
}

/// Parts a header from the body behind its first empty line.
pub(super) fn split(bytes: &[u8]) -> Result<(&[u8], &[u8]), MailFault> {
    let mut at = 0;
    while at < bytes.len() {
        if at > MAX_HEADER_BYTES {
            return Err(MailFault::HeaderTooLarge);
        }
        let rest = bytes.get(at..).unwrap_or_default();
        let end = rest.iter().position(|b| *b == b'\n').map_or(rest.len(), |i| i + 1);
        let this = rest.get(..end).unwrap_or_default();
        at += end;
        if matches!(this, b"\n" | b"\r\n" | b"\r") {
            break;
        }
    }
    if at > MAX_HEADER_BYTES {
        return Err(MailFault::HeaderTooLarge);
    }
    Ok(bytes.split_at_checked(at).unwrap_or((bytes, &[])))
}

impl<'a> Head<'a> {
    pub(super) fn read(raw: &'a [u8]) -> Self {
        Self { raw, message: MessageParser::default().parse_headers(raw) }
    }

    /// Whether there is anything of a mail in it.
    pub(super) fn is_mail(&self) -> bool {
        ["From", "Subject", "Date", "To", "Received", "Message-ID"].iter().any(|n| self.field(n).is_some())
    }

    fn fields(&self) -> &[Header<'a>] {
        self.message.as_ref().map_or(&[], |m| m.headers())
    }

    /// The first field of a name: of two, the one that was added last, or that a reader shows.
    fn field(&self, name: &str) -> Option<&Header<'a>> {
        self.all(name).next()
    }

    fn all<'s>(&'s self, name: &str) -> impl Iterator<Item = &'s Header<'a>> {
        let wanted = HeaderName::parse(name.to_owned());
        self.fields().iter().filter(move |h| wanted.as_ref().is_some_and(|w| h.name == *w))
    }

    /// A field as it was written, unfolded to one line.
    fn written(&self, field: &Header<'_>, max: usize) -> Option<String> {
        let bounds = (usize::try_from(field.offset_start()).ok()?, usize::try_from(field.offset_end()).ok()?);
        let value = String::from_utf8_lossy(self.raw.get(bounds.0..bounds.1)?);
        Some(line(&value, max)).filter(|s| !s.is_empty())
    }

    /// The first field of a name, on one line.
    pub(super) fn line(&self, name: &str, max: usize) -> Option<String> {
        self.field(name).and_then(|f| self.written(f, max))
    }

    /// All fields of a name, each on one line.
    pub(super) fn lines(&self, name: &str, max: usize) -> Vec<String> {
        self.all(name).take(1000).filter_map(|f| self.written(f, max)).collect()
    }

    pub(super) fn subject(&self) -> String {
        let decoded = self.field("Subject").and_then(|f| f.value().as_text()).map(|s| line(s, MAX_SUBJECT));
        decoded.unwrap_or_default()
    }

    pub(super) fn date(&self) -> Option<Timestamp> {
        let date = self.field("Date")?.value().as_datetime().filter(|d| d.is_valid())?;
        date.to_timestamp().checked_mul(1000).and_then(|ms| Timestamp::from_millis(ms).ok())
    }

    /// The addresses of a field, in lower case.
    pub(super) fn addresses(&self, name: &str) -> Vec<String> {
        let found = self.all(name).take(10).flat_map(|field| match field.value() {
            HeaderValue::Address(list) => addresses_of(list),
            // Fields the parser has no grammar for, such as Delivered-To.
            _ => self.written(field, MAX_NAME).into_iter().filter(|s| s.contains('@')).collect(),
        });
        found.map(|a| line(&a, MAX_NAME).to_lowercase()).filter(|a| !a.is_empty()).collect()
    }

    /// An address field decoded, as people read it: `Name <address>`.
    pub(super) fn address_text(&self, name: &str) -> String {
        let Some(field) = self.field(name) else { return String::new() };
        let decoded = match field.value() {
            HeaderValue::Address(list) => shown(list),
            HeaderValue::Text(text) => text.to_string(),
            _ => String::new(),
        };
        let decoded = line(&decoded, MAX_NAME);
        if decoded.is_empty() { self.written(field, MAX_NAME).unwrap_or_default() } else { decoded }
    }

    pub(super) fn content_type(&self) -> Option<MediaType<'_>> {
        self.field("Content-Type")?.value().as_content_type().map(MediaType)
    }

    pub(super) fn disposition(&self) -> Option<MediaType<'_>> {
        self.field("Content-Disposition")?.value().as_content_type().map(MediaType)
    }

    pub(super) fn encoding(&self) -> String {
        let encoding = self.line("Content-Transfer-Encoding", 40).unwrap_or_default();
        encoding.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }
}

fn addresses_of(list: &Address<'_>) -> Vec<String> {
    list.iter().filter_map(|a| a.address()).map(str::to_owned).take(1000).collect()
}

fn shown(list: &Address<'_>) -> String {
    let each = list.iter().take(20).map(|a| match (a.name(), a.address()) {
        (Some(name), Some(address)) => format!("{name} <{address}>"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => String::new(),
    });
    each.filter(|s| !s.is_empty()).collect::<Vec<_>>().join(", ")
}
