//! A STIX 2.1 bundle, read as incidents and what to look for.

use super::links::Links;
use super::pattern::{self, PatternFault, comparisons};
use super::{INCIDENT_EXTENSION, Tlp};
use crate::event::Category;
use crate::indicator::Indicator;
use crate::limits::{
    MAX_BUNDLE_BYTES, MAX_BUNDLE_INCIDENTS, MAX_INCIDENT_INDICATORS, MAX_INDICATORS, MAX_MESSAGE, MAX_NAME,
    MAX_OBJECTS, MAX_TECHNIQUES, MAX_TITLE, MAX_URL,
};
use crate::text::{line, text};
use probatum_kernel::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::{BTreeSet, HashMap};

/// Why nothing of a bundle is taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StixFault {
    /// More bytes than a bundle may have.
    #[error("the bundle is larger than {MAX_BUNDLE_BYTES} bytes")]
    TooLarge,
    /// More objects than a bundle may have.
    #[error("the bundle has more than {MAX_OBJECTS} objects")]
    TooMany,
    /// More incidents than a bundle may have.
    #[error("holds {0} incidents; send at most {MAX_BUNDLE_INCIDENTS} in a bundle")]
    TooManyIncidents(usize),
    /// Not JSON, and what the parser says of it.
    #[error("the bundle is not valid JSON: {0}")]
    NotJson(String),
    /// No bundle.
    #[error("is no STIX bundle: it needs \"type\": \"bundle\", an id bundle--<UUID> and \"objects\"")]
    NotABundle,
    /// STIX 2.0, whose bundles state their version.
    #[error("is STIX {0}; send 2.1")]
    Version(String),
}

/// Why one object was passed over; the others are not concerned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StixObjectFault {
    /// Not an object with a type.
    #[error("is no object with a type")]
    NoType,
    /// The id is not `<type>--<UUID>`.
    #[error("its id must be {0}-- and a UUID")]
    Id(String),
    /// Another version than 2.1.
    #[error("its spec_version must be 2.1")]
    SpecVersion,
    /// A required property is absent.
    #[error("it needs {0}")]
    Missing(&'static str),
    /// The pattern of an indicator was not read; the indicator is kept without what it looks for.
    #[error(transparent)]
    Pattern(#[from] PatternFault),
}

/// An incident a bundle tells of.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StixIncident {
    /// Its STIX id: of an `incident`, else of the `report` or `grouping` that stands for one.
    pub id: String,
    /// Its place in the bundle, from 0.
    #[serde(skip)]
    pub index: usize,
    /// The name, at most [`MAX_TITLE`] characters.
    pub name: String,
    /// The description.
    pub description: String,
    /// When this object was created.
    pub created: Option<Timestamp>,
    /// When it was changed last.
    pub modified: Option<Timestamp>,
    /// 0–10, from the extension's criticality (0–100); `None` if it states none.
    pub severity: Option<u8>,
    /// What its types, labels, names and techniques point to.
    pub category: Category,
    /// What the extension calls it: `suspected`, `confirmed`, …
    pub determination: Option<String>,
    /// How far the sender's investigation is.
    pub investigation_status: Option<String>,
    /// The extension's incident types and the labels.
    pub types: Vec<String>,
    /// ATT&CK techniques of the attack patterns it is linked to.
    pub attack_techniques: Vec<String>,
    /// What to look for: of the indicators and observables it is linked to, or of all, if it is alone; at most
    /// [`MAX_INCIDENT_INDICATORS`].
    pub indicators: Vec<Indicator>,
    /// URLs it refers to.
    pub references: Vec<String>,
    /// The strictest TLP marking it bears.
    pub tlp: Option<Tlp>,
    /// `revoked` by its creator.
    pub revoked: bool,
}

/// An indicator of a bundle.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StixIndicator {
    /// Its STIX id.
    pub id: String,
    /// Its name, or empty.
    pub name: String,
    /// The pattern as written.
    pub pattern: String,
    /// The language of the pattern: `stix`, `sigma`, `yara`, …; only `stix` is read.
    pub pattern_type: String,
    /// What it looks for.
    pub indicators: Vec<Indicator>,
    /// Since when it holds.
    pub valid_from: Option<Timestamp>,
    /// Until when.
    pub valid_until: Option<Timestamp>,
}

/// What was read from a bundle.
#[derive(Debug, Clone, PartialEq)]
pub struct StixBundle {
    /// Its id.
    pub id: String,
    /// The strictest marking of anything in it: to whom the bundle as a whole may be passed on.
    pub tlp: Option<Tlp>,
    /// The incidents; if there is none, the reports and groupings. At most [`MAX_BUNDLE_INCIDENTS`], of several versions of
    /// one the newest.
    pub incidents: Vec<StixIncident>,
    /// The indicators.
    pub indicators: Vec<StixIndicator>,
    /// The observables (addresses, names, files), once each.
    pub observables: Vec<Indicator>,
    /// The objects that were passed over, by their place from 0.
    pub faults: Vec<(usize, StixObjectFault)>,
}

/// An object whose common properties were checked.
pub(super) struct Object<'a> {
    pub(super) id: &'a str,
    pub(super) kind: &'a str,
    pub(super) members: &'a Map<String, Value>,
}

impl StixBundle {
    /// Reads a bundle.
    ///
    /// # Errors
    /// See [`StixFault`]; objects with faults of their own are in `faults`.
    pub fn read(bytes: &[u8]) -> Result<Self, StixFault> {
        if bytes.len() > MAX_BUNDLE_BYTES {
            return Err(StixFault::TooLarge);
        }
        let bundle: Value = serde_json::from_slice(bytes).map_err(|e| StixFault::NotJson(e.to_string()))?;
        let id = bundle.get("id").and_then(Value::as_str).filter(|id| is_id(id, "bundle"));
        let (Some("bundle"), Some(id)) = (bundle.get("type").and_then(Value::as_str), id) else {
            return Err(StixFault::NotABundle);
        };
        match bundle.get("spec_version").and_then(Value::as_str) {
            None | Some("2.1") => {}
            Some(other) => return Err(StixFault::Version(line(other, 20))),
        }
        let objects = bundle.get("objects").and_then(Value::as_array).ok_or(StixFault::NotABundle)?;
        if objects.len() > MAX_OBJECTS {
            return Err(StixFault::TooMany);
        }
        let mut faults = Vec::new();
        let mut known = Vec::new();
        for (index, object) in objects.iter().enumerate() {
            match checked(object) {
                Ok(object) => known.push((index, object)),
                Err(fault) => faults.push((index, fault)),
            }
        }
        let mut read = Self::of(&known, &mut faults)?;
        id.clone_into(&mut read.id);
        faults.sort_by_key(|(index, _)| *index);
        read.faults = faults;
        Ok(read)
    }

    fn of(
        known: &[(usize, Object<'_>)],
        faults: &mut Vec<(usize, StixObjectFault)>,
    ) -> Result<Self, StixFault> {
        let kinds: &[&str] = if known.iter().any(|(_, o)| o.kind == "incident") {
            &["incident"]
        } else {
            &["report", "grouping"]
        };
        // Before anything is made of them: each takes along what it is linked to.
        let chosen = newest(known.iter().filter(|(_, o)| kinds.contains(&o.kind)));
        if chosen.len() > MAX_BUNDLE_INCIDENTS {
            return Err(StixFault::TooManyIncidents(chosen.len()));
        }
        let indicators: Vec<StixIndicator> = known
            .iter()
            .filter(|(_, o)| o.kind == "indicator")
            .map(|(index, o)| indicator(o, *index, faults))
            .collect();
        let each: Vec<(&str, Indicator)> =
            known.iter().flat_map(|(_, o)| observed(o).into_iter().map(|i| (o.id, i))).collect();
        let mut observables: Vec<Indicator> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        observables.extend(
            each.iter().map(|(_, i)| i.clone()).filter(|i| seen.insert(i.clone())).take(MAX_INDICATORS),
        );
        let links = Links::of(known, &indicators, &each);
        let alone = chosen.len() == 1;
        let incidents = chosen.iter().map(|(index, o)| incident(*index, o, &links, alone)).collect();
        let tlp = known.iter().filter_map(|(_, o)| links.markings.of(o)).max_by_key(|t| t.rank());
        Ok(Self { id: String::new(), tlp, incidents, indicators, observables, faults: Vec::new() })
    }
}

/// Of several versions of an object the newest alone (STIX 2.1 §3.6), in the place of the first. What was revoked stays
/// revoked.
fn newest<'a, 'b: 'a>(all: impl Iterator<Item = &'a (usize, Object<'b>)>) -> Vec<(usize, &'a Object<'b>)> {
    let rank = |o: &Object<'_>| (o.revoked(), o.time("modified"));
    let mut kept: Vec<(usize, &Object<'_>)> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for (index, told) in all {
        match places.get(told.id).and_then(|place| kept.get_mut(*place)) {
            Some(other) if rank(other.1) < rank(told) => *other = (*index, told),
            Some(_) => {}
            None => {
                places.insert(told.id, kept.len());
                kept.push((*index, told));
            }
        }
    }
    kept
}

fn is_id(id: &str, kind: &str) -> bool {
    let uuid = id.strip_prefix(kind).and_then(|rest| rest.strip_prefix("--"));
    uuid.is_some_and(|u| u.len() == 36 && uuid::Uuid::try_parse(u).is_ok())
}

/// Objects whose id does not need a creation time (STIX 2.1 §2.9): observables; and markings, whose version
/// never changes.
const PLAIN: &[&str] = &[
    "artifact",
    "autonomous-system",
    "directory",
    "domain-name",
    "email-addr",
    "email-message",
    "file",
    "ipv4-addr",
    "ipv6-addr",
    "mac-addr",
    "mutex",
    "network-traffic",
    "process",
    "software",
    "url",
    "user-account",
    "windows-registry-key",
    "x509-certificate",
];

fn checked(object: &Value) -> Result<Object<'_>, StixObjectFault> {
    let members = object.as_object().ok_or(StixObjectFault::NoType)?;
    let get = |key: &str| members.get(key).and_then(Value::as_str);
    let kind = get("type").filter(|k| (1..=250).contains(&k.len())).ok_or(StixObjectFault::NoType)?;
    let id = get("id").filter(|id| is_id(id, kind)).ok_or_else(|| StixObjectFault::Id(line(kind, 60)))?;
    match get("spec_version") {
        Some("2.1") => {}
        None if PLAIN.contains(&kind) => {}
        _ => return Err(StixObjectFault::SpecVersion),
    }
    let required: &[&'static str] = match kind {
        "incident" => &["name"],
        "report" => &["name", "object_refs"],
        "grouping" => &["context", "object_refs"],
        "indicator" => &["pattern", "pattern_type", "valid_from"],
        "relationship" => &["source_ref", "target_ref"],
        _ => &[],
    };
    match required.iter().find(|key| !members.contains_key(**key)) {
        Some(key) => Err(StixObjectFault::Missing(key)),
        None => Ok(Object { id, kind, members }),
    }
}

impl<'a> Object<'a> {
    fn text(&self, key: &str, max: usize) -> Option<String> {
        self.members.get(key).and_then(Value::as_str).map(|s| line(s, max)).filter(|s| !s.is_empty())
    }

    fn time(&self, key: &str) -> Option<Timestamp> {
        self.members.get(key).and_then(Value::as_str)?.parse().ok()
    }

    fn revoked(&self) -> bool {
        self.members.get("revoked") == Some(&Value::Bool(true))
    }

    pub(super) fn list(&self, key: &str) -> Vec<&'a str> {
        let items = self.members.get(key).and_then(Value::as_array);
        items.map(|i| i.iter().filter_map(Value::as_str).collect()).unwrap_or_default()
    }

    /// The properties of the incident extension.
    fn extension(&self, key: &str) -> Option<&'a Value> {
        self.members.get("extensions")?.get(INCIDENT_EXTENSION)?.get(key)
    }

    pub(super) fn references(&self) -> impl Iterator<Item = &'a Value> {
        self.members.get("external_references").and_then(Value::as_array).into_iter().flatten()
    }
}

fn indicator(object: &Object<'_>, index: usize, faults: &mut Vec<(usize, StixObjectFault)>) -> StixIndicator {
    let pattern = object.members.get("pattern").and_then(Value::as_str).unwrap_or_default();
    let pattern_type = object.text("pattern_type", 60).unwrap_or_default();
    let mut indicators = Vec::new();
    if pattern_type == "stix" {
        match comparisons(pattern) {
            Ok(found) => indicators = pattern::indicators(&found),
            Err(fault) => faults.push((index, fault.into())),
        }
    }
    StixIndicator {
        id: object.id.to_owned(),
        name: object.text("name", MAX_TITLE).unwrap_or_default(),
        pattern: text(pattern, MAX_MESSAGE),
        pattern_type,
        indicators,
        valid_from: object.time("valid_from"),
        valid_until: object.time("valid_until"),
    }
}

/// What an observable is; a file may have several digests.
fn observed(object: &Object<'_>) -> Vec<Indicator> {
    let mut found: Vec<Indicator> = Vec::new();
    let value = object.members.get("value").and_then(Value::as_str);
    if PLAIN.contains(&object.kind) {
        found.extend(value.and_then(|v| pattern::indicator(object.kind, "value", v)));
        for (algorithm, digest) in
            object.members.get("hashes").and_then(Value::as_object).into_iter().flatten()
        {
            let path = format!("hashes.{algorithm}");
            found.extend(digest.as_str().and_then(|d| pattern::indicator(object.kind, &path, d)));
        }
    } else if object.kind == "vulnerability" {
        found.extend(
            object.text("name", 60).and_then(|name| pattern::indicator("vulnerability", "name", &name)),
        );
    }
    found
}

fn incident<'a>(index: usize, object: &Object<'a>, links: &Links<'a>, alone: bool) -> StixIncident {
    let near = links.near(object.id, alone);
    let mut indicators: Vec<Indicator> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    let found = near.iter().filter_map(|id| links.found.get(id)).flatten();
    indicators.extend(found.filter(|i| seen.insert(*i)).take(MAX_INCIDENT_INDICATORS).cloned());
    let techniques: BTreeSet<String> =
        near.iter().filter_map(|id| links.techniques.get(id)).flatten().cloned().collect();
    let attack_techniques: Vec<String> = techniques.into_iter().take(MAX_TECHNIQUES).collect();
    let mut types: Vec<String> = object
        .extension("incident_types")
        .and_then(Value::as_array)
        .map(|t| t.iter().filter_map(Value::as_str).map(|s| line(s, 60)).collect())
        .unwrap_or_default();
    types.extend(object.list("labels").into_iter().map(|s| line(s, 60)));
    types.truncate(50);
    let name = object.text("name", MAX_TITLE).unwrap_or_else(|| format!("STIX {}", object.kind));
    let words: Vec<String> = types.iter().chain([&name]).map(|t| t.replace('-', " ")).collect();
    let said = types.iter().find_map(|t| t.replace('-', "_").parse::<Category>().ok());
    let criticality = object.extension("criticality").and_then(Value::as_u64).filter(|c| *c <= 100);
    let urls = object.references().filter_map(|r| r.get("url").and_then(Value::as_str));
    StixIncident {
        id: object.id.to_owned(),
        index,
        description: text(
            object.members.get("description").and_then(Value::as_str).unwrap_or_default(),
            MAX_MESSAGE,
        ),
        created: object.time("created"),
        modified: object.time("modified"),
        severity: criticality.and_then(|c| u8::try_from(c / 10).ok()),
        category: said.unwrap_or_else(|| crate::event::category_of(&words, &attack_techniques)),
        determination: object.extension("determination").and_then(Value::as_str).map(|s| line(s, 60)),
        investigation_status: object
            .extension("investigation_status")
            .and_then(Value::as_str)
            .map(|s| line(s, 60)),
        types,
        attack_techniques,
        indicators,
        references: urls.filter(|u| u.len() <= MAX_URL).map(|u| line(u, MAX_URL)).take(50).collect(),
        tlp: links.markings.of(object),
        revoked: object.revoked(),
        name: line(&name, MAX_TITLE.max(MAX_NAME)),
    }
}
