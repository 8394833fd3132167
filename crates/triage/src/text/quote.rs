//! Cutting quotations that a verdict may carry: exact, short, and without control characters.

/// The longest quotation the embedded engine gives, in characters.
const MAX: usize = 160;

/// The best quotable piece of `source[start..end]`: the longest stretch without control characters, shortened
/// at the end. `None` if there is nothing but white space.
pub fn cut(source: &str, start: usize, end: usize) -> Option<String> {
    let piece = source.get(start..end)?;
    let best = piece.split(char::is_control).max_by_key(|part| part.trim().len())?.trim();
    let short: String = best.chars().take(MAX).collect();
    let short = short.trim_end();
    (!short.is_empty()).then(|| short.to_owned())
}

/// The first quotable line of a text.
pub fn opening(source: &str) -> Option<String> {
    let line = source.split(char::is_control).find(|line| line.chars().any(char::is_alphanumeric))?;
    cut(line, 0, line.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotations_have_no_line_breaks_and_occur_in_the_source() {
        let source = "ab\n  a longer line \r\ncd";
        assert_eq!(cut(source, 0, source.len()).as_deref(), Some("a longer line"));
        assert_eq!(cut("\n \t", 0, 3), None);
        assert_eq!(cut("żółw", 1, 3), None, "not at a border of characters");
        assert_eq!(opening("\n--\nDear all,\nx").as_deref(), Some("Dear all,"));
    }
}
