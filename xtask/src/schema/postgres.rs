//! What PostgreSQL says about its own tables.

use super::migrations::Database;
use super::{Column, Kind, Tables};
use crate::cluster::Cluster;
use crate::shell::Outcome;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

/// A connection to the throw-away server.
pub struct Server(PgConnection);

impl Server {
    /// Connects.
    pub fn connect(cluster: &Cluster) -> Outcome<Self> {
        Ok(Self(PgConnection::establish(&cluster.url())?))
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

const COLUMNS: &str = "
    SELECT table_name::text, column_name::text, data_type::text AS type_name, is_nullable = 'YES' AS nullable
    FROM information_schema.columns WHERE table_schema = 'public'";

const PICTURE: &str = "
    SELECT format('column %s.%s: %s %s %s', table_name, column_name, data_type, is_nullable, column_default) AS line
    FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT format('index %s', indexdef) FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT format('constraint %s.%s: %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT format('trigger %s', pg_get_triggerdef(t.oid)) FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal
    UNION ALL SELECT format('function %s', pg_get_functiondef(oid)) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT format('type %s', typname) FROM pg_type WHERE typnamespace = 'public'::regnamespace
    ORDER BY 1";

impl Database for Server {
    fn kind(&self) -> Kind {
        Kind::Postgres
    }

    fn script(&mut self, sql: &str) -> Outcome {
        Ok(self.0.transaction(|conn| conn.batch_execute(sql))?)
    }

    fn picture(&mut self) -> Outcome<Vec<String>> {
        let lines: Vec<Line> = diesel::sql_query(PICTURE).load(&mut self.0)?;
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
