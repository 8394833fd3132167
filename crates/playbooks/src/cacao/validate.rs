//! What the schema cannot say: identifiers, references, times, and that the workflow leads from its start to an end.

use super::data::Extensions;
use super::graph::Graph;
use super::id::{is_identifier, kind_of};
use super::{
    Dictionary, Identifier, MAX_STEPS, Members, Playbook, PlaybookError, Signature, StepKind, Time,
    WorkflowStep,
};
use probatum_kernel::FieldFault;
use std::collections::BTreeSet;

mod objects;

/// The most faults that are listed.
const MAX_FAULTS: usize = 100;

/// Collects faults.
#[derive(Default)]
struct Report(Vec<FieldFault>);

impl Report {
    fn add(&mut self, field: impl Into<String>, code: &'static str, message: impl Into<String>) {
        if self.0.len() < MAX_FAULTS {
            self.0.push(FieldFault::new(field, code, message));
        }
    }

    fn word(&mut self, field: &str, found: &str, wanted: &str) {
        if found != wanted {
            self.add(field, "invalid", format!("must be {wanted}"));
        }
    }

    /// An identifier, and of this type if one is given.
    fn id(&mut self, field: &str, id: &str, kind: Option<&str>) {
        if !is_identifier(id) {
            self.add(field, "invalid", "must be <type>--<UUID of version 1 to 5>, for example action--…");
        } else if let Some(kind) = kind
            && kind_of(id) != kind
        {
            self.add(field, "invalid", format!("must be the identifier of a {kind}: {kind}--…"));
        }
    }

    fn time(&mut self, field: &str, time: Option<&Time>) {
        if time.is_some_and(|t| t.at().is_none()) {
            self.add(field, "invalid", "must be a time in UTC, for example 2026-11-22T09:00:00.000Z");
        }
    }

    /// Two times in order; `strictly` if they may not be the same.
    fn order(&mut self, field: &str, time: Option<&Time>, first: (&str, Option<&Time>), strictly: bool) {
        let (Some(time), Some(earlier)) = (time.and_then(Time::at), first.1.and_then(Time::at)) else {
            return;
        };
        if time < earlier || (strictly && time == earlier) {
            self.add(field, "invalid", format!("must be later than {}, {earlier}", first.0));
        }
    }

    /// No members the standard does not know.
    fn closed(&mut self, field: &str, other: &Members) {
        for name in other.keys() {
            let name: String = name.chars().filter(|c| !c.is_control()).take(60).collect();
            let message = "is no member CACAO 2.0 knows here; put members of your own into an extension";
            self.add(joined(field, &name), "unknown", message);
        }
    }

    fn known<T>(&mut self, field: &str, id: &Identifier, definitions: Option<&Dictionary<T>>, what: &str) {
        if definitions.is_none_or(|d| d.get(id.as_str()).is_none()) {
            self.add(field, "unresolved", format!("names {id}, which {what} does not have"));
        }
    }

    fn extensions(&mut self, field: &str, used: Option<&Extensions>, playbook: &Playbook) {
        for (id, _) in used.into_iter().flat_map(Dictionary::iter) {
            let field = joined(field, id);
            self.known(
                &field,
                &Identifier::from(id),
                playbook.extension_definitions.as_ref(),
                "extension_definitions",
            );
        }
    }
}

fn joined(field: &str, member: &str) -> String {
    if field.is_empty() { member.to_owned() } else { format!("{field}.{member}") }
}

impl Playbook {
    /// Says everything that is wrong with the document beyond its shape: identifiers that are none, references that
    /// lead nowhere, times out of order, steps that are never reached or never end, unknown members of closed objects.
    pub fn validate(&self) -> Result<(), PlaybookError> {
        let mut report = Report::default();
        self.check_head(&mut report);
        self.check_workflow(&mut report);
        objects::check_definitions(self, &mut report);
        for (i, signature) in self.signatures.iter().flatten().enumerate() {
            check_signature(&format!("signatures[{i}]"), signature, self, &mut report);
        }
        if report.0.is_empty() { Ok(()) } else { Err(PlaybookError::Invalid(report.0)) }
    }

    fn check_head(&self, report: &mut Report) {
        report.word("type", &self.kind, "playbook");
        report.word("spec_version", &self.spec_version, "cacao-2.0");
        report.id("id", self.id.as_str(), Some("playbook"));
        report.id("created_by", self.created_by.as_str(), Some("identity"));
        for id in self.derived_from.iter().flatten() {
            report.id("derived_from", id.as_str(), Some("playbook"));
        }
        for id in self.related_to.iter().flatten() {
            report.id("related_to", id.as_str(), None);
        }
        report.time("created", Some(&self.created));
        report.time("modified", Some(&self.modified));
        report.time("valid_from", self.valid_from.as_ref());
        report.time("valid_until", self.valid_until.as_ref());
        report.order("modified", Some(&self.modified), ("created", Some(&self.created)), false);
        report.order(
            "valid_until",
            self.valid_until.as_ref(),
            ("valid_from", self.valid_from.as_ref()),
            true,
        );
        for (name, number) in
            [("priority", self.priority), ("severity", self.severity), ("impact", self.impact)]
        {
            if number.is_some_and(|n| n > 100) {
                report.add(name, "invalid", "must be 0 to 100");
            }
        }
        for (i, id) in self.markings.iter().flatten().enumerate() {
            let definitions = self.data_marking_definitions.as_ref();
            report.known(&format!("markings[{i}]"), id, definitions, "data_marking_definitions");
        }
        report.extensions("playbook_extensions", self.playbook_extensions.as_ref(), self);
        objects::variables("playbook_variables", self.playbook_variables.as_ref(), report);
        objects::references("external_references", self.external_references.as_deref(), report);
        if let Some(summary) = &self.playbook_processing_summary {
            report.closed("playbook_processing_summary", &summary.other);
        }
        report.closed("", &self.other);
    }

    fn check_workflow(&self, report: &mut Report) {
        if self.workflow.len() > MAX_STEPS {
            return report.add("workflow", "too_long", format!("must have at most {MAX_STEPS} steps"));
        }
        let graph = Graph::new(self);
        match graph.step(&self.workflow_start).map(|step| &step.kind) {
            Some(StepKind::Start(_)) => {}
            Some(_) => report.add("workflow_start", "invalid", "must name a step of type start"),
            None => report.add("workflow_start", "unresolved", "names a step workflow does not have"),
        }
        if let Some(id) = &self.workflow_exception {
            report.known("workflow_exception", id, Some(&self.workflow), "workflow");
        }
        let reached: BTreeSet<&str> = graph.reached(self.entries()).into_iter().collect();
        let ending = graph.ending();
        for (id, step) in self.workflow.iter() {
            let field = joined("workflow", id);
            self.check_step(&field, id, step, report);
            if !reached.contains(id) {
                report.add(field, "unreachable", "is never reached from workflow_start");
            } else if !ending.contains(id) {
                report.add(field, "endless", "never reaches an end step; give it a next step that does");
            }
        }
        let works = |s: &WorkflowStep| matches!(s.kind, StepKind::Action(_) | StepKind::PlaybookAction(_));
        if !self.workflow.iter().any(|(_, step)| works(step)) {
            report.add("workflow", "required", "must have an action or playbook-action step");
        }
    }

    fn check_step(&self, field: &str, id: &str, step: &WorkflowStep, report: &mut Report) {
        report.id(field, id, Some(step.kind.as_str()));
        for (name, target) in step.next() {
            report.known(&joined(field, &name), target, Some(&self.workflow), "workflow");
        }
        let either = step.on_success.is_some() || step.on_failure.is_some();
        match &step.kind {
            StepKind::Start(_) if either || step.on_completion.is_none() => {
                report.add(
                    field,
                    "invalid",
                    "is a start step: give it on_completion, and neither on_success nor on_failure",
                );
            }
            StepKind::End(_) if either || step.on_completion.is_some() => {
                report.add(field, "invalid", "is an end step: no step follows it");
            }
            _ if either && step.on_completion.is_some() => {
                report.add(
                    field,
                    "conflict",
                    "has on_completion and on_success or on_failure; give one way on",
                );
            }
            StepKind::Action(_) | StepKind::PlaybookAction(_)
                if step.on_completion.is_none() && step.on_success.is_none() =>
            {
                report.add(field, "required", "leads nowhere; give it on_completion or on_success");
            }
            _ => {}
        }
        if let Some(owner) = &step.owner {
            report.id(&joined(field, "owner"), owner.as_str(), Some("identity"));
        }
        report.extensions(&joined(field, "step_extensions"), step.step_extensions.as_ref(), self);
        objects::variables(&joined(field, "step_variables"), step.step_variables.as_ref(), report);
        objects::references(
            &joined(field, "external_references"),
            step.external_references.as_deref(),
            report,
        );
        report.closed(field, step.kind.other());
        self.check_kind(field, step, report);
    }

    fn check_kind(&self, field: &str, step: &WorkflowStep, report: &mut Report) {
        let (in_args, out_args) = match &step.kind {
            StepKind::Action(action) => {
                if action.commands.is_empty() {
                    report.add(joined(field, "commands"), "required", "must have at least one command");
                }
                for (i, command) in action.commands.iter().enumerate() {
                    objects::command(&format!("{field}.commands[{i}]"), command, report);
                }
                let (agents, targets) = (self.agent_definitions.as_ref(), self.target_definitions.as_ref());
                report.known(&joined(field, "agent"), &action.agent, agents, "agent_definitions");
                for (i, target) in action.targets.iter().flatten().enumerate() {
                    report.known(&format!("{field}.targets[{i}]"), target, targets, "target_definitions");
                }
                (&action.in_args, &action.out_args)
            }
            StepKind::PlaybookAction(other) => {
                report.id(&joined(field, "playbook_id"), other.playbook_id.as_str(), Some("playbook"));
                report.time(&joined(field, "playbook_version"), other.playbook_version.as_ref());
                (&other.in_args, &other.out_args)
            }
            StepKind::Parallel(parallel) if parallel.next_steps.len() < 2 => {
                return report.add(
                    joined(field, "next_steps"),
                    "required",
                    "must have at least two branches",
                );
            }
            StepKind::SwitchCondition(switch) => {
                return objects::argument(&joined(field, "switch"), &switch.switch, step, self, report);
            }
            _ => return,
        };
        for argument in in_args.iter().chain(out_args).flatten() {
            objects::argument(&joined(field, "in_args/out_args"), argument, step, self, report);
        }
    }
}

fn check_signature(field: &str, signature: &Signature, playbook: &Playbook, report: &mut Report) {
    report.word(&joined(field, "type"), &signature.kind, "jss");
    report.id(&joined(field, "id"), signature.id.as_str(), None);
    if signature.related_to != playbook.id {
        report.add(joined(field, "related_to"), "unresolved", "must be the id of this playbook");
    }
    for (name, time) in [
        ("created", Some(&signature.created)),
        ("modified", Some(&signature.modified)),
        ("related_version", Some(&signature.related_version)),
        ("valid_from", signature.valid_from.as_ref()),
        ("valid_until", signature.valid_until.as_ref()),
    ] {
        report.time(&joined(field, name), time);
    }
    let keys = [
        signature.public_key.is_some(),
        signature.public_cert_chain.is_some(),
        signature.cert_url.is_some(),
        signature.thumbprint.is_some(),
    ];
    if keys.into_iter().filter(|given| *given).count() != 1 {
        let message = "must have one of public_key, public_cert_chain, cert_url, thumbprint";
        report.add(field, "required", message);
    }
    report.closed(field, &signature.other);
    if let Some(inner) = &signature.signature {
        check_signature(&joined(field, "signature"), inner, playbook, report);
    }
}
