//! The rows of triage runs; what a language model was told and said is read apart from them.

use super::{json, to_json, word};
use crate::schema::triage_runs;
use crate::types::{DbId, DbTime};
use diesel::prelude::*;
use probatum_application::AppError;
use probatum_application::triage::{Transcript, TriageRun};
use probatum_kernel::{IncidentId, TriageId};

/// A row of `triage_runs` without its transcript.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = triage_runs, treat_none_as_null = true)]
pub struct TriageRow {
    id: DbId,
    incident_id: DbId,
    seq: i64,
    status: String,
    engine: String,
    model: Option<String>,
    playbook: String,
    verdict: Option<String>,
    recommended_actions: String,
    fallback: Option<String>,
    failure: Option<String>,
    requested_by: String,
    started_at: DbTime,
    lease_until: DbTime,
    finished_at: Option<DbTime>,
    duration_ms: Option<i64>,
}

impl TriageRow {
    /// The row of a run.
    pub fn of(r: &TriageRun) -> Result<Self, AppError> {
        Ok(Self {
            id: DbId(r.id.uuid()),
            incident_id: DbId(r.incident_id.uuid()),
            seq: r.seq,
            status: r.status.to_string(),
            engine: r.engine.clone(),
            model: r.model.clone(),
            playbook: r.playbook.clone(),
            verdict: r.verdict.as_ref().map(to_json).transpose()?,
            recommended_actions: to_json(&r.recommended_actions)?,
            fallback: r.fallback.clone(),
            failure: r.failure.clone(),
            requested_by: r.requested_by.to_string(),
            started_at: r.started_at.into(),
            lease_until: r.lease_until.into(),
            finished_at: r.finished_at.map(DbTime),
            duration_ms: r.duration_ms,
        })
    }

    /// The run of the row, with the transcript that was read along, if it was.
    pub fn run(self, transcript: Option<TranscriptRow>) -> Result<TriageRun, AppError> {
        Ok(TriageRun {
            id: TriageId::from_uuid(self.id.0),
            incident_id: IncidentId::from_uuid(self.incident_id.0),
            seq: self.seq,
            status: word("status", &self.status)?,
            engine: self.engine,
            model: self.model,
            playbook: self.playbook,
            verdict: self.verdict.map(|v| json("verdict", &v)).transpose()?,
            recommended_actions: json("recommended_actions", &self.recommended_actions)?,
            fallback: self.fallback,
            failure: self.failure,
            requested_by: word("requested_by", &self.requested_by)?,
            started_at: self.started_at.0,
            lease_until: self.lease_until.0,
            finished_at: self.finished_at.map(|t| t.0),
            duration_ms: self.duration_ms,
            transcript: transcript.and_then(TranscriptRow::transcript),
        })
    }
}

/// What of a row of `triage_runs` is the transcript.
#[derive(Debug, Clone, Default, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = triage_runs, treat_none_as_null = true)]
pub struct TranscriptRow {
    prompt: Option<String>,
    answer: Option<String>,
    prompt_tokens: Option<i64>,
    completion_tokens: Option<i64>,
    cost: Option<f64>,
}

impl TranscriptRow {
    /// The columns of a transcript, or of none.
    pub fn of(transcript: Option<&Transcript>) -> Self {
        let Some(t) = transcript else { return Self::default() };
        Self {
            prompt: Some(t.prompt.clone()),
            answer: t.answer.clone(),
            prompt_tokens: t.prompt_tokens,
            completion_tokens: t.completion_tokens,
            cost: t.cost,
        }
    }

    fn transcript(self) -> Option<Transcript> {
        let Self { prompt, answer, prompt_tokens, completion_tokens, cost } = self;
        Some(Transcript { prompt: prompt?, answer, prompt_tokens, completion_tokens, cost })
    }
}
