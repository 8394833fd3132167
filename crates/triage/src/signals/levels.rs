//! How much a signal of a mail counts: five levels of evidence, given by what the signal means.
//!
//! A weight is the logarithm of a likelihood ratio: how many times likelier the thing is in an attack than in honest
//! mail. The levels are as coarse as the verbal scales for such ratios that forensic science uses (ENFSI guideline
//! for evaluative reporting, 2015): finer steps would claim a knowledge nobody has. Which rule has which level is
//! decided by four questions, in this order (docs/triage.md has the whole list):
//!
//! 1. Does the mail itself show one sender, place or type of file and have another, or take money or a password by
//!    force, so that no honest sender has a reason for it? [`GRAVE`].
//! 2. Is what an attack is after asked for outright (MITRE ATT&CK T1566, T1598, T1657), or does a standard say that
//!    the sender is not who it says, or do honest senders avoid it because receivers block it? [`STRONG`].
//! 3. Is it a known means of attack that honest mail uses too, but seldom? [`FAIR`].
//! 4. Is it common in attacks, and not rare in honest mail? [`WEAK`]. Everyday things that say something only beside
//!    others: [`SLIGHT`].
//!
//! Then one check, on rows that may be fitted on, and downwards only: a signal seen in fifteen mails or more whose
//! measured log-ratio is under half its level goes down by one level. docs/triage.md names those it met.

/// 20 to 1.
pub const GRAVE: f64 = 3.0;
/// 7 to 1.
pub const STRONG: f64 = 2.0;
/// 3 to 1.
pub const FAIR: f64 = 1.1;
/// 2 to 1.
pub const WEAK: f64 = 0.7;
/// 4 to 3.
pub const SLIGHT: f64 = 0.3;
