//! Reports to authorities: rows that come back, numbers that are taken once, claims, and what keeps an incident.

use crate::support::*;
use probatum_compliance_export::*;
use probatum_evidence::Sha256Hex;
use probatum_incident::Incident;
use probatum_kernel::{Code, EvidenceId, Timestamp};
use probatum_tests::Engine;

probatum_tests::on_both! {
    own: reports_come_back_as_they_went_in, numbers_are_taken_once, the_longest_due_comes_first,
        only_the_last_claim_is_extended, an_incident_with_a_report_stays;
}

fn time(seconds: i64) -> Timestamp {
    Timestamp::from_millis(BASE).unwrap().plus_millis(seconds * 1_000 + 7)
}

fn new_incident(bed: &Bed, n: i64) -> Incident {
    let incident = incident(&mut Dice::new(n.unsigned_abs()), n, time(n));
    bed.insert(std::slice::from_ref(&incident));
    incident
}

fn requested(of: &Incident, seq: u32) -> Filing {
    let new = NewFiling {
        id: ReportId::new(of.public_id, seq).unwrap(),
        incident_id: of.id,
        regime: Regime::Gdpr,
        phase: Phase::Notification72h,
        target: "Urząd Ochrony Danych Osobowych".to_owned(),
        incident_version: of.version,
        facts_version: None,
        rule_version: "2026.1".to_owned(),
        missing: Vec::new(),
    };
    Filing::request(new, &"legal:anowak".parse().unwrap(), time(i64::from(seq))).unwrap()
}

/// The same with every field set.
fn delivered(report: &Filing) -> Filing {
    let hash = Sha256Hex::of(b"bundle");
    Filing {
        state: DeliveryState::Delivered,
        facts_version: Some(7),
        missing: vec![MissingField {
            field: "a.b".into(), law: "Art. 33".into(), message: "„żółw”".into()
        }],
        bundle: Some(Sealed {
            storage_key: "evidence/x".to_owned(),
            size: u64::from(u32::MAX) + 1,
            sha256: hash.clone(),
            manifest_sha256: Sha256Hex::of(b"manifest"),
            key_id: "0123456789abcdef".to_owned(),
            built_at: time(9),
        }),
        submitted_at: Some(time(10)),
        reference: Some("AE:PL-7".to_owned()),
        received_at: Some(time(11)),
        receipts: vec![Receipt {
            kind: ReceiptKind::Upp,
            reference: "UPP-1".to_owned(),
            received_at: time(11),
            document_hash: Some(hash),
            evidence_id: EvidenceId::new(time(12), &[3; 10]),
        }],
        failure: Some("it was slow".to_owned()),
        tries: 3,
        claim: 5,
        wake_at: None,
        version: report.version + 1,
        ..report.clone()
    }
}

fn insert(bed: &Bed, report: &Filing) -> Result<(), probatum_application::AppError> {
    let report = report.clone();
    bed.write(move |tx| tx.insert_report(&report, "{\"frozen\":true}"))
}

fn reports_come_back_as_they_went_in(engine: Engine) {
    let bed = Bed::new(engine);
    let of = new_incident(&bed, 1);
    let first = requested(&of, 1);
    let (id, incident) = (first.id, of.id);
    assert_eq!(bed.read(move |tx| tx.report(id)).unwrap(), None);
    assert_eq!(bed.read(move |tx| tx.frozen_report(id)).unwrap(), None);
    insert(&bed, &first).unwrap();
    assert_eq!(bed.read(move |tx| tx.report(id)).unwrap(), Some(first.clone()));
    assert_eq!(bed.read(move |tx| tx.frozen_report(id)).unwrap().as_deref(), Some("{\"frozen\":true}"));
    let next = delivered(&first);
    let (before, after) = (first.clone(), next.clone());
    bed.write(move |tx| tx.save_report(&before, &after)).unwrap();
    assert_eq!(bed.read(move |tx| tx.report(id)).unwrap(), Some(next.clone()));
    let (before, after) = (first, next.clone());
    let e = bed.write(move |tx| tx.save_report(&before, &after)).unwrap_err();
    assert!(e.transient, "{e:?}");
    let second = requested(&of, 2);
    insert(&bed, &second).unwrap();
    insert(&bed, &requested(&new_incident(&bed, 2), 1)).unwrap();
    assert_eq!(bed.read(move |tx| tx.reports_of(incident)).unwrap(), [next, second]);
}

fn numbers_are_taken_once(engine: Engine) {
    let bed = Bed::new(engine);
    let of = new_incident(&bed, 1);
    insert(&bed, &requested(&of, 1)).unwrap();
    let e = insert(&bed, &requested(&of, 1)).unwrap_err();
    assert!(e.transient && e.code == Code::Unavailable, "{e:?}");
}

fn the_longest_due_comes_first(engine: Engine) {
    let bed = Bed::new(engine);
    let of = new_incident(&bed, 1);
    let wake = |seq, wake_at: Option<Timestamp>| {
        let report = Filing { wake_at, ..requested(&of, seq) };
        insert(&bed, &report).unwrap();
        report.id
    };
    let (late, soon) = (wake(1, Some(time(20))), wake(2, Some(time(10))));
    wake(3, None);
    let future = wake(4, Some(time(99)));
    let due = |now, limit| bed.read(move |tx| tx.reports_to_wake(now, limit)).unwrap();
    assert_eq!(due(time(20), 10), [soon, late]);
    assert_eq!(due(time(20), 1), [soon]);
    assert_eq!(due(time(99), 10), [soon, late, future]);
    assert_eq!(due(time(9), 10), []);
}

fn only_the_last_claim_is_extended(engine: Engine) {
    let bed = Bed::new(engine);
    let of = new_incident(&bed, 1);
    let report = Filing { claim: 2, wake_at: Some(time(5)), ..requested(&of, 1) };
    insert(&bed, &report).unwrap();
    let id = report.id;
    let renew = |claim| bed.write(move |tx| tx.renew_report(id, claim, time(50))).unwrap();
    assert_eq!((renew(1), renew(2), renew(3)), (false, true, false));
    let now = bed.read(move |tx| tx.report(id)).unwrap().unwrap();
    assert_eq!((now.wake_at, now.version), (Some(time(50)), report.version));
    let ended = Filing { wake_at: None, version: 2, ..now.clone() };
    bed.write(move |tx| tx.save_report(&now, &ended)).unwrap();
    assert!(!renew(2), "what has ended is held by nobody");
}

fn an_incident_with_a_report_stays(engine: Engine) {
    let bed = Bed::new(engine);
    let of = new_incident(&bed, 1);
    let report = requested(&of, 1);
    insert(&bed, &report).unwrap();
    assert!(bed.write(move |tx| tx.delete_incident(&of)).is_err());
    let id = report.id;
    assert_eq!(bed.read(move |tx| tx.report(id)).unwrap(), Some(report));
}
