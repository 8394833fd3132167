//! What comes in, read into one shape: log events, reported mail, open sources, STIX; and STIX out.

mod correlate;
mod event;
mod json;
mod limits;
mod split;
mod technique;
mod text;

pub use correlate::*;
pub use event::{Category, Entities, Entity, EntityKind, Event, Format, Rule};
pub use limits::*;
pub use split::{BatchTooLarge, EventFault, Events, Indexed, RawEvent, Splitter};
