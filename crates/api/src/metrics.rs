//! Counters for Prometheus: requests by route and status, their duration, and what waits for the database.

use crate::metrics_intake::IntakeMetrics;
use prometheus::{
    Encoder, HistogramOpts, HistogramVec, IntCounterVec, IntGauge, Opts, Registry, TextEncoder,
};
use std::time::Duration;

/// The registry of all counters.
#[derive(Clone)]
pub struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    seconds: HistogramVec,
    waiting_writes: IntGauge,
    waiting_reads: IntGauge,
    intake: IntakeMetrics,
}

impl Metrics {
    /// Fresh counters.
    pub fn new() -> Result<Self, String> {
        let registry = Registry::new();
        let requests = Opts::new("probatum_http_requests_total", "Requests by method, route and status.");
        let requests =
            IntCounterVec::new(requests, &["method", "route", "status"]).map_err(|e| e.to_string())?;
        let buckets = vec![0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
        let seconds =
            HistogramOpts::new("probatum_http_request_seconds", "Seconds to the first byte of an answer.");
        let seconds = HistogramVec::new(seconds.buckets(buckets), &["route"]).map_err(|e| e.to_string())?;
        let gauge = |name: &str, help: &str| IntGauge::new(name, help).map_err(|e| e.to_string());
        let waiting_writes = gauge("probatum_writes_waiting", "Writing jobs waiting for the database.")?;
        let waiting_reads = gauge("probatum_reads_waiting", "Reading jobs waiting for the database.")?;
        let all: [Box<dyn prometheus::core::Collector>; 4] = [
            Box::new(requests.clone()),
            Box::new(seconds.clone()),
            Box::new(waiting_writes.clone()),
            Box::new(waiting_reads.clone()),
        ];
        for collector in all {
            registry.register(collector).map_err(|e| e.to_string())?;
        }
        let intake = IntakeMetrics::new(&registry)?;
        Ok(Self { registry, requests, seconds, waiting_writes, waiting_reads, intake })
    }

    /// Counts a request.
    pub fn request(&self, method: &str, route: &str, status: u16, took: Duration) {
        // Methods come from outside; an endless variety of them must not become an endless number of series.
        let method = match method {
            "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD" | "OPTIONS" => method,
            _ => "other",
        };
        self.requests.with_label_values(&[method, route, &status.to_string()]).inc();
        self.seconds.with_label_values(&[route]).observe(took.as_secs_f64());
    }

    /// Sets how many jobs wait.
    pub fn waiting(&self, writes: usize, reads: usize) {
        self.waiting_writes.set(i64::try_from(writes).unwrap_or(i64::MAX));
        self.waiting_reads.set(i64::try_from(reads).unwrap_or(i64::MAX));
    }

    /// What the intake counts.
    pub fn intake(&self) -> &IntakeMetrics {
        &self.intake
    }

    /// All counters in Prometheus' text format.
    pub fn text(&self) -> Result<String, String> {
        let mut out = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut out).map_err(|e| e.to_string())?;
        String::from_utf8(out).map_err(|e| e.to_string())
    }
}
