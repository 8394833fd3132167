//! Changes of an incident on the wire: PATCH, PUT, and the flat record PATCH answers with.

use super::incident::{LocationView, flags_of};
use super::{nullable, present};
use crate::vocabulary as words;
use probatum_incident::{
    Category, Country, Disposition, Flag, Incident, Level, Lifecycle, Location, Patch, Priority, Put,
    QueueStatus, Sector, Severity,
};
use probatum_kernel::{AgentId, Timestamp};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use validator::Validate;

/// What PATCH may change; what is left out stays, what is null is cleared.
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = PatchIncident)]
pub struct PatchIncident {
    /// 1-300 characters.
    #[serde(deserialize_with = "present")]
    title: Option<String>,
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    summary: Option<Option<String>>,
    /// Granted only as far as the evidence carries it (422 otherwise).
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<words::Priority>)]
    priority: Option<Option<Priority>>,
    #[schema(value_type = Option<words::Severity>)]
    #[serde(deserialize_with = "present")]
    severity: Option<Severity>,
    #[schema(value_type = Option<words::Category>)]
    #[serde(deserialize_with = "present")]
    category: Option<Category>,
    #[schema(value_type = Option<words::Level>)]
    #[serde(deserialize_with = "present")]
    level: Option<Level>,
    /// Flags as one object, instead of flat.
    #[schema(value_type = Option<BTreeMap<String, bool>>)]
    #[serde(deserialize_with = "present")]
    flags: Option<BTreeMap<Flag, bool>>,
    /// Forward as far as every guard on the way holds; back only from closed to open.
    #[schema(value_type = Option<words::Lifecycle>)]
    #[serde(deserialize_with = "present")]
    status_lifecycle: Option<Lifecycle>,
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<words::Disposition>)]
    disposition: Option<Option<Disposition>>,
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    country: Option<Option<Country>>,
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<LocationView>)]
    location: Option<Option<Location>>,
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<words::Sector>)]
    sector: Option<Option<Sector>>,
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    asset: Option<Option<String>>,
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    agent_id: Option<Option<AgentId>>,
    #[serde(deserialize_with = "present")]
    impact_confidentiality: Option<u8>,
    #[serde(deserialize_with = "present")]
    impact_integrity: Option<u8>,
    #[serde(deserialize_with = "present")]
    impact_availability: Option<u8>,
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, format = DateTime)]
    occurred_at: Option<Option<Timestamp>>,
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, format = DateTime)]
    detected_at: Option<Option<Timestamp>>,
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, format = DateTime)]
    aware_at: Option<Option<Timestamp>>,
    /// At most 50; replaces all.
    #[serde(deserialize_with = "present")]
    tags: Option<Vec<String>>,
    /// Why; required to lower a raised flag and to reopen.
    #[serde(deserialize_with = "present")]
    reason: Option<String>,
    #[serde(deserialize_with = "present")]
    ai_act_relevant: Option<bool>,
    #[serde(deserialize_with = "present")]
    ai_high_risk: Option<bool>,
    #[serde(deserialize_with = "present")]
    ai_serious_incident: Option<bool>,
    #[serde(deserialize_with = "present")]
    gdpr_personal_data: Option<bool>,
    #[serde(deserialize_with = "present")]
    gdpr_breach: Option<bool>,
    #[serde(deserialize_with = "present")]
    nis2_relevant: Option<bool>,
    #[serde(deserialize_with = "present")]
    ksc_relevant: Option<bool>,
    #[serde(deserialize_with = "present")]
    dora_relevant: Option<bool>,
    #[serde(deserialize_with = "present")]
    critical_infra: Option<bool>,
    #[serde(deserialize_with = "present")]
    law_enforcement: Option<bool>,
}

impl From<PatchIncident> for Patch {
    fn from(b: PatchIncident) -> Self {
        Self {
            flags: flags_of!(&b),
            title: b.title,
            summary: b.summary,
            priority: b.priority,
            severity: b.severity,
            category: b.category,
            level: b.level,
            lifecycle: b.status_lifecycle,
            disposition: b.disposition,
            country: b.country,
            location: b.location,
            sector: b.sector,
            asset: b.asset,
            agent_id: b.agent_id,
            impact_confidentiality: b.impact_confidentiality,
            impact_integrity: b.impact_integrity,
            impact_availability: b.impact_availability,
            occurred_at: b.occurred_at,
            detected_at: b.detected_at,
            aware_at: b.aware_at,
            tags: b.tags,
            reason: b.reason,
        }
    }
}

/// What PUT of the alert contract may change; at least one member.
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = PutIncident)]
pub struct PutIncident {
    #[schema(value_type = Option<words::Severity>)]
    #[serde(deserialize_with = "present")]
    severity: Option<Severity>,
    #[schema(value_type = Option<words::QueueStatus>)]
    #[serde(deserialize_with = "present")]
    status: Option<QueueStatus>,
    /// Required to resolve.
    #[serde(deserialize_with = "present")]
    resolution: Option<String>,
}

impl From<PutIncident> for Put {
    fn from(b: PutIncident) -> Self {
        Self { severity: b.severity, status: b.status, resolution: b.resolution }
    }
}

/// The flat classification record: every flag is a member.
#[derive(Debug, ToSchema)]
#[schema(as = ClassificationRecord, value_type = Object, example = json!({
    "id": "0198f1c2-…", "public_id": "INC-2026-0042", "priority": "P1", "severity": "high", "severity_score": 7,
    "status": "open", "status_lifecycle": "open", "evidence_status": "confirmed",
    "sla_due_at": "2026-07-05T08:12:03Z", "ai_act_relevant": true, "nis2_relevant": true, "gdpr_breach": false,
    "updated_at": "2026-07-04T08:30:00Z"
}))]
pub struct ClassificationRecord(Incident);

impl From<Incident> for ClassificationRecord {
    fn from(i: Incident) -> Self {
        Self(i)
    }
}

impl Serialize for ClassificationRecord {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let i = &self.0;
        let mut map = s.serialize_map(None)?;
        map.serialize_entry("id", &i.id)?;
        map.serialize_entry("public_id", &i.public_id)?;
        map.serialize_entry("priority", &i.priority)?;
        map.serialize_entry("severity", &i.severity.band())?;
        map.serialize_entry("severity_score", &i.severity.score())?;
        map.serialize_entry("status", &i.status)?;
        map.serialize_entry("status_lifecycle", &i.lifecycle)?;
        map.serialize_entry("evidence_status", &i.evidence_status)?;
        map.serialize_entry("sla_due_at", &i.sla_due_at)?;
        for flag in Flag::ALL {
            map.serialize_entry(flag.as_str(), &i.flags.has(*flag))?;
        }
        map.serialize_entry("updated_at", &i.updated_at)?;
        map.end()
    }
}
