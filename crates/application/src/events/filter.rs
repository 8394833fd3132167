//! Which events somebody wants: by type, by incident.

use super::catalogue::CATALOGUE;
use crate::ports::AuditEntry;
use probatum_kernel::IncidentId;
use std::fmt;
use std::str::FromStr;

/// How many types or beginnings of types one filter may name.
pub const MAX_PATTERNS: usize = 50;

/// A type of event (`incident.created`), all of a thing (`incident.*`), or all (`*`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypePattern(String);

/// A text that names no event there is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be * or an event like incident.created, or all of a thing like incident.*; things are {0}")]
pub struct PatternError(String);

impl TypePattern {
    /// Whether it takes this type in.
    pub fn matches(&self, name: &str) -> bool {
        match self.0.strip_suffix('*') {
            Some(beginning) => name.starts_with(beginning),
            None => self.0 == name,
        }
    }
}

impl FromStr for TypePattern {
    type Err = PatternError;
    fn from_str(s: &str) -> Result<Self, PatternError> {
        let pattern = Self(s.to_owned());
        let whole = !s.contains('*') || s == "*" || s.strip_suffix(".*").is_some_and(|t| !t.contains('*'));
        if whole && CATALOGUE.iter().any(|t| pattern.matches(t.name)) {
            return Ok(pattern);
        }
        let mut things: Vec<&str> = CATALOGUE.iter().filter_map(|t| t.name.split('.').next()).collect();
        things.dedup();
        Err(PatternError(things.join(", ")))
    }
}

impl fmt::Display for TypePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Which events; without anything, all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// Of one of these types; of any, if there are none.
    pub types: Vec<TypePattern>,
    /// Of this incident.
    pub incident: Option<IncidentId>,
}

impl EventFilter {
    /// Whether it wants events of this type.
    pub fn wants_type(&self, name: &str) -> bool {
        self.types.is_empty() || self.types.iter().any(|p| p.matches(name))
    }

    /// Whether it wants this one.
    pub fn wants(&self, entry: &AuditEntry) -> bool {
        self.wants_type(&entry.action) && self.incident.is_none_or(|id| entry.incident == Some(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_name_events_that_exist() {
        for (text, name, matches) in [
            ("*", "incident.created", true),
            ("incident.*", "incident.created", true),
            ("incident.*", "action.added", false),
            ("incident.created", "incident.created", true),
            ("incident.created", "incident.updated", false),
        ] {
            assert_eq!(text.parse::<TypePattern>().unwrap().matches(name), matches, "{text} {name}");
        }
        for bad in
            ["", "incident", "incident.", "inc*", "*.created", "incident.*.*", "**", "incident.burnt", "a.*"]
        {
            let error = bad.parse::<TypePattern>().unwrap_err();
            assert!(error.to_string().contains("incident, intake"), "{bad}: {error}");
        }
    }
}
