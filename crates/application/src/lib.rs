//! Use cases, ports and the authorization matrix.
//!
//! A use case is one synchronous function over a transaction (`&mut dyn Tx`) and a [`Ctx`]: it checks the permission,
//! loads, lets a domain crate decide, and saves. It never commits: the [`ports::Executor`] does, in exactly one place.

pub mod connector;
mod ctx;
pub mod delivery;
mod error;
pub mod events;
mod idempotency;
pub mod indicators;
pub mod intake;
mod intake_desk;
mod map;
mod permission;
pub mod playbooks;
pub mod ports;
mod ports_facts;
mod ports_feeds;
mod ports_indicators;
mod ports_intake;
mod ports_reports;
mod ports_webhooks;
mod query;
mod report_desk;
mod response;
pub mod rollup;
mod search;
pub mod simulation;
mod statistics;
pub mod triage;
mod triage_desk;
pub mod use_cases;
mod webhook_desk;
mod window;

pub use ctx::{Ctx, Principal};
pub use error::AppError;
pub use idempotency::{Answer, RequestKey, answer_once};
pub use intake_desk::{IntakeDesk, Offload, Worked};
pub use map::{BBox, BBoxError, Map, MapQuery, PRIORITIES, Place, STATUSES};
pub use permission::{Permission, Scope};
pub use query::{
    ActionList, ActionQuery, AgentHistory, AgentList, AgentQuery, AuditFilter, IncidentFilter, IncidentList,
    IncidentQuery,
};
pub use report_desk::ReportDesk;
pub use response::{Render, Response, Taken};
pub use search::{
    SEARCH_VERSION, SearchQuery, Term, index_word, marks, search_text, with_indicators, with_texts,
};
pub use statistics::Statistics;
pub use triage_desk::{Pause, RenderRun, TriageDesk};
pub use webhook_desk::{Told, WebhookDesk};
pub use window::{Window, WindowError, full_hour};
