//! The baseline of a durable create: a bare SQLite file that takes the same rows, one commit per create.
//!
//! The schema is ours, indexes and triggers included; the rows are those the server just wrote. Only writing is timed:
//! no HTTP, no rules, no hashing.

use super::server::url;
use super::sql::{Cell, Fixed, Raw};
use crate::data::bring_up;
use crate::shell::Outcome;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use std::path::Path;
use std::time::{Duration, Instant};

/// Which of the rows a create writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// All: the incident, its audit entry, the outbox row, and the counters every create moves on.
    All,
    /// Those it inserts, without the counters.
    Inserted,
}

/// The server's own settings of its writer.
const PRAGMAS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
                       PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 4000;";

/// What one create inserted, read ahead of the clock.
const INCIDENTS: &str = "SELECT * FROM incidents WHERE seq > ? ORDER BY seq LIMIT 1000";
const AUDIT: &str = "SELECT a.* FROM (SELECT id, seq FROM incidents WHERE seq > ? ORDER BY seq LIMIT 1000) i \
                     JOIN audit a ON a.incident_id = i.id AND a.action = 'incident.created' ORDER BY i.seq";
const OUTBOX: &str = "SELECT o.* FROM (SELECT id, seq FROM incidents WHERE seq > ? ORDER BY seq LIMIT 1000) i \
                      JOIN audit a ON a.incident_id = i.id AND a.action = 'incident.created' \
                      JOIN outbox o ON o.seq = a.seq ORDER BY i.seq";
/// The counts that (nearly) every one of the creates moved on: they were all alike.
const FACETS: &str = "SELECT facet, value FROM facet_counts WHERE n * 2 > (SELECT MAX(n) FROM facet_counts)";

/// Creates per second that a file at `to` takes, given the rows at `from`.
pub fn measure(from: &Path, to: &Path, lasting: Duration, rows: Rows) -> Outcome<f64> {
    bring_up(&url(to))?;
    let mut source = SqliteConnection::establish(&from.to_string_lossy())?;
    let mut file = SqliteConnection::establish(&to.to_string_lossy())?;
    file.batch_execute(PRAGMAS)?;
    let facets = match rows {
        Rows::All => diesel::sql_query(FACETS).load::<Raw>(&mut source)?,
        Rows::Inserted => Vec::new(),
    };
    let mut writer = Writer { file, facets, rows, inserts: Vec::new() };
    let (mut seq, mut creates, mut spent) = (0_i64, 0_u32, Duration::ZERO);
    while spent < lasting {
        let mut read = |query: &str| diesel::sql_query(query).bind::<BigInt, _>(seq).load::<Raw>(&mut source);
        let [incidents, audit, outbox] = [read(INCIDENTS)?, read(AUDIT)?, read(OUTBOX)?];
        let Some(Raw(last)) = incidents.last() else { break };
        seq = match last.first() {
            Some(Cell::Int(seq)) => *seq,
            _ => return Err("incidents.seq is not the first column any more".into()),
        };
        writer.prepare([&incidents, &audit, &outbox]);
        let begun = Instant::now();
        for ((incident, entry), event) in incidents.iter().zip(&audit).zip(&outbox) {
            writer.create(incident, entry, event)?;
            creates = creates.saturating_add(1);
            if spent + begun.elapsed() >= lasting {
                break;
            }
        }
        spent += begun.elapsed();
    }
    if creates == 0 {
        return Err("the server wrote no rows to compare with".into());
    }
    Ok(f64::from(creates) / spent.as_secs_f64())
}

struct Writer {
    file: SqliteConnection,
    facets: Vec<Raw>,
    rows: Rows,
    inserts: Vec<String>,
}

impl Writer {
    /// The texts of the three inserts; as many values as the rows have.
    fn prepare(&mut self, rows: [&[Raw]; 3]) {
        let text = |(table, rows): (&str, &[Raw])| {
            let width = rows.first().map_or(0, |Raw(cells)| cells.len());
            format!("INSERT INTO {table} VALUES ({})", vec!["?"; width].join(", "))
        };
        self.inserts = ["incidents", "audit", "outbox"].into_iter().zip(rows).map(text).collect();
    }

    fn create(&mut self, Raw(incident): &Raw, Raw(entry): &Raw, Raw(event): &Raw) -> Outcome {
        let [insert_incident, insert_audit, insert_outbox] = self.inserts.as_slice() else { return Ok(()) };
        let file = &mut self.file;
        Fixed::<0>("BEGIN IMMEDIATE", &[]).execute(file)?;
        Fixed::<1>(insert_incident, incident).execute(file)?;
        Fixed::<2>(insert_audit, entry).execute(file)?;
        Fixed::<3>(insert_outbox, event).execute(file)?;
        if let (Rows::All, [_, _, year, number, ..], [seq, .., hash]) =
            (self.rows, incident.as_slice(), entry.as_slice())
        {
            let head = [seq.clone(), hash.clone()];
            Fixed::<4>("UPDATE audit_head SET seq = ?, hash = ?", &head).execute(file)?;
            let counter = [year.clone(), number.clone()];
            let sql = "INSERT INTO incident_numbers VALUES (?, ?) \
                       ON CONFLICT (year) DO UPDATE SET last = excluded.last";
            Fixed::<5>(sql, &counter).execute(file)?;
            for Raw(facet) in &self.facets {
                let sql = "INSERT INTO facet_counts VALUES (?, ?, 1) \
                           ON CONFLICT (facet, value) DO UPDATE SET n = n + excluded.n";
                Fixed::<6>(sql, facet).execute(file)?;
            }
        }
        Fixed::<7>("COMMIT", &[]).execute(file)?;
        Ok(())
    }
}
