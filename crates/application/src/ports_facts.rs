//! Ports of reporting duties: the facts people state, the clocks that follow from them, and the key that signs.

use crate::ports::Answered;
use probatum_compliance_export::{
    Circumstances, ClockChange, ClockState, FactSheet, Regime, SecretKey, SigningKeys, Snapshot, Step, Waiver,
};
use probatum_kernel::{Actor, Cursor, IncidentId, Page, PublicId, Sort, SortKey, Timestamp, Total};

/// One version of what people state about an incident.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredFacts {
    /// From 1 without gaps.
    pub version: u32,
    /// The sheet from which all regimes' fields are filled.
    pub sheet: FactSheet,
    /// What the clocks depend on besides.
    pub circumstances: Circumstances,
    /// When it was written.
    pub at: Timestamp,
    /// By whom.
    pub actor: Actor,
}

/// A decision that a duty does not apply, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredWaiver {
    /// Its number within the incident, from 1.
    pub number: u32,
    /// The decision.
    pub waiver: Waiver,
    /// Who withdrew it, when and why; it counts as long as nobody did.
    pub withdrawn: Option<(Actor, Timestamp, String)>,
}

/// Rows of facts and of decisions about duties. Nothing is ever written over.
pub trait FactRows {
    /// The latest version of an incident's facts.
    fn facts(&mut self, incident: IncidentId) -> Answered<Option<StoredFacts>>;
    /// A version of an incident's facts.
    fn facts_version(&mut self, incident: IncidentId, version: u32) -> Answered<Option<StoredFacts>>;
    /// Inserts a version. MUST fail as transient if there is one of that number.
    fn insert_facts(&mut self, incident: IncidentId, facts: &StoredFacts) -> Answered<()>;
    /// All decisions about an incident's duties, oldest first, also the withdrawn ones.
    fn waivers(&mut self, incident: IncidentId) -> Answered<Vec<StoredWaiver>>;
    /// Inserts a decision. MUST fail as transient if there is one of that number.
    fn insert_waiver(&mut self, incident: IncidentId, waiver: &StoredWaiver) -> Answered<()>;
    /// Saves that a decision was withdrawn. MUST fail as transient if it was already.
    fn withdraw_waiver(&mut self, incident: IncidentId, waiver: &StoredWaiver) -> Answered<()>;
}

/// A clock as it stood when it was last computed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredClock {
    /// The regime.
    pub regime: Regime,
    /// The duty.
    pub step: Step,
    /// How it stood.
    pub snapshot: Snapshot,
    /// When time alone changes its state, if it does.
    pub wake_at: Option<Timestamp>,
    /// When it was last computed to another result.
    pub updated_at: Timestamp,
}

/// The order of clocks across incidents, in cursors: what is due first comes first.
pub const CLOCK_ORDER: Sort = Sort { key: SortKey::CreatedAt, descending: false };

/// Which clocks of all incidents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockQuery {
    /// In this state; if `None`, those that run and are due at some time: running, due soon or overdue.
    pub state: Option<ClockState>,
    /// Due at this time or before.
    pub due_until: Option<Timestamp>,
    /// Which page.
    pub page: Page,
}

/// A clock and its incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedClock {
    /// The incident.
    pub incident: IncidentId,
    /// Its public id.
    pub public_id: PublicId,
    /// Its title.
    pub title: String,
    /// The clock.
    pub clock: StoredClock,
}

/// A page of clocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockList {
    /// The clocks, what is due first first.
    pub rows: Vec<ListedClock>,
    /// How many there are in all.
    pub total: Total,
    /// Where the next page begins, if there is one.
    pub next: Option<Cursor>,
}

/// A page of the changes of an incident's clocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockChangeList {
    /// The changes, oldest first, with their numbers.
    pub rows: Vec<(u32, ClockChange)>,
    /// How many there are in all.
    pub total: Total,
    /// Whether there are more after these.
    pub more: bool,
}

/// The rules all clocks follow, or are on the way to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RulesInUse {
    /// SHA-256 of the rules in canonical JSON.
    pub digest: String,
    /// The version their author gave them.
    pub version: String,
    /// Since when.
    pub since: Timestamp,
    /// The last incident computed anew under them.
    pub swept_to: Option<IncidentId>,
    /// Whether all were.
    pub done: bool,
}

/// Rows of clocks, of their history, and of the rules they follow.
pub trait ClockRows {
    /// The clocks kept of an incident.
    fn clocks_of(&mut self, incident: IncidentId) -> Answered<Vec<StoredClock>>;
    /// Puts a clock in, or in the place of what is kept of that duty.
    fn put_clock(&mut self, incident: IncidentId, clock: &StoredClock) -> Answered<()>;
    /// Removes the clock of a duty no rule knows any more; its history stays.
    fn remove_clock(&mut self, incident: IncidentId, regime: Regime, step: Step) -> Answered<()>;
    /// Appends to the history of an incident's clocks.
    fn append_clock_changes(&mut self, incident: IncidentId, changes: &[ClockChange]) -> Answered<()>;
    /// A page of that history.
    fn clock_changes(&mut self, incident: IncidentId, page: &Page) -> Answered<ClockChangeList>;
    /// A page of clocks of all incidents. MUST cost the same however many there are.
    fn list_clocks(&mut self, query: &ClockQuery) -> Answered<ClockList>;
    /// How many clocks are in this state, counted up to 10 001.
    fn count_clocks(&mut self, state: ClockState) -> Answered<i64>;
    /// Incidents with a clock whose `wake_at` has come, the longest due first; each once.
    fn incidents_to_wake(&mut self, now: Timestamp, limit: u32) -> Answered<Vec<IncidentId>>;
    /// The rules in use, if any were ever.
    fn rules_in_use(&mut self) -> Answered<Option<RulesInUse>>;
    /// Saves the rules in use. MUST fail as transient if what is stored is not `before` any more.
    fn save_rules_in_use(&mut self, before: Option<&RulesInUse>, next: &RulesInUse) -> Answered<()>;
    /// Incidents after this one in the order of ids, at most `limit`.
    fn incidents_after(&mut self, after: Option<IncidentId>, limit: u32) -> Answered<Vec<IncidentId>>;
}

/// The registry's Ed25519 key, kept outside of the database, and the public keys of all it ever had. Both may change
/// while the program runs: ask anew for each signature. MUST NOT be called inside of a transaction: it may read a file.
pub trait Signer: Send + Sync {
    /// The key that signs now.
    fn key(&self) -> Answered<SecretKey>;
    /// The public keys: the one that signs now, and those that did.
    fn keys(&self) -> Answered<SigningKeys>;
}
