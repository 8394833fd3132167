//! Lists of the demonstration: like the real ones, and saying so.

use super::Meta;
use crate::vocabulary as words;
use probatum_application::simulation::{NOTE, SimulatedPlaybook};
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

/// A playbook, as the demonstration lists it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SimulatedPlaybook)]
pub struct SimulatedPlaybookView {
    /// Its name.
    #[serde(rename = "type")]
    #[schema(example = "data-breach")]
    kind: &'static str,
    /// What it answers.
    #[schema(value_type = Vec<words::Category>)]
    categories: Vec<&'static str>,
    /// The priority that is suggested along with it.
    #[schema(value_type = words::Priority)]
    priority: &'static str,
    /// Where such incidents happen.
    layer: &'static str,
    /// Who leads the response.
    lead_role: &'static str,
}

impl From<SimulatedPlaybook> for SimulatedPlaybookView {
    fn from(p: SimulatedPlaybook) -> Self {
        Self {
            kind: p.name,
            categories: p.categories.iter().map(|c| c.as_str()).collect(),
            priority: p.suggested.priority.as_str(),
            layer: p.suggested.layer.as_str(),
            lead_role: p.suggested.lead_role.as_str(),
        }
    }
}
