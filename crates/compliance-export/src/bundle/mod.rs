//! The bundle that goes to an authority: a signed BagIt bag (RFC 8493) in a zip archive, written and checked
//! as a stream.

mod dsse;
mod keys;
mod layout;
mod note;
mod statement;
mod unzip;
mod verify;
mod writer;
mod zip;

pub use dsse::{PAYLOAD_TYPE, pae};
pub use keys::{KeyError, KeyRecord, PublicKey, SecretKey, SigningKeys, parse_public_keys};
pub use note::{LogHead, NoteError, SignedHead};
pub use statement::{PREDICATE_TYPE, Predicate};
pub use verify::{BundleFault, Progress, Verification, verify};
pub use writer::{BundleError, BundleSummary, BundleWriter, Documents, write_bundle};
