//! The rows of reports to authorities; what a report is made from is read apart from them.

use super::{json, small, to_json, word};
use crate::schema::reports;
use crate::types::{DbId, DbTime};
use diesel::prelude::*;
use probatum_application::AppError;
use probatum_compliance_export::Filing;
use probatum_kernel::IncidentId;

/// A row of `reports` without what the report is made from.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = reports, treat_none_as_null = true)]
pub struct ReportRow {
    id: String,
    incident_id: DbId,
    seq: i32,
    regime: String,
    phase: String,
    target: String,
    state: String,
    requested_by: String,
    created_at: DbTime,
    incident_version: i64,
    facts_version: Option<i32>,
    rule_version: String,
    missing: String,
    bundle: Option<String>,
    submitted_at: Option<DbTime>,
    reference: Option<String>,
    received_at: Option<DbTime>,
    receipts: String,
    failure: Option<String>,
    tries: i32,
    claim: i64,
    wake_at: Option<DbTime>,
    version: i64,
}

impl ReportRow {
    /// The row of a report.
    pub fn of(r: &Filing) -> Result<Self, AppError> {
        Ok(Self {
            id: r.id.to_string(),
            incident_id: DbId(r.incident_id.uuid()),
            seq: count("seq", r.id.seq())?,
            regime: r.regime.to_string(),
            phase: r.phase.to_string(),
            target: r.target.clone(),
            state: r.state.to_string(),
            requested_by: r.requested_by.to_string(),
            created_at: r.created_at.into(),
            incident_version: r.incident_version,
            facts_version: r.facts_version.map(|n| count("facts_version", n)).transpose()?,
            rule_version: r.rule_version.clone(),
            missing: to_json(&r.missing)?,
            bundle: r.bundle.as_ref().map(to_json).transpose()?,
            submitted_at: r.submitted_at.map(DbTime),
            reference: r.reference.clone(),
            received_at: r.received_at.map(DbTime),
            receipts: to_json(&r.receipts)?,
            failure: r.failure.clone(),
            tries: count("tries", r.tries)?,
            claim: r.claim,
            wake_at: r.wake_at.map(DbTime),
            version: r.version,
        })
    }

    /// The report of the row.
    pub fn report(self) -> Result<Filing, AppError> {
        Ok(Filing {
            id: word("id", &self.id)?,
            incident_id: IncidentId::from_uuid(self.incident_id.0),
            regime: word("regime", &self.regime)?,
            phase: word("phase", &self.phase)?,
            target: self.target,
            state: word("state", &self.state)?,
            requested_by: word("requested_by", &self.requested_by)?,
            created_at: self.created_at.0,
            incident_version: self.incident_version,
            facts_version: self.facts_version.map(|n| small("facts_version", n)).transpose()?,
            rule_version: self.rule_version,
            missing: json("missing", &self.missing)?,
            bundle: self.bundle.map(|b| json("bundle", &b)).transpose()?,
            submitted_at: self.submitted_at.map(|t| t.0),
            reference: self.reference,
            received_at: self.received_at.map(|t| t.0),
            receipts: json("receipts", &self.receipts)?,
            failure: self.failure,
            tries: small("tries", self.tries)?,
            claim: self.claim,
            wake_at: self.wake_at.map(|t| t.0),
            version: self.version,
        })
    }
}

fn count(column: &str, n: u32) -> Result<i32, AppError> {
    i32::try_from(n).map_err(|_| AppError::internal(format!("column {column} cannot hold {n}")))
}
