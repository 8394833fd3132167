//! A hand at the audit table: every single manipulation is found, and the entry is named.

use crate::audit::life;
use crate::support::*;
use probatum_tests::Engine;

probatum_tests::on_both! {
    own: any_column_of_any_entry, entries_removed, entries_swapped_or_added, the_head_moved;
}

/// A log of a few dozen entries of every kind, with a copy to go back to.
fn log(engine: Engine) -> (Bed, Raw, i64) {
    let bed = Bed::new(engine);
    (0..4).for_each(|n| life(&bed, n));
    let entries = bed.verify().unwrap();
    let mut raw = bed.raw();
    raw.run("CREATE TABLE kept AS SELECT * FROM audit; CREATE TABLE kept_head AS SELECT * FROM audit_head");
    (bed, raw, entries)
}

fn restore(raw: &mut Raw) {
    raw.run("DELETE FROM audit; INSERT INTO audit SELECT * FROM kept");
    raw.run("DELETE FROM audit_head; INSERT INTO audit_head SELECT * FROM kept_head");
}

/// Manipulates, checks that it is found and that one of these entries is named, and takes it back.
#[track_caller]
fn assert_found(bed: &Bed, raw: &mut Raw, manipulation: &str, named: &[i64]) {
    raw.run(manipulation);
    let found = bed.verify().expect_err(manipulation);
    let names = named.iter().any(|n| found.contains(&format!(" broken at entry {n}: ")));
    assert!(names, "{manipulation}: '{found}' names none of {named:?}");
    restore(raw);
}

/// What a column may be set to, as SQL, none of it what it was.
fn values(raw: &Raw, column: &str, detail: &str) -> Vec<String> {
    let sqlite = matches!(raw, Raw::Sqlite(_));
    let own = |on_sqlite: &[&str], on_postgres: &[&str]| -> Vec<String> {
        (if sqlite { on_sqlite } else { on_postgres }).iter().map(|s| (*s).to_owned()).collect()
    };
    match column {
        "seq" => own(&["seq + 1000", "-seq"], &["seq + 1000", "-seq"]),
        "at" => own(
            &["at + 1", "0", "-1", "at * 1000"],
            &["at + INTERVAL '1 millisecond'", "'1970-01-01Z'", "'1969-12-31Z'", "'infinity'"],
        ),
        "incident_id" => own(&["zeroblob(16)", "x'00'"], &["'00000000-0000-0000-0000-000000000000'"]),
        "prev_hash" | "hash" => {
            let like_one = format!("'{}'", "a".repeat(64));
            let mut values = vec![like_one, format!("{column} || 'x'"), "'3b1f...e9'".to_owned()];
            if column == "hash" {
                // The same digest in capitals; of the first entry, what it is linked to has no letters.
                values.push("UPPER(hash)".to_owned());
            }
            values
        }
        "detail" => details(detail).into_iter().map(|d| format!("'{}'", d.replace('\'', "''"))).collect(),
        "actor" | "action" | "subject" | "request_id" => {
            vec![format!("{column} || 'x'"), "''".to_owned(), format!("' ' || {column}")]
        }
        other => panic!("the column {other} of audit has no test of being tampered with"),
    }
}

/// Other texts than `detail`, some with the same value to a reader of JSON, but not to one of SQL.
fn details(detail: &str) -> Vec<String> {
    let rest = detail.strip_prefix('{').unwrap();
    let mut others = vec!["{\"a\":1}".to_owned(), "{".to_owned(), format!(" {detail}"), "null".to_owned()];
    if let Some((name, _)) = rest.split_once(':') {
        // Two members of one name: readers differ in which counts.
        others.push(format!("{{{name}:\"said before\",{rest}"));
    }
    others
}

fn any_column_of_any_entry(engine: Engine) {
    let (bed, mut raw, entries) = log(engine);
    let columns = match &raw {
        Raw::Sqlite(_) => "SELECT name AS t FROM pragma_table_info('audit')",
        Raw::Postgres(_) => {
            "SELECT column_name::text AS t FROM information_schema.columns WHERE table_schema = 'public' AND table_name = 'audit'"
        }
    };
    let columns = raw.texts(columns);
    assert!(columns.len() >= 10, "{columns:?}");
    let details = raw.rows("SELECT detail AS t, seq AS n FROM audit ORDER BY seq");
    for (detail, seq) in &details {
        for column in &columns {
            for value in values(&raw, column, detail) {
                let manipulation = format!("UPDATE audit SET {column} = {value} WHERE seq = {seq}");
                // An entry that left its place is missing there; the last one is missing before the head.
                let named = if column == "seq" { vec![seq + 1, seq + 1000, entries] } else { vec![*seq] };
                assert_found(&bed, &mut raw, &manipulation, &named);
            }
        }
        let without = raw.rows(&format!(
            "SELECT '' AS t, seq AS n FROM audit WHERE seq = {seq} AND incident_id IS NOT NULL"
        ));
        if !without.is_empty() {
            let manipulation = format!("UPDATE audit SET incident_id = NULL WHERE seq = {seq}");
            assert_found(&bed, &mut raw, &manipulation, &[*seq]);
        }
    }
    assert_eq!(bed.verify(), Ok(entries));
}

fn entries_removed(engine: Engine) {
    let (bed, mut raw, entries) = log(engine);
    for seq in 1..entries {
        assert_found(&bed, &mut raw, &format!("DELETE FROM audit WHERE seq = {seq}"), &[seq + 1]);
    }
    for cut in [1, 2, entries] {
        let manipulation = format!("DELETE FROM audit WHERE seq > {}", entries - cut);
        // What is cut off shows by the head, which still has it.
        assert_found(&bed, &mut raw, &manipulation, &[entries]);
    }
    // Closing the gap does not help.
    let closed = "DELETE FROM audit WHERE seq = 5; UPDATE audit SET seq = -seq WHERE seq > 5; UPDATE audit SET seq = -seq - 1 WHERE seq < 0";
    assert_found(&bed, &mut raw, closed, &[5]);
}

fn entries_swapped_or_added(engine: Engine) {
    let (bed, mut raw, entries) = log(engine);
    for (a, b) in [(1, 2), (3, 9), (2, entries)] {
        let swap = format!(
            "UPDATE audit SET seq = -1 WHERE seq = {a}; UPDATE audit SET seq = {a} WHERE seq = {b}; \
             UPDATE audit SET seq = {b} WHERE seq = -1"
        );
        assert_found(&bed, &mut raw, &swap, &[a]);
    }
    let again = format!(
        "INSERT INTO audit SELECT {next}, at, actor, action, subject, incident_id, detail, request_id, prev_hash, hash \
         FROM audit WHERE seq = {entries}",
        next = entries + 1
    );
    assert_found(&bed, &mut raw, &again, &[entries + 1]);
}

fn the_head_moved(engine: Engine) {
    let (bed, mut raw, entries) = log(engine);
    let other = "b".repeat(64);
    for (manipulation, named) in [
        (format!("UPDATE audit_head SET seq = {}", entries + 1), entries + 1),
        (format!("UPDATE audit_head SET seq = {}", entries - 1), entries - 1),
        (format!("UPDATE audit_head SET hash = '{other}'"), entries),
    ] {
        assert_found(&bed, &mut raw, &manipulation, &[named]);
    }
}
