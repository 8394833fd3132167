//! The closed lists of words evidence is described in: kinds, classes, visibility, custody actions, TLP.

probatum_kernel::vocabulary! {
    /// What an item of evidence is (CONTRACT §4). Its [class](EvidenceKind::class) decides how much it can
    /// prove.
    pub enum EvidenceKind("evidence kind") {
        /// A log.
        Log = "log",
        /// Events from a SIEM.
        SiemLog = "siem_log",
        /// What an AI agent did, step by step.
        AgentTrace = "agent_trace",
        /// What an AI model was asked and answered.
        PromptLog = "prompt_log",
        /// Captured network packets.
        Pcap = "pcap",
        /// An image of memory.
        MemoryImage = "memory_image",
        /// An image of a disk.
        DiskImage = "disk_image",
        /// A file.
        File = "file",
        /// An e-mail with its headers.
        Email = "email",
        /// A picture of a screen.
        Screenshot = "screenshot",
        /// A configuration as found.
        Config = "config",
        /// The report of a scanner.
        ScanReport = "scan_report",
        /// The test that shows a remedy works.
        RemediationTest = "remediation_test",
        /// An advisory of a vendor.
        VendorAdvisory = "vendor_advisory",
        /// A bulletin of a CERT.
        CertBulletin = "cert_bulletin",
        /// A receipt of official delivery (UPO, e-Delivery).
        UpoEdelivery = "upo_edelivery",
        /// A letter from an authority.
        AuthorityLetter = "authority_letter",
        /// An article from open sources.
        OsintArticle = "osint_article",
        /// A report in the media.
        MediaReport = "media_report",
        /// A statement made in public.
        PublicStatement = "public_statement",
        /// What the reporter says.
        ReporterStatement = "reporter_statement",
        /// Anything else.
        Other = "other",
    }
}

probatum_kernel::vocabulary! {
    /// What a kind of evidence is good for (CONTRACT §4).
    pub enum EvidenceClass("evidence class") {
        /// Made by machines: confirms, if hashed and with custody.
        Technical = "technical",
        /// Issued by an authority, CERT or vendor: confirms with custody, also without a hash.
        Official = "official",
        /// Somebody reports about it: never confirms.
        Signal = "signal",
        /// Somebody claims it: never confirms.
        Claim = "claim",
        /// Unknown: never confirms.
        Other = "other",
    }
}

impl EvidenceKind {
    /// The class of the kind.
    pub const fn class(self) -> EvidenceClass {
        match self {
            Self::Log
            | Self::SiemLog
            | Self::AgentTrace
            | Self::PromptLog
            | Self::Pcap
            | Self::MemoryImage
            | Self::DiskImage
            | Self::File
            | Self::Email
            | Self::Screenshot
            | Self::Config
            | Self::ScanReport
            | Self::RemediationTest => EvidenceClass::Technical,
            Self::VendorAdvisory | Self::CertBulletin | Self::UpoEdelivery | Self::AuthorityLetter => {
                EvidenceClass::Official
            }
            Self::OsintArticle | Self::MediaReport => EvidenceClass::Signal,
            Self::PublicStatement | Self::ReporterStatement => EvidenceClass::Claim,
            Self::Other => EvidenceClass::Other,
        }
    }
}

probatum_kernel::vocabulary! {
    /// Who may see an item (CONTRACT §2, §10). The default is the narrowest.
    #[derive(Default)]
    pub enum Visibility("visibility") {
        /// Everybody who may read the incident.
        Public = "public",
        /// Those with a right to all evidence, and the authority a report goes to.
        Restricted = "restricted",
        /// Those with a right to all evidence; it never leaves.
        #[default]
        Internal = "internal",
    }
}

probatum_kernel::vocabulary! {
    /// What happened to an item in somebody's custody (CONTRACT §4).
    pub enum CustodyAction("custody action") {
        /// Taken from its source.
        Collected = "collected",
        /// Handed over.
        Transferred = "transferred",
        /// Looked at.
        Accessed = "accessed",
        /// Analysed.
        Analysed = "analysed",
        /// Hashed again.
        Verified = "verified",
        /// Sealed.
        Sealed = "sealed",
        /// Given back or out.
        Released = "released",
        /// Destroyed: nothing follows.
        Disposed = "disposed",
    }
}

probatum_kernel::vocabulary! {
    /// Labels of the Traffic Light Protocol 2.0 (FIRST, 2022).
    pub enum Tlp("TLP label") {
        /// For the eyes of the recipients only.
        Red = "TLP:RED",
        /// For the recipients' organisation.
        AmberStrict = "TLP:AMBER+STRICT",
        /// For the recipients' organisation and its clients.
        Amber = "TLP:AMBER",
        /// For the community.
        Green = "TLP:GREEN",
        /// For everybody.
        Clear = "TLP:CLEAR",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_and_classes_are_the_contracts() {
        let table = [
            (
                EvidenceClass::Technical,
                "log siem_log agent_trace prompt_log pcap memory_image disk_image file email screenshot config \
                 scan_report remediation_test",
            ),
            (EvidenceClass::Official, "vendor_advisory cert_bulletin upo_edelivery authority_letter"),
            (EvidenceClass::Signal, "osint_article media_report"),
            (EvidenceClass::Claim, "public_statement reporter_statement"),
            (EvidenceClass::Other, "other"),
        ];
        let mut seen = 0;
        for (class, words) in table {
            for word in words.split_whitespace() {
                assert_eq!(word.parse::<EvidenceKind>().unwrap().class(), class, "{word}");
                seen += 1;
            }
        }
        assert_eq!(seen, EvidenceKind::ALL.len());
    }

    #[test]
    fn the_default_is_the_narrowest() {
        assert_eq!(Visibility::default(), Visibility::Internal);
    }

    #[test]
    fn tlp_words_are_exact() {
        let words: Vec<_> = Tlp::ALL.iter().map(|t| t.as_str()).collect();
        assert_eq!(words, ["TLP:RED", "TLP:AMBER+STRICT", "TLP:AMBER", "TLP:GREEN", "TLP:CLEAR"]);
        assert!("TLP:WHITE".parse::<Tlp>().is_err());
    }
}
