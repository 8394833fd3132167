//! What a report is made from, fixed when it is asked for. What is only ever added to is fixed by its
//! length (chains of custody) or by the entry of the request (the audit log); everything else is kept as it was.

use super::{NewReport, REQUESTED, story};
use crate::ctx::Ctx;
use crate::delivery::BundleOrder;
use crate::error::AppError;
use crate::ports::{StoredFacts, Tx};
use crate::use_cases::deadlines::{self, Basis, case_of, incident_data, submitted_at};
use probatum_compliance_export::{
    ActionData, CaseFacts, Checkpoint, Circumstances, Clocks, DeliveryState, Exhibit, Fact, FactSheet,
    Filing, IncidentData, PreviousReport, Report, ReportInput, RuleSet, TimelineEntry,
};
use probatum_evidence::{CustodyEntry, Evidence, Sha256Hex};
use probatum_incident::Incident;
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
    /// The digest of the rules it was asked for under.
    rules: String,
    pub(super) facts_version: Option<u32>,
    case: CaseFacts,
    /// What leaves under the regime; the length of each chain is in its item.
    evidence: Vec<Evidence>,
    actions: Vec<ActionData>,
    previous: Vec<PreviousReport>,
    /// The head of the audit log.
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
        basis: Basis,
        organisation: &str,
    ) -> Result<Self, AppError> {
        let rules = deadlines::rules();
        let basis = Basis { facts: stated(basis.facts, cmd.facts.as_ref(), ctx), ..basis };
        let leaves = |item: &Evidence| rules.in_scope(cmd.regime, item.visibility);
        let evidence = tx.evidence_of(incident.id)?.into_iter().filter(leaves).map(sent_along).collect();
        let (size, _) = tx.audit_head()?;
        let root_hash = Sha256Hex::from_digest(tx.audit_root(size)?);
        let tree_size = u64::try_from(size).unwrap_or(0);
        // What another authority was told is none of this one's business.
        let same_regime = |f: &&Filing| f.regime == cmd.regime && f.state != DeliveryState::Failed;
        Ok(Self {
            incident: incident_data(incident, basis.facts.as_ref()),
            case: case_of(rules, incident, &basis),
            evidence,
            actions: tx.actions_of(incident.id)?.iter().map(step).collect(),
            previous: basis.reports.iter().filter(same_regime).map(previous).collect(),
            checkpoint: Checkpoint { tree_size, root_hash, at: ctx.now, signature: None },
            organisation: organisation.to_owned(),
            facts_version: basis.facts.as_ref().map(|f| f.version).filter(|version| *version > 0),
            facts: basis.facts.map(|f| f.sheet).unwrap_or_default(),
            rules: deadlines::digest()?,
        })
    }

    /// The report as it is asked for by `filing`, with these chains of its evidence and this timeline.
    pub(super) fn report(
        &self,
        filing: &Filing,
        mut chains: Vec<(EvidenceId, Vec<CustodyEntry>)>,
        timeline: &[TimelineEntry],
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
            timeline,
            previous: &self.previous,
            checkpoint: Some(&self.checkpoint),
        })?)
    }
}

/// The report as it was asked for, to be made: the same however much later, and however often.
///
/// Fails if other rules are in use by now, or if what was kept cannot be read.
pub fn thaw(tx: &mut dyn Tx, filing: &Filing) -> Result<BundleOrder, AppError> {
    let rules = deadlines::rules();
    let text = tx.frozen_report(filing.id)?.ok_or_else(|| AppError::not_found("report"))?;
    let frozen: Frozen = serde_json::from_str(&text).map_err(|e| AppError::internal(e.to_string()))?;
    if frozen.rules != deadlines::digest()? {
        return Err(AppError::internal(format!(
            "asked for under the rules {}, and those in use are {}, or others of that name",
            filing.rule_version, rules.version
        )));
    }
    let mut chains = Vec::new();
    let mut contents = BTreeMap::new();
    for item in &frozen.evidence {
        let mut chain = tx.custody(item.id)?;
        chain.truncate(usize::try_from(item.custody_entries).unwrap_or(usize::MAX));
        chains.push((item.id, chain));
        contents.extend(item.stored.as_ref().map(|stored| (item.id, stored.key.clone())));
    }
    let timeline = timeline(tx, filing)?;
    Ok(BundleOrder { report: frozen.report(filing, chains, &timeline, rules)?, contents })
}

/// The timeline up to the request itself: its entry in the audit log ends what the report tells.
fn timeline(tx: &mut dyn Tx, filing: &Filing) -> Result<Vec<TimelineEntry>, AppError> {
    let id = filing.id.to_string();
    let (mut teller, mut story, mut after) = (story::Teller::default(), Vec::new(), 0);
    loop {
        let batch = tx.history(filing.incident_id, after, BATCH)?;
        let Some(end) = batch.last().map(|entry| entry.seq) else { return Ok(story) };
        after = end;
        for entry in batch {
            if entry.action == REQUESTED && entry.subject == id {
                return Ok(story);
            }
            story.extend(teller.tell(entry));
        }
    }
}

/// The facts on record, with what is stated for this report over them. Version 0: there are none on record.
fn stated(stored: Option<StoredFacts>, over: Option<&FactSheet>, ctx: &Ctx) -> Option<StoredFacts> {
    let Some(over) = over else { return stored };
    let none = || StoredFacts {
        version: 0,
        sheet: FactSheet::default(),
        circumstances: Circumstances::default(),
        at: ctx.now,
        actor: ctx.actor().clone(),
    };
    let stored = stored.unwrap_or_else(none);
    Some(StoredFacts { sheet: stored.sheet.merged(over), ..stored })
}

/// An item as it leaves. Content that is known to be no longer what it was is not sent in its name: the item says that it
/// is broken, and its chain says how.
fn sent_along(item: Evidence) -> Evidence {
    Evidence { stored: item.stored.clone().filter(|_| !item.broken), ..item }
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
    let submitted_at = submitted_at(filing);
    PreviousReport { report_id: filing.id.to_string(), phase: filing.phase, submitted_at }
}
