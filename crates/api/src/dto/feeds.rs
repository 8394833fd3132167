//! Articles as they come in, and where the parts of a delivery landed.

use super::intake::IntakeFault;
use crate::vocabulary as words;
use probatum_application::AppError;
use probatum_application::use_cases::feeds::osint::{Article, Claim, Report};
use probatum_application::use_cases::feeds::{Landed, Taken};
use probatum_incident::{Category, Country, Level, Sector, Severity};
use probatum_kernel::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// An article, or a statement made in public.
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = SubmitArticle)]
pub struct SubmitArticle {
    /// Who published it, 1-200 characters.
    #[validate(required)]
    #[schema(required = true)]
    source: Option<String>,
    /// Where it is: http or https, at most 2 000 characters.
    #[validate(required)]
    #[schema(required = true)]
    url: Option<String>,
    /// Its title, 1-300 characters.
    #[validate(required)]
    #[schema(required = true)]
    title: Option<String>,
    /// What it says, 1-9 000 characters.
    summary: Option<String>,
    /// Who says it: decides whether the incident enters as media_signal or public_claim.
    #[validate(required)]
    #[schema(value_type = words::Claim, required = true)]
    claim: Option<Claim>,
    /// When it was published; not in the future.
    #[schema(value_type = Option<String>, format = DateTime)]
    published_at: Option<Timestamp>,
    /// Left out: other.
    #[schema(value_type = Option<words::Category>)]
    category: Option<Category>,
    /// Left out: that of the category.
    #[schema(value_type = Option<words::Level>)]
    level: Option<Level>,
    /// Left out: score 0.
    #[schema(value_type = Option<words::Severity>)]
    severity: Option<Severity>,
    /// ISO 3166-1 alpha-2.
    #[schema(value_type = Option<String>, example = "PL")]
    country: Option<Country>,
    /// A NIS2 sector.
    #[schema(value_type = Option<words::Sector>)]
    sector: Option<Sector>,
    /// Texts that each name something to look for, at most 200; defanged forms are read. What title and summary name is
    /// found without.
    indicators: Option<Vec<String>>,
}

impl SubmitArticle {
    /// The command. What is required is required by `Validate`, which names it.
    pub fn command(self, now: Timestamp) -> Result<Article, AppError> {
        let report = Report {
            source: self.source.unwrap_or_default(),
            url: self.url.unwrap_or_default(),
            title: self.title.unwrap_or_default(),
            summary: self.summary,
            claim: self.claim.unwrap_or(Claim::Media),
            published_at: self.published_at,
            category: self.category,
            level: self.level,
            severity: self.severity,
            country: self.country,
            sector: self.sector,
            indicators: self.indicators.unwrap_or_default(),
        };
        report.validate(now)
    }
}

/// A part of a delivery, and the incident it opened or joined.
#[derive(Debug, Serialize, ToSchema)]
pub struct LandedPart {
    id: String,
    #[schema(example = "INC-2026-0042")]
    public_id: String,
    /// What the incident's evidence amounts to, this one included.
    #[schema(value_type = words::EvidenceStatus)]
    evidence_status: &'static str,
    /// Where the incident stands in the queue: what joins a resolved one reopens nothing.
    #[schema(value_type = words::QueueStatus)]
    status: &'static str,
    /// How far the response to it is: what joins a closed one reopens nothing, which takes a person.
    #[schema(value_type = words::Lifecycle)]
    status_lifecycle: &'static str,
    /// Whether this delivery opened the incident; else it joined one that was there.
    opened: bool,
    /// What it was known by, if it joined.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::MatchedBy>)]
    matched_by: Option<&'static str>,
    /// The original as evidence; left out if the incident had it already, if it has as many items as feeds may attach, or
    /// if the caller may not see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence_id: Option<String>,
    /// How many indicators were noted that the incident did not have; left out if the caller may not know.
    #[serde(skip_serializing_if = "Option::is_none")]
    indicators: Option<usize>,
    /// The STIX id of the part.
    #[serde(skip_serializing_if = "Option::is_none")]
    stix_id: Option<String>,
    /// Of a bundle: the sender takes back there what they told of this incident. Left out otherwise.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    revoked: bool,
}

impl From<&Landed> for LandedPart {
    fn from(l: &Landed) -> Self {
        Self {
            id: l.incident.id.to_string(),
            public_id: l.incident.public_id.to_string(),
            evidence_status: l.incident.evidence_status.as_str(),
            status: l.incident.status.as_str(),
            status_lifecycle: l.incident.lifecycle.as_str(),
            opened: l.matched_by.is_none(),
            matched_by: l.matched_by.map(|m| m.as_str()),
            evidence_id: l.evidence.map(|e| e.to_string()),
            indicators: l.indicators,
            stix_id: l.stix_id.clone(),
            revoked: l.revoked,
        }
    }
}

/// A delivery that was taken: on disk, and worked through.
#[derive(Debug, Serialize, ToSchema)]
pub struct TakenView {
    #[schema(example = "intake-0198f1c27d3b7c0e9d0a4b5c6d7e8f90")]
    id: String,
    #[schema(value_type = words::IntakeKind)]
    kind: &'static str,
    /// Always processed: feeds are worked through before the answer.
    #[schema(value_type = words::IntakeStatus)]
    status: &'static str,
    #[schema(value_type = String, format = DateTime)]
    received_at: Timestamp,
    /// Whether all of it was known already.
    duplicate: bool,
    /// The delivery that opened the incident, if all of this one was known.
    #[serde(skip_serializing_if = "Option::is_none")]
    duplicate_of: Option<String>,
    /// Of the content as it came; an article's is that of its canonical address, words and claim.
    hash_sha256: String,
    /// How many incidents were taken.
    accepted: u32,
    /// How many parts could not be read.
    rejected: u32,
    /// What landed where.
    incidents: Vec<LandedPart>,
    /// The first 100 of those, by index.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    errors: Vec<IntakeFault>,
}

impl From<&Taken> for TakenView {
    fn from(t: &Taken) -> Self {
        let i = &t.intake;
        Self {
            id: i.id.to_string(),
            kind: i.kind.as_str(),
            status: i.state.as_str(),
            received_at: i.received_at,
            duplicate: t.is_duplicate(),
            duplicate_of: i.duplicate_of.map(|d| d.to_string()),
            hash_sha256: i.hash.to_string(),
            accepted: i.accepted,
            rejected: i.rejected,
            incidents: t.landed.iter().map(LandedPart::from).collect(),
            errors: i.faults.iter().map(IntakeFault::from).collect(),
        }
    }
}
