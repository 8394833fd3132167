//! Data markings: how a playbook may be handled and shared (CACAO 2.0 §9).

use super::data::Extensions;
use super::shape::{nullable, object};
use super::{ExternalReference, Identifier, Time};
use serde::{Deserialize, Serialize};

/// A reference of a marking: an object, or in an IEP marking a text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum MarkingReference {
    /// A text.
    Text(String),
    /// An object.
    Object(ExternalReference),
}

object! {
    /// A data marking: `marking-statement`, `marking-tlp` or `marking-iep`.
    pub struct DataMarking {
        /// Which of the three.
        #[serde(rename = "type")]
        kind: String,
        /// Its identifier.
        id: Identifier,
        /// What it is called.
        name: Option<String>,
        /// What it is for.
        description: Option<String>,
        /// Whose it is.
        created_by: Identifier,
        /// When it was made.
        created: Time,
        /// Whether it no longer holds.
        revoked: Option<bool>,
        /// From when it holds.
        valid_from: Option<Time>,
        /// Until when it holds.
        valid_until: Option<Time>,
        /// Labels.
        labels: Option<Vec<String>>,
        /// More about it.
        external_references: Option<Vec<MarkingReference>>,
        /// Extensions in use.
        marking_extensions: Option<Extensions>,
        /// Statement: the terms, such as a copyright.
        statement: Option<String>,
        /// TLP 2.0: `TLP:RED`, …
        tlpv2_level: Option<String>,
        /// IEP: the traffic light.
        tlp: Option<String>,
        /// IEP: its version.
        iep_version: Option<i64>,
        /// IEP: from when.
        start_date: Option<Time>,
        /// IEP: until when; null for ever.
        #[serde(default, deserialize_with = "nullable")]
        end_date: Option<Option<Time>>,
        /// IEP: whether it is encrypted on the way.
        encrypt_in_transit: Option<String>,
        /// IEP: what may be done with it.
        permitted_actions: Option<String>,
        /// IEP: whether those affected may be told.
        affected_party_notifications: Option<String>,
        /// IEP: whether the source may be named.
        attribution: Option<String>,
        /// IEP: whether it may be resold as it is.
        unmodified_resale: Option<String>,
    }
}
