//! Who has to approve, as a ladder of levels.

use probatum_kernel::Role;

probatum_kernel::vocabulary! {
    /// The level of person an approval takes (CONTRACT §6); the lowest first, `ai_safety` beside the ladder.
    pub enum ApprovalLevel("approval level") {
        /// An analyst.
        Analyst = "analyst",
        /// A senior analyst.
        Senior = "senior",
        /// An incident manager.
        Manager = "manager",
        /// An AI safety officer, for what is done to an agent.
        AiSafety = "ai_safety",
    }
}

impl ApprovalLevel {
    /// The role that holds this level, itself or by way of a higher role (CONTRACT §2).
    pub const fn role(self) -> Role {
        match self {
            Self::Analyst => Role::Analyst,
            Self::Senior => Role::SeniorAnalyst,
            Self::Manager => Role::IncidentManager,
            Self::AiSafety => Role::AiSafety,
        }
    }

    /// What such a person is called.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Analyst => "analyst",
            Self::Senior => "senior analyst",
            Self::Manager => "incident manager",
            Self::AiSafety => "AI safety officer",
        }
    }

    /// Whether somebody with these roles holds it.
    pub fn held_by(self, roles: &[Role]) -> bool {
        roles.iter().any(|r| r.holds().contains(&self.role()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_level_is_approved_by_its_role() {
        let roles: Vec<&str> = ApprovalLevel::ALL.iter().map(|l| l.role().as_str()).collect();
        assert_eq!(roles, ["analyst", "senior_analyst", "incident_manager", "ai_safety"]);
        assert!(ApprovalLevel::Analyst.held_by(&[Role::IncidentManager]));
        assert!(!ApprovalLevel::AiSafety.held_by(&[Role::IncidentManager]));
    }
}
