//! Migrations go both ways, wait for each other, and never touch the database of a newer program.

use crate::support::*;
use probatum_application::use_cases::incidents;
use probatum_kernel::{Code, Timestamp};
use probatum_storage::{Backend, Settings, Store, migrate, migration_state, revert_all};
use probatum_tests::Engine;
use std::sync::Barrier;

probatum_tests::on_both! {
    own: there_and_back_and_there_again, a_newer_database_is_refused, a_database_without_tables_is_refused,
        many_at_once_all_succeed;
}

/// Every table, column and index there is, in the database's own words.
fn schema(backend: &Backend) -> Vec<String> {
    let mut raw = Raw::open(backend);
    match raw {
        Raw::Sqlite(_) => raw.texts(
            "SELECT type || ' ' || name || ' ' || COALESCE(sql, '') AS t FROM sqlite_master \
             WHERE tbl_name NOT LIKE '%diesel%' ORDER BY 1",
        ),
        Raw::Postgres(_) => raw.texts(
            "SELECT table_name || ' ' || column_name || ' ' || data_type || ' ' || is_nullable AS t \
             FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '%diesel%' \
             UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND indexname NOT LIKE '%diesel%' \
             UNION ALL SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace \
             AND conrelid::regclass::text NOT LIKE '%diesel%' \
             ORDER BY 1",
        ),
    }
}

fn create(settings: &Settings) {
    let now = Timestamp::from_millis(BASE).unwrap();
    let store = Store::open(settings).unwrap();
    write(&store, move |tx| incidents::create(tx, &ctx(now), &draft("Works", now))).unwrap();
}

fn there_and_back_and_there_again(engine: Engine) {
    let settings = settings(engine);
    let backend = &settings.backend;
    let fresh = migration_state(backend).unwrap();
    assert!(fresh.applied.is_empty() && !fresh.pending.is_empty());
    assert_eq!(migrate(backend).unwrap(), fresh.pending);
    let (first, state) = (schema(backend), migration_state(backend).unwrap());
    assert_eq!((&state.applied, state.pending.is_empty()), (&fresh.pending, true));
    assert!(first.len() > 30, "{first:#?}");
    create(&settings);

    revert_all(backend).unwrap();
    assert_eq!(schema(backend), Vec::<String>::new());
    assert_eq!(migration_state(backend).unwrap(), fresh);

    assert_eq!(migrate(backend).unwrap(), fresh.pending);
    assert_eq!(migrate(backend).unwrap(), Vec::<String>::new(), "nothing is left to do");
    assert_eq!(schema(backend), first);
    create(&settings);
}

fn a_newer_database_is_refused(engine: Engine) {
    let settings = settings(engine);
    migrate(&settings.backend).unwrap();
    let newer = "INSERT INTO __diesel_schema_migrations (version) VALUES ('99991231')";
    Raw::open(&settings.backend).run(newer);
    let before = schema(&settings.backend);
    for refused in [
        migrate(&settings.backend).map(|_| ()),
        migration_state(&settings.backend).map(|_| ()),
        Store::open(&settings).map(|_| ()),
    ] {
        let e = refused.unwrap_err();
        assert_eq!(e.code, Code::Unavailable);
        assert!(e.cause.unwrap().contains("99991231"));
    }
    assert_eq!(schema(&settings.backend), before);
}

fn a_database_without_tables_is_refused(engine: Engine) {
    let settings = settings(engine);
    let e = Store::open(&settings).map(|_| ()).unwrap_err();
    let missing = &migration_state(&settings.backend).unwrap().pending[0];
    let cause = e.cause.unwrap();
    assert!(cause.contains(missing) && cause.contains("migrate"), "{cause}");
}

fn many_at_once_all_succeed(engine: Engine) {
    // Again and again: what goes wrong here goes wrong rarely.
    for _ in 0..10 {
        let settings = settings(engine);
        let together = Barrier::new(4);
        let done: Vec<Vec<String>> = std::thread::scope(|scope| {
            let (together, backend) = (&together, &settings.backend);
            let start = || {
                together.wait();
                migrate(backend).unwrap()
            };
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(start)).collect();
            threads.into_iter().map(|t| t.join().unwrap()).collect()
        });
        let known = migration_state(&settings.backend).unwrap().applied;
        assert_eq!(done.concat(), known, "one of them did it all");
        create(&settings);
    }
}
