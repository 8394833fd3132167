//! Log deliveries worked through: groups of events join or open incidents, a few groups a transaction. Each transaction
//! says how far it came, so that whoever goes on counts nothing twice.

use super::intake::{finish, on_behalf, save};
use super::{agents, evidence, incidents, record};
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::indicators::IndicatorSource;
use crate::intake::{Correlated, Intake, MAX_FAULTS, PartFault};
use crate::ports::Tx;
use crate::use_cases::evidence::Received;
use crate::use_cases::intake::Outcome;
use probatum_evidence::{Attach, CustodyAction, CustodyInput, EvidenceKind, Stored, Visibility};
use probatum_incident::{
    Category, Draft, Incident, Level, Lifecycle, MAX_NAME, MAX_RAW_DATA, MAX_TAG, NewIncident, QueueStatus,
    Severity, SourceType, level_of,
};
use probatum_intake::{Batch, CORRELATION_HOURS, Event, Group};
use probatum_kernel::{AgentId, IncidentRef, PublicId, Timestamp};
use serde_json::json;

/// How many groups one transaction takes up: few enough that other writers wait only for milliseconds.
pub const GROUPS_PER_STEP: usize = 16;
/// How many of the open incidents of a key that are near are looked at for one that still takes deliveries: all but the
/// newest of them were full, or closed in this very moment.
const CANDIDATES: u32 = 20;
/// How sure a machine's log is by itself, in per cent: below what confirms, so that incidents enter as `internal`
/// (CONTRACT §4, §9).
const CONFIDENCE: u8 = 60;
/// The most deliveries attached to one incident. What comes then goes to another, which names this one: every delivery is
/// evidence of an incident.
const MAX_ATTACHED: u32 = 500;

/// Works through the next groups of a delivery. Returns it as it is then; `finished_at` says that it is settled.
///
/// Fails, and keeps nothing, if the claim was taken over.
pub fn step(
    tx: &mut dyn Tx,
    now: Timestamp,
    before: &Intake,
    batch: &Batch,
    lease_until: Timestamp,
) -> Result<Intake, AppError> {
    let ctx = on_behalf(before, now);
    let done = usize::try_from(before.steps).unwrap_or(usize::MAX);
    let groups: Vec<&Group> = batch.groups.iter().skip(done).take(GROUPS_PER_STEP).collect();
    if groups.is_empty() {
        return settle(tx, &ctx, before, batch);
    }
    let keys: Vec<&str> = groups.iter().map(|group| group.key.as_str()).collect();
    tx.lock_correlations(&keys)?;
    let mut next = before.clone();
    for group in groups {
        let events = count(group.tally.event_count);
        next.steps = next.steps.saturating_add(1);
        match place(tx, &ctx, before, group)? {
            Ok(is_new) => {
                next.accepted = next.accepted.saturating_add(events);
                next.incidents = next.incidents.saturating_add(u32::from(is_new));
            }
            Err(message) => {
                next.rejected = next.rejected.saturating_add(events);
                next.faults.push(PartFault { index: small(group.index), message });
                next.faults.truncate(MAX_FAULTS);
            }
        }
    }
    next.wake_at = Some(lease_until);
    save(tx, before, &next)?;
    Ok(next)
}

fn settle(tx: &mut dyn Tx, ctx: &Ctx, before: &Intake, batch: &Batch) -> Result<Intake, AppError> {
    let bad = batch.faults.iter();
    let bad = bad.map(|(index, message)| PartFault { index: small(*index), message: message.clone() });
    let mut faults: Vec<PartFault> = before.faults.iter().cloned().chain(bad).collect();
    faults.sort_by_key(|fault| fault.index);
    let rejected = before.rejected.saturating_add(small(batch.faults.len()));
    finish(tx, ctx, before, &Outcome { accepted: before.accepted, rejected, faults })
}

/// Joins the newest incident of the group's key that is open, near and takes deliveries, or opens one. `Ok` says whether
/// the incident is new to the delivery, `Err` why the group makes no incident.
fn place(tx: &mut dyn Tx, ctx: &Ctx, of: &Intake, group: &Group) -> Result<Result<bool, String>, AppError> {
    let (joined, follows) = joined(tx, of, group)?;
    let (incident, known) = match joined {
        Some((incident, known)) => (incident, Some(known)),
        None => match following(draft(group, of.received_at), follows).validate(ctx.now) {
            Ok(new) => (open(tx, ctx, &new)?, None),
            Err(e) => return Ok(Err(e.to_string())),
        },
    };
    let opened = known.is_none();
    let (tally, batches) = match known {
        Some(known) => (known.tally.and(group.tally), known.batches),
        None => (group.tally, 0),
    };
    let events = count(group.tally.event_count);
    let is_new = tx.link_intake(of.id, incident.id, events, opened)?;
    // A delivery is evidence of an incident once, however many of its groups are about that.
    if is_new {
        attach(tx, ctx, &incident, of, group)?;
    } else {
        incidents::touch(tx, ctx, &incident)?;
    }
    let batches = batches.saturating_add(u32::from(is_new));
    tx.save_correlation(group.key.as_str(), &Correlated { incident: incident.id, tally, batches })?;
    tx.add_indicators(incident.id, IndicatorSource::Evidence, &group.indicators)?;
    let detail = json!({
        "intake": of.id, "kind": of.kind, "opened": opened, "events": group.tally.event_count,
        "event_count": tally.event_count, "first_seen": tally.first_seen, "last_seen": tally.last_seen,
        "severity": group.worst.severity, "follows": follows,
    });
    record(tx, ctx, "intake.joined", incident.public_id.to_string(), Some(incident.id), detail)?;
    Ok(Ok(is_new))
}

/// The incident a group joins, if there is one; else the one that would be it, had it not as much as it takes.
type Joined = (Option<(Incident, Correlated)>, Option<PublicId>);

fn joined(tx: &mut dyn Tx, of: &Intake, group: &Group) -> Result<Joined, AppError> {
    let from = group.tally.first_seen.plus_hours(-CORRELATION_HOURS);
    let to = group.tally.last_seen.plus_hours(CORRELATION_HOURS);
    let mut full = None;
    for known in tx.correlated(group.key.as_str(), from, to, CANDIDATES)? {
        // Read with its lock: it may be closed or deleted at this very moment.
        let incident = tx.incident(IncidentRef::Id(known.incident))?;
        let open = |i: &Incident| i.lifecycle != Lifecycle::Closed && i.status != QueueStatus::Resolved;
        let Some(incident) = incident.filter(open) else { continue };
        if takes(tx, of, &incident, &known)? {
            return Ok((Some((incident, known)), None));
        }
        full = full.or(Some(incident.public_id));
    }
    Ok((None, full))
}

/// Whether the delivery can be evidence of the incident, or is already.
fn takes(tx: &mut dyn Tx, of: &Intake, incident: &Incident, known: &Correlated) -> Result<bool, AppError> {
    if known.batches < MAX_ATTACHED && evidence::takes_alike(tx, incident)? {
        return Ok(true);
    }
    Ok(tx.intake_links(of.id, u32::MAX)?.iter().any(|link| link.incident == incident.id))
}

/// The draft of an incident that goes on where another is full.
fn following(draft: Draft, follows: Option<PublicId>) -> Draft {
    let Some(first) = follows else { return draft };
    let note = format!("More events of {first}, which has as many deliveries as an incident takes.");
    Draft { summary: Some(note), ..draft }
}

fn open(tx: &mut dyn Tx, ctx: &Ctx, new: &NewIncident) -> Result<Incident, AppError> {
    if let Some(agent) = new.agent_id() {
        agents::became_known(tx, ctx, agent)?;
    }
    incidents::create(tx, ctx, new)
}

/// What the group says of itself, in the words of an incident. Its text stays in `raw_data`, which not everybody may
/// read.
fn draft(group: &Group, received_at: Timestamp) -> Draft {
    let event = &group.worst;
    let category: Category = event.category.as_str().parse().unwrap_or(Category::Other);
    let agent: Option<AgentId> = event.entities.agents.first().and_then(|agent| agent.parse().ok());
    let entity = event.entities.primary().map(|entity| entity.value);
    let source = event.product.clone().or_else(|| event.source.clone());
    let short = |text: &String| (1..=MAX_NAME).contains(&text.chars().count());
    // Numbers may be longer than they were written; the delivery has the event in any case, and harms no other for it.
    let fits = |raw: &serde_json::Value| raw.is_object() && raw.to_string().len() <= MAX_RAW_DATA;
    Draft {
        title: Some(title(event, category, source.as_deref())),
        source_type: Some(SourceType::SiemLog),
        source: source.or_else(|| Some(event.format.to_string())).filter(short),
        level: Some(if agent.is_some() { Level::L2Ai } else { level_of(category) }),
        category: Some(category),
        severity: Severity::new(event.severity),
        agent_id: agent,
        asset: entity.filter(short),
        occurred_at: event.at.map(|_| group.tally.first_seen),
        // Legal clocks run from detection: the clock of whoever wrote the log neither starts nor hides one.
        detected_at: Some(received_at),
        tags: group.techniques.iter().filter(|t| t.chars().count() <= MAX_TAG).cloned().collect(),
        raw_data: Some(event.raw.clone()).filter(fits),
        ..Draft::default()
    }
}

/// What everybody who reads incidents may read: the name of a finding or rule, but not the text of the log, which stands
/// in `raw_data`.
fn title(event: &Event, category: Category, source: Option<&str>) -> String {
    let unnamed = || format!("{category} reported by {}", source.unwrap_or("a log"));
    event.name.clone().unwrap_or_else(unnamed)
}

/// Attaches the delivery as it came: one content, an item of evidence for each incident it is about.
fn attach(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    incident: &Incident,
    of: &Intake,
    group: &Group,
) -> Result<(), AppError> {
    let Some(key) = of.blob.clone() else {
        return Err(AppError::internal("a log delivery has no content"));
    };
    let receipt = CustodyInput {
        ts: of.received_at,
        actor: of.received_by.clone(),
        action: CustodyAction::Collected,
        hash_after: Some(of.hash.clone()),
        note: None,
    };
    let cmd = Attach {
        kind: EvidenceKind::SiemLog,
        source: of.received_by.to_string(),
        content_ref: None,
        hash_sha256: None,
        confidence: CONFIDENCE,
        visibility: Visibility::Internal,
        chain_of_custody: vec![receipt],
        description: Some(format!(
            "Delivery {} as it came, {} events. The worst of this incident stands at index {}.",
            of.id, of.events, group.index
        )),
        contradicts: None,
        tlp: None,
    };
    let media_type = of.media_type.clone().unwrap_or_else(|| "application/octet-stream".to_owned());
    let file_name = format!("{}.{}", of.id, ending(&media_type));
    let stored = Stored { size: of.size, media_type, file_name, key };
    let received = Received { stored, hash: of.hash.clone() };
    if evidence::put_alike(tx, ctx, incident, &cmd, &received)?.is_none() {
        evidence::put(tx, ctx, incident, &cmd, Some(&received))?;
    }
    Ok(())
}

fn ending(media_type: &str) -> &'static str {
    match media_type {
        "application/json" => "json",
        m if m.ends_with("ndjson") || m.contains("jsonl") => "ndjson",
        _ => "log",
    }
}

fn count(n: u64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn small(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
