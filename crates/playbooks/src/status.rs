//! The states of an action and the steps between them, in one place, so that nothing else needs to know them.

probatum_kernel::vocabulary! {
    /// Where an action stands (CONTRACT §6).
    pub enum ActionStatus("action status") {
        /// Waits for somebody to approve it.
        PendingApproval = "pending_approval",
        /// Approved, not begun.
        Approved = "approved",
        /// Being carried out.
        InProgress = "in_progress",
        /// Done.
        Completed = "completed",
        /// Tried, and it did not work.
        Failed = "failed",
        /// Somebody refused to approve it.
        Rejected = "rejected",
        /// Nobody approved it in time.
        Expired = "expired",
        /// Called off.
        Cancelled = "cancelled",
        /// A response step nobody has begun.
        Open = "open",
    }
}

impl ActionStatus {
    /// Whether there is still something to do or to decide. An incident with such an action cannot be closed
    /// (CONTRACT §3).
    pub const fn is_unfinished(self) -> bool {
        match self {
            Self::PendingApproval | Self::Approved | Self::InProgress | Self::Open => true,
            Self::Completed | Self::Failed | Self::Rejected | Self::Expired | Self::Cancelled => false,
        }
    }

    /// The states a person may move an action to from this one (CONTRACT §6). What waits for a decision or for its
    /// connector can only be called off: a decision moves it on, not a step.
    pub const fn next(self) -> &'static [Self] {
        match self {
            Self::Open => &[Self::InProgress, Self::Completed, Self::Cancelled, Self::Failed],
            Self::InProgress => &[Self::Completed, Self::Failed, Self::Cancelled],
            Self::PendingApproval | Self::Approved => &[Self::Cancelled],
            Self::Completed | Self::Failed | Self::Rejected | Self::Expired | Self::Cancelled => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_spelled_and_ordered_as_in_the_contract() {
        let words: Vec<_> = ActionStatus::ALL.iter().map(|s| s.as_str()).collect();
        assert_eq!(
            words.join(" "),
            "pending_approval approved in_progress completed failed rejected expired cancelled open"
        );
    }

    #[test]
    fn what_is_finished_goes_nowhere() {
        for status in ActionStatus::ALL {
            assert!(status.is_unfinished() || status.next().is_empty(), "{status}");
            assert!(!status.next().contains(status), "{status}");
        }
    }

    #[test]
    fn every_step_begun_can_be_ended() {
        for from in [ActionStatus::Open, ActionStatus::InProgress] {
            for to in [ActionStatus::Completed, ActionStatus::Failed, ActionStatus::Cancelled] {
                assert!(from.next().contains(&to), "{from} → {to}");
            }
        }
        assert!(!ActionStatus::InProgress.next().contains(&ActionStatus::Open));
    }
}
