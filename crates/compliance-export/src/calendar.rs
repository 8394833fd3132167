//! Time as the laws count it: local days, working days, and from an anchor to when a report is due.
//!
//! Regulation (EEC, Euratom) No 1182/71, Art. 3, is the rule for periods; what it grants beyond the exact span
//! only ever shows as `legal_latest_at`.

use crate::span::{Day, LAST_YEAR, Span};
use chrono::{Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Weekday};
use probatum_kernel::Timestamp;
use serde::Serialize;

probatum_kernel::vocabulary! {
    /// How a rule counts from its anchor, and what the law may grant beyond the exact time.
    pub enum Counting("calendar") {
        /// Elapsed hours; at the latest to the end of the hour, the hour of the event not counted (1182/71, Art. 3(1)).
        ElapsedHours = "elapsed_hours",
        /// As many times 24 hours; at the latest the end of the last local day, moved to a working day.
        CalendarDays = "calendar_days",
        /// The same day of a later month, or its last; at the latest the end of that day, moved to a working day.
        MonthClamp = "month_clamp",
        /// Elapsed hours; due on a day off, at the latest noon of the next working day (Delegated Regulation (EU) 2025/301, Art. 5(4)).
        ElapsedHoursNoon = "elapsed_hours+noon_relief",
        /// As `month_clamp`; due on a day off, at the latest noon of the next working day.
        MonthClampNoon = "month_clamp+noon_relief",
        /// The authority, or the report before, names the date.
        SetByAuthority = "set_by_authority",
        /// Without undue delay: the law has no number.
        WithoutUndueDelay = "without_undue_delay",
    }
}

/// A day a year has off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct FixedHoliday {
    /// 1–12.
    pub month: u32,
    /// 1–31.
    pub day: u32,
    /// The first year it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<i32>,
}

probatum_kernel::vocabulary! {
    /// Whether clocks are put forward in summer.
    pub enum SummerTime("summer time") {
        /// Never.
        None = "none",
        /// An hour, from the last Sunday of March to the last of October, 01:00 UTC (Directive 2000/84/EC).
        Eu = "eu",
    }
}

/// The place whose days count: its clock and its days off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Calendar {
    /// The name of the zone, for people: `Europe/Warsaw`.
    pub zone: String,
    /// Minutes its winter clock is ahead of UTC.
    pub offset_minutes: i32,
    /// Its summer time.
    pub summer_time: SummerTime,
    /// Days off with a fixed date.
    pub holidays: Vec<FixedHoliday>,
    /// Days off counted from Easter Sunday.
    pub easter_holidays: Vec<i32>,
}

/// When something is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// The exact time: what counts for being late.
    pub due_at: Timestamp,
    /// The latest time the law may grant: to be shown, never to be relied on.
    pub legal_latest_at: Timestamp,
}

impl Due {
    /// Due at `exact`, and never later than the law allows: over the change to summer time so many times 24
    /// hours can end after the last day has.
    fn within(exact: Timestamp, legal_latest_at: Timestamp) -> Self {
        Self { due_at: exact.min(legal_latest_at), legal_latest_at }
    }
}

const HOUR_MS: i64 = 3_600_000;

impl Calendar {
    /// From `anchor`, by `span`, as `counting` says. `noon` is whether the noon relief is open to the entity.
    /// `None` where the law has no number, or the span and the counting do not go together. Where the calendar
    /// ends (the year 9998) a month counts 31 days, and no later date is granted.
    pub fn due(&self, counting: Counting, span: Option<Span>, anchor: Timestamp, noon: bool) -> Option<Due> {
        use Counting::*;
        let exact = |hours: i64| {
            let due_at = anchor.plus_hours(hours);
            Due { due_at, legal_latest_at: due_at }
        };
        let due = match (counting, span?) {
            (ElapsedHours, Span::Hours(n)) => self.hours(anchor, n),
            (ElapsedHoursNoon, Span::Hours(n)) => {
                let due = exact(i64::from(n));
                Due { legal_latest_at: self.noon_relief(due.due_at, noon).unwrap_or(due.due_at), ..due }
            }
            (CalendarDays, Span::Days(n)) => self.days(anchor, n).unwrap_or_else(|| exact(i64::from(n) * 24)),
            (MonthClamp | MonthClampNoon, Span::Months(n)) => {
                let due = self.months(anchor, n).unwrap_or_else(|| exact(i64::from(n) * 31 * 24));
                if counting == MonthClamp { due } else { self.noon_or_end_of_day(due, noon) }
            }
            _ => return None,
        };
        Some(due)
    }

    /// Whether `counting` goes with `span`.
    pub fn fits(counting: Counting, span: Option<Span>) -> bool {
        use Counting::*;
        match span {
            None => matches!(counting, SetByAuthority | WithoutUndueDelay),
            Some(Span::Hours(_)) => matches!(counting, ElapsedHours | ElapsedHoursNoon),
            Some(Span::Days(_)) => counting == CalendarDays,
            Some(Span::Months(_)) => matches!(counting, MonthClamp | MonthClampNoon),
        }
    }

    fn hours(&self, anchor: Timestamp, hours: u16) -> Due {
        let begun = anchor.millis().rem_euclid(HOUR_MS);
        let next_hour = anchor.plus_millis(HOUR_MS - begun);
        Due {
            due_at: anchor.plus_hours(i64::from(hours)),
            legal_latest_at: next_hour.plus_hours(i64::from(hours)),
        }
    }

    fn days(&self, anchor: Timestamp, days: u16) -> Option<Due> {
        let first = self.local(anchor)?.date();
        let mut end = first.checked_add_days(Days::new(u64::from(days)))?;
        if !self.is_working_day(end) {
            end = self.next_working_day(end)?;
        }
        // A period of two days or more has at least two working days in it (1182/71, Art. 3(5)).
        while days >= 2 && self.working_days(first, end)? < 2 {
            end = self.next_working_day(end)?;
        }
        Some(Due::within(anchor.plus_hours(i64::from(days) * 24), self.end_of_day(end)?))
    }

    fn months(&self, anchor: Timestamp, months: u16) -> Option<Due> {
        let local = self.local(anchor)?;
        // chrono takes the last day of a month that has no such day (1182/71, Art. 3(2)(c)).
        let day = local.date().checked_add_months(Months::new(u32::from(months)))?;
        let last = if self.is_working_day(day) { day } else { self.next_working_day(day)? };
        Some(Due::within(self.utc(day.and_time(local.time()))?, self.end_of_day(last)?))
    }

    /// Noon of the next working day, if `due` falls on a day off and the relief is open.
    fn noon_relief(&self, due: Timestamp, open: bool) -> Option<Timestamp> {
        let day = self.local(due)?.date();
        if !open || self.is_working_day(day) {
            return None;
        }
        self.utc(self.next_working_day(day)?.and_time(NaiveTime::from_hms_opt(12, 0, 0)?))
    }

    /// A month's end under the noon relief: on a day off its noon, else the end of the day itself.
    fn noon_or_end_of_day(&self, due: Due, open: bool) -> Due {
        let day_end = || self.end_of_day(self.local(due.due_at)?.date());
        let latest = self.noon_relief(due.due_at, open).or_else(day_end);
        Due::within(due.due_at, latest.unwrap_or(due.due_at))
    }

    /// Whether nobody has the day off: no Saturday, no Sunday, no holiday.
    fn is_working_day(&self, day: NaiveDate) -> bool {
        if matches!(day.weekday(), Weekday::Sat | Weekday::Sun) {
            return false;
        }
        let fixed = self.holidays.iter().any(|h| {
            (h.month, h.day) == (day.month(), day.day()) && h.since.is_none_or(|since| day.year() >= since)
        });
        let moving = || {
            easter(day.year()).is_some_and(|easter| {
                let offset = day.signed_duration_since(easter).num_days();
                self.easter_holidays.iter().any(|h| i64::from(*h) == offset)
            })
        };
        !fixed && !moving()
    }

    /// The first working day after `day`. `None` if a fortnight has none, or the calendar ends.
    fn next_working_day(&self, day: NaiveDate) -> Option<NaiveDate> {
        day.iter_days().skip(1).take(14).find(|day| self.is_working_day(*day))
    }

    /// The working days after `first` up to and with `last`.
    fn working_days(&self, first: NaiveDate, last: NaiveDate) -> Option<usize> {
        let span = usize::try_from(last.signed_duration_since(first).num_days()).ok()?;
        Some(first.iter_days().skip(1).take(span).filter(|day| self.is_working_day(*day)).take(2).count())
    }

    fn end_of_day(&self, day: NaiveDate) -> Option<Timestamp> {
        self.utc(day.and_time(NaiveTime::from_hms_opt(23, 59, 59)?))
    }

    /// The local day of `t`; `None` after the year 9998.
    pub fn day(&self, t: Timestamp) -> Option<Day> {
        self.local(t).map(|local| Day::new(local.date()))
    }

    /// The clock on the wall at `t`; `None` after the year 9998.
    fn local(&self, t: Timestamp) -> Option<NaiveDateTime> {
        let utc = t.datetime().naive_utc();
        (utc.year() <= LAST_YEAR).then_some(())?;
        utc.checked_add_signed(TimeDelta::minutes(i64::from(self.offset_at(utc))))
    }

    /// The time a wall clock shows `local`. An hour that comes twice is taken the first time; one that is
    /// skipped is read with the winter clock.
    fn utc(&self, local: NaiveDateTime) -> Option<Timestamp> {
        let with = |offset: i32| local.checked_sub_signed(TimeDelta::minutes(i64::from(offset)));
        let summer = self.offset_minutes + 60;
        let utc = match with(summer) {
            Some(utc) if self.offset_at(utc) == summer => utc,
            _ => with(self.offset_minutes)?,
        };
        Timestamp::from_millis(utc.and_utc().timestamp_millis()).ok()
    }

    /// RFC 3339 with the offset of the place, to the minute: `2026-11-22T10:15+01:00`.
    pub fn show(&self, t: Timestamp) -> String {
        let Some(local) = self.local(t) else { return t.to_string() };
        let offset = self.offset_at(t.datetime().naive_utc());
        let (sign, size) = if offset < 0 { ('-', -offset) } else { ('+', offset) };
        format!("{} {}{:02}:{:02}", local.format("%Y-%m-%d %H:%M"), sign, size / 60, size % 60)
    }

    /// Minutes ahead of UTC at a UTC time.
    fn offset_at(&self, utc: NaiveDateTime) -> i32 {
        let summer = match self.summer_time {
            SummerTime::None => false,
            SummerTime::Eu => match (changeover(utc.year(), 3), changeover(utc.year(), 10)) {
                (Some(forward), Some(back)) => forward <= utc && utc < back,
                _ => false,
            },
        };
        if summer { self.offset_minutes + 60 } else { self.offset_minutes }
    }
}

/// 01:00 UTC on the last Sunday of a month that has 31 days.
fn changeover(year: i32, month: u32) -> Option<NaiveDateTime> {
    let last = NaiveDate::from_ymd_opt(year, month, 31)?;
    let back = u64::from(last.weekday().num_days_from_sunday());
    last.checked_sub_days(Days::new(back))?.and_hms_opt(1, 0, 0)
}

/// Easter Sunday in the Gregorian calendar (the anonymous algorithm of 1876).
fn easter(year: i32) -> Option<NaiveDate> {
    let (a, b, c) = (year % 19, year / 100, year % 100);
    let (d, e) = (b / 4, b % 4);
    let g = (8 * b + 13) / 25;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let n = h + l - 7 * m + 114;
    NaiveDate::from_ymd_opt(year, u32::try_from(n / 31).ok()?, u32::try_from(n % 31 + 1).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::MAX_SPAN;

    #[test]
    fn easter_is_where_the_church_has_it() {
        let table = [
            (1970, 3, 29),
            (2000, 4, 23),
            (2024, 3, 31),
            (2026, 4, 5),
            (2027, 3, 28),
            (2028, 4, 16),
            (2038, 4, 25),
        ];
        for (year, month, day) in table {
            assert_eq!(easter(year), NaiveDate::from_ymd_opt(year, month, day));
        }
    }

    #[test]
    fn the_hour_that_is_skipped_and_the_one_that_comes_twice() {
        let warsaw = Calendar {
            zone: "Europe/Warsaw".to_owned(),
            offset_minutes: 60,
            summer_time: SummerTime::Eu,
            holidays: Vec::new(),
            easter_holidays: Vec::new(),
        };
        let at = |text: &str| warsaw.utc(text.parse().unwrap()).unwrap().to_string();
        assert_eq!(at("2027-03-28T02:30:00"), "2027-03-28T01:30:00Z");
        assert_eq!(at("2026-10-25T02:30:00"), "2026-10-25T00:30:00Z");
        assert_eq!(at("2026-10-25T03:00:00"), "2026-10-25T02:00:00Z");
        assert_eq!(at("2026-07-01T12:00:00"), "2026-07-01T10:00:00Z");
        assert_eq!(warsaw.show("2026-07-01T10:00:00Z".parse().unwrap()), "2026-07-01 12:00 +02:00");
    }

    #[test]
    fn the_end_of_time_is_no_panic() {
        let utc = Calendar {
            zone: "UTC".to_owned(),
            offset_minutes: 0,
            summer_time: SummerTime::None,
            holidays: Vec::new(),
            easter_holidays: Vec::new(),
        };
        let last = Timestamp::EPOCH.plus_hours(i64::MAX);
        let cases = [
            (Counting::MonthClamp, Span::Months(MAX_SPAN)),
            (Counting::MonthClampNoon, Span::Months(1)),
            (Counting::CalendarDays, Span::Days(MAX_SPAN)),
            (Counting::ElapsedHours, Span::Hours(1)),
            (Counting::ElapsedHoursNoon, Span::Hours(1)),
        ];
        for (counting, span) in cases {
            assert_eq!(utc.due(counting, Some(span), last, true).unwrap().due_at, last, "{span}");
        }
    }
}
