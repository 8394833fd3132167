//! What SQLite says about its own tables.

use super::migrations::Database;
use super::{Column, Kind, Tables};
use crate::shell::Outcome;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use std::path::Path;

/// A fresh file.
pub struct File(SqliteConnection);

impl File {
    /// Creates it.
    pub fn create(path: &Path) -> Outcome<Self> {
        Ok(Self(SqliteConnection::establish(&path.to_string_lossy())?))
    }
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
    #[diesel(sql_type = Text)]
    type_name: String,
    #[diesel(sql_type = Bool)]
    nullable: bool,
}

/// An INTEGER PRIMARY KEY is the rowid and never NULL, though SQLite does not say so.
const COLUMNS: &str = r#"
    SELECT t.name AS table_name, c.name AS column_name, c.type AS type_name,
           c."notnull" = 0 AND NOT (c.pk > 0 AND c.type = 'INTEGER') AS nullable
    FROM sqlite_master t JOIN pragma_table_info(t.name) c
    WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\_%' ESCAPE '\'"#;

impl Database for File {
    fn kind(&self) -> Kind {
        Kind::Sqlite
    }

    fn script(&mut self, sql: &str) -> Outcome {
        Ok(self.0.transaction(|conn| conn.batch_execute(sql))?)
    }

    fn picture(&mut self) -> Outcome<Vec<String>> {
        let lines = "SELECT type || ' ' || name || ': ' || COALESCE(sql, '') AS line FROM sqlite_master ORDER BY line";
        let lines: Vec<Line> = diesel::sql_query(lines).load(&mut self.0)?;
        Ok(lines.into_iter().map(|l| l.line).collect())
    }

    fn tables(&mut self) -> Outcome<Tables> {
        let mut tables = Tables::new();
        for found in diesel::sql_query(COLUMNS).load::<Found>(&mut self.0)? {
            let column = Column { type_name: found.type_name, nullable: found.nullable };
            tables.entry(found.table_name).or_default().insert(found.column_name, column);
        }
        Ok(tables)
    }
}
