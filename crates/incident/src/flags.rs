//! The flags of an incident: ten booleans kept as one small set.

use probatum_kernel::vocabulary;
use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::collections::BTreeMap;

vocabulary! {
    /// What an incident may be relevant for (CONTRACT §3).
    pub enum Flag("flag") {
        /// The AI Act, Regulation (EU) 2024/1689.
        AiActRelevant = "ai_act_relevant",
        /// A high-risk AI system, AI Act art. 6.
        AiHighRisk = "ai_high_risk",
        /// A serious incident, AI Act art. 3(49).
        AiSeriousIncident = "ai_serious_incident",
        /// Personal data are concerned, GDPR art. 4(1).
        GdprPersonalData = "gdpr_personal_data",
        /// A personal data breach, GDPR art. 4(12).
        GdprBreach = "gdpr_breach",
        /// NIS2, Directive (EU) 2022/2555 art. 23.
        Nis2Relevant = "nis2_relevant",
        /// The Polish act on the national cybersecurity system (KSC).
        KscRelevant = "ksc_relevant",
        /// DORA, Regulation (EU) 2022/2554.
        DoraRelevant = "dora_relevant",
        /// Critical infrastructure.
        CriticalInfra = "critical_infra",
        /// Law enforcement is involved.
        LawEnforcement = "law_enforcement",
    }
}

/// A set of flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Flags(u16);

impl Flags {
    /// No flag.
    pub const NONE: Self = Self(0);

    /// The set kept as bits, bit n being the n-th flag; unknown bits are dropped.
    pub fn from_bits(bits: u16) -> Self {
        Self(bits & 0x3ff)
    }
    /// The set as bits, bit n being the n-th flag.
    pub fn bits(self) -> u16 {
        self.0
    }
    /// Whether the flag is raised.
    pub fn has(self, flag: Flag) -> bool {
        self.0 & bit(flag) != 0
    }
    /// This set and `flag`.
    pub fn with(self, flag: Flag) -> Self {
        Self(self.0 | bit(flag))
    }
    /// This set without `flag`.
    pub fn without(self, flag: Flag) -> Self {
        Self(self.0 & !bit(flag))
    }
    /// The flags of either set.
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
    /// The flags of this set that the other has not.
    pub fn minus(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
    /// The raised flags, in their order.
    pub fn iter(self) -> impl Iterator<Item = Flag> {
        Flag::ALL.iter().copied().filter(move |f| self.has(*f))
    }
}

fn bit(flag: Flag) -> u16 {
    1 << flag.ordinal()
}

impl FromIterator<Flag> for Flags {
    fn from_iter<I: IntoIterator<Item = Flag>>(flags: I) -> Self {
        flags.into_iter().fold(Self::NONE, Self::with)
    }
}

/// As the source document prints it: the raised flags only, `{"ai_act_relevant": true}`.
impl Serialize for Flags {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut map = s.serialize_map(None)?;
        for flag in self.iter() {
            map.serialize_entry(flag.as_str(), &true)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Flags {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let map = BTreeMap::<Flag, bool>::deserialize(d)?;
        Ok(map.into_iter().filter(|(_, raised)| *raised).map(|(flag, _)| flag).collect())
    }
}
