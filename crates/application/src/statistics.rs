//! The figures of CONTRACT §11, read from what is added up in rollups or from incidents themselves.

use crate::rollup::{Sums, figures, key};
use probatum_incident::{Category, Flag, Incident, Level, Priority};
use probatum_kernel::{EvidenceStatus, Timestamp};

/// The figures of a window. Their definitions are printed in the OpenAPI text.
#[derive(Debug, Clone, PartialEq)]
pub struct Statistics {
    /// Where the window begins.
    pub since: Timestamp,
    /// When it was looked at.
    pub now: Timestamp,
    /// Incidents created since.
    pub total: i64,
    /// Of them with priority P0 or P1 and not closed.
    pub open_p0_p1: i64,
    /// The share (0–1) with an evidence status other than gap; `None` without incidents.
    pub evidence_coverage: Option<f64>,
    /// How many have which flag raised.
    pub flags: Vec<(Flag, i64)>,
    /// Mean minutes from detection to leaving `open`, P0.
    pub mtta_p0_min: Option<f64>,
    /// Mean hours from detection to `contained`, P1.
    pub mttc_p1_h: Option<f64>,
    /// Mean hours from detection to `closed`.
    pub mttr_h: Option<f64>,
    /// By priority, `None` last.
    pub by_priority: Vec<(Option<Priority>, i64)>,
    /// By level.
    pub by_level: Vec<(Level, i64)>,
    /// By category.
    pub by_category: Vec<(Category, i64)>,
    /// By evidence status.
    pub by_evidence_status: Vec<(EvidenceStatus, i64)>,
    /// The share (0–1) of gaps; `None` without incidents.
    pub gap_share: Option<f64>,
    /// Whose SLA has run out without the response being closed.
    pub overdue: i64,
    /// Their actions that are open, approved or in progress.
    pub open_actions: i64,
    /// Their actions that wait for approval.
    pub pending_approvals: i64,
}

impl Statistics {
    /// The figures that follow from sums; `overdue` depends on the time and is counted apart.
    pub fn of(sums: &Sums, overdue: i64, since: Timestamp, now: Timestamp) -> Self {
        let get = |key| sums.get(key);
        let total = get(key::TOTAL);
        let gaps = get(key::evidence(EvidenceStatus::Gap));
        let mut by_priority: Vec<_> = Priority::ALL.iter().copied().map(Some).collect();
        by_priority.push(None);
        Self {
            since,
            now,
            total,
            open_p0_p1: get(key::OPEN_URGENT),
            evidence_coverage: share(total - gaps, total),
            flags: Flag::ALL.iter().map(|f| (*f, get(key::flag(*f)))).collect(),
            mtta_p0_min: mean(sums, key::TRIAGED_P0, 60_000),
            mttc_p1_h: mean(sums, key::CONTAINED_P1, 3_600_000),
            mttr_h: mean(sums, key::CLOSED, 3_600_000),
            by_priority: by_priority.into_iter().map(|p| (p, get(key::priority(p)))).collect(),
            by_level: Level::ALL.iter().map(|l| (*l, get(key::level(*l)))).collect(),
            by_category: Category::ALL.iter().map(|c| (*c, get(key::category(*c)))).collect(),
            by_evidence_status: EvidenceStatus::ALL.iter().map(|s| (*s, get(key::evidence(*s)))).collect(),
            gap_share: share(gaps, total),
            overdue,
            open_actions: get(key::OPEN_ACTIONS),
            pending_approvals: get(key::PENDING_APPROVALS),
        }
    }

    /// The same, counted from incidents that are at hand, each with its actions to be done and to be decided.
    pub fn count<'a>(
        incidents: impl IntoIterator<Item = (&'a Incident, i64, i64)>,
        since: Timestamp,
        now: Timestamp,
    ) -> Self {
        let (mut sums, mut overdue) = (Sums::default(), 0i64);
        for (incident, open, pending) in incidents.into_iter().filter(|(i, ..)| i.created_at >= since) {
            figures(incident).into_iter().for_each(|(key, n)| sums.count(key, n));
            sums.count(key::OPEN_ACTIONS, open);
            sums.count(key::PENDING_APPROVALS, pending);
            overdue += i64::from(incident.is_overdue(now));
        }
        Self::of(&sums, overdue, since, now)
    }
}

/// A share of a whole that is not empty.
fn share(part: i64, whole: i64) -> Option<f64> {
    ratio(part, whole)
}

/// The mean span under a key, in units of `unit` milliseconds.
fn mean(sums: &Sums, key: u32, unit: i64) -> Option<f64> {
    ratio(sums.get(key + 1), sums.get(key).saturating_mul(unit))
}

/// A quotient to six digits, exact in integers until the last step; `None` for a divisor that is not positive.
fn ratio(a: i64, b: i64) -> Option<f64> {
    const DIGITS: i128 = 1_000_000;
    if b <= 0 {
        return None;
    }
    let (a, b) = (i128::from(a), i128::from(b));
    let millionths = (a * DIGITS * 2 + b).div_euclid(b * 2);
    let (whole, rest) = (millionths.div_euclid(DIGITS), millionths.rem_euclid(DIGITS));
    let whole = i32::try_from(whole).unwrap_or(i32::MAX);
    let rest = i32::try_from(rest).unwrap_or(0);
    Some(f64::from(whole) + f64::from(rest) / 1_000_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_means_are_rounded_once() {
        assert_eq!(ratio(120, 128), Some(0.9375));
        assert_eq!(ratio(2, 3), Some(0.666667));
        assert_eq!(ratio(1, 0), None);
        assert_eq!(ratio(0, 7), Some(0.0));
        assert_eq!(ratio(7 * 60_000, 60_000), Some(7.0));
    }

    #[test]
    fn nothing_is_claimed_about_nothing() {
        let none = Statistics::count([], Timestamp::EPOCH, Timestamp::EPOCH);
        assert_eq!((none.total, none.overdue), (0, 0));
        assert_eq!([none.evidence_coverage, none.gap_share, none.mtta_p0_min, none.mttr_h], [None; 4]);
    }
}
