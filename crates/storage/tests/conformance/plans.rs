//! SQLite's query plans: no filter and no order alone reads the whole table. Without ANALYZE, as users run it.

use crate::lists::{common, filters, query, sorts};
use crate::support::*;
use diesel::prelude::*;
use diesel::sql_types::Text;
use probatum_application::ports::{CLOCK_ORDER, ClockQuery};
use probatum_application::{IncidentFilter, IncidentQuery};
use probatum_compliance_export::ClockState;
use probatum_kernel::{Cursor, Page, Position, Sort, Timestamp};
use probatum_storage::sqlite::queries::{plan_clocks, plan_queries};
use probatum_tests::Engine;

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// The plans of the statements a list runs: each a statement and its steps.
fn plans(conn: &mut SqliteConnection, query: &IncidentQuery) -> Vec<(String, Vec<String>)> {
    let statements = plan_queries(conn, query).unwrap();
    let explain = |sql: String| {
        let steps = diesel::sql_query(format!("EXPLAIN QUERY PLAN {sql}")).load::<Step>(conn).unwrap();
        (sql, steps.into_iter().map(|s| s.detail).collect())
    };
    statements.into_iter().map(explain).collect()
}

/// What is wrong with a plan: a look at every row of the table, or a sort where an index has the order.
fn faults(query: &IncidentQuery, steps: &[String]) -> Vec<String> {
    // The indexes of flags and of deadlines hold only the incidents that have them.
    let partial = query.filter.flags.bits() != 0 || query.filter.overdue == Some(true);
    let indexed = |s: &str| s.contains(" USING COVERING INDEX ") || (partial && s.contains(" USING INDEX "));
    let full = |s: &&String| s.starts_with("SCAN incidents") && !indexed(s);
    // Rare words are gathered and sorted: that is the plan for them, whatever the order.
    let sorted = query.sort == Sort::default() && query.filter.text.is_none();
    let sorts = |s: &&String| sorted && s.contains("TEMP B-TREE");
    steps.iter().filter(|s| full(s) || sorts(s)).cloned().collect()
}

#[test]
fn deadlines_are_read_along_an_index() {
    let bed = Bed::new(Engine::Sqlite);
    let Raw::Sqlite(mut conn) = bed.raw() else { unreachable!() };
    let now = Timestamp::EPOCH;
    let first = Cursor { sort: CLOCK_ORDER, value: 7, id: uuid::Uuid::nil() };
    for position in [Position::Number(1), Position::Number(9), Position::After(first)] {
        for (state, due_until) in [
            (None, None),
            (None, Some(now)),
            (Some(ClockState::Overdue), None),
            (Some(ClockState::Met), Some(now)),
        ] {
            let page = Page { position: position.clone(), per_page: 20 };
            for sql in plan_clocks(&ClockQuery { state, due_until, page }) {
                let steps =
                    diesel::sql_query(format!("EXPLAIN QUERY PLAN {sql}")).load::<Step>(&mut conn).unwrap();
                let steps: Vec<String> = steps.into_iter().map(|s| s.detail).collect();
                let bad = |s: &String| {
                    s.contains("TEMP B-TREE") || (s.starts_with("SCAN") && !s.contains(" USING "))
                };
                assert!(!steps.iter().any(bad), "{steps:?} in\n{sql}");
            }
        }
    }
}

#[test]
fn no_filter_and_no_order_alone_reads_the_whole_table() {
    let bed = Bed::new(Engine::Sqlite);
    let all = common(3_300);
    bed.insert(&all);
    let Raw::Sqlite(mut conn) = bed.raw() else { unreachable!() };
    // At a time when nearly all are overdue: a few would rightly be gathered and sorted.
    let late = all[all.len() - 1].created_at.plus_hours(24 * 400);
    let by_filter = filters().into_iter().map(|f| IncidentQuery { now: late, ..query(f, Sort::default()) });
    let by_sort = sorts().into_iter().map(|s| query(IncidentFilter::default(), s));
    let mut wrong = Vec::new();
    for query in by_filter.chain(by_sort) {
        for (sql, steps) in plans(&mut conn, &query) {
            let found = faults(&query, &steps);
            if !found.is_empty() {
                wrong.push(format!("{found:?} in\n{sql}\nfor {query:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
