//! What the clocks of an incident are computed from: its record, the facts stated, decisions of people, and reports.

use crate::error::AppError;
use crate::ports::{StoredFacts, StoredWaiver, Tx};
use probatum_compliance_export::{Anchor, CaseFacts, Condition, Filing, IncidentData, RuleSet};
use probatum_incident::{Flag, Incident, Lifecycle};
use probatum_kernel::{IncidentId, Timestamp};

/// What belongs to an incident and moves its clocks.
#[derive(Debug, Clone, Default)]
pub struct Basis {
    /// The latest facts.
    pub facts: Option<StoredFacts>,
    /// Every decision about its duties.
    pub waivers: Vec<StoredWaiver>,
    /// Every report about it.
    pub reports: Vec<Filing>,
}

impl Basis {
    /// Reads it.
    pub fn of(tx: &mut dyn Tx, incident: IncidentId) -> Result<Self, AppError> {
        Ok(Self {
            facts: tx.facts(incident)?,
            waivers: tx.waivers(incident)?,
            reports: tx.reports_of(incident)?,
        })
    }
}

/// The fields of an incident its clocks depend on. Sector, country, severity and level count through the flags they
/// raise.
type Moving =
    (Vec<Condition>, Option<Timestamp>, Option<Timestamp>, Option<Timestamp>, bool, Option<Timestamp>);

fn moving(i: &Incident) -> Moving {
    let closed = i.lifecycle == Lifecycle::Closed;
    (conditions(i), i.occurred_at, i.detected_at, i.aware_at, closed, i.closed_at)
}

/// Whether the clocks of an incident may stand otherwise after this change of it.
pub fn concerned(before: &Incident, next: &Incident) -> bool {
    moving(before) != moving(next)
}

fn conditions(incident: &Incident) -> Vec<Condition> {
    let flags = [
        (Flag::Nis2Relevant, Condition::Nis2Relevant),
        (Flag::KscRelevant, Condition::KscRelevant),
        (Flag::GdprBreach, Condition::GdprBreach),
        (Flag::AiSeriousIncident, Condition::AiSeriousIncident),
        (Flag::DoraRelevant, Condition::DoraRelevant),
    ];
    flags.into_iter().filter(|(flag, _)| incident.flags.has(*flag)).map(|(_, condition)| condition).collect()
}

/// When a report counts as submitted: when it was received, as far as a receipt proves that, else when it was handed
/// over.
pub fn submitted_at(report: &Filing) -> Option<Timestamp> {
    report.received_at.or(report.submitted_at)
}

/// The case as the rules see it.
pub fn case_of(rules: &RuleSet, incident: &Incident, basis: &Basis) -> CaseFacts {
    let mut case = match &basis.facts {
        Some(stored) => CaseFacts::stated(&stored.sheet, &stored.circumstances),
        None => CaseFacts::default(),
    };
    case.conditions.extend(conditions(incident));
    let known = [
        (Anchor::OccurredAt, incident.occurred_at),
        (Anchor::DetectedAt, incident.detected_at),
        (Anchor::AwareAt, incident.aware_at),
    ];
    case.moments.extend(known.into_iter().filter_map(|(anchor, at)| Some((anchor, at?))));
    // What is closed is not being handled any more, and was handled by then unless somebody said when.
    if let Some(closed_at) = incident.closed_at {
        case.conditions.remove(&Condition::Ongoing);
        case.moments.entry(Anchor::HandledAt).or_insert(closed_at);
    }
    let counting = basis.waivers.iter().filter(|w| w.withdrawn.is_none());
    case.waivers = counting.map(|w| w.waiver.clone()).collect();
    let mut sent: Vec<_> = basis.reports.iter().filter_map(|r| Some((submitted_at(r)?, r))).collect();
    sent.sort_by_key(|(at, report)| (*at, report.id));
    for (at, report) in sent {
        case.file(rules, report.regime, report.phase, at, report.is_complete());
    }
    case
}

/// The incident as reports and their required fields see it.
pub fn incident_data(incident: &Incident, facts: Option<&StoredFacts>) -> IncidentData {
    let moment = |anchor| facts.and_then(|f| f.circumstances.moments.get(&anchor).copied());
    IncidentData {
        id: Some(incident.id),
        public_id: incident.public_id.to_string(),
        title: incident.title.clone(),
        summary: incident.summary.clone(),
        level: Some(incident.level.to_string()),
        category: Some(incident.category.to_string()),
        severity: Some(incident.severity.band().to_string()),
        severity_score: Some(incident.severity.score()),
        priority: incident.priority.map(|p| p.to_string()),
        status_lifecycle: Some(incident.lifecycle.to_string()),
        disposition: incident.disposition.map(|d| d.to_string()),
        flags: incident.flags.iter().map(|f| f.to_string()).collect(),
        sector: incident.sector.as_ref().map(ToString::to_string),
        country: incident.country.as_ref().map(ToString::to_string),
        agent_id: incident.agent_id.as_ref().map(ToString::to_string),
        asset: incident.asset.clone(),
        impact_confidentiality: Some(incident.impact.confidentiality),
        impact_integrity: Some(incident.impact.integrity),
        impact_availability: Some(incident.impact.availability),
        occurred_at: incident.occurred_at,
        detected_at: incident.detected_at,
        aware_at: incident.aware_at,
        determined_at: moment(Anchor::DeterminedAt),
        created_at: Some(incident.created_at),
        contained_at: incident.contained_at,
        resolved_at: incident.resolved_at,
        closed_at: incident.closed_at,
    }
}
