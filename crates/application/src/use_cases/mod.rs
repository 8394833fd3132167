//! What the registry does, one function per use case: check, load, decide (in a domain crate), save, record.

pub mod actions;
pub mod agents;
pub mod audit;
pub mod audit_log;
pub mod deadlines;
pub mod events;
pub mod evidence;
pub mod evidence_check;
pub mod facts;
pub mod feeds;
pub mod housekeeping;
pub mod incidents;
pub mod intake;
pub mod keys;
pub mod log_intake;
pub mod playbooks;
pub mod quarantine;
pub mod reports;
pub mod sharing;
pub mod statistics;
pub mod timeline;
pub(crate) mod told;
pub mod triage;
pub mod webhooks;

use crate::ctx::Ctx;
use crate::error::AppError;
use crate::ports::{Record, Tx};
use probatum_compliance_export::MAX_REASON;
use probatum_evidence::Evidence;
use probatum_incident::Incident;
use probatum_kernel::{EvidenceId, IncidentId, IncidentRef, TextError, check_text};
use probatum_playbooks::{Action, ActionResult};
use serde_json::Value;

/// The incident a client names, or 404.
fn incident_named(tx: &mut dyn Tx, id: IncidentRef) -> Result<Incident, AppError> {
    tx.incident(id)?.ok_or_else(|| AppError::not_found("incident"))
}

/// What a caller may see of an incident's evidence. Whatever else names an item they may not see is silent about it.
struct Visible {
    all: bool,
    items: Vec<Evidence>,
}

impl Visible {
    fn of(tx: &mut dyn Tx, ctx: &Ctx, incident: IncidentId) -> Result<Self, AppError> {
        let all = ctx.scope().all_evidence;
        let mut items = tx.evidence_of(incident)?;
        items.retain(|e| probatum_evidence::may_see(all, e.visibility));
        Ok(Self { all, items })
    }

    fn names(&self, id: EvidenceId) -> bool {
        self.all || self.items.iter().any(|e| e.id == id)
    }

    /// The items, without references to those the caller may not see.
    fn evidence(&self) -> Vec<Evidence> {
        let shown =
            |e: &Evidence| Evidence { contradicts: e.contradicts.filter(|c| self.names(*c)), ..e.clone() };
        self.items.iter().map(shown).collect()
    }

    /// The action without hidden evidence, and without what tells what it was carried out with: parameters and their
    /// digest, what the other side said, remarks.
    fn action(&self, mut action: Action) -> Action {
        action.validation_ref = action.validation_ref.filter(|v| self.names(*v));
        if self.all {
            return action;
        }
        action.comment = None;
        if let Some(order) = &mut action.order {
            order.parameters.clear();
            order.digest.clear();
            order.result = order.result.take().map(ActionResult::in_short);
        }
        action
    }
}

/// Refuses a reason that says nothing, or too much.
fn check_reason(reason: &str) -> Result<(), AppError> {
    let message = format!("must say why, in 1 to {MAX_REASON} characters");
    check_text(reason, MAX_REASON).map_err(|e| {
        let code = if e == TextError::Empty { "required" } else { "invalid" };
        AppError::invalid("reason", code, message)
    })
}

/// Writes one record about an incident into audit log, timeline and outbox.
fn record(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    action: &'static str,
    subject: String,
    incident: Option<IncidentId>,
    detail: Value,
) -> Result<(), AppError> {
    let (actor, request_id) = (ctx.actor().clone(), ctx.request_id.clone());
    tx.record(&Record { at: ctx.now, actor, action, subject, incident, detail, request_id })
}
