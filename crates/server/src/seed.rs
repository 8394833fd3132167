//! Invented incidents for a first look and for measurements: deterministic by seed, written through the use cases only.

mod desk;
mod dice;
mod draft;
mod words;

use desk::{Desk, ctx};
use dice::Dice;
use draft::draft;
use probatum_application::AppError;
use probatum_application::ports::{Executor, Tx};
use probatum_application::use_cases::actions::Rules;
use probatum_application::use_cases::{deadlines, incidents};
use probatum_incident::{Lifecycle, Priority};
use probatum_kernel::{EvidenceStatus as Proof, IncidentRef, Role, Timestamp};

/// Incidents written in one transaction. Few: SQLite keeps the pages a savepoint has changed, and walks that list with
/// every further statement; ten are enough to make the commit cheap.
const BATCH: u32 = 10;
const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
/// The time the incidents are spread over.
const YEAR_MS: i64 = 365 * DAY_MS;

/// What to invent.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// How many incidents.
    pub incidents: u32,
    /// The same seed invents the same data; only ids differ.
    pub seed: u64,
}

/// What was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Incidents.
    pub incidents: u64,
    /// Items of evidence.
    pub evidence: u64,
    /// Response actions.
    pub actions: u64,
    /// Incidents that were closed, with proof.
    pub closed: u64,
}

impl std::fmt::Display for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { incidents, evidence, actions, closed } = self;
        write!(f, "{incidents} incidents ({closed} closed), {evidence} items of evidence, {actions} actions")
    }
}

impl Summary {
    fn add(&mut self, more: Self) {
        self.incidents += more.incidents;
        self.evidence += more.evidence;
        self.actions += more.actions;
        self.closed += more.closed;
    }
}

/// Writes the plan's incidents, oldest first, over the year that ends at `now`; `progress` learns how many are durable.
///
/// # Errors
/// What a use case or the store refuses; the batches before it stay.
pub async fn run(
    store: &dyn Executor,
    plan: &Plan,
    now: Timestamp,
    progress: impl Fn(u64),
) -> Result<Summary, AppError> {
    let plan = *plan;
    let mut done = Summary::default();
    // A new database takes on the rules here, so that no clock is computed anew at its first start. One that has rules keeps
    // them: whoever serves it may have others than this command.
    let adopt = move |tx: &mut dyn Tx| match tx.rules_in_use()? {
        Some(_) => Ok(()),
        None => deadlines::adopt(tx, now),
    };
    store.writing(adopt).await?;
    deadlines::sweep(store, now).await?;
    let mut first = 0;
    while first < plan.incidents {
        let end = plan.incidents.min(first.saturating_add(BATCH));
        // Everything is invented inside, from the index: a batch that is run again writes the same.
        let batch = store.writing(move |tx| {
            let mut batch = Summary::default();
            for index in first..end {
                batch.add(tell(tx, &plan, index, now)?);
            }
            Ok(batch)
        });
        done.add(batch.await?);
        progress(done.incidents);
        first = end;
    }
    // A year of clocks has run out: whoever serves this next shall not begin with that.
    while deadlines::tick(store, now).await? > 0 {}
    Ok(done)
}

/// One incident, from the report to where it stands today.
fn tell(tx: &mut dyn Tx, plan: &Plan, index: u32, now: Timestamp) -> Result<Summary, AppError> {
    let mut dice = Dice::of(plan.seed, index);
    let slot = YEAR_MS / i64::from(plan.incidents.max(1));
    let within = i64::from(dice.below(u32::try_from(slot).unwrap_or(u32::MAX)));
    let at = now.plus_millis(slot * i64::from(index) + within - YEAR_MS);
    let proof = [
        (35, Proof::Gap),
        (35, Proof::Confirmed),
        (15, Proof::Internal),
        (5, Proof::MediaSignal),
        (3, Proof::PublicClaim),
        (4, Proof::Disputed),
    ];
    let proof = dice.weighted(&proof, Proof::Simulation);
    let draft = draft(&mut dice, index, at);
    let request = format!("seed-{}-{index}", plan.seed);
    let reporter = ctx(&mut dice, Role::Reporter, at, &request)?;
    let incident = incidents::create(tx, &reporter, &draft.validate(at)?)?;

    let done = Summary { incidents: 1, ..Summary::default() };
    let id = IncidentRef::Id(incident.id);
    let mut desk = Desk { tx, dice, request, id, at, now, steps: Vec::new(), done, rules: Rules::people() };
    desk.collect(proof)?;
    match proof {
        Proof::Gap | Proof::Disputed => desk.wait_for_proof()?,
        Proof::Confirmed => desk.respond(incident.category, Priority::P0, Lifecycle::Closed)?,
        Proof::MediaSignal | Proof::PublicClaim => {
            desk.respond(incident.category, Priority::P2, Lifecycle::Contained)?
        }
        Proof::Internal | Proof::Simulation => {
            desk.respond(incident.category, Priority::P0, Lifecycle::Remediated)?
        }
    }
    Ok(desk.done)
}
