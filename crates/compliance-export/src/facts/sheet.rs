//! The fact sheet: one set of answers from which every regime's report is filled.

use super::dora::Dora;
use super::leaf::*;
use super::words::*;
use probatum_kernel::Timestamp;

section! {
    /// The entity that reports.
    pub struct Entity {
        name: Line = "Name of the entity",
        registration_number: Line = "Register number",
        lei: Lei = "Legal entity identifier",
        address: Line = "Address",
        country: CountryCode = "Member State of establishment",
        sector: Line = "Sector",
    }
}

section! {
    /// A person or office that can be asked.
    pub struct Contact {
        name: Line = "Name",
        role: Line = "Role",
        email: Email = "E-mail",
        phone: Phone = "Telephone",
    }
}

section! {
    /// Whom to ask.
    pub struct Contacts {
        primary: Contact = "First contact",
        secondary: Contact = "Second contact",
        dpo: Contact = "Data protection officer or contact point",
    }
}

section! {
    /// The authority the report goes to.
    pub struct Authority {
        name: Line = "Authority",
        country: CountryCode = "Country of the authority",
        reference: Line = "Reference number of the authority",
    }
}

section! {
    /// Effects in other Member States.
    pub struct CrossBorder {
        possible: YesNoUnknown = "Possible cross-border impact",
        countries: Vec<CountryCode> = "Countries concerned",
        impact: Text = "Cross-border impact",
    }
}

section! {
    /// What happened.
    pub struct Description {
        nature: Text = "Nature of the incident",
        plain_language: Text = "Nature of the breach in plain language, for the people concerned",
        detailed: Text = "Detailed description",
        discovery: Text = "How it was discovered",
        other: Text = "Other information",
    }
}

section! {
    /// When it happened; the moments the clocks count from are the incident's own.
    pub struct Timing {
        began_at: Timestamp = "Beginning",
        ended_at: Timestamp = "End",
        delay_reasons: Text = "Reasons for the delay of the report",
    }
}

section! {
    /// What it did.
    pub struct Impact {
        severity: Text = "Severity (assessment)",
        summary: Text = "Impact",
        services: Vec<Line> = "Services affected",
        users: Count = "Users affected",
        consequences: Text = "Likely consequences",
        risk: RiskLevel = "Risk to the rights and freedoms of people",
        risk_reasons: Text = "Reasons for that risk level",
    }
}

section! {
    /// Whose data.
    pub struct Affected {
        subject_categories: Vec<Line> = "Categories of people concerned",
        subjects: Count = "People concerned, approximately",
        record_categories: Vec<Line> = "Categories of records concerned",
        records: Count = "Records concerned, approximately",
    }
}

section! {
    /// Why it happened.
    pub struct Cause {
        threat_type: Line = "Type of threat",
        root_cause: Text = "Likely root cause",
        techniques: Vec<Line> = "Techniques (for example ATT&CK or ATLAS ids)",
    }
}

section! {
    /// What is done about it.
    pub struct Measures {
        before: Text = "Safeguards in place before",
        taken: Text = "Measures taken",
        planned: Text = "Measures proposed or under way",
    }
}

section! {
    /// What the people concerned were told (GDPR, Art. 34).
    pub struct Communication {
        done: YesNoUnknown = "People concerned were informed",
        at: Timestamp = "When they were, or will be, informed",
        people: Count = "People informed",
        means: Text = "Means of communication",
        reasons_not: Text = "Reasons for not informing them",
    }
}

section! {
    /// An indicator of compromise.
    pub struct Indicator {
        kind: Line = "Kind",
        value: Line = "Value",
    }
}

section! {
    /// A report made to somebody else.
    pub struct OtherNotification {
        authority: Line = "Authority",
        reference: Line = "Reference",
        at: Timestamp = "When",
    }
}

section! {
    /// Extortion.
    pub struct Ransom {
        demanded: YesNoUnknown = "Ransom demanded",
        paid: YesNoUnknown = "Ransom paid",
        amount: Count = "Amount, in whole units of the currency",
        currency: Currency = "Currency of the amount",
        recipient: Line = "Recipient",
    }
}

section! {
    /// The AI system and what its provider found (AI Act, Art. 73).
    pub struct Ai {
        report_type: AiReportType = "Type of report",
        next_report_at: Timestamp = "Expected date of the next report",
        harms: Vec<AiHarm> = "Classification",
        submitter: AiRole = "Submitted by",
        provider: Contact = "Provider",
        representative: Contact = "Authorised representative",
        other_duties: Text = "Reported already under other law",
        eu_database_id: Line = "Registration in the EU database (Art. 71)",
        system_name: Line = "Name of the AI system",
        system_description: Text = "Description of the AI system",
        model: Line = "Model",
        software_version: Line = "Software version",
        serial: Line = "Serial, lot or batch number",
        users_affected: Count = "Users affected by the AI system",
        operator_type: Line = "Type of operator",
        first_reporter: Contact = "Who reported it first",
        preliminary_analysis: Text = "Preliminary analysis of the provider",
        corrective_action: Text = "Corrective and preventive action",
        investigation: Text = "Planned investigation",
        conclusion: Text = "Root cause and conclusion",
        non_reportable_reasons: Text = "Why it is not reportable",
        risk_assessment: Text = "Review of the risk assessment and its result",
        state_preserved: YesNoUnknown = "State preserved for later evaluation of causes (Art. 73(6))",
        affirmation: Line = "Affirmed by",
    }
}

section! {
    /// Everything a report may have to say that the incident itself does not.
    pub struct FactSheet {
        entity: Entity = "Entity",
        contacts: Contacts = "Contacts",
        authority: Authority = "Authority",
        suspected_unlawful_or_malicious: YesNoUnknown = "Suspected to be caused by unlawful or malicious acts",
        cross_border: CrossBorder = "Cross-border impact",
        description: Description = "Description",
        timing: Timing = "Time",
        impact: Impact = "Impact",
        affected: Affected = "People and records concerned",
        cause: Cause = "Cause",
        measures: Measures = "Measures",
        communication: Communication = "Communication to the people concerned",
        indicators: Vec<Indicator> = "Indicators of compromise",
        indicators_unavailable: bool = "No indicators are available",
        status_update: Text = "State of handling",
        other_notifications: Vec<OtherNotification> = "Other notifications",
        ransom: Ransom = "Ransom",
        ai: Ai = "AI system",
        dora: Dora = "DORA figures",
    }
}
