//! Writing a bundle: member after member, in constant memory, the manifest and the signature last.

use super::dsse;
use super::keys::SecretKey;
use super::layout::{self, BAGIT_TEXT, Member, is_folder};
use super::statement::{Predicate, Statement};
use super::zip::{MemberError, ZipWriter};
use crate::report::{EvidenceRecord, PdfError, Released, Report, pretty};
use probatum_evidence::{CanonicalError, Sha256Hex};
use probatum_kernel::EvidenceId;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::{self, Read, Seek, Write};

/// Why there is no bundle. What was written so far is no bundle and has to be thrown away.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// Reading or writing failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The report could not be printed.
    #[error("the report could not be printed: {0}")]
    Pdf(#[from] PdfError),
    /// The id of the report cannot be the name of a folder.
    #[error("the report id must be 1 to 100 letters, digits, '-', '_' and '.', for example RPT-2026-0042-1")]
    Id,
    /// A member is larger than a bundle's may be.
    #[error("{path} would be larger than the {limit} bytes it may have")]
    TooLarge {
        /// Which.
        path: String,
        /// Bytes.
        limit: u64,
    },
    /// Evidence was given out of order, twice, or is none of the report's.
    #[error("the evidence {0} is not the next of the report")]
    Unexpected(EvidenceId),
    /// Content was given for an item without, or none for an item with it.
    #[error("the evidence {0} must come with its content if and only if the registry holds it")]
    Content(EvidenceId),
    /// The content is not what the registry has on record.
    #[error("the content of {0} is not what its hash and size say; verify the evidence first")]
    Mismatch(EvidenceId),
    /// Evidence of the report is not in the bundle.
    #[error("the evidence {0} of the report was not written")]
    Missing(EvidenceId),
    /// The statement could not be spelled.
    #[error("the statement could not be signed: {0}")]
    Canonical(#[from] CanonicalError),
}

/// The documents of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Documents {
    /// `README.txt`.
    pub readme: Vec<u8>,
    /// `incident.json`.
    pub incident: Vec<u8>,
    /// `report.json`.
    pub report_json: Vec<u8>,
    /// `report.html`.
    pub report_html: Vec<u8>,
    /// `report.pdf`.
    pub report_pdf: Vec<u8>,
    /// `timeline.json`.
    pub timeline: Vec<u8>,
}

impl Report {
    /// All its documents.
    ///
    /// # Errors
    /// The PDF could not be made.
    pub fn documents(&self) -> Result<Documents, PdfError> {
        Ok(Documents {
            readme: self.to_readme().into_bytes(),
            incident: pretty(&self.incident),
            report_json: self.to_json(),
            report_html: self.to_html().into_bytes(),
            report_pdf: self.to_pdf()?,
            timeline: pretty(&self.timeline),
        })
    }
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleSummary {
    /// The bundle's id.
    pub bundle_id: String,
    /// The key that signed it.
    pub key_id: String,
    /// The SHA-256 of `manifest-sha256.txt`: it names the content of the whole bundle.
    pub manifest_sha256: Sha256Hex,
    /// The length of the archive in bytes.
    pub size: u64,
}

/// Writes a bundle to `W`, which has to be able to go back: a checksum stands in front of the content it is
/// of. The archive has only what every program can read, and the same report, evidence and key give the same
/// bytes.
pub struct BundleWriter<'r, W> {
    zip: ZipWriter<W>,
    report: &'r Report,
    next: std::slice::Iter<'r, Released>,
    /// Paths under `data/` and their digests.
    payload: BTreeMap<String, Sha256Hex>,
    tags: BTreeMap<String, Sha256Hex>,
    payload_bytes: u64,
}

impl<'r, W: Write + Seek> BundleWriter<'r, W> {
    /// Begins the bundle of a report and writes its documents.
    ///
    /// # Errors
    /// See [`BundleError`].
    pub fn begin(out: W, report: &'r Report, documents: &Documents) -> Result<Self, BundleError> {
        if !is_folder(&report.report_id) {
            return Err(BundleError::Id);
        }
        let mut writer = Self {
            zip: ZipWriter::new(out)?,
            report,
            next: report.released.iter(),
            payload: BTreeMap::new(),
            tags: BTreeMap::new(),
            payload_bytes: 0,
        };
        writer.bytes(Member::Fixed(layout::BAGIT), BAGIT_TEXT.as_bytes())?;
        let documents = [
            (layout::README, &documents.readme),
            (layout::INCIDENT, &documents.incident),
            (layout::REPORT_JSON, &documents.report_json),
            (layout::REPORT_HTML, &documents.report_html),
            (layout::REPORT_PDF, &documents.report_pdf),
            (layout::TIMELINE, &documents.timeline),
        ];
        for (name, bytes) in documents {
            writer.bytes(Member::Fixed(name), bytes)?;
        }
        Ok(writer)
    }

    /// Writes the next item of the report, with its content if the registry holds it. Items come in the
    /// order of [`Report::evidence_ids`].
    ///
    /// # Errors
    /// See [`BundleError`]. The content is hashed on its way; one that is not what is on record is an error,
    /// not a bundle.
    pub fn evidence(&mut self, id: EvidenceId, content: Option<&mut dyn Read>) -> Result<(), BundleError> {
        let next = self.next.next().filter(|next| next.record.id == id);
        let Released { record, chain } = next.ok_or(BundleError::Unexpected(id))?;
        self.bytes(Member::Metadata(id), &pretty(record))?;
        self.bytes(Member::Custody(id), &pretty(chain))?;
        match (&record.content, content) {
            (None, None) => Ok(()),
            (Some(stored), Some(content)) => {
                let digest = match self.stream(Member::Content(id), stored.size, content) {
                    Err(MemberError::Length { .. }) => return Err(BundleError::Mismatch(id)),
                    Err(MemberError::Io(e)) => return Err(e.into()),
                    Ok(digest) => digest,
                };
                let known = record.hash_sha256.as_ref().is_some_and(|hash| hash.matches_content(&digest));
                if known { Ok(()) } else { Err(BundleError::Mismatch(id)) }
            }
            _ => Err(BundleError::Content(id)),
        }
    }

    /// Writes what closes the bundle, signs it, and gives back what was written to.
    ///
    /// # Errors
    /// See [`BundleError`].
    pub fn finish(mut self, key: &SecretKey) -> Result<(W, BundleSummary), BundleError> {
        if let Some(missing) = self.next.next() {
            return Err(BundleError::Missing(missing.record.id));
        }
        let info = self.bag_info();
        self.bytes(Member::Fixed(layout::BAG_INFO), info.as_bytes())?;
        let manifest = lines(&self.payload);
        let manifest_sha256 = self.bytes(Member::Fixed(layout::MANIFEST), manifest.as_bytes())?;
        let tags = lines(&self.tags);
        let tags = self.bytes(Member::Fixed(layout::TAG_MANIFEST), tags.as_bytes())?;
        let report = self.report;
        let predicate = Predicate {
            bundle_id: report.report_id.clone(),
            incident: report.incident_id().to_owned(),
            regime: report.regime,
            phase: report.requested_phase,
            created_at: report.created_at,
            organisation: report.organisation.clone(),
            checkpoint: report.checkpoint.clone(),
            public_key: key.public(),
        };
        let statement = Statement::new(predicate, manifest_sha256.clone(), tags);
        let envelope = dsse::seal(key, statement.payload()?.as_bytes());
        self.bytes(Member::Fixed(layout::SIGNATURE), envelope.as_bytes())?;
        let (out, size) = self.zip.finish()?;
        let bundle_id = report.report_id.clone();
        Ok((out, BundleSummary { bundle_id, key_id: key.public().key_id(), manifest_sha256, size }))
    }

    /// `bag-info.txt` (RFC 8493 §2.2.2).
    fn bag_info(&self) -> String {
        let organisation: String =
            self.report.organisation.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        format!(
            "Source-Organization: {organisation}\nExternal-Identifier: {}\nBagging-Date: {}\nPayload-Oxum: {}.{}\n",
            self.report.report_id,
            self.report.created_at.day(),
            self.payload_bytes,
            self.payload.len(),
        )
    }

    fn bytes(&mut self, member: Member, mut bytes: &[u8]) -> Result<Sha256Hex, BundleError> {
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if let Some(limit) = member.kept().filter(|limit| size > *limit) {
            return Err(BundleError::TooLarge { path: member.path(), limit });
        }
        self.stream(member, size, &mut bytes).map_err(|e| match e {
            MemberError::Io(e) => BundleError::Io(e),
            MemberError::Length { .. } => BundleError::Io(io::ErrorKind::UnexpectedEof.into()),
        })
    }

    fn stream(
        &mut self,
        member: Member,
        size: u64,
        content: &mut dyn Read,
    ) -> Result<Sha256Hex, MemberError> {
        let path = member.path();
        let mut hash = Sha256::new();
        let name = format!("{}/{path}", self.report.report_id);
        self.zip.member(&name, size, content, &mut |piece| hash.update(piece))?;
        let digest = Sha256Hex::from_digest(hash.finalize().into());
        if path.starts_with("data/") {
            self.payload_bytes = self.payload_bytes.saturating_add(size);
            self.payload.insert(path, digest.clone());
        } else {
            self.tags.insert(path, digest.clone());
        }
        Ok(digest)
    }
}

/// A manifest: digest, two spaces, path, in the order of the paths.
fn lines(digests: &BTreeMap<String, Sha256Hex>) -> String {
    digests.iter().map(|(path, digest)| format!("{digest}  {path}\n")).collect()
}

/// Writes the whole bundle of a report. `open` gives the content of an item the registry holds; `progress` is
/// told how many of the evidence's bytes are done, after every item.
///
/// # Errors
/// See [`BundleError`].
pub fn write_bundle<W: Write + Seek>(
    out: W,
    report: &Report,
    key: &SecretKey,
    open: &mut dyn FnMut(&EvidenceRecord) -> io::Result<Box<dyn Read>>,
    progress: &mut dyn FnMut(u64),
) -> Result<(W, BundleSummary), BundleError> {
    let mut writer = BundleWriter::begin(out, report, &report.documents()?)?;
    let mut done = 0u64;
    for released in &report.released {
        let record = &released.record;
        let mut content = match &record.content {
            Some(_) => Some(open(record)?),
            None => None,
        };
        match &mut content {
            Some(content) => writer.evidence(record.id, Some(content.as_mut()))?,
            None => writer.evidence(record.id, None)?,
        }
        done = done.saturating_add(record.content.as_ref().map_or(0, |c| c.size));
        progress(done);
    }
    writer.finish(key)
}
