//! An open store on a database of its own, and jobs on it whose answers are waited for.

use super::Raw;
use probatum_application::ports::{Answered, Executor, Tx};
use probatum_application::use_cases::audit::{Checked, verify_next};
use probatum_application::{Ctx, Principal};
use probatum_incident::Incident;
use probatum_kernel::{IncidentRef, PublicId, Role, Timestamp};
use probatum_storage::{Settings, Store, migrate};
use probatum_tests::Engine;
use std::future::Future;

/// A migrated database and a store on it.
pub struct Bed {
    /// How to open the database again.
    pub settings: Settings,
    /// The store.
    pub store: Store,
}

/// A new, empty database, not migrated.
pub fn settings(engine: Engine) -> Settings {
    let settings = Settings::parse(&engine.new_database(), false).unwrap();
    Settings { connections: 4, ..settings }
}

impl Bed {
    /// A database of its own.
    pub fn new(engine: Engine) -> Self {
        let settings = settings(engine);
        migrate(&settings.backend).unwrap();
        let store = Store::open(&settings).unwrap();
        Self { settings, store }
    }

    /// Another store on the same database, as another process would have it.
    pub fn another(&self) -> Store {
        Store::open(&self.settings).unwrap()
    }

    /// A connection past the store.
    pub fn raw(&self) -> Raw {
        Raw::open(&self.settings.backend)
    }

    /// Runs a writing job.
    pub fn write<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut dyn Tx) -> Answered<T> + Send + 'static,
    ) -> Answered<T> {
        write(&self.store, work)
    }

    /// Runs a reading job.
    pub fn read<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut dyn Tx) -> Answered<T> + Send + 'static,
    ) -> Answered<T> {
        let door: &dyn Executor = &self.store;
        wait(door.reading(work))
    }

    /// Puts incidents in as they are, a few hundred at a time.
    pub fn insert(&self, incidents: &[Incident]) {
        for chunk in incidents.chunks(500) {
            let chunk = chunk.to_vec();
            self.write(move |tx| chunk.iter().try_for_each(|i| tx.insert_incident(i))).unwrap();
        }
    }

    /// Every incident there is, read one by one and not by way of lists, in the order of their numbers.
    pub fn incidents(&self) -> Vec<Incident> {
        let ids = "SELECT public_number AS n, CAST(public_year AS TEXT) AS t FROM incidents ORDER BY public_year, public_number";
        let ids = self.raw().rows(ids).into_iter();
        let ids: Vec<_> = ids.map(|(year, n)| PublicId::new(year.parse().unwrap(), n).unwrap()).collect();
        let read =
            move |tx: &mut dyn Tx| ids.iter().map(|id| tx.incident(IncidentRef::Public(*id))).collect();
        let found: Vec<Option<Incident>> = self.read(read).unwrap();
        found.into_iter().map(Option::unwrap).collect()
    }

    /// Checks the audit log to its end; how many entries it has, or the sentence that names the wrong one.
    pub fn verify(&self) -> Result<i64, String> {
        let mut at = Checked::nothing();
        loop {
            let from = at.clone();
            match self.read(move |tx| verify_next(tx, &from)) {
                Ok(Some(next)) => at = next,
                Ok(None) => return Ok(at.seq),
                Err(e) => return Err(e.detail),
            }
        }
    }
}

/// Runs a writing job on a store.
pub fn write<T: Send + 'static>(
    store: &Store,
    work: impl FnMut(&mut dyn Tx) -> Answered<T> + Send + 'static,
) -> Answered<T> {
    let door: &dyn Executor = store;
    wait(door.writing(work))
}

/// Waits for an answer.
pub fn wait<T>(answer: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(answer)
}

/// The circumstances of somebody who may do everything.
pub fn ctx(now: Timestamp) -> Ctx {
    let principal = Principal::new("abcdef012345", "anowak", &[Role::Admin]).unwrap();
    Ctx { principal, now, request_id: "req-1".to_owned() }
}
