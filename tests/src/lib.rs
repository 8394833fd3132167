//! The harness of the black-box tests: the built program, both databases, and clients of every role.
//!
//! Nothing here links the registry: a test sees what a user sees, and a wrong wire format cannot hide behind a shared
//! type. [`on_both!`] runs a flow against SQLite and against a real PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod agents;
mod app;
mod client;
pub mod hook;
mod intake;
mod model;
mod postgres;
mod program;
mod reply;
mod samples;
mod scratch;
mod server;
mod time;
mod triage;
mod wait;
pub mod wire;

pub use agents::*;
pub use app::{App, Engine};
pub use client::{Client, Part, Request, encode};
pub use hook::{Hook, HookCall};
pub use model::Model;
pub use postgres::durable;
pub use program::run;
pub use reply::Reply;
pub use samples::*;
pub use server::Server;
pub use time::{millis, now_millis, timestamp};
pub use triage::{TRICKS, attack, eight, raised, triage_path, triage_runs, triaged};
pub use wait::{at_once, until};

/// Makes one `#[test]` per function and database. `shared` functions take `&App`: one server per database and test
/// binary, so they must not rely on what else is in it. `own` functions take the [`Engine`] and start what they need.
/// A function that is in neither list is dead code, which the lints refuse.
#[macro_export]
macro_rules! on_both {
    ($(shared: $($shared:ident),+;)? $(own: $($own:ident),+;)?) => {
        mod sqlite {
            $($(#[test] fn $shared() { super::$shared($crate::App::shared($crate::Engine::Sqlite)); })+)?
            $($(#[test] fn $own() { super::$own($crate::Engine::Sqlite); })+)?
        }
        mod postgres {
            $($(#[test] fn $shared() {
                if $crate::Engine::Postgres.is_here() {
                    super::$shared($crate::App::shared($crate::Engine::Postgres));
                }
            })+)?
            $($(#[test] fn $own() {
                if $crate::Engine::Postgres.is_here() {
                    super::$own($crate::Engine::Postgres);
                }
            })+)?
        }
    };
}
