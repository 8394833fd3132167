//! Evidence kinds, custody chains, item status, inheritance and the Merkle log.
//!
//! Pure rules of CONTRACT §4: nothing here reads a clock, a file or a network. Ids and `now` are arguments,
//! so the same command always gives the same item, the same chain and the same status.
//!
//! ```
//! use probatum_evidence::{Attach, Evidence, inherit, settle, verify_item};
//! use probatum_kernel::{Actor, EvidenceId, EvidenceStatus, IncidentId, Timestamp};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let cmd: Attach = serde_json::from_value(serde_json::json!({
//!     "kind": "agent_trace", "source": "orchestrator-logs", "hash_sha256": "3b1f...e9", "confidence": 82,
//!     "chain_of_custody": [{ "ts": "2026-07-04T08:20:00Z", "actor": "analyst:kdzik",
//!                            "action": "collected", "hash_after": "3b1f...e9" }]
//! }))?;
//! let now: Timestamp = "2026-07-04T08:21:00Z".parse()?;
//! let (id, incident) = (EvidenceId::new(now, &[1; 10]), IncidentId::new(now, &[2; 10]));
//! let actor: Actor = "analyst:kdzik".parse()?;
//!
//! let (item, chain) = Evidence::attach(id, incident, &cmd, &actor, now)?;
//! assert_eq!(item.status, EvidenceStatus::Confirmed);
//! verify_item(&item, &chain)?;
//! assert_eq!(inherit(settle(&[item]).into_iter().map(|(_, s)| s)), EvidenceStatus::Confirmed);
//! # Ok(())
//! # }
//! ```

mod custody;
mod error;
mod hash;
mod item;
mod kind;
mod merkle;
mod status;
mod verify;
mod visibility;

pub use custody::{
    CustodyEntry, CustodyInput, MISSING_CONTENT_NOTE, begin, extend, is_broken, missing_content, not_before,
    verified,
};
pub use error::EvidenceError;
pub use hash::{CanonicalError, HashError, Sha256Hex, canonical, link};
pub use item::{
    Attach, Evidence, MAX_CONFIDENCE, MAX_CONTENT_REF, MAX_CUSTODY_ENTRIES, MAX_DESCRIPTION, MAX_FILE_NAME,
    MAX_ITEMS_PER_INCIDENT, MAX_NOTE, MAX_SOURCE, Stored,
};
pub use kind::{CustodyAction, EvidenceClass, EvidenceKind, Tlp, Visibility};
pub use merkle::{Frontier, TreeHash, inclusion_proof, leaf_hash, node_hash, root, verify_inclusion};
pub use status::{CONFIRMING_CONFIDENCE, Facts, inherit, inherit_from, is_simulation, own_status, settle};
pub use verify::{ChainFault, ChainFlaw, verify_chain, verify_item};
pub use visibility::{leaves, may_see};
