//! Triage runs on the wire.

use crate::vocabulary as words;
use probatum_application::triage::{Transcript, TriageRun};
use probatum_application::use_cases::triage::NewTriage;
use probatum_triage::{Signal, Verdict};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// How to triage; no body at all is an empty object.
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = RunTriage)]
pub struct RunTriage {
    /// The playbook whose actions are recommended; absent means the one the category suggests.
    #[serde(deserialize_with = "super::present", skip_serializing_if = "Option::is_none")]
    playbook: Option<String>,
    /// Judge again what was judged before.
    force: bool,
}

impl From<RunTriage> for NewTriage {
    fn from(b: RunTriage) -> Self {
        Self { playbook: b.playbook, force: b.force }
    }
}

/// One reason, with the words of `raw_data` it rests on.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignalView {
    name: String,
    /// How much it counted, on the engine's own scale.
    weight: f64,
    /// An exact quotation from `raw_data`.
    evidence: String,
}

impl From<&Signal> for SignalView {
    fn from(s: &Signal) -> Self {
        Self { name: s.name.clone(), weight: s.weight, evidence: s.evidence.clone() }
    }
}

/// What an engine makes of an alert: a claim, never acted upon by itself.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Verdict)]
pub struct VerdictView {
    #[schema(value_type = words::Classification)]
    classification: &'static str,
    /// How sure the engine is, 0 to 1.
    #[schema(minimum = 0, maximum = 1)]
    confidence: f64,
    /// The category it proposes; the incident keeps its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<String>,
    /// Why. For those who may read `raw_data`.
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning: Option<String>,
    /// What it rests on. For those who may read `raw_data`.
    #[serde(skip_serializing_if = "Option::is_none")]
    signals: Option<Vec<SignalView>>,
    /// The engine whose verdict stands.
    engine: String,
    /// The model that engine used.
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<String>,
}

impl VerdictView {
    fn new(verdict: &Verdict, whole: bool) -> Self {
        Self {
            classification: verdict.classification().as_str(),
            confidence: verdict.confidence(),
            category: verdict.category().map(str::to_owned),
            reasoning: whole.then(|| verdict.reasoning().to_owned()),
            signals: whole.then(|| verdict.signals().iter().map(SignalView::from).collect()),
            engine: verdict.engine().to_owned(),
            model: verdict.model().map(str::to_owned),
        }
    }
}

/// What came of a triage.
#[derive(Debug, Serialize, ToSchema)]
pub struct TriageResult {
    #[schema(example = "triage-0197d2a4c1b07a3e8d5f6a7b8c9d0e1f")]
    triage_id: String,
    #[schema(value_type = words::TriageStatus)]
    status: &'static str,
    verdict: Option<VerdictView>,
    /// Actions of the playbook, chosen by the classification; nothing of them was done.
    recommended_actions: Vec<String>,
    /// The playbook they are from.
    playbook: String,
    duration_ms: Option<i64>,
    /// Why the language model that was asked did not give the verdict; the embedded engine did.
    #[serde(skip_serializing_if = "Option::is_none")]
    fallback: Option<String>,
}

impl From<&TriageRun> for TriageResult {
    fn from(r: &TriageRun) -> Self {
        Self {
            triage_id: r.id.to_string(),
            status: r.status.as_str(),
            verdict: r.verdict.as_ref().map(|v| VerdictView::new(v, true)),
            recommended_actions: r.recommended_actions.clone(),
            playbook: r.playbook.clone(),
            duration_ms: r.duration_ms,
            fallback: r.fallback.clone(),
        }
    }
}

/// What a language model was told and said.
#[derive(Debug, Serialize, ToSchema)]
pub struct TranscriptView {
    /// The question as it was sent.
    prompt: String,
    /// The answer as it came, at most 32 KiB of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt_tokens: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    completion_tokens: Option<i64>,
    /// In the currency of the configured prices.
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<f64>,
}

impl From<Transcript> for TranscriptView {
    fn from(t: Transcript) -> Self {
        let Transcript { prompt, answer, prompt_tokens, completion_tokens, cost } = t;
        Self { prompt, answer, prompt_tokens, completion_tokens, cost }
    }
}

/// A triage run.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TriageRun)]
pub struct TriageRunView {
    triage_id: String,
    #[schema(value_type = words::TriageStatus)]
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<VerdictView>,
    recommended_actions: Vec<String>,
    playbook: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_ms: Option<i64>,
    /// Its place among the runs of the incident, from 1.
    run: i64,
    /// The engine that was asked.
    engine: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<String>,
    /// Why the language model that was asked did not give the verdict.
    #[serde(skip_serializing_if = "Option::is_none")]
    fallback: Option<String>,
    /// Why there is no verdict.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
    requested_by: String,
    #[schema(format = DateTime)]
    started_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    finished_at: Option<String>,
    /// For legal_dpo and admin.
    #[serde(skip_serializing_if = "Option::is_none")]
    audit: Option<TranscriptView>,
}

impl TriageRunView {
    /// The view of a run, with what quotes `raw_data` only if that may be read.
    pub fn new(r: TriageRun, raw_data: bool) -> Self {
        Self {
            triage_id: r.id.to_string(),
            status: r.status.as_str(),
            verdict: r.verdict.as_ref().map(|v| VerdictView::new(v, raw_data)),
            recommended_actions: r.recommended_actions,
            playbook: r.playbook,
            duration_ms: r.duration_ms,
            run: r.seq,
            engine: r.engine,
            model: r.model,
            fallback: r.fallback,
            failure: r.failure,
            requested_by: r.requested_by.to_string(),
            started_at: r.started_at.to_string(),
            finished_at: r.finished_at.map(|t| t.to_string()),
            audit: r.transcript.map(TranscriptView::from),
        }
    }
}
