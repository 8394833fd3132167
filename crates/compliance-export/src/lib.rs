//! Reports to authorities: regimes, phases, clocks and the scope of what may leave.
mod calendar;
mod clocks;
mod condition;
mod facts;
mod regime;
mod rules;
pub use calendar::*;
pub use clocks::*;
pub use condition::*;
pub use facts::*;
pub use regime::*;
pub use rules::*;
