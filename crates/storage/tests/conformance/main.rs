//! One suite for both databases: what the ports promise holds on SQLite and on PostgreSQL, word for word the same.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod actions;
mod agents;
mod answers;
mod audit;
mod batches;
mod claims;
mod clocks;
mod events;
mod facets;
mod feeds;
mod indicators;
mod intake;
mod lists;
mod log_intake;
mod migrations;
mod numbers;
mod plans;
mod reports;
mod rollups;
mod rows;
mod snapshots;
mod support;
mod tampering;
mod texts;
mod timeline;
mod tree;
mod triage;
