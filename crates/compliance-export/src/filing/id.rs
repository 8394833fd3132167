//! How reports are numbered: by the incident they are about, from 1, so that a gap would show.

use probatum_kernel::PublicId;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// The most reports of one incident.
pub const MAX_REPORTS: u32 = 500;

/// A text that is no id of a report.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("is not a report id (RPT-2026-0042-1)")]
pub struct ReportIdError;

/// The id of a report: `RPT-2026-0042-1` is the first one about `INC-2026-0042` (CONTRACT §1).
///
/// ```
/// use probatum_compliance_export::ReportId;
/// let id: ReportId = "RPT-2026-0042-1".parse().unwrap();
/// assert_eq!((id.incident().to_string(), id.seq()), ("INC-2026-0042".to_owned(), 1));
/// assert_eq!(id.to_string(), "RPT-2026-0042-1");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReportId {
    incident: PublicId,
    seq: u32,
}

impl ReportId {
    /// The `seq`-th report about an incident; `None` outside of 1 to [`MAX_REPORTS`].
    pub fn new(incident: PublicId, seq: u32) -> Option<Self> {
        (1..=MAX_REPORTS).contains(&seq).then_some(Self { incident, seq })
    }

    /// The incident it is about.
    pub fn incident(self) -> PublicId {
        self.incident
    }

    /// Its place among the reports of that incident, from 1.
    pub fn seq(self) -> u32 {
        self.seq
    }
}

impl fmt::Display for ReportId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RPT-{}-{:04}-{}", self.incident.year(), self.incident.number(), self.seq)
    }
}

impl FromStr for ReportId {
    type Err = ReportIdError;

    fn from_str(s: &str) -> Result<Self, ReportIdError> {
        let (incident, seq) =
            s.strip_prefix("RPT-").and_then(|rest| rest.rsplit_once('-')).ok_or(ReportIdError)?;
        let incident = format!("INC-{incident}").parse().map_err(|_| ReportIdError)?;
        let id = seq.parse().ok().and_then(|seq| Self::new(incident, seq)).ok_or(ReportIdError)?;
        // One spelling each: what does not print as it was written is another text.
        if id.to_string() == s { Ok(id) } else { Err(ReportIdError) }
    }
}

impl Serialize for ReportId {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ReportId {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        <std::borrow::Cow<'de, str>>::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_one_spelling() {
        for good in ["RPT-2026-0042-1", "RPT-2026-12345-500"] {
            assert_eq!(good.parse::<ReportId>().unwrap().to_string(), good);
        }
        for bad in [
            "RPT-0042-1",
            "RPT-2026-42-1",
            "RPT-2026-0042-0",
            "RPT-2026-0042-01",
            "RPT-2026-0042-501",
            "RPT-2026-0042",
            "",
            "INC-2026-0042-1",
        ] {
            assert!(bad.parse::<ReportId>().is_err(), "{bad}");
        }
    }
}
