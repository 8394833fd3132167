//! Full text: both databases find the same words, also where their own ideas of a word differ.

use crate::support::*;
use probatum_application::indicators::{IndicatorSource, Sources};
use probatum_application::use_cases::incidents;
use probatum_application::{IncidentFilter, SearchQuery};
use probatum_incident::{Band, Incident, Priority, QueueStatus, Severity};
use probatum_kernel::{EvidenceStatus, Position, Sort, Timestamp, Total};
use probatum_tests::Engine;
use serde_json::json;

probatum_tests::on_both! {
    own: words_of_every_shape, addresses_however_they_are_written, a_database_from_before_is_searched_like_a_new_one,
        a_total_is_of_the_rows_beside_it, a_total_stays_what_it_is_from_page_to_page, matches_may_stand_far_from_where_an_order_begins;
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

/// Also where the cursor has left but one value of the order behind.
fn a_total_stays_what_it_is_from_page_to_page(engine: Engine) {
    let bed = Bed::new(engine);
    let of = |n: i64| {
        let few = n % 3 == 0;
        Incident {
            evidence_status: EvidenceStatus::Confirmed,
            status: if few { QueueStatus::Resolved } else { QueueStatus::Open },
            severity: Severity::new(if few { 9 } else { 2 }).unwrap(),
            priority: few.then_some(Priority::P0),
            ..titled(n + 1, "Payroll is down")
        }
    };
    bed.insert(&(0..30).map(of).collect::<Vec<_>>());
    for key in ["status", "severity", "priority", "created_at"] {
        for direction in ["", "-"] {
            let filter = IncidentFilter { text: SearchQuery::parse("payroll"), ..IncidentFilter::default() };
            let mut query = crate::lists::query(filter, format!("{direction}{key}").parse().unwrap());
            let (mut seen, mut more) = (0, true);
            query.page.per_page = 7;
            while more {
                let asked = query.clone();
                let list = bed.read(move |tx| tx.list_incidents(&asked)).unwrap();
                assert_eq!(list.total, Total::Exactly(30), "{query:?}");
                seen += list.rows.len();
                more = list.next.is_some();
                list.next.into_iter().for_each(|next| query.page.position = Position::After(next));
            }
            assert_eq!(seen, 30);
        }
    }
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

/// The columns of incidents, and what each is in the n-th copy: a second younger than the one before. The first
/// [`MATCHING`] are about payroll, of high severity (nearly all of one score) and of three priorities; the others, more than are looked at one by one,
/// come before them in most orders.
fn copied(engine: Engine, raw: &mut Raw) -> (String, String) {
    let names = raw.texts(match engine {
        Engine::Sqlite => "SELECT name AS t FROM pragma_table_info('incidents') WHERE name <> 'seq'",
        Engine::Postgres => {
            "SELECT column_name::TEXT AS t FROM information_schema.columns WHERE table_schema = 'public' \
             AND table_name = 'incidents' AND is_generated = 'NEVER'"
        }
    });
    let of =
        |matching: &str, other: &str| format!("CASE WHEN n <= {MATCHING} THEN {matching} ELSE {other} END");
    let rank = of("1 + n % 3", "4");
    let value = |name: &String| match (name.as_str(), engine) {
        ("public_number", _) => "n + 1".to_owned(),
        ("id", Engine::Sqlite) => {
            format!("unhex(printf('%012x', {BASE} + 1 + n * 1000) || substr(hex(id), 13))")
        }
        ("id", Engine::Postgres) => format!(
            "CAST(lpad(to_hex({BASE} + 1 + n * 1000), 12, '0') || substr(replace(id::TEXT, '-', ''), 13) AS UUID)"
        ),
        ("created_at" | "updated_at", Engine::Sqlite) => format!("{name} + n * 1000"),
        ("created_at" | "updated_at", Engine::Postgres) => format!("{name} + n * INTERVAL '1 second'"),
        ("priority_rank", _) => rank.clone(),
        ("severity", _) => of("7 + n % 100 / 99", "9"),
        ("band", _) => of("'high'", "'critical'"),
        ("facets", _) => format!("(facets & ~992) | ({} << 5) | (CAST({rank} AS BIGINT) << 7)", of("2", "3")),
        ("search_text", _) => of("'wa wpayroll wnight wheron'", "'wa wother'"),
        (other, _) => other.to_owned(),
    };
    let values: Vec<String> = names.iter().map(value).collect();
    (names.join(", "), values.join(", "))
}

const MATCHING: i64 = 10_300;

fn matches_may_stand_far_from_where_an_order_begins(engine: Engine) {
    let bed = Bed::new(engine);
    let first = Incident {
        evidence_status: EvidenceStatus::Confirmed,
        priority: Some(Priority::P1),
        country: Some("PL".parse().unwrap()),
        agent_id: Some("b1f2...-agent".parse().unwrap()),
        sla_due_at: None,
        ..titled(1, "The first of many")
    };
    bed.insert(&[first]);
    let mut raw = bed.raw();
    let (names, values) = copied(engine, &mut raw);
    raw.run(&format!(
        "INSERT INTO incidents ({names}) WITH RECURSIVE copies (n) AS \
         (SELECT 1 UNION ALL SELECT n + 1 FROM copies WHERE n < 32300) SELECT {values} FROM incidents, copies ORDER BY n;
         UPDATE facet_counts SET n = n * 32301;
         DELETE FROM facet_counts WHERE facet IN ('priority', 'band');
         INSERT INTO facet_counts (facet, value, n) VALUES ('priority', 'P2', 3434), ('band', 'high', 10300);"
    ));
    let any = IncidentFilter::default();
    let with =
        |text: &str, f: &IncidentFilter| IncidentFilter { text: SearchQuery::parse(text), ..f.clone() };
    let country = IncidentFilter { country: Some("PL".parse().unwrap()), ..any.clone() };
    let band = IncidentFilter { severity: Some(Band::High), ..any.clone() };
    let both = IncidentFilter { severity: Some(Band::High), ..country.clone() };
    let until = Timestamp::from_millis(BASE + 40_000_000).unwrap();
    let time = IncidentFilter { created_before: Some(until), ..any.clone() };
    let all = Total::AtLeast(10_000);
    for sort in ["-created_at", "created_at", "-updated_at", "-priority", "priority", "-severity", "severity"]
    {
        far(&bed, with("payroll", &country), sort, "TRUE", all);
        far(&bed, with("\"night heron\" pay*", &any), sort, "TRUE", all);
        far(&bed, with("pa*", &band), sort, "TRUE", all);
        far(&bed, with("heron", &both), sort, "TRUE", all);
        far(&bed, with("payroll", &time), sort, "TRUE", all);
    }
    far(&bed, with("payroll", &time), "updated_at", "TRUE", all);
    let score = IncidentFilter { severity_score: Some(7), ..any.clone() };
    far(&bed, with("payroll", &score), "severity", "severity = 7", all);
    let overdue = IncidentFilter { overdue: Some(false), ..any.clone() };
    far(&bed, with("payroll", &overdue), "-priority", "TRUE", all);
    let agent = IncidentFilter { agent_id: Some("b1f2...-agent".parse().unwrap()), ..any.clone() };
    far(&bed, with("payroll", &agent), "-created_at", "TRUE", all);
    let ranked = IncidentFilter { priority: Some(Priority::P2), ..any };
    far(&bed, with("payroll", &ranked), "-priority", "priority_rank = 2", Total::Exactly(3_434));
}

/// Pages by number and by cursor are those that the table has.
fn far(bed: &Bed, filter: IncidentFilter, sort: &str, also: &str, total: Total) {
    let mut raw = bed.raw();
    let hex = match raw {
        Raw::Sqlite(_) => "lower(hex(id))",
        Raw::Postgres(_) => "replace(id::TEXT, '-', '')",
    };
    let (key, direction) = sort.strip_prefix('-').map_or((sort, "ASC"), |key| (key, "DESC"));
    let column = if key == "priority" { "priority_rank" } else { key };
    let mut expected = |from: u32| {
        raw.texts(&format!(
            "SELECT {hex} AS t FROM incidents WHERE search_text LIKE '%wpayroll%' AND {also} \
             ORDER BY {column} {direction}, id {direction} LIMIT 50 OFFSET {from}"
        ))
    };
    let mut query = crate::lists::query(filter, sort.parse().unwrap());
    query.now = Timestamp::from_millis(BASE + 32_301_000).unwrap();
    query.page.per_page = 50;
    for number in [67, 68, 3, 2, 1] {
        query.page.position = Position::Number(number);
        let asked = query.clone();
        let list = bed.read(move |tx| tx.list_incidents(&asked)).unwrap();
        let ids: Vec<String> = list.rows.iter().map(|i| i.id.uuid().simple().to_string()).collect();
        assert_eq!((ids, list.total), (expected((number - 1) * 50), total), "{query:?}");
        if let Some(next) = list.next {
            query.page.position = Position::After(next);
            let asked = query.clone();
            let list = bed.read(move |tx| tx.list_incidents(&asked)).unwrap();
            let ids: Vec<String> = list.rows.iter().map(|i| i.id.uuid().simple().to_string()).collect();
            assert_eq!((ids, list.total), (expected(number * 50), total), "{query:?}");
        }
    }
}
