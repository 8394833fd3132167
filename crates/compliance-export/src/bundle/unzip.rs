//! Reading the archives [`zip`](super::zip) writes, and no others: every byte outside of the members' content
//! has to be the one byte it can be.
//!
//! So nothing hides between members, nothing expands, and no name leads out of the folder. What other
//! programs would do with an odd archive does not matter, because odd archives are refused.

use super::verify::BundleFault;
use super::zip::{CENTRAL, END, END64, Entry, FLAGS, LOCATOR64, STORED, tail};
use std::collections::BTreeSet;
use std::io::{self, Read, Seek, SeekFrom};

/// The most members: a thousand items of evidence have three each.
pub(super) const MAX_MEMBERS: u64 = 10_000;
/// The most bytes of the directory.
const MAX_DIRECTORY: u64 = 16 * 1024 * 1024;
/// The most bytes of a name.
const MAX_NAME: usize = 255;
const END_LENGTH: u64 = 22;
const END64_LENGTH: u64 = 56 + 20;

/// Reads bytes in the byte order of the format; `None` where they end.
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(taken)
    }
    fn u16(&mut self) -> Option<u16> {
        self.take(2)?.try_into().ok().map(u16::from_le_bytes)
    }
    fn u32(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_le_bytes)
    }
    fn u64(&mut self) -> Option<u64> {
        self.take(8)?.try_into().ok().map(u64::from_le_bytes)
    }
}

/// The members of the archive `reader` holds from its beginning to its end, in order, and everything that is
/// wrong with their names and headers. No members if the archive cannot be relied on at all.
///
/// # Errors
/// Reading failed.
pub(super) fn list<R: Read + Seek>(reader: &mut R) -> io::Result<(Vec<Entry>, Vec<BundleFault>)> {
    let mut faults = Vec::new();
    let archive = |what: &str| Ok((Vec::new(), vec![BundleFault::new("", what)]));
    let length = reader.seek(SeekFrom::End(0))?;
    let Some((count, size, offset)) = end(reader, length)? else {
        return archive("is no zip archive as Probatum writes it, or was cut off or added to at its end");
    };
    if count > MAX_MEMBERS || size > MAX_DIRECTORY {
        return archive("has more members than a bundle can");
    }
    let directory = read_at(reader, offset, size)?;
    let Some(entries) = directory_entries(&directory, count, &mut faults) else {
        faults.push(BundleFault::new("", "has a directory that cannot be read"));
        return Ok((Vec::new(), faults));
    };
    check_names(&entries, &mut faults);
    let mut next = Some(0);
    for entry in &entries {
        if next != Some(entry.offset) {
            let what = "overlaps another member, or hides something in front of it";
            faults.push(BundleFault::new(show(&entry.name), what));
            return Ok((Vec::new(), faults));
        }
        next = entry.end();
    }
    if next != Some(offset) {
        faults.push(BundleFault::new("", "hides something between its members and its directory"));
        return Ok((Vec::new(), faults));
    }
    for entry in &entries {
        let expected = entry.local();
        let found = read_at(reader, entry.offset, u64::try_from(expected.len()).unwrap_or(0))?;
        if found != expected {
            let what = "has a header that does not say what the directory says";
            faults.push(BundleFault::new(show(&entry.name), what));
        }
    }
    Ok((entries, faults))
}

/// The number of members, the size of the directory and where it begins.
fn end<R: Read + Seek>(reader: &mut R, length: u64) -> io::Result<Option<(u64, u64, u64)>> {
    let Some(at) = length.checked_sub(END_LENGTH) else { return Ok(None) };
    let last = read_at(reader, at, END_LENGTH)?;
    let long = match at.checked_sub(END64_LENGTH) {
        Some(at) => read_at(reader, at, END64_LENGTH)?,
        None => Vec::new(),
    };
    let Some((count, size, offset)) = end64(&long).or_else(|| end32(&last)) else { return Ok(None) };
    let expected = tail(count, size, offset);
    let whole = u64::try_from(expected.len()).ok().and_then(|n| offset.checked_add(size)?.checked_add(n));
    let found = [long, last].concat();
    Ok((whole == Some(length) && found.ends_with(&expected)).then_some((count, size, offset)))
}

fn end32(bytes: &[u8]) -> Option<(u64, u64, u64)> {
    let mut at = Cursor(bytes);
    (at.u32()? == END).then_some(())?;
    at.take(6)?;
    Some((at.u16()?.into(), at.u32()?.into(), at.u32()?.into()))
}

fn end64(bytes: &[u8]) -> Option<(u64, u64, u64)> {
    let mut at = Cursor(bytes);
    (at.u32()? == END64).then_some(())?;
    at.take(28)?;
    let found = (at.u64()?, at.u64()?, at.u64()?);
    (at.u32()? == LOCATOR64).then_some(found)
}

fn directory_entries(bytes: &[u8], count: u64, faults: &mut Vec<BundleFault>) -> Option<Vec<Entry>> {
    let mut at = Cursor(bytes);
    let mut entries = Vec::new();
    for _ in 0..count {
        entries.push(directory_entry(&mut at, faults)?);
    }
    at.0.is_empty().then_some(entries)
}

fn directory_entry(at: &mut Cursor<'_>, faults: &mut Vec<BundleFault>) -> Option<Entry> {
    let begin = at.0;
    (at.u32()? == CENTRAL).then_some(())?;
    at.take(4)?;
    let (flags, method) = (at.u16()?, at.u16()?);
    at.take(4)?;
    let crc = at.u32()?;
    at.take(4)?;
    let size = at.u32()?;
    let (name, extra, comment) = (at.u16()?, at.u16()?, at.u16()?);
    at.take(4)?;
    let attributes = at.u32()?;
    let offset = at.u32()?;
    let name = at.take(name.into())?.to_vec();
    let mut extra = Cursor(at.take(extra.into())?);
    at.take(comment.into())?;
    // The zip64 part has what does not fit, in this order.
    extra.take(4);
    let mut long = |short: u32| if short == u32::MAX { extra.u64() } else { Some(short.into()) };
    let size = long(size)?;
    // The compressed size is the same; if not, the record differs from what is expected below.
    if size >= u64::from(u32::MAX) {
        long(u32::MAX);
    }
    let entry = Entry { name, crc, size, offset: long(offset)? };
    let length = begin.len() - at.0.len();
    if begin.get(..length) != Some(entry.central().as_slice()) {
        faults.push(BundleFault::new(show(&entry.name), oddity(flags, method, attributes)));
    }
    Some(entry)
}

/// What is odd about a record, in the order of how dangerous it is.
fn oddity(flags: u16, method: u16, attributes: u32) -> &'static str {
    const TYPE: u32 = 0o170_000;
    const LINK: u32 = 0o120_000;
    if (attributes >> 16) & TYPE == LINK {
        "is a symbolic link"
    } else if method != STORED {
        "is compressed; the members of a bundle are stored as they are"
    } else if flags & 1 != 0 {
        "is encrypted"
    } else if flags != FLAGS {
        "has flags no member of a bundle has"
    } else {
        "has a directory record no member of a bundle has"
    }
}

fn check_names(entries: &[Entry], faults: &mut Vec<BundleFault>) {
    let mut seen = BTreeSet::new();
    for entry in entries {
        if let Some(what) = bad_name(&entry.name) {
            faults.push(BundleFault::new(show(&entry.name), what));
        }
        // Some systems do not tell capitals apart.
        if !seen.insert(entry.name.to_ascii_lowercase()) {
            faults.push(BundleFault::new(show(&entry.name), "is there twice"));
        }
    }
}

fn bad_name(name: &[u8]) -> Option<&'static str> {
    let Some(text) = std::str::from_utf8(name).ok().filter(|t| t.bytes().all(|b| b.is_ascii_graphic()))
    else {
        return Some("has a name with characters no member of a bundle has");
    };
    if name.is_empty() || name.len() > MAX_NAME {
        Some("has no name, or one that is too long")
    } else if text.starts_with('/') || text.contains(['\\', ':']) {
        Some("has an absolute path, or one of another system")
    } else if text.ends_with('/') {
        Some("is a folder; a bundle has files only")
    } else if text.split('/').any(|part| part == "..") {
        Some("leads out of its folder")
    } else if text.split('/').any(|part| part.is_empty() || part == ".") {
        Some("has a path that is not plain")
    } else {
        None
    }
}

/// A name as it may be shown at a terminal.
pub(super) fn show(name: &[u8]) -> String {
    let text = String::from_utf8_lossy(name);
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).take(MAX_NAME).collect()
}

fn read_at<R: Read + Seek>(reader: &mut R, at: u64, length: u64) -> io::Result<Vec<u8>> {
    reader.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::new();
    reader.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}
