//! Tables of what may change about a step, and what may not.

use super::*;
use crate::NewStep;
use probatum_kernel::{ActionId, Actor, Code, Coded, IncidentId, Role};

const STATUSES: &[ActionStatus] = ActionStatus::ALL;

fn now() -> Timestamp {
    "2026-07-04T09:00:00Z".parse().unwrap()
}

fn actor(name: &str) -> Actor {
    format!("operator:{name}").parse().unwrap()
}

fn evidence(n: u8) -> EvidenceId {
    EvidenceId::new(now(), &[n; 10])
}

/// A step that came to `status` in some way.
fn at(status: ActionStatus) -> Action {
    let (id, incident) = (ActionId::new(now(), &[1; 10]), IncidentId::new(now(), &[2; 10]));
    let cmd = NewStep { title: "Isolate the host".into(), ..NewStep::default() };
    let step = Action::open_step(id, incident, &cmd, &actor("first"), now()).unwrap();
    Action { status, ..step }
}

fn to(status: ActionStatus) -> UpdateStep {
    UpdateStep { status: Some(status), ..UpdateStep::default() }
}

fn update(action: &Action, cmd: &UpdateStep, proof: Proof) -> Result<Decision, ActionError> {
    let actor = actor("second");
    let by = Person { actor: &actor, roles: &[Role::Operator], principal: None };
    action.update(cmd, &Known::proof(proof), &by, now().plus_hours(1))
}

fn code(action: &Action, cmd: &UpdateStep, proof: Proof) -> Option<Code> {
    update(action, cmd, proof).err().map(|e| e.code())
}

#[test]
fn exactly_the_steps_of_the_table_exist() {
    for &from in STATUSES {
        for &target in STATUSES {
            let result = update(&at(from), &to(target), Proof::NotNamed);
            if from.next().contains(&target) {
                let decision = result.unwrap();
                assert_eq!(decision.next.status, target);
                assert_eq!(decision.next.version, 2);
                assert_eq!(decision.next.updated_at, now().plus_hours(1));
            } else {
                let error = ActionError::NoSuchStep { from, to: target, allowed: from.next() };
                assert_eq!(result, Err(error.clone()), "{from} → {target}");
                assert_eq!(error.code(), Code::StateConflict);
            }
        }
    }
}

#[test]
fn completing_says_who_and_when() {
    for &target in ActionStatus::Open.next() {
        let next = update(&at(ActionStatus::Open), &to(target), Proof::NotNamed).unwrap().next;
        let done = target == ActionStatus::Completed;
        assert_eq!(next.executed_by, done.then(|| actor("second")), "{target}");
        assert_eq!(next.executed_at, done.then(|| now().plus_hours(1)), "{target}");
    }
}

#[test]
fn evidence_counts_only_confirmed_and_only_for_completed_work() {
    use ActionStatus::{Cancelled, Completed, InProgress, Open};
    let required = Some(Code::EvidenceRequired);
    let conflict = Some(Code::StateConflict);
    for (from, status, proof, expected) in [
        (Open, Some(Completed), Proof::Confirmed, None),
        (InProgress, Some(Completed), Proof::Confirmed, None),
        (Completed, None, Proof::Confirmed, None),
        (Completed, Some(Completed), Proof::Confirmed, None),
        (Open, Some(Completed), Proof::Unproven, required),
        (Open, Some(Completed), Proof::NotNamed, required),
        (Completed, None, Proof::Unproven, required),
        (Open, None, Proof::Confirmed, required),
        (Open, Some(InProgress), Proof::Confirmed, required),
        (Cancelled, None, Proof::Confirmed, required),
        // Doctrine before state: neither step exists, yet the first is refused for what it claims.
        (Cancelled, Some(Completed), Proof::Unproven, required),
        (Cancelled, Some(Completed), Proof::Confirmed, conflict),
        (Completed, Some(Open), Proof::Confirmed, conflict),
    ] {
        let cmd = UpdateStep { status, validation_ref: Some(evidence(1)), ..UpdateStep::default() };
        assert_eq!(code(&at(from), &cmd, proof), expected, "{from} → {status:?}, {proof:?}");
    }
}

#[test]
fn a_proof_without_a_reference_changes_nothing() {
    let next = update(&at(ActionStatus::Open), &to(ActionStatus::Completed), Proof::Confirmed).unwrap().next;
    assert_eq!(next.validation_ref, None);
    assert_eq!(code(&at(ActionStatus::Open), &to(ActionStatus::Completed), Proof::Unproven), None);
}

#[test]
fn what_is_finished_keeps_its_owner_and_due_time() {
    let (owner, due_at) = (Some("soc".to_owned()), Some(now().plus_hours(2)));
    let new_owner = UpdateStep { owner: Some("legal".into()), ..UpdateStep::default() };
    let new_due = UpdateStep { due_at: Some(now().plus_hours(3)), ..UpdateStep::default() };
    let same =
        UpdateStep { owner: owner.clone(), due_at, comment: Some("done".into()), ..UpdateStep::default() };
    for &status in STATUSES {
        let action = Action { owner: owner.clone(), due_at, ..at(status) };
        let expected = (!status.is_unfinished()).then_some(Code::StateConflict);
        assert_eq!(code(&action, &new_owner, Proof::NotNamed), expected, "{status}");
        assert_eq!(code(&action, &new_due, Proof::NotNamed), expected, "{status}");
        assert_eq!(code(&action, &same, Proof::NotNamed), None, "{status}");
    }
}

#[test]
fn a_completed_step_is_not_completed_again() {
    let done = update(&at(ActionStatus::Open), &to(ActionStatus::Completed), Proof::NotNamed).unwrap().next;
    let cmd = UpdateStep { validation_ref: Some(evidence(1)), ..to(ActionStatus::Completed) };
    let proven = done
        .update(
            &cmd,
            &Known::proof(Proof::Confirmed),
            &Person { actor: &actor("third"), roles: &[Role::Operator], principal: None },
            now().plus_hours(9),
        )
        .unwrap();
    assert_eq!(proven.next.executed_by, Some(actor("second")));
    assert_eq!(proven.next.executed_at, Some(now().plus_hours(1)));
    assert_eq!(proven.changes.iter().map(|c| c.field).collect::<Vec<_>>(), ["validation_ref"]);
}

#[test]
fn changes_tell_what_was_and_what_is() {
    let action = Action { owner: Some("soc".into()), ..at(ActionStatus::Open) };
    let cmd = UpdateStep {
        decision: None,
        status: Some(ActionStatus::InProgress),
        comment: Some("begun".into()),
        owner: Some("legal".into()),
        due_at: Some(now().plus_hours(3)),
        validation_ref: None,
    };
    let changes = update(&action, &cmd, Proof::NotNamed).unwrap().changes;
    let change = |field, from: Option<&str>, to: &str| Change {
        field,
        from: from.map(str::to_owned),
        to: Some(to.to_owned()),
    };
    assert_eq!(
        changes,
        [
            change("status", Some("open"), "in_progress"),
            change("comment", None, "begun"),
            change("owner", Some("soc"), "legal"),
            change("due_at", None, "2026-07-04T12:00:00Z"),
        ]
    );
    let again = update(&update(&action, &cmd, Proof::NotNamed).unwrap().next, &cmd, Proof::NotNamed).unwrap();
    assert_eq!(again.changes, []);
    assert_eq!(again.next.version, 3);
}

#[test]
fn an_empty_command_is_refused() {
    let error = update(&at(ActionStatus::Open), &UpdateStep::default(), Proof::NotNamed).unwrap_err();
    assert_eq!(error.code(), Code::ValidationFailed);
    assert_eq!(error.fields().len(), 1);
}

#[test]
fn every_wrong_field_is_named_at_once_and_before_all_else() {
    let cmd = UpdateStep {
        decision: None,
        status: Some(ActionStatus::Open),
        validation_ref: Some(evidence(1)),
        comment: Some("x".repeat(2001)),
        owner: Some(String::new()),
        due_at: Some(now()),
    };
    let error = update(&at(ActionStatus::Rejected), &cmd, Proof::Unproven).unwrap_err();
    assert_eq!(error.code(), Code::ValidationFailed);
    let fields: Vec<_> = error.fields().into_iter().map(|f| f.field).collect();
    assert_eq!(fields, ["comment", "owner", "due_at"]);
}

#[test]
fn a_due_time_that_has_passed_may_be_repeated() {
    let late = Action { due_at: Some(now()), ..at(ActionStatus::Open) };
    let cmd = UpdateStep { due_at: Some(now()), ..to(ActionStatus::InProgress) };
    assert_eq!(code(&late, &cmd, Proof::NotNamed), None);
    assert_eq!(code(&at(ActionStatus::Open), &cmd, Proof::NotNamed), Some(Code::ValidationFailed));
}
