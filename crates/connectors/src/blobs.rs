//! Evidence content in an object store: a folder by default, streamed both ways in constant memory.

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, WriteMultipart};
use probatum_application::AppError;
use probatum_application::ports::{Answered, Blob, Blobs, Chunks, Later, Upload};
use probatum_evidence::Sha256Hex;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Pieces written at once: with two of them under way, an upload holds at most 15 MiB.
const PART: usize = 5 * 1024 * 1024;
/// Parts under way at a time.
const PARTS: usize = 2;

/// The blob store over any `object_store`.
#[derive(Clone)]
pub struct BlobStore {
    store: Arc<dyn ObjectStore>,
}

impl BlobStore {
    /// Content in files below `folder`, which is created if need be. Files are synced to disk before they count.
    pub fn folder(folder: &std::path::Path) -> Answered<Self> {
        let fault = |e: &dyn std::fmt::Display| AppError::unavailable(format!("{}: {e}", folder.display()));
        std::fs::create_dir_all(folder).map_err(|e| fault(&e))?;
        let local = LocalFileSystem::new_with_prefix(folder).map_err(|e| fault(&e))?;
        Ok(Self { store: Arc::new(local.with_fsync(true)) })
    }
}

fn failed(e: object_store::Error) -> AppError {
    AppError::unavailable(format!("blob store: {e}"))
}

impl Blobs for BlobStore {
    fn begin(&self) -> Later<'_, Box<dyn Upload>> {
        Box::pin(async move {
            let key = format!("evidence/{}", uuid::Uuid::new_v4().simple());
            let upload = self.store.put_multipart(&Path::from(key.as_str())).await.map_err(failed)?;
            let writer = WriteMultipart::new_with_chunk_size(upload, PART);
            let begun: Box<dyn Upload> = Box::new(Writing { writer, key, size: 0, hasher: Sha256::new() });
            Ok(begun)
        })
    }

    fn open(&self, key: String) -> Later<'_, Option<(u64, Chunks)>> {
        Box::pin(async move {
            let found = match self.store.get(&Path::from(key)).await {
                Ok(found) => found,
                Err(object_store::Error::NotFound { .. }) => return Ok(None),
                Err(e) => return Err(failed(e)),
            };
            let size = found.meta.size;
            let chunks: Chunks = found.into_stream().map_err(failed).boxed();
            Ok(Some((size, chunks)))
        })
    }

    fn delete(&self, key: String) -> Later<'_, ()> {
        Box::pin(async move {
            match self.store.delete(&Path::from(key)).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
                Err(e) => Err(failed(e)),
            }
        })
    }
}

struct Writing {
    writer: WriteMultipart,
    key: String,
    size: u64,
    hasher: Sha256,
}

impl Upload for Writing {
    fn write(&mut self, chunk: Bytes) -> Later<'_, ()> {
        Box::pin(async move {
            self.writer.wait_for_capacity(PARTS).await.map_err(failed)?;
            self.size = self.size.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
            self.hasher.update(&chunk);
            self.writer.write(&chunk);
            Ok(())
        })
    }

    fn finish(self: Box<Self>) -> Later<'static, Blob> {
        Box::pin(async move {
            let Self { writer, key, size, hasher } = *self;
            writer.finish().await.map_err(failed)?;
            Ok(Blob { key, size, hash: Sha256Hex::from_digest(hasher.finalize().into()) })
        })
    }

    fn abort(self: Box<Self>) -> Later<'static, ()> {
        Box::pin(async move { self.writer.abort().await.map_err(failed) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(store: &BlobStore, key: &str) -> Option<Vec<u8>> {
        let (_, chunks) = store.open(key.to_owned()).await.unwrap()?;
        Some(chunks.try_collect::<Vec<_>>().await.unwrap().concat())
    }

    fn files(folder: &std::path::Path) -> usize {
        let Ok(entries) = std::fs::read_dir(folder) else { return 1 };
        entries.map(|e| files(&e.unwrap().path())).sum()
    }

    #[tokio::test]
    async fn what_was_finished_comes_back_and_what_was_given_up_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let store = BlobStore::folder(folder.path()).unwrap();
        let mut upload = store.begin().await.unwrap();
        for chunk in [vec![1u8; 6_000_000], vec![2u8; 10]] {
            upload.write(Bytes::from(chunk)).await.unwrap();
        }
        let blob = upload.finish().await.unwrap();
        let content = read(&store, &blob.key).await.unwrap();
        assert_eq!((content.len(), blob.size), (6_000_010, 6_000_010));
        assert_eq!(Sha256Hex::of(&content), blob.hash);

        let mut given_up = store.begin().await.unwrap();
        given_up.write(Bytes::from_static(b"x")).await.unwrap();
        given_up.abort().await.unwrap();
        assert_eq!(files(folder.path()), 1, "only the finished one is kept");

        store.delete(blob.key.clone()).await.unwrap();
        store.delete(blob.key.clone()).await.unwrap();
        assert_eq!(read(&store, &blob.key).await, None);
    }
}
