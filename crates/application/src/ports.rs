//! What the application needs from outside: transactions, blobs, a clock. Adapters implement these traits.

pub use crate::ports_webhooks::{
    Courier, Delivering, Delivery, DeliveryList, DeliveryRows, DeliveryState, EventRows, Parcel, Previous,
    Undelivered, Webhook, WebhookList, WebhookRows,
};

use crate::error::AppError;
use crate::idempotency::{Answer, RequestKey};
pub use crate::ports_feeds::{FeedKey, FeedRows};
pub use crate::ports_indicators::IndicatorRows;
use crate::query::{
    ActionList, ActionQuery, AgentHistory, AgentList, AgentQuery, AuditFilter, IncidentList, IncidentQuery,
};
use crate::rollup::{Sums, View};
use crate::triage::{TriageList, TriageRun};
use bytes::Bytes;
use futures_util::Stream;
use probatum_agent_trust::{Agent, HistoryEntry};
use probatum_evidence::{CustodyEntry, Evidence, Sha256Hex, TreeHash};
use probatum_incident::{Country, Incident, Priority};
use probatum_kernel::{
    ActionId, Actor, AgentId, EvidenceId, IncidentId, IncidentRef, Page, PublicId, Role, Timestamp, TriageId,
};
use probatum_playbooks::Action;
use serde_json::Value;
use std::any::Any;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

pub use crate::ports_facts::{
    CLOCK_ORDER, ClockChangeList, ClockList, ClockQuery, ClockRows, FactRows, ListedClock, RulesInUse,
    Signer, StoredClock, StoredFacts, StoredWaiver,
};
pub use crate::ports_intake::{CorrelationRows, IntakeRows, Sent};
pub use crate::ports_reports::ReportRows;

/// What every port method answers.
pub type Answered<T> = Result<T, AppError>;

/// Rows of incidents.
pub trait IncidentRows {
    /// The next number of `year`, without gap or repeat: it is given back if the transaction is not committed.
    fn next_incident_number(&mut self, year: i32) -> Answered<i64>;
    /// Inserts an incident.
    fn insert_incident(&mut self, incident: &Incident) -> Answered<()>;
    /// Reads an incident whole. In a writing transaction nobody else changes it until the end.
    fn incident(&mut self, id: IncidentRef) -> Answered<Option<Incident>>;
    /// Replaces `before` by `next`. MUST fail as transient if the stored version is not `before.version`.
    fn save_incident(&mut self, before: &Incident, next: &Incident) -> Answered<()>;
    /// Saves the version and `updated_at` of `next` alone: something of the incident changed, but none of its fields.
    fn touch_incident(&mut self, before: &Incident, next: &Incident) -> Answered<()>;
    /// Deletes an incident with its evidence and actions. MUST fail as transient if the stored version is another.
    fn delete_incident(&mut self, incident: &Incident) -> Answered<()>;
    /// A page of a list.
    fn list_incidents(&mut self, query: &IncidentQuery) -> Answered<IncidentList>;
}

/// Rows of evidence and custody.
pub trait EvidenceRows {
    /// Inserts an item and its chain.
    fn insert_evidence(&mut self, item: &Evidence, chain: &[CustodyEntry]) -> Answered<()>;
    /// Reads an item.
    fn evidence(&mut self, id: EvidenceId) -> Answered<Option<Evidence>>;
    /// All items of an incident, oldest first.
    fn evidence_of(&mut self, incident: IncidentId) -> Answered<Vec<Evidence>>;
    /// All items after this one, by id, at most `limit`.
    fn evidence_after(&mut self, after: Option<EvidenceId>, limit: u32) -> Answered<Vec<Evidence>>;
    /// How many items there are, and how many of them have stored content.
    fn count_evidence(&mut self) -> Answered<(u64, u64)>;
    /// Saves status, brokenness and the number of custody entries of an item.
    fn save_evidence(&mut self, item: &Evidence) -> Answered<()>;
    /// Appends a custody entry.
    fn append_custody(&mut self, id: EvidenceId, entry: &CustodyEntry) -> Answered<()>;
    /// The chains of these items, by item, in order.
    fn custody_of(&mut self, items: &[EvidenceId]) -> Answered<Vec<(EvidenceId, CustodyEntry)>>;
    /// The chain of an item, in order.
    fn custody(&mut self, id: EvidenceId) -> Answered<Vec<CustodyEntry>>;
}

/// Rows of response actions.
pub trait ActionRows {
    /// Inserts an action.
    fn insert_action(&mut self, action: &Action) -> Answered<()>;
    /// Reads an action.
    fn action(&mut self, id: ActionId) -> Answered<Option<Action>>;
    /// All actions of an incident, oldest first.
    fn actions_of(&mut self, incident: IncidentId) -> Answered<Vec<Action>>;
    /// Replaces `before` by `next`; transient failure if the stored version is another.
    fn save_action(&mut self, before: &Action, next: &Action) -> Answered<()>;
    /// A page of the inbox.
    fn list_actions(&mut self, query: &ActionQuery) -> Answered<ActionList>;
    /// Actions whose `wake_at` has come, the longest due first.
    fn actions_to_wake(&mut self, now: Timestamp, limit: u32) -> Answered<Vec<ActionId>>;
}

/// Rows of agents and of their history.
pub trait AgentRows {
    /// Reads an agent. In a writing transaction nobody else changes it until the end. A transaction that takes an
    /// incident as well takes that first, so that two never wait for each other.
    fn agent(&mut self, id: &AgentId) -> Answered<Option<Agent>>;
    /// Inserts an agent unless one of that id exists; says whether it did.
    fn insert_agent(&mut self, agent: &Agent) -> Answered<bool>;
    /// Replaces `before` by `next`; transient failure if the stored version is another.
    fn save_agent(&mut self, before: &Agent, next: &Agent) -> Answered<()>;
    /// A page of agents, in the order of their ids' code points.
    fn list_agents(&mut self, query: &AgentQuery) -> Answered<AgentList>;
    /// Appends to an agent's history. There is one entry per version, and none is ever changed.
    fn append_agent_history(&mut self, id: &AgentId, entry: &HistoryEntry) -> Answered<()>;
    /// A page of an agent's history, newest first.
    fn agent_history(&mut self, id: &AgentId, page: &Page) -> Answered<AgentHistory>;
    /// The newest incident that names the agent and whose response is not closed.
    fn open_incident_of(&mut self, id: &AgentId) -> Answered<Option<IncidentId>>;
}

/// Rows of triage runs.
pub trait TriageRows {
    /// Inserts a run. MUST fail as transient if a run of the incident is under way, or has its number.
    fn insert_triage(&mut self, run: &TriageRun) -> Answered<()>;
    /// Reads a run, without its transcript.
    fn triage(&mut self, id: TriageId) -> Answered<Option<TriageRun>>;
    /// The run of an incident that is under way, without its transcript.
    fn triage_running(&mut self, incident: IncidentId) -> Answered<Option<TriageRun>>;
    /// The newest run of an incident that has a verdict, without its transcript.
    fn triage_completed(&mut self, incident: IncidentId) -> Answered<Option<TriageRun>>;
    /// The number of the newest run of an incident; 0 if there is none.
    fn last_triage(&mut self, incident: IncidentId) -> Answered<i64>;
    /// Saves how a run ended. MUST fail as transient if it is not under way any more.
    fn finish_triage(&mut self, run: &TriageRun) -> Answered<()>;
    /// A page of the runs of an incident, newest first; with transcripts only if asked for.
    fn list_triage(&mut self, incident: IncidentId, page: &Page, transcripts: bool) -> Answered<TriageList>;
}

/// Something that happened, as the audit log and the timeline keep it.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// What, as `<thing>.<verb>`: `incident.created`.
    pub action: &'static str,
    /// To what: an id.
    pub subject: String,
    /// Which incident it belongs to.
    pub incident: Option<IncidentId>,
    /// What exactly; never secrets, never raw data.
    pub detail: Value,
    /// Under which request id.
    pub request_id: String,
}

/// A record in the chain.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditEntry {
    /// The place in the log, from 1, without gap.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// What.
    pub action: String,
    /// To what.
    pub subject: String,
    /// Which incident it belongs to.
    pub incident: Option<IncidentId>,
    /// What exactly.
    pub detail: Value,
    /// Under which request id.
    pub request_id: String,
    /// The hash of the entry before.
    pub prev_hash: Sha256Hex,
    /// The hash of this entry over the one before.
    pub hash: Sha256Hex,
}

/// The audit log and the outbox.
pub trait AuditRows {
    /// Appends to the log, chained to what came before, and to the outbox.
    fn record(&mut self, record: &Record) -> Answered<()>;
    /// What belongs to an incident after `after`, in order, at most `limit`.
    fn history(&mut self, incident: IncidentId, after: i64, limit: u32) -> Answered<Vec<AuditEntry>>;
    /// The log after `after`, in order, at most `limit`.
    fn audit_after(&mut self, after: i64, limit: u32) -> Answered<Vec<AuditEntry>>;
    /// The last place and hash, as kept apart from the log.
    fn audit_head(&mut self) -> Answered<(i64, Sha256Hex)>;
    /// Entries that pass the filter, the newest first: below `before` (all, if `None`), after skipping `skip`, at most
    /// `limit`.
    fn audit_page(
        &mut self,
        filter: &AuditFilter,
        before: Option<i64>,
        skip: u32,
        limit: u32,
    ) -> Answered<Vec<AuditEntry>>;
    /// How many entries pass the filter, counted up to 10 001.
    fn audit_count(&mut self, filter: &AuditFilter) -> Answered<i64>;
    /// The incident that had this public id and was deleted, from its tombstone.
    fn deleted_incident(&mut self, id: PublicId) -> Answered<Option<IncidentId>>;
    /// The root of the Merkle tree (RFC 9162 §2.1.1) whose leaves are the hashes of the first `size` entries, in order.
    /// MUST read no more than a few entries and nodes, however long the log is.
    fn audit_root(&mut self, size: i64) -> Answered<TreeHash>;
    /// The proof (RFC 9162 §2.1.3.1) that entry `seq` is a leaf of that tree; with the same bound. `None` if it has no
    /// such leaf.
    fn audit_proof(&mut self, seq: i64, size: i64) -> Answered<Option<Vec<TreeHash>>>;
    /// The nodes kept of subtrees that were completed by the entries after `from` up to `to`: level, place, hash.
    fn audit_nodes(&mut self, from: i64, to: i64) -> Answered<Vec<(u32, u64, TreeHash)>>;
}

/// A comparison of rollups with the rows they sum up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recounted {
    /// How many incidents were counted.
    pub incidents: u64,
    /// How many rollups there should be.
    pub rollups: u64,
    /// How many were wrong, missing or too many.
    pub wrong: u64,
    /// The first few of those, in words.
    pub examples: Vec<String>,
}

/// What a view has added up: since when, of which country where it tells countries apart, and what it comes to.
pub type Summed = Vec<(Timestamp, Option<Country>, Sums)>;

/// Rollups: sums per stretch of time, kept by the transaction that changes what they sum up.
pub trait RollupRows {
    /// What a view has added up from `since` on, a full hour, all of it together; of some countries, nothing may be left.
    /// That nothing was created after `now` says how it is added up, not what it comes to.
    /// MUST cost the same however many incidents there are, unless some were created after `now`.
    fn sums_since(&mut self, view: View, since: Timestamp, now: Timestamp) -> Answered<Arc<Summed>>;
    /// The same by stretches of time, in order: from `since` to the next multiple of `step_hours` (1, 24 or 192) since
    /// 1970, then one after the other. Stretches without anything are left out.
    fn series_since(&mut self, view: View, since: Timestamp, step_hours: i64) -> Answered<Arc<Summed>>;
    /// How many incidents created from `from` on and before `to` are not closed and have a deadline by this priority.
    fn due_between(&mut self, priority: Priority, from: Timestamp, to: Timestamp) -> Answered<i64>;
    /// Counts everything anew and compares; with `mend`, which takes a writing transaction, puts right what is wrong.
    fn recount(&mut self, mend: bool) -> Answered<Recounted>;
}

/// An API key as stored: never the secret, only its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// The public part, 12 lower-case letters and digits.
    pub id: String,
    /// Whose it is.
    pub name: String,
    /// What it may do.
    pub roles: Vec<Role>,
    /// SHA-256 of the secret, which has 256 random bits of its own and so needs no slow hash.
    pub secret_hash: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// Rows of API keys.
pub trait KeyRows {
    /// Reads a key by its public part.
    fn key(&mut self, id: &str) -> Answered<Option<ApiKey>>;
    /// All keys, newest first.
    fn keys(&mut self) -> Answered<Vec<ApiKey>>;
    /// Inserts a key.
    fn insert_key(&mut self, key: &ApiKey) -> Answered<()>;
    /// Revokes a key; says whether there was one to revoke.
    fn revoke_key(&mut self, id: &str, at: Timestamp) -> Answered<bool>;
}

/// Stored answers of idempotent requests.
pub trait AnswerRows {
    /// The fingerprint and answer kept under a principal's key.
    fn stored_answer(&mut self, principal: &str, key: &str) -> Answered<Option<(String, Answer)>>;
    /// Keeps an answer.
    fn store_answer(
        &mut self,
        principal: &str,
        key: &RequestKey,
        answer: &Answer,
        now: Timestamp,
    ) -> Answered<()>;
    /// Replaces an answer that is kept by what came of it since.
    fn replace_answer(&mut self, principal: &str, key: &RequestKey, answer: &Answer) -> Answered<()>;
    /// Forgets answers older than `before`, at most `limit`; says how many.
    fn forget_answers(&mut self, before: Timestamp, limit: u32) -> Answered<usize>;
}

/// Work that takes time, as a row: claimed with a lease, so that a crash or a lost replica only delays it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its name; there is one row per name.
    pub name: String,
    /// How often it was tried since it last succeeded.
    pub attempts: i32,
}

/// Rows of jobs, of the outbox, and of content to be deleted.
pub trait JobRows {
    /// Sees to it that a recurring job exists.
    fn ensure_job(&mut self, name: &str, now: Timestamp) -> Answered<()>;
    /// Which of these jobs do not exist yet.
    fn missing_jobs(&mut self, names: &'static [(&'static str, i64)]) -> Answered<Vec<&'static str>>;
    /// Whether there may be a job to claim.
    fn job_is_due(&mut self, now: Timestamp) -> Answered<bool>;
    /// Claims a job that is due until `lease_until`; nobody else gets it before.
    fn claim_job(&mut self, now: Timestamp, lease_until: Timestamp) -> Answered<Option<Job>>;
    /// Puts a claimed job back, to run at `run_at`; `error` says why it failed, if it did. A claim that ran out and was
    /// taken over since MUST NOT be released by its former holder: nothing happens then.
    fn release_job(&mut self, job: &Job, run_at: Timestamp, error: Option<&str>) -> Answered<()>;
    /// Notes that nothing refers to this content any more.
    fn discard_blob(&mut self, key: &str, now: Timestamp) -> Answered<()>;
    /// Content to be deleted, at most `limit`.
    fn discarded_blobs(&mut self, limit: u32) -> Answered<Vec<String>>;
    /// Forgets content that was deleted.
    fn forget_blob(&mut self, key: &str) -> Answered<()>;
    /// The newest number among the oldest `limit` outbox rows that are older than `before`.
    fn old_outbox(&mut self, before: Timestamp, limit: u32) -> Answered<Option<i64>>;
    /// Forgets outbox rows older than `before`, at most `limit`; says how many.
    fn forget_outbox(&mut self, before: Timestamp, limit: u32) -> Answered<usize>;
}

/// Everything a use case may do with the database.
pub trait Tx:
    IncidentRows
    + EvidenceRows
    + ActionRows
    + AgentRows
    + IndicatorRows
    + FeedRows
    + TriageRows
    + IntakeRows
    + CorrelationRows
    + FactRows
    + ClockRows
    + ReportRows
    + AuditRows
    + EventRows
    + WebhookRows
    + DeliveryRows
    + KeyRows
    + AnswerRows
    + JobRows
    + RollupRows
{
}
impl<T> Tx for T where
    T: IncidentRows
        + EvidenceRows
        + ActionRows
        + AgentRows
        + IndicatorRows
        + FeedRows
        + TriageRows
        + IntakeRows
        + CorrelationRows
        + FactRows
        + ClockRows
        + ReportRows
        + AuditRows
        + EventRows
        + WebhookRows
        + DeliveryRows
        + KeyRows
        + AnswerRows
        + JobRows
        + RollupRows
{
}

/// A unit of work. It may run more than once (a retry) and has no effect but through `Tx`.
pub type Work = Box<dyn FnMut(&mut dyn Tx) -> Answered<Box<dyn Any + Send>> + Send>;
/// The answer to come.
pub type Pending<'a> = Pin<Box<dyn Future<Output = Answered<Box<dyn Any + Send>>> + Send + 'a>>;

/// The only door to a transaction.
pub trait Executor: Send + Sync {
    /// Runs `work` in a writing transaction. MUST answer `Ok` only after the change is durable, and MUST leave nothing
    /// of a work that fails or panics.
    fn write(&self, work: Work) -> Pending<'_>;
    /// Runs `work` on one consistent snapshot; it cannot write.
    fn read(&self, work: Work) -> Pending<'_>;
    /// How many jobs wait, to write and to read.
    fn waiting(&self) -> (usize, usize);
}

impl<'e> dyn Executor + 'e {
    /// Writes, with the type of the answer kept.
    pub async fn writing<T: Send + 'static>(
        &self,
        mut work: impl FnMut(&mut dyn Tx) -> Answered<T> + Send + 'static,
    ) -> Answered<T> {
        typed(self.write(Box::new(move |tx| work(tx).map(|t| -> Box<dyn Any + Send> { Box::new(t) }))).await)
    }
    /// Reads, with the type of the answer kept.
    pub async fn reading<T: Send + 'static>(
        &self,
        mut work: impl FnMut(&mut dyn Tx) -> Answered<T> + Send + 'static,
    ) -> Answered<T> {
        typed(self.read(Box::new(move |tx| work(tx).map(|t| -> Box<dyn Any + Send> { Box::new(t) }))).await)
    }
}

fn typed<T: 'static>(answer: Answered<Box<dyn Any + Send>>) -> Answered<T> {
    match answer?.downcast::<T>() {
        Ok(t) => Ok(*t),
        Err(_) => Err(AppError::internal("the executor answered another job")),
    }
}

/// The clock. There is one, and use cases get its time by `Ctx`.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> Timestamp;
}

/// A future on the heap, as object-safe ports need it.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = Answered<T>> + Send + 'a>>;
/// Content as it comes, piece by piece.
pub type Chunks = Pin<Box<dyn Stream<Item = Answered<Bytes>> + Send>>;

/// Content that was put into the blob store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    /// Where it is.
    pub key: String,
    /// How many bytes.
    pub size: u64,
    /// What they are.
    pub hash: Sha256Hex,
}

/// The store of evidence content. Memory MUST stay constant, whatever the size.
pub trait Blobs: Send + Sync {
    /// Begins an upload under a new key.
    fn begin(&self) -> Later<'_, Box<dyn Upload>>;
    /// Opens content: its size and its bytes; `None` if there is none.
    fn open(&self, key: String) -> Later<'_, Option<(u64, Chunks)>>;
    /// Deletes content; none there is no error.
    fn delete(&self, key: String) -> Later<'_, ()>;
}

/// An upload under way. Dropped without `finish`, it MUST leave nothing behind that can be opened.
pub trait Upload: Send {
    /// Takes the next piece.
    fn write(&mut self, chunk: Bytes) -> Later<'_, ()>;
    /// Ends it; MUST answer only after the content is durable.
    fn finish(self: Box<Self>) -> Later<'static, Blob>;
    /// Gives it up.
    fn abort(self: Box<Self>) -> Later<'static, ()>;
}
