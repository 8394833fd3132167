//! What the recipient reads first: what is in the bundle, and how to check it.

use super::Report;

impl Report {
    /// `README.txt` of the bundle.
    pub fn to_readme(&self) -> String {
        let checkpoint = match &self.checkpoint {
            None => "none".to_owned(),
            Some(c) => format!("{} entries, Merkle root {}", c.tree_size, c.root_hash),
        };
        let evidence = match self.evidence.len() {
            0 => "no evidence".to_owned(),
            1 => "1 item of evidence".to_owned(),
            n => format!("{n} items of evidence"),
        };
        format!(
            "{title}\n{underline}\n\n\
             Report     {report}\nIncident   {incident}\nTo         {target}\nFrom       {organisation}\n\
             Made       {at}\nCheckpoint {checkpoint}\nCarries    {evidence}, {missing} required field(s) not stated yet\n\n\
             What is here\n\
             \x20 report.pdf, report.html   the report, for reading\n\
             \x20 report.json               the same, for programs\n\
             \x20 incident.json             the incident\n\
             \x20 timeline.json             what happened, in order\n\
             \x20 evidence/ID/              metadata.json, custody.json (who held it) and content (the evidence itself,\n\
             \x20                           if the registry holds it)\n\n\
             This is a BagIt bag (RFC 8493). One folder above, manifest-sha256.txt has the SHA-256 of every file\n\
             here, tagmanifest-sha256.txt those of the files beside it, and signature.dsse.json is a DSSE envelope\n\
             over both, signed with Ed25519.\n\n\
             How to check it\n\
             \x20 probatum bundle verify FILE.zip --key KEY    everything: files, chains of custody, signature\n\
             \x20 sha256sum -c manifest-sha256.txt             the files alone, in the unpacked folder\n\n\
             Get the KEY from the sender by another way than this bundle: without it the check shows that nothing\n\
             was changed after signing, but not who signed.\n\n\
             Opened evidence may be harmful: treat the files under evidence/ as you would any suspicious file.\n",
            title = self.title,
            underline = "=".repeat(self.title.chars().count()),
            report = self.report_id,
            incident = self.incident_id(),
            target = self.target,
            organisation = self.organisation,
            at = self.created_at,
            missing = self.missing.len(),
        )
    }
}
