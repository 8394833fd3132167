//! Rows of any shape, read from one SQLite file and written to another by statements that are prepared once.

use diesel::deserialize::{self, FromSql, QueryableByName};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::row::{Field, NamedRow, Row};
use diesel::sql_types::{BigInt, Binary, Double, Nullable, Text};
use diesel::sqlite::{Sqlite, SqliteType};

/// A value as SQLite keeps it.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// NULL.
    Null,
    /// A whole number.
    Int(i64),
    /// Another number.
    Real(f64),
    /// Text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

/// A row of any query.
#[derive(Debug, Clone, PartialEq)]
pub struct Raw(pub Vec<Cell>);

impl QueryableByName<Sqlite> for Raw {
    fn build<'a>(row: &impl NamedRow<'a, Sqlite>) -> deserialize::Result<Self> {
        let mut cells = Vec::with_capacity(row.field_count());
        for place in 0..row.field_count() {
            let field = Row::get(row, place).ok_or("a row shorter than it says")?;
            let Some(value) = field.value() else {
                cells.push(Cell::Null);
                continue;
            };
            cells.push(match value.value_type() {
                None => Cell::Null,
                Some(SqliteType::Text) => Cell::Text(FromSql::<Text, Sqlite>::from_sql(value)?),
                Some(SqliteType::Binary) => Cell::Blob(FromSql::<Binary, Sqlite>::from_sql(value)?),
                Some(SqliteType::Float | SqliteType::Double) => {
                    Cell::Real(FromSql::<Double, Sqlite>::from_sql(value)?)
                }
                Some(_) => Cell::Int(FromSql::<BigInt, Sqlite>::from_sql(value)?),
            });
        }
        Ok(Self(cells))
    }
}

/// A statement whose text is always the same for one `N`, and its values. Diesel keeps it prepared under the type, so
/// that an execution costs the binding of its values and no more.
pub struct Fixed<'a, const N: u8>(pub &'a str, pub &'a [Cell]);

impl<const N: u8> QueryId for Fixed<'_, N> {
    type QueryId = Fixed<'static, N>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<const N: u8> QueryFragment<Sqlite> for Fixed<'_, N> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        let mut cells = self.1.iter();
        for (place, text) in self.0.split('?').enumerate() {
            if let Some(cell) = (place > 0).then(|| cells.next()).flatten() {
                match cell {
                    Cell::Null => out.push_bind_param::<Nullable<Text>, _>(&None::<String>)?,
                    Cell::Int(value) => out.push_bind_param::<BigInt, _>(value)?,
                    Cell::Real(value) => out.push_bind_param::<Double, _>(value)?,
                    Cell::Text(value) => out.push_bind_param::<Text, _>(value)?,
                    Cell::Blob(value) => out.push_bind_param::<Binary, _>(value)?,
                }
            }
            out.push_sql(text);
        }
        Ok(())
    }
}

impl<const N: u8> RunQueryDsl<SqliteConnection> for Fixed<'_, N> {}

#[cfg(test)]
mod tests {
    use super::*;
    use diesel::connection::SimpleConnection;

    #[test]
    fn rows_come_back_as_they_went() {
        let mut conn = SqliteConnection::establish(":memory:").unwrap();
        conn.batch_execute("CREATE TABLE t (a, b, c, d, e)").unwrap();
        let rows = [
            vec![
                Cell::Null,
                Cell::Int(7),
                Cell::Real(0.5),
                Cell::Text("ż?".to_owned()),
                Cell::Blob(vec![0, 255]),
            ],
            vec![Cell::Int(-1), Cell::Null, Cell::Null, Cell::Null, Cell::Null],
        ];
        for row in &rows {
            Fixed::<0>("INSERT INTO t VALUES (?, ?, ?, ?, ?)", row).execute(&mut conn).unwrap();
        }
        let found: Vec<Raw> = diesel::sql_query("SELECT * FROM t ORDER BY rowid").load(&mut conn).unwrap();
        assert_eq!(found, rows.map(Raw));
    }
}
