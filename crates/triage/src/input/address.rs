//! Mail addresses as headers write them, read leniently: what a mail program would show and where it would reply.

use crate::text::glyphs;

/// A mailbox: the name shown and the address behind it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mailbox {
    /// The display name, encoded words decoded, without quotes.
    pub name: String,
    /// What stands before the `@`, lower case.
    pub local: String,
    /// What stands behind it, lower case; empty if there is none.
    pub domain: String,
}

impl Mailbox {
    /// Every address in a header, also those within names: whoever writes several answers for all of them.
    pub fn all(header: &str) -> Vec<Self> {
        let shown = glyphs::shown(&glyphs::of_header(header, 4000)).to_lowercase();
        let apart = |c: char| {
            c.is_whitespace() || matches!(c, '<' | '>' | ',' | ';' | '(' | ')' | '[' | ']' | '"' | '\'' | ':')
        };
        let pairs = shown.split(apart).filter_map(|word| word.rsplit_once('@'));
        let found = pairs.filter(|(local, domain)| !local.is_empty() && domain.contains('.'));
        found
            .take(20)
            .map(|(local, domain)| Self {
                name: String::new(),
                local: local.to_owned(),
                domain: domain.trim_matches('.').to_owned(),
            })
            .collect()
    }

    /// Reads one mailbox; whatever follows the first complete one is left alone.
    pub fn parse(header: &str) -> Self {
        let shown = glyphs::shown(&glyphs::of_header(header, 4000));
        let (name, address) = match shown.find('<') {
            Some(open) => {
                let inside = shown.get(open + 1..).unwrap_or("");
                (shown.get(..open).unwrap_or(""), inside.split('>').next().unwrap_or(""))
            }
            None => bare(&shown),
        };
        let name = name.trim().trim_matches(['"', '\'']).trim().to_owned();
        let address = address.trim().to_lowercase();
        let (local, domain) = address.rsplit_once('@').unwrap_or((address.as_str(), ""));
        let domain = domain.trim_end_matches(['.', '>', ',', ';', ' ']).trim();
        Self { name, local: local.trim().to_owned(), domain: domain.to_owned() }
    }
}

/// A header without angle brackets: the first word with an `@` is the address.
fn bare(shown: &str) -> (&str, &str) {
    let word = shown.split([' ', ',', ';', '\t', '\n', '(', '[']).find(|word| word.contains('@'));
    ("", word.unwrap_or(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mailboxes_are_read_as_shown() {
        let cases = [
            ("\"Ann Example\" <Ann@Mail.Example>", "Ann Example", "ann", "mail.example"),
            ("Bank<a@b.example>", "Bank", "a", "b.example"),
            ("a@b.example", "", "a", "b.example"),
            ("=?utf-8?Q?B=C3=A4nk?= <x@y.example >", "Bänk", "x", "y.example"),
            ("Alert <>", "Alert", "", ""),
            ("", "", "", ""),
        ];
        for (header, name, local, domain) in cases {
            let wanted = Mailbox { name: name.into(), local: local.into(), domain: domain.into() };
            assert_eq!(Mailbox::parse(header), wanted, "{header}");
        }
    }

    #[test]
    fn all_addresses_count() {
        let found = Mailbox::all("a@x.example\n\"b@y.example\" <C@Z.example>, d");
        let domains: Vec<_> = found.iter().map(|mailbox| mailbox.domain.as_str()).collect();
        assert_eq!(domains, ["x.example", "y.example", "z.example"]);
    }

    #[test]
    fn what_follows_changes_nothing() {
        let one = Mailbox::parse("Pay <a@evil.example>");
        assert_eq!(Mailbox::parse("Pay <a@evil.example> <service@bank.example>"), one);
    }
}
