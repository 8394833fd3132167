//! Handing an incident on: its STIX 2.1 bundle, of what the caller may see and of nothing else.

use super::incidents;
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::indicators::{IndicatorSource, KnownIndicator};
use crate::ports::Tx;
use probatum_evidence::{Evidence, Visibility};
use probatum_incident::{Disposition, Incident, Lifecycle, SourceType};
use probatum_intake::{Category, Determination, EvidenceNote, Investigation, StixExport, Tlp};
use probatum_kernel::{EvidenceStatus, IncidentRef};
use serde_json::Value;

/// An incident as STIX.
#[derive(Debug, Clone)]
pub struct Shared {
    /// The bundle.
    pub bundle: Value,
    /// Its strong validator. It is another one than that of the incident itself, which has another body.
    pub etag: String,
}

/// The bundle of an incident as the caller may see it; `producer` is the organisation that speaks.
pub fn stix(tx: &mut dyn Tx, ctx: &Ctx, id: IncidentRef, producer: &str) -> Result<Shared, AppError> {
    let seen = incidents::detail(tx, ctx, id)?;
    let incident = &seen.incident;
    let known = tx.indicators_of(incident.id)?;
    let known: Vec<_> = known.into_iter().filter_map(|k| k.shown(ctx.scope())).collect();
    let export = StixExport {
        producer: producer.to_owned(),
        id: incident.id,
        public_id: incident.public_id,
        title: incident.title.clone(),
        summary: incident.summary.clone(),
        category: incident.category.as_str().parse().unwrap_or(Category::Other),
        severity: incident.severity.score(),
        determination: determination(incident),
        investigation: match incident.lifecycle {
            Lifecycle::Open => Investigation::New,
            Lifecycle::Closed => Investigation::Closed,
            _ => Investigation::Open,
        },
        detection_method: detection_method(incident.source_type).map(str::to_owned),
        created_at: incident.created_at,
        updated_at: incident.updated_at,
        indicators: known.iter().map(|k| k.indicator.clone()).collect(),
        attack_techniques: Vec::new(),
        evidence: seen.evidence.iter().map(note).collect(),
        tlp: marking(&seen.evidence, &known),
    };
    let etag = format!("{}-stix\"", seen.etag.trim_end_matches('"'));
    Ok(Shared { bundle: export.bundle(), etag })
}

/// Claim ≤ proof holds outside as well: only confirmed evidence makes an incident `confirmed`.
fn determination(incident: &Incident) -> Determination {
    match (incident.disposition, incident.evidence_status) {
        (Some(Disposition::FalsePositive), _) => Determination::FalsePositive,
        (_, EvidenceStatus::Confirmed) => Determination::Confirmed,
        _ => Determination::Suspected,
    }
}

/// How it was found, in the words of the extension's open vocabulary, where it has one for it.
fn detection_method(source: SourceType) -> Option<&'static str> {
    match source {
        SourceType::SiemLog => Some("automated-tool"),
        SourceType::Form => Some("user-reporting"),
        SourceType::Osint => Some("human-review"),
        SourceType::Cert | SourceType::Vendor | SourceType::Api => None,
    }
}

/// Refers to an item. An elided hash proves nothing to anybody else and is left out.
fn note(item: &Evidence) -> EvidenceNote {
    EvidenceNote {
        id: item.id,
        kind: item.kind.to_string(),
        source: item.source.clone(),
        sha256: item.hash_sha256.as_ref().filter(|h| h.is_full()).map(ToString::to_string),
        description: item.description.clone(),
        created_at: item.created_at,
    }
}

/// The strictest marking of what is in the bundle: that of each item's label, and at least amber if it is restricted,
/// amber+strict if it is internal, or an indicator that not everybody may know. None if nothing says anything.
fn marking(evidence: &[Evidence], known: &[KnownIndicator]) -> Option<Tlp> {
    let labelled = evidence.iter().filter_map(|e| e.tlp).map(|label| match label {
        probatum_evidence::Tlp::Red => Tlp::Red,
        probatum_evidence::Tlp::AmberStrict => Tlp::AmberStrict,
        probatum_evidence::Tlp::Amber => Tlp::Amber,
        probatum_evidence::Tlp::Green => Tlp::Green,
        probatum_evidence::Tlp::Clear => Tlp::Clear,
    });
    let held = evidence.iter().filter_map(|e| match e.visibility {
        Visibility::Internal => Some(Tlp::AmberStrict),
        Visibility::Restricted => Some(Tlp::Amber),
        Visibility::Public => None,
    });
    let guarded = known.iter().any(|k| !k.sources.holds(IndicatorSource::Public));
    // The words are declared from the least to the most strict.
    labelled.chain(held).chain(guarded.then_some(Tlp::AmberStrict)).max()
}
