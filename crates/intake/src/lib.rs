//! What comes in, read into one shape: log events, reported mail, open sources, STIX; and STIX out.

mod batch;
mod coded;
mod correlate;
mod event;
mod indicator;
mod json;
mod limits;
mod mail;
mod osint;
mod split;
mod stix;
mod technique;
mod text;
mod tld;

pub use batch::{Batch, Group, MAX_GROUP_INDICATORS};
pub use correlate::{
    CORRELATION_HOURS, Correlation, CorrelationKey, Newest, Tally, correlate, correlation_key, seen_at,
};
pub use event::{Category, Entities, Entity, EntityKind, Event, Format, Rule};
pub use indicator::{Indicator, IndicatorKind, indicators};
pub use limits::*;
pub use mail::{Attachment, AuthenticationResults, MailFault, ReportedMail, Reporter};
pub use osint::{CanonicalUrl, Fingerprint, MAX_NEAR_BITS, SimHash, UrlFault, canonical_url, fingerprint};
pub use split::{BatchTooLarge, Counter, EventFault, Events, Indexed, RawEvent, Splitter};
pub use stix::{
    Comparison, Determination, EvidenceNote, INCIDENT_EXTENSION, Investigation, PatternFault, StixBundle,
    StixExport, StixFault, StixIncident, StixIndicator, StixObjectFault, Tlp, comparisons,
};
