//! What an incident can be recognised by, and who may know: an indicator is as secret as the place it is known from.

use crate::permission::Scope;
use probatum_incident::Incident;
use probatum_intake::{Indicator, indicators};
use probatum_kernel::vocabulary;
use serde_json::Value;

/// The most indicators kept of one incident from one source; what is found beyond is not noted.
pub const MAX_PER_SOURCE: usize = 200;
/// How much of the texts in `raw_data` is searched for indicators, in bytes.
pub const MAX_SEARCHED: usize = 64 * 1024;

vocabulary! {
    /// Where an indicator is known from, which says who may know it (CONTRACT §2).
    pub enum IndicatorSource("indicator source") {
        /// Public evidence or an open source: everybody who reads incidents.
        Public = "public",
        /// Restricted or internal evidence: who reads all evidence.
        Evidence = "evidence",
        /// `raw_data`: who reads that.
        RawData = "raw_data",
    }
}

/// A set of sources.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sources(u8);

impl Sources {
    /// No source.
    pub const NONE: Self = Self(0);

    /// The set of these.
    pub fn of(sources: &[IndicatorSource]) -> Self {
        sources.iter().fold(Self::NONE, |set, s| set.with(*s))
    }

    /// What a caller may know of.
    pub fn seen_by(scope: Scope) -> Self {
        let mut seen = Self::of(&[IndicatorSource::Public]);
        if scope.all_evidence {
            seen = seen.with(IndicatorSource::Evidence);
        }
        if scope.raw_data {
            seen = seen.with(IndicatorSource::RawData);
        }
        seen
    }

    /// The set with one more.
    #[must_use]
    pub fn with(self, source: IndicatorSource) -> Self {
        Self(self.0 | 1 << source.ordinal())
    }

    /// Whether the source is one of them.
    pub fn holds(self, source: IndicatorSource) -> bool {
        self.0 & 1 << source.ordinal() != 0
    }

    /// Those in both sets.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The sources, in order.
    pub fn iter(self) -> impl Iterator<Item = IndicatorSource> {
        IndicatorSource::ALL.iter().copied().filter(move |s| self.holds(*s))
    }

    /// The set as the database keeps it: bit 0 public, bit 1 evidence, bit 2 `raw_data`.
    pub fn bits(self) -> u8 {
        self.0
    }

    /// The inverse of [`Self::bits`]; bits that mean nothing are dropped.
    pub fn from_bits(bits: u8) -> Self {
        Self(bits & 0b111)
    }
}

/// An indicator of an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownIndicator {
    /// What it is.
    pub indicator: Indicator,
    /// Where it is known from.
    pub sources: Sources,
}

impl KnownIndicator {
    /// The indicator as a caller may see it, without sources they may not know of; `None` if none is left.
    pub fn shown(mut self, scope: Scope) -> Option<Self> {
        self.sources = self.sources.and(Sources::seen_by(scope));
        (self.sources != Sources::NONE).then_some(self)
    }
}

/// What a new incident can be recognised by: the indicators in the texts of its `raw_data`.
pub fn recognised(incident: &Incident) -> Vec<KnownIndicator> {
    let mut text = String::new();
    if let Some(raw) = &incident.raw_data {
        gather(raw, &mut text);
    }
    let found = indicators(&text).into_iter().take(MAX_PER_SOURCE);
    let sources = Sources::of(&[IndicatorSource::RawData]);
    found.map(|indicator| KnownIndicator { indicator, sources }).collect()
}

/// Members that name whom something was sent to or who reported it: people to protect, nothing to look for.
const PEOPLE: [&str; 7] = ["recipient", "recipients", "reporter", "To", "Cc", "to", "cc"];

/// Adds the texts in a value, a line each, up to [`MAX_SEARCHED`].
fn gather(value: &Value, text: &mut String) {
    match value {
        Value::String(s) => {
            let room = MAX_SEARCHED.saturating_sub(text.len());
            let end = (0..=room.min(s.len())).rev().find(|i| s.is_char_boundary(*i)).unwrap_or(0);
            text.push_str(s.get(..end).unwrap_or_default());
            text.push('\n');
        }
        Value::Array(items) => items.iter().for_each(|item| gather(item, text)),
        Value::Object(members) => {
            let told = members.iter().filter(|(name, _)| !PEOPLE.contains(&name.as_str()));
            told.for_each(|(_, member)| gather(member, text));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use probatum_intake::IndicatorKind;

    #[test]
    fn an_indicator_is_as_secret_as_where_it_is_known_from() {
        use IndicatorSource::{Evidence, Public, RawData};
        let scope = |all_evidence, raw_data| Scope { all_evidence, raw_data };
        let cases: [(&[IndicatorSource], Scope, &[IndicatorSource]); 6] = [
            (&[RawData], scope(false, false), &[]),
            (&[RawData], scope(true, false), &[]),
            (&[Evidence], scope(false, true), &[]),
            (&[Public, RawData], scope(false, false), &[Public]),
            (&[Evidence, RawData], scope(true, false), &[Evidence]),
            (&[Public, Evidence, RawData], scope(true, true), &[Public, Evidence, RawData]),
        ];
        for (known, scope, seen) in cases {
            let indicator = Indicator::new(IndicatorKind::Domain, "evil.example");
            let shown = KnownIndicator { indicator, sources: Sources::of(known) }.shown(scope);
            let sources: Vec<_> = shown.into_iter().flat_map(|k| k.sources.iter()).collect();
            assert_eq!(sources, seen, "{known:?} {scope:?}");
        }
        assert_eq!(Sources::of(&[Public, RawData]).bits(), 5, "the migrations name these bits");
    }
}
