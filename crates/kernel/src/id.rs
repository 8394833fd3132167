//! Ids: what kind of thing an id names is part of its type and, for clients, of its text.

use crate::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// A text that is not the id it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("is not {0}")]
pub struct IdError(&'static str);

macro_rules! serde_by_text {
    ($($name:ident),+) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> { s.collect_str(self) }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let s = <std::borrow::Cow<'de, str>>::deserialize(d)?;
                s.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

/// A UUIDv7 (RFC 9562) for `at`, with the given random bits. Its order is the order of time.
fn v7(at: Timestamp, random: &[u8; 10]) -> Uuid {
    let ms = u64::try_from(at.millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(ms, random).into_uuid()
}

/// The id of an incident: a UUIDv7 whose time is `created_at`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IncidentId(Uuid);

impl IncidentId {
    /// A new id for an incident created at `at`.
    pub fn new(at: Timestamp, random: &[u8; 10]) -> Self {
        Self(v7(at, random))
    }
    /// The id the storage kept.
    pub fn from_uuid(id: Uuid) -> Self {
        Self(id)
    }
    /// The UUID, for storage.
    pub fn uuid(self) -> Uuid {
        self.0
    }
    /// When the incident was created, to the millisecond: the first 48 bits of a UUIDv7 (RFC 9562 §5.7).
    pub fn created_at(self) -> Timestamp {
        let ms = i64::try_from(self.0.as_u128() >> 80).unwrap_or(i64::MAX);
        Timestamp::from_millis(ms).unwrap_or(Timestamp::EPOCH)
    }
    /// Below every id made at `at` or later: the bound of "created at or after".
    pub fn lowest(at: Timestamp) -> Self {
        let ms = u128::try_from(at.millis()).unwrap_or(0);
        Self(Uuid::from_u128(ms << 80))
    }
}

impl fmt::Display for IncidentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for IncidentId {
    type Err = IdError;
    fn from_str(s: &str) -> Result<Self, IdError> {
        let err = IdError("an incident id (a UUID)");
        if s.len() != 36 {
            return Err(err);
        }
        Uuid::try_parse(s).map(Self).map_err(|_| err)
    }
}

macro_rules! prefixed_id {
    ($(#[$meta:meta])* $name:ident, $prefix:literal, $what:literal) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// A new id for a thing made at `at`.
            pub fn new(at: Timestamp, random: &[u8; 10]) -> Self { Self(v7(at, random)) }
            /// The id the storage kept.
            pub fn from_uuid(id: Uuid) -> Self { Self(id) }
            /// The UUID, for storage.
            pub fn uuid(self) -> Uuid { self.0 }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0.simple())
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(s: &str) -> Result<Self, IdError> {
                let hex = s.strip_prefix($prefix).filter(|h| h.len() == 32).ok_or(IdError($what))?;
                Uuid::try_parse(hex).map(Self).map_err(|_| IdError($what))
            }
        }
    };
}

prefixed_id!(
    /// The id of an item of evidence, `ev-` and 32 hexadecimal digits.
    EvidenceId, "ev-", "an evidence id (ev- and 32 hexadecimal digits)"
);
prefixed_id!(
    /// The id of a response action, `act-` and 32 hexadecimal digits.
    ActionId, "act-", "an action id (act- and 32 hexadecimal digits)"
);

prefixed_id!(
    /// The id of a triage run, `triage-` and 32 hexadecimal digits.
    TriageId, "triage-", "a triage id (triage- and 32 hexadecimal digits)"
);

prefixed_id!(
    /// The id of a webhook subscription, `wh-` and 32 hexadecimal digits.
    WebhookId, "wh-", "a webhook id (wh- and 32 hexadecimal digits)"
);

prefixed_id!(
    /// The id of a delivery to the intake, `intake-` and 32 hexadecimal digits.
    IntakeId, "intake-", "an intake id (intake- and 32 hexadecimal digits)"
);

/// What people call an incident: `INC-2026-0042`. Counted per year from 1, without gap or repeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicId {
    year: i32,
    number: i64,
}

impl PublicId {
    /// The `number`-th incident of `year`; `None` outside of years 1970–9999 and numbers from 1.
    pub fn new(year: i32, number: i64) -> Option<Self> {
        ((1970..=9999).contains(&year) && number >= 1).then_some(Self { year, number })
    }
    /// The year counted in.
    pub fn year(self) -> i32 {
        self.year
    }
    /// The number within the year, from 1.
    pub fn number(self) -> i64 {
        self.number
    }
}

impl fmt::Display for PublicId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "INC-{}-{:04}", self.year, self.number)
    }
}

impl FromStr for PublicId {
    type Err = IdError;
    fn from_str(s: &str) -> Result<Self, IdError> {
        let err = || IdError("a public id (INC-2026-0042)");
        let (year, number) = s.strip_prefix("INC-").and_then(|r| r.split_once('-')).ok_or_else(err)?;
        let id = match (year.parse(), number.parse()) {
            (Ok(y), Ok(n)) => Self::new(y, n).ok_or_else(err)?,
            _ => return Err(err()),
        };
        // One spelling each: what does not print as it was written is another text.
        if id.to_string() == s { Ok(id) } else { Err(err()) }
    }
}

/// How a client may name an incident: by UUID or by public id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IncidentRef {
    /// By UUID.
    Id(IncidentId),
    /// By public id.
    Public(PublicId),
}

impl FromStr for IncidentRef {
    type Err = IdError;
    fn from_str(s: &str) -> Result<Self, IdError> {
        if s.starts_with("INC-") { s.parse().map(Self::Public) } else { s.parse().map(Self::Id) }
    }
}

impl fmt::Display for IncidentRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Public(id) => id.fmt(f),
        }
    }
}

/// The id of an AI agent: the client's own, 1–255 visible characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AgentId(String);

impl AgentId {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AgentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for AgentId {
    type Err = IdError;
    fn from_str(s: &str) -> Result<Self, IdError> {
        // A path of "." or ".." names another resource to whoever resolves it.
        let nameable = !matches!(s, "." | "..");
        if nameable && s.chars().all(crate::is_visible) && (1..=255).contains(&s.chars().count()) {
            Ok(Self(s.to_owned()))
        } else {
            Err(IdError("an agent id (1 to 255 visible characters)"))
        }
    }
}

serde_by_text!(IncidentId, EvidenceId, ActionId, TriageId, WebhookId, PublicId, AgentId, IntakeId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_id_has_one_spelling() {
        for good in ["INC-2026-0042", "INC-2026-9999", "INC-2026-10000", "INC-1970-0001"] {
            assert_eq!(good.parse::<PublicId>().unwrap().to_string(), good);
        }
        for bad in [
            "INC-2026-42",
            "INC-2026-00042",
            "INC-2026-0000",
            "INC-26-0042",
            "inc-2026-0042",
            "INC-2026-+042",
            "",
        ] {
            assert!(bad.parse::<PublicId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn incident_ids_sort_by_time() {
        let t = Timestamp::from_millis(1_700_000_000_000).unwrap();
        let later = t.plus_millis(1);
        let a = IncidentId::new(t, &[255; 10]);
        let b = IncidentId::new(later, &[0; 10]);
        assert!(a < b);
        assert_eq!((a.created_at(), b.created_at()), (t, later));
        assert!(IncidentId::lowest(t) < a && a < IncidentId::lowest(later) && IncidentId::lowest(later) < b);
    }

    #[test]
    fn prefixes_are_part_of_the_id() {
        let id = EvidenceId::new(Timestamp::EPOCH, &[7; 10]);
        let text = id.to_string();
        assert_eq!(text.parse::<EvidenceId>().unwrap(), id);
        assert!(text.parse::<ActionId>().is_err());
        assert!("ev-771".parse::<EvidenceId>().is_err());
    }

    #[test]
    fn agent_ids_are_the_clients_own() {
        for good in ["b1f2...-agent", "did:web:example.org:agents:7", "ąę"] {
            assert_eq!(good.parse::<AgentId>().unwrap().as_str(), good);
        }
        for bad in ["", "a b", "a\n", &"x".repeat(256)] {
            assert!(bad.parse::<AgentId>().is_err());
        }
    }
}
