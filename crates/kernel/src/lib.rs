//! Typed ids, time, actors, roles, error codes and pages: the words every Probatum crate shares.
//!
//! There is no policy here: nothing in this crate decides anything about an incident.
//!
//! ```
//! use probatum_kernel::{PublicId, Timestamp};
//! let id: PublicId = "INC-2026-0042".parse().unwrap();
//! assert_eq!((id.year(), id.number()), (2026, 42));
//! let t: Timestamp = "2026-07-04T10:12:03+02:00".parse().unwrap();
//! assert_eq!(t.to_string(), "2026-07-04T08:12:03Z");
//! ```

mod actor;
mod code;
mod id;
mod page;
mod text;
mod time;
mod vocabulary;
mod words;

pub use actor::{Actor, ActorError, Role};
pub use code::{Code, Coded, FieldFault, Kind};
pub use id::{
    ActionId, AgentId, EvidenceId, IdError, IncidentId, IncidentRef, IntakeId, PublicId, TriageId, WebhookId,
};
pub use page::{Cursor, MAX_DEPTH, MAX_PER_PAGE, Page, PageError, Position, Sort, SortKey, Total};
pub use text::{TextError, check_line, check_text, is_visible};
pub use time::{CLOCK_SKEW_MS, Timestamp, TimestampError};
pub use vocabulary::UnknownWord;
pub use words::EvidenceStatus;

#[doc(hidden)]
pub use serde as __serde;
