//! Public keys on the wire, in the very form `bundle verify` reads.

use probatum_compliance_export::{KeyRecord, PublicKey, SigningKeys};
use probatum_kernel::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// A public key and its time.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SigningKey)]
pub struct SigningKeyView {
    /// The first 16 hexadecimal digits of the SHA-256 of its 32 bytes.
    #[schema(example = "56475aa75463474c")]
    key_id: String,
    /// Its 32 bytes (RFC 8032) in hexadecimal digits.
    #[schema(value_type = String)]
    public_key: PublicKey,
    #[schema(value_type = String, format = DateTime)]
    active_from: Timestamp,
    /// When another took its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    retired_at: Option<Timestamp>,
}

impl From<KeyRecord> for SigningKeyView {
    fn from(r: KeyRecord) -> Self {
        let KeyRecord { key_id, public_key, active_from, retired_at } = r;
        Self { key_id, public_key, active_from, retired_at }
    }
}

/// The public keys of the registry.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SigningKeys)]
pub struct SigningKeysView {
    /// The one that signs.
    active: SigningKeyView,
    /// Those that did, the latest first.
    retired: Vec<SigningKeyView>,
}

impl From<SigningKeys> for SigningKeysView {
    fn from(keys: SigningKeys) -> Self {
        Self {
            active: keys.active.into(),
            retired: keys.retired.into_iter().map(SigningKeyView::from).collect(),
        }
    }
}
