//! Webhooks wired up: their settings, their courier, and the loop that delivers.

use crate::SystemClock;
use crate::commands::Failure;
use crate::config::{Config, ConfigError};
use probatum_api::{Background, Metrics};
use probatum_application::WebhookDesk;
use probatum_application::ports::Executor;
use probatum_application::use_cases::webhooks::running::Schedule;
use probatum_connectors::outbound::OutboundPolicy;
use probatum_connectors::{SealingKey, WebhookCourier};
use serde::Deserialize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// How often the loop looks for what other replicas wrote, and for what waited long enough.
const EVERY: Duration = Duration::from_secs(1);
/// The least time between two looks.
const PAUSE: Duration = Duration::from_millis(100);
/// The most attempts after the first.
const MAX_WAITS: usize = 20;
/// The longest wait or patience in seconds: thirty days.
const MAX_SECONDS: u64 = 30 * 24 * 3_600;

/// `[webhooks]` of the configuration file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WebhookConfig {
    /// The file with the key that seals secrets; `webhook.key` in the data folder if it is not given.
    key_file: Option<PathBuf>,
    /// Also private addresses and this machine.
    allow_private: bool,
    /// Also plain http.
    allow_plain: bool,
    /// A file of certificates (PEM). Given, only these are roots of trust.
    ca_file: Option<PathBuf>,
    /// The waits after the first, second, … failure of a delivery.
    retry_seconds: Option<Vec<u64>>,
    /// A subscription is disabled once nothing was delivered for so long.
    disable_after_seconds: Option<u64>,
}

impl WebhookConfig {
    /// The same, if its values can be.
    pub fn checked(self) -> Result<Self, ConfigError> {
        let fault =
            |name, value: String, why: &str| Err(ConfigError::Value { name, value, why: why.to_owned() });
        if let Some(waits) = &self.retry_seconds
            && (waits.len() > MAX_WAITS || waits.iter().any(|s| *s > MAX_SECONDS))
        {
            let why = "use at most 20 waits of at most 2592000 seconds";
            return fault("webhooks.retry_seconds", format!("{waits:?}"), why);
        }
        match self.disable_after_seconds {
            Some(seconds) if !(1..=MAX_SECONDS).contains(&seconds) => {
                fault("webhooks.disable_after_seconds", seconds.to_string(), "use 1 to 2592000 seconds")
            }
            _ => Ok(self),
        }
    }

    fn schedule(&self) -> Schedule {
        let default = Schedule::default();
        let waits = self.retry_seconds.as_ref();
        Schedule {
            waits: waits.map_or(default.waits, |w| w.iter().map(|s| Duration::from_secs(*s)).collect()),
            disable_after: self.disable_after_seconds.map_or(default.disable_after, Duration::from_secs),
        }
    }
}

/// What delivers events, by this configuration.
pub fn desk(
    config: &Config,
    store: Arc<dyn Executor>,
    clock: Arc<SystemClock>,
) -> Result<WebhookDesk, Failure> {
    let given = &config.webhooks;
    let path = given.key_file.clone().unwrap_or_else(|| config.data.join("webhook.key"));
    let key = SealingKey::load_or_make(&path).map_err(|e| Failure(e.to_string()))?;
    let policy = OutboundPolicy {
        hosts: config.outbound_hosts.clone(),
        allow_private: given.allow_private,
        allow_plain: given.allow_plain,
        ca_file: given.ca_file.clone(),
        ..OutboundPolicy::default()
    };
    let courier = WebhookCourier::new(policy, key).map_err(|e| Failure(format!("webhooks.ca_file: {e}")))?;
    Ok(WebhookDesk { store, clock, courier: Arc::new(courier), schedule: Arc::new(given.schedule()) })
}

/// The loop that delivers.
pub struct Delivering {
    /// What delivers.
    pub webhooks: WebhookDesk,
    /// Where deliveries go on while the loop looks further.
    pub background: Background,
    /// Changes when this process wrote something.
    pub written: watch::Receiver<u64>,
    /// Where attempts are counted.
    pub metrics: Metrics,
}

impl Delivering {
    /// Runs until `stop` says so. Each subscription goes its own way: a slow receiver holds up no other.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            if let Err(e) = self.look(&stop).await {
                let cause = e.cause.as_deref().unwrap_or_default();
                tracing::warn!(error = %e, cause, "deliveries could not be looked for; they will be");
            }
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                _ = self.written.changed() => tokio::time::sleep(PAUSE).await,
                _ = stop.changed() => return,
            }
        }
    }

    async fn look(&self, stop: &watch::Receiver<bool>) -> Result<(), probatum_application::AppError> {
        let (due, lag) = self.webhooks.due().await?;
        self.metrics.lag(Duration::from_millis(u64::try_from(lag).unwrap_or(0)));
        for id in due {
            let (webhooks, metrics, stop) = (self.webhooks.clone(), self.metrics.clone(), stop.clone());
            self.background.spawn(async move {
                let (over, told) = (move || *stop.borrow(), move |t| metrics.delivery(t));
                if let Err(e) = webhooks.deliver(id, &over, &told).await {
                    let cause = e.cause.as_deref().unwrap_or_default();
                    tracing::warn!(webhook = %id, error = %e, cause, "deliveries broke off; they go on once the claim lapses");
                }
            });
        }
        Ok(())
    }
}
