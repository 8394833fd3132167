//! Receipts: what proves that a report arrived becomes evidence, with a chain of custody of its own.

use super::{locked, save};
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::permission::Permission;
use crate::ports::Tx;
use crate::use_cases::evidence::{self, Received};
use crate::use_cases::{deadlines, incident_named};
use probatum_compliance_export::{Filing, NewReceipt, ReportId};
use probatum_evidence::{Attach, CustodyAction, CustodyInput, EvidenceKind, Visibility};
use probatum_kernel::IncidentRef;
use serde_json::json;

/// How sure a receipt is that came as a file, or that names the very document by its hash, in per cent.
const SHOWN: u8 = 90;
/// How sure one is of which there is only what somebody typed: too little to be confirmed.
const TYPED: u8 = 60;

/// A receipt to be put on record.
#[derive(Debug, Clone)]
pub struct Proof {
    /// What it says.
    pub receipt: NewReceipt,
    /// The receipt itself, if it came along.
    pub file: Option<Received>,
}

/// Puts a receipt on record: it becomes internal evidence of the incident, and the report is delivered. One for another
/// document is refused, and nothing is kept.
pub fn receive(tx: &mut dyn Tx, ctx: &Ctx, id: ReportId, proof: &Proof) -> Result<Filing, AppError> {
    ctx.require(Permission::ExportReports)?;
    let (incident, filing) = locked(tx, id)?;
    let evidence = ctx.new_evidence_id();
    let next = filing.received(&proof.receipt, evidence, ctx.now)?;
    evidence::attach_to(tx, ctx, &incident, evidence, &kept(ctx, &filing, proof), proof.file.as_ref())?;
    let receipt = &proof.receipt;
    let detail = json!({
        "type": receipt.kind, "reference": receipt.reference, "received_at": receipt.received_at,
        "evidence_id": evidence,
    });
    save(tx, ctx, &incident, &filing, &next, "report.delivered", detail)?;
    // Read again: what evidence there is may have raised a flag.
    let incident = incident_named(tx, IncidentRef::Id(incident.id))?;
    deadlines::recompute(tx, ctx, &incident)?;
    Ok(next)
}

/// The evidence a receipt is kept as. It stays in the house: what one authority confirmed is none of another's business.
fn kept(ctx: &Ctx, filing: &Filing, proof: &Proof) -> Attach {
    let receipt = &proof.receipt;
    // The hash of the document proves nothing by itself: the registry hands it out.
    let shown = proof.file.is_some();
    let collected = CustodyInput {
        ts: ctx.now,
        actor: ctx.actor().clone(),
        action: CustodyAction::Collected,
        hash_after: proof.file.as_ref().map(|file| file.hash.clone()),
        note: None,
    };
    Attach {
        kind: EvidenceKind::UpoEdelivery,
        source: filing.target.clone(),
        content_ref: None,
        hash_sha256: None,
        confidence: if shown { SHOWN } else { TYPED },
        visibility: Visibility::Internal,
        chain_of_custody: vec![collected],
        description: Some(format!("Receipt {} {} for {}", receipt.kind, receipt.reference, filing.id)),
        contradicts: None,
        tlp: None,
    }
}
