//! `probatum serve`: migrate, hand out the first key, listen, stop gracefully.

use crate::commands::{Failure, ctx, follow_rules, random, say};
use crate::config::Config;
use crate::intake_loop::IntakeWorkers;
use crate::{SystemClock, logging, loops, signing_key, tls, webhooks};
use actix_web::{App, HttpServer, web};
use probatum_api::{Api, Background, Hub, Metrics};
use probatum_application::ports::{Clock, Executor, Signer};
use probatum_application::triage::Triager;
use probatum_application::use_cases::actions::Rules;
use probatum_application::use_cases::deadlines;
use probatum_application::use_cases::keys::{self, KeySecret};
use probatum_application::{AppError, IntakeDesk, ReportDesk, Response, TriageDesk};
use probatum_connectors::delivery::Targets;
use probatum_connectors::{BlobStore, BundleMaker, ConnectorSet, PlaybookFolder, SigningKeyFile, triage};
use probatum_incident::Category;
use probatum_storage::{Store, migrate};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// How long requests in flight may take to finish once the program is told to stop, in seconds.
const GRACE: u64 = 30;

/// How long calls of connectors may take after that, in seconds.
const CALLS: u64 = 60;

/// Runs the registry until it is told to stop.
pub fn serve(config: &Config) -> Result<(), Failure> {
    logging::start(config.log_format, &config.log).map_err(Failure)?;
    let playbooks = Arc::new(PlaybookFolder::open(config.playbooks.clone())?);
    for migration in migrate(&config.store.backend)? {
        tracing::info!(migration, "migration applied");
    }
    follow_rules(config)?;
    let hub = Hub::default();
    let store: Arc<dyn Executor> = hub.listening_to(Arc::new(Store::open(&config.store)?));
    let (signer, made) =
        SigningKeyFile::open_or_create(&config.signing_key, &signing_key::seed()?, SystemClock.now())?;
    if signer.is_exposed() {
        let path = config.signing_key.display();
        tracing::warn!(%path, "the signing key can be read by others than its owner; chmod 600 it");
    }
    let blobs = Arc::new(BlobStore::folder(&config.data)?);
    let settings = probatum_api::Settings {
        public_viewer: config.public_viewer,
        max_upload: config.max_upload,
        intake: config.intake,
        ..probatum_api::Settings::default()
    };
    let metrics = Metrics::new().map_err(Failure)?;
    let clock = Arc::new(SystemClock);
    let response = Response { store: store.clone(), clock: clock.clone(), rules: rules(config)? };
    let triage = TriageDesk {
        store: store.clone(),
        clock: clock.clone(),
        playbooks: playbooks.clone(),
        triager: triager(config)?,
        pause: |time| Box::pin(tokio::time::sleep(time)),
    };
    let signer = Arc::new(signer);
    let reports = report_desk(config, store.clone(), blobs.clone(), clock.clone(), signer.clone())?;
    let webhooks = webhooks::desk(config, store.clone(), clock.clone())?;
    actix_web::rt::System::new().block_on(async {
        let background = Background::here();
        if made {
            signing_key::record(store.as_ref(), &signer.keys()?).await?;
        }
        let api = Api {
            store: store.clone(),
            blobs,
            background,
            response,
            triage,
            delivered: Arc::default(),
            reports,
            organisation: config.organisation.as_str().into(),
            webhooks,
            hub,
            playbooks,
            signer,
            clock,
            settings,
            metrics,
        };
        run(config, api, store).await
    })
}

/// What makes and sends reports: bundles are written below the data folder, and so is the spool folder.
fn report_desk(
    config: &Config,
    store: Arc<dyn Executor>,
    blobs: Arc<BlobStore>,
    clock: Arc<SystemClock>,
    signer: Arc<dyn Signer>,
) -> Result<ReportDesk, Failure> {
    let secret = |name: &str| std::env::var(name).ok();
    let refused = |fault: &dyn std::fmt::Display| Failure(fault.to_string());
    let targets =
        Targets::new(&config.delivery, &config.data.join("spool"), &secret).map_err(|e| refused(&e))?;
    targets.within(&config.outbound_hosts).map_err(|e| refused(&e))?;
    let bundles = BundleMaker::new(&config.data.join("bundles"), blobs.clone(), signer, clock.clone())
        .map_err(|e| Failure(format!("data = '{}': {e}", config.data.display())))?;
    Ok(ReportDesk {
        store,
        clock,
        blobs,
        bundles: Arc::new(bundles),
        delivery: Arc::new(targets),
        pause: |time| Box::pin(tokio::time::sleep(time)),
        busy: Arc::default(),
    })
}

/// The policy and the connectors. Secrets come from the environment alone.
fn rules(config: &Config) -> Result<Rules, Failure> {
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

async fn run(config: &Config, api: Api, store: Arc<dyn Executor>) -> Result<(), Failure> {
    first_key(store.as_ref()).await?;
    store.writing(|tx| deadlines::adopt(tx, SystemClock.now())).await?;
    let (stop, stopped) = watch::channel(false);
    let (blobs, response, background) = (api.blobs.clone(), api.response.clone(), api.background.clone());
    let (hub, webhooks, metrics) = (api.hub.clone(), api.webhooks.clone(), api.metrics.clone());
    let following = actix_web::rt::spawn(hub.clone().run(store.clone()));
    let courier =
        webhooks::Delivering { webhooks, background: background.clone(), written: hub.written(), metrics };
    let courier = actix_web::rt::spawn(courier.run(stopped.clone()));
    let intake = intake(&api);
    let reports = api.reports.clone();
    let jobs = loops::Jobs { store, blobs, response, intake, reports, background: background.clone() };
    let jobs = actix_web::rt::spawn(jobs.run(stopped));
    let api = web::Data::new(api);
    let server = HttpServer::new(move || App::new().configure(|cfg| probatum_api::mount(cfg, api.clone())))
        .client_request_timeout(Duration::from_secs(10))
        .keep_alive(Duration::from_secs(75))
        .shutdown_timeout(GRACE);
    let server = match &config.tls {
        Some((cert, key)) => server.bind_rustls_0_23(config.listen, tls::config(cert, key).map_err(Failure)?),
        None => server.bind(config.listen),
    };
    let server = server.map_err(|e| Failure(format!("listen = '{}': {e}", config.listen)))?;
    let scheme = if config.tls.is_some() { "https" } else { "http" };
    for address in server.addrs() {
        tracing::info!("listening on {scheme}://{address} (explorer: {scheme}://{address}/explorer/)");
    }
    // Streams of events never finish by themselves.
    let ending = actix_web::rt::spawn(webhooks::end_on_signal(hub.clone()));
    // actix stops on SIGINT and SIGTERM: no new connections, requests in flight may finish.
    server.run().await.map_err(|e| Failure(e.to_string()))?;
    let _ = stop.send(true);
    hub.end();
    ending.abort();
    let _ = tokio::join!(jobs, courier, following);
    if !background.drain(Duration::from_secs(CALLS)).await {
        tracing::warn!("calls of connectors are still under way; they are taken up again at the next start");
    }
    tracing::info!("stopped");
    Ok(())
}

/// What works through the intake.
fn intake(api: &Api) -> IntakeWorkers {
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

/// The first start hands out one admin key, once.
async fn first_key(store: &dyn Executor) -> Result<(), Failure> {
    let (random, ctx) = (random()?, ctx());
    let made = store.writing(move |tx| keys::create_first(tx, &ctx, &KeySecret::first(&random))).await?;
    if made {
        eprintln!("First start. This admin key is shown once; keep it safe:");
        say(&KeySecret::first(&random).reveal())?;
    }
    Ok(())
}
