//! Who has to approve: the levels an approval may take, and the role each asks for.

use probatum_kernel::{Role, vocabulary};

vocabulary! {
    /// How high an approval has to come from (CONTRACT §2), the lowest first.
    pub enum ApprovalLevel("approval level") {
        /// An analyst.
        Analyst = "analyst",
        /// A senior analyst.
        Senior = "senior",
        /// An incident manager.
        Manager = "manager",
        /// Who answers for AI agents.
        AiSafety = "ai_safety",
    }
}

impl ApprovalLevel {
    /// The role that approves at this level; whoever holds it by way of another role may as well.
    pub const fn role(self) -> Role {
        match self {
            Self::Analyst => Role::Analyst,
            Self::Senior => Role::SeniorAnalyst,
            Self::Manager => Role::IncidentManager,
            Self::AiSafety => Role::AiSafety,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_level_is_approved_by_its_role() {
        let roles: Vec<&str> = ApprovalLevel::ALL.iter().map(|l| l.role().as_str()).collect();
        assert_eq!(roles, ["analyst", "senior_analyst", "incident_manager", "ai_safety"]);
        assert!(
            ApprovalLevel::Analyst < ApprovalLevel::Senior && ApprovalLevel::Senior < ApprovalLevel::Manager
        );
    }
}
