//! How long the texts of an incident may be, in characters; adapters refer to these, so that a limit has one place.

/// Longest title.
pub const MAX_TITLE: usize = 300;
/// Longest summary.
pub const MAX_SUMMARY: usize = 10_000;
/// Longest source or asset.
pub const MAX_NAME: usize = 255;
/// Longest resolution.
pub const MAX_RESOLUTION: usize = 5_000;
/// Longest reason.
pub const MAX_REASON: usize = 2_000;
/// Most tags.
pub const MAX_TAGS: usize = 50;
/// Longest tag.
pub const MAX_TAG: usize = 64;
/// Largest `raw_data`, in bytes of JSON.
pub const MAX_RAW_DATA: usize = 512 * 1024;
