//! Quarantine and the way back: who shut an agent out and why, and what it takes to let it in again.

use crate::{Agent, AgentError, TrustEvent};
use probatum_kernel::{Actor, EvidenceId, FieldFault, IncidentId, Timestamp};
use serde::{Deserialize, Serialize};

/// Somebody who shuts an agent out or lets it in again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// What records call them: `aiso:mpaw`.
    pub actor: Actor,
    /// What tells their credentials from all others, if they came with some.
    pub principal: Option<String>,
}

impl Person {
    /// Whether both are one person: the same credentials, or the same name ([`Actor::same_person`]).
    pub fn is(&self, other: &Self) -> bool {
        let known = self.principal.is_some() && self.principal == other.principal;
        known || self.actor.same_person(&other.actor)
    }
}

/// Why and by whom an agent is shut out. It is the command, and then part of the agent until it is restored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantine {
    /// Since when.
    pub at: Timestamp,
    /// What happened; one of [`TrustEvent::REASONS`].
    pub reason: TrustEvent,
    /// Who did it, or asked for it.
    pub by: Person,
    /// Who else stood behind it, as the request says.
    pub approved_by: Option<Actor>,
    /// The incident that led to it; none once that was deleted.
    pub incident: Option<IncidentId>,
}

impl Quarantine {
    /// A quarantine nobody else approved.
    pub fn new(reason: TrustEvent, by: Person, incident: IncidentId, at: Timestamp) -> Self {
        Self { at, reason, by, approved_by: None, incident: Some(incident) }
    }

    /// Whether `person` had a hand in it, and so has none in ending it.
    fn involves(&self, person: &Person) -> bool {
        self.by.is(person) || self.approved_by.as_ref().is_some_and(|a| a.same_person(&person.actor))
    }

    fn is_answered_by(&self, proof: Proof) -> bool {
        match (proof, self.incident) {
            (Proof::Confirmed { incident, .. }, Some(case)) => incident == case,
            // Its incident was deleted; without another way the agent could never come back.
            (Proof::Confirmed { names_agent, .. }, None) => names_agent,
            (Proof::NotNamed | Proof::Unproven, _) => false,
        }
    }
}

/// What the registry knows about the `validation_ref` of a restoration. The caller looks it up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// None was named.
    NotNamed,
    /// It names no evidence, or none that is confirmed now.
    Unproven,
    /// It is confirmed now.
    Confirmed {
        /// The evidence.
        evidence: EvidenceId,
        /// The incident it belongs to.
        incident: IncidentId,
        /// Whether that incident names the agent.
        names_agent: bool,
    },
}

impl TrustEvent {
    /// The reason to quarantine that `word` names.
    ///
    /// # Errors
    /// [`AgentError::Invalid`] naming every reason there is (CONTRACT §8), if it is none of them.
    pub fn reason(word: &str) -> Result<Self, AgentError> {
        match word.parse::<Self>() {
            Ok(event) if event.warrants_quarantine() => Ok(event),
            _ => Err(no_reason(word)),
        }
    }
}

fn no_reason(word: &str) -> AgentError {
    let reasons: Vec<_> = TrustEvent::REASONS.iter().map(|e| e.as_str()).collect();
    let word: String = word.chars().filter(|c| !c.is_control()).take(60).collect();
    let message = format!("'{word}' is not a reason to quarantine; use one of {}", reasons.join(", "));
    AgentError::Invalid(vec![FieldFault::new("reason", "invalid", message)])
}

impl Agent {
    /// The agent shut out; the reason also counts as the event it is.
    ///
    /// # Errors
    /// [`AgentError::Invalid`] naming the reasons there are, if `order.reason` is no reason to quarantine;
    /// [`AgentError::AlreadyQuarantined`].
    pub fn quarantine(&self, order: Quarantine) -> Result<Self, AgentError> {
        if !order.reason.warrants_quarantine() {
            return Err(no_reason(order.reason.as_str()));
        }
        if self.is_quarantined() {
            return Err(AgentError::AlreadyQuarantined);
        }
        let hit = self.apply(order.reason, order.at);
        Ok(Self { quarantine: Some(order), ..hit })
    }

    /// The agent let in again by `by` at `now`, with [`Agent::restore_score`] (CONTRACT §8). It stays unverified if it
    /// was: evidence about an incident does not show whose the agent is.
    ///
    /// # Errors
    /// In this order:
    /// 1. [`AgentError::Unproven`] if no proof is named at all (doctrine before state, CONTRACT §1).
    /// 2. [`AgentError::NotQuarantined`].
    /// 3. [`AgentError::SamePerson`] if `by` had a hand in the quarantine.
    /// 4. [`AgentError::Unproven`] if the proof is not confirmed, or not of the incident that led to the quarantine.
    pub fn restore(&self, by: &Person, proof: Proof, now: Timestamp) -> Result<Self, AgentError> {
        if proof == Proof::NotNamed {
            return Err(AgentError::Unproven);
        }
        let order = self.quarantine.as_ref().ok_or(AgentError::NotQuarantined)?;
        if order.involves(by) {
            return Err(AgentError::SamePerson);
        }
        if !order.is_answered_by(proof) {
            return Err(AgentError::Unproven);
        }
        let next = Self { quarantine: None, current_score: self.restore_score(), ..self.clone() };
        Ok(next.changed(now))
    }

    /// The score to come back with: midway between the present one and the baseline, the rest is to be earned
    /// (CONTRACT §8). Half a point is not given.
    pub fn restore_score(&self) -> u8 {
        self.current_score.midpoint(self.baseline_score)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AgentStatus, Tool};
    use probatum_kernel::{Code, Coded};

    fn now() -> Timestamp {
        "2026-07-04T08:12:03Z".parse().unwrap()
    }

    fn case(n: u8) -> IncidentId {
        IncidentId::new(now(), &[n; 10])
    }

    fn person(actor: &str) -> Person {
        Person { actor: actor.parse().unwrap(), principal: Some(format!("key of {actor}")) }
    }

    fn order(reason: TrustEvent) -> Quarantine {
        Quarantine::new(reason, person("aiso:mpaw"), case(1), now())
    }

    fn agent(baseline_score: u8, current_score: u8) -> Agent {
        let known = Agent::unverified("b1f2...-agent".parse().unwrap(), now());
        Agent { baseline_score, current_score, unverified: false, registered: true, ..known }
    }

    fn proof(incident: IncidentId) -> Proof {
        Proof::Confirmed { evidence: EvidenceId::new(now(), &[1; 10]), incident, names_agent: true }
    }

    fn shut() -> Agent {
        agent(100, 100).quarantine(order(TrustEvent::PromptInjectionConfirmed)).unwrap()
    }

    #[test]
    fn quarantine_answers_what_the_source_document_prints() {
        let shut = shut();
        assert_eq!(shut.status().as_str(), "quarantined");
        assert_eq!((shut.current_score, shut.trust_delta()), (34, -66));
        assert_eq!(shut.effective_tools(), Vec::<&Tool>::new());
        assert_eq!(shut.version, 2);
    }

    #[test]
    fn losing_proof_of_control_is_a_reason_and_stays() {
        let shut = agent(100, 90).quarantine(order(TrustEvent::ProofOfControlLost)).unwrap();
        assert!(shut.is_quarantined() && shut.unverified);
        assert_eq!((shut.current_score, shut.version), (90, 2));
        let back = shut.restore(&person("aiso:anowak"), proof(case(1)), now()).unwrap();
        assert_eq!((back.status(), back.current_score), (AgentStatus::Unverified, 95));
    }

    #[test]
    fn a_quarantined_agent_earns_nothing_and_can_still_lose() {
        let shut = agent(100, 100).quarantine(order(TrustEvent::ToolAbuse)).unwrap();
        assert_eq!(shut.apply(TrustEvent::CleanRun, now()).current_score, 60);
        assert_eq!(shut.apply(TrustEvent::Anomaly, now()).current_score, 50);
    }

    #[test]
    fn a_reason_outside_the_list_is_refused_with_the_list() {
        let refused = [
            TrustEvent::reason("because").unwrap_err(),
            TrustEvent::reason("clean_run").unwrap_err(),
            agent(100, 100).quarantine(order(TrustEvent::CleanRun)).unwrap_err(),
            shut().quarantine(order(TrustEvent::CleanRun)).unwrap_err(),
        ];
        for error in refused {
            assert_eq!(error.code(), Code::ValidationFailed);
            let [fault] = error.fields().try_into().unwrap();
            assert_eq!(fault.field, "reason");
            assert!(fault.message.ends_with("policy_violation, anomaly, proof_of_control_lost"), "{fault:?}");
        }
        assert_eq!(TrustEvent::reason("anomaly"), Ok(TrustEvent::Anomaly));
        let error = shut().quarantine(order(TrustEvent::ToolAbuse)).unwrap_err();
        assert_eq!((error.code(), error.fields()), (Code::AlreadyQuarantined, vec![]));
    }

    #[test]
    fn restoring_takes_another_person_and_proof_of_the_same_case() {
        let shut = Agent {
            quarantine: Some(Quarantine {
                approved_by: Some("manager:jkow".parse().unwrap()),
                ..order(TrustEvent::PromptInjectionConfirmed)
            }),
            ..shut()
        };
        let (other, good) = (person("aiso:anowak"), proof(case(1)));
        for (by, proof, expected) in [
            (other.clone(), Proof::NotNamed, Code::EvidenceRequired),
            (other.clone(), Proof::Unproven, Code::EvidenceRequired),
            (other.clone(), proof(case(2)), Code::EvidenceRequired),
            (person("aiso:mpaw"), good, Code::SelfApproval),
            (person("admin:mpaw"), good, Code::SelfApproval),
            (person("admin:MPaw"), good, Code::SelfApproval),
            (person("aiso:jkow"), good, Code::SelfApproval),
            // A key renamed is still the key.
            (Person { principal: person("aiso:mpaw").principal, ..other.clone() }, good, Code::SelfApproval),
            // Who is not allowed to is told so, whatever the proof.
            (person("aiso:mpaw"), Proof::Unproven, Code::SelfApproval),
        ] {
            let refused = shut.restore(&by, proof, now()).unwrap_err();
            assert_eq!(refused.code(), expected, "{by:?} {proof:?}");
        }
        let back = shut.restore(&other, good, now().plus_hours(1)).unwrap();
        assert_eq!((back.status(), back.current_score, back.version), (AgentStatus::Degraded, 67, 3));
        assert_eq!(back.restore(&other, good, now()).unwrap_err().code(), Code::NotQuarantined);
        assert_eq!(back.restore(&other, Proof::NotNamed, now()).unwrap_err().code(), Code::EvidenceRequired);
    }

    #[test]
    fn a_deleted_incident_leaves_a_way_back() {
        let order = Quarantine { incident: None, ..order(TrustEvent::ToolAbuse) };
        let shut = agent(100, 100).quarantine(order).unwrap();
        let by = person("aiso:anowak");
        let stranger = Proof::Confirmed {
            evidence: EvidenceId::new(now(), &[1; 10]),
            incident: case(2),
            names_agent: false,
        };
        assert_eq!(shut.restore(&by, stranger, now()).unwrap_err().code(), Code::EvidenceRequired);
        assert!(shut.restore(&by, proof(case(2)), now()).is_ok());
    }

    #[test]
    fn people_without_credentials_are_told_apart_by_name() {
        let nobody = |actor: &str| Person { actor: actor.parse().unwrap(), principal: None };
        assert!(!nobody("operator:a").is(&nobody("operator:b")));
        assert!(nobody("operator:a").is(&person("aiso:a")));
    }

    #[test]
    fn restoring_gives_half_of_what_is_missing() {
        for (baseline, current, expected) in
            [(100, 34, 67), (100, 35, 67), (100, 0, 50), (80, 80, 80), (1, 0, 0)]
        {
            assert_eq!(agent(baseline, current).restore_score(), expected, "{current} of {baseline}");
        }
    }
}
