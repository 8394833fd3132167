//! Reading hostile text: folding, words, encodings and phrases, always with the place to quote.

pub mod decode;
pub mod fold;
pub mod glyphs;
pub mod phrases;
pub mod quote;
pub mod runs;
pub mod words;

/// The most of one text that is read, in bytes. What lies beyond can make nothing benign.
pub const MAX_TEXT: usize = 256 * 1024;

/// A count as a number to weigh with.
pub fn real(n: usize) -> f64 {
    u32::try_from(n).map_or(f64::from(u32::MAX), f64::from)
}
