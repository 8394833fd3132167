//! Indicators: each once per incident, with where it is known from; gone with the incident.

use crate::support::*;
use probatum_application::indicators::{IndicatorSource, KnownIndicator, MAX_PER_SOURCE, Sources};
use probatum_application::{IncidentFilter, SearchQuery};
use probatum_incident::Incident;
use probatum_intake::{Indicator, IndicatorKind};
use probatum_kernel::{IncidentId, Sort, SortKey, Timestamp, Total};
use probatum_tests::Engine;

use IndicatorSource::{Evidence, Public, RawData};

probatum_tests::on_both! {
    own: each_is_kept_once, a_source_gives_so_many, a_deleted_incident_takes_its_indicators_along,
        only_who_may_know_finds, what_comes_with_raw_data, a_changed_text_keeps_the_indicators,
        prefixes_of_few_words_and_of_many;
}

fn new_incident(bed: &Bed, n: i64) -> Incident {
    let at = Timestamp::from_millis(BASE).unwrap().plus_millis(n);
    let incident = incident(&mut Dice::new(n.unsigned_abs()), n, at);
    bed.insert(std::slice::from_ref(&incident));
    incident
}

fn domain(n: usize) -> Indicator {
    Indicator::new(IndicatorKind::Domain, format!("n{n}.example"))
}

fn add(bed: &Bed, of: IncidentId, source: IndicatorSource, found: &[Indicator]) -> usize {
    let found = found.to_vec();
    bed.write(move |tx| tx.add_indicators(of, source, &found)).unwrap()
}

fn all(bed: &Bed, of: IncidentId) -> Vec<KnownIndicator> {
    bed.read(move |tx| tx.indicators_of(of)).unwrap()
}

fn known(indicator: Indicator, sources: &[IndicatorSource]) -> KnownIndicator {
    KnownIndicator { indicator, sources: Sources::of(sources) }
}

fn each_is_kept_once(engine: Engine) {
    let bed = Bed::new(engine);
    let (of, other) = (new_incident(&bed, 1).id, new_incident(&bed, 2).id);
    let url = Indicator::new(IndicatorKind::Url, "https://n1.example/żółw?a='\"%");
    assert_eq!(add(&bed, of, RawData, &[]), 0);
    assert_eq!(add(&bed, of, RawData, &[url.clone(), domain(1), url.clone()]), 2);
    assert_eq!(add(&bed, of, RawData, &[domain(1), url.clone()]), 0, "it may run twice");
    assert_eq!(add(&bed, of, Public, &[domain(2), domain(1)]), 2);
    assert_eq!(add(&bed, of, Evidence, &[domain(1)]), 1);
    // One value may be two things.
    let email = Indicator::new(IndicatorKind::Email, "n1.example");
    assert_eq!(add(&bed, of, Evidence, std::slice::from_ref(&email)), 1);
    let noted = [
        known(url, &[RawData]),
        known(domain(1), &[Public, Evidence, RawData]),
        known(domain(2), &[Public]),
        known(email, &[Evidence]),
    ];
    assert_eq!(all(&bed, of), noted);
    assert_eq!(all(&bed, other), []);
}

fn a_source_gives_so_many(engine: Engine) {
    let bed = Bed::new(engine);
    let of = new_incident(&bed, 1).id;
    let many: Vec<Indicator> = (0..MAX_PER_SOURCE + 50).map(domain).collect();
    assert_eq!(add(&bed, of, RawData, &many[..150]), 150);
    assert_eq!(add(&bed, of, RawData, &many), MAX_PER_SOURCE - 150);
    assert_eq!(add(&bed, of, RawData, &many), 0);
    // What one source holds takes no room from another, nor tells by its absence.
    assert_eq!(add(&bed, of, Public, &many[MAX_PER_SOURCE..]), 50);
    assert_eq!(all(&bed, of).len(), MAX_PER_SOURCE + 50);
}

fn a_deleted_incident_takes_its_indicators_along(engine: Engine) {
    let bed = Bed::new(engine);
    let (gone, stays) = (new_incident(&bed, 1), new_incident(&bed, 2).id);
    add(&bed, gone.id, RawData, &[domain(1)]);
    add(&bed, stays, RawData, &[domain(1)]);
    let of = gone.id;
    bed.write(move |tx| tx.delete_incident(&gone)).unwrap();
    assert_eq!(all(&bed, of), []);
    assert_eq!(all(&bed, stays).len(), 1);
    assert_eq!(bed.raw().count("indicators"), 1);
}

/// The numbers of the incidents found, in the order of creation and, which must be the same, in another.
fn found(bed: &Bed, q: &str, seen: &[IndicatorSource]) -> Vec<i64> {
    let text = Some(SearchQuery::parse(q).unwrap());
    let filter = IncidentFilter { text, seen: Sources::of(seen), ..IncidentFilter::default() };
    let ask = |key| {
        let query = crate::lists::query(filter.clone(), Sort { key, descending: false });
        let found = bed.read(move |tx| tx.list_incidents(&query)).unwrap();
        let mut numbers: Vec<i64> = found.rows.iter().map(|i| i.public_id.number()).collect();
        assert_eq!(found.total, Total::Exactly(u32::try_from(numbers.len()).unwrap()), "{q}");
        numbers.sort_unstable();
        numbers
    };
    let numbers = ask(SortKey::CreatedAt);
    assert_eq!(ask(SortKey::UpdatedAt), numbers, "{q}");
    numbers
}

fn only_who_may_know_finds(engine: Engine) {
    let bed = Bed::new(engine);
    let ids: Vec<IncidentId> = (1..=4).map(|n| new_incident(&bed, n).id).collect();
    let url = Indicator::new(IndicatorKind::Url, "https://login.wicked.example/a?b=c");
    let host = Indicator::new(IndicatorKind::Domain, "login.wicked.example");
    for (id, source) in ids.iter().zip([Public, Evidence, RawData]) {
        add(&bed, *id, source, &[url.clone(), host.clone()]);
    }
    // Known from two places.
    for source in [Evidence, RawData] {
        add(&bed, ids[3], source, &[url.clone(), host.clone()]);
    }
    let asked = [
        "login.wicked.example",
        "hxxps://login[.]wicked[.]example/a",
        "login(dot)wicked(dot)example",
        "\"wicked example\"",
        "login.wick*",
        "wicked LOGIN",
    ];
    for q in asked {
        assert_eq!(found(&bed, q, &[]), [1], "{q}: what is public is everybody's");
        assert_eq!(found(&bed, q, &[Public]), [1], "{q}");
        assert_eq!(found(&bed, q, &[Public, Evidence]), [1, 2, 4], "{q}");
        assert_eq!(found(&bed, q, &[RawData]), [1, 3, 4], "{q}");
        assert_eq!(found(&bed, q, &[Evidence, RawData]), [1, 2, 3, 4], "{q}");
    }
    let no: [i64; 0] = [];
    // A phrase does not reach from one indicator into the next, nor from one place into another.
    for q in ["\"c login\"", "wicked.example.login", "login.wicked.example.b"] {
        assert_eq!(found(&bed, q, IndicatorSource::ALL), no, "{q}");
    }
}

fn what_comes_with_raw_data(engine: Engine) {
    let bed = Bed::new(engine);
    let raw =
        serde_json::json!({"mail": {"body": ["see hxxps://pay[.]example[.]org/x", 7]}, "ip": "192.0.2.77"});
    let incident = Incident { raw_data: Some(raw), ..new_incident_of(1) };
    bed.insert(std::slice::from_ref(&incident));
    let kinds: Vec<_> = all(&bed, incident.id).iter().map(|k| (k.indicator.kind, k.sources)).collect();
    let raw_data = Sources::of(&[RawData]);
    let mut expected =
        [IndicatorKind::Ipv4, IndicatorKind::Url, IndicatorKind::Domain].map(|k| (k, raw_data)).to_vec();
    expected.sort_by_key(|(kind, _)| *kind);
    let mut kinds = kinds;
    kinds.sort_by_key(|(kind, _)| *kind);
    assert_eq!(kinds, expected);
    for q in ["192.0.2.77", "192[.]0[.]2[.]77", "pay.example.org", "192.0.2.7*"] {
        assert_eq!(found(&bed, q, &[RawData]), [1], "{q}");
        assert_eq!(found(&bed, q, &[Public, Evidence]).len(), 0, "{q}");
    }
}

fn new_incident_of(n: i64) -> Incident {
    let at = Timestamp::from_millis(BASE).unwrap().plus_millis(n);
    incident(&mut Dice::new(n.unsigned_abs()), n, at)
}

fn a_changed_text_keeps_the_indicators(engine: Engine) {
    let bed = Bed::new(engine);
    let before = new_incident(&bed, 1);
    add(&bed, before.id, Public, &[domain(7)]);
    let next = Incident { title: "quite another".to_owned(), version: before.version + 1, ..before.clone() };
    let saved = next.clone();
    bed.write(move |tx| tx.save_incident(&before, &saved)).unwrap();
    assert_eq!(found(&bed, "n7.example", &[]), [1]);
    assert_eq!(found(&bed, "\"quite another\"", &[]), [1]);
    assert_eq!(found(&bed, "another n7", &[]), [1]);
    add(&bed, next.id, Evidence, &[domain(8)]);
    assert_eq!(found(&bed, "quite n7 n8", &[Evidence]), [1]);
    bed.write(move |tx| tx.delete_incident(&next)).unwrap();
    assert_eq!(found(&bed, "n7.example", IndicatorSource::ALL).len(), 0);
}

fn prefixes_of_few_words_and_of_many(engine: Engine) {
    let bed = Bed::new(engine);
    for n in 1..=60_usize {
        let id = new_incident(&bed, i64::try_from(n).unwrap()).id;
        let source = if n % 2 == 0 { Public } else { RawData };
        let words = [format!("pre{n}.example"), format!("prefix.pre.z{n}.example")];
        add(&bed, id, source, &words.map(|w| Indicator::new(IndicatorKind::Domain, w)));
    }
    let even: Vec<i64> = (1..=60).filter(|n| n % 2 == 0).collect();
    assert_eq!(found(&bed, "pre*", &[]), even);
    assert_eq!(found(&bed, "pre*", &[RawData]), (1..=60).collect::<Vec<_>>());
    assert_eq!(found(&bed, "pre1*", &[]), [10, 12, 14, 16, 18]);
    assert_eq!(found(&bed, "pre.z5*", &[]), [50, 52, 54, 56, 58]);
    assert_eq!(found(&bed, "prefix.pre.z*", &[]), even);
    assert_eq!(found(&bed, "pre1* z14", &[]), [14]);
    assert_eq!(found(&bed, "pre99*", &[RawData]).len(), 0);
}
