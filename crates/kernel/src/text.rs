//! The one rule for every short text a client may send: a length in characters, and no control characters.

/// Why a text was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing but white space.
    #[error("must not be empty")]
    Empty,
    /// More characters than allowed.
    #[error("must be at most {0} characters long")]
    TooLong(usize),
    /// A control character other than tab or a line break.
    #[error("must not contain control characters")]
    Control,
}

/// Checks a text of at most `max` characters. NUL and other controls are refused because PostgreSQL cannot
/// store the first and terminals obey the others; tab, CR and LF are text.
pub fn check_text(s: &str, max: usize) -> Result<(), TextError> {
    if s.trim().is_empty() {
        return Err(TextError::Empty);
    }
    if s.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(TextError::Control);
    }
    if s.chars().count() > max {
        return Err(TextError::TooLong(max));
    }
    Ok(())
}

/// As [`check_text`], for what stands on one line: no tab and no line break either.
pub fn check_line(s: &str, max: usize) -> Result<(), TextError> {
    if s.chars().any(char::is_control) { Err(TextError::Control) } else { check_text(s, max) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_characters_not_bytes() {
        assert_eq!(check_text("żółw", 4), Ok(()));
        assert_eq!(check_text("żółwi", 4), Err(TextError::TooLong(4)));
        assert_eq!(check_text(" \n", 4), Err(TextError::Empty));
        assert_eq!(check_text("a\0b", 4), Err(TextError::Control));
    }
}

/// Whether a character shows. Spaces and control characters do not, nor do those that only format their neighbours
/// (Unicode's category Cf): two names that look the same must be the same.
pub fn is_visible(c: char) -> bool {
    let formats = matches!(
        u32::from(c),
        0x00AD | 0x0600..=0x0605 | 0x061C | 0x06DD | 0x070F | 0x0890..=0x0891 | 0x08E2 | 0x115F..=0x1160 | 0x180B..=0x180F
            | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F | 0x3164 | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0
            | 0xFFF9..=0xFFFB | 0x110BD | 0x110CD | 0x13430..=0x1343F | 0x1BCA0..=0x1BCA3 | 0x1D173..=0x1D17A
            | 0xE0000..=0xE0FFF
    );
    !formats && !c.is_control() && !c.is_whitespace()
}

#[cfg(test)]
mod visibility {
    use super::is_visible;

    #[test]
    fn what_cannot_be_seen_is_not_visible() {
        for c in ['a', 'ż', '…', '中', '-', '.'] {
            assert!(is_visible(c), "{c}");
        }
        for c in [' ', '\n', '\u{200B}', '\u{202E}', '\u{FEFF}', '\u{AD}', '\u{E0041}', '\u{FE0F}'] {
            assert!(!is_visible(c), "{:x}", u32::from(c));
        }
    }
}
