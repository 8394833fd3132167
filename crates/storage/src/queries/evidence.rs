//! Rows of evidence and custody.

use super::{Db, Session};
use crate::error::OrApp;
use crate::rows::{CustodyRow, EvidenceRow};
use crate::schema::{custody, evidence};
use crate::types::DbId;
use diesel::prelude::*;
use probatum_application::AppError;
use probatum_application::ports::EvidenceRows;
use probatum_evidence::{CustodyEntry, Evidence};
use probatum_kernel::{EvidenceId, IncidentId};

impl EvidenceRows for Session<'_> {
    fn insert_evidence(&mut self, item: &Evidence, chain: &[CustodyEntry]) -> Result<(), AppError> {
        diesel::insert_into(evidence::table).values(EvidenceRow::of(item)?).execute(self.conn).app()?;
        for entry in chain {
            self.append_custody(item.id, entry)?;
        }
        Ok(())
    }

    fn evidence(&mut self, id: EvidenceId) -> Result<Option<Evidence>, AppError> {
        let row: Option<EvidenceRow> = evidence::table
            .filter(evidence::id.eq(DbId(id.uuid())))
            .select(EvidenceRow::as_select())
            .get_result(self.conn)
            .optional()
            .app()?;
        row.map(EvidenceRow::evidence).transpose()
    }

    fn evidence_of(&mut self, incident: IncidentId) -> Result<Vec<Evidence>, AppError> {
        let rows: Vec<EvidenceRow> = evidence::table
            .filter(evidence::incident_id.eq(DbId(incident.uuid())))
            .order(evidence::id)
            .select(EvidenceRow::as_select())
            .load(self.conn)
            .app()?;
        rows.into_iter().map(EvidenceRow::evidence).collect()
    }

    fn evidence_after(&mut self, after: Option<EvidenceId>, limit: u32) -> Result<Vec<Evidence>, AppError> {
        let mut found = evidence::table.into_boxed::<Db>().order(evidence::id).limit(limit.into());
        if let Some(id) = after {
            found = found.filter(evidence::id.gt(DbId(id.uuid())));
        }
        let rows: Vec<EvidenceRow> = found.select(EvidenceRow::as_select()).load(self.conn).app()?;
        rows.into_iter().map(EvidenceRow::evidence).collect()
    }

    fn count_evidence(&mut self) -> Result<(u64, u64), AppError> {
        let all: i64 = evidence::table.count().get_result(self.conn).app()?;
        let stored = evidence::table.filter(evidence::stored_key.is_not_null());
        let stored: i64 = stored.count().get_result(self.conn).app()?;
        Ok((u64::try_from(all).unwrap_or(0), u64::try_from(stored).unwrap_or(0)))
    }

    fn save_evidence(&mut self, item: &Evidence) -> Result<(), AppError> {
        let rows = diesel::update(evidence::table.filter(evidence::id.eq(DbId(item.id.uuid()))))
            .set((
                evidence::status.eq(item.status.as_str()),
                evidence::broken.eq(item.broken),
                evidence::custody_entries.eq(crate::rows::custody_count(item)?),
            ))
            .execute(self.conn)
            .app()?;
        Self::swapped(rows)
    }

    fn append_custody(&mut self, id: EvidenceId, entry: &CustodyEntry) -> Result<(), AppError> {
        let row = CustodyRow::of(id, entry)?;
        diesel::insert_into(custody::table).values(row).execute(self.conn).app()?;
        Ok(())
    }

    fn custody_of(&mut self, items: &[EvidenceId]) -> Result<Vec<(EvidenceId, CustodyEntry)>, AppError> {
        let items: Vec<DbId> = items.iter().map(|id| DbId(id.uuid())).collect();
        let rows: Vec<CustodyRow> = custody::table
            .filter(custody::evidence_id.eq_any(items))
            .order((custody::evidence_id, custody::seq))
            .select(CustodyRow::as_select())
            .load(self.conn)
            .app()?;
        rows.into_iter().map(CustodyRow::entry).collect()
    }

    fn custody(&mut self, id: EvidenceId) -> Result<Vec<CustodyEntry>, AppError> {
        let rows: Vec<CustodyRow> = custody::table
            .filter(custody::evidence_id.eq(DbId(id.uuid())))
            .order(custody::seq)
            .select(CustodyRow::as_select())
            .load(self.conn)
            .app()?;
        rows.into_iter().map(|row| row.entry().map(|(_, entry)| entry)).collect()
    }
}
