//! Reading playbooks: all of them, or one.

use crate::ctx::Ctx;
use crate::error::AppError;
use crate::permission::Permission;
use crate::playbooks::Playbooks;
use probatum_playbooks::{Library, Playbook};
use std::sync::Arc;

/// All playbooks, by type.
pub fn list(playbooks: &dyn Playbooks, ctx: &Ctx) -> Result<Arc<Library>, AppError> {
    ctx.require(Permission::ReadPlaybooks)?;
    Ok(playbooks.library())
}

/// The playbook of a type; `-` and `_` are the same in it.
pub fn get(playbooks: &dyn Playbooks, ctx: &Ctx, kind: &str) -> Result<Arc<Playbook>, AppError> {
    ctx.require(Permission::ReadPlaybooks)?;
    playbooks.library().get(kind).cloned().ok_or_else(|| AppError::not_found("playbook"))
}
