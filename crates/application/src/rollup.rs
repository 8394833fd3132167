//! What each incident adds to the figures and to the map: the one place that says what is counted (docs/adr/0008).
//!
//! A count is a number under a key. Keys follow from the order of the domain's words, as the bits of filters do; whoever
//! reorders them raises [`VERSION`], and the counts are made anew at the next migration.

use probatum_incident::{Country, Flag, Incident, Level, Lifecycle, Priority, Sector};
use probatum_kernel::{EvidenceStatus, Timestamp};
use probatum_playbooks::{Action, ActionStatus};

/// Raised with every change of what is counted, or under which key, or how that is written.
pub const VERSION: i32 = 3;

/// Milliseconds of an hour, the finest grain of a rollup.
pub const HOUR_MS: i64 = 3_600_000;

/// Which account a count belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ledger {
    /// All incidents: the figures of the statistics, and the map's timeline.
    All,
    /// Incidents of one country (or of none) by sector: the map.
    Country,
    /// The same of each level for itself: most of what is counted, and seldom asked for.
    Level,
}

impl Ledger {
    /// Its number in the database. 0 to 2 were those of version 1, 3 to 5 of version 2, whose bytes are others: programs
    /// from before migration 0016 that still serve during an upgrade write theirs, and neither reads what the other wrote.
    pub fn number(self) -> i32 {
        match self {
            Self::All => 6,
            Self::Country => 7,
            Self::Level => 8,
        }
    }
}

/// What is read of a ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// The figures.
    Figures,
    /// All countries together, of one level or of all levels together.
    World(Option<Level>),
    /// Each country, of one level or of all levels together.
    Country(Option<Level>),
}

impl View {
    /// The ledger that is read.
    pub fn ledger(self) -> Ledger {
        match self {
            Self::Figures | Self::World(_) => Ledger::All,
            Self::Country(None) => Ledger::Country,
            Self::Country(Some(_)) => Ledger::Level,
        }
    }
    /// Adds to sums what the ledger has in a cell, keys that stand together: counts are added, of times the latest stays.
    /// What the view does not show is passed over; a level is taken as if it were all levels together.
    #[inline]
    pub fn take_in(self, sums: &mut Sums, cell: u32, numbers: &Numbers) {
        let Some(mine) = self.cell(sums, cell) else { return };
        if self == Self::Figures {
            return sum_up(mine, numbers, i64::saturating_add);
        }
        let ([mine @ .., newest], [more @ .., time]) = (mine, numbers);
        sum_up(mine, more, i64::saturating_add);
        *newest = (*time).max(*newest);
    }
    /// Takes away from sums what the ledger has in a cell. All of it was or will be taken in. That leaves the latest time
    /// right if what stays is the youngest of all that is taken in: if anything stays, it is of that. If nothing stays,
    /// [`Tally::latest_at`] tells none.
    #[inline]
    pub fn take_away(self, sums: &mut Sums, cell: u32, numbers: &Numbers) {
        let Some(mine) = self.cell(sums, cell) else { return };
        if self == Self::Figures {
            return sum_up(mine, numbers, i64::saturating_sub);
        }
        let ([mine @ .., _], [less @ .., _]) = (mine, numbers);
        sum_up(mine, less, i64::saturating_sub);
    }
    /// Where the sums of a cell stand that the view shows.
    #[inline]
    fn cell(self, sums: &mut Sums, cell: u32) -> Option<&mut Numbers> {
        let first = match self {
            Self::Figures => 0,
            Self::World(level) => SECTORS + first(level),
            Self::Country(level) => first(level),
        };
        sums.cell(cell.checked_sub(first).filter(|cell| *cell < SECTORS)?)
    }
}

#[inline]
fn sum_up(sums: &mut [i64], more: &[i64], sum: impl Fn(i64, i64) -> i64) {
    sums.iter_mut().zip(more).for_each(|(mine, more)| *mine = sum(*mine, *more));
}

/// Keys of the figures.
pub mod key {
    use super::{ActionStatus, EvidenceStatus, Flag, Level, Priority};
    use probatum_incident::Category;

    /// Incidents.
    pub const TOTAL: u32 = 0;
    /// With priority P0 or P1 and not closed.
    pub const OPEN_URGENT: u32 = 1;
    /// P0 that left `open`: how many, and their milliseconds under the next key.
    pub const TRIAGED_P0: u32 = 2;
    /// P1 that were contained: how many, and their milliseconds under the next key.
    pub const CONTAINED_P1: u32 = 4;
    /// Closed: how many, and their milliseconds under the next key.
    pub const CLOSED: u32 = 6;
    /// Actions to be done.
    pub const OPEN_ACTIONS: u32 = 8;
    /// Actions to be decided.
    pub const PENDING_APPROVALS: u32 = 9;

    /// With this priority, or without one.
    pub fn priority(p: Option<Priority>) -> u32 {
        16 + p.map_or(4, |p| u32::from(p.ordinal()))
    }
    /// Of this level.
    pub fn level(l: Level) -> u32 {
        24 + u32::from(l.ordinal())
    }
    /// With this evidence status.
    pub fn evidence(s: EvidenceStatus) -> u32 {
        32 + u32::from(s.ordinal())
    }
    /// With this flag raised.
    pub fn flag(f: Flag) -> u32 {
        48 + u32::from(f.ordinal())
    }
    /// Of this category.
    pub fn category(c: Category) -> u32 {
        64 + u32::from(c.ordinal())
    }
    /// Not closed, with the deadline of this priority.
    pub fn due(p: Priority) -> u32 {
        96 + u32::from(p.ordinal())
    }
    /// What an action in this state counts as, if it counts.
    pub fn action(s: ActionStatus) -> Option<u32> {
        match s {
            ActionStatus::Open | ActionStatus::InProgress | ActionStatus::Approved => Some(OPEN_ACTIONS),
            ActionStatus::PendingApproval => Some(PENDING_APPROVALS),
            _ => None,
        }
    }
}

/// A sector of the map, of one level or of all levels together, as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell(u32);

/// Cells of one level. The figures take as many.
const SECTORS: u32 = 32;
/// Keys of one cell are its number times this, and more.
pub const CELL: u32 = 16;
/// The numbers under the keys of a cell.
pub type Numbers = [i64; 16];
const _: () = assert!(size_of::<Numbers>() / size_of::<i64>() == 1 << CELL.ilog2() && CELL.is_power_of_two());
/// Which of them has the time of the cell's newest incident instead of a count.
const NEWEST: u32 = CELL - 1;

/// The first cell of a level, or of all together: those have the first.
#[inline]
fn first(level: Option<Level>) -> u32 {
    level.map_or(0, |l| (u32::from(l.ordinal()) + 1) * SECTORS)
}

impl Cell {
    /// The cell of a sector, of a level or of all.
    pub fn new(level: Option<Level>, sector: Option<Sector>) -> Self {
        Self(first(level) + sector.map_or(0, |s| u32::from(s.ordinal()) + 1))
    }
    /// The cell's level and sector.
    pub fn parts(self) -> Option<(Option<Level>, Option<Sector>)> {
        let levels = std::iter::once(None).chain(Level::ALL.iter().copied().map(Some));
        let level = levels.into_iter().find(|l| first(*l) / SECTORS == self.0 / SECTORS)?;
        let sector = Sector::ALL.iter().copied().find(|s| u32::from(s.ordinal()) + 1 == self.0 % SECTORS);
        Some((level, sector))
    }
    /// Incidents.
    pub fn count(self) -> u32 {
        self.0 * CELL
    }
    /// With this priority.
    pub fn priority(self, p: Priority) -> u32 {
        self.count() + 1 + u32::from(p.ordinal())
    }
    /// With this evidence status; a gap is what remains of the count.
    pub fn evidence(self, s: EvidenceStatus) -> Option<u32> {
        (s != EvidenceStatus::Gap).then(|| self.count() + 4 + u32::from(s.ordinal()))
    }
    /// When the newest one was created, in milliseconds.
    pub fn latest(self) -> u32 {
        self.count() + NEWEST
    }
    /// Incidents of all countries, behind the figures.
    fn world(self) -> u32 {
        Self(SECTORS + self.0).count()
    }
}

/// Keys and what to add under each.
pub type Counts = Vec<(u32, i64)>;

/// What an incident counts as in the figures.
pub fn figures(i: &Incident) -> Counts {
    let mut counts = vec![
        (key::TOTAL, 1),
        (key::priority(i.priority), 1),
        (key::level(i.level), 1),
        (key::evidence(i.evidence_status), 1),
        (key::category(i.category), 1),
    ];
    counts.extend(i.flags.iter().map(|f| (key::flag(f), 1)));
    if i.lifecycle != Lifecycle::Closed {
        counts.extend(i.priority.filter(|p| *p <= Priority::P1).map(|_| (key::OPEN_URGENT, 1)));
        counts.extend(i.sla_due_at.and(i.priority).map(|p| (key::due(p), 1)));
    }
    let of = |p: Priority| i.priority == Some(p);
    took(&mut counts, key::TRIAGED_P0, i, i.triaged_at.filter(|_| of(Priority::P0)));
    took(&mut counts, key::CONTAINED_P1, i, i.contained_at.filter(|_| of(Priority::P1)));
    took(&mut counts, key::CLOSED, i, i.closed_at);
    counts
}

/// A time span since detection, with how many there are. Where nobody said when it was detected, it was when it was
/// put on record; a detection corrected to a later time makes no negative span.
fn took(counts: &mut Counts, key: u32, i: &Incident, end: Option<Timestamp>) {
    let Some(end) = end else { return };
    let begun = i.detected_at.unwrap_or(i.created_at);
    counts.push((key, 1));
    counts.push((key + 1, (end.millis() - begun.millis()).max(0)));
}

/// The cells an incident belongs to: its sector of all levels, and of its level.
pub fn cells(i: &Incident) -> [(Ledger, Cell); 2] {
    [(Ledger::Country, None), (Ledger::Level, Some(i.level))]
        .map(|(l, level)| (l, Cell::new(level, i.sector)))
}

/// What an incident counts as on the map, within a cell.
fn place(i: &Incident, cell: Cell) -> Counts {
    let mut counts = vec![(cell.count(), 1)];
    counts.extend(i.priority.map(|p| (cell.priority(p), 1)));
    counts.extend(cell.evidence(i.evidence_status).map(|k| (k, 1)));
    counts
}

/// Every account of an incident: ledger, country, and what it counts as there.
pub fn accounts(i: &Incident) -> Vec<(Ledger, Option<Country>, Counts)> {
    let mut all = figures(i);
    if i.country.is_some() {
        all.extend(cells(i).map(|(_, cell)| (cell.world(), 1)));
    }
    let places = cells(i).map(|(ledger, cell)| (ledger, i.country, place(i, cell)));
    std::iter::once((Ledger::All, None, all)).chain(places).collect()
}

/// What an action counts as in the figures of its incident.
pub fn of_action(action: &Action) -> Option<u32> {
    key::action(action.status)
}

/// The hour a time lies in, counted from 1970.
pub fn hour(t: Timestamp) -> i64 {
    t.millis().div_euclid(HOUR_MS)
}

/// What a view shows, added up: cell by cell. As large as that can be at once: cells come by the hundred.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sums(Vec<Numbers>);

impl Sums {
    /// What is counted under a key.
    pub fn get(&self, key: u32) -> i64 {
        number(&self.tally_of(key / CELL).0, key % CELL)
    }
    /// Counts under a key.
    pub fn count(&mut self, key: u32, n: i64) {
        let at = usize::try_from(key % CELL).ok();
        if let Some(sum) = at.and_then(|at| self.cell(key / CELL)?.get_mut(at)) {
            *sum = sum.saturating_add(n);
        }
    }
    #[inline]
    fn cell(&mut self, cell: u32) -> Option<&mut Numbers> {
        if self.0.is_empty() {
            self.0.resize(usize::try_from(SECTORS).ok()?, Numbers::default());
        }
        self.0.get_mut(usize::try_from(cell).ok()?)
    }
    /// Nothing is counted.
    pub fn is_empty(&self) -> bool {
        self.0.iter().flatten().all(|n| *n == 0)
    }
    /// What is counted of a sector, in a view of the map.
    pub fn tally(&self, sector: Option<Sector>) -> Tally {
        self.tally_of(Cell::new(None, sector).0)
    }
    fn tally_of(&self, cell: u32) -> Tally {
        let found = usize::try_from(cell).ok().and_then(|at| self.0.get(at));
        Tally(found.copied().unwrap_or_default())
    }
}

/// What is counted under a key of a cell.
fn number(numbers: &Numbers, key: u32) -> i64 {
    usize::try_from(key).ok().and_then(|at| numbers.get(at)).copied().unwrap_or(0)
}

/// What is counted in a cell of the map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally(Numbers);

impl Tally {
    /// Incidents.
    pub fn count(&self) -> i64 {
        self.of(0)
    }
    /// With this priority, or without one.
    pub fn priority(&self, p: Option<Priority>) -> i64 {
        let granted = |p: Priority| self.of(Cell(0).priority(p));
        p.map_or_else(|| self.count() - Priority::ALL.iter().map(|p| granted(*p)).sum::<i64>(), granted)
    }
    /// With this evidence status.
    pub fn evidence(&self, s: EvidenceStatus) -> i64 {
        let proven = |s: &EvidenceStatus| Cell(0).evidence(*s).map_or(0, |key| self.of(key));
        match s {
            EvidenceStatus::Gap => self.count() - EvidenceStatus::ALL.iter().map(proven).sum::<i64>(),
            _ => proven(&s),
        }
    }
    /// When the newest was created, if there is any.
    pub fn latest_at(&self) -> Option<Timestamp> {
        Some(self.of(Cell(0).latest()))
            .filter(|ms| *ms > 0 && self.count() > 0)
            .and_then(|ms| Timestamp::from_millis(ms).ok())
    }
    fn of(&self, key: u32) -> i64 {
        number(&self.0, key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use probatum_incident::Category;

    #[test]
    fn no_two_things_share_a_key() {
        let mut keys = vec![key::TOTAL, key::OPEN_URGENT, key::OPEN_ACTIONS, key::PENDING_APPROVALS];
        for spans in [key::TRIAGED_P0, key::CONTAINED_P1, key::CLOSED] {
            keys.extend([spans, spans + 1]);
        }
        keys.push(key::priority(None));
        keys.extend(Priority::ALL.iter().flat_map(|p| [key::priority(Some(*p)), key::due(*p)]));
        keys.extend(Level::ALL.iter().map(|l| key::level(*l)));
        keys.extend(EvidenceStatus::ALL.iter().map(|s| key::evidence(*s)));
        keys.extend(Flag::ALL.iter().map(|f| key::flag(*f)));
        keys.extend(Category::ALL.iter().map(|c| key::category(*c)));
        let n = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), n);
        assert!(keys.iter().all(|k| *k < Cell::new(None, None).world()));
    }

    #[test]
    fn no_two_cells_share_a_key() {
        let mut keys = Vec::new();
        let sectors = || std::iter::once(None).chain(Sector::ALL.iter().copied().map(Some));
        for level in std::iter::once(None).chain(Level::ALL.iter().copied().map(Some)) {
            for sector in sectors() {
                let cell = Cell::new(level, sector);
                assert_eq!(cell.parts(), Some((level, sector)));
                assert_eq!(cell.0 < SECTORS, level.is_none());
                keys.extend([cell.count(), cell.latest()]);
                keys.extend(Priority::ALL.iter().map(|p| cell.priority(*p)));
                keys.extend(EvidenceStatus::ALL.iter().filter_map(|s| cell.evidence(*s)));
            }
        }
        let n = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), n);
    }

    #[test]
    fn a_view_shows_one_level_or_all() {
        let numbers = |count, latest| {
            let mut numbers = Numbers::default();
            (numbers[0], numbers[15]) = (count, latest);
            numbers
        };
        let [all, l1, l2] = [None, Some(Level::L1Cyber), Some(Level::L2Ai)]
            .map(|level| Cell::new(level, Some(Sector::Health)));
        let kept = [(all, numbers(3, 9)), (l1, numbers(1, 5)), (l2, numbers(2, 0))];
        let told = |sums: &Sums| {
            let tally = sums.tally(Some(Sector::Health));
            (tally.count(), tally.latest_at().map(Timestamp::millis))
        };
        let shown = |view: View, before: u32| {
            let mut sums = Sums::default();
            // Twice, as if two stretches had the same.
            kept.iter().chain(&kept).for_each(|(cell, n)| view.take_in(&mut sums, before + cell.0, n));
            told(&sums)
        };
        assert_eq!(shown(View::World(None), SECTORS), (6, Some(9)));
        assert_eq!(shown(View::World(Some(Level::L1Cyber)), SECTORS), (2, Some(5)));
        assert_eq!(shown(View::Country(None), 0), (6, Some(9)));
        assert_eq!(shown(View::Country(Some(Level::L2Ai)), 0), (4, None));
        assert_eq!(shown(View::Country(Some(Level::L3Legal)), 0), (0, None));

        let (view, mut sums) = (View::Country(None), Sums::default());
        view.take_in(&mut sums, all.0, &numbers(3, 9));
        view.take_away(&mut sums, all.0, &numbers(2, 7));
        assert_eq!(told(&sums), (1, Some(9)), "older ones were taken away");
        view.take_away(&mut sums, all.0, &numbers(1, 9));
        assert_eq!(told(&sums), (0, None), "nothing is left, so nothing is the newest");
    }

    #[test]
    fn figures_are_no_times() {
        let (mut sums, mut numbers) = (Sums::default(), Numbers::default());
        numbers[15] = 4;
        View::Figures.take_in(&mut sums, 6, &numbers);
        View::Figures.take_in(&mut sums, 6, &numbers);
        View::Figures.take_away(&mut sums, 6, &numbers);
        View::Figures.take_in(&mut sums, SECTORS, &numbers);
        sums.count(6 * CELL + NEWEST, 1);
        assert_eq!((sums.get(6 * CELL + NEWEST), sums.get(0)), (5, 0));
    }
}
