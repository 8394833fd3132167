//! What holds after any sequence of updates, whoever sends them and whatever the registry knows.

use crate::{Action, ActionStatus, Known, NewStep, Person, Proof, UpdateStep, proves_closure};
use probatum_kernel::{ActionId, Actor, EvidenceId, IncidentId, Role, Timestamp};
use proptest::prelude::*;

fn start() -> Timestamp {
    Timestamp::EPOCH.plus_hours(1000)
}

fn evidence(n: u8) -> EvidenceId {
    EvidenceId::new(start(), &[n; 10])
}

fn actor() -> Actor {
    Actor::system("test")
}

fn by(actor: &Actor) -> Person<'_> {
    Person { actor, roles: &[Role::Operator], principal: None }
}

fn opened() -> Action {
    let cmd = NewStep { title: "Isolate the host".into(), ..NewStep::default() };
    let (id, incident) = (ActionId::new(start(), &[1; 10]), IncidentId::new(start(), &[2; 10]));
    Action::open_step(id, incident, &cmd, &actor(), start()).unwrap()
}

fn updates() -> impl Strategy<Value = Vec<(UpdateStep, Proof)>> {
    let status = proptest::option::of(proptest::sample::select(ActionStatus::ALL));
    let validation_ref = proptest::option::of((0u8..3).prop_map(evidence));
    let comment = proptest::option::weighted(0.3, "[a-z ]{0,4}");
    let owner = proptest::option::weighted(0.3, "[a-z]{0,2}");
    let due_at = proptest::option::weighted(0.3, (-2i64..30).prop_map(|h| start().plus_hours(h)));
    let cmd = (status, validation_ref, comment, owner, due_at).prop_map(
        |(status, validation_ref, comment, owner, due_at)| UpdateStep {
            decision: None,
            status,
            validation_ref,
            comment,
            owner,
            due_at,
        },
    );
    let proof = proptest::sample::select(&[Proof::NotNamed, Proof::Confirmed, Proof::Unproven][..]);
    proptest::collection::vec((cmd, proof), 0..12)
}

/// Runs the updates, each an hour after the last, and shows `see` every one that was granted.
fn run(
    mut action: Action,
    updates: &[(UpdateStep, Proof)],
    mut see: impl FnMut(&Action, &UpdateStep, Proof, &crate::Decision),
) -> Action {
    let mut now = start();
    for (cmd, proof) in updates {
        now = now.plus_hours(1);
        if let Ok(decision) = action.update(cmd, &Known::proof(*proof), &by(&actor()), now) {
            see(&action, cmd, *proof, &decision);
            action = decision.next;
        }
    }
    action
}

proptest! {
    #[test]
    fn nothing_is_proven_without_confirmed_evidence(updates in updates()) {
        let mut confirmed = Vec::new();
        let last = run(opened(), &updates, |_, cmd, proof, _| {
            if proof == Proof::Confirmed {
                confirmed.extend(cmd.validation_ref);
            }
        });
        prop_assert!(last.validation_ref.is_none_or(|id| confirmed.contains(&id)));
        prop_assert!(last.validation_ref.is_none() || last.status == ActionStatus::Completed);
        prop_assert_eq!(proves_closure(std::slice::from_ref(&last), |_| true), last.validation_ref.is_some());
    }

    #[test]
    fn what_is_finished_stays_as_it_ended(
        status in proptest::sample::select(ActionStatus::ALL), updates in updates(),
    ) {
        run(Action { status, ..opened() }, &updates, |before, _, _, decision| {
            let after = &decision.next;
            if !before.status.is_unfinished() {
                assert_eq!(before.status, after.status);
                assert_eq!((&before.owner, before.due_at), (&after.owner, after.due_at));
                assert_eq!((&before.executed_by, before.executed_at), (&after.executed_by, after.executed_at));
            }
        });
    }

    #[test]
    fn a_grant_is_one_version_and_tells_the_whole_change(updates in updates()) {
        let last = run(opened(), &updates, |before, _, _, decision| {
            let after = &decision.next;
            assert_eq!(after.version, before.version + 1);
            assert!(after.updated_at > before.updated_at);
            for change in &decision.changes {
                assert_ne!(&change.from, &change.to, "{}", change.field);
            }
            let told = |field| decision.changes.iter().any(|c| c.field == field);
            assert_eq!(told("status"), before.status != after.status);
            assert_eq!(told("validation_ref"), before.validation_ref != after.validation_ref);
            assert_eq!(told("comment"), before.comment != after.comment);
            assert_eq!(told("owner"), before.owner != after.owner);
            assert_eq!(told("due_at"), before.due_at != after.due_at);
        });
        let executed = last.executed_by.is_some() && last.executed_at.is_some();
        prop_assert_eq!(executed, last.status == ActionStatus::Completed);
    }

    #[test]
    fn the_same_arguments_give_the_same_answer(updates in updates()) {
        prop_assert_eq!(run(opened(), &updates, |_, _, _, _| ()), run(opened(), &updates, |_, _, _, _| ()));
    }
}
