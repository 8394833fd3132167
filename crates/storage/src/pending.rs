//! What a transaction has yet to write when it ends: audit records, counts, incident numbers. Held back to the end,
//! so that the rows every writer shares are locked last and briefly, and once for a whole batch.

use crate::facets::{self, Facet};
use crate::rollup::Deltas;
use probatum_application::ports::Record;
use probatum_incident::Incident;
use probatum_playbooks::Action;
use std::collections::BTreeMap;

/// The debts of a transaction.
#[derive(Debug, Clone, Default)]
pub struct Pending {
    /// Records to chain, in order.
    pub records: Vec<Record>,
    /// What to add to which count.
    pub counts: BTreeMap<(&'static str, String), i64>,
    /// The last number given out, by year.
    pub numbers: BTreeMap<i32, i64>,
    /// What to add to the rollups.
    pub rollups: Deltas,
}

impl Pending {
    /// A fresh account for one job of a batch; it sees the numbers already given out.
    pub fn fork(&self) -> Self {
        Self { numbers: self.numbers.clone(), ..Self::default() }
    }

    /// Takes over what a job that succeeded has left to write.
    pub fn join(&mut self, job: Self) {
        self.records.extend(job.records);
        for (key, n) in job.counts {
            *self.counts.entry(key).or_default() += n;
        }
        self.numbers = job.numbers;
        self.rollups.join(job.rollups);
    }

    /// Counts what an incident was and what it is; either may be missing.
    pub fn count(&mut self, was: Option<&Incident>, is: Option<&Incident>) {
        let mut add = |incident: Option<&Incident>, n: i64| {
            for Facet { name, value } in incident.map(facets::counted).unwrap_or_default() {
                *self.counts.entry((name, value)).or_default() += n;
            }
        };
        add(was, -1);
        add(is, 1);
        self.counts.retain(|_, n| *n != 0);
        self.rollups.count(was, is);
    }

    /// Counts what an action was and what it is; either may be missing.
    pub fn count_action(&mut self, was: Option<&Action>, is: Option<&Action>) {
        self.rollups.count_action(was, is);
    }
}
