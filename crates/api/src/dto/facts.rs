//! Facts and legal holds on the wire.

use probatum_application::AppError;
use probatum_application::ports::StoredFacts;
use probatum_application::use_cases::facts::whole;
use probatum_incident::Incident;
use probatum_kernel::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use validator::Validate;

use super::incomplete;

/// The facts as they are stated. Which members there are is the fact sheet's matter, which names each that is wrong.
#[derive(Debug, Default, Deserialize, Validate)]
#[serde(transparent)]
pub struct StateFacts {
    /// Sections of the sheet, and `circumstances`.
    pub members: Map<String, Value>,
}

/// The facts of an incident, one version of them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Facts)]
pub struct FactsView {
    /// From 1; each change makes the next.
    #[schema(example = 3)]
    version: u32,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    #[schema(example = "legal:anowak")]
    actor: String,
    /// The sheet, and `circumstances`: what PUT takes.
    #[schema(value_type = Object)]
    facts: Map<String, Value>,
}

impl FactsView {
    /// The view of a version.
    pub fn new(stored: &StoredFacts) -> Result<Self, AppError> {
        Ok(Self {
            version: stored.version,
            at: stored.at,
            actor: stored.actor.to_string(),
            facts: whole(stored)?,
        })
    }
}

/// A legal hold to set or to lift.
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = SetLegalHold)]
pub struct SetHold {
    /// Whether there shall be one.
    #[validate(required)]
    #[schema(required = true)]
    hold: Option<bool>,
    /// Why, 1-2000 characters.
    #[validate(required)]
    #[schema(required = true)]
    reason: Option<String>,
}

impl SetHold {
    /// Whether, and why.
    pub fn command(self) -> Result<(bool, String), AppError> {
        self.hold.zip(self.reason).ok_or_else(incomplete)
    }
}

/// The legal hold of an incident.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LegalHold)]
pub struct HoldView {
    id: String,
    #[schema(example = "INC-2026-0042")]
    public_id: String,
    /// Whether it must not be deleted.
    legal_hold: bool,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

impl From<&Incident> for HoldView {
    fn from(i: &Incident) -> Self {
        Self {
            id: i.id.to_string(),
            public_id: i.public_id.to_string(),
            legal_hold: i.legal_hold,
            updated_at: i.updated_at,
        }
    }
}
