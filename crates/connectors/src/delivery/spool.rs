//! The spool folder: a bundle lies there whole or not at all, and is never written over.

use crate::chunks::ChunkReader;
use probatum_application::delivery::{Handed, Parcel, Setback};
use probatum_application::ports::Chunks;
use sha2::{Digest, Sha256};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use tokio::runtime::Handle;

/// Copied at a time, in bytes.
const PIECE: usize = 256 * 1024;
/// The longest name of a target's folder.
const MAX_NAME: usize = 60;
/// What was begun and not finished for so long is of a program that died.
const ABANDONED: Duration = Duration::from_secs(24 * 60 * 60);

/// A folder with one folder for each target.
pub(super) struct Spool {
    folder: PathBuf,
}

impl Spool {
    pub(super) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// Puts the bundle there as `TARGET/RPT-….zip`.
    pub(super) async fn send(&self, parcel: Parcel, content: Chunks) -> Result<Handed, Setback> {
        let (folder, runtime) = (self.folder.join(name_of(&parcel.target)), Handle::current());
        let put = move || put(&folder, &parcel, &mut ChunkReader::new(content, runtime));
        let done = tokio::task::spawn_blocking(put).await;
        done.map_err(|e| Setback::passing("The bundle was not put into the spool folder", e.to_string()))?
    }
}

/// The name of a target's folder: what of its own name every file system takes.
fn name_of(target: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c.to_ascii_lowercase() } else { '-' };
    let name: String = target.chars().map(plain).take(MAX_NAME).collect();
    let name = name.trim_matches('-');
    if name.is_empty() { "other".to_owned() } else { name.to_owned() }
}

fn put(folder: &Path, parcel: &Parcel, content: &mut dyn Read) -> Result<Handed, Setback> {
    let name = format!("{}.zip", parcel.report_id);
    let place = folder.join(&name);
    let stopped = |e: io::Error| {
        Setback::passing("The spool folder cannot be written to", format!("{}: {e}", place.display()))
    };
    fs::create_dir_all(folder).map_err(stopped)?;
    let handed = Handed { reference: Some(name.clone()), submitted: false };
    let mut nonce = [0; 8];
    getrandom::fill(&mut nonce).map_err(|e| stopped(io::Error::other(e.to_string())))?;
    if place.exists() {
        return same(&place, parcel).map(|()| handed);
    }
    sweep(folder);
    let part = folder.join(format!(".{name}.{}.part", u64::from_ne_bytes(nonce)));
    let written = copy(&part, parcel, content).and_then(|()| publish(&part, &place).map_err(stopped));
    // Under its own name the file stays if there is one by now; under this one it is nobody's.
    let _ = fs::remove_file(&part);
    written?;
    sync_folder(folder).map_err(stopped)?;
    same(&place, parcel).map(|()| handed)
}

/// Writes the whole bundle to `part` and checks it on the way.
fn copy(part: &Path, parcel: &Parcel, content: &mut dyn Read) -> Result<(), Setback> {
    let stopped = |e: io::Error| {
        Setback::passing("The spool folder cannot be written to", format!("{}: {e}", part.display()))
    };
    let mut file = OpenOptions::new().write(true).create_new(true).open(part).map_err(stopped)?;
    let digest = hash_through(content, &mut |piece| file.write_all(piece)).map_err(stopped)?;
    if digest != parcel.bundle.sha256.digest() {
        return Err(Setback::for_good("The bundle is no longer as it was made", "another SHA-256"));
    }
    file.sync_all().map_err(stopped)
}

/// Gives the file its name, unless something has it.
fn publish(part: &Path, place: &Path) -> io::Result<()> {
    match fs::hard_link(part, place) {
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        // A file system without hard links; whoever holds the claim is the only one to come here.
        Err(_) if !place.exists() => fs::rename(part, place),
        done => done,
    }
}

/// Whether what has the bundle's name is the bundle: then it was put there before.
fn same(place: &Path, parcel: &Parcel) -> Result<(), Setback> {
    let unread = |e: io::Error| {
        Setback::passing("The spool folder cannot be read", format!("{}: {e}", place.display()))
    };
    let mut file = File::open(place).map_err(unread)?;
    if hash_through(&mut file, &mut |_| Ok(())).map_err(unread)? == parcel.bundle.sha256.digest() {
        return Ok(());
    }
    let reason = "Another file has the name of the bundle in the spool folder; nothing was written over";
    Err(Setback::for_good(reason, place.display().to_string()))
}

fn hash_through(
    from: &mut dyn Read,
    each: &mut dyn FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<Option<[u8; 32]>> {
    let (mut hasher, mut piece) = (Sha256::new(), vec![0; PIECE]);
    loop {
        let n = from.read(&mut piece)?;
        let Some(read) = piece.get(..n).filter(|read| !read.is_empty()) else {
            return Ok(Some(hasher.finalize().into()));
        };
        hasher.update(read);
        each(read)?;
    }
}

/// The name is durable only once the folder is.
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Removes what programs that died left behind; whatever fails here is tried again with the next bundle.
fn sweep(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let ours = name.to_str().is_some_and(|n| n.starts_with(".RPT-") && n.ends_with(".part"));
        let age = entry.metadata().and_then(|m| m.modified()).ok();
        let old =
            age.and_then(|at| SystemTime::now().duration_since(at).ok()).is_some_and(|age| age > ABANDONED);
        if ours && old {
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_no_path() {
        let table = [
            ("csirt_nask", "csirt_nask"),
            ("CSIRT NASK", "csirt-nask"),
            ("../../etc/passwd", "etc-passwd"),
            ("..", "other"),
            ("Urząd", "urz-d"),
            ("ŻÓŁW", "w"),
        ];
        for (target, name) in table {
            assert_eq!(name_of(target), name, "{target}");
        }
        assert_eq!(name_of(&"x".repeat(200)).len(), MAX_NAME);
    }
}
