//! Types the twice-compiled queries hand to the statements each database has of its own.

use crate::executor::counter::Counter;
use crate::facets::{Mask, Rank};
use crate::types::DbId;
use diesel::QueryResult;
use probatum_kernel::Timestamp;

/// How far the order of insertion may differ from that of creation, where it is used instead. A trigger with this number
/// notes when it differs more: writers take the time when they write, so that takes a clock that is set back.
pub const SLACK: i64 = 16;

/// How many rows of the text index a page needs, and from where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nearest {
    /// Newest first.
    pub descending: bool,
    /// From which id on: the cursor's incident, or the end of a time.
    pub after: Option<DbId>,
    /// How many rows.
    pub rows: i64,
}

/// A time of creation as ids: from the first on, and before the second.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Within {
    /// The lowest id there may be.
    pub from: Option<DbId>,
    /// What all ids are below.
    pub before: Option<DbId>,
}

/// Which incidents a text is asked of, and how they are looked for.
pub struct TextMatch<'a> {
    /// The query in the words of the database's text index.
    pub words: &'a str,
    /// The small filters.
    pub mask: &'a Mask,
    /// How much of the text index is needed, if not all.
    pub nearest: Option<&'a Nearest>,
    /// Which part of the text index is needed, where its order tells.
    pub within: Option<&'a Within>,
    /// So many match that they are looked for along the order.
    pub common: bool,
}

/// Which rows of an order are read.
#[derive(Debug, Clone, Copy)]
pub enum Rows<'a> {
    /// Those that pass all filters.
    Passing,
    /// All of the time of creation.
    All,
    /// Those of a rank.
    Of(&'a Rank),
}

/// Makes a query of such rows.
pub type InOrder<'a, Q> = Box<dyn Fn(Rows<'_>) -> Q + 'a>;

/// A page by text, as a database may find it in its own way.
pub struct TextPage<'a, Q> {
    /// The query in the words of the database's text index.
    pub words: &'a str,
    /// Text, small filters and the time of creation are all there is to match.
    pub alone: bool,
    /// That time, if there is one.
    pub within: Option<Within>,
    /// The page is read in the order of insertion, whatever the total.
    pub by_insertion: bool,
    /// Who may count meanwhile.
    pub counter: Option<&'a Counter>,
    /// Whatever passes the other filters, in no order.
    pub rest: Box<dyn Fn() -> Q + 'a>,
    /// What could match, if enough could to be more than are told exactly, and if text, small filters and the time of
    /// creation are all there is to match.
    pub candidates: Option<Candidates<'a, Q>>,
    /// The small filters.
    pub mask: Mask,
    /// Whether they are to be overdue, and at what time.
    pub overdue: Option<(bool, Timestamp)>,
    /// Entries of other times of creation stand between those of the order that are asked for.
    pub scattered: bool,
    /// What comes after the cursor, in order.
    pub order: InOrder<'a, Q>,
    /// The parts of the order that small filters tell apart, in its direction.
    pub ranks: Vec<Rank>,
    /// The value the order goes by, as SQL of type BIGINT.
    pub key: &'static str,
    /// The highest first.
    pub descending: bool,
    /// Value and id of the row the page comes after.
    pub after: Option<(i64, DbId)>,
    /// How many rows to skip.
    pub offset: i64,
    /// How many rows.
    pub limit: i64,
}

/// What the rarest filter and the time of creation let through, with text and small filters yet to be matched.
pub struct Candidates<'a, Q> {
    /// How many incidents the rarest filter has; very many, if there is none.
    pub n: i64,
    /// When the first may have been created.
    pub from: Timestamp,
    /// When the last may have been created.
    pub until: Timestamp,
    /// Those created before a time, newest first.
    pub before: Box<dyn Fn(Timestamp) -> Q + 'a>,
}

/// A total that is asked for after the page was read.
pub type Later<'a, Conn> = Box<dyn FnOnce(&mut Conn) -> QueryResult<i64> + 'a>;

/// What a database's text index tells of a page.
pub enum TextFound<'a, Conn> {
    /// How many match, counted up to one more than is told exactly, and the page's ids and values.
    Page(i64, Vec<(DbId, i64)>),
    /// How many match.
    Total(i64),
    /// How many match, once the page was read.
    Later(Later<'a, Conn>),
    /// Nothing at once.
    Nothing,
}
