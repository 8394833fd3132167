//! Incidents on the wire: the two ways in, rows, details, the flat classification record.

use super::Data;
use super::action::ActionView;
use super::evidence::EvidenceView;
use crate::vocabulary as words;
use probatum_application::indicators::KnownIndicator;
use probatum_application::use_cases::incidents::Detail;
use probatum_incident::{
    Category, Country, Draft, Explanation, Flag, Flags, Incident, Level, Location, Sector, Severity,
    SourceType,
};
use probatum_kernel::{AgentId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use validator::Validate;

/// A point, WGS 84.
#[derive(Debug, Serialize, ToSchema)]
pub struct LocationView {
    /// Latitude in degrees.
    pub lat: f64,
    /// Longitude in degrees.
    pub lon: f64,
}

/// A new incident: an alert (with `incident_type`) or a report (with `title`).
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CreateIncident)]
pub struct CreateIncident {
    /// Makes it an alert; its category.
    #[schema(value_type = Option<words::Category>)]
    incident_type: Option<Category>,
    /// Makes it a report; 1-300 characters.
    #[schema(min_length = 1, max_length = 300)]
    title: Option<String>,
    /// 1-10 000 characters.
    summary: Option<String>,
    /// Required for a report.
    #[schema(value_type = Option<words::SourceType>)]
    source_type: Option<SourceType>,
    /// Where it comes from; required for an alert.
    source: Option<String>,
    /// Required for a report; an alert's follows from its category.
    #[schema(value_type = Option<words::Level>)]
    level: Option<Level>,
    /// Required for a report.
    #[schema(value_type = Option<words::Category>)]
    category: Option<Category>,
    /// Left out: score 0.
    #[schema(value_type = Option<words::Severity>)]
    severity: Option<Severity>,
    /// The client's own id; an unknown agent is registered as unverified.
    #[schema(value_type = Option<String>)]
    agent_id: Option<AgentId>,
    /// What it happened to.
    asset: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[schema(value_type = Option<String>, example = "PL")]
    country: Option<Country>,
    /// Where exactly.
    #[schema(value_type = Option<LocationView>)]
    location: Option<Location>,
    /// A NIS2 sector.
    #[schema(value_type = Option<words::Sector>)]
    sector: Option<Sector>,
    /// Loss of confidentiality, 0-3.
    #[schema(maximum = 3)]
    impact_confidentiality: Option<u8>,
    /// Loss of integrity, 0-3.
    #[schema(maximum = 3)]
    impact_integrity: Option<u8>,
    /// Loss of availability, 0-3.
    #[schema(maximum = 3)]
    impact_availability: Option<u8>,
    /// When it happened.
    #[schema(value_type = Option<String>, format = DateTime)]
    occurred_at: Option<Timestamp>,
    /// When it was noticed; not in the future.
    #[schema(value_type = Option<String>, format = DateTime)]
    detected_at: Option<Timestamp>,
    /// When the entity became aware.
    #[schema(value_type = Option<String>, format = DateTime)]
    aware_at: Option<Timestamp>,
    /// At most 50.
    tags: Option<Vec<String>>,
    /// What came in, as an object; kept as it is, and never obeyed.
    #[schema(value_type = Option<Object>)]
    raw_data: Option<Value>,
    /// Flags as one object, instead of flat.
    #[schema(value_type = Option<BTreeMap<String, bool>>)]
    flags: Option<BTreeMap<Flag, bool>>,
    /// Flag.
    ai_act_relevant: Option<bool>,
    /// Flag.
    ai_high_risk: Option<bool>,
    /// Flag.
    ai_serious_incident: Option<bool>,
    /// Flag.
    gdpr_personal_data: Option<bool>,
    /// Flag.
    gdpr_breach: Option<bool>,
    /// Flag.
    nis2_relevant: Option<bool>,
    /// Flag.
    ksc_relevant: Option<bool>,
    /// Flag.
    dora_relevant: Option<bool>,
    /// Flag.
    critical_infra: Option<bool>,
    /// Flag.
    law_enforcement: Option<bool>,
}

/// The flat flags of a request body, with those of its `flags` object.
macro_rules! flags_of {
    ($body:expr) => {{
        let body = $body;
        let mut flags: Vec<(probatum_incident::Flag, bool)> =
            body.flags.iter().flatten().map(|(flag, raised)| (*flag, *raised)).collect();
        use probatum_incident::Flag as F;
        let flat = [
            (F::AiActRelevant, body.ai_act_relevant),
            (F::AiHighRisk, body.ai_high_risk),
            (F::AiSeriousIncident, body.ai_serious_incident),
            (F::GdprPersonalData, body.gdpr_personal_data),
            (F::GdprBreach, body.gdpr_breach),
            (F::Nis2Relevant, body.nis2_relevant),
            (F::KscRelevant, body.ksc_relevant),
            (F::DoraRelevant, body.dora_relevant),
            (F::CriticalInfra, body.critical_infra),
            (F::LawEnforcement, body.law_enforcement),
        ];
        flags.extend(flat.into_iter().filter_map(|(flag, raised)| raised.map(|r| (flag, r))));
        flags
    }};
}
pub(crate) use flags_of;

impl From<CreateIncident> for Draft {
    fn from(b: CreateIncident) -> Self {
        Self {
            flags: flags_of!(&b),
            incident_type: b.incident_type,
            title: b.title,
            summary: b.summary,
            source_type: b.source_type,
            source: b.source,
            level: b.level,
            category: b.category,
            severity: b.severity,
            agent_id: b.agent_id,
            asset: b.asset,
            country: b.country,
            location: b.location,
            sector: b.sector,
            impact_confidentiality: b.impact_confidentiality,
            impact_integrity: b.impact_integrity,
            impact_availability: b.impact_availability,
            occurred_at: b.occurred_at,
            detected_at: b.detected_at,
            aware_at: b.aware_at,
            tags: b.tags.unwrap_or_default(),
            raw_data: b.raw_data,
        }
    }
}

/// The answer to an alert, as the alert contract prints it.
#[derive(Debug, Serialize, ToSchema)]
pub struct CreatedAlert {
    id: String,
    #[schema(example = "INC-2026-0042")]
    incident_number: String,
    #[schema(value_type = words::QueueStatus)]
    status: String,
    #[schema(format = DateTime)]
    created_at: String,
}

impl From<&Incident> for CreatedAlert {
    fn from(i: &Incident) -> Self {
        Self {
            id: i.id.to_string(),
            incident_number: i.public_id.to_string(),
            status: i.status.to_string(),
            created_at: i.created_at.to_string(),
        }
    }
}

/// The answer to a report, as the registry contract prints it.
#[derive(Debug, Serialize, ToSchema)]
pub struct CreatedReport {
    id: String,
    #[schema(example = "INC-2026-0042")]
    public_id: String,
    #[schema(value_type = words::EvidenceStatus)]
    evidence_status: String,
    /// Always null: nothing is proven yet.
    #[schema(value_type = Option<words::Priority>)]
    priority: Option<&'static str>,
    #[schema(value_type = words::Lifecycle)]
    status_lifecycle: String,
    /// Always null.
    sla_due_at: Option<String>,
    /// The raised flags.
    #[schema(value_type = BTreeMap<String, bool>)]
    flags: Flags,
    #[schema(format = DateTime)]
    created_at: String,
}

impl From<&Incident> for CreatedReport {
    fn from(i: &Incident) -> Self {
        Self {
            id: i.id.to_string(),
            public_id: i.public_id.to_string(),
            evidence_status: i.evidence_status.to_string(),
            priority: i.priority.map(|p| p.as_str()),
            status_lifecycle: i.lifecycle.to_string(),
            sla_due_at: i.sla_due_at.map(|t| t.to_string()),
            flags: i.flags,
            created_at: i.created_at.to_string(),
        }
    }
}

/// The answer to a new incident, in the form of the contract it came by.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Created {
    /// A report.
    Report(CreatedReport),
    /// An alert.
    Alert(Data<CreatedAlert>),
}

impl Created {
    /// The answer to `incident`, which came in as an alert or as a report.
    pub fn of(incident: &Incident, alert: bool) -> Self {
        if alert { Self::Alert(Data { data: incident.into() }) } else { Self::Report(incident.into()) }
    }
}

macro_rules! view {
    ($($(#[$meta:meta])* $name:ident: $type:ty = |$i:ident| $value:expr),+ $(,)?) => {
        /// An incident, with the members of both contracts. What is absent is left out, but for `priority` and
        /// `sla_due_at`, which are null.
        #[derive(Debug, Serialize, ToSchema)]
        #[schema(as = Incident)]
        pub struct IncidentView { $($(#[$meta])* pub $name: $type),+ }

        impl From<Incident> for IncidentView {
            fn from(incident: Incident) -> Self {
                $(let $name = { let $i = &incident; $value };)+
                Self { $($name),+ }
            }
        }
    };
}

view! {
    id: String = |i| i.id.to_string(),
    #[schema(example = "INC-2026-0042")]
    public_id: String = |i| i.public_id.to_string(),
    /// The same as `public_id`.
    incident_number: String = |i| i.public_id.to_string(),
    title: String = |i| i.title.clone(),
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<String> = |i| i.summary.clone(),
    #[schema(value_type = words::SourceType)]
    source_type: &'static str = |i| i.source_type.as_str(),
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String> = |i| i.source.clone(),
    #[schema(value_type = words::Level)]
    level: &'static str = |i| i.level.as_str(),
    #[schema(value_type = words::Category)]
    category: &'static str = |i| i.category.as_str(),
    /// The same as `category`.
    #[schema(value_type = words::Category)]
    incident_type: &'static str = |i| i.category.as_str(),
    #[schema(value_type = words::Band)]
    severity: &'static str = |i| i.severity.band().as_str(),
    #[schema(minimum = 0, maximum = 10)]
    severity_score: u8 = |i| i.severity.score(),
    /// Null until granted on evidence.
    #[schema(value_type = Option<words::Priority>)]
    priority: Option<&'static str> = |i| i.priority.map(|p| p.as_str()),
    #[schema(value_type = words::EvidenceStatus)]
    evidence_status: &'static str = |i| i.evidence_status.as_str(),
    #[schema(value_type = words::QueueStatus)]
    status: &'static str = |i| i.status.as_str(),
    #[schema(value_type = words::Lifecycle)]
    status_lifecycle: &'static str = |i| i.lifecycle.as_str(),
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Disposition>)]
    disposition: Option<&'static str> = |i| i.disposition.map(|d| d.as_str()),
    #[serde(skip_serializing_if = "Option::is_none")]
    resolution: Option<String> = |i| i.resolution.clone(),
    /// The raised flags.
    #[schema(value_type = BTreeMap<String, bool>)]
    flags: Flags = |i| i.flags,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent_id: Option<String> = |i| i.agent_id.as_ref().map(ToString::to_string),
    #[serde(skip_serializing_if = "Option::is_none")]
    asset: Option<String> = |i| i.asset.clone(),
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<String> = |i| i.country.map(|c| c.to_string()),
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<LocationView> = |i| i.location.map(|l| LocationView { lat: l.lat, lon: l.lon }),
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Sector>)]
    sector: Option<&'static str> = |i| i.sector.map(|s| s.as_str()),
    impact_confidentiality: u8 = |i| i.impact.confidentiality,
    impact_integrity: u8 = |i| i.impact.integrity,
    impact_availability: u8 = |i| i.impact.availability,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    occurred_at: Option<Timestamp> = |i| i.occurred_at,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    detected_at: Option<Timestamp> = |i| i.detected_at,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    aware_at: Option<Timestamp> = |i| i.aware_at,
    /// `created_at` and the hours of the priority.
    #[schema(value_type = Option<String>, format = DateTime)]
    sla_due_at: Option<Timestamp> = |i| i.sla_due_at,
    /// The latest triage verdict: a claim, never acted upon by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    verdict: Option<Value> = |i| i.verdict.clone(),
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    recommended_actions: Vec<String> = |i| i.recommended_actions.clone(),
    /// In details, for analysts and legal_dpo.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    raw_data: Option<Value> = |i| i.raw_data.clone(),
    tags: Vec<String> = |i| i.tags.clone(),
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp = |i| i.created_at,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp = |i| i.updated_at,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    triaged_at: Option<Timestamp> = |i| i.triaged_at,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    contained_at: Option<Timestamp> = |i| i.contained_at,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    resolved_at: Option<Timestamp> = |i| i.resolved_at,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    closed_at: Option<Timestamp> = |i| i.closed_at,
    created_by: String = |i| i.created_by.to_string(),
    /// Counts changes from 1; the first part of the ETag.
    version: i64 = |i| i.version,
}

/// An incident with its evidence and actions.
#[derive(Debug, Serialize, ToSchema)]
pub struct IncidentDetail {
    #[serde(flatten)]
    incident: IncidentView,
    /// How many log events it came from; absent if it did not come from events.
    #[serde(skip_serializing_if = "Option::is_none")]
    event_count: Option<u64>,
    /// When the first of them was seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    first_seen: Option<Timestamp>,
    /// When the last of them was seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    last_seen: Option<Timestamp>,
    /// The evidence the caller may see.
    evidence: Vec<EvidenceView>,
    /// The response actions.
    actions: Vec<ActionView>,
    /// What the incident can be recognised by, as far as the caller may know where it is known from. `q` finds it.
    indicators: Vec<IndicatorView>,
}

/// Something to look for elsewhere.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Indicator)]
pub struct IndicatorView {
    #[schema(value_type = words::IndicatorKind)]
    kind: &'static str,
    /// Not defanged: do not make it a link.
    #[schema(example = "login.example.org")]
    value: String,
    /// Where it is known from.
    #[schema(value_type = Vec<words::IndicatorSource>)]
    sources: Vec<&'static str>,
}

impl From<KnownIndicator> for IndicatorView {
    fn from(known: KnownIndicator) -> Self {
        Self {
            kind: known.indicator.kind.as_str(),
            value: known.indicator.value,
            sources: known.sources.iter().map(|s| s.as_str()).collect(),
        }
    }
}

impl From<Detail> for IncidentDetail {
    fn from(d: Detail) -> Self {
        Self {
            incident: d.incident.into(),
            event_count: d.events.map(|e| e.event_count),
            first_seen: d.events.map(|e| e.first_seen),
            last_seen: d.events.map(|e| e.last_seen),
            evidence: d.evidence.into_iter().map(EvidenceView::from).collect(),
            actions: d.actions.into_iter().map(ActionView::from).collect(),
            indicators: d.indicators.into_iter().map(IndicatorView::from).collect(),
        }
    }
}

/// The classification of an incident and its reasons.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClassificationView {
    id: String,
    public_id: String,
    /// The rules: `version`, `category`, `layer`, `lead_role`, `priority` and `playbook` (suggested), `granted_priority`,
    /// `highest_priority` the evidence carries, `evidence_status`, `sla_due_at`, `flags` with reasons, `explanation`.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    explanation: Explanation,
}

impl ClassificationView {
    /// The view of an explanation.
    pub fn new(incident: &Incident, explanation: Explanation) -> Self {
        Self { id: incident.id.to_string(), public_id: incident.public_id.to_string(), explanation }
    }
}
