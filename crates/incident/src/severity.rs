//! Severity: a score from 0 to 10 and the band it lies in.

use probatum_kernel::{UnknownWord, vocabulary};
use serde::de::{self, Deserialize, Deserializer};
use serde::{Serialize, Serializer};

vocabulary! {
    /// A range of scores (CONTRACT §3).
    pub enum Band("severity") {
        /// 0–3.
        Low = "low",
        /// 4–6.
        Medium = "medium",
        /// 7–8.
        High = "high",
        /// 9–10.
        Critical = "critical",
    }
}

/// A severity score, 0–10.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Severity(u8);

impl Severity {
    /// The score, if it is 0–10.
    pub fn new(score: u8) -> Option<Self> {
        (score <= 10).then_some(Self(score))
    }
    /// The score, 0–10.
    pub fn score(self) -> u8 {
        self.0
    }
    /// The band the score lies in.
    pub fn band(self) -> Band {
        match self.0 {
            0..=3 => Band::Low,
            4..=6 => Band::Medium,
            7..=8 => Band::High,
            _ => Band::Critical,
        }
    }
}

/// A band is kept as its lowest meaningful score: whoever said "high" did not say 8.
impl From<Band> for Severity {
    fn from(band: Band) -> Self {
        Self(match band {
            Band::Low => 1,
            Band::Medium => 4,
            Band::High => 7,
            Band::Critical => 9,
        })
    }
}

impl Serialize for Severity {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_u8(self.0)
    }
}

/// Reads a score or the word for a band.
impl<'de> Deserialize<'de> for Severity {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Severity;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a whole number from 0 to 10, or one of low, medium, high, critical")
            }
            fn visit_u64<E: de::Error>(self, n: u64) -> Result<Severity, E> {
                let score = u8::try_from(n).ok().and_then(Severity::new);
                score.ok_or_else(|| E::invalid_value(de::Unexpected::Unsigned(n), &self))
            }
            fn visit_i64<E: de::Error>(self, n: i64) -> Result<Severity, E> {
                Err(E::invalid_value(de::Unexpected::Signed(n), &self))
            }
            fn visit_str<E: de::Error>(self, s: &str) -> Result<Severity, E> {
                s.parse::<Band>().map(Severity::from).map_err(|e: UnknownWord| E::custom(e))
            }
        }
        d.deserialize_any(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_claims_no_more_than_it_says() {
        for band in Band::ALL {
            assert_eq!(Severity::from(*band).band(), *band);
        }
        let scores: Vec<u8> = Band::ALL.iter().map(|b| Severity::from(*b).score()).collect();
        assert_eq!(scores, [1, 4, 7, 9]);
    }

    #[test]
    fn reads_numbers_and_words() {
        let cases = [("7", Some(7)), ("\"high\"", Some(7)), ("10", Some(10)), ("11", None), ("-1", None)];
        for (json, score) in cases {
            assert_eq!(serde_json::from_str::<Severity>(json).ok().map(Severity::score), score, "{json}");
        }
        for json in ["7.5", "\"huge\"", "true"] {
            assert!(serde_json::from_str::<Severity>(json).is_err(), "{json}");
        }
    }
}
