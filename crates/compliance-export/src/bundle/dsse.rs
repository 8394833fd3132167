//! The Dead Simple Signing Envelope (DSSE 1.0): what is signed is the payload with its type, and nothing has
//! to be parsed before the signature was checked.

use super::keys::{PublicKey, SecretKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use probatum_evidence::canonical;
use serde::{Deserialize, Serialize};

/// The type of the payload of a bundle's signature.
pub const PAYLOAD_TYPE: &str = "application/vnd.probatum.bundle+json";

/// The pre-authentication encoding: the bytes that are signed.
///
/// ```
/// let bytes = probatum_compliance_export::pae("http://example.com/HelloWorld", b"hello world");
/// assert_eq!(bytes, b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
/// ```
pub fn pae(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len());
    [head.as_bytes(), payload].concat()
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope {
    payload: String,
    #[serde(rename = "payloadType")]
    payload_type: String,
    signatures: Vec<EnvelopeSignature>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EnvelopeSignature {
    keyid: String,
    sig: String,
}

/// An envelope that was read, its signature not yet checked.
pub(super) struct Opened {
    /// What was signed.
    pub payload: Vec<u8>,
    /// The id of the key that is said to have signed it.
    pub key_id: String,
    signature: Vec<u8>,
}

/// Signs a payload; the envelope is canonical JSON, so that it has one spelling.
pub(super) fn seal(key: &SecretKey, payload: &[u8]) -> String {
    let signature = key.sign(&pae(PAYLOAD_TYPE, payload));
    let envelope = Envelope {
        payload: STANDARD.encode(payload),
        payload_type: PAYLOAD_TYPE.to_owned(),
        signatures: vec![EnvelopeSignature { keyid: key.public().key_id(), sig: STANDARD.encode(signature) }],
    };
    // Cannot fail: there are only texts in it.
    serde_json::to_value(envelope).ok().and_then(|value| canonical(&value).ok()).unwrap_or_default()
}

/// Reads an envelope.
///
/// # Errors
/// What is wrong with it.
pub(super) fn open(bytes: &[u8]) -> Result<Opened, &'static str> {
    let envelope: Envelope = serde_json::from_slice(bytes).map_err(|_| "is no DSSE envelope")?;
    let spelled = serde_json::to_value(&envelope).ok().and_then(|value| canonical(&value).ok());
    if spelled.as_deref().map(str::as_bytes) != Some(bytes) {
        return Err("is not spelled as canonical JSON");
    }
    if envelope.payload_type != PAYLOAD_TYPE {
        return Err("signs a payload of another type than a bundle's");
    }
    let [signature] = envelope.signatures.as_slice() else {
        return Err("must have one signature");
    };
    let decode = |text: &str| STANDARD.decode(text).map_err(|_| "is not valid base64");
    Ok(Opened {
        payload: decode(&envelope.payload)?,
        key_id: signature.keyid.clone(),
        signature: decode(&signature.sig)?,
    })
}

impl Opened {
    /// Whether `key` signed it.
    pub fn signed_by(&self, key: &PublicKey) -> bool {
        key.verifies(&pae(PAYLOAD_TYPE, &self.payload), &self.signature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_envelope_opens_with_its_key_and_no_other() {
        let key = SecretKey::from_seed(&[1; 32]);
        let text = seal(&key, b"{}");
        let opened = open(text.as_bytes()).unwrap();
        assert_eq!((opened.payload.as_slice(), opened.key_id), (b"{}".as_slice(), key.public().key_id()));
        let opened = open(text.as_bytes()).unwrap();
        assert!(opened.signed_by(&key.public()));
        assert!(!opened.signed_by(&SecretKey::from_seed(&[2; 32]).public()));
        let cases = [
            (text.replace('{', "{ "), "canonical"),
            (text.replace("bundle+json", "other+json"), "another type"),
            (text.replace("\"sig\":\"", "\"sig\":\"*"), "base64"),
            ("{}".to_owned(), "envelope"),
            ("x".to_owned(), "envelope"),
        ];
        for (bad, named) in cases {
            assert!(open(bad.as_bytes()).is_err_and(|e| e.contains(named)), "{named}");
        }
    }
}
