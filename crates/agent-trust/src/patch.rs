//! Changing what is registered about an agent.

use crate::register::{check_baseline, check_name, check_tools};
use crate::{Agent, AgentError, Tier, Tool};
use probatum_kernel::{FieldFault, Timestamp};
use serde::Serialize;

/// What is to change. Outer `None`: it stays; `Some(None)`: it is cleared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgentPatch {
    /// What people call it, 1–100 characters.
    pub name: Option<Option<String>>,
    /// Who answers for it, 1–100 characters.
    pub owner: Option<Option<String>>,
    /// The tier it belongs to.
    pub tier: Option<Option<Tier>>,
    /// The score it has when all is well, 0–100. The score it has now stays: a raised baseline is to be earned.
    pub baseline_score: Option<u8>,
    /// What it may use when it is trusted, in place of all before; at most 200 tools, each name once.
    pub allowed_tools: Option<Vec<Tool>>,
    /// `true`: it has been shown whose it is. The other way is the event `proof_of_control_lost`.
    pub verified: Option<bool>,
}

/// One field that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Its name, as in [`AgentPatch`].
    pub field: &'static str,
    /// What it was, as text.
    pub from: Option<String>,
    /// What it is now, as text; tools as `name:risk`.
    pub to: Option<String>,
}

/// A change that was granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The agent after the change, one version on; as it was if nothing differs.
    pub next: Agent,
    /// What differs; empty if every value sent was there already.
    pub changes: Vec<Change>,
}

impl AgentPatch {
    /// Checks every field.
    ///
    /// # Errors
    /// [`AgentError::Invalid`] naming every wrong one.
    pub fn check(&self) -> Result<(), AgentError> {
        let mut faults = Vec::new();
        check_name("name", self.name.as_ref().and_then(|n| n.as_deref()), &mut faults);
        check_name("owner", self.owner.as_ref().and_then(|o| o.as_deref()), &mut faults);
        check_baseline(self.baseline_score, &mut faults);
        check_tools(self.allowed_tools.as_deref().unwrap_or_default(), &mut faults);
        if self.verified == Some(false) {
            let message = "can only become true; report a lost proof as the event proof_of_control_lost";
            faults.push(FieldFault::new("verified", "invalid", message));
        }
        if faults.is_empty() { Ok(()) } else { Err(AgentError::Invalid(faults)) }
    }
}

impl Agent {
    /// The agent after `patch` at `now`. No patch ends a quarantine, and none mends a score: it goes down with a lower
    /// baseline, so that what was lost stays lost, and has to be earned up to a higher one. Verifying an agent that only incidents named
    /// also registers it.
    ///
    /// # Errors
    /// [`AgentError::Invalid`] with every wrong field.
    pub fn patch(&self, patch: &AgentPatch, now: Timestamp) -> Result<Decision, AgentError> {
        patch.check()?;
        let mut next = self.clone();
        if let Some(name) = &patch.name {
            next.name.clone_from(name);
        }
        if let Some(owner) = &patch.owner {
            next.owner.clone_from(owner);
        }
        if let Some(tier) = patch.tier {
            next.tier = tier;
        }
        if let Some(score) = patch.baseline_score {
            // What was lost stays lost: a new baseline is no way back.
            let lost = self.baseline_score.saturating_sub(self.current_score);
            next.baseline_score = score;
            next.current_score = self.current_score.min(score.saturating_sub(lost));
        }
        if let Some(tools) = &patch.allowed_tools {
            next.allowed_tools.clone_from(tools);
        }
        if patch.verified == Some(true) {
            next.unverified = false;
            next.registered = true;
        }
        let changes = differences(self, &next);
        Ok(Decision { next: if changes.is_empty() { next } else { next.changed(now) }, changes })
    }
}

fn differences(a: &Agent, b: &Agent) -> Vec<Change> {
    let tier = |agent: &Agent| agent.tier.map(|t| t.to_string());
    let score = |agent: &Agent| Some(agent.baseline_score.to_string());
    let verified = |agent: &Agent| Some((!agent.unverified).to_string());
    let all = [
        ("name", a.name.clone(), b.name.clone()),
        ("owner", a.owner.clone(), b.owner.clone()),
        ("tier", tier(a), tier(b)),
        ("baseline_score", score(a), score(b)),
        ("allowed_tools", Some(tools(a)), Some(tools(b))),
        ("verified", verified(a), verified(b)),
    ];
    let changes = all.into_iter().filter(|(_, from, to)| from != to);
    changes.map(|(field, from, to)| Change { field, from, to }).collect()
}

fn tools(agent: &Agent) -> String {
    agent.allowed_tools.iter().map(|t| format!("{}:{}", t.name, t.risk)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AgentStatus, NewAgent, ToolRisk, TrustEvent};
    use probatum_kernel::Coded;

    fn agent() -> Agent {
        let tools = vec![Tool { name: "crm.read".to_owned(), risk: ToolRisk::Read }];
        let cmd = NewAgent {
            name: Some("support".to_owned()),
            allowed_tools: tools,
            ..NewAgent::new("did:web:example.org:7".parse().unwrap())
        };
        Agent::register(&cmd, Timestamp::EPOCH).unwrap()
    }

    fn after(agent: &Agent, patch: AgentPatch) -> Decision {
        agent.patch(&patch, Timestamp::EPOCH.plus_hours(1)).unwrap()
    }

    #[test]
    fn what_differs_is_told_and_is_one_version() {
        let patch = AgentPatch {
            name: Some(None),
            owner: Some(Some("crm".to_owned())),
            tier: Some(Some(Tier::T2)),
            baseline_score: Some(90),
            allowed_tools: Some(vec![Tool { name: "crm.note".to_owned(), risk: ToolRisk::Write }]),
            verified: Some(true),
        };
        let Decision { next, changes } = after(&agent(), patch.clone());
        let told: Vec<_> = changes.iter().map(|c| (c.field, c.from.as_deref(), c.to.as_deref())).collect();
        assert_eq!(
            told,
            [
                ("name", Some("support"), None),
                ("owner", None, Some("crm")),
                ("tier", None, Some("T2")),
                ("baseline_score", Some("100"), Some("90")),
                ("allowed_tools", Some("crm.read:read"), Some("crm.note:write")),
            ]
        );
        assert_eq!((next.version, next.current_score, next.trust_delta()), (2, 90, 0));
        assert_eq!(after(&next, patch), Decision { next, changes: Vec::new() });
    }

    #[test]
    fn a_lowered_baseline_mends_nothing() {
        let hurt = Agent { current_score: 60, ..agent() };
        let low = after(&hurt, AgentPatch { baseline_score: Some(60), ..AgentPatch::default() }).next;
        assert_eq!((low.current_score, low.trust_delta(), low.status()), (20, -40, AgentStatus::Degraded));
    }

    #[test]
    fn a_raised_baseline_is_to_be_earned() {
        let low = after(&agent(), AgentPatch { baseline_score: Some(60), ..AgentPatch::default() }).next;
        let low = Agent { current_score: 60, ..low };
        let raised = after(&low, AgentPatch { baseline_score: Some(100), ..AgentPatch::default() }).next;
        assert_eq!((raised.current_score, raised.status()), (60, AgentStatus::Degraded));
    }

    #[test]
    fn verifying_is_one_way() {
        let verified = AgentPatch { verified: Some(true), ..AgentPatch::default() };
        let lost = agent().apply(TrustEvent::ProofOfControlLost, Timestamp::EPOCH);
        assert_eq!(lost.status(), AgentStatus::Unverified);
        assert_eq!(after(&lost, verified.clone()).next.status(), AgentStatus::Active);
        let known = Agent::unverified(agent().id, Timestamp::EPOCH);
        assert!(after(&known, verified).next.registered);
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let tool = Tool { name: "a b".to_owned(), risk: ToolRisk::Read };
        let patch = AgentPatch {
            name: Some(Some(String::new())),
            owner: Some(Some("x".repeat(101))),
            tier: None,
            baseline_score: Some(101),
            allowed_tools: Some(vec![tool]),
            verified: Some(false),
        };
        let error = agent().patch(&patch, Timestamp::EPOCH).unwrap_err();
        let fields: Vec<_> = error.fields().into_iter().map(|f| f.field).collect();
        assert_eq!(fields, ["name", "owner", "baseline_score", "allowed_tools[0].name", "verified"]);
    }
}
