//! What every handler has at hand.

use crate::background::Background;
use crate::metrics::Metrics;
use probatum_application::intake::QueueLimits;
use probatum_application::playbooks::Playbooks;
use probatum_application::ports::{Blobs, Clock, Executor};
use probatum_application::{Response, TriageDesk};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// What the operator decides about the facade.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Callers without credentials are viewers.
    pub public_viewer: bool,
    /// Largest evidence content, in bytes.
    pub max_upload: u64,
    /// How long a body may stall between two pieces.
    pub body_timeout: Duration,
    /// How much may wait in the intake.
    pub intake: QueueLimits,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            public_viewer: false,
            max_upload: 1024 * 1024 * 1024,
            body_timeout: Duration::from_secs(20),
            intake: QueueLimits::default(),
        }
    }
}

/// The facade's view of the registry.
#[derive(Clone)]
pub struct Api {
    /// The door to transactions.
    pub store: Arc<dyn Executor>,
    /// The content of evidence.
    pub blobs: Arc<dyn Blobs>,
    /// Where work goes on that no client waits for.
    pub background: Background,
    /// What carries response actions out.
    pub response: Response,
    /// What triages.
    pub triage: TriageDesk,
    /// Wakes those who work through the intake.
    pub delivered: Arc<Notify>,
    /// The playbooks in use.
    pub playbooks: Arc<dyn Playbooks>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Settings.
    pub settings: Settings,
    /// Counters.
    pub metrics: Metrics,
}
