//! Changing an incident: the registry contract's PATCH and the alert contract's PUT.

use crate::change::Decision;
use crate::classification::ruled_flags;
use crate::draft::Checks;
use crate::error::IncidentError;
use crate::flags::Flag;
use crate::incident::Incident;
use crate::inherit::grant;
use crate::lifecycle::{Facts, advance, move_queue};
use crate::limits::*;
use crate::place::{Country, Location, Sector};
use crate::severity::Severity;
use crate::words::{Category, Disposition, Level, Lifecycle, Priority, QueueStatus};
use probatum_kernel::{AgentId, Timestamp};

/// What PATCH may change. Outer `None`: not asked for; `Some(None)`: to be cleared.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)] // The fields are those of the incident.
pub struct Patch {
    pub title: Option<String>,
    pub summary: Option<Option<String>>,
    pub priority: Option<Option<Priority>>,
    pub severity: Option<Severity>,
    pub category: Option<Category>,
    pub level: Option<Level>,
    pub flags: Vec<(Flag, bool)>,
    pub lifecycle: Option<Lifecycle>,
    pub disposition: Option<Option<Disposition>>,
    pub country: Option<Option<Country>>,
    pub location: Option<Option<Location>>,
    pub sector: Option<Option<Sector>>,
    pub asset: Option<Option<String>>,
    pub agent_id: Option<Option<AgentId>>,
    pub impact_confidentiality: Option<u8>,
    pub impact_integrity: Option<u8>,
    pub impact_availability: Option<u8>,
    pub occurred_at: Option<Option<Timestamp>>,
    pub detected_at: Option<Option<Timestamp>>,
    pub aware_at: Option<Option<Timestamp>>,
    pub tags: Option<Vec<String>>,
    /// Why; required to lower a flag and to reopen.
    pub reason: Option<String>,
}

/// What PUT of the alert contract may change.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)] // The fields are those of the incident.
pub struct Put {
    pub severity: Option<Severity>,
    pub status: Option<QueueStatus>,
    pub resolution: Option<String>,
}

impl Incident {
    /// Applies a PATCH. The order of refusal is the contract's: fields (400), doctrine (422), state (409).
    pub fn patch(&self, patch: &Patch, facts: &Facts, now: Timestamp) -> Result<Decision, IncidentError> {
        self.check_patch(patch, now)?;
        let mut next = self.clone();
        set_fields(&mut next, patch);
        if let Some(priority) = patch.priority {
            if let Some(asked) = priority {
                grant(next.evidence_status, asked)?;
            }
            next.priority = priority;
            next.sla_due_at = priority.map(|p| next.created_at.plus_hours(p.sla_hours()));
        }
        for (flag, raise) in &patch.flags {
            if *raise {
                next.flags = next.flags.with(*flag);
                next.lowered_flags = next.lowered_flags.without(*flag);
            } else if patch.reason.is_some() {
                // Only a stated reason holds a flag down against its rule; "not raised" alone is no statement.
                next.flags = next.flags.without(*flag);
                next.lowered_flags = next.lowered_flags.with(*flag);
            }
        }
        next.flags = ruled_flags(&next);
        denied_but_ruled(patch, &next)?;
        if let Some(to) = patch.lifecycle {
            advance(&mut next, to, facts, now)?;
        }
        Ok(Decision::between(self, next, now))
    }

    /// Applies a PUT of the alert contract: severity, queue status, resolution.
    pub fn put(&self, put: &Put, now: Timestamp) -> Result<Decision, IncidentError> {
        let mut checks = Checks::default();
        checks.text("resolution", put.resolution.as_deref(), MAX_RESOLUTION);
        if put.status == Some(QueueStatus::Resolved) && put.resolution.is_none() && self.resolution.is_none()
        {
            checks.fail("resolution", "required", "is required to resolve");
        }
        if put.severity.is_none() && put.status.is_none() && put.resolution.is_none() {
            checks.fail("", "required", "send at least one of severity, status, resolution");
        }
        if !checks.0.is_empty() {
            return Err(IncidentError::Invalid(checks.0));
        }
        let mut next = self.clone();
        if let Some(severity) = put.severity {
            next.severity = severity;
        }
        if let Some(resolution) = &put.resolution {
            next.resolution = Some(resolution.clone());
        }
        next.flags = ruled_flags(&next);
        if let Some(status) = put.status {
            move_queue(&mut next, status, now)?;
        }
        Ok(Decision::between(self, next, now))
    }

    fn check_patch(&self, patch: &Patch, now: Timestamp) -> Result<(), IncidentError> {
        let mut checks = Checks::default();
        checks.line("title", patch.title.as_deref(), MAX_TITLE);
        checks.text("summary", patch.summary.as_ref().and_then(|s| s.as_deref()), MAX_SUMMARY);
        checks.line("asset", patch.asset.as_ref().and_then(|s| s.as_deref()), MAX_NAME);
        checks.text("reason", patch.reason.as_deref(), MAX_REASON);
        checks.impact("impact_confidentiality", patch.impact_confidentiality);
        checks.impact("impact_integrity", patch.impact_integrity);
        checks.impact("impact_availability", patch.impact_availability);
        checks.location(patch.location.flatten());
        checks.past("occurred_at", patch.occurred_at.flatten(), now);
        checks.past("detected_at", patch.detected_at.flatten(), now);
        checks.past("aware_at", patch.aware_at.flatten(), now);
        checks.tags(patch.tags.as_deref().unwrap_or_default());
        checks.flags(&patch.flags);
        if patch.reason.is_none() {
            for (flag, raise) in &patch.flags {
                if !raise && self.flags.has(*flag) {
                    checks.fail("reason", "required", format!("is required to lower {flag}"));
                }
            }
            if self.lifecycle == Lifecycle::Closed && patch.lifecycle == Some(Lifecycle::Open) {
                checks.fail("reason", "required", "is required to reopen");
            }
        }
        if checks.0.is_empty() { Ok(()) } else { Err(IncidentError::Invalid(checks.0)) }
    }
}

/// Whoever says "not relevant" where a rule says "relevant" has to say why, or would be answered the opposite.
fn denied_but_ruled(patch: &Patch, next: &Incident) -> Result<(), IncidentError> {
    let mut checks = Checks::default();
    for (flag, raise) in &patch.flags {
        if !raise && next.flags.has(*flag) {
            checks.fail("reason", "required", format!("is required to lower {flag}, which a rule raises"));
        }
    }
    if checks.0.is_empty() { Ok(()) } else { Err(IncidentError::Invalid(checks.0)) }
}

fn set_fields(next: &mut Incident, patch: &Patch) {
    if let Some(title) = &patch.title {
        next.title = title.trim().to_owned();
    }
    macro_rules! set {
        ($($field:ident $(. $sub:ident)? = $from:ident),+ $(,)?) => {$(
            if let Some(value) = &patch.$from { next.$field $(. $sub)? = value.clone(); }
        )+};
    }
    set! {
        summary = summary, severity = severity, category = category, level = level,
        disposition = disposition, country = country, location = location, sector = sector, asset = asset,
        agent_id = agent_id, impact.confidentiality = impact_confidentiality,
        impact.integrity = impact_integrity, impact.availability = impact_availability,
        occurred_at = occurred_at, detected_at = detected_at, aware_at = aware_at, tags = tags,
    }
}
