//! Playbooks on the wire.

use crate::vocabulary as words;
use probatum_kernel::Timestamp;
use probatum_playbooks::cacao::ExternalReference;
use probatum_playbooks::{Playbook, Source, Step};
use serde::Serialize;
use utoipa::ToSchema;

/// A playbook in the index.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlaybookRow)]
pub struct PlaybookRow {
    /// What to ask for it by; `-` and `_` are the same.
    #[serde(rename = "type")]
    #[schema(example = "agent-hijack")]
    kind: String,
    title: String,
    description: String,
    /// The categories of incidents it answers.
    categories: Vec<String>,
    /// How many steps it has.
    steps: usize,
    /// `built_in`, or `own`: the operator's.
    #[schema(example = "built_in")]
    source: &'static str,
    /// When this version was made.
    #[schema(value_type = String, format = DateTime)]
    version: Timestamp,
}

impl From<&Playbook> for PlaybookRow {
    fn from(p: &Playbook) -> Self {
        Self {
            kind: p.kind.clone(),
            title: p.title.clone(),
            description: p.description.clone(),
            categories: p.categories.clone(),
            steps: p.steps.len(),
            source: source(p),
            version: p.modified,
        }
    }
}

/// A playbook with its steps.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Playbook)]
pub struct PlaybookView {
    /// What to ask for it by; `-` and `_` are the same.
    #[serde(rename = "type")]
    #[schema(example = "agent-hijack")]
    kind: String,
    /// The identifier of the CACAO document.
    id: String,
    title: String,
    description: String,
    /// The categories of incidents it answers.
    categories: Vec<String>,
    /// `built_in`, or `own`: the operator's.
    #[schema(example = "built_in")]
    source: &'static str,
    /// When this version was made.
    #[schema(value_type = String, format = DateTime)]
    version: Timestamp,
    /// In the order they are carried out.
    steps: Vec<StepView>,
}

impl From<&Playbook> for PlaybookView {
    fn from(p: &Playbook) -> Self {
        Self {
            kind: p.kind.clone(),
            id: p.document.id.to_string(),
            title: p.title.clone(),
            description: p.description.clone(),
            categories: p.categories.clone(),
            source: source(p),
            version: p.modified,
            steps: p.steps.iter().map(StepView::from).collect(),
        }
    }
}

fn source(playbook: &Playbook) -> &'static str {
    match playbook.source {
        Source::BuiltIn => "built_in",
        Source::Own(_) => "own",
    }
}

/// A step of a playbook.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlaybookStep)]
pub struct StepView {
    /// The identifier of the CACAO step.
    id: String,
    /// The word that names it within its playbook.
    #[schema(example = "isolate-hosts")]
    key: String,
    /// Its place, from 1.
    order: u32,
    title: String,
    description: String,
    /// The action that carries it out, or `manual`.
    #[schema(example = "isolate_host")]
    action_type: String,
    #[schema(value_type = words::Phase)]
    phase: &'static str,
    /// Who does it.
    #[schema(value_type = words::Role)]
    owner_role: &'static str,
    /// Whose approval it takes; null if nobody's.
    #[schema(value_type = Option<words::ApprovalLevel>)]
    approval_level: Option<&'static str>,
    /// Minutes there are for it at priority P1; the other priorities scale it as they scale the 24 hours of P1.
    due_within: u32,
    /// Complete only with confirmed evidence.
    validation_required: bool,
    /// What proves it, if it has to be proven.
    proof: Option<String>,
    /// An action carries it out, and not only people.
    automated: bool,
    /// ATT&CK and ATLAS techniques it answers.
    #[schema(example = json!(["T1486", "AML.T0051"]))]
    attack: Vec<String>,
    /// D3FEND techniques it uses.
    #[schema(example = json!(["D3-NI"]))]
    d3fend: Vec<String>,
    /// What it draws on.
    references: Vec<ReferenceView>,
}

impl From<&Step> for StepView {
    fn from(s: &Step) -> Self {
        Self {
            id: s.id.clone(),
            key: s.key.clone(),
            order: s.order,
            title: s.title.clone(),
            description: s.description.clone(),
            action_type: s.action_type.clone(),
            phase: s.phase.as_str(),
            owner_role: s.owner_role.as_str(),
            approval_level: s.approval_level.map(|l| l.as_str()),
            due_within: s.due_within,
            validation_required: s.validation_required,
            proof: Some(s.proof.clone()).filter(|p| !p.is_empty()),
            automated: s.automated,
            attack: s.attack.clone(),
            d3fend: s.d3fend.clone(),
            references: s.references.iter().map(ReferenceView::from).collect(),
        }
    }
}

/// Something a step draws on.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Reference)]
pub struct ReferenceView {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<String>,
}

impl From<&ExternalReference> for ReferenceView {
    fn from(r: &ExternalReference) -> Self {
        Self {
            name: r.name.clone(),
            description: r.description.clone(),
            url: r.url.clone(),
            external_id: r.external_id.clone(),
        }
    }
}
