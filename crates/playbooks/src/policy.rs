//! Who may have which action run: ordered rules, the first that matches decides, and what none matches is denied
//! (CONTRACT §6).

use crate::{ApprovalLevel, QUARANTINE_AGENT};
use probatum_kernel::{EvidenceStatus, FieldFault, Role};
use serde::{Deserialize, Serialize};

/// The bands of severity a rule may name.
pub const SEVERITIES: [&str; 4] = ["low", "medium", "high", "critical"];
/// The priorities a rule may name; `none` is for an incident that has not been granted one.
pub const PRIORITIES: [&str; 5] = ["P0", "P1", "P2", "P3", "none"];
/// The standings of an agent a rule may name; `none` is for an incident without agent.
pub const AGENT_STATUSES: [&str; 5] = ["active", "degraded", "unverified", "quarantined", "none"];
/// The most rules of a policy.
const MAX_RULES: usize = 1000;

/// What a rule decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// It runs.
    Allow,
    /// It waits for somebody of the rule's `level`.
    RequireApproval,
    /// It never runs.
    Deny,
}

/// One rule. Every condition that is there must hold; an empty list is no condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What it is called in answers and records, 1–64 characters.
    pub name: String,
    /// Words, or beginnings of words that end in `*`: `block_*`. `*` alone is every action.
    pub actions: Vec<String>,
    /// The incident's band of severity.
    #[serde(default)]
    pub severity: Vec<String>,
    /// The incident's priority, or `none`.
    #[serde(default)]
    pub priority: Vec<String>,
    /// How far the incident is proven.
    #[serde(default)]
    pub evidence_status: Vec<EvidenceStatus>,
    /// Roles of which the one who asks holds one, also by way of a higher role.
    #[serde(default)]
    pub asked_by: Vec<Role>,
    /// The standing of the incident's agent, or `none`.
    #[serde(default)]
    pub agent_status: Vec<String>,
    /// Holds if the incident's agent has a score below this.
    #[serde(default)]
    pub agent_score_below: Option<u8>,
    /// What it decides.
    pub effect: Effect,
    /// Who has to approve, with `require_approval` and nothing else.
    #[serde(default)]
    pub level: Option<ApprovalLevel>,
}

/// What a policy is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question<'a> {
    /// The action's word.
    pub action: &'a str,
    /// The incident's band of severity.
    pub severity: &'a str,
    /// The incident's priority.
    pub priority: Option<&'a str>,
    /// How far the incident is proven.
    pub evidence_status: EvidenceStatus,
    /// The roles of the one who asks.
    pub asked_by: &'a [Role],
    /// The standing and the score of the incident's agent.
    pub agent: Option<(&'a str, u8)>,
}

/// What a policy answers, and by which rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruling {
    /// The rule's name.
    pub rule: String,
    /// The answer.
    pub verdict: Verdict,
}

/// The answer of a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It runs.
    Allowed,
    /// It waits for somebody of this level.
    RequiresApproval(ApprovalLevel),
    /// It does not run.
    Denied,
}

/// Ordered rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy(Vec<Rule>);

impl Default for Policy {
    /// The rules of CONTRACT §6.
    fn default() -> Self {
        Self(default_rules())
    }
}

impl Policy {
    /// A policy of `own` rules, followed by the default ones unless `defaults` is false.
    ///
    /// # Errors
    /// Every wrong member, as `policy[<index>].<member>`.
    pub fn new(own: Vec<Rule>, defaults: bool) -> Result<Self, Vec<FieldFault>> {
        let mut faults = Vec::new();
        if own.len() > MAX_RULES {
            faults.push(FieldFault::new("policy", "too_long", format!("must be at most {MAX_RULES} rules")));
        }
        for (index, rule) in own.iter().enumerate().take(MAX_RULES) {
            check(rule, |member| format!("policy[{index}].{member}"), &mut faults);
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let mut rules = own;
        if defaults {
            rules.extend(default_rules());
        }
        Ok(Self(rules))
    }

    /// The rules, in order.
    pub fn rules(&self) -> &[Rule] {
        &self.0
    }

    /// The answer of the first rule that matches; if none does, the action is denied.
    pub fn decide(&self, question: &Question<'_>) -> Ruling {
        let Some(rule) = self.0.iter().find(|r| r.matches(question)) else {
            return Ruling { rule: "no rule matches".to_owned(), verdict: Verdict::Denied };
        };
        let verdict = match (rule.effect, rule.level) {
            (Effect::Allow, _) => Verdict::Allowed,
            (Effect::RequireApproval, Some(level)) => Verdict::RequiresApproval(level),
            // A rule that asks for an approval by nobody lets nothing through.
            (Effect::RequireApproval, None) | (Effect::Deny, _) => Verdict::Denied,
        };
        Ruling { rule: rule.name.clone(), verdict }
    }
}

impl Rule {
    fn matches(&self, q: &Question<'_>) -> bool {
        let is_in = |list: &[String], word: &str| list.is_empty() || list.iter().any(|w| w == word);
        self.actions.iter().any(|pattern| covers(pattern, q.action))
            && is_in(&self.severity, q.severity)
            && is_in(&self.priority, q.priority.unwrap_or("none"))
            && (self.evidence_status.is_empty() || self.evidence_status.contains(&q.evidence_status))
            && (self.asked_by.is_empty()
                || q.asked_by.iter().flat_map(|r| r.holds()).any(|held| self.asked_by.contains(held)))
            && is_in(&self.agent_status, q.agent.map_or("none", |(status, _)| status))
            && self.agent_score_below.is_none_or(|limit| q.agent.is_some_and(|(_, score)| score < limit))
    }
}

/// Whether a pattern covers an action: the same word, or its beginning before a final `*`.
pub fn covers(pattern: &str, action: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(beginning) => action.starts_with(beginning),
        None => pattern == action,
    }
}

fn check(rule: &Rule, field: impl Fn(&str) -> String, faults: &mut Vec<FieldFault>) {
    if let Err(e) = probatum_kernel::check_text(&rule.name, 64) {
        faults.push(FieldFault::new(field("name"), "invalid", e.to_string()));
    }
    if rule.actions.is_empty() {
        faults.push(FieldFault::new(
            field("actions"),
            "required",
            "must name at least one action or pattern",
        ));
    }
    let plain = |p: &String| {
        let word = p.strip_suffix('*').unwrap_or(p);
        (!word.is_empty() || p == "*")
            && p.len() <= 65
            && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    if !rule.actions.iter().all(plain) {
        let message =
            "must be words of a-z, 0-9 and _, or beginnings of words that end in *, for example block_*";
        faults.push(FieldFault::new(field("actions"), "invalid", message));
    }
    let lists: [(&str, &[String], &[&str]); 3] = [
        ("severity", &rule.severity, &SEVERITIES),
        ("priority", &rule.priority, &PRIORITIES),
        ("agent_status", &rule.agent_status, &AGENT_STATUSES),
    ];
    for (member, given, known) in lists {
        if !given.iter().all(|w| known.contains(&w.as_str())) {
            let message = format!("must be words of {}", known.join(", "));
            faults.push(FieldFault::new(field(member), "invalid", message));
        }
    }
    if rule.agent_score_below.is_some_and(|s| s > 101) {
        faults.push(FieldFault::new(field("agent_score_below"), "invalid", "must be 0 to 101"));
    }
    match (rule.effect, rule.level) {
        (Effect::RequireApproval, None) => {
            faults.push(FieldFault::new(field("level"), "required", "require_approval takes a level"));
        }
        (Effect::Allow | Effect::Deny, Some(_)) => {
            faults.push(FieldFault::new(field("level"), "invalid", "only require_approval takes a level"));
        }
        _ => {}
    }
}

fn default_rules() -> Vec<Rule> {
    let rule = |name: &str, actions: &[&str], effect, level| Rule {
        name: name.to_owned(),
        actions: actions.iter().map(|a| (*a).to_owned()).collect(),
        severity: Vec::new(),
        priority: Vec::new(),
        evidence_status: Vec::new(),
        asked_by: Vec::new(),
        agent_status: Vec::new(),
        agent_score_below: None,
        effect,
        level,
    };
    let allow = |name: &str, actions: &[&str]| rule(name, actions, Effect::Allow, None);
    let ask = |name: &str, actions: &[&str], level| rule(name, actions, Effect::RequireApproval, Some(level));
    vec![
        allow("looking and telling", &["lookup_*", "notify_*", "create_ticket"]),
        allow("mail quarantine", &["quarantine_email"]),
        ask("mail release", &["release_email"], ApprovalLevel::Analyst),
        ask("blocks", &["block_*", "unblock_*"], ApprovalLevel::Analyst),
        ask(
            "accounts",
            &["disable_account", "enable_account", "revoke_sessions", "reset_password"],
            ApprovalLevel::Analyst,
        ),
        Rule {
            severity: vec!["critical".to_owned()],
            ..ask("hosts of critical incidents", &["isolate_host"], ApprovalLevel::Manager)
        },
        ask("hosts", &["isolate_host", "release_host"], ApprovalLevel::Senior),
        ask("agents", &[QUARANTINE_AGENT], ApprovalLevel::AiSafety),
        rule("deletions", &["delete_*"], Effect::Deny, None),
    ]
}

#[cfg(test)]
mod tests;
