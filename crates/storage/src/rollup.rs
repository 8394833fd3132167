//! Rollups in memory: their stretches of time, what a transaction adds to them, and how their sums are written.
//!
//! A time lies in five stretches of five lengths, each within the next. A window from a full hour on is made up of
//! hours up to the next quarter of a day or less those from the last one on, of quarters up to the next day or less those
//! since it began, and so on: some twenty stretches, however long it is.

use crate::error::damaged;
use probatum_application::AppError;
use probatum_application::rollup::{
    CELL, Cell, HOUR_MS, Ledger, Numbers, Sums, View, accounts, cells, hour, of_action,
};
use probatum_incident::{Country, Incident, UnknownCountry};
use probatum_kernel::Timestamp;
use probatum_playbooks::Action;
use std::collections::BTreeMap;

/// The lengths of stretches in hours: an hour, a quarter of a day, a day, eight days, sixty-four.
pub const SPANS: [i64; 5] = [1, 6, 24, 192, LONGEST];
/// The longest.
pub const LONGEST: i64 = 1_536;

/// What stands for incidents without a country.
const NOWHERE: &str = "-";

/// Which rollup: ledger, length and beginning of its stretch in hours, and country.
pub type Key = (i32, i32, i64, String);

/// The beginning of an hour, as a time.
pub fn time_of(hour: i64) -> Timestamp {
    Timestamp::from_millis(hour.saturating_mul(HOUR_MS)).unwrap_or(Timestamp::EPOCH)
}

/// How a country stands in a rollup's key.
pub fn scope(ledger: Ledger, country: Option<Country>) -> String {
    match (ledger, country) {
        (Ledger::All, _) => String::new(),
        (Ledger::Country | Ledger::Level, None) => NOWHERE.to_owned(),
        (Ledger::Country | Ledger::Level, Some(country)) => country.to_string(),
    }
}

/// The country of a scope.
pub fn country(scope: &str) -> Result<Option<Country>, UnknownCountry> {
    match scope {
        "" | NOWHERE => Ok(None),
        code => code.parse().map(Some),
    }
}

/// Stretches of one length, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// Their length in hours.
    pub span: i64,
    /// Where the first begins.
    pub from: i64,
    /// Where the last has ended; `i64::MAX`: there is no last.
    pub to: i64,
    /// 1: they are added up; -1: they are taken away.
    pub sign: i64,
}

impl Run {
    fn of(span: i64, from: i64, to: i64, sign: i64) -> Self {
        Self { span, from, to, sign }
    }

    /// What reading them costs, in stretches, if nothing was created after `until`; asking costs as much as one.
    fn cost(&self, until: i64) -> i64 {
        1 + (self.to.min(until.saturating_add(1)).saturating_sub(self.from).max(0) + self.span - 1)
            / self.span
    }
}

/// Stretches that make up all time from an hour on, each hour of it once, by parts: none is longer than `longest`, and
/// none is taken away.
pub fn cover(from: i64, longest: i64) -> Vec<Run> {
    let (mut runs, mut at) = (Vec::new(), from);
    for (span, next) in SPANS.iter().zip(SPANS.iter().skip(1).map(Some).chain(std::iter::once(None))) {
        let end = match next {
            Some(next) if *span < longest => begin_of(at.saturating_add(next - 1), *next),
            _ => i64::MAX,
        };
        if at < end {
            runs.push(Run::of(*span, at, end, 1));
        }
        at = end;
        if end == i64::MAX {
            break;
        }
    }
    runs
}

/// Stretches that make up all time from an hour on when some are added up and others taken away, the cheapest if
/// nothing was created after `until` and to ask costs as much as to read one. What they make up does not depend on that.
pub fn cheapest(from: i64, until: i64) -> Vec<Run> {
    let mut runs = cheapest_of(&SPANS, from, until).1;
    runs.reverse();
    runs
}

/// The same with stretches of these lengths, of which the first divides `from`: what it costs, and the longest first.
fn cheapest_of(spans: &[i64], from: i64, until: i64) -> (i64, Vec<Run>) {
    let Some((span, longer)) = spans.split_first() else { return (0, Vec::new()) };
    let with = |(cost, mut runs): (i64, Vec<Run>), run: Run| {
        runs.push(run);
        (cost + run.cost(until), runs)
    };
    let these = with((0, Vec::new()), Run::of(*span, from, i64::MAX, 1));
    let Some(next) = longer.first() else { return these };
    let begun = begin_of(from, *next);
    if begun == from {
        return [these, cheapest_of(longer, from, until)]
            .into_iter()
            .min_by_key(|(cost, _)| *cost)
            .unwrap_or_default();
    }
    let ended = begun.saturating_add(*next);
    let less = with(cheapest_of(longer, begun, until), Run::of(*span, begun, from, -1));
    let more = with(cheapest_of(longer, ended, until), Run::of(*span, from, ended, 1));
    [these, more, less].into_iter().min_by_key(|(cost, _)| *cost).unwrap_or_default()
}

/// Where the stretch of this length begins in which an hour lies.
fn begin_of(hour: i64, span: i64) -> i64 {
    hour.div_euclid(span) * span
}

/// Newest incidents of a cell that came and went in one transaction, in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seen {
    came: Option<i64>,
    went: Option<i64>,
}

/// What a transaction adds to a rollup.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delta {
    sums: BTreeMap<u32, i64>,
    latest: BTreeMap<Cell, Seen>,
}

/// What a transaction adds to all rollups, by the hour of creation of the incidents concerned.
#[derive(Debug, Clone, Default)]
pub struct Deltas(BTreeMap<(Ledger, Option<Country>, i64), Delta>);

impl Deltas {
    /// Counts what an incident was and what it is; either may be missing.
    pub fn count(&mut self, was: Option<&Incident>, is: Option<&Incident>) {
        for (incident, sign) in [(was, -1), (is, 1)] {
            let Some(i) = incident else { continue };
            for (ledger, country, counts) in accounts(i) {
                let delta = self.0.entry((ledger, country, hour(i.created_at))).or_default();
                counts.into_iter().for_each(|(key, n)| *delta.sums.entry(key).or_default() += sign * n);
            }
        }
        let place = |i: &Incident| (i.country, cells(i));
        if was.map(place) == is.map(place) {
            return;
        }
        for (incident, gone) in [(was, true), (is, false)] {
            let Some(i) = incident.filter(|i| i.country.is_some()) else { continue };
            for (ledger, cell) in cells(i) {
                let delta = self.0.entry((ledger, i.country, hour(i.created_at))).or_default();
                let seen = delta.latest.entry(cell).or_default();
                let at = if gone { &mut seen.went } else { &mut seen.came };
                *at = (*at).max(Some(i.created_at.millis()));
            }
        }
    }

    /// Counts what an action was and what it is; either may be missing.
    pub fn count_action(&mut self, was: Option<&Action>, is: Option<&Action>) {
        for (action, sign) in [(was, -1), (is, 1)] {
            let Some((action, key)) = action.and_then(|a| Some((a, of_action(a)?))) else { continue };
            let at = hour(action.incident_id.created_at());
            let delta = self.0.entry((Ledger::All, None, at)).or_default();
            *delta.sums.entry(key).or_default() += sign;
        }
    }

    /// Takes over what somebody else has counted.
    pub fn join(&mut self, other: Self) {
        for (key, delta) in other.0 {
            self.0.entry(key).or_default().add(&delta);
        }
    }

    /// Whether nothing is to be added to anything.
    pub fn is_empty(&self) -> bool {
        self.0.values().all(Delta::is_nothing)
    }

    /// The same for every stretch the hours lie in.
    pub fn spread(self) -> BTreeMap<Key, Delta> {
        let mut all: BTreeMap<Key, Delta> = BTreeMap::new();
        for ((ledger, country, hour), delta) in self.0 {
            if delta.is_nothing() {
                continue;
            }
            let scope = scope(ledger, country);
            for span in SPANS {
                let begin = begin_of(hour, span);
                let span = i32::try_from(span).unwrap_or(i32::MAX);
                all.entry((ledger.number(), span, begin, scope.clone())).or_default().add(&delta);
            }
        }
        all
    }
}

impl Delta {
    fn add(&mut self, more: &Self) {
        for (key, n) in &more.sums {
            *self.sums.entry(*key).or_default() += n;
        }
        for (cell, seen) in &more.latest {
            let mine = self.latest.entry(*cell).or_default();
            (mine.came, mine.went) = (mine.came.max(seen.came), mine.went.max(seen.went));
        }
    }

    fn is_nothing(&self) -> bool {
        self.latest.is_empty() && self.sums.values().all(|n| *n == 0)
    }

    /// Adds to a rollup. `newest` finds the newest incident of a cell in the rows, where the one that was the newest is
    /// gone.
    pub fn apply(
        &self,
        to: &mut Packed,
        mut newest: impl FnMut(Cell) -> Result<Option<i64>, AppError>,
    ) -> Result<(), AppError> {
        for (key, n) in &self.sums {
            to.set(*key, to.get(*key).saturating_add(*n));
        }
        for (cell, seen) in &self.latest {
            let known = Some(to.get(cell.latest())).filter(|ms| *ms > 0).max(seen.came);
            let latest = if seen.went.is_some() && seen.went >= known { newest(*cell)? } else { known };
            to.set(cell.latest(), latest.unwrap_or(0));
        }
        Ok(())
    }
}

/// The sums of one rollup: keys and what is not 0 under them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Packed(BTreeMap<u32, i64>);

impl Packed {
    fn get(&self, key: u32) -> i64 {
        self.0.get(&key).copied().unwrap_or(0)
    }

    fn set(&mut self, key: u32, n: i64) {
        if n == 0 {
            self.0.remove(&key);
        } else {
            self.0.insert(key, n);
        }
    }

    /// Nothing is summed up.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The keys and numbers, for messages.
    pub fn shown(&self) -> String {
        format!("{:?}", self.0)
    }

    /// As bytes: keys by sixteens, as a cell of the map has them. Of each sixteen how many are between it and the one
    /// before, which of its keys are there (a bit each), and their numbers with the sign in the lowest bit; all of it
    /// variable-length integers of seven bits a byte.
    pub fn stored(&self) -> Vec<u8> {
        let mut groups: BTreeMap<u32, Vec<(u32, i64)>> = BTreeMap::new();
        self.0.iter().for_each(|(key, n)| groups.entry(key / CELL).or_default().push((key % CELL, *n)));
        let (mut out, mut next) = (Vec::new(), 0u32);
        for (group, keys) in groups {
            varint(&mut out, u64::from(group - next));
            varint(&mut out, keys.iter().fold(0, |there, (key, _)| there | 1 << key));
            keys.iter().for_each(|(_, n)| varint(&mut out, zigzag(*n)));
            next = group + 1;
        }
        out
    }

    /// From bytes.
    pub fn read(bytes: &[u8]) -> Result<Self, AppError> {
        let mut packed = Self::default();
        each(bytes, |group, numbers| {
            (0..).zip(numbers).for_each(|(key, n)| packed.set(group * CELL + key, *n))
        })?;
        Ok(packed)
    }
}

/// Adds what a view shows of a rollup, as bytes, to sums, or takes it away.
pub fn add_up(sums: &mut Sums, view: View, sign: i64, bytes: &[u8]) -> Result<(), AppError> {
    if sign < 0 {
        each(bytes, |cell, numbers| view.take_away(sums, cell, numbers))
    } else {
        each(bytes, |cell, numbers| view.take_in(sums, cell, numbers))
    }
}

/// Groups that are read; what lies beyond is no key of ours.
const GROUPS: u32 = 4_096;

fn each(bytes: &[u8], mut take: impl FnMut(u32, &Numbers)) -> Result<(), AppError> {
    let (mut rest, mut next) = (bytes.iter(), 0);
    while !rest.as_slice().is_empty() {
        let mut numbers = Numbers::default();
        let Some(group) = group(next, &mut rest, &mut numbers) else {
            return Err(damaged("rollups", "bytes that cannot be read; run cargo xtask rollups --rebuild"));
        };
        take(group, &numbers);
        next = group + 1;
    }
    Ok(())
}

/// Reads the numbers of a group of keys; says which it is. Inlined, as is what it calls: a map reads tens of thousands.
#[inline]
fn group(next: u32, bytes: &mut std::slice::Iter<'_, u8>, numbers: &mut Numbers) -> Option<u32> {
    let skipped = u32::try_from(unvarint(bytes)?).ok()?;
    let group = next.checked_add(skipped).filter(|group| *group < GROUPS)?;
    let mut there = u32::try_from(unvarint(bytes)?).ok().filter(|there| *there < 1 << CELL)?;
    while there != 0 {
        *numbers.get_mut(usize::try_from(there.trailing_zeros()).ok()?)? = unzigzag(unvarint(bytes)?);
        there &= there - 1;
    }
    Some(group)
}

fn varint(out: &mut Vec<u8>, mut n: u64) {
    loop {
        let [low, ..] = n.to_le_bytes();
        n >>= 7;
        if n == 0 {
            out.push(low & 0x7f);
            return;
        }
        out.push(low | 0x80);
    }
}

#[inline]
fn unvarint(bytes: &mut std::slice::Iter<'_, u8>) -> Option<u64> {
    let mut n = 0u64;
    for place in 0u32..10 {
        let byte = u64::from(*bytes.next()?);
        n |= (byte & 0x7f).checked_shl(place * 7)?;
        if byte < 0x80 {
            return Some(n);
        }
    }
    None
}

fn zigzag(n: i64) -> u64 {
    u64::from_ne_bytes(((n << 1) ^ (n >> 63)).to_ne_bytes())
}

fn unzigzag(n: u64) -> i64 {
    let half = i64::from_ne_bytes((n >> 1).to_ne_bytes());
    if n & 1 == 0 { half } else { !half }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sums_come_back_as_they_went(sums in prop::collection::btree_map(0u32..60_000, any::<i64>(), 0..50)) {
            let mut packed = Packed::default();
            sums.iter().for_each(|(k, n)| packed.set(*k, *n));
            prop_assert_eq!(Packed::read(&packed.stored()).unwrap(), packed);
        }

        #[test]
        fn bytes_of_another_hand_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Packed::read(&bytes);
            let views = [View::Figures, View::World(None), View::Country(Some(probatum_incident::Level::L2Ai))];
            views.iter().for_each(|view| drop(add_up(&mut Sums::default(), *view, -1, &bytes)));
        }

        #[test]
        fn stretches_cover_every_hour_once(from in 0i64..3_000_000, longest in prop::sample::select(SPANS.to_vec())) {
            let runs = cover(from, longest);
            let mut at = from;
            for run in &runs {
                prop_assert_eq!((run.from, run.sign), (at, 1));
                prop_assert!(run.from % run.span == 0 && run.span <= longest);
                at = run.to;
            }
            prop_assert_eq!(at, i64::MAX);
            let rows: i64 = runs.iter().filter(|r| r.to < i64::MAX).map(|r| (r.to - r.from) / r.span).sum();
            prop_assert!(rows <= 5 + 3 + 7 + 7);
        }

        #[test]
        fn with_some_taken_away_every_hour_still_counts_once(
            from in 0i64..3_000_000,
            window in 0i64..9_000,
            hours in prop::collection::vec(-2_000i64..11_000, 50),
        ) {
            let runs = cheapest(from, from + window);
            for run in &runs {
                prop_assert!(run.from < run.to && run.from % run.span == 0);
                prop_assert!(run.to == i64::MAX || run.to % run.span == 0);
            }
            for hour in hours.into_iter().chain([-1, 0, 1, 5, 6, 23, 24]).map(|h| from + h) {
                let times: i64 = runs.iter().filter(|r| (r.from..r.to).contains(&hour)).map(|r| r.sign).sum();
                prop_assert_eq!(times, i64::from(hour >= from), "{} of {:?}", hour, runs);
            }
            let cost = |runs: &[Run]| runs.iter().map(|r| r.cost(from + window)).sum::<i64>();
            prop_assert!(cost(&runs) <= cost(&cover(from, LONGEST)), "{:?}", runs);
            let read = cost(&runs) - i64::try_from(runs.len()).unwrap();
            prop_assert!(read <= 18, "{} stretches: {:?}", read, runs);
        }
    }
}
