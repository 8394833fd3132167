//! Prints every clock that runs for an incident whose three moments are known.

use probatum_compliance_export::{Anchor, Regime, dora_initial_due_at, due_at, rules};
use probatum_kernel::Timestamp;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let detected_at: Timestamp = "2026-11-19T16:40:00Z".parse()?;
    let aware_at: Timestamp = "2026-11-19T17:00:00Z".parse()?;
    let determined_at: Timestamp = "2026-11-20T15:00:00Z".parse()?;

    for rule in rules() {
        let due = match (rule.regime, rule.anchor) {
            (Regime::Dora, _) => dora_initial_due_at(aware_at, determined_at),
            (_, Anchor::AwareAt) => due_at(rule, aware_at),
            (_, Anchor::DetectedAt) => due_at(rule, detected_at),
            (_, Anchor::DeterminedAt) => due_at(rule, determined_at),
        };
        println!("{:7} {:21} due {due}  ({})", rule.regime.as_str(), rule.phase.as_str(), rule.source);
    }
    if let Err(error) = Regime::Dora.phase("early_warning_24h") {
        println!("{error}");
    }
    Ok(())
}
