//! How far evidence proves something: one item by itself, items against each other, and the incident.

use crate::item::Evidence;
use crate::kind::{EvidenceClass, EvidenceKind};
use probatum_kernel::{EvidenceId, EvidenceStatus};
use std::collections::BTreeMap;

/// The least confidence, in per cent, with which evidence confirms (CONTRACT §4).
pub const CONFIRMING_CONFIDENCE: u8 = 70;

/// What the status of one item depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts<'a> {
    /// What it is.
    pub kind: EvidenceKind,
    /// Where it comes from.
    pub source: &'a str,
    /// 0–100 per cent.
    pub confidence: u8,
    /// Whether it has a hash.
    pub hashed: bool,
    /// The length of its custody chain.
    pub custody_entries: u32,
    /// Whether the chain says that the content was changed.
    pub broken: bool,
}

/// Whether a source marks an exercise: `simulation` or `simulation:…`, in whatever case.
pub fn is_simulation(source: &str) -> bool {
    source
        .trim()
        .to_lowercase()
        .strip_prefix("simulation")
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
}

/// The status of one item by itself; the first rule that fits decides (CONTRACT §4).
///
/// ```
/// use probatum_evidence::{EvidenceKind, Facts, own_status};
/// use probatum_kernel::EvidenceStatus;
/// let kind = EvidenceKind::Log;
/// let log = Facts { kind, source: "edr", confidence: 70, hashed: true, custody_entries: 1, broken: false };
/// assert_eq!(own_status(&log), EvidenceStatus::Confirmed);
/// assert_eq!(own_status(&Facts { hashed: false, ..log }), EvidenceStatus::Internal);
/// assert_eq!(own_status(&Facts { kind: EvidenceKind::MediaReport, ..log }), EvidenceStatus::MediaSignal);
/// ```
pub fn own_status(facts: &Facts<'_>) -> EvidenceStatus {
    if is_simulation(facts.source) {
        return EvidenceStatus::Simulation;
    }
    if facts.broken {
        return EvidenceStatus::Disputed;
    }
    let fixed = match facts.kind.class() {
        EvidenceClass::Signal => return EvidenceStatus::MediaSignal,
        EvidenceClass::Claim => return EvidenceStatus::PublicClaim,
        // An official document proves by who issued it; technical evidence only by what it contains.
        EvidenceClass::Official => true,
        EvidenceClass::Technical => facts.hashed,
        EvidenceClass::Other => false,
    };
    if fixed && facts.confidence >= CONFIRMING_CONFIDENCE && facts.custody_entries >= 1 {
        EvidenceStatus::Confirmed
    } else if facts.confidence > 0 {
        EvidenceStatus::Internal
    } else {
        EvidenceStatus::Gap
    }
}

/// The status of every item of one incident, in the order given, with contradictions taken into account.
///
/// An item is disputed if a standing item contradicts it; an item stands unless a standing item contradicts
/// it (the grounded semantics of Dung, 1995). So a contradiction that was rebutted disputes nothing any more.
///
/// - An item that says nothing (own status `gap`) contradicts nothing.
/// - A broken item keeps its contradiction: doubt about it is no proof of what it doubts.
/// - An exercise neither disputes real evidence nor is disputed: `simulation` comes first in CONTRACT §4.
/// - References to unknown items or to oneself, and those that make a circle, are ignored. They cannot arise:
///   an item names an earlier one.
pub fn settle(items: &[Evidence]) -> Vec<(EvidenceId, EvidenceStatus)> {
    let mut nodes: BTreeMap<EvidenceId, Node> = items.iter().map(|i| (i.id, Node::new(i))).collect();
    for item in items.iter().filter(|item| contends(item)) {
        let Some(target) = item.contradicts.filter(|target| *target != item.id) else { continue };
        let Some(contradicted) = nodes.get_mut(&target) else { continue };
        contradicted.undecided = contradicted.undecided.saturating_add(1);
        if let Some(node) = nodes.get_mut(&item.id) {
            node.target = Some(target);
        }
    }
    decide(&mut nodes);
    items.iter().map(|i| (i.id, nodes.get(&i.id).map_or(i.own_status(), Node::status))).collect()
}

/// One item in the graph of contradictions. Each has at most one arrow out.
struct Node {
    own: EvidenceStatus,
    target: Option<EvidenceId>,
    /// Contradictions of this item whose author is not decided yet.
    undecided: usize,
    /// A standing item contradicts this one.
    contradicted: bool,
}

impl Node {
    fn new(item: &Evidence) -> Self {
        Self { own: item.own_status(), target: None, undecided: 0, contradicted: false }
    }
    fn status(&self) -> EvidenceStatus {
        match self.own {
            EvidenceStatus::Simulation => EvidenceStatus::Simulation,
            _ if self.contradicted => EvidenceStatus::Disputed,
            own => own,
        }
    }
}

/// Whether the contradiction an item states counts at all.
fn contends(item: &Evidence) -> bool {
    !matches!(item.own_status(), EvidenceStatus::Gap | EvidenceStatus::Simulation)
}

/// Follows the references from the items nobody contradicts. What is left over lies on circles, and those
/// arrows are ignored; arrows that lead onto a circle were followed and count.
fn decide(nodes: &mut BTreeMap<EvidenceId, Node>) {
    let mut ready: Vec<EvidenceId> =
        nodes.iter().filter(|(_, node)| node.undecided == 0).map(|(id, _)| *id).collect();
    while let Some(id) = ready.pop() {
        let Some((target, stands)) = nodes.get(&id).and_then(|n| n.target.map(|t| (t, !n.contradicted)))
        else {
            continue;
        };
        if let Some(node) = nodes.get_mut(&target) {
            node.contradicted |= stands;
            node.undecided = node.undecided.saturating_sub(1);
            if node.undecided == 0 {
                ready.push(target);
            }
        }
    }
}

/// The status an incident inherits from its items (CONTRACT §4): disputed if any is; else the strongest of
/// confirmed, internal, public_claim, media_signal, gap; simulation only if all are; gap without any.
///
/// ```
/// use probatum_evidence::inherit;
/// use probatum_kernel::EvidenceStatus::*;
/// assert_eq!(inherit([MediaSignal, Internal, Simulation].into_iter()), Internal);
/// assert_eq!(inherit([Confirmed, Disputed].into_iter()), Disputed);
/// assert_eq!(inherit([].into_iter()), Gap);
/// ```
pub fn inherit(statuses: impl Iterator<Item = EvidenceStatus>) -> EvidenceStatus {
    statuses.max_by_key(|status| strength(*status)).unwrap_or(EvidenceStatus::Gap)
}

/// The status an incident inherits from all its items: [`inherit`] over those that still count.
///
/// Two kinds of disputed items no longer count once a standing item contradicts them, or no dispute could ever be
/// settled: a contradiction that was itself rebutted, and an item whose chain of custody is broken, which proves
/// nothing any more. An item that merely is contradicted goes on counting: that is the dispute.
///
/// A receipt (`upo_edelivery`) proves that a report arrived, and nothing about what happened: an incident never inherits
/// from one.
pub fn inherit_from(items: &[Evidence]) -> EvidenceStatus {
    let settled: BTreeMap<EvidenceId, EvidenceStatus> = settle(items).into_iter().collect();
    let stands = |item: &Evidence| contends(item) && settled.get(&item.id) != Some(&EvidenceStatus::Disputed);
    let refuted = |id: EvidenceId| items.iter().any(|i| i.contradicts == Some(id) && i.id != id && stands(i));
    let counts = |item: &&Evidence| !((item.contradicts.is_some() || item.broken) && refuted(item.id));
    let counts = |item: &&Evidence| counts(item) && item.kind != EvidenceKind::UpoEdelivery;
    inherit(items.iter().filter(counts).filter_map(|i| settled.get(&i.id).copied()))
}

/// Which status prevails. Simulation is the weakest, so that it is ignored beside anything real.
const fn strength(status: EvidenceStatus) -> u8 {
    match status {
        EvidenceStatus::Simulation => 0,
        EvidenceStatus::Gap => 1,
        EvidenceStatus::MediaSignal => 2,
        EvidenceStatus::PublicClaim => 3,
        EvidenceStatus::Internal => 4,
        EvidenceStatus::Confirmed => 5,
        EvidenceStatus::Disputed => 6,
    }
}
