//! The steps of a report, and who may take them.

use super::*;

const NOW: &str = "2026-11-21T12:00:00Z";

fn at(seconds: i64) -> Timestamp {
    NOW.parse::<Timestamp>().unwrap().plus_millis(seconds * 1_000)
}

fn filing() -> Filing {
    let new = NewFiling {
        id: "RPT-2026-0042-1".parse().unwrap(),
        incident_id: IncidentId::new(at(0), &[1; 10]),
        regime: Regime::Nis2,
        phase: Phase::EarlyWarning24h,
        target: "csirt_nask".to_owned(),
        incident_version: 3,
        facts_version: None,
        rule_version: "1".to_owned(),
        missing: Vec::new(),
    };
    Filing::request(new, &"legal:anowak".parse().unwrap(), at(0)).unwrap()
}

fn sealed() -> Sealed {
    Sealed {
        storage_key: "k".to_owned(),
        size: 1,
        sha256: Sha256Hex::of(b"bundle"),
        manifest_sha256: Sha256Hex::of(b"manifest"),
        key_id: "0123456789abcdef".to_owned(),
        built_at: at(1),
    }
}

fn made() -> Filing {
    let claimed = filing().claimed(at(30), at(0)).unwrap();
    claimed.made(claimed.claim, sealed(), at(1)).unwrap()
}

fn sent() -> Filing {
    let claimed = made().claimed(at(40), at(1)).unwrap();
    claimed.sent(claimed.claim, Some("AE-7".to_owned()), true, at(2)).unwrap()
}

fn missed(for_good: bool, asked_wait: Option<i64>) -> Missed {
    Missed { reason: "nobody there".to_owned(), for_good, asked_wait }
}

fn receipt() -> NewReceipt {
    NewReceipt {
        kind: ReceiptKind::Upp,
        reference: "UPP-1".to_owned(),
        received_at: at(60),
        document_hash: Some(Sha256Hex::of(b"bundle")),
    }
}

fn evidence(n: u8) -> EvidenceId {
    EvidenceId::new(at(0), &[n; 10])
}

#[test]
fn one_holds_a_claim_until_it_lapses() {
    let claimed = filing().claimed(at(30), at(0)).unwrap();
    assert_eq!(claimed.claimed(at(60), at(29)), None, "somebody is at it");
    let taken = claimed.claimed(at(60), at(30)).unwrap();
    assert_eq!((taken.claim, taken.tries), (2, 2));
    // The former holder has nothing to say any more.
    assert_eq!(taken.made(1, sealed(), at(31)), None);
    assert_eq!(taken.missed(1, &missed(false, None), at(31)), None);
    assert!(taken.made(2, sealed(), at(31)).is_some());
}

#[test]
fn a_report_is_made_once_and_sent_once() {
    let made = made();
    assert_eq!((made.state, made.tries, made.wake_at), (DeliveryState::Pending, 0, Some(at(1))));
    let again = made.claimed(at(31), at(1)).unwrap();
    assert_eq!(again.made(again.claim, sealed(), at(2)), None, "never anew");
    let sent = sent();
    assert_eq!((sent.state, sent.submitted_at, sent.wake_at), (DeliveryState::Sent, Some(at(2)), None));
    assert_eq!(sent.claimed(at(60), at(60)), None);
    assert_eq!(sent.sent(sent.claim, None, true, at(60)), None);
    let claimed = made.claimed(at(31), at(1)).unwrap();
    let put_down = claimed.sent(claimed.claim, None, false, at(2)).unwrap();
    assert_eq!((put_down.state, put_down.submitted_at), (DeliveryState::Sent, None));
}

#[test]
fn waits_double_and_end() {
    let mut report = made();
    let (mut waits, mut now) = (Vec::new(), at(1));
    loop {
        let claimed = report.claimed(now.plus_millis(1), now).unwrap();
        report = claimed.missed(claimed.claim, &missed(false, None), now).unwrap();
        let Some(next) = report.wake_at else { break };
        waits.push((next.millis() - now.millis()) / 1_000);
        now = next;
    }
    assert_eq!(waits, [5, 10, 20, 40, 80, 160, 320, 640, 1280, 1800, 1800, 1800, 1800]);
    assert_eq!((report.state, report.failure.as_deref()), (DeliveryState::Failed, Some("nobody there")));
    let again = report.retried(now).unwrap();
    assert_eq!((again.state, again.tries, again.wake_at), (DeliveryState::Pending, 0, Some(now)));
    assert_eq!(again.bundle, Some(sealed()), "it is sent as it was made");
}

#[test]
fn the_other_side_may_ask_for_more_time_and_may_refuse_for_good() {
    let claimed = made().claimed(at(40), at(1)).unwrap();
    let wait = |asked| claimed.missed(claimed.claim, &missed(false, Some(asked)), at(1)).unwrap().wake_at;
    assert_eq!(wait(60_000), Some(at(61)));
    assert_eq!(wait(0), Some(at(6)));
    assert_eq!(wait(i64::MAX), Some(at(1 + 6 * 3600)));
    let failed = claimed.missed(claimed.claim, &missed(true, None), at(1)).unwrap();
    assert_eq!((failed.state, failed.wake_at), (DeliveryState::Failed, None));
    assert_eq!(sent().retried(at(9)), Err(FilingError::NotFailed(DeliveryState::Sent)));
}

#[test]
fn a_receipt_proves_delivery_whatever_we_took_it_for() {
    let failed = {
        let claimed = made().claimed(at(40), at(1)).unwrap();
        claimed.missed(claimed.claim, &missed(true, None), at(1)).unwrap()
    };
    for (before, submitted) in [(sent(), at(2)), (made(), at(60)), (failed, at(60))] {
        let next = before.received(&receipt(), evidence(1), at(61)).unwrap();
        assert_eq!((next.state, next.wake_at), (DeliveryState::Delivered, None));
        assert_eq!((next.received_at, next.submitted_at), (Some(at(60)), Some(submitted)));
        assert_eq!(next.receipts.first().map(|r| r.evidence_id), Some(evidence(1)));
    }
    let known = sent().received(&receipt(), evidence(1), at(61)).unwrap();
    assert_eq!(known.received(&receipt(), evidence(2), at(61)), Err(FilingError::Known));
    let earlier = NewReceipt { kind: ReceiptKind::Upd, received_at: at(50), ..receipt() };
    assert_eq!(known.received(&earlier, evidence(2), at(61)).unwrap().received_at, Some(at(50)));
}

#[test]
fn a_receipt_that_does_not_fit_is_refused() {
    let other = NewReceipt { document_hash: Some(Sha256Hex::of(b"another")), ..receipt() };
    assert_eq!(sent().received(&other, evidence(1), at(61)), Err(FilingError::OtherDocument));
    assert_eq!(filing().received(&receipt(), evidence(1), at(61)), Err(FilingError::NotMade));
    let cases = [
        (NewReceipt { reference: " ".to_owned(), ..receipt() }, "reference"),
        (NewReceipt { received_at: at(3600), ..receipt() }, "received_at"),
        (NewReceipt { received_at: at(-3600), ..receipt() }, "received_at"),
    ];
    for (bad, field) in cases {
        let e = sent().received(&bad, evidence(1), at(61)).unwrap_err();
        assert!(e.fields().iter().any(|f| f.field == field), "{e}");
    }
}

#[test]
fn a_target_is_one_line() {
    for bad in ["", " ", "a\nb"] {
        let new = NewFiling {
            id: filing().id,
            incident_id: filing().incident_id,
            regime: Regime::Gdpr,
            phase: Phase::Notification72h,
            target: bad.to_owned(),
            incident_version: 1,
            facts_version: None,
            rule_version: String::new(),
            missing: Vec::new(),
        };
        let e = Filing::request(new, &"legal:anowak".parse().unwrap(), at(0)).unwrap_err();
        assert!(e.fields().iter().all(|f| f.field == "target"), "{bad:?}");
    }
}
