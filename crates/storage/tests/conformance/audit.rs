//! The audit log after a mixed load from many writers: one chain without gap, and an outbox row for every entry.

use crate::support::*;
use probatum_application::AppError;
use probatum_application::ports::{Answered, Tx};
use probatum_application::use_cases::audit::{Checked, verify_next};
use probatum_application::use_cases::{actions, evidence, incidents, keys};
use probatum_evidence::CustodyAction;
use probatum_incident::{Location, Patch, Priority};
use probatum_kernel::{IncidentRef, Role, Timestamp};
use probatum_playbooks::{ActionStatus, UpdateStep};
use probatum_tests::Engine;

probatum_tests::on_both! {
    own: a_mixed_load_makes_one_chain, an_empty_log_is_whole, a_check_goes_on_where_it_was;
}

fn now() -> Timestamp {
    Timestamp::from_millis(BASE).unwrap()
}

/// A life of an incident, with everything that is ever recorded, and a few steps that are refused on the way.
pub fn life(bed: &Bed, n: usize) {
    let id = bed.write(move |tx| create(tx, n)).unwrap();
    bed.write(move |tx| prove(tx, id)).unwrap();
    let lost = bed.write(move |tx| change(tx, id).and(Err::<(), _>(AppError::not_found("reason"))));
    assert!(lost.is_err());
    bed.write(move |tx| change(tx, id)).unwrap();
    if n.is_multiple_of(3) {
        bed.write(move |tx| {
            incidents::delete(tx, &ctx(now()), id, &incidents::Precondition::Any).map(|_| ())
        })
        .unwrap();
    }
}

fn create(tx: &mut dyn Tx, n: usize) -> Answered<IncidentRef> {
    let ctx = ctx(now());
    let secret = keys::KeySecret::from_random(&[u8::try_from(n).unwrap(); 38]);
    let key = keys::NewKey { name: format!("key{n}"), roles: vec![Role::Viewer], expires_at: None };
    keys::create(tx, &ctx, &key, &secret)?;
    let incident = incidents::create(tx, &ctx, &draft("Żółty alert 🦀 \"quoted\"", now()))?;
    Ok(IncidentRef::Id(incident.id))
}

fn prove(tx: &mut dyn Tx, id: IncidentRef) -> Answered<()> {
    let ctx = ctx(now());
    let item = evidence::attach(tx, &ctx, id, &confirming(now()), None)?;
    let note = Some("bag 7".to_owned());
    let sealed =
        evidence::NewEntry { ts: None, actor: None, action: CustodyAction::Sealed, hash_after: None, note };
    evidence::append_custody(tx, &ctx, item.id, &sealed)?;
    let step = actions::add(tx, &ctx, id, &step("Reset the password"))?;
    let done = UpdateStep {
        status: Some(ActionStatus::Completed),
        validation_ref: Some(item.id),
        ..UpdateStep::default()
    };
    actions::update(tx, &ctx, step.id, &done, &actions::Rules::people()).map(|_| ())
}

fn change(tx: &mut dyn Tx, id: IncidentRef) -> Answered<()> {
    let patch = Patch {
        priority: Some(Some(Priority::P1)),
        agent_id: Some(Some("b1f2...-agent".parse().unwrap())),
        // Numbers a careless reader of JSON gets back slightly wrong.
        location: Some(Some(Location { lat: 52.0 + 0.1 + 0.2, lon: -0.1 - 0.2 })),
        ..Patch::default()
    };
    incidents::patch(tx, &ctx(now().plus_hours(1)), id, &incidents::Precondition::None, &patch).map(|_| ())
}

fn a_mixed_load_makes_one_chain(engine: Engine) {
    let bed = Bed::new(engine);
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let bed = &bed;
            scope.spawn(move || (0..6).for_each(|n| life(bed, writer * 6 + n)));
        }
    });
    let entries = bed.verify().unwrap();
    assert_eq!(bed.raw().count("audit"), entries);
    let unequal = "SELECT a.action AS t, a.seq AS n FROM audit a LEFT JOIN outbox o ON o.seq = a.seq AND o.topic = a.action \
                   AND o.at = a.at WHERE o.seq IS NULL";
    assert_eq!(bed.raw().rows(unequal), []);
    assert_eq!(bed.raw().count("outbox"), entries);
    assert_eq!(bed.raw().count("agents"), 1, "registered once, by whoever came first");
}

fn an_empty_log_is_whole(engine: Engine) {
    assert_eq!(Bed::new(engine).verify(), Ok(0));
}

fn a_check_goes_on_where_it_was(engine: Engine) {
    let bed = Bed::new(engine);
    life(&bed, 1);
    let from = Checked::nothing();
    let at = bed.read(move |tx| verify_next(tx, &from)).unwrap().unwrap();
    let end = at.clone();
    assert_eq!(bed.read(move |tx| verify_next(tx, &end)).unwrap(), None);
    life(&bed, 2);
    let next = bed.read(move |tx| verify_next(tx, &at)).unwrap().unwrap();
    assert_eq!(bed.verify(), Ok(next.seq));
}
