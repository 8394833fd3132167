//! Playbooks and response steps: the state machine of an action and what proves it.
//!
//! Everything here is a pure function: ids, facts and the time are arguments, nothing is read or written.
//!
//! ```
//! use probatum_kernel::{Actor, ActionId, EvidenceId, IncidentId, Timestamp};
//! use probatum_playbooks::{Action, ActionStatus, NewStep, Proof, UpdateStep, proves_closure};
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
//! assert!(step.update(&done, Proof::Unproven, &actor, now).is_err());
//! let done = step.update(&done, Proof::Confirmed, &actor, now).unwrap().next;
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
mod check;
mod closure;
mod error;
mod extension;
mod level;
mod library;
mod playbook;
mod status;
mod update;

#[cfg(test)]
mod properties;

pub use action::{Action, NewStep};
pub use closure::{proves_closure, unfinished};
pub use error::ActionError;
pub use extension::EXTENSION;
pub use level::ApprovalLevel;
pub use library::{Library, LoadFault};
pub use playbook::{Phase, Playbook, Source, Step};
pub use status::ActionStatus;
pub use update::{Change, Decision, Proof, UpdateStep};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeExamples;
