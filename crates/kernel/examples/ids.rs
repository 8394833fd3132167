//! Ids carry their kind and their time: `cargo run -p probatum-kernel --example ids`.

use probatum_kernel::{EvidenceId, IncidentId, IncidentRef, Timestamp};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let now: Timestamp = "2026-07-04T08:12:03Z".parse()?;
    println!("incident {}", IncidentId::new(now, &[7; 10]));
    println!("evidence {}", EvidenceId::new(now, &[7; 10]));
    println!("by name  {}", "INC-2026-0042".parse::<IncidentRef>()?);
    Ok(())
}
