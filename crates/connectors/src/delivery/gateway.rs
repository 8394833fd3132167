//! An e-delivery gateway over HTTP: one POST of the bundle, streamed, under the report's id as idempotency key.

use super::config::{DeliveryFault, TargetConfig};
use crate::chunks::ChunkReader;
use crate::outbound::{
    Answer, Outbound, OutboundError, OutboundPolicy, PolicyFault, Shipment, Trouble, host,
};
use crate::set::Environment;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use probatum_application::delivery::{Handed, Parcel, Setback};
use probatum_application::ports::Chunks;
use serde_json::Value;
use std::time::Duration;
use tokio::runtime::Handle;

/// The most characters kept of a reference.
const MAX_REFERENCE: usize = 200;

/// One gateway.
pub(super) struct Gateway {
    name: String,
    url: String,
    host: String,
    authorization: Option<String>,
    outbound: Outbound,
    timeout: Duration,
}

impl Gateway {
    pub(super) fn new(
        name: &str,
        config: &TargetConfig,
        secret: Environment<'_>,
    ) -> Result<Self, DeliveryFault> {
        let fault = |field, why: String| DeliveryFault { target: name.to_owned(), field, why };
        let url =
            config.url.clone().ok_or_else(|| fault("url", "a target of type http needs one".to_owned()))?;
        let host = host(&url).ok_or_else(|| {
            fault("url", "must be an address like https://edelivery.example.org/".to_owned())
        })?;
        if !(1..=3600).contains(&config.timeout_seconds) {
            return Err(fault("timeout_seconds", "use 1 to 3600".to_owned()));
        }
        let policy = OutboundPolicy {
            hosts: vec![host.clone()],
            allow_private: config.allow_private,
            allow_plain: config.allow_plain,
            ca_file: config.ca_file.clone(),
            ..OutboundPolicy::default()
        };
        let outbound = Outbound::new(policy).map_err(|PolicyFault(why)| fault("ca_file", why))?;
        outbound.check(&url).map_err(|PolicyFault(why)| fault("url", why))?;
        let authorization = match &config.token_env {
            None => None,
            Some(variable) => {
                let token =
                    secret(variable).filter(|t| !t.is_empty() && t.bytes().all(|b| b.is_ascii_graphic()));
                let token = token.ok_or_else(|| {
                    fault("token_env", format!("the environment variable {variable} holds no token"))
                })?;
                Some(format!("Bearer {token}"))
            }
        };
        let timeout = Duration::from_secs(config.timeout_seconds);
        Ok(Self { name: name.to_owned(), url, host, authorization, outbound, timeout })
    }

    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// Sends the bundle and reads what the gateway says.
    pub(super) async fn send(&self, parcel: Parcel, content: Chunks) -> Result<Handed, Setback> {
        let content = Box::new(ChunkReader::new(content, Handle::current()));
        let shipment = Shipment {
            url: self.url.clone(),
            headers: self.headers(&parcel),
            size: parcel.bundle.size,
            content,
        };
        match self.outbound.ship(shipment, self.timeout).await {
            Ok(answer) => self.read(&answer),
            Err(e) => Err(self.trouble(e)),
        }
    }

    fn headers(&self, parcel: &Parcel) -> Vec<(&'static str, String)> {
        let sha256 = &parcel.bundle.sha256;
        let digest = sha256.digest().map(|d| STANDARD.encode(d)).unwrap_or_default();
        let mut headers = vec![
            ("content-type", "application/zip".to_owned()),
            ("content-disposition", format!("attachment; filename=\"{}.zip\"", parcel.report_id)),
            ("idempotency-key", parcel.report_id.to_string()),
            // RFC 9530.
            ("content-digest", format!("sha-256=:{digest}:")),
            ("x-probatum-report", parcel.report_id.to_string()),
            ("x-probatum-incident", parcel.incident.to_string()),
            ("x-probatum-regime", parcel.regime.to_string()),
            ("x-probatum-phase", parcel.phase.to_string()),
            ("x-probatum-sha256", sha256.to_string()),
        ];
        headers.extend(self.authorization.clone().map(|value| ("authorization", value)));
        headers
    }

    fn read(&self, answer: &Answer) -> Result<Handed, Setback> {
        let (name, status) = (&self.name, answer.status);
        let cause = format!("HTTP {status}");
        match status {
            200..=299 => Ok(Handed { reference: reference(answer), submitted: true }),
            300..=399 => {
                let reason =
                    format!("{name} answered with a redirect, which is not followed (HTTP {status})");
                Err(Setback::for_good(reason, cause))
            }
            408 | 425 | 429 | 500..=599 => {
                let reason = format!("{name} cannot take the report at the moment (HTTP {status})");
                Err(Setback { wait: answer.retry_after, ..Setback::passing(reason, cause) })
            }
            _ => Err(Setback::for_good(format!("{name} refused the report (HTTP {status})"), cause)),
        }
    }

    /// Whatever happened, another attempt is safe: the gateway knows the report by its id.
    fn trouble(&self, e: OutboundError) -> Setback {
        let name = &self.name;
        let reason = match e.trouble {
            Trouble::Refused => {
                let reason = format!("{name} leads to an address that must not be called");
                return Setback::for_good(reason, e.cause);
            }
            Trouble::Unreachable => format!("{name} could not be reached"),
            Trouble::Lost => format!("the connection to {name} broke before it answered"),
            Trouble::TimedOut => format!("{name} did not answer within {} s", self.timeout.as_secs()),
            Trouble::TooLarge => format!("the answer of {name} is too large"),
        };
        Setback::passing(reason, e.cause)
    }
}

/// What the gateway calls the delivery, if it says so in JSON.
fn reference(answer: &Answer) -> Option<String> {
    let body: Value = serde_json::from_slice(&answer.body).ok()?;
    let named = ["reference", "message_id", "id"].iter().find_map(|name| match body.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })?;
    let line: String = named.chars().filter(|c| !c.is_control()).take(MAX_REFERENCE).collect();
    (!line.trim().is_empty()).then_some(line)
}
