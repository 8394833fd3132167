//! Makes bundles: written to a file nobody else sees, then taken over into the blob store, both as a stream. Nothing is
//! left behind if the program dies: the file has no name.

use crate::chunks::ChunkReader;
use bytes::Bytes;
use probatum_application::AppError;
use probatum_application::delivery::{BundleOrder, Bundles, Outgoing, Setback};
use probatum_application::ports::{Blobs, Clock, Signer};
use probatum_compliance_export::Sealed;
use probatum_compliance_export::{BundleError, BundleSummary, EvidenceRecord, write_bundle};
use probatum_kernel::EvidenceId;
use std::cell::RefCell;
use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::runtime::Handle;

/// Read from the file at a time when it is taken over, in bytes.
const PIECE: usize = 1024 * 1024;

/// The bundles of a registry, signed with its key.
pub struct BundleMaker {
    blobs: Arc<dyn Blobs>,
    signer: Arc<dyn Signer>,
    clock: Arc<dyn Clock>,
    folder: PathBuf,
}

impl BundleMaker {
    /// Bundles written below `folder`, which is created if need be, and kept in `blobs`.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn new(
        folder: &Path,
        blobs: Arc<dyn Blobs>,
        signer: Arc<dyn Signer>,
        clock: Arc<dyn Clock>,
    ) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        Ok(Self { blobs, signer, clock, folder: folder.to_owned() })
    }
}

impl Bundles for BundleMaker {
    fn make(&self, order: BundleOrder) -> Outgoing<'_, Sealed> {
        Box::pin(async move {
            let (blobs, signer) = (self.blobs.clone(), self.signer.clone());
            let (folder, runtime) = (self.folder.clone(), Handle::current());
            let written = tokio::task::spawn_blocking(move || {
                let key = signer.key().map_err(|e| unreadable("The signing key cannot be read", e))?;
                let file = tempfile::tempfile_in(folder)
                    .map_err(|e| Setback::passing("There is no room for the bundle", e.to_string()))?;
                write(file, &order, &key, blobs.as_ref(), &runtime)
            });
            let (file, summary) = written
                .await
                .map_err(|e| Setback::passing("The bundle was not finished", e.to_string()))??;
            self.keep(file, summary).await
        })
    }
}

impl BundleMaker {
    /// Takes the file over into the blob store.
    async fn keep(&self, file: File, summary: BundleSummary) -> Result<Sealed, Setback> {
        let not_kept = |e: AppError| unreadable("The bundle could not be kept", e);
        let mut upload = self.blobs.begin().await.map_err(not_kept)?;
        let mut file = Some(file);
        loop {
            let held = file.take();
            let read = tokio::task::spawn_blocking(move || next_piece(held)).await;
            let read = read.map_err(|e| e.to_string()).and_then(|read| read.map_err(|e| e.to_string()));
            let written = match read {
                Ok((_, None)) => break,
                Ok((rest, Some(piece))) => {
                    file = rest;
                    upload.write(piece).await.map_err(not_kept)
                }
                Err(cause) => Err(Setback::passing("The bundle could not be read back", cause)),
            };
            if let Err(e) = written {
                if let Err(left) = upload.abort().await {
                    tracing::warn!(
                        cause = left.cause.as_deref().unwrap_or_default(),
                        "an upload was not cleaned away"
                    );
                }
                return Err(e);
            }
        }
        let blob = upload.finish().await.map_err(not_kept)?;
        Ok(Sealed {
            storage_key: blob.key,
            size: blob.size,
            sha256: blob.hash,
            manifest_sha256: summary.manifest_sha256,
            key_id: summary.key_id,
            built_at: self.clock.now(),
        })
    }
}

/// The next piece of the file; `None` at its end.
fn next_piece(file: Option<File>) -> io::Result<(Option<File>, Option<Bytes>)> {
    let Some(file) = file else { return Ok((None, None)) };
    let mut piece = Vec::with_capacity(PIECE);
    let mut part = file.take(u64::try_from(PIECE).unwrap_or(u64::MAX));
    let n = part.read_to_end(&mut piece)?;
    Ok((Some(part.into_inner()), (n > 0).then(|| Bytes::from(piece))))
}

/// Writes the bundle and goes back to its beginning.
fn write(
    file: File,
    order: &BundleOrder,
    key: &probatum_compliance_export::SecretKey,
    blobs: &dyn Blobs,
    runtime: &Handle,
) -> Result<(File, BundleSummary), Setback> {
    // What went wrong with an item is known where it is opened; the writer only passes on that it did.
    let trouble: RefCell<Option<Setback>> = RefCell::new(None);
    let mut open = |record: &EvidenceRecord| match content(order, record, blobs, runtime) {
        Ok(content) => Ok(content),
        Err(setback) => {
            let e = io::Error::other(setback.cause.clone());
            *trouble.borrow_mut() = Some(setback);
            Err(e)
        }
    };
    let written = write_bundle(BufWriter::new(file), &order.report, key, &mut open, &mut |_| {});
    let (out, summary) = match (written, trouble.take()) {
        (Ok(done), _) => done,
        (Err(_), Some(setback)) => return Err(setback),
        (Err(e), None) => return Err(failed(&e)),
    };
    let again = |e: io::Error| Setback::passing("The bundle could not be written", e.to_string());
    let mut file = out.into_inner().map_err(|e| again(e.into_error()))?;
    file.seek(SeekFrom::Start(0)).map_err(again)?;
    Ok((file, summary))
}

/// The content of an item.
fn content(
    order: &BundleOrder,
    record: &EvidenceRecord,
    blobs: &dyn Blobs,
    runtime: &Handle,
) -> Result<Box<dyn Read>, Setback> {
    let place = order.contents.get(&record.id).cloned().ok_or_else(|| gone(record.id))?;
    let found = runtime.block_on(blobs.open(place));
    let found = found.map_err(|e| unreadable("The content of evidence cannot be read", e))?;
    let (_, chunks) = found.ok_or_else(|| gone(record.id))?;
    Ok(Box::new(ChunkReader::new(chunks, runtime.clone())))
}

fn gone(id: EvidenceId) -> Setback {
    let reason = "The content of an item of evidence is missing from the blob store; verify it";
    Setback { evidence: Some(id), ..Setback::for_good(reason, "no such blob") }
}

fn unreadable(reason: &str, e: AppError) -> Setback {
    Setback::passing(reason, e.cause.unwrap_or(e.detail))
}

fn failed(e: &BundleError) -> Setback {
    let cause = e.to_string();
    match e {
        BundleError::Io(_) => Setback::passing("The bundle could not be written", cause),
        BundleError::Mismatch(id) => {
            let reason = "The content of an item of evidence is not what its hash says; verify it";
            Setback { evidence: Some(*id), ..Setback::for_good(reason, cause) }
        }
        BundleError::TooLarge { path, limit } => {
            let reason = format!("The report is too large: {path} would have more than {limit} bytes");
            Setback::for_good(reason, cause)
        }
        _ => Setback::for_good("The bundle could not be made", cause),
    }
}
