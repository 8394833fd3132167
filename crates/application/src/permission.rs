//! Who may do what (CONTRACT §2): the one authorization matrix.

use probatum_incident::Incident;
use probatum_kernel::Role;
use serde_json::Value;

/// What evidence and data a principal sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope {
    /// Restricted and internal evidence too.
    pub all_evidence: bool,
    /// `raw_data` of incidents.
    pub raw_data: bool,
}

impl Scope {
    /// The incident without what this scope does not see: `raw_data`, and the precise place.
    pub fn shown(self, mut incident: Incident) -> Incident {
        if !self.all_evidence {
            incident.location = None;
        }
        if !self.raw_data {
            incident.raw_data = None;
            incident.verdict = incident.verdict.map(without_quotations);
        }
        incident
    }
}

/// The members of a verdict that quote nothing.
const PLAIN_MEMBERS: [&str; 5] = ["classification", "confidence", "category", "engine", "model"];

/// A verdict without its reasons: signals and reasoning quote `raw_data`.
fn without_quotations(mut verdict: Value) -> Value {
    if let Some(members) = verdict.as_object_mut() {
        members.retain(|name, _| PLAIN_MEMBERS.contains(&name.as_str()));
    }
    verdict
}

macro_rules! permissions {
    ($($(#[$meta:meta])* $name:ident: $($role:ident)|+;)+) => {
        /// Something a caller may be allowed to do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Permission { $($(#[$meta])* $name),+ }

        impl Permission {
            /// Every permission.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The roles that give it. Whoever holds one of these, also by way of a higher role, has it.
            pub const fn roles(self) -> &'static [Role] {
                match self { $(Self::$name => &[$(Role::$role),+]),+ }
            }
        }
    };
}

permissions! {
    /// Read incidents, their timelines, classification, actions.
    ReadIncidents: Viewer;
    /// Read evidence, as far as its visibility allows.
    ReadEvidence: Viewer;
    /// Read restricted and internal evidence.
    ReadAllEvidence: Analyst | Devsecops | LegalDpo;
    /// Read `raw_data`.
    ReadRawData: Analyst | LegalDpo;
    /// Put an incident on record.
    CreateIncident: Reporter;
    /// Change an incident.
    ChangeIncident: Analyst;
    /// Delete an incident.
    DeleteIncident: Admin;
    /// Set and lift a legal hold.
    HoldIncidents: LegalDpo;
    /// Read the facts of an incident, decisions about its duties, and what its reports still lack.
    ReadFacts: Analyst | LegalDpo;
    /// State the facts of an incident.
    StateFacts: Analyst | LegalDpo;
    /// Decide that a duty to report does not apply.
    DecideDuties: LegalDpo;
    /// Attach evidence, append custody entries, verify content.
    AttachEvidence: Analyst;
    /// Add and update response actions.
    ManageActions: Operator;
    /// Approve or reject what waits for it, as far as one's level reaches.
    DecideActions: Analyst;
    /// Read agents and their history.
    ReadAgents: Viewer;
    /// Ask whether an agent may use a tool.
    AuthorizeTools: Viewer;
    /// Record what tells about the trust an agent deserves.
    RecordTrustEvents: Devsecops | AiSafety;
    /// Register, change, quarantine and restore agents.
    ManageAgents: AiSafety;
    /// Read playbooks.
    ReadPlaybooks: Viewer;
    /// Read statistics and the map.
    ReadStatistics: Viewer;
    /// Read the audit log, its checkpoint and proofs.
    ReadAudit: LegalDpo | Admin;
    /// Have an incident triaged.
    RunTriage: Analyst;
    /// Read triage runs; what quotes `raw_data` takes [`Self::ReadRawData`] as well.
    ReadTriage: Viewer;
    /// Read what language models were told and said.
    AuditTriage: LegalDpo;
    /// Follow events, as far as one may hear of them.
    ReadEvents: Viewer;
    /// Subscribe webhooks to events, and see what became of deliveries.
    ManageWebhooks: Admin;
    /// Send log events.
    SubmitLogs: Devsecops;
    /// Send reports of open sources, reported mail and STIX.
    SubmitFeeds: Operator;
    /// Read what became of a delivery to the intake.
    ReadIntake: Analyst | Devsecops | LegalDpo;
    /// Have a delivery that was given up tried again; takes the right to deliver its kind as well.
    RetryIntake: Devsecops | Operator;
    /// Read reports to authorities, and their bundles.
    ReadReports: LegalDpo;
    /// Ask for reports to authorities, send them again, put receipts on record.
    ExportReports: LegalDpo;
    /// Read metrics.
    ReadMetrics: Viewer;
    /// Create and revoke API keys.
    ManageKeys: Admin;
}

impl Permission {
    /// Whether these roles give it.
    pub fn given_by(self, roles: &[Role]) -> bool {
        roles.iter().flat_map(|r| r.holds()).any(|held| self.roles().contains(held))
    }

    /// The roles to name in a refusal: `analyst`, `analyst or legal_dpo`.
    pub fn takes(self) -> String {
        self.roles().iter().map(|r| r.as_str()).collect::<Vec<_>>().join(" or ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_matrix_is_the_contracts() {
        let may = |p: Permission| -> Vec<&str> {
            Role::ALL.iter().filter(|r| p.given_by(&[**r])).map(|r| r.as_str()).collect()
        };
        assert_eq!(may(Permission::ReadIncidents).len(), Role::ALL.len());
        assert_eq!(
            may(Permission::CreateIncident),
            [
                "reporter",
                "analyst",
                "operator",
                "senior_analyst",
                "incident_manager",
                "devsecops",
                "ai_safety",
                "admin"
            ]
        );
        assert_eq!(
            may(Permission::ChangeIncident),
            ["analyst", "operator", "senior_analyst", "incident_manager", "ai_safety", "admin"]
        );
        assert_eq!(
            may(Permission::ManageActions),
            ["operator", "senior_analyst", "incident_manager", "admin"]
        );
        assert_eq!(
            may(Permission::ReadRawData),
            ["analyst", "operator", "senior_analyst", "incident_manager", "ai_safety", "legal_dpo", "admin"]
        );
        assert_eq!(may(Permission::DeleteIncident), ["admin"]);
        assert_eq!(may(Permission::AuthorizeTools).len(), Role::ALL.len());
        assert_eq!(may(Permission::RecordTrustEvents), ["devsecops", "ai_safety", "admin"]);
        assert_eq!(may(Permission::ManageAgents), ["ai_safety", "admin"]);
        assert_eq!(may(Permission::ReadStatistics).len(), Role::ALL.len());
        assert_eq!(may(Permission::ReadAudit), ["legal_dpo", "admin"]);
        assert_eq!(may(Permission::RunTriage), may(Permission::ChangeIncident));
        assert_eq!(may(Permission::ReadTriage).len(), Role::ALL.len());
        assert_eq!(may(Permission::AuditTriage), ["legal_dpo", "admin"]);
        assert_eq!(may(Permission::StateFacts), may(Permission::ReadRawData));
        assert_eq!(may(Permission::ReadFacts), may(Permission::StateFacts));
        assert_eq!(may(Permission::DecideDuties), ["legal_dpo", "admin"]);
        assert_eq!(may(Permission::HoldIncidents), ["legal_dpo", "admin"]);
        assert_eq!(may(Permission::ReadReports), ["legal_dpo", "admin"]);
        assert_eq!(may(Permission::ExportReports), ["legal_dpo", "admin"]);
    }
}
