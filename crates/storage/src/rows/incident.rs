//! The row of an incident. `raw_data` and the words of the text index are apart from it, because lists do without.

use super::{json, small, to_json, word, words};
use crate::facets;
use crate::schema::incidents;
use crate::types::{DbId, DbTime};
use diesel::prelude::*;
use probatum_application::AppError;
use probatum_incident::{Flags, Impact, Incident, Location, QueueStatus, Severity};
use probatum_kernel::{IncidentId, PublicId};

/// A row of `incidents` without `raw_data` and without the words it is found by.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = incidents, treat_none_as_null = true)]
pub struct IncidentRow {
    id: DbId,
    public_year: i32,
    public_number: i64,
    title: String,
    summary: Option<String>,
    source_type: String,
    source: Option<String>,
    level: String,
    category: String,
    severity: i32,
    band: String,
    priority_rank: i32,
    evidence_status: String,
    status_rank: i32,
    lifecycle: String,
    disposition: Option<String>,
    resolution: Option<String>,
    flags: i32,
    lowered_flags: i32,
    agent_id: Option<String>,
    asset: Option<String>,
    country: Option<String>,
    lat: Option<f64>,
    lon: Option<f64>,
    sector: Option<String>,
    impact_confidentiality: i32,
    impact_integrity: i32,
    impact_availability: i32,
    occurred_at: Option<DbTime>,
    detected_at: Option<DbTime>,
    aware_at: Option<DbTime>,
    sla_due_at: Option<DbTime>,
    verdict: Option<String>,
    recommended_actions: String,
    tags: String,
    created_at: DbTime,
    updated_at: DbTime,
    triaged_at: Option<DbTime>,
    contained_at: Option<DbTime>,
    resolved_at: Option<DbTime>,
    closed_at: Option<DbTime>,
    reopened_at: Option<DbTime>,
    created_by: String,
    legal_hold: bool,
    version: i64,
    facets: i64,
}

/// The status a rank stands for.
pub(super) fn queue_status(rank: i32) -> Result<QueueStatus, AppError> {
    let rank: u8 = small("status_rank", rank)?;
    let status = QueueStatus::ALL.iter().copied().find(|s| s.ordinal() == rank);
    status.ok_or_else(|| AppError::internal("column status_rank is out of range"))
}

impl IncidentRow {
    /// The row of an incident.
    pub fn of(i: &Incident) -> Result<Self, AppError> {
        Ok(Self {
            id: DbId(i.id.uuid()),
            public_year: i.public_id.year(),
            public_number: i.public_id.number(),
            title: i.title.clone(),
            summary: i.summary.clone(),
            source_type: i.source_type.to_string(),
            source: i.source.clone(),
            level: i.level.to_string(),
            category: i.category.to_string(),
            severity: i.severity.score().into(),
            band: i.severity.band().to_string(),
            priority_rank: facets::priority_rank(i.priority),
            evidence_status: i.evidence_status.to_string(),
            status_rank: i.status.ordinal().into(),
            lifecycle: i.lifecycle.to_string(),
            disposition: i.disposition.map(|d| d.to_string()),
            resolution: i.resolution.clone(),
            flags: i.flags.bits().into(),
            lowered_flags: i.lowered_flags.bits().into(),
            agent_id: i.agent_id.as_ref().map(ToString::to_string),
            asset: i.asset.clone(),
            country: i.country.map(|c| c.to_string()),
            lat: i.location.map(|l| l.lat),
            lon: i.location.map(|l| l.lon),
            sector: i.sector.map(|s| s.to_string()),
            impact_confidentiality: i.impact.confidentiality.into(),
            impact_integrity: i.impact.integrity.into(),
            impact_availability: i.impact.availability.into(),
            occurred_at: i.occurred_at.map(DbTime),
            detected_at: i.detected_at.map(DbTime),
            aware_at: i.aware_at.map(DbTime),
            sla_due_at: i.sla_due_at.map(DbTime),
            verdict: i.verdict.as_ref().map(ToString::to_string),
            recommended_actions: to_json(&i.recommended_actions)?,
            tags: to_json(&i.tags)?,
            created_at: i.created_at.into(),
            updated_at: i.updated_at.into(),
            triaged_at: i.triaged_at.map(DbTime),
            contained_at: i.contained_at.map(DbTime),
            resolved_at: i.resolved_at.map(DbTime),
            closed_at: i.closed_at.map(DbTime),
            reopened_at: i.reopened_at.map(DbTime),
            created_by: i.created_by.to_string(),
            legal_hold: i.legal_hold,
            version: i.version,
            facets: facets::pack(i),
        })
    }

    /// The id.
    pub fn id(&self) -> DbId {
        self.id
    }

    /// The incident of the row, with the `raw_data` read along, if it was.
    pub fn incident(self, raw_data: Option<String>) -> Result<Incident, AppError> {
        let severity = small::<u8>("severity", self.severity)?;
        let public_id = PublicId::new(self.public_year, self.public_number);
        Ok(Incident {
            id: IncidentId::from_uuid(self.id.0),
            public_id: public_id.ok_or_else(|| AppError::internal("column public_number is out of range"))?,
            title: self.title,
            summary: self.summary,
            source_type: word("source_type", &self.source_type)?,
            source: self.source,
            level: word("level", &self.level)?,
            category: word("category", &self.category)?,
            severity: Severity::new(severity)
                .ok_or_else(|| AppError::internal("column severity is out of range"))?,
            priority: facets::priority_of_rank(self.priority_rank),
            evidence_status: word("evidence_status", &self.evidence_status)?,
            status: queue_status(self.status_rank)?,
            lifecycle: word("lifecycle", &self.lifecycle)?,
            disposition: words("disposition", self.disposition.as_ref())?,
            resolution: self.resolution,
            flags: Flags::from_bits(small("flags", self.flags)?),
            lowered_flags: Flags::from_bits(small("lowered_flags", self.lowered_flags)?),
            agent_id: words("agent_id", self.agent_id.as_ref())?,
            asset: self.asset,
            country: words("country", self.country.as_ref())?,
            location: self.lat.zip(self.lon).map(|(lat, lon)| Location { lat, lon }),
            sector: words("sector", self.sector.as_ref())?,
            impact: Impact {
                confidentiality: small("impact_confidentiality", self.impact_confidentiality)?,
                integrity: small("impact_integrity", self.impact_integrity)?,
                availability: small("impact_availability", self.impact_availability)?,
            },
            occurred_at: self.occurred_at.map(|t| t.0),
            detected_at: self.detected_at.map(|t| t.0),
            aware_at: self.aware_at.map(|t| t.0),
            sla_due_at: self.sla_due_at.map(|t| t.0),
            verdict: self.verdict.map(|v| json("verdict", &v)).transpose()?,
            recommended_actions: json("recommended_actions", &self.recommended_actions)?,
            raw_data: raw_data.map(|r| json("raw_data", &r)).transpose()?,
            tags: json("tags", &self.tags)?,
            created_at: self.created_at.0,
            updated_at: self.updated_at.0,
            triaged_at: self.triaged_at.map(|t| t.0),
            contained_at: self.contained_at.map(|t| t.0),
            resolved_at: self.resolved_at.map(|t| t.0),
            closed_at: self.closed_at.map(|t| t.0),
            reopened_at: self.reopened_at.map(|t| t.0),
            created_by: word("created_by", &self.created_by)?,
            legal_hold: self.legal_hold,
            version: self.version,
        })
    }
}
