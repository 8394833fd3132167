//! Who acts: roles, and the actor string that stands in every record.

use std::fmt;
use std::str::FromStr;

crate::vocabulary! {
    /// A role a principal may hold (CONTRACT §2). What a role may do is decided by the application's matrix.
    pub enum Role("role") {
        /// Reads what is public.
        Viewer = "viewer",
        /// Reports incidents.
        Reporter = "reporter",
        /// Classifies and attaches evidence.
        Analyst = "analyst",
        /// Runs response actions.
        Operator = "operator",
        /// Approves at level senior.
        SeniorAnalyst = "senior_analyst",
        /// Approves at level manager.
        IncidentManager = "incident_manager",
        /// Feeds logs.
        Devsecops = "devsecops",
        /// Answers for AI agents.
        AiSafety = "ai_safety",
        /// Answers to authorities.
        LegalDpo = "legal_dpo",
        /// Runs the registry.
        Admin = "admin",
    }
}

impl Role {
    /// The prefix of the actor string: `analyst:kdzik`, `aiso:mpaw`.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::SeniorAnalyst => "senior",
            Self::IncidentManager => "manager",
            Self::AiSafety => "aiso",
            Self::LegalDpo => "legal",
            other => other.as_str(),
        }
    }

    /// The roles held along with this one, itself included (CONTRACT §2, "holds also").
    pub const fn holds(self) -> &'static [Role] {
        use Role::*;
        match self {
            Viewer => &[Viewer],
            Reporter => &[Viewer, Reporter],
            Analyst => &[Viewer, Reporter, Analyst],
            Operator => &[Viewer, Reporter, Analyst, Operator],
            SeniorAnalyst => &[Viewer, Reporter, Analyst, Operator, SeniorAnalyst],
            IncidentManager => &[Viewer, Reporter, Analyst, Operator, SeniorAnalyst, IncidentManager],
            Devsecops => &[Viewer, Reporter, Devsecops],
            AiSafety => &[Viewer, Reporter, Analyst, AiSafety],
            LegalDpo => &[Viewer, LegalDpo],
            Admin => Self::ALL,
        }
    }
}

/// Who did something, as records keep it: `<role prefix>:<name>`, e.g. `analyst:kdzik`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Actor(String);

/// A text that is not an actor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be '<role>:<name>' with visible characters, at most 100, for example analyst:kdzik")]
pub struct ActorError;

impl Actor {
    /// The actor of a principal with this role and name.
    pub fn new(role: Role, name: &str) -> Result<Self, ActorError> {
        format!("{}:{name}", role.prefix()).parse()
    }
    /// The registry itself: `system:<part>`, for what no person asked for.
    pub fn system(part: &'static str) -> Self {
        Self(format!("system:{part}"))
    }
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// The name without the role: `mpaw` of `aiso:mpaw`. One person may act in several roles.
    pub fn name(&self) -> &str {
        self.0.split_once(':').map_or("", |(_, name)| name)
    }
    /// Whether both may be one person: the same name, in whatever role and case it is used. People whose names differ in
    /// case alone count as one; where two are asked for, rather one refusal too many.
    pub fn same_person(&self, other: &Self) -> bool {
        self.name().to_lowercase() == other.name().to_lowercase()
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Actor {
    type Err = ActorError;
    fn from_str(s: &str) -> Result<Self, ActorError> {
        let (role, name) = s.split_once(':').ok_or(ActorError)?;
        let visible = s.chars().all(crate::is_visible);
        if visible && !role.is_empty() && !name.is_empty() && s.chars().count() <= 100 {
            Ok(Self(s.to_owned()))
        } else {
            Err(ActorError)
        }
    }
}

impl serde::Serialize for Actor {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.0)
    }
}

impl<'de> serde::Deserialize<'de> for Actor {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let s = <std::borrow::Cow<'de, str>>::deserialize(d)?;
        s.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actors_are_written_as_in_the_contract() {
        assert_eq!(Actor::new(Role::Analyst, "kdzik").unwrap().as_str(), "analyst:kdzik");
        assert_eq!(Actor::new(Role::AiSafety, "mpaw").unwrap().as_str(), "aiso:mpaw");
        assert_eq!("aiso:mpaw:2".parse::<Actor>().unwrap().name(), "mpaw:2");
        let actor = |s: &str| s.parse::<Actor>().unwrap();
        assert!(actor("aiso:mpaw").same_person(&actor("analyst:MPaw")));
        assert!(!actor("aiso:mpaw").same_person(&actor("aiso:mpaw2")));
        assert!("kdzik".parse::<Actor>().is_err());
        assert!("analyst: kdzik".parse::<Actor>().is_err());
    }

    #[test]
    fn holding_is_transitive() {
        for role in Role::ALL {
            assert!(role.holds().contains(role));
            for held in role.holds() {
                assert!(held.holds().iter().all(|h| role.holds().contains(h)), "{role} holds {held}");
            }
        }
    }
}
