//! Acknowledged deliveries outlive what the registry lacks for a while: a folder not mounted yet, content that cannot be
//! read; and what was given up has a way back.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use probatum_application::intake::{Intake, IntakeKind, IntakeState, QueueLimits};
use probatum_application::ports::{Blobs, Clock, Executor};
use probatum_application::use_cases::intake::{self, NewIntake};
use probatum_application::{AppError, Ctx, IntakeDesk, Principal};
use probatum_connectors::BlobStore;
use probatum_kernel::{IntakeId, Role, Timestamp};
use probatum_storage::{Settings, Store, migrate};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

/// A clock that is set by hand: patience is a matter of days.
struct Hands(Mutex<Timestamp>);

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

struct Bed {
    desk: IntakeDesk,
    hands: Arc<Hands>,
    folder: PathBuf,
    _dir: tempfile::TempDir,
}

impl Bed {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", dir.path().join("registry.db").display());
        let settings = Settings::parse(&url, false).unwrap();
        migrate(&settings.backend).unwrap();
        let store: Arc<dyn Executor> = Arc::new(Store::open(&settings).unwrap());
        let folder = dir.path().join("content");
        let blobs: Arc<dyn Blobs> = Arc::new(BlobStore::folder(&folder).unwrap());
        let hands = Arc::new(Hands(Mutex::new("2026-11-22T10:00:00Z".parse().unwrap())));
        let desk = IntakeDesk {
            store,
            blobs,
            clock: hands.clone(),
            offload: |work| {
                Box::pin(async move {
                    let done = tokio::task::spawn_blocking(work).await;
                    done.map_err(|e| AppError::internal(e.to_string()))
                })
            },
        };
        Self { desk, hands, folder, _dir: dir }
    }

    fn ctx(&self) -> Ctx {
        let principal = Principal::new("abcdef012345", "shipper", &[Role::Devsecops]).unwrap();
        Ctx { principal, now: self.hands.now(), request_id: "req-1".to_owned() }
    }

    /// Takes a delivery with one event.
    async fn takes(&self) -> IntakeId {
        let mut upload = self.desk.blobs.begin().await.unwrap();
        upload.write(bytes(r#"{"message":"denied","rule":"r","host":"web-1"}"#)).await.unwrap();
        let blob = upload.finish().await.unwrap();
        let media_type = Some("application/json".to_owned());
        let new = NewIntake { kind: IntakeKind::Log, blob, media_type, command: None, events: 1 };
        let ctx = self.ctx();
        let work = move |tx: &mut dyn probatum_application::ports::Tx| {
            intake::accept(tx, &ctx, QueueLimits::default(), &new)
        };
        self.desk.store.writing(work).await.unwrap().id
    }

    async fn retries(&self, id: IntakeId) {
        let ctx = self.ctx();
        let work = move |tx: &mut dyn probatum_application::ports::Tx| {
            intake::retry(tx, &ctx, id, QueueLimits::default())
        };
        self.desk.store.writing(work).await.unwrap();
    }

    /// One round of work, and how the delivery stands then.
    async fn works(&self, id: IntakeId) -> Intake {
        self.desk.work(|| false, |_| ()).await.unwrap();
        self.desk.store.reading(move |tx| tx.intake(id)).await.unwrap().unwrap()
    }

    fn passes(&self, hours: i64, seconds: i64) {
        let mut now = self.hands.0.lock().unwrap();
        *now = now.plus_hours(hours).plus_millis(seconds * 1_000);
    }

    /// As if the folder was not mounted.
    fn mounted(&self, is: bool) {
        let (here, away) = (self.folder.join("evidence"), self.folder.join("away"));
        if is { std::fs::rename(away, here).unwrap() } else { std::fs::rename(here, away).unwrap() }
    }

    /// The file with the content.
    fn file(&self) -> PathBuf {
        let mut files = std::fs::read_dir(self.folder.join("evidence")).unwrap();
        files.next().unwrap().unwrap().path()
    }
}

fn bytes(text: &'static str) -> actix_web::web::Bytes {
    actix_web::web::Bytes::from_static(text.as_bytes())
}

#[tokio::test]
async fn what_is_not_there_is_waited_for() {
    let bed = Bed::new();
    let id = bed.takes().await;
    bed.mounted(false);
    for round in 0..40 {
        let left = bed.works(id).await;
        assert_eq!(left.state, IntakeState::Queued, "round {round}");
        assert!(left.wake_at.unwrap() > bed.hands.now() && left.blob.is_some());
        bed.passes(0, 61);
    }
    bed.mounted(true);
    let done = bed.works(id).await;
    assert_eq!((done.state, done.accepted, done.reason), (IntakeState::Processed, 1, None));
}

#[tokio::test]
async fn after_three_days_it_is_given_up_and_has_a_way_back() {
    let bed = Bed::new();
    let id = bed.takes().await;
    bed.mounted(false);
    bed.works(id).await;
    bed.passes(71, 0);
    assert_eq!(bed.works(id).await.state, IntakeState::Queued);
    bed.passes(1, 61);
    let given_up = bed.works(id).await;
    assert!(given_up.is_given_up() && given_up.blob.is_some(), "{given_up:?}");
    assert_eq!((given_up.state, given_up.wake_at), (IntakeState::Rejected, None));
    // Tried again it has its three days once more.
    bed.retries(id).await;
    assert_eq!(bed.works(id).await.state, IntakeState::Queued);
    bed.mounted(true);
    bed.passes(0, 61);
    let done = bed.works(id).await;
    assert_eq!((done.state, done.accepted, done.rejected), (IntakeState::Processed, 1, 0));
}

#[tokio::test]
async fn what_is_not_what_came_in_is_tried_twenty_times() {
    let bed = Bed::new();
    let id = bed.takes().await;
    let (file, content) = (bed.file(), std::fs::read(bed.file()).unwrap());
    std::fs::write(&file, "{\"message\":\"other\"}").unwrap();
    for round in 0..20 {
        assert_eq!(bed.works(id).await.state, IntakeState::Queued, "round {round}");
        bed.passes(0, 61);
    }
    assert!(bed.works(id).await.is_given_up());
    std::fs::write(&file, content).unwrap();
    bed.retries(id).await;
    assert_eq!(bed.works(id).await.accepted, 1);
}
