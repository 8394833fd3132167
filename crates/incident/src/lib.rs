//! The incident aggregate: two state axes, doctrine guards, classification, flags, SLA.
//!
//! Everything here is pure: a method takes the incident, a command, the facts it needs and the time, and returns
//! the next incident with its changes, or why not. The doctrine is *claim ≤ proof* (CONTRACT §3).
//!
//! ```
//! use probatum_incident::{Draft, Incident, Patch, Facts, Priority};
//! use probatum_kernel::{Actor, Code, Coded, IncidentId, PublicId, Timestamp};
//!
//! let now: Timestamp = "2026-07-04T08:12:03Z".parse().unwrap();
//! let actor: Actor = "analyst:kdzik".parse().unwrap();
//! let draft = Draft { incident_type: Some("phishing".parse().unwrap()), source: Some("gateway".into()), ..Draft::default() };
//! let new = draft.validate(now).unwrap();
//! let incident = Incident::open(&new, IncidentId::new(now, &[0; 10]), PublicId::new(2026, 42).unwrap(), &actor, now);
//!
//! // A report is a gap: nothing is proven, so no priority is granted.
//! let patch = Patch { priority: Some(Some(Priority::P1)), ..Patch::default() };
//! let refused = incident.patch(&patch, &Facts::default(), now).unwrap_err();
//! assert_eq!(refused.code(), Code::EvidenceRequired);
//! ```

mod centroid;
mod change;
mod classification;
mod draft;
mod error;
mod flags;
mod incident;
mod inherit;
mod lifecycle;
mod limits;
mod patch;
mod place;
mod severity;
mod triage;
mod words;

pub use change::{Change, Decision};
pub use classification::{
    CLASSIFICATION_VERSION, Classification, Explanation, FlagReason, classify, level_of,
};
pub use draft::{Draft, NewIncident};
pub use error::IncidentError;
pub use flags::{Flag, Flags};
pub use incident::{Impact, Incident};
pub use lifecycle::Facts;
pub use limits::*;
pub use patch::{Patch, Put};
pub use place::{Country, Location, Sector, UnknownCountry};
pub use severity::{Band, Severity};
pub use words::{Category, Disposition, Layer, Level, Lifecycle, Priority, QueueStatus, SourceType};
