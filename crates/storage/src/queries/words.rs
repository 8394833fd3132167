//! The words incidents are found by, made anew when the program makes other ones than those a database has.

use super::{Conn, Session, incidents_there_are, own};
use crate::error::OrApp;
use crate::migrate::{Renewal, Told};
use crate::pending::Pending;
use crate::rows::IncidentRow;
use crate::schema::{incidents, search_version};
use crate::types::DbId;
use diesel::prelude::*;
use probatum_application::indicators::{IndicatorSource, recognised};
use probatum_application::ports::IndicatorRows;
use probatum_application::{AppError, SEARCH_VERSION, search_text};
use probatum_kernel::IncidentId;

/// How many incidents are held in memory at a time.
const STRETCH: i64 = 200;

/// Makes the words of all incidents anew if the database has those of another version, and draws indicators from the
/// `raw_data` of those that were there before indicators were.
pub fn renew(conn: &mut Conn, told: &mut Told<'_>) -> Result<(), AppError> {
    own::lock_head(conn).app()?;
    let version: i32 = search_version::table.select(search_version::version).get_result(conn).app()?;
    if version == SEARCH_VERSION {
        return Ok(());
    }
    let (mut last, mut done, of) = (None, 0u64, incidents_there_are(conn)?);
    while let Some(next) = stretch(conn, last)? {
        last = Some(next.last);
        done = done.saturating_add(next.incidents);
        told(Renewal { what: "words incidents are found by", done, of });
    }
    if done > 0 {
        own::tidy_words(conn).app()?;
    }
    let version = search_version::version.eq(SEARCH_VERSION);
    diesel::update(search_version::table).set(version).execute(conn).app().map(|_| ())
}

/// What was made anew at a time.
struct Stretch {
    last: DbId,
    incidents: u64,
}

/// The incidents that follow `after`; `None` if there are none.
fn stretch(conn: &mut Conn, after: Option<DbId>) -> Result<Option<Stretch>, AppError> {
    let mut rows = incidents::table.into_boxed::<super::Db>().order(incidents::id).limit(STRETCH);
    if let Some(id) = after {
        rows = rows.filter(incidents::id.gt(id));
    }
    let columns = (IncidentRow::as_select(), incidents::raw_data, incidents::search_text);
    let rows: Vec<(IncidentRow, Option<String>, String)> = rows.select(columns).load(conn).app()?;
    let Some(last) = rows.last().map(|(row, _, _)| row.id()) else { return Ok(None) };
    let incidents = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    let mut pending = Pending::default();
    let mut session = Session::writing(conn, &mut pending);
    for (row, raw_data, kept) in rows {
        session.renew_words(row, raw_data, &kept)?;
    }
    Ok(Some(Stretch { last, incidents }))
}

impl Session<'_> {
    fn renew_words(
        &mut self,
        row: IncidentRow,
        raw_data: Option<String>,
        kept: &str,
    ) -> Result<(), AppError> {
        let id = row.id();
        let incident = row.incident(raw_data)?;
        let known = IncidentId::from_uuid(id.0);
        let mut indicators = self.indicators_of(known)?;
        if !indicators.iter().any(|k| k.sources.holds(IndicatorSource::RawData)) {
            let found: Vec<_> = recognised(&incident).into_iter().map(|k| k.indicator).collect();
            if self.add_indicators(known, IndicatorSource::RawData, &found)? > 0 {
                indicators = self.indicators_of(known)?;
            }
        }
        let words = search_text(&incident, &indicators);
        if words == kept {
            return Ok(());
        }
        let row = incidents::table.filter(incidents::id.eq(id));
        diesel::update(row).set(incidents::search_text.eq(words)).execute(self.conn).app().map(|_| ())
    }
}
