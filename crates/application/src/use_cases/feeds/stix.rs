//! STIX 2.1 bundles: each incident they tell of enters once, with what to look for.

use super::{Delivery, Landed, MatchedBy, Taken, count, known, settle};
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::indicators::IndicatorSource;
use crate::intake::{IntakeKind, PartFault};
use crate::permission::Permission;
use crate::ports::{FeedKey, Tx};
use crate::use_cases::evidence::{self, Received};
use crate::use_cases::incidents;
use probatum_evidence::{Attach, EvidenceKind, Sha256Hex, Tlp as Label, Visibility};
use probatum_incident::{Category, Draft, Incident, MAX_TAGS, Severity, SourceType, level_of};
use probatum_intake::{Indicator, IndicatorKind, StixBundle, StixFault, StixIncident, Tlp};
use probatum_kernel::{Code, Coded, FieldFault};
use serde_json::json;

/// The source of incidents and evidence from bundles.
pub const SOURCE: &str = "stix";
/// Whatever others say of an incident never confirms it here.
const CONFIDENCE: u8 = 50;

/// A bundle that was read and can be taken.
#[derive(Debug, Clone)]
pub struct Bundle {
    id: String,
    /// The strictest marking of anything in it.
    tlp: Option<Tlp>,
    incidents: Vec<StixIncident>,
    /// What its sender takes back.
    revoked: Vec<StixIncident>,
    faults: Vec<PartFault>,
}

impl Bundle {
    /// Reads a bundle. Costs time; call it where that blocks nobody.
    ///
    /// Fails if it is none, or holds no incident (nor a report or grouping that stands for one), or more than
    /// [`MAX_BUNDLE_INCIDENTS`](probatum_intake::MAX_BUNDLE_INCIDENTS).
    pub fn read(bytes: &[u8]) -> Result<Self, AppError> {
        let read = StixBundle::read(bytes).map_err(|e| match e.code() {
            _ if matches!(e, StixFault::TooManyIncidents(_)) => {
                AppError::invalid("objects", "too_many", e.to_string())
            }
            Code::ValidationFailed => AppError::invalid("body", "invalid", e.to_string()),
            _ => e.into(),
        })?;
        let place = |index: usize| PartFault { index: count(index), message: String::new() };
        let faults: Vec<PartFault> =
            read.faults.iter().map(|(i, e)| PartFault { message: e.to_string(), ..place(*i) }).collect();
        let (revoked, incidents): (Vec<_>, Vec<_>) = read.incidents.into_iter().partition(|i| i.revoked);
        if incidents.is_empty() && revoked.is_empty() {
            return Err(nothing(&faults));
        }
        Ok(Self { id: read.id, tlp: read.tlp, incidents, revoked, faults })
    }
}

/// That there is nothing in a bundle to take, and what is wrong with its objects.
fn nothing(faults: &[PartFault]) -> AppError {
    let named = faults.iter().take(19);
    let named = named.map(|f| FieldFault::new(format!("objects[{}]", f.index), "invalid", f.message.clone()));
    let message = "must hold an incident, report or grouping; a revoked one must be known here";
    AppError::invalid_fields(named.chain([FieldFault::new("objects", "required", message)]).collect())
}

/// Takes a bundle: each of its incidents opens one here, or joins the one that is known by its STIX id. What joins changes
/// nothing but that the bundle is one more item of evidence, unless the incident has this very bundle. So does what is
/// revoked; of what nobody knew there is nothing to take back.
pub fn take(tx: &mut dyn Tx, ctx: &Ctx, bundle: &Bundle, received: &Received) -> Result<Taken, AppError> {
    ctx.require(Permission::SubmitFeeds)?;
    let mut landed = Vec::with_capacity(bundle.incidents.len());
    let mut kept = false;
    let mut faults = bundle.faults.clone();
    for told in bundle.incidents.iter().chain(&bundle.revoked) {
        let Some(part) = land(tx, ctx, bundle, told, received)? else {
            let message = "is revoked, and no incident is known by its id".to_owned();
            faults.push(PartFault { index: count(told.index), message });
            continue;
        };
        kept |= part.evidence.is_some();
        landed.push(part);
    }
    faults.sort_by_key(|fault| fault.index);
    if landed.is_empty() {
        return Err(nothing(&faults));
    }
    if !kept {
        tx.discard_blob(&received.stored.key, ctx.now)?;
    }
    let delivery = Delivery {
        kind: IntakeKind::Stix,
        hash: received.hash.clone(),
        size: received.stored.size,
        media_type: Some(received.stored.media_type.clone()),
        command: Some(json!({"bundle": bundle.id})),
        faults,
    };
    settle(tx, ctx, delivery, landed)
}

/// Where an incident of a bundle lands; `None` if it is revoked and nobody knew it.
fn land(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    bundle: &Bundle,
    told: &StixIncident,
    received: &Received,
) -> Result<Option<Landed>, AppError> {
    let key = Sha256Hex::of(told.id.as_bytes());
    let found = tx.known_by(FeedKey::Stix, &key)?;
    let incident = match found {
        Some(id) => known(tx, id)?,
        None if told.revoked => return Ok(None),
        None => open(tx, ctx, bundle, told, &key)?,
    };
    let (mut evidence, mut noted) = (None, 0);
    let is_new = tx.add_original(incident.id, &received.hash)?;
    if is_new {
        let item = evidence::put_from_feed(tx, ctx, &incident, &attach(bundle, told), Some(received))?;
        evidence = item.map(|item| item.id);
        if !told.revoked {
            noted = tx.add_indicators(incident.id, IndicatorSource::Evidence, &to_look_for(told))?;
        }
    }
    Ok(Some(Landed {
        incident: known(tx, incident.id)?,
        matched_by: found.map(|_| MatchedBy::StixId),
        evidence,
        full: is_new && evidence.is_none(),
        indicators: Some(noted),
        stix_id: Some(told.id.clone()),
        revoked: told.revoked,
    }))
}

fn open(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    bundle: &Bundle,
    told: &StixIncident,
    key: &Sha256Hex,
) -> Result<Incident, AppError> {
    let new = draft(bundle, told).validate(ctx.now)?;
    let incident = incidents::create(tx, ctx, &new)?;
    tx.make_known(FeedKey::Stix, key, incident.id, ctx.now)?;
    Ok(incident)
}

/// The incident as it enters. Everybody who reads incidents reads titles, summaries and tags: what is marked TLP:GREEN or
/// stricter stands in `raw_data` alone, which takes a role.
fn draft(bundle: &Bundle, told: &StixIncident) -> Draft {
    let category = told.category.as_str().parse().unwrap_or(Category::Other);
    let marked = told.tlp.filter(|t| !matches!(t, Tlp::White | Tlp::Clear));
    let open = marked.is_none();
    let title = match marked {
        None => told.name.clone(),
        Some(tlp) => format!("{category} reported by STIX ({})", label(tlp)),
    };
    // What to look for has rows of its own, and may be more than `raw_data` takes.
    let plain = StixIncident { indicators: Vec::new(), ..told.clone() };
    let tags = told.types.iter().filter(|t| open && !t.is_empty()).take(MAX_TAGS).cloned().collect();
    Draft {
        title: Some(title),
        summary: Some(told.description.clone()).filter(|d| open && !d.trim().is_empty()),
        source_type: Some(SourceType::Api),
        source: Some(SOURCE.to_owned()),
        level: Some(level_of(category)),
        category: Some(category),
        severity: told.severity.and_then(Severity::new),
        tags,
        raw_data: Some(json!({"stix": plain, "bundle": bundle.id})),
        ..Draft::default()
    }
}

fn to_look_for(told: &StixIncident) -> Vec<Indicator> {
    let techniques = told.attack_techniques.iter();
    let techniques = techniques.map(|t| Indicator::new(IndicatorKind::AttackTechnique, t.clone()));
    told.indicators.iter().cloned().chain(techniques).collect()
}

/// A bundle is what somebody else says: whatever is in it, it is none of the kinds that can confirm.
fn attach(bundle: &Bundle, told: &StixIncident) -> Attach {
    Attach {
        kind: EvidenceKind::Other,
        source: SOURCE.to_owned(),
        content_ref: None,
        hash_sha256: None,
        confidence: CONFIDENCE,
        visibility: Visibility::Internal,
        chain_of_custody: Vec::new(),
        description: Some(format!(
            "STIX 2.1 {} with {}{}",
            bundle.id,
            told.id,
            if told.revoked { ", revoked by its sender" } else { "" }
        )),
        contradicts: None,
        // The content is the whole bundle.
        tlp: bundle.tlp.map(label),
    }
}

/// The label of a marking.
fn label(tlp: Tlp) -> Label {
    match tlp {
        Tlp::White | Tlp::Clear => Label::Clear,
        Tlp::Green => Label::Green,
        Tlp::Amber => Label::Amber,
        Tlp::AmberStrict => Label::AmberStrict,
        Tlp::Red => Label::Red,
    }
}
