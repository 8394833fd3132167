//! The Traffic Light Protocol's official marking definitions.

use super::read::Object;
use probatum_kernel::vocabulary;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What a marking nobody knows counts as.
const UNKNOWN: Tlp = Tlp::AmberStrict;

vocabulary! {
    /// To whom something may be passed on: TLP 2.0, and `white`, the clear of 1.0.
    pub enum Tlp("TLP marking") {
        /// To everybody, as TLP 1.0 writes it.
        White = "white",
        /// To everybody.
        Clear = "clear",
        /// Within the community.
        Green = "green",
        /// Within the organisation and its clients.
        Amber = "amber",
        /// Within the organisation.
        AmberStrict = "amber+strict",
        /// To the persons told.
        Red = "red",
    }
}

/// The extension TLP 2.0 is stated with.
const TLP_2: &str = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d";

/// The ids of TLP 1.0 (STIX 2.1 §7.2.1.4).
const FIRST: &[(&str, Tlp)] = &[
    ("marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9", Tlp::White),
    ("marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da", Tlp::Green),
    ("marking-definition--f88d31f6-486f-44da-b317-01333bde0b82", Tlp::Amber),
    ("marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed", Tlp::Red),
];

impl Tlp {
    /// The id of the official marking: of TLP 2.0, but for `white`, which only 1.0 has.
    pub const fn marking_id(self) -> &'static str {
        match self {
            Self::White => "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9",
            Self::Clear => "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
            Self::Green => "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
            Self::Amber => "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
            Self::AmberStrict => "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
            Self::Red => "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
        }
    }

    /// The marking with an id, of either version.
    pub fn of_marking(id: &str) -> Option<Self> {
        let second = Self::ALL.iter().find(|t| t.marking_id() == id).copied();
        second.or_else(|| FIRST.iter().find(|(first, _)| *first == id).map(|(_, tlp)| *tlp))
    }

    /// How far it holds back: of several the highest holds.
    pub(super) fn rank(self) -> u8 {
        self.ordinal().max(1)
    }

    /// The marking definition, word for word the official one.
    pub(super) fn definition(self) -> Value {
        let name = format!("TLP:{}", self.as_str().to_ascii_uppercase());
        if self == Self::White {
            return json!({
                "type": "marking-definition", "spec_version": "2.1", "id": self.marking_id(),
                "created": "2017-01-20T00:00:00.000Z", "definition_type": "tlp", "name": name,
                "definition": { "tlp": "white" },
            });
        }
        json!({
            "type": "marking-definition", "spec_version": "2.1", "id": self.marking_id(),
            "created": "2022-10-01T00:00:00.000Z", "name": name,
            "extensions": { TLP_2: { "extension_type": "property-extension", "tlp_2_0": self.as_str() } },
        })
    }
}
/// What the marking definitions of a bundle mean.
pub(super) struct Markings<'a>(BTreeMap<&'a str, Option<Tlp>>);

impl<'a> Markings<'a> {
    /// Reads the definitions among these objects: a TLP by its word, whatever its id; a statement restricts nobody.
    pub(super) fn of_objects<'b>(objects: impl Iterator<Item = &'b Object<'a>>) -> Self
    where
        'a: 'b,
    {
        let defined = objects.filter(|o| o.kind == "marking-definition").map(|o| {
            let text = |key: &str| o.members.get(key).and_then(Value::as_str);
            let word = o.members.get("definition").and_then(|d| d.get("tlp")).and_then(Value::as_str);
            let word = word.or_else(|| text("name").and_then(|n| n.strip_prefix("TLP:")));
            let tlp = word.and_then(|w| w.to_lowercase().parse().ok());
            let statement = text("definition_type") == Some("statement");
            (o.id, tlp.or_else(|| (!statement).then_some(UNKNOWN)))
        });
        Self(defined.collect())
    }

    /// To whom an object may be passed on: of several markings the strictest holds, also if it marks a part alone. One
    /// nobody knows is strict: better held back than told.
    pub(super) fn of(&self, object: &Object<'_>) -> Option<Tlp> {
        let parts = object.members.get("granular_markings").and_then(Value::as_array);
        let parts = parts.into_iter().flatten().filter_map(|m| m.get("marking_ref").and_then(Value::as_str));
        let all = object.list("object_marking_refs").into_iter().chain(parts);
        let known = |id| Tlp::of_marking(id).map(Some).or_else(|| self.0.get(id).copied());
        all.filter_map(|id| known(id).unwrap_or(Some(UNKNOWN))).max_by_key(|t| t.rank())
    }
}
