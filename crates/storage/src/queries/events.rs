//! The outbox, read in order. Its numbers are given out under the lock on the audit head, which is held until the commit:
//! whoever sees a number sees every lower one (see [`settle`](super::settle)).

use super::Session;
use crate::error::OrApp;
use crate::rows::AuditRow;
use crate::schema::{audit, audit_head, outbox};
use diesel::prelude::*;
use probatum_application::AppError;
use probatum_application::ports::{AuditEntry, EventRows};

impl EventRows for Session<'_> {
    fn outbox_span(&mut self) -> Result<(i64, i64), AppError> {
        let newest: i64 = audit_head::table.select(audit_head::seq).get_result(self.conn).app()?;
        let oldest = outbox::table.select(outbox::seq).order(outbox::seq).limit(1);
        let oldest: Option<i64> = oldest.get_result(self.conn).optional().app()?;
        Ok((oldest.unwrap_or(newest.saturating_add(1)), newest))
    }

    fn outbox_types(&mut self, after: i64, limit: u32) -> Result<Vec<(i64, String)>, AppError> {
        outbox::table
            .filter(outbox::seq.gt(after))
            .order(outbox::seq)
            .limit(limit.into())
            .select((outbox::seq, outbox::topic))
            .load(self.conn)
            .app()
    }

    fn outbox_after(&mut self, after: i64, limit: u32) -> Result<Vec<AuditEntry>, AppError> {
        let rows: Vec<AuditRow> = outbox::table
            .inner_join(audit::table.on(audit::seq.eq(outbox::seq)))
            .filter(outbox::seq.gt(after))
            .order(outbox::seq)
            .limit(limit.into())
            .select(AuditRow::as_select())
            .load(self.conn)
            .app()?;
        rows.into_iter().map(AuditRow::entry).collect()
    }

    fn event(&mut self, seq: i64) -> Result<Option<AuditEntry>, AppError> {
        let row: Option<AuditRow> = audit::table
            .filter(audit::seq.eq(seq))
            .select(AuditRow::as_select())
            .get_result(self.conn)
            .optional()
            .app()?;
        row.map(AuditRow::entry).transpose()
    }
}
