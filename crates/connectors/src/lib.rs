//! Adapters to the outside: the blob store, the folder of playbooks. OpenC2, webhooks and delivery join it as they come.

mod blobs;
mod playbook_folder;

pub use blobs::BlobStore;
pub use playbook_folder::PlaybookFolder;
