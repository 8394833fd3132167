//! Classification: what each category suggests, which flags a rule raises, and the explanation of both.

use crate::flags::{Flag, Flags};
use crate::incident::Incident;
use crate::inherit::ceiling;
use crate::words::{Category, Layer, Level, Priority};
use probatum_kernel::{EvidenceStatus, Role, Timestamp};
use serde::Serialize;

/// The version of the table and the rules below; it changes with either.
pub const CLASSIFICATION_VERSION: &str = "2026-11-21";

/// What a category suggests. Suggested only: nothing here is ever set by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Classification {
    /// The category.
    pub category: Category,
    /// Where it happens.
    pub layer: Layer,
    /// Who leads the response.
    pub lead_role: Role,
    /// The default priority.
    pub priority: Priority,
    /// The playbook.
    pub playbook: &'static str,
}

/// The row of the classification table (CONTRACT §3) for a category.
pub fn classify(category: Category) -> Classification {
    use Category as C;
    use Layer::{AiAgent, Application, Data, HumanIdentity, Infrastructure};
    use Priority::{P0, P1, P2, P3};
    use Role::{AiSafety, Devsecops, IncidentManager, LegalDpo, SeniorAnalyst};
    let (layer, lead_role, priority, playbook) = match category {
        C::Ransomware => (Data, IncidentManager, P0, "ransomware"),
        C::DataBreach => (Data, LegalDpo, P0, "data-breach"),
        C::AgentHijack => (AiAgent, AiSafety, P1, "agent-hijack"),
        C::PromptInjection => (AiAgent, AiSafety, P1, "prompt-injection"),
        C::Phishing => (HumanIdentity, SeniorAnalyst, P1, "phishing"),
        C::Ddos => (Infrastructure, Devsecops, P1, "ddos"),
        C::Vulnerability => (Application, Devsecops, P1, "vulnerability"),
        C::SupplyChain => (Application, Devsecops, P2, "supply-chain"),
        C::Hallucination => (AiAgent, AiSafety, P2, "hallucination"),
        C::Misconfiguration => (Application, Devsecops, P3, "misconfiguration"),
        C::Malware => (Infrastructure, SeniorAnalyst, P1, "malware"),
        C::CredentialTheft => (HumanIdentity, SeniorAnalyst, P1, "credential-theft"),
        C::Bec => (HumanIdentity, SeniorAnalyst, P1, "bec"),
        C::DataPoisoning => (AiAgent, AiSafety, P1, "data-poisoning"),
        C::ModelTheft => (AiAgent, AiSafety, P1, "model-theft"),
        C::Deepfake => (HumanIdentity, AiSafety, P2, "deepfake"),
        C::Insider => (HumanIdentity, IncidentManager, P1, "insider"),
        C::Other => (Application, SeniorAnalyst, P3, "generic"),
    };
    Classification { category, layer, lead_role, priority, playbook }
}

/// The level an alert of this category belongs to.
pub fn level_of(category: Category) -> Level {
    match classify(category).layer {
        Layer::AiAgent => Level::L2Ai,
        _ if category == Category::Deepfake => Level::L2Ai,
        _ => Level::L1Cyber,
    }
}

struct FlagRule {
    flag: Flag,
    because: &'static str,
    holds: fn(&Incident, Flags) -> bool,
}

/// The rules that raise flags (CONTRACT §3), in order; a later one sees what the earlier ones raised.
const FLAG_RULES: &[FlagRule] = &[
    FlagRule {
        flag: Flag::AiActRelevant,
        because: "level is L2_ai or an agent is named",
        holds: |i, _| i.level == Level::L2Ai || i.agent_id.is_some(),
    },
    FlagRule {
        flag: Flag::AiHighRisk,
        because: "ai_serious_incident is raised",
        holds: |_, raised| raised.has(Flag::AiSeriousIncident),
    },
    FlagRule {
        flag: Flag::GdprBreach,
        because: "personal data are concerned and a loss of confidentiality, integrity or availability is confirmed",
        holds: |i, raised| {
            raised.has(Flag::GdprPersonalData)
                && i.evidence_status == EvidenceStatus::Confirmed
                && (i.category == Category::DataBreach || i.impact.any())
        },
    },
    FlagRule {
        flag: Flag::Nis2Relevant,
        because: "severity is 7 or more with priority P0 or P1",
        holds: |i, _| i.severity.score() >= 7 && i.priority.is_some_and(|p| p <= Priority::P1),
    },
    FlagRule {
        flag: Flag::KscRelevant,
        because: "the sector is listed in NIS2 annex I or II and the country is PL",
        holds: |i, _| i.sector.is_some_and(|s| s.in_nis2()) && i.country.is_some_and(|c| c.as_str() == "PL"),
    },
    FlagRule {
        flag: Flag::DoraRelevant,
        because: "the sector is finance",
        holds: |i, _| i.sector.is_some_and(|s| s.is_finance()),
    },
];

/// The flags of an incident with those its rules raise; what a person lowered stays down.
pub(crate) fn ruled_flags(incident: &Incident) -> Flags {
    FLAG_RULES.iter().fold(incident.flags, |raised, rule| {
        let held_down = incident.lowered_flags.has(rule.flag);
        if !held_down && (rule.holds)(incident, raised) { raised.with(rule.flag) } else { raised }
    })
}

/// Why a flag is raised, or held down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FlagReason {
    /// The flag.
    pub flag: Flag,
    /// Whether it is raised.
    pub raised: bool,
    /// The rule, or the person.
    pub because: &'static str,
}

/// How an incident is classified and why, for people.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// The version of table and rules.
    pub version: &'static str,
    /// What the category suggests.
    #[serde(flatten)]
    pub suggested: Classification,
    /// What was granted.
    pub granted_priority: Option<Priority>,
    /// The highest priority the evidence carries now.
    pub highest_priority: Option<Priority>,
    /// How far it is proven.
    pub evidence_status: EvidenceStatus,
    /// The end of the SLA.
    pub sla_due_at: Option<Timestamp>,
    /// The flags and their reasons.
    pub flags: Vec<FlagReason>,
    /// The same in sentences.
    pub explanation: Vec<String>,
}

impl Incident {
    /// Explains the classification: what is suggested, what was granted, what the evidence carries, why each flag.
    pub fn explain(&self) -> Explanation {
        let suggested = classify(self.category);
        let highest_priority = ceiling(self.evidence_status);
        let flags = self.flag_reasons();
        let mut explanation = vec![format!(
            "Category {} suggests priority {} and playbook {}, led by {}.",
            self.category, suggested.priority, suggested.playbook, suggested.lead_role
        )];
        explanation.push(match (self.evidence_status, highest_priority) {
            (EvidenceStatus::Gap, _) => "No evidence yet: no priority can be granted.".to_owned(),
            (EvidenceStatus::Disputed, _) => {
                "The evidence is disputed: no priority can be granted until it is settled.".to_owned()
            }
            (status, Some(highest)) => {
                format!("Evidence status {status} carries a priority up to {highest}.")
            }
            (status, None) => format!("Evidence status {status} carries no priority."),
        });
        if let (Some(priority), Some(due)) = (self.priority, self.sla_due_at) {
            let hours = priority.sla_hours();
            explanation.push(format!("Priority {priority} was granted: created_at + {hours} h = {due}."));
        }
        explanation.extend(flags.iter().map(|f| {
            let verb = if f.raised { "is raised" } else { "is held down" };
            format!("{} {verb}: {}.", f.flag, f.because)
        }));
        Explanation {
            version: CLASSIFICATION_VERSION,
            suggested,
            granted_priority: self.priority,
            highest_priority,
            evidence_status: self.evidence_status,
            sla_due_at: self.sla_due_at,
            flags,
            explanation,
        }
    }

    fn flag_reasons(&self) -> Vec<FlagReason> {
        let rule = |flag: Flag| FLAG_RULES.iter().find(|r| r.flag == flag && (r.holds)(self, self.flags));
        let raised = self.flags.iter().map(|flag| FlagReason {
            flag,
            raised: true,
            because: rule(flag).map_or("a person raised it, or a rule did when it held", |r| r.because),
        });
        let lowered = self.lowered_flags.iter().filter(|f| !self.flags.has(*f)).map(|flag| FlagReason {
            flag,
            raised: false,
            because: "a person lowered it, with a reason",
        });
        raised.chain(lowered).collect()
    }
}
