//! Adapters to the outside: the blob store, the outbound client, and connectors that carry response actions out.

mod blobs;
pub mod outbound;

pub use blobs::BlobStore;
