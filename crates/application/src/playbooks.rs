//! The playbooks in use: the port that gives them. They are files, not rows, and need no transaction.

use probatum_playbooks::Library;
use std::sync::Arc;

/// The playbooks of the registry and the operator's own.
pub trait Playbooks: Send + Sync {
    /// All playbooks as they are now. MUST answer at once and without fail: if the operator's own cannot be read, with
    /// those that could be read last. What was given stays as it is; who wants to see a change asks again.
    fn library(&self) -> Arc<Library>;
}
