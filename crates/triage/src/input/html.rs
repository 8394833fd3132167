//! What a mail's HTML shows and what it hides: text, links, forms. A lenient, linear reading, not a browser.

use super::host::Link;
use crate::text::glyphs::{self, Glyph};

/// The most links of one mail that are looked at.
pub const MAX_LINKS: usize = 400;

/// What HTML was found to hold.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// The text shown, with its places in the source.
    pub glyphs: Vec<Glyph>,
    /// Its links, with the words they show.
    pub links: Vec<Link>,
    /// The first tag of each telling kind, as bytes of the source.
    pub form: Option<(usize, usize)>,
    /// A field for a password.
    pub password: Option<(usize, usize)>,
    /// A script, or an attribute that runs one.
    pub script: Option<(usize, usize)>,
    /// A page that sends the reader elsewhere by itself.
    pub refresh: Option<(usize, usize)>,
    /// A frame or object that loads another page.
    pub frame: Option<(usize, usize)>,
    /// How many pictures there are.
    pub images: usize,
}

/// Whether a text is HTML rather than words.
pub fn is_html(text: &str) -> bool {
    let head = text.get(..4096.min(text.len())).unwrap_or(text).to_ascii_lowercase();
    ["</p>", "<br", "</a>", "<div", "<html", "<table", "<body", "<!doctype html"]
        .iter()
        .any(|tag| head.contains(tag))
}

/// Reads at most `limit` bytes.
pub fn read(source: &str, limit: usize) -> Page {
    let mut reader = Reader { source, page: Page::default(), open_link: None };
    let mut at = 0;
    while at < source.len().min(limit) {
        let Some(rest) = source.get(at..) else { break };
        at = if rest.starts_with('<')
            && rest.get(1..2).is_some_and(|c| {
                c.starts_with(['/', '!', '?']) || c.starts_with(|c: char| c.is_ascii_alphabetic())
            }) {
            reader.tag(at, rest)
        } else {
            reader.text(at, rest)
        };
    }
    reader.close_link();
    reader.page
}

struct Reader<'a> {
    source: &'a str,
    page: Page,
    /// The link being shown, and where its text began.
    open_link: Option<(Link, usize)>,
}

impl Reader<'_> {
    fn text(&mut self, at: usize, rest: &str) -> usize {
        let (shown, length) = match rest.strip_prefix('&') {
            Some(_) => entity(rest).unwrap_or(('&', 1)),
            None => rest.chars().next().map_or((' ', 1), |c| (c, c.len_utf8())),
        };
        self.page.glyphs.push(Glyph { shown, start: at, end: at + length });
        at + length
    }

    /// Takes in one tag; says where reading goes on.
    fn tag(&mut self, at: usize, rest: &str) -> usize {
        if rest.starts_with("<!--") {
            return rest.find("-->").map_or(self.source.len(), |end| at + end + 3);
        }
        let length = tag_length(rest);
        let body = rest.get(..length).unwrap_or(rest);
        let inner = body.trim_start_matches(['<', '/']);
        let name: String = inner
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .take(12)
            .collect::<String>()
            .to_ascii_lowercase();
        if body.starts_with("</") {
            self.closing(&name, at);
            return at + length;
        }
        let place = (at, at + length);
        match name.as_str() {
            "style" | "script" | "title" => {
                if name == "script" {
                    self.page.script.get_or_insert(place);
                }
                return skip_element(self.source, at + length, &name);
            }
            "a" | "area" => self.link(body),
            "form" => self.form(body, place),
            "input" if attribute(body, "type").is_some_and(|v| v.eq_ignore_ascii_case("password")) => {
                self.page.password.get_or_insert(place);
            }
            "meta" if attribute(body, "http-equiv").is_some_and(|v| v.eq_ignore_ascii_case("refresh")) => {
                self.page.refresh.get_or_insert(place);
            }
            "iframe" | "object" | "embed" => {
                self.page.frame.get_or_insert(place);
            }
            "img" => self.page.images += 1,
            _ => {}
        }
        if body.contains("javascript:")
            || [" onload=", " onclick=", " onerror="].iter().any(|on| body.contains(on))
        {
            self.page.script.get_or_insert(place);
        }
        if !is_inline(&name) {
            self.page.glyphs.push(Glyph { shown: '\n', start: at, end: at });
        }
        at + length
    }

    fn closing(&mut self, name: &str, at: usize) {
        if name == "a" {
            self.close_link();
        }
        if !is_inline(name) {
            self.page.glyphs.push(Glyph { shown: '\n', start: at, end: at });
        }
    }

    fn form(&mut self, body: &str, place: (usize, usize)) {
        self.page.form.get_or_insert(place);
        if let Some(link) = attribute(body, "action").and_then(written) {
            self.keep(link);
        }
    }

    fn link(&mut self, body: &str) {
        self.close_link();
        if let Some(link) = attribute(body, "href").and_then(written) {
            self.open_link = Some((link, self.page.glyphs.len()));
        }
    }

    fn close_link(&mut self) {
        if let Some((mut link, from)) = self.open_link.take() {
            link.shown = self
                .page
                .glyphs
                .iter()
                .skip(from)
                .take(300)
                .map(|g| g.shown)
                .collect::<String>()
                .trim()
                .to_owned();
            self.keep(link);
        }
    }

    fn keep(&mut self, link: Link) {
        if self.page.links.len() < MAX_LINKS {
            self.page.links.push(link);
        }
    }
}

fn is_inline(name: &str) -> bool {
    matches!(
        name,
        "a" | "b"
            | "i"
            | "u"
            | "em"
            | "strong"
            | "span"
            | "font"
            | "img"
            | "small"
            | "big"
            | "sup"
            | "sub"
            | "wbr"
            | "o"
            | "code"
            | "bdo"
            | "mark"
            | "abbr"
    )
}

/// Where the tag at the beginning of `rest` ends, quotes respected as far as they are closed.
fn tag_length(rest: &str) -> usize {
    let mut quote = None;
    for (at, byte) in rest.bytes().enumerate().take(20_000) {
        match (quote, byte) {
            (None, b'>') => return at + 1,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), close) if open == close => quote = None,
            _ => {}
        }
    }
    rest.find('>').map_or(rest.len(), |at| at + 1)
}

/// Where an element whose content nobody sees ends.
fn skip_element(source: &str, from: usize, name: &str) -> usize {
    let rest = source.get(from..).unwrap_or("");
    let closing = rest.match_indices("</").find(|(at, _)| {
        rest.get(at + 2..at + 2 + name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name))
    });
    closing.map_or(source.len(), |(at, _)| from + at)
}

/// The value of an attribute in a tag.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let at = (1..tag.len()).find(|at| {
        let before = tag
            .as_bytes()
            .get(at - 1)
            .is_some_and(|b| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b'/'));
        let named = || tag.get(*at..at + name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name));
        before
            && named()
            && tag.get(at + name.len()..).is_some_and(|after| after.trim_start().starts_with('='))
    })?;
    let value = tag.get(at + name.len()..)?.trim_start().strip_prefix('=')?.trim_start();
    match value.chars().next()? {
        quote @ ('"' | '\'') => value.get(1..)?.split(quote).next(),
        _ => value.split(|c: char| c.is_whitespace() || c == '>').next(),
    }
}

/// An entity at the beginning of `rest`: the character and how many bytes it takes.
fn entity(rest: &str) -> Option<(char, usize)> {
    let body = rest.get(1..12.min(rest.len())).or_else(|| rest.get(1..))?;
    let (name, _) = body.split_once(';')?;
    let c = match name.strip_prefix('#') {
        Some(digits) => {
            let code = digits
                .strip_prefix(['x', 'X'])
                .map_or_else(|| digits.parse().ok(), |hex| u32::from_str_radix(hex, 16).ok());
            char::from_u32(code?)?
        }
        None => match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" | "rsquo" | "lsquo" => '\'',
            "nbsp" | "ensp" | "emsp" | "thinsp" => ' ',
            "zwnj" => '\u{200C}',
            "zwj" => '\u{200D}',
            "shy" => '\u{00AD}',
            _ => return None,
        },
    };
    Some((c, name.len() + 2))
}

/// A link from an attribute: understood with its entities read, kept as it is written, to be quoted.
fn written(value: &str) -> Option<Link> {
    Link::parse(&unescape(value)).map(|link| Link { target: value.trim().to_owned(), ..link })
}

/// An attribute's value with its entities read.
fn unescape(value: &str) -> String {
    if !value.contains('&') {
        return value.to_owned();
    }
    let page = read(value, value.len());
    glyphs::shown(&page.glyphs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_links_and_forms_are_seen() {
        let source = "<style>p{}</style><p>Hi&nbsp;&#73;</p><a href='https://evil.example/?a=1&amp;b=2'>https://good.example</a>\
                      <form action=\"https://take.example\"><input type=password></form><!-- x --><script>1</script>";
        let page = read(source, source.len());
        assert_eq!(
            glyphs::shown(&page.glyphs).split_whitespace().collect::<Vec<_>>(),
            ["Hi", "I", "https://good.example"]
        );
        assert_eq!(page.links[0].path, "/?a=1&b=2");
        assert_eq!(page.links[0].target, "https://evil.example/?a=1&amp;b=2");
        assert_eq!(page.links[0].shown, "https://good.example");
        assert_eq!(page.links[1].host, "take.example");
        assert!(
            page.form.is_some() && page.password.is_some() && page.script.is_some() && page.refresh.is_none()
        );
    }

    #[test]
    fn broken_markup_ends() {
        for source in
            ["<", "<a href=", "<a href='x", "<!--", "<script", "&#;", "<a <a <a", "a < b > c", "<\u{e9}"]
        {
            let _ = read(source, source.len());
        }
        assert_eq!(glyphs::shown(&read("1 < 2 & 3", 100).glyphs), "1 < 2 & 3");
    }
}
