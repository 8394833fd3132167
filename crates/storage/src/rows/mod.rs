//! Rows as Diesel reads and writes them, and the way from and to the aggregates.

mod action;
mod agent;
mod evidence;
mod facts;
mod incident;
mod indicator;
mod intake;
mod others;
mod report;
mod triage;
mod webhook;

pub use action::ActionRow;
pub use agent::{AgentRow, HistoryRow};
pub use evidence::{CustodyRow, EvidenceRow, entries as custody_count};
pub use facts::{ClockChangeRow, ClockRow, FactsRow, RulesRow, WaiverRow, place_after};
pub use incident::IncidentRow;
pub use indicator::IndicatorRow;
pub use intake::{IntakeLinkRow, IntakeRow, count as intake_count};
pub use others::{AnswerRow, AuditRow, KeyRow};
pub use report::ReportRow;
pub use triage::{TranscriptRow, TriageRow};
pub use webhook::{DeliveryRow, WebhookRow};

use probatum_application::AppError;

/// Reads a word the database holds; one that does not parse means the row was changed by another hand.
fn word<T: std::str::FromStr<Err: std::fmt::Display>>(column: &str, text: &str) -> Result<T, AppError> {
    text.parse().map_err(|e| AppError::internal(format!("column {column} holds '{text}': {e}")))
}

fn words<T: std::str::FromStr<Err: std::fmt::Display>>(
    column: &str,
    text: Option<&String>,
) -> Result<Option<T>, AppError> {
    text.map(|t| word(column, t)).transpose()
}

fn small<T: TryFrom<i32>>(column: &str, n: i32) -> Result<T, AppError> {
    T::try_from(n).map_err(|_| AppError::internal(format!("column {column} holds {n}")))
}

fn json<T: serde::de::DeserializeOwned>(column: &str, text: &str) -> Result<T, AppError> {
    serde_json::from_str(text).map_err(|e| AppError::internal(format!("column {column}: {e}")))
}

fn to_json(value: &impl serde::Serialize) -> Result<String, AppError> {
    serde_json::to_string(value).map_err(|e| AppError::internal(e.to_string()))
}
