//! What speaks against an input, kind by kind.

pub mod alert;
pub mod levels;
pub mod login;
pub mod mail;
pub mod prompt;
pub mod sheet;
