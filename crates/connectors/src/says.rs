//! What the other side says, made fit for people and records: one line, limited, without our secrets.

/// The longest message (`Outcome::message`), in characters.
const MAX_MESSAGE: usize = 500;
/// The longest reference, in characters.
const MAX_REFERENCE: usize = 200;

/// Secrets of one connector that must not come back in what the other side says.
#[derive(Clone, Default)]
pub(crate) struct Secrets(pub(crate) Vec<String>);

impl Secrets {
    /// One line of at most 500 characters. Control characters become spaces, secrets become dots.
    pub(crate) fn message(&self, text: &str) -> String {
        self.line(text, MAX_MESSAGE)
    }

    /// A reference, if there is anything to it.
    pub(crate) fn reference(&self, text: &str) -> Option<String> {
        let line = self.line(text, MAX_REFERENCE);
        (!line.is_empty()).then_some(line)
    }

    fn line(&self, text: &str, max: usize) -> String {
        let mut text = text.to_owned();
        for secret in self.0.iter().filter(|s| !s.is_empty()) {
            text = text.replace(secret.as_str(), "…");
        }
        let plain: String = text.chars().map(|c| if hidden(c) { ' ' } else { c }).collect();
        let words = plain.split_whitespace().collect::<Vec<_>>().join(" ");
        if words.chars().count() <= max {
            return words;
        }
        words.chars().take(max.saturating_sub(1)).chain(['…']).collect()
    }
}

/// Controls, and marks that reorder or hide text around them.
fn hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_one_line_without_secrets() {
        let secrets = Secrets(vec!["hunter2".to_owned(), String::new()]);
        assert_eq!(secrets.message(" done\r\n\u{1b}[31m\u{202e}ok "), "done [31m ok");
        assert_eq!(secrets.message("your token hunter2 is old"), "your token … is old");
        let long = secrets.message(&"ż".repeat(600));
        assert_eq!((long.chars().count(), long.ends_with('…')), (500, true));
        assert_eq!(secrets.reference(" \n"), None);
        assert_eq!(secrets.reference("rule 7").as_deref(), Some("rule 7"));
    }
}
