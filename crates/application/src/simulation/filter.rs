//! The filters of the list, asked of one incident at hand.

use crate::indicators::Sources;
use crate::query::IncidentFilter;
use crate::search::{SearchQuery, Term, index_word, marks, search_text};
use probatum_incident::Incident;
use probatum_kernel::Timestamp;

/// Whether all filters hold.
pub(super) fn holds(f: &IncidentFilter, i: &Incident, now: Timestamp) -> bool {
    fn same<T: PartialEq>(wanted: Option<T>, is: Option<T>) -> bool {
        wanted.is_none() || wanted == is
    }
    same(f.status, Some(i.status))
        && same(f.lifecycle, Some(i.lifecycle))
        && same(f.severity, Some(i.severity.band()))
        && same(f.severity_score, Some(i.severity.score()))
        && same(f.category, Some(i.category))
        && same(f.priority, i.priority)
        && same(f.level, Some(i.level))
        && f.flags.iter().all(|flag| i.flags.has(flag))
        && same(f.evidence_status, Some(i.evidence_status))
        && same(f.agent_id.as_ref(), i.agent_id.as_ref())
        && same(f.country, i.country)
        && same(f.sector, i.sector)
        && f.created_after.is_none_or(|t| i.created_at > t)
        && f.created_before.is_none_or(|t| i.created_at < t)
        && f.overdue.is_none_or(|overdue| i.is_overdue(now) == overdue)
        && f.text.as_ref().is_none_or(|text| says(text, i))
}

/// Whether every term stands in the incident's words, in a row; of a prefix, the last word may only begin so.
fn says(text: &SearchQuery, i: &Incident) -> bool {
    let text_of = search_text(i, &[]);
    let words: Vec<&str> = text_of.split(' ').collect();
    text.0.iter().all(|term| stands(term, &words))
}

fn stands(term: &Term, words: &[&str]) -> bool {
    let mark = marks(Sources::NONE).first().copied().unwrap_or_default();
    let wanted: Vec<String> = term.words.iter().map(|w| index_word(mark, w)).collect();
    let Some((last, first)) = wanted.split_last() else { return false };
    words.windows(wanted.len()).any(|there| match there.split_last() {
        Some((end, begin)) => {
            let whole = begin.iter().zip(first).all(|(is, wanted)| is == wanted);
            whole && if term.prefix { end.starts_with(last.as_str()) } else { end == last }
        }
        None => false,
    })
}
