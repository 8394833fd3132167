//! Many incidents out of few: the seeded rows copied by SQL, because inventing a million through the use cases takes an
//! hour that measures nothing.

use super::Dialect;
use crate::data::told;
use crate::shell::Outcome;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use indicatif::ProgressBar;
use probatum_application::ports::Executor;
use probatum_storage::{Settings, Store, country_bits};

/// Rows copied by one statement.
const CHUNK: u32 = 50_000;
/// How much further on the incident is whose country the next copy takes: a prime, so that neighbours do not go together.
const APART: u32 = 7_919;
/// The time the seeded incidents are spread over, in milliseconds.
const YEAR_MS: u64 = 365 * 24 * 60 * 60 * 1_000;
/// Times of an incident that are not `created_at`.
const TIMES: [&str; 10] = [
    "updated_at",
    "sla_due_at",
    "occurred_at",
    "detected_at",
    "aware_at",
    "triaged_at",
    "contained_at",
    "resolved_at",
    "closed_at",
    "reopened_at",
];

/// A connection past the store.
enum Conn {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    t: String,
}

impl Conn {
    fn open(url: &str) -> Outcome<Self> {
        match url.strip_prefix("sqlite://") {
            Some(file) => Ok(Self::Sqlite(SqliteConnection::establish(file)?)),
            None => Ok(Self::Postgres(PgConnection::establish(url)?)),
        }
    }

    fn run(&mut self, sql: &str) -> Outcome {
        let done = match self {
            Self::Sqlite(conn) => conn.batch_execute(sql),
            Self::Postgres(conn) => conn.batch_execute(sql),
        };
        done.map_err(|e| format!("{sql}: {e}").into())
    }

    /// The column `t` of a query.
    fn texts(&mut self, sql: &str) -> Outcome<Vec<String>> {
        let rows: QueryResult<Vec<Word>> = match self {
            Self::Sqlite(conn) => diesel::sql_query(sql).load(conn),
            Self::Postgres(conn) => diesel::sql_query(sql).load(conn),
        };
        Ok(rows.map_err(|e| format!("{sql}: {e}"))?.into_iter().map(|row| row.t).collect())
    }
}

/// Makes `copies` of each of the `seeded` incidents of a database, each copy a little earlier than the one before, so that
/// all of them fill the time between two seeded ones. Each takes the country of another incident, every copy that of one
/// further on: so countries meet sectors, levels and priorities as those of independent incidents do, which is what makes
/// a map as large as it becomes; precise places, which no map reads, stay where they were. Ids, numbers, counts, sums and the text index are as if they had come in one after the
/// other. Evidence, actions and agents are gone: no list and no map reads them, and the figures about them are zero.
pub fn multiply(url: &str, dialect: Dialect, seeded: u32, copies: u32) -> Outcome {
    let total = seeded.saturating_mul(copies);
    let bar = ProgressBar::new(u64::from(total)).with_message("copying");
    bar.set_style(indicatif::ProgressStyle::with_template("{bar:40} {pos}/{len} {msg}, {elapsed}")?);
    let mut conn = Conn::open(url)?;
    let step = YEAR_MS / u64::from(seeded.max(1)) / u64::from(copies.max(1));
    conn.run(&prepared(dialect, copies, step))?;
    let indexes = indexes(&mut conn, dialect)?;
    for (name, _) in &indexes {
        conn.run(&format!("DROP INDEX {name}"))?;
    }
    let (names, values) = columns(&mut conn, dialect)?;
    let mut first = 0;
    while first < total {
        let last = first.saturating_add(CHUNK);
        conn.run(&format!(
            "INSERT INTO incidents ({names}) SELECT {values} FROM spots s JOIN base b ON b.place = s.place \
             JOIN base c ON c.place = (s.place - 1 + s.copy * {APART}) % {seeded} + 1 \
             WHERE s.n > {first} AND s.n <= {last} ORDER BY s.n"
        ))?;
        first = last;
        bar.set_position(first.min(total).into());
    }
    for (name, sql) in &indexes {
        bar.set_message(format!("incidents; index {name}"));
        conn.run(sql)?;
    }
    bar.set_message("incidents; counts and sums");
    conn.run(&settled(dialect, copies))?;
    if dialect == Dialect::Postgres {
        // What its autovacuum would come to do.
        conn.run("VACUUM ANALYZE")?;
    }
    drop(conn);
    recount(url)?;
    bar.finish_and_clear();
    Ok(())
}

/// The seeded incidents put aside, and where each copy goes.
fn prepared(dialect: Dialect, copies: u32, step: u64) -> String {
    match dialect {
        Dialect::Sqlite => format!(
            "PRAGMA synchronous = OFF; PRAGMA foreign_keys = ON; PRAGMA cache_size = -200000;
             CREATE TEMP TABLE base AS SELECT row_number() OVER (ORDER BY seq) AS place, * FROM incidents;
             CREATE INDEX temp.base_by_place ON base (place);
             DELETE FROM incidents; DELETE FROM rollups;
             CREATE TEMP TABLE spots AS SELECT row_number() OVER (ORDER BY ms) AS n, place, copy, delta, ms FROM (
                 WITH RECURSIVE k (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM k WHERE n + 1 < {copies})
                 SELECT b.place, k.n AS copy, k.n * {step} AS delta, b.created_at - k.n * {step} AS ms FROM base b, k);
             CREATE INDEX temp.spots_by_n ON spots (n);"
        ),
        Dialect::Postgres => format!(
            "SET synchronous_commit = off; SET maintenance_work_mem = '256MB'; SET work_mem = '64MB';
             CREATE TEMP TABLE base AS SELECT row_number() OVER (ORDER BY id) AS place, * FROM incidents;
             CREATE INDEX ON base (place);
             TRUNCATE incidents CASCADE; TRUNCATE rollups;
             CREATE TEMP TABLE spots AS SELECT row_number() OVER (ORDER BY ms) AS n, place, copy, delta, ms FROM (
                 SELECT b.place, k AS copy, k * {step}::BIGINT AS delta,
                     CAST(EXTRACT(EPOCH FROM b.created_at) * 1000 AS BIGINT) - k * {step}::BIGINT AS ms
                 FROM base b, generate_series(0, {copies} - 1) AS k) AS all_of_them;
             CREATE INDEX ON spots (n); ANALYZE base; ANALYZE spots;"
        ),
    }
}

/// The indexes of incidents that are no constraint: names, and how they are made.
fn indexes(conn: &mut Conn, dialect: Dialect) -> Outcome<Vec<(String, String)>> {
    let (names, made) = match dialect {
        Dialect::Sqlite => {
            let of = "FROM sqlite_master WHERE type = 'index' AND tbl_name = 'incidents' AND sql IS NOT NULL";
            (format!("SELECT name AS t {of} ORDER BY name"), format!("SELECT sql AS t {of} ORDER BY name"))
        }
        Dialect::Postgres => {
            let of = "FROM pg_indexes WHERE schemaname = 'public' AND tablename = 'incidents' AND indexname NOT IN \
                      (SELECT conname FROM pg_constraint)";
            (
                format!("SELECT indexname::TEXT AS t {of} ORDER BY indexname"),
                format!("SELECT indexdef AS t {of} ORDER BY indexname"),
            )
        }
    };
    Ok(conn.texts(&names)?.into_iter().zip(conn.texts(&made)?).collect())
}

/// The columns of incidents, and what each is in a copy.
fn columns(conn: &mut Conn, dialect: Dialect) -> Outcome<(String, String)> {
    let names = conn.texts(match dialect {
        Dialect::Sqlite => "SELECT name AS t FROM pragma_table_info('incidents') WHERE name <> 'seq'",
        Dialect::Postgres => {
            "SELECT column_name::TEXT AS t FROM information_schema.columns WHERE table_schema = 'public' \
             AND table_name = 'incidents' AND is_generated = 'NEVER'"
        }
    })?;
    let value = |name: &String| match (name.as_str(), dialect) {
        ("public_number", _) => "s.n".to_owned(),
        ("id", Dialect::Sqlite) => "unhex(printf('%012x', s.ms) || substr(hex(b.id), 13))".to_owned(),
        ("id", Dialect::Postgres) => {
            "CAST(lpad(to_hex(s.ms), 12, '0') || substr(replace(b.id::TEXT, '-', ''), 13) AS UUID)".to_owned()
        }
        ("public_year", Dialect::Sqlite) => {
            "CAST(strftime('%Y', s.ms / 1000, 'unixepoch') AS INTEGER)".to_owned()
        }
        ("public_year", Dialect::Postgres) => {
            "CAST(EXTRACT(YEAR FROM to_timestamp(s.ms / 1000) AT TIME ZONE 'UTC') AS INTEGER)".to_owned()
        }
        (time, _) if time == "created_at" || TIMES.contains(&time) => match dialect {
            Dialect::Sqlite => format!("b.{time} - s.delta"),
            Dialect::Postgres => format!("b.{time} - s.delta * INTERVAL '1 millisecond'"),
        },
        ("country", _) => "c.country".to_owned(),
        ("facets", _) => format!("(b.facets & ~{0}) | (c.facets & {0})", country_bits()),
        (other, _) => format!("b.{other}"),
    };
    let values: Vec<String> = names.iter().map(value).collect();
    Ok((names.join(", "), values.join(", ")))
}

/// Counts per value, and the last numbers.
fn settled(dialect: Dialect, copies: u32) -> String {
    let day = |column: &str| match dialect {
        Dialect::Sqlite => format!("strftime('%Y-%m-%d', {column} / 1000, 'unixepoch')"),
        Dialect::Postgres => format!("to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD')"),
    };
    let (created, due) = (day("created_at"), day("sla_due_at"));
    format!(
        "UPDATE facet_counts SET n = n * {copies};
         DELETE FROM facet_counts WHERE facet IN ('day', 'due');
         INSERT INTO facet_counts (facet, value, n) SELECT 'day', {created}, COUNT(*) FROM incidents GROUP BY {created};
         INSERT INTO facet_counts (facet, value, n) SELECT 'due', {due}, COUNT(*) FROM incidents
             WHERE sla_due_at IS NOT NULL AND lifecycle <> 'closed' GROUP BY {due};
         UPDATE incident_numbers SET last = (SELECT MAX(public_number) FROM incidents);"
    )
}

/// The sums, from the rows.
fn recount(url: &str) -> Outcome {
    let store = Store::open(&Settings::parse(url, false)?).map_err(told)?;
    let door: &dyn Executor = &store;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(door.writing(|tx| tx.recount(true))).map_err(told)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::fill;
    use probatum_server::seed::Plan;

    #[test]
    fn copies_are_counted_summed_and_found_like_what_came_in() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("many.db").display());
        fill(&url, &Plan { incidents: 40, seed: 5 }).unwrap();
        let pairs = "SELECT CAST(COUNT(DISTINCT country || sector) AS TEXT) AS t FROM incidents";
        let pairs = |url| Conn::open(url).unwrap().texts(pairs).unwrap().remove(0).parse::<u32>().unwrap();
        let seeded = pairs(&url);
        multiply(&url, Dialect::Sqlite, 40, 25).unwrap();
        assert!(pairs(&url) > 3 * seeded, "countries meet other sectors");
        let mut conn = Conn::open(&url).unwrap();
        let mut one =
            |sql: &str| conn.texts(&format!("SELECT CAST(({sql}) AS TEXT) AS t")).unwrap().remove(0);
        assert_eq!(one("SELECT COUNT(*) FROM incidents"), "1000");
        assert_eq!(one("SELECT n FROM facet_counts WHERE facet = 'all'"), "1000");
        assert_eq!(one("SELECT SUM(n) FROM facet_counts WHERE facet = 'day'"), "1000");
        assert_eq!(one("SELECT COUNT(*) FROM incident_text WHERE incident_text MATCH 'wfictional'"), "1000");
        let disorder =
            "SELECT COUNT(*) FROM incidents a JOIN incidents b ON b.seq = a.seq + 1 WHERE b.id <= a.id";
        assert_eq!(one(disorder), "0", "rows stand in the order of creation");
        let strange = "SELECT COUNT(*) FROM incidents WHERE typeof(id) <> 'blob' OR substr(hex(id), 1, 12) <> printf('%012X', created_at)";
        assert_eq!(one(strange), "0", "ids tell the time of creation");
        assert_ne!(one("SELECT COUNT(*) FROM rollups"), "0");
        let wrong = "SELECT COUNT(*) FROM facet_counts f WHERE facet = 'country' AND n <> \
                     (SELECT COUNT(*) FROM incidents i WHERE i.country = f.value)";
        assert_eq!(one(wrong), "0", "countries change places, none gets more");
        let bits = country_bits();
        let kinds =
            format!("SELECT COUNT(DISTINCT (facets & {bits}) || coalesce(country, '')) FROM incidents");
        assert_eq!(one(&kinds), one("SELECT COUNT(DISTINCT coalesce(country, '')) FROM incidents"));
    }
}
