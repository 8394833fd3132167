//! A playbook as the registry uses it: its steps in order, each with an owner, a time and what proves it.

use crate::cacao::{self, Dictionary, ExternalReference, PlaybookError, StepKind, WorkflowStep};
use crate::extension::{self, EXTENSION, PlaybookMembers, StepMembers};
use crate::level::ApprovalLevel;
use probatum_kernel::{FieldFault, Role, Timestamp};
use rules::{MAX_WORDS, check_step, is_key, optional, secrets, text};
use std::collections::BTreeSet;

mod rules;

/// The most steps people and connectors carry out of one playbook.
pub const MAX_ACTIONS: usize = 100;
/// The time a step has if nothing is said: the whole of P1's 24 hours (CONTRACT §3), in minutes.
const DEFAULT_DUE_WITHIN: u32 = 24 * 60;

probatum_kernel::vocabulary! {
    /// What a step is for, after the functions of NIST SP 800-61r3.
    pub enum Phase("phase") {
        /// To understand what happened.
        Identify = "identify",
        /// To keep it from spreading.
        Contain = "contain",
        /// To remove the cause.
        Eradicate = "eradicate",
        /// To get back to work.
        Recover = "recover",
        /// To tell those who have to know.
        Notify = "notify",
        /// To prove that the remedy works.
        Validate = "validate",
    }
}

/// Where a playbook comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// It is part of the registry.
    BuiltIn,
    /// The operator's own, from a file of this name.
    Own(String),
}

/// A playbook.
#[derive(Debug, Clone, PartialEq)]
pub struct Playbook {
    /// What it is asked for by: `[a-z0-9][a-z0-9_-]{0,63}`.
    pub kind: String,
    /// What it is called.
    pub title: String,
    /// What it does; may be empty.
    pub description: String,
    /// The categories of incidents it answers, as the incident crate spells them.
    pub categories: Vec<String>,
    /// Where it comes from.
    pub source: Source,
    /// Which version it is: CACAO tells versions apart by when each was made.
    pub modified: Timestamp,
    /// The steps, in the order they are carried out.
    pub steps: Vec<Step>,
    /// The document it was read from.
    pub document: cacao::Playbook,
}

/// A step somebody carries out.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The identifier of the CACAO step.
    pub id: String,
    /// A short word that names it within its playbook: `isolate-hosts`.
    pub key: String,
    /// Its place, from 1.
    pub order: u32,
    /// What is to be done, in 1 to 200 characters.
    pub title: String,
    /// How; may be empty.
    pub description: String,
    /// The word of the action, or `manual`.
    pub action_type: String,
    /// What it is for.
    pub phase: Phase,
    /// Who does it.
    pub owner_role: Role,
    /// Whose approval it takes, if any.
    pub approval_level: Option<ApprovalLevel>,
    /// How many minutes there are for it at priority P1; see [`Step::due_within_of`].
    pub due_within: u32,
    /// Whether it is complete only with confirmed evidence.
    pub validation_required: bool,
    /// What proves it; empty only if no proof is required.
    pub proof: String,
    /// Whether an action carries it out, and not only people.
    pub automated: bool,
    /// ATT&CK and ATLAS techniques it answers: `T1486`, `AML.T0051`.
    pub attack: Vec<String>,
    /// D3FEND techniques it uses: `D3-NI`.
    pub d3fend: Vec<String>,
    /// What it draws on.
    pub references: Vec<ExternalReference>,
}

impl Step {
    /// How many minutes there are for the step if the whole incident has `sla_hours`: `due_within` is for the 24 hours
    /// of priority P1, and the other priorities scale it. At least one minute.
    ///
    /// ```
    /// let library = probatum_playbooks::Library::built_in();
    /// let step = &library.get("phishing").unwrap().steps[0];
    /// assert_eq!(step.due_within_of(24), i64::from(step.due_within));
    /// assert_eq!(step.due_within_of(72), i64::from(step.due_within) * 3);
    /// ```
    pub fn due_within_of(&self, sla_hours: i64) -> i64 {
        (i64::from(self.due_within).saturating_mul(sla_hours) / 24).max(1)
    }
}

impl Playbook {
    /// The playbook a document describes. What our extension does not say has a default: the type is the stem of the
    /// file's name, a step is `manual`, belongs to an operator, takes no approval and no proof.
    ///
    /// Refuses a document that [`cacao::Playbook::validate`] refuses, or whose texts or words break our limits.
    pub fn from_cacao(document: &cacao::Playbook, source: Source) -> Result<Self, PlaybookError> {
        document.validate()?;
        let mut faults = Vec::new();
        let members: PlaybookMembers =
            extension::read("playbook_extensions", document.playbook_extensions.as_ref(), &mut faults);
        let kind = members.kind.unwrap_or_else(|| stem(&source).to_owned());
        if !is_key(&kind) {
            let message = "the type must be 1 to 64 of a-z, 0-9, _ and -, beginning with a letter or digit; name the \
                           file so, or give the extension a type";
            faults.push(FieldFault::new("type", "invalid", message));
        }
        text("name", &document.name, 200, &mut faults);
        let description = document.description.clone().unwrap_or_default();
        optional("description", &description, &mut faults);
        if members.categories.len() > MAX_WORDS || !members.categories.iter().all(|c| is_key(c)) {
            let message = format!("must be at most {MAX_WORDS} words such as data_breach");
            faults.push(FieldFault::new("categories", "invalid", message));
        }
        secrets(document, &mut faults);
        let steps = steps(document, &mut faults);
        let (Some(modified), []) = (document.modified.at(), faults.as_slice()) else {
            return Err(PlaybookError::Invalid(faults));
        };
        Ok(Self {
            kind,
            title: document.name.clone(),
            description,
            categories: members.categories,
            source,
            modified,
            steps,
            document: document.clone(),
        })
    }

    /// The document with all this playbook says, what was a default now written out. It is the document the playbook was
    /// read from if that says it all; if it does not, signatures are left out, since they would no longer hold.
    pub fn to_cacao(&self) -> cacao::Playbook {
        let mut document = self.document.clone();
        document.name.clone_from(&self.title);
        if !self.description.is_empty() {
            document.description = Some(self.description.clone());
        }
        let members = PlaybookMembers { categories: self.categories.clone(), kind: Some(self.kind.clone()) };
        insert(&mut document.playbook_extensions, extension::write(&members));
        let definitions = document.extension_definitions.get_or_insert_default();
        if definitions.get(EXTENSION).is_none()
            && let Some(definition) = extension::definition()
        {
            definitions.insert(EXTENSION, definition);
        }
        for step in &self.steps {
            if let Some(place) = document.workflow.get_mut(&step.id) {
                place.name = Some(step.title.clone());
                if !step.description.is_empty() {
                    place.description = Some(step.description.clone());
                }
                if !step.references.is_empty() {
                    place.external_references = Some(step.references.clone());
                }
                insert(&mut place.step_extensions, extension::write(&StepMembers::from(step)));
            }
        }
        if document != self.document {
            document.signatures = None;
        }
        document
    }

    /// The step of this key.
    pub fn step(&self, key: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.key == key)
    }
}

fn insert(used: &mut Option<Dictionary<cacao::Members>>, members: cacao::Members) {
    used.get_or_insert_default().insert(EXTENSION, members);
}

/// The name of a file without `.json`.
fn stem(source: &Source) -> &str {
    match source {
        Source::BuiltIn => "",
        Source::Own(file) => file.strip_suffix(".json").unwrap_or(file),
    }
}

/// The steps somebody carries out, in order.
fn steps(document: &cacao::Playbook, faults: &mut Vec<FieldFault>) -> Vec<Step> {
    let works = |step: &WorkflowStep| matches!(step.kind, StepKind::Action(_) | StepKind::PlaybookAction(_));
    let found = document.in_order().into_iter().filter(|(_, step)| works(step));
    let usual = usual_phase(document);
    let mut steps: Vec<Step> = Vec::new();
    let mut keys = BTreeSet::new();
    for ((id, found), order) in found.zip(1u32..) {
        if steps.len() >= MAX_ACTIONS {
            let message = format!("must have at most {MAX_ACTIONS} steps to carry out; split the playbook");
            faults.push(FieldFault::new("workflow", "too_long", message));
            break;
        }
        let field = format!("workflow.{id}");
        let extensions = found.step_extensions.as_ref();
        let members: StepMembers = extension::read(&format!("{field}.step_extensions"), extensions, faults);
        let step = step(id, found, order, members, usual);
        check_step(&field, &step, faults);
        if !keys.insert(step.key.clone()) {
            faults.push(FieldFault::new(
                field,
                "repeated",
                format!("has the key {} of another step", step.key),
            ));
        }
        steps.push(step);
    }
    steps
}

fn step(id: &str, found: &WorkflowStep, order: u32, members: StepMembers, usual: Phase) -> Step {
    Step {
        id: id.to_owned(),
        key: members.key.unwrap_or_else(|| format!("step-{order}")),
        order,
        title: found.name.clone().unwrap_or_else(|| format!("Step {order}")),
        description: found.description.clone().unwrap_or_default(),
        action_type: members.action_type.unwrap_or_else(|| "manual".to_owned()),
        phase: members.phase.unwrap_or(usual),
        owner_role: members.owner_role.unwrap_or(Role::Operator),
        approval_level: members.approval_level,
        due_within: members.due_within.unwrap_or(DEFAULT_DUE_WITHIN),
        validation_required: members.validation_required,
        proof: members.proof,
        automated: members.automated,
        attack: members.attack,
        d3fend: members.d3fend,
        references: found.external_references.clone().unwrap_or_default(),
    }
}

/// The phase of steps that do not say theirs, by what the playbook is for (CACAO 2.0 §3.1.1).
fn usual_phase(document: &cacao::Playbook) -> Phase {
    match document.playbook_types.iter().flatten().next().map(String::as_str) {
        Some("detection" | "investigation") => Phase::Identify,
        Some("notification") => Phase::Notify,
        Some("remediation") => Phase::Eradicate,
        _ => Phase::Contain,
    }
}
