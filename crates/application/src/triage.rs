//! Triage runs, and the port of what judges. Judging takes time, so it happens between transactions: claim → judge →
//! record.

use probatum_kernel::{Actor, Cursor, IncidentId, Timestamp, Total, TriageId};
use probatum_triage::{EngineError, Input, Verdict};
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

probatum_kernel::vocabulary! {
    /// Where a triage run stands.
    pub enum RunStatus("triage status") {
        /// Somebody is at it, until its lease lapses.
        Running = "running",
        /// It has a verdict.
        Completed = "completed",
        /// It has none, and says why.
        Failed = "failed",
    }
}

/// One triage of one incident. Only its end changes it.
#[derive(Debug, Clone, PartialEq)]
pub struct TriageRun {
    /// Its id.
    pub id: TriageId,
    /// What was judged.
    pub incident_id: IncidentId,
    /// Its place among the runs of the incident, from 1.
    pub seq: i64,
    /// Where it stands.
    pub status: RunStatus,
    /// The engine that was asked.
    pub engine: String,
    /// The model that was asked, if any.
    pub model: Option<String>,
    /// The playbook whose actions are recommended.
    pub playbook: String,
    /// What came of it.
    pub verdict: Option<Verdict>,
    /// What the playbook recommends for the verdict.
    pub recommended_actions: Vec<String>,
    /// Why the engine that was asked gave no verdict, and the embedded one did.
    pub fallback: Option<String>,
    /// Why there is no verdict at all.
    pub failure: Option<String>,
    /// Who asked for it.
    pub requested_by: Actor,
    /// When it began.
    pub started_at: Timestamp,
    /// When somebody else may take over.
    pub lease_until: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// How long it took, in milliseconds.
    pub duration_ms: Option<i64>,
    /// What a language model was told and said.
    pub transcript: Option<Transcript>,
}

/// What went out to a language model and what came back, for audit.
#[derive(Debug, Clone, PartialEq)]
pub struct Transcript {
    /// The question, as it was sent.
    pub prompt: String,
    /// The answer, as it came, cut to a limit; none came if absent.
    pub answer: Option<String>,
    /// Tokens of the question, as the server counted them.
    pub prompt_tokens: Option<i64>,
    /// Tokens of the answer.
    pub completion_tokens: Option<i64>,
    /// What that cost, in the currency of the configured prices.
    pub cost: Option<f64>,
}

/// The rows of a page of runs.
#[derive(Debug, Clone)]
pub struct TriageList {
    /// The runs, newest first.
    pub rows: Vec<TriageRun>,
    /// How many there are in all.
    pub total: Total,
    /// Where the next page begins, if there is one.
    pub next: Option<Cursor>,
}

/// A verdict, and how it came about.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// The verdict that stands.
    pub verdict: Verdict,
    /// Why the engine that was asked did not give it, as a sentence without inner details; `None` if it did.
    pub fallback: Option<String>,
    /// What was said to and by a language model, if one was asked.
    pub transcript: Option<Transcript>,
}

/// A judgement to come.
pub type Judging<'a> = Pin<Box<dyn Future<Output = Result<Judgement, EngineError>> + Send + 'a>>;

/// What judges alerts, as configured. An implementation MUST:
///
/// - end within [`longest`](Self::longest), and bear several calls at once;
/// - answer only verdicts whose quotations stand in the input;
/// - fall back to the embedded engine if it depends on anything outside, and say so;
/// - let nothing in the input lower the verdict of the embedded engine.
pub trait Triager: Send + Sync {
    /// The engine that is asked.
    fn engine(&self) -> &str;
    /// The model that is asked.
    fn model(&self) -> Option<&str>;
    /// The longest a judgement takes. A claim holds longer than this.
    fn longest(&self) -> Duration;
    /// Judges one alert. An error means that there is no verdict at all.
    fn judge(&self, input: Input) -> Judging<'_>;
}
