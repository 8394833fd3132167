//! SHA-256 digests as clients write them, and the one rule by which records are linked into a chain.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// Digits of a full digest.
const FULL: usize = 64;
/// What stands for the digits left out of an elided digest.
const GAP: &str = "...";
/// The largest integer JSON readers agree on, 2^53 − 1 (RFC 7493 §2.2).
const MAX_SAFE_INTEGER: u64 = 9_007_199_254_740_991;

/// A SHA-256 digest: 64 lower-case hexadecimal digits, or the elided form the source documents print
/// (`3b1f...e9`), which stands for a digest kept elsewhere.
///
/// Equality is equality of text. An elided digest therefore equals only its own spelling, and never vouches
/// for content (see [`Sha256Hex::matches_content`]).
///
/// ```
/// use probatum_evidence::Sha256Hex;
/// let full = Sha256Hex::of(b"abc");
/// assert!(full.is_full() && full.as_str().starts_with("ba7816bf"));
/// assert!(!"3b1f...e9".parse::<Sha256Hex>().unwrap().is_full());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sha256Hex(String);

/// A text that is not a SHA-256 digest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be 64 hexadecimal digits (SHA-256)")]
pub struct HashError;

impl Sha256Hex {
    /// The digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self::from_digest(Sha256::digest(bytes).into())
    }

    /// From the 32 bytes of a digest, for content hashed as it streams by.
    pub fn from_digest(digest: [u8; 32]) -> Self {
        Self(hex::encode(digest))
    }

    /// Sixty-four zeros: what the first record of a chain is linked to.
    pub fn genesis() -> Self {
        Self::from_digest([0; 32])
    }

    /// The text: lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether all 64 digits are here.
    pub fn is_full(&self) -> bool {
        self.0.len() == FULL && !self.0.contains(GAP)
    }

    /// The 32 bytes; `None` if the digest is elided.
    pub fn digest(&self) -> Option<[u8; 32]> {
        if !self.is_full() {
            return None;
        }
        let mut bytes = [0; 32];
        hex::decode_to_slice(&self.0, &mut bytes).ok().map(|()| bytes)
    }

    /// Whether content with the digest `full` is the content this digest names. Always false if either is
    /// elided: digits that are missing prove nothing.
    pub fn matches_content(&self, full: &Self) -> bool {
        self.is_full() && self == full
    }
}

fn is_hex(s: &str) -> bool {
    s.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Whether `s` is `head...tail` with enough digits to be told apart and some digits left out.
fn is_elided(s: &str) -> bool {
    s.split_once(GAP).is_some_and(|(head, tail)| {
        is_hex(head)
            && is_hex(tail)
            && (4..=60).contains(&head.len())
            && (2..=60).contains(&tail.len())
            && head.len() + tail.len() < FULL
    })
}

impl FromStr for Sha256Hex {
    type Err = HashError;
    fn from_str(s: &str) -> Result<Self, HashError> {
        if (s.len() == FULL && is_hex(s)) || is_elided(s) {
            Ok(Self(s.to_ascii_lowercase()))
        } else {
            Err(HashError)
        }
    }
}

impl fmt::Display for Sha256Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Sha256Hex {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Sha256Hex {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let s = <std::borrow::Cow<'de, str>>::deserialize(d)?;
        s.parse().map_err(serde::de::Error::custom)
    }
}

/// A record without a canonical form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no canonical JSON: {0}")]
pub struct CanonicalError(String);

impl From<serde_json::Error> for CanonicalError {
    fn from(e: serde_json::Error) -> Self {
        Self(e.to_string())
    }
}

/// The canonical form of `value` (RFC 8785): one text for one value, so that it can be hashed.
///
/// # Errors
/// An integer beyond ±(2^53 − 1). The canonical form writes every number as a double, so two such integers
/// could share one text, and one could be exchanged for the other unseen; RFC 8785 §6 wants them sent as
/// strings.
pub fn canonical(value: &Value) -> Result<String, CanonicalError> {
    check_integers(value)?;
    Ok(serde_json_canonicalizer::to_string(value)?)
}

fn check_integers(value: &Value) -> Result<(), CanonicalError> {
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value {
            Value::Array(items) => open.extend(items),
            Value::Object(members) => open.extend(members.values()),
            Value::Number(n) => {
                let size = n.as_u64().or_else(|| n.as_i64().map(i64::unsigned_abs));
                if size.is_some_and(|size| size > MAX_SAFE_INTEGER) {
                    return Err(CanonicalError(format!("{n} is beyond 2^53 - 1; keep it as a string")));
                }
            }
            Value::Null | Value::Bool(_) | Value::String(_) => {}
        }
    }
    Ok(())
}

/// The hash that links `record` to the record before it: SHA-256 over the canonical form of
/// `{"prev": prev, "record": record}`. Custody chains and the audit log share it; the first record of a chain
/// is linked to [`Sha256Hex::genesis`].
///
/// # Errors
/// As [`canonical`].
///
/// ```
/// use probatum_evidence::{Sha256Hex, link};
/// let first = link(&Sha256Hex::genesis(), &serde_json::json!({"b": 1, "a": 2})).unwrap();
/// let same = link(&Sha256Hex::genesis(), &serde_json::json!({"a": 2, "b": 1})).unwrap();
/// assert_eq!(first, same);
/// ```
pub fn link(prev: &Sha256Hex, record: &Value) -> Result<Sha256Hex, CanonicalError> {
    // The keys stand in canonical order and a digest needs no escapes, so the envelope is canonical as
    // written.
    let record = canonical(record)?;
    Ok(Sha256Hex::of(format!("{{\"prev\":\"{prev}\",\"record\":{record}}}").as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn digests_have_two_spellings() {
        let full = "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD";
        let parsed: Sha256Hex = full.parse().unwrap();
        assert_eq!(parsed, Sha256Hex::of(b"abc"));
        assert_eq!(parsed.as_str(), full.to_ascii_lowercase());
        assert_eq!(Sha256Hex::from_digest(parsed.digest().unwrap()), parsed);
        for elided in ["3b1f...e9", "3B1F...E9", "ba7816bf8f01...20015ad"] {
            let hash: Sha256Hex = elided.parse().unwrap();
            assert!(!hash.is_full(), "{elided}");
            assert_eq!((hash.as_str(), hash.digest()), (elided.to_ascii_lowercase().as_str(), None));
        }
        let (long, all) =
            (format!("{}...{}", "a".repeat(61), "bc"), format!("{}...{}", "a".repeat(60), "bcde"));
        // 61 digits and the dots are as long as a full digest, and still none.
        let as_long = format!("{}...{}", "a".repeat(59), "bc");
        assert!(as_long.len() == 64 && !as_long.parse::<Sha256Hex>().unwrap().is_full());
        let cases = [
            "",
            "abc",
            "3b1...e9",
            "3b1f...e",
            "3b1f..e9",
            "3b1f…e9",
            "3b1f....e9",
            "xb1f...e9",
            &long,
            &all,
        ];
        for bad in cases.into_iter().chain([&full[1..], &format!("{full}0"), &full.replace('B', "G")]) {
            assert_eq!(bad.parse::<Sha256Hex>(), Err(HashError), "{bad}");
        }
    }

    #[test]
    fn only_a_full_digest_vouches_for_content() {
        let (abc, abd) = (Sha256Hex::of(b"abc"), Sha256Hex::of(b"abd"));
        assert!(abc.matches_content(&abc));
        assert!(!abc.matches_content(&abd));
        let elided: Sha256Hex = "ba78...ad".parse().unwrap();
        assert!(!elided.matches_content(&abc) && !abc.matches_content(&elided));
        assert!(!elided.matches_content(&elided));
    }

    #[test]
    fn genesis_is_zeros_and_json_is_the_text() {
        assert_eq!(Sha256Hex::genesis().as_str(), "0".repeat(64));
        let hash = Sha256Hex::of(b"x");
        assert_eq!(serde_json::from_value::<Sha256Hex>(json!(hash)).unwrap(), hash);
        assert!(serde_json::from_value::<Sha256Hex>(json!("zz")).is_err());
    }

    #[test]
    fn canonical_json_is_rfc_8785() {
        // The example of RFC 8785 §3.2.2.
        let value = json!({
            "numbers": [333_333_333.333_333_3, 1e30, 4.50, 2e-3, 1e-27],
            "string": "\u{20ac}$\u{f}\nA'B\"\\\\\"/", "literals": [null, true, false]
        });
        let text = "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],\
                    \"string\":\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}";
        assert_eq!(canonical(&value).unwrap(), text);
    }

    #[test]
    fn integers_that_would_be_rounded_are_refused() {
        let edge = i64::try_from(MAX_SAFE_INTEGER).unwrap();
        assert!(canonical(&json!([edge, -edge])).is_ok());
        for n in [json!(edge + 1), json!(-edge - 1), json!(u64::MAX), json!(i64::MIN)] {
            assert!(canonical(&json!({"a": [n]})).is_err());
        }
    }

    #[test]
    fn a_link_is_the_hash_of_prev_and_record() {
        let (prev, record) = (Sha256Hex::of(b"before"), json!({"z": "ż", "a": [1, null]}));
        let whole = canonical(&json!({"record": record, "prev": prev})).unwrap();
        assert_eq!(link(&prev, &record).unwrap(), Sha256Hex::of(whole.as_bytes()));
        assert_ne!(link(&prev, &record).unwrap(), link(&Sha256Hex::genesis(), &record).unwrap());
    }
}
