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
