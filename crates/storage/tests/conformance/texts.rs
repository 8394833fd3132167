//! Full text: both databases find the same words, also where their own ideas of a word differ.

use crate::support::*;
use probatum_application::IncidentFilter;
use probatum_incident::Incident;
use probatum_kernel::{Sort, Timestamp};
use probatum_tests::Engine;

probatum_tests::on_both! {
    own: words_of_every_shape;
}

/// Runs of letters and digits as they occur in logs: PostgreSQL has opinions about numbers, hosts and versions.
const ODD: &[&str] = &[
    "1e5abc",
    "0x1f",
    "12ab34",
    "3d",
    "007",
    "1e",
    "e5",
    "abc1e5",
    "v2",
    "www",
    "http",
    "com",
    "10",
    "1e10e3",
    "9999999999999999999999",
    "ab",
    "AB",
    "ÀÉ",
    "àé",
    "ae",
    "ß",
    "ẞ",
    "ﬁ",
    "٣",
    "²",
    "Ⅷ",
    "东京",
    "京",
    "ёж",
    "İ",
    "Σας",
    "\u{65}\u{301}",
    "x\u{200d}y",
    "क्ष",
    "z",
    "zé",
    "é",
    "z0000e9",
    "ไทย",
    "हिन्दी",
    "हिन",
    "ह",
    "Ⓐb",
    "b",
    "0",
    "00",
    "5x5",
    "1_000",
    "a.b",
    "a-b",
    "a:b",
    "it's",
];

fn words_of_every_shape(engine: Engine) {
    let bed = Bed::new(engine);
    let created = |n: i64| Timestamp::from_millis(BASE).unwrap().plus_millis(n);
    let mut dice = Dice::new(59);
    let all: Vec<Incident> = (1i64..)
        .zip(ODD)
        .map(|(n, word)| Incident {
            title: format!("{word} {}", dice.pick(ODD)),
            summary: None,
            source: None,
            tags: vec![dice.pick(ODD).to_owned()],
            ..incident(&mut dice, n, created(n))
        })
        .collect();
    bed.insert(&all);
    let known = model::know(&all);
    let mut wrong = Vec::new();
    for word in ODD {
        for text in [word.to_string(), format!("{word}*"), format!("\"{word}\"")] {
            let filter = IncidentFilter { text: model::text(&text), ..IncidentFilter::default() };
            let query = crate::lists::query(filter, Sort::default());
            let expected: Vec<String> = model::all(&known, &query).iter().map(|i| i.title.clone()).collect();
            let found = bed.read(move |tx| tx.list_incidents(&query)).unwrap();
            let found: Vec<String> = found.rows.into_iter().map(|i| i.title).collect();
            if found != expected {
                wrong.push(format!("{text}: found {found:?}, not {expected:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
