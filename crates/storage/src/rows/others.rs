//! The rows of audit entries, API keys and stored answers.

use super::{json, small, to_json, word};
use crate::schema::{api_keys, audit, idempotency};
use crate::types::{DbId, DbTime};
use diesel::prelude::*;
use probatum_application::ports::{ApiKey, AuditEntry};
use probatum_application::use_cases::audit::broken;
use probatum_application::{Answer, AppError};
use probatum_evidence::{EvidenceError, canonical};
use probatum_kernel::IncidentId;

/// A row of `audit`.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit)]
pub struct AuditRow {
    seq: i64,
    at: DbTime,
    actor: String,
    action: String,
    subject: String,
    incident_id: Option<DbId>,
    detail: String,
    request_id: String,
    prev_hash: String,
    hash: String,
}

impl AuditRow {
    /// The row of an entry. Its detail is kept in the canonical form, which one value has one of.
    pub fn of(e: &AuditEntry) -> Result<Self, AppError> {
        Ok(Self {
            seq: e.seq,
            at: e.at.into(),
            actor: e.actor.clone(),
            action: e.action.clone(),
            subject: e.subject.clone(),
            incident_id: e.incident.map(|i| DbId(i.uuid())),
            detail: canonical(&e.detail).map_err(EvidenceError::from)?,
            request_id: e.request_id.clone(),
            prev_hash: e.prev_hash.to_string(),
            hash: e.hash.to_string(),
        })
    }

    /// The entry, if the row is to the letter as it was written: other readers may take the same text otherwise.
    pub fn intact(self) -> Result<AuditEntry, AppError> {
        let seq = self.seq;
        let unreadable =
            |e: AppError| AppError { cause: e.cause, ..broken(seq, "a column of it cannot be read") };
        let entry = self.clone().entry().map_err(unreadable)?;
        if Self::of(&entry).map_err(unreadable)? != self {
            return Err(broken(seq, "it is not spelled as it was written"));
        }
        Ok(entry)
    }

    /// The entry of the row.
    pub fn entry(self) -> Result<AuditEntry, AppError> {
        Ok(AuditEntry {
            seq: self.seq,
            at: self.at.0,
            actor: self.actor,
            action: self.action,
            subject: self.subject,
            incident: self.incident_id.map(|i| IncidentId::from_uuid(i.0)),
            detail: json("detail", &self.detail)?,
            request_id: self.request_id,
            prev_hash: word("prev_hash", &self.prev_hash)?,
            hash: word("hash", &self.hash)?,
        })
    }
}

/// A row of `api_keys`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = api_keys)]
pub struct KeyRow {
    id: String,
    name: String,
    roles: String,
    secret_hash: String,
    created_at: DbTime,
    expires_at: Option<DbTime>,
    revoked_at: Option<DbTime>,
}

impl KeyRow {
    /// The row of a key.
    pub fn of(k: &ApiKey) -> Result<Self, AppError> {
        Ok(Self {
            id: k.id.clone(),
            name: k.name.clone(),
            roles: to_json(&k.roles)?,
            secret_hash: k.secret_hash.clone(),
            created_at: k.created_at.into(),
            expires_at: k.expires_at.map(DbTime),
            revoked_at: k.revoked_at.map(DbTime),
        })
    }

    /// The key of the row.
    pub fn key(self) -> Result<ApiKey, AppError> {
        Ok(ApiKey {
            id: self.id,
            name: self.name,
            roles: json("roles", &self.roles)?,
            secret_hash: self.secret_hash,
            created_at: self.created_at.0,
            expires_at: self.expires_at.map(|t| t.0),
            revoked_at: self.revoked_at.map(|t| t.0),
        })
    }
}

/// A row of `idempotency`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = idempotency)]
pub struct AnswerRow {
    /// Whose key.
    pub principal: String,
    /// The key.
    pub request_key: String,
    /// What was asked.
    pub fingerprint: String,
    status: i32,
    headers: String,
    body: Vec<u8>,
    created_at: DbTime,
}

impl AnswerRow {
    /// The row of an answer.
    pub fn of(
        principal: &str,
        key: &str,
        fingerprint: &str,
        a: &Answer,
        at: DbTime,
    ) -> Result<Self, AppError> {
        Ok(Self {
            principal: principal.to_owned(),
            request_key: key.to_owned(),
            fingerprint: fingerprint.to_owned(),
            status: a.status.into(),
            headers: to_json(&a.headers)?,
            body: a.body.clone(),
            created_at: at,
        })
    }

    /// Status, headers and body of an answer, as columns.
    pub fn columns(a: &Answer) -> Result<(i32, String, Vec<u8>), AppError> {
        Ok((a.status.into(), to_json(&a.headers)?, a.body.clone()))
    }

    /// The answer of the row.
    pub fn answer(self) -> Result<Answer, AppError> {
        Ok(Answer {
            status: small("status", self.status)?,
            headers: json("headers", &self.headers)?,
            body: self.body,
        })
    }
}
