//! Who asks, when, and under which request id.

use crate::error::AppError;
use crate::permission::{Permission, Scope};
use probatum_kernel::{
    ActionId, Actor, Code, EvidenceId, IncidentId, IntakeId, Role, Timestamp, TriageId, WebhookId,
};

/// Somebody we know, with the roles they hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// What tells this principal from all others: the public part of its key. Idempotency keys belong to it.
    pub id: String,
    /// The name, without role: `kdzik`.
    pub name: String,
    /// At least one role; the highest gives the actor string its prefix, so that records never understate it.
    pub roles: Vec<Role>,
    /// What the name stands in records as.
    pub actor: Actor,
}

impl Principal {
    /// A principal; `None` without a role or with a name no actor string can carry.
    pub fn new(id: &str, name: &str, roles: &[Role]) -> Option<Self> {
        let actor = Actor::new(*roles.iter().max()?, name).ok()?;
        Some(Self { id: id.to_owned(), name: name.to_owned(), roles: roles.to_vec(), actor })
    }

    /// The registry itself, for work nobody asked for.
    pub fn system(part: &'static str) -> Self {
        Self {
            id: part.to_owned(),
            name: part.to_owned(),
            roles: vec![Role::Admin],
            actor: Actor::system(part),
        }
    }

    /// Whether the principal may do this.
    pub fn may(&self, permission: Permission) -> bool {
        permission.given_by(&self.roles)
    }
}

/// The circumstances of one use case.
#[derive(Debug, Clone)]
pub struct Ctx {
    /// Who asks.
    pub principal: Principal,
    /// When.
    pub now: Timestamp,
    /// Under which request id.
    pub request_id: String,
}

impl Ctx {
    /// Refuses, naming the role it takes.
    pub fn require(&self, permission: Permission) -> Result<(), AppError> {
        if self.principal.may(permission) {
            return Ok(());
        }
        Err(AppError::new(Code::Forbidden, format!("This takes the role {}.", permission.takes())))
    }

    /// The actor for records.
    pub fn actor(&self) -> &Actor {
        &self.principal.actor
    }

    /// What the caller may see.
    pub fn scope(&self) -> Scope {
        Scope {
            all_evidence: self.principal.may(Permission::ReadAllEvidence),
            raw_data: self.principal.may(Permission::ReadRawData),
        }
    }

    /// A new incident id. Ids are made here and nowhere else.
    pub fn new_incident_id(&self) -> IncidentId {
        IncidentId::new(self.now, &random())
    }
    /// A new evidence id.
    pub fn new_evidence_id(&self) -> EvidenceId {
        EvidenceId::new(self.now, &random())
    }
    /// A new action id.
    pub fn new_action_id(&self) -> ActionId {
        ActionId::new(self.now, &random())
    }
    /// A new id of a webhook subscription.
    pub fn new_webhook_id(&self) -> WebhookId {
        WebhookId::new(self.now, &random())
    }
    /// A new id of a triage run.
    pub fn new_triage_id(&self) -> TriageId {
        TriageId::new(self.now, &random())
    }
    /// A new id of a delivery to the intake.
    pub fn new_intake_id(&self) -> IntakeId {
        IntakeId::new(self.now, &random())
    }
}

fn random() -> [u8; 10] {
    let mut bits = [0; 10];
    for (to, from) in bits.iter_mut().zip(uuid::Uuid::new_v4().as_bytes().iter().rev()) {
        *to = *from;
    }
    bits
}
