//! STIX 2.1: bundles that come in, and the bundle of an incident that goes out.

mod links;
mod pattern;
mod read;
mod tlp;
mod write;

pub use pattern::{Comparison, PatternFault, comparisons};
pub use read::{StixBundle, StixFault, StixIncident, StixIndicator, StixObjectFault};
pub use tlp::Tlp;
pub use write::{Determination, EvidenceNote, Investigation, StixExport};

/// The id of the official extension that gives the incident object its properties.
pub const INCIDENT_EXTENSION: &str = "extension-definition--ef765651-680c-498d-9894-99799f2fa126";
