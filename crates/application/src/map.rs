//! The map: incidents by country and sector, never closer than the country.

use crate::rollup::{Sums, Tally};
use crate::window::Window;
use probatum_incident::{Country, Level, Location, Priority, Sector};
use probatum_kernel::{EvidenceStatus, Timestamp};
use std::str::FromStr;

/// What the map is asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MapQuery {
    /// Created since when.
    pub window: Window,
    /// Only this sector.
    pub sector: Option<Sector>,
    /// Only this level.
    pub level: Option<Level>,
    /// Only countries whose middle lies within.
    pub bbox: Option<BBox>,
}

/// A rectangle of degrees (RFC 7946 §5): west, south, east, north. West of more than east crosses the date line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BBox {
    west: f64,
    south: f64,
    east: f64,
    north: f64,
}

/// Not a rectangle of degrees.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be west,south,east,north in degrees, for example 14.1,49.0,24.2,54.9")]
pub struct BBoxError;

impl BBox {
    /// Whether a point lies within, edges included.
    pub fn holds(&self, at: Location) -> bool {
        let by_longitude = if self.west <= self.east {
            (self.west..=self.east).contains(&at.lon)
        } else {
            at.lon >= self.west || at.lon <= self.east
        };
        by_longitude && (self.south..=self.north).contains(&at.lat)
    }
}

impl FromStr for BBox {
    type Err = BBoxError;
    fn from_str(s: &str) -> Result<Self, BBoxError> {
        let numbers: Result<Vec<f64>, _> = s.split(',').map(|n| n.trim().parse::<f64>()).collect();
        match numbers.map_err(|_| BBoxError)?.as_slice() {
            [west, south, east, north] => {
                let corners = [Location { lat: *south, lon: *west }, Location { lat: *north, lon: *east }];
                let right = corners.iter().all(Location::is_valid) && south <= north;
                right
                    .then_some(Self { west: *west, south: *south, east: *east, north: *north })
                    .ok_or(BBoxError)
            }
            _ => Err(BBoxError),
        }
    }
}

/// Every priority, and none.
pub const PRIORITIES: usize = Priority::ALL.len() + 1;
/// Every evidence status.
pub const STATUSES: usize = EvidenceStatus::ALL.len();

/// The incidents of one country and sector. Nothing of it is on the heap: a map has hundreds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The country.
    pub country: Country,
    /// The sector, if any.
    pub sector: Option<Sector>,
    /// How many incidents.
    pub count: i64,
    /// By priority, `None` last.
    pub by_priority: [(Option<Priority>, i64); PRIORITIES],
    /// By evidence status.
    pub by_evidence_status: [(EvidenceStatus, i64); STATUSES],
    /// When the newest was created.
    pub latest_at: Option<Timestamp>,
}

/// What the map answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Map {
    /// Where the window begins.
    pub since: Timestamp,
    /// Places, by country and sector.
    pub places: Vec<Place>,
    /// How many incidents were created from each time on until the next; hours of no incident are left out.
    pub timeline: Vec<(Timestamp, i64)>,
    /// Hours between two times of the timeline.
    pub step_hours: i64,
    /// How many incidents of each sector, the most first.
    pub sectors: Vec<(Option<Sector>, i64)>,
    /// Incidents without a country, which no place shows; none are counted if a rectangle is asked for.
    pub unlocated: i64,
}

impl MapQuery {
    /// The sectors that count.
    fn sectors(&self) -> impl Iterator<Item = Option<Sector>> {
        let wanted = self.sector;
        let all = std::iter::once(None).chain(Sector::ALL.iter().copied().map(Some));
        all.filter(move |s| wanted.is_none() || wanted == *s)
    }

    /// Whether the map shows this country.
    pub fn shows(&self, country: Country) -> bool {
        self.bbox.is_none_or(|bbox| bbox.holds(country.centroid()))
    }

    /// How many incidents of the sums this map is about.
    pub fn count(&self, sums: &Sums) -> i64 {
        self.sectors().map(|sector| sums.tally(sector).count()).sum()
    }

    /// The places of a country.
    pub fn places(&self, country: Country, sums: &Sums) -> impl Iterator<Item = Place> {
        let tallies = self.sectors().map(|sector| (sector, sums.tally(sector)));
        tallies.filter(|(_, t)| t.count() > 0).map(move |(sector, t)| Place::new(country, sector, &t))
    }
}

impl Place {
    fn new(country: Country, sector: Option<Sector>, tally: &Tally) -> Self {
        let mut by_priority = [(None, tally.priority(None)); PRIORITIES];
        let granted = by_priority.iter_mut().zip(Priority::ALL);
        granted.for_each(|(entry, p)| *entry = (Some(*p), tally.priority(Some(*p))));
        let mut by_evidence_status = [(EvidenceStatus::Gap, 0); STATUSES];
        let known = by_evidence_status.iter_mut().zip(EvidenceStatus::ALL);
        known.for_each(|(entry, s)| *entry = (*s, tally.evidence(*s)));
        let (count, latest_at) = (tally.count(), tally.latest_at());
        Self { country, sector, count, by_priority, by_evidence_status, latest_at }
    }

    /// What the place's incidents are together, by the rule of CONTRACT §4 for an incident and its evidence: one that is
    /// disputed makes all of it disputed, else the strongest counts.
    pub fn evidence_status(&self) -> EvidenceStatus {
        let there = self.by_evidence_status.iter().filter(|(_, n)| *n > 0);
        probatum_evidence::inherit(there.map(|(s, _)| *s))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rectangle_may_cross_the_date_line() {
        let bbox = |s: &str| s.parse::<BBox>().unwrap();
        let at = |lat, lon| Location { lat, lon };
        assert!(bbox("14,49,24.2,55").holds(at(52.1, 19.4)));
        assert!(!bbox("14,49,24.2,55").holds(at(46.6, 2.5)));
        assert!(bbox("170,-50,-170,-10").holds(at(-41.8, 171.5)));
        assert!(bbox("170,-50,-170,-10").holds(at(-19.0, -175.0)));
        assert!(!bbox("170,-50,-170,-10").holds(at(-25.3, 134.5)));
        for bad in [
            "",
            "1,2,3",
            "1,2,3,4,5",
            "a,b,c,d",
            "0,50,10,40",
            "0,-91,1,1",
            "NaN,0,1,1",
            "0,0,181,1",
            "0,0,inf,1",
        ] {
            assert_eq!(bad.parse::<BBox>(), Err(BBoxError), "{bad}");
        }
    }
}
