//! Which objects of a bundle belong together.

use super::read::{Object, StixIndicator};
use super::tlp::Markings;
use crate::indicator::Indicator;
use crate::technique;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// How many ties of one incident are followed: all may lead to everything.
const MAX_TIES: usize = 2000;

/// The ties between objects, and what each of them is.
pub(super) struct Links<'a> {
    to: BTreeMap<&'a str, BTreeSet<&'a str>>,
    /// What to look for, by object.
    pub(super) found: BTreeMap<&'a str, Vec<Indicator>>,
    /// Techniques, by attack pattern.
    pub(super) techniques: BTreeMap<&'a str, Vec<String>>,
    /// To whom objects may be passed on.
    pub(super) markings: Markings<'a>,
}

impl<'a> Links<'a> {
    pub(super) fn of(
        known: &[(usize, Object<'a>)],
        indicators: &'a [StixIndicator],
        observed: &[(&'a str, Indicator)],
    ) -> Self {
        let mut links = Self {
            to: BTreeMap::new(),
            found: BTreeMap::new(),
            techniques: BTreeMap::new(),
            markings: Markings::of_objects(known.iter().map(|(_, object)| object)),
        };
        for (_, object) in known {
            let mut tie = |a: &'a str, b: &'a str| {
                links.to.entry(a).or_default().insert(b);
                links.to.entry(b).or_default().insert(a);
            };
            let end = |key: &str| object.members.get(key).and_then(Value::as_str);
            if let (Some(source), Some(target)) = (end("source_ref"), end("target_ref")) {
                tie(source, target);
            }
            if matches!(object.kind, "report" | "grouping" | "observed-data" | "note") {
                object.list("object_refs").into_iter().for_each(|other| tie(object.id, other));
            }
            if let Some(of) = end("sighting_of_ref") {
                tie(object.id, of);
                object.list("observed_data_refs").into_iter().for_each(|other| tie(object.id, other));
            }
            let techniques: Vec<String> = object
                .references()
                .filter(|r| {
                    matches!(
                        r.get("source_name").and_then(Value::as_str),
                        Some("mitre-attack" | "mitre-atlas")
                    )
                })
                .filter_map(|r| r.get("external_id").and_then(Value::as_str).and_then(technique::of))
                .collect();
            if object.kind == "attack-pattern" && !techniques.is_empty() {
                links.techniques.insert(object.id, techniques);
            }
        }
        for indicator in indicators {
            links.found.entry(&indicator.id).or_default().extend(indicator.indicators.iter().cloned());
        }
        for (id, indicator) in observed {
            links.found.entry(id).or_default().push(indicator.clone());
        }
        links
    }

    /// What an incident is linked to, over at most three steps (by a sighting or observed data) and [`MAX_TIES`]
    /// ties; all there is if it is alone in its bundle.
    pub(super) fn near(&self, id: &'a str, alone: bool) -> BTreeSet<&'a str> {
        if alone {
            return self.found.keys().chain(self.techniques.keys()).copied().collect();
        }
        let mut near = BTreeSet::from([id]);
        let mut edge = vec![id];
        let mut left = MAX_TIES;
        for _ in 0..3 {
            let ties = edge.iter().filter_map(|id| self.to.get(id)).flatten().copied().take(left);
            let next: Vec<&str> = ties.collect();
            left -= next.len();
            // Another incident's surroundings are its own, and what a producer, a place or a technique has to do
            // with others says nothing about this one.
            edge = next
                .into_iter()
                .filter(|id| !id.starts_with("incident--") && near.insert(id) && leads_on(id))
                .collect();
        }
        near
    }
}

/// Whether what lies behind an object belongs to the same incident.
fn leads_on(id: &str) -> bool {
    let kind = id.split("--").next().unwrap_or_default();
    matches!(kind, "indicator" | "sighting" | "observed-data" | "report" | "grouping" | "note")
}
