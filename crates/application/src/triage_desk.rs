//! The triage desk: claims a triage, has it judged between transactions, records what came of it. Whoever asks while
//! somebody is at it waits for the same answer.

use crate::ctx::Ctx;
use crate::error::AppError;
use crate::idempotency::{Answer, RequestKey, answer_once, kept_answer};
use crate::playbooks::Playbooks;
use crate::ports::{Clock, Executor, Tx};
use crate::triage::{RunStatus, TriageRun, Triager};
use crate::use_cases::triage::{self, Asked, Claimed, NewTriage};
use probatum_kernel::{Code, IncidentRef};
use probatum_triage::Input;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// How long a request waits for a run that is another's.
const PATIENCE: Duration = Duration::from_secs(60);
/// The first pause between two looks at it; doubled for each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Makes the answer to a client of a run.
pub type RenderRun = fn(&TriageRun) -> Result<Answer, AppError>;
/// Lets time pass. The application knows no runtime; whoever runs it does.
pub type Pause = fn(Duration) -> Pin<Box<dyn Future<Output = ()> + Send>>;

/// Everything that triage needs.
#[derive(Clone)]
pub struct TriageDesk {
    /// The door to transactions.
    pub store: Arc<dyn Executor>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The playbooks that recommend.
    pub playbooks: Arc<dyn Playbooks>,
    /// What judges.
    pub triager: Arc<dyn Triager>,
    /// How to wait.
    pub pause: Pause,
}

/// One request for a triage.
#[derive(Clone)]
struct Request {
    ctx: Ctx,
    key: Option<RequestKey>,
    id: IncidentRef,
    cmd: NewTriage,
    render: RenderRun,
}

enum Step {
    Answer(Answer),
    Wait(Box<TriageRun>),
    Judge(Box<TriageRun>, Option<Box<Input>>),
}

impl TriageDesk {
    /// Triages an incident, or answers with what is known of it, or waits for a run under way. The work may outlast the
    /// client: it ends by itself within the time its lease holds.
    ///
    /// Fails with `state_conflict` if another's run is still under way after a minute.
    pub async fn triage(
        &self,
        ctx: Ctx,
        key: Option<RequestKey>,
        id: IncidentRef,
        cmd: NewTriage,
        render: RenderRun,
    ) -> Result<Answer, AppError> {
        let request = Request { ctx, key, id, cmd, render };
        let mut waited = Duration::ZERO;
        loop {
            match self.claim(request.clone()).await? {
                Step::Answer(answer) => return Ok(answer),
                Step::Judge(run, input) => return self.judge(request, *run, input).await,
                Step::Wait(run) => match self.wait(&request, *run, &mut waited).await? {
                    Some(run) => return self.answer(request, run).await,
                    // It lapsed: whoever comes first takes over.
                    None => continue,
                },
            }
        }
    }

    async fn claim(&self, request: Request) -> Result<Step, AppError> {
        let (library, clock) = (self.playbooks.library(), self.clock.clone());
        let asked = Asked {
            engine: self.triager.engine().to_owned(),
            model: self.triager.model().map(str::to_owned),
            longest: self.triager.longest(),
        };
        let work = move |tx: &mut dyn Tx| {
            let Request { ctx, key, id, cmd, render } = &request;
            let ctx = Ctx { now: clock.now().max(ctx.now), ..ctx.clone() };
            if let Some(answer) = kept_answer(tx, &ctx, key.as_ref())? {
                return Ok(Step::Answer(answer));
            }
            Ok(match triage::claim(tx, &ctx, *id, cmd, &library, &asked)? {
                Claimed::Known(run) => {
                    Step::Answer(answer_once(tx, &ctx, key.as_ref(), |_, _| render(&run))?)
                }
                Claimed::Join(run) => Step::Wait(run),
                Claimed::Ours { run, input } => Step::Judge(run, input),
            })
        };
        self.store.writing(work).await
    }

    /// Judges a run that is ours and records what came of it, together with the answer.
    async fn judge(
        &self,
        request: Request,
        run: TriageRun,
        input: Option<Box<Input>>,
    ) -> Result<Answer, AppError> {
        let judged = match input {
            Some(input) => self.triager.judge(*input).await.map_err(AppError::from),
            None => triage::nothing_to_judge(),
        };
        let (library, clock) = (self.playbooks.library(), self.clock.clone());
        match judged {
            Ok(judgement) => {
                let work = move |tx: &mut dyn Tx| {
                    let Request { ctx, key, render, .. } = &request;
                    let ctx = Ctx { now: clock.now().max(ctx.now), ..ctx.clone() };
                    answer_once(tx, &ctx, key.as_ref(), |tx, ctx| {
                        let run = triage::finish(tx, ctx, &run, &judgement, &library)?;
                        if run.status == RunStatus::Completed {
                            render(&run)
                        } else {
                            Err(triage::without_verdict(&run))
                        }
                    })
                };
                self.store.writing(work).await
            }
            Err(e) => {
                let (id, cause) = (run.id, e.cause.clone().unwrap_or_default());
                tracing::warn!(triage = %id, error = %e, cause, "a triage failed");
                let ctx = Ctx { now: clock.now().max(request.ctx.now), ..request.ctx };
                let reason = e.detail.clone();
                self.store.writing(move |tx| triage::fail(tx, &ctx, &run, &reason)).await?;
                Err(e)
            }
        }
    }

    /// Waits for another's run: the run once it has a verdict, `None` once its lease has lapsed.
    async fn wait(
        &self,
        request: &Request,
        run: TriageRun,
        waited: &mut Duration,
    ) -> Result<Option<TriageRun>, AppError> {
        let mut pause = FIRST_PAUSE;
        while *waited < PATIENCE {
            (self.pause)(pause).await;
            *waited = waited.saturating_add(pause);
            pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
            let (ctx, of) = (request.ctx.clone(), run.clone());
            let now = self.store.reading(move |tx| triage::awaited(tx, &ctx, &of)).await?;
            match now.status {
                RunStatus::Completed => return Ok(Some(now)),
                RunStatus::Failed => return Err(triage::without_verdict(&now)),
                RunStatus::Running if now.lease_until <= self.clock.now() => return Ok(None),
                RunStatus::Running => {}
            }
        }
        let detail = format!("A triage of this incident is under way ({}); ask again in a while.", run.id);
        Err(AppError::new(Code::StateConflict, detail))
    }

    /// The answer of a run that ended, kept under the request's key if it has one.
    async fn answer(&self, request: Request, run: TriageRun) -> Result<Answer, AppError> {
        let Request { ctx, key, render, .. } = request;
        if key.is_none() {
            return render(&run);
        }
        self.store.writing(move |tx| answer_once(tx, &ctx, key.as_ref(), |_, _| render(&run))).await
    }
}
