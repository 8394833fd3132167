//! Random incidents: every field set or not, every word of every list, texts in several scripts, times that coincide.

use super::Dice;
use probatum_incident::*;
use probatum_kernel::*;
use serde_json::json;

/// What titles, summaries and tags are made of; as lower-case words they are what full text finds.
pub const WORDS: &[&str] = &[
    "ransomware",
    "Ransom",
    "invoice",
    "log4j",
    "CVE-2026-0042",
    "2026",
    "7",
    "żółw",
    "ŁÓDŹ",
    "Straße",
    "утечка",
    "数据泄露",
    "agent",
    "agents",
    "O'Brien",
    "100%",
    "a_b",
    "back\\slash",
    "\"quoted\"",
    "über-cool",
    "x",
    "1e5",
    "3d",
    "10.0.0.7",
    "evil.example/login?x=1&y=2",
    "mail@example.org",
    "🦀",
    "naïve",
    "DROP",
    "or",
    "and",
    "not",
    "near",
];

/// When the first incident was created, in milliseconds.
pub const BASE: i64 = 1_780_000_000_000;

/// `n` incidents, numbered from 1, in the order of creation; several share a millisecond.
pub fn incidents(seed: u64, n: i64) -> Vec<Incident> {
    let mut dice = Dice::new(seed);
    let mut at = BASE;
    let mut next = |number| {
        at += dice.pick(&[0, 0, 1, 60_000, 3_600_000, 7_200_000]);
        incident(&mut dice, number, Timestamp::from_millis(at).unwrap())
    };
    (1..=n).map(&mut next).collect()
}

fn raised(bits: u16) -> Vec<(Flag, bool)> {
    Flags::from_bits(bits).iter().map(|flag| (flag, true)).collect()
}

/// A random incident as no sequence of commands need make it, but as the tables can hold it.
pub fn incident(dice: &mut Dice, number: i64, created: Timestamp) -> Incident {
    let new = Draft {
        title: Some(text(dice, 8)),
        source_type: Some(dice.pick(SourceType::ALL)),
        level: Some(dice.pick(Level::ALL)),
        category: Some(dice.pick(Category::ALL)),
        severity: Severity::new(u8::try_from(dice.below(11)).unwrap()),
        summary: dice.maybe(50, |d| format!("{}\n\t{}", text(d, 40), text(d, 2))),
        source: dice.maybe(50, |d| text(d, 3)),
        agent_id: dice
            .maybe(50, |d| d.pick(&["b1f2...-agent", "did:web:example.org", "ąę"]).parse().unwrap()),
        asset: dice.maybe(50, |d| text(d, 2)),
        country: dice.maybe(70, |d| d.pick(&["PL", "DE", "AD", "ZW"]).parse().unwrap()),
        location: dice.maybe(50, |d| Location { lat: degrees(d) / 2.0, lon: degrees(d) }),
        sector: dice.maybe(70, |d| d.pick(Sector::ALL)),
        flags: raised(u16::try_from(dice.bits() & dice.bits() & 0x3ff).unwrap()),
        tags: (0..dice.below(4)).map(|_| text(dice, 1)).collect(),
        raw_data: dice
            .maybe(50, |d| json!({"subject": text(d, 3), "n": d.bits(), "f": degrees(d), "deep": [[{}]]})),
        ..Draft::default()
    };
    let id = IncidentId::new(created, &dice.id_bits());
    let public_id = PublicId::new(2026, number).unwrap();
    let new = new.validate(created).unwrap();
    let mut i = Incident::open(&new, id, public_id, &"analyst:kdzik".parse().unwrap(), created);
    i.flags = new_flags(dice);
    lived(&mut i, dice);
    i
}

fn new_flags(dice: &mut Dice) -> Flags {
    Flags::from_bits(u16::try_from(dice.bits() & dice.bits() & 0x3ff).unwrap())
}

/// What happens to an incident after its creation.
fn lived(i: &mut Incident, dice: &mut Dice) {
    i.evidence_status = dice.pick(EvidenceStatus::ALL);
    if i.evidence_status != EvidenceStatus::Gap {
        i.priority = dice.maybe(70, |d| d.pick(Priority::ALL));
    }
    i.sla_due_at = i.priority.map(|p| i.created_at.plus_hours(p.sla_hours()));
    i.status = dice.pick(QueueStatus::ALL);
    i.lifecycle = dice.pick(Lifecycle::ALL);
    i.disposition = dice.maybe(40, |d| d.pick(Disposition::ALL));
    i.resolution = dice.maybe(40, |d| text(d, 9));
    i.lowered_flags = new_flags(dice);
    let impact = |d: &mut Dice| u8::try_from(d.below(4)).unwrap();
    i.impact = Impact { confidentiality: impact(dice), integrity: impact(dice), availability: impact(dice) };
    let base = i.created_at;
    let time = |d: &mut Dice| d.maybe(50, |d| base.plus_millis(d.span(1_000_000_007)));
    (i.occurred_at, i.detected_at, i.aware_at) = (time(dice), time(dice), time(dice));
    (i.triaged_at, i.contained_at) = (time(dice), time(dice));
    (i.resolved_at, i.closed_at, i.reopened_at) = (time(dice), time(dice), time(dice));
    i.verdict =
        dice.maybe(40, |d| json!({"classification": "benign", "confidence": degrees(d), "why": text(d, 5)}));
    i.recommended_actions = (0..dice.below(4)).map(|_| text(dice, 3)).collect();
    // Coarse, so that many share a time of change.
    i.updated_at = base.plus_hours(dice.span(3));
    i.legal_hold = dice.chance(10);
    i.version = 1 + dice.span(1 << 40);
}

/// One to `most` words.
fn text(dice: &mut Dice, most: u64) -> String {
    let n = 1 + dice.below(most);
    let mut text = String::new();
    for _ in 0..n {
        text.push_str(dice.pick(&["", "", "", "/ ", "--", ", "]));
        text.push_str(dice.pick(WORDS));
        text.push(' ');
    }
    text.trim().to_owned()
}

/// Between -180 and 180, with all the digits a double has.
fn degrees(dice: &mut Dice) -> f64 {
    let n = u32::try_from(dice.below(1 << 32)).unwrap();
    f64::from(n) / f64::from(u32::MAX) * 360.0 - 180.0
}
