//! Sums that a reading connection has added up before: asked again, as dashboards do, they are the same for as long as nobody
//! writes (docs/adr/0008-rollups.md).

use probatum_application::ports::SumsByCountry;
use probatum_application::rollup::View;
use probatum_kernel::Timestamp;
use std::sync::Arc;

/// How many are kept.
const MOST: usize = 8;

/// The last sums of one connection.
#[derive(Debug, Default)]
pub struct Remembered {
    /// What the database said of itself when they were added up.
    version: i64,
    sums: Vec<(View, Timestamp, Arc<SumsByCountry>)>,
}

impl Remembered {
    /// What was added up of this view from this time on, if the database is still as it was.
    pub fn of(&mut self, version: i64, view: View, since: Timestamp) -> Option<Arc<SumsByCountry>> {
        if self.version != version {
            *self = Self { version, sums: Vec::new() };
        }
        let found = self.sums.iter().find(|(v, t, _)| (*v, *t) == (view, since));
        found.map(|(_, _, sums)| Arc::clone(sums))
    }

    /// Keeps sums of the version that was asked for last, in the place of the oldest if there are too many.
    pub fn keep(&mut self, view: View, since: Timestamp, sums: &Arc<SumsByCountry>) {
        if self.sums.len() >= MOST {
            self.sums.remove(0);
        }
        self.sums.push((view, since, Arc::clone(sums)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_remembered_until_somebody_writes() {
        let (mut remembered, hour) = (Remembered::default(), |n| Timestamp::EPOCH.plus_hours(n));
        let sums = Arc::new(SumsByCountry::new());
        assert!(remembered.of(1, View::Figures, hour(0)).is_none());
        remembered.keep(View::Figures, hour(0), &sums);
        assert!(remembered.of(1, View::Figures, hour(0)).is_some());
        assert!(remembered.of(1, View::Figures, hour(1)).is_none());
        assert!(remembered.of(1, View::Country(None), hour(0)).is_none());
        assert!(remembered.of(2, View::Figures, hour(0)).is_none(), "somebody wrote");
        for n in 0..9 {
            remembered.keep(View::Figures, hour(n), &sums);
        }
        assert!(remembered.of(2, View::Figures, hour(0)).is_none(), "the oldest went");
        assert!(remembered.of(2, View::Figures, hour(8)).is_some());
    }
}
