//! Reports to authorities: regimes, phases, clocks and the scope of what may leave.
//!
//! ```
//! use probatum_compliance_export::{Regime, UnknownPhase, due_at, in_scope, rule_for};
//! use probatum_evidence::Visibility;
//! use probatum_kernel::Timestamp;
//!
//! let phase = Regime::Nis2.phase("early_warning_24h")?;
//! assert_eq!(phase.short(), "24h");
//! let aware_at: Timestamp = "2026-11-21T10:15:00+01:00".parse().unwrap();
//! let due = rule_for(Regime::Nis2, phase).map(|rule| due_at(rule, aware_at).to_string());
//! assert_eq!(due.as_deref(), Some("2026-11-22T09:15:00Z"));
//!
//! let error = Regime::Gdpr.phase("early_warning_24h").unwrap_err();
//! assert_eq!(error.to_string(), "'early_warning_24h' is no phase of gdpr; use one of notification_72h");
//!
//! assert!(!in_scope(Visibility::Internal));
//! # Ok::<(), UnknownPhase>(())
//! ```
//!
//! An engineering aid, not legal advice.

mod clock;
mod regime;
mod scope;

pub use clock::{
    Anchor, DORA_INITIAL_FROM_AWARENESS, NIS2_TRUST_SERVICE, Rule, dora_initial_due_at, due_at, rule_for,
    rules,
};
pub use regime::{Phase, Regime, UnknownPhase};
pub use scope::in_scope;
