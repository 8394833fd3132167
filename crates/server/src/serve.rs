//! `probatum serve`: migrate, hand out the first key, listen, stop gracefully.

use crate::commands::{Failure, ctx, follow_rules, random, say};
use crate::config::Config;
use crate::{SystemClock, logging, loops, signals, signing_key, tls, webhooks, wiring};
use actix_web::{App, HttpServer, web};
use probatum_api::{Api, Background, Hub, Metrics};
use probatum_application::Response;
use probatum_application::ports::{Clock, Executor, Signer};
use probatum_application::use_cases::deadlines;
use probatum_application::use_cases::keys::{self, KeySecret};
use probatum_connectors::{BlobStore, PlaybookFolder};
use probatum_storage::{Renewal, Store, migrate_told};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// How long requests in flight may take to finish once the program is told to stop, in seconds.
const GRACE: u64 = 30;

/// How long calls of connectors may take after that, in seconds.
const CALLS: u64 = 60;

/// How often it is told how far a long migration has come.
const TELL: Duration = Duration::from_secs(5);

/// Applies what the database lacks; a long one tells how far it has come.
fn migrated(config: &Config) -> Result<(), Failure> {
    let mut last: Option<Instant> = None;
    let mut told = |at: Renewal| {
        if last.is_none_or(|last| last.elapsed() > TELL) {
            last = Some(Instant::now());
            tracing::info!(what = at.what, done = at.done, of = at.of, "being made anew");
        }
    };
    for migration in migrate_told(&config.store.backend, &mut told)? {
        tracing::info!(migration, "migration applied");
    }
    Ok(())
}

/// Runs the registry until it is told to stop.
pub fn serve(config: &Config) -> Result<(), Failure> {
    logging::start(config.log_format, &config.log).map_err(Failure)?;
    let playbooks = Arc::new(PlaybookFolder::open(config.playbooks.clone())?);
    migrated(config)?;
    follow_rules(config)?;
    let hub = Hub::default();
    let store: Arc<dyn Executor> = hub.listening_to(Arc::new(Store::open(&config.store)?));
    let (signer, made) = wiring::signer(config, store.as_ref())?;
    let blobs = Arc::new(BlobStore::folder(&config.data)?);
    let metrics = Metrics::new().map_err(Failure)?;
    let clock = Arc::new(SystemClock);
    let response = Response { store: store.clone(), clock: clock.clone(), rules: wiring::rules(config)? };
    let triage = wiring::triage_desk(config, store.clone(), playbooks.clone())?;
    let reports = wiring::report_desk(config, store.clone(), blobs.clone(), signer.clone())?;
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
            settings: wiring::settings(config),
            metrics,
        };
        run(config, api, store).await
    })
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
    let intake = wiring::intake(&api);
    let reports = api.reports.clone();
    let jobs = loops::Jobs { store, blobs, response, intake, reports, background: background.clone() };
    let jobs = actix_web::rt::spawn(jobs.run(stopped));
    let api = web::Data::new(api);
    let server = HttpServer::new(move || App::new().configure(|cfg| probatum_api::mount(cfg, api.clone())))
        .client_request_timeout(Duration::from_secs(10))
        .keep_alive(Duration::from_secs(75))
        .shutdown_timeout(GRACE)
        .shutdown_signal(signals::told_to_stop(hub.clone()));
    let server = match &config.tls {
        Some((cert, key)) => server.bind_rustls_0_23(config.listen, tls::config(cert, key).map_err(Failure)?),
        None => server.bind(config.listen),
    };
    let server = server.map_err(|e| Failure(format!("listen = '{}': {e}", config.listen)))?;
    let scheme = if config.tls.is_some() { "https" } else { "http" };
    for address in server.addrs() {
        tracing::info!("listening on {scheme}://{address} (explorer: {scheme}://{address}/explorer/)");
    }
    // Told to stop, it takes no new connections, and requests in flight may finish. Left to itself, actix would give these
    // up on SIGINT.
    server.run().await.map_err(|e| Failure(e.to_string()))?;
    let _ = stop.send(true);
    hub.end();
    let _ = tokio::join!(jobs, courier, following);
    if !background.drain(Duration::from_secs(CALLS)).await {
        tracing::warn!("calls of connectors are still under way; they are taken up again at the next start");
    }
    tracing::info!("stopped");
    Ok(())
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
