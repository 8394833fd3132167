//! The demonstration: fixed, invented incidents in the program itself, never in a database and never mixed with records.
//!
//! They are put through the domain's own commands, so that they obey the doctrine, and the figures shown with them are
//! counted from them. The demonstration has a clock of its own that stands still: the same is shown every day.

mod cases;
mod filter;

use crate::error::AppError;
use crate::query::{IncidentList, IncidentQuery};
use crate::statistics::Statistics;
use crate::window::Window;
use probatum_incident::{Incident, Priority};
use probatum_kernel::{Cursor, Position, SortKey, Timestamp, Total};
use std::sync::LazyLock;

/// What every answer of the demonstration says.
pub const NOTE: &str = "demonstration data";

/// An invented incident, with its actions to be done and to be decided.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// The incident.
    pub incident: Incident,
    /// Actions that are open, approved or in progress.
    pub open_actions: i64,
    /// Actions that wait for approval.
    pub pending_approvals: i64,
}

/// 2026-07-05T12:00:00Z, when the clock of the demonstration stood still.
const NOW_MS: i64 = 1_783_252_800_000;

static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| cases::invented(now()));

/// All cases, the oldest first.
pub fn cases() -> &'static [Case] {
    &CASES
}

/// The time in the demonstration.
pub fn now() -> Timestamp {
    Timestamp::from_millis(NOW_MS).unwrap_or(Timestamp::EPOCH)
}

/// The figures of a window that ends when the clock stood still.
pub fn statistics(window: Window) -> Statistics {
    let counted = cases().iter().map(|c| (&c.incident, c.open_actions, c.pending_approvals));
    Statistics::count(counted, window.since(now()), now())
}

/// A page of the invented incidents, filtered and sorted as the real list is.
pub fn list(query: &IncidentQuery) -> Result<IncidentList, AppError> {
    let query = IncidentQuery { now: now(), ..query.clone() };
    let mut found: Vec<&Incident> =
        cases().iter().map(|c| &c.incident).filter(|i| filter::holds(&query.filter, i, query.now)).collect();
    let place = |i: &Incident| (value(i, query.sort.key), i.id);
    found.sort_by_key(|i| place(i));
    if query.sort.descending {
        found.reverse();
    }
    let total = i64::try_from(found.len()).unwrap_or(i64::MAX);
    let size = usize::try_from(query.page.per_page).unwrap_or(usize::MAX);
    let after = match &query.page.position {
        Position::Number(_) => usize::try_from(query.page.offset()).unwrap_or(usize::MAX),
        Position::After(cursor) => {
            let last = (cursor.value, probatum_kernel::IncidentId::from_uuid(cursor.id));
            let before =
                |i: &&Incident| if query.sort.descending { place(i) >= last } else { place(i) <= last };
            found.iter().take_while(|i| before(i)).count()
        }
    };
    let more = found.len() > after.saturating_add(size);
    let rows: Vec<Incident> = found.into_iter().skip(after).take(size).cloned().collect();
    let next = rows.last().filter(|_| more).map(|last| {
        let (value, id) = place(last);
        Cursor { sort: query.sort, value, id: id.uuid() }
    });
    Ok(IncidentList { rows, total: Total::from_capped(total), next })
}

/// What an incident is sorted by; the id, which has the time of creation, decides between equals.
fn value(i: &Incident, key: SortKey) -> i64 {
    match key {
        SortKey::CreatedAt => 0,
        SortKey::UpdatedAt => i.updated_at.millis(),
        SortKey::Severity => i.severity.score().into(),
        SortKey::Priority => i.priority.map_or(0, |p| 4 - i64::from(p.ordinal())),
        SortKey::Status => i.status.ordinal().into(),
    }
}

/// Whether a priority takes part in what the figures of the demonstration call urgent.
fn urgent(priority: Option<Priority>) -> bool {
    priority.is_some_and(|p| p <= Priority::P1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::IncidentFilter;
    use probatum_incident::{Category, Flag, Level};
    use probatum_kernel::{Page, Sort};
    use std::collections::BTreeSet;

    #[test]
    fn the_figures_are_those_of_the_source_document() {
        let s = statistics("30d".parse().unwrap());
        let flag = |f: Flag| s.flags.iter().find(|(g, _)| *g == f).unwrap().1;
        assert_eq!((s.total, s.open_p0_p1), (128, 7));
        assert_eq!(s.evidence_coverage, Some(0.9375));
        assert_eq!([Flag::AiSeriousIncident, Flag::Nis2Relevant, Flag::GdprBreach].map(flag), [3, 11, 5]);
        assert_eq!((s.mtta_p0_min, s.mttc_p1_h), (Some(131.0), Some(18.0)));
        assert!(s.overdue > 0 && s.open_actions > 0 && s.pending_approvals > 0 && s.mttr_h.is_some());
        assert!(statistics("1d".parse().unwrap()).total < 10);
    }

    #[test]
    fn the_cases_are_rich() {
        let incidents: Vec<&Incident> = cases().iter().map(|c| &c.incident).collect();
        let has = |what: &dyn Fn(&Incident) -> String| {
            incidents.iter().map(|i| what(i)).collect::<BTreeSet<_>>().len()
        };
        assert_eq!(incidents.len(), 128);
        assert_eq!(has(&|i| i.id.to_string()), 128);
        assert_eq!(has(&|i| i.category.to_string()), Category::ALL.len());
        assert_eq!(has(&|i| i.level.to_string()), Level::ALL.len());
        assert_eq!(has(&|i| format!("{:?}", i.priority)), 5);
        assert!(has(&|i| i.country.unwrap().to_string()) >= 20);
        assert!(has(&|i| format!("{:?}", i.sector)) >= 20);
        assert_eq!(has(&|i| i.evidence_status.to_string()), 7);
        assert_eq!(has(&|i| i.lifecycle.to_string()), 6);
        assert!(incidents.is_sorted_by_key(|i| i.created_at));
        assert!(incidents.iter().all(|i| i.updated_at <= now()));
    }

    #[test]
    fn pages_and_cursors_walk_every_order() {
        for sort in ["-created_at", "severity", "-priority", "status", "-updated_at"] {
            let sort: Sort = sort.parse().unwrap();
            let (mut seen, mut cursor) = (Vec::new(), None);
            loop {
                let page = Page::new(None, Some(17), cursor).unwrap();
                let filter = IncidentFilter::default();
                let found = list(&IncidentQuery { filter, sort, page, now: Timestamp::EPOCH }).unwrap();
                assert_eq!(found.total, Total::Exactly(128));
                seen.extend(found.rows.into_iter().map(|i| i.id));
                cursor = found.next;
                if cursor.is_none() {
                    break;
                }
            }
            assert_eq!(seen.len(), 128, "{sort}");
            assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 128, "{sort}");
        }
    }
}
