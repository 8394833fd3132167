//! Adapters to the outside: the blob store. OpenC2, webhooks and delivery join it as they come.

mod blobs;

pub use blobs::BlobStore;
