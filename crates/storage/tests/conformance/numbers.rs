//! Public numbers: none missing, none twice, whoever writes, however many, and whatever fails in between.

use crate::support::*;
use probatum_application::AppError;
use probatum_application::use_cases::incidents;
use probatum_kernel::{Code, Timestamp};
use probatum_storage::Store;
use probatum_tests::Engine;

probatum_tests::on_both! {
    own: one_store, two_stores, years_count_for_themselves;
}

const WRITERS: usize = 8;
const EACH: usize = 30;

/// Creates from several threads, a few of each failing after they took a number; the numbers of those that did not.
fn load(stores: &[&Store]) -> Vec<i64> {
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..WRITERS)
            .map(|w| {
                let store = stores[w % stores.len()];
                scope.spawn(move || (0..EACH).filter_map(|n| create(store, n)).collect::<Vec<i64>>())
            })
            .collect();
        threads.into_iter().flat_map(|t| t.join().unwrap()).collect()
    })
}

fn create(store: &Store, n: usize) -> Option<i64> {
    let now = Timestamp::from_millis(BASE).unwrap();
    let fails = n % 6 == 4;
    let created = write(store, move |tx| {
        let incident = incidents::create(tx, &ctx(now), &draft("Counted", now))?;
        if fails { Err(AppError::not_found("reason")) } else { Ok(incident.public_id.number()) }
    });
    match created {
        Ok(number) => Some(number),
        Err(e) => {
            assert!(fails && e.code == Code::NotFound, "{e:?}");
            None
        }
    }
}

fn assert_no_gap(bed: &Bed, mut numbers: Vec<i64>) {
    numbers.sort_unstable();
    let made = i64::try_from(WRITERS * (0..EACH).filter(|n| n % 6 != 4).count()).unwrap();
    assert_eq!(numbers, (1..=made).collect::<Vec<_>>());
    assert_eq!(bed.raw().count("incidents"), made);
    assert_eq!(bed.verify(), Ok(made), "one chain, whoever wrote to it");
}

fn one_store(engine: Engine) {
    let bed = Bed::new(engine);
    assert_no_gap(&bed, load(&[&bed.store]));
}

fn two_stores(engine: Engine) {
    let bed = Bed::new(engine);
    let other = bed.another();
    assert_no_gap(&bed, load(&[&bed.store, &other]));
}

fn years_count_for_themselves(engine: Engine) {
    let bed = Bed::new(engine);
    let numbers =
        ["2026-12-31T23:59:59.999Z", "2027-01-01T00:00:00Z", "2026-12-31T23:59:59.999Z"].map(|at| {
            let now: Timestamp = at.parse().unwrap();
            bed.write(move |tx| incidents::create(tx, &ctx(now), &draft("New year", now)))
                .unwrap()
                .public_id
                .to_string()
        });
    assert_eq!(numbers, ["INC-2026-0001", "INC-2027-0001", "INC-2026-0002"]);
}
