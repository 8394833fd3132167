//! Every documented filter and sort of the list of incidents, with values the seeded data has.

use probatum_kernel::Timestamp;

/// Sorts, each also descending.
const SORTS: [&str; 5] = ["created_at", "updated_at", "severity", "priority", "status"];

/// Filters with the values tried; common ones and rare ones.
const FILTERS: &[(&str, &[&str])] = &[
    ("status", &["open", "triaged", "resolved", "contained"]),
    ("status_lifecycle", &["open", "triage", "contained", "remediated", "verified", "closed"]),
    ("severity", &["low", "medium", "high", "critical"]),
    ("type", &["phishing", "ransomware"]),
    ("category", &["prompt_injection", "model_theft", "other"]),
    ("priority", &["P0", "P1", "P2", "P3"]),
    ("level", &["L1_cyber", "L2_ai", "L3_legal", "L4_resilience"]),
    (
        "flags",
        &[
            "ai_act_relevant",
            "ai_serious_incident",
            "gdpr_breach",
            "nis2_relevant",
            "gdpr_personal_data,critical_infra",
        ],
    ),
    ("evidence_status", &["gap", "confirmed", "internal", "media_signal", "disputed", "simulation"]),
    ("agent_id", &["amber-01", "did:web:agents.example.org:raven"]),
    ("country", &["PL", "PT"]),
    ("sector", &["health", "finance", "space"]),
    ("overdue", &["true", "false"]),
    ("q", &["fictional", "payroll", "%22control%20room%22", "ransom*", "night%20heron", "1999"]),
];

/// A filter with a value, as a query string knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// The filter.
    pub name: &'static str,
    /// `name=value`.
    pub query: String,
}

/// Every filter with every value, the two of time among them.
pub fn filters(now: Timestamp) -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, values) in FILTERS {
        cases.extend(values.iter().map(|value| Case { name, query: format!("{name}={value}") }));
    }
    for name in ["created_after", "created_before"] {
        for days in [7, 180, 358] {
            cases.push(Case { name, query: format!("{name}={}", now.plus_hours(-24 * days)) });
        }
    }
    cases
}

/// Every sort, both ways.
pub fn sorts() -> Vec<String> {
    SORTS.iter().flat_map(|key| [format!("sort={key}"), format!("sort=-{key}")]).collect()
}

/// Texts beside those of the filters: several terms, and a beginning that very many words share.
const TEXTS: [&str; 4] = ["fictional%20payroll", "fictional%20ransom*", "%22night%20heron%22", "p*"];

/// Pages that are asked for beside the first.
const PAGES: [&str; 4] = ["page=2", "page=30", "per_page=100", "per_page=100&page=5"];

/// `n` searches, the same in every run: a text, with none to three different filters, in some order, on some page.
pub fn searches(of: &[Case], n: usize) -> Vec<String> {
    let mut dice = (0_u64..).map(mix);
    let mut roll = |sides: usize| usize::try_from(dice.next().unwrap_or(0) >> 32).unwrap_or(0) % sides.max(1);
    let (texts, others): (Vec<&Case>, Vec<&Case>) = of.iter().partition(|case| case.name == "q");
    let mut texts: Vec<String> = texts.into_iter().map(|case| case.query.clone()).collect();
    texts.extend(TEXTS.map(|text| format!("q={text}")));
    let sorts = sorts();
    let mut searches = Vec::new();
    while searches.len() < n {
        let mut parts: Vec<&str> = texts.get(roll(texts.len())).map(String::as_str).into_iter().collect();
        let mut chosen: Vec<&Case> = Vec::new();
        for _ in 0..roll(4) {
            let fits = |case: &&&Case| chosen.iter().all(|other| differ(other, case));
            chosen.extend(others.get(roll(others.len())).filter(fits));
        }
        parts.extend(chosen.iter().map(|case| case.query.as_str()));
        parts.extend(sorts.get(roll(sorts.len() * 2)).map(String::as_str));
        parts.extend(PAGES.get(roll(PAGES.len() * 3)));
        searches.push(parts.join("&"));
    }
    searches
}

/// `n` combinations of three different filters, the same in every run.
pub fn combinations(of: &[Case], n: u64) -> Vec<String> {
    let mut dice = (0_u64..).map(mix);
    let mut pick = || {
        let roll = usize::try_from(dice.next().unwrap_or(0) >> 32).unwrap_or(0);
        of.get(roll % of.len().max(1))
    };
    let mut combinations = Vec::new();
    for _ in 0..n {
        let mut three: Vec<&Case> = Vec::new();
        while three.len() < 3 {
            let Some(case) = pick() else { return combinations };
            if three.iter().all(|other| differ(other, case)) {
                three.push(case);
            }
        }
        combinations.push(three.iter().map(|case| case.query.as_str()).collect::<Vec<_>>().join("&"));
    }
    combinations
}

/// Whether two filters may stand together: of other names, and about something else.
fn differ(a: &Case, b: &Case) -> bool {
    a.name != b.name && field(a) != field(b)
}

/// What a filter is about: `type` is the alert contract's word for the category, and `status` reads either axis.
fn field(case: &Case) -> &'static str {
    match case.query.as_str() {
        "status=contained" => "status_lifecycle",
        query if query.starts_with("type=") => "category",
        _ => case.name,
    }
}

/// SplitMix64's n-th number.
fn mix(n: u64) -> u64 {
    let z = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn searches_are_of_one_text_and_no_filter_twice() {
        let cases = filters("2026-11-21T00:00:00Z".parse().unwrap());
        let all = searches(&cases, 300);
        assert_eq!(all, searches(&cases, 300));
        for query in &all {
            let mut names: Vec<_> = query.split('&').map(|part| part.split('=').next().unwrap()).collect();
            assert_eq!(names[0], "q");
            names.sort_unstable();
            let parts = names.len();
            names.dedup();
            assert_eq!(names.len(), parts, "{query}");
        }
        for part in ["q=p*", "q=fictional", "sort=-severity", "country=PT", "created_before="] {
            assert!(all.iter().any(|query| query.contains(part)), "{part}");
        }
        assert!(all.iter().any(|query| !query.contains('&')), "a text alone");
    }

    #[test]
    fn combinations_are_of_three_different_filters_and_the_same_every_time() {
        let cases = filters("2026-11-21T00:00:00Z".parse().unwrap());
        let all = combinations(&cases, 300);
        assert_eq!(all, combinations(&cases, 300));
        for query in &all {
            let mut names: Vec<_> = query.split('&').map(|part| part.split('=').next().unwrap()).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), 3, "{query}");
        }
        let used: std::collections::BTreeSet<_> = all.iter().flat_map(|q| q.split('&')).collect();
        assert_eq!(used.len(), cases.len(), "every case is part of a combination");
    }
}
