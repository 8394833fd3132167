//! Transfer encodings and character sets. Mails are often damaged: what can be decoded is.

use mail_parser::decoders::charsets::map::charset_decoder;
use std::borrow::Cow;

/// Undoes a `Content-Transfer-Encoding`.
pub(super) fn transfer<'a>(body: &'a [u8], encoding: &str) -> Cow<'a, [u8]> {
    match encoding {
        "base64" => Cow::Owned(base64(body)),
        "quoted-printable" => Cow::Owned(quoted_printable(body)),
        _ => Cow::Borrowed(body),
    }
}

/// RFC 2045 §6.8. What is not in the alphabet is passed over, and an end cut off is dropped.
fn base64(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() / 4 * 3 + 3);
    let (mut held, mut bits) = (0u32, 0);
    for byte in body {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => {
                // The end of one encoded text; another may follow.
                (held, bits) = (0, 0);
                continue;
            }
            _ => continue,
        };
        held = ((held << 6) | u32::from(value)) & 0xFFFF;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push(u8::try_from((held >> bits) & 0xFF).unwrap_or_default());
        }
    }
    out
}

/// RFC 2045 §6.7. An `=` that introduces nothing stands for itself.
fn quoted_printable(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    let lines = body.split_inclusive(|b| *b == b'\n');
    for line in lines {
        let content = line.trim_ascii_end();
        let broken = line.len() > content.len() && line.ends_with(b"\n");
        let (content, soft) = content.strip_suffix(b"=").map_or((content, false), |c| (c, true));
        let mut rest = content;
        while let Some((first, after)) = rest.split_first() {
            rest = after;
            let digits = after.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
            let byte = digits.filter(|_| *first == b'=').and_then(|d| u8::from_str_radix(d, 16).ok());
            if byte.is_some() {
                rest = after.get(2..).unwrap_or_default();
            }
            out.push(byte.unwrap_or(*first));
        }
        if broken && !soft {
            out.push(b'\n');
        }
    }
    out
}

/// Text of a character set; one that is unknown, or none, is read as UTF-8, and what is not UTF-8 as
/// Windows-1252. Line breaks become `\n`, control characters blanks.
pub(super) fn charset(content: &[u8], name: Option<&str>) -> String {
    let named =
        name.map(|n| n.trim().to_ascii_lowercase()).filter(|n| !matches!(n.as_str(), "utf-8" | "utf8" | ""));
    let decoder = named.and_then(|n| charset_decoder(n.as_bytes()));
    let decoded = match (decoder, std::str::from_utf8(content)) {
        (Some(decode), _) => decode(content),
        (None, Ok(text)) => text.to_owned(),
        (None, Err(_)) => charset_decoder(b"windows-1252")
            .map_or_else(|| String::from_utf8_lossy(content).into_owned(), |decode| decode(content)),
    };
    decoded
        .replace("\r\n", "\n")
        .replace('\r', "\n")
        .chars()
        .map(|c| if c.is_control() && !matches!(c, '\n' | '\t') { ' ' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damaged_encodings_are_decoded_as_far_as_they_go() {
        let of = |body: &str, encoding: &str| {
            String::from_utf8(transfer(body.as_bytes(), encoding).into_owned()).unwrap()
        };
        assert_eq!(of("SGVs\r\nbG8=\r\n", "base64"), "Hello");
        assert_eq!(of("SGVsbG8", "base64"), "Hello");
        assert_eq!(of("SGV!sbG8=SGk=", "base64"), "HelloHi");
        assert_eq!(of("a=3Db =\r\nc=zz=\r\n=C5=82  \r\nd", "quoted-printable"), "a=b c=zzł\nd");
        assert_eq!(of("plain", "7bit"), "plain");
    }

    #[test]
    fn character_sets() {
        assert_eq!(charset(b"z\xb3y", Some("iso-8859-2")), "zły");
        assert_eq!(charset("zły".as_bytes(), Some("UTF-8")), "zły");
        assert_eq!(charset(b"caf\xe9 \x00x\r\n", None), "café  x\n");
        assert_eq!(charset(b"\x93\xfa\x96\x7b", Some("shift_jis")), "日本");
    }
}
