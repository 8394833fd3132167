//! Points in time: UTC, milliseconds, printed as RFC 3339 with `Z`.

use chrono::{DateTime, Datelike, TimeDelta, Timelike, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How far ahead of ours another's clock may be, in milliseconds: 5 minutes. What has happened may lie no further in
/// the future than that.
pub const CLOCK_SKEW_MS: i64 = 5 * 60 * 1000;

/// A UTC time with millisecond precision between 1970 and 9999.
///
/// Milliseconds, because a UUIDv7 carries exactly those: the order of incident ids is the order of `created_at`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(DateTime<Utc>);

/// A text that is not a time we can keep.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be an RFC 3339 time between 1970 and 9999, for example 2026-07-04T08:12:00Z")]
pub struct TimestampError;

impl Timestamp {
    /// The earliest time there is here, 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self(DateTime::UNIX_EPOCH);

    /// From milliseconds since 1970.
    pub fn from_millis(ms: i64) -> Result<Self, TimestampError> {
        let t = DateTime::from_timestamp_millis(ms).ok_or(TimestampError)?;
        if (1970..=9999).contains(&t.year()) { Ok(Self(t)) } else { Err(TimestampError) }
    }

    /// From a chrono time; what is finer than a millisecond is dropped.
    pub fn from_datetime(t: DateTime<Utc>) -> Result<Self, TimestampError> {
        Self::from_millis(t.timestamp_millis())
    }

    /// Milliseconds since 1970, never negative.
    pub fn millis(self) -> i64 {
        self.0.timestamp_millis()
    }

    /// The chrono time.
    pub fn datetime(self) -> DateTime<Utc> {
        self.0
    }

    /// The calendar year in UTC.
    pub fn year(self) -> i32 {
        self.0.year()
    }

    /// The calendar day in UTC as `YYYY-MM-DD`.
    pub fn day(self) -> String {
        self.0.format("%Y-%m-%d").to_string()
    }

    /// This time and `hours` more (less, if negative), held within the range.
    pub fn plus_hours(self, hours: i64) -> Self {
        self.plus_millis(hours.saturating_mul(3_600_000))
    }

    /// This time and `ms` milliseconds more (less, if negative), held within the range.
    pub fn plus_millis(self, ms: i64) -> Self {
        let last = Self::from_millis(253_402_300_799_999).unwrap_or(self);
        match TimeDelta::try_milliseconds(ms).and_then(|d| self.0.checked_add_signed(d)) {
            Some(t) => Self::from_datetime(t).unwrap_or(if ms < 0 { Self::EPOCH } else { last }),
            None => {
                if ms < 0 {
                    Self::EPOCH
                } else {
                    last
                }
            }
        }
    }
}

/// `2026-07-04T08:12:03.500Z`, or without the fraction where that is none, as bytes of a longest text and how many count.
type Printed = ([u8; 24], usize);

impl Timestamp {
    /// Digit by digit: a page of a list has hundreds of times, and chrono's own printing is most of what they cost.
    fn printed(self) -> Printed {
        let (t, millis) = (self.0.naive_utc(), self.0.timestamp_subsec_millis());
        let (mut text, length) = match millis {
            0 => (*b"0000-00-00T00:00:00Z    ", 20),
            _ => (*b"0000-00-00T00:00:00.000Z", 24),
        };
        let mut put = |at: std::ops::Range<usize>, mut number: u32| {
            for byte in text.get_mut(at).into_iter().flatten().rev() {
                *byte = b'0'.wrapping_add(u8::try_from(number % 10).unwrap_or(0));
                number /= 10;
            }
        };
        put(0..4, t.year().unsigned_abs());
        put(5..7, t.month());
        put(8..10, t.day());
        put(11..13, t.hour());
        put(14..16, t.minute());
        put(17..19, t.second());
        if millis > 0 {
            put(20..23, millis);
        }
        (text, length)
    }
}

fn text((bytes, length): &Printed) -> &str {
    // Only ASCII was put in.
    bytes.get(..*length).and_then(|b| std::str::from_utf8(b).ok()).unwrap_or_default()
}

impl Timestamp {
    /// Appends what `Display` prints, without going through its machinery.
    pub fn append_to(self, out: &mut String) {
        out.push_str(text(&self.printed()));
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(text(&self.printed()))
    }
}

impl std::str::FromStr for Timestamp {
    type Err = TimestampError;
    fn from_str(s: &str) -> Result<Self, TimestampError> {
        let t = DateTime::parse_from_rfc3339(s).map_err(|_| TimestampError)?;
        Self::from_datetime(t.with_timezone(&Utc))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(text(&self.printed()))
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let s = <std::borrow::Cow<'de, str>>::deserialize(d)?;
        s.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_what_the_contract_prints() {
        let cases = [
            ("2026-07-04T08:12:03Z", "2026-07-04T08:12:03Z"),
            ("2026-07-04T10:12:03.5+02:00", "2026-07-04T08:12:03.500Z"),
            ("2026-07-04T08:12:03.123456Z", "2026-07-04T08:12:03.123Z"),
        ];
        for (given, printed) in cases {
            assert_eq!(given.parse::<Timestamp>().unwrap().to_string(), printed);
        }
        for bad in ["", "2026-07-04", "1969-12-31T23:59:59Z", "9999-12-31T23:59:59-01:00", "tomorrow"] {
            assert_eq!(bad.parse::<Timestamp>(), Err(TimestampError), "{bad}");
        }
    }

    proptest::proptest! {
        #[test]
        fn prints_as_chrono_does(seconds in 0i64..253_402_300_800, millis in proptest::sample::select(vec![0i64, 1, 70, 500, 999])) {
            let t = Timestamp::from_millis(seconds * 1_000 + millis).unwrap();
            let chrono = t.datetime().to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true);
            let mut appended = "at ".to_owned();
            t.append_to(&mut appended);
            proptest::prop_assert_eq!(&appended, &format!("at {chrono}"));
            proptest::prop_assert_eq!(t.to_string(), chrono);
        }
    }

    #[test]
    fn arithmetic_stays_in_range() {
        let t: Timestamp = "2026-07-04T08:12:03Z".parse().unwrap();
        assert_eq!(t.plus_hours(24).to_string(), "2026-07-05T08:12:03Z");
        assert_eq!(t.plus_millis(i64::MIN), Timestamp::EPOCH);
        assert_eq!(t.plus_hours(i64::MAX).year(), 9999);
    }
}
