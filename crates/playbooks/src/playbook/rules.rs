//! The limits of a playbook and its steps, and that no secret stands in it.

use super::Step;
use crate::cacao::{self, Dictionary};
use crate::check;
use probatum_kernel::{FieldFault, TextError, check_text};

/// Longest description and proof, in characters.
const MAX_DESCRIPTION: usize = 4000;
/// Most categories of a playbook, and techniques of a step.
pub(super) const MAX_WORDS: usize = 20;
/// Longest time a step may be given for priority P1, in minutes: a year.
const MAX_DUE_WITHIN: u32 = 525_600;

/// Whoever may read playbooks reads the whole document: a secret in it must be the name of a variable without a value.
pub(super) fn secrets(document: &cacao::Playbook, faults: &mut Vec<FieldFault>) {
    let safe = |text: &str| {
        let name = text.strip_prefix('$').unwrap_or(text);
        let name = name.strip_suffix(":value").unwrap_or(name);
        let variable = document.playbook_variables.as_ref().and_then(|v| v.get(name));
        let given = variable.is_some_and(|v| v.value.as_ref().is_some_and(Option::is_some));
        name.len() > 4 && name.starts_with("__") && name.ends_with("__") && !given
    };
    for (id, info) in document.authentication_info_definitions.iter().flat_map(Dictionary::iter) {
        for (member, secret) in [("password", &info.password), ("token", &info.token)] {
            if secret.as_deref().is_some_and(|s| !s.is_empty() && !safe(s)) {
                let field = format!("authentication_info_definitions.{id}.{member}");
                let message =
                    "must name a variable without a value, such as __password__: every reader would see it";
                faults.push(FieldFault::new(field, "secret", message));
            }
        }
    }
}

pub(super) fn check_step(field: &str, step: &Step, faults: &mut Vec<FieldFault>) {
    let mut own = Vec::new();
    check::action_type("action_type", Some(&step.action_type), &mut own);
    faults.extend(own.into_iter().map(|f| FieldFault { field: format!("{field}.{}", f.field), ..f }));
    text(&format!("{field}.name"), &step.title, 200, faults);
    optional(&format!("{field}.description"), &step.description, faults);
    optional(&format!("{field}.proof"), &step.proof, faults);
    let mut fault = |member: &str, message: &str| {
        faults.push(FieldFault::new(format!("{field}.{member}"), "invalid", message));
    };
    if !is_key(&step.key) {
        fault("key", "must be 1 to 64 of a-z, 0-9, _ and -, beginning with a letter or digit");
    }
    if !(1..=MAX_DUE_WITHIN).contains(&step.due_within) {
        fault("due_within", "must be 1 to 525600 minutes");
    }
    if step.validation_required && step.proof.is_empty() {
        fault("proof", "must say what proves the step, since it takes validation");
    }
    if step.automated && step.action_type == "manual" {
        fault("automated", "must be left out of a manual step");
    }
    if step.attack.len() > MAX_WORDS || !step.attack.iter().all(|id| is_technique(id)) {
        fault("attack", "must be at most 20 identifiers such as T1486, T1566.002 or AML.T0051");
    }
    if step.d3fend.len() > MAX_WORDS || !step.d3fend.iter().all(|id| is_countermeasure(id)) {
        fault("d3fend", "must be at most 20 identifiers such as D3-NI");
    }
}

/// `[a-z0-9][a-z0-9_-]{0,63}`.
pub(super) fn is_key(text: &str) -> bool {
    let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    text.starts_with(letter) && text.len() <= 64 && text.chars().all(|c| letter(c) || c == '_' || c == '-')
}

/// `T` and four digits, perhaps `AML.` before it, perhaps a point and three digits behind it.
fn is_technique(id: &str) -> bool {
    let digits = |text: &str, n: usize| text.len() == n && text.bytes().all(|b| b.is_ascii_digit());
    let Some(number) = id.strip_prefix("AML.").unwrap_or(id).strip_prefix('T') else { return false };
    match number.split_once('.') {
        Some((number, sub)) => digits(number, 4) && digits(sub, 3),
        None => digits(number, 4),
    }
}

/// `D3-` and 2 to 10 capital letters.
fn is_countermeasure(id: &str) -> bool {
    id.strip_prefix("D3-")
        .is_some_and(|word| (2..=10).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_uppercase()))
}

pub(super) fn text(field: &str, value: &str, max: usize, faults: &mut Vec<FieldFault>) {
    if let Err(error) = check_text(value, max) {
        let code = match error {
            TextError::Empty => "required",
            TextError::TooLong(_) => "too_long",
            TextError::Control => "invalid",
        };
        faults.push(FieldFault::new(field, code, error.to_string()));
    }
}

pub(super) fn optional(field: &str, value: &str, faults: &mut Vec<FieldFault>) {
    if !value.is_empty() {
        text(field, value, MAX_DESCRIPTION, faults);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn technique_identifiers_have_their_form() {
        for (id, good) in [
            ("T1486", true),
            ("T1566.002", true),
            ("AML.T0051", true),
            ("AML.T0051.001", true),
            ("T148", false),
            ("T1486.1", false),
            ("M1053", false),
            ("AML.M0015", false),
            ("", false),
        ] {
            assert_eq!(is_technique(id), good, "{id}");
        }
        for (id, good) in
            [("D3-NI", true), ("D3-DNSDL", true), ("D3-", false), ("D3-ni", false), ("NI", false)]
        {
            assert_eq!(is_countermeasure(id), good, "{id}");
        }
    }

    #[test]
    fn types_and_keys_are_words() {
        let longest = "a".repeat(64);
        for (word, good) in [
            ("custom_phishing", true),
            ("agent-hijack", true),
            ("2fa", true),
            (longest.as_str(), true),
            (&format!("{longest}a"), false),
            ("", false),
            ("-a", false),
            ("Phishing", false),
            ("a/b", false),
        ] {
            assert_eq!(is_key(word), good, "{word}");
        }
    }
}
