//! Deadlines, how they moved, and decisions about them on the wire.

use super::incomplete;
use crate::vocabulary as words;
use probatum_application::AppError;
use probatum_application::ports::{ListedClock, StoredWaiver};
use probatum_application::use_cases::deadlines::{DueClock, NewWaiver};
use probatum_compliance_export::{ClockChange, Limb, MissingField, Reason, Regime, Rule, Snapshot, Step};
use probatum_kernel::{IncidentId, PublicId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// A span as ISO 8601 writes it, of whole seconds; with a minus sign if it is past.
fn span(seconds: i64) -> String {
    let left = seconds.unsigned_abs();
    let (days, hours, minutes, seconds_left) = (left / 86_400, left / 3_600 % 24, left / 60 % 60, left % 60);
    let mut text = if seconds < 0 { "-P".to_owned() } else { "P".to_owned() };
    if days > 0 {
        text.push_str(&format!("{days}D"));
    }
    if !left.is_multiple_of(86_400) || days == 0 {
        text.push('T');
        for (n, unit) in [(hours, 'H'), (minutes, 'M'), (seconds_left, 'S')] {
            if n > 0 || (unit == 'S' && left == 0) {
                text.push_str(&format!("{n}{unit}"));
            }
        }
    }
    text
}

/// Whole seconds from `now` to `due`.
fn seconds(due: Timestamp, now: Timestamp) -> i64 {
    due.millis().saturating_sub(now.millis()).div_euclid(1000)
}

/// Why a deadline stands as it does.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeadlineReason)]
pub struct ReasonView {
    text: String,
    /// The person who decided; absent if a rule did.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<Timestamp>,
}

impl From<Reason> for ReasonView {
    fn from(r: Reason) -> Self {
        Self { text: r.text, by: r.by.map(|by| by.to_string()), at: r.at }
    }
}

/// A rule that applies, and when it alone would have the report.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeadlineLimb)]
pub struct LimbView {
    rule_id: String,
    #[schema(value_type = String, format = DateTime)]
    due_at: Timestamp,
}

impl From<Limb> for LimbView {
    fn from(l: Limb) -> Self {
        Self { rule_id: l.rule_id, due_at: l.due_at }
    }
}

/// A required field nobody stated.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeadlineMissing)]
pub struct MissingView {
    /// Its path in the facts, or `incident.` and a field of the incident.
    #[schema(example = "cross_border.possible")]
    field: String,
    /// The act and the article that ask for it.
    law: String,
    message: String,
}

impl From<MissingField> for MissingView {
    fn from(m: MissingField) -> Self {
        Self { field: m.field, law: m.law, message: m.message }
    }
}

/// The clock of one duty of an incident.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Deadline)]
pub struct DeadlineView {
    #[schema(value_type = words::Regime)]
    regime: &'static str,
    /// The duty.
    #[schema(value_type = words::Duty)]
    step: &'static str,
    /// The phase of the report that meets it; null if it is met otherwise.
    #[schema(value_type = Option<words::ReportPhase>)]
    phase: Option<&'static str>,
    #[schema(value_type = words::ClockState)]
    state: &'static str,
    /// When it is due, to the letter: elapsed time, or the same local time a month later. Null while it waits, if the
    /// law has no number, or if it does not apply.
    #[schema(value_type = Option<String>, format = DateTime)]
    due_at: Option<Timestamp>,
    /// What is left, ISO 8601; with a minus sign what it is over. Null without a due time, or once met.
    #[schema(example = "PT23H30M")]
    remaining: Option<String>,
    remaining_seconds: Option<i64>,
    /// The latest time the law may grant (end of day, working days); shown only, no state heeds it.
    #[schema(value_type = Option<String>, format = DateTime)]
    legal_latest_at: Option<Timestamp>,
    /// Counted from when the report before is due, because that one is not submitted yet.
    estimated: bool,
    /// What it counts from: a moment of the incident, or `RULE.submitted_at`.
    #[schema(example = "aware_at")]
    anchor: String,
    #[schema(value_type = Option<String>, format = DateTime)]
    anchor_at: Option<Timestamp>,
    /// The moment it waits for; set it, and the clock runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    waiting_for: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    met_at: Option<Timestamp>,
    /// The report that met it.
    #[serde(skip_serializing_if = "Option::is_none")]
    met_by: Option<String>,
    /// Why it does not apply, or why a decision that it does not no longer counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<ReasonView>,
    /// Whether it binds in this case; if not, the report is voluntary.
    binding: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    binding_from: Option<String>,
    /// The rule that binds: of those that apply, the one that is due first.
    #[schema(example = "nis2.ew")]
    rule: String,
    /// Every rule that applies.
    rules: Vec<LimbView>,
    /// The version of the rules.
    rule_version: String,
    #[schema(example = "Directive (EU) 2022/2555, Art. 23(4)(a)")]
    law: String,
    recipient: String,
    /// How sure the figures are: V2 (read in the official text), V1, U (unsettled).
    confidence: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    /// What its report still lacks. For those who may read facts, while it is owed.
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<Vec<MissingView>>,
}

impl From<DueClock> for DeadlineView {
    fn from(due: DueClock) -> Self {
        let c = due.clock;
        Self {
            regime: c.regime.as_str(),
            step: c.step.as_str(),
            phase: c.phase.map(|p| p.as_str()),
            state: c.state.as_str(),
            due_at: c.due_at,
            remaining: c.remaining_seconds.map(span),
            remaining_seconds: c.remaining_seconds,
            legal_latest_at: c.legal_latest_at,
            estimated: c.estimated,
            anchor: c.anchor,
            anchor_at: c.anchor_at,
            waiting_for: c.waiting_for,
            met_at: c.met_at,
            met_by: due.met_by,
            reason: c.reason.map(ReasonView::from),
            binding: c.binding,
            binding_from: c.binding_from.map(|day| day.to_string()),
            rule: c.rule_id,
            rules: c.limbs.into_iter().map(LimbView::from).collect(),
            rule_version: c.rule_version,
            law: c.law,
            recipient: c.recipient,
            confidence: c.confidence,
            note: c.note,
            missing: due.missing.map(|all| all.into_iter().map(MissingView::from).collect()),
        }
    }
}

/// A deadline of some incident, as it stood when it was last computed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WatchedDeadline)]
pub struct WatchedView {
    #[schema(value_type = String)]
    incident_id: IncidentId,
    #[schema(value_type = String, example = "INC-2026-0042")]
    public_id: PublicId,
    title: String,
    #[schema(value_type = words::Regime)]
    regime: &'static str,
    #[schema(value_type = words::Duty)]
    step: &'static str,
    #[schema(value_type = Option<words::ReportPhase>)]
    phase: Option<&'static str>,
    #[schema(value_type = words::ClockState)]
    state: &'static str,
    #[schema(value_type = Option<String>, format = DateTime)]
    due_at: Option<Timestamp>,
    /// What is left, ISO 8601; with a minus sign what it is over. Null without a due time, or once met.
    remaining: Option<String>,
    remaining_seconds: Option<i64>,
    estimated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    met_at: Option<Timestamp>,
    rule: String,
    rule_version: String,
    /// Absent if the rule is one of an earlier version.
    #[serde(skip_serializing_if = "Option::is_none")]
    law: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recipient: Option<String>,
}

impl WatchedView {
    /// The view at `now`; `rule` is the one it follows, if that is still known.
    pub fn new(listed: ListedClock, rule: Option<&Rule>, now: Timestamp) -> Self {
        let s = listed.clock.snapshot;
        let left = s.due_at.filter(|_| s.met_at.is_none()).map(|due| seconds(due, now));
        Self {
            incident_id: listed.incident,
            public_id: listed.public_id,
            title: listed.title,
            regime: listed.clock.regime.as_str(),
            step: listed.clock.step.as_str(),
            phase: rule.and_then(|r| r.phase).map(|p| p.as_str()),
            state: s.state.as_str(),
            due_at: s.due_at,
            remaining: left.map(span),
            remaining_seconds: left,
            estimated: s.estimated,
            met_at: s.met_at,
            rule: s.rule_id,
            rule_version: s.rule_version,
            law: rule.map(|r| r.law.clone()),
            recipient: rule.map(|r| r.recipient.clone()),
        }
    }
}

/// A deadline as it was at one time.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeadlineSnapshot)]
pub struct SnapshotView {
    #[schema(value_type = words::ClockState)]
    state: &'static str,
    #[schema(value_type = Option<String>, format = DateTime)]
    due_at: Option<Timestamp>,
    estimated: bool,
    anchor: String,
    #[schema(value_type = Option<String>, format = DateTime)]
    anchor_at: Option<Timestamp>,
    rule: String,
    rule_version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    met_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_by: Option<String>,
}

impl From<Snapshot> for SnapshotView {
    fn from(s: Snapshot) -> Self {
        Self {
            state: s.state.as_str(),
            due_at: s.due_at,
            estimated: s.estimated,
            anchor: s.anchor,
            anchor_at: s.anchor_at,
            rule: s.rule_id,
            rule_version: s.rule_version,
            met_at: s.met_at,
            reason: s.reason,
            decided_by: s.decided_by.map(|by| by.to_string()),
        }
    }
}

/// How a deadline moved.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeadlineChange)]
pub struct ChangeView {
    /// Its number within the incident, from 1.
    number: u32,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    #[schema(value_type = words::Regime)]
    regime: &'static str,
    #[schema(value_type = words::Duty)]
    step: &'static str,
    #[schema(value_type = words::ClockChangeKind)]
    change: &'static str,
    /// Null if it is seen for the first time.
    before: Option<SnapshotView>,
    /// Null if no rule knows the duty any more.
    after: Option<SnapshotView>,
}

impl From<(u32, ClockChange)> for ChangeView {
    fn from((number, c): (u32, ClockChange)) -> Self {
        Self {
            number,
            at: c.at,
            regime: c.regime.as_str(),
            step: c.step.as_str(),
            change: c.kind.as_str(),
            before: c.before.map(SnapshotView::from),
            after: c.after.map(SnapshotView::from),
        }
    }
}

/// A decision that a duty does not apply.
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = WaiveDuty)]
pub struct Waive {
    #[validate(required)]
    #[schema(value_type = words::Regime, required = true)]
    regime: Option<Regime>,
    /// The duty; every duty of the regime, if left out.
    #[schema(value_type = Option<words::Duty>)]
    step: Option<Step>,
    /// Why, 1-2000 characters.
    #[validate(required)]
    #[schema(required = true)]
    reason: Option<String>,
}

impl Waive {
    /// The command.
    pub fn command(self) -> Result<NewWaiver, AppError> {
        let (Some(regime), Some(reason)) = (self.regime, self.reason) else { return Err(incomplete()) };
        Ok(NewWaiver { regime, step: self.step, reason })
    }
}

/// Why a decision is withdrawn.
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = WithdrawWaiver)]
pub struct Withdraw {
    /// Why, 1-2000 characters.
    #[validate(required)]
    #[schema(required = true)]
    reason: Option<String>,
}

impl Withdraw {
    /// The reason.
    pub fn command(self) -> Result<String, AppError> {
        self.reason.ok_or_else(incomplete)
    }
}

/// Who withdrew a decision, when and why.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Withdrawal)]
pub struct WithdrawalView {
    by: String,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    reason: String,
}

/// A decision that a duty does not apply, and what became of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Waiver)]
pub struct WaiverView {
    /// Its number within the incident, from 1.
    number: u32,
    #[schema(value_type = words::Regime)]
    regime: &'static str,
    /// The duty; null means every duty of the regime.
    #[schema(value_type = Option<words::Duty>)]
    step: Option<&'static str>,
    reason: String,
    #[schema(example = "legal:anowak")]
    decided_by: String,
    #[schema(value_type = String, format = DateTime)]
    decided_at: Timestamp,
    /// Null as long as it counts.
    withdrawn: Option<WithdrawalView>,
}

impl From<StoredWaiver> for WaiverView {
    fn from(w: StoredWaiver) -> Self {
        Self {
            number: w.number,
            regime: w.waiver.regime.as_str(),
            step: w.waiver.step.map(|s| s.as_str()),
            reason: w.waiver.reason,
            decided_by: w.waiver.by.to_string(),
            decided_at: w.waiver.at,
            withdrawn: w.withdrawn.map(|(by, at, reason)| WithdrawalView { by: by.to_string(), at, reason }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_written_as_iso_8601_has_them() {
        let cases = [
            (0, "PT0S"),
            (59, "PT59S"),
            (3_600, "PT1H"),
            (84_600, "PT23H30M"),
            (86_400, "P1D"),
            (90_061, "P1DT1H1M1S"),
            (-1, "-PT1S"),
            (-172_800, "-P2D"),
        ];
        for (seconds, text) in cases {
            assert_eq!(span(seconds), text);
        }
    }
}
