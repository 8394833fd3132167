//! What the cases share: an open database, a way around the store, random data, and a model of lists in plain Rust.

mod bed;
mod commands;
mod dice;
pub mod model;
mod random;
mod raw;

pub use bed::{Bed, ctx, settings, wait, write};
pub use commands::{confirming, draft, statement, step};
pub use dice::Dice;
pub use random::{BASE, WORDS, incident, incidents};
pub use raw::Raw;
