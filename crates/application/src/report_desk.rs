//! The report desk: has bundles made and delivered between transactions, and records what came of it. A claim is extended
//! while the work goes on, and lapses soon after whoever held it is gone.

use crate::ctx::{Ctx, Principal};
use crate::delivery::{BundleOrder, Bundles, Delivery, Handed, Outgoing, Parcel, Setback};
use crate::error::AppError;
use crate::ports::{Blobs, Clock, Executor};
use crate::triage_desk::Pause;
use crate::use_cases::reports;
use futures_util::future::{Either, select};
use probatum_compliance_export::{Filing, ReportId, Sealed};
use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// How long a claim holds without being extended, in milliseconds.
const LEASE_MS: i64 = 30_000;
/// How often it is extended.
const RENEWAL: Duration = Duration::from_secs(10);
/// How many reports are looked at together, and how many are worked on at once: a bundle takes a processor.
const AT_ONCE: usize = 4;
/// How many due reports one look brings up.
const BATCH: u32 = 16;

/// Everything that reports need.
#[derive(Clone)]
pub struct ReportDesk {
    /// The door to transactions.
    pub store: Arc<dyn Executor>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Where bundles are kept.
    pub blobs: Arc<dyn Blobs>,
    /// What makes them.
    pub bundles: Arc<dyn Bundles>,
    /// What delivers them.
    pub delivery: Arc<dyn Delivery>,
    /// How to wait.
    pub pause: Pause,
    /// How many reports this process works on.
    pub busy: Arc<AtomicUsize>,
}

/// A place at the desk, given back when dropped.
struct Place(Arc<AtomicUsize>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl ReportDesk {
    /// Reports that wait to be made or sent, the longest due first.
    pub async fn due(&self) -> Result<Vec<ReportId>, AppError> {
        let now = self.clock.now();
        self.store.reading(move |tx| tx.reports_to_wake(now, BATCH)).await
    }

    /// Takes up what is due, one after the other.
    pub async fn take_up_due(&self) -> Result<(), AppError> {
        for id in self.due().await? {
            self.take_up(id).await?;
        }
        Ok(())
    }

    /// Makes and sends a report as far as it goes now. One that somebody else is at is left alone; so is every one while
    /// the desk is full, and the next look finds it again.
    pub async fn take_up(&self, id: ReportId) -> Result<(), AppError> {
        let Some(_place) = self.place() else { return Ok(()) };
        while let Some(filing) = self.begin(id).await? {
            let going_on = match filing.bundle.clone() {
                None => self.make(&filing).await?,
                Some(bundle) => self.send(&filing, bundle).await?,
            };
            if !going_on {
                break;
            }
        }
        Ok(())
    }

    fn place(&self) -> Option<Place> {
        let taken = self.busy.fetch_add(1, Ordering::SeqCst);
        let place = Place(self.busy.clone());
        (taken < AT_ONCE).then_some(place)
    }

    async fn begin(&self, id: ReportId) -> Result<Option<Filing>, AppError> {
        let desk = self.clone();
        self.store
            .writing(move |tx| {
                let ctx = desk.ctx(id);
                reports::begin(tx, &ctx, id, ctx.now.plus_millis(LEASE_MS))
            })
            .await
    }

    /// Makes the bundle; says whether it is on record.
    async fn make(&self, filing: &Filing) -> Result<bool, AppError> {
        let (id, claim) = (filing.id, filing.claim);
        let made = match self.order(filing).await {
            Ok(order) => self.holding(filing, self.bundles.make(order)).await,
            Err(e) => Err(e),
        };
        let bundle = match made {
            Ok(bundle) => bundle,
            Err(e) => return self.missed(filing, e).await.map(|()| false),
        };
        let (desk, kept) = (self.clone(), bundle.clone());
        let recorded =
            self.store.writing(move |tx| reports::made(tx, &desk.ctx(id), id, claim, &kept)).await?;
        if !recorded {
            self.blobs.delete(bundle.storage_key).await?;
        }
        Ok(recorded)
    }

    async fn order(&self, filing: &Filing) -> Result<BundleOrder, Setback> {
        let filing = filing.clone();
        self.store.reading(move |tx| reports::thaw(tx, &filing)).await.map_err(|e| {
            let cause = e.cause.clone().unwrap_or_else(|| e.detail.clone());
            match e.transient || e.code == probatum_kernel::Code::Unavailable {
                true => Setback::passing("The records could not be read", cause),
                false => Setback::for_good("The report cannot be made from what was kept of it", cause),
            }
        })
    }

    /// Sends the bundle. There is nothing to go on with, whatever came of it.
    async fn send(&self, filing: &Filing, bundle: Sealed) -> Result<bool, AppError> {
        let (id, claim) = (filing.id, filing.claim);
        match self.holding(filing, self.hand_over(filing, bundle)).await {
            Ok(handed) => {
                let desk = self.clone();
                self.store.writing(move |tx| reports::sent(tx, &desk.ctx(id), id, claim, &handed)).await?;
            }
            Err(e) => self.missed(filing, e).await?,
        }
        Ok(false)
    }

    fn hand_over(&self, filing: &Filing, bundle: Sealed) -> Outgoing<'_, Handed> {
        let parcel = Parcel {
            report_id: filing.id,
            incident: filing.id.incident(),
            regime: filing.regime,
            phase: filing.phase,
            target: filing.target.clone(),
            bundle,
        };
        Box::pin(async move {
            let cause = |e: AppError| e.cause.unwrap_or(e.detail);
            let found = self.blobs.open(parcel.bundle.storage_key.clone()).await;
            match found.map_err(|e| Setback::passing("The bundle could not be read", cause(e)))? {
                Some((size, content)) if size == parcel.bundle.size => {
                    self.delivery.send(parcel, content).await
                }
                Some((size, _)) => Err(Setback::for_good(
                    "The bundle is no longer as it was made",
                    format!("{size} bytes instead of {}", parcel.bundle.size),
                )),
                None => Err(Setback::for_good("The bundle is gone from the blob store", "no such blob")),
            }
        })
    }

    /// Does the work and extends the claim as long as it takes.
    async fn holding<T>(&self, filing: &Filing, work: Outgoing<'_, T>) -> Result<T, Setback> {
        match select(work, pin!(self.renewing(filing))).await {
            Either::Left((done, _)) => done,
            Either::Right((never, _)) => match never {},
        }
    }

    async fn renewing(&self, filing: &Filing) -> Infallible {
        let (id, claim) = (filing.id, filing.claim);
        loop {
            (self.pause)(RENEWAL).await;
            let until = self.clock.now().plus_millis(LEASE_MS);
            let renewed = self.store.writing(move |tx| tx.renew_report(id, claim, until)).await;
            match renewed {
                Ok(true) => {}
                Ok(false) => tracing::warn!(report = %id, "a claim was taken over while the work went on"),
                Err(e) => {
                    let cause = e.cause.as_deref().unwrap_or_default();
                    tracing::warn!(report = %id, error = %e, cause, "a claim could not be extended");
                }
            }
        }
    }

    async fn missed(&self, filing: &Filing, how: Setback) -> Result<(), AppError> {
        let (id, claim) = (filing.id, filing.claim);
        tracing::warn!(report = %id, reason = how.reason, cause = how.cause, "a report is held up");
        let desk = self.clone();
        self.store.writing(move |tx| reports::missed(tx, &desk.ctx(id), id, claim, &how)).await
    }

    /// The circumstances of work nobody waits for.
    fn ctx(&self, id: ReportId) -> Ctx {
        Ctx {
            principal: Principal::system("reports"),
            now: self.clock.now(),
            request_id: format!("report-{id}"),
        }
    }
}
