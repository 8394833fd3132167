//! Signed heads of a log: checkpoints as C2SP's tlog-checkpoint has them, signed as its signed-note says. The tools of
//! transparency logs read them.

use super::keys::{PublicKey, SecretKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// The most bytes of a note.
const MAX_NOTE: usize = 16 * 1024;
/// The algorithm byte of Ed25519 in signed-note.
const ED25519: u8 = 1;

/// What a checkpoint says: which log, how many entries, and the root of the tree over them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogHead {
    /// The name of the log, which is the name of its key as well: no spaces, no `+`.
    pub origin: String,
    /// How many entries.
    pub tree_size: u64,
    /// The root (RFC 9162 §2.1.1).
    pub root: [u8; 32],
}

/// A head with a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedHead {
    /// The whole note.
    pub note: String,
    /// The Ed25519 signature over its text, in base64.
    pub signature: String,
    /// The id of the key.
    pub key_id: String,
}

/// Why a note was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Not the shape of a checkpoint.
    #[error(
        "is no signed checkpoint (C2SP tlog-checkpoint): a name, a size and a root, one to a line, and signatures"
    )]
    Shape,
    /// No signature of a key that was given.
    #[error("is signed by none of the keys, or was changed after it was signed")]
    Unsigned,
}

impl LogHead {
    /// The text that is signed.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.tree_size, STANDARD.encode(self.root))
    }

    /// Signs it.
    pub fn sign(&self, key: &SecretKey) -> SignedHead {
        let (text, public) = (self.text(), key.public());
        let signature = key.sign(text.as_bytes());
        let named = [key_hash(&self.origin, &public).as_slice(), &signature].concat();
        SignedHead {
            note: format!("{text}\n\u{2014} {} {}\n", self.origin, STANDARD.encode(named)),
            signature: STANDARD.encode(signature),
            key_id: public.key_id(),
        }
    }

    /// Reads a note that one of `keys` signed, and says which.
    ///
    /// # Errors
    /// It is no checkpoint, or none of the keys signed it.
    pub fn open(note: &str, keys: &[PublicKey]) -> Result<(Self, PublicKey), NoteError> {
        if note.len() > MAX_NOTE {
            return Err(NoteError::Shape);
        }
        let split = note.rfind("\n\n").ok_or(NoteError::Shape)?;
        let (text, signatures) = note.split_at_checked(split.saturating_add(1)).ok_or(NoteError::Shape)?;
        let mut lines = text.split('\n');
        let origin = lines.next().filter(|o| is_name(o)).ok_or(NoteError::Shape)?;
        let size = lines.next().and_then(|s| s.parse::<u64>().ok().filter(|n| n.to_string() == s));
        let root = lines.next().and_then(|r| STANDARD.decode(r).ok()).and_then(|r| r.try_into().ok());
        let head = Self {
            origin: origin.to_owned(),
            tree_size: size.ok_or(NoteError::Shape)?,
            root: root.ok_or(NoteError::Shape)?,
        };
        let made: Vec<Vec<u8>> = signatures
            .lines()
            .filter_map(|line| line.strip_prefix("\u{2014} ")?.strip_prefix(origin)?.strip_prefix(' '))
            .filter_map(|encoded| STANDARD.decode(encoded).ok())
            .collect();
        let signed = |key: &&PublicKey| {
            let prefix = key_hash(origin, key);
            made.iter().any(|m| m.strip_prefix(&prefix).is_some_and(|s| key.verifies(text.as_bytes(), s)))
        };
        let key = keys.iter().find(signed).ok_or(NoteError::Unsigned)?;
        Ok((head, *key))
    }
}

impl PublicKey {
    /// The key as verifiers of notes take it: name, key hash, and key, joined by `+` (C2SP signed-note).
    pub fn to_note_verifier(&self, name: &str) -> String {
        let encoded = STANDARD.encode([[ED25519].as_slice(), &self.bytes()].concat());
        format!("{name}+{}+{encoded}", hex::encode(key_hash(name, self)))
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains('+') && !name.chars().any(char::is_whitespace)
}

/// The first four bytes of SHA-256 over the name, a line feed, the algorithm and the key.
fn key_hash(name: &str, key: &PublicKey) -> [u8; 4] {
    let mut hasher = Sha256::new();
    hasher.update(name.as_bytes());
    hasher.update([b'\n', ED25519]);
    hasher.update(key.bytes());
    let mut first = [0; 4];
    for (to, from) in first.iter_mut().zip(hasher.finalize()) {
        *to = from;
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_back_by_its_key_and_by_no_other() {
        let (key, other) = (SecretKey::from_seed(&[1; 32]), SecretKey::from_seed(&[2; 32]));
        let head = LogHead { origin: "example.org/audit".to_owned(), tree_size: 42, root: [7; 32] };
        let signed = head.sign(&key);
        let both = [other.public(), key.public()];
        assert_eq!(LogHead::open(&signed.note, &both), Ok((head.clone(), key.public())));
        assert_eq!(LogHead::open(&signed.note, &[other.public()]), Err(NoteError::Unsigned));
        let twice = format!("{}{}", signed.note, other_line(&head, &other));
        assert_eq!(LogHead::open(&twice, &[other.public()]), Ok((head, other.public())));
        for (from, to) in [("42", "43"), ("audit\n", "other\n"), ("\n42", "\n042"), ("\n\n", "\n")] {
            let changed = signed.note.replacen(from, to, 1);
            assert!(LogHead::open(&changed, &both).is_err(), "{changed}");
        }
    }

    fn other_line(head: &LogHead, key: &SecretKey) -> String {
        head.sign(key).note.rsplit("\n\n").next().unwrap().to_owned()
    }

    #[test]
    fn the_key_is_named_as_signed_note_does() {
        // The example of the Go package golang.org/x/mod/sumdb/note.
        let given = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        let encoded = given.rsplit('+').next().unwrap();
        let bytes: [u8; 32] = STANDARD.decode(encoded).unwrap()[1..].try_into().unwrap();
        let key = PublicKey::from_bytes(&bytes).unwrap();
        assert_eq!(key.to_note_verifier("PeterNeumann"), given);
        let note = "If you think cryptography is the answer to your problem,\n\
            then you don't know what your problem is.\n";
        let signature =
            "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=";
        let made = STANDARD.decode(signature).unwrap();
        assert_eq!(made[..4], key_hash("PeterNeumann", &key));
        assert!(key.verifies(note.as_bytes(), &made[4..]));
    }
}
