//! The outbox and subscriptions: no number appears after a higher one, what is too old is refused, a claim is one's own,
//! and what came of a delivery is written once.

use crate::support::*;
use probatum_application::Ctx;
use probatum_application::events::{Audience, EventFilter};
use probatum_application::ports::{DeliveryState, Previous, Record, Undelivered, Webhook};
use probatum_application::use_cases::webhooks::running::{self, Next, Packed, Schedule};
use probatum_application::use_cases::webhooks::{self, MAX_WEBHOOKS, NewWebhook, Rotation};
use probatum_application::use_cases::{events, housekeeping, incidents};
use probatum_kernel::{Code, Page, Timestamp, WebhookId};
use probatum_tests::Engine;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

probatum_tests::on_both! {
    own: no_number_appears_after_a_higher_one, what_is_not_kept_is_refused, what_is_forgotten_under_way_is_a_fault,
        subscriptions_come_back_as_they_went_in, many_at_once_keep_to_the_limit, one_of_many_claimers_gets_it,
        a_lost_claim_writes_nothing, what_is_too_old_is_passed_over, what_was_missed_is_what_was_wanted,
        a_secret_ends_with_its_overlap, old_deliveries_go;
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(BASE).unwrap().plus_millis(seconds * 1_000)
}

fn happen(bed: &Bed, seconds: i64) {
    let now = at(seconds);
    bed.write(move |tx| incidents::create(tx, &ctx(now), &draft("x", now))).unwrap();
}

const WRITERS: usize = 8;
const EACH: usize = 25;

/// Writers of two stores, some of which are slow between recording and committing; two readers look all the time.
fn no_number_appears_after_a_higher_one(engine: Engine) {
    let bed = Bed::new(engine);
    let other = bed.another();
    let (together, done) = (Barrier::new(WRITERS + 2), AtomicBool::new(false));
    let total = i64::try_from(WRITERS * EACH).unwrap();
    let looks: Vec<u64> = std::thread::scope(|scope| {
        let (bed, other, together, done) = (&bed, &other, &together, &done);
        let writers: Vec<_> = (0..WRITERS)
            .map(|n| {
                scope.spawn(move || {
                    together.wait();
                    for i in 0..EACH {
                        let store = if n % 2 == 0 { &bed.store } else { other };
                        let slow = Duration::from_micros(u64::try_from((n * 7 + i * 13) % 5).unwrap() * 500);
                        let work = move |tx: &mut dyn probatum_application::ports::Tx| {
                            incidents::create(tx, &ctx(at(0)), &draft("x", at(0)))?;
                            std::thread::sleep(slow);
                            Ok(())
                        };
                        write(store, work).unwrap();
                    }
                })
            })
            .collect();
        let readers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(move || {
                    together.wait();
                    let (mut last, mut looks) = (0, 0u64);
                    while last < total {
                        let over = done.load(Ordering::SeqCst);
                        let after = last;
                        let seen = bed.read(move |tx| {
                            let types = tx.outbox_types(after, 500)?;
                            Ok((types, tx.outbox_after(after, 500)?, tx.outbox_span()?))
                        });
                        let (types, entries, (oldest, newest)) = seen.unwrap();
                        let numbers: Vec<i64> = entries.iter().map(|e| e.seq).collect();
                        let next: Vec<i64> = (after + 1..).take(numbers.len()).collect();
                        assert_eq!(numbers, next, "the next ones, without gap");
                        assert_eq!(types.iter().map(|(seq, _)| *seq).collect::<Vec<_>>(), numbers);
                        assert_eq!(newest, after + i64::try_from(numbers.len()).unwrap());
                        assert!(oldest == 1 || newest == 0);
                        last = newest;
                        looks += 1;
                        assert!(!over || last == total, "{last} of {total}");
                    }
                    looks
                })
            })
            .collect();
        writers.into_iter().for_each(|w| w.join().unwrap());
        done.store(true, Ordering::SeqCst);
        readers.into_iter().map(|r| r.join().unwrap()).collect()
    });
    assert!(looks.iter().all(|n| *n > 3), "they looked while it was written: {looks:?}");
    assert_eq!(bed.verify(), Ok(total));
}

fn open(bed: &Bed, after: Option<i64>) -> Result<i64, (Code, String)> {
    let opened = bed.read(move |tx| events::open(tx, &ctx(at(0)), EventFilter::default(), None, after));
    opened.map(|o| o.after).map_err(|e| (e.code, e.detail))
}

fn what_is_not_kept_is_refused(engine: Engine) {
    let bed = Bed::new(engine);
    (0..5).for_each(|n| happen(&bed, n));
    assert_eq!((open(&bed, None), open(&bed, Some(0)), open(&bed, Some(5))), (Ok(5), Ok(0), Ok(5)));
    assert_eq!(open(&bed, Some(6)).unwrap_err().0, Code::ValidationFailed);
    bed.write(|tx| tx.forget_outbox(at(3), 100)).unwrap();
    let (code, detail) = open(&bed, Some(2)).unwrap_err();
    assert_eq!(code, Code::EventsGone);
    assert!(detail.contains("the oldest is 4") && detail.contains("after=3"), "{detail}");
    assert_eq!((open(&bed, Some(3)), open(&bed, Some(5))), (Ok(3), Ok(5)));
    bed.write(|tx| tx.forget_outbox(at(100), 100)).unwrap();
    assert_eq!((open(&bed, None), open(&bed, Some(5))), (Ok(5), Ok(5)), "nothing was missed");
    assert!(open(&bed, Some(4)).unwrap_err().1.contains("the oldest is 6"));
}

/// A stream that is open reads on by these numbers: what was forgotten before it came by is no silence.
fn what_is_forgotten_under_way_is_a_fault(engine: Engine) {
    let bed = Bed::new(engine);
    (0..5).for_each(|n| happen(&bed, n));
    let after = |last| {
        let found = bed.read(move |tx| events::after(tx, last, 2));
        found.map(|all| all.iter().map(|e| e.seq).collect::<Vec<_>>()).map_err(|e| e.code)
    };
    assert_eq!((after(0), after(4), after(5)), (Ok(vec![1, 2]), Ok(vec![5]), Ok(vec![])));
    bed.write(|tx| tx.forget_outbox(at(3), 100)).unwrap();
    assert_eq!((after(2), after(3)), (Err(Code::EventsGone), Ok(vec![4, 5])));
    bed.write(|tx| tx.forget_outbox(at(100), 100)).unwrap();
    assert_eq!((after(4), after(5)), (Err(Code::EventsGone), Ok(vec![])), "none is left of what came");
}

fn new(n: u8, types: &[&str], audience: Audience) -> NewWebhook {
    NewWebhook {
        id: WebhookId::new(at(n.into()), &[n; 10]),
        url: "https://soar.example.org/hook".to_owned(),
        types: types.iter().map(|t| t.parse().unwrap()).collect(),
        audience,
        description: Some("żółw".to_owned()),
        secret: "sealed".to_owned(),
    }
}

fn subscribe(bed: &Bed, n: u8) -> Webhook {
    let new = new(n, &["incident.created", "action.*"], Audience::Analyst);
    bed.write(move |tx| webhooks::create(tx, &ctx(at(0)), &new)).unwrap()
}

fn many_at_once_keep_to_the_limit(engine: Engine) {
    let bed = Bed::new(engine);
    let other = bed.another();
    let limit = u8::try_from(MAX_WEBHOOKS).unwrap();
    (3..limit).for_each(|n| drop(subscribe(&bed, n)));
    // Three places, for eight.
    let answers = probatum_tests::at_once(8, |n| {
        let new = new(limit + u8::try_from(n).unwrap(), &["*"], Audience::Viewer);
        let store = if n % 2 == 0 { &bed.store } else { &other };
        write(store, move |tx| webhooks::create(tx, &ctx(at(0)), &new)).map_err(|e| e.code)
    });
    let refused = answers.iter().filter(|a| matches!(a, Err(Code::StateConflict))).count();
    assert_eq!((answers.iter().filter(|a| a.is_ok()).count(), refused), (3, 5));
    assert_eq!(bed.read(|tx| tx.count_webhooks()).unwrap(), MAX_WEBHOOKS);
}

fn read(bed: &Bed, id: WebhookId) -> Webhook {
    bed.read(move |tx| tx.webhook(id)).unwrap().unwrap()
}

fn subscriptions_come_back_as_they_went_in(engine: Engine) {
    let bed = Bed::new(engine);
    happen(&bed, 0);
    let first = subscribe(&bed, 1);
    assert_eq!((read(&bed, first.id), first.position), (first.clone(), 1), "from now on");
    let second = subscribe(&bed, 2);
    let full = Webhook {
        position: 7,
        next_at: None,
        lease_until: Some(at(9)),
        claims: 3,
        repeating: true,
        missed: 2,
        failing_since: Some(at(4)),
        last_error: Some("no".to_owned()),
        delivered_at: Some(at(5)),
        disabled_at: Some(at(6)),
        disabled_reason: Some("gone".to_owned()),
        secret: "sealed anew".to_owned(),
        previous: Some(Previous { secret: "sealed".to_owned(), until: at(7) }),
        ..second
    };
    let saved = full.clone();
    bed.write(move |tx| tx.save_webhook(&saved)).unwrap();
    assert_eq!(read(&bed, full.id), full);
    let page = |page, per_page| {
        let page = Page { per_page, ..Page::new(Some(page), None, None).unwrap() };
        let found = bed.read(move |tx| tx.list_webhooks(&page)).unwrap();
        (found.rows.iter().map(|w| w.id).collect::<Vec<_>>(), found.next.is_some())
    };
    assert_eq!((page(1, 1), page(2, 1)), ((vec![full.id], true), (vec![first.id], false)));
    let active = bed.read(|tx| tx.active_webhooks(10)).unwrap();
    assert_eq!(active, std::slice::from_ref(&first), "a disabled one is not looked at");
    let delete = |id| bed.write(move |tx| tx.delete_webhook(id)).unwrap();
    assert_eq!((delete(first.id), delete(first.id)), (true, false));
    assert_eq!(bed.read(|tx| tx.count_webhooks()).unwrap(), 1);
}

fn claim(store: &probatum_storage::Store, id: WebhookId, seconds: i64) -> Option<Webhook> {
    write(store, move |tx| running::claim(tx, id, at(seconds))).unwrap()
}

fn one_of_many_claimers_gets_it(engine: Engine) {
    let bed = Bed::new(engine);
    let other = bed.another();
    let id = subscribe(&bed, 1).id;
    let together = Barrier::new(8);
    let claimed: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|n| {
                let (store, together) = (if n % 2 == 0 { &bed.store } else { &other }, &together);
                scope.spawn(move || {
                    together.wait();
                    usize::from(claim(store, id, 10).is_some())
                })
            })
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).sum()
    });
    assert_eq!(claimed, 1);
    assert!(claim(&bed.store, id, 39).is_none(), "the claim holds to its end");
    assert_eq!(claim(&bed.store, id, 40).unwrap().claims, 2, "its holder is gone");
}

fn packed(bed: &Bed, webhook: &Webhook) -> Packed {
    let asked = webhook.clone();
    match bed.read(move |tx| running::next(tx, &asked)).unwrap() {
        Next::Deliver(packed) => *packed,
        other => panic!("{other:?}"),
    }
}

/// Records what came of a delivery.
fn settle(bed: &Bed, claimed: &Webhook, outcome: Result<u16, u16>, seconds: i64) -> Option<Webhook> {
    let (claimed, packed) = (claimed.clone(), packed(bed, claimed));
    let outcome = outcome.map_err(|status| Undelivered {
        status: Some(status),
        reason: format!("HTTP {status}"),
        retry_after: None,
    });
    let schedule = Schedule { waits: vec![Duration::from_secs(5)], ..Schedule::default() };
    let ctx: Ctx = ctx(at(seconds));
    bed.write(move |tx| running::settle(tx, &ctx, &claimed, &packed, &outcome, &schedule)).unwrap()
}

fn a_lost_claim_writes_nothing(engine: Engine) {
    let bed = Bed::new(engine);
    let id = subscribe(&bed, 1).id;
    happen(&bed, 0);
    happen(&bed, 1);
    let slow = claim(&bed.store, id, 10).unwrap();
    let fast = claim(&bed.store, id, 50).unwrap();
    assert_eq!(settle(&bed, &slow, Ok(200), 51), None);
    let untouched = slow.clone();
    bed.write(move |tx| running::release(tx, &untouched, 99)).unwrap();
    assert_eq!((read(&bed, id), bed.raw().count("webhook_deliveries")), (fast.clone(), 0));
    let next = settle(&bed, &fast, Err(500), 52);
    assert_eq!(next, None, "it waits");
    let waits = read(&bed, id);
    assert_eq!((waits.position, waits.next_at, waits.lease_until), (0, Some(at(57)), None));
    assert!(claim(&bed.store, id, 56).is_none());
    let again = claim(&bed.store, id, 57).unwrap();
    let after = settle(&bed, &again, Err(500), 58).unwrap();
    assert_eq!(after.position, 2, "given up, and on to the next");
    let done = settle(&bed, &after, Ok(204), 59).unwrap();
    assert_eq!((done.position, done.failing_since, done.last_error), (3, None, None));
    let rows = bed.read(move |tx| tx.list_deliveries(id, None, &Page::FIRST)).unwrap().rows;
    let states: Vec<_> = rows.iter().map(|d| (d.seq, d.state, d.attempts, d.status)).collect();
    let expected = [(3, DeliveryState::Delivered, 1, Some(204)), (2, DeliveryState::Dead, 2, Some(500))];
    assert_eq!(states, expected);
}

fn what_is_too_old_is_passed_over(engine: Engine) {
    let bed = Bed::new(engine);
    let id = subscribe(&bed, 1).id;
    (1..6).for_each(|n| happen(&bed, n));
    bed.write(|tx| tx.forget_outbox(at(4), 100)).unwrap();
    let claimed = claim(&bed.store, id, 10).unwrap();
    // The first was that it was made, which it did not ask for.
    assert_eq!((claimed.position, claimed.missed), (4, 3));
    assert_eq!(packed(&bed, &claimed).entry.seq, 5);
}

/// Records something, and of evidence its visibility.
fn told(bed: &Bed, action: &'static str, visibility: &'static str, seconds: i64) {
    let record = Record {
        at: at(seconds),
        actor: ctx(at(0)).actor().clone(),
        action,
        subject: "x".to_owned(),
        incident: None,
        detail: serde_json::json!({"visibility": visibility}),
        request_id: "r".to_owned(),
    };
    bed.write(move |tx| tx.record(&record)).unwrap();
}

fn what_was_missed_is_what_was_wanted(engine: Engine) {
    let bed = Bed::new(engine);
    let made = |n, types: &[&str], audience| {
        let new = new(n, types, audience);
        bed.write(move |tx| webhooks::create(tx, &ctx(at(0)), &new)).unwrap().id
    };
    let quiet = made(1, &["report.*"], Audience::Analyst);
    let [viewer, analyst] = [Audience::Viewer, Audience::Analyst]
        .map(|a| made(2 + u8::from(a == Audience::Analyst), &["evidence.*", "key.*"], a));
    let behind = {
        let all = made(4, &["*"], Audience::Auditor);
        let ended = Webhook { next_at: None, disabled_at: Some(at(1)), ..read(&bed, all) };
        bed.write(move |tx| tx.save_webhook(&ended)).unwrap();
        all
    };
    for visibility in ["public", "internal", "restricted"] {
        told(&bed, "evidence.attached", visibility, 10);
    }
    told(&bed, "key.created", "", 11);
    let week = |seconds| at(seconds).plus_hours(7 * 24);
    let sweep = |now| while bed.write(move |tx| housekeeping::sweep(tx, now)).unwrap() {};
    sweep(week(11));
    told(&bed, "evidence.attached", "public", 1_000_000);
    let state = |id| (read(&bed, id).position, read(&bed, id).missed);
    // Four were made, three items attached; what came a second later is kept still.
    assert_eq!(state(quiet), (7, 0), "a healthy one that is seldom called missed nothing");
    assert_eq!((state(viewer), state(analyst)), ((7, 1), (7, 3)), "what it hears");
    assert_eq!(state(behind), (7, 7 - 3), "from its own making on");
    sweep(week(12));
    assert_eq!((state(viewer), state(behind)), ((8, 1), (8, 5)));
    let claimed = claim(&bed.store, analyst, 2_000_000).unwrap();
    assert_eq!((claimed.missed, packed(&bed, &claimed).entry.seq), (3, 9), "counted once, and on it goes");
}

fn a_secret_ends_with_its_overlap(engine: Engine) {
    let bed = Bed::new(engine);
    let id = subscribe(&bed, 1).id;
    let rotate = |secret: &'static str, overlap_hours| {
        let new = Rotation { secret: secret.to_owned(), overlap_hours };
        bed.write(move |tx| webhooks::rotate(tx, &ctx(at(0)), id, &new)).unwrap()
    };
    let first = rotate("second", 24);
    let until = at(0).plus_hours(24);
    assert_eq!(
        (first.secret.as_str(), &first.previous),
        ("second", &Some(Previous { secret: "sealed".to_owned(), until }))
    );
    assert_eq!(read(&bed, id), first);
    happen(&bed, 1);
    let parcel = packed(&bed, &read(&bed, id)).parcel;
    assert_eq!((parcel.secret.as_str(), &parcel.previous), ("second", &first.previous), "both sign");
    bed.write(move |tx| housekeeping::sweep(tx, until.plus_millis(-1))).unwrap();
    assert_eq!(read(&bed, id).previous, first.previous);
    bed.write(move |tx| housekeeping::sweep(tx, until)).unwrap();
    assert_eq!(read(&bed, id).previous, None, "what does not sign is not kept");
    rotate("third", 1);
    assert_eq!(rotate("fourth", 0).previous, None, "at once");
    assert_eq!(bed.raw().texts("SELECT action AS t FROM audit WHERE action = 'webhook.rotated'").len(), 3);
}

fn old_deliveries_go(engine: Engine) {
    let bed = Bed::new(engine);
    let (one, two) = (subscribe(&bed, 1).id, subscribe(&bed, 2).id);
    for id in [one, two] {
        for (seq, state, seconds) in [
            (1, DeliveryState::Delivered, 0),
            (2, DeliveryState::Dead, 1),
            (3, DeliveryState::Delivered, 1_000),
        ] {
            let delivery = probatum_application::ports::Delivery {
                webhook: id,
                seq,
                topic: "incident.created".to_owned(),
                state,
                attempts: 1,
                status: None,
                error: None,
                tried_at: at(seconds),
                next_at: None,
            };
            bed.write(move |tx| tx.save_delivery(&delivery)).unwrap();
        }
    }
    let queued = bed.write(move |tx| tx.queue_dead(one, None, 10)).unwrap();
    assert_eq!(queued, 1);
    assert_eq!(bed.read(move |tx| tx.queued_delivery(one)).unwrap().unwrap().seq, 2);
    let week = at(500).plus_hours(7 * 24);
    while bed.write(move |tx| housekeeping::sweep(tx, week)).unwrap() {}
    let left = |id| {
        let rows = bed.read(move |tx| tx.list_deliveries(id, None, &Page::FIRST)).unwrap().rows;
        rows.into_iter().map(|d| d.seq).collect::<Vec<_>>()
    };
    assert_eq!((left(one), left(two)), (vec![3, 2], vec![3, 2]), "made a week ago");
    let month = at(500).plus_hours(30 * 24);
    while bed.write(move |tx| housekeeping::sweep(tx, month)).unwrap() {}
    assert_eq!((left(one), left(two)), (vec![2], vec![]), "what is queued stays");
}
