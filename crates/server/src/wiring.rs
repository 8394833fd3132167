//! What the configuration makes of the ports: which adapter stands behind each.

use crate::SystemClock;
use crate::commands::{Failure, block_on};
use crate::config::Config;
use crate::intake_loop::IntakeWorkers;
use crate::signing_key;
use probatum_api::{Api, Settings};
use probatum_application::playbooks::Playbooks;
use probatum_application::ports::{Clock, Executor, Signer};
use probatum_application::triage::Triager;
use probatum_application::use_cases::actions::Rules;
use probatum_application::use_cases::keys;
use probatum_application::{AppError, IntakeDesk, ReportDesk, TriageDesk};
use probatum_connectors::delivery::Targets;
use probatum_connectors::{BlobStore, BundleMaker, ConnectorSet, SigningKeyFile, triage};
use probatum_incident::Category;
use std::sync::Arc;

/// What the operator decides about the facade.
pub fn settings(config: &Config) -> Settings {
    Settings {
        public_viewer: config.public_viewer,
        max_upload: config.max_upload,
        intake: config.intake,
        ..Settings::default()
    }
}

/// The signing key, and whether it was made just now. A registry that has had one gets no other by accident: what it
/// signed would be signed by a stranger from now on.
pub fn signer(config: &Config, store: &dyn Executor) -> Result<(Arc<SigningKeyFile>, bool), Failure> {
    if !config.signing_key.exists()
        && let Some(key) = block_on(async { Ok(store.reading(keys::first_signing_key).await?) })?
    {
        return Err(Failure(format!(
            "signing_key = '{}': there is no such file, but this registry has signed with {key}. Put the file in its \
             place, or name where it is; if it is lost for good, `probatum signing-key rotate` makes a new one",
            config.signing_key.display()
        )));
    }
    let (signer, made) =
        SigningKeyFile::open_or_create(&config.signing_key, &signing_key::seed()?, SystemClock.now())?;
    if signer.is_exposed() {
        let path = config.signing_key.display();
        tracing::warn!(%path, "the signing key can be read by others than its owner; chmod 600 it");
    }
    Ok((Arc::new(signer), made))
}

/// What triages alerts.
pub fn triage_desk(
    config: &Config,
    store: Arc<dyn Executor>,
    playbooks: Arc<dyn Playbooks>,
) -> Result<TriageDesk, Failure> {
    Ok(TriageDesk {
        store,
        clock: Arc::new(SystemClock),
        playbooks,
        triager: triager(config)?,
        pause: |time| Box::pin(tokio::time::sleep(time)),
    })
}

/// What makes and sends reports: bundles are written below the data folder, and so is the spool folder.
pub fn report_desk(
    config: &Config,
    store: Arc<dyn Executor>,
    blobs: Arc<BlobStore>,
    signer: Arc<dyn Signer>,
) -> Result<ReportDesk, Failure> {
    let secret = |name: &str| std::env::var(name).ok();
    let refused = |fault: &dyn std::fmt::Display| Failure(fault.to_string());
    let targets =
        Targets::new(&config.delivery, &config.data.join("spool"), &secret).map_err(|e| refused(&e))?;
    targets.within(&config.outbound_hosts).map_err(|e| refused(&e))?;
    let bundles =
        BundleMaker::new(&config.data.join("bundles"), blobs.clone(), signer, Arc::new(SystemClock))
            .map_err(|e| Failure(format!("data = '{}': {e}", config.data.display())))?;
    Ok(ReportDesk {
        store,
        clock: Arc::new(SystemClock),
        blobs,
        bundles: Arc::new(bundles),
        delivery: Arc::new(targets),
        pause: |time| Box::pin(tokio::time::sleep(time)),
        busy: Arc::default(),
    })
}

/// The policy and the connectors. Secrets come from the environment alone.
pub fn rules(config: &Config) -> Result<Rules, Failure> {
    let secret = |name: &str| std::env::var(name).ok();
    let connectors = ConnectorSet::new(config.connectors.clone(), config.demo, &secret);
    let connectors = connectors.map_err(|fault| Failure(fault.to_string()))?;
    connectors.within(&config.outbound_hosts).map_err(|fault| Failure(fault.to_string()))?;
    Ok(Rules { policy: Arc::new(config.policy.clone()), connectors: Arc::new(connectors) })
}

/// What judges alerts. A model may name the categories incidents have.
fn triager(config: &Config) -> Result<Arc<dyn Triager>, Failure> {
    let secret = |name: &str| std::env::var(name).ok();
    let categories: Vec<&str> = Category::ALL.iter().map(|c| c.as_str()).collect();
    triage::triager(&config.triage, &categories, &config.outbound_hosts, &secret)
        .map_err(|fault| Failure(fault.to_string()))
}

/// What works through the intake.
pub fn intake(api: &Api) -> IntakeWorkers {
    let desk = IntakeDesk {
        store: api.store.clone(),
        blobs: api.blobs.clone(),
        clock: api.clock.clone(),
        offload: |work| {
            Box::pin(async move {
                let done = tokio::task::spawn_blocking(work).await;
                done.map_err(|e| AppError::internal(e.to_string()))
            })
        },
    };
    IntakeWorkers { desk, delivered: api.delivered.clone(), metrics: api.metrics.clone() }
}
