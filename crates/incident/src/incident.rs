//! The aggregate itself and how it begins.

use crate::classification::ruled_flags;
use crate::draft::NewIncident;
use crate::flags::Flags;
use crate::place::{Country, Location, Sector};
use crate::severity::Severity;
use crate::words::{Category, Disposition, Level, Lifecycle, Priority, QueueStatus, SourceType};
use probatum_kernel::{Actor, AgentId, EvidenceStatus, IncidentId, PublicId, Timestamp};
use serde::{Deserialize, Serialize};

/// Loss of confidentiality, integrity and availability, each 0 (none) to 3 (high), as in FIRST's and NIST's scales.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Impact {
    /// Confidentiality, 0–3.
    pub confidentiality: u8,
    /// Integrity, 0–3.
    pub integrity: u8,
    /// Availability, 0–3.
    pub availability: u8,
}

impl Impact {
    /// Whether anything was lost.
    pub fn any(self) -> bool {
        self.confidentiality > 0 || self.integrity > 0 || self.availability > 0
    }
}

/// An incident. Fields are readable by all; only the methods of this crate make a next one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Incident {
    /// UUIDv7 of `created_at`.
    pub id: IncidentId,
    /// `INC-<year>-<number>`.
    pub public_id: PublicId,
    /// One line.
    pub title: String,
    /// More lines.
    pub summary: Option<String>,
    /// How it came in.
    pub source_type: SourceType,
    /// From where.
    pub source: Option<String>,
    /// Which house.
    pub level: Level,
    /// What kind.
    pub category: Category,
    /// How bad, 0–10.
    pub severity: Severity,
    /// How urgent; granted only on evidence.
    pub priority: Option<Priority>,
    /// How far proven; inherited from the evidence, never set by hand.
    pub evidence_status: EvidenceStatus,
    /// The triage queue.
    pub status: QueueStatus,
    /// The response.
    pub lifecycle: Lifecycle,
    /// What it turned out to be.
    pub disposition: Option<Disposition>,
    /// How the queue item was resolved.
    pub resolution: Option<String>,
    /// Raised flags, by rule and by people.
    pub flags: Flags,
    /// Flags a person lowered, with a reason; no rule raises them again.
    pub lowered_flags: Flags,
    /// The AI agent concerned.
    pub agent_id: Option<AgentId>,
    /// The asset concerned.
    pub asset: Option<String>,
    /// Where.
    pub country: Option<Country>,
    /// Where exactly.
    pub location: Option<Location>,
    /// Which sector.
    pub sector: Option<Sector>,
    /// What was lost.
    pub impact: Impact,
    /// When it happened.
    pub occurred_at: Option<Timestamp>,
    /// When it was noticed.
    pub detected_at: Option<Timestamp>,
    /// When the entity became aware of it, as NIS2 and GDPR mean it.
    pub aware_at: Option<Timestamp>,
    /// When the SLA ends: `created_at` and the hours of the priority.
    pub sla_due_at: Option<Timestamp>,
    /// The latest triage verdict: a claim, shown but never acted upon.
    pub verdict: Option<serde_json::Value>,
    /// What the playbook of category and verdict recommends.
    pub recommended_actions: Vec<String>,
    /// What came in, unread: data, never instructions.
    pub raw_data: Option<serde_json::Value>,
    /// Labels.
    pub tags: Vec<String>,
    /// When it was put on record.
    pub created_at: Timestamp,
    /// The last change.
    pub updated_at: Timestamp,
    /// When the queue item was first looked at.
    pub triaged_at: Option<Timestamp>,
    /// When it was first contained.
    pub contained_at: Option<Timestamp>,
    /// When the queue item was resolved.
    pub resolved_at: Option<Timestamp>,
    /// When the response was closed.
    pub closed_at: Option<Timestamp>,
    /// When it was last reopened; proof of the remedy counts from then on.
    pub reopened_at: Option<Timestamp>,
    /// Who put it on record.
    pub created_by: Actor,
    /// It must not be deleted: a report was exported, or a hold is set.
    pub legal_hold: bool,
    /// Counts changes from 1.
    pub version: i64,
}

impl Incident {
    /// Puts a checked draft on record: always a `gap`, without priority or deadline (CONTRACT §3).
    pub fn open(new: &NewIncident, id: IncidentId, public_id: PublicId, by: &Actor, now: Timestamp) -> Self {
        let mut incident = Self {
            id,
            public_id,
            title: new.title.clone(),
            summary: new.summary.clone(),
            source_type: new.source_type,
            source: new.source.clone(),
            level: new.level,
            category: new.category,
            severity: new.severity,
            priority: None,
            evidence_status: EvidenceStatus::Gap,
            status: QueueStatus::Open,
            lifecycle: Lifecycle::Open,
            disposition: None,
            resolution: None,
            flags: new.flags,
            lowered_flags: Flags::NONE,
            agent_id: new.agent_id.clone(),
            asset: new.asset.clone(),
            country: new.country,
            location: new.location,
            sector: new.sector,
            impact: new.impact,
            occurred_at: new.occurred_at,
            detected_at: new.detected_at,
            aware_at: new.aware_at,
            sla_due_at: None,
            verdict: None,
            recommended_actions: Vec::new(),
            raw_data: new.raw_data.clone(),
            tags: new.tags.clone(),
            created_at: now,
            updated_at: now,
            triaged_at: None,
            contained_at: None,
            resolved_at: None,
            closed_at: None,
            reopened_at: None,
            created_by: by.clone(),
            legal_hold: false,
            version: 1,
        };
        incident.flags = ruled_flags(&incident);
        incident
    }

    /// Whether the SLA has run out without the response being closed. Derived, never stored.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.lifecycle != Lifecycle::Closed && self.sla_due_at.is_some_and(|due| due < now)
    }

    /// The incident after something of it changed that is not a field of its own: evidence, custody, an action. Its
    /// version counts that too, so that whoever read it before knows.
    pub fn touched(&self, now: Timestamp) -> Self {
        let version = self.version.saturating_add(1);
        Self { version, updated_at: now.max(self.updated_at), ..self.clone() }
    }

    /// Refuses new work on what is finished.
    pub fn may_take_actions(&self) -> Result<(), crate::IncidentError> {
        if self.lifecycle == crate::Lifecycle::Closed { Err(crate::IncidentError::Closed) } else { Ok(()) }
    }

    /// Sets or lifts the legal hold; asking for what is so already changes nothing.
    pub fn held(&self, hold: bool, now: Timestamp) -> crate::Decision {
        crate::Decision::between(self, Self { legal_hold: hold, ..self.clone() }, now)
    }

    /// Refuses deletion under legal hold.
    pub fn may_be_deleted(&self) -> Result<(), crate::IncidentError> {
        if self.legal_hold { Err(crate::IncidentError::LegalHold) } else { Ok(()) }
    }
}
