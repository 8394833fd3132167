//! Statistics and the map, read from rollups: the cost does not grow with the number of incidents.

use crate::ctx::Ctx;
use crate::error::AppError;
use crate::map::{Map, MapQuery};
use crate::permission::Permission;
use crate::ports::Tx;
use crate::rollup::{Sums, View, key};
use crate::statistics::Statistics;
use crate::window::{Window, full_hour};
use probatum_incident::{Country, Priority, Sector};
use probatum_kernel::Timestamp;
use std::collections::BTreeMap;

/// The figures of a window.
pub fn statistics(tx: &mut dyn Tx, ctx: &Ctx, window: Window) -> Result<Statistics, AppError> {
    ctx.require(Permission::ReadStatistics)?;
    let since = window.since(ctx.now);
    let sums = figures_since(tx, since, ctx.now)?;
    let overdue = overdue(tx, &sums, since, ctx.now)?;
    Ok(Statistics::of(&sums, overdue, since, ctx.now))
}

fn figures_since(tx: &mut dyn Tx, since: Timestamp, now: Timestamp) -> Result<Sums, AppError> {
    let of_all = tx.sums_since(View::Figures, since, now)?;
    Ok(of_all.first().map(|(_, _, sums)| sums.clone()).unwrap_or_default())
}

/// How many of the window are overdue. A deadline is creation and the hours of the priority: overdue at `now` is what
/// was created before `now` less those hours. Whole hours come from the rollups, the rest of one hour from its rows.
fn overdue(tx: &mut dyn Tx, window: &Sums, since: Timestamp, now: Timestamp) -> Result<i64, AppError> {
    let mut overdue = 0i64;
    for priority in Priority::ALL {
        let end = now.plus_hours(-priority.sla_hours());
        if end <= since {
            continue;
        }
        let hour = full_hour(end);
        let younger = figures_since(tx, hour, now)?;
        overdue += window.get(key::due(*priority)) - younger.get(key::due(*priority));
        overdue += tx.due_between(*priority, hour, end)?;
    }
    Ok(overdue)
}

/// The map of a window.
pub fn map(tx: &mut dyn Tx, ctx: &Ctx, query: &MapQuery) -> Result<Map, AppError> {
    ctx.require(Permission::ReadStatistics)?;
    let since = query.window.since(ctx.now);
    let countries = tx.sums_since(View::Country(query.level), since, ctx.now)?;
    // As many as there can be: places are moved as often as a list of them grows.
    let mut places = Vec::with_capacity(countries.len().saturating_mul(Sector::ALL.len() + 1));
    let mut unlocated = 0;
    for (_, country, sums) in countries.iter() {
        match country {
            Some(country) if query.shows(*country) => places.extend(query.places(*country, sums)),
            None if query.bbox.is_none() => unlocated += query.count(sums),
            _ => {}
        }
    }
    let mut sectors: BTreeMap<Option<Sector>, i64> = BTreeMap::new();
    places.iter().for_each(|p| *sectors.entry(p.sector).or_default() += p.count);
    let mut sectors: Vec<_> = sectors.into_iter().collect();
    sectors.sort_by_key(|(sector, n)| (-n, *sector));
    let step_hours = step_hours(query.window);
    let timeline = timeline(tx, query, since, step_hours)?;
    Ok(Map { since, places, timeline, step_hours, sectors, unlocated })
}

/// Few enough points for any window: hours of two days, days of a quarter, eight days of a year.
fn step_hours(window: Window) -> i64 {
    match window.hours() {
        ..=48 => 1,
        49..=2_208 => 24,
        _ => 192,
    }
}

fn timeline(
    tx: &mut dyn Tx,
    query: &MapQuery,
    since: Timestamp,
    step_hours: i64,
) -> Result<Vec<(Timestamp, i64)>, AppError> {
    // Countries have to be told apart only if some are not shown.
    let view = if query.bbox.is_some() { View::Country(query.level) } else { View::World(query.level) };
    let shown = |country: Option<Country>| match view {
        View::Country(_) => country.is_some_and(|c| query.shows(c)),
        _ => true,
    };
    let mut points: BTreeMap<Timestamp, i64> = BTreeMap::new();
    for (at, country, sums) in tx.series_since(view, since, step_hours)?.iter() {
        let n = if shown(*country) { query.count(sums) } else { 0 };
        if n > 0 {
            *points.entry(*at).or_default() += n;
        }
    }
    Ok(points.into_iter().collect())
}
