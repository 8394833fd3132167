//! Adapters to the outside: the blob store, the folder of playbooks, the outbound client, connectors that carry response actions out, and what judges alerts.

mod blobs;
mod breaker;
mod bundles;
mod chunks;
mod config;
pub mod delivery;
pub mod openc2;
pub mod outbound;
mod playbook_folder;
mod remote;
mod retry;
mod says;
mod set;
mod signing_key;
mod simulator;
pub mod triage;
pub mod webhook;

pub use blobs::BlobStore;
pub use bundles::BundleMaker;
pub use config::{ConfigFault, ConnectorConfig, ConnectorKind};
pub use playbook_folder::PlaybookFolder;
pub use set::{ConnectorSet, Environment};
pub use signing_key::SigningKeyFile;
