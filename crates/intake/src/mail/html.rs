//! What a mail's HTML says and where it leads, read tag by tag: no browser, nothing is run or fetched.

use crate::indicator::url_in;
use crate::limits::MAX_MAIL_URLS;

/// The URLs written in a text.
pub(super) fn urls_in_text(text: &str) -> Vec<String> {
    let lower = text.to_ascii_lowercase();
    let mut urls = Vec::new();
    let mut from = 0;
    let mut tries = 0;
    while let Some(at) = lower.get(from..).and_then(|rest| rest.find("://")).map(|i| from + i) {
        from = at + 3;
        let before = lower.get(..at).unwrap_or_default();
        let Some(scheme) = ["https", "http", "ftp"].iter().find(|s| before.ends_with(**s)) else { continue };
        let begin = at - scheme.len();
        if let Some(url) = text.get(begin..).and_then(url_in) {
            from = begin + url.len();
            urls.push(url);
        }
        tries += 1;
        if urls.len() > MAX_MAIL_URLS || tries > 10 * MAX_MAIL_URLS {
            break;
        }
    }
    urls
}

/// The targets of links, forms and pictures, and the URLs written in what is shown.
pub(super) fn links(html: &str) -> Vec<String> {
    let mut urls = Vec::new();
    each(html, |piece| {
        if urls.len() > MAX_MAIL_URLS {
            return;
        }
        match piece {
            Piece::Tag(tag) => {
                for name in ["href", "src", "action", "data-url"] {
                    urls.extend(attribute(tag, name).as_deref().and_then(target));
                }
            }
            Piece::Text(text) => urls.extend(urls_in_text(&entities(text))),
        }
    });
    urls
}

/// What is shown, a line for each block.
pub(super) fn text(html: &str) -> String {
    let mut out = String::new();
    each(html, |piece| match piece {
        Piece::Text(text) => {
            let text = entities(text);
            if text.starts_with(char::is_whitespace) && !out.is_empty() && !out.ends_with(char::is_whitespace)
            {
                out.push(' ');
            }
            out.push_str(&text.split_whitespace().collect::<Vec<_>>().join(" "));
            if text.ends_with(char::is_whitespace) && !out.is_empty() && !out.ends_with(char::is_whitespace) {
                out.push(' ');
            }
        }
        Piece::Tag(tag) => {
            let block =
                ["br", "p", "div", "tr", "li", "h1", "h2", "h3", "table", "ul", "ol", "hr", "blockquote"];
            if block.contains(&name(tag).as_str()) && !out.is_empty() && !out.ends_with('\n') {
                out.push('\n');
            }
        }
    });
    out.trim().to_owned()
}

enum Piece<'a> {
    /// Between `<` and `>`.
    Tag(&'a str),
    /// Between tags.
    Text(&'a str),
}

/// Calls `see` for every tag and text; comments, styles, scripts and the head's title are passed over.
fn each<'a>(html: &'a str, mut see: impl FnMut(Piece<'a>)) {
    let lower = html.to_ascii_lowercase();
    let mut at = 0;
    while at < html.len() {
        let rest = html.get(at..).unwrap_or_default();
        let Some(open) = rest.find('<') else {
            see(Piece::Text(rest));
            return;
        };
        if open > 0 {
            see(Piece::Text(rest.get(..open).unwrap_or_default()));
        }
        let begin = at + open + 1;
        let comment = html.get(begin..).is_some_and(|s| s.starts_with("!--"));
        let after = |end: &str, from: usize| lower.get(from..).and_then(|s| s.find(end)).map(|i| from + i);
        let (end, width) = if comment { (after("-->", begin), 3) } else { (tag_end(html, begin), 1) };
        // A tag that is never closed hides what follows from a reader too.
        let Some(end) = end else { return };
        at = end + width;
        if comment {
            continue;
        }
        let tag = html.get(begin..end).unwrap_or_default();
        see(Piece::Tag(tag));
        if let hidden @ ("script" | "style" | "title" | "template") = name(tag).as_str()
            && !tag.starts_with('/')
        {
            let Some(close) = after(&format!("</{hidden}"), at) else { return };
            at = close;
        }
    }
}

/// Where a tag ends; a `>` within quotes does not end it, but nobody's quotes are open for long.
fn tag_end(html: &str, begin: usize) -> Option<usize> {
    let mut quote = None;
    let mut first = None;
    for (i, c) in html.get(begin..)?.char_indices().take(20_000) {
        match (c, quote) {
            ('"' | '\'', None) => quote = Some(c),
            (c, Some(q)) if c == q => quote = None,
            ('>', None) => return Some(begin + i),
            ('>', Some(_)) => first = first.or(Some(begin + i)),
            _ => {}
        }
    }
    first
}

fn name(tag: &str) -> String {
    let tag = tag.trim_start_matches('/');
    tag.chars().take_while(char::is_ascii_alphanumeric).take(20).collect::<String>().to_ascii_lowercase()
}

fn attribute(tag: &str, wanted: &str) -> Option<String> {
    let lower = tag.to_ascii_lowercase();
    lower.match_indices(wanted).find_map(|(at, _)| {
        let apart = lower.get(..at)?.ends_with(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '/'));
        // First, for the values within one long value would all be read.
        apart.then_some(())?;
        let value = tag.get(at + wanted.len()..)?.trim_start().strip_prefix('=')?.trim_start();
        let value = match value.chars().next()? {
            q @ ('"' | '\'') => value.get(1..)?.split(q).next()?,
            _ => value.split(char::is_whitespace).next()?,
        };
        Some(entities(value.trim()))
    })
}

/// A link's target that can be followed outside. Line breaks and tabs in it are passed over, as browsers do.
fn target(value: &str) -> Option<String> {
    let joined: String = value.chars().filter(|c| !matches!(c, '\n' | '\r' | '\t')).collect();
    let joined = if joined.starts_with("//") { format!("https:{joined}") } else { joined };
    let scheme = joined.split("://").next().unwrap_or_default().to_ascii_lowercase();
    matches!(scheme.as_str(), "http" | "https" | "ftp").then(|| url_in(&joined)).flatten()
}

/// The common character references and the numeric ones.
fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(rest.get(..at).unwrap_or_default());
        rest = rest.get(at..).unwrap_or_default();
        let reference = rest.char_indices().take(12).find(|(_, c)| *c == ';').map(|(end, _)| end);
        let named = reference.and_then(|end| Some((character(rest.get(1..end)?)?, end + 1)));
        let (c, width) = named.unwrap_or(('&', 1));
        out.push(c);
        rest = rest.get(width..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

fn character(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).map(|c| if c.is_control() { ' ' } else { c });
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "hellip" => '…',
        "ndash" => '–',
        "mdash" => '—',
        "rsquo" => '’',
        "lsquo" => '‘',
        "rdquo" => '”',
        "ldquo" => '“',
        "copy" => '©',
        "euro" => '€',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_and_where_it_leads() {
        let html = "<html><head><title>T</title><style>a{}</style></head><body><!-- https://no.example.org -->\
            <p>Hello&nbsp;<b>Ann</b> &amp; Bob</p><a title='a > b' HREF=\"https://example.org/?a=1&amp;b=2\">here</a>\
            <img src=//cdn.example.org/x.png><a href='mailto:x@example.org'>m</a><a href=\"javascript:x\">j</a>\
            <script>var u = 'https://script.example.org'</script>see https://example.net/z.</body>";
        assert_eq!(text(html), "Hello Ann & Bob\nheremjsee https://example.net/z.");
        assert_eq!(
            links(html),
            ["https://example.org/?a=1&b=2", "https://cdn.example.org/x.png", "https://example.net/z"]
        );
    }

    #[test]
    fn broken_html_ends_somewhere() {
        for html in ["<", "<a", "<a href=\"", "a<!--", "<script>x", "&#xZZ;&", "</", "<a href=>", "&#0;"] {
            let _ = (text(html), links(html));
        }
        assert_eq!(text("a<b title=\">x"), "ax");
        assert_eq!(
            urls_in_text("see (https://example.org/a_(b)) and HTTP://example.com."),
            ["https://example.org/a_(b)", "HTTP://example.com"]
        );
    }
}
