//! A report to an authority: what it says, as JSON, as HTML and as PDF.

mod document;
mod font;
mod html;
mod input;
mod layout;
mod pdf;
mod readme;
mod scope;

pub use input::{ActionData, Checkpoint, Exhibit, IncidentData, PreviousReport, ReportInput, TimelineEntry};
pub use pdf::PdfError;
pub use scope::{ContentRecord, EvidenceRecord, Released, WITHHELD};

use crate::clocks::{Clock, ClockState};
use crate::facts::FactSheet;
use crate::missing::{Known, MissingField, missing};
use crate::regime::{Phase, Regime, UnknownPhase};
use probatum_evidence::{EvidenceKind, Sha256Hex, Tlp, Visibility, inherit};
use probatum_kernel::{Actor, EvidenceId, EvidenceStatus, Timestamp};
use scope::Scope;
use serde::Serialize;
use serde_json::Value;

/// The format of `report.json`.
pub const REPORT_FORMAT: &str = "probatum-report/1";

/// When the report is due, as it stood when it was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Deadline {
    /// The rule that binds.
    pub rule_id: String,
    /// What it counts from.
    pub anchor: String,
    /// When that was.
    pub anchor_at: Option<Timestamp>,
    /// The exact time it is due.
    pub due_at: Option<Timestamp>,
    /// The latest time the law may grant.
    pub legal_latest_at: Option<Timestamp>,
    /// How the clock stood.
    pub state: ClockState,
    /// Whether the report was made after it was due.
    pub late: bool,
}

/// A fact in a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StatedField {
    /// Its path in the fact sheet.
    pub field: String,
    /// What people call it.
    pub label: String,
    /// What it says.
    pub value: Value,
}

/// Facts that belong together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Section {
    /// What they are about.
    pub title: String,
    /// The facts.
    pub fields: Vec<StatedField>,
}

/// An item of evidence as the report lists it; its `metadata.json` says more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListedEvidence {
    /// Its id.
    pub id: EvidenceId,
    /// What it is.
    pub kind: EvidenceKind,
    /// Where it comes from.
    pub source: String,
    /// The SHA-256 of the content.
    pub hash_sha256: Option<Sha256Hex>,
    /// 0–100 per cent.
    pub confidence: u8,
    /// Who may see it.
    pub visibility: Visibility,
    /// To whom it may be passed on.
    pub tlp: Option<Tlp>,
    /// How far it proves what it says.
    pub status: EvidenceStatus,
    /// The item of this report it contradicts.
    pub contradicts: Option<EvidenceId>,
    /// The content, if it is in the bundle.
    pub content: Option<ContentRecord>,
    /// The length of its chain of custody.
    pub custody_entries: u32,
    /// The hash of the last entry of that chain.
    pub custody_head: Option<Sha256Hex>,
}

/// A report: the document of one phase under one regime.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// [`REPORT_FORMAT`].
    pub format: &'static str,
    /// Its id.
    pub report_id: String,
    /// The regime.
    pub regime: Regime,
    /// The phase as responses spell it (CONTRACT §10).
    pub phase: &'static str,
    /// The phase as requests spell it.
    pub requested_phase: Phase,
    /// Its title.
    pub title: String,
    /// The acts and articles it is made under.
    pub laws: Vec<String>,
    /// To whom such reports go.
    pub recipient: String,
    /// The authority as the request named it.
    pub target: String,
    /// Who runs the registry.
    pub organisation: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who asked for it.
    pub created_by: Actor,
    /// The version of the rules.
    pub rule_version: String,
    /// The version of the facts.
    pub facts_version: Option<u32>,
    /// When it is due.
    pub deadline: Option<Deadline>,
    /// The incident.
    pub incident: Value,
    /// How far the evidence of this report proves it.
    pub evidence_status: EvidenceStatus,
    /// What is known beyond that, as far as the regime asks for it.
    pub sections: Vec<Section>,
    /// What the law asks for and is not stated yet.
    pub missing: Vec<MissingField>,
    /// The evidence.
    pub evidence: Vec<ListedEvidence>,
    /// The steps taken.
    pub actions: Vec<ActionData>,
    /// The reports before this one.
    pub previous: Vec<PreviousReport>,
    /// The head of the audit log.
    pub checkpoint: Option<Checkpoint>,
    /// The timeline; a file of its own in the bundle.
    #[serde(skip)]
    pub timeline: Vec<TimelineEntry>,
    /// The evidence with its chains; files of their own in the bundle.
    #[serde(skip)]
    pub released: Vec<Released>,
    /// The calendar, for showing times.
    #[serde(skip)]
    calendar: crate::calendar::Calendar,
}

impl Report {
    /// Builds the report of a phase. What does not leave under the regime is left out, and so is every
    /// mention of it: with and without such evidence the report is the same.
    ///
    /// # Errors
    /// The regime does not know the phase.
    pub fn build(input: &ReportInput<'_>) -> Result<Self, UnknownPhase> {
        let (regime, phase) = (input.regime, input.regime.phase(input.phase.as_str())?);
        let scope = Scope::new(input.rules, regime, input.evidence);
        let clock = clock_of(input);
        let deadline = clock.map(|clock| deadline(clock, input.created_at));
        let late = deadline.as_ref().is_some_and(|d| d.late);
        let facts = input.facts;
        let step = clock.map(|c| c.step).or_else(|| input.rules.step_of(regime, phase));
        let rules: Vec<_> = input.rules.of_phase(regime, phase).filter(|r| Some(r.step) == step).collect();
        let mut laws: Vec<String> = rules.iter().map(|rule| rule.law.clone()).collect();
        laws.dedup();
        let mut incident = serde_json::to_value(input.incident).unwrap_or_default();
        scope.value(&mut incident);
        let released = scope.released(input.evidence);
        Ok(Self {
            format: REPORT_FORMAT,
            report_id: input.report_id.to_owned(),
            regime,
            phase: phase.short(),
            requested_phase: phase,
            title: title(regime, phase),
            laws,
            recipient: rules.first().map(|rule| rule.recipient.clone()).unwrap_or_default(),
            target: scope.text(input.target),
            organisation: input.organisation.to_owned(),
            created_at: input.created_at,
            created_by: input.created_by.clone(),
            rule_version: input.rules.version.clone(),
            facts_version: input.facts_version,
            deadline,
            incident,
            evidence_status: inherit(released.iter().map(|r| r.record.status)),
            sections: sections(regime, facts, input.incident, &scope),
            missing: missing(input.rules, regime, phase, facts, input.incident, late),
            evidence: released.iter().map(listed).collect(),
            actions: scope.actions(input.actions),
            previous: input.previous.to_vec(),
            checkpoint: input.checkpoint.cloned(),
            timeline: scope.timeline(input.timeline),
            released,
            calendar: input.rules.calendar.clone(),
        })
    }

    /// The incident's public id.
    pub fn incident_id(&self) -> &str {
        self.incident.get("public_id").and_then(Value::as_str).unwrap_or_default()
    }

    /// The report as JSON, indented, ending in a line break.
    pub fn to_json(&self) -> Vec<u8> {
        pretty(self)
    }

    /// The report as one HTML page that loads nothing.
    pub fn to_html(&self) -> String {
        html::render(&self.document())
    }

    /// The report as PDF. The same report is the same file, byte for byte.
    ///
    /// # Errors
    /// The embedded font could not be cut to size, or there are more pages than a PDF of ours may have.
    pub fn to_pdf(&self) -> Result<Vec<u8>, PdfError> {
        pdf::render(&self.document(), self.created_at)
    }

    /// The evidence it lists.
    pub fn evidence_ids(&self) -> impl Iterator<Item = EvidenceId> + '_ {
        self.released.iter().map(|r| r.record.id)
    }
}

/// JSON for people and programs: indented, with a line break at its end.
pub(crate) fn pretty(value: &impl Serialize) -> Vec<u8> {
    // Cannot fail: keys are texts and numbers finite.
    let mut text = serde_json::to_vec_pretty(value).unwrap_or_default();
    text.push(b'\n');
    text
}

fn listed(released: &Released) -> ListedEvidence {
    let record = released.record.clone();
    ListedEvidence {
        id: record.id,
        kind: record.kind,
        source: record.source,
        hash_sha256: record.hash_sha256,
        confidence: record.confidence,
        visibility: record.visibility,
        tlp: record.tlp,
        status: record.status,
        contradicts: record.contradicts,
        content: record.content,
        custody_entries: record.custody_entries,
        custody_head: released.chain.last().map(|entry| entry.entry_hash.clone()),
    }
}

/// The clock a report of this phase answers to: one that applies, rather than one that does not.
fn clock_of<'a>(input: &ReportInput<'a>) -> Option<&'a Clock> {
    let of_phase = || {
        let step = input.rules.step_of(input.regime, input.phase);
        input.clocks.into_iter().filter(move |c| c.regime == input.regime && Some(c.step) == step)
    };
    let by_phase =
        input.clocks.into_iter().filter(|c| c.regime == input.regime && c.phase == Some(input.phase));
    let mut all = of_phase().chain(by_phase);
    let first = all.clone().next();
    all.find(|c| c.state != ClockState::NotApplicable).or(first)
}

fn deadline(clock: &Clock, made_at: Timestamp) -> Deadline {
    Deadline {
        rule_id: clock.rule_id.clone(),
        anchor: clock.anchor.clone(),
        anchor_at: clock.anchor_at,
        due_at: clock.due_at,
        legal_latest_at: clock.legal_latest_at,
        state: clock.state,
        late: clock.due_at.is_some_and(|due| made_at > due),
    }
}

fn title(regime: Regime, phase: Phase) -> String {
    let what = match (regime, phase) {
        (Regime::Gdpr, _) => "Notification of a personal data breach",
        (Regime::AiAct, _) => "Report of a serious incident of an AI system",
        (Regime::Dora, Phase::Initial4h) => "Initial notification of a major ICT-related incident",
        (Regime::Dora, Phase::FinalReport1m) => "Final report on a major ICT-related incident",
        (Regime::Dora, _) => "Intermediate report on a major ICT-related incident",
        (_, Phase::EarlyWarning24h) => "Early warning of a significant incident",
        (_, Phase::FinalReport1m) => "Final report on a significant incident",
        (_, Phase::Intermediate) => "Intermediate report on a significant incident",
        (_, _) => "Notification of a significant incident",
    };
    let law = match regime {
        Regime::Nis2 => "NIS2",
        Regime::Gdpr => "GDPR",
        Regime::AiAct => "AI Act",
        Regime::Ksc => "KSC",
        Regime::Dora => "DORA",
    };
    format!("{what} ({law}, {})", phase.short())
}

/// The sections of the fact sheet a regime asks about. What it does not ask for stays in the house.
fn asked_by(regime: Regime) -> &'static [&'static str] {
    match regime {
        Regime::Nis2 | Regime::Ksc => &[
            "entity",
            "contacts",
            "authority",
            "suspected_unlawful_or_malicious",
            "cross_border",
            "description",
            "timing",
            "impact",
            "cause",
            "measures",
            "indicators",
            "indicators_unavailable",
            "status_update",
            "other_notifications",
            "ransom",
        ],
        Regime::Gdpr => &[
            "entity",
            "contacts",
            "authority",
            "cross_border",
            "description",
            "timing",
            "affected",
            "impact",
            "cause",
            "measures",
            "communication",
            "other_notifications",
        ],
        Regime::AiAct => &[
            "entity",
            "contacts",
            "authority",
            "ai",
            "description",
            "timing",
            "impact",
            "cause",
            "measures",
            "other_notifications",
        ],
        Regime::Dora => &[
            "entity",
            "contacts",
            "authority",
            "dora",
            "description",
            "timing",
            "impact",
            "cause",
            "measures",
            "indicators",
            "other_notifications",
        ],
    }
}

fn sections(regime: Regime, facts: &FactSheet, incident: &IncidentData, scope: &Scope) -> Vec<Section> {
    let known = Known::new(facts, incident);
    let mut out: Vec<Section> = Vec::new();
    for top in asked_by(regime) {
        let inside = format!("{top}.");
        let defs = FactSheet::fields().iter().filter(|d| d.path == *top || d.path.starts_with(&inside));
        let fields: Vec<_> = defs
            .filter_map(|def| {
                let mut value = known.get(&def.path)?.clone();
                scope.value(&mut value);
                Some(StatedField { field: def.path.clone(), label: def.label.clone(), value })
            })
            .collect();
        if fields.is_empty() {
            continue;
        }
        let title = FactSheet::section_title(top);
        match out.iter_mut().find(|section| section.title == title) {
            Some(section) => section.fields.extend(fields),
            None => out.push(Section { title: title.to_owned(), fields }),
        }
    }
    out
}
