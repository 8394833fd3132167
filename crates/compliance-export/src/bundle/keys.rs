//! Ed25519 keys (RFC 8032): how they are named, written and exchanged. Keeping them is for the caller.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use probatum_kernel::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use std::fmt;

/// What stands in front of the 32 bytes of a public key in DER (RFC 8410).
const SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
/// What stands in front of the 32 bytes of a private key in DER (RFC 8410, without attributes).
const PKCS8: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
const PUBLIC_LABEL: &str = "PUBLIC KEY";
const PRIVATE_LABEL: &str = "PRIVATE KEY";
/// The most bytes of a text with keys.
const MAX_KEY_TEXT: usize = 1024 * 1024;

/// Why a key was refused. Never says anything of the key itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Neither of the forms.
    #[error(
        "is no Ed25519 public key: give 64 hexadecimal digits, PEM (BEGIN PUBLIC KEY), or a list of keys as JSON"
    )]
    Public,
    /// Not PKCS #8.
    #[error("is no Ed25519 private key in PEM (BEGIN PRIVATE KEY, PKCS #8)")]
    Private,
    /// A point that verifies signatures nobody made.
    #[error("is a weak Ed25519 key")]
    Weak,
    /// The id is not that of the key.
    #[error("has a key_id that is not that of its public_key")]
    Id,
    /// The key is there already.
    #[error("is a key that is or was in use already")]
    Reused,
    /// The times run backwards.
    #[error("has a time before that of the key before")]
    Order,
}

/// A public key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// From its 32 bytes.
    ///
    /// # Errors
    /// No point of the curve, or one of small order.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| KeyError::Public)?;
        if key.is_weak() { Err(KeyError::Weak) } else { Ok(Self(key)) }
    }

    /// From 64 hexadecimal digits.
    ///
    /// # Errors
    /// As [`from_bytes`](Self::from_bytes).
    pub fn from_hex(text: &str) -> Result<Self, KeyError> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| KeyError::Public)?;
        Self::from_bytes(&bytes)
    }

    /// From PEM, as `openssl pkey -pubout` writes it.
    ///
    /// # Errors
    /// As [`from_bytes`](Self::from_bytes).
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let der = from_pem(text, PUBLIC_LABEL).ok_or(KeyError::Public)?;
        let bytes = der.strip_prefix(&SPKI).and_then(|bytes| bytes.try_into().ok());
        Self::from_bytes(&bytes.ok_or(KeyError::Public)?)
    }

    /// As 64 hexadecimal digits.
    pub fn to_hex(&self) -> String {
        hex::encode(self.0.as_bytes())
    }

    /// Its 32 bytes.
    pub(super) fn bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// As PEM.
    pub fn to_pem(&self) -> String {
        to_pem(PUBLIC_LABEL, &[SPKI.as_slice(), self.0.as_bytes()].concat())
    }

    /// Its name: the first 16 hexadecimal digits of the SHA-256 of its 32 bytes.
    pub fn key_id(&self) -> String {
        hex::encode(Sha256::digest(self.0.as_bytes())).chars().take(16).collect()
    }

    /// Whether it made this signature over `message` (strictly: no malleable signatures).
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let signature = Signature::from_slice(signature);
        signature.is_ok_and(|signature| self.0.verify_strict(message, &signature).is_ok())
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.key_id())
    }
}

impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.to_hex())
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
        // One spelling only: what is signed is compared as text.
        let lower = text.bytes().all(|b| !b.is_ascii_uppercase());
        let key = if lower { Self::from_hex(&text) } else { Err(KeyError::Public) };
        key.map_err(serde::de::Error::custom)
    }
}

/// A key that signs. It prints its id and nothing else, and is wiped from memory when dropped.
pub struct SecretKey(SigningKey);

impl SecretKey {
    /// From 32 random bytes.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// From PEM, as `openssl genpkey -algorithm ed25519` writes it.
    ///
    /// # Errors
    /// Another form, or another kind of key.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let der = from_pem(text, PRIVATE_LABEL).ok_or(KeyError::Private)?;
        let seed: Option<[u8; 32]> = der.strip_prefix(&PKCS8).and_then(|seed| seed.try_into().ok());
        seed.map(|seed| Self::from_seed(&seed)).ok_or(KeyError::Private)
    }

    /// As PEM, for a file nobody else can read.
    pub fn to_pem(&self) -> String {
        to_pem(PRIVATE_LABEL, &[PKCS8.as_slice(), self.0.as_bytes()].concat())
    }

    /// The key that verifies what this one signs.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    pub(super) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey({})", self.public().key_id())
    }
}

/// A public key and its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyRecord {
    /// Its name.
    pub key_id: String,
    /// The key, in hexadecimal digits.
    pub public_key: PublicKey,
    /// When it began to sign.
    pub active_from: Timestamp,
    /// When another took its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired_at: Option<Timestamp>,
}

/// The public keys of a registry: the one that signs now, and those that did. Retired keys stay, because
/// what they signed still has to verify.
///
/// ```
/// use probatum_compliance_export::{SecretKey, SigningKeys, parse_public_keys};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let (first, second) = (SecretKey::from_seed(&[1; 32]), SecretKey::from_seed(&[2; 32]));
/// let keys = SigningKeys::begin(first.public(), "2026-01-01T00:00:00Z".parse()?);
/// let keys = keys.rotated(second.public(), "2026-07-01T00:00:00Z".parse()?)?;
/// assert_eq!(keys.active.key_id, second.public().key_id());
/// assert_eq!(parse_public_keys(&serde_json::to_string(&keys)?)?, [second.public(), first.public()]);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SigningKeys {
    /// The key that signs.
    pub active: KeyRecord,
    /// Those that did, the latest first.
    #[serde(default)]
    pub retired: Vec<KeyRecord>,
}

impl SigningKeys {
    /// The first key.
    pub fn begin(key: PublicKey, at: Timestamp) -> Self {
        let active = KeyRecord { key_id: key.key_id(), public_key: key, active_from: at, retired_at: None };
        Self { active, retired: Vec::new() }
    }

    /// The keys after `key` took over at `at`.
    ///
    /// # Errors
    /// The key was in use before, or `at` is before the active one began.
    pub fn rotated(&self, key: PublicKey, at: Timestamp) -> Result<Self, KeyError> {
        if self.public_keys().any(|known| known == key) {
            return Err(KeyError::Reused);
        }
        if at < self.active.active_from {
            return Err(KeyError::Order);
        }
        let mut next = Self::begin(key, at);
        next.retired.push(KeyRecord { retired_at: Some(at), ..self.active.clone() });
        next.retired.extend(self.retired.iter().cloned());
        Ok(next)
    }

    /// All keys, the active one first.
    pub fn public_keys(&self) -> impl Iterator<Item = PublicKey> + '_ {
        std::iter::once(&self.active).chain(&self.retired).map(|record| record.public_key)
    }

    /// Checks what the shape of JSON cannot: that every key has its own id.
    ///
    /// # Errors
    /// One has not.
    pub fn check(&self) -> Result<(), KeyError> {
        let mut all = std::iter::once(&self.active).chain(&self.retired);
        if all.all(|record| record.key_id == record.public_key.key_id()) { Ok(()) } else { Err(KeyError::Id) }
    }
}

/// Reads public keys from a text: 64 hexadecimal digits, one or more PEM blocks, or [`SigningKeys`] as JSON.
///
/// # Errors
/// None of these, or a key in it is bad.
pub fn parse_public_keys(text: &str) -> Result<Vec<PublicKey>, KeyError> {
    let text = text.trim();
    if text.len() > MAX_KEY_TEXT {
        return Err(KeyError::Public);
    }
    if text.starts_with('{') {
        let keys: SigningKeys = serde_json::from_str(text).map_err(|_| KeyError::Public)?;
        keys.check()?;
        return Ok(keys.public_keys().collect());
    }
    if !text.starts_with("-----") {
        return PublicKey::from_hex(text).map(|key| vec![key]);
    }
    let end = format!("-----END {PUBLIC_LABEL}-----");
    let blocks = text.split_inclusive(&end).filter(|block| !block.trim().is_empty());
    blocks.map(PublicKey::from_pem).collect()
}

fn to_pem(label: &str, der: &[u8]) -> String {
    // 48 bytes at most: one line (RFC 7468 breaks after 64 characters).
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(der))
}

fn from_pem(text: &str, label: &str) -> Option<Vec<u8>> {
    let body = text.trim().strip_prefix(&format!("-----BEGIN {label}-----"))?;
    let body = body.strip_suffix(&format!("-----END {label}-----"))?;
    let digits: String = body.split_whitespace().collect();
    STANDARD.decode(digits).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_read_back_as_they_were_written() {
        // RFC 8032 §7.1, test 1.
        let mut seed = [0; 32];
        hex::decode_to_slice("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", &mut seed)
            .unwrap();
        let secret = SecretKey::from_seed(&seed);
        let public = secret.public();
        assert_eq!(public.to_hex(), "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
        assert_eq!(hex::encode(secret.sign(b"")).get(..16), Some("e5564300c360ac72"));
        assert_eq!(SecretKey::from_pem(&secret.to_pem()).unwrap().public(), public);
        assert_eq!(PublicKey::from_pem(&public.to_pem()), Ok(public));
        assert_eq!(PublicKey::from_hex(&public.to_hex()), Ok(public));
        // RFC 8410 §10.1 and §10.3.
        let pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n\
                   -----END PUBLIC KEY-----\n";
        let private = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
                       -----END PRIVATE KEY-----";
        let both = (PublicKey::from_pem(pem).unwrap(), SecretKey::from_pem(private).unwrap());
        assert_eq!((both.0.to_pem().as_str(), both.0), (pem, both.1.public()));
    }

    #[test]
    fn what_is_no_key_is_refused_and_never_shown() {
        let secret = SecretKey::from_seed(&[7; 32]);
        assert!(!format!("{secret:?}").contains(&hex::encode([7; 32])));
        let weak = format!("01{}", "0".repeat(62));
        for bad in
            ["", "abc", "-----BEGIN PUBLIC KEY-----", &secret.to_pem(), &"g".repeat(64), "{}", "[]", &weak]
        {
            let error = parse_public_keys(bad).unwrap_err();
            assert!(!error.to_string().contains("BwcH"), "{error}");
        }
        assert!(SecretKey::from_pem(&secret.public().to_pem()).is_err());
        let two = format!("{}{}", secret.public().to_pem(), SecretKey::from_seed(&[8; 32]).public().to_pem());
        assert_eq!(parse_public_keys(&two).unwrap().len(), 2);
    }

    #[test]
    fn a_list_of_keys_only_grows() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let key = |n: u8| SecretKey::from_seed(&[n; 32]).public();
        let one = SigningKeys::begin(key(1), at("2026-01-01T00:00:00Z"));
        let two = one.rotated(key(2), at("2026-02-01T00:00:00Z")).unwrap();
        let three = two.rotated(key(3), at("2026-03-01T00:00:00Z")).unwrap();
        assert_eq!(three.public_keys().collect::<Vec<_>>(), [key(3), key(2), key(1)]);
        assert_eq!(three.retired[0].retired_at, Some(at("2026-03-01T00:00:00Z")));
        assert_eq!(three.rotated(key(1), at("2026-04-01T00:00:00Z")), Err(KeyError::Reused));
        assert_eq!(three.rotated(key(4), at("2026-02-01T00:00:00Z")), Err(KeyError::Order));
        let mut wrong = three.clone();
        wrong.active.key_id = key(1).key_id();
        assert_eq!(parse_public_keys(&serde_json::to_string(&wrong).unwrap()), Err(KeyError::Id));
    }
}
