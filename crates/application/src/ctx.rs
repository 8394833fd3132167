//! Who asks, when, and under which request id.

use crate::error::AppError;
use crate::permission::{Permission, Scope};
use probatum_kernel::{
    ActionId, Actor, Code, EvidenceId, IncidentId, IntakeId, Role, Timestamp, TriageId, WebhookId,
};
use std::sync::atomic::{AtomicU32, Ordering};

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

    /// A new incident id, above those this process made before in the same millisecond: lists read the order of creation
    /// from ids. Ids are made here and nowhere else.
    pub fn new_incident_id(&self) -> IncidentId {
        IncidentId::new(self.now, &counted(MADE.fetch_add(1, Ordering::Relaxed), random()))
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

/// How many incident ids this process made.
static MADE: AtomicU32 = AtomicU32::new(0);

/// Random bits with the low 26 bits of a counter in front (RFC 9562 §6.2, method 1), leaving out those that a UUID has for
/// version and variant. After 67 million ids it begins again, and two of one millisecond may change places.
fn counted(count: u32, [_, _, _, _, random @ ..]: [u8; 10]) -> [u8; 10] {
    let [high, middle, low, last] = (count << 6).to_be_bytes();
    let [a, b, c, d, e, f] = random;
    // `high` and `middle` begin with the 12 bits before the variant, of which a UUID takes the low 4 and then 8.
    [
        high >> 4,
        high << 4 | middle >> 4,
        (middle & 0xf) << 2 | low >> 6,
        low << 2 | last >> 6,
        a,
        b,
        c,
        d,
        e,
        f,
    ]
}

fn random() -> [u8; 10] {
    let mut bits = [0; 10];
    for (to, from) in bits.iter_mut().zip(uuid::Uuid::new_v4().as_bytes().iter().rev()) {
        *to = *from;
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn incident_ids_of_one_millisecond_stand_in_the_order_they_were_made_in() {
        let ids = |counts: std::ops::Range<u32>| {
            let ids: Vec<_> =
                counts.map(|n| IncidentId::new(Timestamp::EPOCH, &counted(n, random()))).collect();
            ids
        };
        for from in [0, 200, 60_000, (1 << 14) - 300, (1 << 22) - 300, (1 << 26) - 600] {
            let ids = ids(from..from + 600);
            assert!(ids.is_sorted(), "{from}");
            let ctx = Ctx {
                principal: Principal::system("test"),
                now: Timestamp::EPOCH,
                request_id: String::new(),
            };
            assert!(ctx.new_incident_id() < ctx.new_incident_id());
        }
    }
}
