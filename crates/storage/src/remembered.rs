//! Sums that a reading connection has added up before: asked again, as dashboards do, they are the same for as long as nobody
//! writes (docs/adr/0008-rollups.md).

use probatum_application::ports::Summed;
use probatum_application::rollup::View;
use probatum_kernel::Timestamp;
use std::sync::Arc;

/// How many sums are kept, of 4 KiB each: a map of the whole world by a few windows.
const MOST: usize = 1_000;

/// What was asked for: of what, since when, by which steps if not all together.
pub type Asked = (View, Timestamp, Option<i64>);

/// The last sums of one connection.
#[derive(Debug, Default)]
pub struct Remembered {
    /// What the database said of itself when they were added up.
    version: i64,
    sums: Vec<(Asked, Arc<Summed>)>,
}

impl Remembered {
    /// What was added up before, if the database is still as it was.
    pub fn of(&mut self, version: i64, asked: Asked) -> Option<Arc<Summed>> {
        if self.version != version {
            *self = Self { version, sums: Vec::new() };
        }
        self.sums.iter().find(|(before, _)| *before == asked).map(|(_, sums)| Arc::clone(sums))
    }

    /// Keeps sums of the version that was asked for last, in the place of the oldest if there are too many. Those that alone
    /// are too many take nobody's place.
    pub fn keep(&mut self, asked: Asked, sums: &Arc<Summed>) {
        if sums.len() > MOST {
            return;
        }
        self.sums.push((asked, Arc::clone(sums)));
        // What comes to nothing takes a place, too.
        let mut kept: usize = self.sums.iter().map(|(_, sums)| sums.len().max(1)).sum();
        while kept > MOST {
            kept -= self.sums.remove(0).1.len().max(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use probatum_application::rollup::Sums;

    #[test]
    fn sums_are_remembered_until_somebody_writes() {
        let (mut remembered, sums) = (Remembered::default(), Arc::new(Summed::new()));
        let asked = |hours| (View::Figures, Timestamp::EPOCH.plus_hours(hours), None);
        assert!(remembered.of(1, asked(0)).is_none());
        remembered.keep(asked(0), &sums);
        assert!(remembered.of(1, asked(0)).is_some());
        assert!(remembered.of(1, asked(1)).is_none());
        assert!(remembered.of(1, (View::Country(None), Timestamp::EPOCH, None)).is_none());
        assert!(remembered.of(1, (View::Figures, Timestamp::EPOCH, Some(24))).is_none());
        assert!(remembered.of(2, asked(0)).is_none(), "somebody wrote");
        let many = |n| Arc::new(vec![(Timestamp::EPOCH, None, Sums::default()); n]);
        remembered.keep(asked(0), &many(1));
        remembered.keep(asked(1), &many(MOST - 1));
        assert!(remembered.of(2, asked(0)).is_some() && remembered.of(2, asked(1)).is_some());
        remembered.keep(asked(2), &many(1));
        assert!(remembered.of(2, asked(0)).is_none(), "the oldest went");
        assert!(remembered.of(2, asked(1)).is_some() && remembered.of(2, asked(2)).is_some());
        remembered.keep(asked(3), &many(MOST + 1));
        assert!(remembered.of(2, asked(2)).is_some() && remembered.of(2, asked(3)).is_none(), "too many");
    }
}
