//! AI agents, their trust score and the tools they may effectively use.
//!
//! Everything here is a pure function: the agent, the event and the time are arguments, nothing is read or written.
//!
//! ```
//! use probatum_agent_trust::{Agent, AgentStatus, NewAgent, Tool, ToolRisk, TrustEvent};
//! use probatum_kernel::Timestamp;
//!
//! let now: Timestamp = "2026-07-04T08:12:03Z".parse().unwrap();
//! let tools = vec![Tool { name: "crm.read".into(), risk: ToolRisk::Read }];
//! let cmd = NewAgent { allowed_tools: tools, ..NewAgent::new("did:web:example.org:7".parse().unwrap()) };
//! let agent = Agent::register(&cmd, now).unwrap();
//! assert!(agent.authorize("crm.read").allowed);
//!
//! let agent = agent.quarantine(TrustEvent::PromptInjectionConfirmed, now).unwrap();
//! assert_eq!((agent.status(), agent.current_score, agent.trust_delta()), (AgentStatus::Quarantined, 34, -66));
//! assert!(agent.effective_tools().is_empty());
//! ```

mod agent;
mod decide;
mod error;
mod register;
mod words;

#[cfg(test)]
mod properties;

pub use agent::{Agent, MAX_SCORE, Tool};
pub use decide::Authorization;
pub use error::AgentError;
pub use register::NewAgent;
pub use words::{AgentStatus, Tier, ToolRisk, TrustEvent};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeExamples;
