//! Undoes what people write so that an address cannot be clicked.

/// Stands for a dot that was defanged: whoever defangs means a name or address, not a file.
pub(super) const MEANT_DOT: char = '\u{E000}';

/// What is written, in lower case, and what it stands for.
const SPELLINGS: &[(&str, char)] = &[
    ("[.]", MEANT_DOT),
    ("(.)", MEANT_DOT),
    ("{.}", MEANT_DOT),
    ("[dot]", MEANT_DOT),
    ("(dot)", MEANT_DOT),
    ("{dot}", MEANT_DOT),
    ("[d0t]", MEANT_DOT),
    ("\\.", MEANT_DOT),
    ("[:]", ':'),
    ("(:)", ':'),
    ("[/]", '/'),
    ("[at]", '@'),
    ("(at)", '@'),
    ("{at}", '@'),
    ("[@]", '@'),
    ("(@)", '@'),
];

/// The text with its addresses as they are. Meant dots are [`MEANT_DOT`].
pub(super) fn refang(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some((length, meant)) = spelling(c, rest) {
            rest = rest.get(length..).unwrap_or_default();
            // `example [.] org` is one name; a dot between letters leaves no blank.
            let joined = out.ends_with(' ') && rest.strip_prefix(' ').is_some_and(begins_name);
            if joined {
                out.pop();
                rest = rest.get(1..).unwrap_or_default();
            }
            out.push(meant);
        } else if let Some((length, scheme)) = scheme(c, rest, &out) {
            out.push_str(scheme);
            rest = rest.get(length..).unwrap_or_default();
        } else {
            out.push(if c == MEANT_DOT { ' ' } else { c });
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        }
    }
    out
}

fn begins_name(s: &str) -> bool {
    s.starts_with(|c: char| c.is_ascii_alphanumeric())
}

fn spelling(first: char, rest: &str) -> Option<(usize, char)> {
    matches!(first, '[' | '(' | '{' | '\\').then_some(())?;
    let (word, meant) = SPELLINGS
        .iter()
        .find(|(word, _)| rest.get(..word.len()).is_some_and(|s| s.eq_ignore_ascii_case(word)))?;
    Some((word.len(), *meant))
}

/// `hxxp`, `hXXps`, `h**p`, `fxp` and `[://]`, before what follows a scheme.
fn scheme(first: char, rest: &str, out: &str) -> Option<(usize, &'static str)> {
    matches!(first, '[' | 'h' | 'H' | 'f' | 'F').then_some(())?;
    if rest.starts_with("[://]") {
        return Some((5, "://"));
    }
    if out.ends_with(|c: char| c.is_ascii_alphanumeric()) {
        return None;
    }
    let head = [("hxxp", "http"), ("h**p", "http"), ("htxp", "http"), ("fxp", "ftp")]
        .into_iter()
        .find(|(word, _)| rest.get(..word.len()).is_some_and(|s| s.eq_ignore_ascii_case(word)));
    let (word, meant) = head?;
    let tail = rest.get(word.len()..)?;
    let tail = tail.strip_prefix(['s', 'S']).unwrap_or(tail);
    [":", "[:", "(:"].iter().any(|c| tail.starts_with(c)).then_some((word.len(), meant))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_for_what() {
        let cases = [
            ("hxxp://a[.]example(dot)org", "http://a.example.org"),
            ("hXXps[:]//a[.]org", "https://a.org"),
            ("hxxps[://]a.org", "https://a.org"),
            ("h**p://a.org", "http://a.org"),
            ("bob[at]example [.] org", "bob@example.org"),
            ("192\\.0\\.2\\.1", "192.0.2.1"),
            ("exhxxp: [1] (at all) ...", "exhxxp: [1] (at all) ..."),
        ];
        for (given, meant) in cases {
            assert_eq!(refang(given).replace(MEANT_DOT, "."), meant);
        }
    }
}
