//! What incidents from feeds are known by: one incident per key, texts found by their bands, gone with the incident.

use crate::support::*;
use diesel::prelude::*;
use diesel::sql_types::Text;
use probatum_application::ports::FeedKey;
use probatum_application::use_cases::evidence::{MAX_FROM_FEEDS, Received};
use probatum_application::use_cases::feeds::stix::{self, Bundle};
use probatum_evidence::{Evidence, Sha256Hex, Stored};
use probatum_incident::{Incident, Lifecycle, QueueStatus};
use probatum_intake::SimHash;
use probatum_kernel::{EvidenceId, IncidentId, IncidentRef, Timestamp};
use probatum_tests::Engine;
use serde_json::{Value, json};

probatum_tests::on_both! {
    own: a_key_has_one_incident, texts_share_a_band, what_is_over_is_like_nothing, originals_are_noted_once,
        a_deleted_incident_is_not_known_any_more, a_full_incident_holds_nothing_back;
}

fn time(n: i64) -> Timestamp {
    Timestamp::from_millis(BASE).unwrap().plus_millis(n)
}

fn new_incident(bed: &Bed, n: i64) -> Incident {
    let incident = Incident {
        status: QueueStatus::Open,
        lifecycle: Lifecycle::Open,
        ..incident(&mut Dice::new(n.unsigned_abs()), n, time(n))
    };
    bed.insert(std::slice::from_ref(&incident));
    incident
}

fn hash(text: &str) -> Sha256Hex {
    Sha256Hex::of(text.as_bytes())
}

fn known(bed: &Bed, kind: FeedKey, text: &'static str) -> Option<IncidentId> {
    bed.read(move |tx| tx.known_by(kind, &hash(text))).unwrap()
}

fn a_key_has_one_incident(engine: Engine) {
    let bed = Bed::new(engine);
    let (one, other) = (new_incident(&bed, 1).id, new_incident(&bed, 2).id);
    let make =
        |kind, text: &'static str, of| bed.write(move |tx| tx.make_known(kind, &hash(text), of, time(5)));
    assert_eq!(known(&bed, FeedKey::Url, "a"), None);
    make(FeedKey::Url, "a", one).unwrap();
    make(FeedKey::Url, "a", one).unwrap();
    let taken = make(FeedKey::Url, "a", other).unwrap_err();
    assert!(taken.transient, "whoever asks again finds the other: {taken}");
    assert_eq!(known(&bed, FeedKey::Url, "a"), Some(one));
    // A kind is a name space of its own, and an incident may be known by many keys.
    make(FeedKey::Text, "a", other).unwrap();
    make(FeedKey::Url, "b", one).unwrap();
    assert_eq!((known(&bed, FeedKey::Text, "a"), known(&bed, FeedKey::Url, "b")), (Some(other), Some(one)));
}

fn texts_share_a_band(engine: Engine) {
    let bed = Bed::new(engine);
    let (one, other) = (new_incident(&bed, 1).id, new_incident(&bed, 2).id);
    // The highest bit set: the database's numbers have a sign.
    let text = SimHash::from_bits(0xFEDC_BA98_7654_3210);
    let near = SimHash::from_bits(text.bits() ^ (1 << 63) ^ (1 << 17) ^ 1);
    let far = SimHash::from_bits(!text.bits());
    bed.write(move |tx| {
        tx.add_text(text, one, time(10))?;
        tx.add_text(text, one, time(10))?;
        tx.add_text(far, other, time(20))
    })
    .unwrap();
    let like = |text, since| {
        let mut found = bed.read(move |tx| tx.texts_like(text, since)).unwrap();
        found.dedup();
        found
    };
    assert_eq!(like(text, time(10)), [(text, one)]);
    assert_eq!(like(near, time(10)), [(text, one)], "three bits of three bands: the fourth is the same");
    assert_eq!(like(text, time(11)), []);
    assert_eq!(like(far, time(0)), [(far, other)]);
}

fn what_is_over_is_like_nothing(engine: Engine) {
    let bed = Bed::new(engine);
    let text = SimHash::from_bits(7);
    let states = [
        (QueueStatus::Open, Lifecycle::Open, true),
        (QueueStatus::Triaged, Lifecycle::Verified, true),
        (QueueStatus::Resolved, Lifecycle::Contained, false),
        (QueueStatus::Resolved, Lifecycle::Closed, false),
        (QueueStatus::Triaged, Lifecycle::Closed, false),
    ];
    let mut alive = Vec::new();
    for (n, (status, lifecycle, counts)) in (1..).zip(states) {
        let one = Incident { status, lifecycle, ..incident(&mut Dice::new(5), n, time(n)) };
        bed.insert(std::slice::from_ref(&one));
        let id = one.id;
        bed.write(move |tx| tx.add_text(text, id, time(n))).unwrap();
        alive.extend(counts.then_some(id));
    }
    let mut found: Vec<IncidentId> =
        bed.read(move |tx| tx.texts_like(text, time(0))).unwrap().into_iter().map(|(_, id)| id).collect();
    found.sort_unstable();
    found.dedup();
    alive.sort_unstable();
    assert_eq!(found, alive);
}

fn originals_are_noted_once(engine: Engine) {
    let bed = Bed::new(engine);
    let (one, other) = (new_incident(&bed, 1).id, new_incident(&bed, 2).id);
    let add = |of| bed.write(move |tx| tx.add_original(of, &hash("mail"))).unwrap();
    assert_eq!([add(one), add(one), add(other)], [true, false, true]);
}

fn a_deleted_incident_is_not_known_any_more(engine: Engine) {
    let bed = Bed::new(engine);
    let incident = new_incident(&bed, 1);
    let text = SimHash::from_bits(7);
    let of = incident.id;
    bed.write(move |tx| {
        tx.make_known(FeedKey::Mail, &hash("mail"), of, time(5))?;
        tx.add_text(text, of, time(5))?;
        tx.add_original(of, &hash("mail")).map(|_| ())
    })
    .unwrap();
    bed.write(move |tx| {
        let found = tx.incident(IncidentRef::Id(of))?.unwrap();
        tx.delete_incident(&found)
    })
    .unwrap();
    assert_eq!(known(&bed, FeedKey::Mail, "mail"), None);
    assert_eq!(bed.read(move |tx| tx.texts_like(text, time(0))).unwrap(), []);
    let rows = bed.raw().rows("SELECT COUNT(*) AS n, 'originals' AS t FROM feed_originals");
    assert_eq!(rows[0].1, 0);
}

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

#[test]
fn nothing_is_found_by_reading_it_all() {
    let bed = Bed::new(Engine::Sqlite);
    let Raw::Sqlite(mut conn) = bed.raw() else { unreachable!() };
    for sql in [
        "SELECT incident_id FROM feed_keys WHERE kind = 'url' AND hash = 'x'",
        "SELECT near, feed_texts.incident_id FROM feed_texts JOIN incidents ON incidents.id = feed_texts.incident_id WHERE lifecycle <> 'closed' \
         AND status_rank <> 2 AND feed_texts.band = 1 AND feed_texts.at >= 5 ORDER BY feed_texts.at DESC LIMIT 200",
        "SELECT intake_id FROM intake_incidents WHERE incident_id = x'00' AND opened = 1 LIMIT 1",
        "DELETE FROM feed_keys WHERE incident_id = x'00'",
        "DELETE FROM feed_texts WHERE incident_id = x'00'",
        "DELETE FROM feed_originals WHERE incident_id = x'00'",
    ] {
        let steps = diesel::sql_query(format!("EXPLAIN QUERY PLAN {sql}")).load::<Step>(&mut conn).unwrap();
        let steps: Vec<String> = steps.into_iter().map(|s| s.detail).collect();
        assert!(steps.iter().all(|s| s.starts_with("SEARCH")), "{sql}: {steps:?}");
    }
}

/// A bundle with these incidents.
fn bundle(ids: &[String]) -> (Bundle, Received) {
    let object = |id: &String| {
        json!({"type": "incident", "spec_version": "2.1", "id": id, "name": "Told",
            "created": "2026-05-02T00:00:00.000Z", "modified": "2026-05-02T00:00:00.000Z"})
    };
    let objects: Vec<Value> = ids.iter().map(object).collect();
    let id = "bundle--00000000-0000-4000-8000-000000000000";
    let text = json!({"type": "bundle", "id": id, "objects": objects}).to_string();
    let hash = Sha256Hex::of(text.as_bytes());
    let (key, size) = (format!("evidence/{hash}"), u64::try_from(text.len()).unwrap());
    let stored =
        Stored { size, media_type: "application/stix+json".to_owned(), file_name: "b.json".to_owned(), key };
    (Bundle::read(text.as_bytes()).unwrap(), Received { stored, hash })
}

fn a_full_incident_holds_nothing_back(engine: Engine) {
    let bed = Bed::new(engine);
    let ids: Vec<String> =
        (1..4).map(|n| format!("incident--00000000-0000-4000-8000-00000000000{n}")).collect();
    let take = |ids: &[String], n: i64| {
        let (bundle, received) = bundle(ids);
        let taken = bed.write(move |tx| stix::take(tx, &ctx(time(n)), &bundle, &received)).unwrap();
        (taken, format!("evidence/{}", bundle_hash(ids)))
    };
    let (first, _) = take(&ids[..1], 1);
    let of = first.landed[0].incident.id;
    assert!(first.landed[0].evidence.is_some() && !first.landed[0].full);
    bed.write(move |tx| {
        for n in 1..MAX_FROM_FEEDS {
            let id = EvidenceId::new(time(n.try_into().unwrap()), &[5; 10]);
            let (item, chain) = Evidence::attach(id, of, &statement(), ctx(time(9)).actor(), time(9))?;
            tx.insert_evidence(&item, &chain)?;
        }
        Ok(())
    })
    .unwrap();
    // It joins without being attached; the other one enters, with its evidence.
    let (second, content) = take(&ids[..2], 2);
    let [known, new] = &second.landed[..] else { panic!("{second:?}") };
    assert_eq!((known.incident.id, known.full, known.evidence), (of, true, None));
    assert!(new.matched_by.is_none() && new.evidence.is_some() && !new.full);
    assert_eq!(second.intake.incidents, 2);
    assert_eq!(bed.read(move |tx| tx.evidence_of(of)).unwrap().len(), MAX_FROM_FEEDS);
    let told = bed.read(move |tx| tx.history(of, 0, 10_000)).unwrap();
    let joined: Vec<_> =
        told.iter().filter(|e| e.action == "intake.joined").map(|e| &e.detail["attached"]).collect();
    assert_eq!(joined, [&json!(true), &json!(false)]);
    assert!(!bed.read(|tx| tx.discarded_blobs(10)).unwrap().contains(&content), "it is the other's evidence");
    // Where nothing takes it, nobody keeps it; the same again is nothing new.
    let third = take(&[ids[0].clone(), ids[0].clone()], 3);
    assert!(third.0.landed[0].full);
    assert!(bed.read(|tx| tx.discarded_blobs(10)).unwrap().contains(&third.1));
    assert!(!take(&[ids[0].clone(), ids[0].clone()], 4).0.landed[0].full);
}

fn bundle_hash(ids: &[String]) -> Sha256Hex {
    bundle(ids).1.hash
}
