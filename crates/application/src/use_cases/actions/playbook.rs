//! Playbooks in use: all steps of one, or a single one, become actions of an incident.

use super::Rules;
use super::ask::{insert, open_for_actions, ruling};
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::permission::Permission;
use crate::ports::Tx;
use crate::use_cases::incidents;
use probatum_incident::{Incident, classify};
use probatum_kernel::{ActionId, Code, IncidentRef, Timestamp};
use probatum_playbooks::{Action, Library, NewPlaybookStep, Playbook, Step, Verdict, known_action};

/// The hours of an incident that has no priority yet: a step's time as the playbook says it.
const PLAIN_HOURS: i64 = 24;

/// One step of a playbook, as it is or would be added.
#[derive(Debug, Clone)]
pub struct Planned {
    /// The action; in a dry run it exists nowhere.
    pub action: Action,
    /// What would carry its action out if the caller ordered it, instead of doing the step: a connector, or people.
    pub carried_out_by: Option<String>,
    /// What the policy says to the caller about such an order. Nothing for what only people do.
    pub policy: Option<Verdict>,
}

/// All steps of a playbook, in its order.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The playbook's type.
    pub playbook: String,
    /// Its steps.
    pub steps: Vec<Planned>,
}

/// Adds all steps of a playbook, by default of the one the incident's category suggests; with `dry_run` it only says
/// what it would add. While steps of it are unfinished it is not added again.
pub fn apply(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    id: IncidentRef,
    playbook: Option<&str>,
    dry_run: bool,
    library: &Library,
    rules: &Rules,
) -> Result<Plan, AppError> {
    ctx.require(Permission::ManageActions)?;
    let incident = open_for_actions(tx, id, 0)?;
    let playbook = named(library, playbook.unwrap_or_else(|| classify(incident.category).playbook))?;
    open_for_actions(tx, id, playbook.steps.len())?;
    let unfinished =
        |a: &Action| a.status.is_unfinished() && a.step.as_ref().is_some_and(|s| s.playbook == playbook.kind);
    if let Some(action) = tx.actions_of(incident.id)?.iter().find(|a| unfinished(a)) {
        let detail = format!(
            "Steps of the playbook {} are unfinished, {} for one; complete or cancel them first.",
            playbook.kind, action.id
        );
        return Err(AppError::new(Code::StateConflict, detail));
    }
    // Lists are in the order of ids, and these are all of one moment.
    let mut ids: Vec<ActionId> = playbook.steps.iter().map(|_| ctx.new_action_id()).collect();
    ids.sort_unstable();
    let mut steps = Vec::with_capacity(playbook.steps.len());
    for (step, id) in playbook.steps.iter().zip(ids) {
        let new = NewPlaybookStep { due_at: Some(due_at(&incident, step, ctx.now)), owner: None };
        let action = make(ctx, id, &incident, playbook, step, &new)?;
        steps.push(planned(tx, ctx, &incident, action, rules)?);
    }
    if !dry_run {
        for step in &steps {
            insert(tx, ctx, &incident, &step.action, "action.added")?;
        }
        incidents::touch(tx, ctx, &incident)?;
    }
    Ok(Plan { playbook: playbook.kind.clone(), steps })
}

/// Adds one step of a playbook.
pub fn add_step(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    id: IncidentRef,
    playbook: &str,
    step: &str,
    new: &NewPlaybookStep,
    library: &Library,
) -> Result<Action, AppError> {
    ctx.require(Permission::ManageActions)?;
    let incident = open_for_actions(tx, id, 1)?;
    let playbook = named(library, playbook)?;
    let Some(step) = playbook.steps.iter().find(|s| s.key == step || s.id == step) else {
        let keys = playbook.steps.iter().map(|s| s.key.as_str()).collect::<Vec<_>>().join(", ");
        return Err(AppError::invalid("step", "invalid", format!("{} has the steps {keys}", playbook.kind)));
    };
    let due_at = new.due_at.or_else(|| Some(due_at(&incident, step, ctx.now)));
    let new = NewPlaybookStep { due_at, owner: new.owner.clone() };
    let action = make(ctx, ctx.new_action_id(), &incident, playbook, step, &new)?;
    insert(tx, ctx, &incident, &action, "action.added")?;
    incidents::touch(tx, ctx, &incident)?;
    Ok(action)
}

/// The playbook of this type, or a refusal that lists them all.
pub(in crate::use_cases) fn named<'a>(library: &'a Library, kind: &str) -> Result<&'a Playbook, AppError> {
    library.get(kind).map(AsRef::as_ref).ok_or_else(|| {
        let kinds = library.iter().map(|p| p.kind.as_str()).collect::<Vec<_>>().join(", ");
        AppError::invalid("playbook", "invalid", format!("is no playbook here; there are {kinds}"))
    })
}

fn make(
    ctx: &Ctx,
    id: ActionId,
    incident: &Incident,
    playbook: &Playbook,
    step: &Step,
    new: &NewPlaybookStep,
) -> Result<Action, AppError> {
    Ok(Action::of_playbook(id, incident.id, &playbook.kind, step, new, ctx.actor(), ctx.now)?)
}

/// A step has its share of the priority's time, from now on.
fn due_at(incident: &Incident, step: &Step, now: Timestamp) -> Timestamp {
    let hours = incident.priority.map_or(PLAIN_HOURS, |p| p.sla_hours());
    now.plus_millis(step.due_within_of(hours).saturating_mul(60_000))
}

fn planned(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    incident: &Incident,
    action: Action,
    rules: &Rules,
) -> Result<Planned, AppError> {
    let known = known_action(&action.action_type).is_some();
    let policy = if known {
        Some(ruling(tx, incident, &action.action_type, &ctx.principal.roles, rules)?.verdict)
    } else {
        None
    };
    let carried_out_by = rules.carrier(&action.action_type).filter(|_| known);
    Ok(Planned { action, carried_out_by, policy })
}
