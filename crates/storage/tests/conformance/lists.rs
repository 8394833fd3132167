//! Lists: rows, order, totals and cursors are what plain Rust makes of all incidents, for every filter, sort and mix.

use crate::support::*;
use model::Known;
use probatum_application::{IncidentFilter, IncidentQuery};
use probatum_incident::*;
use probatum_kernel::{EvidenceStatus, Page, Position, Sort, SortKey, Timestamp};
use probatum_tests::Engine;

probatum_tests::on_both! {
    own: every_filter_with_every_sort, random_mixes, cursors_walk_the_whole_list, common_values_beside_rare_ones,
        totals_end_at_ten_thousand, rows_may_come_in_any_order, changed_and_deleted_rows_leave_the_lists;
}

/// Before the SLA of about half of those that have one.
fn now() -> Timestamp {
    Timestamp::from_millis(BASE).unwrap().plus_hours(24 * 7)
}

pub fn query(filter: IncidentFilter, sort: Sort) -> IncidentQuery {
    IncidentQuery { filter, sort, page: Page { per_page: 100, ..Page::FIRST }, now: now() }
}

/// Every order there is.
pub fn sorts() -> Vec<Sort> {
    SortKey::ALL
        .iter()
        .flat_map(|key| [true, false].map(|descending| Sort { key: *key, descending }))
        .collect()
}

/// Every filter alone, with every value it has (of words, agents and times: a few).
pub fn filters() -> Vec<IncidentFilter> {
    let mut filters = vec![IncidentFilter::default()];
    macro_rules! each {
        ($($field:ident: $values:expr),+ $(,)?) => {$(
            filters.extend($values.into_iter().map(|v| IncidentFilter { $field: v, ..IncidentFilter::default() }));
        )+};
    }
    fn some<T: Copy>(values: &[T]) -> Vec<Option<T>> {
        values.iter().copied().map(Some).collect()
    }
    let time = |hours| Some(Timestamp::from_millis(BASE).unwrap().plus_hours(hours));
    each! {
        status: some(QueueStatus::ALL),
        lifecycle: some(Lifecycle::ALL),
        severity: some(Band::ALL),
        severity_score: [0, 4, 10].map(Some),
        category: some(Category::ALL),
        priority: some(Priority::ALL),
        level: some(Level::ALL),
        flags: Flag::ALL.iter().map(|f| Flags::NONE.with(*f)),
        evidence_status: some(EvidenceStatus::ALL),
        agent_id: ["b1f2...-agent", "ąę", "nobody"].map(|a| Some(a.parse().unwrap())),
        country: ["PL", "AD", "ZW", "FR"].map(|c| Some(c.parse().unwrap())),
        sector: some(Sector::ALL),
        created_after: [time(0), time(48), time(24 * 365)],
        created_before: [time(0), time(48), time(24 * 365)],
        overdue: [Some(true), Some(false)],
        text: ["ransomware", "żółw", "\"Straße 2026\"", "ran*", "nowhere"].map(model::text),
    }
    filters
}

/// Asks the database and the model.
#[track_caller]
fn check(bed: &Bed, known: &[Known], query: &IncidentQuery) {
    let (expected, asked) = (model::page(known, query), query.clone());
    let got = bed.read(move |tx| tx.list_incidents(&asked)).unwrap();
    let name = |i: &Incident| i.public_id.to_string();
    let names: Vec<String> = expected.rows.iter().map(|i| name(i)).collect();
    assert_eq!(got.rows.iter().map(name).collect::<Vec<_>>(), names, "{query:?}");
    assert!(got.rows.iter().eq(expected.rows), "{query:?}");
    assert_eq!((got.total, got.next.is_some()), (expected.total, expected.more), "{query:?}");
}

fn filled(engine: Engine, all: &[Incident]) -> (Bed, Vec<Known>) {
    let bed = Bed::new(engine);
    bed.insert(all);
    (bed, model::know(all))
}

fn every_filter_with_every_sort(engine: Engine) {
    let (bed, known) = filled(engine, &incidents(19, 400));
    for filter in filters() {
        for sort in sorts() {
            check(&bed, &known, &query(filter.clone(), sort));
        }
    }
}

/// A mix of filters, most of which hold for some incident or other.
fn mixed(dice: &mut Dice, all: &[Incident]) -> IncidentFilter {
    let mut f = IncidentFilter::default();
    let like = dice.pick(all);
    let odds = dice.pick(&[8, 15, 30]);
    macro_rules! like {
        ($($field:ident = $value:expr),+ $(,)?) => {$( if dice.chance(odds) { f.$field = $value; } )+};
    }
    like! {
        status = Some(like.status), lifecycle = Some(like.lifecycle), severity = Some(like.severity.band()),
        severity_score = Some(like.severity.score()),
        category = Some(like.category), priority = like.priority, level = Some(like.level), flags = like.flags,
        evidence_status = Some(like.evidence_status), agent_id = like.agent_id.clone(), country = like.country,
        sector = like.sector, overdue = Some(like.is_overdue(now())),
    }
    f.created_after = dice.maybe(odds / 2, |d| d.pick(all).created_at);
    f.created_before = dice.maybe(odds / 2, |d| d.pick(all).created_at);
    if dice.chance(odds) {
        let word = dice.pick(WORDS);
        let words =
            [word.to_owned(), format!("{word} {}", dice.pick(WORDS)), format!("\"{word}\""), "a*".to_owned()];
        f.text = model::text(&dice.pick(&words));
    }
    f
}

fn random_mixes(engine: Engine) {
    let all = incidents(23, 400);
    let (bed, known) = filled(engine, &all);
    let mut dice = Dice::new(29);
    for _ in 0..600 {
        let mut query = query(mixed(&mut dice, &all), dice.pick(&sorts()));
        query.page.per_page = dice.pick(&[1, 7, 20, 100]);
        query.page.position = Position::Number(dice.pick(&[1, 1, 2, 3, 50]));
        query.now = now().plus_hours(dice.span(200) - 100);
        check(&bed, &known, &query);
    }
}

/// Follows the cursors to the end; every page is the model's, so the pages together are the list.
fn walk(bed: &Bed, known: &[Known], mut query: IncidentQuery) {
    let all: Vec<_> = model::all(known, &query).into_iter().map(|i| i.id).collect();
    let mut walked = Vec::new();
    loop {
        check(bed, known, &query);
        let asked = query.clone();
        let page = bed.read(move |tx| tx.list_incidents(&asked)).unwrap();
        walked.extend(page.rows.iter().map(|i| i.id));
        match page.next {
            // As clients have it: as text.
            Some(cursor) => query.page.position = Position::After(cursor.to_string().parse().unwrap()),
            None => break,
        }
    }
    assert_eq!(walked, all);
}

fn cursors_walk_the_whole_list(engine: Engine) {
    let all = incidents(31, 230);
    let (bed, known) = filled(engine, &all);
    let mut dice = Dice::new(37);
    for sort in sorts() {
        for filter in [IncidentFilter::default(), mixed(&mut dice, &all), mixed(&mut dice, &all)] {
            let mut query = query(filter, sort);
            query.page.per_page = 23;
            walk(&bed, &known, query);
        }
    }
}

/// Incidents of which nearly all share every value, so that no filter is a good way in.
pub fn common(n: i64) -> Vec<Incident> {
    let mut all = incidents(41, n);
    let like = Incident {
        priority: Some(Priority::P1),
        evidence_status: EvidenceStatus::Confirmed,
        lifecycle: Lifecycle::Triage,
        agent_id: Some("b1f2...-agent".parse().unwrap()),
        country: Some("PL".parse().unwrap()),
        sector: Some(Sector::Energy),
        flags: Flags::from_bits(0x3ff),
        title: "the same ransomware again".to_owned(),
        ..all[0].clone()
    };
    for (at, i) in all.iter_mut().enumerate().filter(|(at, _)| at % 50 != 0) {
        *i = Incident {
            id: i.id,
            public_id: i.public_id,
            created_at: i.created_at,
            updated_at: i.updated_at,
            // Due at once or much later.
            sla_due_at: Some(i.created_at.plus_hours(if at % 3 == 0 { 24 * 365 } else { 4 })),
            ..like.clone()
        };
    }
    all
}

fn common_values_beside_rare_ones(engine: Engine) {
    let all = common(3_300);
    let (bed, known) = filled(engine, &all);
    for filter in filters() {
        check(&bed, &known, &query(filter.clone(), Sort::default()));
        check(&bed, &known, &query(filter, "severity".parse().unwrap()));
    }
    let mut dice = Dice::new(43);
    for _ in 0..60 {
        let mut query = query(mixed(&mut dice, &all), dice.pick(&sorts()));
        query.page.position = Position::Number(dice.pick(&[1, 2, 30]));
        query.now = all[1_000].created_at;
        check(&bed, &known, &query);
    }
}

fn totals_end_at_ten_thousand(engine: Engine) {
    let all = common(10_300);
    let (bed, known) = filled(engine, &all[..10_000]);
    let filters = || {
        let filters = filters().into_iter();
        // Each kind of filter once, and those that nearly all incidents pass.
        filters
            .enumerate()
            .filter(|(n, f)| {
                n % 9 == 0 || f.agent_id.is_some() || f.overdue.is_some() || f.severity_score.is_some()
            })
            .map(|(_, f)| f)
    };
    let late =
        |f| IncidentQuery { now: all[10_299].created_at.plus_hours(24 * 400), ..query(f, Sort::default()) };
    filters().for_each(|f| check(&bed, &known, &late(f)));
    bed.insert(&all[10_000..]);
    let known = model::know(&all);
    filters().for_each(|f| check(&bed, &known, &late(f)));
    let deepest = IncidentQuery {
        page: Page::new(Some(100), Some(100), None).unwrap(),
        ..late(IncidentFilter::default())
    };
    check(&bed, &known, &deepest);
    // A word more incidents have than are counted, in every order, alone and beside what is no bit of the facets.
    for sort in sorts() {
        let text = IncidentFilter { text: model::text("ransom* \"the same\""), ..IncidentFilter::default() };
        let agent = IncidentFilter { agent_id: all[1].agent_id.clone(), ..text.clone() };
        let since = IncidentFilter { created_after: Some(all[20].created_at), ..text.clone() };
        let until = IncidentFilter { created_before: Some(all[9_000].created_at), ..text.clone() };
        for filter in [text, agent, since, until] {
            check(&bed, &known, &query(filter, sort));
        }
    }
}

/// Who took the time first need not be first to write: clocks differ, queues are long, and another process may hold
/// SQLite's lock meanwhile. With a clock set back, or data that is seeded twice, rows come in far from their place.
fn rows_may_come_in_any_order(engine: Engine) {
    let all = common(1_600);
    let turned = |stretch: usize| {
        let mut turned = all.clone();
        turned.sort_by_key(|i| i.id);
        turned.chunks_mut(stretch).for_each(<[Incident]>::reverse);
        turned
    };
    let far = all[700..].iter().chain(&all[..700]).cloned().collect();
    // One ahead of its time: all others come in after it.
    let ahead = all[1_500..1_501].iter().chain(&all[..1_500]).chain(&all[1_501..]).cloned().collect();
    let known = model::know(&all);
    for (order, broken) in [(turned(17), "0"), (turned(18), "1"), (far, "1"), (ahead, "1")] {
        let (bed, _): (Bed, _) = filled(engine, &order);
        if let Raw::Sqlite(_) = bed.raw() {
            assert_eq!(bed.raw().texts("SELECT CAST(broken AS TEXT) AS t FROM insertion_order"), [broken]);
        }
        for filter in filters().into_iter().filter(|f| f.text.is_some()).chain([IncidentFilter::default()]) {
            check(&bed, &known, &query(filter, Sort::default()));
        }
        for text in ["ransomware", "ran*", "\"the same\""] {
            let filter = IncidentFilter { text: model::text(text), ..IncidentFilter::default() };
            for sort in ["created_at", "-created_at"] {
                let mut query = query(filter.clone(), sort.parse().unwrap());
                query.page.per_page = 97;
                query.page.position = Position::Number(5);
                check(&bed, &known, &query);
                query.page.position = Position::Number(1);
                walk(&bed, &known, query);
            }
        }
        texts_of_a_time(&bed, &known, &all, if broken == "0" { 12 } else { 3 });
    }
}

/// The time of creation says which part of the text index is read; which rows that is, the order of insertion says only
/// about.
fn texts_of_a_time(bed: &Bed, known: &[Known], all: &[Incident], rounds: i64) {
    let mut dice = Dice::new(61);
    for round in 0..rounds {
        let begun = dice.pick(all).created_at;
        // Long times, and some of a few rows.
        let end = if round % 3 == 0 { begun.plus_hours(dice.span(40)) } else { dice.pick(all).created_at };
        let filter = IncidentFilter {
            text: model::text(dice.pick(&["ransomware", "ran*", "\"the same\""])),
            created_after: (round % 4 != 1).then_some(begun),
            created_before: (round % 4 != 2).then_some(end),
            level: dice.maybe(30, |d| d.pick(all).level),
            ..IncidentFilter::default()
        };
        for sort in ["created_at", "-created_at", "-severity"] {
            let mut query = query(filter.clone(), sort.parse().unwrap());
            query.page.per_page = 97;
            query.page.position = Position::Number(2);
            check(bed, known, &query);
            query.page.position = Position::Number(1);
            walk(bed, known, query);
        }
    }
}

fn changed_and_deleted_rows_leave_the_lists(engine: Engine) {
    let mut all = incidents(47, 200);
    let (bed, _) = filled(engine, &all);
    let mut dice = Dice::new(53);
    for i in all.iter_mut().step_by(3) {
        let like = incident(&mut dice, i.public_id.number(), i.created_at);
        let next = Incident { id: i.id, raw_data: i.raw_data.clone(), version: i.version + 1, ..like };
        let (before, after) = (std::mem::replace(i, next.clone()), next);
        bed.write(move |tx| tx.save_incident(&before, &after)).unwrap();
    }
    for gone in all.split_off(150) {
        bed.write(move |tx| tx.delete_incident(&gone)).unwrap();
    }
    let known = model::know(&all);
    filters().into_iter().for_each(|f| check(&bed, &known, &query(f, Sort::default())));
}
