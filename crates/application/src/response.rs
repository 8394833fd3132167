//! The response desk: takes orders, has them carried out between transactions, and records what came of them.

use crate::connector::CallError;
use crate::ctx::{Ctx, Principal};
use crate::error::AppError;
use crate::idempotency::{Answer, RequestKey, answer_once};
use crate::ports::{Clock, Executor, Tx};
use crate::use_cases::actions::{self, Begun, Denied, Rules};
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
    /// The answer as it stands.
    pub answer: Answer,
    /// The order that can be carried out now, if there is one.
    pub ready: Option<ActionId>,
    /// Whose request it was, and under which key.
    request: Option<(String, RequestKey)>,
}

/// The status of a stored answer whose order is still being carried out (RFC 2518's 102); its body is the action's id.
const RUNNING: u16 = 102;

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
        let (rules, denied, asker) = (self.rules.clone(), Denied::Order(id, cmd.action.clone()), ctx.clone());
        let work = move |tx: &mut dyn Tx, ctx: &Ctx| actions::order(tx, ctx, id, &cmd, &rules);
        let taken = self.take(ctx, key, work, render).await;
        self.note_denial(asker, denied, &taken).await;
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
        let work = move |tx: &mut dyn Tx, ctx: &Ctx| actions::rollback(tx, ctx, id, &rules);
        let taken = self.take(ctx, key, work, render).await;
        self.note_denial(asker, Denied::Rollback(id), &taken).await;
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
            let Some(key) = &key else { return Ok((answer, ready)) };
            if answer.status == RUNNING {
                return Ok((settled_since(tx, &ctx, key, answer, render)?, None));
            }
            if let Some(id) = ready {
                let body = id.to_string().into_bytes();
                let running = Answer { status: RUNNING, headers: answer.headers.clone(), body };
                tx.replace_answer(&ctx.principal.id, key, &running)?;
            }
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
        let desk = self.clone();
        let begun = self.store.writing(move |tx| actions::begin(tx, &desk.ctx(id), id, &desk.rules)).await?;
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
        let desk = self.clone();
        self.store.writing(move |tx| actions::finish(tx, &desk.ctx(id), id, attempt, &result)).await
    }

    /// What nobody is at: orders never begun, claims that lapsed, approvals that ran out; the longest due first.
    pub async fn due(&self) -> Result<Vec<ActionId>, AppError> {
        let now = self.clock.now();
        self.store.reading(move |tx| tx.actions_to_wake(now, BATCH)).await
    }

    /// Takes up one of these.
    pub async fn take_up(&self, id: ActionId) -> Result<(), AppError> {
        let desk = self.clone();
        let action = self.store.writing(move |tx| actions::expire(tx, &desk.ctx(id), id)).await?;
        if action.is_under_way() {
            self.run(id).await?;
        }
        Ok(())
    }

    fn failed(&self, id: ActionId, connector: &str, e: CallError) -> ActionResult {
        tracing::warn!(action = %id, connector, cause = e.cause, "a connector failed");
        let doubt = if e.may_have_happened { " It may have been done all the same: look there." } else { "" };
        ActionResult::failure(format!("{}{doubt}", e.reason))
    }

    async fn note_denial(&self, ctx: Ctx, denied: Denied, taken: &Result<Taken, AppError>) {
        let Some(reason) =
            taken.as_ref().err().filter(|e| e.code == Code::Forbidden).map(|e| e.detail.clone())
        else {
            return;
        };
        let noted = self.store.writing(move |tx| actions::note_denial(tx, &ctx, &denied, &reason)).await;
        if let Err(e) = noted {
            tracing::warn!(error = %e, "a denial could not be recorded");
        }
    }

    /// The circumstances of work nobody waits for. Made inside the transaction, so that a wait before it costs a claim
    /// nothing of its time.
    fn ctx(&self, id: ActionId) -> Ctx {
        let now: Timestamp = self.clock.now();
        Ctx { principal: Principal::system("response"), now, request_id: format!("run-{id}") }
    }
}

/// The answer to a request whose order was still being carried out when it was last asked for. 409 while it still is
/// (CONTRACT §1).
fn settled_since(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    key: &RequestKey,
    running: Answer,
    render: Render,
) -> Result<Answer, AppError> {
    let id = std::str::from_utf8(&running.body).ok().and_then(|text| text.parse::<ActionId>().ok());
    let id = id.ok_or_else(|| AppError::internal("a stored answer names no action"))?;
    let action = tx.action(id)?.ok_or_else(|| AppError::not_found("action"))?;
    if action.is_under_way() {
        let detail = format!("The request with this Idempotency-Key is still being carried out, as {id}.");
        return Err(AppError::new(Code::StateConflict, detail));
    }
    let answer = Answer { headers: running.headers, ..render(&action)? };
    tx.replace_answer(&ctx.principal.id, key, &answer)?;
    Ok(answer)
}
