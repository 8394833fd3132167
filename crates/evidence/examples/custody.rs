//! The life of one item: attached, analysed, contradicted, tampered with, and found out.

use probatum_evidence::{
    Attach, CustodyAction, CustodyInput, Evidence, inherit, settle, verified, verify_item,
};
use probatum_evidence::{Sha256Hex, Stored};
use probatum_kernel::{Actor, EvidenceId, IncidentId, Timestamp};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let now: Timestamp = "2026-07-04T08:21:00Z".parse()?;
    let analyst: Actor = "analyst:kdzik".parse()?;
    let incident = IncidentId::new(now, &[1; 10]);

    // A file is received; the registry hashes it and witnesses that it did.
    let content = b"agent 7 called tool delete_all";
    let computed = Sha256Hex::of(content);
    let cmd: Attach =
        serde_json::from_str(r#"{"kind":"agent_trace","source":"orchestrator-logs","confidence":82}"#)?;
    let stored = Stored {
        size: u64::try_from(content.len())?,
        media_type: "text/plain".to_owned(),
        file_name: "trace-0042.txt".to_owned(),
        key: computed.to_string(),
    };
    let id = EvidenceId::new(now, &[2; 10]);
    let (item, mut chain) = Evidence::upload(id, incident, &cmd, stored, &computed, &analyst, now)?;
    println!("{id} is {}", item.status);

    // Somebody works on it.
    let analysed = CustodyInput {
        ts: now.plus_hours(1),
        actor: analyst.clone(),
        action: CustodyAction::Analysed,
        hash_after: Some(computed),
        note: Some("tool call found at line 1".to_owned()),
    };
    let (item, entry) = item.append(chain.last(), &analysed, now.plus_hours(1))?;
    chain.push(entry);
    verify_item(&item, &chain)?;

    // A second item contradicts it: the incident is disputed.
    let denial: Attach = serde_json::from_value(serde_json::json!({
        "kind": "public_statement", "source": "vendor.example", "confidence": 60, "contradicts": id
    }))?;
    let (denial, _) =
        Evidence::attach(EvidenceId::new(now, &[3; 10]), incident, &denial, &analyst, now.plus_hours(2))?;
    let statuses = settle(&[item.clone(), denial]);
    println!("with a denial the incident is {}", inherit(statuses.into_iter().map(|(_, status)| status)));

    // The stored content changes: the next verification says so, for good.
    let found = Sha256Hex::of(b"agent 7 called nothing");
    let entry = verified(&item, chain.last(), Some(&found), &Actor::system("verify"), now.plus_hours(3))?;
    let item = item.with_entry(&entry);
    chain.push(entry);
    println!("after a change of the content it is {}", item.status);
    verify_item(&item, &chain)?;

    // Somebody deletes that entry.
    chain.pop();
    if let Err(fault) = verify_item(&item, &chain) {
        println!("found out: {fault}");
    }
    Ok(())
}
