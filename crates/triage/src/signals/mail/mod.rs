//! Signals of mails: who writes, where it leads, what it asks for, how it is made.

mod brands;
mod content;
mod identity;
mod lexicon;
mod links;
mod places;
mod punycode;

use super::levels::{FAIR, GRAVE, STRONG};
use super::sheet::{Rule, Sheet};
use crate::input::auth::Outcome;
use crate::input::mail::Mail;
use crate::text::phrases::{Hit, Phrases};
use crate::text::words::Text;
use identity::Sender;
use links::Way;
use std::sync::OnceLock;

/// A mail that asks for something while it is not clear who asks.
pub const ASK_FROM_NOBODY: Rule = Rule::new(
    "request_from_unproven_sender",
    FAIR,
    "it asks for something of value, and its sender or links are not what they claim",
);
/// A brand that is not the sender's, beside a request.
pub const BRAND_NEAR: Rule = Rule::new(
    "brand_in_request",
    FAIR,
    "it names a brand beside its request, and the sender is somebody else",
);

/// A bill from an address that anybody gets for nothing.
pub const RECEIPT_FROM_FREE_MAIL: Rule =
    Rule::new("receipt_from_free_mail", STRONG, "a receipt or bill comes from a free mail address");

/// How much of a request counts where the sender is proven or the links lead home: honest services ask, too.
const SHARE_PROVEN: f64 = 1.0 / 3.0;
/// The most that all requests together add: they are told by one person with one aim, not found one by one.
const MOST: f64 = 2.0 * GRAVE;
/// How many words apart requests belong together. Long mails hold many words by chance, few so close.
const NEAR: usize = 120;

/// Everything that speaks against a mail.
pub fn inspect(mail: &Mail<'_>) -> Sheet {
    let mut sheet = Sheet::default();
    let sender = identity::inspect(mail, &mut sheet);
    let way = links::inspect(mail, &sender, &mut sheet);
    links::named_brand(mail, &sender, &mut sheet);
    content::inspect(mail, &mut sheet);
    let doubted = sender.gap || way == Way::Doubtful;
    let home = way == Way::Home || sender.owner;
    let signed = mail.auth.dmarc == Some(Outcome::Pass) && way != Way::Open;
    let free = places::is_free_mail(&sender.domain);
    // That a free mail address is genuine proves nobody: anybody gets one.
    let share = |proven: bool| if proven && !doubted && !free { SHARE_PROVEN } else { 1.0 };
    // Links and headers can be added; they make a mail less suspicious, but nothing that is malicious less so.
    let requests = requests(mail, &sender);
    note(&requests, share(home || signed), share(sender.owner), &mut sheet);
    // Friends ask favours from free mail addresses. Banks, carriers and executors do not write from there.
    let unproven = |rule: &Rule| doubted || (free && rule.name != lexicon::IMPOSTOR.name);
    let asked = requests.iter().find(|(rule, _, _)| is_valued(rule) && unproven(rule));
    if let Some((_, _, quote)) = asked {
        sheet.note(&ASK_FROM_NOBODY, quote.clone());
    }
    let forwarded = mail.subject.at(0).is_some_and(|word| ["fwd", "fw", "re"].contains(&word));
    if free
        && !forwarded
        && let Some((_, _, quote)) = requests.iter().find(|(rule, _, _)| rule.name == lexicon::RECEIPT.name)
    {
        sheet.note(&RECEIPT_FROM_FREE_MAIL, quote.clone());
    }
    sheet
}

/// Notes requests with their shares, up to what all together may add.
fn note(requests: &[Request], share: f64, firm_share: f64, sheet: &mut Sheet) {
    let (mut room, mut firm_room) = (MOST, MOST);
    for (rule, weight, quote) in requests {
        let (full, firm) = ((weight * share).min(room), (weight * firm_share).min(firm_room));
        room -= full;
        firm_room -= firm;
        sheet.weigh_firmly(rule, full, firm, quote.clone());
    }
}

/// A request: its rule, its weight before any share, and the words.
type Request = (&'static Rule, f64, Option<String>);

/// What the mail asks for: in its subject, and in that stretch of a body that asks for most. Heaviest first.
fn requests(mail: &Mail<'_>, sender: &Sender) -> Vec<Request> {
    let subject = hits(&mail.subject, sender);
    let mut best: Vec<Request> = distinct(&mail.subject, &subject, &[], &mail.subject);
    let mut most = weight(&best);
    for body in &mail.bodies {
        let found = hits(body, sender);
        for (index, hit) in found.iter().enumerate() {
            let near: Vec<Mark> = found
                .iter()
                .skip(index)
                .take_while(|other| other.1.first <= hit.1.first + NEAR)
                .copied()
                .collect();
            let requests = distinct(body, &near, &subject, &mail.subject);
            if weight(&requests) > most {
                most = weight(&requests);
                best = requests;
            }
        }
    }
    best.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.name.cmp(b.0.name)));
    best
}

fn weight(requests: &[Request]) -> f64 {
    requests.iter().map(|(_, weight, _)| weight).sum()
}

/// A rule's phrase, or a brand, and where.
type Mark = (Option<&'static Rule>, Hit);

/// Everything of interest in a text, in its order.
fn hits(text: &Text<'_>, sender: &Sender) -> Vec<Mark> {
    let asked = lexicon::phrases()
        .find(text)
        .into_iter()
        .filter_map(|hit| Some((Some(lexicon::rule(hit.group)?), hit)));
    let named = brand_names().find(text).into_iter().filter(|hit| {
        let brand = brands::BRANDS.get(hit.group);
        brand.is_some_and(|brand| {
            !brand.common
                && !brand.domains.is_empty()
                && !EVERYWHERE.contains(&brand.name)
                && !brands::owns(brand, &sender.domain)
        })
    });
    let mut marks: Vec<Mark> = asked.chain(named.map(|hit| (None, hit))).collect();
    marks.sort_by_key(|(_, hit)| (hit.first, hit.group));
    marks
}

/// Brands that every mail names in its last lines.
const EVERYWHERE: [&str; 12] = [
    "google",
    "facebook",
    "twitter",
    "instagram",
    "linkedin",
    "youtube",
    "tiktok",
    "whatsapp",
    "app store",
    "itunes",
    "snapchat",
    "spotify",
];

fn brand_names() -> &'static Phrases {
    static NAMES: OnceLock<Phrases> = OnceLock::new();
    NAMES.get_or_init(|| {
        let names: Vec<[&str; 1]> = brands::BRANDS.iter().map(|brand| [brand.name]).collect();
        let groups: Vec<&[&str]> = names.iter().map(<[&str; 1]>::as_slice).collect();
        Phrases::compile(&groups, &[])
    })
}

/// The rules among the marks, each once, with the subject's; a brand counts beside something of value only.
fn distinct(text: &Text<'_>, near: &[Mark], subject: &[Mark], title: &Text<'_>) -> Vec<Request> {
    let mut found: Vec<Request> = Vec::new();
    let mut brand = None;
    for (rule, hit, text) in
        subject.iter().map(|(r, h)| (r, h, title)).chain(near.iter().map(|(r, h)| (r, h, text)))
    {
        match rule {
            None if brand.is_none() => brand = text.quote(hit.first, hit.last),
            // Said again, it is no second reason.
            Some(rule) if found.iter().all(|(known, _, _)| known.name != rule.name) => {
                found.push((rule, rule.weight, text.quote(hit.first, hit.last)));
            }
            _ => {}
        }
    }
    if brand.is_some()
        && found.iter().any(|(rule, _, _)| {
            is_valued(rule) || rule.name == lexicon::THREAT.name || rule.name == lexicon::PAYMENT.name
        })
    {
        found.push((&BRAND_NEAR, BRAND_NEAR.weight, brand));
    }
    found
}

/// Whether a rule is about something worth stealing.
fn is_valued(rule: &Rule) -> bool {
    let valued = [
        &lexicon::CREDENTIALS,
        &lexicon::MAILBOX,
        &lexicon::PARCEL,
        &lexicon::PRIZE,
        &lexicon::ADVANCE_FEE,
        &lexicon::WALLET,
        &lexicon::IMPOSTOR,
        &lexicon::PAYOUT,
    ];
    valued.iter().any(|known| known.name == rule.name)
}
