//! Prints every clock of an incident that concerns several regimes, and what a new fact changes.

use probatum_compliance_export::{
    Anchor, CaseFacts, ClockHistory, ClockState, Clocks, Condition, Regime, RuleSet,
};
use probatum_kernel::Timestamp;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let now: Timestamp = "2026-11-20T16:00:00Z".parse()?;
    let mut case = CaseFacts::default();
    case.conditions.extend([
        Condition::Nis2Relevant,
        Condition::KscRelevant,
        Condition::GdprBreach,
        Condition::AiSeriousIncident,
    ]);
    case.moments.insert(Anchor::DetectedAt, "2026-11-19T16:40:00Z".parse()?);
    case.moments.insert(Anchor::AwareAt, "2026-11-19T17:00:00Z".parse()?);

    let rules = RuleSet::built_in();
    let clocks = Clocks::compute(rules, &case, now);
    for clock in clocks.into_iter().filter(|clock| clock.state != ClockState::NotApplicable) {
        let due = clock.due_at.map_or_else(
            || clock.waiting_for.clone().unwrap_or_else(|| "without undue delay".to_owned()),
            |due| rules.calendar.show(due),
        );
        println!(
            "{:12} {:24} {:9} {due}  ({})",
            clock.regime.as_str(),
            clock.step.as_str(),
            clock.state.as_str(),
            clock.law
        );
    }

    let mut history = ClockHistory::default();
    history.record(&clocks, now);
    case.conditions.insert(Condition::Death);
    let later = now.plus_hours(5 * 24);
    for change in history.record(&Clocks::compute(rules, &case, later), later) {
        if let (Some(before), Some(after)) = (change.before, change.after)
            && before.due_at != after.due_at
        {
            println!("{} {} {:?} -> {:?}", change.step, change.kind, before.due_at, after.due_at);
        }
    }
    if let Err(error) = Regime::Dora.phase("early_warning_24h") {
        println!("{error}");
    }
    Ok(())
}
