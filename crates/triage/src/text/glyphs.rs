//! Text as it is read, each character with the place in the source it stands for: a quotation needs that place.

/// One character and the bytes of the source it was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Glyph {
    /// The character as a reader sees it.
    pub shown: char,
    /// Where it begins in the source.
    pub start: usize,
    /// Where it ends in the source.
    pub end: usize,
}

/// The characters of a plain text, at most `limit` bytes of it.
pub fn of_plain(text: &str, limit: usize) -> Vec<Glyph> {
    let whole = text.char_indices().take_while(|(at, _)| *at < limit);
    whole.map(|(start, shown)| Glyph { shown, start, end: start + shown.len_utf8() }).collect()
}

/// The characters of a header value, RFC 2047 encoded words decoded. Every character of an encoded word
/// stands for the whole of it.
pub fn of_header(text: &str, limit: usize) -> Vec<Glyph> {
    let mut glyphs = Vec::new();
    let mut rest = 0;
    while let Some(tail) = text.get(rest..).filter(|_| rest < limit) {
        let Some(begin) = tail.find("=?") else { break };
        let start = rest + begin;
        push_plain(&mut glyphs, text, rest, start);
        match encoded_word(text, start) {
            Some((decoded, end)) => {
                glyphs.extend(decoded.chars().map(|shown| Glyph { shown, start, end }));
                rest = after_gap(text, end);
            }
            None => {
                push_plain(&mut glyphs, text, start, start + 2);
                rest = start + 2;
            }
        }
    }
    push_plain(&mut glyphs, text, rest, text.len().min(limit.max(rest)));
    glyphs
}

fn push_plain(glyphs: &mut Vec<Glyph>, text: &str, from: usize, to: usize) {
    let inside = text.char_indices().skip_while(|(at, _)| *at < from).take_while(|(at, _)| *at < to);
    glyphs.extend(inside.map(|(start, shown)| Glyph { shown, start, end: start + shown.len_utf8() }));
}

/// White space between two encoded words is not part of the text (RFC 2047 §6.2).
fn after_gap(text: &str, end: usize) -> usize {
    let tail = text.get(end..).unwrap_or("");
    let trimmed = tail.trim_start();
    if trimmed.starts_with("=?") { text.len() - trimmed.len() } else { end }
}

/// The text of the encoded word that begins at `start`, and where it ends.
fn encoded_word(text: &str, start: usize) -> Option<(String, usize)> {
    let inner = text.get(start + 2..)?;
    let (charset, rest) = inner.split_once('?')?;
    let (method, rest) = rest.split_once('?')?;
    let (payload, _) = rest.split_once("?=")?;
    if charset.len() > 40 || method.len() != 1 || payload.len() > 2000 {
        return None;
    }
    let bytes = match method {
        "B" | "b" => super::decode::base64(payload)?,
        "Q" | "q" => quoted(payload),
        _ => return None,
    };
    let end = start + 2 + charset.len() + 1 + 1 + 1 + payload.len() + 2;
    let shown = match String::from_utf8(bytes) {
        Ok(text) => text,
        // Latin-1 and its relatives are close enough to tell words.
        Err(e) => e.into_bytes().into_iter().map(char::from).collect(),
    };
    Some((shown, end))
}

/// The bytes of quoted-printable as used in headers.
fn quoted(payload: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(payload.len());
    let mut rest = payload.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'_' => bytes.push(b' '),
            b'=' => {
                let pair = (
                    rest.next().and_then(super::decode::hex_digit),
                    rest.next().and_then(super::decode::hex_digit),
                );
                if let (Some(high), Some(low)) = pair {
                    bytes.push(high * 16 + low);
                }
            }
            other => bytes.push(other),
        }
    }
    bytes
}

/// What the glyphs show, as a string.
pub fn shown(glyphs: &[Glyph]) -> String {
    glyphs.iter().map(|g| g.shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_words_are_read_and_keep_their_place() {
        let source = "=?utf-8?Q?Caf=C3=A9_?= =?UTF-8?B?w6k=?= x";
        let glyphs = of_header(source, 1000);
        assert_eq!(shown(&glyphs), "Café é x");
        let first = glyphs[0];
        assert_eq!(&source[first.start..first.end], "=?utf-8?Q?Caf=C3=A9_?=");
    }

    #[test]
    fn broken_encoded_words_stay_as_they_are() {
        for source in ["=?utf-8?Q?abc", "a =? b", "=?x?y?z?=", "=?=?=?="] {
            assert_eq!(shown(&of_header(source, 1000)), source);
        }
    }
}
