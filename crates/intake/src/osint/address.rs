//! One spelling for the many addresses of one article.

use crate::limits::MAX_URL;
use crate::tld;
use serde::Serialize;
use url::{Host, Url};

/// The address of an article in one spelling. It is for telling whether two addresses are one, not for
/// fetching: it is `https` without `www.` whatever the site answers to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct CanonicalUrl(String);

impl CanonicalUrl {
    /// The text: at most a few characters longer than what was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for CanonicalUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why an address is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UrlFault {
    /// Nothing but blanks, or longer than [`MAX_URL`].
    #[error("must be 1 to {MAX_URL} characters long")]
    Length,
    /// No URL.
    #[error("must be a URL, for example https://news.example.org/article")]
    NotAUrl,
    /// Another scheme.
    #[error("must begin with http:// or https://")]
    Scheme,
    /// A user name or password in it.
    #[error("must not carry a user name or password")]
    Credentials,
    /// A host nobody outside could reach.
    #[error("must name a public host")]
    Host,
}

/// Parameters that tell who came from where, not which article: exactly these, and those beginning as below.
const TRACKING: &[&str] = &[
    "__twitter_impression",
    "_ga",
    "_gl",
    "_hsenc",
    "_hsmi",
    "_openstat",
    "amp",
    "campaign_id",
    "cmpid",
    "dclid",
    "epik",
    "fb_action_ids",
    "fb_action_types",
    "fb_ref",
    "fb_source",
    "fbclid",
    "ga_source",
    "gbraid",
    "gclid",
    "gclsrc",
    "guccounter",
    "guce_referrer",
    "guce_referrer_sig",
    "hsctatracking",
    "icid",
    "igsh",
    "igshid",
    "li_fat_id",
    "mc_cid",
    "mc_eid",
    "mibextid",
    "mkt_tok",
    "msclkid",
    "ncid",
    "oly_anon_id",
    "oly_enc_id",
    "outputtype",
    "rb_clickid",
    "ref_src",
    "ref_url",
    "s_cid",
    "smid",
    "sr_share",
    "srsltid",
    "ttclid",
    "twclid",
    "vero_conv",
    "vero_id",
    "wbraid",
    "wickedid",
    "wt_mc",
    "wt_zmc",
    "yclid",
    "ysclid",
];
const TRACKING_BEGINS: &[&str] = &["utm_", "pk_", "mtm_", "matomo_", "piwik_", "ns_", "at_", "hsa_"];

/// The canonical form of an article's address. Dropped: the fragment, default ports, the
/// tracking parameters, `www.`, the mobile and AMP hosts `m.`, `mobile.` and `amp.`, an AMP path (a segment
/// `amp` at the beginning or end, `.amp` before or as the suffix), the trailing slash. An article behind the
/// AMP caches of Google and the AMP project is taken out of them. Host names become lower-case ASCII (IDNA),
/// dot segments are resolved, parameters sorted, `http` becomes `https`.
///
/// # Errors
/// See [`UrlFault`].
///
/// ```
/// use probatum_intake::canonical_url;
/// let a = canonical_url("http://WWW.Example.org:80/a/../news?b=2&utm_source=x&a=1#top").unwrap();
/// assert_eq!(a.as_str(), "https://example.org/news?a=1&b=2");
/// assert_eq!(a, canonical_url("https://m.example.org/news/amp/?a=1&b=2&fbclid=y").unwrap());
/// ```
pub fn canonical_url(given: &str) -> Result<CanonicalUrl, UrlFault> {
    let given = given.trim();
    if given.is_empty() || given.chars().count() > MAX_URL {
        return Err(UrlFault::Length);
    }
    let mut url = parse(given)?;
    if let Some(inner) = cached(&url) {
        url = parse(&inner)?;
    }
    let host = host(&url)?;
    let port = url.port().map(|p| format!(":{p}")).unwrap_or_default();
    let path = path(url.path());
    let query = query(&url);
    let question = if query.is_empty() { "" } else { "?" };
    Ok(CanonicalUrl(format!("https://{host}{port}{path}{question}{query}")))
}

fn parse(given: &str) -> Result<Url, UrlFault> {
    let url = Url::parse(given).map_err(|_| UrlFault::NotAUrl)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(UrlFault::Scheme);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(UrlFault::Credentials);
    }
    Ok(url)
}

/// The article within an AMP cache: `www.google.*/amp/s/…`, `*.cdn.ampproject.org/c/s/…`.
fn cached(url: &Url) -> Option<String> {
    let host = url.host_str()?;
    let path = url.path();
    let inner = if host.ends_with(".cdn.ampproject.org") {
        ["/c/", "/v/", "/wp/"].iter().find_map(|p| path.strip_prefix(p))?
    } else if host.starts_with("www.google.") {
        path.strip_prefix("/amp/")?
    } else {
        return None;
    };
    let inner = inner.strip_prefix("s/").unwrap_or(inner);
    let query = url.query().map(|q| format!("?{q}")).unwrap_or_default();
    inner.contains('.').then(|| format!("https://{inner}{query}"))
}

fn host(url: &Url) -> Result<String, UrlFault> {
    let mut name = match url.host().ok_or(UrlFault::Host)? {
        Host::Domain(name) => name.trim_end_matches('.').to_owned(),
        address => return Ok(address.to_string()),
    };
    // All of them, however many and in whatever order: what is canonical is its own canonical form. What is left has to
    // be a site of its own: m.me is none of me.
    let without = |name: &str| {
        let rests = ["www.", "m.", "mobile.", "amp."].iter().filter_map(|prefix| name.strip_prefix(prefix));
        rests.filter(|rest| rest.contains('.')).map(str::to_owned).next()
    };
    while let Some(rest) = without(&name) {
        name = rest;
    }
    if tld::is_domain(&name) { Ok(name) } else { Err(UrlFault::Host) }
}

fn path(path: &str) -> String {
    let mut path = path.to_owned();
    while let Some(rest) = path.strip_suffix(".amp").map(str::to_owned).or_else(|| {
        let rest = path.strip_suffix(".amp.html")?;
        Some(format!("{rest}.html"))
    }) {
        path = rest;
    }
    let mut segments: Vec<&str> = path.split('/').filter(|s| !s.is_empty()).collect();
    let is_amp = |segment: Option<&&str>| segment.is_some_and(|s| s.eq_ignore_ascii_case("amp"));
    while segments.len() > 1 && is_amp(segments.last()) {
        segments.pop();
    }
    while segments.len() > 1 && is_amp(segments.first()) {
        segments.remove(0);
    }
    segments.iter().flat_map(|s| ["/", s]).collect()
}

fn query(url: &Url) -> String {
    let mut kept: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(key, _)| !is_tracking(key))
        .map(|(key, value)| (key.into_owned(), value.into_owned()))
        .collect();
    kept.sort();
    let mut out = url::form_urlencoded::Serializer::new(String::new());
    out.extend_pairs(kept);
    out.finish()
}

fn is_tracking(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    TRACKING.contains(&key.as_str()) || TRACKING_BEGINS.iter().any(|begin| key.starts_with(begin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_addresses_of_one_article() {
        let cases = [
            ("https://example.org", "https://example.org"),
            ("HTTP://EXAMPLE.ORG:80/", "https://example.org"),
            ("https://example.org:443/a/./b/../c/", "https://example.org/a/c"),
            ("https://example.org:8443/a", "https://example.org:8443/a"),
            ("https://bücher.example.com/ä", "https://xn--bcher-kva.example.com/%C3%A4"),
            ("https://example.org./a?", "https://example.org/a"),
            ("https://example.org/a?gclid=1&UTM_Medium=2&id=7&pk_kwd=3", "https://example.org/a?id=7"),
            ("https://example.org/a?b=2&a=1&a=0", "https://example.org/a?a=0&a=1&b=2"),
            ("https://example.org/a?q=x%20y", "https://example.org/a?q=x+y"),
            ("https://amp.example.org/a.amp.html", "https://example.org/a.html"),
            ("https://example.org/amp/a", "https://example.org/a"),
            ("https://example.org/amp", "https://example.org/amp"),
            ("https://m.me/x", "https://m.me/x"),
            ("https://www.google.com/amp/s/example.org/a", "https://example.org/a"),
            ("https://example-org.cdn.ampproject.org/c/s/example.org/a?x=1", "https://example.org/a?x=1"),
            ("http://192.0.2.1/a#b", "https://192.0.2.1/a"),
            ("http://[2001:db8::1]/", "https://[2001:db8::1]"),
        ];
        for (given, expected) in cases {
            let once = canonical_url(given).unwrap();
            assert_eq!(once.as_str(), expected, "{given}");
            assert_eq!(canonical_url(once.as_str()).as_ref(), Ok(&once), "{given} again");
        }
    }

    #[test]
    fn what_is_no_article_is_refused() {
        let long = format!("https://example.org/{}", "a".repeat(MAX_URL));
        let cases = [
            ("", UrlFault::Length),
            (long.as_str(), UrlFault::Length),
            ("example.org/a", UrlFault::NotAUrl),
            ("ftp://example.org/a", UrlFault::Scheme),
            ("javascript:alert(1)", UrlFault::Scheme),
            ("https://u:p@example.org/", UrlFault::Credentials),
            ("https://localhost/a", UrlFault::Host),
            ("https://intranet.corp.local/a", UrlFault::Host),
        ];
        for (given, expected) in cases {
            assert_eq!(canonical_url(given), Err(expected), "{given}");
        }
    }
}
