//! The workflow as a graph: which steps are reached, in which order, and from which no end is.

use super::{Identifier, Playbook, StepKind, WorkflowStep};
use std::collections::{BTreeMap, BTreeSet};

/// The steps by identifier.
pub(super) struct Graph<'a> {
    steps: BTreeMap<&'a str, &'a WorkflowStep>,
}

impl<'a> Graph<'a> {
    pub(super) fn new(playbook: &'a Playbook) -> Self {
        Self { steps: playbook.workflow.iter().collect() }
    }

    pub(super) fn step(&self, id: &Identifier) -> Option<&'a WorkflowStep> {
        self.steps.get(id.as_str()).copied()
    }

    /// The steps reached from `from`, each once, in the order they are carried out: a branch before what comes after
    /// it, success before failure.
    pub(super) fn reached(&self, from: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
        let mut next: Vec<&str> = from.into_iter().collect();
        next.reverse();
        let (mut seen, mut order) = (BTreeSet::new(), Vec::new());
        while let Some(id) = next.pop() {
            let Some((id, step)) = self.steps.get_key_value(id) else { continue };
            if !seen.insert(*id) {
                continue;
            }
            order.push(*id);
            next.extend(step.next().into_iter().rev().map(|(_, id)| id.as_str()));
        }
        order
    }

    /// The steps from which some end step is reached.
    pub(super) fn ending(&self) -> BTreeSet<&'a str> {
        let mut before: BTreeMap<&str, Vec<&'a str>> = BTreeMap::new();
        for (id, step) in &self.steps {
            for (_, target) in step.next() {
                before.entry(target.as_str()).or_default().push(id);
            }
        }
        let ends = self.steps.iter().filter(|(_, step)| matches!(step.kind, StepKind::End(_)));
        let mut next: Vec<&str> = ends.map(|(id, _)| *id).collect();
        let mut ending = BTreeSet::new();
        while let Some(id) = next.pop() {
            if ending.insert(id) {
                next.extend(before.get(id).into_iter().flatten());
            }
        }
        ending
    }
}

impl Playbook {
    /// Where the workflow may begin: its start, and its exception handler.
    pub(super) fn entries(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.workflow_start).chain(&self.workflow_exception).map(Identifier::as_str)
    }

    /// The steps that are reached, in the order they are carried out; branches that run at once stand one after the
    /// other.
    pub fn in_order(&self) -> Vec<(&str, &WorkflowStep)> {
        let graph = Graph::new(self);
        let reached = graph.reached(self.entries());
        reached.into_iter().filter_map(|id| Some((id, *graph.steps.get(id)?))).collect()
    }
}
