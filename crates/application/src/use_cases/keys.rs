//! API keys: `tw_<id>_<secret>`, kept as a hash, checked in constant time.

use super::record;
use crate::ctx::{Ctx, Principal};
use crate::error::AppError;
use crate::permission::Permission;
use crate::ports::{ApiKey, Tx};
use crate::query::AuditFilter;
use probatum_compliance_export::SigningKeys;
use probatum_kernel::{Code, FieldFault, Role, Timestamp};
use serde_json::json;
use sha2::{Digest, Sha256};

/// What a key is made of, before it is stored.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// Whose it is: letters, digits, `.`, `_`, `-`; at most 64.
    pub name: String,
    /// What it may do; at least one.
    pub roles: Vec<Role>,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
}

/// A key's text, which exists only here and in its owner's hands.
pub struct KeySecret {
    id: String,
    secret: String,
}

impl KeySecret {
    /// From 38 random bytes.
    pub fn from_random(random: &[u8; 38]) -> Self {
        let text = hex::encode(random);
        let (id, secret) = text.split_at(12);
        Self { id: id.to_owned(), secret: secret.to_owned() }
    }

    /// The key of the first start. Its public part is always the same, so that of several replicas starting at once on
    /// one database only one can hand it out.
    pub fn first(random: &[u8; 38]) -> Self {
        Self { id: "firstadmin".to_owned(), ..Self::from_random(random) }
    }

    /// Reads `tw_<id>_<secret>`.
    pub fn parse(text: &str) -> Option<Self> {
        let (id, secret) = text.strip_prefix("tw_")?.split_once('_')?;
        let plain = |s: &str| !s.is_empty() && s.len() <= 128 && s.bytes().all(|b| b.is_ascii_alphanumeric());
        (plain(id) && plain(secret)).then(|| Self { id: id.to_owned(), secret: secret.to_owned() })
    }

    /// The text to hand out, once.
    pub fn reveal(&self) -> String {
        format!("tw_{}_{}", self.id, self.secret)
    }

    fn hash(&self) -> String {
        hex::encode(Sha256::digest(self.secret.as_bytes()))
    }
}

/// Stores a new key.
pub fn create(tx: &mut dyn Tx, ctx: &Ctx, new: &NewKey, secret: &KeySecret) -> Result<ApiKey, AppError> {
    ctx.require(Permission::ManageKeys)?;
    let mut faults = Vec::new();
    let plain = new.name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
    if !plain || !(1..=64).contains(&new.name.len()) {
        faults.push(FieldFault::new("name", "invalid", "must be 1 to 64 letters, digits, '.', '_' or '-'"));
    }
    if new.roles.is_empty() {
        faults.push(FieldFault::new("role", "required", "at least one role is required"));
    }
    if new.expires_at.is_some_and(|t| t <= ctx.now) {
        faults.push(FieldFault::new("expires", "in_past", "must be in the future"));
    }
    if !faults.is_empty() {
        return Err(AppError::invalid_fields(faults));
    }
    let key = ApiKey {
        id: secret.id.clone(),
        name: new.name.clone(),
        roles: new.roles.clone(),
        secret_hash: secret.hash(),
        created_at: ctx.now,
        expires_at: new.expires_at,
        revoked_at: None,
    };
    tx.insert_key(&key)?;
    let detail = json!({"name": key.name, "roles": key.roles, "expires_at": key.expires_at});
    record(tx, ctx, "key.created", key.id.clone(), None, detail)?;
    Ok(key)
}

/// Makes the admin key of the first start, if there is no key at all yet; says whether it did.
pub fn create_first(tx: &mut dyn Tx, ctx: &Ctx, secret: &KeySecret) -> Result<bool, AppError> {
    if !tx.keys()?.is_empty() {
        return Ok(false);
    }
    let new = NewKey { name: "admin".to_owned(), roles: vec![Role::Admin], expires_at: None };
    create(tx, ctx, &new, secret).map(|_| true)
}

/// All keys.
pub fn list(tx: &mut dyn Tx, ctx: &Ctx) -> Result<Vec<ApiKey>, AppError> {
    ctx.require(Permission::ManageKeys)?;
    tx.keys()
}

/// Revokes a key; it stops working at once, on every replica.
pub fn revoke(tx: &mut dyn Tx, ctx: &Ctx, id: &str) -> Result<(), AppError> {
    ctx.require(Permission::ManageKeys)?;
    if !tx.revoke_key(id, ctx.now)? {
        return Err(AppError::not_found("key, or it was revoked before"));
    }
    record(tx, ctx, "key.revoked", id.to_owned(), None, json!({}))
}

/// The first key this registry signed with, if it ever had one.
pub fn first_signing_key(tx: &mut dyn Tx) -> Result<Option<String>, AppError> {
    let filter = AuditFilter { action: Some("signing_key.created".to_owned()), ..AuditFilter::default() };
    Ok(tx.audit_page(&filter, None, 0, 1)?.pop().map(|entry| entry.subject))
}

/// Records which key signs reports and heads of the log from now on: the first one, or the one after another.
pub fn signing_key_changed(tx: &mut dyn Tx, ctx: &Ctx, keys: &SigningKeys) -> Result<(), AppError> {
    ctx.require(Permission::ManageKeys)?;
    let active = &keys.active;
    let before = keys.retired.first().map(|k| k.key_id.as_str());
    let action = if before.is_some() { "signing_key.rotated" } else { "signing_key.created" };
    let detail =
        json!({"public_key": active.public_key, "active_from": active.active_from, "key_before": before});
    record(tx, ctx, action, active.key_id.clone(), None, detail)
}

/// Who holds this key. Every reason for "nobody" looks the same from outside.
pub fn authenticate(tx: &mut dyn Tx, text: &str, now: Timestamp) -> Result<Principal, AppError> {
    let nobody = || {
        AppError::new(
            Code::Unauthenticated,
            "The credentials are not valid; send an API key as Authorization: Bearer tw_….",
        )
    };
    let secret = KeySecret::parse(text).ok_or_else(nobody)?;
    let key = tx.key(&secret.id)?.ok_or_else(nobody)?;
    let live = key.revoked_at.is_none() && key.expires_at.is_none_or(|t| t > now);
    if !same(&key.secret_hash, &secret.hash()) || !live {
        return Err(nobody());
    }
    Principal::new(&key.id, &key.name, &key.roles).ok_or_else(nobody)
}

/// Compares without stopping at the first difference.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0u8, |d, (x, y)| d | (x ^ y)) == 0
}
