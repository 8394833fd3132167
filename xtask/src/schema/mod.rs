//! `cargo xtask schema`: schema.rs, the SQLite migrations and the PostgreSQL migrations describe the same tables.

mod declared;
mod migrations;
mod postgres;
mod sqlite;

use crate::cluster::Cluster;
use crate::shell::{Outcome, root};
use migrations::{Database, Migration};
use std::collections::{BTreeMap, BTreeSet};

/// Compares schema.rs with what the migrations make of both databases.
///
/// Migrates a fresh SQLite file and a throw-away PostgreSQL, reads back which tables and columns there are, and compares
/// both with crates/storage/src/schema.rs. Also applies every migration up, down and up again: a step down must leave
/// exactly what was there before the step up.
#[derive(clap::Args)]
#[command(
    after_help = "PostgreSQL is started from the binaries installed here (initdb, pg_ctl), on a socket in a \
                        temporary folder;\nwhere there are none, the task says so and compares SQLite alone; with --check and CI set that is a failure."
)]
pub struct Args {
    /// Fail if something differs (without it, the differences are only told).
    #[arg(long)]
    pub check: bool,
}

/// A column as one of the three sources describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The type: a word of schema.rs, or one of the database.
    pub type_name: String,
    /// Whether it may be NULL.
    pub nullable: bool,
}

/// Tables by name, columns by name.
pub type Tables = BTreeMap<String, BTreeMap<String, Column>>;

/// What only one database has, and schema.rs leaves out: `table`, or `table.column`.
const ONLY_SQLITE: &[&str] = &[
    // The rowid by name, to which full text refers.
    "incidents.seq",
    // FTS5 and the tables it keeps for itself.
    "incident_text",
    "incident_text_config",
    "incident_text_content",
    "incident_text_data",
    "incident_text_docsize",
    "incident_text_idx",
    "incident_words",
    // Whether rows stand in the order of ids.
    "insertion_order",
];
/// The generated tsvector of full text.
const ONLY_POSTGRES: &[&str] = &["incidents.search"];

pub fn run(args: &Args) -> Outcome {
    let text = std::fs::read_to_string(root().join("crates/storage/src/schema.rs"))?;
    let declared = declared::parse(&text)?;
    let sqlite_steps = migrations::read(&root().join("migrations/sqlite"))?;
    let postgres_steps = migrations::read(&root().join("migrations/postgres"))?;
    let mut faults = same_names(&sqlite_steps, &postgres_steps);

    let folder = tempfile::tempdir()?;
    let mut file = sqlite::File::create(&folder.path().join("schema.db"))?;
    faults.extend(examine(&mut file, &sqlite_steps, &declared)?);
    match Cluster::start()? {
        Some(cluster) => {
            faults.extend(examine(&mut postgres::Server::connect(&cluster)?, &postgres_steps, &declared)?);
        }
        None if args.check && std::env::var_os("CI").is_some() => {
            return Err(
                "PostgreSQL: initdb and pg_ctl are not installed here, and CI must not skip that half".into(),
            );
        }
        None => eprintln!("PostgreSQL: not compared, for initdb and pg_ctl are not installed here"),
    }
    for fault in &faults {
        eprintln!("- {fault}");
    }
    match (faults.len(), args.check) {
        (0, _) => Ok(()),
        (n, true) => {
            Err(format!("the schema differs in {n} place(s); mend the migration or schema.rs").into())
        }
        (_, false) => Ok(()),
    }
}

fn same_names(sqlite: &[Migration], postgres: &[Migration]) -> Vec<String> {
    let names = |steps: &[Migration]| steps.iter().map(|m| m.name.clone()).collect::<BTreeSet<_>>();
    let (sqlite, postgres) = (names(sqlite), names(postgres));
    let odd = sqlite.symmetric_difference(&postgres);
    odd.map(|name| format!("migration {name} is there for one database only")).collect()
}

/// Takes a database up, down and up again, and compares what it then has.
fn examine(database: &mut dyn Database, steps: &[Migration], declared: &Tables) -> Outcome<Vec<String>> {
    let mut faults = migrations::round_trip(database, steps)?;
    let tables = database.tables()?;
    faults.extend(compare(declared, &tables, database.kind()));
    let columns: usize = tables.values().map(BTreeMap::len).sum();
    eprintln!(
        "{}: {} migration(s) up, down and up; {} tables, {columns} columns; {} difference(s)",
        database.kind().name(),
        steps.len(),
        tables.len(),
        faults.len()
    );
    Ok(faults)
}

/// Which database speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }

    fn exceptions(self) -> &'static [&'static str] {
        match self {
            Self::Sqlite => ONLY_SQLITE,
            Self::Postgres => ONLY_POSTGRES,
        }
    }

    /// What a type of schema.rs is called here.
    fn type_of(self, declared: &str) -> Option<&'static str> {
        let (sqlite, postgres) = match declared {
            "Id" => ("BLOB", "uuid"),
            "Ts" => ("BIGINT", "timestamp with time zone"),
            "Text" => ("TEXT", "text"),
            "Integer" => ("INTEGER", "integer"),
            "BigInt" => ("BIGINT", "bigint"),
            "Double" => ("DOUBLE PRECISION", "double precision"),
            "Bool" => ("BOOLEAN", "boolean"),
            "Binary" => ("BLOB", "bytea"),
            _ => return None,
        };
        Some(if self == Self::Sqlite { sqlite } else { postgres })
    }
}

/// Every difference between schema.rs and a database, but for the exceptions named above.
fn compare(declared: &Tables, found: &Tables, kind: Kind) -> Vec<String> {
    let mut faults = Vec::new();
    let none = BTreeMap::new();
    let names: BTreeSet<_> = declared.keys().chain(found.keys()).collect();
    for table in names {
        if kind.exceptions().contains(&table.as_str()) {
            continue;
        }
        let (should, is) = (declared.get(table).unwrap_or(&none), found.get(table).unwrap_or(&none));
        let columns: BTreeSet<_> = should.keys().chain(is.keys()).collect();
        for column in columns {
            let place = format!("{table}.{column}");
            if !kind.exceptions().contains(&place.as_str()) {
                faults.extend(
                    difference(kind, should.get(column), is.get(column))
                        .map(|what| format!("{}: {place} {what}", kind.name())),
                );
            }
        }
    }
    faults
}

fn difference(kind: Kind, declared: Option<&Column>, found: Option<&Column>) -> Option<String> {
    let (declared, found) = match (declared, found) {
        (Some(declared), Some(found)) => (declared, found),
        (None, _) => return Some("is missing in schema.rs".to_owned()),
        (_, None) => return Some("is in schema.rs only".to_owned()),
    };
    if declared.nullable != found.nullable {
        let word = |nullable| if nullable { "may be NULL" } else { "is NOT NULL" };
        return Some(format!(
            "{} in schema.rs and {} in the database",
            word(declared.nullable),
            word(found.nullable)
        ));
    }
    match kind.type_of(&declared.type_name) {
        Some(expected) if expected == found.type_name => None,
        Some(expected) => Some(format!(
            "is {} in schema.rs, which is {expected} here, but the column is {}",
            declared.type_name, found.type_name
        )),
        None => {
            Some(format!("has the type {} in schema.rs, which this task does not know", declared.type_name))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Table, column, type, and whether it may be NULL.
    type Row = (&'static str, &'static str, &'static str, bool);

    fn tables(columns: &[Row]) -> Tables {
        let mut tables = Tables::new();
        for (table, column, type_name, nullable) in columns {
            let column_is = Column { type_name: (*type_name).to_owned(), nullable: *nullable };
            tables.entry((*table).to_owned()).or_default().insert((*column).to_owned(), column_is);
        }
        tables
    }

    #[test]
    fn every_kind_of_difference_is_told() {
        let declared = tables(&[("jobs", "name", "Text", false)]);
        let cases: &[(&[Row], &[&str])] = &[
            (&[("jobs", "name", "text", false)], &[]),
            (&[("jobs", "name", "text", true)], &["jobs.name is NOT NULL in schema.rs"]),
            (&[("jobs", "name", "bigint", false)], &["jobs.name is Text in schema.rs"]),
            (&[], &["jobs.name is in schema.rs only"]),
            (
                &[("jobs", "name", "text", false), ("jobs", "x", "text", false)],
                &["jobs.x is missing in schema.rs"],
            ),
            (&[("jobs", "name", "text", false), ("incidents", "search", "tsvector", true)], &[]),
        ];
        for (found, told) in cases {
            let faults = compare(&declared, &tables(found), Kind::Postgres);
            assert_eq!(faults.len(), told.len(), "{faults:?}");
            assert!(faults.iter().zip(*told).all(|(fault, told)| fault.contains(told)), "{faults:?}");
        }
    }

    #[test]
    fn the_migrations_of_sqlite_make_what_schema_rs_says() {
        let text = std::fs::read_to_string(root().join("crates/storage/src/schema.rs")).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut file = sqlite::File::create(&folder.path().join("schema.db")).unwrap();
        let steps = migrations::read(&root().join("migrations/sqlite")).unwrap();
        assert_eq!(
            examine(&mut file, &steps, &declared::parse(&text).unwrap()).unwrap(),
            Vec::<String>::new()
        );
    }
}
