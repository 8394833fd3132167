//! The data points of DORA's template that no other regime asks for (Implementing Regulation (EU) 2025/302, Annex I).
//!
//! Amounts are in thousands of the reporting currency; labels begin with the number of the data point.

use super::leaf::*;
use super::words::*;
use probatum_kernel::Timestamp;

section! {
    /// An entity by name and code.
    pub struct NamedEntity {
        name: Line = "Name",
        lei: Lei = "LEI",
    }
}

section! {
    /// The figures of a major incident.
    pub struct Dora {
        submission: DoraSubmission = "1.1 Type of submission",
        submitting_entity: Line = "1.2 Name of the entity submitting",
        submitting_code: Line = "1.3 Code of the entity submitting",
        entity_types: Vec<Line> = "1.4 Types of the entities affected",
        affected_entities: Vec<NamedEntity> = "1.5, 1.6 Entities affected",
        parent: NamedEntity = "1.13, 1.14 Ultimate parent undertaking",
        currency: Currency = "1.15 Reporting currency",
        reference_code: Line = "2.1 Reference code of the entity",
        criteria: Vec<DoraCriterion> = "2.5 Criteria met",
        countries: Vec<CountryCode> = "2.6 Countries for the geographical spread",
        discovery: DoraDiscovery = "2.7 Discovery",
        third_party_origin: Line = "2.8 Third-party provider it originates from",
        continuity_activated: YesNoUnknown = "2.9 Business continuity activated",
        other_information: Text = "2.10 Other information",
        authority_code: Line = "3.1 Code of the competent authority",
        recovered_at: Timestamp = "3.3 Services restored",
        clients: Count = "3.4 Clients affected",
        clients_percent: Percent = "3.5 Clients affected, per cent",
        counterparts: Count = "3.6 Financial counterparts affected",
        counterparts_percent: Percent = "3.7 Financial counterparts affected, per cent",
        relevant_clients: YesNoUnknown = "3.8 Relevant clients or counterparts affected",
        transactions: Count = "3.9 Transactions affected",
        transactions_percent: Percent = "3.10 Transactions affected, per cent",
        transactions_value: Count = "3.11 Value of the transactions affected, thousands",
        figures: ActualOrEstimate = "3.12 Actual or estimated figures",
        reputation: Text = "3.13, 3.14 Reputational impact",
        duration: Duration = "3.15 Duration of the incident",
        downtime: Duration = "3.16 Downtime of services",
        duration_figures: ActualOrEstimate = "3.17 Actual or estimated durations",
        member_states_impact: Text = "3.18, 3.19 Impact in other Member States",
        data_losses: Text = "3.20, 3.21 Data losses",
        critical_services: Text = "3.22 Critical services affected",
        incident_types: Vec<DoraIncidentType> = "3.23 Types of incident",
        incident_type_other: Line = "3.24 Other type of incident",
        techniques: Vec<DoraTechnique> = "3.25 Threats and techniques",
        technique_other: Line = "3.26 Other technique",
        functional_areas: Text = "3.27 Functional areas affected",
        infrastructure: YesNoUnknown = "3.28 Infrastructure components affected",
        infrastructure_description: Text = "3.29 Components affected",
        financial_interest: YesNoUnknown = "3.30 Impact on the financial interest of clients",
        authorities: Vec<DoraAuthority> = "3.31 Reported to other authorities",
        authority_other: Line = "3.32 Other authority",
        temporary_measures: YesNoUnknown = "3.33 Temporary measures taken",
        temporary_measures_description: Text = "3.34 Temporary measures",
        root_causes: Vec<DoraRootCause> = "4.1 Root causes",
        root_causes_detailed: Vec<Line> = "4.2 Root causes in detail",
        root_causes_additional: Vec<Line> = "4.3 Further classification of root causes",
        root_cause_other: Line = "4.4 Other root causes",
        root_cause_information: Text = "4.5 Information on the root causes",
        resolution: Text = "4.6 Resolution",
        root_cause_addressed_at: Timestamp = "4.7 Root cause addressed",
        resolved_at: Timestamp = "4.8 Incident resolved",
        resolved_as_planned: Text = "4.9 Resolution against plan",
        critical_function_risk: Text = "4.10 Risk to critical functions",
        resolution_authorities: Text = "4.11 Information for resolution authorities",
        economic_threshold: Text = "4.12 Economic impact against its threshold",
        gross_costs: Count = "4.13 Gross direct and indirect costs, thousands",
        recoveries: Count = "4.14 Financial recoveries, thousands",
        recurring: Text = "4.15 Recurring incidents",
        recurring_since: Timestamp = "4.16 Date of the recurring incidents",
    }
}
