//! Registering an agent: what its owner may say about it, within limits.

use crate::{Agent, AgentError, MAX_SCORE, Tier, Tool};
use probatum_kernel::{AgentId, FieldFault, TextError, Timestamp, check_line};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// Longest name of an agent or an owner, in characters.
const MAX_NAME: usize = 100;
/// Most tools an agent may be allowed.
const MAX_TOOLS: usize = 200;
/// Longest name of a tool, in characters (all ASCII).
const MAX_TOOL_NAME: usize = 100;

/// An agent to be registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewAgent {
    /// The client's own id for it.
    pub id: AgentId,
    /// What people call it, 1–100 characters.
    #[serde(default)]
    pub name: Option<String>,
    /// Who answers for it, 1–100 characters.
    #[serde(default)]
    pub owner: Option<String>,
    /// The tier it belongs to.
    #[serde(default)]
    pub tier: Option<Tier>,
    /// The score it has when all is well, 0–100; absent means 100.
    #[serde(default)]
    pub baseline_score: Option<u8>,
    /// What it may use, at most 200 tools, each name once.
    #[serde(default)]
    pub allowed_tools: Vec<Tool>,
}

impl NewAgent {
    /// An agent of which only the id is said: baseline 100, no tools.
    pub fn new(id: AgentId) -> Self {
        Self { id, name: None, owner: None, tier: None, baseline_score: None, allowed_tools: Vec::new() }
    }

    /// Checks every field.
    ///
    /// # Errors
    /// [`AgentError::Invalid`] naming every wrong one.
    pub fn check(&self) -> Result<(), AgentError> {
        let mut faults = Vec::new();
        check_name("name", self.name.as_deref(), &mut faults);
        check_name("owner", self.owner.as_deref(), &mut faults);
        check_baseline(self.baseline_score, &mut faults);
        check_tools(&self.allowed_tools, &mut faults);
        if faults.is_empty() { Ok(()) } else { Err(AgentError::Invalid(faults)) }
    }
}

impl Agent {
    /// A registered agent at version 1, with its baseline for a score, known from `now`.
    ///
    /// # Errors
    /// [`AgentError::Invalid`] with every wrong field of `cmd`.
    pub fn register(cmd: &NewAgent, now: Timestamp) -> Result<Self, AgentError> {
        let known = Self::unverified(cmd.id.clone(), now);
        Ok(Self { version: known.version, ..known.complete(cmd, now)? })
    }

    /// The agent registered at `now`, after an incident had made it known. It is verified by that; what it lost of its
    /// score stays lost, measured from its new baseline, and a quarantine stays. `cmd.id` is not read.
    ///
    /// # Errors
    /// [`AgentError::Invalid`] with every wrong field of `cmd`; [`AgentError::Exists`] if it was registered before.
    pub fn complete(&self, cmd: &NewAgent, now: Timestamp) -> Result<Self, AgentError> {
        cmd.check()?;
        if self.registered {
            return Err(AgentError::Exists);
        }
        let baseline_score = cmd.baseline_score.unwrap_or(MAX_SCORE);
        let lost = self.baseline_score.saturating_sub(self.current_score);
        let next = Self {
            name: cmd.name.clone(),
            owner: cmd.owner.clone(),
            tier: cmd.tier,
            baseline_score,
            current_score: baseline_score.saturating_sub(lost),
            registered: true,
            unverified: false,
            allowed_tools: cmd.allowed_tools.clone(),
            ..self.clone()
        };
        Ok(next.changed(now))
    }
}

pub(crate) fn check_baseline(score: Option<u8>, faults: &mut Vec<FieldFault>) {
    if score.is_some_and(|s| s > MAX_SCORE) {
        faults.push(FieldFault::new("baseline_score", "out_of_range", "must be 0 to 100"));
    }
}

pub(crate) fn check_name(field: &'static str, value: Option<&str>, faults: &mut Vec<FieldFault>) {
    if let Some(Err(error)) = value.map(|v| check_line(v, MAX_NAME)) {
        let code = match error {
            TextError::Empty => "required",
            TextError::TooLong(_) => "too_long",
            TextError::Control => "invalid",
        };
        faults.push(FieldFault::new(field, code, error.to_string()));
    }
}

pub(crate) fn check_tools(tools: &[Tool], faults: &mut Vec<FieldFault>) {
    if tools.len() > MAX_TOOLS {
        // One fault for all: the answer must not grow with what was sent.
        let message = format!("must be at most {MAX_TOOLS} tools");
        faults.push(FieldFault::new("allowed_tools", "too_long", message));
        return;
    }
    let mut seen = HashSet::new();
    for (index, tool) in tools.iter().enumerate() {
        let field = || format!("allowed_tools[{index}].name");
        if !is_tool_name(&tool.name) {
            let message = "must be 1 to 100 of A-Z, a-z, 0-9, _, ., : and -, for example crm.read";
            faults.push(FieldFault::new(field(), "invalid", message));
        } else if !seen.insert(tool.name.as_str()) {
            let message = "is named before in this list; name each tool once, with its highest risk";
            faults.push(FieldFault::new(field(), "duplicate", message));
        }
    }
}

/// `[A-Za-z0-9_.:-]{1,100}`.
fn is_tool_name(name: &str) -> bool {
    (1..=MAX_TOOL_NAME).contains(&name.len())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ':' | '-'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AgentStatus, ToolRisk, TrustEvent};
    use probatum_kernel::{Code, Coded};

    fn cmd() -> NewAgent {
        NewAgent::new("did:web:example.org:7".parse().unwrap())
    }

    fn tool(name: impl Into<String>) -> Tool {
        Tool { name: name.into(), risk: ToolRisk::Write }
    }

    fn faults(cmd: &NewAgent) -> Vec<(String, &'static str)> {
        match Agent::register(cmd, Timestamp::EPOCH) {
            Ok(_) => Vec::new(),
            Err(error) => {
                assert_eq!(error.code(), Code::ValidationFailed);
                error.fields().into_iter().map(|f| (f.field, f.code)).collect()
            }
        }
    }

    #[test]
    fn a_registered_agent_is_active_at_its_baseline() {
        let agent = Agent::register(&cmd(), Timestamp::EPOCH).unwrap();
        assert_eq!((agent.status(), agent.current_score, agent.version), (AgentStatus::Active, 100, 1));
        let low = NewAgent { baseline_score: Some(60), allowed_tools: vec![tool("crm.write")], ..cmd() };
        let agent = Agent::register(&low, Timestamp::EPOCH).unwrap();
        assert_eq!((agent.status(), agent.current_score, agent.trust_delta()), (AgentStatus::Active, 60, 0));
        assert!(agent.authorize("crm.write").allowed);
    }

    #[test]
    fn registering_a_known_agent_gives_back_nothing_it_lost() {
        let known =
            Agent::unverified(cmd().id, Timestamp::EPOCH).apply(TrustEvent::ToolAbuse, Timestamp::EPOCH);
        let full = NewAgent { baseline_score: Some(90), allowed_tools: vec![tool("crm.write")], ..cmd() };
        let agent = known.complete(&full, Timestamp::EPOCH).unwrap();
        assert_eq!((agent.current_score, agent.trust_delta(), agent.version), (50, -40, 3));
        assert_eq!(agent.status(), AgentStatus::Degraded);
        assert!(!agent.authorize("crm.write").allowed);
        assert_eq!(agent.complete(&full, Timestamp::EPOCH).unwrap_err().code(), Code::AgentExists);
        let low = NewAgent { baseline_score: Some(10), ..cmd() };
        assert_eq!(known.complete(&low, Timestamp::EPOCH).unwrap().current_score, 0);
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let wrong = NewAgent {
            name: Some(String::new()),
            owner: Some("x".repeat(101)),
            baseline_score: Some(101),
            allowed_tools: vec![tool("a"), tool("b c"), tool("a")],
            ..cmd()
        };
        let expected = [
            ("name", "required"),
            ("owner", "too_long"),
            ("baseline_score", "out_of_range"),
            ("allowed_tools[1].name", "invalid"),
            ("allowed_tools[2].name", "duplicate"),
        ];
        assert_eq!(faults(&wrong), expected.map(|(field, code)| (field.to_owned(), code)));
    }

    #[test]
    fn tools_have_a_limit_and_too_many_are_one_fault() {
        let named = |n: usize| (0..n).map(|i| tool(format!("t{i}"))).collect::<Vec<_>>();
        assert_eq!(faults(&NewAgent { allowed_tools: named(200), ..cmd() }), []);
        let many = NewAgent { allowed_tools: vec![tool(""); 201], ..cmd() };
        assert_eq!(faults(&many), [("allowed_tools".to_owned(), "too_long")]);
    }

    #[test]
    fn tool_names_are_plain() {
        let longest = "a".repeat(100);
        for (name, good) in [
            ("crm.read", true),
            ("mcp:files-v2_list", true),
            (longest.as_str(), true),
            (&format!("{longest}a"), false),
            ("", false),
            ("a/b", false),
            ("narzędzie", false),
            ("a\n", false),
        ] {
            assert_eq!(is_tool_name(name), good, "{name}");
        }
    }
}
