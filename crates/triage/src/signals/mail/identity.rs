//! Who a mail says it is from, who it is from, and where an answer would go.

use super::{brands, places};
use crate::input::address::Mailbox;
use crate::input::auth::Outcome;
use crate::input::host::{label, registered, related};
use crate::input::mail::Mail;
use crate::signals::levels::{FAIR, GRAVE, SLIGHT, STRONG, WEAK};
use crate::signals::sheet::{Rule, Sheet};
use crate::text::fold;
use crate::text::glyphs::{self, Glyph};
use crate::text::quote;
use crate::text::words::Text;

pub const BORROWED_NAME: Rule = Rule::new(
    "display_name_spoofing",
    GRAVE,
    "the sender's name claims a brand whose domain it does not write from",
);
pub const BORROWED_ADDRESS: Rule = Rule::new(
    "address_in_name",
    STRONG,
    "the sender's name shows another address or domain than the mail comes from",
);
pub const OWN_DOMAIN_CLAIM: Rule =
    Rule::new("recipient_domain_claim", STRONG, "the sender poses as the reader's own organisation");
pub const ROLE_NAME: Rule =
    Rule::new("generic_sender_name", FAIR, "the sender's name is an office, not an organisation or a person");
pub const UNRELATED_NAME: Rule =
    Rule::new("unrelated_sender_name", WEAK, "the sender's name has nothing to do with the address");
pub const LOOKALIKE_SENDER: Rule =
    Rule::new("lookalike_domain", GRAVE, "the sender's domain imitates a brand's");
pub const PUNYCODE_SENDER: Rule =
    Rule::new("punycode_domain", FAIR, "the sender's domain is written with letters of another alphabet");
pub const CHEAP_SENDER: Rule =
    Rule::new("cheap_domain", FAIR, "the sender's domain has an ending that is mostly abused");
pub const SIGN_IN_SENDER: Rule = Rule::new(
    "sign_in_words_domain",
    FAIR,
    "the sender's domain is made of words of sign-in pages, not of a name",
);
pub const RANDOM_SENDER: Rule =
    Rule::new("random_sender", WEAK, "the sender's address looks made by a machine");
pub const NO_ADDRESS: Rule = Rule::new("no_sender_address", FAIR, "there is a sender's name but no address");
pub const FREE_SENDER: Rule =
    Rule::new("free_mail_organisation", FAIR, "an organisation writes from a free mail address");
pub const PLATFORM_SENDER: Rule = Rule::new(
    "platform_sender",
    FAIR,
    "the sender's domain belongs to a hosting platform where anybody signs up",
);
pub const REPLY_ELSEWHERE: Rule =
    Rule::new("reply_to_mismatch", FAIR, "replies go to another domain, of a kind that is mostly abused");
pub const REPLY_FREE: Rule =
    Rule::new("reply_to_free_mail", STRONG, "replies go to a free mail address that is not the sender's");
pub const BOUNCE_ELSEWHERE: Rule =
    Rule::new("return_path_mismatch", SLIGHT, "bounces go to another domain than the sender's");
pub const DMARC_FAIL: Rule =
    Rule::new("dmarc_fail", STRONG, "the sender's domain did not vouch for the mail (DMARC)");
pub const SPF_FAIL: Rule =
    Rule::new("spf_fail", FAIR, "the sending server may not send for its domain (SPF)");
pub const UNSIGNED: Rule = Rule::new("unauthenticated", SLIGHT, "nothing vouches for the sender's domain");

/// What was found out about the sender, for the other checks.
#[derive(Debug, Default)]
pub struct Sender {
    /// The sender's domain, or nothing.
    pub domain: String,
    /// Whether the name claims to be somebody the address is not.
    pub gap: bool,
    /// Whether the header holds addresses of several domains; then none of them is the sender's own.
    pub torn: bool,
    /// Whether the name is a brand's and the domain is that brand's own.
    pub owner: bool,
}

/// Looks at the sender and notes what is odd.
pub fn inspect(mail: &Mail<'_>, sheet: &mut Sheet) -> Sender {
    let Some((source, from)) = &mail.from else { return Sender::default() };
    let cited = || quote::cut(source, 0, source.len());
    let name = folded(&from.name);
    let mut sender = Sender { domain: from.domain.clone(), gap: false, torn: false, owner: false };
    sender.owner = brands::named(&name).is_some_and(|brand| brands::owns(brand, &from.domain));
    names(mail, sheet, &name, source);
    let all = Mailbox::all(source);
    for address in &all {
        domains(&address.local, &address.domain, sheet, source);
    }
    sender.torn = all.iter().any(|address| !related(&address.domain, &from.domain));
    if from.domain.is_empty() && !name.is_empty() {
        sheet.note(&NO_ADDRESS, cited());
    }
    answers(mail, &from.domain, sheet);
    authentication(mail, sheet);
    let telling = [
        &BORROWED_NAME,
        &BORROWED_ADDRESS,
        &OWN_DOMAIN_CLAIM,
        &ROLE_NAME,
        &LOOKALIKE_SENDER,
        &CHEAP_SENDER,
        &SIGN_IN_SENDER,
        &RANDOM_SENDER,
        &NO_ADDRESS,
        &FREE_SENDER,
        &PLATFORM_SENDER,
        &REPLY_FREE,
        &DMARC_FAIL,
        &SPF_FAIL,
    ];
    sender.gap = sender.torn || telling.iter().any(|rule| sheet.has(rule));
    sender
}

/// The words of a display name, folded.
fn folded(name: &str) -> String {
    let glyphs: Vec<Glyph> = glyphs::of_plain(name, 1000);
    let text = Text::read(name, &glyphs);
    let words = text.words.iter().map(|word| match word.leet.as_deref() {
        Some(letters) if brands::named(letters).is_some() => letters,
        _ => text.letters(word),
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Words that name an office rather than anybody.
const OFFICES: [&str; 74] = [
    "support",
    "account",
    "accounts",
    "security",
    "admin",
    "administrator",
    "helpdesk",
    "help",
    "desk",
    "service",
    "services",
    "team",
    "webmail",
    "mail",
    "email",
    "mailbox",
    "postmaster",
    "server",
    "system",
    "notification",
    "notifications",
    "alert",
    "alerts",
    "update",
    "info",
    "information",
    "customer",
    "care",
    "center",
    "centre",
    "department",
    "dept",
    "it",
    "hr",
    "payroll",
    "voicemail",
    "voice",
    "fax",
    "scan",
    "scanner",
    "delivery",
    "parcel",
    "package",
    "shipping",
    "shipment",
    "billing",
    "invoice",
    "payment",
    "payments",
    "refund",
    "tax",
    "office",
    "noreply",
    "no",
    "reply",
    "message",
    "messages",
    "center",
    "survey",
    "reward",
    "rewards",
    "prize",
    "winner",
    "lottery",
    "loan",
    "bank",
    "wallet",
    "airdrop",
    "verification",
    "technical",
    "online",
    "daemon",
    "mailer",
    "helpline",
];

fn names(mail: &Mail<'_>, sheet: &mut Sheet, name: &str, source: &str) {
    let Some((_, from)) = &mail.from else { return };
    let cited = || quote::cut(source, 0, source.len());
    if from.name.chars().filter(|c| fold::is_zero_width(*c)).count() >= 2 {
        sheet.note(&super::content::HIDDEN_LETTERS, cited());
    }
    let lower = from.name.to_lowercase();
    if lower.is_empty() {
        return;
    }
    let brand = brands::named(name);
    if brand.is_some_and(|brand| !brands::owns(brand, &from.domain) && !brand.domains.is_empty()) {
        sheet.note(&BORROWED_NAME, cited());
    }
    let receivers = mail.recipients.iter().filter(|to| to.domain.len() > 3);
    if receivers.clone().any(|to| !related(&to.domain, &from.domain) && lower.contains(&to.domain)) {
        sheet.note(&OWN_DOMAIN_CLAIM, cited());
    } else if shown_domain(&lower)
        .is_some_and(|shown| !related(shown, &from.domain) && !akin(label(shown), label(&from.domain)))
    {
        sheet.note(&BORROWED_ADDRESS, cited());
    }
    let words: Vec<&str> = name.split(' ').filter(|w| !w.chars().all(|c| c.is_ascii_digit())).collect();
    let office = |word: &&str| OFFICES.contains(word);
    if !words.is_empty() && words.iter().all(office) {
        sheet.note(&ROLE_NAME, cited());
    }
    let address: String = format!("{}{}", from.local, registered(&from.domain))
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    let initials: String = words.iter().filter_map(|word| word.chars().next()).collect();
    let shares = words
        .iter()
        .any(|word| word.chars().count() >= 3 && (address.contains(*word) || shares_stem(word, &address)));
    let initialled = initials.len() >= 2 && address.contains(&initials);
    if !from.domain.is_empty() && !shares && !initialled && name.is_ascii() {
        sheet.note(&UNRELATED_NAME, cited());
    }
    if places::is_free_mail(&from.domain)
        && (brand.is_some() || words.iter().filter(|w| office(w)).count() >= 1)
    {
        sheet.note(&FREE_SENDER, cited());
    }
}

/// Whether two names begin alike, as those of one house do.
fn akin(one: &str, other: &str) -> bool {
    one.get(..3).is_some_and(|front| other.starts_with(front))
}

/// Whether the beginning of a word is in the address: `Christopher` writes as `chris.x@`.
fn shares_stem(word: &str, address: &str) -> bool {
    word.get(..4).is_some_and(|stem| address.contains(stem))
}

/// A domain shown in a name: `bank.example <x@y.example>`.
fn shown_domain(name: &str) -> Option<&str> {
    let words = name.split([' ', '"', '\'', '(', ')', '[', ']', '<', '>', ',', ';', ':', '|', '/']);
    let places = words.map(|word| word.rsplit('@').next().unwrap_or(word).trim_matches('.'));
    places.into_iter().find(|place| {
        let top = place.rsplit('.').next().unwrap_or("");
        place.contains('.')
            && place.len() >= 6
            && label(place).len() >= 3
            && (2..=6).contains(&top.len())
            && top.chars().all(|c| c.is_ascii_lowercase())
            && place.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))
            && TOPS.contains(&top)
    })
}

/// Endings that make a dotted word in a name a domain. Abbreviations have dots too.
const TOPS: [&str; 34] = [
    "com", "net", "org", "info", "biz", "io", "gov", "edu", "eu", "uk", "de", "fr", "es", "it", "pl", "nl",
    "br", "ca", "au", "us", "ch", "at", "be", "ru", "me", "co", "app", "shop", "online", "xyz", "top",
    "site", "store", "club",
];

fn domains(local: &str, domain: &str, sheet: &mut Sheet, source: &str) {
    let cited = || quote::cut(source, 0, source.len());
    if domain.is_empty() {
        return;
    }
    if brands::imitated(domain).is_some() {
        sheet.note(&LOOKALIKE_SENDER, cited());
    }
    if domain.contains("xn--") || !domain.is_ascii() {
        sheet.note(&PUNYCODE_SENDER, cited());
    }
    if places::is_cheap(domain) {
        sheet.note(&CHEAP_SENDER, cited());
    }
    if places::speaks_of_sign_in(label(domain)) {
        sheet.note(&SIGN_IN_SENDER, cited());
    }
    if places::is_free_hosting(domain) || domain.ends_with(".onmicrosoft.com") {
        sheet.note(&PLATFORM_SENDER, cited());
    }
    let digits = local.chars().filter(char::is_ascii_digit).count();
    let host = domain.split('.').next().unwrap_or("");
    let random_local = places::is_random(local) && digits >= 3 && !local.contains(['=', '+']);
    if places::is_random(label(domain))
        || (random_local && !places::is_free_mail(domain))
        || (places::is_free_mail(domain) && places::consonants(local) >= 5)
        || (host.len() > 9 && places::is_random(host))
    {
        sheet.note(&RANDOM_SENDER, cited());
    }
}

fn answers(mail: &Mail<'_>, domain: &str, sheet: &mut Sheet) {
    if domain.is_empty() {
        return;
    }
    if let Some((source, _)) = &mail.reply_to {
        let cited = || quote::cut(source, 0, source.len());
        let from = mail.from.as_ref().map(|(_, from)| from);
        for reply in Mailbox::all(source) {
            if from.is_some_and(|from| from.local == reply.local && from.domain == reply.domain) {
                continue;
            }
            let odd = places::is_cheap(&reply.domain) || places::is_random(label(&reply.domain));
            if odd && !related(&reply.domain, domain) {
                sheet.note(&REPLY_ELSEWHERE, cited());
            } else if places::is_free_mail(&reply.domain) {
                sheet.note(&REPLY_FREE, cited());
            }
        }
    }
    if let Some((source, back)) = &mail.return_path
        && !back.domain.is_empty()
        && !related(&back.domain, domain)
    {
        sheet.note(&BOUNCE_ELSEWHERE, quote::cut(source, 0, source.len()));
    }
}

fn authentication(mail: &Mail<'_>, sheet: &mut Sheet) {
    let cited = |word: &str| {
        let header = mail
            .auth_headers
            .iter()
            .find(|header| header.to_ascii_lowercase().contains(word))
            .or(mail.auth_headers.first());
        header.and_then(|header| quote::cut(header, 0, header.len()))
    };
    let auth = &mail.auth;
    if auth.dmarc == Some(Outcome::Fail) {
        sheet.note(&DMARC_FAIL, cited("dmarc"));
    }
    match auth.spf {
        Some(Outcome::Fail) => sheet.note(&SPF_FAIL, cited("spf")),
        // "A weak statement" of the domain, RFC 7208 §8.5.
        Some(Outcome::SoftFail) => sheet.weigh(&SPF_FAIL, WEAK, cited("softfail")),
        _ => {}
    }
    // A signature that does not hold is no worse than none, RFC 6376 §6.1; forwarding breaks it.
    let vouched = [auth.spf, auth.dkim, auth.dmarc].contains(&Some(Outcome::Pass));
    if !auth.is_unknown() && !vouched {
        sheet.note(&UNSIGNED, cited("="));
    }
}
