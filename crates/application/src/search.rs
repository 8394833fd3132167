//! Full text: what is indexed and what may be asked, reduced to words in one place, so that both databases agree.

use crate::indicators::{IndicatorSource, KnownIndicator, Sources};
use probatum_incident::Incident;
use probatum_intake::refanged;
use std::net::Ipv6Addr;

/// Longest query in characters.
pub const MAX_QUERY: usize = 200;
/// The most bytes of an incident's indicators that are indexed; PostgreSQL takes a megabyte with all else.
const MAX_INDICATOR_WORDS: usize = 64 * 1024;
/// The word that begins the indicators of an incident and stands between them, so that no phrase reaches across. No
/// other word of the index is like it.
const GAP: &str = "x";
/// The word between the texts of an incident, to the same end.
const SEAM: &str = "y";
/// Which words [`search_text`] makes of an incident. Another number than the database's, and they are made anew when it
/// is migrated.
pub const SEARCH_VERSION: i32 = 1;

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
    /// Parses a query; `None` if there is no word in it or it is longer than 200 characters. It is read as the texts of
    /// the index are: what is defanged as what it stands for, an IPv6 address with all its groups.
    pub fn parse(text: &str) -> Option<Self> {
        if text.chars().count() > MAX_QUERY {
            return None;
        }
        let text = plain(text);
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

/// A text without what hides its words: addresses refanged, and IPv6 addresses with all their groups, since `::` is no
/// word and may stand for any number of them.
fn plain(text: &str) -> String {
    let text = refanged(text);
    if text.matches(':').count() < 2 {
        return text;
    }
    let mut all = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(begin) = rest.find(of_address) {
        let (before, from) = rest.split_at(begin);
        let (run, after) = from.split_at(from.find(|c| !of_address(c)).unwrap_or(from.len()));
        all.push_str(before);
        // `*` after it: the beginning of an address, not one. A letter on either side: no address at all.
        let part = before.ends_with(char::is_alphanumeric)
            || after.starts_with(|c: char| c.is_alphanumeric() || c == '*');
        match address(run).filter(|_| !part) {
            Some((groups, tail)) => all.extend([groups.as_str(), tail]),
            None => all.push_str(run),
        }
        rest = after;
    }
    all + rest
}

fn of_address(c: char) -> bool {
    c.is_ascii_hexdigit() || c == ':' || c == '.'
}

/// The IPv6 address a run begins with, all groups written out, and the punctuation of the sentence behind it.
fn address(run: &str) -> Option<(String, &str)> {
    let ends = [run.len(), run.trim_end_matches('.').len(), run.trim_end_matches(['.', ':']).len()];
    ends.into_iter().find_map(|end| {
        let (address, tail) = run.split_at_checked(end)?;
        let ip: Ipv6Addr = address.parse().ok()?;
        // One that holds an IPv4 address is found by that, too.
        let groups = match ip.to_ipv4_mapped() {
            Some(v4) => format!("0:0:0:0:0:ffff:{v4}"),
            None => ip.segments().map(|group| format!("{group:x}")).join(":"),
        };
        Some((groups, tail))
    })
}

/// Letters and digits, lower case; everything else separates. Longer runs than 100 characters are cut.
fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .map(|w| w.chars().take(100).flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()).collect())
}

/// What stands before every word of the index, by where the word is known from; so a query finds no more than the
/// caller may know. Titles and the like are as public as public indicators.
const fn mark(source: IndicatorSource) -> char {
    match source {
        IndicatorSource::Public => 'w',
        IndicatorSource::Evidence => 'q',
        IndicatorSource::RawData => 'r',
    }
}

/// The marks of the words a caller may find; that of public ones always, and first.
pub fn marks(seen: Sources) -> Vec<char> {
    seen.with(IndicatorSource::Public).iter().map(mark).collect()
}

/// A word as it stands in the index: its mark, then ASCII but `z` as it is and any other letter as `z` and its code
/// point in six hexadecimal digits. Databases differ in what is a letter beyond ASCII and in what `1e5abc` is; of such
/// words there is one reading. Beginnings stay beginnings, which is what prefixes need.
pub fn index_word(mark: char, word: &str) -> String {
    word.chars().fold(mark.to_string(), |mut plain, c| {
        // `z` itself is written out too, or it would begin every word that begins with another such letter.
        if c.is_ascii() && c != 'z' {
            plain.push(c);
        } else {
            plain.push_str(&format!("z{:06x}", u32::from(c)));
        }
        plain
    })
}

/// The words of a text as the index holds them, after a blank each.
fn index_words(mark: char, text: &str) -> String {
    words(&plain(text)).fold(String::new(), |mut all, word| {
        all.push(' ');
        all.push_str(&index_word(mark, &word));
        all
    })
}

/// The words of an incident as the index holds them: title, summary, source, category and tags, then its indicators.
pub fn search_text(incident: &Incident, known: &[KnownIndicator]) -> String {
    let parts = [Some(incident.title.as_str()), incident.summary.as_deref(), incident.source.as_deref()];
    let parts = parts.into_iter().flatten().chain(std::iter::once(incident.category.as_str()));
    let parts = parts.chain(incident.tags.iter().map(String::as_str));
    let parts = parts.map(|part| index_words(mark(IndicatorSource::Public), part));
    let parts: Vec<String> = parts.filter(|words| !words.is_empty()).collect();
    parts.join(&format!(" {SEAM}")).trim_start().to_owned() + &indicator_words(known)
}

/// `kept`, the words of an incident, with these indicators in the place of those it has.
pub fn with_indicators(kept: &str, known: &[KnownIndicator]) -> String {
    halves(kept).0.to_owned() + &indicator_words(known)
}

/// `kept`, the words of an incident, with the texts of this one and the indicators it has.
pub fn with_texts(kept: &str, incident: &Incident) -> String {
    search_text(incident, &[]) + halves(kept).1
}

/// The words of the texts, and those of the indicators from their gap on.
fn halves(kept: &str) -> (&str, &str) {
    let gap = kept.find(&format!(" {GAP} ")).unwrap_or(kept.len());
    kept.split_at(gap)
}

/// The words of indicators, a gap before each; the public ones first, so that what others know takes no room from them.
/// One that stands in another, as a URL's host does, is found by that.
fn indicator_words(known: &[KnownIndicator]) -> String {
    let mut all = String::new();
    for source in IndicatorSource::ALL {
        let mut of_source = String::new();
        for known in known.iter().filter(|k| k.sources.holds(*source)) {
            let words = index_words(mark(*source), &known.indicator.value);
            if !of_source.contains(&format!("{words} ")) {
                of_source.push_str(&format!(" {GAP}{words} "));
            }
        }
        // Cut between indicators.
        while all.len() + of_source.len() > MAX_INDICATOR_WORDS {
            let cut = of_source.trim_end().rfind(&format!(" {GAP} ")).unwrap_or(0);
            of_source.truncate(cut);
        }
        all.push_str(&of_source);
    }
    all.truncate(all.trim_end().len());
    all.replace("  ", " ")
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
        let url = Some(vec![term(&["http", "evil", "example", "a"], false)]);
        assert_eq!(parse("hxxp://evil[.]example/a"), url);
        assert_eq!(parse("192[.]0[.]2*"), Some(vec![term(&["192", "0", "2"], true)]));
        let groups = term(&["2001", "db8", "0", "0", "0", "0", "0", "1"], false);
        assert_eq!(parse("2001:0DB8:0:0::1"), Some(vec![groups]));
        assert_eq!(parse("2001:db8::*"), Some(vec![term(&["2001", "db8"], true)]));
    }

    #[test]
    fn addresses_are_read_with_all_their_groups_wherever_they_stand() {
        for (text, read) in [
            ("::", "0:0:0:0:0:0:0:0"),
            ("from ::1, to [2001:0DB8::7]:443.", "from 0:0:0:0:0:0:0:1, to [2001:db8:0:0:0:0:0:7]:443."),
            (
                "It was 2001:db8::1. Again: 2001:db8::.",
                "It was 2001:db8:0:0:0:0:0:1. Again: 2001:db8:0:0:0:0:0:0.",
            ),
            ("fe80::1: refused", "fe80:0:0:0:0:0:0:1: refused"),
            ("2001:db8::/32", "2001:db8:0:0:0:0:0:0/32"),
            ("::ffff:192.0.2.7", "0:0:0:0:0:ffff:192.0.2.7"),
            // None of these is an address.
            ("at 08:12:30 on 10.0.0.1", "at 08:12:30 on 10.0.0.1"),
            ("std::abc::def", "std::abc::def"),
            ("face::g", "face::g"),
            ("00:1a:2b:3c:4d:5e", "00:1a:2b:3c:4d:5e"),
            ("é::1 ü", "é::1 ü"),
        ] {
            assert_eq!(plain(text), read, "{text}");
        }
    }

    #[test]
    fn no_phrase_reaches_from_one_text_into_the_next() {
        let incident =
            crate::simulation::cases().iter().map(|c| &c.incident).find(|i| i.summary.is_some()).unwrap();
        let words = search_text(incident, &[]);
        let first = index_words('w', &incident.title);
        let second = index_words('w', incident.summary.as_deref().unwrap());
        assert!(words.starts_with(&format!("{} y{second}", first.trim_start())), "{words}");
    }

    fn known(value: &str, sources: &[IndicatorSource]) -> KnownIndicator {
        let indicator = probatum_intake::Indicator::new(probatum_intake::IndicatorKind::Url, value);
        KnownIndicator { indicator, sources: Sources::of(sources) }
    }

    #[test]
    fn indicators_are_words_that_tell_where_they_are_known_from() {
        use IndicatorSource::{Evidence, Public, RawData};
        let all = [
            known("https://a.example/b", &[RawData]),
            known("a.example", &[RawData, Public]),
            known("c.example", &[Evidence, RawData]),
        ];
        let words = " x wa wexample x qc qexample x rhttps ra rexample rb x rc rexample";
        assert_eq!(indicator_words(&all), words);
        let kept = format!("wtitle{words}");
        assert_eq!(with_indicators(&kept, &all), kept);
        assert_eq!(with_indicators(&kept, &all[1..2]), "wtitle x wa wexample x ra rexample");
        assert_eq!(with_indicators(&kept, &[]), "wtitle");
        assert_eq!(with_indicators("wtitle", &all), kept);
        assert_eq!(halves(&kept), ("wtitle", words));
    }

    #[test]
    fn indicators_that_few_may_know_take_no_room_from_others() {
        let long = |n: usize| format!("https://h{n}.example/{}", "ab-".repeat(600));
        let raw = (0..200).map(|n| known(&long(n), &[IndicatorSource::RawData]));
        let public = known("public.example", &[IndicatorSource::Public]);
        let all: Vec<_> = raw.chain([public]).collect();
        let words = indicator_words(&all);
        assert!(words.starts_with(" x wpublic wexample x rhttps rh0 "), "{}", words.split_at(40).0);
        assert!(words.len() <= MAX_INDICATOR_WORDS && words.len() > MAX_INDICATOR_WORDS - 4_000);
        assert!(words.ends_with(" rab") && !words.contains("  "));
    }
}
