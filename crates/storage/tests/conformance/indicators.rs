//! Indicators: each once per incident, with where it is known from; gone with the incident.

use crate::support::*;
use probatum_application::indicators::{IndicatorSource, KnownIndicator, MAX_PER_SOURCE, Sources};
use probatum_incident::Incident;
use probatum_intake::{Indicator, IndicatorKind};
use probatum_kernel::{IncidentId, Timestamp};
use probatum_tests::Engine;

use IndicatorSource::{Evidence, Public, RawData};

probatum_tests::on_both! {
    own: each_is_kept_once, a_source_gives_so_many, a_deleted_incident_takes_its_indicators_along;
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
    assert_eq!(add(&bed, of, Evidence, &[email.clone()]), 1);
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
