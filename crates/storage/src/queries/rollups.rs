//! Rollups: written at the end of a transaction, read by stretches, counted anew (docs/adr/0008-rollups.md).

use super::{Conn, Session, incidents_there_are, own};
use crate::error::OrApp;
use crate::facets;
use crate::migrate::{Renewal, Told};
use crate::remembered::Asked;
use crate::rollup::{self, Deltas, Key, LONGEST, Packed, Run};
use crate::rows::{ActionRow, IncidentRow};
use crate::schema::{actions, incidents, rollup_version, rollups};
use crate::types::{DbId, Scope};
use diesel::connection::DefaultLoadingMode;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};
use probatum_application::AppError;
use probatum_application::ports::{Recounted, RollupRows, Summed};
use probatum_application::rollup::{Cell, Sums, VERSION, View, hour};
use probatum_incident::{Country, Priority};
use probatum_kernel::{IncidentId, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How many incidents are read at a time to be counted.
const BATCH: i64 = 2_000;
/// How many wrong rollups are told in words.
const EXAMPLES: usize = 10;

/// The condition that an incident's filters are as this mask wants them. A macro, for its type has no short name.
macro_rules! has {
    ($mask:expr) => {
        sql::<Bool>("(incidents.facets & ")
            .bind::<BigInt, _>($mask.mask)
            .sql(") = ")
            .bind::<BigInt, _>($mask.value)
    };
}

impl RollupRows for Session<'_> {
    fn sums_since(&mut self, view: View, since: Timestamp, now: Timestamp) -> Result<Arc<Summed>, AppError> {
        self.remember((view, since, None), |conn| {
            let mut sums: BTreeMap<Option<Country>, Sums> = BTreeMap::new();
            for run in rollup::cheapest(hour(since), hour(now)) {
                stretches(conn, view, run, |(_, scope, bytes)| {
                    rollup::add_up(sums.entry(scope.0).or_default(), view, run.sign, &bytes)
                })?;
            }
            Ok(sums.into_iter().map(|(country, sums)| (since, country, sums)).collect())
        })
    }

    fn series_since(
        &mut self,
        view: View,
        since: Timestamp,
        step_hours: i64,
    ) -> Result<Arc<Summed>, AppError> {
        self.remember((view, since, Some(step_hours)), |conn| {
            let mut series: BTreeMap<(i64, Option<Country>), Sums> = BTreeMap::new();
            for run in rollup::cover(hour(since), step_hours) {
                stretches(conn, view, run, |(begin, scope, bytes)| {
                    let step = begin.div_euclid(step_hours) * step_hours;
                    let at = step.max(hour(since));
                    rollup::add_up(series.entry((at, scope.0)).or_default(), view, run.sign, &bytes)
                })?;
            }
            let there = series.into_iter().filter(|(_, sums)| !sums.is_empty());
            Ok(there.map(|((at, country), sums)| (rollup::time_of(at), country, sums)).collect())
        })
    }

    fn due_between(&mut self, priority: Priority, from: Timestamp, to: Timestamp) -> Result<i64, AppError> {
        let (closed, granted) = (facets::closed(), facets::granted(priority));
        let open = format!(
            "incidents.sla_due_at IS NOT NULL AND incidents.facets & {} <> {}",
            closed.mask, closed.value
        );
        incidents::table
            .filter(incidents::id.ge(lowest(from)))
            .filter(incidents::id.lt(lowest(to)))
            .filter(sql::<Bool>(&open))
            .filter(has!(granted))
            .count()
            .get_result(self.conn)
            .app()
    }

    fn recount(&mut self, mend: bool) -> Result<Recounted, AppError> {
        if mend && !self.writing {
            return Err(AppError::internal("a reading transaction cannot mend"));
        }
        recount(self.conn, mend, &mut |_| {})
    }
}

impl Session<'_> {
    /// What was asked for before, if the connection remembers and nobody has written since; else what is read now.
    fn remember(
        &mut self,
        asked: Asked,
        read: impl FnOnce(&mut Conn) -> Result<Summed, AppError>,
    ) -> Result<Arc<Summed>, AppError> {
        if let Some(remembered) = &mut self.remembered
            && let Some(version) = own::data_version(self.conn).app()?
            && let Some(sums) = remembered.of(version, asked)
        {
            return Ok(sums);
        }
        let sums = Arc::new(read(self.conn)?);
        if let Some(remembered) = &mut self.remembered {
            remembered.keep(asked, &sums);
        }
        Ok(sums)
    }
}

fn lowest(t: Timestamp) -> DbId {
    DbId(IncidentId::lowest(t).uuid())
}

/// What a view reads of a rollup: the first hour of its stretch, its country, its sums.
type Stretch = (i64, Scope, Vec<u8>);

/// Takes the rollups of a run, one after the other.
fn stretches(
    conn: &mut Conn,
    view: View,
    run: Run,
    mut take: impl FnMut(Stretch) -> Result<(), AppError>,
) -> Result<(), AppError> {
    let rows = rollups::table
        .filter(rollups::ledger.eq(view.ledger().number()))
        .filter(rollups::span.eq(i32::try_from(run.span).unwrap_or(i32::MAX)))
        .filter(rollups::hour.ge(run.from))
        .filter(rollups::hour.lt(run.to))
        .select((rollups::hour, rollups::scope, rollups::sums))
        .load_iter::<Stretch, DefaultLoadingMode>(conn)
        .app()?;
    for row in rows {
        take(row.app()?)?;
    }
    Ok(())
}

/// Adds what a transaction owes. The head of the audit log is locked by now, so nobody else adds at the same time.
pub fn add(conn: &mut Conn, deltas: Deltas) -> Result<(), AppError> {
    let deltas = deltas.spread();
    if deltas.is_empty() {
        return Ok(());
    }
    let keys: Vec<Key> = deltas.keys().cloned().collect();
    let mut kept = own::load_rollups(conn, &keys).app()?;
    let mut rows = Vec::with_capacity(deltas.len());
    for (key, delta) in deltas {
        let mut sums = Packed::read(&kept.remove(&key).unwrap_or_default())?;
        delta.apply(&mut sums, |cell| newest(conn, &key, cell))?;
        rows.push((key, sums.stored()));
    }
    own::store_rollups(conn, rows).app()
}

/// When the newest incident of a cell within a rollup's stretch was created, from the rows.
fn newest(conn: &mut Conn, (_, span, begin, scope): &Key, cell: Cell) -> Result<Option<i64>, AppError> {
    let Some((level, sector)) = cell.parts() else { return Ok(None) };
    let end = begin.saturating_add(i64::from(*span));
    let place = facets::place(level, sector);
    let ids: Vec<DbId> = incidents::table
        .filter(incidents::country.eq(scope))
        .filter(incidents::id.ge(lowest(rollup::time_of(*begin))))
        .filter(incidents::id.lt(lowest(rollup::time_of(end))))
        .filter(has!(place))
        .order(incidents::id.desc())
        .select(incidents::id)
        .limit(1)
        .load(conn)
        .app()?;
    Ok(ids.first().map(|id| IncidentId::from_uuid(id.0).created_at().millis()))
}

/// Counts everything anew if the rollups follow another definition than this program's.
pub fn renew(conn: &mut Conn, told: &mut Told<'_>) -> Result<(), AppError> {
    own::lock_head(conn).app()?;
    let version: i32 = rollup_version::table.select(rollup_version::version).get_result(conn).app()?;
    if version == VERSION {
        return Ok(());
    }
    let of = incidents_there_are(conn)?;
    recount(conn, true, &mut |done| told(Renewal { what: "sums of incidents", done, of }))?;
    let version = rollup_version::version.eq(VERSION);
    diesel::update(rollup_version::table).set(version).execute(conn).app().map(|_| ())
}

/// Counts stretch by longest stretch, so that memory is bounded by what one of them holds.
fn recount(conn: &mut Conn, mend: bool, told: &mut dyn FnMut(u64)) -> Result<Recounted, AppError> {
    if mend {
        own::lock_head(conn).app()?;
    }
    let mut done = Recounted::default();
    for begin in stretches_of_anything(conn)? {
        let (from, to) = (rollup::time_of(begin), rollup::time_of(begin.saturating_add(LONGEST)));
        let mut wanted: BTreeMap<Key, Packed> = BTreeMap::new();
        for (key, delta) in counted(conn, (from, to), &mut done, told)?.spread() {
            let mut sums = Packed::default();
            delta.apply(&mut sums, |_| Ok(None))?;
            if !sums.is_empty() {
                wanted.insert(key, sums);
            }
        }
        done.rollups += u64::try_from(wanted.len()).unwrap_or(u64::MAX);
        let wrong = compare(conn, begin, wanted)?;
        for (key, is, wanted) in &wrong {
            done.wrong += 1;
            if done.examples.len() < EXAMPLES {
                done.examples.push(format!(
                    "{key:?} is {}, but the rows make {}",
                    is.shown(),
                    wanted.shown()
                ));
            }
        }
        if mend && !wrong.is_empty() {
            let rows = wrong.into_iter().map(|(key, _, wanted)| (key, wanted.stored()));
            own::store_rollups(conn, rows.collect()).app()?;
        }
    }
    Ok(done)
}

/// The longest stretches in which there are incidents or rollups.
fn stretches_of_anything(conn: &mut Conn) -> Result<BTreeSet<i64>, AppError> {
    let hours: Vec<i64> = rollups::table.select(rollups::hour).distinct().load(conn).app()?;
    let mut begins: BTreeSet<i64> = hours.into_iter().map(|h| h.div_euclid(LONGEST) * LONGEST).collect();
    let mut after = DbId(IncidentId::lowest(Timestamp::EPOCH).uuid());
    loop {
        let next: Vec<DbId> = incidents::table
            .filter(incidents::id.ge(after))
            .order(incidents::id)
            .select(incidents::id)
            .limit(1)
            .load(conn)
            .app()?;
        let Some(id) = next.first() else { return Ok(begins) };
        let begin = hour(IncidentId::from_uuid(id.0).created_at()).div_euclid(LONGEST) * LONGEST;
        begins.insert(begin);
        after = lowest(rollup::time_of(begin.saturating_add(LONGEST)));
    }
}

/// What the incidents created from one time on and before another, and their actions, add up to.
fn counted(
    conn: &mut Conn,
    (from, to): (Timestamp, Timestamp),
    done: &mut Recounted,
    told: &mut dyn FnMut(u64),
) -> Result<Deltas, AppError> {
    let (mut deltas, mut at, end) = (Deltas::default(), lowest(from), lowest(to));
    loop {
        let rows: Vec<IncidentRow> = incidents::table
            .filter(incidents::id.ge(at))
            .filter(incidents::id.lt(end))
            .order(incidents::id)
            .limit(BATCH)
            .select(IncidentRow::as_select())
            .load(conn)
            .app()?;
        let Some(last) = rows.last().map(IncidentRow::id) else { return Ok(deltas) };
        let of_these = actions::incident_id.between(at, last);
        let steps: Vec<ActionRow> =
            actions::table.filter(of_these).select(ActionRow::as_select()).load(conn).app()?;
        for step in steps {
            deltas.count_action(None, Some(&step.action()?));
        }
        for row in rows {
            deltas.count(None, Some(&row.incident(None)?));
            done.incidents += 1;
        }
        told(done.incidents);
        at = DbId(uuid::Uuid::from_u128(last.0.as_u128().saturating_add(1)));
    }
}

type Wrong = (Key, Packed, Packed);

/// The rollups within a longest stretch that are not as wanted: what they are, and what they should be.
fn compare(conn: &mut Conn, begin: i64, mut wanted: BTreeMap<Key, Packed>) -> Result<Vec<Wrong>, AppError> {
    let key = (rollups::ledger, rollups::span, rollups::hour, rollups::scope);
    let rows: Vec<(Key, Vec<u8>)> = rollups::table
        .filter(rollups::hour.ge(begin))
        .filter(rollups::hour.lt(begin.saturating_add(LONGEST)))
        .select((key, rollups::sums))
        .load(conn)
        .app()?;
    let mut wrong = Vec::new();
    for (key, stored) in rows {
        let should = wanted.remove(&key).unwrap_or_default();
        // Byte by byte: what cannot be read is wrong, too, and mended like the rest.
        if stored != should.stored() {
            wrong.push((key, Packed::read(&stored).unwrap_or_default(), should));
        }
    }
    wrong.extend(wanted.into_iter().map(|(key, should)| (key, Packed::default(), should)));
    Ok(wrong)
}
