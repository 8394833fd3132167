//! The domain's words as OpenAPI schemas, taken from the domain's own lists.

use std::borrow::Cow;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

macro_rules! words {
    ($($name:ident = $domain:path, $what:literal;)+) => {$(
        #[doc = $what]
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let words: Vec<&str> = <$domain>::ALL.iter().map(|w| w.as_str()).collect();
                let schema = ObjectBuilder::new().schema_type(Type::String).description(Some($what));
                RefOr::T(Schema::Object(schema.enum_values(Some(words)).build()))
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($name))
            }
        }
    )+};
}

words! {
    SourceType = probatum_incident::SourceType, "How the report came in.";
    Level = probatum_incident::Level, "Which house the incident belongs to.";
    Category = probatum_incident::Category, "What kind of incident it is.";
    Band = probatum_incident::Band, "Bands of the score: low 0-3, medium 4-6, high 7-8, critical 9-10.";
    Priority = probatum_incident::Priority, "SLA from creation: P0 4 h, P1 24 h, P2 72 h, P3 30 d.";
    QueueStatus = probatum_incident::QueueStatus, "The triage queue: a working note, not a claim.";
    Lifecycle = probatum_incident::Lifecycle, "The response; each step claims more than the one before.";
    Disposition = probatum_incident::Disposition, "What it turned out to be.";
    Sector = probatum_incident::Sector, "A sector after NIS2 annexes I and II.";
    EvidenceStatus = probatum_kernel::EvidenceStatus, "How far something is proven.";
    EvidenceKind = probatum_evidence::EvidenceKind, "Technical, official, signal or claim.";
    Visibility = probatum_evidence::Visibility, "Who may see it; internal never leaves the registry.";
    CustodyAction = probatum_evidence::CustodyAction, "What was done with the evidence.";
    Tlp = probatum_evidence::Tlp, "A TLP 2.0 label.";
    ActionStatus = probatum_playbooks::ActionStatus, "Where a response action stands.";
    ApprovalLevel = probatum_playbooks::ApprovalLevel, "The level of person an approval takes.";
    Decision = probatum_playbooks::Choice, "A decision about an action that waits for one.";
    AgentStatus = probatum_agent_trust::AgentStatus, "What an agent may do at all: active what it is allowed; degraded less; unverified only read; quarantined nothing.";
    Tier = probatum_agent_trust::Tier, "The tier an agent was registered in; a label.";
    ToolRisk = probatum_agent_trust::ToolRisk, "What a tool can do: look, change, or change what is hard to change back.";
    TrustEvent = probatum_agent_trust::TrustEvent, "What tells about trust. Points lost: prompt_injection_confirmed 66, agent_hijack_confirmed 80, data_exfiltration 75, tool_abuse 40, policy_violation 20, anomaly 10; proof_of_control_lost makes unverified; clean_run gives 2 back, up to the baseline.";
    Happening = probatum_agent_trust::Happening, "What happened to an agent.";
    Classification = probatum_triage::Classification, "What an alert is judged to be.";
    TriageStatus = probatum_application::triage::RunStatus, "Where a triage run stands.";
    Audience = probatum_application::events::Audience, "How much of an event is told: that it happened (viewer), also who did what exactly (analyst), all that the audit log has (auditor).";
    WebhookDeliveryState = probatum_application::ports::DeliveryState, "Where the delivery of an event stands.";
    Claim = probatum_application::use_cases::feeds::osint::Claim, "Who says it: the media report it, or somebody states it in public.";
    MatchedBy = probatum_application::use_cases::feeds::MatchedBy, "What of a delivery was known already.";
    IntakeKind = probatum_application::intake::IntakeKind, "What was delivered.";
    IntakeStatus = probatum_application::intake::IntakeState, "Where a delivery stands.";
    Regime = probatum_compliance_export::Regime, "A body of law that asks for reports.";
    Duty = probatum_compliance_export::Step, "A duty to report, as the laws distinguish them.";
    ReportPhase = probatum_compliance_export::Phase, "The phase of a report, as requests spell it.";
    ClockState = probatum_compliance_export::ClockState, "How a deadline stands: waiting for the moment it counts from; running, due soon, overdue; met in time or late; or not applicable.";
    ClockChangeKind = probatum_compliance_export::ChangeKind, "What changed about a deadline.";
    IndicatorKind = probatum_intake::IndicatorKind, "What an indicator is.";
    IndicatorSource = probatum_application::indicators::IndicatorSource, "Where an indicator is known from: public evidence, other evidence, raw_data.";
    Phase = probatum_playbooks::Phase, "What a step of a playbook is for.";
    DeliveryState = probatum_compliance_export::DeliveryState, "Where a report is: being made or waiting to be sent; handed over; proven to have arrived; or stopped, so that somebody has to look.";
    ReceiptType = probatum_compliance_export::ReceiptKind, "UPP, UPD, UPO: ePUAP and portals; ERDS: registered delivery (e-Doreczenia); AS4: access points; portal_reference: the number a portal gave.";
    Role = probatum_kernel::Role, "A role a principal may hold.";
}

/// A severity in a request: a score from 0 to 10 or a band, which is stored as its lowest score.
pub struct Severity;

impl PartialSchema for Severity {
    fn schema() -> RefOr<Schema> {
        let score = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0)).maximum(Some(10));
        let one_of = utoipa::openapi::schema::OneOfBuilder::new().item(score).item(Band::schema());
        let text = "A score from 0 to 10, or a band (stored as its lowest score: low 1, medium 4, high 7, critical 9).";
        RefOr::T(Schema::OneOf(one_of.description(Some(text)).build()))
    }
}

impl ToSchema for Severity {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Severity")
    }
}
