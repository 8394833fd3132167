//! Signals of prompts and agent traces: what users try on a model, and data that gives orders.

mod data;
mod user;

use super::sheet::{Rule, Sheet};
use crate::input::prompt::{Call, Prompt};
use crate::text::decode;
use crate::text::quote;
use crate::text::real;
use crate::text::words::{Text, TrickKind};

pub const ENCODED: Rule = Rule::new("encoded_instructions", 3.0, "instructions are hidden in an encoding");
pub const HIDDEN: Rule = Rule::new("hidden_characters", 2.4, "invisible characters carry or split words");
pub const MIXED: Rule = Rule::new("mixed_alphabets", 2.0, "words mix letters of two alphabets");
pub const STYLED: Rule =
    Rule::new("styled_letters", 1.0, "words are written in letters that only look like letters");
pub const GUARDED: Rule =
    Rule::new("guarded_phrase", 2.0, "it contains the very words the operator reserved");
pub const GUARDED_TALK: Rule = Rule::new(
    "talk_of_guarded_secret",
    1.7,
    "it speaks about the secret the operator told the model to keep, instead of giving it",
);
pub const SPACED: Rule =
    Rule::new("spaced_letters", 2.4, "instructions are spelt with a space between the letters");
pub const OBEYED: Rule =
    Rule::new("tool_call_from_data", 1.4, "the agent called a tool with a target that only the data names");

/// The most that the phrases of one voice add.
const MOST: f64 = 8.0;

/// Everything that speaks against a prompt or trace.
pub fn inspect(prompt: &Prompt<'_>) -> Sheet {
    let mut sheet = Sheet::default();
    for text in &prompt.user {
        voice(
            text,
            user::phrases().find(text).iter().map(|hit| (hit.group, hit.first, hit.last)),
            &user::RULES,
            &mut sheet,
        );
        disguises(text, false, &mut sheet);
        guarded(text, prompt, &mut sheet);
    }
    for text in &prompt.data {
        voice(
            text,
            data::phrases().find(text).iter().map(|hit| (hit.group, hit.first, hit.last)),
            &data::RULES,
            &mut sheet,
        );
        disguises(text, true, &mut sheet);
        leaks(text, &mut sheet);
        questions(text, &mut sheet);
    }
    for call in &prompt.calls {
        obeyed(call, prompt, &mut sheet);
    }
    sheet
}

/// Notes the rules whose phrases a text holds; repeated ones weigh a little more.
fn voice(
    text: &Text<'_>,
    hits: impl Iterator<Item = (usize, usize, usize)>,
    rules: &[&'static Rule],
    sheet: &mut Sheet,
) {
    let mut counts = vec![(0usize, 0usize, 0usize); rules.len()];
    for (group, first, last) in hits {
        if let Some((count, start, end)) = counts.get_mut(group) {
            if *count == 0 {
                (*start, *end) = (first, last);
            }
            *count += 1;
        }
    }
    let mut room = MOST;
    for (rule, (count, first, last)) in rules.iter().zip(counts) {
        if count > 0 {
            let weight = (rule.weight * (1.0 + 0.1 * real(count.min(4) - 1))).min(room);
            room -= weight;
            sheet.weigh(rule, weight, text.quote(first, last));
        }
    }
}

/// Notes letters in disguise and encoded orders.
fn disguises(text: &Text<'_>, data: bool, sheet: &mut Sheet) {
    for trick in &text.tricks {
        let rule = match trick.kind {
            TrickKind::ZeroWidth | TrickKind::Tags | TrickKind::Turned => &HIDDEN,
            TrickKind::Mixed => &MIXED,
            TrickKind::Styled => &STYLED,
        };
        sheet.note(rule, quote::cut(text.source, trick.start, trick.end.max(trick.start)));
    }
    let orders = |says: &str| {
        let inner = Text::plain(says);
        let heavy = |rule: &Rule| rule.weight >= 2.0;
        let user = user::phrases()
            .find(&inner)
            .iter()
            .any(|hit| user::RULES.get(hit.group).is_some_and(|rule| heavy(rule)));
        user || (data
            && data::phrases()
                .find(&inner)
                .iter()
                .any(|hit| data::RULES.get(hit.group).is_some_and(|rule| heavy(rule))))
    };
    for hidden in decode::hidden(text.source, 8) {
        if orders(&hidden.says) {
            sheet.note(&ENCODED, quote::cut(text.source, hidden.start, hidden.end));
        }
    }
    if !text.tagged.is_empty() && orders(&text.tagged) {
        sheet.weigh(
            &HIDDEN,
            HIDDEN.weight + 1.0,
            text.tricks.first().and_then(|t| quote::cut(text.source, t.start, t.end)),
        );
    }
    let head = text.source.get(..text.source.len().min(4000)).unwrap_or("");
    if head.contains("vtaber") || head.to_lowercase().contains("flfgrz") || head.contains("vafgehpgvbaf") {
        let turned = decode::rot13(head);
        if orders(&turned) {
            sheet.note(&ENCODED, quote::opening(head));
        }
    }
    spaced(text, &orders, sheet);
}

/// Joins letters that stand alone in a row, and looks whether they spell an order.
fn spaced(text: &Text<'_>, orders: &dyn Fn(&str) -> bool, sheet: &mut Sheet) {
    let (mut from, mut letters) = (0, String::new());
    for index in 0..=text.words.len() {
        let letter = text.at(index).filter(|w| w.len() == 1 && w.chars().all(|c| c.is_ascii_alphabetic()));
        if let Some(letter) = letter {
            if letters.is_empty() {
                from = index;
            }
            letters.push_str(letter);
            continue;
        }
        if letters.len() >= 10 {
            let spelt = [
                "ignore",
                "previous",
                "instructions",
                "system",
                "prompt",
                "password",
                "all",
                "reveal",
                "rules",
                "forget",
                "above",
                "disregard",
                "print",
                "show",
                "the",
                "your",
            ]
            .iter()
            .fold(letters.clone(), |said, word| said.replace(word, &format!(" {word} ")));
            if orders(&spelt) {
                sheet.note(&SPACED, text.quote(from, index.saturating_sub(1)));
            }
        }
        letters.clear();
    }
}

/// Notes words of the user that the operator put in quotation marks as what the model may say only to some.
fn guarded(text: &Text<'_>, prompt: &Prompt<'_>, sheet: &mut Sheet) {
    for system in &prompt.system {
        let quoted = system.source.split(['"', '“', '”']).skip(1).step_by(2).take(50);
        for phrase in quoted.filter(|phrase| (6..60).contains(&phrase.len()) && phrase.trim().contains(' ')) {
            let wanted = Text::plain(phrase);
            // Giving just the phrase is what a guarded door is for; saying more than it is an attempt.
            let more = text.words.len() > wanted.words.len();
            if !wanted.folded().is_empty() && more && text.folded().contains(wanted.folded()) {
                sheet.note(&GUARDED, find_quote(text, wanted.folded()));
            }
        }
        let secret = SECRETS.iter().find(|secret| text.folded().contains(*secret));
        if let Some(secret) = secret.filter(|_| SECRETS.iter().any(|secret| system.folded().contains(secret)))
        {
            sheet.note(&GUARDED_TALK, find_quote(text, secret));
        }
    }
}

/// What operators tell models to keep to themselves.
const SECRETS: [&str; 8] = [
    "password",
    "access code",
    "passphrase",
    "passcode",
    "secret key",
    "secret code",
    "security code",
    "entry code",
];

/// Notes questions in data: a line or sentence that asks something.
fn questions(text: &Text<'_>, sheet: &mut Sheet) {
    for (at, _) in text.source.match_indices('?').take(200) {
        let before = text.source.get(..at).unwrap_or("");
        let from = before.rfind(['\n', '.', '!', '?', '|', '>', ':']).map_or(0, |cut| cut + 1);
        let asked = before.get(from..).unwrap_or("").trim();
        let first = asked.split(' ').next().unwrap_or("").to_lowercase();
        let words = asked.split_whitespace().count();
        let asks = ["what", "whats", "what's", "who", "which", "how", "when", "where", "can", "could", "why"]
            .contains(&first.as_str());
        if asks && (4..=25).contains(&words) {
            sheet.note(&data::QUESTION, quote::cut(text.source, from, at + 1));
        }
    }
}

/// A quotation of the words that folded read as `wanted`.
fn find_quote(text: &Text<'_>, wanted: &str) -> Option<String> {
    let words: Vec<&str> = wanted.split(' ').collect();
    let first = (0..text.words.len())
        .find(|at| words.iter().enumerate().all(|(i, word)| text.at(at + i).is_some_and(|w| w == *word)));
    first.map_or_else(|| quote::opening(text.source), |first| text.quote(first, first + words.len() - 1))
}

/// Notes pictures and links with room for data in them.
fn leaks(text: &Text<'_>, sheet: &mut Sheet) {
    for (at, _) in text.source.match_indices("](http").take(200) {
        let target = text.source.get(at + 2..).unwrap_or("").split([')', ' ', '\n']).next().unwrap_or("");
        let room = target.contains(['{', '<', '['])
            || target.contains("%7B")
            || ["=data", "=secret", "=...", "=USER", "=CHAT", "=INSERT", "=YOUR"]
                .iter()
                .any(|part| target.contains(part));
        if room {
            sheet.note(&data::IMAGE_LEAK, quote::cut(text.source, at + 2, at + 2 + target.len()));
        }
    }
}

/// Notes a call that changes something, with a target which the data names and neither user nor operator does.
fn obeyed(call: &Call<'_>, prompt: &Prompt<'_>, sheet: &mut Sheet) {
    let name = call.name.to_lowercase();
    let changes = [
        "send", "transfer", "pay", "delete", "remove", "share", "invite", "post", "update", "grant",
        "upload", "forward", "write", "create", "add_user", "reset", "schedule",
    ];
    if !changes.iter().any(|verb| name.contains(verb)) {
        return;
    }
    let said = |texts: &[Text<'_>], target: &str| {
        texts.iter().any(|text| text.source.to_lowercase().contains(target))
    };
    for target in targets(call.arguments) {
        let plain = target.to_lowercase();
        let named =
            prompt.data.iter().take(call.seen).any(|text| text.source.to_lowercase().contains(&plain));
        if named && !said(&prompt.user, &plain) && !said(&prompt.system, &plain) {
            sheet.note(&OBEYED, quote::cut(target, 0, target.len()));
        }
    }
}

/// Addresses, links and account numbers in arguments.
fn targets(arguments: &str) -> Vec<&str> {
    let words = arguments.split(|c: char| {
        c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '[' | ']' | '{' | '}' | '(' | ')' | '\\')
    });
    let telling = |word: &&str| {
        let digits = word.chars().filter(char::is_ascii_digit).count();
        (word.len() >= 6 && word.contains('@') && word.contains('.'))
            || word.starts_with("http")
            || word.starts_with("www.")
            || (digits >= 10 && word.len() >= 12)
    };
    words.filter(telling).take(50).collect()
}
