//! Figures on the wire.

use probatum_application::Statistics;
use probatum_incident::{Flag, Priority};
use probatum_kernel::Timestamp;
use serde::Serialize;
use serde_json::Number;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The flags the source document prints.
const PRINTED: [Flag; 3] = [Flag::AiSeriousIncident, Flag::Nis2Relevant, Flag::GdprBreach];

/// The figures of the incidents of a window: those created at or after `since`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Statistics)]
pub struct StatisticsView {
    /// How many incidents were created in the window.
    #[schema(minimum = 0)]
    total: i64,
    /// Of them, those with priority P0 or P1 whose response is not closed.
    #[schema(minimum = 0)]
    open_p0_p1: i64,
    /// The share (0-1, two decimals) whose evidence status is other than `gap`. Null without incidents.
    #[schema(value_type = Option<f64>)]
    evidence_coverage: Option<Number>,
    /// How many have these three flags raised; `by_flag` has all.
    flags: BTreeMap<&'static str, i64>,
    /// Mean time to acknowledge: whole minutes from `detected_at` (from `created_at` where it is not given) to first
    /// leaving `open` on either axis, which is `triaged_at`; over the incidents that now have priority P0 and left it.
    /// Null without any.
    #[schema(value_type = Option<f64>)]
    mtta_p0_min: Option<Number>,
    /// Mean time to contain: hours (one decimal) from `detected_at` (or `created_at`) to first being `contained`, over
    /// the incidents that now have priority P1 and were. Null without any.
    #[schema(value_type = Option<f64>)]
    mttc_p1_h: Option<Number>,
    /// Mean time to resolve: hours (one decimal) from `detected_at` (or `created_at`) to closing the response, over the
    /// incidents that are closed now, of any priority. Null without any.
    #[schema(value_type = Option<f64>)]
    mttr_h: Option<Number>,
    /// How many have which priority now; `none` has no priority.
    by_priority: BTreeMap<&'static str, i64>,
    /// How many are of which level.
    by_level: BTreeMap<&'static str, i64>,
    /// How many are of which category.
    by_category: BTreeMap<&'static str, i64>,
    /// How many have which evidence status now.
    by_evidence_status: BTreeMap<&'static str, i64>,
    /// How many have which flag raised now.
    by_flag: BTreeMap<&'static str, i64>,
    /// The share (0-1, two decimals) whose evidence status is `gap`. Null without incidents.
    #[schema(value_type = Option<f64>)]
    gap_share: Option<Number>,
    /// How many have an SLA that has run out (`sla_due_at` before `until`) without the response being closed.
    #[schema(minimum = 0)]
    overdue: i64,
    /// Response actions of these incidents that are `open`, `approved` or `in_progress`.
    #[schema(minimum = 0)]
    open_actions: i64,
    /// Response actions of these incidents that are `pending_approval`.
    #[schema(minimum = 0)]
    pending_approvals: i64,
    /// Where the window begins: its length before `until`, rounded down to the full hour (UTC).
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    /// When it was asked for.
    #[schema(value_type = String, format = DateTime)]
    until: Timestamp,
    /// In the demonstration only.
    #[serde(rename = "_note", skip_serializing_if = "Option::is_none")]
    note: Option<&'static str>,
}

impl StatisticsView {
    /// The view; `note` says what kind of data it is, if not real.
    pub fn new(s: &Statistics, note: Option<&'static str>) -> Self {
        let by_flag: BTreeMap<_, _> = s.flags.iter().map(|(f, n)| (f.as_str(), *n)).collect();
        let printed = s.flags.iter().filter(|(f, _)| PRINTED.contains(f));
        Self {
            total: s.total,
            open_p0_p1: s.open_p0_p1,
            evidence_coverage: number(s.evidence_coverage, 2),
            flags: printed.map(|(f, n)| (f.as_str(), *n)).collect(),
            mtta_p0_min: number(s.mtta_p0_min, 0),
            mttc_p1_h: number(s.mttc_p1_h, 1),
            mttr_h: number(s.mttr_h, 1),
            by_priority: s.by_priority.iter().map(|(p, n)| (priority(*p), *n)).collect(),
            by_level: s.by_level.iter().map(|(l, n)| (l.as_str(), *n)).collect(),
            by_category: s.by_category.iter().map(|(c, n)| (c.as_str(), *n)).collect(),
            by_evidence_status: s.by_evidence_status.iter().map(|(e, n)| (e.as_str(), *n)).collect(),
            by_flag,
            gap_share: number(s.gap_share, 2),
            overdue: s.overdue,
            open_actions: s.open_actions,
            pending_approvals: s.pending_approvals,
            since: s.since,
            until: s.now,
            note,
        }
    }
}

/// How a priority is called, or its absence.
pub fn priority(p: Option<Priority>) -> &'static str {
    p.map_or("none", Priority::as_str)
}

/// A number rounded to some decimals, without any that are zero: 18, not 18.0.
fn number(n: Option<f64>, decimals: i32) -> Option<Number> {
    let factor = 10f64.powi(decimals);
    let text = format!("{}", (n? * factor).round() / factor);
    serde_json::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use probatum_application::simulation;

    #[test]
    fn whole_numbers_have_no_decimals() {
        let text = |n, d| number(Some(n), d).map(|n| n.to_string());
        assert_eq!(text(131.0, 0).as_deref(), Some("131"));
        assert_eq!(text(0.9375, 2).as_deref(), Some("0.94"));
        assert_eq!(text(18.04, 1).as_deref(), Some("18"));
        assert_eq!(text(17.96, 1).as_deref(), Some("18"));
        assert_eq!(text(0.0, 2).as_deref(), Some("0"));
        assert_eq!(number(None, 2), None);
    }

    #[test]
    fn the_source_document_is_printed_word_for_word() {
        let figures = simulation::statistics("30d".parse().unwrap());
        let printed = serde_json::to_value(StatisticsView::new(&figures, Some(simulation::NOTE))).unwrap();
        let document = serde_json::json!({
            "total": 128, "open_p0_p1": 7, "evidence_coverage": 0.94,
            "flags": {"ai_serious_incident": 3, "nis2_relevant": 11, "gdpr_breach": 5},
            "mtta_p0_min": 131, "mttc_p1_h": 18, "_note": "demonstration data"
        });
        for (member, value) in document.as_object().unwrap() {
            assert_eq!(&printed[member], value, "{member}");
        }
    }
}
