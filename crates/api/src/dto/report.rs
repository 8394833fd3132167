//! Reports to authorities on the wire.

use super::incomplete;
use crate::vocabulary as words;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use probatum_application::AppError;
use probatum_application::use_cases::reports::{NewReport, scope};
use probatum_compliance_export::{
    DeliveryState, FactSheet, Filing, MissingField, NewReceipt, Receipt, ReceiptKind, Regime, Sealed,
};
use probatum_evidence::Sha256Hex;
use probatum_kernel::{FieldFault, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use validator::Validate;

/// A report to an authority, asked for.
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = ExportReport)]
pub struct ExportReport {
    /// A target of the configuration, or the name of an authority, 1-200 characters: its bundle goes to the spool folder.
    #[validate(required)]
    #[schema(required = true)]
    target: Option<String>,
    /// Under which law.
    #[validate(required)]
    #[schema(value_type = words::Regime, required = true)]
    regime: Option<Regime>,
    /// Which step of reporting; each regime knows its own.
    #[validate(required)]
    #[schema(value_type = words::ReportPhase, required = true)]
    phase: Option<String>,
    /// What is stated for this report alone, over the facts on record: members of the fact sheet.
    #[serde(deserialize_with = "super::present", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    facts: Option<Value>,
}

impl ExportReport {
    /// The command; the phase has to be one of the regime's. What is required is required by `Validate`, which names it.
    pub fn command(self) -> Result<NewReport, AppError> {
        let mut faults = Vec::new();
        let phase = match (self.regime, self.phase.as_deref()) {
            (Some(regime), Some(word)) => {
                // The word is wrong, not the field.
                let wrong = |e| FieldFault::new("phase", "invalid", AppError::from(e).detail);
                regime.phase(word).map_err(|e| faults.push(wrong(e))).ok()
            }
            _ => None,
        };
        let facts = match self.facts.as_ref().map(FactSheet::from_json) {
            None => None,
            Some(Ok(sheet)) => Some(sheet),
            Some(Err(found)) => {
                faults.extend(found.into_iter().map(in_facts));
                None
            }
        };
        if !faults.is_empty() {
            return Err(AppError::invalid_fields(faults));
        }
        let (Some(target), Some(regime), Some(phase)) = (self.target, self.regime, phase) else {
            return Err(incomplete());
        };
        Ok(NewReport { target, regime, phase, facts })
    }
}

/// A fault of the fact sheet, by its place in the body.
fn in_facts(fault: FieldFault) -> FieldFault {
    let field = if fault.field == "facts" { fault.field } else { format!("facts.{}", fault.field) };
    FieldFault { field, ..fault }
}

/// The answer to a report that was asked for, as the registry contract prints it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ExportAccepted)]
pub struct ExportAccepted {
    #[schema(example = "RPT-2026-0042-1")]
    report_id: String,
    #[schema(value_type = words::Regime)]
    regime: &'static str,
    /// The phase as responses spell it.
    #[schema(example = "24h")]
    phase: &'static str,
    /// What leaves: evidence by visibility.
    #[schema(example = json!(["incident", "evidence(public,restricted)", "timeline"]))]
    bundle: Vec<String>,
    #[schema(value_type = words::DeliveryState)]
    delivery: &'static str,
}

impl From<&Filing> for ExportAccepted {
    fn from(f: &Filing) -> Self {
        Self {
            report_id: f.id.to_string(),
            regime: f.regime.as_str(),
            phase: f.phase.short(),
            bundle: scope(f.regime).to_vec(),
            delivery: f.state.as_str(),
        }
    }
}

/// The file of a report.
#[derive(Debug, Serialize, ToSchema)]
pub struct BundleFile {
    /// Bytes.
    size: u64,
    /// Its SHA-256; what a receipt's `document_hash` is compared with.
    sha256: String,
    /// The SHA-256 of its manifest, which names its content.
    manifest_sha256: String,
    /// The key that signed it.
    key_id: String,
    #[schema(format = DateTime)]
    built_at: String,
}

impl From<&Sealed> for BundleFile {
    fn from(s: &Sealed) -> Self {
        Self {
            size: s.size,
            sha256: s.sha256.to_string(),
            manifest_sha256: s.manifest_sha256.to_string(),
            key_id: s.key_id.clone(),
            built_at: s.built_at.to_string(),
        }
    }
}

/// A required field nobody stated.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MissingInReport)]
pub struct MissingView {
    /// Its path in the fact sheet, or `incident.` and a field of the incident.
    field: String,
    /// The act and the article that ask for it.
    law: String,
    /// What it is, and where to put it.
    message: String,
}

impl From<&MissingField> for MissingView {
    fn from(m: &MissingField) -> Self {
        Self { field: m.field.clone(), law: m.law.clone(), message: m.message.clone() }
    }
}

/// A receipt on record.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Receipt)]
pub struct ReceiptView {
    #[serde(rename = "type")]
    #[schema(value_type = words::ReceiptType)]
    kind: &'static str,
    reference: String,
    #[schema(format = DateTime)]
    received_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    document_hash: Option<String>,
    /// The evidence it is kept as.
    evidence_id: String,
}

impl From<&Receipt> for ReceiptView {
    fn from(r: &Receipt) -> Self {
        Self {
            kind: r.kind.as_str(),
            reference: r.reference.clone(),
            received_at: r.received_at.to_string(),
            document_hash: r.document_hash.as_ref().map(ToString::to_string),
            evidence_id: r.evidence_id.to_string(),
        }
    }
}

/// A report to an authority.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Report)]
pub struct ReportView {
    #[schema(example = "RPT-2026-0042-1")]
    report_id: String,
    incident_id: String,
    /// The public id of the incident.
    incident: String,
    #[schema(value_type = words::Regime)]
    regime: &'static str,
    /// The phase as responses spell it: `24h`.
    phase: &'static str,
    /// The phase as requests spell it.
    #[schema(value_type = words::ReportPhase)]
    requested_phase: &'static str,
    target: String,
    /// What leaves.
    bundle: Vec<String>,
    #[schema(value_type = words::DeliveryState)]
    delivery: &'static str,
    /// What the phase asks for and nobody stated; it stops no report.
    missing: Vec<MissingView>,
    requested_by: String,
    /// When it was asked for: what it says is as of this moment.
    #[schema(format = DateTime)]
    created_at: String,
    incident_version: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    facts_version: Option<u32>,
    rule_version: String,
    /// The file, once it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<BundleFile>,
    /// When it was handed over to a gateway, by our clock; left out while it only lies in the spool folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    submitted_at: Option<String>,
    /// What the other side calls the delivery.
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    /// When it was received, as the earliest of the receipts proves.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    received_at: Option<String>,
    receipts: Vec<ReceiptView>,
    /// Why it failed, or why the last attempt did.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
    /// When the next attempt is made; while one is under way, when somebody else may take over.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    next_attempt_at: Option<String>,
}

impl From<&Filing> for ReportView {
    fn from(f: &Filing) -> Self {
        let time = |at: Option<Timestamp>| at.map(|at| at.to_string());
        Self {
            report_id: f.id.to_string(),
            incident_id: f.incident_id.to_string(),
            incident: f.id.incident().to_string(),
            regime: f.regime.as_str(),
            phase: f.phase.short(),
            requested_phase: f.phase.as_str(),
            target: f.target.clone(),
            bundle: scope(f.regime).to_vec(),
            delivery: f.state.as_str(),
            missing: f.missing.iter().map(MissingView::from).collect(),
            requested_by: f.requested_by.to_string(),
            created_at: f.created_at.to_string(),
            incident_version: f.incident_version,
            facts_version: f.facts_version,
            rule_version: f.rule_version.clone(),
            file: f.bundle.as_ref().map(BundleFile::from),
            submitted_at: time(f.submitted_at),
            reference: f.reference.clone(),
            received_at: time(f.received_at),
            receipts: f.receipts.iter().map(ReceiptView::from).collect(),
            failure: f.failure.clone(),
            next_attempt_at: time(f.wake_at.filter(|_| f.state == DeliveryState::Pending)),
        }
    }
}

/// What proves that a report arrived.
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = PresentReceipt)]
pub struct PresentReceipt {
    /// What kind of receipt it is.
    #[serde(rename = "type")]
    #[schema(value_type = words::ReceiptType, required = true)]
    kind: Option<ReceiptKind>,
    /// What the other side calls the delivery, 1-200 characters.
    #[validate(required)]
    #[schema(required = true)]
    reference: Option<String>,
    /// When the report was received, as the receipt says: the deadline is met as of then.
    #[validate(required)]
    #[schema(value_type = String, format = DateTime, required = true)]
    received_at: Option<Timestamp>,
    /// The SHA-256 of the document received, if the receipt states one. It has to be that of the bundle.
    #[schema(value_type = Option<String>)]
    document_hash: Option<Sha256Hex>,
    /// The receipt itself in base64, up to some 700 KiB; larger ones come as the part `file` of a form.
    content: Option<String>,
    /// What the file is called.
    file_name: Option<String>,
}

/// A receipt that was read: what it says, and the file if it came in JSON.
#[derive(Debug)]
pub struct Presented {
    /// What it says.
    pub receipt: NewReceipt,
    /// The file and its name.
    pub file: Option<(Vec<u8>, String)>,
}

impl PresentReceipt {
    /// The command.
    pub fn command(self) -> Result<Presented, AppError> {
        let kind = self.kind.ok_or_else(|| AppError::invalid("type", "required", "is required"))?;
        let wrong = |why| AppError::invalid("content", "invalid", why);
        let content = match self.content.as_deref().map(|text| STANDARD.decode(text)) {
            None => None,
            Some(Ok(bytes)) if !bytes.is_empty() => Some(bytes),
            Some(Ok(_)) => return Err(wrong("has no content; leave it out")),
            Some(Err(_)) => return Err(wrong("must be base64 (RFC 4648, with padding)")),
        };
        let (Some(reference), Some(received_at)) = (self.reference, self.received_at) else {
            return Err(incomplete());
        };
        let name = self.file_name.unwrap_or_else(|| "receipt.bin".to_owned());
        let receipt = NewReceipt { kind, reference, received_at, document_hash: self.document_hash };
        Ok(Presented { receipt, file: content.map(|bytes| (bytes, name)) })
    }

    /// The command of a form, whose file is a part of its own.
    pub fn of_form(self) -> Result<NewReceipt, AppError> {
        if self.content.is_some() || self.file_name.is_some() {
            return Err(AppError::invalid("content", "unknown", "in a form the receipt is the part 'file'"));
        }
        Ok(self.command()?.receipt)
    }
}

/// A receipt as a form.
#[derive(Debug, ToSchema)]
#[allow(dead_code)] // Only described; the parts are read one by one.
pub struct UploadReceipt {
    /// What kind of receipt it is.
    #[schema(value_type = words::ReceiptType)]
    r#type: String,
    /// What the other side calls the delivery.
    reference: String,
    /// When the report was received, as the receipt says.
    #[schema(format = DateTime)]
    received_at: String,
    /// The SHA-256 of the document received.
    document_hash: Option<String>,
    /// The receipt itself.
    #[schema(format = Binary)]
    file: String,
}
