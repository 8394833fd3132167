//! The rows of evidence and of its chain of custody.

use super::{small, word, words};
use crate::schema::{custody, evidence};
use crate::types::{DbId, DbTime};
use diesel::prelude::*;
use probatum_application::AppError;
use probatum_evidence::{CustodyEntry, Evidence, Stored};
use probatum_kernel::{EvidenceId, IncidentId};

/// A row of `evidence`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = evidence)]
pub struct EvidenceRow {
    id: DbId,
    incident_id: DbId,
    kind: String,
    source: String,
    content_ref: Option<String>,
    hash_sha256: Option<String>,
    confidence: i32,
    visibility: String,
    description: Option<String>,
    contradicts: Option<DbId>,
    tlp: Option<String>,
    status: String,
    stored_size: Option<i64>,
    stored_media_type: Option<String>,
    stored_file_name: Option<String>,
    stored_key: Option<String>,
    broken: bool,
    custody_entries: i32,
    created_at: DbTime,
    created_by: String,
}

impl EvidenceRow {
    /// The row of an item.
    pub fn of(e: &Evidence) -> Result<Self, AppError> {
        let size = e.stored.as_ref().map(|s| i64::try_from(s.size)).transpose();
        Ok(Self {
            id: DbId(e.id.uuid()),
            incident_id: DbId(e.incident_id.uuid()),
            kind: e.kind.to_string(),
            source: e.source.clone(),
            content_ref: e.content_ref.clone(),
            hash_sha256: e.hash_sha256.as_ref().map(ToString::to_string),
            confidence: e.confidence.into(),
            visibility: e.visibility.to_string(),
            description: e.description.clone(),
            contradicts: e.contradicts.map(|c| DbId(c.uuid())),
            tlp: e.tlp.map(|t| t.to_string()),
            status: e.status.to_string(),
            stored_size: size.map_err(|_| AppError::internal("content larger than the database can say"))?,
            stored_media_type: e.stored.as_ref().map(|s| s.media_type.clone()),
            stored_file_name: e.stored.as_ref().map(|s| s.file_name.clone()),
            stored_key: e.stored.as_ref().map(|s| s.key.clone()),
            broken: e.broken,
            custody_entries: entries(e)?,
            created_at: e.created_at.into(),
            created_by: e.created_by.to_string(),
        })
    }

    /// The item of the row.
    pub fn evidence(self) -> Result<Evidence, AppError> {
        let size = self.stored_size.map(u64::try_from).transpose();
        let size = size.map_err(|_| AppError::internal("column stored_size is negative"))?;
        let stored = match (size, self.stored_media_type, self.stored_file_name, self.stored_key) {
            (Some(size), Some(media_type), Some(file_name), Some(key)) => {
                Some(Stored { size, media_type, file_name, key })
            }
            _ => None,
        };
        Ok(Evidence {
            id: EvidenceId::from_uuid(self.id.0),
            incident_id: IncidentId::from_uuid(self.incident_id.0),
            kind: word("kind", &self.kind)?,
            source: self.source,
            content_ref: self.content_ref,
            hash_sha256: words("hash_sha256", self.hash_sha256.as_ref())?,
            confidence: small("confidence", self.confidence)?,
            visibility: word("visibility", &self.visibility)?,
            description: self.description,
            contradicts: self.contradicts.map(|c| EvidenceId::from_uuid(c.0)),
            tlp: words("tlp", self.tlp.as_ref())?,
            status: word("status", &self.status)?,
            stored,
            broken: self.broken,
            custody_entries: small("custody_entries", self.custody_entries)?,
            created_at: self.created_at.0,
            created_by: word("created_by", &self.created_by)?,
        })
    }
}

/// The number of custody entries as the column holds it.
pub fn entries(e: &Evidence) -> Result<i32, AppError> {
    i32::try_from(e.custody_entries).map_err(|_| AppError::internal("too many custody entries"))
}

/// A row of `custody`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = custody)]
pub struct CustodyRow {
    evidence_id: DbId,
    seq: i32,
    ts: DbTime,
    actor: String,
    action: String,
    hash_after: Option<String>,
    intact: Option<bool>,
    note: Option<String>,
    prev_hash: String,
    entry_hash: String,
}

impl CustodyRow {
    /// The row of an entry.
    pub fn of(item: EvidenceId, e: &CustodyEntry) -> Result<Self, AppError> {
        Ok(Self {
            evidence_id: DbId(item.uuid()),
            seq: i32::try_from(e.seq).map_err(|_| AppError::internal("custody entry out of range"))?,
            ts: e.ts.into(),
            actor: e.actor.to_string(),
            action: e.action.to_string(),
            hash_after: e.hash_after.as_ref().map(ToString::to_string),
            intact: e.intact,
            note: e.note.clone(),
            prev_hash: e.prev_hash.to_string(),
            entry_hash: e.entry_hash.to_string(),
        })
    }

    /// The item and the entry of the row.
    pub fn entry(self) -> Result<(EvidenceId, CustodyEntry), AppError> {
        let entry = CustodyEntry {
            seq: small("seq", self.seq)?,
            ts: self.ts.0,
            actor: word("actor", &self.actor)?,
            action: word("action", &self.action)?,
            hash_after: words("hash_after", self.hash_after.as_ref())?,
            intact: self.intact,
            note: self.note,
            prev_hash: word("prev_hash", &self.prev_hash)?,
            entry_hash: word("entry_hash", &self.entry_hash)?,
        };
        Ok((EvidenceId::from_uuid(self.evidence_id.0), entry))
    }
}
