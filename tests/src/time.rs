//! Times as the registry prints them, in milliseconds since 1970, computed here so that the tests check its arithmetic.

use std::time::{SystemTime, UNIX_EPOCH};

const DAY: i64 = 86_400_000;

/// Milliseconds of an RFC 3339 time that ends in `Z` and has no more than milliseconds; anything else is a failed test.
pub fn millis(text: &str) -> i64 {
    let (seconds, fraction) = text
        .strip_suffix('Z')
        .map(|t| t.split_once('.').unwrap_or((t, "0")))
        .unwrap_or_else(|| panic!("'{text}' is not UTC with Z"));
    let parts: Vec<i64> = seconds.split(['-', 'T', ':']).map(|p| p.parse().unwrap()).collect();
    let &[year, month, day, hour, minute, second] = parts.as_slice() else {
        panic!("'{text}' is not an RFC 3339 time")
    };
    assert!(fraction.len() <= 3, "'{text}' is finer than milliseconds");
    let ms: i64 = format!("{fraction:0<3}").parse().unwrap();
    days(year, month, day) * DAY + (hour * 3600 + minute * 60 + second) * 1000 + ms
}

/// Days from 1970-01-01 to a day of the Gregorian calendar, years counted from March so that leap days come last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The RFC 3339 text of milliseconds since 1970.
pub fn timestamp(ms: i64) -> String {
    let (mut day, ms) = (ms.div_euclid(DAY), ms.rem_euclid(DAY));
    let (hour, minute, second) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
    let mut year = 1970;
    while day >= days(year + 1, 1, 1) - days(year, 1, 1) {
        day -= days(year + 1, 1, 1) - days(year, 1, 1);
        year += 1;
    }
    let first = days(year, 1, 1);
    let month = (1..=12).rev().find(|m| days(year, *m, 1) - first <= day).unwrap_or(1);
    let day = day - (days(year, month, 1) - first) + 1;
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z", ms % 1000)
}

/// Now, in milliseconds since 1970.
pub fn now_millis() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_go_there_and_back() {
        assert_eq!(millis("1970-01-01T00:00:00Z"), 0);
        assert_eq!(millis("2026-07-04T08:12:03Z"), 1_783_152_723_000);
        for text in ["2024-02-29T23:59:59.999Z", "2025-12-31T00:00:00.000Z", "2026-03-01T12:00:00.500Z"] {
            assert_eq!(timestamp(millis(text)), text);
        }
    }
}
