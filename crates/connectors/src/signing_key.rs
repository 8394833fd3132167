//! The registry's signing key in a file outside of the database, shared by replicas; made at the first start, replaced by
//! rotation, and never readable by others.

use probatum_application::AppError;
use probatum_application::ports::{Answered, Signer};
use probatum_compliance_export::{KeyError, SecretKey, SigningKeys};
use probatum_kernel::Timestamp;
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

/// The most bytes of the file: some thousand retired keys.
const MAX_FILE: u64 = 1024 * 1024;

/// What the file holds: one object, so that the key and the list of public keys are replaced at once.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    /// The key that signs, PKCS #8 in PEM.
    private_key: String,
    /// Its public key, and those of the keys before.
    keys: SigningKeys,
}

/// The signing key in its file. It is read anew for each use: a rotation by another process counts at once.
#[derive(Debug, Clone)]
pub struct SigningKeyFile {
    path: PathBuf,
}

impl SigningKeyFile {
    /// The key in the file; makes it from `seed` (32 random bytes) if there is none. Of several processes that make it at
    /// the same time, one wins and the others read its key. Says whether it was made.
    pub fn open_or_create(path: &Path, seed: &[u8; 32], now: Timestamp) -> Answered<(Self, bool)> {
        let file = Self { path: path.to_owned() };
        if file.read()?.is_some() {
            return Ok((file, false));
        }
        let key = SecretKey::from_seed(seed);
        let made = file.create(&key, &SigningKeys::begin(key.public(), now))?;
        file.open()?;
        Ok((file, made))
    }

    /// The key in the file, which has to be there.
    pub fn existing(path: &Path) -> Answered<Self> {
        let file = Self { path: path.to_owned() };
        file.open()?;
        Ok(file)
    }

    /// Has a new key, made from `seed`, sign from `now` on; the one before stays in the list. Rotations wait for each
    /// other; readers see the file before or after.
    pub fn rotate(&self, seed: &[u8; 32], now: Timestamp) -> Answered<SigningKeys> {
        let lock = self.path.with_extension("lock");
        let held = options().write(true).create(true).truncate(false).open(&lock);
        let held = held.map_err(|e| self.failed(&e))?;
        held.lock().map_err(|e| self.failed(&e))?;
        let key = SecretKey::from_seed(seed);
        let keys = self.open()?.1.rotated(key.public(), now).map_err(|e| self.refused(e))?;
        let new = self.beside(&key, &keys)?;
        std::fs::rename(&new, &self.path).map_err(|e| self.failed(&e))?;
        self.sync_folder()?;
        Ok(keys)
    }

    /// Whether others than the owner may read the file. `false` where the system has no such notion.
    pub fn is_exposed(&self) -> bool {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::metadata(&self.path).is_ok_and(|m| m.permissions().mode() & 0o077 != 0)
        }
        #[cfg(not(unix))]
        false
    }

    /// Puts the file in its place unless there is one; says whether it did.
    fn create(&self, key: &SecretKey, keys: &SigningKeys) -> Answered<bool> {
        let new = self.beside(key, keys)?;
        // A link, unlike a renaming, never takes the place of a file that is there.
        let linked = std::fs::hard_link(&new, &self.path);
        let _ = std::fs::remove_file(&new);
        match linked {
            Ok(()) => self.sync_folder().map(|()| true),
            Err(e) if e.kind() == ErrorKind::AlreadyExists => Ok(false),
            Err(e) => Err(self.failed(&e)),
        }
    }

    /// Writes a whole file beside the one that counts, durably, for the owner alone.
    fn beside(&self, key: &SecretKey, keys: &SigningKeys) -> Answered<PathBuf> {
        if let Some(folder) = self.folder() {
            std::fs::create_dir_all(folder).map_err(|e| self.failed(&e))?;
        }
        let new = self.path.with_extension(format!("{}.new", keys.active.key_id));
        let kept = Kept { private_key: key.to_pem(), keys: keys.clone() };
        let mut text =
            serde_json::to_vec_pretty(&kept).map_err(|_| AppError::internal("the key has no JSON"))?;
        text.push(b'\n');
        let mut file = options().write(true).create_new(true).open(&new).map_err(|e| self.failed(&e))?;
        file.write_all(&text).and_then(|()| file.sync_all()).map_err(|e| self.failed(&e))?;
        Ok(new)
    }

    /// The folder of the file, if it is not the current one.
    fn folder(&self) -> Option<&Path> {
        self.path.parent().filter(|folder| !folder.as_os_str().is_empty())
    }

    fn sync_folder(&self) -> Answered<()> {
        // A folder can be synced where it can be opened, which not every system allows.
        match File::open(self.folder().unwrap_or(Path::new("."))) {
            Ok(folder) => folder.sync_all().or(Ok(())),
            Err(_) => Ok(()),
        }
    }

    /// Key and list; `None` if there is no file.
    fn read(&self) -> Answered<Option<(SecretKey, SigningKeys)>> {
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(self.failed(&e)),
        };
        let mut text = Vec::new();
        file.take(MAX_FILE).read_to_end(&mut text).map_err(|e| self.failed(&e))?;
        // What the parser says might quote the key.
        let kept: Kept = serde_json::from_slice(&text)
            .map_err(|_| self.failed(&"is no file of this program: it has to hold private_key and keys"))?;
        let key = SecretKey::from_pem(&kept.private_key).map_err(|e| self.refused(e))?;
        kept.keys.check().map_err(|e| self.refused(e))?;
        if key.public() != kept.keys.active.public_key {
            return Err(self.failed(&"the private key is not that of the active public key"));
        }
        Ok(Some((key, kept.keys)))
    }

    fn open(&self) -> Answered<(SecretKey, SigningKeys)> {
        self.read()?.ok_or_else(|| self.failed(&"no such file"))
    }

    fn failed(&self, why: &dyn std::fmt::Display) -> AppError {
        AppError::unavailable(format!("signing key {}: {why}", self.path.display()))
    }

    fn refused(&self, e: KeyError) -> AppError {
        self.failed(&e)
    }
}

/// Files nobody else may read, from the moment they exist.
fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options
}

impl Signer for SigningKeyFile {
    fn key(&self) -> Answered<SecretKey> {
        Ok(self.open()?.0)
    }

    fn keys(&self) -> Answered<SigningKeys> {
        Ok(self.open()?.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64) -> Timestamp {
        Timestamp::EPOCH.plus_hours(hour)
    }

    #[test]
    fn the_first_start_makes_the_key_and_the_next_ones_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/signing-key.json");
        let (first, made) = SigningKeyFile::open_or_create(&path, &[1; 32], at(0)).unwrap();
        assert!(made && !first.is_exposed());
        let (second, made) = SigningKeyFile::open_or_create(&path, &[2; 32], at(1)).unwrap();
        assert!(!made);
        assert_eq!(second.keys().unwrap(), first.keys().unwrap());
        assert_eq!(second.key().unwrap().public(), SecretKey::from_seed(&[1; 32]).public());
        // Nothing is left of the making.
        let files: Vec<_> = std::fs::read_dir(path.parent().unwrap()).unwrap().collect();
        assert_eq!(files.len(), 1);
    }

    #[test]
    fn many_at_once_agree_on_one_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("signing-key.json");
        let start = |n: u8| {
            let path = path.clone();
            std::thread::spawn(move || {
                let (file, made) = SigningKeyFile::open_or_create(&path, &[n; 32], at(0)).unwrap();
                (made, file.keys().unwrap().active.key_id)
            })
        };
        let started: Vec<_> = (1..=16).map(start).collect();
        let all: Vec<_> = started.into_iter().map(|t| t.join().unwrap()).collect();
        assert_eq!(all.iter().filter(|(made, _)| *made).count(), 1);
        assert!(all.iter().all(|(_, id)| *id == all[0].1), "{all:?}");
    }

    #[test]
    fn a_rotation_keeps_the_keys_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("signing-key.json");
        let (file, _) = SigningKeyFile::open_or_create(&path, &[1; 32], at(0)).unwrap();
        let other = SigningKeyFile::existing(&path).unwrap();
        let keys = file.rotate(&[2; 32], at(1)).unwrap();
        assert_eq!(other.keys().unwrap(), keys, "another process has it at once");
        assert_eq!(other.key().unwrap().public().key_id(), keys.active.key_id);
        assert_eq!(keys.retired[0].retired_at, Some(at(1)));
        assert!(file.rotate(&[2; 32], at(2)).is_err(), "no key signs twice");
        assert!(!file.is_exposed());
    }

    #[test]
    fn a_broken_file_is_named_and_its_content_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("signing-key.json");
        assert!(SigningKeyFile::existing(&path).unwrap_err().cause.unwrap().contains("no such file"));
        let (file, _) = SigningKeyFile::open_or_create(&path, &[1; 32], at(0)).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let id = file.keys().unwrap().active.key_id;
        let broken =
            ["{}".to_owned(), text.replace(&id, "0000000000000000"), text.replace("BEGIN PRIVATE", "BEGIN")];
        for bad in broken {
            std::fs::write(&path, &bad).unwrap();
            let cause = file.keys().unwrap_err().cause.unwrap();
            assert!(cause.contains("signing-key.json") && !cause.contains("MC4CAQ"), "{cause}");
            // A broken key is never replaced by a new one: what the old one signed would stand without it.
            assert!(SigningKeyFile::open_or_create(&path, &[3; 32], at(1)).is_err());
            assert_eq!(std::fs::read_to_string(&path).unwrap(), bad);
        }
    }
}
