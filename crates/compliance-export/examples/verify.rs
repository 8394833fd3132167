//! Builds a bundle with evidence in a temporary file, checks it, then changes one byte and checks it again.
//! With a number as argument the evidence has so many MiB, and the memory it took is printed.

use probatum_compliance_export::*;
use probatum_evidence::{Attach, Evidence, Sha256Hex, Stored};
use probatum_kernel::{Actor, EvidenceId, IncidentId, Timestamp};
use sha2::{Digest, Sha256};
use std::io::{self, Read, Seek, SeekFrom, Write};

/// So many bytes that look random and are always the same.
struct Generated {
    left: u64,
    state: u64,
}

impl Generated {
    fn new(bytes: u64) -> Self {
        Self { left: bytes, state: 0x9e37_79b9_7f4a_7c15 }
    }
}

impl Read for Generated {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut written = 0;
        for piece in buffer.chunks_mut(8) {
            if self.left == 0 {
                break;
            }
            self.state ^= self.state << 13;
            self.state ^= self.state >> 7;
            self.state ^= self.state << 17;
            let take = piece.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
            for (to, from) in piece.iter_mut().zip(self.state.to_le_bytes()).take(take) {
                *to = from;
            }
            self.left -= u64::try_from(take).unwrap_or(0);
            written += take;
        }
        Ok(written)
    }
}

fn exhibit(bytes: u64, at: Timestamp, by: &Actor) -> Result<Exhibit, Box<dyn std::error::Error>> {
    let mut hash = Sha256::new();
    let (mut content, mut buffer) = (Generated::new(bytes), vec![0; 64 * 1024]);
    loop {
        match content.read(&mut buffer)? {
            0 => break,
            n => hash.update(buffer.get(..n).unwrap_or_default()),
        }
    }
    let computed = Sha256Hex::from_digest(hash.finalize().into());
    let cmd: Attach = serde_json::from_value(serde_json::json!({
        "kind": "disk_image", "source": "edr", "confidence": 90, "visibility": "restricted"
    }))?;
    let stored = Stored {
        size: bytes,
        media_type: "application/octet-stream".to_owned(),
        file_name: "disk.img".to_owned(),
        key: computed.to_string(),
    };
    let (id, incident) = (EvidenceId::new(at, &[1; 10]), IncidentId::new(at, &[2; 10]));
    let (item, chain) = Evidence::upload(id, incident, &cmd, stored, &computed, by, at)?;
    Ok(Exhibit { item, chain })
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mib: u64 = std::env::args().nth(1).map_or(Ok(0), |n| n.parse())?;
    let bytes = if mib == 0 { 5000 } else { mib * 1024 * 1024 };
    let now: Timestamp = "2026-11-21T12:00:00Z".parse()?;
    let by: Actor = "legal:anowak".parse()?;
    let evidence = [exhibit(bytes, now, &by)?];

    let rules = RuleSet::built_in();
    let mut case = CaseFacts::default();
    case.conditions.insert(Condition::GdprBreach);
    case.moments.insert(Anchor::AwareAt, "2026-11-21T09:15:00Z".parse()?);
    let incident = IncidentData {
        public_id: "INC-2026-0042".to_owned(),
        title: "Data breach in a support system".to_owned(),
        ..IncidentData::default()
    };
    let report = Report::build(&ReportInput {
        rules,
        report_id: "RPT-2026-0042-1",
        regime: Regime::Gdpr,
        phase: Phase::Notification72h,
        target: "UODO",
        organisation: "Example SA",
        created_by: &by,
        created_at: now,
        incident: &incident,
        facts: &FactSheet::default(),
        facts_version: None,
        clocks: &Clocks::compute(rules, &case, now),
        evidence: &evidence,
        actions: &[],
        timeline: &[],
        previous: &[],
        checkpoint: None,
    })?;
    println!("{}: {} required fields are missing", report.title, report.missing.len());

    // In earnest the seed is random, and the key is kept in a file nobody else reads.
    let key = SecretKey::from_seed(&[7; 32]);
    let (mut file, summary) = write_bundle(
        tempfile::tempfile()?,
        &report,
        &key,
        &mut |record| Ok(Box::new(Generated::new(record.content.as_ref().map_or(0, |c| c.size)))),
        &mut |done| println!("{done} bytes of evidence written"),
    )?;
    println!("{} is signed by {} and has {} bytes", summary.bundle_id, summary.key_id, summary.size);

    let found = verify(&mut file, &[key.public()], &mut |_| {})?;
    println!("ok: {}, trusted: {}, {} members", found.ok, found.trusted, found.members);

    file.seek(SeekFrom::Start(summary.size / 2))?;
    let mut byte = [0];
    file.read_exact(&mut byte)?;
    file.seek(SeekFrom::Start(summary.size / 2))?;
    file.write_all(&byte.map(|b| b ^ 1))?;
    let found = verify(&mut file, &[key.public()], &mut |_| {})?;
    println!("after a change of one bit, ok: {}", found.ok);
    for fault in &found.faults {
        println!("  {fault}");
    }
    if mib > 0 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        println!("{}", status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("memory: unknown"));
    }
    Ok(())
}
