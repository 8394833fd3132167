//! Checking a bundle from its bytes alone: archive, manifests, signature, every hash and every chain of custody.

mod whole;

use super::keys::PublicKey;
use super::layout::{self, Member};
use super::statement::Predicate;
use super::unzip::{list, show};
use super::zip::{Entry, read_piece};
use crate::report::{EvidenceRecord, pretty};
use probatum_evidence::{CustodyEntry, Sha256Hex, leaves, verify_item};
use probatum_kernel::EvidenceId;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::{self, Read, Seek, SeekFrom};

/// The most faults that are named; what has that many needs no more.
const MAX_FAULTS: usize = 1000;

/// Something wrong with a bundle.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, thiserror::Error)]
#[error("{}: {what}", place(path))]
pub struct BundleFault {
    /// The path of the member in the bag; empty for the archive as a whole.
    pub path: String,
    /// What is wrong with it, to be read after its name.
    pub what: String,
}

fn place(path: &str) -> &str {
    if path.is_empty() { "the archive" } else { path }
}

impl BundleFault {
    pub(super) fn new(path: impl Into<String>, what: impl Into<String>) -> Self {
        Self { path: path.into(), what: what.into() }
    }
}

/// How far the check is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress<'a> {
    /// Bytes read.
    pub done: u64,
    /// Bytes there are to read.
    pub total: u64,
    /// The member being read, as in the archive.
    pub path: &'a str,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// Nothing is wrong. Who signed is another question: see `trusted`.
    pub ok: bool,
    /// Everything that is wrong, at most 1000 faults.
    pub faults: Vec<BundleFault>,
    /// The signature was made by one of the keys given. Without keys given this is false, and a whole bundle
    /// only shows that nothing was changed since somebody signed it.
    pub trusted: bool,
    /// The key that signed, if its signature is valid.
    pub key_id: Option<String>,
    /// The public key of the bundle, if its signature is valid.
    pub public_key: Option<PublicKey>,
    /// What was signed, if the signature is valid.
    pub signed: Option<Predicate>,
    /// How many members the archive has.
    pub members: usize,
    /// How many items of evidence.
    pub evidence: usize,
    /// Bytes of all members.
    pub bytes: u64,
}

/// Checks the bundle `reader` holds, from its beginning to its end. `trusted` are the keys the sender is known
/// by; if some are given, a signature by another key is a fault. Memory stays small whatever the size is.
///
/// # Errors
/// Reading failed. Whatever is wrong with the bundle itself is in the answer.
pub fn verify<R: Read + Seek>(
    reader: &mut R,
    trusted: &[PublicKey],
    progress: &mut dyn FnMut(Progress<'_>),
) -> io::Result<Verification> {
    let (entries, faults) = list(reader)?;
    let mut check = Check { faults, ..Check::default() };
    check.folder =
        entries.first().map(|e| show(&e.name)).and_then(|name| folder_of(&name).map(str::to_owned));
    let total = entries.iter().map(|e| e.size).fold(0, u64::saturating_add);
    let mut done = 0;
    for entry in &entries {
        check.member(reader, entry, &mut |bytes, path| {
            done += bytes;
            progress(Progress { done, total, path });
        })?;
    }
    // Faults without members: what there is cannot be told. Neither: an archive of nothing, which lacks everything.
    if !entries.is_empty() || check.faults.is_empty() {
        check.finish(trusted);
    }
    Ok(check.result(entries.len(), total))
}

fn folder_of(name: &str) -> Option<&str> {
    name.split_once('/').map(|(folder, _)| folder).filter(|folder| layout::is_folder(folder))
}

/// What is kept of an item of evidence: little, for there may be thousands.
#[derive(Default)]
struct Item {
    has_metadata: bool,
    has_custody: bool,
    has_content: bool,
    /// Whether its metadata says that it has content.
    expects_content: bool,
    hash: Option<Sha256Hex>,
    custody_head: Option<Sha256Hex>,
}

#[derive(Default)]
struct Check {
    faults: Vec<BundleFault>,
    folder: Option<String>,
    /// Every member by its path in the bag, with its digest and length.
    digests: BTreeMap<String, (Sha256Hex, u64)>,
    /// The texts that are needed at the end.
    kept: BTreeMap<&'static str, Vec<u8>>,
    items: BTreeMap<EvidenceId, Item>,
    /// The item being read: its metadata comes first in a bundle, then its chain, then its content.
    current: Option<EvidenceRecord>,
    key: Option<(PublicKey, bool)>,
    signed: Option<Predicate>,
}

impl Check {
    fn fault(&mut self, path: &str, what: impl Into<String>) {
        if self.faults.len() < MAX_FAULTS {
            self.faults.push(BundleFault::new(path, what));
        }
    }

    /// Reads one member.
    fn member<R: Read + Seek>(
        &mut self,
        reader: &mut R,
        entry: &Entry,
        seen: &mut dyn FnMut(u64, &str),
    ) -> io::Result<()> {
        let name = show(&entry.name);
        let inside = self.folder.as_ref().and_then(|f| name.strip_prefix(f)?.strip_prefix('/'));
        let path = inside.unwrap_or(&name).to_owned();
        let member = Member::of(&path).filter(|_| inside.is_some());
        if member.is_none() {
            self.fault(&path, "is no part of a bundle");
        }
        let limit = member.and_then(Member::kept);
        let mut kept = limit.filter(|limit| entry.size <= *limit).map(|_| Vec::new());
        if limit.is_some() && kept.is_none() {
            self.fault(&path, "is larger than it may be");
        }
        let start = entry.end().and_then(|end| end.checked_sub(entry.size)).unwrap_or(0);
        reader.seek(SeekFrom::Start(start))?;
        let mut content = reader.take(entry.size);
        let (mut hash, mut crc) = (Sha256::new(), crc32fast::Hasher::new());
        let mut buffer = vec![0; 64 * 1024];
        while let Some(piece) = read_piece(&mut content, &mut buffer)? {
            hash.update(piece);
            crc.update(piece);
            kept.iter_mut().for_each(|kept| kept.extend_from_slice(piece));
            seen(u64::try_from(piece.len()).unwrap_or(0), &name);
        }
        if crc.finalize() != entry.crc {
            self.fault(&path, "is damaged: its checksum in the archive differs");
        }
        let digest = Sha256Hex::from_digest(hash.finalize().into());
        if let Some(member) = member {
            self.read_in(member, &path, kept, &digest, entry.size);
        }
        self.digests.insert(path, (digest, entry.size));
        Ok(())
    }

    /// Takes in what a member says.
    fn read_in(&mut self, member: Member, path: &str, text: Option<Vec<u8>>, digest: &Sha256Hex, size: u64) {
        match member {
            Member::Fixed(name) => {
                if let Some(text) = text {
                    self.kept.insert(name, text);
                }
            }
            Member::Metadata(id) => self.metadata(id, path, text),
            Member::Custody(id) => self.custody(id, path, text),
            Member::Content(id) => self.content(id, path, digest, size),
        }
    }

    fn metadata(&mut self, id: EvidenceId, path: &str, text: Option<Vec<u8>>) {
        let record: Option<EvidenceRecord> = text.and_then(|text| exact(&text));
        let record = record.filter(|record| record.id == id);
        let item = self.items.entry(id).or_default();
        item.has_metadata = true;
        item.expects_content = record.as_ref().is_some_and(|r| r.content.is_some());
        item.hash = record.as_ref().and_then(|r| r.hash_sha256.clone());
        match &record {
            None => self.fault(path, "does not describe this item as a bundle does"),
            Some(record) if !leaves(record.visibility) => {
                self.fault(path, "says that the item is internal, which never leaves");
            }
            Some(_) => {}
        }
        self.current = record;
    }

    fn custody(&mut self, id: EvidenceId, path: &str, text: Option<Vec<u8>>) {
        let chain: Option<Vec<CustodyEntry>> = text.and_then(|text| exact(&text));
        let item = self.items.entry(id).or_default();
        item.has_custody = true;
        let Some(chain) = chain else {
            return self.fault(path, "is no chain of custody as a bundle has it");
        };
        item.custody_head = chain.last().map(|entry| entry.entry_hash.clone());
        let Some(record) = self.current.as_ref().filter(|record| record.id == id) else {
            return self.fault(path, "does not follow sound metadata of its item");
        };
        if let Err(fault) = verify_item(&record.as_evidence(), &chain) {
            self.fault(path, format!("does not hold: {fault}"));
        }
    }

    fn content(&mut self, id: EvidenceId, path: &str, digest: &Sha256Hex, size: u64) {
        self.items.entry(id).or_default().has_content = true;
        let Some(record) = self.current.as_ref().filter(|record| record.id == id) else {
            return self.fault(path, "does not follow sound metadata of its item");
        };
        let known = record.hash_sha256.as_ref().is_some_and(|hash| hash.matches_content(digest));
        let length = record.content.as_ref().is_none_or(|content| content.size == size);
        if !length {
            self.fault(path, "has not the length its metadata says");
        }
        if !known {
            self.fault(path, format!("has the SHA-256 {digest}, which is not that of the evidence"));
        }
    }

    fn result(mut self, members: usize, bytes: u64) -> Verification {
        self.faults.sort();
        self.faults.dedup();
        Verification {
            ok: self.faults.is_empty() && self.key.is_some(),
            trusted: self.key.is_some_and(|(_, known)| known),
            key_id: self.key.map(|(key, _)| key.key_id()),
            public_key: self.key.map(|(key, _)| key),
            signed: self.signed,
            members,
            evidence: self.items.len(),
            bytes,
            faults: self.faults,
        }
    }
}

/// Reads JSON that is spelled as this crate spells it, so that nothing can stand in it unread.
fn exact<T: for<'de> Deserialize<'de> + Serialize>(text: &[u8]) -> Option<T> {
    serde_json::from_slice(text).ok().filter(|value| pretty(value) == text)
}
