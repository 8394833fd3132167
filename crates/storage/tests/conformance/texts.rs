//! Full text: both databases find the same words, also where their own ideas of a word differ.

use crate::support::*;
use probatum_application::indicators::{IndicatorSource, Sources};
use probatum_application::use_cases::incidents;
use probatum_application::{IncidentFilter, SearchQuery};
use probatum_incident::Incident;
use probatum_kernel::{Sort, Timestamp, Total};
use probatum_tests::Engine;
use serde_json::json;

probatum_tests::on_both! {
    own: words_of_every_shape, addresses_however_they_are_written, a_database_from_before_is_searched_like_a_new_one,
        a_total_is_of_the_rows_beside_it;
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

fn titled(n: i64, title: &str) -> Incident {
    let at = Timestamp::from_millis(BASE).unwrap().plus_millis(n);
    Incident { title: title.to_owned(), ..incident(&mut Dice::new(n.unsigned_abs()), n, at) }
}

/// How many a caller who may know everything finds.
fn found(bed: &Bed, text: &str) -> u32 {
    let filter = IncidentFilter {
        text: SearchQuery::parse(text),
        seen: Sources::of(IndicatorSource::ALL),
        ..IncidentFilter::default()
    };
    let query = crate::lists::query(filter, Sort::default());
    match bed.read(move |tx| tx.list_incidents(&query)).unwrap().total {
        Total::Exactly(n) | Total::AtLeast(n) => n,
    }
}

fn addresses_however_they_are_written(engine: Engine) {
    let bed = Bed::new(engine);
    bed.insert(&[
        titled(1, "Scans from 2001:0DB8:0:0::1, again"),
        titled(2, "Scans from 2001:db8:1::"),
        titled(3, "Listens on [::]:443 and ::ffff:192.0.2.7"),
    ]);
    for (text, n) in [
        ("2001:db8::1", 1),
        ("2001:0DB8:0:0::1", 1),
        ("\"from 2001:db8::1 again\"", 1),
        ("2001:db8:1::", 1),
        ("2001:db8*", 2),
        ("::", 1),
        ("::1", 0),
        ("192.0.2.7", 1),
        ("::ffff:192.0.2.7", 1),
    ] {
        assert_eq!(found(&bed, text), n, "{text}");
    }
}

fn a_database_from_before_is_searched_like_a_new_one(engine: Engine) {
    let bed = Bed::new(engine);
    let raw = json!({"url": "https://login.example.net/a", "subject": "Invoice"});
    let incidents: Vec<_> = (1..=450)
        .map(|n| Incident {
            raw_data: Some(raw.clone()),
            summary: Some("of payroll".to_owned()),
            ..titled(n, "A breach")
        })
        .collect();
    bed.insert(&incidents);
    let asked = [("login.example.net", 450), ("\"breach of\"", 0), ("\"of payroll\"", 450)];
    assert_eq!(asked.map(|(text, _)| (text, found(&bed, text))), asked);
    // What the program before knew of words and indicators.
    bed.raw().run("DELETE FROM indicators; UPDATE incidents SET search_text = 'wa wbreach wof wpayroll'");
    bed.raw().run("UPDATE search_version SET version = 0");
    let before = [("login.example.net", 0), ("\"breach of\"", 450), ("\"of payroll\"", 450)];
    assert_eq!(before.map(|(text, _)| (text, found(&bed, text))), before);
    probatum_storage::migrate(&bed.settings.backend).unwrap();
    assert_eq!(asked.map(|(text, _)| (text, found(&bed, text))), asked);
    let id = incidents[7].id;
    assert_eq!(bed.read(move |tx| tx.indicators_of(id)).unwrap().len(), 2, "the URL and its host");
    let tables = |bed: &Bed| {
        (bed.raw().count("indicators"), bed.raw().texts("SELECT search_text AS t FROM incidents"))
    };
    let once = tables(&bed);
    bed.raw().run("UPDATE search_version SET version = 0");
    probatum_storage::migrate(&bed.settings.backend).unwrap();
    assert!(tables(&bed) == once, "a second time changes nothing");
}

/// The total may be counted beside the page, on another snapshot if something is written between.
fn a_total_is_of_the_rows_beside_it(engine: Engine) {
    const N: i64 = 90;
    let bed = Bed::new(engine);
    let now = Timestamp::from_millis(BASE).unwrap();
    std::thread::scope(|scope| {
        let bed = &bed;
        let writer = scope.spawn(move || {
            for n in 0..N {
                let at = now.plus_millis(n);
                let new = draft("Payroll is down", at);
                bed.write(move |tx| incidents::create(tx, &ctx(at), &new)).unwrap();
            }
        });
        let filter = IncidentFilter { text: SearchQuery::parse("payroll"), ..IncidentFilter::default() };
        let query = crate::lists::query(filter, Sort::default());
        while !writer.is_finished() {
            let asked = query.clone();
            let list = bed.read(move |tx| tx.list_incidents(&asked)).unwrap();
            assert_eq!(list.total, Total::Exactly(u32::try_from(list.rows.len()).unwrap()));
        }
    });
    assert_eq!(found(&bed, "payroll"), u32::try_from(N).unwrap());
}

/// Each of two threads counts a part, and one no further than to half of what is told exactly, unless it must.
#[test]
fn a_total_is_whole_wherever_the_matches_stand() {
    for (from, to, total) in [
        (6_701, 12_000, Total::Exactly(5_300)),
        (1, 5_300, Total::Exactly(5_300)),
        (2_001, 12_000, Total::Exactly(10_000)),
        (2_000, 12_000, Total::AtLeast(10_000)),
    ] {
        let bed = Bed::new(Engine::Sqlite);
        bed.insert(&[titled(1, "The newest of many")]);
        // Only the index of the others: a total asks for no more.
        bed.raw().run("UPDATE incidents SET seq = 12001");
        bed.raw().run(&format!(
            "WITH RECURSIVE n (n) AS (SELECT {from} UNION ALL SELECT n + 1 FROM n WHERE n < {to}) \
             INSERT INTO incident_text (rowid, search_text, facets) SELECT n, 'wpayroll', 'a0' FROM n"
        ));
        let filter = IncidentFilter { text: SearchQuery::parse("payroll"), ..IncidentFilter::default() };
        let query = crate::lists::query(filter, Sort::default());
        let list = bed.read(move |tx| tx.list_incidents(&query)).unwrap();
        assert_eq!(list.total, total, "{from} to {to}");
    }
}
