//! `Idempotency-Key`: the same request twice is one change, and the second gets the first one's answer.

use crate::ctx::Ctx;
use crate::error::AppError;
use crate::ports::Tx;
use probatum_kernel::Code;

/// A finished answer, as it went over the wire and as it is kept for a repetition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Headers that belong to the answer: `location`, `etag`.
    pub headers: Vec<(String, String)>,
    /// The body, JSON or empty.
    pub body: Vec<u8>,
}

/// A client's key for one request, and the fingerprint of what it asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestKey {
    /// What the client sent, 1–255 visible ASCII characters.
    pub key: String,
    /// SHA-256 over method, path and body.
    pub fingerprint: String,
}

impl RequestKey {
    /// The key of a request: `method`, `path` and `body` make its fingerprint.
    pub fn new(key: &str, method: &str, path: &str, body: &[u8]) -> Result<Self, AppError> {
        use sha2::{Digest, Sha256};
        if !(1..=255).contains(&key.len()) || !key.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(AppError::invalid(
                "Idempotency-Key",
                "invalid",
                "must be 1 to 255 visible ASCII characters",
            ));
        }
        let mut hasher = Sha256::new();
        for part in [method.as_bytes(), b"\n", path.as_bytes(), b"\n", body] {
            hasher.update(part);
        }
        Ok(Self { key: key.to_owned(), fingerprint: hex::encode(hasher.finalize()) })
    }
}

/// The answer kept under a key for this very request; a key that was used for another is refused.
pub(crate) fn kept_answer(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    key: Option<&RequestKey>,
) -> Result<Option<Answer>, AppError> {
    let Some(key) = key else { return Ok(None) };
    match tx.stored_answer(&ctx.principal.id, &key.key)? {
        Some((fingerprint, answer)) if fingerprint == key.fingerprint => Ok(Some(answer)),
        Some(_) => {
            let detail =
                "This Idempotency-Key was used for another request; send a new key with a new request.";
            Err(AppError::new(Code::IdempotencyKeyReused, detail))
        }
        None => Ok(None),
    }
}

/// Runs `work` once per key and principal: the answer is kept in the same transaction as the change itself, so a
/// repetition, also after a crash, gets that answer and changes nothing. A failed attempt keeps nothing.
pub fn answer_once(
    tx: &mut dyn Tx,
    ctx: &Ctx,
    key: Option<&RequestKey>,
    work: impl FnOnce(&mut dyn Tx, &Ctx) -> Result<Answer, AppError>,
) -> Result<Answer, AppError> {
    let Some(key) = key else { return work(tx, ctx) };
    if let Some(answer) = kept_answer(tx, ctx, Some(key))? {
        return Ok(answer);
    }
    let answer = work(tx, ctx)?;
    tx.store_answer(&ctx.principal.id, key, &answer, ctx.now)?;
    Ok(answer)
}
