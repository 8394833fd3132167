//! Diesel on SQLite and PostgreSQL: rows, queries, executors, migrations.
