//! Full text: what is indexed and what may be asked, reduced to words in one place, so that both databases agree.

use probatum_incident::Incident;

/// Longest query in characters.
pub const MAX_QUERY: usize = 200;

/// One part of a query: all its words in a row; the last may be a prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Lower-case words of letters and digits only: safe in any query language.
    pub words: Vec<String>,
    /// The last word is the beginning of one (`ransom*`).
    pub prefix: bool,
}

/// A parsed query: every term must be found. `"two words"` is a phrase, `pre*` a prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchQuery(pub Vec<Term>);

impl SearchQuery {
    /// Parses a query; `None` if there is no word in it or it is longer than 200 characters.
    pub fn parse(text: &str) -> Option<Self> {
        if text.chars().count() > MAX_QUERY {
            return None;
        }
        let mut terms = Vec::new();
        for (i, part) in text.split('"').enumerate() {
            if i % 2 == 1 {
                terms.push(Term { words: words(part).collect(), prefix: false });
                continue;
            }
            for token in part.split_whitespace() {
                terms.push(Term { words: words(token).collect(), prefix: token.ends_with('*') });
            }
        }
        terms.retain(|t| !t.words.is_empty());
        if terms.is_empty() { None } else { Some(Self(terms)) }
    }
}

/// Letters and digits, lower case; everything else separates. Longer runs than 100 characters are cut.
fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .map(|w| w.chars().take(100).flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()).collect())
}

/// A word as it stands in the index: `w`, then ASCII but `z` as it is and any other letter as `z` and its code point in
/// six hexadecimal digits. Databases differ in what is a letter beyond ASCII and in what `1e5abc` is; of such words there
/// is one reading. Beginnings stay beginnings, which is what prefixes need.
pub fn index_word(word: &str) -> String {
    word.chars().fold("w".to_owned(), |mut plain, c| {
        // `z` itself is written out too, or it would begin every word that begins with another such letter.
        if c.is_ascii() && c != 'z' {
            plain.push(c);
        } else {
            plain.push_str(&format!("z{:06x}", u32::from(c)));
        }
        plain
    })
}

/// The words of an incident as the index holds them: title, summary, source, category and tags.
pub fn search_text(incident: &Incident) -> String {
    let parts = [Some(incident.title.as_str()), incident.summary.as_deref(), incident.source.as_deref()];
    let parts = parts.into_iter().flatten().chain(std::iter::once(incident.category.as_str()));
    let parts = parts.chain(incident.tags.iter().map(String::as_str));
    let mut text = String::new();
    for word in parts.flat_map(words) {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&index_word(&word));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_words_phrases_and_prefixes() {
        let parse = |q: &str| SearchQuery::parse(q).map(|q| q.0);
        let term = |w: &[&str], prefix| Term { words: w.iter().map(|s| (*s).to_owned()).collect(), prefix };
        assert_eq!(
            parse("Ransom* \"Two  Words\""),
            Some(vec![term(&["ransom"], true), term(&["two", "words"], false)])
        );
        assert_eq!(parse("a-b"), Some(vec![term(&["a", "b"], false)]));
        assert_eq!(parse("' OR 1=1 --"), Some(vec![term(&["or"], false), term(&["1", "1"], false)]));
        assert_eq!(parse("\" *"), None);
        assert_eq!(parse(&"x".repeat(201)), None);
    }
}
