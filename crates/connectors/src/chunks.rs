//! Content that comes piece by piece, read by code that blocks.

use bytes::{Buf, Bytes};
use futures_util::StreamExt;
use probatum_application::ports::Chunks;
use std::io::{self, Read};
use tokio::runtime::Handle;

/// A stream of content as a reader, for a thread that may block. It holds one piece at a time.
pub(crate) struct ChunkReader {
    chunks: Chunks,
    piece: Bytes,
    runtime: Handle,
}

impl ChunkReader {
    /// Reads `chunks`, which `runtime` drives. The reader itself MUST be used on a thread for blocking calls.
    pub(crate) fn new(chunks: Chunks, runtime: Handle) -> Self {
        Self { chunks, piece: Bytes::new(), runtime }
    }
}

impl Read for ChunkReader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            match self.runtime.block_on(self.chunks.next()) {
                None => return Ok(0),
                Some(Ok(piece)) => self.piece = piece,
                Some(Err(e)) => return Err(io::Error::other(e.cause.unwrap_or(e.detail))),
            }
        }
        let n = out.len().min(self.piece.len());
        let (to, _) = out.split_at_mut(n);
        self.piece.copy_to_slice(to);
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use probatum_application::AppError;

    fn read(pieces: Vec<Result<Bytes, AppError>>) -> io::Result<Vec<u8>> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let chunks: Chunks = futures_util::stream::iter(pieces).boxed();
        let mut reader = ChunkReader::new(chunks, runtime.handle().clone());
        let mut out = Vec::new();
        reader.read_to_end(&mut out).map(|_| out)
    }

    #[test]
    fn pieces_become_bytes_and_a_fault_is_one() {
        let of = |text: &'static str| Ok(Bytes::from_static(text.as_bytes()));
        assert_eq!(read(vec![of("ab"), of(""), of("c")]).unwrap(), b"abc");
        let e = read(vec![of("ab"), Err(AppError::unavailable("disk on fire"))]).unwrap_err();
        assert!(e.to_string().contains("disk on fire"));
    }
}
