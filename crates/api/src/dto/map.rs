//! The map on the wire: GeoJSON (RFC 7946) with a timeline and sectors.
//!
//! The views describe it. Features are hundreds, and printing them through their views cost more than finding them: what
//! is sent is put together by [`body`], and a test holds that to what the views make.

use super::statistics::priority;
use crate::vocabulary as words;
use probatum_application::{Map, Place};
use probatum_incident::{Country, Priority, Sector};
use probatum_kernel::{EvidenceStatus, Timestamp};
use serde::Serialize;
use serde::ser::Error;
use std::collections::BTreeMap;
use std::sync::LazyLock;
use utoipa::ToSchema;

/// What a feature takes at most, about, in bytes.
const FEATURE: usize = 450;
/// Behind this, features stand.
const FEATURES: &str = "\"features\":[";

/// The answer to a map.
pub fn body(map: &Map) -> Result<String, serde_json::Error> {
    let frame = serde_json::to_string(&MapView::without_features(map))?;
    let missing = || serde_json::Error::custom("a map has no features");
    let (before, after) = frame.split_once(FEATURES).ok_or_else(missing)?;
    let mut out = String::with_capacity(frame.len().saturating_add(map.places.len().saturating_mul(FEATURE)));
    out.push_str(before);
    out.push_str(FEATURES);
    let mut comma = "";
    for of_country in map.places.chunk_by(|a, b| a.country == b.country) {
        let head = of_country.first().map(|place| head_of(place.country)).transpose()?.unwrap_or_default();
        for place in of_country {
            out.push_str(comma);
            out.push_str(&head);
            rest_of(&mut out, place);
            comma = ",";
        }
    }
    out.push_str(after);
    Ok(out)
}

/// What all features of a country begin with.
fn head_of(country: Country) -> Result<String, serde_json::Error> {
    let geometry = serde_json::to_string(&Geometry::of(country))?;
    Ok(format!(r#"{{"type":"Feature","geometry":{geometry},"properties":{{"country":"{country}","#))
}

/// What stands before the numbers and the time of a feature, by the order of the words in it. A map has thousands of
/// these, and whole they are copied more quickly than piece by piece. None of the words needs escaping.
struct Lead {
    /// Before the count: the sector, none first.
    sectors: Vec<String>,
    /// Before each count by priority, none last, with a comma in front.
    priorities: Vec<String>,
    /// Before the counts by evidence status: what it is together.
    together: Vec<String>,
    /// Before each count by evidence status, with a comma in front.
    statuses: Vec<String>,
}

static LEAD: LazyLock<Lead> = LazyLock::new(|| {
    let sectors = Sector::ALL.iter().map(|s| format!("\"sector\":\"{s}\",\"count\":"));
    let priorities = Priority::ALL.iter().copied().map(Some).chain([None]);
    let statuses = EvidenceStatus::ALL.iter();
    Lead {
        sectors: std::iter::once("\"sector\":null,\"count\":".to_owned()).chain(sectors).collect(),
        priorities: priorities.map(|p| format!(",\"{}\":", priority(p))).collect(),
        together: statuses
            .clone()
            .map(|s| format!(",\"evidence_status\":\"{s}\",\"by_evidence_status\":{{"))
            .collect(),
        statuses: statuses.map(|s| format!(",\"{s}\":")).collect(),
    }
});

/// What a feature goes on with.
fn rest_of(out: &mut String, p: &Place) {
    let lead = &*LEAD;
    out.push_str(of(&lead.sectors, p.sector.map_or(0, |s| usize::from(s.ordinal()) + 1)));
    out.push_str(itoa::Buffer::new().format(p.count));
    out.push_str(",\"by_priority\":{");
    counts(out, &lead.priorities, p.by_priority.iter().map(|(_, n)| *n));
    out.push_str("},\"latest_at\":");
    match p.latest_at {
        Some(at) => {
            out.push('"');
            at.append_to(out);
            out.push('"');
        }
        None => out.push_str("null"),
    }
    out.push_str(of(&lead.together, usize::from(p.evidence_status().ordinal())));
    counts(out, &lead.statuses, p.by_evidence_status.iter().map(|(_, n)| *n));
    out.push_str("}}}");
}

fn of(lead: &[String], at: usize) -> &str {
    lead.get(at).map_or("", String::as_str)
}

/// The numbers that are not 0, each after its lead; the first without the comma.
fn counts(out: &mut String, lead: &[String], numbers: impl Iterator<Item = i64>) {
    let mut comma = 1;
    for (lead, n) in lead.iter().zip(numbers).filter(|(_, n)| *n > 0) {
        out.push_str(lead.get(comma..).unwrap_or_default());
        out.push_str(itoa::Buffer::new().format(n));
        comma = 0;
    }
}

/// GeoJSON (RFC 7946) with a timeline and sectors.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = IncidentMap)]
pub struct MapView {
    /// Always `FeatureCollection`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// One per country and sector, ordered by both.
    features: Vec<Feature>,
    /// When incidents were created.
    timeline: Vec<Point>,
    /// How many incidents of each sector, the most first.
    sectors: Vec<SectorCount>,
    /// Hours between two points of the timeline; the first stretch may be shorter.
    step_hours: i64,
    /// Incidents of the window, sector and level that no feature shows, having no country; 0 with `bbox`.
    unlocated: i64,
    /// Where the window begins: its length before now, rounded down to the full hour (UTC).
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
}

/// The incidents of one country and sector.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MapFeature)]
pub struct Feature {
    /// Always `Feature`.
    #[serde(rename = "type")]
    kind: &'static str,
    geometry: Geometry,
    properties: Properties,
}

/// About the middle of the country, whoever asks.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MapGeometry)]
pub struct Geometry {
    /// Always `Point`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// Longitude and latitude, WGS 84.
    #[schema(example = json!([19.4, 52.1]))]
    coordinates: [f64; 2],
}

/// What is known about the incidents of one country and sector.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MapProperties)]
pub struct Properties {
    /// ISO 3166-1 alpha-2.
    #[schema(example = "PL")]
    country: String,
    /// Null: incidents without a sector.
    #[schema(value_type = Option<words::Sector>)]
    sector: Option<&'static str>,
    /// How many incidents.
    #[schema(minimum = 1)]
    count: i64,
    /// How many have which priority; priorities of none are left out.
    by_priority: BTreeMap<&'static str, i64>,
    /// When the newest was created.
    #[schema(value_type = Option<String>, format = DateTime)]
    latest_at: Option<Timestamp>,
    /// What they are together, by the rule for an incident and its evidence: `disputed` if any is, else the strongest.
    #[schema(value_type = words::EvidenceStatus)]
    evidence_status: &'static str,
    /// How many have which evidence status; those of none are left out.
    by_evidence_status: BTreeMap<&'static str, i64>,
}

/// A point of the timeline.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MapPoint)]
pub struct Point {
    /// Where the stretch begins.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// How many incidents were created in it.
    #[schema(minimum = 1)]
    count: i64,
}

/// The incidents of one sector.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MapSector)]
pub struct SectorCount {
    /// Null: incidents without a sector.
    #[schema(value_type = Option<words::Sector>)]
    sector: Option<&'static str>,
    /// How many.
    #[schema(minimum = 1)]
    count: i64,
}

impl Geometry {
    fn of(country: Country) -> Self {
        let middle = country.centroid();
        Self { kind: "Point", coordinates: [middle.lon, middle.lat] }
    }
}

impl MapView {
    fn without_features(m: &Map) -> Self {
        let sector = |(sector, count): &(Option<Sector>, i64)| SectorCount {
            sector: sector.map(Sector::as_str),
            count: *count,
        };
        Self {
            kind: "FeatureCollection",
            features: Vec::new(),
            timeline: m.timeline.iter().map(|(at, count)| Point { at: *at, count: *count }).collect(),
            sectors: m.sectors.iter().map(sector).collect(),
            step_hours: m.step_hours,
            unlocated: m.unlocated,
            since: m.since,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use probatum_application::{PRIORITIES, STATUSES};
    use proptest::prelude::*;

    impl From<&Place> for Feature {
        fn from(p: &Place) -> Self {
            let there = |n: i64| n > 0;
            let by_priority = p.by_priority.iter().filter(|(_, n)| there(*n));
            let by_evidence = p.by_evidence_status.iter().filter(|(_, n)| there(*n));
            Self {
                kind: "Feature",
                geometry: Geometry::of(p.country),
                properties: Properties {
                    country: p.country.to_string(),
                    sector: p.sector.map(Sector::as_str),
                    count: p.count,
                    by_priority: by_priority.map(|(p, n)| (priority(*p), *n)).collect(),
                    latest_at: p.latest_at,
                    evidence_status: p.evidence_status().as_str(),
                    by_evidence_status: by_evidence.map(|(s, n)| (s.as_str(), *n)).collect(),
                },
            }
        }
    }

    fn place() -> impl Strategy<Value = Place> {
        let countries = ["AD", "DE", "NZ", "PL", "ZW"].map(|c| c.parse::<Country>().unwrap());
        let sectors: Vec<_> = std::iter::once(None).chain(Sector::ALL.iter().copied().map(Some)).collect();
        let counts = prop::array::uniform12(prop_oneof![Just(0i64), 1i64..2_000_000]);
        let latest = prop::option::of(0i64..4_000_000_000_000);
        (prop::sample::select(countries.to_vec()), prop::sample::select(sectors), 1i64..9_000, counts, latest)
            .prop_map(|(country, sector, count, n, latest)| {
                let mut by_priority = [(None::<Priority>, n[11]); PRIORITIES];
                by_priority.iter_mut().zip(Priority::ALL).zip(n).for_each(|((e, p), n)| *e = (Some(*p), n));
                let mut by_evidence_status = [(EvidenceStatus::Gap, 0); STATUSES];
                let all = by_evidence_status.iter_mut().zip(EvidenceStatus::ALL);
                all.zip(&n[4..]).for_each(|((e, s), n)| *e = (*s, *n));
                let latest_at = latest.map(|ms| Timestamp::from_millis(ms).unwrap());
                Place { country, sector, count, by_priority, by_evidence_status, latest_at }
            })
    }

    proptest! {
        #[test]
        fn what_is_sent_is_what_the_views_describe(mut places in prop::collection::vec(place(), 0..20)) {
            places.sort_by_key(|p| (p.country, p.sector));
            let at = Timestamp::from_millis(1_796_000_000_000).unwrap();
            let sectors = vec![(Some(Sector::Health), 3), (None, 1)];
            let map = Map { since: at, places, timeline: vec![(at, 4)], step_hours: 24, sectors, unlocated: 2 };
            let mut described = MapView::without_features(&map);
            described.features = map.places.iter().map(Feature::from).collect();
            let sent: serde_json::Value = serde_json::from_str(&body(&map).unwrap()).unwrap();
            prop_assert_eq!(sent, serde_json::to_value(&described).unwrap());
        }
    }
}
