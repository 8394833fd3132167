//! The small filters of an incident packed into one number, so that an index entry can answer all of them, and the
//! counts kept per value. Layout (low bits first): status 2, lifecycle 3, band 2, priority 3, level 2, evidence
//! status 3, category 5, sector 5, country 10, flags 10.

use probatum_application::IncidentFilter;
use probatum_incident::{Band, Flags, Incident, Level, Lifecycle, Priority, Sector, Severity};
use probatum_kernel::{SortKey, Timestamp};

struct Field {
    /// What its values begin with as words of the full-text index.
    letter: char,
    shift: u32,
    bits: u32,
}

const STATUS: Field = Field { letter: 'a', shift: 0, bits: 2 };
const LIFECYCLE: Field = Field { letter: 'b', shift: 2, bits: 3 };
const BAND: Field = Field { letter: 'c', shift: 5, bits: 2 };
const PRIORITY: Field = Field { letter: 'd', shift: 7, bits: 3 };
const LEVEL: Field = Field { letter: 'e', shift: 10, bits: 2 };
const EVIDENCE: Field = Field { letter: 'f', shift: 12, bits: 3 };
const CATEGORY: Field = Field { letter: 'h', shift: 15, bits: 5 };
const SECTOR: Field = Field { letter: 'i', shift: 20, bits: 5 };
const COUNTRY: Field = Field { letter: 'k', shift: 25, bits: 10 };
const FLAGS: Field = Field { letter: 'g', shift: 35, bits: 10 };

/// Which bits of `facets` must have which value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mask {
    /// The bits that matter.
    pub mask: i64,
    /// What they must be.
    pub value: i64,
}

impl Mask {
    /// Both; `None` if they contradict each other.
    pub fn and(self, other: Self) -> Option<Self> {
        let both = self.mask & other.mask;
        (self.value & both == other.value & both)
            .then_some(Self { mask: self.mask | other.mask, value: self.value | other.value })
    }

    fn set(&mut self, field: &Field, value: impl Into<i64>) {
        self.mask |= ((1 << field.bits) - 1) << field.shift;
        self.value |= value.into() << field.shift;
    }
}

/// The fields that have one value each, in the order their values are numbered in.
const SINGLE: [&Field; 9] =
    [&STATUS, &LIFECYCLE, &BAND, &PRIORITY, &LEVEL, &EVIDENCE, &CATEGORY, &SECTOR, &COUNTRY];

impl Mask {
    /// The same as words of SQLite's full-text index: `a0` for the first status, `g5` for the sixth flag.
    pub fn words(&self) -> Vec<String> {
        self.asked().map(|(_, letter, value)| format!("{letter}{value}")).collect()
    }

    /// The same as numbers of PostgreSQL's full-text index, as its function `facet_values` makes them.
    pub fn values(&self) -> Vec<i64> {
        self.asked().map(|(field, _, value)| field << COUNTRY.bits | value).collect()
    }

    /// Number, letter and value of each field that matters; flags are one each.
    fn asked(&self) -> impl Iterator<Item = (i64, char, i64)> {
        let value = |f: &Field, n: i64| n >> f.shift & ((1 << f.bits) - 1);
        let (mask, wanted) = (self.mask, self.value);
        let single = (0..).zip(SINGLE).filter(move |(_, f)| value(f, mask) != 0);
        let single = single.map(move |(n, f)| (n, f.letter, value(f, wanted)));
        let flags = (0..i64::from(FLAGS.bits)).filter(move |bit| value(&FLAGS, wanted) >> bit & 1 == 1);
        single.chain(flags.map(|bit| (9, FLAGS.letter, bit)))
    }
}

/// The bits that say `closed`.
pub fn closed() -> Mask {
    let mut mask = Mask::default();
    mask.set(&LIFECYCLE, Lifecycle::Closed.ordinal());
    mask
}

/// The bits that say this level, or any, and this sector, or none.
pub fn place(level: Option<Level>, sector: Option<Sector>) -> Mask {
    let mut mask = Mask::default();
    if let Some(level) = level {
        mask.set(&LEVEL, level.ordinal());
    }
    mask.set(&SECTOR, sector.map_or(0, |s| s.ordinal() + 1));
    mask
}

/// The bits that say this priority.
pub fn granted(priority: Priority) -> Mask {
    let mut mask = Mask::default();
    mask.set(&PRIORITY, priority_rank(Some(priority)));
    mask
}

/// A part of an order that small filters tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rank {
    /// The bits that say so.
    pub mask: Mask,
    /// The lowest value of the order in it.
    pub from: i32,
    /// The highest.
    pub to: i32,
}

/// The ranks of an order, lowest first; none where it goes by time.
pub fn ranks(key: SortKey) -> Vec<Rank> {
    let rank = |field: &Field, bits: i32, from: i32, to: i32| {
        let mut mask = Mask::default();
        mask.set(field, bits);
        Rank { mask, from, to }
    };
    match key {
        SortKey::Priority => (0..=4).map(|n| rank(&PRIORITY, n, n, n)).collect(),
        SortKey::Status => (0..3).map(|n| rank(&STATUS, n, n, n)).collect(),
        SortKey::Severity => {
            let scores = |band: Band| {
                (0..=10).filter(move |n| Severity::new(*n).is_some_and(|s| s.band() == band)).map(i32::from)
            };
            let span = |band: Band| scores(band).min().zip(scores(band).max());
            let band = |b: &Band| span(*b).map(|(from, to)| rank(&BAND, b.ordinal().into(), from, to));
            Band::ALL.iter().filter_map(band).collect()
        }
        SortKey::CreatedAt | SortKey::UpdatedAt => Vec::new(),
    }
}

/// P0 is 4, P3 is 1, none is 0: the higher, the more urgent.
pub fn priority_rank(priority: Option<Priority>) -> i32 {
    priority.map_or(0, |p| 4 - i32::from(p.ordinal()))
}

/// The inverse of [`priority_rank`].
pub fn priority_of_rank(rank: i32) -> Option<Priority> {
    Priority::ALL.iter().copied().find(|p| priority_rank(Some(*p)) == rank)
}

/// The bits of `facets` that say which country, for tools that make rows by SQL.
pub fn country_bits() -> i64 {
    ((1 << COUNTRY.bits) - 1) << COUNTRY.shift
}

/// All small filters of an incident in one number.
pub fn pack(i: &Incident) -> i64 {
    let mut m = Mask::default();
    m.set(&STATUS, i.status.ordinal());
    m.set(&LIFECYCLE, i.lifecycle.ordinal());
    m.set(&BAND, i.severity.band().ordinal());
    m.set(&PRIORITY, priority_rank(i.priority));
    m.set(&LEVEL, i.level.ordinal());
    m.set(&EVIDENCE, i.evidence_status.ordinal());
    m.set(&CATEGORY, i.category.ordinal());
    m.set(&SECTOR, i.sector.map_or(0, |s| s.ordinal() + 1));
    m.set(&COUNTRY, i.country.map_or(0, |c| c.code()));
    m.set(&FLAGS, i.flags.bits());
    m.value
}

/// A filter on one value, as an index and a count know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facet {
    /// The name.
    pub name: &'static str,
    /// The value.
    pub value: String,
}

impl Facet {
    fn new(name: &'static str, value: impl ToString) -> Self {
        Self { name, value: value.to_string() }
    }
}

/// The name under which every incident is counted.
pub const ALL: &str = "all";
/// The name under which incidents are counted by day of creation.
pub const DAY: &str = "day";
/// The name under which incidents that are not closed are counted by the day their SLA ends.
pub const DUE: &str = "due";

/// What a filter asks for: single values, and the same as bits.
pub fn of_filter(f: &IncidentFilter) -> (Vec<Facet>, Mask) {
    let (mut facets, mut mask) = (Vec::new(), Mask::default());
    macro_rules! take {
        ($($name:literal $field:ident $place:ident $bits:expr),+ $(,)?) => {$(
            if let Some(v) = &f.$field {
                facets.push(Facet::new($name, v));
                let bits: fn(_) -> i64 = $bits;
                mask.set(&$place, bits(*v));
            }
        )+};
    }
    take! {
        "status" status STATUS |v: probatum_incident::QueueStatus| v.ordinal().into(),
        "lifecycle" lifecycle LIFECYCLE |v: Lifecycle| v.ordinal().into(),
        "band" severity BAND |v: probatum_incident::Band| v.ordinal().into(),
        "priority" priority PRIORITY |v| priority_rank(Some(v)).into(),
        "level" level LEVEL |v: probatum_incident::Level| v.ordinal().into(),
        "evidence_status" evidence_status EVIDENCE |v: probatum_kernel::EvidenceStatus| v.ordinal().into(),
        "category" category CATEGORY |v: probatum_incident::Category| v.ordinal().into(),
        "sector" sector SECTOR |v: probatum_incident::Sector| i64::from(v.ordinal()) + 1,
        "country" country COUNTRY |v: probatum_incident::Country| v.code().into(),
    }
    if let Some(agent) = &f.agent_id {
        facets.push(Facet::new("agent", agent));
    }
    facets.extend(f.flags.iter().map(|flag| Facet::new("flag", flag)));
    let flags = i64::from(f.flags.bits()) << FLAGS.shift;
    mask.mask |= flags;
    mask.value |= flags;
    (facets, mask)
}

/// Every value an incident is counted under.
pub fn counted(i: &Incident) -> Vec<Facet> {
    let mut facets = vec![
        Facet::new(ALL, ""),
        Facet::new(DAY, i.created_at.day()),
        Facet::new("status", i.status),
        Facet::new("lifecycle", i.lifecycle),
        Facet::new("band", i.severity.band()),
        Facet::new("level", i.level),
        Facet::new("evidence_status", i.evidence_status),
        Facet::new("category", i.category),
    ];
    facets.extend(i.priority.map(|v| Facet::new("priority", v)));
    facets.extend(i.sector.map(|v| Facet::new("sector", v)));
    facets.extend(i.country.map(|v| Facet::new("country", v)));
    facets.extend(i.agent_id.as_ref().map(|v| Facet::new("agent", v)));
    facets.extend(i.flags.iter().map(|flag| Facet::new("flag", flag)));
    let due: Option<Timestamp> = i.sla_due_at.filter(|_| i.lifecycle != Lifecycle::Closed);
    facets.extend(due.map(|t| Facet::new(DUE, t.day())));
    facets
}

/// The bit of a flag in `facets`, as the partial index of the flag names it.
pub fn flag_bit(flag: probatum_incident::Flag) -> i64 {
    i64::from(Flags::NONE.with(flag).bits()) << FLAGS.shift
}

#[cfg(test)]
mod tests {
    use super::*;
    use probatum_incident::{Category, Country, Flag, QueueStatus};

    #[test]
    fn ranks_cover_an_order_without_a_gap() {
        for (key, to) in [(SortKey::Priority, 4), (SortKey::Status, 2), (SortKey::Severity, 10)] {
            let ranks = ranks(key);
            let covered: Vec<i32> = ranks.iter().flat_map(|r| r.from..=r.to).collect();
            assert_eq!(covered, (0..=to).collect::<Vec<_>>(), "{key:?}");
            let (first, second) = (ranks[0].mask, ranks[1].mask);
            assert_eq!(first.and(second), None);
            assert_eq!(first.and(first), Some(first));
            assert_eq!(first.and(closed()).unwrap().mask, first.mask | closed().mask);
        }
        assert!(ranks(SortKey::CreatedAt).is_empty() && ranks(SortKey::UpdatedAt).is_empty());
    }

    #[test]
    fn every_word_fits_its_bits() {
        let fits = |field: &Field, highest: i64| highest < (1 << field.bits);
        let top = |n: usize| i64::try_from(n).unwrap();
        assert_eq!(closed(), Mask { mask: 28, value: 20 }, "the migrations name these bits");
        assert_eq!(flag_bit(Flag::AiActRelevant), 1 << 35, "the migrations name this bit");
        assert!(fits(&STATUS, top(QueueStatus::ALL.len()) - 1));
        assert!(fits(&LIFECYCLE, top(Lifecycle::ALL.len()) - 1));
        assert!(fits(&PRIORITY, top(Priority::ALL.len())));
        assert!(fits(&LEVEL, top(Level::ALL.len()) - 1));
        assert!(fits(&EVIDENCE, top(probatum_kernel::EvidenceStatus::ALL.len()) - 1));
        assert!(fits(&CATEGORY, top(Category::ALL.len()) - 1));
        assert!(fits(&SECTOR, top(Sector::ALL.len())));
        assert!(fits(&COUNTRY, "ZW".parse::<Country>().unwrap().code().into()));
        assert!(fits(&FLAGS, (1 << top(Flag::ALL.len())) - 1));
    }
}
