//! Spans of time and days, as the laws and the rule file write them.

use chrono::{Datelike, NaiveDate};
use serde::{Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// The last year whose days are counted: a little before times end, so that moved days stay within.
pub(crate) const LAST_YEAR: i32 = 9998;

/// A span of time as a law states it. Hours are elapsed hours, a day is 24 of them, a month is a calendar month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// `PT24H`.
    Hours(u16),
    /// `P15D`.
    Days(u16),
    /// `P1M`.
    Months(u16),
}

/// The largest number in a [`Span`].
pub const MAX_SPAN: u16 = 9999;

/// A text that is not a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be hours, days or months as in ISO 8601, 1 to {MAX_SPAN}: PT24H, P15D or P1M")]
pub struct SpanError;

impl FromStr for Span {
    type Err = SpanError;
    fn from_str(s: &str) -> Result<Self, SpanError> {
        let number = |digits: &str| match digits.parse::<u16>() {
            Ok(n) if (1..=MAX_SPAN).contains(&n) && !digits.starts_with(['+', '0']) => Ok(n),
            _ => Err(SpanError),
        };
        let rest = s.strip_prefix('P').ok_or(SpanError)?;
        if let Some(hours) = rest.strip_prefix('T').and_then(|r| r.strip_suffix('H')) {
            number(hours).map(Self::Hours)
        } else if let Some(days) = rest.strip_suffix('D') {
            number(days).map(Self::Days)
        } else if let Some(months) = rest.strip_suffix('M') {
            number(months).map(Self::Months)
        } else {
            Err(SpanError)
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hours(n) => write!(f, "PT{n}H"),
            Self::Days(n) => write!(f, "P{n}D"),
            Self::Months(n) => write!(f, "P{n}M"),
        }
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

/// A day of the calendar, `YYYY-MM-DD`, between 1970 and 9998.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(NaiveDate);

/// A text that is not a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a day, YYYY-MM-DD, 1970 to 9998")]
pub struct DayError;

impl Day {
    pub(crate) fn new(day: NaiveDate) -> Self {
        Self(day)
    }
}

impl FromStr for Day {
    type Err = DayError;
    fn from_str(s: &str) -> Result<Self, DayError> {
        let day = NaiveDate::parse_from_str(s, "%Y-%m-%d").map_err(|_| DayError)?;
        let known = s.len() == 10 && (1970..=LAST_YEAR).contains(&day.year());
        known.then_some(Self(day)).ok_or(DayError)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m-%d"))
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_have_one_spelling() {
        for (text, span) in [("PT24H", Span::Hours(24)), ("P15D", Span::Days(15)), ("P1M", Span::Months(1))] {
            assert_eq!((text.parse(), span.to_string().as_str()), (Ok(span), text));
        }
        for bad in
            ["", "P", "PT", "24H", "PT0H", "PT+1H", "PT01H", "P1Y", "PT1M30S", "P-1D", "PT10000H", "p1m"]
        {
            assert_eq!(bad.parse::<Span>(), Err(SpanError), "{bad}");
        }
    }

    #[test]
    fn days_have_one_spelling() {
        assert_eq!("2028-02-29".parse::<Day>().unwrap().to_string(), "2028-02-29");
        for bad in ["", "2027-02-29", "27-02-01", "2027-2-1", "1969-12-31", "9999-01-01", "+2027-01-01"] {
            assert_eq!(bad.parse::<Day>(), Err(DayError), "{bad}");
        }
    }
}
