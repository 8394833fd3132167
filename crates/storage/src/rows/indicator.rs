//! The rows of indicators.

use super::{small, word};
use crate::schema::indicators;
use crate::types::DbId;
use diesel::prelude::*;
use probatum_application::AppError;
use probatum_application::indicators::{KnownIndicator, Sources};
use probatum_intake::Indicator;
use probatum_kernel::IncidentId;

/// A row of `indicators`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = indicators)]
pub struct IndicatorRow {
    incident_id: DbId,
    seq: i32,
    kind: String,
    value: String,
    sources: i32,
}

impl IndicatorRow {
    /// The row of the `seq`-th indicator of an incident.
    pub fn of(incident: IncidentId, seq: i32, known: &KnownIndicator) -> Self {
        Self {
            incident_id: DbId(incident.uuid()),
            seq,
            kind: known.indicator.kind.to_string(),
            value: known.indicator.value.clone(),
            sources: known.sources.bits().into(),
        }
    }

    /// Its place among those of the incident, and the indicator.
    pub fn known(self) -> Result<(i32, KnownIndicator), AppError> {
        let indicator = Indicator::new(word("kind", &self.kind)?, self.value);
        let sources = Sources::from_bits(small("sources", self.sources)?);
        Ok((self.seq, KnownIndicator { indicator, sources }))
    }
}
