//! Types the twice-compiled queries hand to the statements each database has of its own.

use crate::types::DbId;

/// How many rows of the text index a page needs, and from where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nearest {
    /// Newest first.
    pub descending: bool,
    /// The cursor's incident.
    pub after: Option<DbId>,
    /// How many rows.
    pub rows: i64,
}
