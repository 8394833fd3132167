//! Classify an incident and walk the doctrine without a server: `cargo run -p probatum-incident --example classify`.

use probatum_incident::{Category, Draft, Facts, Incident, Patch, Priority, classify};
use probatum_kernel::{Actor, EvidenceStatus, IncidentId, PublicId, Timestamp};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let now: Timestamp = "2026-07-04T08:12:03Z".parse()?;
    let actor: Actor = "analyst:kdzik".parse()?;
    let draft =
        Draft { incident_type: Some(Category::Phishing), source: Some("gateway".into()), ..Draft::default() };
    let public_id = PublicId::new(2026, 42).ok_or("no such number")?;
    let incident =
        Incident::open(&draft.validate(now)?, IncidentId::new(now, &[0; 10]), public_id, &actor, now);

    println!("suggested: {}", classify(incident.category).priority);
    let patch = Patch { priority: Some(Some(Priority::P1)), ..Patch::default() };
    if let Err(refused) = incident.patch(&patch, &Facts::default(), now) {
        println!("refused:   {refused}");
    }
    if let Some(decision) = incident.inherit(EvidenceStatus::Confirmed, now) {
        let granted = decision.next.patch(&patch, &Facts::default(), now)?.next;
        println!("granted:   P1, due {}", granted.sla_due_at.map(|t| t.to_string()).unwrap_or_default());
    }
    Ok(())
}
