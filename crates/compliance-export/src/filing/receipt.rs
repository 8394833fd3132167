//! What proves that a report arrived: receipts of authorities and of delivery services.

use super::FilingError;
use probatum_evidence::Sha256Hex;
use probatum_kernel::{CLOCK_SKEW_MS, EvidenceId, FieldFault, Timestamp, check_line};
use serde::{Deserialize, Serialize};

/// The most receipts of one report: one by every service on the way, and some that are sent again.
pub const MAX_RECEIPTS: usize = 20;
/// The most characters of a reference.
pub const MAX_REFERENCE: usize = 200;

probatum_kernel::vocabulary! {
    /// What kind of receipt it is.
    pub enum ReceiptKind("receipt type") {
        /// ePUAP: confirmation of submission.
        Upp = "UPP",
        /// ePUAP: confirmation of delivery, signed by the recipient.
        Upd = "UPD",
        /// The umbrella term for both, as portals name theirs.
        Upo = "UPO",
        /// Evidence of a registered delivery service (ETSI EN 319 522), e-Doręczenia among them.
        Erds = "ERDS",
        /// A receipt of an AS4 access point (eDelivery AS4 2.0).
        As4 = "AS4",
        /// The number a portal gave.
        PortalReference = "portal_reference",
        /// An acknowledgement by mail.
        EmailAck = "email_ack",
        /// Something else; the file says what.
        Other = "other",
    }
}

/// A receipt as it is presented.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewReceipt {
    /// What kind.
    pub kind: ReceiptKind,
    /// What the other side calls the delivery: 1–[`MAX_REFERENCE`] characters.
    pub reference: String,
    /// When the report was received, as the receipt says.
    pub received_at: Timestamp,
    /// The SHA-256 of the document received, if the receipt states one.
    pub document_hash: Option<Sha256Hex>,
}

/// A receipt on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// What kind.
    pub kind: ReceiptKind,
    /// What the other side calls the delivery.
    pub reference: String,
    /// When the report was received.
    pub received_at: Timestamp,
    /// The SHA-256 of the document received, which is that of the bundle.
    pub document_hash: Option<Sha256Hex>,
    /// The evidence it is kept as.
    pub evidence_id: EvidenceId,
}

impl NewReceipt {
    /// Checks it against the bundle that was sent (`bundle`, its SHA-256), made at `made_at`.
    pub(super) fn check(
        &self,
        bundle: &Sha256Hex,
        made_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), FilingError> {
        let mut faults = Vec::new();
        if let Err(e) = check_line(&self.reference, MAX_REFERENCE) {
            faults.push(FieldFault::new("reference", "invalid", e.to_string()));
        }
        if self.received_at > now.plus_millis(CLOCK_SKEW_MS) {
            faults.push(FieldFault::new("received_at", "in_future", "must not be in the future"));
        } else if self.received_at.plus_millis(CLOCK_SKEW_MS) < made_at {
            let message = format!("must not be before the report was made ({made_at})");
            faults.push(FieldFault::new("received_at", "out_of_range", message));
        }
        if !faults.is_empty() {
            return Err(FilingError::Invalid(faults));
        }
        match &self.document_hash {
            Some(hash) if hash != bundle => Err(FilingError::OtherDocument),
            _ => Ok(()),
        }
    }

    /// The receipt, kept as this evidence.
    pub(super) fn kept(&self, evidence_id: EvidenceId) -> Receipt {
        Receipt {
            kind: self.kind,
            reference: self.reference.clone(),
            received_at: self.received_at,
            document_hash: self.document_hash.clone(),
            evidence_id,
        }
    }
}
