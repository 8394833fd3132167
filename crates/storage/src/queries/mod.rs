//! Every query, written once and compiled twice: `sqlite.rs` and `postgres.rs` each include this module and give it
//! their `Conn`, `Db` and the few statements that differ.

mod actions;
mod agents;
mod audit;
mod clocks;
mod correlations;
mod events;
mod evidence;
mod facts;
mod feeds;
mod incidents;
mod indicators;
mod intake;
mod list;
mod narrow;
mod others;
mod reports;
mod rollups;
mod tree;
mod triage;
mod webhooks;
mod words;

pub use audit::settle;
pub use clocks::plan_clocks;
pub(super) use list::CAP;
pub use list::plan_queries;

use super::{Conn, Db, own};
use crate::error::OrApp;
use crate::executor::counter::Counter;
use crate::migrate::Told;
use crate::pending::Pending;
use crate::remembered::Remembered;
use diesel::prelude::*;
use probatum_application::AppError;

/// Makes anew what is derived from rows, as far as this program derives it otherwise than the one that wrote it.
pub fn renew(conn: &mut Conn, told: &mut Told<'_>) -> Result<(), AppError> {
    rollups::renew(conn, told)?;
    words::renew(conn, told)
}

/// How many incidents there are to make something anew of.
fn incidents_there_are(conn: &mut Conn) -> Result<u64, AppError> {
    let all: i64 = crate::schema::incidents::table.count().get_result(conn).app()?;
    Ok(u64::try_from(all).unwrap_or_default())
}

/// A transaction as use cases see it.
pub struct Session<'a> {
    pub(super) conn: &'a mut Conn,
    pub(super) pending: &'a mut Pending,
    /// Who may count while this session reads a page; SQLite has one.
    counter: Option<&'a Counter>,
    /// What the connection has added up before; SQLite's readers have that.
    remembered: Option<&'a mut Remembered>,
    writing: bool,
}

impl<'a> Session<'a> {
    /// A session that may write; what it owes at the end is in `pending`.
    pub fn writing(conn: &'a mut Conn, pending: &'a mut Pending) -> Self {
        Self { conn, pending, counter: None, remembered: None, writing: true }
    }

    /// A session that only reads.
    pub fn reading(conn: &'a mut Conn, pending: &'a mut Pending) -> Self {
        Self { conn, pending, counter: None, remembered: None, writing: false }
    }

    /// With help: who may count beside it, and what the connection has added up before.
    pub fn helped(self, counter: &'a Counter, remembered: &'a mut Remembered) -> Self {
        Self { counter: Some(counter), remembered: Some(remembered), ..self }
    }

    /// A row that a compare-and-swap did not find: somebody else was faster.
    fn swapped(rows: usize) -> Result<(), AppError> {
        if rows == 1 { Ok(()) } else { Err(AppError::transient("the row changed since it was read")) }
    }
}
