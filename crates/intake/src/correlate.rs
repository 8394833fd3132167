//! Which events are one incident: those of one rule about one entity, within 24 hours of each other.

use crate::event::Event;
use probatum_kernel::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// How far apart two events of one incident may be: 24 hours (CONTRACT §9).
pub const CORRELATION_HOURS: i64 = 24;
/// Changes with what goes into a key, so that keys of two versions never meet.
const KEY_VERSION: &str = "1";

/// What events of one incident have in common: 64 hexadecimal digits, the same on every machine.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CorrelationKey(String);

impl CorrelationKey {
    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for CorrelationKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The key of an event: its rule, told apart by format and product, and its primary entity. Events that name
/// no entity are one entity's.
pub fn correlation_key(event: &Event) -> CorrelationKey {
    let entity = event.entities.primary();
    let (kind, value) =
        entity.as_ref().map_or(("none", String::new()), |e| (e.kind.as_str(), e.value.to_lowercase()));
    let product = event.product.as_deref().unwrap_or_default().to_lowercase();
    let mut hash = Sha256::new();
    for part in [KEY_VERSION, event.format.as_str(), &product, &event.rule.id, kind, &value] {
        // With its length first no part can pass for two.
        hash.update(part.len().to_string());
        hash.update(":");
        hash.update(part);
    }
    CorrelationKey(hex::encode(hash.finalize()))
}

/// When an event counts as seen: when it says it happened, but never after `now`.
pub fn seen_at(event: &Event, now: Timestamp) -> Timestamp {
    event.at.map_or(now, |at| at.min(now))
}

/// How many events an incident has, and when the first and the last of them were seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// The number of events.
    pub event_count: u64,
    /// The earliest.
    pub first_seen: Timestamp,
    /// The latest.
    pub last_seen: Timestamp,
}

impl Tally {
    /// Of one event.
    pub fn one(seen: Timestamp) -> Self {
        Self { event_count: 1, first_seen: seen, last_seen: seen }
    }

    /// With one more, which may be older than those there are.
    #[must_use]
    pub fn with(self, seen: Timestamp) -> Self {
        Self {
            event_count: self.event_count.saturating_add(1),
            first_seen: self.first_seen.min(seen),
            last_seen: self.last_seen.max(seen),
        }
    }
}

impl Tally {
    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            event_count: self.event_count.saturating_add(other.event_count),
            first_seen: self.first_seen.min(other.first_seen),
            last_seen: self.last_seen.max(other.last_seen),
        }
    }

    /// Whether events of these two belong together: no more than [`CORRELATION_HOURS`] lie between them.
    pub fn near(self, other: Self) -> bool {
        other.first_seen <= self.last_seen.plus_hours(CORRELATION_HOURS)
            && self.first_seen <= other.last_seen.plus_hours(CORRELATION_HOURS)
    }
}

/// The newest incident of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Newest {
    /// Its events so far.
    pub tally: Tally,
    /// Whether it is still open: neither closed nor resolved.
    pub open: bool,
}

/// What becomes of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Correlation {
    /// It belongs to the newest incident, which has this tally then.
    Join(Tally),
    /// It opens a new one.
    Open(Tally),
}

/// Decides for an event seen at `seen`; `newest` is the newest incident of its [`CorrelationKey`], if any. It
/// joins one that is open and has events no more than [`CORRELATION_HOURS`] away on either side: batches come
/// late and out of order.
///
/// ```
/// use probatum_intake::{Correlation, Newest, Tally, correlate};
/// use probatum_kernel::Timestamp;
/// let first: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
/// let newest = Newest { tally: Tally::one(first), open: true };
/// assert!(matches!(correlate(Some(newest), first.plus_hours(24)), Correlation::Join(t) if t.event_count == 2));
/// assert!(matches!(correlate(Some(newest), first.plus_hours(25)), Correlation::Open(_)));
/// assert!(matches!(correlate(None, first), Correlation::Open(_)));
/// ```
pub fn correlate(newest: Option<Newest>, seen: Timestamp) -> Correlation {
    match newest {
        Some(Newest { tally, open: true }) if tally.near(Tally::one(seen)) => {
            Correlation::Join(tally.with(seen))
        }
        _ => Correlation::Open(Tally::one(seen)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(s: &str) -> Timestamp {
        s.parse().unwrap()
    }

    #[test]
    fn one_incident_within_a_day() {
        let (first, last) = (at("2026-11-20T10:00:00Z"), at("2026-11-22T10:00:00Z"));
        let tally = Tally { event_count: 7, first_seen: first, last_seen: last };
        let cases = [
            (true, "2026-11-23T10:00:00Z", true),
            (true, "2026-11-23T10:00:00.001Z", false),
            (true, "2026-11-21T03:00:00Z", true),
            (true, "2026-11-19T10:00:00Z", true),
            (true, "2026-11-19T09:59:59Z", false),
            (false, "2026-11-22T10:00:00Z", false),
        ];
        for (open, seen, joins) in cases {
            let decision = correlate(Some(Newest { tally, open }), at(seen));
            assert_eq!(matches!(decision, Correlation::Join(_)), joins, "{seen}");
        }
        let late = correlate(Some(Newest { tally, open: true }), at("2026-11-20T09:00:00Z"));
        let expected = Tally { event_count: 8, first_seen: at("2026-11-20T09:00:00Z"), last_seen: last };
        assert_eq!(late, Correlation::Join(expected));
    }
}
