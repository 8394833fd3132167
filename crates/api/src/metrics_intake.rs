//! What of the intake Prometheus sees: events taken, events worked through, and what waits.

use probatum_application::Worked;
use probatum_application::intake::Backlog;
use prometheus::{IntCounter, IntCounterVec, IntGauge, Opts, Registry};

/// Counters of this process, and gauges of all replicas' queue.
#[derive(Clone)]
pub struct IntakeMetrics {
    taken: IntCounter,
    processed: IntCounterVec,
    deliveries: IntGauge,
    bytes: IntGauge,
}

impl IntakeMetrics {
    /// Fresh counters, registered.
    pub fn new(registry: &Registry) -> Result<Self, String> {
        let told = |e: prometheus::Error| e.to_string();
        let taken =
            IntCounter::new("probatum_intake_events_total", "Log events taken, durable and answered.");
        let processed =
            Opts::new("probatum_intake_events_processed_total", "Log events worked through, by result.");
        let deliveries =
            IntGauge::new("probatum_intake_deliveries_waiting", "Deliveries not worked through yet.");
        let bytes = IntGauge::new("probatum_intake_bytes_waiting", "Their bytes.");
        let all = Self {
            taken: taken.map_err(told)?,
            processed: IntCounterVec::new(processed, &["result"]).map_err(told)?,
            deliveries: deliveries.map_err(told)?,
            bytes: bytes.map_err(told)?,
        };
        registry.register(Box::new(all.taken.clone())).map_err(told)?;
        registry.register(Box::new(all.processed.clone())).map_err(told)?;
        registry.register(Box::new(all.deliveries.clone())).map_err(told)?;
        registry.register(Box::new(all.bytes.clone())).map_err(told)?;
        Ok(all)
    }

    /// Counts events that were taken.
    pub fn took(&self, events: u32) {
        self.taken.inc_by(events.into());
    }

    /// Counts events that were worked through.
    pub fn worked(&self, worked: Worked) {
        self.processed.with_label_values(&["accepted"]).inc_by(worked.accepted.into());
        self.processed.with_label_values(&["rejected"]).inc_by(worked.rejected.into());
    }

    /// Sets what waits.
    pub fn waiting(&self, backlog: Backlog) {
        self.deliveries.set(i64::try_from(backlog.batches).unwrap_or(i64::MAX));
        self.bytes.set(i64::try_from(backlog.bytes).unwrap_or(i64::MAX));
    }
}
