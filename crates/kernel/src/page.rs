//! Pages of a list: by number, or by cursor (keyset).

use crate::{Code, Coded, FieldFault};
use std::str::FromStr;
use uuid::Uuid;

/// The most rows of a page.
pub const MAX_PER_PAGE: u32 = 100;
/// The deepest row an offset reaches, and the largest total counted exactly.
pub const MAX_DEPTH: u32 = 10_000;

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Position {
    /// The `n`-th page, from 1.
    Number(u32),
    /// After the row the cursor names.
    After(Cursor),
}

/// A page asked for, within the limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Where it begins.
    pub position: Position,
    /// How many rows, 1–100.
    pub per_page: u32,
}

/// Why a page was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    /// `page` is 0.
    #[error("page must be 1 or more")]
    Page,
    /// `per_page` is out of range.
    #[error("per_page must be 1 to {MAX_PER_PAGE}")]
    PerPage,
    /// Two places at once.
    #[error("page and cursor name two places; send one of them")]
    PageAndCursor,
    /// Beyond what offsets reach.
    #[error(
        "a page ends at row {MAX_DEPTH} at the latest; go on with cursor, from the Link header rel=\"next\""
    )]
    TooDeep,
    /// Not a cursor of this list.
    #[error("cursor is not one this list gave out for this sort; take it from the Link header rel=\"next\"")]
    Cursor,
}

impl Coded for PageError {
    fn code(&self) -> Code {
        if *self == Self::TooDeep { Code::PageTooDeep } else { Code::ValidationFailed }
    }
    fn fields(&self) -> Vec<FieldFault> {
        let field = match self {
            Self::Page | Self::TooDeep | Self::PageAndCursor => "page",
            Self::PerPage => "per_page",
            Self::Cursor => "cursor",
        };
        vec![FieldFault::new(field, "invalid", self.to_string())]
    }
}

impl Page {
    /// The first page of the default size.
    pub const FIRST: Self = Self { position: Position::Number(1), per_page: 20 };

    /// Page `page` (default 1) of `per_page` (default 20) rows, or the one after `cursor`.
    ///
    /// # Errors
    /// The first of what [`faults`](Self::faults) finds.
    pub fn new(page: Option<u32>, per_page: Option<u32>, cursor: Option<Cursor>) -> Result<Self, PageError> {
        let per_page = per_page.unwrap_or(Self::FIRST.per_page);
        if !(1..=MAX_PER_PAGE).contains(&per_page) {
            return Err(PageError::PerPage);
        }
        if page.is_some() && cursor.is_some() {
            return Err(PageError::PageAndCursor);
        }
        let position = match cursor {
            Some(cursor) => Position::After(cursor),
            None => Position::Number(page.unwrap_or(1)),
        };
        match position {
            Position::Number(0) => Err(PageError::Page),
            Position::Number(n) if n.saturating_mul(per_page) > MAX_DEPTH => Err(PageError::TooDeep),
            position => Ok(Self { position, per_page }),
        }
    }

    /// Everything that is wrong with what [`new`](Self::new) would take.
    pub fn faults(page: Option<u32>, per_page: Option<u32>, cursor: Option<&Cursor>) -> Vec<PageError> {
        let one = |page, per_page, cursor| Self::new(page, per_page, cursor).err();
        let alone = [one(page, None, None).filter(|e| *e == PageError::Page), one(None, per_page, None)];
        let mut faults: Vec<PageError> = alone.into_iter().flatten().collect();
        if faults.is_empty() {
            faults.extend(one(page, per_page, cursor.cloned()));
        }
        faults
    }

    /// The number of the page; 1 for a cursor.
    pub fn number(&self) -> u32 {
        match self.position {
            Position::Number(n) => n,
            Position::After(_) => 1,
        }
    }

    /// The first row, counted from 0, of a list that only grows at its end: there a cursor is a row number.
    pub fn first_row(&self) -> u32 {
        match &self.position {
            Position::Number(_) => self.offset(),
            Position::After(cursor) => u32::try_from(cursor.value).unwrap_or(u32::MAX),
        }
    }

    /// The cursor to the page after this one, of a list that only grows at its end.
    pub fn after_these(&self) -> Cursor {
        Cursor::at_row(self.first_row().saturating_add(self.per_page))
    }

    /// How many rows to skip.
    pub fn offset(&self) -> u32 {
        self.number().saturating_sub(1).saturating_mul(self.per_page)
    }
}

crate::vocabulary! {
    /// What a list of incidents may be sorted by.
    pub enum SortKey("sort key") {
        /// Creation, the default.
        CreatedAt = "created_at",
        /// Last change.
        UpdatedAt = "updated_at",
        /// Severity score.
        Severity = "severity",
        /// Priority: P0 is the highest, none the lowest.
        Priority = "priority",
        /// The triage queue: open, triaged, resolved.
        Status = "status",
    }
}

/// An order: a key and a direction. Ties break by id, in the same direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// By what.
    pub key: SortKey,
    /// Highest first (`-key`).
    pub descending: bool,
}

impl Default for Sort {
    fn default() -> Self {
        Self { key: SortKey::CreatedAt, descending: true }
    }
}

impl FromStr for Sort {
    type Err = crate::UnknownWord;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let (key, descending) = s.strip_prefix('-').map_or((s, false), |k| (k, true));
        Ok(Self { key: key.parse()?, descending })
    }
}

impl std::fmt::Display for Sort {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", if self.descending { "-" } else { "" }, self.key)
    }
}

/// The last row of a page, by its place in the order. Opaque to clients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The order it was given out for.
    pub sort: Sort,
    /// The value of the sort key of the row (0 where the id alone is the key).
    pub value: i64,
    /// The id of the row.
    pub id: Uuid,
}

impl Cursor {
    /// The cursor to row `row` of a list that only grows at its end.
    pub fn at_row(row: u32) -> Self {
        let sort = Sort { key: SortKey::CreatedAt, descending: false };
        Self { sort, value: row.into(), id: Uuid::nil() }
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.sort, self.value, self.id.simple())
    }
}

impl FromStr for Cursor {
    type Err = PageError;
    fn from_str(s: &str) -> Result<Self, PageError> {
        let mut parts = s.splitn(3, '.');
        let (Some(sort), Some(value), Some(id)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(PageError::Cursor);
        };
        Ok(Self {
            sort: sort.parse().map_err(|_| PageError::Cursor)?,
            value: value.parse().map_err(|_| PageError::Cursor)?,
            id: Uuid::try_parse(id).map_err(|_| PageError::Cursor)?,
        })
    }
}

/// How many rows match in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Total {
    /// Exactly this many.
    Exactly(u32),
    /// More than [`MAX_DEPTH`]; nobody counted on.
    AtLeast(u32),
}

impl Total {
    /// From a count that was stopped one above [`MAX_DEPTH`].
    pub fn from_capped(n: i64) -> Self {
        match u32::try_from(n.max(0)) {
            Ok(n) if n <= MAX_DEPTH => Self::Exactly(n),
            _ => Self::AtLeast(MAX_DEPTH),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_have_limits() {
        assert_eq!(Page::new(None, None, None), Ok(Page::FIRST));
        assert_eq!(Page::new(Some(0), None, None), Err(PageError::Page));
        assert_eq!(Page::new(None, Some(0), None), Err(PageError::PerPage));
        assert_eq!(Page::new(None, Some(101), None), Err(PageError::PerPage));
        assert!(Page::new(Some(100), Some(100), None).is_ok());
        assert_eq!(Page::new(Some(101), Some(100), None), Err(PageError::TooDeep));
        assert_eq!(Page::new(Some(u32::MAX), Some(100), None), Err(PageError::TooDeep));
    }

    #[test]
    fn cursors_come_back_as_they_went() {
        let c = Cursor { sort: "-severity".parse().unwrap(), value: 9, id: Uuid::from_u128(7) };
        assert_eq!(c.to_string().parse::<Cursor>(), Ok(c));
        for bad in
            ["", "x", "-severity.zz.0", "-severity.9.nope", "colour.9.00000000000000000000000000000007"]
        {
            assert!(bad.parse::<Cursor>().is_err(), "{bad}");
        }
    }
}
