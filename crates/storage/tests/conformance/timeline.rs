//! The timeline of an incident with more entries than anybody counts: it has a last page, and says so.

use crate::support::*;
use probatum_application::ports::{Record, Tx};
use probatum_application::use_cases::incidents;
use probatum_application::use_cases::timeline::{Timeline, timeline};
use probatum_kernel::{Cursor, IncidentRef, MAX_DEPTH, Page, Position, Timestamp, Total};
use probatum_tests::Engine;
use serde_json::json;

probatum_tests::on_both! {
    own: a_long_timeline_ends;
}

fn now() -> Timestamp {
    Timestamp::from_millis(BASE).unwrap()
}

fn a_long_timeline_ends(engine: Engine) {
    let bed = Bed::new(engine);
    let incident = bed.write(|tx| incidents::create(tx, &ctx(now()), &draft("Long", now()))).unwrap();
    let note = move |n: u32| Record {
        at: now(),
        actor: ctx(now()).actor().clone(),
        action: "test.written",
        subject: n.to_string(),
        incident: Some(incident.id),
        detail: json!({}),
        request_id: "r".to_owned(),
    };
    // With the entry of its creation, fifty more than are counted; in one transaction, which has no other limit.
    bed.write(move |tx| (1..MAX_DEPTH + 50).try_for_each(|n| tx.record(&note(n)))).unwrap();
    let read = |position: Position| -> Timeline {
        let page = Page { position, per_page: 20 };
        let look = move |tx: &mut dyn Tx| timeline(tx, &ctx(now()), IncidentRef::Id(incident.id), &page);
        bed.read(look).unwrap()
    };
    for (from, entries, more) in [
        (0, 20, true),
        (MAX_DEPTH - 20, 20, true),
        (MAX_DEPTH, 20, true),
        (MAX_DEPTH + 29, 20, true),
        (MAX_DEPTH + 30, 20, false),
        (MAX_DEPTH + 31, 19, false),
        (MAX_DEPTH + 50, 0, false),
        (u32::MAX, 0, false),
    ] {
        let found = read(Position::After(Cursor::at_row(from)));
        assert_eq!((found.entries.len(), found.more), (entries, more), "after {from}");
        assert_eq!(found.total, Total::AtLeast(MAX_DEPTH), "after {from}");
        if let Some(first) = found.entries.first().filter(|_| from > 0) {
            assert_eq!(first.subject, from.to_string());
        }
    }
    assert!(
        read(Position::Number(500)).more,
        "pages by number end where counting does, but are not the last"
    );
}
