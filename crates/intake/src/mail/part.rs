//! The tree of a mail's parts, walked with bounded depth and number in one pass for each level.

use super::MailFault;
use super::decode;
use super::head::{self, Head};
use crate::limits::{MAX_PART_DEPTH, MAX_PARTS};
use std::borrow::Cow;

/// A part that has no parts.
pub(super) struct Leaf<'a> {
    head: Head<'a>,
    body: &'a [u8],
    /// Within `multipart/digest` a part is a mail unless it says otherwise.
    in_digest: bool,
    /// A tree of parts that is not followed any deeper.
    opaque: bool,
}

/// The leaves of a mail, in order.
pub(super) struct Tree<'a> {
    pub(super) leaves: Vec<Leaf<'a>>,
    /// Parts were left out or not followed.
    pub(super) incomplete: bool,
}

/// The header of a mail and the leaves below it.
pub(super) fn walk(bytes: &[u8]) -> Result<(Head<'_>, Tree<'_>), MailFault> {
    let bytes = without_envelope(bytes);
    let (header, _) = head::split(bytes)?;
    let mut tree = Tree { leaves: Vec::new(), incomplete: false };
    let mut open = vec![(bytes, 0, false)];
    let mut parts = 0;
    while let Some((bytes, depth, in_digest)) = open.pop() {
        parts += 1;
        if parts > MAX_PARTS {
            tree.incomplete = true;
            break;
        }
        // A part whose header has no end is all body.
        let (header, body) = head::split(bytes).unwrap_or((&[], bytes));
        let head = Head::read(header);
        let children = if depth < MAX_PART_DEPTH { children(&head, body) } else { None };
        match children {
            Some(children) => {
                let digest = head.content_type().is_some_and(|t| t.is("multipart", "digest"));
                tree.incomplete |= children.len() > MAX_PARTS;
                open.extend(children.into_iter().take(MAX_PARTS).rev().map(|part| (part, depth + 1, digest)));
            }
            None => {
                let multipart =
                    head.content_type().is_some_and(|t| t.kind().eq_ignore_ascii_case("multipart"));
                let opaque = multipart && depth >= MAX_PART_DEPTH;
                tree.incomplete |= opaque;
                tree.leaves.push(Leaf { head, body, in_digest, opaque });
            }
        }
    }
    Ok((Head::read(header), tree))
}

/// Without the line mailbox files put before a mail.
fn without_envelope(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.trim_ascii_start();
    if !(bytes.starts_with(b"From ") || bytes.starts_with(b">From ")) {
        return bytes;
    }
    let end = bytes.iter().position(|b| *b == b'\n').map_or(bytes.len(), |i| i + 1);
    bytes.get(end..).unwrap_or_default()
}

/// The parts of a multipart body (RFC 2046 §5.1); `None` if it is none or has no part.
fn children<'a>(head: &Head<'_>, body: &'a [u8]) -> Option<Vec<&'a [u8]>> {
    let media = head.content_type().filter(|t| t.kind().eq_ignore_ascii_case("multipart"))?;
    let boundary = media.attribute("boundary").filter(|b| (1..=200).contains(&b.len()))?;
    let mut parts = Vec::new();
    let (mut at, mut begin) = (0, None);
    while at < body.len() && parts.len() <= MAX_PARTS {
        let rest = body.get(at..).unwrap_or_default();
        let length = rest.iter().position(|b| *b == b'\n').map_or(rest.len(), |i| i + 1);
        if let Some(last) = delimiter(rest.get(..length).unwrap_or_default(), boundary.as_bytes()) {
            parts.extend(begin.and_then(|begin| before_break(body, begin, at)));
            begin = (!last).then_some(at + length);
            if last {
                break;
            }
        }
        at += length;
    }
    // A part that was cut off is a part.
    parts.extend(begin.filter(|b| *b < body.len() && at >= body.len()).and_then(|b| body.get(b..)));
    (!parts.is_empty()).then_some(parts)
}

/// Whether a line is a delimiter, and if it is the last one.
fn delimiter(line: &[u8], boundary: &[u8]) -> Option<bool> {
    let tail = line.strip_prefix(b"--")?.strip_prefix(boundary)?.trim_ascii_end();
    match tail {
        b"" => Some(false),
        b"--" => Some(true),
        _ => None,
    }
}

/// The line break before a delimiter is the delimiter's.
fn before_break(body: &[u8], begin: usize, end: usize) -> Option<&[u8]> {
    let part = body.get(begin..end)?;
    let part = part.strip_suffix(b"\n").unwrap_or(part);
    Some(part.strip_suffix(b"\r").unwrap_or(part))
}

impl<'a> Leaf<'a> {
    /// The media type, in lower case; without one it is text (RFC 2045 §5.2).
    pub(super) fn media_type(&self) -> String {
        match self.head.content_type() {
            Some(media) => media.text(),
            None if self.in_digest => "message/rfc822".to_owned(),
            None => "text/plain".to_owned(),
        }
    }

    pub(super) fn filename(&self) -> Option<String> {
        let disposition = self.head.disposition();
        let stated = disposition.as_ref().and_then(|d| d.attribute("filename"));
        let media = self.head.content_type();
        stated.or_else(|| media.as_ref().and_then(|m| m.attribute("name"))).map(str::to_owned)
    }

    pub(super) fn is_html(&self) -> bool {
        self.media_type() == "text/html"
    }

    /// Whether a reader shows it as the mail's text.
    pub(super) fn is_shown(&self) -> bool {
        let attached = self.head.disposition().is_some_and(|d| d.kind().eq_ignore_ascii_case("attachment"));
        let text = matches!(self.media_type().as_str(), "text/plain" | "text/html" | "text");
        text && !self.opaque && !attached && self.filename().is_none()
    }

    /// Whether it is a mail.
    pub(super) fn is_message(&self) -> bool {
        let named = || self.filename().is_some_and(|n| n.to_ascii_lowercase().ends_with(".eml"));
        matches!(self.media_type().as_str(), "message/rfc822" | "message/global") || named()
    }

    /// The content, its transfer encoding undone.
    pub(super) fn content(&self) -> Cow<'a, [u8]> {
        decode::transfer(self.body, &self.head.encoding())
    }

    /// The content as text, by its character set.
    pub(super) fn text(&self) -> String {
        let media = self.head.content_type();
        decode::charset(&self.content(), media.as_ref().and_then(|m| m.attribute("charset")))
    }
}
