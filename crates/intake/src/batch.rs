//! A whole body of events, gathered into what belongs together: the groups that join or open incidents.

use crate::correlate::{CorrelationKey, Tally, correlation_key, seen_at};
use crate::event::Event;
use crate::indicator::{Indicator, IndicatorKind};
use crate::limits::MAX_TECHNIQUES;
use crate::split::Events;
use probatum_kernel::Timestamp;
use std::collections::{BTreeMap, HashSet};
use std::net::IpAddr;

/// The most indicators that are gathered of one group.
pub const MAX_GROUP_INDICATORS: usize = 200;

/// Events of one rule about one entity, each no more than 24 hours from the next.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// What they have in common.
    pub key: CorrelationKey,
    /// How many there are, and when the first and the last were seen.
    pub tally: Tally,
    /// The worst of them; of those that are equally bad, the earliest.
    pub worst: Event,
    /// Its place in the body, from 0.
    pub index: usize,
    /// The techniques of all, at most [`MAX_TECHNIQUES`].
    pub techniques: Vec<String>,
    /// What the entities of all can be looked for by, at most [`MAX_GROUP_INDICATORS`].
    pub indicators: Vec<Indicator>,
}

/// A body, read. The same body gives the same batch, in the same order, on every machine.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Batch {
    /// The groups, by key, then by time.
    pub groups: Vec<Group>,
    /// How many events are in the groups.
    pub accepted: usize,
    /// Every event that could not be read: its place, and what is wrong with it.
    pub faults: Vec<(usize, String)>,
}

impl Batch {
    /// Reads a body that came in at `received_at`, sent with this media type. What has no time, or one in the future,
    /// counts as seen then.
    ///
    /// ```
    /// use probatum_intake::Batch;
    /// let body = br#"{"message":"denied","host":"web-1"}
    /// nonsense {
    /// {"message":"denied","host":"web-1"}"#;
    /// let batch = Batch::read(body, Some("application/x-ndjson"), "2026-11-22T10:00:00Z".parse().unwrap());
    /// assert_eq!((batch.groups.len(), batch.accepted, batch.faults.len()), (1, 2, 1));
    /// assert_eq!(batch.groups[0].tally.event_count, 2);
    /// ```
    pub fn read(body: &[u8], content_type: Option<&str>, received_at: Timestamp) -> Self {
        let mut gathered: BTreeMap<CorrelationKey, Runs> = BTreeMap::new();
        let mut batch = Self::default();
        for item in Events::split(body, content_type) {
            let (index, event) = match item {
                Ok((index, raw)) => (index, raw.and_then(|raw| Event::read(&raw))),
                // The body was measured when it came in; all the same, what was read before stands.
                Err(e) => {
                    batch.faults.push((batch.accepted.saturating_add(batch.faults.len()), e.to_string()));
                    break;
                }
            };
            match event {
                Ok(event) => {
                    batch.accepted = batch.accepted.saturating_add(1);
                    let seen = seen_at(&event, received_at);
                    gathered.entry(correlation_key(&event)).or_default().add(event, index, seen);
                }
                Err(fault) => batch.faults.push((index, fault.to_string())),
            }
        }
        for (key, runs) in gathered {
            batch.groups.extend(runs.0.into_values().map(|run| run.group(key.clone())));
        }
        batch
    }
}

/// The groups of one key in the making, by when their first event was seen. No two are near to each other, so that an
/// event is near to two at most: the last that began before it, and the first that began after.
#[derive(Default)]
struct Runs(BTreeMap<Timestamp, Gathering>);

impl Runs {
    /// Adds an event to the run it is near to; one between two makes them one.
    fn add(&mut self, event: Event, index: usize, seen: Timestamp) {
        let before = self.0.range(..=seen).next_back();
        let after = self.0.range(seen..).next().filter(|(first, _)| **first > seen);
        let near = |(first, run): (&Timestamp, &Gathering)| {
            run.tally.near(Tally::one(seen)).then_some((run.last_index, *first))
        };
        let mut near: Vec<_> = before.and_then(near).into_iter().chain(after.and_then(near)).collect();
        // What was told of first leads, wherever it lies in time.
        near.sort_unstable();
        let mut near = near.into_iter().filter_map(|(_, first)| self.0.remove(&first));
        let joined = match near.next() {
            Some(first) => near.fold(first, Gathering::and).with(event, index, seen),
            None => Gathering::of(event, index, seen),
        };
        self.0.insert(joined.tally.first_seen, joined);
    }
}

/// A group in the making.
#[derive(Debug, Clone, PartialEq)]
struct Gathering {
    tally: Tally,
    worst: Event,
    worst_seen: Timestamp,
    index: usize,
    /// The place of the event that came last.
    last_index: usize,
    techniques: Vec<String>,
    indicators: Vec<Indicator>,
    known: HashSet<Indicator>,
}

impl Gathering {
    fn of(event: Event, index: usize, seen: Timestamp) -> Self {
        let mut new = Self {
            tally: Tally::one(seen),
            worst_seen: seen,
            index,
            last_index: index,
            techniques: event.attack_techniques.clone(),
            indicators: Vec::new(),
            known: HashSet::new(),
            worst: event,
        };
        let found = entities(&new.worst);
        new.note(found);
        new
    }

    fn with(mut self, event: Event, index: usize, seen: Timestamp) -> Self {
        self.tally = self.tally.with(seen);
        self.last_index = index;
        self.techniques(&event.attack_techniques);
        self.note(entities(&event));
        self.compare(event, index, seen);
        self
    }

    fn and(mut self, other: Self) -> Self {
        self.tally = self.tally.and(other.tally);
        self.techniques(&other.techniques);
        self.note(other.indicators);
        self.compare(other.worst, other.index, other.worst_seen);
        self
    }

    fn compare(&mut self, event: Event, index: usize, seen: Timestamp) {
        let rank = |event: &Event, seen: Timestamp, index: usize| (u8::MAX - event.severity, seen, index);
        if rank(&event, seen, index) < rank(&self.worst, self.worst_seen, self.index) {
            (self.worst, self.worst_seen, self.index) = (event, seen, index);
        }
    }

    fn techniques(&mut self, more: &[String]) {
        for technique in more {
            if self.techniques.len() < MAX_TECHNIQUES && !self.techniques.contains(technique) {
                self.techniques.push(technique.clone());
            }
        }
    }

    fn note(&mut self, found: Vec<Indicator>) {
        for indicator in found {
            if self.indicators.len() < MAX_GROUP_INDICATORS && self.known.insert(indicator.clone()) {
                self.indicators.push(indicator);
            }
        }
    }

    fn group(self, key: CorrelationKey) -> Group {
        let Self { tally, worst, index, techniques, indicators, .. } = self;
        Group { key, tally, worst, index, techniques, indicators }
    }
}

/// What of an event can be looked for elsewhere.
fn entities(event: &Event) -> Vec<Indicator> {
    let e = &event.entities;
    let ip = |text: &String| match text.parse() {
        Ok(IpAddr::V4(_)) => Some(Indicator::new(IndicatorKind::Ipv4, text)),
        Ok(IpAddr::V6(_)) => Some(Indicator::new(IndicatorKind::Ipv6, text)),
        Err(_) => None,
    };
    let digest = |text: &String| match text.len() {
        32 => Some(Indicator::new(IndicatorKind::Md5, text)),
        40 => Some(Indicator::new(IndicatorKind::Sha1, text)),
        64 => Some(Indicator::new(IndicatorKind::Sha256, text)),
        _ => None,
    };
    let mut found: Vec<Indicator> = e.ips.iter().filter_map(ip).collect();
    found.extend(e.domains.iter().map(|d| Indicator::new(IndicatorKind::Domain, d)));
    found.extend(e.urls.iter().map(|u| Indicator::new(IndicatorKind::Url, u)));
    found.extend(e.hashes.iter().filter_map(digest));
    found.extend(event.attack_techniques.iter().map(|t| Indicator::new(IndicatorKind::AttackTechnique, t)));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition: each event is held against every run, and those it is near to become one.
    fn add_by_looking_at_all(runs: &mut Vec<Gathering>, event: Event, index: usize, seen: Timestamp) {
        let (near, mut apart): (Vec<_>, Vec<_>) =
            runs.drain(..).partition(|run| run.tally.near(Tally::one(seen)));
        let mut near = near.into_iter();
        let joined = match near.next() {
            Some(first) => near.fold(first, Gathering::and).with(event, index, seen),
            None => Gathering::of(event, index, seen),
        };
        apart.push(joined);
        *runs = apart;
    }

    proptest! {
        #[test]
        fn runs_are_what_looking_at_all_makes(seen in proptest::collection::vec((0i64..60, 0u8..3, 0u8..9), 0..40)) {
            let mut runs = Runs::default();
            let mut all = Vec::new();
            for (index, (eighths, severity, host)) in seen.into_iter().enumerate() {
                let raw = serde_json::json!({"message": "m", "severity": severity, "src_ip": format!("192.0.2.{host}"),
                    "technique": format!("T10{}", 10 + host)});
                let raw = crate::split::RawEvent::Json(raw.as_object().unwrap().clone());
                let (event, at) = (Event::read(&raw).unwrap(), Timestamp::EPOCH.plus_hours(eighths * 8));
                runs.add(event.clone(), index, at);
                add_by_looking_at_all(&mut all, event, index, at);
            }
            all.sort_by_key(|run| run.tally.first_seen);
            prop_assert_eq!(runs.0.into_values().collect::<Vec<_>>(), all);
        }
    }

    #[test]
    fn many_days_of_one_key_cost_little() {
        // Each event two days from the next: as many runs as there are events, in no order of time.
        let day = |n: usize| Timestamp::EPOCH.plus_hours(48 * i64::try_from(n * 7919 % 10_000).unwrap());
        let line = |n: usize| format!("{{\"message\":\"m\",\"host\":\"a\",\"time\":\"{}\"}}\n", day(n));
        let body: String = (0..10_000).map(line).collect();
        let batch = Batch::read(body.as_bytes(), None, at("2036-11-22T10:00:00Z"));
        assert_eq!((batch.groups.len(), batch.accepted), (10_000, 10_000));
    }

    fn at(s: &str) -> Timestamp {
        s.parse().unwrap()
    }

    fn read(events: &[(&str, &str, u8)]) -> Batch {
        let line = |(host, time, severity): &(&str, &str, u8)| {
            format!(
                "{{\"message\":\"denied\",\"rule\":\"r\",\"host\":\"{host}\",\"timestamp\":\"{time}\",\"severity\":{severity},\"src_ip\":\"192.0.2.{severity}\"}}\n"
            )
        };
        let body: String = events.iter().map(line).collect();
        Batch::read(body.as_bytes(), None, at("2026-11-22T10:00:00Z"))
    }

    #[test]
    fn a_group_is_one_rule_and_one_entity_within_a_day() {
        let batch = read(&[
            ("a", "2026-11-20T10:00:00Z", 3),
            ("b", "2026-11-20T10:00:00Z", 3),
            ("a", "2026-11-22T09:00:00Z", 5),
            ("a", "2026-11-20T11:00:00Z", 4),
        ]);
        assert_eq!((batch.accepted, batch.faults.len()), (4, 0));
        let mut counts: Vec<u64> = batch.groups.iter().map(|g| g.tally.event_count).collect();
        counts.sort_unstable();
        assert_eq!(counts, [1, 1, 2], "two days lie between the runs of a");
        let pair = batch.groups.iter().find(|g| g.tally.event_count == 2).unwrap();
        assert_eq!((pair.index, pair.worst.severity), (3, 4), "the worst stands for all");
        assert_eq!(pair.indicators.len(), 2);
    }

    #[test]
    fn an_event_between_two_runs_makes_them_one_in_whatever_order() {
        let mut events = [
            ("a", "2026-11-20T10:00:00Z", 3),
            ("a", "2026-11-22T09:00:00Z", 5),
            ("a", "2026-11-21T10:00:00Z", 1),
        ];
        for _ in 0..3 {
            events.rotate_left(1);
            let batch = read(&events);
            assert_eq!(batch.groups.len(), 1);
            let tally = batch.groups[0].tally;
            assert_eq!((tally.event_count, tally.first_seen), (3, at("2026-11-20T10:00:00Z")));
        }
    }

    #[test]
    fn the_same_body_is_the_same_batch_and_is_counted_alike() {
        let body = include_bytes!("../tests/fixtures/mixed.log");
        let now = at("2026-11-22T10:00:00Z");
        let batch = Batch::read(body, None, now);
        assert_eq!(batch, Batch::read(body, None, now));
        let mut counter = crate::Counter::new(None);
        for piece in body.chunks(7) {
            counter.push(piece).unwrap();
        }
        assert_eq!(counter.finish().unwrap(), batch.accepted + batch.faults.len());
        let counted: u64 = batch.groups.iter().map(|g| g.tally.event_count).sum();
        assert_eq!(counted, u64::try_from(batch.accepted).unwrap());
    }
}
