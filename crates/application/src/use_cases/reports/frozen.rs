//! What a report is made from, fixed when it is asked for. What is only ever added to (chains of custody, the audit log) is
//! fixed by its length; everything else is kept as it was.

use super::{NewReport, story};
use crate::ctx::Ctx;
use crate::delivery::{BundleOrder, Reporting};
use crate::error::AppError;
use crate::ports::{StoredFacts, Tx};
use probatum_compliance_export::{
    ActionData, Anchor, CaseFacts, Checkpoint, Clocks, Condition, DeliveryState, Exhibit, Fact, FactSheet,
    Filing, IncidentData, PreviousReport, Report, ReportInput, RuleSet, Submission, TimelineEntry,
};
use probatum_evidence::{CustodyEntry, Evidence, Sha256Hex};
use probatum_incident::{Flag, Incident, Lifecycle};
use probatum_kernel::EvidenceId;
use probatum_playbooks::Action;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How many entries of the audit log are read at a time.
const BATCH: u32 = 1_000;

/// Everything a report says that could be another later.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Frozen {
    incident: IncidentData,
    facts: FactSheet,
    pub(super) facts_version: Option<u32>,
    case: CaseFacts,
    /// What leaves under the regime; the length of each chain is in its item.
    evidence: Vec<Evidence>,
    actions: Vec<ActionData>,
    previous: Vec<PreviousReport>,
    /// The head of the audit log, which bounds the timeline.
    checkpoint: Checkpoint,
    organisation: String,
}

impl Frozen {
    /// As things stand in this transaction.
    pub(super) fn of(
        tx: &mut dyn Tx,
        ctx: &Ctx,
        incident: &Incident,
        cmd: &NewReport,
        earlier: &[Filing],
        reporting: &Reporting,
    ) -> Result<Self, AppError> {
        let rules = reporting.rules.as_ref();
        let stored = tx.facts(incident.id)?;
        let facts = sheet(stored.as_ref(), cmd.facts.as_ref());
        let case = case(tx, incident, stored.as_ref(), &facts, earlier, rules)?;
        let leaves = |item: &Evidence| rules.in_scope(cmd.regime, item.visibility);
        let evidence = tx.evidence_of(incident.id)?.into_iter().filter(leaves).map(sent_along).collect();
        let (size, _) = tx.audit_head()?;
        let root_hash = Sha256Hex::from_digest(tx.audit_root(size)?);
        let tree_size = u64::try_from(size).unwrap_or(0);
        let same_regime = |f: &&Filing| f.regime == cmd.regime && f.state != DeliveryState::Failed;
        Ok(Self {
            incident: told(incident, &case),
            facts,
            facts_version: stored.map(|s| s.version),
            case,
            evidence,
            actions: tx.actions_of(incident.id)?.iter().map(step).collect(),
            previous: earlier.iter().filter(same_regime).map(previous).collect(),
            checkpoint: Checkpoint { tree_size, root_hash, at: ctx.now, signature: None },
            organisation: reporting.organisation.clone(),
        })
    }

    /// The report as it is asked for by `filing`, with these chains of its evidence and this timeline.
    pub(super) fn report(
        &self,
        filing: &Filing,
        mut chains: Vec<(EvidenceId, Vec<CustodyEntry>)>,
        timeline: Vec<TimelineEntry>,
        rules: &RuleSet,
    ) -> Result<Report, AppError> {
        let mut chain_of = |id: EvidenceId| {
            let found = chains.iter_mut().find(|(of, _)| *of == id);
            found.map(|(_, chain)| std::mem::take(chain)).unwrap_or_default()
        };
        let exhibit = |item: &Evidence| Exhibit { item: item.clone(), chain: chain_of(item.id) };
        let evidence: Vec<Exhibit> = self.evidence.iter().map(exhibit).collect();
        let clocks = Clocks::compute(rules, &self.case, filing.created_at);
        let report_id = filing.id.to_string();
        Ok(Report::build(&ReportInput {
            rules,
            report_id: &report_id,
            regime: filing.regime,
            phase: filing.phase,
            target: &filing.target,
            organisation: &self.organisation,
            created_by: &filing.requested_by,
            created_at: filing.created_at,
            incident: &self.incident,
            facts: &self.facts,
            facts_version: self.facts_version,
            clocks: &clocks,
            evidence: &evidence,
            actions: &self.actions,
            timeline: &timeline,
            previous: &self.previous,
            checkpoint: Some(&self.checkpoint),
        })?)
    }
}

/// The report as it was asked for, to be made: the same however much later, and however often.
///
/// Fails if other rules are in use by now, or if what was kept cannot be read.
pub fn thaw(tx: &mut dyn Tx, filing: &Filing, rules: &RuleSet) -> Result<BundleOrder, AppError> {
    if filing.rule_version != rules.version {
        return Err(AppError::internal(format!(
            "asked for under the rules {}, and those in use are {}",
            filing.rule_version, rules.version
        )));
    }
    let text = tx.frozen_report(filing.id)?.ok_or_else(|| AppError::not_found("report"))?;
    let frozen: Frozen = serde_json::from_str(&text).map_err(|e| AppError::internal(e.to_string()))?;
    let mut chains = Vec::new();
    let mut contents = BTreeMap::new();
    for item in &frozen.evidence {
        let mut chain = tx.custody(item.id)?;
        chain.truncate(usize::try_from(item.custody_entries).unwrap_or(usize::MAX));
        chains.push((item.id, chain));
        contents.extend(item.stored.as_ref().map(|stored| (item.id, stored.key.clone())));
    }
    let timeline = timeline(tx, filing, frozen.checkpoint.tree_size)?;
    Ok(BundleOrder { report: frozen.report(filing, chains, timeline, rules)?, contents })
}

/// The timeline up to entry `last` of the audit log.
fn timeline(tx: &mut dyn Tx, filing: &Filing, last: u64) -> Result<Vec<TimelineEntry>, AppError> {
    let last = i64::try_from(last).unwrap_or(i64::MAX);
    let (mut teller, mut story, mut after) = (story::Teller::default(), Vec::new(), 0);
    loop {
        let batch = tx.history(filing.incident_id, after, BATCH)?;
        let Some(end) = batch.last().map(|entry| entry.seq) else { return Ok(story) };
        after = end;
        story.extend(batch.into_iter().filter(|e| e.seq <= last).filter_map(|entry| teller.tell(entry)));
        if end >= last {
            return Ok(story);
        }
    }
}

/// What is stated for this report over what is stated for all.
fn sheet(stored: Option<&StoredFacts>, over: Option<&FactSheet>) -> FactSheet {
    match (stored, over) {
        (Some(stored), Some(over)) => stored.sheet.merged(over),
        (Some(stored), None) => stored.sheet.clone(),
        (None, over) => over.cloned().unwrap_or_default(),
    }
}

/// What the clocks depend on.
fn case(
    tx: &mut dyn Tx,
    incident: &Incident,
    stored: Option<&StoredFacts>,
    sheet: &FactSheet,
    earlier: &[Filing],
    rules: &RuleSet,
) -> Result<CaseFacts, AppError> {
    let circumstances = stored.map(|s| s.circumstances.clone()).unwrap_or_default();
    let mut case = CaseFacts::stated(sheet, &circumstances);
    let raised = Flag::ALL.iter().filter(|flag| incident.flags.has(**flag));
    case.conditions.extend(raised.filter_map(|flag| flag.as_str().parse::<Condition>().ok()));
    if incident.lifecycle < Lifecycle::Contained {
        case.conditions.insert(Condition::Ongoing);
    }
    let moments = [
        (Anchor::OccurredAt, incident.occurred_at),
        (Anchor::DetectedAt, incident.detected_at),
        (Anchor::AwareAt, incident.aware_at),
    ];
    case.moments.extend(moments.into_iter().filter_map(|(anchor, at)| Some((anchor, at?))));
    case.waivers =
        tx.waivers(incident.id)?.into_iter().filter(|w| w.withdrawn.is_none()).map(|w| w.waiver).collect();
    case.submissions.extend(earlier.iter().filter_map(|filing| {
        let step = rules.step_of(filing.regime, filing.phase)?;
        let at = filing.received_at.or(filing.submitted_at)?;
        Some(Submission { regime: filing.regime, step, at, complete: filing.is_complete() })
    }));
    Ok(case)
}

/// An item as it leaves. Content that is known to be no longer what it was is not sent in its name: the item says that it
/// is broken, and its chain says how.
fn sent_along(item: Evidence) -> Evidence {
    Evidence { stored: item.stored.clone().filter(|_| !item.broken), ..item }
}

/// The incident as it may be told.
fn told(incident: &Incident, case: &CaseFacts) -> IncidentData {
    let i = incident;
    IncidentData {
        id: Some(i.id),
        public_id: i.public_id.to_string(),
        title: i.title.clone(),
        summary: i.summary.clone(),
        level: Some(i.level.to_string()),
        category: Some(i.category.to_string()),
        severity: Some(i.severity.band().to_string()),
        severity_score: Some(i.severity.score()),
        priority: i.priority.map(|p| p.to_string()),
        status_lifecycle: Some(i.lifecycle.to_string()),
        disposition: i.disposition.map(|d| d.to_string()),
        flags: Flag::ALL.iter().filter(|f| i.flags.has(**f)).map(ToString::to_string).collect(),
        sector: i.sector.map(|s| s.to_string()),
        country: i.country.map(|c| c.as_str().to_owned()),
        agent_id: i.agent_id.as_ref().map(ToString::to_string),
        asset: i.asset.clone(),
        impact_confidentiality: Some(i.impact.confidentiality),
        impact_integrity: Some(i.impact.integrity),
        impact_availability: Some(i.impact.availability),
        occurred_at: i.occurred_at,
        detected_at: i.detected_at,
        aware_at: i.aware_at,
        determined_at: case.moments.get(&Anchor::DeterminedAt).copied(),
        created_at: Some(i.created_at),
        contained_at: i.contained_at,
        resolved_at: i.resolved_at,
        closed_at: i.closed_at,
    }
}

fn step(action: &Action) -> ActionData {
    let result = action.order.as_ref().and_then(|order| order.result.as_ref());
    ActionData {
        id: action.id.to_string(),
        title: action.title.clone(),
        status: action.status.to_string(),
        owner: action.owner.clone(),
        due_at: action.due_at,
        completed_at: action.executed_at,
        validation_ref: action.validation_ref,
        simulated: result.is_some_and(|r| r.simulated),
    }
}

fn previous(filing: &Filing) -> PreviousReport {
    let submitted_at = filing.received_at.or(filing.submitted_at);
    PreviousReport { report_id: filing.id.to_string(), phase: filing.phase, submitted_at }
}
