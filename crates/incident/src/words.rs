//! The closed word lists of an incident (CONTRACT §3), in the order that ranks them where rank matters.

use probatum_kernel::vocabulary;

vocabulary! {
    /// How the report came in.
    pub enum SourceType("source type") {
        /// A form filled in by a person.
        Form = "form",
        /// Open sources.
        Osint = "osint",
        /// A SIEM or EDR log.
        SiemLog = "siem_log",
        /// A CERT or CSIRT.
        Cert = "cert",
        /// A vendor.
        Vendor = "vendor",
        /// A client of this API.
        Api = "api",
    }
}

vocabulary! {
    /// Which house the incident belongs to.
    pub enum Level("level") {
        /// Cyber security.
        L1Cyber = "L1_cyber",
        /// AI systems and agents.
        L2Ai = "L2_ai",
        /// Law and data protection.
        L3Legal = "L3_legal",
        /// Resilience of services.
        L4Resilience = "L4_resilience",
    }
}

vocabulary! {
    /// What kind of incident it is; `incident_type` in the alert contract.
    pub enum Category("category") {
        /// Data held to ransom.
        Ransomware = "ransomware",
        /// Data lost, leaked or altered.
        DataBreach = "data_breach",
        /// An AI agent under somebody else's control.
        AgentHijack = "agent_hijack",
        /// Instructions smuggled into a model's input.
        PromptInjection = "prompt_injection",
        /// Deceptive messages.
        Phishing = "phishing",
        /// Denial of service.
        Ddos = "ddos",
        /// An exploited vulnerability.
        Vulnerability = "vulnerability",
        /// A compromised supplier or component.
        SupplyChain = "supply_chain",
        /// A model's false output with consequences.
        Hallucination = "hallucination",
        /// A wrong setting.
        Misconfiguration = "misconfiguration",
        /// Malicious code.
        Malware = "malware",
        /// Stolen credentials.
        CredentialTheft = "credential_theft",
        /// Business e-mail compromise.
        Bec = "bec",
        /// Manipulated training or reference data.
        DataPoisoning = "data_poisoning",
        /// A stolen model.
        ModelTheft = "model_theft",
        /// Synthetic media used to deceive.
        Deepfake = "deepfake",
        /// Misuse from within.
        Insider = "insider",
        /// None of these.
        Other = "other",
    }
}

vocabulary! {
    /// The triage queue: a working note, not a claim.
    pub enum QueueStatus("status") {
        /// Waiting.
        Open = "open",
        /// Looked at.
        Triaged = "triaged",
        /// Done with.
        Resolved = "resolved",
    }
}

vocabulary! {
    /// The response, after NIST SP 800-61r3. Each step claims more than the one before.
    pub enum Lifecycle("status_lifecycle") {
        /// Reported.
        Open = "open",
        /// Being understood.
        Triage = "triage",
        /// Held in place.
        Contained = "contained",
        /// The cause removed.
        Remediated = "remediated",
        /// The remedy proven to work.
        Verified = "verified",
        /// Finished.
        Closed = "closed",
    }
}

vocabulary! {
    /// How urgent; the highest first.
    pub enum Priority("priority") {
        /// 4 hours.
        P0 = "P0",
        /// 24 hours.
        P1 = "P1",
        /// 72 hours.
        P2 = "P2",
        /// 30 days.
        P3 = "P3",
    }
}

impl Priority {
    /// Hours from creation to the end of the SLA (CONTRACT §3).
    pub const fn sla_hours(self) -> i64 {
        match self {
            Self::P0 => 4,
            Self::P1 => 24,
            Self::P2 => 72,
            Self::P3 => 30 * 24,
        }
    }
}

vocabulary! {
    /// What it turned out to be.
    pub enum Disposition("disposition") {
        /// It was what it looked like.
        TruePositive = "true_positive",
        /// It happened, and was allowed.
        BenignPositive = "benign_positive",
        /// It was not.
        FalsePositive = "false_positive",
        /// It is on record already.
        Duplicate = "duplicate",
        /// An exercise.
        Exercise = "exercise",
        /// Nobody can tell.
        Undetermined = "undetermined",
    }
}

vocabulary! {
    /// Where in the house it happens.
    pub enum Layer("layer") {
        /// Data.
        Data = "data",
        /// AI agents and models.
        AiAgent = "ai_agent",
        /// People and their identities.
        HumanIdentity = "human_identity",
        /// Networks and hosts.
        Infrastructure = "infrastructure",
        /// Applications.
        Application = "application",
    }
}
