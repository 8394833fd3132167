//! What the actions of an incident say about closing it.

use crate::{Action, ActionStatus};
use probatum_kernel::EvidenceId;

/// Whether one of the actions proves that the remedy works: it is completed, and its `validation_ref` is
/// evidence for which `confirmed` holds. `verified` and `closed` take this (CONTRACT §3).
///
/// `actions` are those of one incident. The evidence is asked about again, because what was confirmed when it
/// was named may be disputed by now.
pub fn proves_closure(actions: &[Action], confirmed: impl Fn(EvidenceId) -> bool) -> bool {
    actions.iter().any(|a| a.status == ActionStatus::Completed && a.validation_ref.is_some_and(&confirmed))
}

/// How many of the actions are not finished; `closed` takes none (CONTRACT §3).
pub fn unfinished(actions: &[Action]) -> usize {
    actions.iter().filter(|a| a.status.is_unfinished()).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NewStep;
    use probatum_kernel::{ActionId, IncidentId, Timestamp};

    fn action(status: ActionStatus, validation_ref: Option<EvidenceId>) -> Action {
        let now = Timestamp::EPOCH;
        let (id, incident) = (ActionId::new(now, &[1; 10]), IncidentId::new(now, &[2; 10]));
        let cmd = NewStep { title: "Patch".into(), ..NewStep::default() };
        let step = Action::open_step(id, incident, &cmd, &"operator:anowak".parse().unwrap(), now).unwrap();
        Action { status, validation_ref, ..step }
    }

    #[test]
    fn closure_takes_completed_work_and_evidence_confirmed_now() {
        let proof = EvidenceId::new(Timestamp::EPOCH, &[1; 10]);
        let open = action(ActionStatus::Open, None);
        let unproven = action(ActionStatus::Completed, None);
        let proven = action(ActionStatus::Completed, Some(proof));
        let cancelled = action(ActionStatus::Cancelled, Some(proof));

        assert!(!proves_closure(&[], |_| true));
        assert!(!proves_closure(&[open.clone(), unproven.clone(), cancelled], |_| true));
        assert!(proves_closure(&[open.clone(), unproven.clone(), proven.clone()], |id| id == proof));
        assert!(!proves_closure(&[open, unproven, proven], |_| false));
    }

    #[test]
    fn unfinished_actions_are_counted() {
        let actions: Vec<_> = ActionStatus::ALL.iter().map(|s| action(*s, None)).collect();
        assert_eq!(unfinished(&actions), 4);
        assert_eq!(unfinished(&[]), 0);
    }
}
