//! What happened to an agent, entry by entry: one for each of its versions.

use crate::{Agent, AgentError, AgentStatus, Happening, TrustEvent};
use probatum_kernel::{Actor, EvidenceId, FieldFault, IncidentId, TextError, Timestamp, check_text};
use serde::{Deserialize, Serialize};

/// Longest note, in characters.
pub const MAX_NOTE: usize = 1_000;

/// One entry of an agent's history. Entries are only ever appended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// The version of the agent it led to.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: Happening,
    /// The event, or the reason of a quarantine.
    pub event: Option<TrustEvent>,
    /// The score before; none at the beginning.
    pub score_before: Option<u8>,
    /// The score after.
    pub score_after: u8,
    /// The status after.
    pub status_after: AgentStatus,
    /// By whom.
    pub by: Actor,
    /// Who else stood behind it, as the request says.
    pub approved_by: Option<Actor>,
    /// The incident it belongs to.
    pub incident: Option<IncidentId>,
    /// The evidence that proved it.
    pub evidence: Option<EvidenceId>,
    /// In words, at most [`MAX_NOTE`] characters.
    pub note: Option<String>,
}

impl HistoryEntry {
    /// The entry for what made `after` of `before`; the rest is for the caller to add.
    pub fn new(what: Happening, before: Option<&Agent>, after: &Agent, by: &Actor) -> Self {
        Self {
            seq: after.version,
            at: after.updated_at,
            what,
            event: None,
            score_before: before.map(|b| b.current_score),
            score_after: after.current_score,
            status_after: after.status(),
            by: by.clone(),
            approved_by: None,
            incident: None,
            evidence: None,
            note: None,
        }
    }
}

/// Checks a note a client sent.
///
/// # Errors
/// [`AgentError::Invalid`] naming `note`.
pub fn check_note(note: Option<&str>) -> Result<(), AgentError> {
    let Some(Err(error)) = note.map(|n| check_text(n, MAX_NOTE)) else { return Ok(()) };
    let code = if matches!(error, TextError::TooLong(_)) { "too_long" } else { "invalid" };
    Err(AgentError::Invalid(vec![FieldFault::new("note", code, error.to_string())]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_tells_what_the_change_made() {
        let before = Agent::unverified("did:web:example.org:7".parse().unwrap(), Timestamp::EPOCH);
        let after = before.apply(TrustEvent::ToolAbuse, Timestamp::EPOCH.plus_hours(1));
        let by = "devsecops:ci".parse().unwrap();
        let entry = HistoryEntry::new(Happening::Event, Some(&before), &after, &by);
        assert_eq!((entry.seq, entry.at), (2, after.updated_at));
        assert_eq!((entry.score_before, entry.score_after), (Some(100), 60));
        assert_eq!(entry.status_after, AgentStatus::Unverified);
    }

    #[test]
    fn notes_have_a_limit() {
        assert_eq!(check_note(None), Ok(()));
        assert_eq!(check_note(Some(&"ż".repeat(MAX_NOTE))), Ok(()));
        for bad in ["", "a\0b", &"x".repeat(MAX_NOTE + 1)] {
            assert!(check_note(Some(bad)).is_err());
        }
    }
}
