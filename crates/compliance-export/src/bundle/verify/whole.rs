//! What can be checked only once every member was read: manifests, signature, and that all of it fits together.

use super::Check;
use crate::bundle::dsse;
use crate::bundle::keys::PublicKey;
use crate::bundle::layout::{self, BAGIT_TEXT, Member, REQUIRED};
use crate::bundle::statement::Statement;
use probatum_evidence::Sha256Hex;
use probatum_kernel::EvidenceId;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

impl Check {
    /// What can be checked only once everything was read.
    pub(super) fn finish(&mut self, trusted: &[PublicKey]) {
        if self.folder.is_none() {
            self.fault("", "must have one folder, named like the bundle, with everything in it");
        }
        for name in REQUIRED {
            if !self.digests.contains_key(name) {
                self.fault(name, "is missing");
            }
        }
        let bagit = self.kept.get(layout::BAGIT);
        if bagit.is_some_and(|text| text != BAGIT_TEXT.as_bytes()) {
            self.fault(layout::BAGIT, "does not say what every bag of this kind says");
        }
        self.manifest(layout::MANIFEST, &|path| path.starts_with("data/"));
        let tags = [layout::BAGIT, layout::BAG_INFO, layout::MANIFEST];
        self.manifest(layout::TAG_MANIFEST, &|path| tags.contains(&path));
        self.evidence_is_whole();
        self.signature(trusted);
        self.bag_info();
        self.report();
    }

    /// A manifest names every member it should, and no other, with its digest.
    fn manifest(&mut self, name: &'static str, covers: &dyn Fn(&str) -> bool) {
        let Some(text) = self.kept.get(name) else { return };
        let Some(lines) = manifest_lines(text) else {
            return self.fault(name, "is no manifest as a bundle has it: digest, two spaces, path, sorted");
        };
        let mut faults = Vec::new();
        for (path, digest) in &lines {
            match self.digests.get(path) {
                None => faults.push((path.clone(), format!("is missing, though {name} names it"))),
                Some((found, _)) if found != digest => {
                    faults.push((
                        path.clone(),
                        format!("was changed: its SHA-256 is {found}, {name} says {digest}"),
                    ));
                }
                Some(_) => {}
            }
            if !covers(path) {
                faults.push((path.clone(), format!("has no place in {name}")));
            }
        }
        for path in self.digests.keys().filter(|path| covers(path) && !lines.contains_key(*path)) {
            faults.push((path.clone(), format!("was added: {name} does not name it")));
        }
        faults.into_iter().for_each(|(path, what)| self.fault(&path, what));
    }

    fn evidence_is_whole(&mut self) {
        let mut faults = Vec::new();
        for (id, item) in &self.items {
            let mut lacks = |member: Member, what: &str| faults.push((member.path(), what.to_owned()));
            if !item.has_metadata {
                lacks(Member::Metadata(*id), "is missing");
            }
            if !item.has_custody {
                lacks(Member::Custody(*id), "is missing");
            }
            match (item.expects_content, item.has_content) {
                (true, false) => lacks(Member::Content(*id), "is missing"),
                (false, true) if item.has_metadata => {
                    lacks(Member::Content(*id), "is there, though its metadata knows of none");
                }
                _ => {}
            }
        }
        faults.into_iter().for_each(|(path, what)| self.fault(&path, what));
    }

    fn signature(&mut self, trusted: &[PublicKey]) {
        let name = layout::SIGNATURE;
        let Some(text) = self.kept.get(name) else { return };
        let opened = match dsse::open(text) {
            Ok(opened) => opened,
            Err(what) => return self.fault(name, what),
        };
        let statement = match Statement::read(&opened.payload) {
            Ok(statement) => statement,
            Err(what) => return self.fault(name, what),
        };
        let key = statement.predicate.public_key;
        if key.key_id() != opened.key_id {
            return self.fault(name, "names another key than the one in its statement");
        }
        if !opened.signed_by(&key) {
            return self.fault(
                name,
                "has a signature that is not valid: the statement was changed, or never signed",
            );
        }
        let known = trusted.contains(&key);
        if !known && !trusted.is_empty() {
            self.fault(name, format!("is signed by the key {}, which is none of those given", key.key_id()));
        }
        for manifest in [layout::MANIFEST, layout::TAG_MANIFEST] {
            let found = self.digests.get(manifest).map(|(digest, _)| digest);
            if found.is_some() && found != statement.digest_of(manifest) {
                self.fault(manifest, "was changed: it is not the one that was signed");
            }
        }
        if self.folder.as_ref().is_some_and(|folder| *folder != statement.predicate.bundle_id) {
            self.fault(
                "",
                format!("has another folder than the signed one, {}", statement.predicate.bundle_id),
            );
        }
        self.key = Some((key, known));
        self.signed = Some(statement.predicate);
    }

    fn bag_info(&mut self) {
        let payload = self.digests.iter().filter(|(path, _)| path.starts_with("data/"));
        let (count, bytes) =
            payload.fold((0u64, 0u64), |(n, sum), (_, (_, size))| (n + 1, sum.saturating_add(*size)));
        let Some(text) = self.kept.get(layout::BAG_INFO) else { return };
        let text = String::from_utf8_lossy(text).into_owned();
        let says = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        if says("Payload-Oxum") != Some(&format!("{bytes}.{count}")) {
            self.fault(
                layout::BAG_INFO,
                format!("counts another payload than the {count} files of {bytes} bytes here"),
            );
        }
        let id = says("External-Identifier");
        if self.signed.as_ref().is_some_and(|signed| Some(signed.bundle_id.as_str()) != id) {
            self.fault(layout::BAG_INFO, "names another report than the signature");
        }
    }

    /// The report is the one that was signed, and lists the evidence that is here.
    fn report(&mut self) {
        let name = layout::REPORT_JSON;
        let Some(text) = self.kept.get(name) else { return };
        let Ok(report) = serde_json::from_slice::<ReportHead>(text) else {
            return self.fault(name, "is no report as a bundle has it");
        };
        if let Some(signed) = &self.signed {
            let same = signed.bundle_id == report.report_id
                && signed.regime.as_str() == report.regime
                && signed.phase.as_str() == report.requested_phase
                && Some(signed.incident.as_str()) == report.incident.public_id.as_deref();
            if !same {
                self.fault(name, "is another report than the one that was signed");
            }
        }
        let listed: BTreeSet<_> = report.evidence.iter().map(|e| e.id).collect();
        let mut faults = Vec::new();
        for line in &report.evidence {
            let path = Member::Metadata(line.id).path();
            match self.items.get(&line.id) {
                None => faults.push((path, "is missing, though the report lists the item")),
                Some(item) => {
                    if item.has_metadata && item.hash != line.hash_sha256 {
                        faults.push((path, "has another hash than the report says"));
                    }
                    if item.custody_head != line.custody_head {
                        let path = Member::Custody(line.id).path();
                        faults.push((path, "ends in another entry than the report says"));
                    }
                }
            }
        }
        for id in self.items.keys().filter(|id| !listed.contains(id)) {
            faults.push((Member::Metadata(*id).path(), "was added: the report does not list the item"));
        }
        faults.into_iter().for_each(|(path, what)| self.fault(&path, what));
    }
}

/// What of `report.json` is compared with the rest of the bundle.
#[derive(Deserialize)]
struct ReportHead {
    report_id: String,
    regime: String,
    requested_phase: String,
    incident: IncidentHead,
    evidence: Vec<EvidenceHead>,
}

#[derive(Deserialize)]
struct IncidentHead {
    public_id: Option<String>,
}

#[derive(Deserialize)]
struct EvidenceHead {
    id: EvidenceId,
    hash_sha256: Option<Sha256Hex>,
    custody_head: Option<Sha256Hex>,
}

/// The lines of a manifest by path.
fn manifest_lines(text: &[u8]) -> Option<BTreeMap<String, Sha256Hex>> {
    let text = std::str::from_utf8(text).ok()?;
    let mut lines = BTreeMap::new();
    let mut last = "";
    for line in text.split_inclusive('\n') {
        let (digest, path) = line.strip_suffix('\n')?.split_once("  ")?;
        let hash: Sha256Hex = digest.parse().ok()?;
        if !hash.is_full() || hash.as_str() != digest || path <= last {
            return None;
        }
        last = path;
        lines.insert(path.to_owned(), hash);
    }
    Some(lines)
}
