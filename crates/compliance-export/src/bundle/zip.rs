//! Writing zip archives of one shape only: stored members, no dates, no comments. What has one shape can be
//! checked byte for byte, cannot expand when it is unpacked, and is the same for the same content.
//!
//! After APPNOTE 6.3.10; members and offsets beyond 4 GiB are written as zip64.

use std::io::{self, Read, Seek, SeekFrom, Write};

pub(super) const LOCAL: u32 = 0x0403_4b50;
pub(super) const CENTRAL: u32 = 0x0201_4b50;
pub(super) const END: u32 = 0x0605_4b50;
pub(super) const END64: u32 = 0x0606_4b50;
pub(super) const LOCATOR64: u32 = 0x0706_4b50;
/// Names are UTF-8.
pub(super) const FLAGS: u16 = 0x0800;
/// Stored as it is.
pub(super) const STORED: u16 = 0;
/// 1980-01-01, the earliest there is.
const DATE: u16 = 0x0021;
/// Written on Unix, after version 4.5 of the format.
const MADE_BY: u16 = 0x032d;
/// A regular file, readable by all.
const ATTRIBUTES: u32 = 0o100_644 << 16;
const FULL: u32 = u32::MAX;
/// Where in a local header the checksum stands.
const CRC_AT: u64 = 14;

/// Bytes written in the byte order of the format.
#[derive(Default)]
struct Bytes(Vec<u8>);

impl Bytes {
    fn u16(&mut self, n: u16) -> &mut Self {
        self.0.extend(n.to_le_bytes());
        self
    }
    fn u32(&mut self, n: u32) -> &mut Self {
        self.0.extend(n.to_le_bytes());
        self
    }
    fn u64(&mut self, n: u64) -> &mut Self {
        self.0.extend(n.to_le_bytes());
        self
    }
    fn text(&mut self, text: &[u8]) -> &mut Self {
        self.0.extend(text);
        self
    }
}

/// A member of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its name, as in the archive.
    pub name: Vec<u8>,
    /// The CRC-32 of its content.
    pub crc: u32,
    /// The length of its content.
    pub size: u64,
    /// Where its local header begins.
    pub offset: u64,
}

/// A number of 32 bits, or the mark that says it stands in the zip64 part.
fn short(n: u64) -> u32 {
    u32::try_from(n).unwrap_or(FULL)
}

fn is_long(n: u64) -> bool {
    short(n) == FULL
}

fn length(bytes: &[u8]) -> u16 {
    u16::try_from(bytes.len()).unwrap_or(u16::MAX)
}

impl Entry {
    /// The header in front of its content.
    pub fn local(&self) -> Vec<u8> {
        let mut extra = Bytes::default();
        if is_long(self.size) {
            extra.u16(1).u16(16).u64(self.size).u64(self.size);
        }
        let mut out = Bytes::default();
        out.u32(LOCAL).u16(if is_long(self.size) { 45 } else { 10 }).u16(FLAGS).u16(STORED).u16(0).u16(DATE);
        out.u32(self.crc).u32(short(self.size)).u32(short(self.size));
        out.u16(length(&self.name)).u16(length(&extra.0)).text(&self.name).text(&extra.0);
        out.0
    }

    /// Its record in the directory.
    pub fn central(&self) -> Vec<u8> {
        let mut long = Bytes::default();
        if is_long(self.size) {
            long.u64(self.size).u64(self.size);
        }
        if is_long(self.offset) {
            long.u64(self.offset);
        }
        let mut extra = Bytes::default();
        if !long.0.is_empty() {
            extra.u16(1).u16(length(&long.0)).text(&long.0);
        }
        let mut out = Bytes::default();
        out.u32(CENTRAL).u16(MADE_BY).u16(if extra.0.is_empty() { 10 } else { 45 });
        out.u16(FLAGS).u16(STORED).u16(0).u16(DATE);
        out.u32(self.crc).u32(short(self.size)).u32(short(self.size));
        out.u16(length(&self.name)).u16(length(&extra.0)).u16(0).u16(0).u16(0).u32(ATTRIBUTES);
        out.u32(short(self.offset)).text(&self.name).text(&extra.0);
        out.0
    }

    /// Where what follows it begins.
    pub fn end(&self) -> Option<u64> {
        let header = u64::try_from(self.local().len()).ok()?;
        self.offset.checked_add(header)?.checked_add(self.size)
    }
}

/// The end of an archive with so many members, whose directory has this size and begins there.
pub(super) fn tail(count: u64, size: u64, offset: u64) -> Vec<u8> {
    let mut out = Bytes::default();
    let many = count >= u64::from(u16::MAX);
    if many || is_long(size) || is_long(offset) {
        let at = offset.saturating_add(size);
        out.u32(END64).u64(44).u16(MADE_BY).u16(45).u32(0).u32(0).u64(count).u64(count).u64(size).u64(offset);
        out.u32(LOCATOR64).u32(0).u64(at).u32(1);
    }
    let few = u16::try_from(count).unwrap_or(u16::MAX);
    out.u32(END).u16(0).u16(0).u16(few).u16(few).u32(short(size)).u32(short(offset)).u16(0);
    out.0
}

/// Writes an archive.
pub(super) struct ZipWriter<W> {
    out: W,
    /// Where the archive begins in `out`.
    base: u64,
    at: u64,
    entries: Vec<Entry>,
}

/// What of a member's content went wrong.
#[derive(Debug, thiserror::Error)]
pub(super) enum MemberError {
    /// Reading or writing failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The content is not as long as was said.
    #[error("has not the {expected} bytes it should")]
    Length {
        /// What was said.
        expected: u64,
    },
}

impl<W: Write + Seek> ZipWriter<W> {
    pub fn new(mut out: W) -> io::Result<Self> {
        let base = out.stream_position()?;
        Ok(Self { out, base, at: 0, entries: Vec::new() })
    }

    /// Writes a member of exactly `size` bytes, handing every piece to `seen` on its way.
    pub fn member(
        &mut self,
        name: &str,
        size: u64,
        content: &mut dyn Read,
        seen: &mut dyn FnMut(&[u8]),
    ) -> Result<(), MemberError> {
        let mut entry = Entry { name: name.as_bytes().to_vec(), crc: 0, size, offset: self.at };
        self.write(&entry.local())?;
        let mut crc = crc32fast::Hasher::new();
        let mut left = size;
        let mut buffer = vec![0; 64 * 1024];
        while let Some(piece) = read_piece(content, &mut buffer)? {
            let length = u64::try_from(piece.len()).unwrap_or(u64::MAX);
            left = left.checked_sub(length).ok_or(MemberError::Length { expected: size })?;
            crc.update(piece);
            seen(piece);
            self.out.write_all(piece)?;
            self.at = self.at.saturating_add(length);
        }
        if left > 0 {
            return Err(MemberError::Length { expected: size });
        }
        entry.crc = crc.finalize();
        self.out.seek(SeekFrom::Start(self.base.saturating_add(entry.offset).saturating_add(CRC_AT)))?;
        self.out.write_all(&entry.crc.to_le_bytes())?;
        self.out.seek(SeekFrom::Start(self.base.saturating_add(self.at)))?;
        self.entries.push(entry);
        Ok(())
    }

    /// Writes the directory and gives back what was written to, flushed, with the length of the archive.
    pub fn finish(mut self) -> io::Result<(W, u64)> {
        let offset = self.at;
        for entry in std::mem::take(&mut self.entries) {
            self.write(&entry.central())?;
            self.entries.push(entry);
        }
        let count = u64::try_from(self.entries.len()).unwrap_or(u64::MAX);
        self.write(&tail(count, self.at - offset, offset))?;
        self.out.flush()?;
        Ok((self.out, self.at))
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.at = self.at.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        Ok(())
    }
}

/// The next piece of `from`, at most as long as `buffer`; `None` at its end.
pub(super) fn read_piece<'b>(from: &mut dyn Read, buffer: &'b mut [u8]) -> io::Result<Option<&'b [u8]>> {
    loop {
        match from.read(buffer) {
            Ok(0) => return Ok(None),
            Ok(n) => return Ok(buffer.get(..n)),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}
