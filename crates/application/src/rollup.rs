//! What each incident adds to the figures and to the map: the one place that says what is counted (docs/adr/0008).
//!
//! A count is a number under a key. Keys follow from the order of the domain's words, as the bits of filters do; whoever
//! reorders them raises [`VERSION`], and the counts are made anew at the next migration.

use probatum_incident::{Country, Flag, Incident, Level, Lifecycle, Priority, Sector};
use probatum_kernel::{EvidenceStatus, Timestamp};
use probatum_playbooks::{Action, ActionStatus};

/// Raised with every change of what is counted, or under which key.
pub const VERSION: i32 = 1;

/// Milliseconds of an hour, the finest grain of a rollup.
pub const HOUR_MS: i64 = 3_600_000;

/// Which account a count belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ledger {
    /// All incidents: the figures of the statistics.
    Figures,
    /// Incidents with a country, all countries together: the map's timeline.
    World,
    /// Incidents of one country (or of none) by level and sector: the map.
    Country,
}

impl Ledger {
    /// Every ledger.
    pub const ALL: [Self; 3] = [Self::Figures, Self::World, Self::Country];

    /// Its number in the database.
    pub fn number(self) -> i32 {
        match self {
            Self::Figures => 0,
            Self::World => 1,
            Self::Country => 2,
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
            Self::Figures => Ledger::Figures,
            Self::World(_) => Ledger::World,
            Self::Country(_) => Ledger::Country,
        }
    }
    /// Under which key a key of the ledger is added up; `None`: it is not looked at. Of cells, sectors remain.
    #[inline]
    pub fn key(self, key: u32) -> Option<u32> {
        match self {
            Self::Figures => Some(key),
            Self::World(level) | Self::Country(level) => {
                let (first, one_level) = if key < LATEST { (0, SECTORS * CELL) } else { (LATEST, SECTORS) };
                let (of, rest) = ((key - first) / one_level, (key - first) % one_level);
                level.is_none_or(|l| of == u32::from(l.ordinal())).then_some(first + rest)
            }
        }
    }
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

/// A level and a sector of the map, as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell(u32);

/// Cells of one level.
const SECTORS: u32 = 32;
/// Keys of one cell are its number times this, and more.
const CELL: u32 = 16;
/// The same, for what is counted in one cell.
const SLOTS: usize = 16;
/// Which of them is the time of its newest incident: sums hold it beside the counts, so that a cell is read at once.
const NEWEST: usize = SLOTS - 1;
/// From here on, keys hold the time of the newest incident of a cell instead of a count.
const LATEST: u32 = 4096;

impl Cell {
    /// The cell of a level and a sector.
    pub fn new(level: Level, sector: Option<Sector>) -> Self {
        Self(u32::from(level.ordinal()) * SECTORS + Self::of(sector).0)
    }
    /// The cell of a sector, in a view where levels are not told apart.
    pub fn of(sector: Option<Sector>) -> Self {
        Self(sector.map_or(0, |s| u32::from(s.ordinal()) + 1))
    }
    /// The cell that the time under this key belongs to; `None`: there is a count under it.
    pub fn of_latest(key: u32) -> Option<Self> {
        key.checked_sub(LATEST).map(Self)
    }
    /// The cell's level and sector.
    pub fn parts(self) -> Option<(Level, Option<Sector>)> {
        let level = Level::ALL.iter().copied().find(|l| u32::from(l.ordinal()) == self.0 / SECTORS)?;
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
        LATEST + self.0
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

/// What an incident counts as on the map, within the cell of its level and sector.
pub fn place(i: &Incident) -> Counts {
    let cell = Cell::new(i.level, i.sector);
    let mut counts = vec![(cell.count(), 1)];
    counts.extend(i.priority.map(|p| (cell.priority(p), 1)));
    counts.extend(cell.evidence(i.evidence_status).map(|k| (k, 1)));
    counts
}

/// Every account of an incident: ledger, country, and what it counts as there.
pub fn accounts(i: &Incident) -> Vec<(Ledger, Option<Country>, Counts)> {
    let mut all = vec![(Ledger::Figures, None, figures(i)), (Ledger::Country, i.country, place(i))];
    if i.country.is_some() {
        all.push((Ledger::World, None, vec![(Cell::new(i.level, i.sector).count(), 1)]));
    }
    all
}

/// What an action counts as in the figures of its incident.
pub fn of_action(action: &Action) -> Option<u32> {
    key::action(action.status)
}

/// The hour a time lies in, counted from 1970.
pub fn hour(t: Timestamp) -> i64 {
    t.millis().div_euclid(HOUR_MS)
}

/// Counts under keys, added up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sums(Vec<i64>);

/// What sums grow by: a view of the map fits in at once, and so do the figures.
const GROWTH: usize = 32 * SLOTS;

impl Sums {
    /// What is counted under a key.
    pub fn get(&self, key: u32) -> i64 {
        slot(key).and_then(|at| self.0.get(at)).copied().unwrap_or(0)
    }
    /// Takes in what is counted elsewhere: counts are added, of times the latest stays.
    #[inline]
    pub fn take_in(&mut self, key: u32, n: i64) {
        let Some(at) = slot(key) else { return };
        if at >= self.0.len() {
            self.0.resize((at / GROWTH).saturating_add(1).saturating_mul(GROWTH), 0);
        }
        if let Some(sum) = self.0.get_mut(at) {
            *sum = if key >= LATEST { n.max(*sum) } else { sum.saturating_add(n) };
        }
    }
    /// Nothing is counted.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|n| *n == 0)
    }
    /// What is counted of a sector, in a view of the map.
    pub fn tally(&self, sector: Option<Sector>) -> Tally {
        let at = slot(Cell::of(sector).count());
        Tally(at.and_then(|at| self.0.get(at..)?.first_chunk()).copied().unwrap_or_default())
    }
}

/// Where sums hold a key: counts as they are numbered, times in their cells.
#[inline]
fn slot(key: u32) -> Option<usize> {
    let cell = key.checked_sub(LATEST).and_then(|cell| usize::try_from(cell).ok());
    cell.map_or_else(|| usize::try_from(key).ok(), |cell| cell.checked_mul(SLOTS)?.checked_add(NEWEST))
}

/// What is counted in cells of the map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally([i64; SLOTS]);

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
    /// When the newest was created.
    pub fn latest_at(&self) -> Option<Timestamp> {
        self.0.last().filter(|ms| **ms > 0).and_then(|ms| Timestamp::from_millis(*ms).ok())
    }
    fn of(&self, key: u32) -> i64 {
        usize::try_from(key).ok().and_then(|at| self.0.get(at)).copied().unwrap_or(0)
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
    }

    #[test]
    fn no_two_cells_share_a_key() {
        let mut keys = Vec::new();
        let sectors = || std::iter::once(None).chain(Sector::ALL.iter().copied().map(Some));
        for level in Level::ALL {
            for sector in sectors() {
                let cell = Cell::new(*level, sector);
                assert_eq!(cell.parts(), Some((*level, sector)));
                assert_eq!(Cell::of_latest(cell.latest()), Some(cell));
                keys.extend([cell.count(), cell.latest()]);
                keys.extend(Priority::ALL.iter().map(|p| cell.priority(*p)));
                keys.extend(EvidenceStatus::ALL.iter().filter_map(|s| cell.evidence(*s)));
            }
        }
        let n = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), n);
        assert!(keys.iter().all(|k| Cell::of_latest(*k).is_some() == (*k >= LATEST)));
    }
}
