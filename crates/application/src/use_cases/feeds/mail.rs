//! Reported mail: an alert with what triage reads, and the original as evidence.

use super::{Delivery, Landed, MatchedBy, Taken, known, settle};
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::indicators::IndicatorSource;
use crate::intake::IntakeKind;
use crate::permission::Permission;
use crate::ports::{FeedKey, Tx};
use crate::use_cases::evidence::{self, Received};
use crate::use_cases::incidents;
use probatum_evidence::{Attach, EvidenceKind, Sha256Hex, Visibility};
use probatum_incident::{Category, Draft, MAX_RAW_DATA};
use probatum_intake::{Indicator, IndicatorKind, ReportedMail, indicators};
use serde_json::{Value, json};

/// The source of the alerts made of reported mail, and of their evidence.
pub const SOURCE: &str = "reported_mail";
/// Anybody who reports may hand in any bytes as a mail: below what confirms (CONTRACT §4).
const CONFIDENCE: u8 = 50;

/// A mail that was read.
#[derive(Debug, Clone)]
pub struct Mail {
    raw_data: Value,
    identity: Sha256Hex,
    message_id: String,
    indicators: Vec<Indicator>,
}

impl Mail {
    /// Reads a mail. Costs time; call it where that blocks nobody.
    pub fn read(bytes: &[u8]) -> Result<Self, AppError> {
        use probatum_kernel::{Code, Coded};
        let mail = ReportedMail::read(bytes).map_err(|e| match e.code() {
            Code::ValidationFailed => AppError::invalid("body", "invalid", e.to_string()),
            _ => e.into(),
        })?;
        Ok(Self {
            raw_data: raw_data(&mail),
            identity: mail.identity.parse().map_err(|_| AppError::internal("a mail has no identity"))?,
            message_id: mail.message_id.clone(),
            indicators: found(&mail),
        })
    }
}

/// What triage reads, and beside it who reported the mail, whom it went to, and what its files are.
fn raw_data(mail: &ReportedMail) -> Value {
    let mut data = mail.raw_data();
    let plain = data.clone();
    if let Some(members) = data.as_object_mut() {
        members.insert("recipients".to_owned(), json!(mail.recipients));
        members.insert("attachments".to_owned(), json!(mail.attachments));
        if let Some(reporter) = &mail.reporter {
            members.insert("reporter".to_owned(), json!(reporter));
        }
        if mail.incomplete {
            members.insert("incomplete".to_owned(), Value::Bool(true));
        }
    }
    if data.to_string().len() <= MAX_RAW_DATA { data } else { plain }
}

/// What to look for: what the mail says and leads to, its senders and files; not whom it was sent to.
fn found(mail: &ReportedMail) -> Vec<Indicator> {
    // Only so many are kept: the surest come first.
    let files = mail.attachments.iter().map(|a| Indicator::new(IndicatorKind::Sha256, a.sha256.clone()));
    let mut all: Vec<Indicator> = files.collect();
    for text in [Some(&mail.from), mail.reply_to.as_ref(), mail.return_path.as_ref(), mail.sender.as_ref()] {
        all.extend(text.map(|t| indicators(t)).unwrap_or_default());
    }
    all.extend(indicators(&mail.urls.join("\n")));
    all.extend(indicators(&format!("{}\n{}", mail.subject, mail.text)));
    all.retain(|i| i.kind != IndicatorKind::Email || !mail.recipients.contains(&i.value));
    all
}

/// Takes a reported mail: it opens an alert, or joins the one of the same mail. Another original of it (reported by
/// somebody else) is evidence of its own; the very same bytes again add nothing, and their content goes.
pub fn take(tx: &mut dyn Tx, ctx: &Ctx, mail: &Mail, received: &Received) -> Result<Taken, AppError> {
    ctx.require(Permission::CreateIncident)?;
    let found = tx.known_by(FeedKey::Mail, &mail.identity)?;
    let incident = match found {
        Some(id) => known(tx, id)?,
        None => {
            let draft = Draft {
                incident_type: Some(Category::Phishing),
                source: Some(SOURCE.to_owned()),
                raw_data: Some(mail.raw_data.clone()),
                ..Draft::default()
            };
            let incident = incidents::create(tx, ctx, &draft.validate(ctx.now)?)?;
            tx.make_known(FeedKey::Mail, &mail.identity, incident.id, ctx.now)?;
            incident
        }
    };
    let (mut evidence, mut noted) = (None, 0);
    let is_new = tx.add_original(incident.id, &received.hash)?;
    if is_new {
        let item = evidence::put_from_feed(tx, ctx, &incident, &attach(mail), Some(received))?;
        evidence = item.map(|item| item.id);
        noted = tx.add_indicators(incident.id, IndicatorSource::Evidence, &mail.indicators)?;
    }
    if evidence.is_none() {
        tx.discard_blob(&received.stored.key, ctx.now)?;
    }
    let landed = Landed {
        incident: known(tx, incident.id)?,
        matched_by: found.map(|_| MatchedBy::Mail),
        evidence,
        full: is_new && evidence.is_none(),
        indicators: Some(noted),
        stix_id: None,
        revoked: false,
    };
    let delivery = Delivery {
        kind: IntakeKind::Email,
        hash: received.hash.clone(),
        size: received.stored.size,
        media_type: Some(received.stored.media_type.clone()),
        command: Some(json!({"matched_by": landed.matched_by})),
        faults: Vec::new(),
    };
    settle(tx, ctx, delivery, vec![landed])
}

fn attach(mail: &Mail) -> Attach {
    let named = Some(&mail.message_id).filter(|id| !id.is_empty());
    Attach {
        kind: EvidenceKind::Email,
        source: SOURCE.to_owned(),
        content_ref: None,
        hash_sha256: None,
        confidence: CONFIDENCE,
        visibility: Visibility::Internal,
        chain_of_custody: Vec::new(),
        description: named.map(|id| format!("The mail as it was reported. Message-ID {id}")),
        contradicts: None,
        tlp: None,
    }
}
