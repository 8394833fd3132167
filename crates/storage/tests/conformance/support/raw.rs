//! SQL past the store: what a hand at the database can do, and what the tables really hold.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use probatum_storage::Backend;

/// A connection to either database.
pub enum Raw {
    /// A file.
    Sqlite(SqliteConnection),
    /// A server.
    Postgres(PgConnection),
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    t: String,
    #[diesel(sql_type = BigInt)]
    n: i64,
}

impl Raw {
    /// Connects.
    pub fn open(backend: &Backend) -> Self {
        match backend {
            Backend::Sqlite(path) => {
                let mut conn = SqliteConnection::establish(&path.to_string_lossy()).unwrap();
                conn.batch_execute("PRAGMA busy_timeout = 10000; PRAGMA synchronous = OFF;").unwrap();
                Self::Sqlite(conn)
            }
            Backend::Postgres(url) => Self::Postgres(PgConnection::establish(url).unwrap()),
        }
    }

    /// Runs statements.
    pub fn run(&mut self, sql: &str) {
        let done = match self {
            Self::Sqlite(conn) => conn.batch_execute(sql),
            Self::Postgres(conn) => conn.batch_execute(sql),
        };
        done.unwrap_or_else(|e| panic!("{sql}: {e}"));
    }

    /// The columns `t` and `n` of a query.
    pub fn rows(&mut self, sql: &str) -> Vec<(String, i64)> {
        let query = diesel::sql_query(sql);
        let rows: QueryResult<Vec<Row>> = match self {
            Self::Sqlite(conn) => query.load(conn),
            Self::Postgres(conn) => query.load(conn),
        };
        rows.unwrap_or_else(|e| panic!("{sql}: {e}")).into_iter().map(|row| (row.t, row.n)).collect()
    }

    /// How many rows a table has.
    pub fn count(&mut self, table: &str) -> i64 {
        self.rows(&format!("SELECT '' AS t, COUNT(*) AS n FROM {table}"))[0].1
    }

    /// The column `t` of a query.
    pub fn texts(&mut self, sql: &str) -> Vec<String> {
        let sql = format!("SELECT t, CAST(0 AS BIGINT) AS n FROM ({sql}) AS texts");
        self.rows(&sql).into_iter().map(|(t, _)| t).collect()
    }
}
