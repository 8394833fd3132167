//! What mails ask of their readers and threaten them with, as phrases in several languages.

mod account;
mod advert;
mod contact;
mod money;

use crate::signals::levels::{FAIR, GRAVE, SLIGHT, STRONG, WEAK};
use crate::signals::sheet::Rule;
use crate::text::phrases::Phrases;
use std::sync::OnceLock;

pub const CREDENTIALS: Rule =
    Rule::new("credential_request", STRONG, "it asks to sign in or to confirm credentials or personal data");
pub const THREAT: Rule =
    Rule::new("account_threat", FAIR, "it says that an account is limited, suspicious or about to be closed");
pub const MAILBOX: Rule =
    Rule::new("mailbox_lure", STRONG, "it speaks of held mails, a full mailbox or an expiring password");
pub const URGENCY: Rule = Rule::new("urgency", WEAK, "it presses for time");
pub const PARCEL: Rule =
    Rule::new("parcel_lure", FAIR, "it asks for a fee or data before a parcel is delivered");
pub const PAYMENT: Rule =
    Rule::new("payment_pressure", FAIR, "it is about money that was charged, is owed or is to be refunded");
pub const PRIZE: Rule = Rule::new("prize_lure", FAIR, "it promises a prize, a reward or a gift");
pub const ADVANCE_FEE: Rule =
    Rule::new("advance_fee", STRONG, "it offers a fortune, a loan or a secret deal");
pub const WALLET: Rule =
    Rule::new("wallet_lure", STRONG, "it asks to connect or verify a crypto wallet, or promises tokens");
pub const EXTORTION: Rule =
    Rule::new("extortion", GRAVE, "it threatens to publish or attack unless it is paid");
pub const IMPOSTOR: Rule =
    Rule::new("boss_request", FAIR, "it asks for a favour or a payment as a colleague or partner would");
pub const PAYOUT: Rule =
    Rule::new("payout_request", STRONG, "it asks for gift cards or for a change of bank details");
pub const DOCUMENT: Rule =
    Rule::new("document_lure", WEAK, "it lures with a shared document, a voice message or an invoice");
pub const GREETING: Rule = Rule::new("generic_greeting", WEAK, "it does not know the reader's name");
pub const CALL: Rule = Rule::new("click_call", SLIGHT, "it calls for a click");
pub const HYPE: Rule = Rule::new("hype", SLIGHT, "it advertises as unwanted mail does");
pub const ROMANCE: Rule = Rule::new("stranger_contact", FAIR, "a stranger seeks contact");
pub const NO_REPLY_TRICK: Rule =
    Rule::new("spam_folder_hint", FAIR, "it explains how to get past the spam folder");

pub const CRYPTO: Rule = Rule::new("crypto_topic", WEAK, "it is about crypto money");
pub const RECEIPT: Rule = Rule::new("receipt_talk", SLIGHT, "it reads like a receipt or a bill");
pub const OPT_OUT: Rule = Rule::new("bulk_opt_out", WEAK, "its way out is that of bought address lists");

/// Every rule with its phrases. What a phrase may be is in docs/triage.md: the general words of a known kind of fraud,
/// no product, person or campaign.
const ENTRIES: [(&Rule, &[&str]); 21] = [
    (&CREDENTIALS, account::CREDENTIALS),
    (&THREAT, account::THREAT),
    (&MAILBOX, account::MAILBOX),
    (&URGENCY, account::URGENCY),
    (&PARCEL, money::PARCEL),
    (&PAYMENT, money::PAYMENT),
    (&PRIZE, money::PRIZE),
    (&ADVANCE_FEE, money::ADVANCE_FEE),
    (&WALLET, money::WALLET),
    (&EXTORTION, money::EXTORTION),
    (&IMPOSTOR, contact::IMPOSTOR),
    (&PAYOUT, contact::PAYOUT),
    (&DOCUMENT, contact::DOCUMENT),
    (&GREETING, contact::GREETING),
    (&CALL, contact::CALL),
    (&HYPE, advert::HYPE),
    (&ROMANCE, contact::STRANGER),
    (&NO_REPLY_TRICK, contact::SPAM_FOLDER),
    (&CRYPTO, money::CRYPTO),
    (&OPT_OUT, advert::OPT_OUT),
    (&RECEIPT, money::RECEIPT),
];

/// The rule of a group of phrases.
pub fn rule(group: usize) -> Option<&'static Rule> {
    ENTRIES.get(group).map(|(rule, _)| *rule)
}

/// The phrases of all rules, compiled once.
pub fn phrases() -> &'static Phrases {
    static PHRASES: OnceLock<Phrases> = OnceLock::new();
    PHRASES.get_or_init(|| {
        let groups: Vec<&[&str]> = ENTRIES.iter().map(|(_, phrases)| *phrases).collect();
        Phrases::compile(&groups, LISTS)
    })
}

const LISTS: &[(&str, &str)] = &[
    (
        "verify",
        "verify verifying verification confirm confirming validate validating validation update updating re_activate reactivate revalidate reconfirm authenticate authenticating restore recover unlock unblock upgrade upgrading",
    ),
    (
        "account",
        "account accounts acct mailbox webmail wallet card identity id password details billing membership access apple_id log_in login credentials ownership",
    ),
    (
        "limited",
        "suspended suspend suspension limited restricted restriction* locked lock blocked disabled deactivated deactivate* de_activat* terminated terminat* closed closure expire expires expired expiring interrupted hold discontinued compromised cancelled canceled shutdown shut_down deleted lockout",
    ),
    ("mails", "mail mails message messages email emails e_mail e_mails"),
    ("money", "money fund funds sum usd dollars million millions euro euros pounds cash gold inheritance"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::words::Text;

    #[test]
    fn every_rule_is_listed_once_and_has_phrases() {
        for (at, (rule, phrases)) in ENTRIES.iter().enumerate() {
            assert!(!phrases.is_empty(), "{}", rule.name);
            assert!(ENTRIES.iter().skip(at + 1).all(|(other, _)| other.name != rule.name), "{}", rule.name);
        }
    }

    #[test]
    fn phrases_are_told_apart() {
        let rules = |source: &str| -> Vec<&str> {
            let mut names: Vec<_> = phrases()
                .find(&Text::plain(source))
                .iter()
                .filter_map(|hit| rule(hit.group))
                .map(|r| r.name)
                .collect();
            names.dedup();
            names
        };
        assert!(rules("Please verify your account now").contains(&"credential_request"));
        assert!(rules("Bitte bestätigen Sie Ihr Konto").contains(&"credential_request"));
        assert!(rules("Twoje konto zostało zablokowane").contains(&"account_threat"));
        assert!(rules("You have 7 undelivered messages").contains(&"mailbox_lure"));
        assert!(rules("Pay the customs fee to get it").contains(&"parcel_lure"));
        assert!(rules("I recorded you through your webcam").contains(&"extortion"));
        assert_eq!(rules("See you at the meeting on Monday, the agenda is on the wiki."), Vec::<&str>::new());
    }
}
