//! Clocks that time alone moves, and all of them when the rules are others.

use super::{recompute, record, rules};
use crate::ctx::{Ctx, Principal};
use crate::error::AppError;
use crate::ports::{Executor, RulesInUse, Tx};
use futures_util::future::join_all;
use probatum_evidence::{EvidenceError, Sha256Hex, canonical};
use probatum_kernel::{IncidentId, IncidentRef, Timestamp};
use serde_json::json;

/// How many incidents are woken at a time: as many writes wait together, and share a commit where the database can.
const TOGETHER: u32 = 64;
/// How many such rounds one turn takes at most, so that a turn ends.
const ROUNDS: usize = 50;
/// How many incidents are computed anew in one transaction when the rules are others.
const BATCH: u32 = 50;

fn ctx(now: Timestamp) -> Ctx {
    Ctx { principal: Principal::system("deadlines"), now, request_id: format!("deadlines-{}", now.millis()) }
}

/// Computes the clocks anew whose time has come, and records what that makes due soon or overdue. Any number of replicas
/// may do so at once: an incident's row is locked while its clocks are computed, and whoever comes second finds that
/// nothing moved. Says how many incidents were looked at.
pub async fn tick(store: &dyn Executor, now: Timestamp) -> Result<usize, AppError> {
    let mut looked_at = 0usize;
    for _ in 0..ROUNDS {
        let due = store.reading(move |tx| tx.incidents_to_wake(now, TOGETHER)).await?;
        if due.is_empty() {
            break;
        }
        looked_at = looked_at.saturating_add(due.len());
        let woken = due.into_iter().map(|id| store.writing(move |tx| wake(tx, &ctx(now), id)));
        join_all(woken).await.into_iter().collect::<Result<Vec<()>, _>>()?;
    }
    Ok(looked_at)
}

fn wake(tx: &mut dyn Tx, ctx: &Ctx, id: IncidentId) -> Result<(), AppError> {
    match tx.incident(IncidentRef::Id(id))? {
        Some(incident) => recompute(tx, ctx, &incident),
        None => Ok(()),
    }
}

/// SHA-256 over the rules in canonical JSON.
pub(in crate::use_cases) fn digest() -> Result<String, AppError> {
    let value = serde_json::to_value(rules()).map_err(|e| AppError::internal(e.to_string()))?;
    Ok(Sha256Hex::of(canonical(&value).map_err(EvidenceError::from)?.as_bytes()).to_string())
}

/// Makes this program's rules the ones in use, at its start. If they are others than before, every incident's clocks are
/// due to be computed anew, which [`sweep`] does.
pub fn adopt(tx: &mut dyn Tx, now: Timestamp) -> Result<(), AppError> {
    let (digest, version) = (digest()?, rules().version.clone());
    let before = tx.rules_in_use()?;
    if before.as_ref().is_some_and(|b| b.digest == digest) {
        return Ok(());
    }
    let detail = json!({
        "version": version, "digest": digest,
        "version_before": before.as_ref().map(|b| b.version.as_str()),
        "digest_before": before.as_ref().map(|b| b.digest.as_str()),
    });
    let next = RulesInUse { digest, version: version.clone(), since: now, swept_to: None, done: false };
    tx.save_rules_in_use(before.as_ref(), &next)?;
    record(tx, &ctx(now), "deadline_rules.adopted", version, None, detail)
}

/// Computes the next incidents' clocks anew since the rules are others; says whether there may be more. It goes on where
/// any replica left off, and stops where another has other rules by now.
pub async fn sweep(store: &dyn Executor, now: Timestamp) -> Result<bool, AppError> {
    let ours = digest()?;
    let unfinished = |r: &RulesInUse, ours: &str| !r.done && r.digest == ours;
    let looked = ours.clone();
    let open =
        store.reading(move |tx| Ok(tx.rules_in_use()?.is_some_and(|r| unfinished(&r, &looked)))).await?;
    if !open {
        return Ok(false);
    }
    let work = move |tx: &mut dyn Tx| {
        let Some(before) = tx.rules_in_use()?.filter(|r| unfinished(r, &ours)) else { return Ok(false) };
        let ids = tx.incidents_after(before.swept_to, BATCH)?;
        for id in &ids {
            wake(tx, &ctx(now), *id)?;
        }
        let more = ids.len() >= usize::try_from(BATCH).unwrap_or(usize::MAX);
        let swept_to = ids.last().copied().or(before.swept_to);
        tx.save_rules_in_use(Some(&before), &RulesInUse { swept_to, done: !more, ..before.clone() })?;
        Ok(more)
    };
    store.writing(work).await
}
