//! An agent, and how events move its score and its standing.

use crate::{AgentError, AgentStatus, Tier, ToolRisk, TrustEvent};
use probatum_kernel::{AgentId, FieldFault, Timestamp};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

/// The highest score there is: full trust.
pub const MAX_SCORE: u8 = 100;
/// What one clean run earns back (CONTRACT §8).
const CLEAN_RUN: u8 = 2;
/// From this delta down an agent is degraded (CONTRACT §8).
pub(crate) const DEGRADED: i16 = -10;

/// A tool an agent may be allowed to use.
///
/// An unknown field is refused: it could be a restriction that nobody here would heed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    /// Its name, `[A-Za-z0-9_.:-]{1,100}`.
    pub name: String,
    /// What it can do.
    pub risk: ToolRisk,
}

/// An AI agent as the registry knows it (CONTRACT §8).
///
/// Build one with [`Agent::register`] or [`Agent::unverified`]; the fields are public so that storage and
/// transports can take it apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    /// The client's own id.
    pub id: AgentId,
    /// What people call it, 1–100 characters.
    pub name: Option<String>,
    /// Who answers for it, 1–100 characters.
    pub owner: Option<String>,
    /// The tier it was registered in.
    pub tier: Option<Tier>,
    /// The score it has when all is well, 0–100.
    #[serde(deserialize_with = "score")]
    pub baseline_score: u8,
    /// The score it has, 0–100.
    #[serde(deserialize_with = "score")]
    pub current_score: u8,
    /// Whether it is shut out.
    pub quarantined: bool,
    /// Whether nobody has shown, or nobody can show any longer, whose it is.
    pub unverified: bool,
    /// What it may use when it is trusted; [`Agent::effective_tools`] says what it may use now.
    pub allowed_tools: Vec<Tool>,
    /// When it became known.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Counts its changes, from 1.
    pub version: i64,
}

impl Agent {
    /// An agent that an incident named before anybody registered it: full score, no tools (CONTRACT §3).
    pub fn unverified(id: AgentId, now: Timestamp) -> Self {
        Self {
            id,
            name: None,
            owner: None,
            tier: None,
            baseline_score: MAX_SCORE,
            current_score: MAX_SCORE,
            quarantined: false,
            unverified: true,
            allowed_tools: Vec::new(),
            created_at: now,
            updated_at: now,
            version: 1,
        }
    }

    /// How far the score is from the baseline, in points; negative means below (CONTRACT §8).
    pub fn trust_delta(&self) -> i16 {
        i16::from(self.current_score) - i16::from(self.baseline_score)
    }

    /// Its status. Quarantine outweighs the lack of proof, and both outweigh the score (CONTRACT §8).
    pub fn status(&self) -> AgentStatus {
        if self.quarantined {
            AgentStatus::Quarantined
        } else if self.unverified {
            AgentStatus::Unverified
        } else if self.trust_delta() <= DEGRADED {
            AgentStatus::Degraded
        } else {
            AgentStatus::Active
        }
    }

    /// The agent after `event` at `now` (CONTRACT §8): a penalty lowers the score, to 0 at the least; a clean run
    /// raises it, to the baseline at the most, but not in quarantine; a lost proof of control makes it unverified.
    ///
    /// No event quarantines or releases. What changes neither score nor standing leaves the agent as it was,
    /// version and `updated_at` included.
    #[must_use]
    pub fn apply(&self, event: TrustEvent, now: Timestamp) -> Self {
        let mut next = self.clone();
        match event {
            TrustEvent::CleanRun => next.current_score = self.score_after_clean_run(),
            TrustEvent::ProofOfControlLost => next.unverified = true,
            TrustEvent::PromptInjectionConfirmed
            | TrustEvent::AgentHijackConfirmed
            | TrustEvent::DataExfiltration
            | TrustEvent::ToolAbuse
            | TrustEvent::PolicyViolation
            | TrustEvent::Anomaly => {
                next.current_score = self.current_score.saturating_sub(event.penalty());
            }
        }
        if next == *self { next } else { next.changed(self.version, now) }
    }

    /// The agent shut out at `now` because of `reason`, which also counts as the event it is.
    ///
    /// # Errors
    /// [`AgentError::Invalid`] naming the reasons there are, if `reason` is no reason to quarantine;
    /// [`AgentError::AlreadyQuarantined`].
    pub fn quarantine(&self, reason: TrustEvent, now: Timestamp) -> Result<Self, AgentError> {
        if !reason.warrants_quarantine() {
            let reasons: Vec<_> =
                TrustEvent::ALL.iter().filter(|e| e.warrants_quarantine()).map(|e| e.as_str()).collect();
            let message =
                format!("'{reason}' is not a reason to quarantine; use one of {}", reasons.join(", "));
            return Err(AgentError::Invalid(vec![FieldFault::new("reason", "invalid", message)]));
        }
        if self.quarantined {
            return Err(AgentError::AlreadyQuarantined);
        }
        Ok(Self { quarantined: true, ..self.apply(reason, now) }.changed(self.version, now))
    }

    /// The score to come back with: midway between the present one and the baseline, the rest is to be earned
    /// (CONTRACT §8). Half a point is not given.
    pub fn restore_score(&self) -> u8 {
        self.current_score.midpoint(self.baseline_score)
    }

    fn score_after_clean_run(&self) -> u8 {
        if self.quarantined || self.current_score >= self.baseline_score {
            self.current_score
        } else {
            self.current_score.saturating_add(CLEAN_RUN).min(self.baseline_score)
        }
    }

    /// This agent, one version on from `version` and changed at `now`.
    fn changed(self, version: i64, now: Timestamp) -> Self {
        Self { version: version.saturating_add(1), updated_at: now, ..self }
    }
}

fn score<'de, D: Deserializer<'de>>(d: D) -> Result<u8, D::Error> {
    let score = u8::deserialize(d)?;
    if score <= MAX_SCORE { Ok(score) } else { Err(D::Error::custom("a score is at most 100")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use probatum_kernel::{Code, Coded};

    fn now() -> Timestamp {
        "2026-07-04T08:12:03Z".parse().unwrap()
    }

    fn agent(baseline_score: u8, current_score: u8) -> Agent {
        let known = Agent::unverified("b1f2...-agent".parse().unwrap(), now());
        Agent { baseline_score, current_score, unverified: false, ..known }
    }

    #[test]
    fn an_agent_nobody_registered_has_full_score_and_no_tools() {
        let known = Agent::unverified("b1f2...-agent".parse().unwrap(), now());
        assert_eq!((known.current_score, known.baseline_score, known.version), (100, 100, 1));
        assert_eq!(known.status(), AgentStatus::Unverified);
        assert!(known.effective_tools().is_empty());
    }

    #[test]
    fn quarantine_answers_what_the_source_document_prints() {
        let shut = agent(100, 100).quarantine(TrustEvent::PromptInjectionConfirmed, now()).unwrap();
        assert_eq!(shut.status().as_str(), "quarantined");
        assert_eq!((shut.current_score, shut.trust_delta()), (34, -66));
        assert_eq!(shut.effective_tools(), Vec::<&Tool>::new());
        assert_eq!(shut.version, 2);
    }

    #[test]
    fn the_worst_standing_is_the_status() {
        for (quarantined, unverified, current, expected) in [
            (false, false, 100, AgentStatus::Active),
            (false, false, 91, AgentStatus::Active),
            (false, false, 90, AgentStatus::Degraded),
            (false, false, 0, AgentStatus::Degraded),
            (false, true, 0, AgentStatus::Unverified),
            (true, false, 100, AgentStatus::Quarantined),
            (true, true, 0, AgentStatus::Quarantined),
        ] {
            let agent = Agent { quarantined, unverified, ..agent(100, current) };
            assert_eq!(agent.status(), expected, "{agent:?}");
        }
    }

    #[test]
    fn events_move_the_score_within_its_limits() {
        for (baseline, current, event, expected) in [
            (100, 100, TrustEvent::AgentHijackConfirmed, 20),
            (100, 20, TrustEvent::DataExfiltration, 0),
            (100, 0, TrustEvent::Anomaly, 0),
            (100, 50, TrustEvent::ProofOfControlLost, 50),
            (100, 50, TrustEvent::CleanRun, 52),
            (100, 99, TrustEvent::CleanRun, 100),
            (100, 100, TrustEvent::CleanRun, 100),
            (80, 79, TrustEvent::CleanRun, 80),
            // A baseline lowered by hand takes nothing away, and a clean run gives nothing on top.
            (80, 90, TrustEvent::CleanRun, 90),
        ] {
            let next = agent(baseline, current).apply(event, now());
            assert_eq!(next.current_score, expected, "{current} of {baseline}, {event}");
        }
    }

    #[test]
    fn a_quarantined_agent_earns_nothing_and_can_still_lose() {
        let shut = agent(100, 100).quarantine(TrustEvent::ToolAbuse, now()).unwrap();
        assert_eq!(shut.apply(TrustEvent::CleanRun, now().plus_hours(1)), shut);
        assert_eq!(shut.apply(TrustEvent::Anomaly, now()).current_score, 50);
    }

    #[test]
    fn losing_proof_of_control_is_a_standing_not_a_score() {
        let lost = agent(100, 90).apply(TrustEvent::ProofOfControlLost, now());
        assert_eq!((lost.status(), lost.current_score), (AgentStatus::Unverified, 90));
        let shut = agent(100, 90).quarantine(TrustEvent::ProofOfControlLost, now()).unwrap();
        assert!(shut.quarantined && shut.unverified);
        assert_eq!((shut.current_score, shut.version), (90, 2));
    }

    #[test]
    fn what_changes_nothing_is_no_new_version() {
        let later = now().plus_hours(1);
        let trusted = agent(100, 100);
        assert_eq!(trusted.apply(TrustEvent::CleanRun, later), trusted);
        let next = trusted.apply(TrustEvent::Anomaly, later);
        assert_eq!((next.version, next.updated_at, next.created_at), (2, later, now()));
    }

    #[test]
    fn a_reason_outside_the_list_is_refused_with_the_list() {
        let shut = agent(100, 100).quarantine(TrustEvent::ToolAbuse, now()).unwrap();
        for agent in [agent(100, 100), shut.clone()] {
            let error = agent.quarantine(TrustEvent::CleanRun, now()).unwrap_err();
            assert_eq!(error.code(), Code::ValidationFailed);
            let [fault] = error.fields().try_into().unwrap();
            assert_eq!(fault.field, "reason");
            assert!(fault.message.ends_with("policy_violation, anomaly, proof_of_control_lost"), "{fault:?}");
        }
        let error = shut.quarantine(TrustEvent::ToolAbuse, now()).unwrap_err();
        assert_eq!((error.code(), error.fields()), (Code::StateConflict, vec![]));
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
