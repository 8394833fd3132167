//! The words of agent trust, and what each event costs.

probatum_kernel::vocabulary! {
    /// Something that tells about the trust an agent deserves (CONTRACT §8).
    pub enum TrustEvent("trust event") {
        /// It followed instructions smuggled into its input.
        PromptInjectionConfirmed = "prompt_injection_confirmed",
        /// Somebody else controls it.
        AgentHijackConfirmed = "agent_hijack_confirmed",
        /// It carried data out.
        DataExfiltration = "data_exfiltration",
        /// It used a tool for what the tool is not for.
        ToolAbuse = "tool_abuse",
        /// It broke a rule.
        PolicyViolation = "policy_violation",
        /// It behaved unlike itself.
        Anomaly = "anomaly",
        /// Its owner can no longer show that it is theirs.
        ProofOfControlLost = "proof_of_control_lost",
        /// It did its work, and nothing was wrong.
        CleanRun = "clean_run",
    }
}

impl TrustEvent {
    /// The points of score it costs, 0–100 (CONTRACT §8).
    pub const fn penalty(self) -> u8 {
        match self {
            Self::PromptInjectionConfirmed => 66,
            Self::AgentHijackConfirmed => 80,
            Self::DataExfiltration => 75,
            Self::ToolAbuse => 40,
            Self::PolicyViolation => 20,
            Self::Anomaly => 10,
            Self::ProofOfControlLost | Self::CleanRun => 0,
        }
    }

    /// The reasons to quarantine (CONTRACT §8): whatever costs score, and the loss of control.
    pub const REASONS: &'static [Self] = &[
        Self::PromptInjectionConfirmed,
        Self::AgentHijackConfirmed,
        Self::DataExfiltration,
        Self::ToolAbuse,
        Self::PolicyViolation,
        Self::Anomaly,
        Self::ProofOfControlLost,
    ];

    /// Whether it is one of [`Self::REASONS`].
    pub(crate) const fn warrants_quarantine(self) -> bool {
        self.penalty() > 0 || matches!(self, Self::ProofOfControlLost)
    }
}

probatum_kernel::vocabulary! {
    /// What an agent may do at all (CONTRACT §8).
    pub enum AgentStatus("agent status") {
        /// What it is allowed to.
        Active = "active",
        /// Less than it is allowed to, for its score has fallen.
        Degraded = "degraded",
        /// Only read, for nobody has shown whose it is.
        Unverified = "unverified",
        /// Nothing.
        Quarantined = "quarantined",
    }
}

probatum_kernel::vocabulary! {
    /// The tier its owner registered an agent in. A label: no rule here reads it.
    pub enum Tier("agent tier") {
        /// Tier 1.
        T1 = "T1",
        /// Tier 2.
        T2 = "T2",
        /// Tier 3.
        T3 = "T3",
    }
}

probatum_kernel::vocabulary! {
    /// What a tool can do to the world; the lowest first.
    pub enum ToolRisk("tool risk") {
        /// It looks.
        Read = "read",
        /// It changes.
        Write = "write",
        /// It changes what is hard to change back.
        Critical = "critical",
    }
}

probatum_kernel::vocabulary! {
    /// What happened to an agent, as its history says it.
    pub enum Happening("happening") {
        /// An incident named it before anybody registered it.
        BecameKnown = "became_known",
        /// It was registered.
        Registered = "registered",
        /// What is registered about it was changed.
        Updated = "updated",
        /// Something told about the trust it deserves.
        Event = "event",
        /// It was shut out.
        Quarantined = "quarantined",
        /// It was let in again.
        Restored = "restored",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn penalties_are_those_of_the_contract() {
        let table: Vec<_> = TrustEvent::ALL.iter().map(|e| (e.as_str(), e.penalty())).collect();
        assert_eq!(
            table,
            [
                ("prompt_injection_confirmed", 66),
                ("agent_hijack_confirmed", 80),
                ("data_exfiltration", 75),
                ("tool_abuse", 40),
                ("policy_violation", 20),
                ("anomaly", 10),
                ("proof_of_control_lost", 0),
                ("clean_run", 0),
            ]
        );
    }

    #[test]
    fn only_a_clean_run_is_no_reason_to_quarantine() {
        for event in TrustEvent::ALL {
            assert_eq!(event.warrants_quarantine(), *event != TrustEvent::CleanRun, "{event}");
            assert_eq!(TrustEvent::REASONS.contains(event), event.warrants_quarantine(), "{event}");
        }
    }
}
