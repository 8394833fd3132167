//! What a list must answer, computed from all incidents in plain Rust.

use probatum_application::{IncidentFilter, IncidentQuery, SearchQuery};
use probatum_incident::Incident;
use probatum_kernel::{MAX_DEPTH, Position, Sort, SortKey, Timestamp, Total};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Mutex;

/// An incident and its words.
pub struct Known {
    /// The incident, without what lists leave out.
    pub incident: Incident,
    words: Vec<String>,
}

/// What a list must answer.
pub struct Expected<'a> {
    /// The rows of the page.
    pub rows: Vec<&'a Incident>,
    /// How many match.
    pub total: Total,
    /// Whether there is a page after this one.
    pub more: bool,
}

/// Prepares incidents for [`page`].
pub fn know(incidents: &[Incident]) -> Vec<Known> {
    incidents
        .iter()
        .map(|i| Known { incident: Incident { raw_data: None, ..i.clone() }, words: words_of(i) })
        .collect()
}

/// All that match, in order.
pub fn all<'a>(known: &'a [Known], query: &IncidentQuery) -> Vec<&'a Incident> {
    let found = known.iter().filter(|k| matches(k, &query.filter, query.now));
    let mut found: Vec<&Incident> = found.map(|k| &k.incident).collect();
    found.sort_by(|a, b| order(query.sort, a, b));
    found
}

/// The page a query asks for.
pub fn page<'a>(known: &'a [Known], query: &IncidentQuery) -> Expected<'a> {
    let found = all(known, query);
    let n = u32::try_from(found.len()).unwrap();
    let total = if n > MAX_DEPTH { Total::AtLeast(MAX_DEPTH) } else { Total::Exactly(n) };
    let from = match &query.page.position {
        Position::Number(page) => usize::try_from((page - 1) * query.page.per_page).unwrap(),
        Position::After(cursor) => {
            let at = found.iter().position(|i| i.id.uuid() == cursor.id);
            at.expect("the cursor names a row of this list") + 1
        }
    };
    let take = usize::try_from(query.page.per_page).unwrap();
    let more = found.len() > from + take;
    Expected { rows: found.into_iter().skip(from).take(take).collect(), total, more }
}

fn matches(known: &Known, f: &IncidentFilter, now: Timestamp) -> bool {
    let i = &known.incident;
    fn same<T: PartialEq>(wanted: &Option<T>, is: Option<&T>) -> bool {
        wanted.as_ref().is_none_or(|w| is == Some(w))
    }
    same(&f.status, Some(&i.status))
        && same(&f.lifecycle, Some(&i.lifecycle))
        && same(&f.severity, Some(&i.severity.band()))
        && f.severity_score.is_none_or(|score| i.severity.score() == score)
        && same(&f.category, Some(&i.category))
        && same(&f.priority, i.priority.as_ref())
        && same(&f.level, Some(&i.level))
        && f.flags.iter().all(|flag| i.flags.has(flag))
        && same(&f.evidence_status, Some(&i.evidence_status))
        && same(&f.agent_id, i.agent_id.as_ref())
        && same(&f.country, i.country.as_ref())
        && same(&f.sector, i.sector.as_ref())
        && f.created_after.is_none_or(|t| i.created_at > t)
        && f.created_before.is_none_or(|t| i.created_at < t)
        && f.overdue.is_none_or(|overdue| i.is_overdue(now) == overdue)
        && f.text.as_ref().is_none_or(|q| terms(&asked(q)).iter().all(|term| says(&known.words, term)))
}

/// A text query, which the model remembers as it was asked: how words are kept is no business of a model's.
pub fn text(asked: &str) -> Option<SearchQuery> {
    let query = SearchQuery::parse(asked)?;
    let kept = ASKED.lock().unwrap().insert(format!("{query:?}"), asked.to_owned());
    let same = kept.as_deref().is_none_or(|other| terms(other) == terms(asked));
    assert!(same, "{asked:?} and {kept:?} are not the same question, but have the same query {query:?}");
    Some(query)
}

static ASKED: Mutex<BTreeMap<String, String>> = Mutex::new(BTreeMap::new());

fn asked(query: &SearchQuery) -> String {
    ASKED.lock().unwrap().get(&format!("{query:?}")).expect("a query made by text()").clone()
}

/// The words of each term, and whether the last is only a beginning.
fn terms(asked: &str) -> Vec<(Vec<String>, bool)> {
    let mut terms = Vec::new();
    for (n, part) in asked.split('"').enumerate() {
        if n % 2 == 1 {
            terms.push((words(part), false));
        } else {
            terms.extend(part.split_whitespace().map(|t| (words(t), t.ends_with('*'))));
        }
    }
    terms.retain(|(words, _)| !words.is_empty());
    terms
}

/// Whether the words hold the term's in a row, the last one perhaps only begun.
fn says(words: &[String], (term, begun): &(Vec<String>, bool)) -> bool {
    let (last, first) = term.split_last().unwrap();
    words.windows(term.len()).any(|w| {
        let (end, begin) = w.split_last().unwrap();
        begin == first && if *begun { end.starts_with(last) } else { end == last }
    })
}

/// The words of each text, and something that is no word between them: no phrase reaches from one into the next.
fn words_of(i: &Incident) -> Vec<String> {
    let parts =
        [Some(i.title.as_str()), i.summary.as_deref(), i.source.as_deref(), Some(i.category.as_str())];
    let parts = parts.into_iter().flatten().chain(i.tags.iter().map(String::as_str));
    parts.flat_map(|part| words(part).into_iter().chain(["|".to_owned()])).collect()
}

fn words(text: &str) -> Vec<String> {
    let text = text.to_lowercase();
    text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_owned).collect()
}

fn order(sort: Sort, a: &Incident, b: &Incident) -> Ordering {
    let urgency = |i: &Incident| i.priority.map_or(0, |p| 4 - p.ordinal());
    let by_key = match sort.key {
        SortKey::CreatedAt => a.created_at.cmp(&b.created_at),
        SortKey::UpdatedAt => a.updated_at.cmp(&b.updated_at),
        SortKey::Severity => a.severity.cmp(&b.severity),
        SortKey::Priority => urgency(a).cmp(&urgency(b)),
        SortKey::Status => a.status.cmp(&b.status),
    };
    let order = by_key.then(a.id.cmp(&b.id));
    if sort.descending { order.reverse() } else { order }
}
