//! Where a mail's links lead, and whether they lead where they say.

use super::identity::Sender;
use super::{brands, places};
use crate::input::host::{Link, is_ip, label, related, within};
use crate::input::mail::Mail;
use crate::signals::levels::{FAIR, GRAVE, SLIGHT, STRONG, WEAK};
use crate::signals::sheet::{Rule, Sheet};
use crate::text::quote;
use std::collections::HashSet;

pub const LOOKALIKE: Rule =
    Rule::new("lookalike_link", GRAVE, "a link leads to a domain that imitates a brand's");
pub const ADDRESS: Rule = Rule::new("ip_address_link", STRONG, "a link leads to a bare IP address");
pub const MISLEADING: Rule =
    Rule::new("link_text_mismatch", STRONG, "a link shows one domain and leads to another");
pub const SHORTENED: Rule = Rule::new("shortened_link", FAIR, "a shortener hides where a link leads");
pub const HOSTED: Rule =
    Rule::new("free_hosting_link", WEAK, "a link leads to a place where anybody publishes pages");
pub const REDIRECT: Rule =
    Rule::new("open_redirect", FAIR, "a link goes through a redirect that hides where it leads");
pub const CHEAP: Rule =
    Rule::new("cheap_domain_link", FAIR, "a link leads to a domain whose ending is mostly abused");
pub const RANDOM: Rule =
    Rule::new("random_domain_link", SLIGHT, "a link leads to a domain that looks made by a machine");
pub const SIGN_IN: Rule =
    Rule::new("sign_in_words_link", FAIR, "a link to somebody else's domain speaks of signing in");
pub const ONE_TARGET: Rule =
    Rule::passing("one_target", FAIR, "all its links, whatever they are called, lead to one foreign place");
/// RFC 3986 §7.6 warns of exactly this.
pub const USERINFO: Rule = Rule::new("userinfo_link", GRAVE, "a link hides its host behind an @");
pub const PORT: Rule = Rule::new("odd_port_link", WEAK, "a link uses an unusual port");
pub const PUNYCODE: Rule =
    Rule::new("punycode_link", FAIR, "a link's domain is written with letters of another alphabet");
pub const PERSONAL: Rule =
    Rule::new("recipient_in_link", FAIR, "a link carries the reader's address to somebody else");
pub const INTRUDED: Rule =
    Rule::new("intruded_site_link", FAIR, "a link leads into the back rooms of somebody's web site");
pub const FILE: Rule = Rule::new("download_link", FAIR, "a link loads a program or archive");
pub const NAMED_ELSEWHERE: Rule =
    Rule::new("brand_link_mismatch", FAIR, "it names a brand, and its link does not lead there");

/// Where the links lead the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// To places that give reason to doubt.
    Doubtful,
    /// Nowhere, or nowhere in particular.
    Open,
    /// Home: what comes first in every part of the mail is the sender's own.
    Home,
}

/// Looks at every link.
pub fn inspect(mail: &Mail<'_>, sender: &Sender, sheet: &mut Sheet) -> Way {
    let mut hosts = HashSet::new();
    for link in &mail.links {
        if hosts.insert(link.host.as_str()) {
            place(link, sender, sheet);
        }
        address(link, sender, sheet);
        path(link, mail, sender, sheet);
        shown(link, sender, sheet);
    }
    // Only the first of each part counts, so that adding links to the end changes nothing.
    let firsts = firsts(mail);
    let away = firsts.iter().any(|link| !sender.domain.is_empty() && !own(link, sender));
    one_target(mail, sender, sheet);
    let doubtful = [
        &LOOKALIKE,
        &ADDRESS,
        &SHORTENED,
        &HOSTED,
        &REDIRECT,
        &CHEAP,
        &RANDOM,
        &SIGN_IN,
        &USERINFO,
        &MISLEADING,
        &INTRUDED,
    ];
    if doubtful.iter().any(|rule| sheet.has(rule)) {
        Way::Doubtful
    } else if !away && !firsts.is_empty() {
        Way::Home
    } else {
        Way::Open
    }
}

fn cite(link: &Link) -> Option<String> {
    quote::cut(&link.target, 0, link.target.len())
}

fn own(link: &Link, sender: &Sender) -> bool {
    if sender.torn {
        return false;
    }
    let (ours, theirs) = (label(&sender.domain), label(&link.host));
    related(&link.host, &sender.domain)
        || (ours.len() >= 4
            && theirs.len() >= 4
            && !places::is_free_mail(&sender.domain)
            && (theirs.contains(ours) || ours.contains(theirs))
            && !places::is_free_hosting(&link.host))
}

fn place(link: &Link, sender: &Sender, sheet: &mut Sheet) {
    let host = link.host.as_str();
    if is_ip(host) {
        let at_home = ["10.", "127.", "192.168.", "172.16.", "0.0.0.0", "[::1]"]
            .iter()
            .any(|net| host.starts_with(net));
        if !at_home {
            sheet.note(&ADDRESS, cite(link));
        }
        return;
    }
    if own(link, sender) {
        return;
    }
    if brands::imitated(host).is_some() && !places::is_common(host) && !places::is_free_hosting(host) {
        sheet.note(&LOOKALIKE, cite(link));
    }
    if places::is_shortener(host) {
        sheet.note(&SHORTENED, cite(link));
    }
    if places::is_cheap(host) {
        sheet.note(&CHEAP, cite(link));
    }
    if places::is_random(label(host)) && !places::is_common(host) {
        sheet.note(&RANDOM, cite(link));
    }
    if places::speaks_of_sign_in(label(host)) && !places::is_common(host) {
        sheet.note(&SIGN_IN, cite(link));
    }
    if host.contains("xn--") || !host.is_ascii() {
        sheet.note(&PUNYCODE, cite(link));
    }
}

/// Honest mail leads to several places or home; a letter that wants one click has one target behind every word.
fn one_target(mail: &Mail<'_>, sender: &Sender, sheet: &mut Sheet) {
    let anchors: Vec<&Link> = mail.links.iter().filter(|link| !link.shown.trim().is_empty()).collect();
    let Some(first) = anchors.first().filter(|first| !own(first, sender)) else { return };
    let named = anchors.iter().any(|link| link.shown.trim() != first.shown.trim());
    let alone = mail.links.iter().all(|link| link.target == first.target || picture(link));
    if named && alone && !sender.domain.is_empty() && !places::is_common(&first.host) {
        sheet.note(&ONE_TARGET, cite(first));
    }
}

/// What the whole address tells, beyond its host.
fn address(link: &Link, sender: &Sender, sheet: &mut Sheet) {
    if link.userinfo {
        sheet.note(&USERINFO, cite(link));
    }
    let carries = places::carries_address(&link.path);
    let redirects = places::is_open_redirect(&link.host, &link.path);
    if own(link, sender) {
        return;
    }
    if link.port {
        sheet.note(&PORT, cite(link));
    }
    if places::is_free_hosting(&link.host) && !picture(link) {
        sheet.note(&HOSTED, cite(link));
    }
    if (redirects || carries) && !places::is_common(&link.host) {
        sheet.weigh(&REDIRECT, if redirects { REDIRECT.weight } else { SLIGHT }, cite(link));
    }
}

fn picture(link: &Link) -> bool {
    let path = link.path.split(['?', '#']).next().unwrap_or("");
    [".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".ico", ".css", ".woff", ".woff2"]
        .iter()
        .any(|end| path.ends_with(end))
}

fn path(link: &Link, mail: &Mail<'_>, sender: &Sender, sheet: &mut Sheet) {
    let path = link.path.as_str();
    if places::leads_to_sign_in(path) && !own(link, sender) && !places::is_common(&link.host) {
        sheet.weigh(&SIGN_IN, WEAK, cite(link));
    }
    let carried =
        mail.recipients.iter().any(|to| to.local.len() >= 3 && path.contains(&format!("{}@", to.local)));
    // Mailers put the address into links by which readers leave or forward.
    if carried && !own(link, sender) && !path.contains("unsub") && !places::is_common(&link.host) {
        sheet.note(&PERSONAL, cite(link));
    }
    if ["/wp-content/", "/wp-includes/", "/wp-admin/", "/.well-known/", "/cgi-sys/", "/components/com_"]
        .iter()
        .any(|part| path.contains(part))
        && !own(link, sender)
        && !picture(link)
    {
        sheet.note(&INTRUDED, cite(link));
    }
    let file = path.split(['?', '#']).next().unwrap_or("");
    if [
        ".exe", ".scr", ".js", ".vbs", ".jar", ".iso", ".img", ".apk", ".msi", ".hta", ".zip", ".rar", ".7z",
        ".lnk",
    ]
    .iter()
    .any(|end| file.ends_with(end))
        && !own(link, sender)
    {
        sheet.note(&FILE, cite(link));
    }
}

/// Compares what a link shows with where it leads. Counters of mailers are let pass.
fn shown(link: &Link, sender: &Sender, sheet: &mut Sheet) {
    let words = link.shown.split_whitespace().next().unwrap_or("");
    let words = words.trim_matches(['<', '>', '(', ')', '.', ',']);
    let looks = words.starts_with("http") || words.starts_with("www.");
    let Some(named) = Link::parse(words).filter(|_| looks) else { return };
    let fine = related(&named.host, &link.host) || own(link, sender) || places::is_common(&link.host);
    if !fine && label(&named.host) != label(&link.host) {
        sheet.note(&MISLEADING, cite(link));
    }
}

/// The first link of each part of the mail, past pictures and the places everybody links to.
fn firsts<'a>(mail: &'a Mail<'_>) -> Vec<&'a Link> {
    let mut firsts: Vec<&Link> = Vec::new();
    for link in mail.links.iter().filter(|link| !places::is_common(&link.host) && !picture(link)) {
        if firsts.iter().all(|known| known.source != link.source) {
            firsts.push(link);
        }
    }
    firsts
}

/// Notes a brand in the subject that neither sender nor first link belongs to.
pub fn named_brand(mail: &Mail<'_>, sender: &Sender, sheet: &mut Sheet) {
    let Some(brand) =
        brands::named(mail.subject.folded()).filter(|brand| !brand.common && !brand.domains.is_empty())
    else {
        return;
    };
    if sender.domain.is_empty() || brands::owns(brand, &sender.domain) {
        return;
    }
    let foreign = mail.links.iter().find(|link| {
        !places::is_common(&link.host)
            && !brands::owns(brand, &link.host)
            && !brand.domains.iter().any(|d| within(&link.host, d))
    });
    if let Some(link) = foreign.filter(|link| !own(link, sender)) {
        sheet.note(&NAMED_ELSEWHERE, cite(link));
    }
}
