//! Prints the STIX 2.1 bundle of an invented incident: `cargo run -p probatum-intake --example export`.

use probatum_intake::{Category, Determination, Investigation, StixExport, Tlp, indicators};
use probatum_kernel::{IncidentId, PublicId, Timestamp};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let created_at: Timestamp = "2026-11-22T10:00:00Z".parse()?;
    let report = "The loader (T1105) came from hxxps://cdn[.]example[.]net/a.exe and calls 203.0.113.80; \
        CVE-2026-12345 let it in.";
    let export = StixExport {
        producer: "Example SOC".to_owned(),
        id: IncidentId::new(created_at, &[7; 10]),
        public_id: PublicId::new(2026, 42).ok_or("no such number")?,
        title: "Loader on ws-12".to_owned(),
        summary: Some(report.to_owned()),
        category: Category::Malware,
        severity: 7,
        determination: Determination::Confirmed,
        investigation: Investigation::Open,
        detection_method: Some("automated-tool".to_owned()),
        created_at,
        updated_at: created_at,
        indicators: indicators(report),
        attack_techniques: vec!["T1071".to_owned()],
        evidence: Vec::new(),
        tlp: Some(Tlp::Green),
    };
    println!("{}", serde_json::to_string_pretty(&export.bundle())?);
    Ok(())
}
