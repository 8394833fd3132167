//! The window statistics look at: the last hours, days or weeks.

use crate::rollup::HOUR_MS;
use probatum_kernel::Timestamp;
use std::str::FromStr;

/// The longest window, in hours: 366 days.
const MAX_HOURS: i64 = 366 * 24;

/// The time before now that is looked at, in whole hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    hours: i64,
}

/// Not a window.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be 1h to 366d: a whole number of hours, days or weeks, for example 24h, 30d or 4w")]
pub struct WindowError;

impl Window {
    /// `30d`, what is shown to whoever does not say.
    pub const DEFAULT: Self = Self { hours: 30 * 24 };

    /// Its length in hours, 1 to 8784.
    pub fn hours(self) -> i64 {
        self.hours
    }

    /// Where it begins: its length before `now`, rounded down to the full hour (UTC). It has no end: what was created
    /// since then is in it.
    pub fn since(self, now: Timestamp) -> Timestamp {
        full_hour(now.plus_hours(-self.hours))
    }
}

/// The full hour at or before `t`.
pub fn full_hour(t: Timestamp) -> Timestamp {
    t.plus_millis(-t.millis().rem_euclid(HOUR_MS))
}

impl FromStr for Window {
    type Err = WindowError;
    fn from_str(s: &str) -> Result<Self, WindowError> {
        let unit = match s.chars().last() {
            Some('h') => 1,
            Some('d') => 24,
            Some('w') => 7 * 24,
            _ => return Err(WindowError),
        };
        let digits = s.get(..s.len().saturating_sub(1)).unwrap_or_default();
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(WindowError);
        }
        let n: i64 = digits.parse().map_err(|_| WindowError)?;
        let hours = n.checked_mul(unit).filter(|h| (1..=MAX_HOURS).contains(h));
        hours.map(|hours| Self { hours }).ok_or(WindowError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_hours_days_or_weeks() {
        for (text, hours) in
            [("1h", 1), ("24h", 24), ("30d", 720), ("4w", 672), ("366d", 8784), ("52w", 8736)]
        {
            assert_eq!(text.parse::<Window>().map(Window::hours), Ok(hours), "{text}");
        }
        for bad in [
            "",
            "h",
            "0h",
            "-1d",
            "+1d",
            "1m",
            "367d",
            "53w",
            "8785h",
            "30",
            "d30",
            "1.5d",
            "99999999999999999999h",
            "1ż",
        ] {
            assert_eq!(bad.parse::<Window>(), Err(WindowError), "{bad}");
        }
    }

    #[test]
    fn a_window_begins_at_a_full_hour() {
        let now: Timestamp = "2026-07-04T08:12:03.5Z".parse().unwrap();
        let since = |w: &str| w.parse::<Window>().unwrap().since(now).to_string();
        assert_eq!(since("1h"), "2026-07-04T07:00:00Z");
        assert_eq!(since("1d"), "2026-07-03T08:00:00Z");
        assert_eq!(since("1w"), "2026-06-27T08:00:00Z");
    }
}
