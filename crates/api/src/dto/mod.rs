//! Bodies as they stand on the wire, and the way from and to commands and aggregates.

pub mod action;
pub mod agent;
pub mod agent_view;
pub mod audit;
pub mod deadline;
pub mod evidence;
pub mod facts;
pub mod feeds;
pub mod incident;
pub mod intake;
pub mod map;
pub mod patch;
pub mod plan;
pub mod playbook;
pub mod report;
pub mod signing;
pub mod simulation;
pub mod statistics;
pub mod timeline;
pub mod triage;
pub mod webhook;

use probatum_application::AppError;
use probatum_kernel::{Code, Page, Total};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

/// A single resource of the alert contract.
#[derive(Debug, Serialize, ToSchema)]
pub struct Data<T> {
    /// The resource.
    pub data: T,
}

/// A list.
#[derive(Debug, Serialize, ToSchema)]
pub struct List<T> {
    /// The rows.
    pub data: Vec<T>,
    /// Which rows these are.
    pub meta: Meta,
}

/// Which page of how many rows.
#[derive(Debug, Serialize, ToSchema)]
pub struct Meta {
    /// The page, from 1.
    pub page: u32,
    /// Rows of a page.
    pub per_page: u32,
    /// How many match in all, exact up to 10 000.
    pub total: u32,
    /// `gte` if more match than `total` says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_relation: Option<&'static str>,
}

impl Meta {
    /// The meta of a page.
    pub fn new(page: &Page, total: Total) -> Self {
        let (total, total_relation) = match total {
            Total::Exactly(n) => (n, None),
            Total::AtLeast(n) => (n, Some("gte")),
        };
        Self { page: page.number(), per_page: page.per_page, total, total_relation }
    }
}

/// A field that may be left out, but not be null.
pub fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(d: D) -> Result<Option<T>, D::Error> {
    T::deserialize(d).map(Some)
}

/// Tells a field that is `null` from one that is left out.
pub fn nullable<'de, T: Deserialize<'de>, D: Deserializer<'de>>(d: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(d).map(Some)
}

/// A body that lacks what is required, once each lack was named by `Validate`.
fn incomplete() -> AppError {
    AppError::new(Code::ValidationFailed, "The body lacks a required member.")
}
