//! Open sources: when two reports are one, by their address or by what they say.

mod address;
mod fingerprint;

pub use address::{CanonicalUrl, UrlFault, canonical_url};
pub use fingerprint::{Fingerprint, MAX_NEAR_BITS, SimHash, fingerprint};
