//! An item of evidence: how it is attached, its limits, and what follows from a custody entry.

use crate::custody::{CustodyEntry, CustodyInput, begin, check_first, extend, is_broken};
use crate::error::EvidenceError;
use crate::hash::Sha256Hex;
use crate::kind::{CustodyAction, EvidenceKind, Tlp, Visibility};
use crate::status::{Facts, own_status};
use probatum_kernel::{
    Actor, CLOCK_SKEW_MS, EvidenceId, EvidenceStatus, FieldFault, IncidentId, TextError, Timestamp,
    check_text,
};
use serde::{Deserialize, Serialize};

/// The most items of one incident.
pub const MAX_ITEMS_PER_INCIDENT: usize = 1000;
/// The most characters of `source`.
pub const MAX_SOURCE: usize = 200;
/// The most characters of `content_ref`.
pub const MAX_CONTENT_REF: usize = 2000;
/// The most characters of `description`.
pub const MAX_DESCRIPTION: usize = 10_000;
/// The highest confidence, in per cent.
pub const MAX_CONFIDENCE: u8 = 100;
/// The most custody entries sent along with new evidence.
pub const MAX_CUSTODY_ENTRIES: usize = 1000;
/// The most characters of a custody note.
pub const MAX_NOTE: usize = 1000;
/// The most characters of the name of an uploaded file.
pub const MAX_FILE_NAME: usize = 255;

/// The command to attach evidence to an incident (CONTRACT §4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attach {
    /// What it is.
    pub kind: EvidenceKind,
    /// Where it comes from: 1–[`MAX_SOURCE`] characters. `simulation`, or `simulation:…`, marks an exercise.
    pub source: String,
    /// Where the content is kept, if not here: 1–[`MAX_CONTENT_REF`] characters.
    pub content_ref: Option<String>,
    /// The SHA-256 of the content.
    pub hash_sha256: Option<Sha256Hex>,
    /// How sure the sender is, 0–100 per cent.
    pub confidence: u8,
    /// Who may see it; internal if left out.
    #[serde(default)]
    pub visibility: Visibility,
    /// Who held it until now, in time order; at most [`MAX_CUSTODY_ENTRIES`].
    #[serde(default)]
    pub chain_of_custody: Vec<CustodyInput>,
    /// In words: 1–[`MAX_DESCRIPTION`] characters.
    pub description: Option<String>,
    /// The earlier item of the same incident that this one contradicts.
    pub contradicts: Option<EvidenceId>,
    /// To whom it may be passed on.
    pub tlp: Option<Tlp>,
}

/// Content the registry holds itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// Bytes.
    pub size: u64,
    /// The media type it is served with.
    pub media_type: String,
    /// The name it is served under: 1–[`MAX_FILE_NAME`] characters.
    pub file_name: String,
    /// Where the blob store has it.
    pub key: String,
}

/// An item of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Its id.
    pub id: EvidenceId,
    /// The incident it belongs to.
    pub incident_id: IncidentId,
    /// What it is.
    pub kind: EvidenceKind,
    /// Where it comes from.
    pub source: String,
    /// Where the content is kept, if not here.
    pub content_ref: Option<String>,
    /// The SHA-256 of the content: computed if `stored`, else as stated.
    pub hash_sha256: Option<Sha256Hex>,
    /// 0–100 per cent.
    pub confidence: u8,
    /// Who may see it.
    pub visibility: Visibility,
    /// In words.
    pub description: Option<String>,
    /// The earlier item this one contradicts.
    pub contradicts: Option<EvidenceId>,
    /// To whom it may be passed on.
    pub tlp: Option<Tlp>,
    /// How far it proves what it says; [`settle`](crate::settle) takes contradictions into account.
    pub status: EvidenceStatus,
    /// The content, if the registry holds it.
    pub stored: Option<Stored>,
    /// A custody entry says that the content is no longer what it was.
    pub broken: bool,
    /// The length of the custody chain.
    pub custody_entries: u32,
    /// When it was attached.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: Actor,
}

impl Evidence {
    /// Attaches evidence whose content is kept elsewhere, or nowhere. Takes the ids, the command, who sends
    /// it and when; returns the item with its status by itself (contradictions are
    /// [`settle`](crate::settle)'s), and its chain.
    ///
    /// # Errors
    /// `Invalid` with every bad field, else what [`begin`] says about the chain.
    pub fn attach(
        id: EvidenceId,
        incident: IncidentId,
        cmd: &Attach,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<(Self, Vec<CustodyEntry>), EvidenceError> {
        reject(faults(id, cmd, now))?;
        let chain = begin(id, cmd.hash_sha256.as_ref(), &cmd.chain_of_custody)?;
        let item = Self::new(id, incident, cmd, actor, now);
        Ok((item.with_entries(&chain), chain))
    }

    /// As [`attach`](Self::attach), for content the registry received and hashed itself: `computed` becomes
    /// the hash of the item. Without a chain the registry witnesses receipt: one entry `collected` by `actor`
    /// at `now`.
    ///
    /// # Errors
    /// As `attach`; also `HashMismatch`, if the command states another hash (an elided one proves nothing).
    pub fn upload(
        id: EvidenceId,
        incident: IncidentId,
        cmd: &Attach,
        stored: Stored,
        computed: &Sha256Hex,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<(Self, Vec<CustodyEntry>), EvidenceError> {
        let mut faults = faults(id, cmd, now);
        text(&mut faults, "file", &stored.file_name, MAX_FILE_NAME);
        reject(faults)?;
        if let Some(stated) = cmd.hash_sha256.as_ref().filter(|stated| !stated.matches_content(computed)) {
            return Err(EvidenceError::HashMismatch { stated: stated.clone(), computed: computed.clone() });
        }
        let chain = if cmd.chain_of_custody.is_empty() {
            let receipt = CustodyInput {
                ts: now,
                actor: actor.clone(),
                action: CustodyAction::Collected,
                hash_after: Some(computed.clone()),
                note: None,
            };
            begin(id, Some(computed), &[receipt])?
        } else {
            begin(id, Some(computed), &cmd.chain_of_custody)?
        };
        let item = Self {
            hash_sha256: Some(computed.clone()),
            stored: Some(stored),
            ..Self::new(id, incident, cmd, actor, now)
        };
        Ok((item.with_entries(&chain), chain))
    }

    /// Appends a custody entry a client sends; `last` is the last entry of the chain. Returns the item as it
    /// is after it, and the entry. The first of a chain has to state the hash of the item, if it has one.
    ///
    /// # Errors
    /// `Invalid` for a time in the future or a note too long; `CustodyBroken` for a first entry without the
    /// hash of the item or with another, else what [`extend`] says.
    pub fn append(
        &self,
        last: Option<&CustodyEntry>,
        input: &CustodyInput,
        now: Timestamp,
    ) -> Result<(Self, CustodyEntry), EvidenceError> {
        let mut faults = Vec::new();
        custody_faults(&mut faults, "", input, now);
        reject(faults)?;
        if last.is_none() {
            check_first(self.hash_sha256.as_ref(), input)?;
        }
        let entry = extend(self.id, self.hash_sha256.as_ref(), last, input)?;
        Ok((self.with_entry(&entry), entry))
    }

    /// The item as it is after `entry`, the next of its chain. A chain once broken stays broken.
    pub fn with_entry(&self, entry: &CustodyEntry) -> Self {
        self.clone().with_entries(std::slice::from_ref(entry))
    }

    /// The status of the item by itself, as if nothing contradicted it.
    pub fn own_status(&self) -> EvidenceStatus {
        own_status(&Facts {
            kind: self.kind,
            source: &self.source,
            confidence: self.confidence,
            hashed: self.hash_sha256.is_some(),
            custody_entries: self.custody_entries,
            broken: self.broken,
        })
    }

    /// The item without content and chain, `gap` until its status is known.
    fn new(id: EvidenceId, incident: IncidentId, cmd: &Attach, actor: &Actor, now: Timestamp) -> Self {
        Self {
            id,
            incident_id: incident,
            kind: cmd.kind,
            source: cmd.source.clone(),
            content_ref: cmd.content_ref.clone(),
            hash_sha256: cmd.hash_sha256.clone(),
            confidence: cmd.confidence,
            visibility: cmd.visibility,
            description: cmd.description.clone(),
            contradicts: cmd.contradicts,
            tlp: cmd.tlp,
            status: EvidenceStatus::Gap,
            stored: None,
            broken: false,
            custody_entries: 0,
            created_at: now,
            created_by: actor.clone(),
        }
    }

    fn with_entries(mut self, entries: &[CustodyEntry]) -> Self {
        let more = u32::try_from(entries.len()).unwrap_or(u32::MAX);
        self.custody_entries = self.custody_entries.saturating_add(more);
        self.broken |= is_broken(entries);
        self.status = self.own_status();
        self
    }
}

fn reject(faults: Vec<FieldFault>) -> Result<(), EvidenceError> {
    if faults.is_empty() { Ok(()) } else { Err(EvidenceError::Invalid(faults)) }
}

/// Every bad field of the command.
fn faults(id: EvidenceId, cmd: &Attach, now: Timestamp) -> Vec<FieldFault> {
    let mut faults = Vec::new();
    text(&mut faults, "source", &cmd.source, MAX_SOURCE);
    if let Some(content_ref) = &cmd.content_ref {
        text(&mut faults, "content_ref", content_ref, MAX_CONTENT_REF);
    }
    if let Some(description) = &cmd.description {
        text(&mut faults, "description", description, MAX_DESCRIPTION);
    }
    if cmd.confidence > MAX_CONFIDENCE {
        faults.push(FieldFault::new("confidence", "out_of_range", format!("must be 0 to {MAX_CONFIDENCE}")));
    }
    if cmd.contradicts == Some(id) {
        faults.push(FieldFault::new("contradicts", "invalid", "must name another item than this one"));
    }
    if cmd.chain_of_custody.len() > MAX_CUSTODY_ENTRIES {
        let message = format!("must have at most {MAX_CUSTODY_ENTRIES} entries");
        faults.push(FieldFault::new("chain_of_custody", "too_many", message));
        // Naming the faults of each entry as well would let a client choose the size of our answer.
        return faults;
    }
    for (index, entry) in cmd.chain_of_custody.iter().enumerate() {
        custody_faults(&mut faults, &format!("chain_of_custody[{index}]."), entry, now);
    }
    faults
}

fn custody_faults(faults: &mut Vec<FieldFault>, path: &str, entry: &CustodyInput, now: Timestamp) {
    if entry.ts > now.plus_millis(CLOCK_SKEW_MS) {
        let message = format!("must not be in the future; it is now {now}");
        faults.push(FieldFault::new(format!("{path}ts"), "in_future", message));
    }
    if entry.actor.as_str().starts_with("system:") {
        let message = "must name a person or service; what the registry witnesses it enters itself";
        faults.push(FieldFault::new(format!("{path}actor"), "invalid", message));
    }
    if let Some(note) = &entry.note {
        text(faults, &format!("{path}note"), note, MAX_NOTE);
    }
}

fn text(faults: &mut Vec<FieldFault>, field: &str, value: &str, max: usize) {
    if let Err(e) = check_text(value, max) {
        let code = match e {
            TextError::Empty => "required",
            TextError::TooLong(_) => "too_long",
            TextError::Control => "invalid",
        };
        faults.push(FieldFault::new(field, code, e.to_string()));
    }
}
