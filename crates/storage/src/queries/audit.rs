//! The audit log, the outbox, and the settling of what a transaction owes at its end.

use super::{Conn, Db, Session, own};
use crate::error::OrApp;
use crate::pending::Pending;
use crate::rows::AuditRow;
use crate::schema::{audit, audit_head, incident_numbers, outbox};
use crate::types::{DbId, DbTime};
use diesel::prelude::*;
use diesel::result::Error;
use probatum_application::ports::{AuditEntry, AuditRows, Record};
use probatum_application::use_cases::audit::{broken, hashed_part};
use probatum_application::{AppError, AuditFilter};
use probatum_evidence::{EvidenceError, Sha256Hex, TreeHash, canonical, link};
use probatum_kernel::{IncidentId, PublicId};

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

    fn audit_page(
        &mut self,
        filter: &AuditFilter,
        before: Option<i64>,
        skip: u32,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, AppError> {
        let mut q = passing(filter).order(audit::seq.desc()).limit(limit.into());
        if let Some(before) = before {
            q = q.filter(audit::seq.lt(before));
        }
        if skip > 0 {
            q = q.offset(skip.into());
        }
        let rows: Vec<AuditRow> = q.select(AuditRow::as_select()).load(self.conn).app()?;
        rows.into_iter().map(AuditRow::entry).collect()
    }

    fn audit_count(&mut self, filter: &AuditFilter) -> Result<i64, AppError> {
        let passing = passing(filter).select(audit::seq).limit(super::list::CAP);
        super::list::Counted(passing).get_result(self.conn).app()
    }

    fn deleted_incident(&mut self, id: PublicId) -> Result<Option<IncidentId>, AppError> {
        let tombstone: Option<Option<DbId>> = audit::table
            .filter(audit::action.eq("incident.deleted"))
            .filter(audit::subject.eq(id.to_string()))
            .select(audit::incident_id)
            .limit(1)
            .get_result(self.conn)
            .optional()
            .app()?;
        Ok(tombstone.flatten().map(|id| IncidentId::from_uuid(id.0)))
    }

    fn audit_root(&mut self, size: i64) -> Result<TreeHash, AppError> {
        super::tree::root(self.conn, 0, size)
    }

    fn audit_proof(&mut self, seq: i64, size: i64) -> Result<Option<Vec<TreeHash>>, AppError> {
        super::tree::proof(self.conn, seq.saturating_sub(1), size)
    }

    fn audit_nodes(&mut self, from: i64, to: i64) -> Result<Vec<(u32, u64, TreeHash)>, AppError> {
        super::tree::nodes(self.conn, from, to)
    }
}

/// The entries a filter lets through.
fn passing(filter: &AuditFilter) -> audit::BoxedQuery<'_, Db> {
    let mut q = audit::table.into_boxed::<Db>();
    if let Some(action) = &filter.action {
        q = q.filter(audit::action.eq(action));
    }
    if let Some(actor) = &filter.actor {
        q = q.filter(audit::actor.eq(actor));
    }
    if let Some(incident) = filter.incident {
        q = q.filter(audit::incident_id.eq(DbId(incident.uuid())));
    }
    if let Some(since) = filter.since {
        q = q.filter(audit::at.ge(DbTime(since)));
    }
    if let Some(until) = filter.until {
        q = q.filter(audit::at.lt(DbTime(until)));
    }
    q
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
/// nodes of their tree, counts, rollups. The head is locked first among the shared rows of the end, so that writers queue and never deadlock.
pub fn settle(conn: &mut Conn, pending: &mut Pending) -> Result<(), AppError> {
    for (year, last) in std::mem::take(&mut pending.numbers) {
        diesel::update(incident_numbers::table.filter(incident_numbers::year.eq(year)))
            .set(incident_numbers::last.eq(last))
            .execute(conn)
            .app()?;
    }
    let records = std::mem::take(&mut pending.records);
    let counts = std::mem::take(&mut pending.counts);
    let rollups = std::mem::take(&mut pending.rollups);
    if records.is_empty() && counts.is_empty() && rollups.is_empty() {
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
    super::tree::grow(conn, seq)?;
    own::add_counts(conn, counts).app()?;
    super::rollups::add(conn, rollups)
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
