//! The response desk: takes orders, has them carried out between transactions, and records what came of them.

use crate::connector::CallError;
use crate::ctx::{Ctx, Principal};
use crate::error::AppError;
use crate::idempotency::{Answer, RequestKey, answer_once};
use crate::ports::{Clock, Executor, Tx};
use crate::use_cases::actions::{self, Begun, Rules};
use futures_util::future::join_all;
use probatum_kernel::{ActionId, Code, IncidentRef, Timestamp};
use probatum_playbooks::{Action, ActionResult, ActionStatus, NewOrder, UpdateStep};
use std::sync::Arc;

/// How many orders the job loop takes up at a time.
const BATCH: u32 = 50;

/// Makes the answer to a client of an action.
pub type Render = fn(&Action) -> Result<Answer, AppError>;

/// Everything that orders need.
#[derive(Clone)]
pub struct Response {
    /// The door to transactions.
    pub store: Arc<dyn Executor>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The policy and the connectors.
    pub rules: Rules,
}

/// A request that was taken and is durable.
#[derive(Debug)]
pub struct Taken {
    /// The answer as it stands: what a repetition of the request gets until there is a better one.
    pub answer: Answer,
    /// The order that can be carried out now, if there is one.
    pub ready: Option<ActionId>,
    /// Whose request it was, and under which key.
    request: Option<(String, RequestKey)>,
}

impl Response {
    /// Takes an order. A denial leaves nothing but a record of it.
    pub async fn order(
        &self,
        ctx: Ctx,
        key: Option<RequestKey>,
        id: IncidentRef,
        cmd: NewOrder,
        render: Render,
    ) -> Result<Taken, AppError> {
        let (rules, action, asker) = (self.rules.clone(), cmd.action.clone(), ctx.clone());
        let work = move |tx: &mut dyn Tx, ctx: &Ctx| actions::order(tx, ctx, id, &cmd, &rules);
        let taken = self.take(ctx, key, work, render).await;
        if let Some(reason) = denial(&taken) {
            self.note(move |tx| actions::note_denial(tx, &asker, id, &action, &reason)).await;
        }
        taken
    }

    /// Takes the order that undoes an action. A denial leaves nothing but a record of it.
    pub async fn rollback(
        &self,
        ctx: Ctx,
        key: Option<RequestKey>,
        id: ActionId,
        render: Render,
    ) -> Result<Taken, AppError> {
        let (rules, asker) = (self.rules.clone(), ctx.clone());
        let taken = self.take(ctx, key, move |tx, ctx| actions::rollback(tx, ctx, id, &rules), render).await;
        if let Some(reason) = denial(&taken) {
            self.note(move |tx| actions::note_rollback_denial(tx, &asker, id, &reason)).await;
        }
        taken
    }

    /// Changes an action or decides about it; an approval makes it ready.
    pub async fn update(
        &self,
        ctx: Ctx,
        key: Option<RequestKey>,
        id: ActionId,
        cmd: UpdateStep,
        render: Render,
    ) -> Result<Taken, AppError> {
        let rules = self.rules.clone();
        self.take(ctx, key, move |tx, ctx| actions::update(tx, ctx, id, &cmd, &rules), render).await
    }

    async fn take(
        &self,
        ctx: Ctx,
        key: Option<RequestKey>,
        mut work: impl FnMut(&mut dyn Tx, &Ctx) -> Result<Action, AppError> + Send + 'static,
        render: Render,
    ) -> Result<Taken, AppError> {
        let request = key.clone().map(|key| (ctx.principal.id.clone(), key));
        let clock = self.clock.clone();
        let job = move |tx: &mut dyn Tx| {
            let ctx = Ctx { now: clock.now().max(ctx.now), ..ctx.clone() };
            let mut ready = None;
            let answer = answer_once(tx, &ctx, key.as_ref(), |tx, ctx| {
                let action = work(tx, ctx)?;
                ready = (action.status == ActionStatus::Approved).then_some(action.id);
                render(&action)
            })?;
            Ok((answer, ready))
        };
        let (answer, ready) = self.store.writing(job).await?;
        Ok(Taken { answer, ready, request })
    }

    /// Carries out what a request made ready, and answers with what came of it.
    pub async fn carry_out(&self, taken: Taken, render: Render) -> Result<Answer, AppError> {
        let Some(id) = taken.ready else { return Ok(taken.answer) };
        let action = self.run(id).await?;
        let fresh = render(&action)?;
        let answer = Answer { headers: taken.answer.headers, ..fresh };
        if let Some((principal, key)) = taken.request {
            let kept = answer.clone();
            self.store.writing(move |tx| tx.replace_answer(&principal, &key, &kept)).await?;
        }
        Ok(answer)
    }

    /// Claims an order, calls its connector, records what came of it. Somebody else's claim is left alone.
    pub async fn run(&self, id: ActionId) -> Result<Action, AppError> {
        let (rules, ctx) = (self.rules.clone(), self.ctx(id));
        let begun = self.store.writing(move |tx| actions::begin(tx, &ctx, id, &rules)).await?;
        let (route, call, attempt) = match begun {
            Begun::Settled(action) => return Ok(*action),
            Begun::Call { route, call, attempt } => (route, call, attempt),
        };
        let result = match self.rules.connectors.call(&route.name, *call).await {
            Ok(o) => ActionResult {
                success: o.success,
                message: o.message,
                simulated: o.simulated,
                reference: o.reference,
            },
            Err(e) => self.failed(id, &route.name, e),
        };
        let ctx = self.ctx(id);
        self.store.writing(move |tx| actions::finish(tx, &ctx, id, attempt, &result)).await
    }

    /// Takes up what nobody is at: orders never begun, claims that lapsed, approvals that ran out. All at once, so that
    /// a slow connector delays nobody else; one that fails does not keep the others from being tried.
    pub async fn run_due(&self) -> Result<(), AppError> {
        let now = self.clock.now();
        let due = self.store.reading(move |tx| tx.actions_to_wake(now, BATCH)).await?;
        let outcomes = join_all(due.into_iter().map(|id| self.take_up(id))).await;
        outcomes.into_iter().collect()
    }

    async fn take_up(&self, id: ActionId) -> Result<(), AppError> {
        let ctx = self.ctx(id);
        let action = self.store.writing(move |tx| actions::expire(tx, &ctx, id)).await?;
        if matches!(action.status, ActionStatus::Approved | ActionStatus::InProgress) {
            self.run(id).await?;
        }
        Ok(())
    }

    fn failed(&self, id: ActionId, connector: &str, e: CallError) -> ActionResult {
        tracing::warn!(action = %id, connector, cause = e.cause, "a connector failed");
        let doubt = if e.may_have_happened { " It may have been done all the same: look there." } else { "" };
        ActionResult::failure(format!("{}{doubt}", e.reason))
    }

    async fn note(&self, work: impl FnMut(&mut dyn Tx) -> Result<(), AppError> + Send + 'static) {
        if let Err(e) = self.store.writing(work).await {
            tracing::warn!(error = %e, "a denial could not be recorded");
        }
    }

    fn ctx(&self, id: ActionId) -> Ctx {
        let now: Timestamp = self.clock.now();
        Ctx { principal: Principal::system("response"), now, request_id: format!("run-{id}") }
    }
}

/// Why policy denied it, if it did.
fn denial(taken: &Result<Taken, AppError>) -> Option<String> {
    taken.as_ref().err().filter(|e| e.code == Code::Forbidden).map(|e| e.detail.clone())
}
