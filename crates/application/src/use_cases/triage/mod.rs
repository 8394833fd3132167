//! Triage: one run at a time of an incident, what it came to, and all runs of the past. A run decides about nothing.

mod recommend;

pub use recommend::recommended;

use super::actions::named;
use super::{incident_named, incidents, record};
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::permission::Permission;
use crate::ports::Tx;
use crate::triage::{Judgement, RunStatus, TriageList, TriageRun};
use probatum_incident::{Incident, classify};
use probatum_kernel::{Code, IncidentRef, Page, Timestamp};
use probatum_playbooks::Library;
use probatum_triage::{Classification, Draft, Input, Verdict};
use serde_json::{Value, json};
use std::time::Duration;

/// The most runs of one incident.
const MAX_RUNS: i64 = 1_000;
/// How much longer than a judgement takes a claim holds, in milliseconds: for the transactions around it.
const MARGIN: i64 = 5_000;
/// The engine of verdicts about incidents without `raw_data`.
const REGISTRY: &str = "registry/1";
/// The confidence of a verdict that decides nothing.
const EVEN: f64 = 0.5;

/// What a triage is asked for.
#[derive(Debug, Clone, Default)]
pub struct NewTriage {
    /// The playbook to recommend from; that of the incident's category if absent.
    pub playbook: Option<String>,
    /// Judge again what was judged before.
    pub force: bool,
}

/// Who would judge.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The engine.
    pub engine: String,
    /// The model.
    pub model: Option<String>,
    /// The longest it takes.
    pub longest: Duration,
}

/// What asking for a triage came to.
#[derive(Debug, Clone)]
pub enum Claimed {
    /// There is a result.
    Known(Box<TriageRun>),
    /// Somebody is at it.
    Join(Box<TriageRun>),
    /// It is ours: judge this, then [`finish`] or [`fail`].
    Ours {
        /// The run.
        run: Box<TriageRun>,
        /// What to judge; `None` if there is nothing, which [`nothing_to_judge`] says.
        input: Option<Box<Input>>,
    },
}

/// Claims the triage of an incident, unless it has a result (and `force` is not asked for) or somebody is at it. A run
/// whose lease has lapsed is over.
pub fn claim(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    id: IncidentRef,
    cmd: &NewTriage,
    library: &Library,
    asked: &Asked,
) -> Result<Claimed, AppError> {
    ctx.require(Permission::RunTriage)?;
    let incident = incident_named(tx, id)?;
    let playbook = cmd.playbook.as_deref().unwrap_or_else(|| classify(incident.category).playbook);
    let playbook = named(library, playbook)?.kind.clone();
    if !cmd.force
        && let Some(run) = tx.triage_completed(incident.id)?
    {
        return Ok(Claimed::Known(Box::new(run)));
    }
    if let Some(run) = tx.triage_running(incident.id)? {
        if run.lease_until > ctx.now {
            return Ok(Claimed::Join(Box::new(run)));
        }
        ended(tx, ctx, &incident, run, "The process that was at it ended before it did.")?;
    }
    let run = begun(tx, ctx, &incident, playbook, asked)?;
    let input = incident.raw_data.map(|raw_data| {
        let incident_type = Some(incident.category.to_string());
        Box::new(Input { incident_type, source: incident.source, raw_data })
    });
    Ok(Claimed::Ours { run: Box::new(run), input })
}

fn begun(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    incident: &Incident,
    playbook: String,
    asked: &Asked,
) -> Result<TriageRun, AppError> {
    let seq = tx.last_triage(incident.id)?.saturating_add(1);
    if seq > MAX_RUNS {
        let message = format!("an incident is triaged at most {MAX_RUNS} times");
        return Err(AppError::invalid("force", "too_many", message));
    }
    let data = incident.raw_data.is_some();
    let longest = i64::try_from(asked.longest.as_millis()).unwrap_or(i64::MAX / 2);
    let run = TriageRun {
        id: ctx.new_triage_id(),
        incident_id: incident.id,
        seq,
        status: RunStatus::Running,
        engine: if data { asked.engine.clone() } else { REGISTRY.to_owned() },
        model: asked.model.clone().filter(|_| data),
        playbook,
        verdict: None,
        recommended_actions: Vec::new(),
        fallback: None,
        failure: None,
        requested_by: ctx.actor().clone(),
        started_at: ctx.now,
        lease_until: ctx.now.plus_millis(longest.saturating_add(MARGIN)),
        finished_at: None,
        duration_ms: None,
        transcript: None,
    };
    tx.insert_triage(&run)?;
    let detail = json!({"engine": run.engine, "model": run.model, "playbook": run.playbook});
    record(tx, ctx, "triage.started", run.id.to_string(), Some(incident.id), detail)?;
    Ok(run)
}

/// The judgement on an incident without `raw_data`: title and summary are somebody's words about it, and prove nothing.
pub fn nothing_to_judge() -> Result<Judgement, AppError> {
    let verdict = Verdict::new(Draft {
        classification: Classification::Inconclusive,
        confidence: EVEN,
        category: None,
        reasoning: "The incident has no raw_data: there is nothing to judge but what people wrote about it."
            .to_owned(),
        signals: Vec::new(),
        engine: REGISTRY.to_owned(),
        model: None,
    })?;
    Ok(Judgement { verdict, fallback: None, transcript: None })
}

/// Records what came of a run, and notes it in the incident. A run that was taken over meanwhile records nothing: the
/// answer is how it stands.
pub fn finish(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    run: &TriageRun,
    judged: &Judgement,
    library: &Library,
) -> Result<TriageRun, AppError> {
    let incident = incident_named(tx, IncidentRef::Id(run.incident_id))?;
    let stored = tx.triage(run.id)?.ok_or_else(|| AppError::not_found("triage"))?;
    if stored.status != RunStatus::Running {
        return Ok(stored);
    }
    let steps = library.get(&run.playbook).map(|p| p.steps.as_slice()).unwrap_or_default();
    let (raw_data, verdict) = (incident.raw_data.as_ref(), &judged.verdict);
    let actions = recommended(verdict.classification(), steps, raw_data, incident.agent_id.is_some());
    let next = TriageRun {
        status: RunStatus::Completed,
        verdict: Some(verdict.clone()),
        recommended_actions: actions,
        fallback: judged.fallback.clone(),
        transcript: judged.transcript.clone(),
        ..over(stored, ctx.now)
    };
    tx.finish_triage(&next)?;
    let noted = serde_json::to_value(verdict).map_err(|e| AppError::internal(e.to_string()))?;
    incidents::save(tx, ctx, &incident, incident.triaged(&noted, &next.recommended_actions, ctx.now), None)?;
    record(tx, ctx, "triage.completed", next.id.to_string(), Some(incident.id), told(&next))?;
    Ok(next)
}

/// Records that a run has no verdict. The incident stays as it is.
pub fn fail(tx: &mut dyn Tx, ctx: &Ctx, run: &TriageRun, reason: &str) -> Result<(), AppError> {
    let incident = incident_named(tx, IncidentRef::Id(run.incident_id))?;
    match tx.triage(run.id)? {
        Some(stored) if stored.status == RunStatus::Running => ended(tx, ctx, &incident, stored, reason),
        _ => Ok(()),
    }
}

fn ended(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    incident: &Incident,
    run: TriageRun,
    reason: &str,
) -> Result<(), AppError> {
    let next =
        TriageRun { status: RunStatus::Failed, failure: Some(reason.to_owned()), ..over(run, ctx.now) };
    tx.finish_triage(&next)?;
    record(tx, ctx, "triage.failed", next.id.to_string(), Some(incident.id), json!({"reason": reason}))
}

fn over(run: TriageRun, now: Timestamp) -> TriageRun {
    let took = now.millis().saturating_sub(run.started_at.millis()).max(0);
    TriageRun { finished_at: Some(now.max(run.started_at)), duration_ms: Some(took), ..run }
}

/// What a timeline tells of a run: nothing that quotes `raw_data`.
fn told(run: &TriageRun) -> Value {
    let verdict = run.verdict.as_ref();
    json!({
        "classification": verdict.map(Verdict::classification), "confidence": verdict.map(Verdict::confidence),
        "engine": verdict.map(Verdict::engine), "model": verdict.and_then(Verdict::model), "playbook": run.playbook,
        "recommended_actions": run.recommended_actions, "fallback": run.fallback,
    })
}

/// A page of the runs of an incident, newest first: the verdicts whole only for those who may read `raw_data`, which they
/// quote, and what a language model was told and said only for those who audit.
pub fn list(tx: &mut dyn Tx, ctx: &Ctx, id: IncidentRef, page: &Page) -> Result<TriageList, AppError> {
    ctx.require(Permission::ReadTriage)?;
    let incident = incident_named(tx, id)?;
    tx.list_triage(incident.id, page, ctx.principal.may(Permission::AuditTriage))
}

/// A run as it stands, for somebody who waits for its end.
pub fn awaited(tx: &mut dyn Tx, ctx: &Ctx, run: &TriageRun) -> Result<TriageRun, AppError> {
    ctx.require(Permission::RunTriage)?;
    tx.triage(run.id)?.ok_or_else(|| AppError::not_found("incident"))
}

/// Why a run that was waited for gives no answer: it has no verdict.
pub fn without_verdict(run: &TriageRun) -> AppError {
    let reason = run.failure.as_deref().unwrap_or("It gave no verdict.");
    AppError::new(Code::Unavailable, format!("The triage {} failed. {reason} Try again.", run.id))
}
