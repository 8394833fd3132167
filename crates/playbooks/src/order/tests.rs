//! Orders from asking to their end, and property tests: nothing denied or undecided ever runs.

use super::*;
use crate::{ApprovalLevel, Known, Proof, UpdateStep};
use probatum_kernel::{Code, Coded, Role};
use proptest::prelude::*;

fn start() -> Timestamp {
    Timestamp::EPOCH.plus_hours(1000)
}

fn actor(text: &str) -> Actor {
    text.parse().unwrap()
}

fn ruling(verdict: Verdict) -> Ruling {
    Ruling { rule: "test".into(), verdict }
}

fn order() -> NewOrder {
    let parameters = json!({"ip": "192.0.2.1"}).as_object().unwrap().clone();
    NewOrder { action: "block_ip".into(), parameters, rollback_of: None }
}

fn asked(verdict: Verdict, automated: bool) -> Result<Action, ActionError> {
    let (id, incident) = (ActionId::new(start(), &[1; 10]), IncidentId::new(start(), &[2; 10]));
    let asker = actor("operator:asker");
    let by = Person { actor: &asker, roles: &[Role::Operator], principal: Some("k1") };
    Action::request(id, incident, &order(), &ruling(verdict), automated, &by, start())
}

fn waiting() -> Action {
    asked(Verdict::RequiresApproval(ApprovalLevel::Senior), true).unwrap()
}

const CARRIER: Carrier<'static> = Carrier { name: "edge", repeatable: true };

fn decide(
    action: &Action,
    choice: Choice,
    who: &str,
    roles: &[Role],
    hours: i64,
) -> Result<Action, ActionError> {
    let actor = actor(who);
    let cmd = UpdateStep { decision: Some(choice), ..UpdateStep::default() };
    let known = Known { proof: Proof::NotNamed, connector: true, verdict: None };
    let by = Person { actor: &actor, roles, principal: None };
    action.update(&cmd, &known, &by, start().plus_hours(hours)).map(|d| d.next)
}

#[test]
fn policy_decides_where_an_order_begins() {
    assert_eq!(asked(Verdict::Allowed, true).unwrap().status, ActionStatus::Approved);
    assert_eq!(asked(Verdict::Allowed, false).unwrap().status, ActionStatus::Open);
    let waits = waiting();
    assert_eq!(
        (waits.status, waits.approval_level),
        (ActionStatus::PendingApproval, Some(ApprovalLevel::Senior))
    );
    let denied = asked(Verdict::Denied, true).unwrap_err();
    assert_eq!(denied.code(), Code::Forbidden);
}

#[test]
fn an_approval_takes_another_person_of_the_level_in_time_and_once() {
    let code = |r: Result<Action, ActionError>| r.unwrap_err().code();
    let action = waiting();
    assert_eq!(
        code(decide(&action, Choice::Approve, "senior:asker", &[Role::SeniorAnalyst], 1)),
        Code::SelfApproval
    );
    assert_eq!(
        code(decide(&action, Choice::Approve, "operator:other", &[Role::Operator], 1)),
        Code::InsufficientApprovalLevel
    );
    assert_eq!(
        code(decide(&action, Choice::Approve, "manager:boss", &[Role::IncidentManager], 24)),
        Code::StateConflict
    );
    let approved = decide(&action, Choice::Approve, "manager:boss", &[Role::IncidentManager], 23).unwrap();
    assert_eq!(approved.status, ActionStatus::Approved);
    assert_eq!(approved.order.as_ref().unwrap().decided_by, Some(actor("manager:boss")));
    for choice in Choice::ALL {
        let again = decide(&approved, *choice, "manager:other", &[Role::IncidentManager], 23);
        assert_eq!(code(again), Code::AlreadyDecided);
    }
    let rejected = decide(&action, Choice::Reject, "senior:other", &[Role::SeniorAnalyst], 1).unwrap();
    assert_eq!(rejected.status, ActionStatus::Rejected);
    assert_eq!(
        rejected.claim(Some(CARRIER), start().plus_hours(2), start().plus_hours(1)),
        Err(ActionError::NotReady)
    );
    assert_eq!(action.expire(start().plus_hours(23)), None);
    assert_eq!(action.expire(start().plus_hours(24)).unwrap().status, ActionStatus::Expired);
}

#[test]
fn a_status_of_approved_or_rejected_is_a_decision_and_may_not_contradict_one() {
    let by_status = |status| UpdateStep { status: Some(status), ..UpdateStep::default() };
    assert!(by_status(ActionStatus::Approved).only_decides());
    assert!(!by_status(ActionStatus::Cancelled).only_decides());
    let both = UpdateStep { decision: Some(Choice::Approve), ..by_status(ActionStatus::Rejected) };
    let boss = actor("manager:boss");
    let by = Person { actor: &boss, roles: &[Role::IncidentManager], principal: None };
    let known = Known { proof: Proof::NotNamed, connector: true, verdict: None };
    assert_eq!(waiting().update(&both, &known, &by, start()).unwrap_err().code(), Code::ValidationFailed);
    let rejected = waiting().update(&by_status(ActionStatus::Rejected), &known, &by, start()).unwrap().next;
    assert_eq!(rejected.status, ActionStatus::Rejected);
}

#[test]
fn a_claim_is_held_by_one_and_taken_up_again_only_when_it_lapsed() {
    let action = asked(Verdict::Allowed, true).unwrap();
    let (now, until) = (start().plus_hours(1), start().plus_hours(2));
    let Ok(Claim::Ours(held)) = action.claim(Some(CARRIER), until, now) else { panic!("not ours") };
    assert_eq!((held.status, held.order.as_ref().unwrap().attempts), (ActionStatus::InProgress, 1));
    assert_eq!(held.claim(Some(CARRIER), until, now), Err(ActionError::NotReady));
    assert!(held.steps_for_people().is_empty());
    let Ok(Claim::Ours(again)) = held.claim(Some(CARRIER), until.plus_hours(1), until) else {
        panic!("not ours")
    };
    let done = ActionResult { success: true, message: "done".into(), simulated: false, reference: None };
    assert_eq!(
        again.record(1, done.clone(), until),
        Err(ActionError::NotReady),
        "the lapsed claim records nothing"
    );
    let ended = again.record(2, done.clone(), until).unwrap();
    assert_eq!(ended.status, ActionStatus::Completed);
    assert_eq!(ended.record(2, done, until), Err(ActionError::NotReady), "and nobody records twice");

    let once = Carrier { repeatable: false, ..CARRIER };
    let Ok(Claim::Settled(failed)) = held.claim(Some(once), until.plus_hours(1), until) else {
        panic!("called twice")
    };
    assert_eq!(failed.status, ActionStatus::Failed);
}

#[test]
fn a_lapsed_claim_is_not_taken_up_by_another_connector() {
    let action = asked(Verdict::Allowed, true).unwrap();
    let (now, until) = (start().plus_hours(1), start().plus_hours(2));
    let Ok(Claim::Ours(held)) = action.claim(Some(CARRIER), until, now) else { panic!("not ours") };
    let other = Carrier { name: "simulator", repeatable: true };
    let Ok(Claim::Settled(failed)) = held.claim(Some(other), until.plus_hours(1), until) else {
        panic!("called twice")
    };
    assert_eq!(failed.status, ActionStatus::Failed);
}

#[test]
fn an_approval_that_was_not_used_in_time_is_over() {
    let approved = decide(&waiting(), Choice::Approve, "senior:other", &[Role::SeniorAnalyst], 23).unwrap();
    let late = start().plus_hours(25);
    let Ok(Claim::Settled(over)) = approved.claim(Some(CARRIER), late.plus_hours(1), late) else {
        panic!("begun")
    };
    assert_eq!(over.status, ActionStatus::Expired);
}

#[test]
fn a_case_that_became_graver_takes_the_graver_approval() {
    let (senior, boss) = (actor("senior:other"), actor("manager:boss"));
    let cmd = UpdateStep { decision: Some(Choice::Approve), ..UpdateStep::default() };
    let graver = Some(Verdict::RequiresApproval(ApprovalLevel::Manager));
    let known = Known { proof: Proof::NotNamed, connector: true, verdict: graver };
    let by = |actor, roles| Person { actor, roles, principal: None };
    let low = waiting().update(&cmd, &known, &by(&senior, &[Role::SeniorAnalyst]), start()).unwrap_err();
    assert_eq!(low, ActionError::LevelTooLow { level: ApprovalLevel::Manager });
    assert!(waiting().update(&cmd, &known, &by(&boss, &[Role::IncidentManager]), start()).is_ok());
    let denied = Known { verdict: Some(Verdict::Denied), ..known };
    let refused = waiting().update(&cmd, &denied, &by(&boss, &[Role::IncidentManager]), start()).unwrap_err();
    assert_eq!(refused.code(), Code::Forbidden);
}

#[test]
fn without_a_connector_people_do_it() {
    let action = asked(Verdict::Allowed, true).unwrap();
    let Ok(Claim::Settled(manual)) = action.claim(None, start(), start()) else { panic!("no connector") };
    assert_eq!((manual.status, manual.is_automated()), (ActionStatus::Open, false));
    assert!(manual.steps_for_people().contains(&ActionStatus::Completed));
}

#[test]
fn what_was_changed_after_the_approval_is_not_begun() {
    let approved = decide(&waiting(), Choice::Approve, "senior:other", &[Role::SeniorAnalyst], 1).unwrap();
    let mut order = approved.order.clone().unwrap();
    order.parameters.insert("ip".into(), json!("198.51.100.1"));
    let changed = Action { order: Some(order.clone()), ..approved.clone() };
    let unsigned =
        Action { order: Some(Order { approved_digest: None, ..order.clone() }), ..approved.clone() };
    order.digest = digest(approved.incident_id, "block_ip", &order.parameters).unwrap();
    let redigested = Action { order: Some(order), ..approved };
    for action in [changed, unsigned, redigested] {
        let Ok(Claim::Settled(failed)) =
            action.claim(Some(CARRIER), start().plus_hours(3), start().plus_hours(2))
        else {
            panic!("it was begun")
        };
        assert_eq!(failed.status, ActionStatus::Failed);
    }
}

#[test]
fn what_was_done_can_be_undone_once_there_is_an_inverse() {
    let action = asked(Verdict::Allowed, true).unwrap();
    assert!(matches!(action.undo(), Err(ActionError::NothingToUndo { .. })));
    let done = Action { status: ActionStatus::Completed, ..action };
    let undo = done.undo().unwrap();
    assert_eq!((undo.action.as_str(), undo.rollback_of), ("unblock_ip", Some(done.id)));
    assert_eq!(undo.parameters, order().parameters);
    let no_way_back = Action { action_type: "revoke_sessions".into(), ..done };
    assert!(matches!(no_way_back.undo(), Err(ActionError::NoInverse { .. })));
}

/// One request or one turn of the job loop.
#[derive(Debug, Clone)]
enum Turn {
    Update(UpdateStep, &'static str, Role),
    Claim(Option<bool>),
    Record(u32, bool),
    Expire,
}

fn turns() -> impl Strategy<Value = Vec<Turn>> {
    let decision = proptest::option::of(proptest::sample::select(Choice::ALL));
    let status = proptest::option::of(proptest::sample::select(ActionStatus::ALL));
    let update = (decision, status).prop_map(|(decision, status)| UpdateStep {
        decision,
        status,
        ..UpdateStep::default()
    });
    let who = proptest::sample::select(&["operator:asker", "senior:other", "manager:boss"][..]);
    let role =
        proptest::sample::select(&[Role::Analyst, Role::Operator, Role::SeniorAnalyst, Role::AiSafety][..]);
    let turn = prop_oneof![
        4 => (update, who, role).prop_map(|(u, w, r)| Turn::Update(u, w, r)),
        3 => proptest::option::weighted(0.8, any::<bool>()).prop_map(Turn::Claim),
        2 => (0u32..4, any::<bool>()).prop_map(|(n, ok)| Turn::Record(n, ok)),
        1 => Just(Turn::Expire),
    ];
    proptest::collection::vec(turn, 0..25)
}

proptest! {
    #[test]
    fn nothing_undecided_or_denied_ever_runs(turns in turns(), level in proptest::sample::select(ApprovalLevel::ALL)) {
        prop_assert!(asked(Verdict::Denied, true).is_err());
        let mut action = asked(Verdict::RequiresApproval(level), true).unwrap();
        let (mut now, mut approved_by, mut calls) = (start(), None, 0);
        for turn in turns {
            now = now.plus_hours(3);
            let next = match turn {
                Turn::Update(cmd, who, role) => {
                    let actor = actor(who);
                    let roles = [role];
                    let by = Person { actor: &actor, roles: &roles, principal: None };
                    let known = Known { proof: Proof::NotNamed, connector: true, verdict: None };
                    let next = action.update(&cmd, &known, &by, now).ok().map(|d| d.next);
                    let was_waiting = action.status == ActionStatus::PendingApproval;
                    if let Some(next) = next.as_ref().filter(|n| was_waiting && n.status == ActionStatus::Approved) {
                        {
                            prop_assert!(level.held_by(&roles) && who != "operator:asker");
                            prop_assert!(now < start().plus_hours(APPROVAL_HOURS));
                            approved_by = next.order.as_ref().and_then(|o| o.decided_by.clone());
                        }
                    }
                    next
                }
                Turn::Claim(repeatable) => {
                    let carrier = repeatable.map(|repeatable| Carrier { repeatable, ..CARRIER });
                    match action.claim(carrier, now.plus_hours(2), now) {
                        Ok(Claim::Ours(next)) => {
                            calls += 1;
                            prop_assert!(approved_by.is_some(), "called without an approval");
                            Some(next)
                        }
                        Ok(Claim::Settled(next)) => Some(next),
                        Err(_) => None,
                    }
                }
                Turn::Record(attempt, success) => {
                    let result = ActionResult { success, ..ActionResult::failure("x") };
                    action.record(attempt, result, now).ok()
                }
                Turn::Expire => action.expire(now),
            };
            if let Some(next) = next {
                prop_assert_eq!(next.version, action.version + 1);
                prop_assert!(action.status.is_unfinished() || next.status == action.status, "it rose again");
                action = next;
            }
            let by_connector = action.executed_by.as_ref().is_some_and(|a| a.as_str() == "system:response");
            prop_assert!(!by_connector || (calls > 0 && approved_by.is_some()));
        }
    }
}
