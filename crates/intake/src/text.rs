//! How foreign text becomes text we keep: no control characters, no more than a given length.

/// One line of at most `max` characters: control characters and runs of blanks become one blank.
pub(crate) fn line(s: &str, max: usize) -> String {
    let mut out = String::new();
    let mut chars = 0;
    for word in s.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
            chars += 1;
        }
        for c in word.chars() {
            if chars >= max {
                return out.trim_end().to_owned();
            }
            out.push(c);
            chars += 1;
        }
        if chars >= max {
            break;
        }
    }
    out.trim_end().to_owned()
}

/// At most `max` characters; control characters other than line breaks and tabs become blanks.
pub(crate) fn text(s: &str, max: usize) -> String {
    let kept = s.trim().chars().filter(|c| *c != '\r').take(max);
    kept.map(|c| if c.is_control() && !matches!(c, '\n' | '\t') { ' ' } else { c }).collect()
}

/// The longest beginning of `s` that has at most `max` bytes.
pub(crate) fn cut(s: &str, max: usize) -> &str {
    let end = (0..=max.min(s.len())).rev().find(|i| s.is_char_boundary(*i)).unwrap_or(0);
    s.get(..end).unwrap_or_default()
}

/// Whether `word` stands in `hay` at the beginning of a word. Both lower case.
pub(crate) fn begins_word(hay: &str, word: &str) -> bool {
    hay.match_indices(word).any(|(at, _)| {
        hay.get(..at).and_then(|before| before.chars().next_back()).is_none_or(|c| !c.is_alphanumeric())
    })
}

/// Whether `word` stands in `hay` as a whole word. Both lower case.
pub(crate) fn whole_word(hay: &str, word: &str) -> bool {
    hay.split(|c: char| !c.is_alphanumeric()).any(|w| w == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_is_made_printable() {
        assert_eq!(line(" a\tb\u{1b}[31m\n\nc ", 99), "a b [31m c");
        assert_eq!(line("żółw biega", 4), "żółw");
        assert_eq!(line("żółw biega", 5), "żółw");
        assert_eq!(text("a\r\nb\0c", 99), "a\nb c");
        assert_eq!(cut("żó", 3), "ż");
    }

    #[test]
    fn words_are_words() {
        assert!(begins_word("new phishing mail", "phish"));
        assert!(!begins_word("catphish", "phish"));
        assert!(whole_word("a dos attack", "dos") && !whole_word("dosage", "dos"));
    }
}
