//! The closed lists of words in a fact sheet.

use super::leaf::word_leaf;

probatum_kernel::vocabulary! {
    /// An answer that may still be open.
    pub enum YesNoUnknown("answer") {
        /// Yes.
        Yes = "yes",
        /// No.
        No = "no",
        /// Not known yet.
        Unknown = "unknown",
    }
}

probatum_kernel::vocabulary! {
    /// How likely and how bad the consequences for people are.
    pub enum RiskLevel("risk level") {
        /// Unlikely to result in a risk.
        Unlikely = "unlikely",
        /// A risk.
        Risk = "risk",
        /// A high risk.
        High = "high",
    }
}

probatum_kernel::vocabulary! {
    /// What a figure is.
    pub enum ActualOrEstimate("kind of figure") {
        /// Counted.
        Actual = "actual",
        /// Estimated.
        Estimate = "estimate",
        /// Some counted, some estimated.
        Mixed = "actual_and_estimate",
    }
}

probatum_kernel::vocabulary! {
    /// The stage of a report on an AI system.
    pub enum AiReportType("report type") {
        /// First, perhaps incomplete.
        Initial = "initial",
        /// More is known.
        FollowUp = "follow_up",
        /// First and last at once.
        Combined = "combined_initial_final",
        /// Last: it was a serious incident.
        FinalReportable = "final_reportable",
        /// Last: it was none.
        FinalNonReportable = "final_non_reportable",
    }
}

probatum_kernel::vocabulary! {
    /// What an AI system led to (AI Act, Art. 3(49)).
    pub enum AiHarm("harm") {
        /// A death.
        Death = "death",
        /// Serious harm to health.
        Health = "health_harm",
        /// Disruption of critical infrastructure.
        CriticalInfrastructure = "critical_infrastructure",
        /// Infringement of fundamental rights.
        FundamentalRights = "fundamental_rights",
        /// Serious harm to property.
        Property = "property",
        /// Serious harm to the environment.
        Environment = "environment",
        /// Something else that has to be reported.
        Other = "other_reportable",
    }
}

probatum_kernel::vocabulary! {
    /// Who reports on an AI system.
    pub enum AiRole("role") {
        /// The provider.
        Provider = "provider",
        /// The deployer.
        Deployer = "deployer",
        /// The provider's authorised representative.
        Representative = "authorised_representative",
        /// Somebody else.
        Other = "other",
    }
}

probatum_kernel::vocabulary! {
    /// What DORA's report is (data point 1.1).
    pub enum DoraSubmission("submission type") {
        /// Initial.
        Initial = "initial_notification",
        /// Intermediate.
        Intermediate = "intermediate_report",
        /// Final.
        Final = "final_report",
        /// It is not major after all.
        Reclassified = "major_incident_reclassified_as_non-major",
    }
}

probatum_kernel::vocabulary! {
    /// Why an incident is major under DORA (data point 2.5).
    pub enum DoraCriterion("criterion") {
        /// Clients, counterparts, transactions.
        Clients = "clients_financial_counterparts_and_transactions_affected",
        /// Member States.
        Geography = "geographical_spread",
        /// Data.
        DataLosses = "data_losses",
        /// Critical services.
        CriticalServices = "critical_services_affected",
        /// Costs.
        Economic = "economic_impact",
        /// Reputation.
        Reputation = "reputational_impact",
        /// Duration.
        Duration = "duration_and_service_downtime",
    }
}

probatum_kernel::vocabulary! {
    /// Who found it (data point 2.7).
    pub enum DoraDiscovery("discovery") {
        /// IT security.
        ItSecurity = "it_security",
        /// Staff.
        Staff = "staff",
        /// Internal audit.
        InternalAudit = "internal_audit",
        /// External audit.
        ExternalAudit = "external_audit",
        /// Clients.
        Clients = "clients",
        /// Financial counterparts.
        Counterparts = "financial_counterparts",
        /// A third-party provider.
        ThirdParty = "third-party_provider",
        /// The attacker.
        Attacker = "attacker",
        /// Monitoring.
        Monitoring = "monitoring_systems",
        /// An authority.
        Authority = "authority_agency_law_enforcement_body",
        /// Somebody else.
        Other = "other",
    }
}

probatum_kernel::vocabulary! {
    /// What kind of incident it is (data point 3.23).
    pub enum DoraIncidentType("incident type") {
        /// Cyber security.
        Cybersecurity = "cybersecurity-related",
        /// A process.
        Process = "process_failure",
        /// A system.
        System = "system_failure",
        /// An event outside.
        External = "external_event",
        /// Payments.
        Payment = "payment-related",
        /// Another.
        Other = "other",
    }
}

probatum_kernel::vocabulary! {
    /// How it was done (data point 3.25).
    pub enum DoraTechnique("technique") {
        /// Social engineering.
        SocialEngineering = "social_engineering_including_phishing",
        /// Denial of service.
        Ddos = "ddos",
        /// Identity theft.
        IdentityTheft = "identity_theft",
        /// Encryption.
        Encryption = "data_encryption_for_impact_including_ransomware",
        /// Resources taken over.
        Hijacking = "resource_hijacking",
        /// Exfiltration or manipulation.
        Exfiltration = "data_exfiltration_and_manipulation_including_identity_theft",
        /// Destruction.
        Destruction = "data_destruction",
        /// Defacement.
        Defacement = "defacement",
        /// Through a supplier.
        SupplyChain = "supply-chain_attack",
        /// Another.
        Other = "other",
    }
}

probatum_kernel::vocabulary! {
    /// Who else was told (data point 3.31).
    pub enum DoraAuthority("authority") {
        /// Police.
        Police = "police_law_enforcement",
        /// A CSIRT.
        Csirt = "csirt",
        /// A data protection authority.
        DataProtection = "data_protection_authority",
        /// A cybersecurity agency.
        Agency = "national_cybersecurity_agency",
        /// Nobody.
        None = "none",
        /// Another.
        Other = "other",
    }
}

probatum_kernel::vocabulary! {
    /// The root cause in one word (data point 4.1).
    pub enum DoraRootCause("root cause") {
        /// Malice.
        Malicious = "malicious_actions",
        /// A process.
        Process = "process_failure",
        /// A system.
        System = "system_failure_malfunction",
        /// An error of a person.
        Human = "human_error",
        /// An event outside.
        External = "external_event",
    }
}

word_leaf!(
    YesNoUnknown,
    RiskLevel,
    ActualOrEstimate,
    AiReportType,
    AiHarm,
    AiRole,
    DoraSubmission,
    DoraCriterion,
    DoraDiscovery,
    DoraIncidentType,
    DoraTechnique,
    DoraAuthority,
    DoraRootCause,
);
