//! Checks of single fields that creating and changing a step share; each adds to one list of faults.

use probatum_kernel::{FieldFault, TextError, Timestamp, check_text};

/// Longest title, in characters.
const MAX_TITLE: usize = 200;
/// Longest name of an owner, in characters.
const MAX_OWNER: usize = 100;
/// Longest comment, in characters.
const MAX_COMMENT: usize = 2000;
/// Longest action type, in characters (all ASCII).
const MAX_ACTION_TYPE: usize = 64;

pub(crate) fn title(value: &str, faults: &mut Vec<FieldFault>) {
    text("title", value, MAX_TITLE, faults);
}

pub(crate) fn owner(value: Option<&str>, faults: &mut Vec<FieldFault>) {
    if let Some(value) = value {
        text("owner", value, MAX_OWNER, faults);
    }
}

pub(crate) fn comment(value: Option<&str>, faults: &mut Vec<FieldFault>) {
    if let Some(value) = value {
        text("comment", value, MAX_COMMENT, faults);
    }
}

/// `[a-z][a-z0-9_]{0,63}`: a word that rules can match by prefix.
pub(crate) fn action_type(field: &'static str, value: Option<&str>, faults: &mut Vec<FieldFault>) {
    let Some(value) = value else { return };
    let word = value.starts_with(|c: char| c.is_ascii_lowercase())
        && value.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if !word || value.len() > MAX_ACTION_TYPE {
        let message = "must be 1 to 64 of a-z, 0-9 and _, beginning with a letter, for example isolate_host";
        faults.push(FieldFault::new(field, "invalid", message));
    }
}

pub(crate) fn due_at(value: Option<Timestamp>, now: Timestamp, faults: &mut Vec<FieldFault>) {
    if value.is_some_and(|due| due < now) {
        let message = format!("must not be before the present, {now}");
        faults.push(FieldFault::new("due_at", "invalid", message));
    }
}

fn text(field: &'static str, value: &str, max: usize, faults: &mut Vec<FieldFault>) {
    if let Err(error) = check_text(value, max) {
        let code = match error {
            TextError::Empty => "required",
            TextError::TooLong(_) => "too_long",
            TextError::Control => "invalid",
        };
        faults.push(FieldFault::new(field, code, error.to_string()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn action_types_are_words() {
        let longest = "a".repeat(64);
        for (given, good) in [
            ("manual", true),
            ("d3fend_2", true),
            (longest.as_str(), true),
            (&format!("{longest}a"), false),
            ("", false),
            ("_manual", false),
            ("2fa", false),
            ("Manual", false),
            ("block ip", false),
            ("żółw", false),
        ] {
            let mut faults = Vec::new();
            action_type("action_type", Some(given), &mut faults);
            assert_eq!(faults.is_empty(), good, "{given}");
        }
    }

    #[test]
    fn texts_have_limits_in_characters() {
        let check = |check: fn(Option<&str>, &mut Vec<FieldFault>), value: &str| {
            let mut faults = Vec::new();
            check(Some(value), &mut faults);
            faults.first().map(|f| f.code)
        };
        assert_eq!(check(owner, &"ż".repeat(100)), None);
        assert_eq!(check(owner, &"ż".repeat(101)), Some("too_long"));
        assert_eq!(check(comment, &"x".repeat(2000)), None);
        assert_eq!(check(comment, &"x".repeat(2001)), Some("too_long"));
        assert_eq!(check(comment, "  "), Some("required"));
        assert_eq!(check(owner, "a\0"), Some("invalid"));
    }
}
