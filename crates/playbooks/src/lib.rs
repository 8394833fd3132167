//! Playbooks and response actions: the state machine of an action, who may have it run, and what proves it.
//!
//! Everything here is a pure function: ids, facts and the time are arguments, nothing is read or written.
//!
//! ```
//! use probatum_kernel::{Actor, ActionId, EvidenceId, IncidentId, Role, Timestamp};
//! use probatum_playbooks::{Action, ActionStatus, Known, NewStep, Person, Proof, UpdateStep, proves_closure};
//!
//! let now: Timestamp = "2026-07-04T09:00:00Z".parse().unwrap();
//! let actor: Actor = "operator:anowak".parse().unwrap();
//! let (id, incident) = (ActionId::new(now, &[1; 10]), IncidentId::new(now, &[2; 10]));
//! let step = NewStep { title: "Rotate the keys".into(), ..NewStep::default() };
//! let step = Action::open_step(id, incident, &step, &actor, now).unwrap();
//!
//! let proof = EvidenceId::new(now, &[3; 10]);
//! let done = UpdateStep {
//!     status: Some(ActionStatus::Completed),
//!     validation_ref: Some(proof),
//!     ..UpdateStep::default()
//! };
//! let by = Person { actor: &actor, roles: &[Role::Operator], principal: None };
//! assert!(step.update(&done, &Known::proof(Proof::Unproven), &by, now).is_err());
//! let done = step.update(&done, &Known::proof(Proof::Confirmed), &by, now).unwrap().next;
//! assert!(proves_closure(&[done], |id| id == proof));
//! ```
//!
//! A [`Library`] holds playbooks: what to do about which incident. Each is a document of [`cacao`], and a
//! [`Playbook`] is how the registry reads it.
//!
//! ```
//! let library = probatum_playbooks::Library::built_in();
//! let steps: Vec<&str> = library.get("phishing").unwrap().steps.iter().map(|s| s.key.as_str()).collect();
//! assert_eq!(steps[..2], ["analyse", "quarantine"]);
//! ```

mod action;
pub mod cacao;
mod catalogue;
mod check;
mod closure;
mod error;
mod extension;
mod level;
mod library;
mod order;
mod playbook;
pub mod policy;
mod status;
mod update;

#[cfg(test)]
mod properties;

pub use action::{Action, ActionResult, NewPlaybookStep, NewStep, Order, Person, StepRef};
pub use catalogue::{CATALOGUE, KnownAction, Parameter, ParameterKind, QUARANTINE_AGENT, known_action};
pub use closure::{proves_closure, unfinished};
pub use error::ActionError;
pub use extension::EXTENSION;
pub use level::ApprovalLevel;
pub use library::{Library, LoadFault};
pub use order::{APPROVAL_HOURS, Carrier, Choice, Claim, NewOrder};
pub use playbook::{Phase, Playbook, Source, Step};
pub use policy::{Policy, Question, Rule, Ruling, Verdict};
pub use status::ActionStatus;
pub use update::{Change, Decision, Known, Proof, UpdateStep};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeExamples;
