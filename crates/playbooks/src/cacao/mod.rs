//! The object model of OASIS CACAO Security Playbooks 2.0: it reads, checks and writes such documents without loss.
//!
//! Reading takes any document of the right shape; [`Playbook::validate`] then says everything that is wrong with it.
//! Dictionaries keep the order of the document. A member the standard does not know is kept in `other`, and `validate`
//! names it unless the object is of an open kind. Commands are data here: nothing in this crate runs one, and nothing
//! checks a signature.

mod agent;
mod command;
mod data;
mod error;
mod graph;
mod id;
mod marking;
mod playbook;
mod shape;
mod validate;
mod workflow;

pub use agent::{AgentTarget, AuthenticationInfo, CivicLocation, Contact};
pub use command::Command;
pub use data::{ExtensionDefinition, ExternalReference, Signature, Time, Variable};
pub use error::PlaybookError;
pub use id::Identifier;
pub use marking::{DataMarking, MarkingReference};
pub use playbook::{MAX_BYTES, MAX_STEPS, Playbook, ProcessingSummary};
pub use shape::{Dictionary, Members};
pub use workflow::{
    ActionStep, EndStep, IfStep, ParallelStep, PlaybookStep, StartStep, StepKind, SwitchStep, WhileStep,
    WorkflowStep,
};
