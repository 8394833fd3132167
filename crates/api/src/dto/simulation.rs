//! Lists of the demonstration: like the real ones, and saying so.

use super::Meta;
use probatum_application::simulation::NOTE;
use serde::Serialize;
use utoipa::ToSchema;

/// A list of invented things.
#[derive(Debug, Serialize, ToSchema)]
pub struct Simulated<T> {
    /// The rows.
    pub data: Vec<T>,
    /// Which rows these are.
    pub meta: Meta,
    /// Always `demonstration data`.
    #[serde(rename = "_note")]
    #[schema(example = "demonstration data")]
    note: &'static str,
}

impl<T> Simulated<T> {
    /// A page of invented things.
    pub fn new(data: Vec<T>, meta: Meta) -> Self {
        Self { data, meta, note: NOTE }
    }
}
