//! Carrying out actions: the port that connectors implement. Calls happen outside of transactions: claim → call →
//! record.

use probatum_kernel::{ActionId, Actor, IncidentId, PublicId, Timestamp};
use serde_json::{Map, Value};
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// Which connector carries an action out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Its name in the configuration.
    pub name: String,
    /// `openc2`, `webhook` or `simulator`.
    pub kind: &'static str,
    /// Whether the same call may be sent again when nobody knows whether it arrived: the other side heeds the
    /// idempotency key.
    pub repeatable: bool,
    /// The longest a call takes, with all its retries. A claim holds longer than this.
    pub longest: Duration,
}

/// One action to be carried out.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The action. It is also the idempotency key: the same for every attempt, whoever makes it.
    pub action_id: ActionId,
    /// What to do: `quarantine_email`.
    pub action: String,
    /// With what.
    pub parameters: Map<String, Value>,
    /// The incident it answers.
    pub incident_id: IncidentId,
    /// The incident's number, for people at the other end.
    pub public_id: PublicId,
    /// Who asked for it.
    pub requested_by: Actor,
    /// Who approved it; nobody, if policy allows it without.
    pub approved_by: Option<Actor>,
    /// When it was asked for.
    pub requested_at: Timestamp,
}

/// What the other side answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Whether it was done.
    pub success: bool,
    /// What to tell people: one sentence, at most 500 characters, no secrets.
    pub message: String,
    /// Whether nothing was done at all but in a simulation.
    pub simulated: bool,
    /// What the other side calls it, if it says.
    pub reference: Option<String>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct CallError {
    /// For people: one sentence without inner details.
    pub reason: String,
    /// For the log.
    pub cause: String,
    /// Whether the other side may have done it all the same (a time-out, a connection lost after sending).
    pub may_have_happened: bool,
}

/// An answer to come.
pub type Calling<'a> = Pin<Box<dyn Future<Output = Result<Outcome, CallError>> + Send + 'a>>;

/// All connectors of the configuration.
pub trait Connectors: Send + Sync {
    /// The connector for this action, by the first pattern that matches; `None` means: people do it.
    fn route(&self, action: &str) -> Option<Route>;
    /// Carries it out by the connector of this name. MUST end within [`Route::longest`]; MUST NOT answer `success`
    /// unless the other side said so; MUST send the action's id along as idempotency key.
    fn call(&self, connector: &str, call: Call) -> Calling<'_>;
}

/// No connector at all: people carry everything out.
#[derive(Debug, Clone, Copy, Default)]
pub struct People;

impl Connectors for People {
    fn route(&self, _: &str) -> Option<Route> {
        None
    }

    fn call(&self, connector: &str, _: Call) -> Calling<'_> {
        let cause = format!("there is no connector {connector}");
        let reason = "No connector carries this out.".to_owned();
        Box::pin(std::future::ready(Err(CallError { reason, cause, may_have_happened: false })))
    }
}
