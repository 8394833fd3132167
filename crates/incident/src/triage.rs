//! What a triage verdict changes about an incident: the note of it, and its place in the queue.

use crate::change::Decision;
use crate::incident::Incident;
use crate::words::QueueStatus;
use probatum_kernel::Timestamp;
use serde_json::Value;

impl Incident {
    /// Notes a verdict and what the playbook recommends for it; an incident that waited in the queue is `triaged`.
    ///
    /// A verdict is a claim (CONTRACT §5). It moves nothing else: not the evidence status, the priority, the flags, the
    /// response, nor what somebody resolved. `triaged_at` is when the item was first looked at, and stays.
    pub fn triaged(&self, verdict: &Value, recommended_actions: &[String], now: Timestamp) -> Decision {
        let mut next = self.clone();
        next.verdict = Some(verdict.clone());
        next.recommended_actions = recommended_actions.to_vec();
        if next.status == QueueStatus::Open {
            next.status = QueueStatus::Triaged;
        }
        next.triaged_at.get_or_insert(now);
        Decision::between(self, next, now)
    }
}
