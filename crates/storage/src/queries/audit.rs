//! The audit log, the outbox, and the settling of what a transaction owes at its end.

use super::{Conn, Session, own};
use crate::error::OrApp;
use crate::pending::Pending;
use crate::rows::AuditRow;
use crate::schema::{audit, audit_head, incident_numbers, outbox};
use crate::types::{DbId, DbTime};
use diesel::prelude::*;
use diesel::result::Error;
use probatum_application::AppError;
use probatum_application::ports::{AuditEntry, AuditRows, Record};
use probatum_application::use_cases::audit::{broken, hashed_part};
use probatum_evidence::{EvidenceError, Sha256Hex, canonical, link};
use probatum_kernel::IncidentId;

impl AuditRows for Session<'_> {
    fn record(&mut self, record: &Record) -> Result<(), AppError> {
        if !self.writing {
            return Err(AppError::internal("a reading transaction cannot record"));
        }
        // What cannot be hashed must fail this job now, not the whole batch at its end.
        canonical(&record.detail).map_err(EvidenceError::from)?;
        self.pending.records.push(record.clone());
        Ok(())
    }

    fn history(&mut self, incident: IncidentId, after: i64, limit: u32) -> Result<Vec<AuditEntry>, AppError> {
        let rows: Vec<AuditRow> = audit::table
            .filter(audit::incident_id.eq(DbId(incident.uuid())))
            .filter(audit::seq.gt(after))
            .order(audit::seq)
            .limit(limit.into())
            .select(AuditRow::as_select())
            .load(self.conn)
            .app()?;
        rows.into_iter().map(AuditRow::entry).collect()
    }

    fn audit_after(&mut self, after: i64, limit: u32) -> Result<Vec<AuditEntry>, AppError> {
        let rows: QueryResult<Vec<AuditRow>> = audit::table
            .filter(audit::seq.gt(after))
            .order(audit::seq)
            .limit(limit.into())
            .select(AuditRow::as_select())
            .load(self.conn);
        let rows = match rows {
            Err(Error::DeserializationError(e)) => return Err(unreadable(self.conn, after, limit, e)),
            rows => rows.app()?,
        };
        rows.into_iter().map(AuditRow::intact).collect()
    }

    fn audit_head(&mut self) -> Result<(i64, Sha256Hex), AppError> {
        head(audit_head::table.select((audit_head::seq, audit_head::hash)).get_result(self.conn).app()?)
    }
}

/// Names the first entry that no longer has the types it was written with.
fn unreadable(conn: &mut Conn, after: i64, limit: u32, e: impl std::fmt::Display) -> AppError {
    let page = audit::table.filter(audit::seq.gt(after)).order(audit::seq).limit(limit.into());
    let seqs: QueryResult<Vec<i64>> = page.select(audit::seq).load(conn);
    let wrong = seqs.app().map(|seqs| {
        seqs.into_iter().find(|seq| {
            let row = audit::table.filter(audit::seq.eq(*seq)).select(AuditRow::as_select());
            row.get_result::<AuditRow>(conn).is_err()
        })
    });
    match wrong {
        Ok(Some(seq)) => {
            AppError { cause: Some(e.to_string()), ..broken(seq, "a column of it cannot be read") }
        }
        Ok(None) => AppError::internal(e.to_string()),
        Err(e) => e,
    }
}

fn head((seq, hash): (i64, String)) -> Result<(i64, Sha256Hex), AppError> {
    let hash = hash.parse().map_err(|e| AppError::internal(format!("audit_head: {e}")))?;
    Ok((seq, hash))
}

/// Writes what a transaction owes, right before its commit: numbers, the chained audit entries with their outbox rows,
/// counts. The head is locked first among the shared rows of the end, so that writers queue and never deadlock.
pub fn settle(conn: &mut Conn, pending: &mut Pending) -> Result<(), AppError> {
    for (year, last) in std::mem::take(&mut pending.numbers) {
        diesel::update(incident_numbers::table.filter(incident_numbers::year.eq(year)))
            .set(incident_numbers::last.eq(last))
            .execute(conn)
            .app()?;
    }
    let records = std::mem::take(&mut pending.records);
    let counts = std::mem::take(&mut pending.counts);
    if records.is_empty() && counts.is_empty() {
        return Ok(());
    }
    let (mut seq, mut hash) = head(own::lock_head(conn).app()?)?;
    let mut rows = Vec::with_capacity(records.len());
    let mut events = Vec::with_capacity(records.len());
    for record in records {
        seq = seq.saturating_add(1);
        let entry = chained(record, seq, hash)?;
        hash = entry.hash.clone();
        events.push((
            outbox::seq.eq(seq),
            outbox::at.eq(DbTime(entry.at)),
            outbox::topic.eq(entry.action.clone()),
        ));
        rows.push(AuditRow::of(&entry)?);
    }
    own::insert_audit(conn, rows, events).app()?;
    diesel::update(audit_head::table)
        .set((audit_head::seq.eq(seq), audit_head::hash.eq(hash.to_string())))
        .execute(conn)
        .app()?;
    own::add_counts(conn, counts).app()
}

fn chained(record: Record, seq: i64, prev_hash: Sha256Hex) -> Result<AuditEntry, AppError> {
    let mut entry = AuditEntry {
        seq,
        at: record.at,
        actor: record.actor.to_string(),
        action: record.action.to_owned(),
        subject: record.subject,
        incident: record.incident,
        detail: record.detail,
        request_id: record.request_id,
        hash: prev_hash.clone(),
        prev_hash,
    };
    entry.hash = link(&entry.prev_hash, &hashed_part(&entry)).map_err(EvidenceError::from)?;
    Ok(entry)
}
