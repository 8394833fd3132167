//! Signals of mails: who writes, where it leads, what it asks for, how it is made.

mod brands;
mod content;
mod identity;
mod lexicon;
mod links;
mod places;
mod punycode;

use super::sheet::{Rule, Sheet};
use crate::input::mail::Mail;
use crate::text::real;
use crate::text::words::Text;

/// A mail that asks for something while it is not clear who asks.
pub const ASK_FROM_NOBODY: Rule =
    Rule::new("request_from_unproven_sender", 1.2, "it asks for something of value, and its sender or links are not what they claim");

/// How much of what a mail asks for counts while nothing is wrong with its sender and links.
const TRUSTED_SHARE: f64 = 0.4;
/// The most that all requests together add.
const MOST: f64 = 5.5;

/// Everything that speaks against a mail.
pub fn inspect(mail: &Mail<'_>) -> Sheet {
    let mut sheet = Sheet::default();
    let sender = identity::inspect(mail, &mut sheet);
    let away = links::inspect(mail, &sender, &mut sheet);
    links::named_brand(mail, &sender, &mut sheet);
    content::inspect(mail, &mut sheet);
    requests(mail, sender.gap || away, &mut sheet);
    sheet
}

/// Notes what the mail asks for. A request weighs in full only if sender or links give reason to doubt.
fn requests(mail: &Mail<'_>, doubted: bool, sheet: &mut Sheet) {
    let share = if doubted { 1.0 } else { TRUSTED_SHARE };
    let mut seen = [0usize; lexicon::RULES.len()];
    let mut wanted: Vec<(usize, f64, Option<String>)> = Vec::new();
    for text in std::iter::once(&mail.subject).chain(&mail.bodies) {
        for hit in lexicon::phrases().find(text) {
            let Some(rule) = lexicon::RULES.get(hit.group) else { continue };
            let Some(count) = seen.get_mut(hit.group) else { continue };
            *count += 1;
            if *count == 1 {
                wanted.push((hit.group, rule.weight, quote(text, hit.first, hit.last)));
            }
        }
    }
    let mut room = MOST;
    wanted.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    for (group, weight, quote) in wanted {
        let (Some(rule), Some(count)) = (lexicon::RULES.get(group), seen.get(group)) else { continue };
        let repeated = 1.0 + 0.1 * real((*count).min(4) - 1);
        let weight = (weight * share * repeated).min(room);
        room -= weight;
        sheet.weigh(rule, weight, quote);
    }
    let valued = [&lexicon::CREDENTIALS, &lexicon::MAILBOX, &lexicon::PARCEL, &lexicon::PRIZE, &lexicon::ADVANCE_FEE, &lexicon::WALLET, &lexicon::IMPOSTOR];
    let asked = sheet.found.iter().find(|found| valued.iter().any(|rule| rule.name == found.rule.name)).map(|found| found.quote.clone());
    if doubted {
        sheet.note(&ASK_FROM_NOBODY, asked);
    }
}

fn quote(text: &Text<'_>, first: usize, last: usize) -> Option<String> {
    text.quote(first, last)
}
