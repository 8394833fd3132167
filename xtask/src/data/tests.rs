//! The seeded data: the same for the same seed, of every word there is, and within the doctrine.

use super::*;
use probatum_application::ports::Executor;
use probatum_application::use_cases::audit::{Checked, verify_next};
use probatum_application::use_cases::incidents::list;
use probatum_application::{Ctx, IncidentFilter, IncidentQuery, Principal};
use probatum_incident::{Band, Category, Flag, Incident, Level, Lifecycle, Priority, QueueStatus, Sector};
use probatum_kernel::{EvidenceStatus, Page, Sort};
use std::collections::BTreeSet;
use std::path::Path;

const INCIDENTS: u32 = 600;

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// Seeds a file; all its incidents, oldest first, after its audit log was checked.
fn seeded(folder: &Path, name: &str, seed: u64) -> (Summary, Vec<Incident>) {
    let url = format!("sqlite://{}", folder.join(name).display());
    let summary = fill(&url, &Plan { incidents: INCIDENTS, seed }).unwrap();
    let store = Store::open(&Settings::parse(&url, false).unwrap()).unwrap();
    let store: &dyn Executor = &store;
    let ctx =
        Ctx { principal: Principal::system("test"), now: now().unwrap(), request_id: "test".to_owned() };
    let all = store.reading(move |tx| {
        let mut at = Checked::nothing();
        while let Some(next) = verify_next(tx, &at)? {
            at = next;
        }
        let (mut all, mut cursor) = (Vec::new(), None);
        loop {
            let query = IncidentQuery {
                filter: IncidentFilter::default(),
                sort: "created_at".parse::<Sort>().unwrap(),
                page: Page::new(None, Some(100), cursor).unwrap(),
                now: ctx.now,
            };
            let page = list(tx, &ctx, &query)?;
            all.extend(page.rows);
            cursor = page.next;
            if cursor.is_none() {
                return Ok(all);
            }
        }
    });
    (summary, runtime().block_on(all).unwrap())
}

/// Everything a seed decides: all but ids and times.
fn told_of(all: &[Incident]) -> Vec<String> {
    let told = |i: &Incident| {
        format!(
            "{} {:?} {:?} {} {} {:?} {} {} {:?} {:?} {:?} {:?} {:?} {:?}",
            i.title,
            i.summary,
            i.source,
            i.category,
            i.level,
            i.priority,
            i.evidence_status,
            i.lifecycle,
            i.flags,
            i.agent_id,
            i.country,
            i.sector,
            i.tags,
            i.disposition
        )
    };
    all.iter().map(told).collect()
}

#[test]
fn a_seed_tells_the_same_story_every_time() {
    let folder = tempfile::tempdir().unwrap();
    let (summary, one) = seeded(folder.path(), "one.db", 7);
    let (again, two) = seeded(folder.path(), "two.db", 7);
    assert_eq!(summary, again);
    assert_eq!(told_of(&one), told_of(&two));
    let (_, other) = seeded(folder.path(), "other.db", 8);
    assert_ne!(told_of(&one), told_of(&other));
}

#[test]
fn every_word_occurs_and_no_claim_exceeds_its_proof() {
    let folder = tempfile::tempdir().unwrap();
    let (summary, all) = seeded(folder.path(), "words.db", 1);
    assert_eq!(summary.incidents, u64::from(INCIDENTS));
    assert_eq!(all.len(), usize::try_from(INCIDENTS).unwrap());

    macro_rules! every {
        ($($kind:ident: $of:expr),+ $(,)?) => {$(
            let of: fn(&Incident) -> Option<$kind> = $of;
            let found: BTreeSet<_> = all.iter().filter_map(of).collect();
            let missing: Vec<_> = $kind::ALL.iter().filter(|word| !found.contains(word)).collect();
            assert!(missing.is_empty(), "{missing:?}");
        )+};
    }
    every! {
        Category: |i| Some(i.category),
        Level: |i| Some(i.level),
        Band: |i| Some(i.severity.band()),
        Priority: |i| i.priority,
        EvidenceStatus: |i| Some(i.evidence_status),
        Lifecycle: |i| Some(i.lifecycle),
        QueueStatus: |i| Some(i.status),
        Sector: |i| i.sector,
    }
    for flag in Flag::ALL {
        assert!(all.iter().any(|i| i.flags.has(*flag)), "{flag}");
    }
    assert_eq!(all.iter().filter_map(|i| i.country).collect::<BTreeSet<_>>().len(), 20);
    assert!(all.iter().filter_map(|i| i.agent_id.clone()).collect::<BTreeSet<_>>().len() > 20);

    let share = |status| all.iter().filter(|i| i.evidence_status == status).count() * 100 / all.len();
    assert!((29..=41).contains(&share(EvidenceStatus::Gap)), "{}", share(EvidenceStatus::Gap));
    assert!((29..=41).contains(&share(EvidenceStatus::Confirmed)), "{}", share(EvidenceStatus::Confirmed));
    for i in &all {
        let least = match i.evidence_status {
            EvidenceStatus::Gap => None,
            EvidenceStatus::MediaSignal | EvidenceStatus::PublicClaim => Some(Priority::P2),
            _ => Some(Priority::P0),
        };
        assert!(
            i.priority.is_none_or(|priority| least.is_some_and(|least| priority >= least)),
            "{}",
            i.public_id
        );
        let proven = i.evidence_status == EvidenceStatus::Confirmed;
        assert!(i.lifecycle < Lifecycle::Verified || proven, "{}", i.public_id);
    }
    let closed = all.iter().filter(|i| i.lifecycle == Lifecycle::Closed).count();
    assert_eq!(u64::try_from(closed).unwrap(), summary.closed);
    assert!(all.iter().all(|i| i.created_at <= now().unwrap() && i.updated_at <= now().unwrap()));
}
