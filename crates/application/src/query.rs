//! What lists are asked for, and what they answer.

use crate::indicators::Sources;
use crate::search::SearchQuery;
use probatum_agent_trust::{Agent, AgentStatus, HistoryEntry};
use probatum_incident::{
    Band, Category, Country, Flags, Incident, Level, Lifecycle, Priority, QueueStatus, Sector,
};
use probatum_kernel::{AgentId, Cursor, EvidenceStatus, IncidentId, Page, Sort, Timestamp, Total};
use probatum_playbooks::{Action, ActionStatus, ApprovalLevel};

/// Filters; all that are given must hold.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)] // The names are those of the incident's fields.
pub struct IncidentFilter {
    pub status: Option<QueueStatus>,
    pub lifecycle: Option<Lifecycle>,
    pub severity: Option<Band>,
    /// Exactly this score; `severity` is its band.
    pub severity_score: Option<u8>,
    pub category: Option<Category>,
    pub priority: Option<Priority>,
    pub level: Option<Level>,
    /// All of these must be raised.
    pub flags: Flags,
    pub evidence_status: Option<EvidenceStatus>,
    pub agent_id: Option<AgentId>,
    pub country: Option<Country>,
    pub sector: Option<Sector>,
    /// Created later than this.
    pub created_after: Option<Timestamp>,
    /// Created earlier than this.
    pub created_before: Option<Timestamp>,
    /// The SLA has run out (or has not), as of `now` of the query.
    pub overdue: Option<bool>,
    /// Words in title, summary, source, category, tags or indicators.
    pub text: Option<SearchQuery>,
    /// Which indicators `text` may find, beside the public ones. The use case says, by the caller's roles.
    pub seen: Sources,
}

/// A page of a filtered, sorted list.
#[derive(Debug, Clone)]
pub struct IncidentQuery {
    /// Which.
    pub filter: IncidentFilter,
    /// In which order.
    pub sort: Sort,
    /// Which page.
    pub page: Page,
    /// What `overdue` is measured against.
    pub now: Timestamp,
}

/// The rows of a page, without `raw_data`.
#[derive(Debug, Clone)]
pub struct IncidentList {
    /// The rows.
    pub rows: Vec<Incident>,
    /// How many match in all.
    pub total: Total,
    /// Where the next page begins, if there is one.
    pub next: Option<Cursor>,
}

/// A page of the inbox of actions, newest first.
#[derive(Debug, Clone)]
pub struct ActionQuery {
    /// Where they stand.
    pub status: Option<ActionStatus>,
    /// Whose level they take.
    pub approval_level: Option<ApprovalLevel>,
    /// Which page.
    pub page: Page,
}

/// The rows of a page.
#[derive(Debug, Clone)]
pub struct ActionList {
    /// The rows.
    pub rows: Vec<Action>,
    /// How many match in all.
    pub total: Total,
    /// Where the next page begins, if there is one.
    pub next: Option<Cursor>,
}

/// A page of agents, by id.
#[derive(Debug, Clone)]
pub struct AgentQuery {
    /// Only those of this status.
    pub status: Option<AgentStatus>,
    /// Only those after this id: where the page before ended.
    pub after: Option<AgentId>,
    /// How many rows, and which page by number where `after` is not given.
    pub page: Page,
}

/// The rows of a page of agents.
#[derive(Debug, Clone)]
pub struct AgentList {
    /// The rows.
    pub rows: Vec<Agent>,
    /// How many match in all.
    pub total: Total,
    /// The id the next page begins after, if there is one.
    pub next: Option<AgentId>,
}

/// A page of an agent's history.
#[derive(Debug, Clone)]
pub struct AgentHistory {
    /// The entries, newest first.
    pub rows: Vec<HistoryEntry>,
    /// How many there are in all.
    pub total: Total,
    /// Where the next page begins, if there is one.
    pub next: Option<Cursor>,
}

/// Which entries of the audit log; all that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Exactly this action: `incident.updated`.
    pub action: Option<String>,
    /// Exactly this actor: `analyst:kdzik`.
    pub actor: Option<String>,
    /// What belongs to this incident.
    pub incident: Option<IncidentId>,
    /// Recorded at or after this time.
    pub since: Option<Timestamp>,
    /// Recorded before this time.
    pub until: Option<Timestamp>,
}
