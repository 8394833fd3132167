//! AI agents, their trust score and the tools they may effectively use.
//!
//! Everything here is a pure function: the agent, the event and the time are arguments, nothing is read or written.
//!
//! ```
//! use probatum_agent_trust::{Agent, AgentStatus, NewAgent, Person, Quarantine, Tool, ToolRisk, TrustEvent};
//! use probatum_kernel::{IncidentId, Timestamp};
//!
//! let now: Timestamp = "2026-07-04T08:12:03Z".parse().unwrap();
//! let tools = vec![Tool { name: "crm.read".into(), risk: ToolRisk::Read }];
//! let cmd = NewAgent { allowed_tools: tools, ..NewAgent::new("did:web:example.org:7".parse().unwrap()) };
//! let agent = Agent::register(&cmd, now).unwrap();
//! assert!(agent.authorize("crm.read").allowed);
//!
//! let by = Person { actor: "aiso:mpaw".parse().unwrap(), principal: None };
//! let incident = IncidentId::new(now, &[0; 10]);
//! let order = Quarantine::new(TrustEvent::PromptInjectionConfirmed, by, incident, now);
//! let agent = agent.quarantine(order).unwrap();
//! assert_eq!((agent.status(), agent.current_score, agent.trust_delta()), (AgentStatus::Quarantined, 34, -66));
//! assert!(agent.effective_tools().is_empty());
//! ```

mod agent;
mod decide;
mod error;
mod history;
mod patch;
mod quarantine;
mod register;
mod words;

#[cfg(test)]
mod properties;

pub use agent::{Agent, MAX_SCORE, Tool};
pub use decide::Authorization;
pub use error::AgentError;
pub use history::{HistoryEntry, MAX_NOTE, check_note};
pub use patch::{AgentPatch, Change, Decision};
pub use quarantine::{Person, Proof, Quarantine};
pub use register::NewAgent;
pub use words::{AgentStatus, Happening, Tier, ToolRisk, TrustEvent};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeExamples;
