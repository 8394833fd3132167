//! Diesel on SQLite and PostgreSQL: rows, queries, executors, migrations.
//!
//! The queries are one source compiled twice (`queries/`, included by `sqlite.rs` and `postgres.rs`); a transaction
//! begins and ends in `executor`, and nowhere else.

// The queries are compiled twice on purpose: once with each database's concrete types (docs/adr/0002-storage.md).
#![allow(clippy::duplicate_mod)]

mod error;
mod executor;
mod facets;
mod migrate;
mod pending;
pub mod postgres;
mod queries_shared;
mod remembered;
mod rollup;
mod rows;
#[allow(missing_docs)] // The columns are documented where they are made: migrations/.
pub mod schema;
pub mod sqlite;
pub mod types;

mod settings;
mod store;

pub use facets::country_bits;
pub use migrate::{MigrationState, Renewal, Told, migrate, migrate_told, migration_state, revert_all};
pub use settings::{Backend, Settings, SettingsError, without_password};
pub use store::Store;
