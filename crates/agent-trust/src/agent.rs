//! An agent, and how events move its score and its standing.

use crate::{AgentStatus, Quarantine, Tier, ToolRisk, TrustEvent};
use probatum_kernel::{AgentId, Timestamp};
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
    /// Why and by whom it is shut out, if it is.
    #[serde(deserialize_with = "stated")]
    pub quarantine: Option<Quarantine>,
    /// Whether somebody registered it; until then it is known from incidents alone.
    pub registered: bool,
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
            quarantine: None,
            registered: false,
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

    /// Whether it is shut out.
    pub fn is_quarantined(&self) -> bool {
        self.quarantine.is_some()
    }

    /// Its status. Quarantine outweighs the lack of proof, and both outweigh the score (CONTRACT §8).
    pub fn status(&self) -> AgentStatus {
        if self.is_quarantined() {
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
    /// No event quarantines or releases. Each is one version, also one that moves nothing, for each is one entry of
    /// the history.
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
        next.changed(now)
    }

    fn score_after_clean_run(&self) -> u8 {
        if self.is_quarantined() || self.current_score >= self.baseline_score {
            self.current_score
        } else {
            self.current_score.saturating_add(CLEAN_RUN).min(self.baseline_score)
        }
    }

    /// This agent one version on, changed at `now`. Time never runs backwards on a record, whatever the clocks of two
    /// replicas say.
    pub(crate) fn changed(self, now: Timestamp) -> Self {
        Self { version: self.version.saturating_add(1), updated_at: now.max(self.updated_at), ..self }
    }
}

/// A quarantine has to be stated, if only as null: an agent must not go free because somebody left the field out.
fn stated<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Quarantine>, D::Error> {
    Option::deserialize(d)
}

fn score<'de, D: Deserializer<'de>>(d: D) -> Result<u8, D::Error> {
    let score = u8::deserialize(d)?;
    if score <= MAX_SCORE { Ok(score) } else { Err(D::Error::custom("a score is at most 100")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Person;
    use probatum_kernel::IncidentId;

    fn now() -> Timestamp {
        "2026-07-04T08:12:03Z".parse().unwrap()
    }

    fn agent(baseline_score: u8, current_score: u8) -> Agent {
        let known = Agent::unverified("b1f2...-agent".parse().unwrap(), now());
        Agent { baseline_score, current_score, unverified: false, registered: true, ..known }
    }

    fn order() -> Quarantine {
        let by = Person { actor: "aiso:mpaw".parse().unwrap(), principal: None };
        Quarantine::new(TrustEvent::ToolAbuse, by, IncidentId::new(now(), &[1; 10]), now())
    }

    #[test]
    fn an_agent_nobody_registered_has_full_score_and_no_tools() {
        let known = Agent::unverified("b1f2...-agent".parse().unwrap(), now());
        assert_eq!((known.current_score, known.baseline_score, known.version), (100, 100, 1));
        assert_eq!(known.status(), AgentStatus::Unverified);
        assert!(known.effective_tools().is_empty() && !known.registered);
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
            let quarantine = quarantined.then(order);
            let agent = Agent { quarantine, unverified, ..agent(100, current) };
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
    fn losing_proof_of_control_is_a_standing_not_a_score() {
        let lost = agent(100, 90).apply(TrustEvent::ProofOfControlLost, now());
        assert_eq!((lost.status(), lost.current_score), (AgentStatus::Unverified, 90));
    }

    #[test]
    fn an_event_is_a_version_and_time_does_not_run_backwards() {
        let later = now().plus_hours(1);
        let next = agent(100, 100).apply(TrustEvent::CleanRun, later);
        assert_eq!((next.version, next.updated_at, next.created_at), (2, later, now()));
        let next = next.apply(TrustEvent::Anomaly, now());
        assert_eq!((next.version, next.updated_at), (3, later));
    }
}
