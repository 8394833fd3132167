//! Links and mail addresses within a text: each is one word, whatever is in it.

use super::glyphs::Glyph;

/// Where the link that begins at `at` ends, if one does.
pub fn link_end(glyphs: &[Glyph], at: usize) -> Option<usize> {
    let head: String = glyphs.iter().skip(at).take(8).map(|g| g.shown.to_ascii_lowercase()).collect();
    let begins =
        ["http://", "https://", "hxxp://", "hxxps://", "www."].iter().any(|scheme| head.starts_with(scheme));
    if !begins {
        return None;
    }
    let stops = |c: char| {
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '<' | '>' | '"' | '\'' | ')' | ']' | '|' | '`' | '\\')
    };
    let length = glyphs.iter().skip(at).take(4096).take_while(|g| !stops(g.shown)).count();
    Some(at + length)
}

/// Where the mail address that begins at `at` ends, if one does.
pub fn address_end(glyphs: &[Glyph], at: usize) -> Option<usize> {
    let tail = glyphs.get(at..)?;
    let local = tail
        .iter()
        .take(65)
        .take_while(|g| g.shown.is_ascii_alphanumeric() || ".-_%+=".contains(g.shown))
        .count();
    if tail.get(local)?.shown != '@' {
        return None;
    }
    let domain = tail.get(local + 1..)?;
    let length = domain
        .iter()
        .take(254)
        .take_while(|g| g.shown.is_ascii_alphanumeric() || ".-".contains(g.shown))
        .count();
    let dotted = domain.iter().take(length).any(|g| g.shown == '.');
    (dotted && length >= 4).then_some(at + local + 1 + length)
}
