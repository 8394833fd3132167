//! The HTTP facade: DTOs, extractors, routes, problem+json, OpenAPI.
//!
//! A handler is extractors → command → one use case → DTO. Nothing here decides anything about an incident.

mod background;
mod body;
mod caller;
mod csv;
mod delivery;
mod dto;
mod log_delivery;
mod metrics;
mod metrics_intake;
mod middleware;
mod openapi;
mod problem;
mod query;
mod reply;
mod routes;
mod state;
mod upload;
mod vocabulary;

pub use background::Background;
pub use metrics::Metrics;
pub use openapi::{openapi, openapi_json};
pub use routes::mount;
pub use state::{Api, Settings};
