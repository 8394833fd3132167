//! What an agent may use now: the question a gateway asks before every call of a tool.

use crate::agent::DEGRADED;
use crate::{Agent, AgentStatus, Tool, ToolRisk};
use serde::{Deserialize, Serialize};

/// From this delta down an agent may only read (CONTRACT §8).
const READ_ONLY: i16 = -30;

/// The answer to "may this agent use this tool now".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authorization {
    /// Whether it may, given the approval if one is required.
    pub allowed: bool,
    /// Why, in a sentence; it repeats nothing of the request.
    pub reason: String,
    /// Whether a person has to approve this call first. Never set where `allowed` is not.
    pub approval_required: bool,
}

impl Authorization {
    /// The answer for an agent nobody knows: nothing is allowed, as for one in quarantine. Gateways need no case of
    /// their own for it.
    pub fn unknown_agent() -> Self {
        Self::denied("unknown agent")
    }

    fn denied(reason: impl Into<String>) -> Self {
        Self { allowed: false, reason: reason.into(), approval_required: false }
    }
}

/// How much of what an agent is allowed it may use now.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    Nothing,
    ReadOnly,
    Everything,
}

impl Reach {
    fn covers(self, risk: ToolRisk) -> bool {
        match self {
            Self::Nothing => false,
            Self::ReadOnly => risk == ToolRisk::Read,
            Self::Everything => true,
        }
    }
}

impl Agent {
    /// The allowed tools it may use now (CONTRACT §8): in quarantine none, whatever it is allowed; unverified or
    /// at a delta of −30 and below only those that read; else all. Some may still take approval, see
    /// [`Agent::authorize`].
    pub fn effective_tools(&self) -> Vec<&Tool> {
        let reach = self.reach();
        self.allowed_tools.iter().filter(|t| reach.covers(t.risk)).collect()
    }

    /// Whether it may use the tool named `tool` now; names are compared exactly. At a delta of −10 and below,
    /// critical tools take approval (CONTRACT §8).
    pub fn authorize(&self, tool: &str) -> Authorization {
        // Before anything else, so that the answer for a quarantined agent tells nothing about its tools.
        if self.is_quarantined() {
            return Authorization::denied(
                "the agent is quarantined; it may use no tool until it is restored",
            );
        }
        let Some(tool) = self.allowed_tools.iter().find(|t| t.name == tool) else {
            return Authorization::denied("the tool is not among the agent's allowed tools");
        };
        let (delta, risk) = (self.trust_delta(), tool.risk);
        if !self.reach().covers(risk) {
            return Authorization::denied(if self.unverified {
                format!("the agent is unverified and may only read; the tool's risk is {risk}")
            } else {
                format!("the agent's trust delta is {delta} and it may only read; the tool's risk is {risk}")
            });
        }
        let approval_required = risk == ToolRisk::Critical && delta <= DEGRADED;
        let reason = if approval_required {
            format!(
                "the tool is critical and the agent's trust delta is {delta}; a person has to approve the call"
            )
        } else {
            format!("the tool is allowed and the agent is {}", self.status())
        };
        Authorization { allowed: true, reason, approval_required }
    }

    fn reach(&self) -> Reach {
        match self.status() {
            AgentStatus::Quarantined => Reach::Nothing,
            AgentStatus::Unverified => Reach::ReadOnly,
            AgentStatus::Degraded if self.trust_delta() <= READ_ONLY => Reach::ReadOnly,
            AgentStatus::Degraded | AgentStatus::Active => Reach::Everything,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Person, Quarantine, TrustEvent};
    use probatum_kernel::{IncidentId, Timestamp};

    fn agent(current_score: u8, quarantined: bool, unverified: bool) -> Agent {
        let tools = ToolRisk::ALL.iter().map(|r| Tool { name: r.to_string(), risk: *r }).collect();
        let by = Person { actor: "aiso:mpaw".parse().unwrap(), principal: None };
        let (case, at) = (IncidentId::new(Timestamp::EPOCH, &[1; 10]), Timestamp::EPOCH);
        Agent {
            current_score,
            quarantine: quarantined.then(|| Quarantine::new(TrustEvent::Anomaly, by, case, at)),
            unverified,
            allowed_tools: tools,
            ..Agent::unverified("did:web:example.org:7".parse().unwrap(), Timestamp::EPOCH)
        }
    }

    /// What becomes of the tools `read`, `write`, `critical`: `+` allowed, `?` with approval, `-` denied.
    fn answers(agent: &Agent) -> String {
        let sign = |a: Authorization| match (a.allowed, a.approval_required) {
            (true, false) => '+',
            (true, true) => '?',
            (false, _) => '-',
        };
        ToolRisk::ALL.iter().map(|r| sign(agent.authorize(r.as_str()))).collect()
    }

    #[test]
    fn rights_shrink_with_trust() {
        for (score, quarantined, unverified, expected) in [
            (100, false, false, "+++"),
            (91, false, false, "+++"),
            (90, false, false, "++?"),
            (71, false, false, "++?"),
            (70, false, false, "+--"),
            (0, false, false, "+--"),
            (100, false, true, "+--"),
            (0, false, true, "+--"),
            (100, true, false, "---"),
            (100, true, true, "---"),
        ] {
            let agent = agent(score, quarantined, unverified);
            assert_eq!(answers(&agent), expected, "{score} {quarantined} {unverified}");
            let effective = expected.chars().filter(|c| *c != '-').count();
            assert_eq!(agent.effective_tools().len(), effective);
        }
    }

    #[test]
    fn a_tool_nobody_allowed_is_denied_without_repeating_its_name() {
        for tool in ["shell", "", "READ", "read "] {
            let answer = agent(100, false, false).authorize(tool);
            assert_eq!(answer, Authorization::denied("the tool is not among the agent's allowed tools"));
        }
    }

    #[test]
    fn the_reason_says_what_counted() {
        for (agent, tool, reason) in [
            (
                agent(100, true, true),
                "shell",
                "the agent is quarantined; it may use no tool until it is restored",
            ),
            (
                agent(0, false, true),
                "write",
                "the agent is unverified and may only read; the tool's risk is write",
            ),
            (
                agent(70, false, false),
                "critical",
                "the agent's trust delta is -30 and it may only read; the tool's risk is critical",
            ),
            (
                agent(90, false, false),
                "critical",
                "the tool is critical and the agent's trust delta is -10; a person has to approve the call",
            ),
            (agent(90, false, false), "read", "the tool is allowed and the agent is degraded"),
        ] {
            assert_eq!(agent.authorize(tool).reason, reason);
        }
    }
}
