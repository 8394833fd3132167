//! Articles and public statements: the same address or the same words are the same incident.

use super::{Delivery, Landed, MatchedBy, Taken, known, settle};
use crate::ctx::Ctx;
use crate::error::AppError;
use crate::indicators::{IndicatorSource, MAX_PER_SOURCE};
use crate::intake::IntakeKind;
use crate::permission::Permission;
use crate::ports::{FeedKey, Tx};
use crate::use_cases::{evidence, incidents};
use probatum_evidence::{
    Attach, CustodyAction, CustodyInput, EvidenceKind, MAX_SOURCE, Sha256Hex, Visibility,
};
use probatum_incident::{
    Category, Country, Draft, Incident, IncidentError, Level, Lifecycle, NewIncident, QueueStatus, Sector,
    Severity, SourceType, level_of,
};
use probatum_intake::{CanonicalUrl, Fingerprint, Indicator, canonical_url, fingerprint, indicators};
use probatum_kernel::{FieldFault, IncidentId, Timestamp, check_line, check_text, vocabulary};
use serde_json::json;

/// The most characters of an article's summary: with title and date it has to fit the description of evidence.
pub const MAX_ARTICLE: usize = 9_000;
/// The most characters of one text with indicators.
pub const MAX_GIVEN: usize = 2_000;
/// For how many hours an article with nearly the same words joins: 30 days. What looks alike a year later is another
/// incident.
pub const NEAR_HOURS: i64 = 30 * 24;
/// How sure the registry is of what it has only read, in per cent.
const CONFIDENCE: u8 = 50;

vocabulary! {
    /// Who says it.
    pub enum Claim("claim") {
        /// The media report it.
        Media = "media",
        /// Somebody states it in public.
        Public = "public",
    }
}

/// An article or statement, as a client sends it.
#[derive(Debug, Clone)]
#[allow(missing_docs)] // The fields are those of CONTRACT §9.
pub struct Report {
    pub source: String,
    pub url: String,
    pub title: String,
    pub summary: Option<String>,
    pub claim: Claim,
    pub published_at: Option<Timestamp>,
    pub category: Option<Category>,
    pub level: Option<Level>,
    pub severity: Option<Severity>,
    pub country: Option<Country>,
    pub sector: Option<Sector>,
    pub indicators: Vec<String>,
}

/// An article whose every field was checked.
#[derive(Debug, Clone)]
pub struct Article {
    url: CanonicalUrl,
    print: Fingerprint,
    claim: Claim,
    published_at: Option<Timestamp>,
    indicators: Vec<Indicator>,
    new: NewIncident,
    attach: Attach,
}

impl Report {
    /// Checks every field and names every wrong one.
    pub fn validate(self, now: Timestamp) -> Result<Article, AppError> {
        let category = self.category.unwrap_or(Category::Other);
        let draft = Draft {
            title: Some(self.title.clone()),
            summary: self.summary.clone(),
            source_type: Some(SourceType::Osint),
            source: Some(self.source.clone()),
            level: Some(self.level.unwrap_or_else(|| level_of(category))),
            category: Some(category),
            severity: self.severity,
            country: self.country,
            sector: self.sector,
            ..Draft::default()
        };
        let (new, mut faults) = match draft.validate(now) {
            Ok(new) => (Some(new), Vec::new()),
            Err(IncidentError::Invalid(faults)) => (None, faults),
            Err(e) => return Err(e.into()),
        };
        // What a document of evidence takes is narrower than what an incident takes.
        narrower(&mut faults, "source", check_line(&self.source, MAX_SOURCE));
        narrower(&mut faults, "summary", check_text(self.summary.as_deref().unwrap_or("-"), MAX_ARTICLE));
        if self.published_at.is_some_and(|at| at > now.plus_millis(probatum_kernel::CLOCK_SKEW_MS)) {
            faults.push(FieldFault::new("published_at", "in_future", "must not be in the future"));
        }
        let url = canonical_url(&self.url).map_err(|e| {
            faults.push(FieldFault::new("url", "invalid", e.to_string()));
        });
        let given = given(&self.indicators, &mut faults);
        let (Some(new), Ok(url), true) = (new, url, faults.is_empty()) else {
            return Err(AppError::invalid_fields(faults));
        };
        let attach = self.attach();
        let summary = self.summary.unwrap_or_default();
        let mut found = given;
        found.extend(indicators(&format!("{}\n{summary}", self.title)));
        Ok(Article {
            print: fingerprint(&self.title, &summary),
            claim: self.claim,
            published_at: self.published_at,
            indicators: found,
            url,
            new,
            attach,
        })
    }

    /// The article as public evidence. The registry holds no copy of it, so there is no hash.
    fn attach(&self) -> Attach {
        let published = self.published_at.map(|at| format!("Published {at}."));
        let parts = [Some(self.title.clone()), self.summary.clone(), published];
        Attach {
            kind: match self.claim {
                Claim::Media => EvidenceKind::OsintArticle,
                Claim::Public => EvidenceKind::PublicStatement,
            },
            source: self.source.clone(),
            content_ref: Some(self.url.trim().to_owned()),
            hash_sha256: None,
            confidence: CONFIDENCE,
            visibility: Visibility::Public,
            chain_of_custody: Vec::new(),
            description: Some(parts.into_iter().flatten().collect::<Vec<_>>().join("\n\n")),
            contradicts: None,
            tlp: None,
        }
    }
}

fn narrower(faults: &mut Vec<FieldFault>, field: &str, checked: Result<(), probatum_kernel::TextError>) {
    if let Err(e) = checked
        && !faults.iter().any(|f| f.field == field)
    {
        faults.push(FieldFault::new(field, "invalid", e.to_string()));
    }
}

/// What to look for, of texts that each must name something.
fn given(texts: &[String], faults: &mut Vec<FieldFault>) -> Vec<Indicator> {
    if texts.len() > MAX_PER_SOURCE {
        faults.push(FieldFault::new("indicators", "too_many", format!("at most {MAX_PER_SOURCE}")));
        return Vec::new();
    }
    let mut found = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        let named = if text.chars().count() <= MAX_GIVEN { indicators(text) } else { Vec::new() };
        if named.is_empty() {
            let message = format!(
                "must be at most {MAX_GIVEN} characters and name an address, domain, URL, digest, CVE, technique or \
                 Bitcoin address; defanged ones are read"
            );
            faults.push(FieldFault::new(format!("indicators[{index}]"), "invalid", message));
        }
        found.extend(named);
    }
    faults.truncate(20);
    found
}

/// Takes an article: it opens an incident, or joins the one that is known by its address or its words, wherever that
/// stands, or one that is not over yet and has nearly its words. There it is evidence of its own, unless the incident has
/// this very article: then nothing is added.
pub fn take(tx: &mut dyn Tx, ctx: &Ctx, article: &Article) -> Result<Taken, AppError> {
    ctx.require(Permission::SubmitFeeds)?;
    let keys = [
        (FeedKey::Url, Sha256Hex::of(article.url.as_str().as_bytes()), MatchedBy::Url),
        (FeedKey::Text, Sha256Hex::of(article.print.exact.as_bytes()), MatchedBy::Text),
    ];
    let near = nearest(tx, ctx, &article.print)?;
    let (mut found, mut unknown) = (None, Vec::new());
    for (kind, hash, by) in &keys {
        match tx.known_by(*kind, hash)? {
            Some(id) => found = found.or(Some((id, *by))),
            None => unknown.push((*kind, hash)),
        }
    }
    let found = found.or(near.map(|id| (id, MatchedBy::NearText)));
    let incident = match found {
        Some((id, by)) => {
            let incident = known(tx, id)?;
            if by == MatchedBy::NearText && is_over(&incident) {
                return Err(AppError::transient("an incident was closed while an article was to join it"));
            }
            incident
        }
        None => incidents::create(tx, ctx, &article.new)?,
    };
    for (kind, hash) in unknown {
        tx.make_known(kind, hash, incident.id, ctx.now)?;
    }
    let original =
        Sha256Hex::of(format!("{}\n{}\n{}", article.url, article.print.exact, article.claim).as_bytes());
    let (mut evidence, mut noted) = (None, 0);
    let is_new = tx.add_original(incident.id, &original)?;
    if is_new {
        let item = evidence::put_from_feed(tx, ctx, &incident, &witnessed(ctx, article), None)?;
        evidence = item.map(|item| item.id);
        noted = tx.add_indicators(incident.id, IndicatorSource::Public, &article.indicators)?;
        if let Some(text) = article.print.near {
            tx.add_text(text, incident.id, ctx.now)?;
        }
    }
    let landed = Landed {
        incident: known(tx, incident.id)?,
        matched_by: found.map(|(_, by)| by),
        evidence,
        full: is_new && evidence.is_none(),
        indicators: Some(noted),
        stix_id: None,
        revoked: false,
    };
    let command = json!({
        "url": article.attach.content_ref, "canonical_url": article.url, "claim": article.claim,
        "published_at": article.published_at, "matched_by": landed.matched_by,
    });
    let delivery = Delivery {
        kind: IntakeKind::Osint,
        hash: original,
        size: 0,
        media_type: Some("application/json".to_owned()),
        command: Some(command),
        faults: Vec::new(),
    };
    settle(tx, ctx, delivery, vec![landed])
}

/// Likeness alone is a guess, and does not bring back what people are done with.
fn is_over(incident: &Incident) -> bool {
    incident.lifecycle == Lifecycle::Closed || incident.status == QueueStatus::Resolved
}

/// The incident that is not over with the text that differs least, of several the newest.
fn nearest(tx: &mut dyn Tx, ctx: &Ctx, print: &Fingerprint) -> Result<Option<IncidentId>, AppError> {
    let Some(text) = print.near else { return Ok(None) };
    let like = tx.texts_like(text, ctx.now.plus_hours(-NEAR_HOURS))?;
    let near = like.into_iter().filter(|(other, _)| text.near(*other));
    Ok(near.min_by_key(|(other, id)| (text.distance(*other), std::cmp::Reverse(*id))).map(|(_, id)| id))
}

/// The evidence, with the one entry of custody there is to it.
fn witnessed(ctx: &Ctx, article: &Article) -> Attach {
    let collected = CustodyInput {
        ts: ctx.now,
        actor: ctx.actor().clone(),
        action: CustodyAction::Collected,
        hash_after: None,
        note: Some("Reported to the intake; the registry holds a reference and no copy.".to_owned()),
    };
    Attach { chain_of_custody: vec![collected], ..article.attach.clone() }
}
